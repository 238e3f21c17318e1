"""The kinds of settings: how each is read, refused and described."""

from __future__ import annotations

import os

from aiblint import days, globs, tables
from aiblint.config.settings import Exemption, PathSettings
from aiblint.config.tree import listed, quoted
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from aiblint.config.keys import Key
    from aiblint.config.tree import Node
    from aiblint.config.written import Written

LEVELS = ("error", "warning", "note", "off")

PLUGIN_PREFIX = "aiblint_"
"""What the name of a module must begin with, so that no configuration can have anything imported that was not made for aiblint."""

_PLUGIN = lazy(PLUGIN_PREFIX + r"[a-z0-9]+(?:_[a-z0-9]+)*")
_SELECTOR = {"$ref": "#/$defs/rules"}
_PATH = {"type": "string", "minLength": 1, "pattern": r"^[^/~\\][^\\]*$"}


class Kind:
    """How the values of a setting are read: `read` refuses what cannot be one, `schema` says the same as JSON Schema."""

    takes_null = True
    """Whether a key without a value says nothing."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> Any:
        """The value at a node. `what` names the setting in messages, `setting` is its attribute. Raises ConfigError."""
        raise NotImplementedError

    def said(self, written: Written, node: Node, what: str, setting: str) -> dict[str, Any]:
        """The value by attribute, for those who keep parts of it apart."""
        return {setting: self.read(written, node, what, setting)}

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError


class Flag(Kind):
    """Yes or no."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> bool:
        return written.word(node, what, ("true", "false")) == "true"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Word(Kind):
    """One word of a fixed list, which may be worked out only when it is needed."""

    def __init__(self, words: tuple[str, ...] | Callable[[], tuple[str, ...]]) -> None:
        self._words = words

    @property
    def words(self) -> tuple[str, ...]:
        return self._words if isinstance(self._words, tuple) else self._words()

    def read(self, written: Written, node: Node, what: str, setting: str) -> str:
        return written.word(node, what, self.words)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


class Rules(Kind):
    """A list of selectors: rule ids, names, categories or patterns over them."""

    def __init__(self, *, needed: bool = False) -> None:
        self.needed = needed
        self.takes_null = not needed

    def read(self, written: Written, node: Node, what: str, setting: str) -> tuple[str, ...]:
        found = [selector(written, item, what, setting) for item in written.items(node, what, "rules", "AIB501")]
        if self.needed and not found:
            written.fail(node, f"{what} names no rule; leave it out to check every rule")
        return tuple(dict.fromkeys(found))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": _SELECTOR, **({"minItems": 1} if self.needed else {})}


class Ignored(Rules):
    """A list of selectors, and of exceptions: one rule each, at one place, with a reason and a last day."""

    FIELDS = ("rule", "path", "at", "reason", "until")

    def said(self, written: Written, node: Node, what: str, setting: str) -> dict[str, Any]:
        selectors: dict[str, None] = {}
        exemptions: list[Exemption] = []
        for item in written.items(node, what, "rules", "AIB501"):
            if item.pairs is None:
                selectors[selector(written, item, what, setting)] = None
            else:
                exemptions.append(self._exemption(written, item, what))
                written.note("exemptions", exemptions[-1].place, item)
        return {setting: tuple(selectors), **({"exemptions": tuple(exemptions)} if exemptions else {})}

    def _exemption(self, written: Written, node: Node, what: str) -> Exemption:
        found = {name: value for name, (_, value) in written.members(node, "an exception", self.FIELDS).items()}
        texts = {name: written.text(value, f"{what}: {name} of an exception") for name, value in found.items()}
        if "rule" not in texts:
            written.fail(node, f"{what}: an exception names its rule; write rule: NAME")
        fault = globs.fault(texts["path"]) if "path" in texts else None
        if fault is not None:
            written.fail(found["path"], f"{what}: {quoted(texts['path'])} {fault}")
        if "at" in texts and not texts["at"].startswith("$"):
            written.fail(found["at"], f"{what}: {quoted(texts['at'])} does not start with $, the image template")
        if "until" in texts and not days.is_day(texts["until"]):
            written.fail(found["until"], f"{what}: {quoted(texts['until'])} is no day; write one such as 2027-01-31")
        rule = found["rule"]
        return Exemption(**texts, file=written.path, line=rule.line, column=rule.column)

    def schema(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "rule": {"anyOf": [{"$ref": "#/$defs/rules"}, {"type": "string"}], "description": "The rule's name or id."},
            "path": {"type": "string", "description": "Files, by a pattern as in .gitignore (left out: all)."},
            "at": {"type": "string", "pattern": r"^\$", "description": "JSONPath in the image template (left out: anywhere)."},
            "reason": {"type": "string", "description": "Why the rule is wrong here."},
            "until": {"type": "string", "pattern": f"^{days.PATTERN}$", "description": "The last day, such as 2027-01-31."},
        }
        exemption = {"type": "object", "required": ["rule"], "additionalProperties": False, "properties": fields}
        return {"type": "array", "items": {"anyOf": [_SELECTOR, exemption]}}


