"""One of several values, nobody knows which: how they become one term, and in which case each of them counts."""

from __future__ import annotations

from aiblint.arm.compare import equal
from aiblint.arm.term import Arr, Hole, Known, Obj, Term, Unknown, secretly
from aiblint.arm.text import bounds, parts_of, units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_POSSIBILITIES = 16
"""Alternatives that are kept apart; of more only the type and the common beginning and end are kept."""

_MOST_CASES = 3
_NOTHING: frozenset[str] = frozenset()


def either(
    terms: Sequence[Term],
    reason: str = "",
    sure: bool = True,
    *,
    cases: Sequence[str] = (),
    roots: frozenset[str] | None = _NOTHING,
) -> Term:
    """One of several terms, nobody knows which: the value if they agree, else an unknown with its possibilities.

    `sure`: each of them can be. `cases` says of each when it counts, `roots` what decides it (see `Unknown`).
    """
    distinct: list[Term] = []
    told: list[list[str]] = []
    secret = False
    for term, case in _flattened(terms, cases):
        secret = secret or term.secret
        place = next((i for i, other in enumerate(distinct) if equal(term, other) is True), None)
        if place is None:
            distinct.append(term)
            told.append([case])
        else:
            told[place].append(case)
    if len(distinct) == 1:
        return secretly(distinct[0]) if secret else distinct[0]
    types = {term.type for term in distinct}
    kind = types.pop() if len(types) == 1 else None
    many = len(distinct) > MOST_POSSIBILITIES
    return Unknown(
        kind,
        reason=reason,
        parts=_common(distinct) if kind == "string" else (),
        possible=None if many else tuple(distinct),
        secret=secret,
        sure=sure and all(term.sure for term in terms if isinstance(term, Unknown) and term.possible),
        cases=() if many else tuple(_any_of(listed) for listed in told),
        roots=joined_roots([roots, *(roots_of(term) for term in terms)]),
    )


def _flattened(terms: Sequence[Term], cases: Sequence[str]) -> Iterator[tuple[Term, str]]:
    for index, term in enumerate(terms):
        case = cases[index] if cases else ""
        if isinstance(term, Unknown) and term.possible:
            for place, choice in enumerate(term.possible):
                yield choice, all_of((case, term.cases[place] if term.cases else ""))
        else:
            yield term, case


def all_of(cases: Iterable[str]) -> str:
    """Several conditions that hold at once, each said once; empty where one is not known."""
    return " and ".join(dict.fromkeys(case for case in cases if case))


def _any_of(cases: list[str]) -> str:
    """Several cases with one value; empty where one of them has no name, or they are too many to be read."""
    distinct = list(dict.fromkeys(cases))
    return " or ".join(distinct) if all(distinct) and len(distinct) <= _MOST_CASES else ""


def roots_of(term: Term) -> frozenset[str] | None:
    """What decides which value a term has; None where that is not known."""
    if isinstance(term, Unknown):
        return term.roots
    if isinstance(term, (Arr, Obj)):
        return None if term.open or not _plain(term) else _NOTHING
    return _NOTHING


def _plain(term: Arr | Obj) -> bool:
    """Whether a small container holds known scalars only."""
    if len(term) > MOST_POSSIBILITIES:
        return False
    listed = list(term) if isinstance(term, Arr) else [member for _, member in term.members()]
    return all(isinstance(item, Known) for item in listed)


def joined_roots(several: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    made: set[str] = set()
    for roots in several:
        if roots is None:
            return None
        made |= roots
    return frozenset(made)


def independent(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Whether two choices certainly do not hang together: nothing decides both of them."""
    if one is None or other is None:
        return False
    return not {root.lstrip("=") for root in one} & {root.lstrip("=") for root in other}


def choices(term: Term) -> tuple[Term, ...] | None:
    """The values that a term can have, if they are listed."""
    return term.possible if isinstance(term, Unknown) and term.possible else None


class Combination:
    """One of the ways in which the choices among arguments can fall, and the case in which they do."""

    __slots__ = ("arguments", "case")

    def __init__(self, arguments: list[Term], case: str) -> None:
        self.arguments = arguments
        self.case = case

    def chosen(self, unknown: Unknown, places: list[int], choice: int) -> Combination:
        assert unknown.possible is not None
        arguments = [unknown.possible[choice] if i in places else argument for i, argument in enumerate(self.arguments)]
        return Combination(arguments, all_of((self.case, unknown.cases[choice] if unknown.cases else "")))


def combinations(arguments: Sequence[Term]) -> tuple[list[Combination], bool]:
    """Every combination of what the arguments can be, and whether each one can be; none if nothing is to choose, or too much.

    The same unknown used twice has the same value twice; two different ones may hang together.
    """
    groups: dict[int, tuple[Unknown, list[int]]] = {}
    for index, argument in enumerate(arguments):
        if isinstance(argument, Unknown) and argument.possible:
            groups.setdefault(id(argument.possible), (argument, []))[1].append(index)
    count = 1
    for unknown, _ in groups.values():
        count *= len(unknown.possible or ())
    if not groups or count > MOST_POSSIBILITIES:
        return [], True
    made = [Combination(list(arguments), "")]
    for unknown, places in groups.values():
        made = [each.chosen(unknown, places, choice) for each in made for choice in range(len(unknown.possible or ()))]
    listed = [unknown for unknown, _ in groups.values()]
    apart = all(independent(one.roots, other.roots) for i, one in enumerate(listed) for other in listed[:i])
    return made, apart and all(unknown.sure for unknown in listed)


def overlaid(objects: Sequence[Obj], sure: bool = True, cases: Sequence[str] = (), roots: frozenset[str] | None = None) -> Obj:
    """One of several objects, nobody knows which, as one object: what all have is there, what some have may be.

    `sure`: each of the objects can be. `cases` says of each when it counts, `roots` what decides it.
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
        own = [case for value, case in zip(found, cases, strict=False) if value is not None]
        if len(certain) == len(objects):
            members.append((name, either(certain, sure=sure, cases=own, roots=roots)))
        else:
            others = [value for term in objects for key, value in term.perhaps.items() if key.lower() == name.lower()]
            perhaps[name] = _doubted(either([*certain, *others], sure=sure, roots=roots), sure)
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
    return overlaid(objects, term.sure, term.cases, term.roots)


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
