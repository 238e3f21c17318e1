"""Functions whose results only the deployment knows, but whose shape is documented: scopes, references, keys, environment.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-scope, …-deployment, …-resource
"""

from __future__ import annotations

from aiblint.arm.functions.signature import Function, is_known_text, text
from aiblint.arm.term import Hole, Obj, Term, Unknown
from aiblint.arm.text import text_term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call


def string(name: str, *parts: str | Hole) -> Unknown:
    """A string that only the deployment knows, called `name`, of which parts may be known."""
    root = frozenset({f"deployment {name.lower()}"})
    return Unknown("string", reason=f"{name} is known at deployment only", label=name, parts=parts, roots=root)


def _strings(function: str, *names: str) -> list[tuple[str, Term]]:
    return [(name, string(f"{function}.{name}")) for name in names]


def _object(name: str) -> Unknown:
    return Unknown("object", reason=f"{name} is known at deployment only", label=name)


def _resource_group(evaluator: Evaluator, _: Call) -> Term:
    own, place = "resourceGroup()", evaluator.environment.place
    named = _text(f"{own}.name", *place.group)
    more = [(name, _object(f"{own}.{name}")) for name in ("tags", "properties")]
    members = [("id", _text(f"{own}.id", *place.path)), ("name", named), *_strings(own, "type", "location", "managedBy"), *more]
    return Obj(members, open=True, documented=True)


def _subscription(evaluator: Evaluator, _: Call) -> Term:
    own, place = "subscription()", evaluator.environment.place
    identity = _text(f"{own}.id", "/subscriptions/", *place.subscription)
    number = _text(f"{own}.subscriptionId", *place.subscription)
    return Obj(
        [("id", identity), ("subscriptionId", number), *_strings(own, "tenantId", "displayName")], open=True, documented=True
    )


def _text(name: str, *parts: str | Hole) -> Term:
    """A string put together of what is known; a nested deployment knows the group that it names."""
    return string(name, *parts) if any(isinstance(part, Hole) for part in parts) else text_term(parts)


def _tenant(_: list[Term]) -> Term:
    return Obj(_strings("tenant()", "tenantId", "displayName", "country", "countryCode"), open=True, documented=True)


def _management_group(_: list[Term]) -> Term:
    return Obj(_strings("managementGroup()", "id", "name", "type"), open=True)


def _deployment(_: list[Term]) -> Term:
    members = [*_strings("deployment()", "name", "location"), ("properties", Obj([], open=True))]
    return Obj(members, open=True, documented=True)


def _deployer(_: list[Term]) -> Term:
    return Obj(_strings("deployer()", "objectId", "tenantId", "userPrincipalName"), open=True, documented=True)


def _environment(_: list[Term]) -> Term:
    own = "environment()"
    suffixes = _strings(f"{own}.suffixes", "storage", "keyvaultDns", "sqlServerHostname", "acrLoginServer")
    names = "name portal resourceManager graph graphAudience gallery batch media sqlManagement activeDirectoryDataLake vmImageAliasDoc"
    known = [("suffixes", Obj(suffixes, open=True)), ("authentication", Obj([], open=True))]
    return Obj([*_strings(own, *names.split()), *known], open=True, documented=True)


def _reference(evaluator: Evaluator, call: Call) -> Term:
    arguments = evaluator.values(call.arguments)
    if is_known_text(arguments[0]):
        found = evaluator.environment.reference(text(arguments[0]))
        if found is not None:
            return found
    return _object("reference()")


def _list(evaluator: Evaluator, call: Call) -> Term:
    evaluator.values(call.arguments)  # for what is wrong with them
    name = f"{call.name}()"
    return Unknown(reason=f"{name} is known at deployment only", secret=True, label=name)


def _at_deployment(name: str, kind: str | None) -> Callable[[list[Term]], Term]:
    def run(_: list[Term]) -> Term:
        return Unknown(kind, reason=f"{name}() is known at deployment only", label=f"{name}()")

    return run


LIST = Function("list*", 1, None, read=_list)
"""`listKeys`, `listSecrets`, …: what a resource provider calls so. The results are secrets, or treated like them."""

FUNCTIONS = (
    Function("resourceGroup", 0, 0, result="object", read=_resource_group),
    Function("subscription", 0, 0, result="object", read=_subscription),
    Function("tenant", 0, 0, result="object", run=_tenant),
    Function("managementGroup", 0, 0, result="object", run=_management_group),
    Function("deployment", 0, 0, result="object", run=_deployment),
    Function("deployer", 0, 0, result="object", run=_deployer),
    Function("environment", 0, 0, result="object", run=_environment),
    Function("reference", 1, 3, read=_reference),
    Function("references", 1, 2, result="array", run=_at_deployment("references", "array")),
    Function("providers", 1, 2, ("string",), "object", run=_at_deployment("providers", "object")),
    Function("pickZones", 3, 5, result="array", run=_at_deployment("pickZones", "array")),
    Function("toLogicalZone", 3, 3, ("string",), "string", run=_at_deployment("toLogicalZone", "string")),
    Function("toLogicalZones", 3, 3, result="array", run=_at_deployment("toLogicalZones", "array")),
    Function("toPhysicalZone", 3, 3, ("string",), "string", run=_at_deployment("toPhysicalZone", "string")),
    Function("toPhysicalZones", 3, 3, result="array", run=_at_deployment("toPhysicalZones", "array")),
    Function("extensions", 1, 1, run=_at_deployment("extensions", None)),
    Function("externalInputs", 1, 1, run=_at_deployment("externalInputs", None)),
    Function("fail", 1, 1, run=_at_deployment("fail", None)),
    # Known by name: what they give for which arguments is not documented for ARM.
    *(
        Function(name, 1, None, result=kind, run=_at_deployment(name, kind))
        for name, kind in (
            ("resourceInfo", "object"),
            ("roleDefinitions", "object"),
            ("existingResource", None),
            ("exists", "bool"),
            ("distinct", "array"),
            ("like", "bool"),
        )
    ),
)