class Levels(Kind):
    """A mapping from selectors to severities."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> dict[str, str]:
        levels: dict[str, str] = {}
        for key, value in written.pairs(node, what):
            name = selector(written, key, what, setting)
            if value.is_null:
                written.fail(value, f"{what} of {quoted(name)} is missing; write {listed(LEVELS)}")
            levels[name] = written.word(value, f"{what} of {quoted(name)}", LEVELS)
        return levels

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": _SELECTOR, "additionalProperties": {"enum": list(LEVELS)}}


class Files(Kind):
    """A list of files, relative to the configuration."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> tuple[str, ...]:
        found = []
        for item in written.items(node, what, "files", "file.json"):
            path = written.relative(item, what)
            if not os.path.isfile(path):
                written.fail(item, f"{what}: there is no file {quoted(path)}")
            written.note(setting, path, item)
            found.append(path)
        return tuple(dict.fromkeys(found))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": _PATH}


class Patterns(Kind):
    """A list of files or patterns of files (`*`, `**`), relative to the configuration."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> tuple[str, ...]:
        found = []
        for item in written.items(node, what, "files", "policy/*.yaml"):
            found.append(written.relative(item, what))
            written.note(setting, found[-1], item)
        return tuple(dict.fromkeys(found))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": _PATH}


class Modules(Kind):
    """A list of installed modules."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> tuple[str, ...]:
        found = []
        for item in written.items(node, what, "modules", f"{PLUGIN_PREFIX}contoso"):
            name = written.text(item, what)
            if not _PLUGIN.fullmatch(name):
                written.fail(
                    item, f"{what}: {quoted(name)} is no plugin; their names are like {quoted(PLUGIN_PREFIX + 'contoso')}"
                )
            written.note(setting, name, item)
            found.append(name)
        return tuple(dict.fromkeys(found))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "pattern": f"^{PLUGIN_PREFIX}[a-z0-9]+(?:_[a-z0-9]+)*$"}}


class File(Kind):
    """A file, relative to the configuration, that may be yet to come."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> str:
        return written.relative(node, what)

    def schema(self) -> dict[str, Any]:
        return _PATH


class Served(Kind):
    """A mapping from starts of addresses to the folders of the repository that are served there."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for key, value in written.pairs(node, what):
            start = key.text or ""
            scheme, colon, rest = start.partition("://")
            if not colon or scheme.lower() not in ("https", "http") or rest[:1] in ("", "/") or "?" in rest or "#" in rest:
                advice = "write the start of an address, such as https://st.blob.core.windows.net/scripts/"
                written.fail(key, f"{what}: {quoted(start)} begins no address of a file; {advice}")
            written.note(setting, start, key)
            served = os.path.abspath(written.relative(value, what))
            if not os.path.isdir(served) and not _may_be_left_out(served):
                written.fail(value, f"{what}: there is no folder {quoted(value.text or '')} that could be served")
            found[start.rstrip("/") + "/"] = served
        return tuple(found.items())

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]"},
            "additionalProperties": _PATH,
        }


