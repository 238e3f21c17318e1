"""One mistake, one finding: cases in which several rules see the same place, and what is said then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.syntax.json import read

Json = dict[str, Any]


def found(text: str) -> list[tuple[str, str]]:
    result = engine.lint(read(text.encode(), "x.json"), registry.load(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    return [(finding.name, finding.at or finding.pointer) for finding in result.findings if finding.severity != "note"]


def linux(change: Callable[[Json], object]) -> str:
    template = json.loads((ROOT / "examples" / "linux.json").read_text())
    change(template)
    return json.dumps(template)


def deployment(change: Callable[[Json], object]) -> str:
    root = read((ROOT / "examples" / "deployment.json").read_bytes(), "x").root
    assert root is not None
    whole: Any = root.to_python()
    change(whole["resources"][1])
    return json.dumps(whole)


def inline(line: str) -> Callable[[Json], object]:
    return lambda template: template["properties"]["customize"][0].update(inline=[line])


CUSTOMIZE = "$.properties.customize[0]"
TARGET = "$.properties.distribute[0]"


def test_steps_of_several_cases_break_no_rule() -> None:
    """Rules that look at all steps of a template meet steps that run in one case only."""
    line = "apt install nginx; mkdir /opt/x; echo a > /etc/x; reboot; [ -f /x ] && sudo su -; curl -u a:hunter2 https://x"
    steps = [
        {"type": "Shell", "name": "a", "inline": [line]},
        {"type": "PowerShell", "name": "b", "inline": ["Restart-Computer; Install-Module x"]},
    ]
    for customize in ("[if(parameters('on'), variables('steps'), variables('others'))]", "[parameters('on')]"):
        root = read((ROOT / "examples" / "deployment.json").read_bytes(), "x").root
        assert root is not None
        whole: Any = root.to_python()
        whole["parameters"]["on"] = {"type": "bool"}
        whole["variables"].update(steps=steps, others=steps[:1])
        properties = whole["resources"][1]["properties"]
        properties["customize"] = customize
        if customize == "[parameters('on')]":
            del properties["customize"]
            properties["copy"] = [{"name": "customize", "count": "[int(parameters('on'))]", "input": steps[0]}]
        assert "guest-reboot" in {name for name, _ in found(json.dumps(whole))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (linux(lambda t: t["properties"].update(source=None)), [("missing-required", "$.properties")]),
        (linux(lambda t: t.update(location=None)), [("missing-required", "$")]),
        (linux(lambda t: t["properties"].update(location="x")), [("misplaced-property", "$.properties.location")]),
        (linux(lambda t: t.update(sku={"name": "x"})), [("unknown-property", "$.sku")]),
        (
            linux(lambda t: t["properties"]["distribute"][0].update(targetRegions=[{"region": "westeurope"}])),
            [("unknown-property", f"{TARGET}.targetRegions[0].region")],
        ),
        (
            linux(
                lambda t: t["properties"]["distribute"][0].update(
                    runOutpurName=t["properties"]["distribute"][0].pop("runOutputName")
                )
            ),
            [("unknown-property", f"{TARGET}.runOutpurName")],
        ),
        (
            linux(lambda t: t["properties"]["source"].update(**{"type:": t["properties"]["source"].pop("type")})),
            [("unknown-property", "$.properties.source['type:']")],
        ),
        (
            deployment(inline("[concat('echo ', parameters('scriptRef')]")),
            [("expression-malformed", "/resources/1/properties/customize/0/inline/0")],
        ),
        (deployment(inline("[resourceGroup().id")), [("expression-malformed", f"{CUSTOMIZE}.inline[0]")]),
        (
            deployment(inline("[resourceGroup()].id ]")),
            [("expression-malformed", "/resources/1/properties/customize/0/inline/0")],
        ),
        (deployment(inline("[ -f /tmp/x ]")), [("arm-bracket-literal", "/resources/1/properties/customize/0/inline/0")]),
        (deployment(inline("[int]$x[0]")), [("arm-bracket-literal", "/resources/1/properties/customize/0/inline/0")]),
        (
            linux(lambda t: t["identity"].update(userAssignedIdentities="x")),
            [("identity-shape", "$.identity.userAssignedIdentities")],
        ),
        (deployment(lambda t: t.update(location="[parameters('loc')")), [("expression-malformed", "$.location")]),
        (deployment(lambda t: t.update(location="[parameters('nowhere')")), [("expression-malformed", "$.location")]),
        (linux(lambda t: t.update(location="[parameters('loc')")), [("arm-expression-in-standalone", "/location")]),
        (
            deployment(lambda t: t["identity"].update(userAssignedIdentities={"/subscriptions/[subscription().id]/x": {}})),
            [("expression-malformed", "$.identity.userAssignedIdentities['/subscriptions/[subscription().id]/x']")],
        ),
        (linux(lambda t: t.update(tags=["a"])), [("tag-limits", "$.tags")]),
    ],
)
def test_what_is_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_members_in_the_wrong_object_behind_a_missing_brace_are_not_misplaced() -> None:
    text = (ROOT / "examples" / "linux.json").read_text().replace('"osDiskSizeGB": 64\n    },', '"osDiskSizeGB": 64,')
    assert {name for name, _ in found(text)} == {"json-syntax"}
