"""Words about the image that a build starts from: its kind, and where it lies."""

from __future__ import annotations

from aiblint.check import Problem, check, quote
from aiblint.checks.identity import is_guid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def source_type_retired(value: Value, context: Context, *, types: list[str]) -> Iterator[Problem]:
    """A source type that the service no longer takes."""
    if value.text is not None and value.text.lower() in (kind.lower() for kind in types):
        yield Problem(
            value,
            f"{quote(value.text)} sources have been refused since 31 March 2020; start from a marketplace image instead, for "
            "Red Hat with your own subscription publisher RedHat, offer rhel-byos",
        )


def _definition(text: str) -> str:
    """The id of the image definition that a gallery id names, with or without a version, in lower case."""
    return text.lower().rstrip("/").partition("/versions/")[0]


def _targets(context: Context, kind: str, member: str) -> Iterator[Value]:
    for target in context.template.list_of("distribute"):
        written = target.get(member)
        if target.text_of("type") == kind and written is not None and written.text:
            yield written


@check
def source_image_overwritten(value: Value, context: Context) -> Iterator[Problem]:
    """A managed image that is both source and target; takes the source."""
    source = value.text_of("imageId")
    for target in _targets(context, "ManagedImage", "imageId"):
        if source and target.text is not None and target.text.lower().rstrip("/") == source.lower().rstrip("/"):
            yield Problem(
                target,
                f"the build starts from {quote(_name(source))} and writes its result there: each run builds upon the last one, and none "
                "can be repeated; give the target a name of its own",
                related=((value.members["imageId"], "the source"),),
            )


@check
def source_definition_is_target(value: Value, context: Context) -> Iterator[Problem]:
    """An image definition that is both source and target; takes the source. With a trigger it is refused: another rule's."""
    source = value.text_of("imageVersionId")
    if not source or context.template.triggers:
        return
    for target in _targets(context, "SharedImage", "galleryImageId"):
        if _definition(target.text or "") == _definition(source):
            yield Problem(
                target,
                "the build starts from a version of this image definition and adds the next one: with latest as source each run builds "
                "upon the last one, and a trigger on this template would be refused; write to a definition of its own",
                related=((value.members["imageVersionId"], "the source"),),
            )


def _name(resource_id: str) -> str:
    return resource_id.rstrip("/").rpartition("/")[2]


@check
def managed_image_elsewhere(value: Value, context: Context) -> Iterator[Problem]:
    """A managed image in another subscription than the staging group, which is in the template's; takes the source."""
    image, staging = value.get("imageId"), context.template.root.get("properties", "stagingResourceGroup")
    ours = _subscription(staging)
    theirs = _subscription(image)
    if image is None or staging is None or ours is None or theirs is None or ours == theirs:
        return
    yield Problem(
        image,
        f"a managed image must lie in the template's own subscription and region, and this one is in {theirs}; copy it into the "
        "subscription, or take a version of a gallery image",
        related=((staging, "the template's subscription"),),
    )


def _subscription(value: Value | None) -> str | None:
    """The subscription in a resource id, in lower case; None where that is no GUID, or the id is unknown."""
    parts = (value.text or "").lower().split("/") if value is not None else []
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" and is_guid(parts[2]) else None
