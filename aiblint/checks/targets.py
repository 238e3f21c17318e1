"""Words about what a build distributes: the targets, their names, and the regions that copies go to."""

from __future__ import annotations

import re

from aiblint.change import Repair, remove
from aiblint.check import Problem, check, quote
from aiblint.checks.enums import nearest
from aiblint.checks.steps import repeats, shown
from aiblint.document import ARRAY, OBJECT, STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_MOST_OF_A_NAME = 64


@check
def distributes_nothing(value: Value, context: Context) -> Iterator[Problem]:
    """An empty list of targets, unless the template only validates an existing image, or might."""
    if value.kind != ARRAY or value.items or value.use is not None:
        return
    validate = context.template.root.get("properties", "validate")
    if validate is not None and validate.kind == OBJECT:
        only = validate.get("sourceValidationOnly")
        if validate.open or (only is not None and (only.value is True or not only.known)):
            return
    elif validate is not None and not validate.known:
        return
    yield Problem(
        value,
        "'distribute' is empty, so the build has nowhere to put its image; add a target of type SharedImage, ManagedImage or VHD",
    )


@check
def run_output_name_unusable(value: Value, context: Context) -> Iterator[Problem]:
    """A name of a run output that is empty, too long, or has characters that a resource name may not have."""
    name = value.text
    if name is None or (not name and value.use is not None):  # an empty parameter default waits for a value
        return
    allowed = "1 to 64 letters, digits, '-', '_' or '.'"
    if not name:
        yield Problem(value, f"'runOutputName' is empty: it becomes the name of a resource; write {allowed}")
        return
    wrong = re.search(r"[^A-Za-z0-9\-_.]+", name)
    if wrong is not None:
        yield Problem(
            value,
            f"the run output name {quote(name)} has {_seen(wrong[0])} in it, which the name of a resource may not have: "
            f"the service refuses the template; write {allowed}",
            part=wrong.span(),
        )
    elif len(name) > _MOST_OF_A_NAME:
        yield Problem(
            value, f"the run output name {quote(name)} has {len(name)} characters, the service takes {_MOST_OF_A_NAME} at most"
        )


def _seen(text: str) -> str:
    return "a blank" if not text.strip(" ") else quote(text, 12)


@check
def run_output_name_taken(value: Value, context: Context) -> Iterator[Problem]:
    """A run output name that two targets share; resource names are compared without capitals."""
    for first, again in repeats((target.get("runOutputName") for target in value.items), fold=True):
        yield Problem(
            again,
            f"the run output name {quote(shown(again))} belongs to another target already: the service keeps one result for each name; "
            "write a name of its own",
            related=((first, "the first target of that name"),),
        )


@check
def region_unknown(value: Value, context: Context) -> Iterator[Problem]:
    """A text that is no name of an Azure region in any cloud, programmatic (`westus2`) or displayed (`West US 2`)."""
    text = value.text
    if not text or not text.strip() or text[0] in "$%":  # variables of a shell: another rule's
        return
    if context.tables.fact("regions", normalized(text)) is not None:
        return
    if any(mark in text for mark in ",;"):
        advice = "write one entry for each region"
    else:
        close = meant_region(text, context.tables.names("regions"))
        advice = f"did you mean '{close}'?" if close else "write a name such as 'westeurope' (az account list-locations)"
    yield Problem(value, f"{quote(text)} is no Azure region, so copying the image fails at the end of the build; {advice}")


def meant_region(text: str, regions: list[str]) -> str | None:
    """The one of `regions` that a text was meant to be: half a name (`westeu`), its words in another order, or a slip."""
    region = normalized(text)
    longer = [name for name in regions if name.startswith(region)] if len(region) > 4 else []
    if len(longer) == 1:
        return longer[0]
    turned = "".join(reversed(text.lower().replace("-", " ").split()))
    return turned if turned in regions else nearest(region, regions)


@check
def region_listed_twice(value: Value, context: Context) -> Iterator[Problem]:
    """A region that a list of target regions has twice: `westus2` and `West US 2` are one."""
    named = [item.get("name") if item.kind == OBJECT else item for item in value.items]
    seen: dict[str, Value] = {}
    twice = list(repeats((name for name in named if name is not None and name.text is None), fold=True))
    for name in named:
        if name is not None and name.text and name.text.strip():
            first = seen.setdefault(normalized(name.text), name)
            if first is not name:
                twice.append((first, name))
    for first, again in twice:
        yield Problem(
            again,
            f"the region {quote(shown(again))} is in this list already: the image version fails at the end of the build; remove one entry",
            related=((first, "it stands here first"),),
            fix=_without_repetition(first, again),
        )


def _without_repetition(first: Value, again: Value) -> Repair | None:
    """Takes the second of two entries out that say the same; of two that differ, people choose."""
    if first.kind != STRING or again.kind != STRING:
        return None
    one, two = first.parent, again.parent
    if one is None or two is None or one is two:
        return remove(again, safe=True)
    return remove(two, safe=True) if _said(one) == _said(two) else None


def _said(entry: Value) -> dict[str, object]:
    """What an entry says, in plain values; the region by its programmatic name."""
    return {
        name: normalized(member.text)
        if name == "name" and member.text
        else member.value
        if member.known
        else (member.use or member.node).value
        for name, member in entry.members.items()
    }


@check
def replica_count_below(value: Value, context: Context, *, least: int) -> Iterator[Problem]:
    """A number of replicas in one region below `least`."""
    count = value.value
    if isinstance(count, int) and not isinstance(count, bool) and count < least:
        yield Problem(
            value,
            f"a region holds {least} or more replicas of an image version, not {quote(count, 24)[1:-1]}; the service refuses the target",
        )


@check
def replica_count_above(value: Value, context: Context, *, most: int) -> Iterator[Problem]:
    """More replicas in one region than the quota of a subscription allows for a whole image version."""
    count = value.value
    if isinstance(count, int) and not isinstance(count, bool) and count > most:
        yield Problem(
            value,
            f"a subscription may keep {most} replicas of an image version, unless Azure has raised its quota, not "
            f"{quote(count, 24)[1:-1]}: the image is built and then not distributed; write {most} or fewer",
        )


@check
def region_list_empty(value: Value, context: Context) -> Iterator[Problem]:
    """A list of target regions without an entry."""
    if value.kind == ARRAY and not value.items and value.use is None:
        yield Problem(
            value,
            f"'{value.key}' is empty, so the list says nothing; name the regions that the image is used in, or remove it",
            on_key=True,
        )


def normalized(region: str) -> str:
    """The programmatic name of a region: `West US 2` → `westus2`."""
    return "".join(region.split()).lower()
