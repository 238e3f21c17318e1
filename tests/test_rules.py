"""Every rule does what its examples say: bad ones are flagged exactly there, good ones by no default rule at all."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from aiblint import engine, example, registry, rule
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.syntax.json import read

TODAY = "2026-11-23"


@cache
def rules() -> list[rule.Rule]:
    return registry.read_folder(registry.folder())


def examples(kind: str) -> list[Any]:
    found = []
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        for number, entry in enumerate(rule.examples(content, path)):
            if kind in entry:
                found.append(pytest.param(content["name"], entry, id=f"{content['name']}-{number}"))
    return found


def findings(entry: dict[str, Any]) -> list[Finding]:
    document = read(example.content(entry), "example.json")
    result = engine.lint(document, rules(), Checkout("example.json"), entry.get("today", TODAY))
    assert not result.defects
    return result.findings


def show(found: list[Finding]) -> str:
    return "\n".join(
        f"{finding.name} {finding.severity} {finding.at or finding.pointer}: {finding.message}" for finding in found
    )


@pytest.mark.parametrize(("name", "entry"), examples("bad"))
def test_a_bad_example_is_flagged_exactly_there(name: str, entry: dict[str, Any]) -> None:
    found = findings(entry)
    own = [finding for finding in found if finding.name == name]
    assert example.places(entry, own) == example.expected(entry), show(found)
    for finding in own:
        assert 0 <= finding.start <= finding.end <= len(finding.document.text)
        assert "None" not in finding.message or "None" in str(entry)


@pytest.mark.parametrize(("name", "entry"), examples("good"))
def test_a_good_example_is_clean(name: str, entry: dict[str, Any]) -> None:
    loud = [finding for finding in findings(entry) if finding.severity != "note" or finding.name == name]
    assert loud == [], show(loud)


@pytest.mark.parametrize("base", sorted(example.BASES))
def test_the_clean_templates_are_clean(base: str) -> None:
    assert show(findings({"good": {}, "on": base})) == ""


def test_index_and_rule_files_say_the_same(tmp_path: Any) -> None:
    index = tmp_path / "index.json"
    registry.write_index(registry.folder(), str(index))
    stored = registry._read_index(str(index), None)
    assert stored is not None
    assert stored["rules"] == json.loads(json.dumps([rule.store(read_rule) for read_rule in rules()]))
