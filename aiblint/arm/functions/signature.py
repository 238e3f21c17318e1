"""What every template function declares, and how it reads its arguments or says that it cannot."""

from __future__ import annotations

from aiblint.arm.term import Arr, Hole, Known, Obj, Term, Unknown
from aiblint.arm.text import bounds, parts_of, text_term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call

MOST_TEXT = 1_000_000
"""Characters of a computed string; the service takes no template beyond 4 MB."""

MOST_ITEMS = 50_000
"""Items of a computed array; `range` gives 10 000."""


class Refused(Exception):
    """The service refuses these arguments. `argument` is the index of the guilty one, None for the call.

    `kind` is one of `environment.KINDS`.
    """

    def __init__(self, message: str, argument: int | None = None, kind: str = "invalid-value") -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument
        self.kind = kind


class Unclear(Exception):
    """The result cannot be told; the reason is the message."""


class TooLarge(Unclear):
    """The result cannot be told because it, or the way there, goes beyond what is worked out here."""


class Function:
    """A function of the template language.

    `least` and `most` arguments (None: any number). `accepts` gives the types of each argument, separated by `|`
    (empty: any); the last one is for all that follow. `result` is the type that it gives, None if that varies.
    A `whole` one puts its arguments together as they are, whichever of several values they have. `run` takes the terms of the
    arguments, `read` the call itself where the arguments must not be evaluated first.
    """

    __slots__ = ("accepts", "least", "most", "name", "read", "result", "run", "whole")

    def __init__(
        self,
        name: str,
        least: int,
        most: int | None,
        accepts: tuple[str, ...] = ("",),
        result: str | None = None,
        *,
        run: Callable[[list[Term]], Term] | None = None,
        read: Callable[[Evaluator, Call], Term] | None = None,
        whole: bool = False,
    ) -> None:
        self.whole = whole
        self.name = name
        self.least = least
        self.most = most
        self.accepts = tuple(tuple(kinds.split("|")) if kinds else () for kinds in accepts)
        self.result = result
        self.run = run
        self.read = read


def why(term: Term) -> str:
    """Why a term is not known."""
    return (term.reason if isinstance(term, Unknown) else "") or "an argument is known at deployment only"


def text(term: Term) -> str:
    """A known string. Raises Unclear."""
    if isinstance(term, Known) and isinstance(term.value, str):
        return term.value
    raise Unclear(why(term))


def integer(term: Term) -> int:
    """A known integer. Raises Unclear."""
    if isinstance(term, Known) and isinstance(term.value, int) and not isinstance(term.value, bool):
        return term.value
    raise Unclear(why(term))


def boolean(term: Term) -> bool | None:
    """A known truth value; None if it is unknown."""
    return term.value if isinstance(term, Known) and isinstance(term.value, bool) else None


def array(term: Term) -> Arr:
    """An array, open or not. Raises Unclear."""
    if isinstance(term, Arr):
        return term
    raise Unclear(why(term))


def closed(term: Term) -> Arr:
    """An array whose items are all listed. Raises Unclear."""
    listed = array(term)
    if listed.open:
        raise Unclear("the array may have more items")
    return listed


def mapping(term: Term) -> Obj:
    """An object, open or not. Raises Unclear."""
    if isinstance(term, Obj):
        return term
    raise Unclear(why(term))


def bounded(parts: Iterable[str | Hole], reason: str = "") -> Term:
    """A string put together from parts. Raises Unclear when it grows beyond all measure."""
    listed = list(parts)
    if sum(len(part) for part in listed if isinstance(part, str)) > MOST_TEXT:
        raise TooLarge("the string is too long to be worked out")
    return text_term(listed, reason=reason)


def known_text(value: str) -> Known:
    if len(value) > MOST_TEXT:
        raise TooLarge("the string is too long to be worked out")
    return Known(value)


def shape(term: Term) -> tuple[str | Hole, ...]:
    """What is known of a string argument; an unknown of unknown type may be one. Raises Unclear for anything else."""
    if term.type == "string" or isinstance(term, Unknown):
        return parts_of(term)
    raise Unclear("an argument is no string")


def size(term: Term) -> tuple[int, int | None]:
    """The least and greatest length of a string known in part, in UTF-16 units."""
    return bounds(shape(term))


def prefix(term: Term) -> str:
    """The text that a string certainly starts with."""
    parts = shape(term)
    return parts[0] if parts and isinstance(parts[0], str) else ""


def suffix(term: Term) -> str:
    """The text that a string certainly ends with."""
    parts = shape(term)
    return parts[-1] if parts and isinstance(parts[-1], str) else ""


def is_known_text(term: Term) -> bool:
    return isinstance(term, Known) and isinstance(term.value, str)


def encoded(value: str) -> bytes:
    """UTF-16 units of a string: positions and lengths count these."""
    return value.encode("utf-16-le", "surrogatepass")


def cut(value: str, start: int, stop: int | None = None) -> str:
    """A slice by UTF-16 units, as the service counts; start and stop are not negative."""
    if value.isascii():
        return value[start:stop]
    return encoded(value)[2 * start : None if stop is None else 2 * stop].decode("utf-16-le", "surrogatepass")


def folded(value: str) -> str:
    """For comparing without case, character by character as .NET does: the length stays the same."""
    return value.upper() if value.isascii() else "".join(_single(character, character.upper()) for character in value)


def lowered(value: str) -> str:
    return value.lower() if value.isascii() else "".join(_single(character, character.lower()) for character in value)


def _single(character: str, changed: str) -> str:
    return changed if len(changed) == 1 else character
