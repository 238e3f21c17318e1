"""Nothing that people have is written over by a report or a baseline whose name was forgotten, or is that of another file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

PARAMETERS = '{"contentVersion": "1.0.0.0", "parameters": {"x": {"value": 1}}}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "u.json").write_bytes((ROOT / "examples" / "mistakes.json").read_bytes())
    (tmp_path / "images" / "u.parameters.json").write_text(PARAMETERS)
    (tmp_path / ".aiblint.yaml").write_text("fail-on: error\n")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--write-baseline", "images/u.json"),
        ("--write-baseline", "images/u.json", "."),
        ("--write-baseline", ".aiblint.yaml", "."),
        ("--output", "text=images/u.json", "."),
        ("--output", "json=images/u.json", "images/u.json"),
        ("--output", "json=./images/../images/u.json", "nowhere.json"),
        ("--output", "json=images/u.parameters.json", "."),
        ("--output", "json=.aiblint.yaml", "."),
        ("--output", "json=new.json", "--output", "sarif=./new.json", "."),
        ("--output", "json=new.json", "--write-baseline", "new.json", "."),
    ],
)
def test_what_is_there_stays(aiblint: Aiblint, folder: Path, arguments: tuple[str, ...]) -> None:
    before = contents(folder)
    status, out, err = aiblint(*arguments)
    assert (status, out) == (2, "")
    assert arguments[0] in err
    assert contents(folder) == before


def test_a_link_to_a_template_is_the_template(aiblint: Aiblint, folder: Path) -> None:
    os.symlink("images/u.json", "report.json")
    before = contents(folder)
    assert aiblint("--output", "json=report.json", ".")[0] == 2
    assert contents(folder) == before


def test_reports_and_baselines_of_before_are_written_anew_beside_the_templates(aiblint: Aiblint, folder: Path) -> None:
    formats = ("text", "json", "sarif", "html", "junit")
    outputs = [word for name in formats for word in ("--output", f"{name}=images/{name}.json")]
    assert [aiblint(*outputs, ".")[0] for _ in range(2)] == [1, 1]
    assert [aiblint("--write-baseline", "known.json", ".")[0] for _ in range(2)] == [0, 0]
    Path("empty").touch()  # what mktemp makes
    assert aiblint("--write-baseline", "empty", ".")[0] == 0
    assert b'"findings"' in Path("empty").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="needs /dev/null")
def test_a_device_may_take_two_reports(aiblint: Aiblint, folder: Path) -> None:
    assert aiblint("--output", "json=/dev/null", "--output", "sarif=/dev/null", ".")[0] == 1


def test_an_empty_path_is_told_as_one(aiblint: Aiblint, folder: Path) -> None:
    for arguments in (("",), ("--changed", "")):
        status, _, err = aiblint(*arguments)
        assert (status, "unset variable" in err) == (2, True)
