"""The page of every rule fits a terminal, says all it has to, and is the same text however wide it is set."""

from __future__ import annotations

import pytest

from aiblint import registry
from aiblint.explain import explain
from aiblint.rule import Rule


@pytest.mark.parametrize("rule", registry.load(), ids=lambda rule: rule.name)
def test_a_page_tells_what_why_how_and_where_from(rule: Rule) -> None:
    page = explain(rule)
    for part in (rule.id, rule.name, rule.summary, rule.why, *rule.references, "Bad:", "Good:"):
        assert part in page
    assert ("Silence it:" in page) == rule.enabled
    assert ("Switch it on:" in page) != rule.enabled


@pytest.mark.parametrize("width", [1, 40, 80, 500])
@pytest.mark.parametrize("rule", registry.load()[::10], ids=lambda rule: rule.name)
def test_prose_is_wrapped_to_the_terminal_and_loses_no_word(rule: Rule, width: int) -> None:
    page = explain(rule, width=width)
    assert page.split() == explain(rule).split()
    prose = page.partition("\nBad:")[0].split("\n")[1:]
    assert all(len(line) <= max(min(width, 100), 40) or " " not in line for line in prose)
