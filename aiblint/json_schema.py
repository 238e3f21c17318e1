"""The table of an API version as a JSON Schema (2020-12) for editors: for a bare image template and for deployment files.

How the schema is made, and why:

- Every object is closed by `additionalProperties: false` beside all of its own members. The published schemas close the base
  of a discriminated type and add the variants' members elsewhere, so that they refuse every real template; here a variant
  repeats the members of its base.
- The variant is chosen by `if`/`then` on the discriminator: an editor then names the one wrong member and not all variants.
- What a deployment evaluates (`[parameters('x')]`) may stand for any value and for any member name.
- Keywords of different JSON types stand side by side (`type: [integer, string]`, `minimum`, `pattern`) and not in `anyOf`,
  which editors report as one lump.
- Beside `$defs` only keywords of draft-07 are used, because editors know the newer ones in part.
"""

from __future__ import annotations

from aiblint import schema
from aiblint.template import TRIGGER, TYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from aiblint.schema import Type

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# No look-around: some validators (Go's) have none.
_INSIDE = r"\[(?:[^\[][\s\S]*)?\]"
EXPRESSION = f"^{_INSIDE}$"
"""An expression of a deployment, as `arm.scope.is_expression` has it: `[…]`, and not the escaped literal `[[…`."""

OF_THE_RESOURCE = ("type", "apiVersion", "name")
_DEPLOYMENTS = "Microsoft.Resources/deployments"

# Members that belong to the deployment and not to the image template. Source:
# https://learn.microsoft.com/azure/azure-resource-manager/templates/resource-declaration
ENVELOPE: dict[str, dict[str, Any]] = {
    "comments": {"type": "string", "description": "A remark for readers."},
    "condition": {"type": ["boolean", "string"], "description": "Whether the resource is deployed."},
    "copy": {"type": ["object", "string"], "description": "Deploys the resource several times."},
    "dependsOn": {
        "type": ["array", "string"],
        "items": {"type": "string"},
        "description": "Resources of the same deployment that have to be there before this one.",
    },
    "existing": {"type": "boolean", "description": "Whether the resource is only referred to."},
    "import": {"type": "string", "description": "The extension that the resource belongs to."},
    "metadata": {"type": ["object", "string"], "description": "Remarks for tools."},
    "resources": {"type": ["array", "object"], "description": "Child resources: the triggers of the template."},
    "scope": {"type": "string", "description": "Where the resource is deployed."},
}
_COPIED = {
    "type": "array",
    "description": "Members that the deployment makes by a loop.",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Name of the member."},
            "count": {"type": ["integer", "string"], "description": "Number of items."},
            "input": {"description": "One item."},
        },
        "required": ["name", "count", "input"],
        "additionalProperties": False,
    },
}

_ARTICLES = {
    "integer": "a whole number, without quotes",
    "boolean": "true or false, without quotes",
    "object": "an object",
    "map": "an object",
    "array": "an array",
}


def document(version: str) -> dict[str, Any]:
    """The JSON Schema of an API version, or of `schema.SERVED`, ready to be printed as JSON.

    Its root takes a bare template and a whole deployment file, `$defs/Template` the first alone and `$defs/Resource` one
    resource of a deployment.
    """
    maker = _Maker(version)
    named = "any API version still served" if version == schema.SERVED else f"API version {version}"
    return {
        "$schema": DIALECT,
        "title": f"Azure VM Image Builder template, {named}",
        "$comment": f"Printed by: aiblint --schema {version}",
        "if": {
            "anyOf": [_has("$schema", "[dD]eploymentTemplate\\.json"), {"required": ["resources"], "not": _has("properties")}]
        },
        "then": {"$ref": "#/$defs/Deployment"},
        "else": {"$ref": "#/$defs/Template"},
        "$defs": {
            **maker.definitions(),
            "Deployment": _deployment("Trigger" in maker.types),
            "Expression": {"type": "string", "pattern": EXPRESSION, "description": "What the deployment evaluates."},
            "Copied": _COPIED,
        },
    }


def _has(name: str, pattern: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"required": [name]}
    if pattern is not None:
        found["properties"] = {name: {"type": "string", "pattern": pattern}}
    return found


def _any_case(text: str) -> str:
    """A pattern for a text in any capitals: Resource Manager does not mind those of resource types."""
    letters = (
        f"[{letter.upper()}{letter.lower()}]" if letter.isalpha() else "\\" * (letter == ".") + letter for letter in text
    )
    return "".join(letters)


