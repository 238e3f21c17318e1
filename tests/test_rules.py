"""Every rule does what its examples say: bad ones are flagged exactly there, good ones by no default rule at all."""

from __future__ import annotations

import importlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import repositories

from aiblint import engine, example, fixer, registry, rule, rulefile
from aiblint.checkout import Checkout
from aiblint.document import Document
from aiblint.finding import Finding
from aiblint.settle import settle
from aiblint.suppress.ignores import Terms
from aiblint.syntax.json import read

TODAY = "2026-11-23"


@cache
def rules() -> list[rule.Rule]:
    return registry.read_folder(registry.folder())


def examples(kind: str) -> list[Any]:
    found = []
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        for number, entry in enumerate(rulefile.examples(content, path)):
            if kind in entry:
                found.append(pytest.param(content["name"], entry, id=f"{content['name']}-{number}"))
    return found


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the repositories of examples are made."""
    FOLDER.append(tmp_path_factory.mktemp("examples"))


FOLDER: list[Path] = []


def path_of(entry: dict[str, Any]) -> str:
    """Where the file of an example lies: in the `repository` that it asks for, with a commit for each of its mappings."""
    if "repository" not in entry:
        return "example.json"
    return str(repository(json.dumps(entry["repository"])) / "example.json")


@cache
def repository(commits: str) -> Path:
    return repositories.make(FOLDER[-1] / str(abs(hash(commits))), json.loads(commits))


def lint(document: Document, entry: dict[str, Any], name: str = "") -> engine.Result:
    """What is said of an example by the rules that run by default, and by the one of a name."""
    running = [rule for rule in rules() if rule.enabled or rule.name == name]
    today = entry.get("today", TODAY)
    terms = Terms({each: rule.id for rule in rules() for each in (rule.id.lower(), rule.name)}, today)
    result = engine.lint(document, running, Checkout(path_of(entry)), today, programs=programs(running))
    return settle(result, running, {}, terms)


def programs(running: list[rule.Rule]) -> dict[str, Any]:
    """The programs that rules need; without one there is nothing to test."""
    found = {needed: importlib.import_module(f"aiblint.{needed}").find() for rule in running if (needed := rule.needs)}
    if None in found.values():
        pytest.skip(f"needs {', '.join(found)}")
    return found


def findings(entry: dict[str, Any], name: str = "") -> list[Finding]:
    result = lint(read(example.content(entry), "example.json"), entry, name)
    assert not result.defects
    return result.findings


def fixed(data: bytes, name: str, entry: dict[str, Any]) -> bytes:
    """What the fixes of one rule make of a file: the safe ones, with `unsafe` all of them."""

    def wanted(finding: Finding) -> bool:
        return finding.name == name and finding.fix is not None and (finding.fix.safe or "unsafe" in entry)

    outcome = fixer.fix(read(data, "example.json"), lambda document: lint(document, entry, name), wanted)
    assert outcome.defects == []
    left = [finding for finding in outcome.result.findings if wanted(finding)]
    assert left == [], show(left)
    return fixer.encoded(outcome.document)


def show(found: list[Finding]) -> str:
    return "\n".join(
        f"{finding.name} {finding.severity} {finding.at or finding.pointer}: {finding.message}" for finding in found
    )


@pytest.mark.parametrize(("name", "entry"), examples("bad"))
def test_a_bad_example_is_flagged_exactly_there(name: str, entry: dict[str, Any]) -> None:
    found = findings(entry, name)
    own = [finding for finding in found if finding.name == name]
    assert example.places(entry, own) == example.expected(entry), show(found)
    for finding in own:
        assert 0 <= finding.start <= finding.end <= len(finding.document.text)
        assert "None" not in finding.message or "None" in str(entry)


@pytest.mark.parametrize(("name", "entry"), examples("good"))
def test_a_good_example_is_clean(name: str, entry: dict[str, Any]) -> None:
    loud = [finding for finding in findings(entry, name) if finding.severity != "note" or finding.name == name]
    assert loud == [], show(loud)


@pytest.mark.parametrize(("name", "entry"), examples("fixed"))
def test_fixes_make_of_a_bad_example_what_it_says(name: str, entry: dict[str, Any]) -> None:
    before = example.content(entry)
    after = fixed(before, name, entry)
    assert after != before
    wanted = example.fixed(entry)
    if isinstance(entry["fixed"], dict) and isinstance(entry["bad"], dict):
        assert plain(after) == plain(wanted.encode())
    else:
        assert after.decode() == wanted
    assert fixed(after, name, entry) == after


def plain(data: bytes) -> object:
    root = read(data, "example.json").root
    assert root is not None
    return root.to_python()


@pytest.mark.parametrize("path", registry.files(registry.folder()), ids=os.path.basename)
def test_a_rule_that_fixes_shows_it(path: str) -> None:
    content = registry.read_yaml(path)
    shown = {"unsafe" not in entry for entry in content["examples"] if "fixed" in entry}
    bears = {
        finding.fix.safe
        for entry in content["examples"]
        if "bad" in entry
        for finding in findings(entry, content["name"])
        if finding.name == content["name"] and finding.fix is not None
    }
    assert bears == shown


@pytest.mark.parametrize("base", sorted(example.BASES))
def test_the_clean_templates_are_clean(base: str) -> None:
    assert show(findings({"good": {}, "on": base})) == ""


def test_index_and_rule_files_say_the_same(tmp_path: Any) -> None:
    index = tmp_path / "index.json"
    registry.write_index(registry.folder(), str(index))
    stored = registry._read_index(str(index), None)
    assert stored is not None
    assert registry.spelt_out(stored) == json.loads(json.dumps([rule.store(read_rule) for read_rule in rules()]))
