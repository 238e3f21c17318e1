"""What sizes of VMs and marketplace images are by their names: generation, processor, number of cores."""

from __future__ import annotations

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.tables import Tables

X64, ARM64 = "x64", "Arm64"

# Family, number, constrained number, features, accelerator, version:
# https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
_SIZE = lazy(r"(?:standard|basic)_[a-z]+(?P<number>\d+)(?:-(?P<constrained>\d+))?(?P<features>[a-z]*)(?P<rest>(?:_[a-z0-9]+)*)")
_GRACE = "_gb"  # NVIDIA's GB200 and GB300 come with Arm processors, and their sizes without the letter for them
_PARTS = lazy(r"[:_\-]")
_ARM = frozenset(("arm64", "aarch64"))
# Publishers whose images for Arm say so in their names: all others of theirs are for x64.
_TELLING = frozenset(("canonical", "debian", "microsoftwindowsdesktop", "microsoftwindowsserver", "redhat", "suse"))


def cores(size: str) -> int | None:
    """The vCPUs of a size such as `Standard_D4s_v5`; None where the name does not tell. Of old series it tells 1, or more."""
    match = _SIZE.fullmatch(size.lower())
    return int(match["constrained"] or match["number"]) if match is not None else None


def size_architecture(size: str) -> str | None:
    """The processor of a size: Arm64 where a `p` is among its features. None where the name is of another form."""
    match = _SIZE.fullmatch(size.lower())
    if match is None or _GRACE in match["rest"]:
        return None
    return ARM64 if "p" in match["features"] else X64


def size_generation(size: str, tables: Tables) -> str | None:
    """The only Hyper-V generation ("1" or "2") that a size boots; None for sizes that boot both, or of which nobody knows."""
    if size_architecture(size) == ARM64:
        return "2"
    return tables.fact("vm-generations", size.lower().removesuffix("_promo"))


def image_architecture(image: str) -> str | None:
    """The processor that a marketplace image (`publisher:offer:sku`) is made for; None where its name does not tell."""
    publisher, offer, sku = image.lower().split(":", 2)
    if not _ARM.isdisjoint(_PARTS.split(f"{offer}:{sku}")):
        return ARM64
    return X64 if publisher in _TELLING and offer and sku else None


def image_generation(image: str, tables: Tables) -> str | None:
    """The Hyper-V generation ("1" or "2") of a marketplace image (`publisher:offer:sku`); None where nobody knows."""
    _, offer, sku = image.split(":", 2)
    return tables.fact("image-generations", image) if offer and sku else None
