"""What a member name that nobody knows was meant to be: a slip of the keyboard, the word of another tool, half a name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

# What people write for a member: names of the first previews, of Packer, Terraform and the Azure CLI, of other resources.
# Folded name → the members it may stand for; the first one that the object can have is meant. By type, "" is any.
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "": {
        "checksum": ("sha256Checksum",),
        "cmd": ("inline",),
        "command": ("inline",),
        "commands": ("inline",),
        "dest": ("destination",),
        "elevated": ("runElevated",),
        "exitcodes": ("validExitCodes",),
        "fileuri": ("sourceUri", "scriptUri"),
        "hash": ("sha256Checksum",),
        "imagedefinitionid": ("galleryImageId",),
        "run": ("inline",),
        "script": ("scriptUri",),
        "scripts": ("inline",),
        "scripturl": ("scriptUri",),
        "sha256": ("sha256Checksum",),
        "sha256sum": ("sha256Checksum",),
        "sourceurl": ("sourceUri",),
        "timeout": ("restartTimeout", "buildTimeoutInMinutes"),
        "uri": ("scriptUri", "sourceUri"),
        "url": ("scriptUri", "sourceUri", "uri"),
    },
    "Distributor": {
        "imagetags": ("artifactTags",),
        "imageversionid": ("galleryImageId", "imageId"),
        "name": ("runOutputName",),
        "outputname": ("runOutputName",),
        "region": ("targetRegions", "location"),
        "regions": ("targetRegions", "replicationRegions"),
        "replicaregions": ("targetRegions", "replicationRegions"),
        "tags": ("artifactTags",),
        "targetregions": ("replicationRegions",),
    },
    "Identity": {
        "identities": ("userAssignedIdentities",),
        "identityids": ("userAssignedIdentities",),
        "ids": ("userAssignedIdentities",),
    },
    "PlatformImagePurchasePlan": {
        "name": ("planName",),
        "product": ("planProduct",),
        "publisher": ("planPublisher",),
    },
    "Properties": {
        "build": ("source",),
        "customizations": ("customize",),
        "datadisks": ("additionalDataDisks",),
        "outputs": ("distribute",),
        "provisioners": ("customize",),
        "steps": ("customize",),
        "targets": ("distribute",),
        "timeoutinminutes": ("buildTimeoutInMinutes",),
        "validation": ("validate",),
        "validations": ("validate",),
        "validators": ("validate",),
    },
    "Source": {
        "galleryimageid": ("imageVersionId", "imageId"),
        "plan": ("planInfo",),
        "purchaseplan": ("planInfo",),
    },
    "TargetRegion": {"location": ("name",), "region": ("name",), "regionname": ("name",)},
    "Validate": {"validations": ("inVMValidations",), "validators": ("inVMValidations",)},
    "VirtualNetworkConfig": {"subnetname": ("subnetId",), "vnetid": ("subnetId",), "vnetname": ("subnetId",)},
    "VmProfile": {"disksize": ("osDiskSizeGB",), "osdisksize": ("osDiskSizeGB",), "size": ("vmSize",)},
}

# A longer name is no slip of one of ours, and comparing it would cost time.
_LONGEST = 40
_SHORTEST_HALF = 5


def member(name: str, type_name: str, known: Collection[str]) -> str | None:
    """The one of `known` that a member name of a type was meant to be; None where nothing is close."""
    plain = "".join(letter for letter in name if letter.isalnum()).lower()
    folded = {one.lower(): one for one in known}
    if plain in folded:
        return folded[plain]
    if not plain or len(plain) > _LONGEST:
        return None
    return word(name, type_name, known) or _slip(plain, folded) or _half(plain, folded)


def word(name: str, type_name: str, known: Collection[str]) -> str | None:
    """The one of `known` that people have another word for, or that is called so elsewhere."""
    for words in (_WORDS.get(type_name, {}), _WORDS[""]):
        for intended in words.get(name.lower(), ()):
            if intended in known:
                return intended
    return None


def _slip(name: str, folded: dict[str, str]) -> str | None:
    """The name that a few letters make the difference to: one, and one more for every four letters beyond the fourth."""
    if len(name) < 3:
        return None
    most = max(1, min(3, len(name) // 4))
    best: tuple[int, str] | None = None
    for one in folded:
        if abs(len(one) - len(name)) <= most and len(set(one) ^ set(name)) <= 2 * most:
            far = distance(name, one)
            if far <= most and far < len(one) // 2 and (best is None or far < best[0]):
                best = (far, one)
    return folded[best[1]] if best is not None else None


def _half(name: str, folded: dict[str, str]) -> str | None:
    """The only name that goes on where this one ends: `galleryImage`, `buildTimeout`."""
    longer = [one for one in folded if one.startswith(name)] if len(name) >= _SHORTEST_HALF else []
    return folded[longer[0]] if len(longer) == 1 else None


def distance(one: str, other: str) -> int:
    """How many letters to add, leave out, replace or swap with their neighbour make `other` of `one`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row = row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
