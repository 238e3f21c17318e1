"""A finding about a value that comes from elsewhere says where it is defined, in every report that shows places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint

from aiblint.syntax.json import read

Json = dict[str, Any]

WAYS: dict[str, tuple[str, Json, dict[str, int | None]]] = {
    "parameter": (
        "[parameters('it')]",
        {"parameters": {"it": {"type": "int", "defaultValue": 5}}},
        {"/parameters/it/defaultValue": None},
    ),
    "variable": ("[variables('it')]", {"variables": {"it": 5}}, {"/variables/it": None}),
    "member": ("[variables('it').list[0].of]", {"variables": {"it": {"list": [{"of": 5}]}}}, {"/variables/it/list/0/of": None}),
    "chain": (
        "[variables('it')]",
        {"variables": {"it": "[parameters('it')]"}, "parameters": {"it": {"type": "int", "defaultValue": 5}}},
        {"/parameters/it/defaultValue": None},
    ),
    "branch": ("[if(equals('a', 'b'), 60, variables('it'))]", {"variables": {"it": 5}}, {"/variables/it": None}),
    "function": (
        "[mine.timeout()]",
        {"functions": [{"namespace": "mine", "members": {"timeout": {"output": {"type": "int", "value": 5}}}}]},
        {"/functions/0/members/timeout/output/value": None},
    ),
    "loop": (
        "[variables('it')[1]]",
        {"variables": {"copy": [{"name": "it", "count": 2, "input": 5}]}},
        {"/variables/copy/0/input": None},
    ),
    "computed": (
        "[add(parameters('it'), variables('one'))]",
        {"parameters": {"it": {"type": "int", "defaultValue": 4}}, "variables": {"one": 1}},
        {"/parameters/it/defaultValue": None, "/variables/one": None},
    ),
    "literal": ("[int('5')]", {}, {}),
}


def deployment(timeout: str, members: Json) -> Json:
    root = read((ROOT / "examples" / "deployment.json").read_bytes(), "x").root
    assert root is not None
    whole: Any = root.to_python()
    whole["resources"][1]["properties"]["buildTimeoutInMinutes"] = timeout
    return {**whole, **{k: {**whole.get(k, {}), **v} if isinstance(v, dict) else v for k, v in members.items()}}


@pytest.mark.parametrize("way", WAYS)
def test_the_place_of_definition(tmp_path: Path, aiblint: Aiblint, way: str) -> None:
    timeout, members, places = WAYS[way]
    path = tmp_path / "image.json"
    path.write_text(json.dumps(deployment(timeout, members), indent=1))
    document = read(path.read_bytes(), "x")
    assert document.root is not None
    wanted = [document.position(node.start) for node in document.root.walk() if node.pointer in places]
    assert len(wanted) == len(places)

    whole = json.loads(aiblint("--no-config", "--format", "json", path)[1])
    [finding] = [finding for finding in whole["findings"] if finding["rule"] == "AIB801"]
    assert finding["pointer"] == "/resources/1/properties/buildTimeoutInMinutes"
    assert sorted((related["line"], related["column"]) for related in finding["related"]) == sorted(wanted)

    sarif = json.loads(aiblint("--no-config", "--format", "sarif", path)[1])
    [result] = [result for result in sarif["runs"][0]["results"] if result["ruleId"] == "AIB801"]
    regions = [related["physicalLocation"]["region"] for related in result.get("relatedLocations", [])]
    assert sorted((region["startLine"], region["startColumn"]) for region in regions) == sorted(wanted)

    text = aiblint("--no-config", path)[1]
    for line, column in wanted:
        assert f"image.json:{line}:{column}: the value is" in text


def test_a_step_of_a_loop_is_shown_in_its_input(tmp_path: Path, aiblint: Aiblint) -> None:
    whole = deployment("[int('60')]", {})
    properties = whole["resources"][1]["properties"]
    properties["copy"] = [
        {
            "name": "customize",
            "count": 2,
            "input": {"type": "Shell", "name": "[string(copyIndex('customize'))]", "inline": "ls"},
        }
    ]
    del properties["customize"]
    path = tmp_path / "image.json"
    path.write_text(json.dumps(whole, indent=1))
    found = json.loads(aiblint("--no-config", "--format", "json", path)[1])["findings"]
    assert [(finding["name"], finding["pointer"]) for finding in found if finding["severity"] != "note"] == [
        ("inline-shape", "/resources/1/properties/copy/0/input/inline")
    ]


def test_a_template_that_only_one_parameter_file_deploys(tmp_path: Path, aiblint: Aiblint) -> None:
    whole = deployment("5", {"parameters": {"on": {"type": "bool"}}})
    whole["resources"][1]["properties"]["buildTimeoutInMinutes"] = 5
    whole["resources"][1]["condition"] = "[parameters('on')]"
    (tmp_path / "image.json").write_text(json.dumps(whole))

    def say(**sets: bool) -> tuple[list[str], str]:
        for old in tmp_path.glob("image.parameters.*"):
            old.unlink()
        for name, on in sets.items():
            (tmp_path / f"image.parameters.{name}.json").write_text(json.dumps({"parameters": {"on": {"value": on}}}))
        found = json.loads(aiblint("--no-config", "--format", "json", tmp_path / "image.json")[1])
        return [f["message"] for f in found["findings"] if f["rule"] == "AIB801"], aiblint(
            "--no-config", tmp_path / "image.json"
        )[1]

    messages, text = say(dev=False)
    assert (messages, "this image template is never deployed" in text) == ([], True)
    messages, text = say(dev=False, prod=True)
    assert len(messages) == 1
    assert "(with image.parameters.prod.json)" in messages[0]
    assert "never deployed" not in text
