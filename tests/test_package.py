"""What is built and shipped: every rule, the compiled index, the command, nothing that is missing elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from aiblint import __version__, registry


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [built] = out.glob("*.whl")
    return built


def test_the_version_is_said_once_more_in_pyproject() -> None:
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.slow
def test_the_wheel_carries_every_rule_table_and_the_index(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        index = json.loads(archive.read("aiblint/_rules.json"))
    rules = {f"aiblint/rules/{os.path.basename(path)}" for path in registry.files(registry.folder())}
    tables = {f"aiblint/data/{path.name}" for path in (ROOT / "aiblint" / "data").glob("*.json")}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "aiblint").rglob("*.py")}
    assert rules | tables | modules | {"aiblint/py.typed"} <= names
    assert [f"aiblint/rules/{name}" for name in index["files"]] == sorted(rules)
    assert not {name for name in names if "__pycache__" in name or name.startswith("tests/")}


@pytest.mark.slow
def test_the_unpacked_wheel_runs_from_anywhere_without_yaml_or_jsonpath(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.modules.update(yaml=None, jsonpath_ng=None, sarif_om=None);"
        f"from aiblint.__main__ import main; sys.exit(main(['--no-config', {str(ROOT / 'examples' / 'mistakes.json')!r}]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd="/", env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "AIB801" in done.stdout
