"""The functions of the template language, by name in any case.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
"""

from __future__ import annotations

from aiblint.arm.functions import (
    addresses,
    arrays,
    comparison,
    conversion,
    dates,
    encoding,
    formatting,
    lambdas,
    logic,
    numbers,
    objects,
    resources,
    scopes,
    sequences,
    strings,
    values,
)
from aiblint.arm.functions.scopes import LIST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiblint.arm.functions.signature import Function

_ROOMS = (
    addresses,
    arrays,
    comparison,
    conversion,
    dates,
    encoding,
    formatting,
    lambdas,
    logic,
    numbers,
    objects,
    resources,
    scopes,
    sequences,
    strings,
    values,
)
_FUNCTIONS: dict[str, Function] = {function.name.lower(): function for room in _ROOMS for function in room.FUNCTIONS}


def find(name: str) -> Function | None:
    """The function of that name; every `list…` is one, for resource providers add their own."""
    folded = name.lower()
    function = _FUNCTIONS.get(folded)
    if function is None and folded.startswith("list"):
        return LIST
    return function


def names() -> Iterable[str]:
    """The names of all functions in their documented spelling."""
    return [function.name for function in _FUNCTIONS.values()]
