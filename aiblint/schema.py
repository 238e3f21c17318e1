"""Facts about imageTemplates that were generated from the published API versions."""

from __future__ import annotations

import functools
import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")

OLDEST_SERVED = "2019-05-01-preview"
"""Older versions have been refused since May 2020 (Azure/azvmimagebuilder, MayServiceAlert01.md)."""


@functools.cache
def table(name: str) -> dict[str, object]:
    """One table of `aiblint/data/`, by its file name without `.json`."""
    with open(os.path.join(DATA, name + ".json"), encoding="utf-8") as file:
        loaded: dict[str, object] = json.load(file)
    return loaded


@functools.cache
def names() -> dict[str, str]:
    """Folded member name → documented spelling, over all API versions."""
    return {folded: str(name) for folded, name in table("names").items()}


def versions() -> list[str]:
    """All published API versions, oldest first."""
    published = table("api-versions")["published"]
    assert isinstance(published, list)
    return published


def published(version: str) -> str | None:
    """A published API version in its own spelling, whatever the capitals; None for any other text."""
    return next((known for known in versions() if known.lower() == version.lower()), None)


def may_be_newer(version: str) -> bool:
    """Whether a text has the form of a version, `2026-03-01` or `2026-03-01-preview`, later than all that are known."""
    year, month, day = version[:4], version[5:7], version[8:10]
    return (
        version[4:5] == version[7:8] == "-"
        and all(part.isascii() and part.isdigit() for part in (year, month, day))
        and 1 <= int(month) <= 12
        and 1 <= int(day) <= 31
        and version[10:].lower() in ("", "-preview")
        and version[:10] > versions()[-1][:10]
    )


def judged_by(stated: str | None, assumed: str | None) -> str | None:
    """The published version by which a template is checked: the one it states, else the one that a user states for it.

    None where nobody knows it: what any version still served admits is right then. So it is where a template states a
    version that is younger than the table.
    """
    known = published(stated) if stated else None
    if known is None and stated and may_be_newer(stated):
        return None
    return known or assumed


def served() -> list[str]:
    """The API versions that the service still takes, oldest first. ISO dates: text order is time order."""
    return [version for version in versions() if version >= OLDEST_SERVED]


class Type:
    """One object type of one API version: its members, and its variants where a member `by` tells which one it is."""

    __slots__ = ("by", "members", "name", "variants")

    def __init__(self, name: str, stored: dict[str, Any]) -> None:
        self.name = name
        self.members: dict[str, dict[str, Any]] = stored["members"]
        self.by: str | None = stored.get("by")
        self.variants: dict[str, str] = stored.get("variants", {})


SERVED = "served"
"""In place of an API version: what at least one of the versions still served admits."""


@functools.cache
def types(version: str) -> dict[str, Type]:
    """The types of an API version (or of SERVED), by name; `Template` is the resource itself, `Trigger` its child."""
    stored: dict[str, Any] = table("api/" + version)["types"]  # type: ignore[assignment]
    return {name: Type(name, described) for name, described in stored.items()}


@functools.cache
def paths(version: str) -> dict[str, str]:
    """Type name → where objects of that type stand, below the template: `properties.vmProfile`, `properties.customize[]`.

    Types that only answers of the service hold are left out.
    """
    known = types(version)
    found: dict[str, str] = {"Template": ""}
    todo = ["Template"]
    while todo:
        name = todo.pop(0)
        for variant in known[name].variants.values():
            if variant not in found:
                found[variant] = found[name]
                todo.append(variant)
        for key, member in known[name].members.items():
            of = member.get("of")
            if of in known and of not in found and not member.get("readonly"):
                dot = "." if found[name] else ""
                found[of] = f"{found[name]}{dot}{key}" + ("[]" if member["is"] == "array" else "")
                todo.append(of)
    return found


def lifetime(type_name: str, member: str) -> tuple[str, str] | None:
    """The first and the last API version in which a type has a member (`=VALUE`: a variant); None where none has it."""
    found = table("history").get(f"{type_name}.{member}")
    return (found[0], found[1]) if isinstance(found, list) else None
