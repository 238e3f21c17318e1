"""How a template departs from what its API version admits: one walk along the table of types, one deviation per mistake."""

from __future__ import annotations

from aiblint import schema
from aiblint.arm.scope import is_expression, is_parameter
from aiblint.document import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.schema import Type
    from aiblint.template import Template, Value

CASE = "case"
"""The right name in the wrong capitals; `expected` is the documented spelling."""
VERSION = "version"
"""A member or variant of other API versions only; `expected` is the first, `detail` the last of them."""
VARIANT = "variant"
"""A member of another variant of the same type; `expected` names the variants that have it."""
PLACE = "place"
"""A member that belongs at another place; `expected` is the path there."""
UNKNOWN = "unknown"
"""A member that no API version knows; `expected` is the one that was probably meant, or None."""
JSON_TYPE = "json-type"
"""A value of the wrong JSON type; `expected` is what belongs there."""
PARAMETER = "parameter"
"""A parameter whose declared type, or whose default value, is of another type than the member; `expected` is that one."""

# Members of a resource that belong to the deployment, not to the image template. Source:
# https://learn.microsoft.com/azure/azure-resource-manager/templates/resource-declaration
DEPLOYMENT_MEMBERS = frozenset(
    {
        "apiVersion",
        "comments",
        "condition",
        "copy",
        "dependsOn",
        "existing",
        "import",
        "metadata",
        "name",
        "resources",
        "scope",
        "type",
    }
)
# What other types of resources have at their top: nothing that belongs into the properties of an image template.
_OTHER_RESOURCES = frozenset({"sku", "plan", "kind", "zones", "managedBy"})
_LEGACY_VNET = frozenset({"name", "subnetName", "resourceGroupName"})

# What people mean by a name that was never right here, or was in the first previews. By the owner's type; "" is any.
_MEANT = {
    "": {"script": "scriptUri", "scripturl": "scriptUri", "sourceurl": "sourceUri", "checksum": "sha256Checksum"},
    "Distributor": {"tags": "artifactTags"},
    "VirtualNetworkConfig": {"subnet": "subnetId", "vnetname": "subnetId", "subnetname": "subnetId"},
    "TargetRegion": {"region": "name", "regionname": "name", "replicas": "replicaCount"},
    "Properties": {"build": "source", "targets": "distribute", "buildtimeout": "buildTimeoutInMinutes"},
}

# Names that many types have: standing somewhere else tells nothing about where they belong.
_COMMON = frozenset(
    {"name", "type", "location", "id", "state", "kind", "version", "message", "code", "status", "tags", "uri", "time"}
)

# Shapes that rules of their own speak about, more tellingly: inline-shape, identity-shape, build-identity-shape, tag-limits.
_OWN_RULES = frozenset({"inline", "userAssignedIdentities", "tags", "artifactTags", "managedResourceTags"})

_JSON_TYPES = {"string": STRING, "boolean": BOOLEAN, "object": OBJECT, "map": OBJECT, "array": ARRAY, "integer": NUMBER}


class Deviation:
    """One departure from the table. `value` is the value or member it is about, `owner` the type that the object has."""

    __slots__ = ("detail", "expected", "kind", "owner", "value")

    def __init__(self, kind: str, value: Value, owner: str, expected: str | None = None, detail: str = "") -> None:
        self.kind = kind
        self.value = value
        self.owner = owner
        self.expected = expected
        self.detail = detail


def deviations(template: Template, version: str) -> list[Deviation]:
    """All departures of a template and its triggers from an API version (or schema.SERVED), in file order."""
    walk = _Walk(version, template.kind == "arm")
    found = list(walk.object(template.root, "Template"))
    for trigger in template.triggers:
        found += _of_trigger(trigger, version, walk.arm)
    return found


def _of_trigger(trigger: Value, version: str, arm: bool) -> Iterator[Deviation]:
    """A trigger is a resource with an API version of its own; where it states none, its template's is the best guess."""
    own = trigger.text_of("apiVersion")
    walk = _Walk(own if own is not None and own in schema.versions() else version, arm)
    lifetime = schema.lifetime("Trigger", "properties")
    if "Trigger" in walk.types:
        yield from walk.object(trigger, "Trigger")
    elif lifetime is not None:
        yield Deviation(VERSION, trigger.get("type") or trigger, "Trigger", *lifetime)


