"""Where rules come from: the compiled index where it is fresh, the rule files where it is not."""

from __future__ import annotations

import os

from aiblint import __version__
from aiblint.rule import Rule, RuleError, store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
INDEX = os.path.join(_PACKAGE, "_rules.json")
"""The compiled index: part of a wheel; in a clone a cache that git ignores."""
_MARKER = "AIB001-json-syntax.yaml"
_FORMAT = 4


OWN: dict[str, str] = {}
"""The files of rules that a team brought along, by their ids."""


class Rules:
    """The rules of a run, read when the first one is looked at: most runs of a hook meet no template."""

    def __init__(self, read: Callable[[], list[Rule]]) -> None:
        self._read = read
        self._rules: list[Rule] | None = None

    def _all(self) -> list[Rule]:
        if self._rules is None:
            self._rules = self._read()
        return self._rules

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, rule: object) -> bool:
        return rule in self._all()


def file_of(rule: Rule) -> str:
    """The file that a rule was read from."""
    return OWN.get(rule.id) or os.path.join(folder(), f"{rule.id}-{rule.name}.yaml")


def folder() -> str:
    """The folder with the rule files: inside a wheel beside this module, in a clone beside the package.

    Only these two places count: an editable install leaves stale copies elsewhere. Raises RuleError.
    """
    for candidate in (os.path.join(_PACKAGE, "rules"), os.path.join(os.path.dirname(_PACKAGE), "rules")):
        if os.path.exists(os.path.join(candidate, _MARKER)):
            return candidate
    raise RuleError(f"no rules beside {_PACKAGE}: the installation is incomplete")


def load() -> list[Rule]:
    """All rules that ship with aiblint, sorted by id. Raises RuleError naming the file that is wrong."""
    where = folder()
    names = None if where.startswith(_PACKAGE) else _names(where)
    stored = _read_index(INDEX, names)
    if stored is None or (names is not None and not _is_fresh(INDEX, where)):
        stored = _compile(where)
        _write_index(INDEX, stored)
    return [Rule(rule) for rule in spelt_out(stored)]


def stamp() -> str:
    """Tells apart what may make another rule of the same file: version and form of the index and, in a clone, its age."""
    try:
        status = os.stat(INDEX)
    except OSError:
        return ""
    return f"{__version__} {_FORMAT} {status.st_mtime_ns} {status.st_size} {INDEX}"


def read_folder(where: str) -> list[Rule]:
    """The rules of a folder, read from their files. Raises RuleError."""
    from aiblint.rulefile import from_yaml  # here, because an index that is fresh is all that a run needs

    rules = [from_yaml(read_yaml(path), os.path.basename(path)) for path in files(where)]
    taken: dict[str, str] = {}
    for rule in rules:
        for name in (rule.id, rule.name, *rule.aliases):
            if name in taken:
                raise RuleError(f"{rule.id}-{rule.name}.yaml: '{name}' is already taken by {taken[name]}")
            taken[name] = rule.id
    return sorted(rules, key=lambda rule: rule.id)


def files(where: str) -> list[str]:
    """The rule files of a folder, sorted by name."""
    return [os.path.join(where, name) for name in _names(where)]


def _names(where: str) -> list[str]:
    return sorted(name for name in os.listdir(where) if name.endswith(".yaml"))


def read_yaml(path: str) -> Any:
    """The content of one rule file. Raises RuleError where it is no YAML or is misnamed."""
    import yaml

    from aiblint.strict_yaml import loader

    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.load(file, Loader=loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark is not None else path
        raise RuleError(f"{place}: is not YAML: {error.problem}{f', {error.context}' if error.context else ''}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RuleError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error
    if isinstance(content, dict) and f"{content.get('id')}-{content.get('name')}.yaml" != os.path.basename(path):
        raise RuleError(f"{path}: a rule file is called ID-NAME.yaml, after its 'id' and 'name'")
    return content


def write_index(where: str, index: str) -> None:
    """Compiles the rules of a folder into an index file; the wheel is built with it."""
    _write_index(index, _compile(where))


def _compile(where: str) -> dict[str, Any]:
    rules = [store(rule) for rule in read_folder(where)]
    selectors: list[Any] = []  # each once: rules speak of the same places, and a run puts them in order of these
    for rule in rules:
        for case in rule["cases"]:
            selectors += [selector for selector in case[0] if selector not in selectors]
            case[0] = [selectors.index(selector) for selector in case[0]]
    return {"format": _FORMAT, "version": __version__, "files": _names(where), "selectors": selectors, "rules": rules}


def spelt_out(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules of an index with their selectors, which they share, in place of numbers. Changes `content`."""
    selectors = content["selectors"]
    rules: list[dict[str, Any]] = content["rules"]
    for rule in rules:
        for case in rule["cases"]:
            case[0] = [selectors[number] for number in case[0]]
    return rules


def _read_index(index: str, names: list[str] | None) -> dict[str, Any] | None:
    """The index if it was made by this version from files of these names (None: any names)."""
    import json

    try:
        with open(index, encoding="utf-8") as file:
            content: dict[str, Any] = json.load(file)
    except (OSError, ValueError):
        return None
    if content.get("format") != _FORMAT or content.get("version") != __version__:
        return None
    return content if names is None or content.get("files") == names else None


def _write_index(index: str, content: dict[str, Any]) -> None:
    """Whole, because a run at the same time reads it; a read-only folder is fine, and what is lost can be made again."""
    import json

    from aiblint import whole  # here, because hardly a run writes it

    try:
        whole.write(index, json.dumps(content, separators=(",", ":")).encode(), lasting=False)
    except OSError:
        return


def _is_fresh(index: str, where: str) -> bool:
    """Whether the index is younger than every rule file, every word and every table that a word or a rule is bound to."""
    written = os.stat(index).st_mtime_ns
    for place, endings in (
        (where, ".yaml"),
        (os.path.join(_PACKAGE, "checks"), ".py"),
        (_PACKAGE, ".py"),
        (os.path.join(_PACKAGE, "data"), ".json"),
        (os.path.join(_PACKAGE, "data", "api"), ".json"),
    ):
        with os.scandir(place) as entries:
            if any(entry.name.endswith(endings) and entry.stat().st_mtime_ns > written for entry in entries):
                return False
    return True


def matching(rules: Iterable[Rule], selector: str) -> list[Rule]:
    """The rules that an id, a name, an alias, a category or a glob over ids and names stands for."""
    from aiblint import globs

    folded = selector.lower()
    return [
        rule
        for rule in rules
        if folded in (rule.id.lower(), rule.name, rule.category, *rule.aliases)
        or globs.fits(folded, rule.name)
        or globs.fits(folded, rule.id.lower())
    ]


def chosen(rules: Iterable[Rule], selector: str) -> list[Rule]:
    """The rules that a selector switches on: those that are off by default only where it stands for no others.

    So a rule's name does, and `advice`, and not `*` or a category of which they are a part.
    """
    matched = matching(rules, selector)
    return [rule for rule in matched if rule.enabled] or matched
