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
"""A member that belongs at another place; `expected` is the path of the object there, empty for the resource itself."""
UNKNOWN = "unknown"
"""A member that no API version knows."""
JSON_TYPE = "json-type"
"""A value of the wrong JSON type; `expected` is what belongs there, `detail` the type of an object or of an array's items."""
OUTPUT = "output"
"""A member that only the service writes, in whatever version."""
PARAMETER = "parameter"
"""A parameter whose declared type, or whose default value, is of another type than the member; `expected` is that one."""

# From this version on the service decodes strictly: exact capitals, no member that it does not know.
# https://learn.microsoft.com/azure/virtual-machines/image-builder-api-update-release-notes (May 2024)
STRICT = "2024-02-01"

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
RESOURCES = ("Template", "Trigger")

# What Resource Manager hands on to any resource, although no image template has it; it refuses a deployment with others.
_HANDED_ON = frozenset({"etag", "extendedLocation", "identity", "kind", "managedBy", "plan", "sku", "tags", "zones"})
_LEGACY_VNET = frozenset({"name", "subnetName", "resourceGroupName"})

# Names that many types have: standing somewhere else tells nothing about where they belong.
_COMMON = frozenset(
    {"name", "type", "location", "id", "state", "kind", "version", "message", "code", "status", "tags", "uri", "time"}
)

# Shapes that rules of their own speak about, more tellingly: inline-shape, identity-shape, build-identity-shape, tag-limits.
_OWN_RULES = frozenset({"inline", "userAssignedIdentities", "tags", "artifactTags", "managedResourceTags"})

# What makes a variant whole: the first that it has of these is enough.
NEEDS = {
    "FileCustomizer": ("sourceUri",),
    "FileValidator": ("sourceUri",),
    "ManagedImageDistributor": ("imageId",),
    "ManagedImageSource": ("imageId",),
    "PlatformImageSource": ("publisher", "offer", "sku", "version"),
    "PowerShellCustomizer": ("scriptUri", "inline"),
    "PowerShellValidator": ("scriptUri", "inline"),
    "SharedImageDistributor": ("galleryImageId",),
    "SharedImageVersionSource": ("imageVersionId",),
    "ShellCustomizer": ("scriptUri", "inline"),
    "ShellValidator": ("scriptUri", "inline"),
}
_ESSENTIAL = {name for names in NEEDS.values() for name in names}

_JSON_TYPES = {"string": STRING, "boolean": BOOLEAN, "object": OBJECT, "map": OBJECT, "array": ARRAY, "integer": NUMBER}


