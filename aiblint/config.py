"""`.aiblint.yaml`: found, read, refused with its place where it is wrong, and turned into frozen settings."""

from __future__ import annotations

import os

from aiblint import globs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import NoReturn

    import yaml
    from yaml._yaml import Mark as CMark
    from yaml.error import Mark

NAMES = (".aiblint.yaml", ".aiblint.yml")
LEVELS = ("error", "warning", "note", "off")
FAIL_ON = ("error", "warning", "note", "never")
PLACEHOLDERS = ("report", "allow")

MAX_BYTES = 1 << 20
"""Nobody writes a larger configuration by hand; reading stops there."""

_MAX_DEPTH = 8  # the deepest setting lies four levels down


class ConfigError(Exception):
    """A configuration that cannot be used. The text is `file:line:column: what is wrong; what to write instead`."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{_printable(path)}:{line}:{column}: {message}")
        self.path = path
        self.line = line
        self.column = column
        self.message = message


class _Frozen:
    """Attributes are set once, when the object is made."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(self, name):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")
        object.__setattr__(self, name, value)


class PathSettings(_Frozen):
    """One entry of `per-path`: what differs for the files that `pattern` matches. None: not said."""

    __slots__ = ("ignore", "pattern", "placeholders", "select", "severity")

    def __init__(
        self,
        pattern: str,
        *,
        select: tuple[str, ...] | None = None,
        ignore: tuple[str, ...] = (),
        severity: Mapping[str, str] | None = None,
        placeholders: str | None = None,
    ) -> None:
        self.pattern = pattern
        self.select = select
        self.ignore = ignore
        self.severity = dict(severity or {})
        self.placeholders = placeholders


class Settings(_Frozen):
    """What a run, or one file of it, is checked with.

    `select` (empty: every rule) and `ignore` hold selectors: rule ids, names, categories or globs over them. `severity` gives
    selectors one of LEVELS; of two that mean the same rule the later one was written last. `fail_on` is one of FAIL_ON,
    `placeholders` one of PLACEHOLDERS. `api_version` holds for templates that state none. `tables` are rows that go before those
    of a table of facts. `source` is the file that this
    comes from, None for the defaults; globs in `per_path` are relative to its folder `root`. `places` tells for each selector
    where it was first written (`file:line:column`). `sources` are starts of addresses (ending in `/`), each with the folder,
    as an absolute path, whose files are served below it.
    """

    __slots__ = (
        "api_version",
        "fail_on",
        "ignore",
        "per_path",
        "placeholders",
        "places",
        "root",
        "select",
        "severity",
        "source",
        "sources",
        "tables",
    )

    def __init__(
        self,
        *,
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        severity: Mapping[str, str] | None = None,
        fail_on: str = "warning",
        per_path: tuple[PathSettings, ...] = (),
        placeholders: str = "report",
        api_version: str | None = None,
        sources: tuple[tuple[str, str], ...] = (),
        source: str | None = None,
        root: str = "",
        places: Mapping[str, str] | None = None,
        tables: Mapping[str, list[list[str | None]]] | None = None,
    ) -> None:
        self.select = select
        self.ignore = ignore
        self.severity = dict(severity or {})
        self.fail_on = fail_on
        self.per_path = per_path
        self.placeholders = placeholders
        self.api_version = api_version
        self.sources = sources
        self.source = source
        self.root = root
        self.places = dict(places or {})
        self.tables = dict(tables or {})

    def replace(
        self,
        *,
        select: tuple[str, ...] | None = None,
        ignore: tuple[str, ...] | None = None,
        severity: Mapping[str, str] | None = None,
        fail_on: str | None = None,
        per_path: tuple[PathSettings, ...] | None = None,
        placeholders: str | None = None,
    ) -> Settings:
        """The same with some settings exchanged; what is None stays."""
        return Settings(
            select=self.select if select is None else select,
            ignore=self.ignore if ignore is None else ignore,
            severity=self.severity if severity is None else severity,
            fail_on=self.fail_on if fail_on is None else fail_on,
            per_path=self.per_path if per_path is None else per_path,
            placeholders=self.placeholders if placeholders is None else placeholders,
            api_version=self.api_version,
            sources=self.sources,
            source=self.source,
            root=self.root,
            places=self.places,
            tables=self.tables,
        )

    def for_path(self, relative_path: str) -> Settings:
        """The settings for one file, named relative to `root` with `/` between folders.

        The entries of `per-path` that match count in the order of the file: `ignore` adds, `severity` overrules and adds,
        `select` and `placeholders` take the place of what was said before.
        """
        result = self
        for entry in self.per_path:
            if globs.matches(entry.pattern, relative_path):
                kept = {selector: level for selector, level in result.severity.items() if selector not in entry.severity}
                result = result.replace(
                    select=entry.select,
                    ignore=result.ignore + tuple(selector for selector in entry.ignore if selector not in result.ignore),
                    severity={**kept, **entry.severity},
                    placeholders=entry.placeholders,
                )
        return result

    def for_file(self, path: str) -> Settings:
        """The settings for a file as the run names it: a path that is absolute, or relative to the current folder."""
        if not self.per_path:
            return self
        try:
            relative = os.path.relpath(path, self.root or os.curdir)
        except ValueError:  # on another drive: no glob of this configuration can mean it
            return self
        return self.for_path(relative.replace(os.sep, "/"))


