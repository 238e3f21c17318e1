"""Words without an opinion, for rules of a team's own: what a value has to be, which members an object has to have."""

from __future__ import annotations

import re
from typing import Any

from aiblint import patience
from aiblint.check import Problem, check, listed, quote
from aiblint.document import OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_MOST_LISTED = 8


@check
def equals(value: Value, context: Context, *, to: Any, ignore_case: bool = False) -> Iterator[Problem]:
    """The value is exactly `to`: a text, a number, true or false."""
    if not _same(value.value, to, ignore_case):
        yield Problem(value, f"{_shown(value)} is not {_plain(to)}")


@check
def one_of(value: Value, context: Context, *, values: list[Any], ignore_case: bool = False) -> Iterator[Problem]:
    """The value is one of `values`."""
    if not any(_same(value.value, each, ignore_case) for each in values):
        names = [_plain(each) for each in values[:_MOST_LISTED]]
        more = [f"{len(values) - _MOST_LISTED} more"] if len(values) > _MOST_LISTED else []
        yield Problem(value, f"{_shown(value)} is not {listed(names + more)}")


@check
def matches(value: Value, context: Context, *, pattern: str, ignore_case: bool = False) -> Iterator[Problem]:
    """The whole text matches `pattern`, a regular expression as Python reads it."""
    if value.text is not None and not patience.fullmatch(pattern, value.text, re.IGNORECASE if ignore_case else 0):
        yield Problem(value, f"{quote(value.text)} does not match {quote(pattern, 200)}")


@check
def has_member(value: Value, context: Context, *, path: list[str]) -> Iterator[Problem]:
    """The object has a member at `path`, a list of names (of which capitals do not count), that is not empty."""
    at = value
    for depth, name in enumerate(path):
        if at.kind != OBJECT or at.open:
            return
        member = next((each for key, each in at.members.items() if key.lower() == name.lower()), None)
        if member is None or at.absent(str(member.key)):
            missing = ".".join(path[: depth + 1])
            yield Problem(value, f"there is no {quote(missing)}", mark=at if at is not value else None)
            return
        at = member


def _same(has: object, wanted: object, ignore_case: bool) -> bool:
    if isinstance(has, str) and isinstance(wanted, str) and ignore_case:
        return has.lower() == wanted.lower()
    return has == wanted and isinstance(has, bool) == isinstance(wanted, bool)


def _shown(value: Value) -> str:
    return _plain(value.value) if value.kind not in (OBJECT, "array") else f"this {value.kind}"


def _plain(value: object) -> str:
    return quote(value) if isinstance(value, str) else str(value).lower()
