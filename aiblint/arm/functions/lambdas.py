"""Functions that take a lambda: filter, map, mapValues, reduce, sort, toObject, groupBy.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-lambda,
https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-lambda (lambdas that also take the index)
"""

from __future__ import annotations

import functools

from aiblint.arm.compare import equal
from aiblint.arm.functions.signature import Function, Refused, Unclear, array, boolean, closed, mapping, text, why
from aiblint.arm.term import Arr, Known, Obj, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call


def _input(evaluator: Evaluator, call: Call) -> Arr:
    return array(_typed(evaluator, call, "array"))


def _typed(evaluator: Evaluator, call: Call, kind: str) -> Term:
    term = evaluator.value(call.arguments[0])
    if term.type not in (kind, "null", None):
        raise Refused(f"takes an {kind} here, not {term.type}", 0, "argument-type")
    return term


def _filter(evaluator: Evaluator, call: Call) -> Term:
    listed = _input(evaluator, call)
    kept: list[Term] = []
    for index, item in enumerate(listed):
        answer = boolean(evaluator.apply_lambda(call.arguments[1], (item, Known(index))))
        if answer is None:
            return Arr(kept, open=True)
        if answer:
            kept.append(item)
    return Arr(kept, open=listed.open)


def _map(evaluator: Evaluator, call: Call) -> Term:
    listed = _input(evaluator, call)
    made = [evaluator.apply_lambda(call.arguments[1], (item, Known(index))) for index, item in enumerate(listed)]
    return Arr(made, open=listed.open)


def _map_values(evaluator: Evaluator, call: Call) -> Term:
    term = mapping(_typed(evaluator, call, "object"))
    return Obj([(name, evaluator.apply_lambda(call.arguments[1], (value,))) for name, value in term.members()], open=term.open)


def _reduce(evaluator: Evaluator, call: Call) -> Term:
    listed = closed(_input(evaluator, call))
    result = evaluator.value(call.arguments[1])
    for index, item in enumerate(listed):
        result = evaluator.apply_lambda(call.arguments[2], (result, item, Known(index)))
    return result


def _sort(evaluator: Evaluator, call: Call) -> Term:
    """Raises Unclear where the lambda leaves the order of different items open."""
    listed = list(closed(_input(evaluator, call)))

    def before(left: Term, right: Term) -> bool:
        answer = evaluator.apply_lambda(call.arguments[1], (left, right))
        decided = boolean(answer)
        if decided is None:
            raise Unclear(why(answer))
        return decided

    def compare(left: Term, right: Term) -> int:
        first, second = before(left, right), before(right, left)
        if first == second and equal(left, right) is not True:
            raise Unclear("the order of two items is not settled")
        return 0 if first == second else -1 if first else 1

    ordered: list[Term] = sorted(listed, key=functools.cmp_to_key(compare))
    return Arr(ordered)


def _key(evaluator: Evaluator, call: Call, item: Term) -> str:
    term = evaluator.apply_lambda(call.arguments[1], (item,))
    if term.type not in ("string", None):
        raise Unclear("a name is no string")
    return text(term)


def _to_object(evaluator: Evaluator, call: Call) -> Term:
    listed = closed(_input(evaluator, call))
    members: dict[str, tuple[str, Term]] = {}
    for item in listed:
        name = _key(evaluator, call, item)
        if name.lower() in members:
            raise Unclear("two items have one name")
        value = evaluator.apply_lambda(call.arguments[2], (item,)) if len(call.arguments) > 2 else item
        members[name.lower()] = (name, value)
    return Obj(members.values())


def _group_by(evaluator: Evaluator, call: Call) -> Term:
    listed = closed(_input(evaluator, call))
    groups: dict[str, list[Term]] = {}
    spelling: dict[str, str] = {}
    for item in listed:
        name = _key(evaluator, call, item)
        if spelling.setdefault(name.lower(), name) != name:
            raise Unclear("two names differ by case only")
        groups.setdefault(name, []).append(item)
    return Obj([(name, Arr(items)) for name, items in groups.items()])


def _lambda(evaluator: Evaluator, call: Call) -> Term:
    return Unknown(reason="a lambda stands only among the arguments of a function that takes one")


FUNCTIONS = (
    Function("lambda", 1, None, read=_lambda),
    Function("filter", 2, 2, result="array", read=_filter),
    Function("map", 2, 2, result="array", read=_map),
    Function("mapValues", 2, 2, result="object", read=_map_values),
    Function("reduce", 3, 3, read=_reduce),
    Function("sort", 2, 2, result="array", read=_sort),
    Function("toObject", 2, 3, result="object", read=_to_object),
    Function("groupBy", 2, 2, result="object", read=_group_by),
)
