"""String functions: case, trimming, replacing, splitting, joining, padding, cutting.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string
"""

from __future__ import annotations

from aiblint.arm.functions.signature import (
    MOST_ITEMS,
    MOST_TEXT,
    Function,
    Refused,
    TooLarge,
    Unclear,
    array,
    bounded,
    cut,
    folded,
    integer,
    is_known_text,
    known_text,
    lowered,
    prefix,
    shape,
    size,
    suffix,
    text,
    why,
)
from aiblint.arm.term import Arr, Hole, Known, Term, Unknown, secretly
from aiblint.arm.text import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SPACE = (
    "\t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000 "
)
"""What .NET trims."""


def _mapped(change: Callable[[str], str]) -> Callable[[list[Term]], Term]:
    """A function that changes a string character by character: what is known stays known."""

    def run(arguments: list[Term]) -> Term:
        parts = [change(part) if isinstance(part, str) else part for part in shape(arguments[0])]
        return bounded(parts, why(arguments[0]))

    return run


def _trim(arguments: list[Term]) -> Term:
    term = arguments[0]
    if is_known_text(term):
        return Known(text(term).strip(_SPACE))
    head, tail = prefix(term).lstrip(_SPACE), suffix(term).rstrip(_SPACE)
    return Unknown("string", reason=why(term), parts=[part for part in (head, Hole(), tail) if part])


def _replace(arguments: list[Term]) -> Term:
    term, old, new = arguments[0], text(arguments[1]), shape(arguments[2])
    if not old:
        raise Refused("cannot replace an empty string", 1)
    if len(old) > 1 and not is_known_text(term):
        raise Unclear(why(term))
    growth = sum(len(part) if isinstance(part, str) else 1 for part in new)
    parts: list[str | Hole] = []
    for part in shape(term):
        if isinstance(part, Hole):
            parts.append(Hole(part.label))
            continue
        pieces = part.split(old)
        if len(pieces) * growth > MOST_TEXT:
            raise TooLarge("the string is too long to be worked out")
        for index, piece in enumerate(pieces):
            parts += (*(new if index else ()), piece)
    return bounded(parts, why(term if not is_known_text(term) else arguments[2]))


def _split(arguments: list[Term]) -> Term:
    term, delimiters = arguments[0], _delimiters(arguments[1])
    head = prefix(term)
    pieces = _pieces(head, delimiters)
    if len(pieces) > MOST_ITEMS:
        raise TooLarge("the array is too long to be worked out")
    if size(term) == (units(head), units(head)):
        return Arr([Known(piece) for piece in pieces])
    # What a delimiter already ended is certain, and so is how the next piece starts, unless a delimiter
    # of several characters begins there and ends in what nobody knows.
    started = pieces[-1] if all(len(delimiter) == 1 for delimiter in delimiters) else ""
    unfinished = Unknown("string", reason=why(term), parts=[part for part in (started, Hole()) if part])
    return Arr([*(Known(piece) for piece in pieces[:-1]), unfinished], open=True)


def _delimiters(term: Term) -> list[str]:
    listed = [text(item) for item in term] if isinstance(term, Arr) and not term.open else [text(term)]
    return [delimiter for delimiter in listed if delimiter]


def _pieces(value: str, delimiters: list[str]) -> list[str]:
    """The text between delimiters; where two fit at one place, the first in the list wins, as in .NET."""
    if len(delimiters) == 1:
        return value.split(delimiters[0])
    pieces, start, at = [], 0, 0
    while delimiters:
        found = [(place, index) for index, delimiter in enumerate(delimiters) if (place := value.find(delimiter, at)) >= 0]
        if not found:
            break
        place, index = min(found)
        pieces.append(value[start:place])
        start = at = place + len(delimiters[index])
        if len(pieces) > MOST_ITEMS:
            break
    return [*pieces, value[start:]]


def _join(arguments: list[Term]) -> Term:
    listed, delimiter = array(arguments[0]), shape(arguments[1])
    parts: list[str | Hole] = []
    secret, total = False, 0
    for index, item in enumerate(listed):
        secret = secret or item.secret
        added = [*(delimiter if index else ()), *_joinable(item)]
        total += sum(len(part) for part in added if isinstance(part, str))
        if total > MOST_TEXT:
            raise TooLarge("the string is too long to be worked out")
        parts += added
    if listed.open:
        parts.append(Hole())
    joined = bounded(parts, why(arguments[0]))
    return secretly(joined) if secret else joined


