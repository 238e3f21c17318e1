"""Rules of a team's own: the files that the configuration names, and whether their examples hold."""

from __future__ import annotations

import glob
import os

from aiblint import registry, rulecache
from aiblint.rule import RuleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.config import Settings
    from aiblint.rule import Rule

PREFIX = "XAIB"
"""What ids of such rules begin with, so that they never clash with those of a later aiblint."""


def load(settings: Settings, shipped: list[Rule]) -> list[Rule]:
    """The rules in the files that `rules` of the configuration stands for, sorted by id. Raises RuleError naming what is wrong."""
    taken = _names(shipped)
    # Words of plugins are somebody's code, which may change unseen.
    stamp = "" if settings.plugins else registry.stamp()
    found: list[Rule] = []
    for pattern in settings.rules:
        paths = sorted(glob.glob(pattern, recursive=True))
        if not paths:
            raise RuleError(f"{settings.place('rules', pattern)}: rules: no file is meant by '{pattern}'")
        found += [_own(_known(path, stamp), path, taken) for path in paths]
    return sorted(found, key=lambda rule: rule.id)


def _names(rules: list[Rule]) -> dict[str, str]:
    return {name: rule.id for rule in rules for name in (rule.id, rule.name, *rule.aliases)}


def _known(path: str, stamp: str) -> Rule:
    """The rule of a file, as it was compiled before where that is known. Without a stamp nothing is kept."""
    name = ""
    if stamp:
        try:
            with open(path, "rb") as file:
                name = rulecache.key(os.path.basename(path), file.read(), stamp)
        except OSError:
            return _read(path)  # which says why
    rule = rulecache.read(name) if name else None
    if rule is None:
        rule = _read(path)
        if name:
            rulecache.write(name, rule)
    return rule


def _read(path: str) -> Rule:
    from aiblint.rulefile import from_yaml

    return from_yaml(registry.read_yaml(path), path)


def _own(rule: Rule, path: str, taken: dict[str, str]) -> Rule:
    """The rule, refused where it bears an id or a name that is not free."""
    if not rule.id.startswith(PREFIX):
        raise RuleError(f"{path}: the id of a rule of your own begins with {PREFIX}, not '{rule.id}'")
    for name in (rule.id, rule.name, *rule.aliases):
        if name in taken:
            raise RuleError(f"{path}: '{name}' is already taken by {taken[name]}")
        taken[name] = rule.id
    registry.OWN[rule.id] = path
    return rule


def failures(folder: str, shipped: list[Rule], today: str) -> Iterator[tuple[str, list[str]]]:
    """Each rule file of a folder, and what of its examples does not hold. Raises RuleError."""
    paths = registry.files(folder)
    if not paths:
        raise RuleError(f"{folder}: no rule files (ID-NAME.yaml) lie there")
    from aiblint.rulefile import examples

    taken = _names(shipped)
    for path in paths:
        rule = _own(_read(path), path, taken)
        entries = examples(registry.read_yaml(path), path)
        yield path, [fault for number, entry in enumerate(entries, 1) for fault in _faults(rule, entry, number, shipped, today)]


def _faults(rule: Rule, entry: dict[str, Any], number: int, shipped: list[Rule], today: str) -> Iterator[str]:
    from aiblint import engine, example
    from aiblint.checkout import Checkout
    from aiblint.syntax.json import read

    running = [*(each for each in shipped if each.enabled), rule]
    try:
        document = read(example.content(entry), "example.json")
    except ValueError as error:
        yield f"example {number}: {error}"
        return
    result = engine.lint(document, running, Checkout("example.json"), entry.get("today", today))
    yield from (f"example {number}: {defect}" for defect in result.defects)
    own = [finding for finding in result.findings if finding.rule == rule.id]
    if "bad" in entry and example.places(entry, own) != example.expected(entry):
        told = ", ".join(example.places(entry, own)) or "nowhere"
        yield f"example {number}: is flagged at {told}, not at {', '.join(example.expected(entry))}"
    for finding in result.findings if "good" in entry else ():
        if finding.rule == rule.id or finding.severity != "note":
            yield f"example {number}: should be clean, but {finding.rule} {finding.name}: {finding.message}"


def folder_of(path: str) -> str:
    """The folder, refused where there is none."""
    if not os.path.isdir(path):
        raise RuleError(f"{path}: there is no such folder")
    return path
