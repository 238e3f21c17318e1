"""Words about image definitions and galleries that the same deployment makes."""

from __future__ import annotations

from aiblint import machines, neighbours
from aiblint.check import Problem, check, quote
from aiblint.checks.targets import normalized
from aiblint.document import ARRAY
from aiblint.platforms import LINUX, WINDOWS, marketplace_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.resources import Resource
    from aiblint.template import Value

_GALLERY = "microsoft.compute/galleries"
_DEFINITION = "microsoft.compute/galleries/images"
_NOT_A_SOURCE = frozenset({"trustedlaunch", "confidentialvm"})


def _definition(value: Value | None, context: Context) -> Resource | None:
    own = context.template.resource
    return neighbours.of(own).named_by(value, _DEFINITION) if own is not None else None


@check
def home_region_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target whose regions leave out the one in which the gallery is; takes the target."""
    home = _home(value.get("galleryImageId"), context)
    listed = value.get("targetRegions") or value.get("replicationRegions")
    if home is None or listed is None or listed.kind != ARRAY or listed.open or not listed.items:
        return
    named = [item.get("name") if listed.key == "targetRegions" else item for item in listed.items]
    if all(region is not None and _same_region(region, home) is False for region in named):
        yield Problem(
            value,
            f"the gallery is in {_region(home)}, which is not among the target's regions: the service asks for the gallery's own region, "
            f"and the first copy is made there anyway; add it to '{listed.key}'",
            mark=listed,
            on_key=True,
            related=((home, "the region of the gallery"),),
        )


@check
def home_region_elsewhere(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery in another region than the image template, which builds slowly; takes the target."""
    home, own = _home(value.get("galleryImageId"), context), context.template.root.get("location")
    if home is not None and own is not None and own.text and _same_region(own, home) is False:
        yield Problem(
            value,
            f"the template builds in {_region(own)} and the gallery is in {_region(home)}: the image is copied across regions first, which "
            "can take hours; put both into one region if nothing speaks against it",
            mark=value.get("galleryImageId"),
            related=((home, "the region of the gallery"),),
        )


def _home(id: Value | None, context: Context) -> Value | None:
    """The location of the definition, which is that of its gallery."""
    own = context.template.resource
    found = _definition(id, context)
    if found is None and own is not None:
        found = neighbours.of(own).named_by(id, _GALLERY)
    return found.value.get("location") if found is not None else None


def _region(value: Value) -> str:
    return quote(value.text if value.text is not None else (value.use or value.node).value)


def _same_region(left: Value, right: Value) -> bool | None:
    if left.text is not None and right.text is not None:
        return normalized(left.text) == normalized(right.text)
    return True if neighbours.same(left, right) else None


class _Image:
    """What is known of an image: `os` linux or windows, `generation` 1 or 2, `architecture` x64 or Arm64, and where it says so."""

    __slots__ = ("architecture", "generation", "os", "shown")

    def __init__(self, shown: Value) -> None:
        self.shown = shown
        self.os: str | None = None
        self.generation: str | None = None
        self.architecture: str | None = None


@check
def definition_disagrees(value: Value, context: Context) -> Iterator[Problem]:
    """An image definition of the same deployment that cannot take the image; takes the target."""
    properties = _properties(value.get("galleryImageId"), context)
    if properties is None:
        return
    state = properties.find("osState")
    if state is not None and (state.text or "").lower() == "specialized":
        yield _about(
            value,
            "the image definition takes specialized images and Image Builder makes generalized ones: the version is refused after the "
            "whole build; write Generalized as its 'osState'",
            (state, "the image definition"),
        )
    source = _source(context)
    if source is None:
        return
    target = _of_definition(properties)
    for member, given, wanted in (
        ("osType", target.os, source.os),
        ("hyperVGeneration", target.generation, source.generation),
        ("architecture", target.architecture, source.architecture),
    ):
        if given is not None and wanted is not None and given != wanted:
            yield _about(
                value,
                f"the image definition says {_written(given)} and the source is {_written(wanted)}: the image does not go into it, "
                f"which shows after the whole build; write {_written(wanted)} as its '{member}', or take another source",
                (properties.find(member) or properties, "the image definition"),
                (source.shown, "the source"),
            )


def _about(target: Value, message: str, *related: tuple[Value, str]) -> Problem:
    return Problem(target, message, mark=target.get("galleryImageId"), related=related)


def _written(fact: str) -> str:
    return {"1": "V1", "2": "V2", LINUX: "Linux", WINDOWS: "Windows"}.get(fact, fact)


@check
def security_type_unsupported(value: Value, context: Context) -> Iterator[Problem]:
    """Security types of definitions of the same deployment that do not go together; takes the target."""
    target = _security(_properties(value.get("galleryImageId"), context))
    source = _security(_properties(context.template.root.get("properties", "source", "imageVersionId"), context))
    if source is None or not source.text:
        return
    if source.text.lower() in _NOT_A_SOURCE:
        yield _about(
            value,
            f"the source's image definition has the security type {quote(source.text)}, and Image Builder takes no such source; "
            f"write {source.text}Supported there",
            (source, "the definition of the source"),
        )
    elif target is not None and target.text and target.text.lower() != source.text.lower():
        yield _about(
            value,
            f"the security type of the target's image definition is {quote(target.text)} and that of the source's {quote(source.text)}: "
            "Image Builder supports only what is the same on both sides",
            (target, "the definition of the target"),
            (source, "the definition of the source"),
        )


def _properties(id: Value | None, context: Context) -> Value | None:
    found = _definition(id, context)
    return found.value.find("properties") if found is not None else None


def _security(properties: Value | None) -> Value | None:
    features = properties.find("features") if properties is not None else None
    for feature in features.items if features is not None else ():
        name = feature.find("name")
        if name is not None and (name.text or "").lower() == "securitytype":
            return feature.find("value")
    return None


def _source(context: Context) -> _Image | None:
    """The image that the build starts from: of the marketplace, or of a definition of the same deployment."""
    source = context.template.root.get("properties", "source")
    if source is None:
        return None
    image = marketplace_image(source)
    if image is not None:
        made = _Image(source)
        made.os = context.source_os
        made.generation = machines.image_generation(image, context.tables)
        made.architecture = machines.image_architecture(image)
        return made
    properties = _properties(source.get("imageVersionId"), context)
    return _of_definition(properties) if properties is not None else None


def _of_definition(properties: Value) -> _Image:
    """What a definition says. A generation that it leaves out is not told: clients have different defaults."""
    made = _Image(properties)
    made.os = {"linux": LINUX, "windows": WINDOWS}.get(_word(properties, "osType"))
    made.generation = {"v1": "1", "v2": "2"}.get(_word(properties, "hyperVGeneration"))
    made.architecture = {"x64": machines.X64, "arm64": machines.ARM64}.get(_word(properties, "architecture"))
    if properties.lacks("architecture"):
        made.architecture = machines.X64
    return made


def _word(properties: Value, name: str) -> str:
    member = properties.find(name)
    return (member.text or "").lower() if member is not None else ""
