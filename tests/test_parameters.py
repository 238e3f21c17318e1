"""Parameter files: which ones belong to a template, what they change, and how a finding names the one that causes it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT, Aiblint
from repositories import git

from aiblint import parameters
from aiblint.__main__ import main
from aiblint.syntax.json import read

if TYPE_CHECKING:
    from collections.abc import Callable


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
    status, _, err = aiblint("--parameters", "missing.json", "image.json")
    assert status == 2
    assert "the parameter file missing.json does not exist" in err


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


def refused(folder: Path, aiblint: Aiblint, declared: dict[str, Any], given: dict[str, Any]) -> list[str]:
    whole = deployment()
    whole["parameters"].update(declared)
    (folder / "image.json").write_text(json.dumps(whole, indent=2))
    (folder / "image.parameters.json").write_text(json.dumps({"parameters": {k: {"value": v} for k, v in given.items()}}))
    return [f["message"] for f in found(aiblint, "image.json") if f["rule"] == "AIB913"]


@pytest.mark.parametrize(
    ("declared", "value", "message"),
    [
        ({"type": "int"}, "5", "is a string and the parameter takes an int"),
        ({"type": "string"}, 5, "is an int and the parameter takes a string"),
        ({"type": "bool"}, [True], "is an array and the parameter takes a bool"),
        ({"type": "string", "allowedValues": ["dev", "prod"]}, "test", "not among the allowed values: dev, prod"),
        ({"type": "string", "minLength": 3}, "ab", "has the length 2, and the parameter takes 3 at least"),
        ({"type": "array", "maxLength": 1}, [1, 2], "has the length 2, and the parameter takes 1 at most"),
        ({"type": "int", "maxValue": 3}, 4, "is 4, and the parameter takes 3 at most"),
        ({"type": "array", "items": {"type": "int"}}, [1, "b"], "is a string and the parameter takes an int (in '[1]')"),
        ({"type": "object", "properties": {"a": {"type": "int"}}}, {}, "lacks the member 'a'"),
        ({"type": "securestring", "allowedValues": ["x"]}, "hunter2", "is a secret, which is not among"),
    ],
)
def test_what_a_declaration_refuses(folder: Path, aiblint: Aiblint, declared: Any, value: Any, message: str) -> None:
    [said] = refused(folder, aiblint, {"it": declared}, {"it": value})
    assert message in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"type": "int"}, 5),
        ({"type": "String", "allowedValues": ["dev", "prod"]}, "DEV"),
        ({"type": "string"}, None),
        ({"type": "object"}, {"any": [1]}),
        ({"type": "object", "properties": {"a": {"type": "int"}}}, {"A": 1, "b": 2}),
        ({"type": "object", "discriminator": {"propertyName": "kind"}, "properties": {"a": {"type": "int"}}}, {"kind": "x"}),
        ({"type": "array", "prefixItems": [{"type": "int"}], "items": {"type": "string"}}, [1, "b", "c"]),
        ({"$ref": "#/definitions/unknown"}, 5),
    ],
)
def test_what_a_declaration_takes(folder: Path, aiblint: Aiblint, declared: Any, value: Any) -> None:
    assert refused(folder, aiblint, {"it": declared}, {"it": value}) == []


def test_a_value_by_itself(folder: Path, aiblint: Aiblint) -> None:
    (folder / "image.parameters.json").write_text(json.dumps({"parameters": {"location": "westeurope"}}))
    [finding] = [finding for finding in found(aiblint, "image.json") if finding["rule"] == "AIB913"]
    assert 'write it as {"value": …}' in finding["message"]
    assert [related["path"] for related in finding["related"]] == ["image.parameters.json"]


def test_a_value_for_nobody(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "image.parameters.json", locaton="westeurope")
    [finding] = [finding for finding in found(aiblint, "image.json") if finding["rule"] == "AIB913"]
    assert "did you mean 'location'?" in finding["message"]
    assert [related["path"] for related in finding["related"]] == ["image.parameters.json"]


def test_what_a_nested_deployment_hands_in(folder: Path, aiblint: Aiblint) -> None:
    inner = deployment()
    inner["parameters"]["count"] = {"type": "int"}
    properties = {
        "template": inner,
        "expressionEvaluationOptions": {"scope": "inner"},
        "parameters": {"scriptRef": {"value": "[variables('ref')]"}, "extra": {"value": 1}},
    }
    nested = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n", "properties": properties}
    outer = {**deployment(), "resources": [nested], "variables": {"ref": 7}}
    (folder / "image.json").write_text(json.dumps(outer))
    places = {f["pointer"]: f["message"] for f in found(aiblint, "image.json") if f["rule"] == "AIB913"}
    below = "/resources/0/properties/"
    assert set(places) == {
        below + "parameters/extra",
        below + "template/parameters/count",
        "/variables/ref",
    }


@pytest.mark.parametrize("given", [(), ("--changed",)])
@pytest.mark.parametrize("name", ["image.parameters.prod.json", "parameters/prod.json"])
def test_a_parameter_file_that_is_named_brings_the_template_that_it_is_deployed_with(
    folder: Path, aiblint: Aiblint, given: tuple[str, ...], name: str
) -> None:
    write(folder / name, buildTimeoutInMinutes=3)
    assert [(each["path"], each["rule"]) for each in found(aiblint, *given, name)] == [("image.json", "AIB801")]
    assert [each["rule"] for each in found(aiblint, *given, name, "image.json")] == ["AIB801"]


def test_a_parameter_file_is_named_from_its_own_folder_and_from_afar(
    folder: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "parameters" / "prod.json", buildTimeoutInMinutes=3)
    absolute = str(folder / "parameters" / "prod.json")
    assert [each["path"] for each in found(aiblint, absolute)] == [(folder / "image.json").as_posix()]
    monkeypatch.chdir("parameters")
    assert [each["path"] for each in found(aiblint, "prod.json")] == ["../image.json"]


def test_other_files_for_parameters_bring_nothing(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "other.parameters.json", buildTimeoutInMinutes=3)
    write(folder / "parameters.json", buildTimeoutInMinutes=3)
    assert found(aiblint, "other.parameters.json", "parameters.json") == []


class TestWhatIsKnown:
    """Each parameter file is a deployment of its own: what another one causes is not known yet."""

    @pytest.fixture(params=["baseline", "since"])
    def compared(
        self, folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[], list[str]]:
        """Takes for known what the first call finds, and tells the messages of what is new in the others."""
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        git(folder, "init", "--quiet")
        began = False

        def new() -> list[str]:
            nonlocal began
            if not began:
                began = True
                git(folder, "add", "-A")
                git(folder, "commit", "--quiet", "-m", "x")
                assert main(["--no-config", "-q", "--write-baseline", "known.json", "."]) == 0
                return []
            how = ["--since", "HEAD"] if request.param == "since" else ["--baseline", "known.json"]
            main(["--no-config", "-q", *how, "--output", "json=report.json", "."])
            return [each["message"] for each in json.loads(Path("report.json").read_text())["findings"]]

        return new

    def test_what_a_second_one_causes_is_new(self, folder: Path, compared: Callable[[], list[str]]) -> None:
        write(folder / "image.parameters.dev.json", buildTimeoutInMinutes=3)
        write(folder / "image.parameters.prod.json", buildTimeoutInMinutes=100)
        compared()
        assert compared() == []
        write(folder / "image.parameters.prod.json", buildTimeoutInMinutes=3)
        assert [message[:30] for message in compared()] == ["a build timeout of 3 minutes p"]

    def test_what_one_of_two_no_longer_causes_is_known(self, folder: Path, compared: Callable[[], list[str]]) -> None:
        write(folder / "image.parameters.dev.json", buildTimeoutInMinutes=3)
        write(folder / "image.parameters.prod.json", buildTimeoutInMinutes=3)
        compared()
        write(folder / "image.parameters.prod.json", buildTimeoutInMinutes=100)
        assert compared() == []

    def test_a_renamed_one_and_the_last_one_left_are_known(self, folder: Path, compared: Callable[[], list[str]]) -> None:
        write(folder / "image.parameters.dev.json", buildTimeoutInMinutes=3)
        write(folder / "image.parameters.prod.json", buildTimeoutInMinutes=100)
        compared()
        (folder / "image.parameters.dev.json").rename("image.parameters.test.json")
        assert compared() == []
        (folder / "image.parameters.prod.json").unlink()
        assert compared() == []


def test_parameter_files_of_one_name_are_told_apart(folder: Path, aiblint: Aiblint) -> None:
    write(folder / "a" / "p.json", buildTimeoutInMinutes=3)
    write(folder / "b" / "p.json", buildTimeoutInMinutes=100)
    (message,) = (
        each["message"] for each in found(aiblint, "--parameters", "a/p.json", "--parameters", "b/p.json", "image.json")
    )
    assert message.endswith("(with a/p.json)")
