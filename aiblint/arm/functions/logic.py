"""Logical functions, which evaluate only what they need: if, and, or, not, coalesce; and the three constants.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-logical
"""

from __future__ import annotations

from aiblint.arm.alternatives import either, joined_roots, roots_of
from aiblint.arm.functions.signature import Function, Refused, boolean, why
from aiblint.arm.term import Known, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call


def _condition(evaluator: Evaluator, call: Call, index: int) -> Term:
    term = evaluator.value(call.arguments[index])
    if term.type not in (None, "bool", "null"):
        raise Refused(f"takes a bool here, not {term.type}", index, "argument-type")
    return term


def _if(evaluator: Evaluator, call: Call) -> Term:
    condition = _condition(evaluator, call, 0)
    decided = boolean(condition)
    if decided is not None:
        return evaluator.value(call.arguments[1 if decided else 2])
    from aiblint.arm import assume  # only where a condition is unknown

    return assume.branches(evaluator, call, condition)


def _all(evaluator: Evaluator, call: Call) -> Term:
    return _junction(evaluator, call, False)


def _any(evaluator: Evaluator, call: Call) -> Term:
    return _junction(evaluator, call, True)


def _junction(evaluator: Evaluator, call: Call, decisive: bool) -> Term:
    """`and` and `or`: one decisive argument settles it, whatever the others are."""
    reason, unclear, roots = "", False, _none()
    for index in range(len(call.arguments)):
        evaluator.doubtful += unclear
        try:
            term = _condition(evaluator, call, index)
        finally:
            evaluator.doubtful -= unclear
        value = boolean(term)
        if value is decisive:
            return Known(decisive)
        if value is None:
            reason, unclear = why(term), True
            roots.append(roots_of(term))
    return Unknown("bool", reason=reason, roots=joined_roots(roots)) if unclear else Known(not decisive)


def _none() -> list[frozenset[str] | None]:
    return []


def _not(arguments: list[Term]) -> Term:
    value = boolean(arguments[0])
    return Unknown("bool", reason=why(arguments[0])) if value is None else Known(not value)


def _coalesce(evaluator: Evaluator, call: Call) -> Term:
    possible: list[Term] = []
    for part in call.arguments:
        term = evaluator.doubt(part) if possible else evaluator.value(part)
        if isinstance(term, Known) and term.value is None:
            continue
        possible.append(term)
        if term.type is not None:  # it is there, whatever it is
            break
    return either(possible) if possible else Known(None)


def _constant(value: bool | None) -> Known:
    return Known(value)


FUNCTIONS = (
    Function("if", 3, 3, read=_if),
    Function("and", 2, None, result="bool", read=_all),
    Function("or", 2, None, result="bool", read=_any),
    Function("not", 1, 1, ("bool",), "bool", run=_not),
    Function("coalesce", 1, None, read=_coalesce),
    Function("true", 0, 0, result="bool", run=lambda _: _constant(True)),
    Function("false", 0, 0, result="bool", run=lambda _: _constant(False)),
    Function("null", 0, 0, result="null", run=lambda _: _constant(None)),
)
