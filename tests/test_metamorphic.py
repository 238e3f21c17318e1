"""Saying the same in another way changes nothing: parameters, variables, functions, halves, nesting, symbolic names, loops of one."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import schema_samples as samples
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.rule import Rule
from aiblint.syntax.json import read
from aiblint.template import find

Json = dict[str, Any]
TYPES = {str: "string", bool: "bool", int: "int"}

# About the way something is written, and so about a literal only: a version that is computed may be another one each time.
ABOUT_WRITING = {"gallery-version", "template-name-static"}

# About a step because of what another one is: where that is unknown, so is this.
ACROSS_STEPS = {"update-needs-restart"}


@cache
def rules() -> list[Rule]:
    return [rule for rule in registry.load() if rule.enabled]


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


# Each way says a literal by an expression over names that begin with `it`, and declares those.


def in_parameter(value: Any, it: str = "it") -> tuple[str, Json]:
    return f"[parameters('{it}')]", {"parameters": {it: {"type": TYPES[type(value)], "defaultValue": escaped(value)}}}


def in_typed_parameter(value: Any, it: str = "it") -> tuple[str, Json]:
    declared = {"$ref": f"#/definitions/{it}", "defaultValue": escaped(value)}
    return f"[parameters('{it}')]", {"parameters": {it: declared}, "definitions": {it: {"type": TYPES[type(value)]}}}


def in_variable(value: Any, it: str = "it") -> tuple[str, Json]:
    return f"[variables('{it}')]", {"variables": {it: escaped(value)}}


def in_variable_of_an_object(value: Any, it: str = "it") -> tuple[str, Json]:
    return f"[variables('{it}').list[1].It]", {"variables": {it: {"list": [0, {"it": escaped(value)}]}}}


def in_variable_of_a_loop(value: Any, it: str = "it") -> tuple[str, Json]:
    return f"[variables('{it}')[0]]", {"variables": {"copy": [{"name": it, "count": 1, "input": escaped(value)}]}}


def in_halves(value: Any, it: str = "it") -> tuple[str, Json]:
    half = len(str(value)) // 2
    first, second = (part.replace("'", "''") for part in (str(value)[:half], str(value)[half:]))
    if isinstance(value, str):
        return f"[concat('{first}', '{second}')]", {}
    return f"[{'bool' if isinstance(value, bool) else 'int'}('{str(value).lower()}')]", {}


def in_a_format(value: Any, it: str = "it") -> tuple[str, Json]:
    if not isinstance(value, str):
        return in_halves(value)
    return f"[format('{{0}}{{1}}', variables('{it}'), '{value[1:].replace(chr(39), chr(39) * 2)}')]", {
        "variables": {it: escaped(value[:1])}
    }


def in_a_taken_branch(value: Any, it: str = "it") -> tuple[str, Json]:
    return f"[if(equals(1, 1), variables('{it}'), 'something else')]", {"variables": {it: escaped(value)}}


def in_a_function(value: Any, it: str = "it") -> tuple[str, Json]:
    function = {"parameters": [], "output": {"type": TYPES[type(value)], "value": escaped(value)}}
    return f"[mine.{it}()]", {"functions": [{"namespace": "mine", "members": {it: function}}]}


WAYS = [
    in_parameter,
    in_typed_parameter,
    in_variable,
    in_variable_of_an_object,
    in_variable_of_a_loop,
    in_halves,
    in_a_format,
    in_a_taken_branch,
    in_a_function,
]


def escaped(value: Any) -> Any:
    return "[" + value if isinstance(value, str) and value.startswith("[") else value


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["linux.json", "windows.json", "mistakes.json"])
def test_a_literal_said_by_an_expression(name: str, way: Any) -> None:
    image = resource(name)
    before = lint(deployment(image))
    assert (len(before) > 5) == (name == "mistakes.json")
    for path, value in samples.values(image):
        if type(value) not in TYPES:
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


# Each building puts an image template and what it declares into a deployment of another form.


def beside(image: Json, members: Json) -> Json:
    return deployment(image, **members)


def symbolic(image: Json, members: Json) -> Json:
    return {**deployment(image), **members, "languageVersion": "2.0", "resources": {"image": image}}


def in_a_loop_of_one(image: Json, members: Json) -> Json:
    return deployment({**image, "copy": {"name": "all", "count": 1}}, **members)


def nested(image: Json, members: Json) -> Json:
    return deployment(_nested(deployment(image), {}), **members)


def nested_with_a_scope(image: Json, members: Json) -> Json:
    return deployment(_nested(deployment(image, **members), {"expressionEvaluationOptions": {"scope": "inner"}}))


def handed_in(image: Json, members: Json) -> Json:
    """Parameters of the nested template lose their defaults: the outer one hands them in, from its own."""
    own = members.get("parameters", {})
    declared = {name: {"type": parameter["type"]} for name, parameter in own.items() if "type" in parameter}
    inner = {**members, "parameters": {**own, **declared}}
    properties = {
        "expressionEvaluationOptions": {"scope": "Inner"},
        "parameters": {name: {"value": f"[parameters('{name}')]"} for name in declared},
    }
    outer = {name: own[name] for name in declared}
    return deployment(_nested(deployment(image, **inner), properties), parameters=outer)


def template_spec(image: Json, members: Json) -> Json:
    inner = _once_more(deployment(image, **members))
    spec = {"type": "Microsoft.Resources/templateSpecs/versions", "apiVersion": "2022-02-01", "name": "s/1"}
    return deployment({**spec, "location": "westeurope", "properties": {"mainTemplate": inner}})


def whole_properties(image: Json, members: Json) -> Json:
    return deployment(
        {**image, "properties": "[variables('all')]"}, **_with(members, {"variables": {"all": image["properties"]}})
    )


def _nested(inner: Json, properties: Json) -> Json:
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": inner, **properties},
    }


def _once_more(value: Any) -> Any:
    """What a template spec stores: one bracket more in front of what begins with one."""
    if isinstance(value, dict):
        return {key: _once_more(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_once_more(item) for item in value]
    return escaped(value)


def _with(members: Json, more: Json) -> Json:
    """Two sets of declarations as one."""
    whole = dict(members)
    for section, declared in more.items():
        held = whole.get(section)
        if isinstance(held, list):
            joined = {**held[0]["members"], **declared[0]["members"]}
            whole[section] = [{"namespace": "mine", "members": joined}]
        elif held is not None:
            loops = [*held.get("copy", []), *declared.get("copy", [])] if section == "variables" else []
            whole[section] = {**held, **declared, **({"copy": loops} if loops else {})}
        else:
            whole[section] = declared
    return whole


BUILDINGS = [beside, symbolic, in_a_loop_of_one, nested, nested_with_a_scope, handed_in, template_spec, whole_properties]


@cache
def literals(name: str) -> list[tuple[samples.Path, Any]]:
    return [(path, value) for path, value in samples.values(resource(name)) if type(value) in TYPES]


@cache
def findings_of(name: str) -> frozenset[tuple[str, str]]:
    return frozenset(lint(deployment(resource(name))))


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[str, Json]:
    """An example in which some literals are said in other ways, in a deployment of some form."""
    name = draw(st.sampled_from(["linux.json", "windows.json", "mistakes.json"]))
    image, members = resource(name), {}
    places = draw(st.lists(st.sampled_from(range(len(literals(name)))), unique=True, max_size=8))
    for number, place in enumerate(places):
        path, value = literals(name)[place]
        expression, declared = draw(st.sampled_from(WAYS))(value, f"it{number}")
        image = samples.replaced(image, path, expression)
        members = _with(members, declared)
    return name, draw(st.sampled_from(BUILDINGS))(image, members)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rewritten())
def test_whatever_is_said_in_other_ways_at_once(case: tuple[str, Json]) -> None:
    name, whole = case
    after = lint(whole)
    assert after == findings_of(name), sorted(after ^ findings_of(name))


@pytest.mark.parametrize("name", ["linux.json", "windows.json", "mistakes.json"])
def test_a_literal_that_only_the_deployment_knows(name: str) -> None:
    """Nothing new is said, and nothing is unsaid but what was about this value: silence about the whole is no answer."""
    image = resource(name)
    before = lint(deployment(image))
    for path, value in literals(name):
        if path in (("type",), ("apiVersion",)):
            continue  # then it may be something else, or of another version
        declared = {"parameters": {"it": {"type": TYPES[type(value)]}}}
        after = lint(deployment(samples.replaced(image, path, "[parameters('it')]"), **declared))
        assert after <= before, f"{path}: {sorted(after - before)}"
        place = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        about = place.rpartition(".")[0]
        gone = {at for rule, at in before - after if rule not in ACROSS_STEPS}
        elsewhere = [at for at in gone if not (at.startswith(about) or place.startswith(at))]
        assert elsewhere == [], place


def test_of_two_possible_values_each_is_looked_at() -> None:
    image = resource("linux.json")
    for path, wrong in ((("location",), "nowhere"), (("properties", "buildTimeoutInMinutes"), 5)):
        right = next(value for place, value in literals("linux.json") if place == path)
        declared = {"it": {"type": TYPES[type(right)], "allowedValues": [right, wrong]}}
        after = lint(deployment(samples.replaced(image, path, "[parameters('it')]"), parameters=declared))
        assert len(after) == 1