class _Maker:
    """Makes the definitions of one API version."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.types = schema.types(version)
        self.words: dict[str, dict[str, str]] = schema.table("descriptions")["types"]  # type: ignore[assignment]

    def definitions(self) -> dict[str, Any]:
        """`Template`, `Resource`, and one definition for each type below them."""
        made: dict[str, Any] = {}
        todo = ["Template"] + ["Trigger"] * ("Trigger" in self.types)
        while todo:
            name = todo.pop()
            described = self.types[name]
            made[name] = self._union(name, described) if described.by is not None else self._object(name)
            for value, variant in described.variants.items():
                made[variant] = self._variant(name, {variant: value})
            if described.by is not None:
                made[f"Any{name}"] = self._variant(name, {variant: value for value, variant in described.variants.items()})
            for part in (name, *described.variants.values()):
                todo += [
                    member["of"]
                    for member in self.types[part].members.values()
                    if member.get("of") in self.types and member["of"] not in made
                ]
        made["Resource"] = {"allOf": [{"$ref": "#/$defs/Template"}, {"required": list(OF_THE_RESOURCE)}]}
        return dict(sorted(made.items()))

    def _object(self, name: str) -> dict[str, Any]:
        """A type without variants, or an expression in its place."""
        members = self._members(name)
        required = [key for key, member in self.types[name].members.items() if member.get("required")]
        if name not in ("Template", "Trigger"):
            return {**self._head(name), **_or_expression("object"), **_needs(required), **_closed(members)}
        self._add_envelope(name, members)
        if name == "Template":  # a bare template gets these from the command that submits it; `Resource` asks for them
            required = [key for key in required if key not in OF_THE_RESOURCE]
        return {**self._head(name), "type": "object", "required": required, **_closed(members)}

    def _union(self, name: str, described: Type) -> dict[str, Any]:
        """A discriminated type: its discriminator decides which variant's definition holds."""
        by = described.by or ""
        branches = [({"const": value}, variant) for value, variant in described.variants.items()]
        branches.append(({"$ref": "#/$defs/Expression"}, f"Any{name}"))
        return {
            **self._head(name),
            **_or_expression("object"),
            **_needs([by]),
            "properties": {by: self._discriminator(name, described, list(described.variants))},
            "allOf": [
                {"if": {"type": "object", "required": [by], "properties": {by: test}}, "then": {"$ref": f"#/$defs/{variant}"}}
                for test, variant in branches
            ],
        }

    def _variant(self, base: str, variants: dict[str, str]) -> dict[str, Any]:
        """The closed form of one variant, or of all where only the deployment knows which one it is."""
        described = self.types[base]
        members = {described.by or "": self._discriminator(base, described, list(variants.values())), **self._members(base)}
        required: list[str] = [key for key, member in described.members.items() if member.get("required")]
        for variant in variants:
            for key, made in self._members(variant).items():
                if members.setdefault(key, made) != made:
                    members[key] = {"anyOf": [members[key], made]}
        if len(variants) == 1:
            [only] = variants
            required += [key for key, member in self.types[only].members.items() if member.get("required")]
        return {**_needs(required), **_closed(members)}

    def _discriminator(self, name: str, described: Type, values: list[str]) -> dict[str, Any]:
        return {**_values(values, False), **self._said(name, described.by or "")}

    def _members(self, name: str) -> dict[str, dict[str, Any]]:
        return {key: {**self._member(member), **self._said(name, key)} for key, member in self.types[name].members.items()}

    def _member(self, member: dict[str, Any]) -> dict[str, Any]:
        """A member's value, by its `is`, `of` and limits."""
        made = self._value(member)
        if member.get("readonly"):
            made["readOnly"] = True
        return made

    def _value(self, member: dict[str, Any]) -> dict[str, Any]:
        wanted, of = member["is"], member.get("of")
        if wanted == "object":
            return {"$ref": f"#/$defs/{of}"} if of in self.types else _or_expression("object")
        if wanted in ("map", "array"):
            inner = {"$ref": f"#/$defs/{of}"} if of in self.types else self._value({"is": of})
            return {**_or_expression(wanted), ("additionalProperties" if wanted == "map" else "items"): inner}
        if "values" in member:
            return _values(member["values"], bool(member.get("open")))
        if wanted == "string":
            return {"type": "string", **_matching(member.get("pattern"))}
        limits = {theirs: member[ours] for ours, theirs in (("min", "minimum"), ("max", "maximum")) if ours in member}
        return {**_or_expression(wanted), **limits}

    def _add_envelope(self, name: str, members: dict[str, dict[str, Any]]) -> None:
        """The members that the deployment reads, and a type in the capitals that Resource Manager takes."""
        types = [TYPE] if name == "Template" else [TRIGGER, "triggers"]
        for key, made in ENVELOPE.items():
            members[key] = dict(made)
        any_case = {"type": "string", "pattern": f"^(?:{'|'.join(_any_case(text) for text in types)}|{_INSIDE})$"}
        members["type"] = {"anyOf": [{"enum": types}, any_case], **self._said(name, "type")}
        if name == "Template":
            members["$schema"] = {"type": "string", "description": "The JSON Schema that editors go by."}
            if "Trigger" in self.types:
                members["resources"].update(
                    _each({"$ref": "#/$defs/Trigger"}, if_type="(?:" + _any_case(TYPE) + "/)?" + _any_case("triggers"))
                )
        else:
            # The documentation of triggers sets a location, no published schema has one.
            members["location"] = {"type": "string", "description": "Region of the template."}
            single = str(self.types["Trigger"].members["name"].get("pattern", "^[^/]+$"))[1:-1]
            members["name"].update(_matching(f"^(?:{single}/)?{single}$"))

    def _head(self, name: str) -> dict[str, str]:
        text = self.words.get(name, {}).get("")
        return {"description": text} if text else {}

    def _said(self, name: str, key: str) -> dict[str, str]:
        text = self.words.get(name, {}).get(key)
        return {"description": text} if text else {}


