"""The action and the pipelines that we publish are what their systems accept, and do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Aiblint

CI = ROOT / "docs" / "ci"


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert command is not None, f"{name} is part of the development environment"
    return subprocess.run([command, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--builtin-schema", "vendor.github-actions", "action.yml"),
        ("--builtin-schema", "vendor.github-workflows", "docs/ci/github-workflow.yml"),
        (
            "--builtin-schema",
            "vendor.azure-pipelines",
            "--data-transform",
            "azure-pipelines",
            "--regex-variant",
            "nonunicode",
            "docs/ci/azure-pipelines.yml",
        ),
        ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", "docs/ci/gitlab-ci.yml"),
    ],
    ids=lambda arguments: str(arguments[1]),
)
def test_the_schema_of_its_system_accepts_it(arguments: tuple[str, ...]) -> None:
    done = tool("check-jsonschema", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing_in_the_action_and_the_workflow() -> None:
    done = tool("zizmor", "--offline", "--no-progress", "--format", "json", "action.yml", "docs/ci/github-workflow.yml")
    found = [(finding["ident"], finding["locations"][0]["symbolic"]["annotation"]) for finding in json.loads(done.stdout)]
    # OWNER/aiblint stands for this project: users put its name and pin it themselves.
    assert [finding for finding in found if finding[0] != "unpinned-uses"] == []
    assert len(found) <= 1


def test_options_in_the_pipelines_exist(aiblint: Aiblint) -> None:
    _, help_text, _ = aiblint("--help")
    used = {
        option
        for path in (*CI.iterdir(), ROOT / "action.yml", ROOT / "docs" / "ci.md")
        for call in re.findall(r"aiblint (?:[^\n\\]|\\\n)*", path.read_text(encoding="utf-8"))
        for option in re.findall(r"(?<!\S)--[a-z-]+", call)
    }
    assert {"--format", "--output"} <= used
    assert [option for option in used if option not in help_text] == []


def test_the_problem_matcher_reads_our_lines(aiblint: Aiblint) -> None:
    task = json.loads((CI / "vscode-tasks.json").read_text(encoding="utf-8"))["tasks"][0]
    pattern = task["problemMatcher"]["pattern"]
    _, out, _ = aiblint("--no-config", *task["args"][:-1], ROOT / "examples" / "mistakes.json")
    _, content, _ = aiblint("--no-config", "--format", "json", ROOT / "examples" / "mistakes.json")
    matches = [match for line in out.splitlines() if (match := re.match(pattern["regexp"], line))]
    seen = [[match[pattern[group]] for group in ("file", "line", "column", "severity", "code")] for match in matches]
    expected = [
        [finding["path"], str(finding["line"]), str(finding["column"]), finding["severity"], finding["rule"]]
        for finding in json.loads(content)["findings"]
    ]
    assert expected
    assert seen == [[*place, None if severity == "note" else severity, rule] for *place, severity, rule in expected]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the action's step is a bash script")
@pytest.mark.parametrize(
    ("paths", "since", "status"),
    [
        ("examples/linux.json examples/windows.json", "", 0),
        ("examples/mistakes.json", "", 1),
        ("examples/mistakes.json", "$(touch sprung) nowhere", 2),
    ],
)
def test_the_step_of_the_action_runs(paths: str, since: str, status: int, tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    [step] = [step for step in action["runs"]["steps"] if step.get("id") == "lint"]
    summary, output = tmp_path / "summary", tmp_path / "output"
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "PATHS": paths,
        "ARGS": "--fail-on warning --no-config",
        "SINCE": since,
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    if since:
        assert "touch sprung" in done.stderr  # asked for as a whole, and never evaluated
        assert not (ROOT / "sprung").exists()
        return
    assert ("::error file=examples/mistakes.json" in done.stdout) is bool(status)
    assert summary.read_text(encoding="utf-8").startswith("### aiblint\n")
    sarif = Path(output.read_text(encoding="utf-8").strip().removeprefix("sarif-file="))
    assert bool(json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"]) is bool(status)


@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="needs bash")
def test_every_line_of_an_input_counts_in_the_action(tmp_path: Path) -> None:
    """The step's own text runs, with a Python that only writes down what it is asked."""
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    (step,) = (step for step in steps if step.get("id") == "lint")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/asked\n')
    python.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHON": str(python),
        "PATHS": "images\n  more/*.json  other\n\nlast\n",
        "ARGS": "--fail-on error\n--ignore advice\n",
        "SINCE": "HEAD^1",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": "action",
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # what `shell: bash` stands for
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[asked.index("--") + 1 :] == ["images", "more/*.json", "other", "last"]
    assert asked[asked.index("--fail-on") : asked.index("--")] == ["--fail-on", "error", "--ignore", "advice", "--since=HEAD^1"]


def test_what_only_a_pull_request_has_is_asked_for_in_its_runs_only() -> None:
    """Elsewhere GitLab's variable is empty, and Azure Pipelines leaves the macro as it stands."""
    page = (ROOT / "docs" / "baseline.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|") and "since" in line]
    runs = {system: re.findall(r"`([^`]+)`", cells[-1])[0] for system, *cells in rows}
    assert yaml.safe_load(runs["GitLab"]) == {"rules": [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]}
    assert "eq(variables['Build.Reason'], 'PullRequest')" in yaml.safe_load(runs["Azure Pipelines"])["condition"]
    assert yaml.safe_load(runs["GitHub Actions"])[True] == "pull_request"  # YAML 1.1 reads `on` as true
