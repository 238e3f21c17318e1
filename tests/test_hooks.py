"""The pre-commit hook: its manifest, which files it is given, and a run by pre-commit itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

KNOWN_KEYS = {
    "id",
    "name",
    "description",
    "entry",
    "language",
    "types_or",
    "minimum_pre_commit_version",
    "always_run",
    "require_serial",
}


def manifest() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return loaded


def test_no_two_processes_meet_in_one_template() -> None:
    """Its parameter files, perhaps given to another process, bring it too."""
    assert [hook["id"] for hook in manifest() if not hook.get("require_serial")] == []


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init")
    for i in range(9):  # more than one process's share
        shutil.copy(ROOT / "examples" / "linux.json", folder / f"clean{i}.json")
    (folder / "package.json").write_text('{"name": "x"}')
    return folder


def run_hooks(folder: Path, home: Path, config: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / ".pre-commit-config.yaml").write_text(config)
    git(folder, "add", "-A")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never", *arguments],
        cwd=folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def local_config(*ids: str) -> str:
    """Hooks of the manifest as local ones that run what is installed here: no cloning, no building."""
    command = f"{sys.executable} -m aiblint"
    wanted = [hook for hook in manifest() if hook["id"] in (ids or ("aiblint",))]
    hooks = [{**hook, "language": "system", "entry": hook["entry"].replace("aiblint", command, 1)} for hook in wanted]
    return yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})


def test_the_manifest_holds_nothing_that_pre_commit_would_overlook() -> None:
    for hook in manifest():
        assert set(hook) <= KNOWN_KEYS
    assert [hook["id"] for hook in manifest()] == ["aiblint", "aiblint-fix", "aiblint-checkout"]


@pytest.mark.parametrize(
    ("name", "taken"),
    [("a.json", True), ("d/A.JSON", True), ("a.bicep", False), ("a.yaml", False), ("json", False)],
)
def test_the_files_it_is_given(repository: Path, tmp_path: Path, name: str, taken: bool) -> None:
    target = repository / name
    target.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "examples" / "mistakes.json", target)
    done = run_hooks(repository, tmp_path / "home", local_config(), PYTHONPATH=str(ROOT))
    assert (done.returncode, "AIB801" in done.stdout) == (int(taken), taken), done.stdout + done.stderr


def test_files_split_over_processes_give_the_same_findings(repository: Path, tmp_path: Path) -> None:
    for i in range(9):
        shutil.copy(ROOT / "examples" / "mistakes.json", repository / f"bad{i}.json")
    runs = [
        run_hooks(repository, tmp_path / "home", local_config(), PYTHONPATH=str(ROOT), **environment)
        for environment in ({}, {"PRE_COMMIT_NO_CONCURRENCY": "1"})
    ]
    heads = [sorted(line for line in done.stdout.splitlines() if ": error AIB" in line) for done in runs]
    assert heads[0] == heads[1]
    assert sum(line.count("AIB801") for line in heads[0]) == 9


def test_the_fixing_hook_stops_the_first_commit_and_lets_the_second_pass(repository: Path, tmp_path: Path) -> None:
    clean = (repository / "clean0.json").read_text()
    for i in range(9):
        (repository / f"clean{i}.json").write_text(clean.replace('"vmSize"', '"vmsize"'))
    first, second = (
        run_hooks(repository, tmp_path / "home", local_config("aiblint-fix"), PYTHONPATH=str(ROOT)) for _ in range(2)
    )
    assert (first.returncode, first.stdout.count(": fixed AIB106")) == (1, 9), first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    assert second.returncode == 0, second.stdout + second.stderr
    assert {(repository / f"clean{i}.json").read_text() for i in range(9)} == {clean}


def test_the_fixing_hook_fails_where_something_is_left(repository: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "mistakes.json", repository / "bad.json")
    runs = [run_hooks(repository, tmp_path / "home", local_config("aiblint-fix"), PYTHONPATH=str(ROOT)) for _ in range(2)]
    assert [done.returncode for done in runs] == [1, 1]
    assert "AIB801" in runs[1].stdout
    assert "modified" not in runs[1].stdout


@pytest.mark.slow
def test_pre_commit_installs_and_runs_it(repository: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, tracked.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    git(source, "init")
    git(source, "add", "-A")
    git(source, "commit", "-m", "as it stands")
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=source, capture_output=True, text=True, check=True
    ).stdout.strip()
    config = yaml.safe_dump({"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": "aiblint"}]}]})
    done = run_hooks(repository, tmp_path / "home", config)
    if "Could not find a version" in done.stdout + done.stderr:
        pytest.skip("no package registry to install the hook's dependencies from")
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copy(ROOT / "examples" / "mistakes.json", repository / "bad.json")
    done = run_hooks(repository, tmp_path / "home", config)
    assert done.returncode == 1
    assert "bad.json:12:30: error AIB801" in done.stdout
