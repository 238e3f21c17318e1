"""The part of a template that an example of a rule is about, written as a person would write it."""

from __future__ import annotations

import json

from aiblint import example
from aiblint.syntax.json import read
from aiblint.template import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_WIDTH = 96
_ELIDED = {dict: "{…}", list: "[…]"}


class _Elided:
    """An object or list of which nothing is shown but that it is there."""

    def __init__(self, mark: str) -> None:
        self.mark = mark


def of_example(entry: Mapping[str, Any], change: Any) -> list[str]:
    """The lines that show a change (RFC 7396, `[old, new]` or a whole text) of the clean template that an example names."""
    if isinstance(change, str):
        return change.splitlines()
    if isinstance(change, list):
        old, new = change
        return _around(example.clean(entry), old, new)
    return written(_within(change, _base(entry)))


def of_clean(entry: Mapping[str, Any], change: Any) -> list[str]:
    """The lines of the clean template at the place of a change; none where nothing is there."""
    if isinstance(change, list):
        old, _ = change
        return _around(example.clean(entry), old, old)
    kept = _restricted(change, _base(entry)) if isinstance(change, dict) else {}
    return written(kept) if kept else []


def _base(entry: Mapping[str, Any]) -> Any:
    document = read(example.clean(entry).encode(), "example")
    if entry.get("of") == "file":
        return document.root.to_python() if document.root is not None else {}
    [template] = find(document)
    return template.node.to_python()


def _around(text: str, old: str, new: str) -> list[str]:
    """The lines of a text in which something was replaced, each side with one more line, moved to the left."""
    start = text.index(old)
    first, last = text.rfind("\n", 0, start) + 1, start + len(new)
    changed = text[:start] + new + text[start + len(old) :]
    first = changed.rfind("\n", 0, max(first - 1, 0)) + 1
    stop = changed.find("\n", last)
    stop = len(changed) if stop < 0 else stop
    following = changed.find("\n", stop + 1)
    lines = changed[first : following if following >= 0 else len(changed)].splitlines()
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


def _within(change: Any, base: Any) -> Any:
    """What a change makes of an object, as far as it speaks of it. Where it takes members away, the others are shown, too."""
    if not isinstance(change, dict):
        return change
    known = base if isinstance(base, dict) else {}
    shown = {
        name: _within(change[name], value) if name in change else value
        for name, value in _around_members(change, known).items()
        if change.get(name, base) is not None
    }
    shown.update({name: _within(value, None) for name, value in change.items() if name not in known and value is not None})
    return shown


def _restricted(change: Any, base: Any) -> Any:
    """What stands in the clean template where a change speaks."""
    if not isinstance(change, dict) or not isinstance(base, dict):
        return base
    return {
        name: _restricted(change[name], value) if name in change else value
        for name, value in _around_members(change, base).items()
    }


def _around_members(change: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """The members of an object that a change speaks of; where it takes some away, the others as well, of which not all is shown."""
    if all(value is not None for value in change.values()):
        return {name: value for name, value in base.items() if name in change}
    return {
        name: _Elided(_ELIDED[type(value)]) if name not in change and isinstance(value, (dict, list)) and value else value
        for name, value in base.items()
    }


def written(value: Any) -> list[str]:
    """Lines of JSON: what fits into one line stands in one."""
    return list(_lines(value, "", ""))


def _lines(value: Any, margin: str, label: str) -> Iterator[str]:
    line = margin + label + _inline(value)
    if not isinstance(value, (dict, list)) or not value or (len(line) <= _WIDTH and not _is_outer(value, margin)):
        yield line
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield margin + label + opening
    items = (
        [(f"{_text(name)}: ", item) for name, item in value.items()] if isinstance(value, dict) else [("", i) for i in value]
    )
    for number, (name, item) in enumerate(items, 1):
        *before, last = _lines(item, margin + "  ", name)
        yield from before
        yield last + ("," if number < len(items) else "")
    yield margin + closing


def _is_outer(value: Any, margin: str) -> bool:
    """Whether an object is one of the levels at which people begin a line: the template itself, its properties, lists of steps."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return len(margin) < 4 and any(isinstance(item, (dict, list)) and item for item in value.values())


def _inline(value: Any) -> str:
    if isinstance(value, _Elided):
        return value.mark
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(name)}: {_inline(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return _text(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
