"""Every rule that runs by default earns its place: some template that is clean but for one mistake is caught by it alone."""

from __future__ import annotations

from typing import Any

import pytest
import test_rules
from test_rules import findings, rules

from aiblint import example, registry, rulefile

folder = test_rules.folder
"""Where the repositories of examples are made."""

COMPANIONS = {
    "expired-ignore": "the rule that was silenced until then speaks again",
    "sas-expired": "a signature in an address is a secret in an address, expired or not",
    "source-hardened-image": "these images are sold with a plan, and the example's is not theirs",
}
"""Rules that never speak alone, and why."""


def mutants() -> dict[str, list[dict[str, Any]]]:
    """Name → the bad examples of a rule: clean templates, each with a mistake. Rules that are off by default are left out."""
    found = {}
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        if content.get("enabled", True):
            found[content["name"]] = [each for each in rulefile.examples(content, path) if "bad" in each]
    return found


def caught(name: str, entry: dict[str, Any]) -> tuple[set[str], bool]:
    """The rules that speak up about a mutant, notes aside, and whether this rule says it at the place where the mistake is."""
    found = findings(entry, name)
    own = [finding for finding in found if finding.name == name]
    speakers = {finding.name for finding in found if finding.name == name or finding.severity != "note"}
    return speakers, example.places(entry, own) == example.expected(entry)


@pytest.mark.parametrize("name", sorted(mutants()))
def test_a_mistake_is_caught_by_one_rule_alone(name: str) -> None:
    outcomes = [caught(name, entry) for entry in mutants()[name]]
    alone = [placed for speakers, placed in outcomes if speakers == {name}]
    if name in COMPANIONS:
        assert all(name in speakers for speakers, _ in outcomes)
        assert not alone, f"{name} speaks alone: take it out of COMPANIONS"
    else:
        assert any(alone), outcomes


def test_each_clean_template_has_mutants() -> None:
    bases = {entry.get("on", "linux") for entries in mutants().values() for entry in entries if isinstance(entry["bad"], dict)}
    assert bases == set(example.BASES)


def test_the_lists_of_exceptions_name_rules() -> None:
    assert set(COMPANIONS) <= {rule.name for rule in rules()}
