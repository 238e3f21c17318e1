"""Random templates: whatever stands in the places that rules look at, no rule raises, and the answer is always the same."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.rule import Rule
from aiblint.schema import names
from aiblint.syntax.json import read

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"

# Texts with a meaning to some rule, among ones with none.
WORDS = [
    "", " ", "Shell", "PowerShell", "File", "WindowsRestart", "WindowsUpdate", "shell", "SharedImage", "ManagedImage", "VHD",
    "PlatformImage", "SharedImageVersion", "ISO", "UserAssigned", "None", "latest", "1.0.0", "westeurope", "West US 2", "2024-02-01",
    "2019-05-01-preview", "Canonical", "MicrosoftWindowsServer", "/tmp/x", "/tmp/", "/etc/../tmp/x", "c:\\x\\y", "c:\temp", "~/x",
    "https://raw.githubusercontent.com/o/r/main/a.sh", "https://github.com/o/r/blob/main/a.ps1", "http://x", "https://", "://", "//",
    "https://a.blob.core.windows.net/c/f?sv=1&sig=abc%3D", "[parameters('x')]", "[variables('v')]", "[concat('a', 'b')]", "[[x]",
    "<region>", "{{x}}", "__x__", "5m", "5 minutes", "include:$true", "exclude:x", "sudo apt-get install nginx && echo 'x", "a" * 300,
    "/subscriptions/x/resourceGroups/y/providers/Microsoft.Compute/galleries/g/images/i", "-1", "0", "\u2013all", "\ud800", "\x00",
    "Restart-Computer -Force; if ($x) { shutdown /r", "ABCDEF" * 11, "0" * 64, "Enabled", "cleanup", "Latest", "Standard_ZRS",
]  # fmt: skip

scalars = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=20),
    st.integers(-5, 5000),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from((10**30, 10**400, -(10**400))),
)
member_names = st.one_of(st.sampled_from(sorted(names().values())), st.sampled_from(WORDS))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(member_names, inner, max_size=6)),
    max_leaves=12,
)


def a_member(name: str, likely: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly a value of the shape that belongs there, sometimes anything, sometimes nothing."""
    return st.one_of(likely.map(lambda value: {name: value}), values.map(lambda value: {name: value}), st.just({}))


def an_object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = st.tuples(*(a_member(name, likely) for name, likely in members.items()))
    merged = parts.map(lambda found: {key: value for part in found for key, value in part.items()})
    return st.tuples(merged, st.dictionaries(member_names, scalars, max_size=3)).map(lambda both: {**both[1], **both[0]})


words = st.sampled_from(WORDS)
steps = st.lists(
    an_object(
        type=words, name=words, inline=st.lists(words, max_size=4), scriptUri=words, sourceUri=words, destination=words,
        sha256Checksum=words, filters=st.lists(words, max_size=3), restartTimeout=words, validExitCodes=st.lists(scalars, max_size=3),
        runElevated=st.booleans(), runAsSystem=st.booleans(),
    ),
    max_size=4,
)  # fmt: skip
targets = st.lists(
    an_object(
        type=words, runOutputName=words, galleryImageId=words, imageId=words, replicationRegions=st.lists(words, max_size=3),
        targetRegions=st.lists(an_object(name=words, replicaCount=st.integers(-1, 200), storageAccountType=words), max_size=3),
        storageAccountType=words, uri=words, versioning=an_object(scheme=words, major=st.integers()),
    ),
    max_size=3,
)  # fmt: skip
resources = an_object(
    apiVersion=words,
    name=words,
    location=words,
    identity=an_object(type=words, userAssignedIdentities=st.dictionaries(words, values, max_size=3)),
    tags=st.dictionaries(words, words, max_size=3),
    properties=an_object(
        source=an_object(
            type=words, publisher=words, offer=words, sku=words, version=words, imageId=words, imageVersionId=words
        ),
        customize=steps,
        validate=an_object(inVMValidations=steps, continueDistributeOnFailure=st.booleans()),
        distribute=targets,
        vmProfile=an_object(vmSize=words, osDiskSizeGB=st.integers(-1, 9000), vnetConfig=an_object(subnetId=words)),
        buildTimeoutInMinutes=st.integers(-1, 2000),
        stagingResourceGroup=words,
    ),
).map(lambda resource: {**resource, "type": TYPE})


@cache
def rules() -> list[Rule]:
    return registry.load()


def check(whole: Any) -> None:
    assert check_any(whole) == 1


def check_any(whole: Any) -> int:
    """Lints a file of any number of image templates, which is given back."""
    data = json.dumps(whole).encode()
    document = read(data, "x.json")
    first = engine.lint(document, rules(), Checkout("x.json"), "2026-11-23")
    assert first.defects == []
    for finding in first.findings:
        assert 0 <= finding.start <= finding.end <= len(document.text)
        assert finding.message
    again = engine.lint(read(data, "x.json"), rules(), Checkout("x.json"), "2026-11-23")
    assert [f.sort_key for f in again.findings] == [f.sort_key for f in first.findings]
    return len(first.templates)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(resources)
def test_no_rule_raises_on_a_bare_template(resource: Any) -> None:
    check(resource)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(resources, st.dictionaries(st.sampled_from(["x", "v"]), values, max_size=2))
def test_no_rule_raises_in_a_deployment(resource: Any, variables: Any) -> None:
    parameters = {name: {"type": "string", "defaultValue": value} for name, value in variables.items()}
    check({"$schema": SCHEMA, "parameters": parameters, "variables": variables, "resources": [resource]})


NUMBERS = {
    "buildTimeoutInMinutes": 1,
    "vmProfile": {"osDiskSizeGB": 1, "vmSize": 1},
    "source": {"type": "PlatformImage", "publisher": "Canonical", "offer": "x", "sku": "y", "version": 1},
    "customize": [
        {"type": "Shell", "inline": [1]},
        {"type": "PowerShell", "inline": ["x"], "validExitCodes": [1]},
        {"type": "WindowsUpdate", "updateLimit": 1, "filters": [1]},
        {"type": "WindowsRestart", "restartTimeout": 1},
    ],
    "distribute": [
        {
            "type": "SharedImage",
            "galleryImageId": 1,
            "runOutputName": "o",
            "targetRegions": [{"name": "westeurope", "replicaCount": 1}],
            "versioning": {"scheme": "Latest", "major": 1},
        }
    ],
}


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "9" * 5000, "1e999", "9" * 400 + ".5"])
@pytest.mark.parametrize("as_parameter", [False, True])
def test_numbers_beyond_all_bounds_break_no_rule(number: str, as_parameter: bool) -> None:
    """Some are larger than Python's floats, some than what it makes a text of."""
    resource = {"type": TYPE, "apiVersion": "2024-02-01", "name": "x", "location": "westeurope", "properties": NUMBERS}
    whole: Any = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [resource]}
    if as_parameter:
        text = json.dumps(whole).replace(": 1", ": \"[parameters('n')]\"").replace("[1]", "[\"[parameters('n')]\"]")
        parameters = json.dumps({"n": {"type": "int", "defaultValue": 77}}).replace("77", number)
        text = text.replace('"resources"', f'"parameters": {parameters}, "resources"', 1)
    else:
        text = json.dumps(whole).replace(": 1", f": {number}").replace("[1]", f"[{number}]")
    result = engine.lint(read(text.encode(), "x.json"), rules(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    assert len(result.templates) == 1
    assert all(len(finding.message) < 1000 for finding in result.findings)