class Deviation:
    """One departure from the table. `value` is the value or member it is about, `owner` the type that the object has.

    `version` is the API version it was judged by, `refused` whether that one refuses it (older ones drop what they do not
    know). `meant` are members of the same object that were meant, or that this one stands in for.
    """

    __slots__ = ("detail", "expected", "kind", "meant", "owner", "refused", "value", "version")

    def __init__(
        self,
        kind: str,
        value: Value,
        owner: str,
        version: str,
        expected: str | None = None,
        detail: str = "",
        *,
        refused: bool = True,
        meant: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.value = value
        self.owner = owner
        self.version = version
        self.expected = expected
        self.detail = detail
        self.refused = refused
        self.meant = meant


def deviations(template: Template, version: str | None) -> list[Deviation]:
    """All departures of a template and its triggers from an API version; None: from any that is still served.

    A trigger is a resource with an API version of its own; where it states none, its template's is the best guess.
    """
    deployed = template.kind == "arm"
    found = list(_Walk(version or schema.SERVED, "Template", deployed).object(template.root, "Template"))
    for trigger in template.triggers:
        judged_by = version_of(trigger, template, version) or schema.SERVED
        if "Trigger" in schema.types(judged_by):
            found += _Walk(judged_by, "Trigger", deployed).object(trigger, "Trigger")
        else:
            first, last = schema.lifetime("Trigger", "properties") or ("", "")
            found.append(Deviation(VERSION, trigger.get("type") or trigger, "Trigger", judged_by, first, last))
    return found


def version_of(trigger: Value, template: Template, version: str | None) -> str | None:
    """The API version that a trigger is judged by; `version` is its template's, stated or assumed."""
    written = trigger.get("apiVersion")
    if written is None or (not written.known and template.api_version is None):
        return version
    return schema.published(written.text) if written.text else None


class _Walk:
    """The way through one resource; `kind` is its type, `deployed` tells that Resource Manager reads it first."""

    def __init__(self, version: str, kind: str, deployed: bool) -> None:
        self.version = version
        self.types = schema.types(version)
        self.kind = kind
        self.deployed = deployed
        self.strict = schema.SERVED != version >= STRICT

    def object(self, value: Value, type_name: str) -> Iterator[Deviation]:
        described = self.types[type_name]
        if not value.known:
            for possible in value.alternatives:
                yield from self.object(possible, type_name)
            return
        if value.kind == NULL:
            return
        if value.kind != OBJECT:
            yield self._of_type(value, type_name, "object", type_name)
            return
        variant = self._variant(value, described)
        if described.by is not None and variant is None:
            foreign = self._foreign_variant(value, described)
            if foreign is not None:
                yield from foreign
                return
        yield from _Object(self, value, described, variant).deviations()

    def _variant(self, value: Value, described: Type) -> str | None:
        """The type of the variant that an object says it is, its capitals forgiven: those have a rule of their own."""
        text = value.text_of(described.by) if described.by is not None else None
        if text is None:
            return None
        return described.variants.get(text) or next(
            (v for k, v in described.variants.items() if k.lower() == text.lower()), None
        )

    def _foreign_variant(self, value: Value, described: Type) -> list[Deviation] | None:
        """A variant that other API versions have: nothing can be said about its members. None where it is none."""
        discriminator = value.get(described.by or "")
        lifetime = schema.lifetime(described.name, "=" + (discriminator.text or "")) if discriminator is not None else None
        if discriminator is None or lifetime is None:
            return None
        if discriminator.text == "ISO":  # source-iso-retired tells more
            return []
        return [Deviation(VERSION, discriminator, described.name, self.version, *lifetime, refused=self.strict)]

    def member(self, value: Value, admits: dict[str, Any], owner: str) -> Iterator[Deviation]:
        """What is wrong with a value in itself, and with what it holds."""
        wanted, of = admits["is"], admits.get("of")
        if wanted == "map" and of in self.types:
            for entry in value.members.values():
                if entry.kind == OBJECT:
                    yield from self.object(entry, of)
        if value.key in _OWN_RULES or value.kind == NULL:
            return
        if _refers_to_parameter(value) and _has_other_type(value, wanted):
            yield Deviation(PARAMETER, value, owner, self.version, wanted)
            return
        if not value.known:
            for possible in value.alternatives:
                yield from self.member(possible, admits, owner)
            return
        if not _fits(value, wanted):
            yield self._of_type(value, owner, wanted, of or "")
        elif wanted == "object" and of in self.types:
            yield from self.object(value, of)
        elif wanted == "array":
            for item in value.items:
                if of in self.types:
                    yield from self.object(item, of)
                else:
                    yield from self.member(item, {"is": of}, owner)

    def _of_type(self, value: Value, owner: str, wanted: str, of: str) -> Deviation:
        return Deviation(JSON_TYPE, value, owner, self.version, wanted, of)


class _Object:
    """One object on the way: the type it has, the variant that it says it is (None: nobody knows), what it may hold."""

    def __init__(self, walk: _Walk, value: Value, described: Type, variant: str | None) -> None:
        self.walk = walk
        self.value = value
        self.described = described
        self.variant = variant
        self.owner = variant or described.name
        self.is_resource = described.name in RESOURCES
        self.admitted: dict[str, dict[str, Any]] = dict(described.members)
        for name in [variant] if variant is not None else described.variants.values():
            self.admitted.update(walk.types[name].members)

    def deviations(self) -> Iterator[Deviation]:
        strangers = []
        for key, member in self.value.members.items():
            name = _spelling(key, self.admitted)
            if name == self.described.by:
                yield from self._case(member, name)
                yield from self.walk.member(member, {"is": "string"}, self.owner)
            elif name in self.admitted:
                if self.admitted[name].get("readonly") and name not in DEPLOYMENT_MEMBERS:
                    yield from self._output(member)
                    continue
                if member.written is not None:
                    yield from self._case(member, name)
                yield from self.walk.member(member, self.admitted[name], self.owner)
            elif self._is_output(name):
                yield from self._output(member)
            elif not self._passed_over(name, member):
                strangers.append(member)
        yield from self._strangers(strangers)

    def _case(self, member: Value, name: str) -> Iterator[Deviation]:
        """A slip in capitals. Of a name that stands there twice duplicate-key speaks, and what Resource Manager reads itself it
        reads in any capitals."""
        written = member.written
        if written is None or written in (name, member.key):
            return
        if self.is_resource and (self.walk.deployed or name in DEPLOYMENT_MEMBERS):
            return
        if sum((other.key or "").lower() == written.lower() for other in self.value.node.children) < 2:
            yield self._made(CASE, member, name)

    def _made(self, kind: str, member: Value, expected: str | None, detail: str = "", *meant: str) -> Deviation:
        return Deviation(
            kind, member, self.owner, self.walk.version, expected, detail, refused=self._refused(str(member.key)), meant=meant
        )

    def _refused(self, name: str) -> bool:
        """Whether a member that does not belong here is refused, by the service or by Resource Manager before it."""
        return self.walk.strict or (self.is_resource and self.walk.deployed and name not in _HANDED_ON)

    def _passed_over(self, name: str, member: Value) -> bool:
        """Names that the deployment takes out, and those that other rules speak about."""
        if name.startswith("$") or (self.walk.deployed and (is_expression(name) or name == "copy")):
            return True
        if self.is_resource and name in DEPLOYMENT_MEMBERS:
            return True
        if self.described.name == "Trigger" and name == "location":
            return True  # Microsoft's own sample sets it; no published schema has it, and no refusal is known
        if self.described.name == "VirtualNetworkConfig" and self._is_legacy(name):
            return True
        if member.kind == NULL and not self._refused(name):
            return True  # nothing is lost
        return self.variant is None and self._of_some_variant(name)

    def _output(self, member: Value) -> Iterator[Deviation]:
        if member.kind != NULL:
            yield self._made(OUTPUT, member, None)

    def _is_legacy(self, name: str) -> bool:
        """Names of a subnet before 2020-02-14; `vnetName` never was one, but stands beside them in old samples."""
        old = _LEGACY_VNET - self.admitted.keys()
        return name in old or (name.lower() == "vnetname" and not old.isdisjoint(self.value.members))

    def _is_output(self, name: str) -> bool:
        """Whether a member of other API versions is one that only the service writes."""
        for type_name in (self.owner, self.described.name):
            lifetime = schema.lifetime(type_name, name)
            if lifetime is not None and schema.types(lifetime[1])[type_name].members[name].get("readonly"):
                return True
        return False

    def _of_some_variant(self, name: str) -> bool:
        """Whether a variant of any API version has a member: where nobody knows the variant, it may be that one."""
        ever = schema.types(schema.SERVED).get(self.described.name, self.described)
        variants = {*self.described.variants.values(), *ever.variants.values()}
        return any(schema.lifetime(variant, name) is not None for variant in variants)

    def _strangers(self, members: list[Value]) -> Iterator[Deviation]:
        """What the members are that do not belong here. One of a common name goes where the others of the object go."""
        found = [self._stranger(member) for member in members]
        homes = {deviation.expected for deviation in found if deviation.kind == PLACE}
        for deviation in found:
            home = self._home(str(deviation.value.key), common=True) if homes and deviation.kind == UNKNOWN else None
            if home in homes and home is not None and not deviation.meant:
                deviation = self._misplaced(deviation.value, home)
            if deviation.kind != UNKNOWN or deviation.meant or not self._is_of_no_variant():
                yield deviation

    def _is_of_no_variant(self) -> bool:
        """Whether an object says that it is a variant that there is not: what it holds besides may well belong to that."""
        return self.variant is None and bool(self.value.text_of(self.described.by or ""))

    def _stranger(self, member: Value) -> Deviation:
        """What one member is that does not belong here: the most telling of several explanations."""
        from aiblint import meant  # here, because most templates hold nothing strange

        name = str(member.key)
        known = [key for key, about in self.admitted.items() if not about.get("readonly")]
        if self.described.by is not None:
            known.append(self.described.by)
        if self.is_resource and self.walk.deployed:
            known += DEPLOYMENT_MEMBERS
        for type_name in dict.fromkeys([self.owner, self.described.name]):
            lifetime = schema.lifetime(type_name, name)
            if lifetime is not None and type_name in self.walk.types:
                other = self._unless_there(meant.member(name, self.described.name, known))
                return self._made(VERSION, member, *lifetime, *other)
        others = [kind for kind, other in self.described.variants.items() if name in self.walk.types[other].members]
        if others:
            return self._made(VARIANT, member, " and ".join(others), "", *self._stands_in_for(name))
        word = meant.word(name, self.described.name, known)
        home = self._home(name, common=False) if word is None else None
        if home is not None:
            return self._misplaced(member, home)
        return self._made(
            UNKNOWN, member, None, "", *self._unless_there(word or meant.member(name, self.described.name, known))
        )

    def _misplaced(self, member: Value, home: str) -> Deviation:
        """A member that belongs elsewhere. Further below, it stands in for the member that leads there."""
        here = schema.paths(self.walk.version).get(self.described.name, "")
        below = home.removeprefix(here).lstrip(".") if home.startswith(here) else ""
        return self._made(PLACE, member, home, "", *self._unless_there(below.partition(".")[0].removesuffix("[]") or None))

    def _unless_there(self, name: str | None) -> tuple[str, ...]:
        """A name, unless the object has a member of that name."""
        return (name,) if name is not None and name not in self.value.members else ()

    def _stands_in_for(self, name: str) -> tuple[str, ...]:
        """The members that would make the object's variant whole, where it has none of them but another variant's."""
        needs = NEEDS.get(self.owner, ())
        if name not in _ESSENTIAL or not all(self.value.absent(need) for need in needs):
            return ()
        return (*needs, *(key for key, about in self.walk.types[self.owner].members.items() if about.get("required")))

    def _home(self, name: str, *, common: bool) -> str | None:
        """The path of the object that a member belongs to: the nearest one below or above; None where there is none.

        Names that many types have count only with `common`.
        """
        if self.walk.kind != "Template" or (self.described.name == "Template" and name in _HANDED_ON):
            return None
        types, where = self.walk.types, schema.paths(self.walk.version)
        if self.described.name == "Properties" and name in ("identity", "location", "tags"):
            return ""
        if name in _COMMON and not common:
            return None
        here = where.get(self.described.name, "")
        found = [
            path
            for type_name, path in where.items()
            if path != here
            and (name == types[type_name].by or not types[type_name].members.get(name, {"readonly": True}).get("readonly"))
        ]
        if self.walk.deployed and not common and name in DEPLOYMENT_MEMBERS:
            found.append("")
        return min(found, key=lambda path: _steps(here, path), default=None)


def _steps(here: str, there: str) -> tuple[int, int, str]:
    """How far apart two paths are, those below first."""
    one, other = [part for part in here.split(".") if part], [part for part in there.split(".") if part]
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return len(one) - shared, len(other) - shared, there


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
        return not _fits(value, wanted)
    declared = value.term.type if value.term is not None else None
    return declared is not None and _PARAMETER_TYPES.get(declared, _JSON_TYPES[wanted]) != _JSON_TYPES[wanted]


_PARAMETER_TYPES = {"string": STRING, "int": NUMBER, "bool": BOOLEAN, "array": ARRAY, "object": OBJECT}


def _fits(value: Value, wanted: str) -> bool:
    """Whether a known value is of a type of the table."""
    whole = not isinstance(value.value, float) or value.value.is_integer()
    return value.kind == _JSON_TYPES[wanted] and (wanted != "integer" or whole)