def _may_be_left_out(folder: str) -> bool:
    """Whether git may know a folder that was left out of the checkout."""
    from aiblint import git

    root = git.work_tree(os.path.dirname(folder))
    top = os.path.join(root, ".git") if root is not None else ""
    return os.path.isfile(top) or os.path.exists(os.path.join(top, "info", "sparse-checkout"))


class Tables(Kind):
    """A mapping from tables of facts to a list of changes: `+name=fact`, `+name` or `-name`."""

    def read(self, written: Written, node: Node, what: str, setting: str) -> dict[str, tuple[tuple[str | None, ...], ...]]:
        changed: dict[str, tuple[tuple[str | None, ...], ...]] = {}
        for name, (_, entries) in written.members(node, what, tables.CHANGEABLE).items():
            rows = []
            for entry in written.items(entries, f"{what}: {name}", "changes", "+NAME"):
                try:
                    rows.append(tuple(tables.change(name, entry.text or "")))
                except ValueError as error:
                    written.fail(entry, f"{what}: {name} cannot hold {quoted(entry.text or '')}: {error}")
                written.note(setting, entry.text or "", entry)
            changed[name] = tuple(rows)
        return changed

    def schema(self) -> dict[str, Any]:
        changes = {"type": ["array", "null"], "items": {"type": "string", "pattern": "^[+-]."}}
        return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(tables.CHANGEABLE, changes)}


class PerPath(Kind):
    """A mapping from patterns of files to what differs for them."""

    def __init__(self, keys: Callable[[], tuple[Key, ...]]) -> None:
        self.keys = keys

    def read(self, written: Written, node: Node, what: str, setting: str) -> tuple[PathSettings, ...]:
        entries = []
        for key, value in written.pairs(node, what):
            pattern = key.text or ""
            fault = globs.fault(pattern)
            if fault is not None:
                written.fail(key, f"{what}: {quoted(pattern)} {fault}")
            outer, written.nodes = written.nodes, {}
            said = read_keys(written, value, f"{what} {quoted(pattern)}", self.keys())
            entries.append(PathSettings(pattern, said, written.places))
            written.nodes = outer
            written.note(setting, pattern, key)
        return tuple(entries)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": object_schema(self.keys())}


def selector(written: Written, node: Node, what: str, setting: str) -> str:
    """The text of a selector; whether a rule is meant by it is asked where the rules are known."""
    if not node.text or node.is_null:
        written.fail(node, f"{what}: here must stand a rule's id or name, a category, or a pattern such as 'AIB5*'")
    written.note(setting, node.text, node)
    return node.text


def read_keys(written: Written, node: Node, what: str, keys: tuple[Key, ...]) -> dict[str, Any]:
    """What a mapping says, by attribute; keys without a value say nothing."""
    said: dict[str, Any] = {}
    members = written.members(node, what, [key.name for key in keys])
    for key in keys:
        if key.name in members:
            name, value = members[key.name]
            if not (value.is_null and key.kind.takes_null):
                said.update(key.kind.said(written, value, key.name, key.attribute))
                written.note(key.attribute, "", name)
    return said


def object_schema(keys: tuple[Key, ...]) -> dict[str, Any]:
    """The JSON Schema of a mapping with these keys; a key without a value is fine where it says nothing."""
    properties = {}
    for key in keys:
        described = {"description": key.about, **key.kind.schema()}
        properties[key.name] = _or_null(described) if key.kind.takes_null else described
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _or_null(described: dict[str, Any]) -> dict[str, Any]:
    if "enum" in described:
        return {**described, "enum": [*described["enum"], None]}
    return {**described, "type": [described["type"], "null"]} if isinstance(described.get("type"), str) else described
