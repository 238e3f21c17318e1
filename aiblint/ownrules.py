"""Rules of a team's own: the files that the configuration names, and whether their examples hold."""

from __future__ import annotations

import glob
import os

from aiblint import engine, example, registry
from aiblint.checkout import Checkout
from aiblint.rule import RuleError
from aiblint.rulefile import examples, from_yaml
from aiblint.syntax.json import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from aiblint.rule import Rule

PREFIX = "XAIB"
"""What ids of such rules begin with, so that they never clash with those of a later aiblint."""


def load(patterns: Iterable[str], shipped: list[Rule]) -> list[Rule]:
    """The rules in the files that patterns stand for, sorted by id. Raises RuleError naming the file that is wrong."""
    taken = {name: rule.id for rule in shipped for name in (rule.id, rule.name, *rule.aliases)}
    found: list[Rule] = []
    for pattern in patterns:
        paths = sorted(glob.glob(pattern, recursive=True))
        if not paths:
            raise RuleError(f"rules: no file is meant by '{pattern}'")
        found += [_rule(path, taken) for path in paths]
    return sorted(found, key=lambda rule: rule.id)


def _rule(path: str, taken: dict[str, str]) -> Rule:
    rule = from_yaml(registry.read_yaml(path), path)
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
    taken = {name: rule.id for rule in shipped for name in (rule.id, rule.name, *rule.aliases)}
    for path in paths:
        rule = _rule(path, taken)
        entries = examples(registry.read_yaml(path), path)
        yield path, [fault for number, entry in enumerate(entries, 1) for fault in _faults(rule, entry, number, shipped, today)]


def _faults(rule: Rule, entry: dict[str, Any], number: int, shipped: list[Rule], today: str) -> Iterator[str]:
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
