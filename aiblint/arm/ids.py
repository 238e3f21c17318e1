"""Resource ids that may be known in part: what kind of resource they name, and whether two of them are the same."""

from __future__ import annotations

from aiblint.arm.compare import differ
from aiblint.arm.term import LONGEST_LABEL, Hole, Known, Term
from aiblint.arm.text import parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

Parts = tuple[str | Hole, ...]
Spelling = tuple[str, ...]
"""Literal text in small letters and, in braces, the expressions between: equal for two texts that are certainly the same."""


class ResourceId:
    """An id taken apart. `type` is in small letters, `names` has one entry for each of its segments.

    `scope` is what stands before the last `/providers/`: subscription and resource group.
    """

    __slots__ = ("names", "scope", "type")

    def __init__(self, type: str, names: list[Parts], scope: Parts) -> None:
        self.type = type
        self.names = names
        self.scope = scope

    @property
    def name(self) -> Parts:
        """The names with slashes between them, as a resource of that type is called."""
        parts: list[str | Hole] = []
        for index, name in enumerate(self.names):
            parts += (("/",) if index else ()) + name
        return tuple(parts)

    @property
    def parent(self) -> ResourceId | None:
        """The id of the resource around it."""
        if len(self.names) < 2:
            return None
        return ResourceId(self.type.rpartition("/")[0], self.names[:-1], self.scope)


def spelling(parts: Sequence[str | Hole]) -> Spelling | None:
    """What tells equal texts, whatever their capitals; None where a stretch of it could be anything."""
    spelt: list[str] = []
    literal = ""
    for part in parts:
        if isinstance(part, str):
            literal += part.lower()
            continue
        label = "".join(part.label.split()).lower()
        if not label or len(part.label) >= LONGEST_LABEL or "lambdavariables(" in label:
            return None
        spelt += (literal, "{" + label + "}")
        literal = ""
    return (*spelt, literal)


def same(left: Term, right: Term) -> bool | None:
    """Whether two texts are equal but for their capitals; None where nobody can tell."""
    first, second = spelling(parts_of(left)), spelling(parts_of(right))
    if first is not None and first == second:
        return True
    if isinstance(left, Known) and isinstance(right, Known):
        return False
    return False if differ(_lowered(parts_of(left)), _lowered(parts_of(right))) else None


def _lowered(parts: Sequence[str | Hole]) -> Parts:
    return tuple(part.lower() if isinstance(part, str) else part for part in parts)


def read(term: Term) -> ResourceId | None:
    """The id that a text is, as far as it is known; None where type or names cannot be told apart.

    `Microsoft.Network/virtualNetworks/main` is one too: `dependsOn` takes the end of an id.
    """
    segments = _segments(parts_of(term))
    starts = [index for index, segment in enumerate(segments) if segment == ("providers",)]
    if starts:
        scope, rest = segments[: starts[-1]], segments[starts[-1] + 1 :]
    elif segments and len(segments[0]) == 1 and "." in str(segments[0][0]) and isinstance(segments[0][0], str):
        scope, rest = [], segments
    else:
        return None
    if len(rest) < 3 or len(rest) % 2 == 0:
        return None
    kinds = [rest[0], *rest[1::2]]
    if not all(len(kind) == 1 and isinstance(kind[0], str) for kind in kinds):
        return None
    return ResourceId("/".join(str(kind[0]).lower() for kind in kinds), rest[2::2], _joined(scope))


def known_type(parts: Sequence[str | Hole]) -> tuple[list[str], bool] | None:
    """The type that an id has for certain, segment by segment in small letters, and whether it ends there.

    None where nothing tells. A hole that may hold a slash may go on with other types.
    """
    segments = _segments(tuple(parts))
    starts = [index for index, segment in enumerate(segments) if segment == ("providers",)]
    if not starts:
        return None
    rest = segments[starts[-1] + 1 :]
    kinds: list[str] = []
    for index, segment in enumerate(rest):
        if index == 0 or index % 2:
            if len(segment) != 1 or not isinstance(segment[0], str):
                return (kinds, False) if len(kinds) > 1 else None
            kinds.append(segment[0].lower())
    ends = all(isinstance(part, str) or part.plain for segment in rest[-1:] for part in segment)
    return (kinds, ends) if len(kinds) > 1 else None


def _segments(parts: Parts) -> list[Parts]:
    """The parts between slashes; a hole counts as part of a segment."""
    segments: list[list[str | Hole]] = [[]]
    for part in parts:
        if isinstance(part, Hole):
            segments[-1].append(part)
            continue
        first, *others = part.split("/")
        if first:
            segments[-1].append(first)
        segments += ([each] if each else [] for each in others)
    if segments and not segments[0]:
        segments = segments[1:]
    return [tuple(segment) for segment in segments]


def _joined(segments: list[Parts]) -> Parts:
    parts: list[str | Hole] = []
    for segment in segments:
        parts += ("/", *segment)
    return tuple(parts)
