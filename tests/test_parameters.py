"""Parameter files: which ones belong to a template, what they change, and how a finding names the one that causes it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint

from aiblint import parameters
from aiblint.syntax.json import read


def deployment() -> dict[str, Any]:
    root = read((ROOT / "examples" / "deployment.json").read_bytes(), "x").root
    assert root is not None
    whole: Any = root.to_python()
    return whole


def write(path: Path, **values: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    given = {name: value if isinstance(value, dict) else {"value": value} for name, value in values.items()}
    path.write_text(json.dumps({"contentVersion": "1.0.0.0", "parameters": given}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "image.json").write_text(json.dumps(deployment(), indent=2))
    return tmp_path


def found(aiblint: Aiblint, *arguments: object) -> list[dict[str, Any]]:
    status, out, err = aiblint("--no-config", "--format", "json", *arguments)
    assert (status in (0, 1), err) == (True, "")
    findings: list[dict[str, Any]] = json.loads(out)["findings"]
    return findings


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        (["image.parameters.json"], ["image.parameters.json"]),
        (
            ["image.parameters.prod.json", "image.parameters.dev.json"],
            ["image.parameters.dev.json", "image.parameters.prod.json"],
        ),
        (["other.parameters.json"], []),
        (["parameters/dev.json", "parameters/prod.json"], ["parameters/dev.json", "parameters/prod.json"]),
        (["parameters/dev.json", "second.json"], []),
        (["image.parameters.json", "parameters/dev.json"], ["image.parameters.json"]),
    ],
)
def test_which_files_belong_to_a_template(folder: Path, files: list[str], beside: list[str]) -> None:
    for name in files:
        write(folder / name)
    assert parameters.beside("image.json") == [os.path.join(*name.split("/")) for name in beside]
    assert parameters.beside("image.parameters.json") == []


def test_a_value_from_a_parameter_file_counts_and_is_pointed_at(folder: Path, aiblint: Aiblint) -> None:
    assert found(aiblint, "image.json") == []
    write(folder / "image.parameters.json", buildTimeoutInMinutes=5)
    [finding] = found(aiblint, "image.json")
    assert (finding["rule"], finding["path"]) == ("AIB801", "image.json")
    assert finding["pointer"] == "/resources/1/properties/buildTimeoutInMinutes"
    [related] = finding["related"]
    assert related["path"] == "image.parameters.json"
    for format_name in ("text", "sarif"):
        assert "image.parameters.json" in aiblint("--format", format_name, "image.json")[1]


def test_what_all_sets_cause_is_said_once_and_what_one_causes_names_it(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "image.parameters.dev.json", buildTimeoutInMinutes=5, location="nowhere")
    write(folder / "image.parameters.prod.json", buildTimeoutInMinutes=60, location="nowhere")
    by_rule = {finding["rule"]: finding["message"] for finding in found(aiblint, "image.json")}
    assert by_rule["AIB801"].endswith("(with image.parameters.dev.json)")
    assert "(with" not in by_rule["AIB114"]


def test_files_may_be_named(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "image.parameters.json", buildTimeoutInMinutes=60)
    write(folder / "elsewhere.json", buildTimeoutInMinutes=5)
    assert found(aiblint, "image.json") == []
    assert [finding["rule"] for finding in found(aiblint, "--parameters", "elsewhere.json", "image.json")] == ["AIB801"]
    assert aiblint("--parameters", "image.json", "image.json")[0] == 2
    assert aiblint("--parameters", "missing.json", "image.json")[0] == 2


@pytest.mark.parametrize("value", [{"reference": {"keyVault": {"id": "x"}, "secretName": "y"}}, {"value": None}, {}])
def test_what_a_file_does_not_tell_is_unknown(folder: Path, aiblint: Aiblint, value: dict[str, Any]) -> None:
    write(folder / "image.parameters.json", buildTimeoutInMinutes=value, location=value)
    assert found(aiblint, "image.json") == []


def test_nothing_in_a_parameter_file_is_an_expression(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "image.parameters.json", location="[parameters('location')]")
    assert [finding["rule"] for finding in found(aiblint, "image.json") if finding["rule"] == "AIB902"] == []


def test_a_key_vault_secret_in_a_command_is_one(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "image.parameters.json", scriptRef={"reference": {"keyVault": {"id": "x"}, "secretName": "y"}})
    assert [finding["rule"] for finding in found(aiblint, "image.json")] == ["AIB524"]
