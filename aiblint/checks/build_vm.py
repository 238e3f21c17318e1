"""Words about the build VM: its disk and its network."""

from __future__ import annotations

from aiblint.change import Repair, Set
from aiblint.check import Problem, check, listed
from aiblint.machines import image_generation
from aiblint.platforms import marketplace_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


def _gigabytes(value: Value) -> int | None:
    size = value.value
    return size if isinstance(size, int) and not isinstance(size, bool) else None


def _marketplace(context: Context) -> tuple[str, str]:
    """Publisher, and 'offer sku', in lower case; empty strings where the source is no marketplace image or unknown."""
    source = context.template.root.get("properties", "source")
    if source is None or source.text_of("type") != "PlatformImage":
        return "", ""
    publisher, offer, sku = (source.text_of(name) for name in ("publisher", "offer", "sku"))
    if not publisher or not offer or not sku:
        return "", ""
    return publisher.lower(), f"{offer} {sku}".lower()


@check
def os_disk_impossible(value: Value, context: Context, *, most: int) -> Iterator[Problem]:
    """An OS disk size, in GB, below 0 or above the `most` that Azure gives to any VM."""
    size = _gigabytes(value)
    if size is None or 0 <= size <= most:
        return
    yield Problem(
        value,
        f"an OS disk of {size} GB does not exist and the template or its build is refused; write up to {most}, or 0 (or nothing) "
        "to keep the size of the source image",
    )


@check
def os_disk_below_source(
    value: Value,
    context: Context,
    *,
    gigabytes: int,
    publishers: list[str],
    holding: list[str] | None = None,
    without: list[str] | None = None,
    from_: int = 1,
    certain: bool = True,
) -> Iterator[Problem]:
    """An OS disk size from `from` GB up to what a marketplace image already has (`gigabytes`).

    Applies to images of `publishers` (lower case) whose 'offer sku' holds one of `holding` and none of `without`.
    """
    size = _gigabytes(value)
    publisher, image = _marketplace(context)
    if size is None or not from_ <= size < gigabytes or publisher not in publishers:
        return
    if (holding and not any(part in image for part in holding)) or any(part in image for part in without or ()):
        return
    has = "has" if certain else "usually has"
    yield Problem(
        value,
        f"the source image {has} a disk of {gigabytes} GB, and a disk can only grow: {size} GB fails as smaller than the disk in "
        f"the VM image; write at least {gigabytes}, or 0 (or nothing) to keep the size of the source",
    )


@check
def os_disk_above_generation_1(value: Value, context: Context, *, most: int, largest: int) -> Iterator[Problem]:
    """An OS disk size above `most` GB, up to `largest`, on a marketplace image of generation 1."""
    size = _gigabytes(value)
    if size is None or not most < size <= largest:
        return
    image = marketplace_image(context.template.root.get("properties", "source"))
    if image is not None and image_generation(image, context.tables) == "1":
        yield Problem(
            value,
            f"a generation 1 VM boots from at most {most} GB, {size} GB cannot be used; write at most {most}, or take a "
            "generation 2 image as source",
        )


@check
def vnet_legacy(value: Value, context: Context, *, members: list[str], beside: list[str], refused: bool) -> Iterator[Problem]:
    """A `vnetConfig` that still names its subnet by the three `members` of the preview, or by one of `beside` (lower case) too.

    `refused`: by the service; else they are dropped.
    """
    if not any(name in value.members for name in members):
        return
    found = [name for name in value.members if name in members or name.lower() in beside]
    if value.get("subnetId") is None:
        harm = "the service refuses the template" if refused else "they are dropped, and the build runs outside your network"
        advice = f"{harm}; write the subnet's resource id in 'subnetId'"
    else:
        advice = "the service refuses the template; remove them" if refused else "'subnetId' alone counts; remove them"
    yield Problem(
        value,
        f"{listed([repr(name) for name in found], 'and')} of 'vnetConfig' ended with 2019-05-01-preview: {advice}",
        mark=value.members[found[0]],
        on_key=True,
        fix=_with_subnet_id(value, members, deployed=context.template.kind == "arm"),
    )


def _with_subnet_id(network: Value, members: list[str], *, deployed: bool) -> Repair | None:
    """The configuration without the old members; in a deployment with the subnet's id in their place, if all of them are known."""
    written = network.node.to_python()
    if network.use is not None or not isinstance(written, dict):
        return None
    kept: dict[str, object] = {name: it for name, it in written.items() if name.lower() not in [old.lower() for old in members]}
    if network.get("subnetId") is None:
        named = [network.text_of(name) for name in ("resourceGroupName", "name", "subnetName")]
        if not deployed or any(not name or "'" in name for name in named):
            return None
        group, net, subnet = named
        kept["subnetId"] = f"[resourceId('{group}', 'Microsoft.Network/virtualNetworks/subnets', '{net}', '{subnet}')]"
    return Repair("write 'subnetId' instead", Set(network, kept), safe=False)
