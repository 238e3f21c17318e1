"""Comparison functions: equals, less, lessOrEquals, greater, greaterOrEquals.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-comparison
"""

from __future__ import annotations

from aiblint.arm.compare import equal
from aiblint.arm.functions.signature import Function, Refused, Unclear, integer, is_known_text, text, why
from aiblint.arm.term import Known, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _equals(arguments: list[Term]) -> Term:
    left, right = arguments
    answer = equal(left, right)
    if answer is None:
        return Unknown("bool", reason=why(left if isinstance(left, Unknown) else right))
    return Known(answer)


def _order(left: Term, right: Term) -> int:
    """-1, 0 or 1. Raises Unclear, and Refused for values of different types."""
    if left.type != right.type and left.type is not None and right.type is not None and "null" not in (left.type, right.type):
        if "float" not in (left.type, right.type):
            raise Refused(f"compares values of one type, not {left.type} with {right.type}", 1, "argument-type")
        raise Unclear("numbers of different types")
    if is_known_text(left) and is_known_text(right):
        return _order_of_strings(text(left), text(right))
    first, second = integer(left), integer(right)
    return (first > second) - (first < second)


def _order_of_strings(left: str, right: str) -> int:
    """The order of the invariant culture, where it is plain: letters before case, small before capital, digits first.

    The documentation's example has 'A' greater than 'a', so the order is no ordinal one.
    """
    if left == right:
        return 0
    if not (left.isascii() and right.isascii() and (left + right).isalnum()):
        raise Unclear("the order of these strings depends on the service's collation")
    first, second = left.lower(), right.lower()
    if first != second:
        return 1 if first > second else -1
    differing = next(index for index in range(len(left)) if left[index] != right[index])
    return 1 if left[differing].isupper() else -1


def _comparison(name: str, decide: Callable[[int], bool]) -> Function:
    def run(arguments: list[Term]) -> Term:
        return Known(decide(_order(arguments[0], arguments[1])))

    return Function(name, 2, 2, ("int|string",), "bool", run=run)


FUNCTIONS = (
    Function("equals", 2, 2, result="bool", run=_equals),
    _comparison("less", lambda order: order < 0),
    _comparison("lessOrEquals", lambda order: order <= 0),
    _comparison("greater", lambda order: order > 0),
    _comparison("greaterOrEquals", lambda order: order >= 0),
)