def discover(start: str) -> str | None:
    """The nearest configuration from a folder upward to its repository's root (the folder with `.git`); None: there is none.

    ConfigError where both spellings of the file's name lie side by side.
    """
    folder = os.path.abspath(start or os.curdir)
    while True:
        names = [path for path in (os.path.join(folder, name) for name in NAMES) if os.path.isfile(path)]
        if len(names) > 1:
            raise ConfigError(_shown(names[0]), 1, 1, f"{NAMES[1]} lies beside it; keep one of the two")
        parent = os.path.dirname(folder)
        if names or parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return _shown(names[0]) if names else None
        folder = parent


def load(path: str) -> Settings:
    """The settings that a configuration file holds; ConfigError where it cannot be read or says something unknown."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(path, 1, 1, f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise ConfigError(path, 1, 1, f"is larger than {MAX_BYTES >> 20} MB; a configuration is a short file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise ConfigError(path, line, column, "is not UTF-8; save it as UTF-8") from error
    return _Reader(path).settings(_compose(path, text))


class _Node:
    """One YAML value and where it starts, counted from 1: `text`, or `items` of a list, or `pairs` of a mapping."""

    __slots__ = ("column", "items", "line", "pairs", "plain", "text")

    def __init__(self, line: int, column: int, text: str | None = None, plain: bool = False) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.plain = plain
        self.items: list[_Node] | None = None
        self.pairs: list[tuple[_Node, _Node]] | None = None

    @property
    def is_null(self) -> bool:
        """Whether nothing was written: a key whose list is still to come, or was commented out."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


