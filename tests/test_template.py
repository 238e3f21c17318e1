"""Image templates are found wherever they stand, nothing else is taken for one, and values know where they come from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.syntax.json import read
from aiblint.template import Template, find
from aiblint.template import read as read_templates

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
BODY: dict[str, Any] = {"type": TYPE, "location": "westeurope", "properties": {"source": {}, "distribute": []}}


def templates(value: Any) -> list[Template]:
    return find(read(json.dumps(value).encode(), "x.json"))


def deployment(*resources: Any, **members: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **members}


def nested(inner: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Microsoft.Resources/deployments", "properties": {"template": inner, **properties}}


@pytest.mark.parametrize(
    ("value", "pointers", "kind"),
    [
        (BODY, [""], "body"),
        ({**BODY, "type": "Microsoft.VirtualMachineImages"}, [""], "body"),
        ({**BODY, "type": TYPE.upper()}, [""], "body"),
        ({k: v for k, v in BODY.items() if k != "type"}, [""], "body"),
        ({"properties": {"source": {}, "distribute": []}}, [""], "body"),
        (deployment(BODY), ["/resources/0"], "arm"),
        (deployment({"type": "Microsoft.Compute/galleries"}, BODY, BODY), ["/resources/1", "/resources/2"], "arm"),
        ({"$schema": SCHEMA, "resources": {"it": BODY, "other": {"type": "a/b"}}}, ["/resources/it"], "arm"),
        ({"resources": [BODY]}, ["/resources/0"], "arm"),
        (deployment(nested(deployment(BODY))), ["/resources/0/properties/template/resources/0"], "arm"),
        (
            deployment(nested(deployment(nested(deployment(BODY))))),
            ["/resources/0/properties/template/resources/0/properties/template/resources/0"],
            "arm",
        ),
        (deployment({"type": "a/b", "resources": [BODY]}), ["/resources/0/resources/0"], "arm"),
        (deployment({**BODY, "resources": [{"type": "triggers", "properties": {}}]}), ["/resources/0"], "arm"),
        (deployment({**BODY, "type": "[variables('t')]"}, variables={"t": TYPE}), ["/resources/0"], "arm"),
        (deployment({**BODY, "type": "Microsoft.VirtualMachineImages"}), ["/resources/0"], "arm"),
    ],
)
def test_found(value: Any, pointers: list[str], kind: str) -> None:
    found = templates(value)
    assert [(template.node.pointer, template.kind) for template in found] == [(pointer, kind) for pointer in pointers]


@pytest.mark.parametrize(
    "value",
    [
        [],
        [BODY],
        "Microsoft.VirtualMachineImages/imageTemplates",
        {"resourceTypes": [TYPE]},
        {"actions": [TYPE + "/read"], "properties": {"permissions": []}},
        {"if": {"field": "type", "equals": TYPE}},
        {"type": "object", "properties": {"source": {"type": "object"}, "distribute": {"type": "array"}}},
        {"type": {"enum": [TYPE]}, "properties": {"source": {}, "distribute": {"items": {}}}},
        {"type": TYPE + "/triggers", "properties": {}},
        {"type": "Microsoft.Contoso/pipelines", "properties": {"source": {}, "distribute": []}},
        deployment({"type": "Microsoft.Authorization/roleDefinitions", "properties": {"permissions": [{"actions": [TYPE]}]}}),
        deployment({"type": TYPE, "existing": True, "name": "x"}),
        deployment({"type": TYPE + "/runOutputs", "name": "x/y"}),
        deployment({"type": "[parameters('type')]", "name": "x"}),
    ],
)
def test_not_found(value: Any) -> None:
    assert templates(value) == []


ONE = "/resources/1"
INNER = "/resources/1/properties/template/resources"


def trigger(name: str, **members: Any) -> dict[str, Any]:
    return {"type": TYPE + "/triggers", "name": name, **members}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (deployment({**BODY, "name": "a"}, trigger("a/t")), {"/resources/0": ["/resources/1"]}),
        (deployment({**BODY, "name": "a"}, trigger("A/t")), {"/resources/0": ["/resources/1"]}),
        (deployment({**BODY, "name": "a"}, trigger("b/t")), {"/resources/0": []}),
        (deployment({**BODY, "name": "a"}, trigger("a/t", condition=False)), {"/resources/0": []}),
        (deployment({**BODY, "name": "a"}, trigger("t")), {"/resources/0": ["/resources/1"]}),
        (
            deployment({**BODY, "name": "[uniqueString('a')]"}, trigger("[concat(uniqueString('a'), '/t')]")),
            {"/resources/0": [ONE]},
        ),
        (deployment({**BODY, "name": "a"}, nested(deployment(trigger("a/t")))), {"/resources/0": [INNER + "/0"]}),
        (
            deployment(nested(deployment({**BODY, "name": "a"})), trigger("a/t")),
            {INNER.replace("1", "0") + "/0": ["/resources/1"]},
        ),
        (
            deployment({**BODY, "name": "a"}, nested(deployment({**BODY, "name": "a"}, trigger("a/t")))),
            {"/resources/0": [], INNER + "/0": [INNER + "/1"]},
        ),
        (
            deployment({**BODY, "name": "a"}, {**BODY, "name": "b"}, trigger("b/t"), trigger("t")),
            {"/resources/0": [], "/resources/1": ["/resources/2"]},
        ),
        (deployment({**BODY, "name": "a", "resources": [trigger("t")]}), {"/resources/0": ["/resources/0/resources/0"]}),
    ],
)
def test_a_trigger_belongs_to_the_template_whose_name_it_bears(value: Any, expected: dict[str, list[str]]) -> None:
    found = {one.node.pointer: [trigger.node.pointer for trigger in one.triggers] for one in templates(value)}
    assert found == expected


def value_at(resource: dict[str, Any], *path: str, **members: Any) -> Any:
    [template] = templates(deployment({**BODY, **resource}, **members))
    return template.root.get(*path)


def test_a_parameter_with_a_default_has_its_value_and_knows_both_places() -> None:
    value = value_at({"location": "[parameters('loc')]"}, "location", parameters={"LOC": {"defaultValue": "westus"}})
    assert (value.text, value.node.value, value.use.value) == ("westus", "westus", "[parameters('loc')]")


@pytest.mark.parametrize(
    "text",
    [
        "[parameters('absent')]",
        "[parameters('bare')]",
        "[resourceGroup().location]",
        "[concat('west', resourceGroup().name)]",
        "[if]",
        "[variables('ring')]",
        "<region>",
        "{{region}}",
        "__region__",
    ],
)
def test_what_nobody_knows_is_unknown(text: str) -> None:
    members = {"parameters": {"bare": {"type": "string"}}, "variables": {"ring": "[variables('ring')]"}}
    assert not value_at({"location": text}, "location", **members).known


def test_a_doubled_bracket_is_a_literal() -> None:
    value = value_at({"location": "[[west]"}, "location")
    assert (value.text, value.shift) == ("[west]", 1)


def test_brackets_mean_nothing_in_a_body_unless_they_hold_a_call() -> None:
    [template] = templates({**BODY, "tags": {"a": "[int]$a[0]", "b": "[resourceGroup().location]"}})
    assert template.root.text_of("tags", "a") == "[int]$a[0]"
    assert template.root.get("tags", "b").known is False  # type: ignore[union-attr]


def test_variables_may_hold_whole_sections_and_refer_to_each_other() -> None:
    variables = {"steps": ["[variables('step')]"], "step": {"type": "Shell", "INLINE": ["a"]}}
    value = value_at({"properties": {"customize": "[variables('steps')]"}}, "properties", "customize", variables=variables)
    [step] = value.items
    assert step.get("inline").items[0].text == "a"
    assert step.get("inline").path == "$.properties.customize[0].inline"


def test_a_nested_deployment_reads_its_own_parameters_only_in_inner_scope() -> None:
    inner = deployment({**BODY, "location": "[parameters('p')]"}, parameters={"p": {"defaultValue": "inner"}})
    outer = {"p": {"defaultValue": "outer"}}
    inner_scope = {"expressionEvaluationOptions": {"scope": "inner"}}
    for options, expected in (
        ({}, "outer"),
        (inner_scope, "inner"),
        ({**inner_scope, "parameters": {"p": {"value": "given"}}}, "given"),
        ({**inner_scope, "parameters": {"p": {"value": "[parameters('p')]"}}}, "outer"),
        ({**inner_scope, "parameters": {"p": {"reference": {}}}}, None),
    ):
        [template] = templates(deployment(nested(inner, **options), parameters=outer))
        assert template.root.text_of("location") == expected, options


def test_names_are_seen_in_their_documented_spelling() -> None:
    [template] = templates({"TYPE": TYPE, "Properties": {"VMPROFILE": {"OsDiskSizeGb": 1}}, "tags": {"VmSize": "x"}})
    assert template.root.get("properties", "vmProfile", "osDiskSizeGB") is not None
    assert template.root.get("tags", "VmSize") is not None


def test_a_loop_or_a_member_of_a_computed_name_leaves_an_object_open() -> None:
    assert value_at({"properties": {"copy": [{"name": "[parameters('p')]"}]}}, "properties").open
    assert value_at({"tags": {"[parameters('name')]": "x"}}, "tags").open
    assert not value_at({}, "properties").open


def test_variables_that_multiply_come_to_an_end() -> None:
    doubling: dict[str, Any] = {f"v{i}": [f"[variables('v{i + 1}')]"] * 9 for i in range(30)}
    value = value_at({"properties": {"customize": "[variables('v0')]"}}, "properties", variables=doubling)
    assert sum(1 for _ in value.walk()) < 300_000


def test_placeholders_are_collected_with_their_place() -> None:
    [template] = templates({**BODY, "location": "x-<region>", "tags": {"<name>": "y"}, "properties": {"customize": []}})
    assert [(u.placeholder.text, u.on_key) for u in template.unfilled] == [("<region>", False), ("<name>", True)]


def test_commands_hold_no_placeholders() -> None:
    [template] = templates({**BODY, "properties": {"customize": [{"type": "Shell", "inline": ["sort <in >out", "echo ${x}"]}]}})
    assert template.unfilled == []


def test_a_copy_loop_of_known_count_is_run() -> None:
    step = {"type": "Shell", "name": "[concat('step', copyIndex('customize', 1))]"}
    loop = {"name": "customize", "count": "[length(variables('all'))]", "input": step}
    value = value_at({"properties": {"copy": [loop]}}, "properties", "customize", variables={"all": ["a", "b", "c"]})
    assert [item.text_of("name") for item in value.items] == ["step1", "step2", "step3"]


@pytest.mark.parametrize("count", ["[parameters('p')]", 1_000_000_000, "many", -1])
def test_a_copy_loop_of_any_other_count_is_unknown(count: Any) -> None:
    loop = {"name": "customize", "count": count, "input": {"type": "Shell"}}
    value = value_at({"properties": {"copy": [loop]}}, "properties", "customize", parameters={"p": {"type": "int"}})
    assert not value.known


def test_computed_values_are_known_and_belong_to_their_expression() -> None:
    value = value_at({"location": "[toLower(concat(variables('a'), 'US'))]"}, "location", variables={"a": "West"})
    assert (value.text, value.node is value.use) == ("westus", True)


def test_what_is_known_of_an_unknown_value_is_kept() -> None:
    value = value_at({"location": "[concat('west', parameters('p'))]"}, "location", parameters={"p": {"type": "string"}})
    assert (value.known, value.term.prefix) == (False, "west")
    value = value_at({"location": "[parameters('p')]"}, "location", parameters={"p": {"allowedValues": ["a", "b"]}})
    assert [alternative.text for alternative in value.alternatives] == ["a", "b"]


def test_secrets_are_marked() -> None:
    parameters = {"p": {"type": "securestring", "defaultValue": "x"}}
    for text in ("[parameters('p')]", "[concat('x', parameters('p'))]"):
        assert value_at({"tags": {"a": text}}, "tags", "a", parameters=parameters).secret


@pytest.mark.parametrize("written", ["NaN", "-Infinity", '"a\\ud800"', '"a\x01b"'])
def test_a_value_that_the_reader_found_damaged_is_unknown(written: str) -> None:
    text = json.dumps({**BODY, "location": "LOCATION"}).replace('"LOCATION"', written)
    [template] = find(read(text.encode(), "x.json"))
    assert template.root.get("location").known is False  # type: ignore[union-attr]
    assert template.root.get("type").known  # type: ignore[union-attr]


def spec(inner: Any) -> dict[str, Any]:
    return {"type": "Microsoft.Resources/templateSpecs/versions", "name": "s/1", "properties": {"mainTemplate": inner}}


OFF = {"parameters": {"on": {"type": "bool", "defaultValue": False}}}


@pytest.mark.parametrize(
    ("value", "deployed"),
    [
        (deployment({**BODY, "condition": False}), False),
        (deployment({**BODY, "condition": "[false()]"}), False),
        (deployment({**BODY, "condition": "[parameters('on')]"}, **OFF), False),
        (deployment({**BODY, "condition": "[not(parameters('on'))]"}, **OFF), True),
        (deployment({**BODY, "condition": True}), True),
        (deployment({**BODY, "condition": "[parameters('on')]"}, parameters={"on": {"type": "bool"}}), True),
        (deployment({**BODY, "condition": "[equals(resourceGroup().location, 'x')]"}), True),
        (deployment({**BODY, "copy": {"name": "all", "count": 0}}), False),
        (deployment({**BODY, "copy": {"name": "all", "count": "[length(createArray())]"}}), False),
        (deployment({**BODY, "copy": {"name": "all", "count": 2}}), True),
        (deployment({**nested(deployment(BODY)), "condition": False}), False),
        (deployment({**nested(deployment(nested(deployment(BODY)))), "condition": False}), False),
        (deployment({"type": "a/b", "condition": False, "resources": [BODY]}), True),
    ],
)
def test_what_is_never_deployed_is_left_out(value: Any, deployed: bool) -> None:
    found = read_templates(read(json.dumps(value).encode(), "x.json"))
    assert (len(found.deployed), len(found.left_out)) == ((1, 0) if deployed else (0, 1))


def test_a_loop_of_one_round_knows_its_index() -> None:
    [template] = templates(
        deployment({**BODY, "name": "[concat('a', copyIndex('all', 1))]", "copy": {"name": "all", "count": 1}})
    )
    assert template.root.text_of("name") == "a1"
    [template] = templates(deployment({**BODY, "name": "[concat('a', copyIndex())]", "copy": {"name": "all", "count": 2}}))
    assert template.root.text_of("name") is None


def test_the_template_of_a_template_spec_is_read_after_one_working_out() -> None:
    inner = deployment(
        {**BODY, "name": "[[parameters('name')]", "location": "[parameters('where')]", "tags": {"a": "[[[x]"}},
        parameters={"name": {"type": "string", "defaultValue": "ubuntu"}},
    )
    whole = deployment(spec(inner), parameters={"where": {"type": "string", "defaultValue": "westus"}})
    [template] = templates(whole)
    assert template.node.pointer == "/resources/0/properties/mainTemplate/resources/0"
    assert [template.root.text_of(*path) for path in (("name",), ("location",), ("tags", "a"))] == ["ubuntu", "westus", "[x]"]


def test_a_mistake_in_a_template_spec_is_shown_where_it_stands() -> None:
    image = {**BODY, "name": "[[concat(QaQ, toLowr('b'))]", "tags": {"a": "[[parameters('x'"}}
    document = read(json.dumps(deployment(spec(deployment(image)))).replace("Q", "\\u0027").encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    shown = {finding.name: document.text[finding.start : finding.end] for finding in result.findings}
    assert shown["undefined-reference"] == "toLowr"


def test_what_only_the_deployment_of_a_template_spec_knows_is_unknown() -> None:
    whole = deployment(spec(deployment({**BODY, "location": "[resourceGroup().location]"})))
    [template] = templates(whole)
    assert template.root.get("location").known is False  # type: ignore[union-attr]


def test_with_symbolic_names_nested_templates_have_a_scope_of_their_own() -> None:
    inner = deployment({**BODY, "name": "[variables('v')]"}, variables={"v": "inner"})
    outer = {**deployment(), "languageVersion": "2.0", "variables": {"v": "outer"}, "resources": {"n": nested(inner)}}
    assert templates(outer)[0].root.text_of("name") == "inner"
    assert templates({**outer, "resources": [nested(inner)]})[0].root.text_of("name") == "inner"
    older = {key: value for key, value in outer.items() if key != "languageVersion"}
    assert templates({**older, "resources": [nested(inner)]})[0].root.text_of("name") == "outer"


def test_a_type_of_the_template_tells_what_a_parameter_is() -> None:
    members = {
        "definitions": {"secret": {"type": "secureString"}, "again": {"$ref": "#/definitions/secret"}},
        "parameters": {"p": {"$ref": "#/definitions/again", "defaultValue": "x"}, "ring": {"$ref": "#/definitions/ring"}},
    }
    assert value_at({"tags": {"a": "[parameters('p')]"}}, "tags", "a", **members).secret
    assert not value_at({"tags": {"a": "[parameters('ring')]"}}, "tags", "a", **members).known


def test_a_nullable_parameter_that_nobody_hands_in_is_null() -> None:
    inner = deployment(
        {**BODY, "name": "[coalesce(parameters('n'), 'none')]"},
        parameters={"n": {"type": "string", "nullable": True}},
    )
    whole = deployment(nested(inner, parameters={}, expressionEvaluationOptions={"scope": "inner"}))
    assert templates(whole)[0].root.text_of("name") == "none"
    assert templates(inner)[0].root.text_of("name") is None


MERGED = (
    "[shallowMerge(createArray(createObject('buildTimeoutInMinutes', 5, 'vmProfile', createObject('vmSize', 'a')), "
    "if(parameters('net'), createObject('vmProfile', createObject('vmSize', 'b'), 'optimize', createObject()), createObject()), "
    "createObject('customize', parameters('steps'))))]"
)
UNDECIDED = {"net": {"type": "bool"}, "steps": {"type": "array"}}


def test_what_compiled_bicep_puts_together_is_seen_as_far_as_it_is_known() -> None:
    [template] = templates(deployment({**BODY, "properties": MERGED}, parameters=UNDECIDED))
    properties = template.properties
    assert properties is not None
    assert (properties.known, properties.open, properties.absent("validate")) == (True, True, False)
    assert [properties.get(name).known for name in ("buildTimeoutInMinutes", "optimize", "customize")] == [True, False, False]  # type: ignore[union-attr]
    sizes = properties.get("vmProfile", "vmSize")
    assert sizes is not None
    assert [alternative.text for alternative in sizes.alternatives] == ["a", "b"]
    maybe = properties.get("optimize")
    assert maybe is not None
    assert [(each.kind, bool(each.condition)) for each in maybe.alternatives] == [("object", True)]


def test_objects_of_two_variants_are_looked_at_one_by_one() -> None:
    source = "[if(parameters('net'), createObject('type', 'A', 'x', 1), createObject('type', 'B', 'y', 2))]"
    [template] = templates(deployment({**BODY, "properties": {"source": source, "distribute": []}}, parameters=UNDECIDED))
    found = template.root.get("properties", "source")
    assert found is not None
    assert [(each.text_of("type"), list(each.members)) for each in found.alternatives] == [
        ("A", ["type", "x"]),
        ("B", ["type", "y"]),
    ]


@pytest.mark.parametrize(
    ("handed", "texts"),
    [
        ("[if(parameters('net'), createObject('value', 'a'), createObject('value', 'b'))]", ["a", "b"]),
        ("[createObject('value', 'a')]", ["a"]),
        ("[parameters('steps')[0]]", []),
    ],
)
def test_a_value_handed_in_by_an_expression(handed: str, texts: list[str]) -> None:
    inner = deployment({**BODY, "name": "[parameters('n')]"}, parameters={"n": {"type": "string"}})
    whole = deployment(
        nested(inner, parameters={"n": handed}, expressionEvaluationOptions={"scope": "inner"}), parameters=UNDECIDED
    )
    name = templates(whole)[0].root.get("name")
    assert name is not None
    assert [each.text for each in (name.alternatives or ([name] if name.known else []))] == texts


STEPS = {"name": "customize", "count": 2, "input": {"type": "Shell", "name": "[concat('s', copyIndex('customize'))]"}}


def test_what_a_loop_makes_stands_where_its_input_is_written() -> None:
    [template] = templates(deployment({**BODY, "properties": {"source": {}, "distribute": [], "copy": [STEPS]}}))
    steps = template.list_of("customize")
    assert [step.text_of("name") for step in steps] == ["s0", "s1"]
    named = steps[1].get("name")
    assert named is not None
    assert (named.use or named.node).pointer == "/resources/0/properties/copy/0/input/name"


def test_of_a_loop_that_nobody_can_count_one_round_is_seen() -> None:
    loop = {**STEPS, "count": "[length(parameters('steps'))]"}
    whole = deployment({**BODY, "properties": {"source": {}, "distribute": [], "copy": [loop]}}, parameters=UNDECIDED)
    steps = templates(whole)[0].root.get("properties", "customize")
    assert steps is not None
    assert not steps.known
    [some] = steps.alternatives
    assert ([item.text_of("type") for item in some.items], some.open) == (["Shell"], True)
    assert some.items[0].condition == "the loop 'customize' runs"


@pytest.mark.parametrize("text", ["[variables('o')]", "[createObject('list', variables('o').list)]"])
def test_a_loop_inside_a_variable(text: str) -> None:
    inner = {
        "copy": [{"name": "list", "count": 2, "input": {"copy": [{"name": "deep", "count": 1, "input": "x"}]}}],
        "other": 1,
    }
    whole = deployment({**BODY, "tags": text}, variables={"o": inner})
    listed = templates(whole)[0].root.get("tags", "list")
    assert listed is not None
    assert [item.get("deep").items[0].text for item in listed.items] == ["x", "x"]  # type: ignore[union-attr]


def test_what_another_deployment_computes_is_shown_as_it_is_written() -> None:
    step = {
        "type": "Shell",
        "inline": ["[concat('curl -u admin:', variables('p'), ' https://x')]", "[variables('c')]"],
        "name": "[variables('v')]",
    }
    inner = {"source": {"type": "PlatformImage"}, "distribute": [], "customize": [step]}
    variables = {"p": "hunter2hunter2", "v": "<region>", "c": "curl -u admin:hunter2hunter2 https://x && \u2013all"}
    whole = deployment(spec(deployment({**BODY, "location": "[variables('v')]", "properties": inner})), variables=variables)
    document = read(json.dumps(whole).encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    assert {"placeholder-left", "secret-in-inline"} <= {finding.name for finding in result.findings}
    assert not any("hunter2" in finding.message for finding in result.findings)
