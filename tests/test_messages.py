"""What the rules about members and values say, word for word: what is wrong, what becomes of it, what to write."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from aiblint import engine, example, registry
from aiblint.checkout import Checkout
from aiblint.rule import Rule
from aiblint.syntax.json import read

GROUP = "/subscriptions/3f8a1c52-7b0e-4d7f-9a43-1e6b5c2d8f90/resourceGroups/images/providers"
SUBNET = f"{GROUP}/Microsoft.Network/virtualNetworks/hub/subnets/build"
GALLERY = f"{GROUP}/Microsoft.Compute/galleries/golden/images/ubuntu"


@cache
def rules() -> list[Rule]:
    return [rule for rule in registry.load() if rule.enabled]


def message(change: dict[str, Any], on: str = "linux") -> str:
    """The one thing that is said about a change to a clean template."""
    document = read(example.content({"bad": change, "on": on}), "x.json")
    result = engine.lint(document, rules(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    [found] = result.findings
    return found.message


def step(**members: Any) -> dict[str, Any]:
    return {"properties": {"customize": [{"type": "PowerShell", "name": "a", "inline": ["Get-Date"], **members}]}}


def trigger(version: str, **members: Any) -> dict[str, Any]:
    inside = {"kind": "SourceImage", **members}
    own = "[resourceId('Microsoft.VirtualMachineImages/imageTemplates', concat('ubuntu-2404-', uniqueString(parameters('scriptRef'))))]"
    return {"resources": [{"type": "triggers", "apiVersion": version, "name": "t", "dependsOn": [own], "properties": inside}]}


def properties(**members: Any) -> dict[str, Any]:
    return {"properties": members}


WHOLE = "the service takes a whole number here and refuses anything else"
TRUTH = "the service takes true or false here and refuses anything else"
OBJECT = "the service takes an object here and refuses anything else"
LIST = "the service takes a list here and refuses anything else"
TEXT = "the service takes a text here and refuses anything else"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (properties(buildTimeoutInMinutes="90"), f"'buildTimeoutInMinutes' is the text '90': {WHOLE}; write 90"),
        (properties(buildTimeoutInMinutes=" 90 "), f"'buildTimeoutInMinutes' is the text ' 90 ': {WHOLE}; write 90"),
        (
            properties(buildTimeoutInMinutes="2h"),
            f"'buildTimeoutInMinutes' is the text '2h': {WHOLE}; write digits, without quotes",
        ),
        (properties(buildTimeoutInMinutes=90.5), f"'buildTimeoutInMinutes' is 90.5: {WHOLE}; write digits only"),
        (properties(buildTimeoutInMinutes=[]), f"'buildTimeoutInMinutes' is an empty list: {WHOLE}; write digits only"),
        (properties(buildTimeoutInMinutes={"a": 1}), f"'buildTimeoutInMinutes' is an object: {WHOLE}; write digits only"),
        (properties(errorHandling=[]), f"'errorHandling' is an empty list: {OBJECT}; write {{}}"),
        (
            properties(errorHandling="abort"),
            f"'errorHandling' is the text 'abort': {OBJECT}; "
            'write {"onCustomizerError": "abort", "onValidationError": …}',
        ),
        (properties(autoRun=True), f'\'autoRun\' is true: {OBJECT}; write {{"state": "Enabled"}}'),
        (properties(autoRun=False), f'\'autoRun\' is false: {OBJECT}; write {{"state": "Disabled"}}'),
        (properties(autoRun="always"), f"'autoRun' is the text 'always': {OBJECT}; write {{\"state\": …}}"),
        (
            properties(optimize={"vmBoot": "Enabled"}),
            f"'vmBoot' is the text 'Enabled': {OBJECT}; write {{\"state\": \"Enabled\"}}",
        ),
        (properties(source=[{"type": "PlatformImage"}]), f"'source' is a list: {OBJECT}; write it without the [ ]"),
        (properties(source="ubuntu"), f"'source' is the text 'ubuntu': {OBJECT}; write {{\"type\": …, …}}"),
        (
            {"identity": []},
            f"'identity' is an empty list: {OBJECT}; "
            'write {"type": "UserAssigned", "userAssignedIdentities": {"<resource id of the identity>": {}}}',
        ),
        (properties(customize={"type": "Shell"}), f"'customize' is an object: {LIST}; write [ ] around it"),
        (properties(customize={}), f"'customize' is an empty object: {LIST}; write []"),
        (
            properties(
                distribute=[{"type": "SharedImage", "runOutputName": "a", "galleryImageId": GALLERY, "targetRegions": "westus"}]
            ),
            f"'targetRegions' is the text 'westus': {LIST}; write [{{\"name\": \"westus\", …}}]",
        ),
        (
            properties(
                distribute=[
                    {"type": "SharedImage", "runOutputName": "a", "galleryImageId": GALLERY, "targetRegions": ["westus"]}
                ]
            ),
            f"item 0 of 'targetRegions' is the text 'westus': {OBJECT}; write {{\"name\": \"westus\", …}}",
        ),
        (
            properties(vmProfile={"vnetConfig": {"subnetId": {"id": SUBNET}}}),
            f"'subnetId' is an object: {TEXT}; write its 'id' alone",
        ),
        (properties(vmProfile={"vmSize": 2}), f"'vmSize' is 2: {TEXT}; put it in quotes"),
        (properties(vmProfile={"vmSize": ["a"]}), f"'vmSize' is a list: {TEXT}"),
        ({"apiVersion": 20240201}, f"'apiVersion' is 20240201: {TEXT}; put it in quotes"),
    ],
)
def test_a_value_of_another_type(change: dict[str, Any], said: str) -> None:

    assert message(change) == said


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"runElevated": "true"}, f"'runElevated' is the text 'true': {TRUTH}; write true"),
        ({"runElevated": "No"}, f"'runElevated' is the text 'No': {TRUTH}; write false"),
        ({"runElevated": 1}, f"'runElevated' is 1: {TRUTH}; write true"),
        ({"runElevated": "maybe"}, f"'runElevated' is the text 'maybe': {TRUTH}; write true or false, without quotes"),
        ({"validExitCodes": "0"}, f"'validExitCodes' is the text '0': {LIST}; write [0]"),
        ({"validExitCodes": "0, 3010"}, f"'validExitCodes' is the text '0, 3010': {LIST}; write [0, 3010]"),
        ({"validExitCodes": 0}, f"'validExitCodes' is 0: {LIST}; write [0]"),
        ({"validExitCodes": "any"}, f"'validExitCodes' is the text 'any': {LIST}; write a list of numbers, in [ ]"),
        ({"validExitCodes": [0, "3010"]}, f"item 1 of 'validExitCodes' is the text '3010': {WHOLE}; write 3010"),
    ],
)
def test_a_value_of_another_type_in_a_step(members: dict[str, Any], said: str) -> None:
    assert message(step(**members), "windows") == said


SENT = "(a hint only, in a bare template)"


@pytest.mark.parametrize(
    ("change", "on", "said"),
    [
        (step(bogus=1), "windows", "'bogus' is no member of a PowerShell step and is refused"),
        (
            step(validExitCode=[0]),
            "windows",
            "'validExitCode' is no member of a PowerShell step and is refused; did you mean 'validExitCodes'?",
        ),
        (
            {**properties(bogus=1), "apiVersion": "2023-07-01"},
            "linux",
            "'bogus' is no member of 'properties' and is dropped without a word",
        ),
        (
            {**properties(bogus=1), "apiVersion": None},
            "linux",
            "'bogus' is no member of 'properties' and is dropped without a word, and refused from apiVersion 2024-02-01 on",
        ),
        ({"owner": "me"}, "arm", "'owner' is no member of the image template and is refused"),
        (properties(optimize={"vmboot": {}}), "linux", "'vmboot' is refused: capitals count, write 'vmBoot'"),
        (
            {**properties(optimize={"vmboot": {}}), "apiVersion": "2023-07-01"},
            "linux",
            "'vmboot' is refused from apiVersion 2024-02-01 on: capitals count, write 'vmBoot'",
        ),
        (
            {**properties(autoRun={}), "apiVersion": "2023-07-01"},
            "linux",
            f"'autoRun' came with apiVersion 2024-02-01, this template says 2023-07-01 {SENT}: it is dropped without a word; "
            "write 2024-02-01 or later",
        ),
        (
            {**properties(autoRun={}), "apiVersion": "2023-07-01"},
            "arm",
            "'autoRun' came with apiVersion 2024-02-01, this template says 2023-07-01: it is dropped without a word; "
            "write 2024-02-01 or later",
        ),
        (
            properties(additionalDataDisks=[]),
            "arm",
            "'additionalDataDisks' came with apiVersion 2025-10-01, this template says 2024-02-01: it is refused; "
            "write 2025-10-01 or later",
        ),
        (
            step(script="https://raw.githubusercontent.com/contoso/images/main/a.ps1", inline=None),
            "windows",
            "'script' was known up to apiVersion 2019-02-01-preview only: it is refused; write 'scriptUri'",
        ),
        (
            properties(osDiskSizeGB=64),
            "linux",
            "'osDiskSizeGB' does not belong in 'properties' and is refused; 'properties.vmProfile' says the same: remove it here",
        ),
        (
            {
                "properties": {
                    "vmProfile": {"vmSize": "Standard_D2s_v5", "osDiskSizeGB": None},
                    "vmSize": "Standard_D2s_v5",
                    "osDiskSizeGB": 64,
                }
            },
            "linux",
            "'vmSize' and 'osDiskSizeGB' do not belong in 'properties' and are refused; 'properties.vmProfile' says the same of "
            "'vmSize': remove 'vmSize' here; move 'osDiskSizeGB' to 'properties.vmProfile'",
        ),
        (
            properties(osDiskSizeGB=128),
            "linux",
            "'osDiskSizeGB' does not belong in 'properties' and is refused; 'properties.vmProfile' has another value: see that the right "
            "one stands there, and remove the one here",
        ),
        (
            properties(proxyVmSize="Standard_A1_v2"),
            "linux",
            "'proxyVmSize' does not belong in 'properties' and is refused; move it to 'properties.vmProfile.vnetConfig'",
        ),
        (
            trigger("2024-02-01", when=1),
            "arm",
            "'when' is no member of the 'properties' of a trigger and is refused",
        ),
        (
            trigger("2021-10-01"),
            "arm",
            "'triggers' came with apiVersion 2022-07-01, this trigger says 2021-10-01: it is refused; write 2022-07-01 or later",
        ),
    ],
)
def test_a_member_that_does_not_belong(change: dict[str, Any], on: str, said: str) -> None:
    assert message(change, on) == said


@pytest.mark.parametrize(
    ("location", "meant"),
    [
        ("westeu", "westeurope"),
        ("Europe West", "westeurope"),
        ("uksoth", "uksouth"),
        ("us-east", "eastus"),
        ("centralindi", "centralindia"),
    ],
)
def test_the_region_that_was_meant(location: str, meant: str) -> None:
    assert message({"location": location}).endswith(f"did you mean {meant}?")
    target = {"type": "SharedImage", "runOutputName": "a", "galleryImageId": GALLERY, "targetRegions": [{"name": location}]}
    assert message(properties(distribute=[target])).endswith(f"did you mean '{meant}'?")


@pytest.mark.parametrize(
    ("version", "meant"),
    [
        ("2024-2-01", "did you mean 2024-02-01? The newest is 2025-10-01"),
        ("2019-05-01", "did you mean 2019-05-01-preview? The newest is 2025-10-01"),
        ("2020-02-14-preview", "did you mean 2020-02-14? The newest is 2025-10-01"),
        ("2025-10-01-preview", "write 2025-10-01"),
        ("latest", "write 2025-10-01"),
    ],
)
def test_the_api_version_that_was_meant(version: str, meant: str) -> None:
    said = f"image templates have no API version '{version}': the request fails with NoRegisteredProviderFound {SENT}; {meant}"
    assert message({"apiVersion": version}) == said


def test_commands_that_are_no_strings_are_told_by_their_kinds() -> None:
    said = ": the service takes strings only, each of them one line of the script"
    shell = {"type": "Shell", "name": "a"}
    assert message(properties(customize=[{**shell, "inline": [3]}])) == f"a command of 'inline' is a number{said}"
    several = message(properties(customize=[{**shell, "inline": [3, "date", None, 4]}]))
    assert several == f"3 commands of 'inline' are no strings but a number and null{said}"
