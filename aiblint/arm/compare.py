"""Compares terms that may be known in part: equal, different, or nobody knows; and joins alternatives into one term."""

from __future__ import annotations

from aiblint.arm.term import DEEPEST, Arr, Hole, Known, Obj, Term, Unknown, Work, secretly
from aiblint.arm.text import bounds, parts_of, units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_POSSIBILITIES = 16
"""Alternatives that are kept apart; of more only the type and the common beginning and end are kept."""


def either(terms: Sequence[Term], reason: str = "", sure: bool = True) -> Term:
    """One of several terms, nobody knows which: the value if they agree, else an unknown with its possibilities.

    `sure`: each of them can be.
    """
    distinct: list[Term] = []
    secret = False
    sure = sure and all(term.sure for term in terms if isinstance(term, Unknown) and term.possible)
    for term in _flattened(terms):
        secret = secret or term.secret
        if not any(equal(term, other) is True for other in distinct):
            distinct.append(term)
    if len(distinct) == 1:
        return secretly(distinct[0]) if secret else distinct[0]
    types = {term.type for term in distinct}
    kind = types.pop() if len(types) == 1 else None
    possible = tuple(distinct) if len(distinct) <= MOST_POSSIBILITIES else None
    parts = _common(distinct) if kind == "string" else ()
    return Unknown(kind, reason=reason, parts=parts, possible=possible, secret=secret, sure=sure)


def overlaid(objects: Sequence[Obj], sure: bool = True) -> Obj:
    """One of several objects, nobody knows which, as one object: what all have is there, what some have may be.

    `sure`: each of the objects can be.
    """
    names: dict[str, str] = {}
    for term in objects:
        for name in (*term.names, *term.perhaps):
            names.setdefault(name.lower(), name)
    members: list[tuple[str, Term]] = []
    perhaps: dict[str, Term] = {}
    for name in names.values():
        found = [term.get(name) for term in objects]
        certain = [value for value in found if value is not None]
        if len(certain) == len(objects):
            members.append((name, either(certain, sure=sure)))
        else:
            others = [value for term in objects for key, value in term.perhaps.items() if key.lower() == name.lower()]
            perhaps[name] = _doubted(either([*certain, *others], sure=sure), sure)
    return Obj(members, open=any(term.unseen for term in objects), perhaps=perhaps, secret=any(t.secret for t in objects))


def _doubted(term: Term, sure: bool) -> Term:
    """A value of which it is not sure that it can be."""
    return term if sure else Unknown(term.type, reason="whether this can be depends on several conditions", sure=False)


def as_object(term: Term) -> Obj | None:
    """A term as one object, where it is one, or one of several of the same `type`; None for all else."""
    if isinstance(term, Obj):
        return term
    if not isinstance(term, Unknown) or not term.possible:
        return None
    objects = [choice for choice in term.possible if isinstance(choice, Obj)]
    if len(objects) < len(term.possible):
        return None
    kinds = [choice.get("type") for choice in objects]
    if any(kind is not None for kind in kinds) and not all(
        kind is not None and kinds[0] is not None and equal(kind, kinds[0]) for kind in kinds
    ):
        return None  # of two variants each has its own members
    return overlaid(objects, term.sure)


def _flattened(terms: Sequence[Term]) -> Iterator[Term]:
    for term in terms:
        if isinstance(term, Unknown) and term.possible:
            yield from term.possible
        else:
            yield term


def _common(terms: Sequence[Term]) -> tuple[str | Hole, ...]:
    """What strings have in common: how they begin, how they end, and how long they can be."""
    spans = [bounds(parts_of(term)) for term in terms]
    least = min(span[0] for span in spans)
    most = None if any(span[1] is None for span in spans) else max(span[1] or 0 for span in spans)
    heads = [_edge(term, 0) for term in terms]
    tails = [_edge(term, -1)[::-1] for term in terms]
    prefix = _shared(heads)[:least]
    suffix = _shared(tails)[: max(0, least - units(prefix))][::-1]
    while units(prefix) + units(suffix) > least:  # a character of two units: the ends must not overlap
        suffix = suffix[1:]
    taken = units(prefix) + units(suffix)
    hole = Hole("", max(0, least - taken), None if most is None else most - taken)
    return tuple(part for part in (prefix, hole, suffix) if part)


def _edge(term: Term, place: int) -> str:
    parts = parts_of(term)
    edge = parts[place] if parts else ""
    return edge if isinstance(edge, str) else ""


def _shared(texts: Sequence[str]) -> str:
    shortest, longest = min(texts), max(texts)
    for index, character in enumerate(shortest):
        if longest[index : index + 1] != character:
            return shortest[:index]
    return shortest


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