def _or_expression(wanted: str) -> dict[str, Any]:
    """A value of a JSON type, or an expression in its place. Editors that know `patternErrorMessage` show it."""
    return {
        "type": ["object" if wanted == "map" else wanted, "string"],
        "pattern": EXPRESSION,
        "patternErrorMessage": f"The service takes {_ARTICLES[wanted]}; a text only where a deployment evaluates it: [...].",
    }


def _values(values: list[str], is_open: bool) -> dict[str, Any]:
    other = {"type": "string"} if is_open else {"$ref": "#/$defs/Expression"}
    return {"anyOf": [{"enum": values}, other]}


def _matching(pattern: str | None) -> dict[str, Any]:
    """A pattern from the table (`^…$`), or an expression."""
    if pattern is None:
        return {}
    return {"pattern": f"^(?:{pattern.removeprefix('^').removesuffix('$')}|{_INSIDE})$"}


def _closed(members: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """No members but these; those that a deployment makes have names nobody knows."""
    copied = {} if "copy" in members else {"copy": {"$ref": "#/$defs/Copied"}}
    return {"properties": {**members, **copied}, "patternProperties": {EXPRESSION: {}}, "additionalProperties": False}


def _needs(names: list[str]) -> dict[str, Any]:
    """Required members; not where a loop or a name that is an expression may bring them."""
    if not names:
        return {}
    return {"if": {"propertyNames": {"not": {"pattern": f"^(?:copy|{_INSIDE})$"}}}, "then": {"required": names}}


def _each(resource: dict[str, Any], if_type: str) -> dict[str, Any]:
    """A rule for the resources of one type, whether they are listed or named."""
    chosen = {
        "if": {
            "type": "object",
            "properties": {"type": {"type": "string", "pattern": f"^{if_type}$"}, "existing": {"enum": [False]}},
            "required": ["type"],
        },
        "then": resource,
    }
    return {"items": chosen, "additionalProperties": chosen}


def _deployment(triggers: bool) -> dict[str, Any]:
    """A deployment file, of which only image templates and their triggers are described."""
    nested = {"properties": {"properties": {"properties": {"template": {"$ref": "#/$defs/Deployment"}}}}}
    kinds = [_each({"$ref": "#/$defs/Resource"}, _any_case(TYPE)), _each(nested, _any_case(_DEPLOYMENTS))]
    if triggers:
        kinds.append(_each({"$ref": "#/$defs/Trigger"}, _any_case(TRIGGER)))
    return {"type": "object", "properties": {"resources": {"allOf": kinds}}}
