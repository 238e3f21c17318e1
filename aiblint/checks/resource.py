"""Words about the resource around the template: its type, API version, region, name, and what only the service writes."""

from __future__ import annotations

from aiblint import change, schema
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misspelt
from aiblint.checks.required import damaged, lacks
from aiblint.checks.targets import meant_region, normalized
from aiblint.tables import as_of
from aiblint.template import TYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_PROVIDER = TYPE.partition("/")[0]


@check
def resource_type_other(value: Value, context: Context) -> Iterator[Problem]:
    """An image template whose type says something else, or, in a deployment, nothing. Takes the whole template."""
    deployed = context.template.kind == "arm"
    if lacks(value, "type"):
        if deployed and not misspelt(value, context, "type") and not damaged(context):
            yield Problem(value, f"the resource has no type and the deployment is refused; write {TYPE}")
        return
    kind = value.get("type")
    if kind is None or kind.text is None or kind.text.lower() == TYPE.lower():
        return
    if kind.text.lower() == _PROVIDER.lower():
        what = f"{quote(kind.text)} is the provider without its resource type"
    else:
        what = f"{quote(kind.text)} is not the type of an image template"
    so = (
        "the deployment is refused"
        if deployed
        else "the file works only as long as the command that submits it names the type, and not in a deployment"
    )
    exact = kind.text.lower() == _PROVIDER.lower()
    yield Problem(kind, f"{what}: {so}; write {TYPE}", fix=change.write(kind, TYPE, safe=True) if exact else None)


@check
def resources_not_a_list(value: Value, context: Context) -> Iterator[Problem]:
    """An image template that stands alone where the list of a deployment's resources belongs, or by a symbolic name where that
    version of the language is not asked for; takes the whole template."""
    node, resource = context.template.node, context.template.resource
    if resource is not None and resource.symbol is not None and resource.container.symbolic and resource.parent is None:
        stated = resource.container.node.find("languageVersion")
        if stated is None or str(stated.value).startswith("1.0"):
            yield Problem(
                value,
                "'resources' gives its resources symbolic names, which language version 2.0 knows only, and the deployment is refused; "
                'add "languageVersion": "2.0" beside \'$schema\', or make a list of the resources',
                on_key=True,
            )
    if resource is not None and node is resource.container.node.find("resources"):
        yield Problem(
            value,
            "'resources' is one resource, and the deployment is refused: it takes a list; put [ ] around the resource",
            on_key=True,
        )


def _region(value: Value) -> str | None:
    """The region a location names; None where it is no text, or an example or a shell variable (another rule's)."""
    text = value.text
    if not text or text[0] in "$%" or text == "1_location":
        return None
    return normalized(text)


@check
def location_unknown(value: Value, context: Context) -> Iterator[Problem]:
    """A location that is no Azure region at all."""
    region = _region(value)
    tables = context.tables
    if region is None or tables.fact("regions", region) is not None:
        return
    served = [name for name in tables.names("regions") if tables.fact("regions", name) == "service"]
    close = meant_region(value.text or "", served)
    meant = f"did you mean {close}?" if close else "write a region with Image Builder, such as westeurope or eastus"
    yield Problem(value, f"{quote(value.text)} is no Azure region that aiblint knows: the location is refused; {meant}")


@check
def location_unserved(value: Value, context: Context) -> Iterator[Problem]:
    """An Azure region in which Image Builder does not run."""
    region = _region(value)
    if region is not None and context.tables.fact("regions", region) == "elsewhere":
        yield Problem(
            value,
            f"Image Builder does not run in {quote(value.text)} (list of {as_of('regions')}), so the location is "
            "refused for the type; put the template into a region that has it and name this one in 'targetRegions'",
        )


@check
def location_preview(value: Value, context: Context) -> Iterator[Problem]:
    """A region in which Image Builder is a preview that a subscription has to register for."""
    region = _region(value)
    if region is None or context.tables.fact("regions", region) != "preview":
        return
    features = schema.table("regions")["features"]
    assert isinstance(features, dict)
    feature = f"the feature {features[region]}" if region in features else "its feature"
    yield Problem(
        value,
        f"Image Builder is a preview in {quote(value.text)}: the subscription needs {feature} (az feature register)",
    )


@check
def template_name_invalid(value: Value, context: Context, *, longest: int) -> Iterator[Problem]:
    """A template name with characters that the service refuses, empty, or longer than `longest`."""
    name = value.text
    if name is None:
        return
    bad = next((i for i, c in enumerate(name) if not (c.isascii() and (c.isalnum() or c in "-_."))), None)
    if name == "":
        yield Problem(
            value, f"the template name is empty and is refused; write 1 to {longest} letters, digits, '-', '_' or '.'"
        )
    elif bad is not None and name[bad] == "/":
        yield Problem(
            value,
            f"the template name {quote(name)} has a '/', but an image template is nobody's child: the deployment is refused; "
            "write one name without '/'",
            part=(bad, bad + 1),
        )
    elif bad is not None:
        yield Problem(
            value,
            f"the template name {quote(name)} holds {_character(name[bad])} and is refused; write letters, digits, '-', '_' and '.' only",
            part=(bad, bad + 1),
        )
    elif len(name) > longest:
        yield Problem(value, f"the template name has {len(name)} characters and is refused; write at most {longest}")


def _character(character: str) -> str:
    if character == " ":
        return "a blank"
    return f"'{character}'" if character.isprintable() else f"the character U+{ord(character):04X}"
