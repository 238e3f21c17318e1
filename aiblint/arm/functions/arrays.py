"""Array functions: createArray, range, flatten, union, intersection, and items counted from the end or fetched safely.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array
"""

from __future__ import annotations

from aiblint.arm.compare import equal
from aiblint.arm.functions.objects import common_members, merged
from aiblint.arm.functions.signature import MOST_ITEMS, Function, Refused, TooLarge, Unclear, array, closed, integer, why
from aiblint.arm.term import Arr, Known, Obj, Term, Unknown

_MOST_COMPARISONS = 200_000


def _create_array(arguments: list[Term]) -> Term:
    return Arr(arguments)


def _range(arguments: list[Term]) -> Term:
    start, count = integer(arguments[0]), integer(arguments[1])
    if not 0 <= count <= 10_000:
        raise Refused("makes 0 to 10000 numbers", 1)
    if start + count > 2_147_483_647:
        raise Refused("makes numbers up to 2147483647", 0)
    return Arr([Known(start + index) for index in range(count)])


def _flatten(arguments: list[Term]) -> Term:
    outer = array(arguments[0])
    items: list[Term] = []
    for inner in outer:
        if not isinstance(inner, Arr):
            return Arr(items, open=True)
        if len(items) + len(inner) > MOST_ITEMS:
            raise TooLarge("the array is too long to be worked out")
        items += inner
        if inner.open:
            return Arr(items, open=True)
    return Arr(items, open=outer.open)


class _Distinct:
    """Items without repetition, in order; `add` and `has` say None where it cannot be told whether one is there."""

    def __init__(self) -> None:
        self.items: list[Term] = []
        self._scalars: set[tuple[str, object]] = set()
        self._others: list[Term] = []
        self._left = _MOST_COMPARISONS

    def has(self, item: Term) -> bool | None:
        if isinstance(item, Known):
            if (item.type, item.value) in self._scalars:
                return True
            candidates = self._others
        else:
            candidates = self.items
        self._left -= len(candidates)
        if self._left < 0:
            raise TooLarge("the array is too long to be worked out")
        answers = {equal(item, other) for other in candidates}
        return True if True in answers else None if None in answers else False

    def add(self, item: Term) -> bool | None:
        answer = self.has(item)
        if answer is False:
            self.items.append(item)
            if isinstance(item, Known) and item.type != "float":
                self._scalars.add((item.type, item.value))
            else:
                self._others.append(item)
        return answer


def _one_type(arguments: list[Term]) -> str | None:
    kinds = {term.type for term in arguments}
    if {"array", "object"} <= kinds:
        raise Refused("takes either arrays or objects, not both", None, "argument-type")
    return kinds.pop() if len(kinds) == 1 else None


def _union(arguments: list[Term]) -> Term:
    kind = _one_type(arguments)
    if kind == "object":
        result: Term = arguments[0]
        for other in arguments[1:]:
            result = merged(result, other, 0)
        return result
    if kind != "array":
        return Unknown(
            next((term.type for term in arguments if term.type in ("array", "object")), None), reason=why(arguments[0])
        )
    distinct = _Distinct()
    for term in arguments:
        if not isinstance(term, Arr):
            return Arr(distinct.items, open=True)
        if any(distinct.add(item) is None for item in term) or term.open:
            return Arr(distinct.items, open=True)
    return Arr(distinct.items)


def _intersection(arguments: list[Term]) -> Term:
    kind = _one_type(arguments)
    result = arguments[0]
    for other in arguments[1:]:
        if kind == "object" and isinstance(result, Obj) and isinstance(other, Obj):
            result = common_members(result, other)
        elif kind == "array" and isinstance(result, Arr) and isinstance(other, Arr):
            result = _common_items(result, other)
        else:
            return Unknown(kind, reason=why(other if isinstance(result, (Arr, Obj)) else result))
    return result


def _common_items(left: Arr, right: Arr) -> Arr:
    """Items of the left array that the right one has too; what follows a doubtful one is not told."""
    present, chosen = _Distinct(), _Distinct()
    doubtful = any(present.add(item) is None for item in right) or right.open
    for item in left:
        found = present.has(item)
        if found is None or (found is False and doubtful):
            return Arr(chosen.items, open=True)
        if found and chosen.add(item) is None:
            return Arr(chosen.items, open=True)
    return Arr(chosen.items, open=left.open)


def _from_end(arguments: list[Term], safe: bool) -> Term:
    listed, place = closed(arguments[0]), integer(arguments[1])
    if 1 <= place <= len(listed):
        return listed.item(len(listed) - place)
    if safe:
        return Known(None)
    raise Refused(f"counts from 1 at the end; the array has {len(listed)} items", 1)


def _index_from_end(arguments: list[Term]) -> Term:
    return _from_end(arguments, False)


def _try_index_from_end(arguments: list[Term]) -> Term:
    return _from_end(arguments, True)


def _try_get(arguments: list[Term]) -> Term:
    """A property or item, null where there is none; further keys lead into what was found."""
    term = arguments[0]
    for index, key in enumerate(arguments[1:]):
        found = _fetched(term, key)
        if found is None:
            if index:
                raise Unclear("only the first of several keys is certainly safe")
            return Known(None)
        if isinstance(found, Known) and found.value is None:
            return found
        term = found
    return term


def _fetched(term: Term, key: Term) -> Term | None:
    if isinstance(term, Obj) and isinstance(key, Known) and isinstance(key.value, str):
        member = term.get(key.value)
        if member is None and term.open:
            return Unknown(reason="the property is known at deployment only", secret=term.secret)
        return member
    if isinstance(term, Arr):
        index = integer(key)
        if 0 <= index < len(term):
            return term.item(index)
        if index >= 0 and term.open:
            return Unknown(reason="the item is known at deployment only", secret=term.secret)
        return None
    raise Unclear(why(key if isinstance(term, (Arr, Obj)) else term))


FUNCTIONS = (
    Function("createArray", 0, None, result="array", run=_create_array, whole=True),
    Function("range", 2, 2, ("int",), "array", run=_range),
    Function("flatten", 1, 1, ("array",), "array", run=_flatten),
    Function("union", 2, None, ("array|object",), run=_union, whole=True),
    Function("intersection", 2, None, ("array|object",), run=_intersection),
    Function("indexFromEnd", 2, 2, ("array", "int"), run=_index_from_end),
    Function("tryIndexFromEnd", 2, 2, ("array", "int"), run=_try_index_from_end),
    Function("tryGet", 2, None, ("array|object", "string|int"), run=_try_get),
)
