"""Other people's readers take our SARIF: the official schema, and Microsoft's validator with the rules of code scanning."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import Aiblint
from report_samples import CHECKSUM, NAME, ROOT, FakeRun, finding, sample_run
from test_sarif import log_of, sample_text

from aiblint.document import Document
from aiblint.finding import Related


def multitool() -> Path:
    """The `Sarif.Multitool` program (npm: @microsoft/sarif-multitool); the test is skipped where it is not installed."""
    local = ROOT / "node_modules" / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    path = Path(os.environ.get("AIBLINT_SARIF_MULTITOOL") or local)
    if not path.is_file():
        pytest.skip(f"Sarif.Multitool is not at {path}; AIBLINT_SARIF_MULTITOOL can name it")
    return path


def run_multitool(*arguments: str) -> None:
    tool = multitool()
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run([str(tool), *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def hostile_sample() -> FakeRun:
    """The sample and a finding about odd text in a file with an odd name: all parts of a log that there are."""
    run = sample_run()
    odd = Document("c:[odd] ü.json", '\r\n\t["🚀", "[a](b) ##vso[x.y] \x1b {0}"]', None, [])
    related = (Related(4, 7, "twin [of](1) it"),)
    run.findings.append(finding(odd, 4, 9, CHECKSUM, "Odd [a](b) ##vso[x.y] '\x1b' {0}.", at="$.a['\u202e']", related=related))
    return run


def validate(folder: Path, *logs: Path) -> list[tuple[str, str]]:
    """What the validator says at levels error and warning: (rule, name of the log without extension)."""
    verdict = folder / "verdict.json"
    run_multitool("validate", *map(str, logs), "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "-o", str(verdict))
    return [
        (result["ruleId"], Path(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).stem)
        for result in json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"][0].get("results", [])
    ]


def schema_errors(log: Any) -> list[str]:
    schema = json.loads((multitool().parent / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    return [error.message for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(log)]


@pytest.mark.parametrize("run", [sample_run(), hostile_sample(), FakeRun([], rules=[NAME])], ids=["sample", "hostile", "clean"])
def test_the_log_follows_the_schema(run: FakeRun) -> None:
    assert schema_errors(log_of(run)) == []
    broken = log_of(run)
    broken["runs"][0]["tool"]["driver"]["rules"][0]["state"] = "x"
    assert len(schema_errors(broken)) == 1


@pytest.mark.slow
def test_the_validator_of_code_scanning_has_no_errors_and_warnings(tmp_path: Path) -> None:
    multitool()
    logs = {"sample": log_of(sample_run()), "hostile": log_of(hostile_sample()), "clean": log_of(FakeRun([], rules=[NAME]))}
    logs["broken"] = log_of(sample_run())
    del logs["broken"]["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    for name, log in logs.items():
        (tmp_path / f"{name}.sarif").write_text(json.dumps(log), encoding="utf-8")
    found = validate(tmp_path, *(tmp_path / f"{name}.sarif" for name in logs))
    assert {rule for rule, name in found if name != "broken"} == set()
    assert {name for _, name in found} == {"broken"}  # the validator looked: it sees a rule without help


@pytest.mark.slow
def test_the_report_about_the_examples_is_taken(tmp_path: Path, aiblint: Aiblint) -> None:
    log = tmp_path / "examples.sarif"
    aiblint("--no-config", "--output", f"sarif={log}", ROOT / "examples")
    assert json.loads(log.read_text())["runs"][0]["results"]
    assert schema_errors(json.loads(log.read_text())) == []
    assert validate(tmp_path, log) == []


@pytest.mark.slow
def test_the_report_about_published_templates_is_taken(tmp_path: Path, aiblint: Aiblint, corpus: Path) -> None:
    log = tmp_path / "published.sarif"
    aiblint("--no-config", "--output", f"sarif={log}", corpus / "json")
    assert len(json.loads(log.read_text())["runs"][0]["results"]) > 50
    assert schema_errors(json.loads(log.read_text())) == []
    assert validate(tmp_path, log) == []


@pytest.mark.slow
def test_fingerprints_equal_those_of_the_multitool(tmp_path: Path) -> None:
    multitool()
    texts = {
        "a b.json": sample_text(1),
        "crlf.json": '{\r\n\t"ü🚀": 1,\r\n\r\n}\r\n',
        "cr.json": "[\r1,\r1]",
        "one.json": "{" + " " * 300 + "}",
    }
    findings = []
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.encode())
        document = Document(str(tmp_path / name), text, None, [])
        findings += [finding(document, start, start, NAME, "m") for start in document.line_starts[:-1] or [0]]
    log = log_of(FakeRun(findings, rules=[NAME], root=str(tmp_path)))
    ours = [result.pop("partialFingerprints") for result in log["runs"][0]["results"]]
    log["runs"][0]["originalUriBaseIds"]["%SRCROOT%"]["uri"] = tmp_path.as_uri() + "/"
    (tmp_path / "in.sarif").write_text(json.dumps(log), encoding="utf-8")
    out = tmp_path / "out.sarif"
    run_multitool("rewrite", str(tmp_path / "in.sarif"), "--insert", "RollingHashPartialFingerprints", "-o", str(out))
    theirs = [result["partialFingerprints"] for result in json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]["results"]]
    assert theirs == ours
    assert len(ours) > 10
