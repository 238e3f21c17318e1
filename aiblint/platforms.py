"""Which operating system an image has, as far as its source or the steps of its build can tell."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.tables import Tables
    from aiblint.template import Template, Value

LINUX = "linux"
WINDOWS = "windows"

STEP_OS = {"Shell": LINUX, "PowerShell": WINDOWS, "WindowsRestart": WINDOWS, "WindowsUpdate": WINDOWS}
"""Steps and validators that run on one operating system only; File runs on both."""


def source_os(template: Template, tables: Tables) -> str | None:
    """The operating system of a marketplace source, from the table of publishers; None where that cannot tell."""
    image = marketplace_image(template.root.get("properties", "source"))
    return tables.fact("publishers", image) if image is not None else None


def marketplace_image(source: Value | None) -> str | None:
    """The image that a PlatformImage source names, as tables do: `publisher:offer:sku` in lower case.

    An offer or a SKU that is missing or unknown is empty; None for other sources, and where the publisher is unknown.
    """
    if source is None or source.text_of("type") != "PlatformImage":
        return None
    publisher, offer, sku = ((source.text_of(name) or "").lower() for name in ("publisher", "offer", "sku"))
    return f"{publisher}:{offer}:{sku}" if publisher else None


def is_debian(template: Template) -> bool | None:
    """Whether a marketplace source is Debian or Ubuntu, whose `sh` is dash; None where the source cannot tell."""
    source = template.root.get("properties", "source")
    if source is None or source.text_of("type") != "PlatformImage":
        return None
    publisher, offer, sku = (source.text_of(name) for name in ("publisher", "offer", "sku"))
    if not publisher or not offer or not sku:
        return None
    image = f"{publisher} {offer} {sku}".lower()
    return publisher.lower() in ("canonical", "credativ") or "ubuntu" in image or "debian" in image


def steps_os(template: Template) -> str | None:
    """The operating system that the steps are for; None without a step that tells, or where they disagree."""
    found = {STEP_OS[kind] for step in template.steps if (kind := step.text_of("type")) in STEP_OS}
    for step in template.steps:
        destination = step.text_of("destination") if step.text_of("type") == "File" else None
        if destination:
            found.update(destination_os(destination))
    return found.pop() if len(found) == 1 else None


def destination_os(destination: str) -> set[str]:
    """The operating system whose paths look like this one: `/tmp/x` or `c:\\x`; empty where neither does."""
    if destination.startswith("/"):
        return {LINUX}
    if (destination[1:2] == ":" and destination[:1].isalpha()) or destination.startswith("\\\\"):
        return {WINDOWS}
    return set()
