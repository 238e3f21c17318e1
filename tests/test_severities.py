"""Error is for what is refused or certain to fail; what is only likely to, or is lost in silence, is a warning."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import ROOT
from test_secrecy import body, step

from aiblint import registry
from aiblint.checkout import Checkout
from aiblint.engine import lint
from aiblint.syntax.json import read

TARGET = {
    "type": "SharedImage",
    "runOutputName": "gallery",
    "galleryImageId": "/subscriptions/3f8a1c52-7b0e-4d7f-9a43-1e6b5c2d8f90/resourceGroups/i"
    "/providers/Microsoft.Compute/galleries/g/images/u",
}
RESTART = {"type": "WindowsRestart", "name": "b", "restartTimeout": "30m"}


def levels(template: Any, name: str) -> list[str]:
    text = template if isinstance(template, str) else json.dumps(template)
    document = read(text.encode(), "a.json")
    result = lint(document, registry.load(), Checkout("a.json"), "2026-11-23")
    assert not result.defects
    return [finding.severity for finding in result.findings if finding.name == name]


def powershell(*lines: str, then: Any = ()) -> Any:
    script = {"type": "PowerShell", "name": "a", "runElevated": True, "runAsSystem": True, "inline": list(lines)}
    return body("windows", properties={"customize": [script, *then]})


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Restart-Computer -Force", ["error"]),
        ("shutdown /r /t 0", ["error"]),
        ("shutdown -r -t 00", ["error"]),
        ("shutdown /p", ["error"]),
        ("shutdown /r", ["warning"]),
        ("shutdown /r /t 300", ["warning"]),
        ("shutdown /t:60 /r", ["warning"]),
        ("shutdown /r /t $wait", ["warning"]),
        ("shutdown /s /t 5", ["warning"]),
        ("if ($needed) { Restart-Computer }", ["warning"]),
        ("function Again { Restart-Computer }", ["warning"]),
        ("try { Restart-Computer } catch { }", ["error"]),
        ("if ($false) { Restart-Computer }", []),
        ("if ($false) { shutdown /r /t 0 }; Restart-Computer", ["error"]),
        ("cmd /c shutdown /r /t 0", ["error"]),
    ],
)
def test_a_restart_of_ones_own(line: str, found: list[str]) -> None:
    assert levels(powershell(line), "guest-reboot") == found


@pytest.mark.parametrize(
    ("line", "found"), [("shutdown /r /t 30", []), ("shutdown /s /t 30", ["warning"]), ("shutdown /r /t 0", ["error"])]
)
def test_a_restart_step_takes_over_a_restart_that_is_still_to_come(line: str, found: list[str]) -> None:
    assert levels(powershell(line, then=[RESTART]), "guest-reboot") == found


def test_on_linux_a_restart_may_work() -> None:
    assert levels(step(type="Shell", inline=["sudo reboot"]), "guest-reboot") == ["warning"]


@pytest.mark.parametrize(
    ("version", "found"),
    [("2019-05-01-preview", []), ("2020-02-14", ["warning"]), ("2023-07-01", ["warning"]), ("2024-02-01", ["error"])],
)
def test_members_of_the_preview_are_dropped_before_they_are_refused(version: str, found: list[str]) -> None:
    network = {"vnetConfig": {"name": "hub", "subnetName": "build", "resourceGroupName": "net"}}
    assert levels(body("linux", apiVersion=version, properties={"vmProfile": network}), "vnet-legacy-properties") == found


@pytest.mark.parametrize(("count", "found"), [(0, ["error"]), (-1, ["error"]), (1, []), (100, []), (101, ["warning"])])
def test_a_quota_can_be_raised_and_nought_replicas_cannot(count: int, found: list[str]) -> None:
    target = {**TARGET, "targetRegions": [{"name": "westeurope", "replicaCount": count}]}
    assert levels(body("linux", properties={"distribute": [target]}), "region-list") == found


def test_what_is_lost_in_silence_is_a_warning() -> None:
    text = (ROOT / "examples" / "linux.json").read_text().replace('"team": "platform"', '"team": "platform", "team": "image"')
    assert levels(text, "duplicate-key") == ["warning"]
    update = {"type": "WindowsUpdate", "name": "u", "filters": ["exclude:$_.Title -like '*Preview*'"]}
    filters = body("windows", properties={"customize": [update]})
    assert levels(filters, "update-filters-install-nothing") == ["warning"]