def _joinable(item: Term) -> tuple[str | Hole, ...]:
    if isinstance(item, Known) and isinstance(item.value, int) and not isinstance(item.value, bool):
        return (str(item.value),)
    return shape(item) if item.type == "string" else (Hole(),)


def _starts_with(arguments: list[Term]) -> Term:
    return _edge(arguments, prefix(arguments[0]), prefix(arguments[1]), str.startswith)


def _ends_with(arguments: list[Term]) -> Term:
    return _edge(arguments, suffix(arguments[0])[::-1], suffix(arguments[1])[::-1], str.startswith)


def _edge(arguments: list[Term], known: str, wanted: str, fits: Callable[[str, str], bool]) -> Term:
    """Whether a string begins (or, reversed, ends) with another, in any case, from what is known of both."""
    known, wanted = folded(known), folded(wanted)
    shared = min(len(known), len(wanted))
    if known[:shared] != wanted[:shared]:
        return Known(False)
    most = size(arguments[0])[1]
    if most is not None and most < size(arguments[1])[0]:
        return Known(False)
    if is_known_text(arguments[1]) and fits(known, wanted):
        return Known(True)
    return Unknown("bool", reason=why(arguments[0] if not is_known_text(arguments[0]) else arguments[1]))


def _substring(arguments: list[Term]) -> Term:
    if len(arguments) == 1:
        raise Unclear("the start is left out")
    term, start = arguments[0], integer(arguments[1])
    length = integer(arguments[2]) if len(arguments) > 2 else None
    if start < 0 or (length is not None and length < 0):
        raise Refused("takes a start and a length that are not negative", 1 if start < 0 else 2)
    most = size(term)[1]
    if most is not None and start + (length or 0) > most:
        raise Refused(f"reaches beyond the end: the string has {most} characters")
    head = prefix(term)
    if is_known_text(term):
        return Known(cut(text(term), start, None if length is None else start + length))
    if length is not None:
        if start + length <= units(head):
            return Known(cut(head, start, start + length))
        known = cut(head, start) if start < units(head) else ""
        return bounded([known, Hole("", length - units(known), length - units(known))], why(term))
    if start <= units(head):
        return bounded([cut(head, start), *shape(term)[1 if head else 0 :]], why(term))
    raise Unclear(why(term))


def _pad_left(arguments: list[Term]) -> Term:
    term, total = arguments[0], integer(arguments[1])
    filler = text(arguments[2]) if len(arguments) > 2 else " "
    if total < 0:
        raise Refused("takes a length that is not negative", 1)
    if units(filler) != 1:
        raise Refused("pads with a single character", 2)
    if total > MOST_TEXT:
        raise TooLarge("the string is too long to be worked out")
    if isinstance(term, Known):
        value = str(integer(term)) if term.type == "int" else text(term)
        return known_text(filler * (total - units(value)) + value)
    if term.type != "string":
        return Unknown("string", reason=why(term), parts=(Hole("", total),))
    least = size(term)[0]
    if least >= total:
        return bounded(shape(term), why(term))
    tail = suffix(term)
    return bounded([Hole("", max(0, total - units(tail))), tail], why(term))


FUNCTIONS = (
    Function("toLower", 1, 1, ("string",), "string", run=_mapped(lowered)),
    Function("toUpper", 1, 1, ("string",), "string", run=_mapped(folded)),
    Function("trim", 1, 1, ("string",), "string", run=_trim),
    Function("replace", 3, 3, ("string",), "string", run=_replace),
    Function("split", 2, 2, ("string", "string|array"), "array", run=_split),
    Function("join", 2, 2, ("array", "string"), "string", run=_join),
    Function("startsWith", 2, 2, ("string",), "bool", run=_starts_with),
    Function("endsWith", 2, 2, ("string",), "bool", run=_ends_with),
    Function("substring", 1, 3, ("string", "int"), "string", run=_substring),
    Function("padLeft", 2, 3, ("string|int", "int", "string"), "string", run=_pad_left),
)
