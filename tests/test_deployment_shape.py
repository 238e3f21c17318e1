"""What keeps Resource Manager from taking a deployment at all is found, and what it takes is left alone."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from test_review import beside, deployment, nested

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.syntax.json import read

Json = dict[str, Any]
RULES = {
    "depends-on-impossible",
    "resource-twice",
    "deployment-header-incomplete",
    "parameter-declaration-wrong",
    "resources-not-a-list",
}


def found(whole: Json) -> list[tuple[str, str]]:
    result = engine.lint(read(json.dumps(whole).encode(), "x.json"), registry.load(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    return [(finding.name, finding.pointer) for finding in result.findings if finding.name in RULES]


def waiting(*entries: object, **members: Any) -> Json:
    return beside(dependsOn=list(entries), **members)


ORDER = "depends-on-impossible"
STORAGE = "Microsoft.Storage/storageAccounts"


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        (waiting("nobody"), "/resources/2/dependsOn/0"),
        (waiting("image-builder", f"[resourceId('{STORAGE}', 'nobody')]"), "/resources/2/dependsOn/1"),
        (waiting(f"{STORAGE}/nobody"), "/resources/2/dependsOn/0"),
        (waiting("[resourceId('Microsoft.Compute/galleries', 'image-builder')]"), "/resources/2/dependsOn/0"),
        (waiting("[concat('no', 'body')]"), "/resources/2/dependsOn/0"),
        (waiting("scripts"), "/resources/2/dependsOn/0"),
        (waiting({"a": 1}), "/resources/2/dependsOn/0"),
        (beside(dependsOn="image-builder"), "/resources/2/dependsOn"),
        (nested({"resources": [waiting("image-builder")]}), "/resources/2/properties/template/resources/0/dependsOn/0"),
    ],
)
def test_an_order_that_cannot_be(resource: Json, place: str) -> None:
    assert found(deployment(resource)) == [(ORDER, place)]


@pytest.mark.parametrize(
    "resource",
    [
        waiting("image-builder", "IMAGE-BUILDER", "Microsoft.ManagedIdentity/userAssignedIdentities/image-builder"),
        waiting("[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', variables('identityName'))]"),
        waiting("[resourceId('other-group', 'Microsoft.ManagedIdentity/userAssignedIdentities', 'x')]"),
        waiting("[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'x')]"),
        waiting("/subscriptions/3f8a1c52-7b0e-4d7f-9a43-1e6b5c2d8f90/resourceGroups/x/providers/Microsoft.Compute/galleries/y"),
        waiting("[parameters('scriptRef')]", "[concat('a', parameters('scriptRef'))]"),
        waiting("nobody", condition=False),
        waiting("nobody", condition="[equals(parameters('scriptRef'), 'x')]"),
        beside(dependsOn="[variables('names')]"),
        waiting("ubuntu-2404-abcdefghijklm"),
        waiting("x/providers/Microsoft.Compute", "/nobody"),
        waiting("every", name="[concat('b', copyIndex())]", copy={"name": "every", "count": 2}),
        waiting("nobody", name="a", copy={"name": "[parameters('scriptRef')]", "count": 1}),
        {**waiting("all"), "name": "b"},
    ],
)
def test_an_order_that_may_be(resource: Json) -> None:
    loop = beside(name="[concat('a', copyIndex())]", copy={"name": "all", "count": 2})
    whole = deployment(resource, *([loop] if "all" in resource.get("dependsOn", ()) else []), variables={"names": []})
    assert found(whole) == []


def test_a_name_that_a_loop_may_make_is_not_judged() -> None:
    loop = beside(name="[concat('a', copyIndex())]", copy={"name": "all", "count": 3})
    assert found(deployment(loop, waiting("a2", f"[resourceId('{STORAGE}', 'a2')]", name="b"))) == []


def test_a_resource_that_may_be_meant_is_not_missing() -> None:
    anything = beside(type="Microsoft.Compute/galleries/images", name="[concat('a/', parameters('scriptRef'))]")
    assert found(deployment(anything, waiting("nobody"))) == []
    known = beside(type="Microsoft.Compute/galleries/images", name="a/b")
    assert found(deployment(known, waiting("b", "a", "nobody"))) == [(ORDER, "/resources/3/dependsOn/2")]
    untyped = beside(type="[parameters('scriptRef')]", name="nobody")
    entry = waiting("[resourceId('Microsoft.Compute/galleries', 'nobody')]")
    assert found(deployment(untyped, entry)) == []
    assert found(deployment({**untyped, "name": "other"}, entry)) == [(ORDER, "/resources/3/dependsOn/0")]


def test_a_circle_by_a_list_that_is_worked_out() -> None:
    def around(listed: str) -> Json:
        return deployment(waiting("b", name="a"), beside(name="b", dependsOn=listed), variables={"names": ["a"]})

    assert found(around("[variables('names')]")) == [(ORDER, "/resources/2/dependsOn/0")]
    perhaps = "if(equals(parameters('scriptRef'), 'x'), variables('names'), createArray())"
    assert found(around(f"[{perhaps}]")) == []
    assert found(around(f"[union({perhaps}, createArray())]")) == []


def test_a_circle_is_told_once() -> None:
    one, two, three = waiting("b", name="a"), waiting("c", name="b"), waiting("a", name="c")
    assert found(deployment(one, two, three)) == [(ORDER, "/resources/2/dependsOn/0")]
    assert found(deployment(one, two, {**three, "dependsOn": []})) == []
    assert found(deployment(one, two, {**three, "condition": "[equals(parameters('scriptRef'), 'x')]"})) == []


def test_each_of_several_circles_is_told() -> None:
    """Circles that share a resource, behind one that waits for all of them, and two that have nothing to do with each other."""
    one, two, three = waiting("b", name="a"), waiting("a", "c", name="b"), waiting("b", name="c")
    last = waiting("a", "b", "c", name="z")
    assert found(deployment(last, one, two, three)) == [
        (ORDER, "/resources/3/dependsOn/0"),
        (ORDER, "/resources/4/dependsOn/1"),
    ]
    apart = waiting("d", "z", name="c")
    assert found(deployment(one, waiting("a", name="b"), apart, waiting("c", name="d"), beside(name="z"))) == [
        (ORDER, "/resources/2/dependsOn/0"),
        (ORDER, "/resources/4/dependsOn/0"),
    ]


def test_what_is_made_in_rounds_is_no_circle() -> None:
    loop = waiting("a", name="[concat('x', copyIndex())]", copy={"name": "all", "count": 2})
    assert found(deployment(waiting("all", name="a"), loop)) == []
    once = {**loop, "copy": {"name": "all", "count": 1}}
    assert found(deployment(waiting("all", name="a"), once)) == [(ORDER, "/resources/2/dependsOn/0")]


def _order_of(count: int, form: str) -> Json:
    ids = [f"[resourceId('{STORAGE}', 's{number}')]" for number in range(count)]
    entries = {
        "each waits for twenty": lambda n: ids[max(0, n - 20) : n],
        "a chain": lambda n: ids[n - 1 : n] if n else [],
        "a circle": lambda n: [ids[(n + 1) % count]],
        "circles everywhere": lambda n: [ids[(n + step) % count] for step in range(1, 21)],
        "names of nobody": lambda n: [f"nobody{n}-{entry}" for entry in range(20)],
        "ids of nobody": lambda n: [f"[resourceId('{STORAGE}', 'nobody{n}')]"],
    }[form]
    return deployment(*(waiting(*entries(number), name=f"s{number}") for number in range(count)))


@pytest.mark.parametrize(
    "form",
    ["each waits for twenty", "a chain", "a circle", "circles everywhere", "names of nobody", "ids of nobody"],
)
def test_time_grows_with_the_number_of_entries_and_no_faster(form: str) -> None:
    """800 resources are the most that a deployment takes."""
    rules = [rule for rule in registry.load() if rule.name == ORDER]

    def seconds(count: int) -> float:
        document = read(json.dumps(_order_of(count, form)).encode(), "x.json")
        start = time.process_time()
        engine.lint(document, rules, Checkout("x.json"), "2026-11-23")
        return time.process_time() - start

    seconds(20)
    few, many = (min(seconds(count) for _ in range(3)) for count in (160, 800))
    assert many < 10 * few + 0.1  # five times as many; 25 times as long where each looks at each


def test_resources_by_symbolic_names() -> None:
    whole = deployment()
    identity, image = whole["resources"]
    image["dependsOn"] = ["identity"]
    named = {**whole, "languageVersion": "2.0", "resources": {"identity": identity, "image": image}}
    assert found(named) == []
    image["dependsOn"] = ["identity[0]"]
    assert found(named) == []
    image["dependsOn"] = ["identty"]
    assert found(named) == [(ORDER, "/resources/image/dependsOn/0")]
    image["dependsOn"] = ["identity"]
    for version in (None, "1.0"):
        older = {**named, "languageVersion": version} if version else {k: v for k, v in named.items() if k != "languageVersion"}
        assert found(older) == [("resources-not-a-list", "/resources/image")]
    assert found({**named, "languageVersion": "2.1-experimental"}) == []
    assert found({**named, "languageVersion": "1.9-experimental"}) == []


@pytest.mark.parametrize(
    ("change", "twice"),
    [
        ({}, True),
        ({"name": "SCRIPTS"}, True),
        ({"name": "[concat('scr', 'ipts')]"}, True),
        ({"name": "other"}, False),
        ({"type": "Microsoft.Compute/galleries"}, False),
        ({"condition": False}, False),
        ({"condition": "[equals(parameters('scriptRef'), 'x')]"}, False),
        ({"scope": "/"}, False),
        ({"resourceGroup": "other"}, False),
        ({"subscriptionId": "3f8a1c52-7b0e-4d7f-9a43-1e6b5c2d8f90"}, False),
        ({"existing": True}, False),
        ({"copy": {"name": "all", "count": 1}}, True),
        ({"copy": {"name": "all", "count": 2}}, False),
        ({"copy": {"name": "all", "count": "[length(parameters('scriptRef'))]"}}, False),
        ({"name": "[parameters('scriptRef')]"}, False),
    ],
)
def test_a_resource_that_stands_there_twice(change: Json, twice: bool) -> None:
    wanted = [("resource-twice", "/resources/3/name")] if twice else []
    assert found(deployment(beside(), beside(**change))) == wanted


def test_two_templates_may_make_resources_of_one_name() -> None:
    assert found(deployment(beside(), nested({"resources": [beside()]}))) == []


def test_the_header() -> None:
    whole = deployment()
    for name in ("$schema", "contentVersion"):
        assert found({key: value for key, value in whole.items() if key != name}) == [("deployment-header-incomplete", "")]
        assert found({**whole, name: None}) == [("deployment-header-incomplete", "")]
    assert found({key: value for key, value in whole.items() if key not in ("$schema", "contentVersion")}) == []
    assert found({**whole, "$schema": None, "contentVersion": None}) == []


@pytest.mark.parametrize(
    ("declared", "below"),
    [
        ({"type": "string", "default": "x"}, "/default"),
        ({"type": "string", "alowedValues": ["x"]}, "/alowedValues"),
        ({"defaultValue": "x"}, ""),
        ("x", ""),
        ({"Type": "string", "minlength": 1, "nullable": True, "metadata": {"any": 1}}, None),
        ({"$ref": "#/definitions/d"}, None),
        ({"type": "array", "items": {"type": "string"}, "prefixItems": []}, None),
    ],
)
def test_declarations_of_parameters(declared: object, below: str | None) -> None:
    wanted = [] if below is None else [("parameter-declaration-wrong", f"/parameters/p{below}")]
    assert found(deployment(parameters={"p": declared}, definitions={"d": {"type": "string"}})) == wanted


GIVEN = "parameter-value-refused"


@pytest.mark.parametrize(
    ("handed", "refused"),
    [
        ({"p": {"value": "x"}}, ""),
        ({"p": "x"}, "/p"),
        ({"p": {"a": 1}}, "/p"),
        ({"p": 5}, "/p"),
        ({"p": "[if(true(), createObject('value', 'x'), createObject())]"}, ""),
        ({"p": {"reference": {"keyVault": {"id": "x"}, "secretName": "s"}}}, ""),
        ({"p": {"value": "x"}, "q": {"value": "x"}}, "/q"),
    ],
)
def test_what_a_nested_deployment_hands_in(handed: Json, refused: str) -> None:
    image = next(resource for resource in deployment()["resources"] if "imageTemplates" in resource["type"])
    inner = {"parameters": {"p": {"type": "string"}}, "resources": [{**image, "name": "x", "location": "[parameters('p')]"}]}
    whole = deployment(nested(inner, parameters=handed, expressionEvaluationOptions={"scope": "inner"}))
    result = engine.lint(read(json.dumps(whole).encode(), "x.json"), registry.load(), Checkout("x.json"), "2026-11-23")
    pointers = [finding.pointer for finding in result.findings if finding.name == GIVEN]
    assert pointers == ([f"/resources/2/properties/parameters{refused}"] if refused else [])


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"value": {"vmSize": "Standard_D2s_v5"}}, False),
        ({"vmSize": "Standard_D2s_v5"}, True),
        ({"expression": "[externalInputs('0')]"}, False),
        ({"reference": {}}, False),
        ({"metadata": {}}, False),
        ({}, False),
    ],
)
def test_an_object_that_a_parameter_file_gives(given: Json, refused: bool) -> None:
    whole = deployment(parameters={"profile": {"type": "object"}})
    whole["resources"][1]["properties"]["vmProfile"] = "[parameters('profile')]"
    parameters = read(json.dumps({"parameters": {"profile": given}}).encode(), "p.json")
    document = read(json.dumps(whole).encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23", parameters=parameters)
    found = [finding for finding in result.findings if finding.name == GIVEN]
    assert [finding.pointer for finding in found] == (["/parameters/profile"] if refused else [])
    assert all("an object by itself" in finding.message for finding in found)


def test_a_type_that_the_template_does_not_define() -> None:
    declared = {"$ref": "#/definitions/place", "defaultValue": "x"}
    assert found(deployment(parameters={"p": declared})) == [("parameter-declaration-wrong", "/parameters/p/$ref")]
    assert found(deployment(parameters={"p": declared}, definitions={"place": {"type": "string"}})) == []


def test_what_a_deployment_of_the_outer_scope_lacks_is_not_told_twice() -> None:
    """A nested template that is read in the outer one takes its parameters from there: nothing has to be handed in."""
    image = next(resource for resource in deployment()["resources"] if "imageTemplates" in resource["type"])
    inner = {"resources": [{**image, "name": "x", "dependsOn": [], "location": "[parameters('place')]"}]}
    whole = deployment(nested(inner), parameters={"place": {"type": "string"}})
    result = engine.lint(read(json.dumps(whole).encode(), "x.json"), registry.load(), Checkout("x.json"), "2026-11-23")
    assert [finding.name for finding in result.findings if finding.name == GIVEN] == []


def test_what_a_nested_deployment_makes_is_waited_for_by_its_name() -> None:
    inner = nested({"resources": [beside(name="inside")]})
    whole = deployment(inner, waiting(f"[resourceId('{STORAGE}', 'inside')]"))
    result = engine.lint(read(json.dumps(whole).encode(), "x.json"), registry.load(), Checkout("x.json"), "2026-11-23")
    [finding] = [finding for finding in result.findings if finding.name == ORDER]
    assert finding.message.endswith("a nested deployment makes it: wait for that one, 'inner'")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("[resourceGroup().location]", True),
        ({"a": ["[concat('a', 'b')]"]}, True),
        ("westeurope", False),
        ("[draft]", False),
        ("[x(1)]", False),
    ],
)
def test_an_expression_in_a_parameter_file_is_text(value: object, told: bool) -> None:
    whole = deployment(parameters={"any": {"$ref": "#/definitions/any"}}, definitions={"any": {}})
    parameters = read(json.dumps({"parameters": {"any": {"value": value}}}).encode(), "p.json")
    document = read(json.dumps(whole).encode(), "x.json")
    result = engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23", parameters=parameters)
    found = [finding for finding in result.findings if finding.name == "arm-expression-in-standalone"]
    assert [(finding.severity, finding.pointer) for finding in found] == ([("warning", "/parameters/any")] if told else [])


def test_extensions_of_two_resources_may_have_one_name() -> None:
    extension = {"type": "Microsoft.Insights/diagnosticSettings", "apiVersion": "2021-05-01-preview", "name": "logs"}
    child = {"type": "blobServices", "apiVersion": "2023-05-01", "name": "default"}
    both = [beside(name=name, resources=[extension, child]) for name in ("a", "b")]
    assert found(deployment(*both)) == []
    assert found(deployment(beside(resources=[child, child]))) == [("resource-twice", "/resources/2/resources/1/name")]