def _compose(path: str, text: str) -> _Node:
    """The one YAML document in a text. Scalars stay as they are written: to YAML 1.1 `off` is false, here it is a level."""
    import yaml

    try:
        return _tree(path, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(path, text, error) from error
    except yaml.YAMLError as error:
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        before = text[: bad.start()] if bad else ""
        where = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigError(path, *where, "is not YAML: a control character; take it out, or write it as an escape") from error


def _tree(path: str, events: Iterable[yaml.Event]) -> _Node:
    """Nodes from YAML events. Aliases are refused, so a short file cannot stand for a huge one, or for itself."""
    import yaml

    top: list[_Node] = []
    open_nodes: list[tuple[_Node | None, list[_Node]]] = [(None, top)]
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            node, children = open_nodes.pop()
            if node is not None and isinstance(event, yaml.MappingEndEvent):
                node.pairs = list(zip(children[::2], children[1::2], strict=True))
            elif node is not None:
                node.items = children
            continue
        line, column = _position(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent) and top:
            raise ConfigError(path, line, column, "a second document begins here; a configuration is one document")
        if not isinstance(event, yaml.NodeEvent):
            continue
        if event.anchor is not None:
            raise ConfigError(path, line, column, _QUOTE.format("*" if isinstance(event, yaml.AliasEvent) else "&"))
        if getattr(event, "tag", None) is not None:
            raise ConfigError(path, line, column, _QUOTE.format("!"))
        siblings = open_nodes[-1][1]
        if isinstance(event, yaml.ScalarEvent):
            siblings.append(_Node(line, column, event.value, plain=not event.style))
        else:
            siblings.append(_Node(line, column))
            open_nodes.append((siblings[-1], []))
            if len(open_nodes) > _MAX_DEPTH:
                raise ConfigError(path, line, column, "is nested too deeply; no setting lies this deep")
    return top[0] if top else _Node(1, 1, "", plain=True)


def _position(mark: Mark | CMark | None) -> tuple[int, int]:
    """Line and column, counted from 1."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


_QUOTE = "a value that starts with {} needs quotes; aliases, anchors and tags of YAML are not read"


def _syntax_error(path: str, text: str, error: yaml.MarkedYAMLError) -> ConfigError:
    """What the YAML reader says, with the two mistakes that are easy to make in this file put plainly."""
    mark = error.problem_mark or error.context_mark
    start = error.context_mark or mark
    line, column = _position(mark)
    if error.context == "while scanning an alias":
        return ConfigError(path, *_position(start), _QUOTE.format("*"))
    lines = text.splitlines()
    if line <= len(lines) and lines[line - 1][column - 1 : column] == "\t":
        return ConfigError(path, line, column, "is not YAML: a tab; indent with spaces")
    since = "" if _position(start)[0] == line else f" (begun on line {_position(start)[0]})"
    return ConfigError(path, line, column, f"is not YAML: {error.problem}{since}")


class _Reader:
    """Turns the nodes of one configuration into settings, and remembers where selectors were written."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.places: dict[str, tuple[int, int]] = {}

    def settings(self, node: _Node) -> Settings:
        from aiblint import schema  # a table is read; only a configuration needs it here

        known = ("select", "ignore", "severity", "fail-on", "placeholders", "api-version", "sources", "tables", "per-path")
        values = self.members(node, "the configuration", known)
        per_path = tuple(self.path_settings(key, value) for key, value in self.pairs(values.get("per-path"), "per-path"))
        return Settings(
            select=self.select(values.get("select")) or (),
            ignore=self.selectors(values.get("ignore"), "ignore"),
            severity=self.severity(values.get("severity")),
            fail_on=self.choice(values.get("fail-on"), "fail-on", FAIL_ON) or "warning",
            per_path=per_path,
            placeholders=self.choice(values.get("placeholders"), "placeholders", PLACEHOLDERS) or "report",
            api_version=self.choice(values.get("api-version"), "api-version", tuple(schema.versions())),
            sources=tuple(self.served(key, value) for key, value in self.pairs(values.get("sources"), "sources")),
            tables=self.tables(values.get("tables")),
            source=self.path,
            root=os.path.dirname(os.path.abspath(self.path)),
            places={name: f"{_printable(self.path)}:{line}:{column}" for name, (line, column) in self.places.items()},
        )

    def tables(self, node: _Node | None) -> dict[str, list[list[str | None]]]:
        """Changes to the tables of facts: a list of `+name=fact` and `-name` for each table."""
        from aiblint.tables import CHANGEABLE, change

        changed: dict[str, list[list[str | None]]] = {}
        for name, entries in self.members(node, "tables", CHANGEABLE).items() if node is not None else ():
            if entries.items is None and not entries.is_null:
                self.fail(entries, f"tables: {name} must be a list; write [+NAME] or [-NAME]")
            changed[name] = []
            for entry in entries.items or ():
                try:
                    changed[name].append(change(name, entry.text or ""))
                except ValueError as error:
                    self.fail(entry, f"tables: {name} cannot hold {_quoted(entry.text or '')}: {error}")
        return changed

    def path_settings(self, key: _Node, node: _Node) -> PathSettings:
        pattern = key.text or ""
        fault = globs.fault(pattern)
        if fault is not None:
            self.fail(key, f"per-path: {_quoted(pattern)} {fault}")
        values = self.members(node, f"per-path {_quoted(pattern)}", ("select", "ignore", "severity", "placeholders"))
        return PathSettings(
            pattern,
            select=self.select(values.get("select")),
            ignore=self.selectors(values.get("ignore"), "ignore"),
            severity=self.severity(values.get("severity")),
            placeholders=self.choice(values.get("placeholders"), "placeholders", PLACEHOLDERS),
        )

    def served(self, key: _Node, node: _Node) -> tuple[str, str]:
        """One line of `sources`: the start of an address, and the folder beside this file that is served there."""
        start, folder = key.text or "", node.text or ""
        scheme, found, rest = start.partition("://")
        if not found or scheme.lower() not in ("https", "http") or rest[:1] in ("", "/") or "?" in rest or "#" in rest:
            advice = "write the start of an address, such as https://st.blob.core.windows.net/scripts/"
            self.fail(key, f"sources: {_quoted(start)} begins no address of a file; {advice}")
        if node.is_null or not folder or os.path.isabs(folder) or "\\" in folder or ".." in folder.split("/"):
            self.fail(node, f"sources: {_quoted(folder)} is no folder below the one of this file; write one such as scripts/")
        root = os.path.dirname(os.path.abspath(self.path))
        return start.rstrip("/") + "/", os.path.normpath(os.path.join(root, folder))

    def select(self, node: _Node | None) -> tuple[str, ...] | None:
        if node is None:
            return None
        selectors = self.selectors(node, "select")
        if not selectors:
            self.fail(node, "select names no rule; leave it out to check every rule")
        return selectors

    def selectors(self, node: _Node | None, key: str) -> tuple[str, ...]:
        if node is None or node.is_null:
            return ()
        if node.items is None:
            self.fail(node, f"{key} must be a list of rules; write [{_quoted(node.text or 'AIB501')}]")
        return tuple(dict.fromkeys(self.selector(item, key) for item in node.items))

    def selector(self, node: _Node, key: str) -> str:
        if not node.text or node.is_null:
            self.fail(node, f"{key}: here must stand a rule's id or name, a category, or a pattern such as 'AIB5*'")
        here = node.line, node.column
        self.places[node.text] = min(here, self.places.get(node.text, here))
        return node.text

    def severity(self, node: _Node | None) -> dict[str, str]:
        levels: dict[str, str] = {}
        for key, value in self.pairs(node, "severity"):
            selector = self.selector(key, "severity")
            level = self.choice(value, f"severity of {_quoted(selector)}", LEVELS)
            if level is None:
                self.fail(value, f"severity of {_quoted(selector)} is missing; write {_listed(LEVELS)}")
            levels[selector] = level
        return levels

    def choice(self, node: _Node | None, key: str, allowed: tuple[str, ...]) -> str | None:
        if node is None or node.is_null:
            return None
        if node.text is None:
            self.fail(node, f"{key} must be one word; write {_listed(allowed)}")
        if node.text not in allowed:
            self.fail(node, f"{key} cannot be {_quoted(node.text)}; write {_nearest(node.text, allowed) or _listed(allowed)}")
        return node.text

    def members(self, node: _Node, what: str, known: tuple[str, ...]) -> dict[str, _Node]:
        """The values of a mapping whose keys are fixed, by key."""
        values: dict[str, _Node] = {}
        for key, value in self.pairs(node, what):
            name = key.text or ""
            if name not in known:
                nearest = _nearest(name, known)
                instead = f"did you mean {nearest}?" if nearest else f"write {_listed(known)}"
                self.fail(key, f"{what} has no setting {_quoted(name)}; {instead}")
            values[name] = value
        return values

    def pairs(self, node: _Node | None, what: str) -> list[tuple[_Node, _Node]]:
        """The keys and values of a mapping; every key is text and stands there once."""
        if node is None or node.is_null:
            return []
        if node.pairs is None:
            self.fail(node, f"{what} must be a mapping; write lines of the form `key: value`")
        first: dict[str, _Node] = {}
        for key, _ in node.pairs:
            if key.text is None:
                self.fail(key, f"{what}: a key must be text; put it in quotes if it starts with [ or {{")
            if key.text in first:
                self.fail(key, f"{what} has {_quoted(key.text)} twice, first on line {first[key.text].line}; keep one of them")
            first[key.text] = key
        return node.pairs

    def fail(self, node: _Node, message: str) -> NoReturn:
        raise ConfigError(self.path, node.line, node.column, message)


def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word that somebody who wrote `word` most likely meant."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100].lower().replace("_", "-"), known, n=1)
    return near[0] if near else None


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _quoted(text: str) -> str:
    """Text from the file in a message: in quotes, shortened, and without what a terminal would obey."""
    return repr(text if len(text) <= 80 else text[:77] + "...")


def _printable(path: str) -> str:
    """A path fit for a terminal: it may be called anything."""
    return path if path.isprintable() else ascii(path)


def _shown(path: str) -> str:
    """An absolute path as it reads from the current folder, where it lies below that."""
    return path.removeprefix(os.path.join(os.getcwd(), ""))
