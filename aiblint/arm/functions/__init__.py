"""The functions of the template language, by name in any case.

Sources, compared on 2026-11-24: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions and, for
what only Bicep's pages name, https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions and the compiler's
own list, https://github.com/Azure/bicep/tree/main/src/Bicep.Core.Samples/Files/baselines/Functions
"""

from __future__ import annotations

from aiblint import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiblint.arm.functions.signature import Function

ROOMS = {
    "addresses": "parseCidr cidrSubnet cidrHost",
    "arrays": "createArray range flatten union intersection indexFromEnd tryIndexFromEnd tryGet",
    "comparison": "equals less lessOrEquals greater greaterOrEquals",
    "conversion": "string int float bool json array",
    "dates": "dateTimeAdd dateTimeFromEpoch dateTimeToEpoch utcNow",
    "encoding": "base64 base64ToString base64ToJson dataUri dataUriToString uriComponent uriComponentToString uri buildUri parseUri",
    "formatting": "format",
    "hashes": "guid uniqueString newGuid",
    "lambdas": "lambda filter map mapValues reduce sort toObject groupBy",
    "logic": "if and or not coalesce true false null",
    "numbers": "add sub mul div mod min max",
    "objects": "createObject items objectKeys shallowMerge",
    "resources": "resourceId subscriptionResourceId tenantResourceId managementGroupResourceId extensionResourceId",
    "scopes": "resourceGroup subscription tenant managementGroup deployment deployer environment reference references providers "
    "pickZones toLogicalZone toLogicalZones toPhysicalZone toPhysicalZones extensions externalInputs fail "
    "resourceInfo roleDefinitions existingResource exists distinct like",
    "sequences": "concat contains empty length first last skip take indexOf lastIndexOf",
    "strings": "toLower toUpper trim replace split join startsWith endsWith substring padLeft",
    "values": "parameters variables lambdaVariables copyIndex",
}
"""Module → the functions that it holds: a template uses a few, and each module costs a hook a millisecond or two."""

_ROOM_OF = {name.lower(): room for room, held in ROOMS.items() for name in held.split()}
_functions: dict[str, Function] = {}


def find(name: str) -> Function | None:
    """The function of that name; every `list…` is one, for resource providers add their own."""
    folded = name.lower()
    if folded not in _functions and folded in _ROOM_OF:
        room = late.module(f"{__name__}.{_ROOM_OF[folded]}")
        _functions.update({function.name.lower(): function for function in room.FUNCTIONS})
    function = _functions.get(folded)
    if function is None and is_list(folded):
        from aiblint.arm.functions.scopes import LIST

        return LIST
    return function


def exists(name: str) -> bool:
    """Whether `find` has an answer, without fetching it."""
    folded = name.lower()
    return folded in _ROOM_OF or is_list(folded)


def is_list(folded: str) -> bool:
    """Whether a name, in lower case, is one of the functions `list…`; `list.keys` is of the user's own namespace `list`."""
    return folded.startswith("list") and "." not in folded


def names() -> Iterable[str]:
    """The names of all functions in their documented spelling."""
    return [name for held in ROOMS.values() for name in held.split()]
