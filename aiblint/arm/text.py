"""Strings that are known in part: literal text and holes in turn, their lengths counted as the service counts."""

from __future__ import annotations

from aiblint.arm.term import Hole, Known, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_PARTS = 200


def units(text: str) -> int:
    """How long the service thinks a string is: .NET counts UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts_of(term: Term) -> tuple[str | Hole, ...]:
    """What is known of the text of a string, as literal text and holes in turn."""
    if isinstance(term, Known) and isinstance(term.value, str):
        return (term.value,) if term.value else ()
    if isinstance(term, Unknown):
        return term.parts or (Hole(term.label, plain=term.type in ("int", "bool")),)
    return (Hole(),)


def text_term(parts: Iterable[str | Hole], *, reason: str = "", secret: bool = False) -> Term:
    """A string put together: known if there is no hole. Neighbouring literals are joined, too many holes become one."""
    joined: list[str | Hole] = []
    run: list[str] = []
    for part in parts:
        if isinstance(part, str):
            run.append(part)
        elif part.most != 0:
            if any(run):
                joined.append("".join(run))
            run = []
            joined.append(part)
    if any(run):
        joined.append("".join(run))
    if all(isinstance(part, str) for part in joined):
        return Known("".join(part for part in joined if isinstance(part, str)), secret=secret)
    if len(joined) > _MOST_PARTS:
        joined = _shortened(joined)
    return Unknown("string", parts=joined, reason=reason, secret=secret)


def joined(separator: str, terms: Sequence[Term]) -> Term:
    """Strings with a separator between them, known as far as they are."""
    parts: list[str | Hole] = []
    for index, term in enumerate(terms):
        parts += ((separator,) if index else ()) + parts_of(term)
    return text_term(parts, secret=any(term.secret for term in terms))


def _shortened(parts: list[str | Hole]) -> list[str | Hole]:
    """First and last literal, with one hole for everything between."""
    first = [part for part in parts[:1] if isinstance(part, str)]
    last = [part for part in parts[-1:] if isinstance(part, str)]
    least, most = bounds(parts[len(first) : len(parts) - len(last)])
    return [*first, Hole("", least, most), *last]


def bounds(parts: Iterable[str | Hole]) -> tuple[int, int | None]:
    """The least and the greatest length (None: no limit) of a string in UTF-16 units."""
    least, most = 0, 0
    unlimited = False
    for part in parts:
        if isinstance(part, str):
            length = units(part)
            least, most = least + length, most + length
        else:
            least += part.least
            unlimited = unlimited or part.most is None
            most += part.most or 0
    return least, None if unlimited else most