class _Walk:
    def __init__(self, version: str, arm: bool) -> None:
        self.version = version
        self.types = schema.types(version)
        self.arm = arm

    def object(self, value: Value, type_name: str) -> Iterator[Deviation]:
        described = self.types[type_name]
        if not value.known or value.kind == NULL:
            return
        if value.kind != OBJECT:
            yield Deviation(JSON_TYPE, value, type_name, "an object")
            return
        variant = self._variant(value, described)
        admitted = self._admitted(described, variant)
        if described.by is not None and variant is None:
            old = self._foreign_variant(value, described)
            if old is not None:
                if old.value.text != "ISO":  # source-iso-retired tells more
                    yield old
                return
        for key, member in value.members.items():
            name = _spelling(key, admitted)
            if type_name in ("Template", "Trigger") and name in DEPLOYMENT_MEMBERS:
                if name == "name":  # type and apiVersion have rules of their own
                    yield from self._member(member, admitted[name], type_name)
                continue
            if name in admitted or name == described.by:
                if member.written is not None and member.written not in (name, key):
                    yield Deviation(CASE, member, variant or type_name, name)
                if name in admitted and not admitted[name].get("readonly"):
                    yield from self._member(member, admitted[name], variant or type_name)
            elif not self._passed_over(name, type_name) and not (variant is None and _of_some_variant(name, described)):
                yield self._stranger(member, described, variant)

    def _passed_over(self, name: str, type_name: str) -> bool:
        """Names that the deployment takes out, and those that vnet-legacy-properties speaks about."""
        if name.startswith("$") or (self.arm and (is_expression(name) or name in ("copy", "metadata", "comments"))):
            return True
        if type_name == "Trigger" and name == "location":
            return True  # Microsoft's own sample sets it; no published schema has it, and no refusal is known
        return type_name == "VirtualNetworkConfig" and name in _LEGACY_VNET

    def _variant(self, value: Value, described: Type) -> str | None:
        """The type of the variant that an object says it is, its capitals forgiven: those have a rule of their own."""
        text = value.text_of(described.by) if described.by is not None else None
        if text is None:
            return None
        return described.variants.get(text) or next(
            (v for k, v in described.variants.items() if k.lower() == text.lower()), None
        )

    def _admitted(self, described: Type, variant: str | None) -> dict[str, dict[str, Any]]:
        """The members an object may have; where its variant is unknown, those of all variants."""
        names = [variant] if variant is not None else list(described.variants.values())
        admitted = dict(described.members)
        for name in names:
            admitted.update(self.types[name].members)
        return admitted

    def _foreign_variant(self, value: Value, described: Type) -> Deviation | None:
        """A variant that other API versions have: nothing can be said about its members."""
        discriminator = value.get(described.by or "")
        lifetime = schema.lifetime(described.name, "=" + (discriminator.text or "")) if discriminator is not None else None
        if discriminator is None or lifetime is None:
            return None
        return Deviation(VERSION, discriminator, described.name, *lifetime)

    def _member(self, value: Value, admits: dict[str, Any], owner: str) -> Iterator[Deviation]:
        wanted = admits["is"]
        if value.key in _OWN_RULES or value.kind == NULL:
            return
        if _refers_to_parameter(value) and _has_other_type(value, wanted):
            yield Deviation(PARAMETER, value, owner, wanted)
            return
        if not value.known:
            return
        if value.kind != _JSON_TYPES[wanted] or (wanted == "integer" and not _is_integer(value)):
            yield Deviation(JSON_TYPE, value, owner, _ARTICLES[wanted])
        elif wanted == "object" and admits.get("of") in self.types:
            yield from self.object(value, admits["of"])
        elif wanted == "array":
            for item in value.items:
                if admits["of"] in self.types:
                    yield from self.object(item, admits["of"])
                else:
                    yield from self._member(item, {"is": admits["of"]}, owner)

    def _stranger(self, member: Value, described: Type, variant: str | None) -> Deviation:
        """What a member is that does not belong where it stands: the most telling of several explanations."""
        name = str(member.key)
        owner = variant or described.name
        for type_name in dict.fromkeys([owner, described.name]):
            lifetime = schema.lifetime(type_name, name)
            if lifetime is not None and type_name in self.types:
                return Deviation(VERSION, member, owner, *lifetime)
        others = [kind for kind, other in described.variants.items() if name in self.types[other].members]
        if others:
            return Deviation(VARIANT, member, owner, " and ".join(others))
        known = self._admitted(described, variant)
        if described.by is not None:
            known[described.by] = {}
        intended = meant(name, described.name) or _near(name, known)
        siblings = member.parent.members if member.parent is not None else {}
        if intended is not None and intended not in siblings:
            return Deviation(UNKNOWN, member, owner, intended)
        if described.name == "Properties" and name in self.types["Template"].members and name not in DEPLOYMENT_MEMBERS:
            return Deviation(PLACE, member, owner, name)
        places = self._places(name)
        if places and name not in _COMMON and not (described.name == "Template" and name in _OTHER_RESOURCES):
            return Deviation(PLACE, member, owner, places[0])
        return Deviation(UNKNOWN, member, owner, intended)

    def _places(self, name: str) -> list[str]:
        where = schema.paths(self.version)
        found = (
            where[type_name] for type_name, described in self.types.items() if name in described.members and type_name in where
        )
        return sorted(dict.fromkeys(f"{path}.{name}".lstrip(".") for path in found))


