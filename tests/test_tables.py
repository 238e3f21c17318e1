"""The tables of facts that age are dated and orderly, and a configuration changes what they say."""

from __future__ import annotations

import json
import os
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint

from aiblint import schema, tables
from aiblint.tables import Tables, change

CLEAN = ROOT / "examples" / "linux.json"
HAND_KEPT = [name for name in os.listdir(schema.DATA) if name.endswith(".json") and name not in ("history.json", "names.json")]


@pytest.mark.parametrize("name", sorted(HAND_KEPT))
def test_a_table_names_its_day_and_its_source(name: str) -> None:
    content = schema.table(name.removesuffix(".json"))
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", str(content["as-of"]))
    assert len(str(content["source"])) > 20


@pytest.mark.parametrize("name", tables.CHANGEABLE)
class TestRows:
    def test_patterns_are_in_lower_case_and_no_row_is_in_the_shadow_of_another(self, name: str) -> None:
        rows: Any = schema.table(name)["rows"]
        for index, (pattern, *_) in enumerate(rows):
            assert pattern == pattern.lower().strip()
            for earlier in rows[:index]:
                assert not fnmatchcase(pattern, earlier[0]), f"{pattern} is never looked at: {earlier[0]} comes first"

    def test_facts_are_of_the_kind_that_the_table_says(self, name: str) -> None:
        allowed: Any = schema.table(name)["facts"]
        rows: Any = schema.table(name)["rows"]
        for pattern, fact, *_ in rows:
            date = allowed == "date" and fact is not None and re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", fact)
            assert fact is None or date or fact in allowed, pattern


def test_the_first_row_that_matches_counts_and_the_users_come_first() -> None:
    shipped = Tables()
    assert shipped.fact("publishers", "Microsoft-DSVM:dsvm-win-2022:server") == "windows"
    assert shipped.fact("publishers", "microsoft-dsvm:else:1") is None
    assert shipped.fact("publishers", "nobody:knows:this") is None
    changed = Tables(
        {"publishers": [change("publishers", "+Nobody:*=Linux".replace("L", "l")), change("publishers", "-canonical:*")]}
    )
    assert changed.fact("publishers", "nobody:knows:this") == "linux"
    assert changed.fact("publishers", "Canonical:ubuntu-24_04-lts:server") is None
    assert changed.fact("publishers", "MicrosoftWindowsServer:WindowsServer:2022") == "windows"


@pytest.mark.parametrize(
    ("table", "text", "advice"),
    [
        ("regions", "swedensouth", "write +NAME"),
        ("regions", "", "write +NAME"),
        ("regions", "+", "write +NAME"),
        ("regions", "+mars=far", "+mars=service or"),
        ("regions", "-mars=service", "write -mars"),
        ("publishers", "+contoso:*", "+contoso:*=linux or +contoso:*=windows"),
    ],
)
def test_an_entry_that_cannot_be_followed_says_what_to_write(table: str, text: str, advice: str) -> None:
    with pytest.raises(ValueError) as refused:
        change(table, text)
    assert advice in str(refused.value)


def test_a_region_can_be_added_and_taken_away(aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    template = json.loads(CLEAN.read_text())
    template["location"] = "Moon Central"
    template["properties"]["distribute"][0]["targetRegions"] = [{"name": "mooncentral"}, {"name": "moonwest"}]
    (tmp_path / "a.json").write_text(json.dumps(template))

    def found() -> list[str]:
        return [finding["pointer"] for finding in json.loads(aiblint("--format", "json", "a.json")[1])["findings"]]

    regions = "/properties/distribute/0/targetRegions"
    assert found() == ["/location", f"{regions}/0/name", f"{regions}/1/name"]
    (tmp_path / ".aiblint.yaml").write_text("tables:\n  regions: [+mooncentral, +moonwest=elsewhere]\n")
    assert found() == []
    (tmp_path / ".aiblint.yaml").write_text("tables:\n  regions: [+mooncentral=elsewhere, +moonwest]\n")
    assert found() == ["/location"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tables: {region: [+x]}", "1:10: tables has no setting 'region'; did you mean regions?"),
        ("tables: {regions: +x}", "1:19: tables: regions must be a list of changes; write ['+x']"),
        ("tables: {regions: [x]}", "1:20: tables: regions cannot hold 'x': write +NAME"),
        ("tables: {regions: [{x: y}]}", "1:20: tables: regions cannot hold '': write +NAME"),
    ],
)
def test_a_configuration_is_refused_at_the_place(aiblint: Aiblint, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "c.yaml").write_text(text + "\n")
    status, _, err = aiblint("--config", tmp_path / "c.yaml", CLEAN)
    assert status == 2
    assert f"c.yaml:{said}" in err
