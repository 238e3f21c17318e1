"""Which operating system an image has, as far as its source or the steps of its build can tell."""

from __future__ import annotations

from fnmatch import fnmatchcase

from aiblint import schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.template import Template

LINUX = "linux"
WINDOWS = "windows"

STEP_OS = {"Shell": LINUX, "PowerShell": WINDOWS, "WindowsRestart": WINDOWS, "WindowsUpdate": WINDOWS}
"""Steps and validators that run on one operating system only; File runs on both."""


def source_os(template: Template) -> str | None:
    """The operating system of a marketplace source, from the table of publishers; None where that cannot tell."""
    source = template.root.get("properties", "source")
    if source is None or source.text_of("type") != "PlatformImage":
        return None
    publisher, offer, sku = (source.text_of(name) for name in ("publisher", "offer", "sku"))
    return publisher_os(publisher, offer or "", sku or "") if publisher else None


def publisher_os(publisher: str, offer: str, sku: str) -> str | None:
    """The operating system of a marketplace image, by the first row of the table that matches."""
    image = [publisher.lower(), f"{offer} {sku}".lower()]
    rows = schema.table("publishers")["rows"]
    assert isinstance(rows, list)
    for publisher_glob, image_glob, os in rows:
        if fnmatchcase(image[0], publisher_glob) and fnmatchcase(image[1], image_glob):
            return str(os) if os else None
    return None


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