def _of_some_variant(name: str, described: Type) -> bool:
    """Whether a variant of any API version has a member: where nobody knows the variant, it may be that one."""
    ever = schema.types(schema.SERVED).get(described.name, described)
    variants = {*described.variants.values(), *ever.variants.values()}
    return any(schema.lifetime(variant, name) is not None for variant in variants)


def _spelling(name: str, admitted: dict[str, dict[str, Any]]) -> str:
    """A member's name in the version at hand, where it is not today's: `sourceURI` before 2019-05-01-preview."""
    if name in admitted:
        return name
    return next((known for known in admitted if known.lower() == name.lower()), name)


def _refers_to_parameter(value: Value) -> bool:
    """Whether the whole value is one parameter, without default or with one that stands where it is declared."""
    return value.use is not None and is_parameter(str(value.use.value))


def _has_other_type(value: Value, wanted: str) -> bool:
    if value.known:
        return value.kind != _JSON_TYPES[wanted] or (wanted == "integer" and not _is_integer(value))
    declared = value.term.type if value.term is not None else None
    return declared is not None and _PARAMETER_TYPES.get(declared, _JSON_TYPES[wanted]) != _JSON_TYPES[wanted]


_PARAMETER_TYPES = {"string": STRING, "int": NUMBER, "bool": BOOLEAN, "array": ARRAY, "object": OBJECT}

_ARTICLES = {
    "string": "a string",
    "boolean": "true or false, without quotes",
    "object": "an object",
    "map": "an object",
    "array": "an array",
    "integer": "a whole number, without quotes",
}


def _is_integer(value: Value) -> bool:
    return not isinstance(value.value, float) or value.value.is_integer()


def meant(name: str, type_name: str) -> str | None:
    """What people mean by a name that was never right, or was in the first previews; None where nothing is known."""
    folded = name.lower()
    return _MEANT.get(type_name, {}).get(folded) or _MEANT[""].get(folded)


def _near(name: str, admitted: dict[str, dict[str, Any]]) -> str | None:
    """The member that a name is a slip of: a colon or blank too much, one or two letters changed."""
    folded = {known.lower(): known for known, member in admitted.items() if not member.get("readonly")}
    plain = name.strip(" :\t\"'").lower()
    if plain in folded:
        return folded[plain]
    if len(plain) > 40:
        return None
    import difflib

    close = difflib.get_close_matches(plain, folded, 1, 0.8)
    return folded[close[0]] if close else None
