"""Words about triggers, which build an image anew when its source has a newer version."""

from __future__ import annotations

from aiblint.check import Problem, check, quote
from aiblint.checks.gallery import explicit_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def trigger_refused(value: Value, context: Context) -> Iterator[Problem]:
    """A trigger on a template that cannot have one, or a second one; `value` is the template."""
    triggers = context.template.triggers
    if not triggers:
        return
    kinds = [(trigger, trigger.get("properties", "kind")) for trigger in triggers]
    for _, kind in kinds:
        if kind is not None and kind.text is not None and kind.text != "SourceImage":
            yield Problem(kind, f"{quote(kind.text)} is no kind of trigger; the one there is is called 'SourceImage'")
    of_source = [(trigger, kind) for trigger, kind in kinds if kind is not None and kind.text == "SourceImage"]
    if not of_source:
        return
    if len(of_source) > 1:
        yield Problem(
            of_source[1][0],
            "a template can have one SourceImage trigger, this is the second and is refused",
            mark=of_source[1][1],
            related=((of_source[0][1], "the first one"),),
        )
    trigger = of_source[0][0]
    for reason, cause in _obstacles(value):
        yield Problem(
            trigger,
            f"the trigger is refused after the template has been made: {reason}",
            mark=of_source[0][1],
            related=((cause, "this stands against it"),),
        )
    place, home = trigger.text_of("location"), value.text_of("location")
    if place and home and _region(place) != _region(home):
        yield Problem(
            trigger.members["location"], f"{quote(place)} is not the location of the template, {quote(home)}; write the same"
        )


def _obstacles(template: Value) -> Iterator[tuple[str, Value]]:
    source = template.get("properties", "source")
    if source is None:
        return
    kind = source.text_of("type")
    version, gallery = source.get("version"), source.get("imageVersionId")
    if kind == "ManagedImage":
        yield "its source is a managed image, which has no versions", source.members["type"]
    elif kind == "PlatformImage" and version is not None and version.text and version.text.lower() != "latest":
        yield f"its source is pinned to version {quote(version.text)}; write 'latest'", version
    elif kind == "SharedImageVersion" and gallery is not None and gallery.text:
        found = explicit_version(gallery.text)
        if found is not None and found[1].lower() != "latest":
            yield f"its source is pinned to version {quote(found[1])}; end the id with /versions/latest", gallery
    definition = (explicit_version(gallery.text) or ("", ""))[0].lower() if gallery is not None and gallery.text else ""
    targets = template.get("properties", "distribute")
    for target in targets.items if targets is not None else []:
        written = target.get("galleryImageId")
        if written is None or not written.text:
            continue
        if explicit_version(written.text) is not None:
            yield "a target has an explicit version, which can be made once", written
        if definition and written.text.lower().rstrip("/") == definition:
            yield "source and target are the same image definition, so that each build would start the next", written


def _region(text: str) -> str:
    return text.lower().replace(" ", "")
