"""What a run, or one file of it, is checked with: frozen, with the place where each part was said."""

from __future__ import annotations

import os

from aiblint.config.tree import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Places = Mapping[tuple[str, str], str]
    """(setting, item of it or "") → where that is written, `file:line:column`."""

DEFAULTS: dict[str, Any] = {
    "select": (),
    "ignore": (),
    "exemptions": (),
    "severity": {},
    "fail_on": "warning",
    "placeholders": "report",
    "api_version": None,
    "os": None,
    "require_reason": False,
    "baseline": None,
    "rules": (),
    "plugins": (),
    "parameters": (),
    "sources": (),
    "tables": {},
    "per_path": (),
}
"""Every setting, and what holds where nobody says anything."""

_TAKES_PLACE = frozenset({"select", "parameters"})
"""Lists that a nearer one does not add to: what is chosen anew is chosen instead."""


class _Frozen:
    """Attributes are set once, when the object is made."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")


class Exemption(_Frozen):
    """One exception: the rule that is named, for the files that `path` matches (None: all), below the values that the JSONPath
    `at` selects (None: anywhere), until the end of an ISO date. It is written at `line` and `column` of `file`.
    """

    __slots__ = ("at", "column", "file", "line", "path", "reason", "rule", "until")
    rule: str
    path: str | None
    at: str | None
    reason: str
    until: str | None
    file: str
    line: int
    column: int

    def __init__(
        self,
        rule: str,
        *,
        path: str | None = None,
        at: str | None = None,
        reason: str = "",
        until: str | None = None,
        file: str,
        line: int,
        column: int,
    ) -> None:
        texts = {"rule": rule, "path": path, "at": at, "reason": reason, "until": until}
        for name, value in {**texts, "file": file, "line": line, "column": column}.items():
            object.__setattr__(self, name, value)

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return place(self.file, self.line, self.column)


class PathSettings(_Frozen):
    """One entry of `per-path`: what is said for the files that `pattern` matches, and where."""

    __slots__ = ("pattern", "places", "said")
    pattern: str
    said: Mapping[str, Any]
    places: Places

    def __init__(self, pattern: str, said: Mapping[str, Any], places: Places | None = None) -> None:
        object.__setattr__(self, "pattern", pattern)
        object.__setattr__(self, "said", dict(said))
        object.__setattr__(self, "places", dict(places or {}))


class Settings(_Frozen):
    """The settings of a configuration, or those for one file.

    `select` (empty: every rule) and `ignore` hold selectors: rule ids, names, categories or globs over them. `exemptions` are
    single exceptions; `require_reason` tells whether such need a reason, wherever they are written. `severity` gives
    selectors one of error, warning, note and off; of two that mean the same rule the later one was written last. `fail_on` is
    error, warning, note or never, `placeholders` report or allow. `api_version` and `os` (linux, windows) hold for templates
    that tell neither. `parameters` are parameter files and `baseline` is one of findings, `rules` are patterns of rule files,
    all as paths from the current folder. `plugins` are installed modules with words for those.
    `sources` are starts of addresses (ending in `/`), each with the folder, as an absolute path, whose files are served below it.
    `tables` are rows that go before those of a table of facts. `source` is the configuration that this comes from, None for the
    defaults; globs in `per_path` are relative to its folder `root`. `files` are all files that were read, the extended ones
    first.
    """

    __slots__ = (*DEFAULTS, "files", "places", "root", "source")
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    exemptions: tuple[Exemption, ...]
    severity: Mapping[str, str]
    fail_on: str
    placeholders: str
    api_version: str | None
    os: str | None
    require_reason: bool
    baseline: str | None
    rules: tuple[str, ...]
    plugins: tuple[str, ...]
    parameters: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    tables: Mapping[str, tuple[tuple[str | None, ...], ...]]
    per_path: tuple[PathSettings, ...]
    source: str | None
    root: str
    files: tuple[str, ...]
    places: Places

    def __init__(
        self,
        said: Mapping[str, Any] | None = None,
        *,
        source: str | None = None,
        root: str = "",
        files: tuple[str, ...] = (),
        places: Places | None = None,
    ) -> None:
        """`said` has the settings that somebody made, by attribute."""
        values = {**DEFAULTS, **(said or {}), "source": source, "root": root, "files": files, "places": dict(places or {})}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def with_(self, said: Mapping[str, Any], places: Places) -> Settings:
        """The same with more said: lists grow, mappings are overruled key by key, anything else is exchanged."""
        values = {name: getattr(self, name) for name in DEFAULTS}
        return Settings(
            combined(values, said), source=self.source, root=self.root, files=self.files, places={**self.places, **places}
        )

    def place(self, setting: str, item: str = "") -> str | None:
        """Where a setting, or an item of it, is written: `file:line:column`. None: it is the default."""
        return self.places.get((setting, item))

    def for_path(self, relative_path: str) -> Settings:
        """The settings for one file, named relative to `root` with `/` between folders.

        The entries of `per-path` that match count in the order of the file.
        """
        from aiblint import globs

        result = self
        for entry in self.per_path:
            if globs.matches(entry.pattern, relative_path):
                result = result.with_(entry.said, entry.places)
        return result

    def for_file(self, path: str) -> Settings:
        """The settings for a file as the run names it: a path that is absolute, or relative to the current folder."""
        relative = self.relative(path) if self.per_path else None
        return self if relative is None else self.for_path(relative)

    def relative(self, path: str) -> str | None:
        """A file as patterns of the configuration see it: from `root`, with `/`. None: on another drive, where no pattern reaches."""
        try:
            return os.path.relpath(path, self.root or os.curdir).replace(os.sep, "/")
        except ValueError:
            return None


def combined(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by attribute, the nearer ones (`said`) over those `before`.

    Items of a list are added, but for those that are there; members of a mapping overrule, and stand last. Of the rows of a table
    the nearer ones come first, because the first that matches counts.
    """
    result = dict(before)
    for name, value in said.items():
        old = result.get(name)
        if name in _TAKES_PLACE or old is None:
            result[name] = value
        elif name == "tables":
            result[name] = {table: (*value.get(table, ()), *old.get(table, ())) for table in {**old, **value}}
        elif isinstance(value, tuple):
            result[name] = (*old, *_others(value, old))
        elif isinstance(value, dict):
            result[name] = {**{key: old[key] for key in old if key not in value}, **value}
        else:
            result[name] = value
    return result


def _others(items: Iterable[object], known: tuple[object, ...]) -> list[object]:
    return [item for item in items if item not in known]
