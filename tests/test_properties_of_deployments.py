"""Random deployments around an image template: whatever stands beside it and however it is said, no rule raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_properties import SCHEMA, a_member, an_object, check_any, resources, scalars, values, words

from aiblint.template import TYPE

NAMES = ["x", "y", "x/y", "[parameters('x')]", "[concat('x', copyIndex())]", "[variables('v')]", "[reference('x')]", "", "[["]
KINDS = [
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Compute/galleries",
    "Microsoft.Compute/galleries/images",
    "images",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.VirtualMachineImages/imageTemplates/triggers",
    "[variables('v')]",
    "a",
]
EXPRESSIONS = [
    "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'x')]",
    "[resourceId('Microsoft.Compute/galleries/images', 'x', 'y')]",
    "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'x', parameters('x'))]",
    "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'x')).principalId]",
    "[if(parameters('x'), variables('v'), createObject('value', 'x'))]",
    "[shallowMerge(createArray(variables('v'), parameters('x')))]",
    "[union(variables('v'), if(parameters('x'), createObject('type', 'a'), parameters('x')))]",
    "[mine.f(variables('v'))]",
    "[format('{0}/{1}', parameters('x'), variables('v'))]",
    "[map(variables('v'), lambda('a', lambdaVariables('a')))]",
    "[parameters('x')",
    "parameters('x')",
    "[[parameters('x')]",
    "[toLowr(1)]",
    "[copyIndex('x')]",
    "[utcNow()]",
    "[parameters('x').a.b]",
    "[variables('v')[parameters('y')]]",
    "[if(equals(parameters('x'), 'a'), if(parameters('y'), 1, 2), variables('v'))]",
    "[subscription().id]",
    "[parameters('')]",
]
names, kinds, said = st.sampled_from(NAMES), st.sampled_from(KINDS), st.sampled_from(EXPRESSIONS)
anything = st.one_of(said, names, values, st.booleans())
loops = st.lists(an_object(name=names, count=st.one_of(st.integers(-1, 3), said), input=anything), max_size=2)

beside = st.recursive(
    an_object(
        type=kinds,
        name=names,
        location=anything,
        condition=st.one_of(st.booleans(), said),
        existing=st.booleans(),
        copy=an_object(name=names, count=st.one_of(st.integers(-1, 900), said)),
        dependsOn=st.one_of(said, st.lists(st.one_of(said, names, kinds), max_size=3)),
        properties=an_object(
            subnets=st.lists(an_object(name=names, properties=an_object(delegations=anything)), max_size=2),
            securityRules=st.lists(an_object(properties=an_object(access=words, priority=scalars)), max_size=2),
            principalId=anything,
            osType=anything,
            features=anything,
            copy=loops,
        ),
    ),
    lambda inner: st.tuples(inner, st.lists(inner, max_size=2)).map(lambda both: {**both[0], "resources": both[1]}),
    max_leaves=4,
)
images = st.tuples(
    resources, a_member("copy", loops.map(lambda found: found[0] if found else {})), a_member("dependsOn", said)
).map(lambda parts: {**parts[0], **parts[1], **parts[2]})


def _uses(image: Any) -> Any:
    """The image template speaks of its neighbours."""
    properties = image.get("properties")
    if isinstance(properties, dict):
        properties["vmProfile"] = {"vnetConfig": {"subnetId": EXPRESSIONS[2]}, "userAssignedIdentities": [EXPRESSIONS[0]]}
        properties["distribute"] = [{"type": "SharedImage", "galleryImageId": EXPRESSIONS[1], "replicationRegions": ["x"]}]
    return {**image, "identity": {"type": "UserAssigned", "userAssignedIdentities": {EXPRESSIONS[0]: {}}}}


@st.composite
def deployments(draw: st.DrawFn, deepest: int = 2) -> Any:
    image = draw(images)
    listed: Any = [*draw(st.lists(beside, max_size=4)), _uses(image) if draw(st.booleans()) else image]
    if deepest and draw(st.booleans()):
        inner = draw(deployments(deepest - 1))
        if draw(st.booleans()):
            listed.append({"type": "Microsoft.Resources/templateSpecs/versions", "properties": {"mainTemplate": inner}})
        else:
            properties = an_object(
                parameters=st.dictionaries(names, st.one_of(said, an_object(value=anything)), max_size=2),
                expressionEvaluationOptions=st.just({"scope": "inner"}),
            )
            more = draw(
                an_object(resourceGroup=names, subscriptionId=names, scope=names, dependsOn=st.lists(names, max_size=2))
            )
            nested = {"type": "Microsoft.Resources/deployments", "name": draw(names), **more}
            listed.append({**nested, "properties": {**draw(properties), "template": inner}})
    if draw(st.booleans()):
        listed = {f"r{number}": resource for number, resource in enumerate(listed)}
    declared = an_object(
        type=st.sampled_from(["string", "int", "bool", "array", "object", "secureObject", "strin"]),
        **{"$ref": st.sampled_from(["#/definitions/d", "#/definitions/e", "#/x"])},
        defaultValue=anything,
        allowedValues=st.lists(anything, max_size=2),
        nullable=st.booleans(),
        minLength=scalars,
        maxValue=scalars,
    )
    return {
        "$schema": SCHEMA,
        "definitions": draw(st.dictionaries(st.sampled_from(["d", "e"]), declared, max_size=2)),
        "parameters": draw(
            st.one_of(st.dictionaries(st.sampled_from(["x", "y"]), st.one_of(declared, scalars), max_size=2), scalars)
        ),
        "outputs": draw(
            st.one_of(st.dictionaries(names, an_object(condition=anything, value=anything, copy=loops), max_size=2), scalars)
        ),
        "languageVersion": draw(st.sampled_from([None, "2.0", "1.0", 2])),
        "variables": draw(
            st.one_of(st.dictionaries(st.sampled_from(["v", "w"]), anything), loops.map(lambda made: {"copy": made}))
        ),
        "functions": [
            {"namespace": "mine", "members": {"f": {"parameters": [{"name": "x"}], "output": {"value": draw(anything)}}}}
        ],
        "resources": listed,
    }


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(deployments())
@example({"$schema": SCHEMA, "resources": [{"type": f"{TYPE}/triggers", "name": 1}, {"type": TYPE, "name": "x"}]})
@example({"$schema": SCHEMA, "resources": [{"type": f"{TYPE}/triggers", "name": "x/y"}, {"type": TYPE, "name": 1}]})
def test_no_rule_raises_whatever_stands_beside(whole: Any) -> None:
    check_any(whole)
