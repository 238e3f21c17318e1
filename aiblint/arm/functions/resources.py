"""Resource identifiers, with holes for what only the deployment knows: subscription, resource group, unknown names.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource
"""

from __future__ import annotations

import re

from aiblint.arm.functions.signature import Function, Refused, Unclear, bounded, is_known_text, shape, text, why
from aiblint.arm.term import Hole, Term
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiblint.arm.environment import Place
    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call

_TYPE = lazy(r"[A-Za-z]\w*(\.\w+)+(/[\w.-]+)+", re.ASCII)
_GUID = lazy(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_GROUPS = "microsoft.resources/resourcegroups"

_Parts = list[str | Hole]


def _resource_id(evaluator: Evaluator, call: Call) -> Term:
    arguments = _strings(evaluator, call)
    at = _type_at(arguments, 2)
    before = arguments[:at]
    scope: _Parts = []
    if evaluator.environment.scope in ("resourceGroup", "subscription"):
        scope = _scope_of(before, evaluator.environment.scope == "resourceGroup", evaluator.environment.place)
    elif before:
        raise Unclear("a deployment to this scope has no subscription of its own")
    return _identifier([*scope, *_provider(arguments[at], arguments[at + 1 :], at)], arguments)


def _scope_of(before: list[Term], has_group: bool, place: Place) -> _Parts:
    """`/subscriptions/…/resourceGroups/…` from the optional leading arguments."""
    if not has_group and len(before) == 2:
        has_group = True
    if has_group:
        subscription = _plain(shape(before[0])) if len(before) == 2 else place.subscription
        group = _plain(shape(before[-1])) if before else place.group
        if len(before) == 1 and is_known_text(before[0]) and _GUID.fullmatch(text(before[0])):
            raise Unclear("the only argument before the type is read as a resource group, and looks like a subscription")
        return ["/subscriptions/", *subscription, "/resourceGroups/", *group]
    return ["/subscriptions/", *(_plain(shape(before[0])) if before else place.subscription)]


def _subscription_resource_id(evaluator: Evaluator, call: Call) -> Term:
    arguments = _strings(evaluator, call)
    at = _type_at(arguments, 1)
    return _identifier(
        [*_scope_of(arguments[:at], False, evaluator.environment.place), *_provider(arguments[at], arguments[at + 1 :], at)],
        arguments,
    )


def _tenant_resource_id(evaluator: Evaluator, call: Call) -> Term:
    arguments = _strings(evaluator, call)
    at = _type_at(arguments, 0)
    return _identifier(_provider(arguments[at], arguments[at + 1 :], at), arguments)


def _management_group_resource_id(evaluator: Evaluator, call: Call) -> Term:
    arguments = _strings(evaluator, call)
    at = _type_at(arguments, 1)
    group = shape(arguments[0]) if at else (Hole("managementGroup().name", 1, 90),)
    scope: _Parts = ["/providers/Microsoft.Management/managementGroups/", *group]
    return _identifier([*scope, *_provider(arguments[at], arguments[at + 1 :], at)], arguments)


def _extension_resource_id(evaluator: Evaluator, call: Call) -> Term:
    arguments = _strings(evaluator, call)
    if not is_known_text(arguments[1]):
        raise Unclear(why(arguments[1]))
    return _identifier([*shape(arguments[0]), *_provider(arguments[1], arguments[2:], 1)], arguments)


def _strings(evaluator: Evaluator, call: Call) -> list[Term]:
    arguments = evaluator.values(call.arguments)
    for index, argument in enumerate(arguments):
        if argument.type not in ("string", "null", None):
            raise Refused(f"takes strings, not {argument.type}", index, "argument-type")
    return arguments


def _type_at(arguments: list[Term], latest: int) -> int:
    """Where the resource type stands among the arguments; subscription and resource group may precede it. Raises Unclear."""
    for index, argument in enumerate(arguments[: latest + 1]):
        if is_known_text(argument):
            if _TYPE.fullmatch(text(argument)):
                return index
            if "/" in text(argument):
                raise Unclear("an argument looks like a resource type and is none")
    raise Unclear(
        next((why(argument) for argument in arguments if not is_known_text(argument)), "no argument is a resource type")
    )


def _provider(kind: Term, names: list[Term], at: int) -> _Parts:
    """`/providers/Namespace/type/name/…`, one name for each segment of the type."""
    if text(kind).lower() == _GROUPS:
        raise Unclear("whether the id of a group has its provider in it is not documented")
    namespace, *segments = text(kind).split("/")
    if len(names) != len(segments):
        wanted = f"{len(segments)} name{'' if len(segments) == 1 else 's'}"
        raise Refused(f"needs {wanted} for the type '{text(kind)[:200]}', not {len(names)}", at, "argument-count")
    parts: _Parts = ["/providers/", namespace]
    for segment, name in zip(segments, names, strict=True):
        parts += ["/", segment, "/", *_plain(shape(name))]
    return parts


def _plain(parts: Sequence[str | Hole]) -> _Parts:
    """The same, its holes one name: these functions take names, never a path of several."""
    return [Hole(part.label, part.least, part.most, plain=True) if isinstance(part, Hole) else part for part in parts]


def _identifier(parts: _Parts, arguments: list[Term]) -> Term:
    reason = next(
        (why(argument) for argument in arguments if not is_known_text(argument)), "the scope is known at deployment only"
    )
    return bounded(parts, reason)


FUNCTIONS = (
    Function("resourceId", 2, None, result="string", read=_resource_id),
    Function("subscriptionResourceId", 2, None, result="string", read=_subscription_resource_id),
    Function("tenantResourceId", 2, None, result="string", read=_tenant_resource_id),
    Function("managementGroupResourceId", 2, None, result="string", read=_management_group_resource_id),
    Function("extensionResourceId", 3, None, result="string", read=_extension_resource_id),
)
