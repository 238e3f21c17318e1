"""Words about the sizes of the build VM and of the proxy VM."""

from __future__ import annotations

import re

from aiblint import machines
from aiblint.change import write
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misplaced
from aiblint.checks.required import damaged, missing
from aiblint.document import OBJECT
from aiblint.pattern import lazy
from aiblint.platforms import WINDOWS, marketplace_image
from aiblint.tables import as_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_FOREIGN = lazy(r"[^A-Za-z0-9_\-]+")
_PREFIXES = ("standard_", "basic_")
_BARE = lazy(r"[A-Za-z]{1,4}[0-9]+[A-Za-z0-9_\-]*")  # D2s_v5
# Family, number, constrained number and features make one word, the version another: vm-naming-conventions.
_SLIP = lazy(
    r"(?P<size>standard_[a-z]{1,4}[0-9]+(?:-[0-9]+)?[a-z]*?)(?:(?:-?v|-v_?|_v-|_)|_(?P<features>[abdilmpst]{1,4})_?v)(?P<version>[2-9])",
    re.IGNORECASE,
)
_VARIABLE = ("$", "%")  # of a shell: another rule's


@check
def size_malformed(value: Value, context: Context) -> Iterator[Problem]:
    """A size that cannot be the name of one: blanks or foreign characters in it, or no `Standard_` in front."""
    text = value.text
    if not text or text[0] in _VARIABLE:
        return
    bare = text.strip()
    foreign = _FOREIGN.search(text)
    if bare != text and bare.lower().startswith(_PREFIXES) and not _FOREIGN.search(bare):
        yield Problem(value, f"{quote(text)} has a blank at its end, so Azure knows no such size; write {quote(bare)}")
    elif foreign is not None:
        yield Problem(
            value,
            f"{quote(text)} is no size of a VM, so the build VM cannot be made; write one such as 'Standard_D2s_v5'",
            part=foreign.span(),
        )
    elif not text.lower().startswith(_PREFIXES):
        meant = f"Standard_{text}" if _BARE.fullmatch(text) else "one such as 'Standard_D2s_v5'"
        advice = quote(meant) if meant.startswith("Standard_") else meant
        yield Problem(
            value,
            f"{quote(text)} is no size of a VM: names of sizes begin with 'Standard_', and the build VM cannot be made; write {advice}",
        )


@check
def size_misspelt(value: Value, context: Context) -> Iterator[Problem]:
    """A size whose parts are put together otherwise than Azure does: `Standard_D2sv5`, `Standard_D2_s_v5`, `Standard_D2s_5`."""
    match = _SLIP.fullmatch(value.text or "")
    if match is not None:
        size, features, version = match["size"], match["features"] or "", match["version"]
        meant = f"{size}{features}_v{version}"
        yield Problem(
            value,
            f"{quote(value.text)} is put together otherwise than the names of sizes are, so Azure knows no such size; did you mean "
            f"{quote(meant)}?",
            fix=write(value, meant, safe=False),
        )


@check
def size_retired(value: Value, context: Context, *, announced: bool) -> Iterator[Problem]:
    """A size whose retirement has come; with `announced`, one whose retirement is still to come, if nothing else is wrong with it."""
    text = value.text
    row = context.tables.row("vm-retirements", text.lower().removesuffix("_promo")) if text else None
    if row is None or (row[1] > context.today) != announced or (announced and _is_wrong_already(value, context)):
        return
    series = f" (series {row[2]})" if len(row) > 2 else ""
    if announced:
        message = (
            f"Azure retires {quote(text)}{series} on {row[1]} and restricts it in new subscriptions already; plan for a size of a newer "
            "series, such as Standard_D2s_v5"
        )
    else:
        message = (
            f"Azure retired {quote(text)}{series} on {row[1]} (list of {as_of('vm-retirements')}): the VM cannot be made; write a size of "
            "a newer series, such as Standard_D2s_v5"
        )
    yield Problem(value, message)


