"""Identifiers that only the service computes, of known length: guid, uniqueString, newGuid.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string
"""

from __future__ import annotations

from aiblint.arm.functions.signature import Function, why
from aiblint.arm.term import Hole, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _hash(length: int) -> Callable[[list[Term]], Term]:
    """A text of known length whose content depends on the service's hash function, or on chance."""

    def run(arguments: list[Term]) -> Term:
        reason = next((why(term) for term in arguments if isinstance(term, Unknown)), "only the service computes it")
        return Unknown("string", reason=reason, parts=(Hole("", length, length, plain=True),))

    return run


FUNCTIONS = (
    Function("guid", 1, None, ("string",), "string", run=_hash(36)),
    Function("uniqueString", 1, None, ("string",), "string", run=_hash(13)),
    Function("newGuid", 0, 0, (), "string", run=_hash(36)),
)
