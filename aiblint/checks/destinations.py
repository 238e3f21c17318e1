"""Words about where a build puts its image: gallery versions, lists of regions, blobs, two targets that are one."""

from __future__ import annotations

import re

from aiblint import address, change
from aiblint.change import Remove, Rename, Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misspelt
from aiblint.checks.ids import find_fault
from aiblint.checks.required import missing
from aiblint.checks.steps import repeats, shown
from aiblint.document import ARRAY, NULL, NUMBER, OBJECT, STRING
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_DEFINITION = "Microsoft.Compute/galleries/images"
_IDS = [_DEFINITION, _DEFINITION + "/versions"]
_LARGEST = 2**31 - 1  # each part of a gallery version is a 32-bit integer

_VERSION = lazy(r"(?P<definition>.*/images/[^/]+)/versions/(?P<version>[^/]+)", re.IGNORECASE, holds=("/versions/",))
_NUMBERS = lazy(r"[0-9]+\.[0-9]+\.[0-9]+")
# Endpoints of a storage account that hold no blobs, in every Azure cloud.
_OTHER_ENDPOINT = lazy(r"\.(dfs|file|queue|table|web)\.(?:core|storage)\.", holds=(".core.", ".storage."))


def numbered(target: Value) -> tuple[Value, re.Match[str]] | None:
    """The id of a gallery target that names a version, with its `definition` and `version`; None of any other target.

    An id that is wrong in itself has a rule of its own.
    """
    written = target.get("galleryImageId")
    if written is None or written.text is None or find_fault(written.text, _IDS) is not None:
        return None
    match = _VERSION.fullmatch(written.text)
    return (written, match) if match is not None else None


def is_version(version: str) -> bool:
    """Whether a text is three numbers that a gallery takes; any other has a rule of its own."""
    return _NUMBERS.fullmatch(version) is not None and all(int(part[:11]) <= _LARGEST for part in version.split("."))


