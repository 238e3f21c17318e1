"""Functions that fetch values: parameters, variables, copyIndex, lambdaVariables.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-deployment
"""

from __future__ import annotations

from aiblint.arm.functions.signature import Function, Refused, Unclear, integer, text, why
from aiblint.arm.term import Known, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call


def _name(evaluator: Evaluator, call: Call) -> str:
    term = evaluator.value(call.arguments[0])
    if term.type not in ("string", None):
        raise Refused(f"takes a name, not {term.type}", 0, "argument-type")
    return text(term)


def _parameters(evaluator: Evaluator, call: Call) -> Term:
    name = _name(evaluator, call)
    found = evaluator.environment.parameter(name)
    if found is None:
        return evaluator.undefined("parameter", name, evaluator.environment.names("parameter"), call.arguments[0])
    return found


def _variables(evaluator: Evaluator, call: Call) -> Term:
    name = _name(evaluator, call)
    found = evaluator.environment.variable(name)
    if found is None:
        return evaluator.undefined("variable", name, evaluator.environment.names("variable"), call.arguments[0])
    return found


def _lambda_variables(evaluator: Evaluator, call: Call) -> Term:
    name = _name(evaluator, call)
    for variables in reversed(evaluator.lambdas):
        if name.lower() in variables:
            return variables[name.lower()]
    known = [name for variables in evaluator.lambdas for name in variables]
    return evaluator.undefined("lambda-variable", name, known, call.arguments[0])


def _copy_index(evaluator: Evaluator, call: Call) -> Term:
    loop, offset = None, 0
    for index, term in enumerate(evaluator.values(call.arguments)):
        if isinstance(term, Unknown):
            raise Unclear(why(term))
        if index == 0 and isinstance(term, Known) and isinstance(term.value, str):
            loop = term.value
        elif term.type == "int":
            offset = integer(term)
        else:
            raise Refused(f"takes the name of a loop and a number, not {term.type}", index, "argument-type")
    index_now = evaluator.environment.copy_index(loop)
    if index_now is None:
        return Unknown("int", reason="the round of the copy loop is not known")
    return Known(index_now + offset)


FUNCTIONS = (
    Function("parameters", 1, 1, read=_parameters),
    Function("variables", 1, 1, read=_variables),
    Function("lambdaVariables", 1, 1, read=_lambda_variables),
    Function("copyIndex", 0, 2, result="int", read=_copy_index),
)
