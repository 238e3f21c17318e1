"""Saying the same in another way changes nothing: parameters, variables, concat, nesting, symbolic names and loops of one."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import schema_samples as samples
from conftest import ROOT

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.rule import Rule
from aiblint.syntax.json import read
from aiblint.template import find

Json = dict[str, Any]
TYPES = {str: "string", bool: "bool", int: "int"}

# About the way something is written, and so about a literal only: a version that is computed may be another one each time.
ABOUT_WRITING = {"gallery-version", "template-name-static"}


@cache
def rules() -> list[Rule]:
    return registry.load()


def lint(whole: Json) -> set[tuple[str, str]]:
    document = read(json.dumps(whole).encode(), "x.json")
    result = engine.lint(document, rules(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    return {(finding.name, finding.at) for finding in result.findings if finding.name not in ABOUT_WRITING}


def resource(name: str) -> Json:
    document = read((ROOT / "examples" / name).read_bytes(), name)
    [template] = find(document)
    made: Any = template.node.to_python()
    return {"name": "image", **made}


def deployment(image: Json, **members: Any) -> Json:
    return {**samples.deployment(image), **members}


def in_parameter(value: Any) -> tuple[str, Json]:
    return "[parameters('it')]", {"parameters": {"it": {"type": TYPES[type(value)], "defaultValue": escaped(value)}}}


def in_variable(value: Any) -> tuple[str, Json]:
    return "[variables('it')]", {"variables": {"it": escaped(value)}}


def in_variable_of_an_object(value: Any) -> tuple[str, Json]:
    return "[variables('all').list[1].It]", {"variables": {"all": {"list": [0, {"it": escaped(value)}]}}}


def in_halves(value: Any) -> tuple[str, Json]:
    half = len(str(value)) // 2
    first, second = (part.replace("'", "''") for part in (str(value)[:half], str(value)[half:]))
    if isinstance(value, str):
        return f"[concat('{first}', '{second}')]", {}
    return f"[{'bool' if isinstance(value, bool) else 'int'}('{str(value).lower()}')]", {}


def in_a_taken_branch(value: Any) -> tuple[str, Json]:
    return "[if(equals(1, 1), variables('it'), 'something else')]", {"variables": {"it": escaped(value)}}


def escaped(value: Any) -> Any:
    return "[" + value if isinstance(value, str) and value.startswith("[") else value


@pytest.mark.parametrize("way", [in_parameter, in_variable, in_variable_of_an_object, in_halves, in_a_taken_branch])
@pytest.mark.parametrize("name", ["linux.json", "windows.json", "mistakes.json"])
def test_a_literal_said_by_an_expression(name: str, way: Any) -> None:
    image = resource(name)
    before = lint(deployment(image))
    assert (len(before) > 5) == (name == "mistakes.json")
    for path, value in samples.values(image):
        if type(value) not in TYPES or path in (("type",), ("apiVersion",)):
            continue
        expression, members = way(value)
        after = lint(deployment(samples.replaced(image, path, expression), **members))
        assert after == before, f"{path}: {sorted(after ^ before)}"


@pytest.mark.parametrize("name", ["linux.json", "windows.json", "mistakes.json"])
def test_a_deployment_built_in_another_way(name: str) -> None:
    image = resource(name)
    before = lint(deployment(image))
    assert (len(before) > 5) == (name == "mistakes.json")
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": deployment(image)},
    }
    assert lint(deployment(nested)) == before
    symbolic = {**deployment(image), "languageVersion": "2.0", "resources": {"image": image}}
    assert lint(symbolic) == before
    for key in ("customize", "distribute"):
        [first, *rest] = image["properties"][key]
        if rest:
            continue
        properties = {k: v for k, v in image["properties"].items() if k != key}
        properties["copy"] = [{"name": key, "count": 1, "input": first}]
        assert lint(deployment({**image, "properties": properties})) == before
    assert lint(deployment({**image, "copy": {"name": "all", "count": 1}})) == before


@pytest.mark.parametrize("name", ["linux.json", "windows.json", "mistakes.json"])
def test_a_whole_section_in_a_variable(name: str) -> None:
    image = resource(name)
    before = lint(deployment(image))
    assert (len(before) > 5) == (name == "mistakes.json")
    for key in ("source", "customize", "distribute"):
        properties = {**image["properties"], key: f"[variables('{key}')]"}
        after = lint(deployment({**image, "properties": properties}, variables={key: image["properties"][key]}))
        assert after == before, key
    whole = {**image, "properties": "[variables('all')]"}
    assert lint(deployment(whole, variables={"all": image["properties"]})) == before
