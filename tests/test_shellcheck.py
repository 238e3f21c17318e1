"""shellcheck says its piece about Shell steps as they will run, at the exact place, where it is installed and was asked for."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Aiblint

from aiblint import engine, registry, shellcheck
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.shellcheck import Shellcheck, ShellcheckError
from aiblint.syntax.json import read

INSTALLED = shellcheck.find()
RULES = [rule for rule in registry.read_folder(registry.folder()) if rule.name == "shellcheck"]
needs_shellcheck = pytest.mark.skipif(INSTALLED is None, reason="shellcheck is not installed")


def template(*lines: str, **source: str) -> str:
    properties = {"source": source, "customize": [{"type": "Shell", "inline": list(lines)}], "distribute": []}
    return json.dumps({"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": properties}, indent=1)


def findings(text: str, program: Any = INSTALLED) -> list[Finding]:
    programs = {"shellcheck": program} if program is not None else {}
    result = engine.lint(read(text.encode(), "x.json"), RULES, Checkout("x.json"), "2026-11-23", programs=programs)
    assert not result.defects, result.defects
    return result.findings


def underlined(*lines: str, **source: str) -> list[str]:
    text = template(*lines, **source)
    return [f"{finding.message[:6]} {text[finding.start : finding.end]}" for finding in findings(text)]


@needs_shellcheck
def test_a_remark_stands_where_the_text_was_written() -> None:
    assert underlined("echo start", 'echo "\t\U0001f600\\\\" $HOME', "true") == ["SC2086 $HOME"]
    assert underlined("if true; then", '\techo "a" $1', "fi") == ["SC2086 $1"]
    assert underlined("true\necho $1", "echo $2") == ["SC2086 $1", "SC2086 $2"]


@needs_shellcheck
def test_the_lines_are_one_script_for_sh() -> None:
    assert underlined("cat <<EOF", "$HOME", "EOF") == underlined("if true; then", "true", "fi") == []


@needs_shellcheck
def test_one_mistake_is_one_remark() -> None:
    assert underlined("if true; then", "true") == ["SC1046 if"]
    assert underlined("[ -n $1 ]") == ["SC2070 $1"]
    assert underlined("echo a", "echo 'never closed") == ["SC1073 'never"]


@needs_shellcheck
def test_what_own_rules_say_is_left_out() -> None:
    ubuntu = {"type": "PlatformImage", "publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server"}
    rhel = {"type": "PlatformImage", "publisher": "RedHat", "offer": "RHEL", "sku": "9-lvm"}
    assert underlined("sudo echo x > /etc/a") == []
    assert underlined("[[ -e /etc/a ]]", **ubuntu) == underlined("[[ -e /etc/a ]]", **rhel) == []
    assert underlined("[[ -e /etc/a ]]", type="SharedImageVersion") == ["SC3010 [[ -e /etc/a ]]"]


@needs_shellcheck
def test_a_line_that_nobody_knows_may_hold_what_is_missed() -> None:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    for lines, said in ((('echo "$y"', "z=1", "echo $1"), ["SC2086"]), (("fi", "echo a"), [])):
        resource = {**json.loads(template("[parameters('x')]", *lines)), "name": "x", "apiVersion": "2024-02-01"}
        deployment = {"$schema": schema, "parameters": {"x": {"type": "string"}}, "resources": [resource]}
        assert [finding.message[:6] for finding in findings(json.dumps(deployment))] == said


@needs_shellcheck
def test_no_configuration_and_no_other_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".shellcheckrc").write_text("disable=SC2086\nexternal-sources=true\n")
    (tmp_path / "lib.sh").write_text("y=1\necho $y\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELLCHECK_OPTS", "-e SC2086 -x")
    assert underlined("# shellcheck source=lib.sh", ". ./lib.sh", "echo $1") == ["SC2086 $1"]


@needs_shellcheck
def test_a_directive_in_the_lines_counts() -> None:
    assert underlined("# shellcheck disable=SC2086", "echo $1") == []


@needs_shellcheck
def test_the_script_is_read_and_not_run(tmp_path: Path) -> None:
    assert underlined(f"touch {tmp_path}/ran") == []
    assert not (tmp_path / "ran").exists()


@needs_shellcheck
@pytest.mark.parametrize("lines", [["\0"], ["\ud800 $1"], ["é $1", "\u2028"], ["\r\n$1\r"], [""], ["a" * 10_000]])
def test_odd_text_neither_breaks_nor_shifts_places(lines: list[str]) -> None:
    text = template(*lines)
    for finding in findings(text):
        assert 0 <= finding.start <= finding.end <= len(text)


def test_without_the_program_the_rule_is_silent_and_choosing_it_is_refused(
    aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = template("echo $1")
    assert findings(text, None) == []
    (tmp_path / "x.json").write_text(text)
    monkeypatch.setattr(shellcheck, "find", lambda: None)
    status, out, err = aiblint("--no-config", "--select", "shellcheck", tmp_path)
    assert (status, out) == (2, "")
    assert err == "aiblint: the rule shellcheck needs shellcheck, which is not installed: pip install 'aiblint[shellcheck]'\n"
    for options in ([], ["--select", "customize"], ["--select", "AIB4*"], ["--select", "advice"]):
        assert aiblint("--no-config", *options, tmp_path)[0] != 2


@needs_shellcheck
def test_it_is_switched_on_beside_the_others(aiblint: Aiblint, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(template("sudo apt-get install x", "echo $1"))
    out = aiblint("--no-config", "--format", "concise", "--select", "*", "--select", "shellcheck", tmp_path)[1]
    assert "[package-manager-prompt]" in out
    assert "SC2086" in out


@pytest.mark.skipif(os.name == "nt", reason="a script as the program")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("print('no JSON')", "does not answer as shellcheck does"),
        ("import sys; sys.exit(3)", "does not answer as shellcheck does"),
        ("print('[1]')", "does not answer as shellcheck does"),
        ('print(\'{"comments": [{"line": 2}]}\')', "does not answer as shellcheck does"),
        ("import time; time.sleep(60)", "gave no answer within 0.3 seconds"),
    ],
)
def test_a_program_that_does_not_answer_is_told_and_asked_once(
    body: str, reason: str, aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its failure is no defect of ours; what the other rules say is told nevertheless."""
    program, asked, base = tmp_path / "shellcheck", tmp_path / "asked", tmp_path / "base.json"
    program.write_text(f"#!{sys.executable}\nopen({str(asked)!r}, 'a').write('x')\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(shellcheck, "SECONDS", 0.3 if "sleep" in body else 20)
    with pytest.raises(ShellcheckError, match=reason):
        Shellcheck(str(program)).comments("true")
    asked.unlink(missing_ok=True)
    monkeypatch.setattr(shellcheck, "find", lambda: Shellcheck(str(program)))
    for name in ("x", "y"):
        (tmp_path / f"{name}.json").write_text(template("sudo apt-get install x"))
    status, out, err = aiblint("--no-config", "--format", "concise", "--select", "*,shellcheck", tmp_path)
    assert (status, out.count("[package-manager-prompt]"), "defect" in err) == (2, 2, False)
    assert err.startswith(f"aiblint: {program} ")
    assert reason in err
    assert "sleep" in body or asked.read_text() == "x"
    status, out, _ = aiblint("--no-config", "--select", "*,shellcheck", "--write-baseline", base, tmp_path)
    assert (status, base.exists(), "not written" in out) == (2, False, True)


def test_a_program_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = Shellcheck(str(tmp_path / "shellcheck"))
    assert gone.said("true") == []
    assert "cannot be run: No such file" in gone.failure


def test_the_program_is_not_taken_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "shellcheck"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert shellcheck.find() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shellcheck.find() is not None
