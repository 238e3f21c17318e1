"""Compares terms that may be known in part: equal, different, or nobody knows."""

from __future__ import annotations

from aiblint.arm.term import DEEPEST, Arr, Hole, Known, Obj, Term, Unknown, Work
from aiblint.arm.text import bounds, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def equal(left: Term, right: Term, depth: int = 0, work: Work | None = None) -> bool | None:
    """Whether two terms are equal as the service compares them, strings with their case; None if that cannot be told."""
    work = work or Work()
    if depth > DEEPEST or not work.go_on():
        return None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Unknown) and one.possible:
            return _agreed(equal(choice, other, depth + 1, work) for choice in one.possible)
    if left.type is not None and right.type is not None and left.type != right.type:
        return None if {left.type, right.type} == {"int", "float"} else False
    if isinstance(left, Known) and isinstance(right, Known):
        return None if left.type == "float" and left.value != right.value else left.value == right.value
    if isinstance(left, Arr) and isinstance(right, Arr):
        return _equal_arrays(left, right, depth, work)
    if isinstance(left, Obj) and isinstance(right, Obj):
        return _equal_objects(left, right, depth, work)
    if left.type == right.type == "string":
        return False if differ(parts_of(left), parts_of(right)) else None
    return None


def _agreed(answers: Iterable[bool | None]) -> bool | None:
    """The answer that all give, or None."""
    given = set(answers)
    return given.pop() if len(given) == 1 else None


def differ(left: Sequence[str | Hole], right: Sequence[str | Hole]) -> bool:
    """Whether two strings known in part are different for certain."""
    (least, most), (other_least, other_most) = bounds(left), bounds(right)
    if (most is not None and most < other_least) or (other_most is not None and other_most < least):
        return True
    heads = [part if isinstance(part, str) else "" for part in (left[0] if left else "", right[0] if right else "")]
    tails = [part if isinstance(part, str) else "" for part in (left[-1] if left else "", right[-1] if right else "")]
    shorter = min(len(heads[0]), len(heads[1]))
    ending = min(len(tails[0]), len(tails[1]))
    return heads[0][:shorter] != heads[1][:shorter] or (ending > 0 and tails[0][-ending:] != tails[1][-ending:])


def _equal_arrays(left: Arr, right: Arr, depth: int, work: Work) -> bool | None:
    if (not left.open and len(right) > len(left)) or (not right.open and len(left) > len(right)):
        return False
    answers = {equal(left.item(i), right.item(i), depth + 1, work) for i in range(min(len(left), len(right)))}
    if False in answers:
        return False
    return None if None in answers or left.open or right.open else True


def _equal_objects(left: Obj, right: Obj, depth: int, work: Work) -> bool | None:
    answers: set[bool | None] = set()
    for one, other in ((left, right), (right, left)):
        for name in one.names:
            if other.get(name) is None and not other.open:
                return False
    for name, member in left.members():
        counterpart = right.get(name)
        if counterpart is None:
            answers.add(None)
        else:
            same_spelling = name in right.names
            answer = equal(member, counterpart, depth + 1, work)
            answers.add(answer if same_spelling or answer is False else None)
    if False in answers:
        return False
    return None if None in answers or left.open or right.open else True
