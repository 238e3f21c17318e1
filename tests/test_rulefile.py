"""A mistake in a rule file is refused at load, with the file's name and the reason; an index that is out of date is made anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint

from aiblint import registry, rule, rulefile

FILE = "AIB801-build-timeout-range.yaml"


def written() -> dict[str, Any]:
    content: dict[str, Any] = registry.read_yaml(str(ROOT / "rules" / FILE))
    return content


def refused(changes: dict[str, Any]) -> str:
    """What is said about the rule with some keys changed; None takes one out."""
    content = {key: value for key, value in {**written(), **changes}.items() if value is not None}
    with pytest.raises(rule.RuleError) as caught:
        rulefile.from_yaml(content, FILE)
    text = str(caught.value)
    assert text.startswith(f"{FILE}: ")
    return text


def test_the_rule_of_these_tests_is_fine() -> None:
    assert rulefile.from_yaml(written(), FILE).name == "build-timeout-range"


BAD = {"bad": {}, "at": "$"}
GOOD = {"good": {}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": None}, "'id' is missing"),
        ({"summary": "  "}, "'summary' takes text"),
        ({"references": []}, "'references' is missing"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"refrences": "x"}, "did you mean 'references'?"),
        ({"id": 801}, "'id' takes text, not 801"),
        ({"id": "aib801"}, "write something like AIB801"),
        ({"name": "Build Timeout"}, "write something like checksum-missing"),
        ({"name": ["a"]}, "'name' takes text"),
        ({"name": "security"}, "is a category"),
        ({"aliases": ["time"]}, "is a category"),
        ({"aliases": "old-name"}, "'aliases' is a list; write [old-name]"),
        ({"aliases": [7]}, "'aliases' takes text, not 7"),
        ({"references": "https://learn.microsoft.com/a"}, "'references' is a list; write [https://learn.microsoft.com/a]"),
        ({"references": ["learn.microsoft.com/a"]}, "https://learn.microsoft.com/…"),
        ({"references": [None]}, "'references' takes text, not None"),
        ({"summary": ["a"]}, "'summary' takes text"),
        ({"why": {"a": 1}}, "'why' takes text"),
        ({"severity": "fatal"}, "unknown severity 'fatal'"),
        ({"severity": ["error"]}, "unknown severity"),
        ({"category": "tiem"}, "did you mean 'time'?"),
        ({"precision": "hihg"}, "did you mean 'high'?"),
        ({"security-severity": "high"}, "from 0.1 to 10.0"),
        ({"security-severity": 11}, "from 0.1 to 10.0"),
        ({"security-severity": "nan"}, "from 0.1 to 10.0"),
        ({"enabled": "no"}, "'enabled' is true or false"),
        ({"category": "advice"}, "false for advice"),
        ({"unread": "no"}, "'unread' is true or false"),
        ({"covers": "S57"}, "'covers' is a list"),
        ({"when": "windows"}, "'when' is a mapping of conditions, such as {os: windows}, not 'windows'"),
        ({"when": ["os"]}, "'when' is a mapping"),
        ({"when": []}, "'when' is a mapping"),
        ({"when": {"os": "windos"}}, "unknown os in 'when' 'windos' (did you mean 'windows'?)"),
        ({"when": {"os": True}}, "unknown os in 'when' 'True'"),
        ({"when": {"os": ["linux", "mac"]}}, "unknown os in 'when' 'mac'"),
        ({"when": {"os": []}}, "'os' in 'when' asks for nothing"),
        ({"when": {"source-os": "Linux"}}, "did you mean 'linux'?"),
        ({"when": {"kind": "deployment"}}, "unknown kind in 'when'"),
        ({"when": {"type": "Sharedimage"}}, "did you mean 'SharedImage'?"),
        ({"when": {"sorce-os": "linux"}}, "unknown condition 'sorce-os' (did you mean 'source-os'?)"),
        ({"api-versions": 2020}, "'api-versions' takes text, not 2020"),
        ({"api-versions": ">2020-02-14"}, "is no range of api-versions"),
        ({"api-versions": ">=2020-02-15"}, "is no range of api-versions"),
        ({"api-versions": ">=2024-02-01, <2020-02-14"}, "no API version lies in"),
        ({"select": 7}, "'select' takes text, not 7"),
        ({"select": ["$.properties", None]}, "'select' takes text, not None"),
        ({"select": "properties.source"}, "does not start with $"),
        ({"select": "$.properties["}, "is no JSONPath"),
        ({"select": None}, "any other check has one"),
        ({"select": []}, "any other check has one"),
        ({"check": None}, "either 'check' or a list of 'cases'"),
        ({"cases": []}, "either 'check' or a list of 'cases'"),
        ({"check": None, "cases": []}, "'cases' lists no case"),
        ({"check": None, "cases": {"check": "x"}}, "'cases' is a list"),
        ({"check": None, "cases": ["x"]}, "a mapping belongs here, not 'x'"),
        ({"check": None, "cases": [{"chek": "x"}]}, "unknown key of a case 'chek' (did you mean 'check'?)"),
        ({"check": None, "cases": [{"severity": "note"}]}, "'check' names exactly one word"),
        ({"check": 5}, "'check' names exactly one word"),
        ({"check": {"a": {}, "b": {}}}, "'check' names exactly one word"),
        ({"check": "build-timeout-outsid"}, "did you mean 'build-timeout-outside'?"),
        ({"check": {"build-timeout-outside": []}}, "the options of 'build-timeout-outside' are a mapping"),
        ({"check": {"build-timeout-outside": {"shortest": 6}}}, "needs the option"),
        ({"check": {"build-timeout-outside": {"shortest": "6", "longest": 960, "default": 240}}}, "takes int, not '6'"),
        ({"check": {"build-timeout-outside": {"shortest": True, "longest": 960, "default": 240}}}, "takes int, not True"),
        ({"check": {"build-timeout-outside": {"shortest": 6, "longest": 9, "default": 7, "x": 1}}}, "has no option 'x'"),
        ({"examples": {"bad": 1}}, "'examples' is a list"),
        ({"examples": ["x"]}, "a mapping belongs here"),
        ({"examples": [BAD]}, "no good example"),
        ({"examples": [GOOD]}, "no bad example"),
        ({"examples": [{"bad": {}, "good": {}}]}, "either 'bad' or 'good'"),
        ({"examples": [{"bad": {}}]}, "says at which place"),
        ({"examples": [{**GOOD, "at": "$"}]}, "and no good one"),
        ({"examples": [{**BAD, "att": "$"}]}, "unknown key of an example 'att' (did you mean 'at'?)"),
        ({"examples": [{**BAD, "at": "properties"}]}, "$.properties.source, /resources/0 or 12:5"),
        ({"examples": [{"bad": 5, "at": "$"}]}, "a mapping, a whole file as text, or [old, new]"),
        ({"examples": [{"bad": ["a"], "at": "$"}]}, "a mapping, a whole file as text, or [old, new]"),
        ({"examples": [{**BAD, "fixed": 1}]}, "'fixed' of an example"),
        ({"examples": [{**BAD, "on": "mac"}]}, "unknown example to change ('on') 'mac'"),
        ({"examples": [{**BAD, "of": "template"}]}, "unknown part of an example ('of')"),
        ({"examples": [{**BAD, "with": "utf-99"}]}, "an encoding that Python knows"),
        ({"examples": [{**BAD, "today": "2026-02-30"}]}, "'today' takes a date"),
        ({"examples": [{**GOOD, "fixed": {}}]}, "only a bad example"),
        ({"examples": [{**BAD, "unsafe": True}]}, "belongs to 'fixed'"),
    ],
)
def test_a_mistake_is_refused_and_named(changes: dict[str, Any], said: str) -> None:
    assert said in refused(changes)


@pytest.mark.parametrize("content", [None, [], "text", 7])
def test_a_rule_file_holds_a_mapping(content: object) -> None:
    with pytest.raises(rule.RuleError, match=r"AIB801-.*: a rule file holds a mapping"):
        rulefile.from_yaml(content, FILE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: AIB801\nname: [\n", ":3:1: is not YAML: "),
        (
            "id: AIB801\nname: build-timeout-range\nseverity: error\nseverity: note\n",
            ":4:1: is not YAML: 'severity' stands here twice",
        ),
        (
            "id: AIB801\nname: build-timeout-range\nwhen:\n  os: linux\n  os: windows\n",
            ":5:3: is not YAML: 'os' stands here twice",
        ),
        ("id: AIB802\nname: build-timeout-range\n", ": a rule file is called ID-NAME.yaml, after its 'id' and 'name'"),
        ("id: AIB801\nid2: \x00\n", ": is not YAML: "),
        ("? [a]\n: b\n", ":1:3: is not YAML: found unhashable key"),
        ("[" * 100_000, ""),
    ],
)
def test_what_is_wrong_with_the_yaml_is_said_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(rule.RuleError) as caught:
        registry.read_folder(str(tmp_path))
    assert str(caught.value).startswith(f"{tmp_path / FILE}:")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("severity: error", "severity: eror", 3),
        ("category: time", "categorie: time", 4),
        ("covers:", "when: {os: windos}\ncovers:", 14),
        ("select: $", "select: $[", 15),
        ("check:\n  equals:", "check:\n  equls:", 16),
        ("examples:\n  - bad:", "examples:\n  - bat:", 19),
        ("    at: $", "    at: $\n    fixt: x", 21),
        ("    at: $.properties.buildTimeoutInMinutes", "    at: somewhere", 19),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    text = """id: AIB801
