"""`--show-config`: which settings hold for a file, and where each was said."""

from __future__ import annotations

import json
import os

from aiblint.config.keys import KEYS
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.config.settings import Exemption, Settings

_PLAIN = lazy(r"[A-Za-z0-9_./-]+")
_WIDTH = 40
_ONLY_FOR_ALL = frozenset({"extends", "per-path"})
"""Settings that are spent when the settings for one file are worked out."""


def lines(path: str, settings: Settings) -> Iterator[str]:
    """The settings for one file as YAML that says the same, each with a comment that tells where it comes from."""
    read = [_scalar(file) for file in settings.files]
    yield f"# {path}: " + (f"configured by {', '.join(read)}" if read else "no configuration")
    for key in KEYS:
        if key.name not in _ONLY_FOR_ALL:
            yield from _setting(key.name, getattr(settings, key.attribute), key.attribute, settings)


def _setting(name: str, value: object, attribute: str, settings: Settings) -> Iterator[str]:
    place = settings.place(attribute)
    members = _members(name, value, settings)
    if members is None:
        shown = "~" if value is None else str(value).lower() if isinstance(value, bool) else _scalar(str(value))
        yield _told(f"{name}: {shown}", place)
    elif not members:
        empty = "{}" if isinstance(value, dict) or name == "sources" else "[]"
        yield _told("# select: every rule" if name == "select" else f"{name}: {empty}", place)
    else:
        yield f"{name}:"
        for item, shown in members:
            yield _told(f"  {shown}", settings.place(attribute, item) or settings.place("exemptions", item) or place)


def _members(name: str, value: object, settings: Settings) -> list[tuple[str, str]] | None:
    """The items of a list, or members of a mapping, each with how it is written; None for what is neither."""
    if name == "sources":
        return [
            (start, f"{_scalar(start)}: {_scalar(os.path.relpath(folder, settings.root))}")
            for start, folder in settings.sources
        ]
    if name == "tables":
        return [(table, f"{table}: [{', '.join(map(_change, rows))}]") for table, rows in settings.tables.items()]
    if name == "ignore":
        whole = [(item, f"- {_scalar(item)}") for item in settings.ignore]
        return whole + [(each.place, f"- {_exemption(each)}") for each in settings.exemptions]
    if isinstance(value, dict):
        return [(item, f"{_scalar(item)}: {_scalar(value[item])}") for item in value]
    return [(str(item), f"- {_scalar(str(item))}") for item in value] if isinstance(value, tuple) else None


def _exemption(exemption: Exemption) -> str:
    fields = ((name, getattr(exemption, name)) for name in ("rule", "path", "at", "reason", "until"))
    return "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in fields if value) + "}"


def _change(row: tuple[str | None, ...]) -> str:
    pattern, fact = row[0], row[1]
    return json.dumps(f"-{pattern}" if fact is None else f"+{pattern}={fact}")


def _scalar(text: str) -> str:
    """A text as YAML, in quotes where it could be taken for something else."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _told(setting: str, place: str | None) -> str:
    return f"{setting:{_WIDTH}} # {place or 'default'}"
