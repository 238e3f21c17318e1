"""Words about marketplace images: their support, their purchase plans, and those that keep Image Builder out."""

from __future__ import annotations

from aiblint.change import Insert, Repair
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misplaced
from aiblint.checks.required import damaged, missing
from aiblint.document import OBJECT
from aiblint.platforms import marketplace_image
from aiblint.tables import as_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_PLAN_MEMBERS = {"planName": "sku", "planProduct": "offer", "planPublisher": "publisher"}


@check
def source_unsupported(value: Value, context: Context) -> Iterator[Problem]:
    """A marketplace image that is out of support on the day of the run; takes the source."""
    image = marketplace_image(value)
    row = context.tables.row("image-retirements", image) if image is not None else None
    if row is None or row[1] >= context.today:
        return
    what, instead = (*row[2:4], "", "")[:2]
    subject = f"{what} has" if what else "this image has"
    yield Problem(
        value,
        f"{subject} been without support since {row[1]} (list of {as_of('image-retirements')}): the image gets no more updates, and Azure "
        f"takes such images out of the marketplace, where the build then does not find them; start from {instead or 'a newer one'}",
        mark=value.get("sku") or value.get("offer"),
    )


@check
def hardened_source(value: Value, context: Context) -> Iterator[Problem]:
    """A hardened source image (CIS, STIG), which Image Builder often cannot reach or run scripts on."""
    image = marketplace_image(value)
    if image is not None and context.tables.fact("hardened-images", image) is not None:
        yield Problem(
            value,
            "hardened images are a known cause of failed builds: WinRM is cut off on Windows, /tmp is noexec on Linux; start from the "
            "plain image and harden it in the last steps, or test this one well",
            mark=value.get("offer"),
        )


@check
def plan_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A marketplace image with a purchase plan, and no `planInfo`; takes the source."""
    image = marketplace_image(value)
    if image is None or context.tables.fact("image-plans", image) != "plan":
        return
    if not missing(value, context, "planInfo") or misplaced(context, "planInfo") or damaged(context):
        return
    usual = {member: value.text_of(name) or "" for member, name in _PLAN_MEMBERS.items()}
    usual["planPublisher"] = usual["planPublisher"].lower()
    shown = ", ".join(f'"{member}": "{quote(text or "…", 40)[1:-1]}"' for member, text in usual.items())
    yield Problem(
        value,
        "this image is sold with a purchase plan, and the build is refused without it (PurchasePlanNotProvided); "
        f'add "planInfo": {{{shown}}} (az vm image show --urn … tells the plan for certain)',
        mark=value.get("publisher"),
        fix=Repair("add the usual plan", Insert(value, "planInfo", usual, after="version"), safe=False)
        if all(usual.values())
        else None,
    )


@check
def plan_needless(value: Value, context: Context) -> Iterator[Problem]:
    """A purchase plan for an image that has none; takes the source."""
    image, plan = marketplace_image(value), value.get("planInfo")
    if image is None or plan is None or plan.kind != OBJECT or context.tables.fact("image-plans", image) != "none":
        return
    yield Problem(
        plan,
        "this image has no purchase plan, and a VM that names one is refused ('… from a non Marketplace image does not need Plan "
        "information'); take 'planInfo' out",
        on_key=True,
        related=((value.members["publisher"], "an image without a plan"),),
    )


@check
def plan_of_other_image(value: Value, context: Context) -> Iterator[Problem]:
    """A purchase plan that names another image than the source; takes the source. A plan may cover several SKUs."""
    image, plan = marketplace_image(value), value.get("planInfo")
    if image is None or plan is None or context.tables.fact("image-plans", image) == "none":
        return
    for member, name in _PLAN_MEMBERS.items():
        given, wanted = plan.text_of(member), value.text_of(name)
        if given and wanted and not _agree(given.lower(), wanted.lower(), exactly=name != "sku"):
            yield Problem(
                plan.members[member],
                f"the plan's {member} {quote(given)} does not fit the source's {name} {quote(wanted)}, so the plan is another image's and "
                f"the build is refused; write {quote(wanted)}",
                related=((value.members[name], f"the {name} of the source"),),
            )


def _agree(given: str, wanted: str, *, exactly: bool) -> bool:
    return given == wanted or (not exactly and (given.startswith(wanted) or wanted.startswith(given)))
