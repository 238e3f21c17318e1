"""Functions on strings and arrays alike: concat, contains, empty, first, last, length, skip, take, indexOf, lastIndexOf.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array and …-string
"""

from __future__ import annotations

from aiblint.arm.compare import equal
from aiblint.arm.functions.signature import (
    MOST_ITEMS,
    Function,
    Refused,
    TooLarge,
    Unclear,
    array,
    bounded,
    cut,
    encoded,
    folded,
    integer,
    is_known_text,
    prefix,
    shape,
    size,
    suffix,
    text,
    why,
)
from aiblint.arm.term import Arr, Hole, Known, Obj, Term, Unknown
from aiblint.arm.text import units


def _concat(arguments: list[Term]) -> Term:
    kinds = {term.type for term in arguments} - {None, "null"}
    if "array" in kinds:
        if len(kinds) > 1:
            raise Refused("takes either strings or arrays, not both", None, "argument-type")
        return _joined_arrays(arguments)
    if not kinds:
        return Unknown(reason=why(arguments[0]) if arguments else "")
    parts: list[str | Hole] = []
    for term in arguments:
        parts += _written(term)
    return bounded(parts, next((why(term) for term in arguments if not isinstance(term, Known)), ""))


def _written(term: Term) -> tuple[str | Hole, ...]:
    """The text that concat makes of a value."""
    if isinstance(term, Known) and not isinstance(term.value, str):
        if isinstance(term.value, int) and not isinstance(term.value, bool):
            return (str(term.value),)
        return (Hole(),)
    if term.type in ("string", None):
        return shape(term)
    return (Hole(term.label, 1) if isinstance(term, Unknown) else Hole(),)


def _joined_arrays(arguments: list[Term]) -> Arr:
    items: list[Term] = []
    for term in arguments:
        if not isinstance(term, Arr):
            return Arr(items, open=True)
        if len(items) + len(term) > MOST_ITEMS:
            raise TooLarge("the array is too long to be worked out")
        items += term
        if term.open:
            return Arr(items, open=True)
    return Arr(items)


def _contains(arguments: list[Term]) -> Term:
    container, wanted = arguments
    if isinstance(container, Obj):
        return _answer(_has_key(container, wanted), container, wanted)
    if isinstance(container, Arr):
        return _answer(_has_item(container, wanted), container, wanted)
    if container.type == "string":
        return _answer(_has_text(container, wanted), container, wanted)
    raise Unclear(why(container))


def _answer(answer: bool | None, *terms: Term) -> Term:
    if answer is None:
        return Unknown("bool", reason=next((why(term) for term in terms if isinstance(term, Unknown)), ""))
    return Known(answer)


def _has_key(container: Obj, wanted: Term) -> bool | None:
    if not isinstance(wanted, Known):
        return False if not len(container) and not container.open else None
    if container.get(_needle(wanted)) is not None:
        return True
    return None if container.open else False


def _needle(wanted: Term) -> str:
    if isinstance(wanted, Known) and isinstance(wanted.value, int) and not isinstance(wanted.value, bool):
        return str(wanted.value)
    return text(wanted)


def _has_item(container: Arr, wanted: Term) -> bool | None:
    answers = {equal(item, wanted) for item in container}
    if True in answers:
        return True
    return None if None in answers or container.open else False


def _has_text(container: Term, wanted: Term) -> bool | None:
    if not isinstance(wanted, Known):
        most = size(container)[1]
        return False if wanted.type == "string" and most is not None and most < size(wanted)[0] else None
    needle = _needle(wanted)
    if any(needle in part for part in shape(container) if isinstance(part, str)) or needle == "":
        return True
    most = size(container)[1]
    return False if is_known_text(container) or (most is not None and most < units(needle)) else None


def _empty(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Known) and term.value is None:
        return Known(True)
    if isinstance(term, (Arr, Obj)):
        return Known(False) if len(term) else _answer(None if term.open else True, term)
    if term.type != "string":
        raise Unclear(why(term))
    least, most = size(term)
    return Known(False) if least else _answer(True if most == 0 else None, term)


def _length(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, (Arr, Obj)):
        if term.open:
            raise Unclear("the length is known at deployment only")
        return Known(len(term))
    if term.type != "string":
        raise Unclear(why(term))
    least, most = size(term)
    return Known(least) if least == most else Unknown("int", reason=why(term))


