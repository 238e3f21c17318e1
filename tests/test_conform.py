"""How a departure from the API version is judged: by whom it is read, in which version, and what else the object holds."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from aiblint import engine, example, registry
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.rule import Rule
from aiblint.syntax.json import read

GALLERY = (
    "/subscriptions/3f8a1c52-7b0e-4d7f-9a43-1e6b5c2d8f90/resourceGroups/images/providers/Microsoft.Compute"
    "/galleries/golden/images/ubuntu-2404"
)
OLD: dict[str, Any] = {"apiVersion": "2023-07-01"}


@cache
def rules() -> list[Rule]:
    return [rule for rule in registry.load() if rule.enabled]


def lint(change: dict[str, Any], on: str, api_version: str | None = None) -> list[Finding]:
    document = read(example.content({"bad": change, "on": on}), "x.json")
    result = engine.lint(document, rules(), Checkout("x.json"), "2026-11-23", api_version=api_version)
    assert result.defects == []
    return result.findings


def said(change: dict[str, Any], on: str = "linux") -> list[tuple[str, str, str]]:
    return [(finding.name, finding.severity, finding.at) for finding in lint(change, on)]


def step(**members: Any) -> dict[str, Any]:
    return {"properties": {"customize": [{"name": "a", **members}]}}


def source(**members: Any) -> dict[str, Any]:
    without = dict.fromkeys(("publisher", "offer", "sku", "version"))
    return {"properties": {"source": {**without, **members}}}


# Who reads a member first


def test_resource_manager_refuses_members_of_a_resource_that_it_does_not_know_in_every_version() -> None:
    for version in ({}, OLD):
        assert said({**version, "owner": "platform"}, "arm") == [("unknown-property", "error", "$.owner")]
        assert said({**version, "vmProfile": {}}, "arm") == [("misplaced-property", "error", "$.vmProfile")]
    assert said({**OLD, "owner": "platform"}) == [("unknown-property", "warning", "$.owner")]


def test_what_resource_manager_hands_on_is_judged_by_the_version() -> None:
    assert said({"kind": "image"}, "arm") == [("unknown-property", "error", "$.kind")]
    assert said({**OLD, "kind": "image"}, "arm") == [("unknown-property", "warning", "$.kind")]


@pytest.mark.parametrize("name", ["location", "identity", "properties", "type", "name", "apiVersion", "dependsOn"])
def test_resource_manager_reads_the_members_of_a_resource_in_any_capitals(name: str) -> None:
    clean = read(example.content({"good": {}, "on": "arm"}), "x.json").root
    assert clean is not None
    member = next(found for one in clean.to_python()["resources"] if (found := one).get("properties"))[name]
    assert said({name: None, name.capitalize(): member}, "arm") == []


def test_a_bare_template_is_read_by_the_service_itself() -> None:
    change = {"location": None, "Location": "westeurope"}
    assert said(change) == [("property-case", "error", "$.location")]
    assert said({**change, **OLD}) == [("property-case", "note", "$.location")]
    assert said({"Name": "image"}) == []  # of the envelope: the command puts it into the address


def test_remarks_belong_to_the_resource() -> None:
    inside = step(type="Shell", inline=["sudo true"], comments="why")
    assert said({"comments": "why", "metadata": {"owner": "me"}}, "arm") == []
    assert said(inside, "arm") == [("misplaced-property", "error", "$.properties.customize[0].comments")]


# Which version


WAITING = {
    "dependsOn": [
        "[resourceId('Microsoft.VirtualMachineImages/imageTemplates', concat('ubuntu-2404-', uniqueString(parameters('scriptRef'))))]"
    ]
}


def trigger(**members: Any) -> dict[str, Any]:
    return {
        "resources": [
            {"type": "triggers", "name": "newer", "properties": {"kind": "SourceImage", "every": "day"}, **WAITING, **members}
        ]
    }


@pytest.mark.parametrize(
    ("template", "own", "severity"),
    [
        ("2024-02-01", "2023-07-01", "warning"),
        ("2023-07-01", "2024-02-01", "error"),
        ("2023-07-01", "[parameters('scriptRef')]", "warning"),
        ("2024-02-01", "[parameters('scriptRef')]", "warning"),
        ("[parameters('scriptRef')]", "[parameters('scriptRef')]", "warning"),
    ],
)
def test_a_trigger_is_judged_by_its_own_version(template: str, own: str, severity: str) -> None:
    change = {"apiVersion": template, **trigger(apiVersion=own)}
    assert said(change, "arm") == [("unknown-property", severity, "$.resources[0].properties.every")]


def test_a_stated_version_holds_for_a_trigger_that_leaves_it_open() -> None:
    change = {"apiVersion": "[parameters('scriptRef')]", **trigger(apiVersion="[parameters('scriptRef')]")}
    [found] = lint(change, "arm", "2024-02-01")
    assert (found.name, found.severity) == ("unknown-property", "error")


def test_a_version_that_is_younger_than_the_table_may_know_more() -> None:
    newer = {"apiVersion": "2031-01-01"}
    [known] = said(newer)
    assert known[0] == "api-version-invalid"
    assert said({**newer, "properties": {"somethingNew": {}}}) == [known]
    assert said({**newer, "properties": {"stagingResourcGroup": ""}}) == [
        known,
        ("unknown-property", "warning", "$.properties.stagingResourcGroup"),
    ]


def test_null_is_lost_without_harm_but_refused_where_nothing_unknown_is_taken() -> None:
    assert said({**OLD, "properties": {"autoRun": None, "bogus": None}}) == []
    text = example.content({"bad": {}, "on": "linux"}).decode()
    for version, expected in (("2023-07-01", []), ("2024-02-01", ["unknown-property"])):
        changed = text.replace("2024-02-01", version, 1).replace('"vmSize"', '"bogus": null, "vmSize"', 1)
        result = engine.lint(read(changed.encode(), "x.json"), rules(), Checkout("x.json"), "2026-11-23")
        assert [finding.name for finding in result.findings] == expected


def test_what_only_the_service_writes_is_that_in_every_version() -> None:
    change = {"apiVersion": "2020-02-14", "properties": {"validate": None, "source": {"exactVersion": "1"}}}
    assert ("readonly-property", "warning", "$.properties.source.exactVersion") in said(change)
    assert "property-not-in-api-version" not in [name for name, _, at in said(change) if at.endswith("exactVersion")]
    assert said({"properties": {"source": {"exactversion": "1"}}}) == [
        ("readonly-property", "warning", "$.properties.source.exactVersion")
    ]


def test_of_what_a_version_does_not_read_nothing_else_is_said() -> None:
    """But for what is in the file whoever reads it."""
    wrong = {"inVMValidations": [{"type": "shell", "name": "a"}, {"type": "Shell", "name": "b", "inline": "x"}, {"name": "b"}]}
    regions = [{"type": "SharedImage", "runOutputName": "a", "galleryImageId": GALLERY, "replicationRegions": ["westeurope"]}]
    change: dict[str, Any] = {"apiVersion": "2021-10-01", "properties": {"distribute": regions, "validate": wrong}}
    assert said(change) == [("property-not-in-api-version", "warning", "$.properties.validate")]
    assert {name for name, *_ in said({**change, "apiVersion": "2022-07-01"})} >= {
        "enum-value",
        "inline-shape",
        "missing-required",
    }
    secret = {
        "type": "Shell",
        "name": "a",
        "scriptUri": "https://contoso.blob.core.windows.net/a/b.sh?sv=2024&sig=c2VjcmV0c2VjcmV0",
    }
    wrong["inVMValidations"] = [secret]
    assert "credential-in-uri" in {name for name, *_ in said(change)}


def test_a_proxy_size_before_its_time_is_one_mistake() -> None:
    regions = [{"type": "SharedImage", "runOutputName": "a", "galleryImageId": GALLERY, "replicationRegions": ["westeurope"]}]
    profile = {"vnetConfig": {"proxyVmSize": "Standard_A1_v2"}}
    change = {"apiVersion": "2020-02-14", "properties": {"distribute": regions, "validate": None, "vmProfile": profile}}
    assert said(change) == [("property-not-in-api-version", "warning", "$.properties.vmProfile.vnetConfig.proxyVmSize")]


# Values that are worked out


IF = "[if(equals(parameters('scriptRef'), 'main'), "


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"autoRun": IF + "createObject('stat', 'Enabled'), null())]"}, ("unknown-property", "$.properties.autoRun.stat")),
        ({"autoRun": IF + "true(), null())]"}, ("wrong-json-type", "$.properties.autoRun")),
        ({"buildTimeoutInMinutes": IF + "'90', 120)]"}, ("wrong-json-type", "$.properties.buildTimeoutInMinutes")),
        (
            {
                "customize": IF
                + "createArray(createObject('type', 'Shell', 'name', 'a', 'inlin', createArray('sudo ls'))), createArray())]"
            },
            ("unknown-property", "$.properties.customize[0].inlin"),
        ),
    ],
)
def test_each_value_that_a_member_may_have_is_looked_at(change: dict[str, Any], expected: tuple[str, str]) -> None:
    [found] = lint({"properties": change}, "arm")
    assert (found.name, found.at) == expected
    assert found.message.endswith("(where parameters('scriptRef') is 'main')")


# What else the object holds


def test_a_name_that_stands_there_twice_is_one_mistake() -> None:
    change = {"properties": {"vmProfile": {"osDiskSizeGB": 64, "osDiskSizeGb": 64}}}
    assert [name for name, *_ in said(change)] == ["duplicate-key"]


def test_members_that_belong_to_one_place_are_one_mistake() -> None:
    [found] = lint({"properties": {"validate": {"inVMValidations": None, "type": "Shell", "inline": ["true"]}}}, "linux")
    assert (found.name, found.at) == ("misplaced-property", "$.properties.validate.type")
    assert "'type' and 'inline' do not belong in 'validate'" in found.message
    assert "move them to 'properties.validate.inVMValidations[]'" in found.message
    moved = {"source": {}, "distribute": [], "vmProfile": {}, "properties": None}
    [found] = lint(moved, "linux")
    assert "'source', 'distribute' and 'vmProfile' do not belong" in found.message
    assert "move them to 'properties'" in found.message


def test_what_a_step_of_no_known_type_holds_may_belong_to_that_type() -> None:
    assert said(step(type="Ansible", playbook="site.yml")) == [("enum-value", "error", "$.properties.customize[0].type")]
    assert said(step(type="Ansible", inlin=["sudo ls"])) == [
        ("enum-value", "error", "$.properties.customize[0].type"),
        ("unknown-property", "error", "$.properties.customize[0].inlin"),
    ]


def test_the_names_of_a_subnet_in_old_samples_are_one_mistake() -> None:
    old = {"vnetName": "hub", "subnetName": "build", "resourceGroupName": "net"}
    [found] = lint({"properties": {"vmProfile": {"vnetConfig": old}}}, "linux")
    assert found.name == "vnet-legacy-properties"
    assert "'vnetName', 'subnetName' and 'resourceGroupName'" in found.message


def test_what_is_there_already_is_not_to_be_moved_there() -> None:
    [found] = lint({"properties": {"location": "westeurope"}}, "linux")
    assert "the top level of the template says the same: remove it here" in found.message
    [found] = lint({"location": None, "properties": {"location": "westeurope"}}, "linux")
    assert "move it to the top level of the template" in found.message


@pytest.mark.parametrize(
    ("change", "at", "advice"),
    [
        (
            source(type="SharedImageVersion", imageId="x"),
            "source.imageId",
            'write \'imageVersionId\' or "type": "ManagedImage"',
        ),
        (source(type="PlatformImage", imageVersionId="x"), "source.imageVersionId", 'write "type": "SharedImageVersion"'),
        (
            {"properties": {"source": {"type": "SharedImageVersion"}}},
            "source.publisher",
            'write \'imageVersionId\' or "type": "PlatformImage"',
        ),
        (step(type="Shell", sourceUri="[x]"), "customize[0].sourceUri", 'write \'scriptUri\' or "type": "File"'),
        (step(type="File", scriptUri="[x]", destination="/tmp/a"), "customize[0].scriptUri", "write 'sourceUri'"),
        (
            {"properties": {"distribute": [{"type": "ManagedImage", "runOutputName": "a", "galleryImageId": GALLERY}]}},
            "distribute[0].galleryImageId",
            'write \'imageId\' or "type": "SharedImage"',
        ),
    ],
)
def test_a_member_that_stands_in_for_the_one_that_is_needed_is_refused_in_every_version(
    change: dict[str, Any], at: str, advice: str
) -> None:
    for version in ({}, OLD):
        [found] = [one for one in lint({**change, **version}, "linux") if one.name in BY_PLACE]
        assert (found.name, found.severity, found.at) == ("wrong-variant-property", "error", f"$.properties.{at}")
        assert found.message.endswith(advice)


BY_PLACE = {"wrong-variant-property", "missing-required", "missing-variant-field", "script-xor-inline", "misplaced-property"}


@pytest.mark.parametrize("name", ["uri", "url", "script", "commands", "inlines", "scriptFile:", "scriptUrI "])
def test_a_step_whose_script_is_misspelt_does_not_lack_it(name: str) -> None:
    found = [name for name, *_ in said(step(type="Shell", **{name: "a"}))]
    assert found.count("script-xor-inline") == (name == "scriptFile:")
    assert set(found) - {"script-xor-inline"} <= {"unknown-property", "property-not-in-api-version"}


# Triggers and versions of what is not whole


def test_a_deployment_with_an_api_profile_needs_no_api_version() -> None:
    text = example.content({"bad": {"apiVersion": None}, "on": "arm"}).decode()
    for changed, expected in (
        (text, ["api-version-invalid"]),
        (text.replace('"parameters"', '"apiProfile": "2020", "parameters"', 1), []),
    ):
        result = engine.lint(read(changed.encode(), "x.json"), rules(), Checkout("x.json"), "2026-11-23")
        assert [finding.name for finding in result.findings] == expected


@pytest.mark.parametrize("source", [None, {"type": None, "version": "1.0.0"}, {"type": "SharedImageVersion"}])
def test_a_trigger_of_a_template_that_is_not_whole(source: dict[str, Any] | None) -> None:
    trigger = {
        "type": "triggers",
        "apiVersion": "2024-02-01",
        "name": "newer",
        "properties": {"kind": "SourceImage"},
        **WAITING,
    }
    found = lint({"properties": {"source": source}, "resources": [trigger]}, "arm")
    assert found
    assert "trigger-requirements" not in {finding.name for finding in found}
