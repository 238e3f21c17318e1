"""Words about targets in a gallery: regions, versions; and about targets that get in each other's way."""

from __future__ import annotations

import re

from aiblint.check import Problem, check, quote
from aiblint.document import ARRAY, OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_VERSIONED = re.compile(r"(.*/galleries/[^/]+/images/[^/]+)/versions/([^/]*)/?", re.IGNORECASE)
_LARGEST = 2**31 - 1


def explicit_version(gallery_image_id: str) -> tuple[str, str] | None:
    """The definition and the version of an id that ends in `/versions/x`; None of an id that names a definition only."""
    match = _VERSIONED.fullmatch(gallery_image_id)
    return (match[1], match[2]) if match is not None else None


@check
def regions_twice(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target with both the old and the new list of regions."""
    old, new = value.get("replicationRegions"), value.get("targetRegions")
    if old is not None and new is not None and old.kind != "null" and new.kind != "null":
        yield Problem(
            value,
            "a target has 'replicationRegions' or 'targetRegions', not both: the service refuses the template; keep 'targetRegions'",
            mark=old,
            on_key=True,
            related=((new, "the other list"),),
        )


@check
def storage_without_regions(value: Value, context: Context) -> Iterator[Problem]:
    """A storage account type on the target itself, where the list of regions it belongs to is missing."""
    storage = value.get("storageAccountType")
    if storage is not None and storage.text and value.absent("replicationRegions"):
        yield Problem(
            value,
            "'storageAccountType' on the target goes with 'replicationRegions' only, and the service refuses it alone; "
            "write it into each entry of 'targetRegions'",
            mark=storage,
            on_key=True,
        )


@check
def regions_deprecated(value: Value, context: Context) -> Iterator[Problem]:
    """The list of regions that has been replaced."""
    if value.kind == ARRAY:
        yield Problem(
            value,
            "'replicationRegions' is deprecated since apiVersion 2022-07-01; 'targetRegions' says the same and takes replica counts and "
            'storage types for each region: [{"name": "westeurope"}]',
            on_key=True,
        )


@check
def versioning_contradicts(value: Value, context: Context) -> Iterator[Problem]:
    """`versioning` that the service cannot follow: a major version under scheme Source, or an explicit version beside it."""
    scheme, major = value.text_of("scheme"), value.get("major")
    if major is not None and major.known and major.kind != "null":
        if scheme == "Source":
            yield Problem(
                value,
                "'major' goes with the scheme Latest only: under Source the version is that of the source; take it out",
                mark=major,
                on_key=True,
            )
        elif isinstance(major.value, int) and not isinstance(major.value, bool) and major.value < -1:
            yield Problem(value, f"a major version of {major.value} is refused; write -1 for none, or 0 and up", mark=major)
    target = value.parent
    written = target.text_of("galleryImageId") if target is not None else None
    if value.kind == OBJECT and written is not None and explicit_version(written) is not None and target is not None:
        yield Problem(
            value,
            "the target names a version itself (…/versions/…), so there is nothing left for 'versioning' to choose; keep one of the two",
            on_key=True,
            related=((target.members["galleryImageId"], "the explicit version"),),
        )


@check
def gallery_version_malformed(value: Value, context: Context) -> Iterator[Problem]:
    """An explicit gallery version that is not three whole numbers."""
    found = explicit_version(value.text or "")
    if found is None:
        return
    parts = found[1].split(".")
    if len(parts) != 3 or not all(
        part.isascii() and part.isdigit() and int(part) <= _LARGEST for part in parts if len(part) < 20
    ):
        yield Problem(
            value,
            f"{quote(found[1])} is no version to write: it takes three whole numbers such as 1.0.0, or no /versions/… at all, so that "
            "each build gets a number of its own",
        )


@check
def gallery_version_fixed(value: Value, context: Context) -> Iterator[Problem]:
    """An explicit gallery version written out in the template: it can be made once."""
    found = explicit_version(value.text or "")
    if found is not None and value.use is None and re.fullmatch(r"\d+\.\d+\.\d+", found[1]):
        yield Problem(
            value,
            f"version {found[1]} can be made once: the second run of this template fails at the end of the build; end the id with the "
            "image definition, and each build gets a number of its own",
        )
