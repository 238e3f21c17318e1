"""Whatever is wrong with an expression of a deployment is found, wherever it stands: then no image template is deployed either."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import ROOT

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.syntax.json import read

Json = dict[str, Any]
RULES = {"undefined-reference", "expression-malformed", "function-misplaced"}
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def deployment(*resources: Json, **members: Any) -> Json:
    root = read((ROOT / "examples" / "deployment.json").read_bytes(), "x").root
    assert root is not None
    whole: Any = root.to_python()
    for key, value in members.items():
        whole[key] = {**whole.get(key, {}), **value} if isinstance(value, dict) else value
    whole["resources"] += resources
    return whole


def found(whole: Json, given: Json | None = None) -> list[Finding]:
    parameters = read(json.dumps({"parameters": given}).encode(), "p.json") if given is not None else None
    document = read(json.dumps(whole).encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23", parameters=parameters)
    assert result.defects == []
    return [finding for finding in result.findings if finding.name in RULES]


def beside(**members: Any) -> Json:
    kind = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": "scripts",
        "location": "westeurope",
    }
    return {**kind, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, **members}


def nested(inner: Json, **properties: Any) -> Json:
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [], **inner}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": template, **properties},
    }


INNER = {"expressionEvaluationOptions": {"scope": "inner"}}
PERHAPS = "[equals(parameters('location'), 'x')]"
PLACES: dict[str, tuple[Json, str, str]] = {
    "output": (deployment(outputs={"o": {"type": "string", "value": "#"}}), "/outputs/o/value", "error"),
    "output-if": (deployment(outputs={"o": {"condition": PERHAPS, "value": "#"}}), "/outputs/o/value", "warning"),
    "variable-of-nobody": (deployment(variables={"v": {"a": ["#"]}}), "/variables/v/a/0", "warning"),
    "default": (deployment(parameters={"p": {"type": "string", "defaultValue": "#"}}), "/parameters/p/defaultValue", "error"),
    "name-of-another": (deployment(beside(name="#")), "/resources/2/name", "error"),
    "tag-of-another": (deployment(beside(tags={"a": "#"})), "/resources/2/tags/a", "error"),
    "order-of-another": (deployment(beside(dependsOn=["#"])), "/resources/2/dependsOn/0", "error"),
    "name-of-a-member": (deployment(beside(tags={"#": "a"})), "/resources/2/tags/#", "error"),
    "perhaps": (deployment(beside(condition=PERHAPS, name="#")), "/resources/2/name", "warning"),
    "outer-scope": (deployment(nested({"resources": [beside(name="#")]})), "/resources/2/properties/template/resources/0/name", "error"),
    "inner-scope": (
        deployment(nested({"resources": [beside(name="#")], "parameters": {"location": {"type": "string", "defaultValue": "x"}}}, **INNER)),
        "/resources/2/properties/template/resources/0/name",
        "error",
    ),
    "handed-in": (
        deployment(nested({"parameters": {"p": {"type": "string"}}}, parameters={"p": {"value": "#"}}, **INNER)),
        "/resources/2/properties/parameters/p/value",
        "error",
    ),
    "child": (deployment(beside(resources=[{"type": "blobServices", "name": "#"}])), "/resources/2/resources/0/name", "error"),
}  # fmt: skip
MISTAKES = {
    "[parameters('locaton')]": ("undefined-reference", "there is no parameter 'locaton'"),
    "[concat(parameters('location'), parameters('it''s'))]": ("undefined-reference", "there is no parameter 'it's'"),
    "[toLowr(parameters('location'))]": ("undefined-reference", "there is no function 'toLowr' (did you mean 'toLower'?)"),
    "[list.Keys('a')]": ("undefined-reference", "there is no function 'list.Keys'"),
    "[mine.f(1)]": ("undefined-reference", "there is no function 'mine.f'"),
    "[concat(parameters('location'), 'a'))]": ("expression-malformed", ""),
    "[concat('a' 'b')]": ("expression-malformed", ""),
    "[parameters('location') + 'x']": ("expression-malformed", ""),
    "[resourceGroup().locaton]": ("expression-malformed", "there is no property 'locaton' (did you mean 'location'?)"),
    "[parameters('location').x.y]": ("expression-malformed", "a string has no properties or items"),
}


def put(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {text if key == "#" else key: put(member, text) for key, member in value.items()}
    if isinstance(value, list):
        return [put(item, text) for item in value]
    return text if value == "#" else value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_wherever_it_stands(place: str, mistake: str) -> None:
    whole, pointer, severity = PLACES[place]
    rule, message = MISTAKES[mistake]
    findings = found(put(whole, mistake))
    if severity == "warning" and ("property" in message or "properties" in message):
        assert findings == [], "whether the value is ever asked for its member is not known"
        return
    [finding] = findings
    assert (finding.name, finding.pointer) == (rule, pointer.replace("#", mistake))
    assert finding.severity == (severity if rule == "undefined-reference" else "error")
    assert message in finding.message


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "right",
    [
        "[PARAMETERS( 'LOCATION' )]",
        "[concat('(', parameters('location'), ') [x', 'it''s, a(b')]",
        "[resourceGroup().tags['a b'].c]",
        "[subscription().subscriptionId]",
        "[resourceGroup().somethingElse]",
        "[if(empty(parameters('location')), resourceId('Microsoft.Compute/images', 'a'), format('{0}{1:N0}', 'a', 1))]",
        "[deployment().properties.template.contentVersion]",
        "[tryGet(createObject('a', 1), 'b')]",
        "[[parameters('locaton')]",
        "[first(split(parameters('location'), '/'))]",
    ],
)
def test_what_is_right_is_left_alone_wherever_it_stands(place: str, right: str) -> None:
    assert found(put(PLACES[place][0], right)) == []


def test_nothing_is_said_of_what_is_never_read() -> None:
    wrong = "[parameters('locaton')]"
    for whole in (
        deployment(beside(condition=False, name=wrong)),
        deployment(beside(comments=wrong, metadata={"a": wrong})),
        deployment(parameters={"p": {"type": "string", "metadata": {"description": wrong}}}),
        deployment(metadata={"_generator": wrong}),
    ):
        assert found(whole) == []
    given = deployment(parameters={"p": {"type": "string", "defaultValue": wrong}})
    assert [f.pointer for f in found(given)] == ["/parameters/p/defaultValue"]
    assert found(given, {"p": {"value": "x"}}) == []


def test_deployments_without_an_image_template_are_not_ours() -> None:
    whole = deployment(outputs={"o": {"type": "string", "value": "[parameters('locaton')]"}})
    whole["resources"] = [beside(name="[variables('nobody')]")]
    assert found(whole) == []


def test_a_name_of_another_scope_is_told_with_its_scope() -> None:
    inner = {"parameters": {"who": {"type": "string", "defaultValue": "x"}}, "resources": [beside(name="[parameters('who')]")]}
    [finding] = found(deployment(nested(inner)))
    assert 'give the nested deployment "expressionEvaluationOptions": {"scope": "inner"}' in finding.message
    assert found(deployment(nested(inner, **INNER))) == []

    [finding] = found(deployment(nested({"resources": [beside(name="[parameters('location')]")]}, **INNER)))
    assert "the outer template declares it, but the nested one is read in its own scope" in finding.message

    function = {
        "namespace": "mine",
        "members": {"f": {"parameters": [], "output": {"type": "string", "value": "[parameters('location')]"}}},
    }
    [finding] = found(deployment(functions=[function], outputs={"o": {"type": "string", "value": "[mine.f()]"}}))
    assert "a function of the template sees its own parameters only" in finding.message


EVERYWHERE = {"output", "variable-of-nobody", "default", "name-of-another", "tag-of-another", "inner-scope"}
ALLOWED = {
    "[utcNow()]": {"default"},
    "[newGuid()]": {"default"},
    "[reference('x', '2023-01-31').a]": EVERYWHERE - {"variable-of-nobody", "default"},
    "[listKeys('x', '2023-01-31').a]": EVERYWHERE - {"variable-of-nobody", "default"},
    "[references('x')[0].a]": EVERYWHERE - {"variable-of-nobody", "default"},
    "[toLower(variables('identityName'))]": EVERYWHERE - {"default"},
    "[copyIndex()]": set(),
}


@pytest.mark.parametrize("text", ALLOWED)
@pytest.mark.parametrize("place", sorted(EVERYWHERE))
def test_functions_that_are_not_allowed_everywhere(text: str, place: str) -> None:
    whole, pointer, _ = PLACES[place]
    if "variables" in text and place == "inner-scope":
        return  # another template, with variables of its own
    wanted = [] if place in ALLOWED[text] else [("function-misplaced", "error", pointer)]
    assert [(f.name, f.severity, f.pointer) for f in found(put(whole, text))] == wanted


def test_functions_of_a_scope_that_the_deployment_does_not_have() -> None:
    schema = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
    inner = deployment()
    whole = {
        "$schema": schema,
        "contentVersion": "1.0.0.0",
        "parameters": {"location": {"type": "string", "defaultValue": "[resourceGroup().location]"}},
        "resources": [{**nested(inner, **INNER), "resourceGroup": "images"}],
        "outputs": {"o": {"type": "string", "value": "[subscription().subscriptionId]"}},
    }
    [finding] = found(whole)
    assert (finding.name, finding.pointer) == ("function-misplaced", "/parameters/location/defaultValue")
    assert "resourceGroup() is unknown in a deployment to a subscription" in finding.message


def test_loops_know_their_rounds() -> None:
    for whole in (
        deployment(beside(copy={"name": "all", "count": 2}, name="[concat('a', copyIndex())]")),
        deployment(beside(properties={"copy": [{"name": "x", "count": 2, "input": "[copyIndex('x')]"}]})),
        deployment(variables={"copy": [{"name": "x", "count": 2, "input": "[copyIndex('x')]"}]}),
        deployment(variables={"v": {"copy": [{"name": "x", "count": 2, "input": "[copyIndex('x')]"}]}}),
        deployment(outputs={"o": {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}}}),
        deployment({**nested({"resources": [beside(name="[concat('a', copyIndex())]")]}), "copy": {"name": "all", "count": 2}}),
    ):
        assert found(whole) == []


def test_a_template_that_a_spec_stores() -> None:
    """The outer deployment works out what is not escaped, and knows nothing of the parameters inside."""
    inner = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": {"l": {"type": "string"}}}
    [image] = [resource for resource in deployment()["resources"] if "imageTemplates" in resource["type"]]
    clean = {k: v for k, v in image.items() if k not in ("dependsOn", "name", "tags")}
    for location, said in (("[[parameters('l')]", False), ("[parameters('l')]", True)):
        text = json.dumps({**clean, "name": "x", "location": "westeurope", "tags": {"l": "#"}})
        stored = {**inner, "resources": [json.loads(text.replace('"[', '"[[').replace("[[[", "[["))]}
        spec = {
            "type": "Microsoft.Resources/templateSpecs/versions",
            "apiVersion": "2022-02-01",
            "name": "s/1",
            "location": "westeurope",
            "properties": {"mainTemplate": put(stored, location)},
        }
        whole = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [spec]}
        findings = [f for f in found(whole) if f.pointer.endswith("/tags/l")]
        assert [f.name for f in findings] == (["undefined-reference"] if said else [])
        assert not said or "write [[ in front of what is to be worked out in that one" in findings[0].message


def test_a_name_in_a_stored_template_that_its_own_deployment_works_out() -> None:
    """What is worked out of a name stands nowhere in the file: the name is where it is told."""
    stored = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": [beside(tags={"[variables('v')]": 5}), *deployment()["resources"]],
    }
    spec = {
        "type": "Microsoft.Resources/templateSpecs/versions",
        "apiVersion": "2022-02-01",
        "name": "s/1",
        "location": "westeurope",
    }
    spec["properties"] = {"mainTemplate": stored}  # type: ignore[assignment]
    whole = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "variables": {"v": "[[parameters('nobody')]"}, "resources": [spec]}
    [finding] = [f for f in found(whole) if "'nobody'" in f.message]
    assert "/tags/" in finding.pointer


def test_functions_of_the_template_have_names_of_their_own() -> None:
    output = {"type": "int", "value": "[mul(parameters('n'), 2)]"}
    member = {"parameters": [{"name": "n", "type": "int"}], "output": output}
    functions = [{"namespace": "mine", "members": {"f": member}}]
    assert found(deployment(functions=functions)) == []
    assert found(deployment(functions=functions, outputs={"o": {"type": "int", "value": "[mine.f(2)]"}})) == []


def test_a_member_that_none_of_several_objects_has() -> None:
    table = {"t": [{"a": 1}, {"a": 2}]}
    loop = beside(copy={"name": "all", "count": 2}, name="[concat('s', string(variables('t')[copyIndex()].b))]")
    [finding] = found(deployment(loop, variables=table))
    assert (finding.name, finding.severity) == ("expression-malformed", "error")
    loop["name"] = "[concat('s', string(variables('t')[copyIndex()].a))]"
    assert found(deployment(loop, variables=table)) == []


def test_a_round_of_a_loop_that_is_not_there() -> None:
    loop = beside(copy={"name": "all", "count": 2}, name="[concat('a', copyIndex('al'))]")
    [finding] = found(deployment(loop))
    assert (finding.name, finding.pointer) == ("function-misplaced", "/resources/2/name")
    assert "no loop 'al' stands around copyIndex(), only 'all'" in finding.message
    loop["name"] = "[concat('a', copyIndex('ALL'))]"
    assert found(deployment(loop)) == []
    loop["copy"]["name"] = "[parameters('scriptRef')]"
    assert found(deployment(loop)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[variables('location')]", "there is no variable 'location'; a parameter has that name: write parameters('location')"),
        ("[parameters('identityName')]", "; a variable has that name: write variables('identityName')"),
        ("[sys.toLower('A')]", "(did you mean 'toLower'?)"),
        ("[deployment().nam]", "(did you mean 'name'?)"),
        ("[environment().suffix.storage]", "(did you mean 'suffixes'?)"),
        ("[parameters(‘location’)]", "straight single quotes"),
    ],
)
def test_advice(text: str, said: str) -> None:
    [finding] = found(put(PLACES["output"][0], text))
    assert said in finding.message


@pytest.mark.parametrize("count", [200, 250, 800])
def test_where_the_looking_ends_a_finding_says_so(count: int) -> None:
    """200 mistakes are told one by one, and that there may be more."""
    wrong = [beside(name=f"s{number}", tags={"a": f"[parameters('nobody{number}')]"}) for number in range(count)]
    document = read(json.dumps(deployment(*wrong)).encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23")
    told = [finding.pointer for finding in result.findings if finding.name == "undefined-reference"]
    assert told == [f"/resources/{number + 2}/tags/a" for number in range(200)]
    ends = [finding for finding in result.findings if "aiblint looks into no more of them" in finding.message]
    assert [finding.pointer for finding in ends] == (["/resources/202/tags/a"] if count > 200 else [])
    assert all("200 mistakes were found" in finding.message and finding.severity == "note" for finding in ends)


def test_the_looking_ends_where_the_work_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from aiblint import review

    whole = deployment(beside(tags={"a": "[parameters('nobody')]"}))
    monkeypatch.setattr(review, "_LEAST_BUDGET", 10**12)
    document = read(json.dumps(whole).encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23")
    assert [f.pointer for f in result.findings if f.name == "undefined-reference"] == []
    assert [f.pointer for f in result.findings if "its expressions take much work" in f.message] == ["/resources/2/tags/a"]


def test_a_function_of_the_template_has_no_variables() -> None:
    for text in ("[variables('identityName')]", "[toLower(variables('identityName'))]"):
        member = {"parameters": [], "output": {"type": "string", "value": text}}
        whole = deployment(functions=[{"namespace": "mine", "members": {"f": member}}])
        [finding] = found(whole)
        assert (finding.name, finding.pointer) == ("function-misplaced", "/functions/0/members/f/output/value")
        assert "a function of the template cannot use variables" in finding.message
        assert "hand the value in as a parameter of the function" in finding.message


def test_what_is_right_in_one_loop_is_not_right_everywhere() -> None:
    """The same text is looked at where it stands: a loop is around the first one only."""
    loop = beside(copy={"name": "all", "count": 2}, name="[concat('a', copyIndex())]")
    [finding] = found(deployment(loop, beside(name="[concat('a', copyIndex())]")))
    assert (finding.name, finding.pointer) == ("function-misplaced", "/resources/3/name")


def test_an_image_template_at_the_wrong_level_is_told_once() -> None:
    """In a deployment to a subscription it has a finding of its own, of which resourceGroup() would be a consequence."""
    schema = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
    whole = deployment(parameters={"location": {"type": "string", "defaultValue": "[resourceGroup().location]"}})
    assert found({**whole, "$schema": schema}) == []


def test_what_a_spec_stores_is_shown_where_it_is_written() -> None:
    """The deployment around it makes texts and names that stand nowhere in the file: the place is that of their expressions."""
    [image] = [resource for resource in deployment()["resources"] if "imageTemplates" in resource["type"]]
    tags = {"a": "[concat('[toLowr', '(1)]')]", "[concat('[variables(''', 'w'')]')]": "b"}
    stored = {"type": image["type"], "apiVersion": "2024-02-01", "name": "x", "location": "westeurope", "tags": tags}
    inner = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [stored]}
    spec = {"type": "Microsoft.Resources/templateSpecs/versions", "name": "s/1", "properties": {"mainTemplate": inner}}
    text = json.dumps({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [spec]})
    findings = [each for each in found(json.loads(text)) if each.name == "undefined-reference"]
    assert [json.loads(text[each.start : each.end]) for each in findings] == [
        "[concat('[toLowr', '(1)]')]",
        "[concat('[variables(''', 'w'')]')]",
    ]
