"""JSONPath selectors over a template; the only importer of jsonpath-ng."""

from __future__ import annotations

import functools
import re

from aiblint.document import ARRAY, OBJECT
from aiblint.pattern import lazy
from aiblint.template import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EACH = None
"""Step that takes every item of an array (`[*]`); on a value of another type it yields nothing."""

Step = str | int | None | list[str]
Selector = list[Step] | str
"""A compiled selector: its steps, or its text where jsonpath-ng has to follow it."""

_PLAIN = lazy(r"\$(?:\.[A-Za-z_]\w*|\[(?:\d{1,9}|\*|'[^'\\]*')\])*", re.ASCII)
_PLAIN_STEP = lazy(r"\.(\w+)|\[(?:(\d+)|\*|'([^']*)')\]", re.ASCII)


class SelectorError(ValueError):
    """The text is no JSONPath that aiblint can follow; the message says why."""


def compile_selector(text: str) -> Selector:
    """The steps of a plain selector (members, unions of members, indexes, `[*]`), or the text itself where it needs more.

    Parsed by jsonpath-ng, but for those that nobody can read in two ways. Raises SelectorError. A name stands for itself in the
    documented spelling.
    """
    if _PLAIN.fullmatch(text):
        return [_plain_step(found) for found in _PLAIN_STEP.finditer(text)]
    return _compiled(text)


def _plain_step(found: re.Match[str]) -> Step:
    if found[2] is not None:
        return int(found[2])
    return found[1] if found[1] is not None else found[3]


def _compiled(text: str) -> Selector:
    import jsonpath_ng
    from jsonpath_ng import exceptions
    from jsonpath_ng.ext.parser import parse

    if not text.startswith("$"):
        raise SelectorError(f"'{text}' does not start with $, the image template")
    try:
        parsed = parse(text)
    except (exceptions.JSONPathError, ValueError, AttributeError) as error:
        raise SelectorError(f"'{text}' is no JSONPath: {error}") from error
    steps: list[Step] = []
    while isinstance(parsed, jsonpath_ng.Child):
        right = parsed.right
        if isinstance(right, jsonpath_ng.Fields) and "*" not in right.fields:
            steps.append(right.fields[0] if len(right.fields) == 1 else list(right.fields))
        elif isinstance(right, jsonpath_ng.Index) and len(getattr(right, "indices", (0,))) == 1:
            steps.append(int(right.indices[0]))
        elif type(right).__name__ == "Wildcard" or repr(right) == "Slice(None,None,None)":
            steps.append(EACH)
        else:
            return text
        parsed = parsed.left
    if not isinstance(parsed, jsonpath_ng.Root):
        return text
    return steps[::-1]


def select(root: Value, selector: Selector) -> list[Value]:
    """The values that a compiled selector names, in order. Of an unknown value with alternatives these are named too."""
    if isinstance(selector, str):
        return _by_library(root, selector)
    found = [root]
    for step in selector:
        found = follow(found, step)
    return found


def follow(values: list[Value], step: Step) -> list[Value]:
    """What one step leads to from each of some values, in order."""
    if isinstance(step, str):
        found = [member for value in values if (member := value.members.get(step)) is not None]
    elif step is EACH:
        found = [item for value in values for item in value.items]
    elif isinstance(step, int):
        found = [value.items[step] for value in values if -len(value.items) <= step < len(value.items)]
    else:
        found = [value.members[name] for value in values for name in step if name in value.members]
    if any(value.alternatives for value in found):
        return [each for value in found for each in (value, *value.alternatives)]
    return found


@functools.cache
def _parsed(text: str) -> Any:
    from jsonpath_ng.ext.parser import parse

    return parse(text)


def _by_library(root: Value, text: str) -> list[Value]:
    """The same by jsonpath-ng itself: it walks plain data, its paths lead back to the values."""
    from jsonpath_ng import Child, Fields, Index, Root

    def back(path: Any) -> Value | None:
        if isinstance(path, Root):
            return root
        if isinstance(path, Child):
            owner = back(path.left)
            if owner is None:
                return None
            if isinstance(path.right, Fields):
                return owner.members.get(path.right.fields[0])
            if isinstance(path.right, Index):
                return owner.items[path.right.indices[0]] if owner.kind == ARRAY else None
            return back_from(owner, path.right)
        return back_from(root, path)

    def back_from(owner: Value, path: Any) -> Value | None:
        if isinstance(path, Fields):
            return owner.members.get(path.fields[0])
        if isinstance(path, Index):
            return owner.items[path.indices[0]] if owner.kind == ARRAY else None
        if isinstance(path, Child):
            middle = back_from(owner, path.left)
            return back_from(middle, path.right) if middle is not None else None
        return owner

    found = (back(match.full_path) for match in _parsed(text).find(plain(root)))
    return [each for value in found if value is not None for each in (value, *value.alternatives)]


def plain(value: Value) -> object:
    """The value as plain data; what nobody knows is None."""
    if value.kind == OBJECT:
        return {name: plain(member) for name, member in value.members.items()}
    if value.kind == ARRAY:
        return [plain(item) for item in value.items]
    return value.value