def _first(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Arr):
        if len(term):
            return term.item(0)
        raise Unclear("the array may be empty")
    if term.type != "string":
        raise Unclear(why(term))
    if size(term) == (0, 0):
        return Known("")
    if prefix(term):
        return Known(cut(prefix(term), 0, 1))
    return Unknown("string", reason=why(term), parts=(Hole("", min(1, size(term)[0]), 1),))


def _last(arguments: list[Term]) -> Term:
    term = arguments[0]
    if isinstance(term, Arr):
        if len(term) and not term.open:
            return term.item(len(term) - 1)
        raise Unclear("the array may be empty or have more items")
    if term.type != "string":
        raise Unclear(why(term))
    if size(term) == (0, 0):
        return Known("")
    end = suffix(term)
    if end:
        return Known(cut(end, units(end) - 1))
    return Unknown("string", reason=why(term), parts=(Hole("", min(1, size(term)[0]), 1),))


def _skip(arguments: list[Term]) -> Term:
    term, count = arguments[0], max(0, integer(arguments[1]))
    if isinstance(term, Arr):
        return Arr(list(term)[count:], open=term.open) if count <= len(term) or not term.open else Arr([], open=True)
    if term.type != "string":
        raise Unclear(why(term))
    head = prefix(term)
    if count <= units(head):
        return bounded([cut(head, count), *shape(term)[1:]] if head else shape(term), why(term))
    least, most = size(term)
    if most is not None and most <= count:
        return Known("")
    return Unknown("string", reason=why(term), parts=(Hole("", max(0, least - count), None if most is None else most - count),))


def _take(arguments: list[Term]) -> Term:
    term, count = arguments[0], max(0, integer(arguments[1]))
    if isinstance(term, Arr):
        return Arr(list(term)[:count], open=term.open and count > len(term))
    if term.type != "string":
        raise Unclear(why(term))
    head = prefix(term)
    least, most = size(term)
    if count <= units(head):
        return Known(cut(head, 0, count))
    if most is not None and most <= count:
        return bounded(shape(term), why(term))
    rest = Hole("", max(0, min(least, count) - units(head)), count - units(head))
    return bounded([head, rest], why(term))


def _index_of(arguments: list[Term]) -> Term:
    term, wanted = arguments
    if isinstance(term, Arr):
        for index, item in enumerate(term):
            answer = equal(item, wanted)
            if answer is None:
                raise Unclear(why(item))
            if answer:
                return Known(index)
        return _nowhere(term)
    if term.type != "string":
        raise Unclear(why(term))
    found = _offset(prefix(term), text(wanted), False)
    if found >= 0 or is_known_text(term):
        return Known(found)
    raise Unclear(why(term))


def _last_index_of(arguments: list[Term]) -> Term:
    term, wanted = arguments
    if isinstance(term, Arr):
        array(term)
        if term.open:
            raise Unclear("the array may have more items")
        for index in reversed(range(len(term))):
            answer = equal(term.item(index), wanted)
            if answer is None:
                raise Unclear(why(term.item(index)))
            if answer:
                return Known(index)
        return Known(-1)
    if text(wanted) == "":
        raise Unclear("the place of an empty string is not documented")
    return Known(_offset(text(term), text(wanted), True))


def _nowhere(term: Arr) -> Known:
    if term.open:
        raise Unclear("the array may have more items")
    return Known(-1)


def _offset(haystack: str, needle: str, last: bool) -> int:
    """Where a text stands in another in any case, in UTF-16 units; -1 if it does not."""
    haystack, needle = folded(haystack), folded(needle)
    found = haystack.rfind(needle) if last else haystack.find(needle)
    return found if found < 0 or haystack.isascii() else len(encoded(haystack[:found])) // 2


FUNCTIONS = (
    Function("concat", 0, None, ("string|int|bool|array",), run=_concat),
    Function("contains", 2, 2, ("string|array|object", ""), "bool", run=_contains),
    Function("empty", 1, 1, ("string|array|object",), "bool", run=_empty),
    Function("length", 1, 1, ("string|array|object",), "int", run=_length),
    Function("first", 1, 1, ("string|array",), run=_first),
    Function("last", 1, 1, ("string|array",), run=_last),
    Function("skip", 2, 2, ("string|array", "int"), run=_skip),
    Function("take", 2, 2, ("string|array", "int"), run=_take),
    Function("indexOf", 2, 2, ("string|array", ""), "int", run=_index_of),
    Function("lastIndexOf", 2, 2, ("string|array", ""), "int", run=_last_index_of),
)
