"""Rules of a team's own: loaded from the configuration, refused by name, tested by their examples."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

OWN = ROOT / "examples" / "own-rules"
GALLERY = "XAIB001-foreign-gallery.yaml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    shutil.copytree(OWN, tmp_path / "policy")
    shutil.copy(ROOT / "examples" / "linux.json", tmp_path / "a.json")
    (tmp_path / ".aiblint.yaml").write_text("rules: [policy/*.yaml]\n")
    return tmp_path


def test_they_run_like_all_others(aiblint: Aiblint) -> None:
    status, out, _ = aiblint("--format", "json", "a.json")
    assert status == 1
    found = {finding["rule"]: finding["at"] for finding in json.loads(out)["findings"]}
    assert found == {"XAIB003": "$.properties.distribute[0]"} | ({"XAIB001": found["XAIB001"]} if "XAIB001" in found else {})
    assert aiblint("--select", "XAIB003", "a.json")[0] == 1
    assert aiblint("--ignore", "XAIB*", "a.json")[0] == 0
    assert "XAIB001  error" in aiblint("--list-rules")[1]
    assert "galleries/sandbox" in aiblint("--explain", "foreign-gallery")[1]
    assert "foreign-gallery" in aiblint("--config-schema")[1]
    assert aiblint("--no-config", "--explain", "foreign-gallery")[0] == 2


def test_reports_name_them(aiblint: Aiblint) -> None:
    log = json.loads(aiblint("--format", "sarif", "a.json")[1])
    assert "XAIB003" in {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert log["runs"][0]["results"][0]["ruleId"].startswith("XAIB")


def test_their_examples_are_run(aiblint: Aiblint) -> None:
    status, out, err = aiblint("--test-rules", OWN)
    assert (status, err) == (0, "")
    assert [line.rpartition(" ")[2] for line in out.splitlines()] == ["ok"] * 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("galleries/golden/images/.+", "galleries/.+", "example 1: is flagged at nowhere, not at $.properties.distribute[0]"),
        ("galleries/golden/images/.+", "galleries/other/images/.+", "example 2: should be clean, but XAIB001 foreign-gallery"),
        ("- good: {}", "- good: {properties: {buildTimeoutInMinutes: 5}}", "example 3: should be clean, but AIB801"),
    ],
)
def test_an_example_that_does_not_hold_is_told(aiblint: Aiblint, old: str, new: str, said: str) -> None:
    path = Path("policy") / GALLERY
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    status, out, _ = aiblint("--test-rules", "policy")
    assert status == 1
    assert f"{GALLERY}: FAILED" in out
    assert said in out


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (GALLERY, "severity: error", "severity: fatal", "unknown severity 'fatal'"),
        (GALLERY, "  matches:", "  matchs:", "unknown word 'matchs' (did you mean 'matches'?)"),
        (GALLERY, "ignore-case: true", "ignore-case: 1", "option 'ignore-case' of 'matches'"),
        (
            GALLERY,
            "pattern: /subscriptions",
            "pattern: (/subscriptions",
            "option 'pattern' of 'matches' is no regular expression",
        ),
        (GALLERY, "  matches:", "  equals:\n    to: [1]", "compares texts, numbers"),
        ("AIB001-foreign-gallery.yaml", "XAIB001", "AIB001", "begins with XAIB"),
        (
            "XAIB001-checksum-missing.yaml",
            "foreign-gallery",
            "checksum-missing",
            "'checksum-missing' is already taken by AIB501",
        ),
        ("XAIB003-foreign-gallery.yaml", "XAIB001", "XAIB003", "is already taken by XAIB003"),
    ],
)
def test_one_that_cannot_be_used_is_2_and_named(aiblint: Aiblint, name: str, old: str, new: str, said: str) -> None:
    text = (OWN / GALLERY).read_text().replace(old, new)
    Path("policy", GALLERY).unlink()
    Path("policy", name).write_text(text)
    status, out, err = aiblint("a.json")
    assert (status, out) == (2, "")
    assert said in err
    assert name in err or "cost-centre" in err


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("rules: [nowhere/*.yaml]", "no file is meant by 'nowhere/*.yaml'"),
        ("rules: [/etc/*.yaml]", "is an absolute path"),
        ("rules: [../*.yaml]", "leaves the repository"),
    ],
)
def test_where_they_lie_is_checked(aiblint: Aiblint, config: str, said: str) -> None:
    Path(".aiblint.yaml").write_text(config + "\n")
    status, _, err = aiblint("a.json")
    assert status == 2
    assert said in err
    assert aiblint("--test-rules", "nowhere")[0] == 2


def policy(check: str, select: str, value: object) -> str:
    rule = {
        "id": "XAIB900", "name": "mine", "severity": "error", "category": "time", "summary": "s", "why": "w",
        "references": ["https://wiki.contoso.example/x"], "select": select, "check": json.loads(check),
        "examples": [{"bad": {}, "at": "$"}, {"good": {}}],
    }  # fmt: skip
    Path("policy/XAIB900-mine.yaml").write_text(json.dumps(rule))
    template = json.loads((ROOT / "examples" / "linux.json").read_text())
    template["properties"]["buildTimeoutInMinutes"] = value
    return json.dumps(template)


@pytest.mark.parametrize(
    ("check", "value", "flagged"),
    [
        ('{"equals": {"to": 60}}', 60, False),
        ('{"equals": {"to": 60}}', 61, True),
        ('{"equals": {"to": 1}}', True, True),
        ('{"equals": {"to": "A"}}', "a", True),
        ('{"equals": {"to": "A", "ignore-case": true}}', "a", False),
        ('{"one-of": {"values": [60, 120]}}', 120, False),
        ('{"one-of": {"values": [60, 120]}}', 90, True),
        ('{"matches": {"pattern": "[a-z]+"}}', "abc", False),
        ('{"matches": {"pattern": "[a-z]+"}}', "abc1", True),
        ('{"matches": {"pattern": "[a-z]+"}}', 5, False),
        ('{"has-member": {"path": ["a", "b"]}}', {"A": {"B": 1}}, False),
        ('{"has-member": {"path": ["a", "b"]}}', {"a": {}}, True),
        ('{"has-member": {"path": ["a", "b"]}}', {"a": {"b": ""}}, True),
        ('{"has-member": {"path": ["a", "b"]}}', {"a": 5}, False),
    ],
)
def test_words_without_an_opinion(aiblint: Aiblint, check: str, value: object, flagged: bool) -> None:
    Path("a.json").write_text(policy(check, "$.properties.buildTimeoutInMinutes", value))
    status, out, err = aiblint("--select", "XAIB900", "--format", "json", "a.json")
    assert (status, err) == (int(flagged), "")
    assert [finding["at"] for finding in json.loads(out)["findings"]] == ["$.properties.buildTimeoutInMinutes"] * flagged


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a clock that can interrupt a pattern")
def test_a_pattern_that_would_take_for_ever_is_a_defect_of_its_rule_and_costs_no_other_finding(aiblint: Aiblint) -> None:
    Path("policy", "XAIB009-slow-name.yaml").write_text(
        "id: XAIB009\nname: slow-name\nseverity: warning\ncategory: customize\nsummary: A name is made of a.\nwhy: x\n"
        "references: [https://contoso.com]\nselect: $.properties.customize[*].name\n"
        "check: {matches: {pattern: '(a+)+$'}}\n"
        "examples:\n  - good: {}\n  - bad: {properties: {customize: [{type: Shell, name: '"
        + "a"
        * 40
        + "b', inline: [date]}]}}\n"
        "    at: $.properties.customize[0].name\n"
    )
    template = json.loads(Path("a.json").read_text())
    template["properties"]["customize"][0]["name"] = "a" * 40 + "b"
    template["properties"]["buildTimeoutInMinutes"] = 3
    Path("a.json").write_text(json.dumps(template))
    before = signal.getsignal(signal.SIGVTALRM)
    status, out, err = aiblint("--format", "json", "a.json")
    assert (status, "rule XAIB009 slow-name failed" in err, "more than 1 s" in err) == (2, True, True)
    assert "defect of the rule in policy" in err.replace(os.sep, "/")
    assert "AIB801" in {finding["rule"] for finding in json.loads(out)["findings"]}
    assert signal.getsignal(signal.SIGVTALRM) == before
    status, out, _ = aiblint("--test-rules", "policy")
    assert (status, "more than 1 s" in out) == (1, True)
