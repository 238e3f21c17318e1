"""The page of every rule fits a terminal, says all it has to, and is the same text however wide it is set."""

from __future__ import annotations

import json

import pytest
from conftest import Aiblint

from aiblint import fragment, registry
from aiblint.explain import explain
from aiblint.rule import Rule


@pytest.mark.parametrize("rule", registry.load(), ids=lambda rule: rule.name)
def test_a_page_tells_what_why_how_and_where_from(rule: Rule) -> None:
    page = explain(rule)
    for part in (rule.id, rule.name, rule.summary, rule.why, *rule.references, "Bad:"):
        assert part in page
    assert "Good:" in page or "Fixed with" in page
    assert ("Silence it:" in page) == rule.enabled
    assert ("Switch it on:" in page) != rule.enabled


@pytest.mark.parametrize("width", [1, 40, 80, 500])
@pytest.mark.parametrize("rule", registry.load()[::10], ids=lambda rule: rule.name)
def test_prose_is_wrapped_to_the_terminal_and_loses_no_word(rule: Rule, width: int) -> None:
    page = explain(rule, width=width)
    assert page.split() == explain(rule).split()
    prose = page.partition("\nBad:")[0].split("\n")[1:]
    assert all(len(line) <= max(min(width, 100), 40) or " " not in line for line in prose)


@pytest.mark.parametrize("rule", registry.load(), ids=lambda rule: rule.name)
def test_examples_are_shown_as_a_person_would_write_them(rule: Rule) -> None:
    """No member is taken away by `null`, which only a merge patch (RFC 7396) says, and lines fit beside each other."""
    content = registry.read_yaml(registry.file_of(rule))
    told = json.dumps(content["examples"]).replace('": null', "")
    page = explain(rule)
    assert ("null" in page.partition("Bad:")[2]) <= ("null" in told)
    shown = page.partition("Bad:")[2].partition("\nSilence it:")[0].partition("\nSwitch it on:")[0]
    assert shown.count("\n") < 150


def test_an_example_tells_where_in_the_template_it_is() -> None:
    assert fragment.of_example({"on": "linux"}, {"properties": {"source": {"publisher": None, "type": "ManagedImage"}}}) == [
        "{",
        '  "properties": {',
        '    "source": {',
        '      "type": "ManagedImage",',
        '      "offer": "ubuntu-24_04-lts",',
        '      "sku": "server",',
        '      "version": "latest"',
        "    }",
        "  }",
        "}",
    ]
    shown = fragment.of_example({"on": "linux"}, {"location": None})
    assert '  "properties": {…}' in shown
    assert not any("location" in line for line in shown)
    assert any('"location": "westeurope"' in line for line in fragment.of_clean({"on": "linux"}, {"location": None}))
    assert fragment.of_clean({"on": "linux"}, {"location": "<region>"}) == ['{"location": "westeurope"}']
    lines = fragment.of_example({"on": "linux"}, ['"location": "westeurope",', '"location": "westeurope"'])
    assert '"location": "westeurope"' in lines
    assert lines[0].startswith('"')
    assert 2 < len(lines) < 6


def test_several_rules_are_explained_by_a_pattern(aiblint: Aiblint) -> None:
    status, out, _ = aiblint("--explain", "checksum-*,AIB801")
    assert (status, out.count("\nSilence it:")) == (0, sum(rule.name.startswith("checksum-") for rule in registry.load()) + 1)
    status, _, err = aiblint("--explain", "checksum-mising")
    assert (status, "checksum-missing" in err) == (2, True)
