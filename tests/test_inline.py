"""What a rule says about a command underlines exactly that command, in the line of `inline` in which it was written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiblint import engine, inline, registry
from aiblint.check import Context
from aiblint.checkout import Checkout
from aiblint.syntax.json import read
from aiblint.tables import DEFAULT
from aiblint.template import find

TODAY = "2026-11-23"


def body(*steps: dict[str, Any]) -> str:
    properties = {"source": {"type": "PlatformImage"}, "customize": list(steps), "distribute": []}
    return json.dumps({"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": properties}, indent=2)


def context(text: str) -> Context:
    document = read(text.encode(), "x.json")
    templates = find(document)
    return Context(
        document,
        templates,
        templates[0],
        os=None,
        source_os=None,
        checkout=Checkout("x.json"),
        today=TODAY,
        version=None,
        tables=DEFAULT,
    )


def underlined(text: str, rule: str) -> list[str]:
    rules = [each for each in registry.read_folder(registry.folder()) if each.name == rule]
    result = engine.lint(read(text.encode(), "x.json"), rules, Checkout("x.json"), TODAY)
    assert not result.defects
    return [text[finding.start : finding.end] for finding in result.findings]


def test_lines_are_one_script() -> None:
    lines = ["if true; then", "  sudo reboot", "fi", "cat <<EOF", "reboot", "EOF"]
    text = body({"type": "Shell", "inline": lines})
    assert underlined(text, "guest-reboot") == ["reboot"]
    [script] = inline.scripts(context(text))
    assert script.text == "\n".join(lines)


def test_escapes_in_the_file_do_not_shift_the_place() -> None:
    text = body({"type": "PowerShell", "inline": ['Write-Host "\t\U0001f600 C:\\x"; Restart-Computer -Force']})
    assert underlined(text, "guest-reboot") == ["Restart-Computer"]


def test_a_command_over_two_lines_is_underlined_to_the_end_of_its_first() -> None:
    text = body({"type": "Shell", "inline": ["sudo systemctl \\", "  reboot"]})
    assert underlined(text, "guest-reboot") == ["systemctl \\\\"]


def test_an_unknown_line_is_silent_and_its_neighbours_are_not() -> None:
    steps = {"type": "Shell", "inline": ["[parameters('x')]", "sudo reboot"]}
    resource = json.loads(body(steps)) | {"name": "x", "apiVersion": "2024-02-01"}
    text = json.dumps(
        {"$schema": "x/deploymentTemplate.json#", "parameters": {"x": {"type": "string"}}, "resources": [resource]}
    )
    assert underlined(text, "guest-reboot") == ["reboot"]
    [script] = inline.scripts(context(text))
    assert script.opaque
    assert script.text == "\nsudo reboot"


@pytest.mark.parametrize(
    "step", [{"type": "Shell"}, {"type": "Shell", "inline": []}, {"type": "File", "inline": ["reboot"]}, {"inline": ["x"]}]
)
def test_steps_without_lines_have_no_script(step: dict[str, Any]) -> None:
    assert inline.scripts(context(body(step))) == []


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("net user svc n0t-A-real-One /add", "n0t-A-real-One"),
        ("$p = ConvertTo-SecureString 'n0t-A-real-One' -AsPlainText -Force", "n0t-A-real-One"),
        ("$env:DB_PASSWORD = 'n0t-A-real-One'", "n0t-A-real-One"),
        ("docker login -u x -p n0t-A-real-One r.io", "n0t-A-real-One"),
        ("curl.exe -u build:n0t-A-real-One https://x", "n0t-A-real-One"),
        ("$c = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + "A" * 86 + "=='", "A" * 86 + "=="),
        ("git clone https://build:n0t-A-real-One@git.contoso.com/x", "n0t-A-real-One"),
    ],
)
def test_a_secret_is_underlined_and_never_repeated(line: str, secret: str) -> None:
    text = body({"type": "PowerShell", "inline": ["Write-Host start", line]})
    [rule] = [each for each in registry.read_folder(registry.folder()) if each.name == "secret-in-inline"]
    [finding] = engine.lint(read(text.encode(), "x.json"), [rule], Checkout("x.json"), TODAY).findings
    assert text[finding.start : finding.end].strip("'") == secret
    assert secret not in finding.message