name: build-timeout-range
severity: error
category: time
summary: The service refuses this build timeout.
why: |
  It is refused.

  Really.
references:
  - https://learn.microsoft.com/azure
# 12
# 13
covers: [S41]
select: $.properties.buildTimeoutInMinutes
check:
  equals: {to: 6}
examples:
  - bad: {properties: {buildTimeoutInMinutes: 5}}
    at: $.properties.buildTimeoutInMinutes
  - good: {properties: {buildTimeoutInMinutes: 6}}
"""
    assert text.count(old) == 1
    path = tmp_path / FILE
    path.write_text(text)
    rulefile.from_yaml(registry.read_yaml(str(path)), FILE)
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(rule.RuleError) as caught:
        rulefile.from_yaml(registry.read_yaml(str(path)), FILE)
    assert str(caught.value).startswith(f"{FILE}:{line}: ")


def test_a_rule_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(rule.RuleError, match=f"{FILE}: cannot be read: Is a directory"):
        registry.read_folder(str(tmp_path))


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    text = (ROOT / "rules" / FILE).read_text()
    (tmp_path / FILE).write_text(text)
    for changed in (
        text.replace("id: AIB801", "id: AIB899\naliases: [build-timeout-range]").replace(
            "name: build-timeout-range", "name: other"
        ),
        text.replace("id: AIB801", "id: AIB899\naliases: [other]").replace("name: build-timeout-range", "name: other"),
    ):
        other = tmp_path / "AIB899-other.yaml"
        other.write_text(changed)
        with pytest.raises(rule.RuleError, match="is already taken by AIB8"):
            registry.read_folder(str(tmp_path))
        other.unlink()
    assert [found.id for found in registry.read_folder(str(tmp_path))] == ["AIB801"]


class TestIndex:
    """The compiled index of a clone, in a folder of its own: `rules`, `checks`, `data` as the package has them."""

    @pytest.fixture
    def clone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        package = tmp_path / "package"
        for folder in ("checks", "data/api"):
            (package / folder).mkdir(parents=True)
        for name in ("checks/time.py", "check.py", "data/names.json", "data/api/2024-02-01.json"):
            (package / name).write_text("")
        rules = tmp_path / "rules"
        rules.mkdir()
        for name in (FILE, registry._MARKER):
            (rules / name).write_bytes((ROOT / "rules" / name).read_bytes())
        for path in tmp_path.rglob("*"):
            os.utime(path, (1_000_000, 1_000_000))
        monkeypatch.setattr(registry, "_PACKAGE", str(package))
        monkeypatch.setattr(registry, "INDEX", str(package / "_rules.json"))
        assert [found.id for found in registry.load()] == ["AIB001", "AIB801"]
        return tmp_path

    def is_made_anew(self) -> bool:
        """Whether loading compiles; told by a mark that only the index bears."""
        index = Path(registry.INDEX)
        content = json.loads(index.read_text())
        content["rules"][0]["summary"] = "from the index"
        when = index.stat()
        index.write_text(json.dumps(content))
        os.utime(index, ns=(when.st_atime_ns, when.st_mtime_ns))
        return registry.load()[0].summary != "from the index"

    def test_a_fresh_one_is_used(self, clone: Path) -> None:
        assert not self.is_made_anew()

    @pytest.mark.parametrize(
        "name",
        [
            f"rules/{FILE}",
            "package/check.py",
            "package/checks/time.py",
            "package/data/names.json",
            "package/data/api/2024-02-01.json",
        ],
    )
    def test_one_that_is_older_than_what_it_is_made_of_is_made_anew(self, clone: Path, name: str) -> None:
        late = os.stat(registry.INDEX).st_mtime_ns + 1
        os.utime(clone / name, ns=(late, late))
        assert self.is_made_anew()
        assert Path(registry.INDEX).stat().st_mtime_ns > late
        assert not self.is_made_anew()

    def test_a_new_or_missing_rule_file_is_seen(self, clone: Path) -> None:
        (clone / "rules" / FILE).unlink()
        assert [found.id for found in registry.load()] == ["AIB001"]
        (clone / "rules" / FILE).write_bytes((ROOT / "rules" / FILE).read_bytes())
        os.utime(clone / "rules" / FILE, (1_000_000, 1_000_000))
        assert [found.id for found in registry.load()] == ["AIB001", "AIB801"]

    @pytest.mark.parametrize("change", [{"format": 0}, {"version": "0.0.0"}, {"files": []}])
    def test_one_of_another_version_is_made_anew(self, clone: Path, change: dict[str, Any]) -> None:
        index = Path(registry.INDEX)
        when = index.stat()
        index.write_text(json.dumps({**json.loads(index.read_text()), "rules": [], **change}))
        os.utime(index, ns=(when.st_atime_ns, when.st_mtime_ns))
        assert len(registry.load()) == 2

    def test_one_that_is_damaged_is_made_anew(self, clone: Path) -> None:
        Path(registry.INDEX).write_text('{"format"')
        assert len(registry.load()) == 2
        assert json.loads(Path(registry.INDEX).read_text())["rules"]

    def test_a_folder_that_cannot_be_written_costs_only_time(self, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "INDEX", str(clone / "missing" / "_rules.json"))
        assert len(registry.load()) == 2


def test_a_broken_rule_file_is_2_and_named(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / registry._MARKER).write_text((ROOT / "rules" / registry._MARKER).read_text() + "\nwhen: windows\n")
    monkeypatch.setattr(registry, "folder", lambda: str(tmp_path))
    monkeypatch.setattr(registry, "INDEX", str(tmp_path / "_rules.json"))
    status, out, err = aiblint(ROOT / "examples" / "linux.json")
    assert (status, out) == (2, "")
    assert re.match(r"aiblint: AIB001-json-syntax\.yaml:\d+: 'when' is a mapping of conditions", err)
