"""Words about exceptions: those that silence nothing any more, that name no rule, that have come to their end."""

from __future__ import annotations

import bisect

from aiblint.change import Repair, Splice
from aiblint.check import TextProblem, check_ignores, listed, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.suppress.directive import Name
    from aiblint.suppress.ignores import Ignore, Ignores

_MOST_LISTED = 5
_NEAR = 40
"""Lines within which an exception may have missed its finding."""


@check_ignores
def ignore_unused(ignores: Ignores) -> Iterator[TextProblem]:
    """An exception in force from a rule that has nothing to say there."""
    for ignore in ignores.items:
        names = ignores.unused(ignore) if ignores.holds(ignore) else []
        if names:
            yield TextProblem(
                names[0].start if len(names) < len(ignore.names) else ignore.start,
                names[-1].end if len(names) < len(ignore.names) else ignore.end,
                f"{_shown(names)} {'finds' if len(names) == 1 else 'find'} nothing {ignore.where}: take the exception out, "
                f"or it will silence what comes there later{_elsewhere(ignores, ignore, names)}",
                fix=_without(ignore, names),
            )


@check_ignores
def ignore_misread(ignores: Ignores) -> Iterator[TextProblem]:
    """An exception that cannot be followed: its words, the names of its rules, its day, or no reason where one is required."""
    for ignore in ignores.items:
        for fault in ignore.faults:
            fix = None
            if fault.instead is not None:
                fix = Repair(f"write {quote(fault.instead)}", Splice(fault.start, fault.end, fault.instead), safe=False)
            yield TextProblem(fault.start, fault.end, fault.message, fix=fix)
        if not ignore.faults and ignore.names and ignores.unfounded(ignore):
            message = (
                "this exception gives no reason, and the configuration requires one, so nothing is silenced; write it behind"
            )
            yield TextProblem(ignore.start, ignore.end, message)


@check_ignores
def ignore_expired(ignores: Ignores) -> Iterator[TextProblem]:
    """An exception whose last day is over."""
    for ignore in ignores.items:
        if ignores.expired(ignore) and ignore.names:
            yield TextProblem(
                ignore.until_start,
                ignore.until_end,
                f"this exception from {_shown(ignore.names)} ended on {ignore.until} and silences nothing any more; "
                "take it out, or set another day",
                fix=_without(ignore, ignore.names),
            )


def _shown(names: list[Name]) -> str:
    texts = [quote(name.text) for name in names[:_MOST_LISTED]]
    return listed([*texts, f"{len(names) - _MOST_LISTED} more"] if len(names) > _MOST_LISTED else texts, "and")


def _elsewhere(ignores: Ignores, ignore: Ignore, names: list[Name]) -> str:
    """Where the nearest finding of such a rule is, for an exception that missed it by a few lines."""
    here = ignore.document.position(ignore.start)[0]
    nearest = None
    for rule in {name.rule for name in names}:
        lines = ignores.lines_of(rule)
        at = bisect.bisect_left(lines, here)
        for line in lines[max(at - 1, 0) : at + 1]:
            if nearest is None or abs(line - here) < abs(nearest - here):
                nearest = line
    if nearest is None or abs(nearest - here) > _NEAR:
        return ""
    return f" (one is on line {nearest}; an exception goes on that line, or alone on the one before)"


def _without(ignore: Ignore, names: list[Name]) -> Repair | None:
    """The repair that takes names out of an exception, or the exception as a whole where no other is left."""
    if len(names) == len(ignore.names):
        cuts = [Splice(start, end, "") for start, end in ignore.removal]
        return Repair("take the exception out", *cuts, safe=True) if cuts else None
    gone = set(map(id, names))
    kept = [name for name in ignore.names if id(name) not in gone]
    text = ", ".join(name.text for name in kept)
    return Repair(f"keep {_shown(kept)} only", Splice(ignore.names[0].start, ignore.names[-1].end, text), safe=True)
