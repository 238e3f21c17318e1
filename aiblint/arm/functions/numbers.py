"""Numeric functions: add, sub, mul, div, mod, min, max.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric
"""

from __future__ import annotations

from aiblint.arm.functions.signature import Function, Refused, Unclear, closed, integer
from aiblint.arm.term import Arr, Known, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _bounded(value: int) -> Known:
    if not -(2**63) <= value < 2**63:
        raise Unclear("the number has more than 64 bits")
    return Known(value)


def _divided(left: int, right: int) -> tuple[int, int]:
    """Quotient and remainder as .NET gives them: rounded towards zero, the remainder with the sign of the dividend."""
    if right == 0:
        raise Refused("cannot divide by 0", 1)
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient, left - quotient * right


def _binary(name: str, compute: Callable[[int, int], int]) -> Function:
    def run(arguments: list[Term]) -> Term:
        return _bounded(compute(integer(arguments[0]), integer(arguments[1])))

    return Function(name, 2, 2, ("int",), "int", run=run)


def _division(name: str, pick: int) -> Function:
    def run(arguments: list[Term]) -> Term:
        divisor = integer(arguments[1])
        if divisor == 0:
            raise Refused("cannot divide by 0", 1)
        return _bounded(_divided(integer(arguments[0]), divisor)[pick])

    return Function(name, 2, 2, ("int",), "int", run=run)


def _extreme(name: str, choose: Callable[[list[int]], int]) -> Function:
    def run(arguments: list[Term]) -> Term:
        listed = list(closed(arguments[0])) if isinstance(arguments[0], Arr) else arguments
        numbers = [integer(term) for term in listed]
        if not numbers:
            raise Unclear("the array is empty")
        return Known(choose(numbers))

    return Function(name, 1, None, ("int|array",), "int", run=run)


FUNCTIONS = (
    _binary("add", lambda left, right: left + right),
    _binary("sub", lambda left, right: left - right),
    _binary("mul", lambda left, right: left * right),
    _division("div", 0),
    _division("mod", 1),
    _extreme("min", min),
    _extreme("max", max),
)
