"""Selectors followed directly and selectors followed by jsonpath-ng lead to the same values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from aiblint import registry
from aiblint.query import SelectorError, _by_library, compile_selector, select
from aiblint.syntax.json import read
from aiblint.template import Value, find

EXAMPLES = ["linux.json", "windows.json", "deployment.json", "mistakes.json"]


def written_selectors() -> list[str]:
    found: dict[str, None] = {}
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        for case in [content, *content.get("cases", [])]:
            given = case.get("select", [])
            found.update(dict.fromkeys(given if isinstance(given, list) else [given]))
    return list(found)


def roots(*paths: Path) -> list[Value]:
    return [template.root for path in paths for template in find(read(path.read_bytes(), path.name))]


def same(root: Value, text: str) -> bool:
    direct = [value for value in select(root, compile_selector(text)) if not value.condition]
    library = [value for value in _by_library(root, text) if not value.condition]
    return sorted(map(id, direct)) == sorted(map(id, library))


@pytest.mark.parametrize("text", written_selectors())
def test_every_selector_of_a_rule_is_followed_directly_and_rightly(text: str) -> None:
    assert isinstance(compile_selector(text), list), "aiblint follows this one only with the help of jsonpath-ng"
    for root in roots(*(ROOT / "examples" / name for name in EXAMPLES)):
        assert same(root, text)


def test_every_selector_on_published_templates(corpus: Path) -> None:
    for root in roots(*sorted(corpus.glob("json/*.json"))):
        for text in written_selectors():
            assert same(root, text), text


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("$", ["$"]),
        ("$.properties.source.type", ["$.properties.source.type"]),
        (
            "$.properties.distribute[0]['runOutputName','type']",
            ["$.properties.distribute[0].runOutputName", "$.properties.distribute[0].type"],
        ),
        (
            "$.properties.distribute[*].targetRegions[*].name",
            [f"$.properties.distribute[0].targetRegions[{i}].name" for i in (0, 1)],
        ),
        ("$.properties.source[*]", []),
        ("$.nowhere[*].at.all", []),
        ("$.properties.distribute[7]", []),
        ("$..runOutputName", ["$.properties.distribute[0].runOutputName"]),
        ("$.properties.customize[?(@.type == 'File')].name", ["$.properties.customize[1].name"]),
    ],
)
def test_what_a_selector_means(text: str, paths: list[str]) -> None:
    [root] = roots(ROOT / "examples" / "linux.json")
    assert [value.path for value in select(root, compile_selector(text))] == paths


@pytest.mark.parametrize("text", ["", "properties", "$.[", "$.a[?", "$.a b c"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        compile_selector(text)


def test_unknown_values_lead_nowhere() -> None:
    document: dict[str, Any] = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [{"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": "[parameters('all')]"}],
    }
    [template] = find(read(json.dumps(document).encode(), "x.json"))
    assert select(template.root, compile_selector("$.properties.source")) == []
