"""Names of marketplace images: what is nearly a known one is told, what is another's business is not."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.syntax.json import read


def found(**source: str) -> list[str]:
    template = json.loads((ROOT / "examples" / "linux.json").read_text())
    template["properties"]["source"].update(source)
    document = read(json.dumps(template).encode(), "x.json")
    rules = [rule for rule in registry.load() if rule.name == "marketplace-image-unknown"]
    result = engine.lint(document, rules, Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    return [finding.pointer for finding in result.findings]


@pytest.mark.parametrize(
    ("publisher", "told"),
    [
        ("Canonicel", True),
        ("Canomicel", False),
        ("Debien", True),
        ("Dobien", False),
        ("MicrosoftWindowServr", True),
        ("MicrosoftWindowSrvr", False),
        ("canonical", False),
        ("CANONICAL", False),
    ],
)
def test_a_slip_is_one_letter_in_a_short_name_and_two_in_a_long_one(publisher: str, told: bool) -> None:
    assert found(publisher=publisher, offer="x", sku="y") == (["/properties/source/publisher"] if told else [])


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("latest", False),
        ("Latest", False),
        ("LATEST", False),
        ("$VERSION", False),
        ("%VERSION%", False),
        ("1.2.3", False),
        ("1.2", True),
        ("1.2.3.4", True),
        ("newest", True),
    ],
)
def test_versions(version: str, told: bool) -> None:
    assert found(version=version) == (["/properties/source/version"] if told else [])