@check
def target_version_unusable(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target whose id ends in a version that is not three numbers of 32 bits."""
    found = numbered(value)
    if found is None:
        return
    written, match = found
    version = match["version"]
    if "$" in version or "%" in version or is_version(version):  # shell variables have a rule of their own
        return
    if version.lower() == "latest":
        message = (
            "'latest' is a version to build from, not one to write: the target is refused; end the id with the image definition, "
            "and each build gets the next number"
        )
    elif _NUMBERS.fullmatch(version):
        message = f"a part of the version {quote(version)} is above {_LARGEST}, the largest that a gallery takes; write smaller numbers"
    else:
        message = (
            f"{quote(version)} is no image version, and the gallery refuses it; write three numbers such as 1.0.0, or end the id with "
            "the image definition"
        )
    yield Problem(written, message, part=match.span("version"))


@check
def target_version_fixed(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target that writes the same version at each run. Not where versioning or a trigger contradicts it: that is worse."""
    found = numbered(value)
    if found is None or not is_version(found[1]["version"]) or context.template.triggers or _has_versioning(value):
        return
    written, match = found
    if written.use is not None and "/parameters/" in written.node.pointer:
        return  # a default that each deployment can replace
    yield Problem(
        written,
        f"version {quote(match['version'])} can be made only once: the next run of this template builds to the end and then fails; "
        "end the id with the image definition, and each build gets the next number",
        part=match.span("version"),
    )


def _has_versioning(target: Value) -> bool:
    versioning = target.get("versioning")
    return versioning is not None and versioning.kind == OBJECT


@check
def versioning_contradictory(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target with a `major` that its scheme does not know or no gallery takes, or with an explicit version as well."""
    versioning = value.get("versioning")
    if versioning is None or versioning.kind != OBJECT:
        return
    major = versioning.get("major")
    if major is not None and (versioning.text_of("scheme") or "").lower() == "source":
        if major.kind != NULL:
            yield Problem(
                major,
                "'major' goes with the scheme Latest only, and the service refuses it here: the scheme Source takes the whole number "
                "from the source; remove it, or write Latest",
                on_key=True,
                fix=change.remove(major, safe=False),
            )
    elif major is not None and _whole(major) is not None and not -1 <= int(_whole(major) or 0) <= _LARGEST:
        yield Problem(
            major,
            f"the service refuses {quote(major.value, 24)[1:-1]} as a major version; write 0 to {_LARGEST}, or leave it out",
        )
    found = numbered(value)
    if found is not None and is_version(found[1]["version"]):
        yield Problem(
            versioning,
            f"the target's id names version {quote(found[1]['version'])}, so there is nothing left to count; "
            "remove 'versioning', or end the id with the image definition",
            on_key=True,
            related=((found[0], "the version is named here"),),
        )


def _whole(value: Value) -> int | float | None:
    """The number, or None where this is none; other JSON types are another rule's."""
    number = value.value
    return number if value.kind == NUMBER and isinstance(number, int | float) and not isinstance(number, bool) else None


def _filled(value: Value | None) -> bool:
    """Whether a list certainly has an entry. Empty ones have a rule of their own, unknown ones may be null."""
    return value is not None and value.kind == ARRAY and bool(value.items)


@check
def regions_in_both_forms(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target with both lists of regions."""
    old, new = value.get("replicationRegions"), value.get("targetRegions")
    if old is not None and new is not None and _filled(old) and _filled(new):
        yield Problem(
            old,
            "'replicationRegions' and 'targetRegions' exclude each other, and the service refuses a target with both; "
            "name all regions in 'targetRegions' and remove this list",
            on_key=True,
            related=((new, "the other list"),),
        )


@check
def storage_without_old_regions(value: Value, context: Context) -> Iterator[Problem]:
    """A storage type for the whole target without the old list of regions, to which alone it applies."""
    storage = value.get("storageAccountType")
    if storage is None or not storage.text or not missing(value, context, "replicationRegions"):
        return
    yield Problem(
        storage,
        "'storageAccountType' on the target goes with 'replicationRegions' only, and the service refuses it here; "
        "move it into the entries of 'targetRegions'",
        on_key=True,
    )


@check
def regions_in_old_form(value: Value, context: Context) -> Iterator[Problem]:
    """A gallery target that lists its regions in the deprecated form only."""
    old = value.get("replicationRegions")
    if old is None or not _filled(old) or not value.absent("targetRegions") or misspelt(value, context, "targetRegions"):
        return
    regions = [item.text for item in old.items if item.text]
    storage = value.text_of("storageAccountType")
    entry = f'{{"name": "{quote(regions[0] if regions else "<region>", 40)[1:-1]}"' + (
        f', "storageAccountType": "{quote(storage, 40)[1:-1]}"}}' if storage else "}"
    )
    subject = "'replicationRegions' and 'storageAccountType' are" if storage else "'replicationRegions' is"
    yield Problem(
        old,
        f"{subject} deprecated since apiVersion 2022-07-01; write one entry for each region: "
        f'"targetRegions": [{entry}{", …" if len(old.items) > 1 else ""}]',
        on_key=True,
        fix=_in_new_form(old, value.get("storageAccountType")),
    )


def _in_new_form(old: Value, storage: Value | None) -> Repair | None:
    """Each region as an entry with the storage that all of them had; only where every region stands in the list itself."""
    if old.open or old.use is not None or any(item.use is not None or not item.text for item in old.items):
        return None
    more = {} if storage is None or storage.kind == NULL else {"storageAccountType": (storage.use or storage.node).value}
    entries = [Set(item, {"name": item.text, **more}) for item in old.items]
    gone = [] if storage is None else [Remove(storage)]
    return Repair("write 'targetRegions'", Rename(old, "targetRegions"), *entries, *gone, safe=True)


@check
def targets_equal(value: Value, context: Context) -> Iterator[Problem]:
    """Two targets that write one managed image, or one version of an image definition; takes the list of targets."""
    images = [target.get("imageId") for target in value.items if target.text_of("type") == "ManagedImage"]
    for first, again in repeats(images, fold=True):
        yield Problem(
            again,
            f"the managed image {quote(shown(again))} is another target's already: both write one resource at the same time; "
            "give each target an image of its own, or remove one",
            related=((first, "the first target that writes it"),),
        )
    yield from _same_definition(value, explicit=True)


@check
def targets_alike(value: Value, context: Context) -> Iterator[Problem]:
    """Two targets that write one image definition and count its versions the same way; takes the list of targets."""
    yield from _same_definition(value, explicit=False)


def _same_definition(targets: Value, *, explicit: bool) -> Iterator[Problem]:
    """Targets with one `galleryImageId`, that of a version (`explicit`) or one whose versions the service counts."""
    alike: dict[tuple[object, ...], list[Value | None]] = {}
    for target in targets.items:
        versioning = _versioning(target)
        if target.text_of("type") == "SharedImage" and versioning is not None:
            alike.setdefault(versioning, []).append(target.get("galleryImageId"))
    effect = "both write one version and one of them fails" if explicit else "one build makes two versions where one was meant"
    for ids in alike.values():
        for first, again in repeats(ids, fold=True):
            if explicit == (again.text is not None and _VERSION.fullmatch(again.text) is not None):
                yield Problem(
                    again,
                    f"{quote(shown(again))} is another target's already: {effect}; "
                    "keep one target and name all regions in its 'targetRegions'",
                    related=((first, "the first target that writes there"),),
                )


def _versioning(target: Value) -> tuple[object, ...] | None:
    """What tells apart how two targets count their versions; None where nobody can tell."""
    versioning = target.get("versioning")
    if versioning is None:
        return None if target.open else ()
    if versioning.kind == NULL:
        return ()
    if versioning.kind != OBJECT or versioning.open:
        return None
    scheme, major = versioning.get("scheme"), versioning.get("major")
    if scheme is None or not scheme.text or (major is not None and not major.known):
        return None
    return (scheme.text.lower(), -1 if major is None or major.kind == NULL else str(major.value))


@check
def blob_address_unusable(value: Value, context: Context) -> Iterator[Problem]:
    """A VHD target whose `uri` is no https address of a blob, or carries a signature; takes the target."""
    uri = value.get("uri")
    if uri is None or not uri.text:
        return  # the service's own storage account
    parts = address.split(uri.text)
    if parts is None:
        shown_address = quote(address.without_secrets(uri.text))
        message = f"{shown_address} is no address of a blob, so the VHD has nowhere to go; write {_BLOB}"
        yield Problem(uri, message, secret=shown_address[1:-1] != uri.text)
        return
    fault = _blob_fault(uri.text, parts)
    if fault is not None:
        yield Problem(uri, fault[0], part=fault[1], secret=bool(parts.query or parts.user_info))


_BLOB = "https://<account>.blob.core.windows.net/<container>/<name>.vhd"


def _blob_fault(text: str, parts: address.Address) -> tuple[str, tuple[int, int]] | None:
    """What keeps an address from being that of a blob, and the code points to underline."""
    whole = (0, len(text))
    if parts.query:
        return (
            "the service writes the VHD under the template's identity and takes no signature or other query in the address; "
            "end it with the name of the blob and give the identity the role Storage Blob Data Contributor",
            (parts.query_start - 1, parts.query_start + len(parts.query)),
        )
    if parts.scheme != "https":
        return f"a VHD is written over https only, not {quote(parts.scheme, 12)}; write {_BLOB}", (0, text.index(":"))
    other = _OTHER_ENDPOINT.search(parts.host)
    if other is not None:
        return (
            f"{quote(parts.host)} is the {other[1]} endpoint of the storage account, and a VHD is a blob; write {_BLOB}",
            whole,
        )
    if parts.user_info:
        return (
            f"an address of a blob names no user; write {_BLOB} and give the template's identity the right to write there",
            whole,
        )
    segments = parts.segments
    if not segments or (len(segments) == 1 and not segments[0].lower().endswith(".vhd")) or parts.path.endswith("/"):
        missing = "the container and the blob" if not segments else "the blob"
        return f"the address ends before the name of {missing}, so the VHD has no name; write {_BLOB}", whole
    return None


@check
def blob_taken(value: Value, context: Context) -> Iterator[Problem]:
    """Two VHD targets with one address; takes the list of targets. Names of blobs differ by capitals."""
    uris = [target.get("uri") for target in value.items if target.text_of("type") == "VHD"]
    for first, again in repeats((uri for uri in uris if uri is not None and (uri.kind == STRING or not uri.known)), fold=False):
        yield Problem(
            again,
            f"another target writes its VHD to {quote(address.without_secrets(shown(again)))} already, and one would overwrite the other; "
            "write another name of the blob, or remove one target",
            related=((first, "the first target that writes there"),),
        )