def _is_wrong_already(size: Value, context: Context) -> bool:
    """Whether another rule wants a build VM of another size for a better reason."""
    too_small = context.os == WINDOWS and machines.cores(size.text or "") == 1
    return size.key == "vmSize" and (too_small or _cannot_boot(size, context))


def _cannot_boot(size: Value, context: Context) -> bool:
    return any(size_for_other_architecture(size, context)) or any(size_for_other_generation(size, context))


def _source_image(context: Context) -> tuple[str, Value] | None:
    """The marketplace image that the build starts from, and the member that tells it most exactly."""
    source = context.template.root.get("properties", "source")
    image = marketplace_image(source)
    shown = source.get("sku") if source is not None else None
    return (image, shown) if image is not None and shown is not None else None


@check
def size_for_other_architecture(value: Value, context: Context) -> Iterator[Problem]:
    """A size with another processor than the source image is made for."""
    found, text = _source_image(context), value.text
    if found is None or not text:
        return
    wanted, given = machines.image_architecture(found[0]), machines.size_architecture(text)
    if wanted is None or given is None or wanted == given:
        return
    instead = "Standard_D2ps_v5" if wanted == machines.ARM64 else "Standard_D2s_v5"
    yield Problem(
        value,
        f"{quote(text)} has an {given} processor and the source is an {wanted} image, so the build VM cannot be made; write a size such as "
        f"{instead}, or choose the {given} image",
        related=((found[1], f"an {wanted} image"),),
    )


@check
def size_for_other_generation(value: Value, context: Context) -> Iterator[Problem]:
    """A size that does not boot the generation of the source image. Not where the processor differs: that is worse."""
    found, text = _source_image(context), value.text
    if found is None or not text:
        return
    architecture = machines.image_architecture(found[0])
    if architecture is not None and architecture != machines.size_architecture(text):
        return
    image, size = machines.image_generation(found[0], context.tables), machines.size_generation(text, context.tables)
    if image is None or size is None or image == size:
        return
    yield Problem(
        value,
        f"{quote(text)} boots generation {size} only and the source is a generation {image} image: the build VM is refused "
        f"(\"cannot boot Hypervisor Generation '{image}'\"); write a size that boots it, such as Standard_D2s_v5, or take the SKU of "
        f"generation {size}",
        related=((found[1], f"a generation {image} image"),),
    )


@check
def default_size_on_windows(value: Value, context: Context, *, default: str) -> Iterator[Problem]:
    """A Windows build on a VM with one core: by its size, or because nothing is said and the service takes `default`.

    Takes `properties`. Without a size only where the source is certain to be of generation 1: others get a larger default.
    """
    profile = value.get("vmProfile")
    size = profile.get("vmSize") if profile is not None else None
    if size is not None and size.text:
        if machines.cores(size.text) == 1 and not _cannot_boot(size, context):
            yield Problem(
                size,
                f"{quote(size.text)} has one core, too little for Windows: {_HARM}; write a size with two or more, {_INSTEAD}",
            )
        return
    if not _has_no_size(value, profile, context):
        return
    found = _source_image(context)
    if found is not None and machines.image_generation(found[0], context.tables) == "1":
        yield Problem(
            profile if profile is not None and profile.kind == OBJECT else value,
            f"without 'vmSize' this build runs on {default}, which has one core and 3.5 GB: {_HARM}; add a size, {_INSTEAD}",
            mark=size,
            on_key=True,
        )


_HARM = "updates exhaust it ('unexpected EOF', exit code 1115), and Sysprep runs ahead of the agents"
_INSTEAD = "such as Standard_D4s_v5"


def _has_no_size(properties: Value, profile: Value | None, context: Context) -> bool:
    """Whether the template certainly leaves the size to the service."""
    if profile is not None and profile.kind == OBJECT:
        return missing(profile, context, "vmSize")
    gone = missing(properties, context, "vmProfile")
    return gone and not misplaced(context, "vmSize") and not damaged(context)
