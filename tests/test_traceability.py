"""Every statement of the reference and every failure of the troubleshooting guide is covered by a rule or explained."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import traceability
import yaml
from conftest import ROOT

from aiblint import registry, rule, rulefile

STATEMENTS = ROOT / "docs" / "statements.yaml"


def rows() -> dict[str, dict[str, Any]]:
    known = yaml.safe_load(STATEMENTS.read_text(encoding="utf-8"))
    return {name: row for part in known["lists"] for name, row in part["rows"].items()}


def test_the_lists_are_whole() -> None:
    assert list(rows()) == [f"S{number}" for number in range(1, 113)] + [f"T{number}" for number in range(1, 58)]


def test_a_row_says_what_it_is_about_and_nothing_unknown() -> None:
    for name, row in rows().items():
        assert {"in", "says"} <= set(row) <= {"in", "says", "because"}, name
        assert row["says"][-1] in ".'", name
        assert all(row.values()), name


def test_the_page_joins_rows_and_rules() -> None:
    page = traceability.page(STATEMENTS)
    lines = {match[1]: match[0] for match in re.finditer(r"^\| ([ST]\d+) \|.*$", page, re.MULTILINE)}
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        for row in rulefile.covers(content, path):
            assert f"[{content['name']}](rules.md#{content['id'].lower()}-{content['name']})" in lines[row]
    for name, row in rows().items():
        assert "](rules.md#" in lines[name] or row["because"] in lines[name]


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = STATEMENTS.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "statements.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_row_without_rule_and_reason_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, ', because: "a harmless line of the log"', "")
    with pytest.raises(traceability.TraceabilityError, match=r"\['T24', 'T25', 'T34'\]"):
        traceability.page(path)


def test_a_rule_that_covers_an_unknown_row_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "      S57: ", "      S113: ")
    with pytest.raises(traceability.TraceabilityError, match="no such row: \\['S57'\\]"):
        traceability.page(path)


@pytest.mark.parametrize("covers", ["S57", ["57"], ["S0"], ["S5", "S5"], ["X1"], ["Sx"], [57], [None]])
def test_covers_that_name_no_row_are_refused_at_load(covers: Any) -> None:
    path = registry.files(registry.folder())[0]
    content = {**registry.read_yaml(path), "covers": covers}
    with pytest.raises(rule.RuleError, match="covers"):
        rulefile.from_yaml(content, "AIB001-json-syntax.yaml")
