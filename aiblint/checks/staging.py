"""Words about the staging group: the resource group in which a build takes place."""

from __future__ import annotations

from aiblint.check import Problem, check_unknown, quote
from aiblint.checks.steps import repeats
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_OWN_GROUP = lazy(r"\[resourcegroup\(\)\.id\]|\[subscriptionresourceid\('[^']*/resourcegroups',resourcegroup\(\)\.name\)\]")
# Members of a template that hold ids of things which lie in a group already.
_ELSEWHERE = (
    (("source", "imageId"), "the source image"),
    (("source", "imageVersionId"), "the source image"),
    (("vmProfile", "vnetConfig", "subnetId"), "the virtual network"),
    (("vmProfile", "vnetConfig", "containerInstanceSubnetId"), "the virtual network"),
)


@check_unknown
def staging_group_shared(value: Value, context: Context) -> Iterator[Problem]:
    """A staging group that another image template of the same file names too. Templates with a condition may exclude each other."""
    own = context.template
    others = [
        template
        for template in context.templates
        if template.root.get("properties", "stagingResourceGroup") is not None
        and (template.scope is own.scope or value.known)
        and "condition" not in template.root.members
    ]
    groups = (template.root.get("properties", "stagingResourceGroup") for template in others)
    for first, again in repeats(groups, fold=True):
        if again is value:
            yield Problem(
                again,
                "another image template of this file has the same staging group, and the service refuses the second one ('Provided staging "
                "resource group may be used by another image template'); give each its own, or leave the member out",
                related=((first, "the first template that names it"),),
            )


@check_unknown
def staging_group_taken(value: Value, context: Context) -> Iterator[Problem]:
    """A staging group in which something of the template's own lies already: it has to be empty."""
    written = (value.use or value.node).value
    if not value.known and isinstance(written, str) and _OWN_GROUP.fullmatch("".join(written.lower().split())):
        yield Problem(value, f"this is the group that the template itself is deployed to: {_HARM}")
        return
    group = (value.text or "").lower().rstrip("/") + "/"
    if "/resourcegroups/" not in group:
        return
    for text, place, what in _placed(context):
        if text.lower().startswith(group):
            yield Problem(
                value,
                f"{what} lies in the group {quote(group.rstrip('/').rpartition('/')[2])} already: {_HARM}",
                related=((place, what),),
            )
            return


_HARM = "the staging group must be empty and belong to no other template, or the build fails; name an empty group, or leave the member out"


def _placed(context: Context) -> Iterator[tuple[str, Value, str]]:
    """Ids in the template, the values that hold them, and what they are of."""
    root = context.template.root
    for target in context.template.list_of("distribute"):
        for member, what in (("galleryImageId", "the gallery"), ("imageId", "a managed image")):
            if (text := target.text_of(member)) is not None:
                yield text, target.members[member], what
    for path, what in _ELSEWHERE:
        value = root.get("properties", *path)
        if value is not None and value.text is not None:
            yield value.text, value, what
    identities = root.get("identity", "userAssignedIdentities")
    for name, entry in identities.members.items() if identities is not None else ():
        yield name, entry, "an identity"
    for identity in context.template.list_of("vmProfile", "userAssignedIdentities"):
        if identity.text is not None:
            yield identity.text, identity, "an identity"
