"""Words about the resource around the template: its type, API version, region, name, and what only the service writes."""

from __future__ import annotations

from aiblint import change, schema
from aiblint.check import Problem, check, check_unknown, quote
from aiblint.checks.conformance import misspelt
from aiblint.checks.required import damaged, lacks, missing
from aiblint.checks.targets import normalized
from aiblint.document import NULL
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


def _hint(context: Context) -> str:
    """What to add about a standalone body: its version is only a hint."""
    return "" if context.template.kind == "arm" else " (in a standalone body only a hint: the submitting command sets its own)"


@check
def api_version_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A resource of a deployment without apiVersion; not where an `apiProfile` of the deployment may set it."""
    node = value.node.parent
    while node is not None:
        if node.find("apiProfile") is not None:
            return
        node = node.parent
    if missing(value, context, "apiVersion") and not damaged(context):
        yield Problem(
            value,
            f'the resource has no apiVersion and the deployment is refused; add "apiVersion": "{schema.versions()[-1]}" or an older one',
        )


@check
def api_version_unknown(value: Value, context: Context) -> Iterator[Problem]:
    """An API version that was never published: refused by the deployment."""
    text = value.text
    if not text or schema.published(text) is not None or schema.may_be_newer(text):
        return
    import difflib

    close = difflib.get_close_matches(text.lower(), schema.served()[1:], 1, 0.5)
    newest = schema.versions()[-1]
    meant = f"did you mean {close[0]}? The newest is {newest}" if close and close[0] != newest else f"write {newest}"
    yield Problem(
        value,
        f"image templates have no API version {quote(text)}: the request fails with NoRegisteredProviderFound; {meant}"
        + _hint(context),
    )


@check
def api_version_newer(value: Value, context: Context) -> Iterator[Problem]:
    """An API version that is younger than the table of published ones."""
    text = value.text
    if text and schema.published(text) is None and schema.may_be_newer(text):
        yield Problem(
            value,
            f"aiblint does not know API version {quote(text)} (its table is of {schema.table('api-versions')['as-of']}) and checks "
            f"the file as {schema.versions()[-1]} at most; see that it exists" + _hint(context),
        )


@check
def api_version_retired(value: Value, context: Context) -> Iterator[Problem]:
    """A published API version that the service no longer answers."""
    known = schema.published(value.text) if value.text else None
    if known is not None and known not in schema.served():
        yield Problem(
            value,
            f"API version {known} has not been answered since May 2020; move to 2024-02-01, whose members differ"
            + _hint(context),
        )


@check
def api_version_deprecated(value: Value, context: Context, *, versions: list[str]) -> Iterator[Problem]:
    """An API version among `versions`: deprecated, with a removal announced."""
    known = schema.published(value.text) if value.text else None
    if known in versions:
        yield Problem(
            value,
            f"API version {known} is a deprecated preview whose removal was announced once; move to 2020-02-14 or later"
            + _hint(context),
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
    import difflib

    served = [name for name in tables.names("regions") if tables.fact("regions", name) == "service"]
    close = difflib.get_close_matches(region, served, 1)
    meant = f"did you mean {close[0]}?" if close else "write a region with Image Builder, such as westeurope or eastus"
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


@check_unknown
def output_only(value: Value, context: Context) -> Iterator[Problem]:
    """A member that only the service writes."""
    if value.kind == NULL:
        return
    if value.key == "exactVersion":
        message = "'exactVersion' reports which version the service took and pins nothing; remove it, or write the version in 'version'"
    else:
        message = f"'{value.key}' is the service's to write and ignored at best, refused at worst; remove it"
    yield Problem(value, message, on_key=True, fix=change.remove(value, safe=True))


@check
def output_only_of_identities(value: Value, context: Context, *, members: list[str]) -> Iterator[Problem]:
    """Those of `members` that stand in an entry of the template's map of identities; takes the map."""
    for entry in value.members.values():
        for name in members:
            member = entry.members.get(name)
            if member is not None:
                yield from output_only(member, context)
