"""The documentation says what the program does today."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

from aiblint import registry

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "tools/make_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_option_that_the_readme_uses_exists(aiblint: Aiblint) -> None:
    usage = aiblint("--help")[1]
    for page in PAGES:
        for option in re.findall(r"aiblint[^\n|`]*?\s(--[a-z-]+)", page.read_text(encoding="utf-8")):
            assert option in usage, f"{page.name}: {option}"


def test_links_inside_the_repository_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_exceptions_that_are_shown_name_rules() -> None:
    known = {name for rule in registry.load() for name in (rule.id, rule.name)}
    pages = [page for page in PAGES if page.name != "rules.md"]  # its bad examples are misspelt
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = [found for text in texts for found in re.findall(r"aiblint: ignore[a-z-]*\[([^]]+)\]", text)]
    assert len(shown) > 4
    for names in shown:
        assert {name.strip() for name in names.split(",")} - {"RULE"} <= known, names


def test_configurations_that_are_shown_can_be_used(aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "aiblint.yaml").touch()
    (tmp_path / "x.json").touch()
    shown = [
        (page.name, text)
        for page in PAGES
        for text in re.findall(
            r"```(?:yaml|toml)\n(# (?:\.aiblint\.yaml|pyproject\.toml)\b.*?)```", page.read_text(), re.DOTALL
        )
    ]
    assert len(shown) > 2
    for name, text in shown:
        path = tmp_path / ("pyproject.toml" if "pyproject" in text.splitlines()[0] else ".aiblint.yaml")
        path.write_text(text)
        status, _, err = aiblint("--show-config", "x.json")
        assert (status, err) == (0, ""), f"{name}: {text}"
        path.unlink()


def test_the_layers_in_contributing_are_those_that_are_checked() -> None:
    _, _, checked = (ROOT / ".importlinter").read_text().partition("layers =\n")
    floors = [sorted(line.strip().split(" | ")) for line in checked.splitlines() if line.strip()]
    block = re.search(r"```\n(__main__.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    assert block is not None
    told = [sorted(line.split(" | ")) for line in block[1].splitlines()]
    assert told == floors


def test_a_table_says_its_date_and_source() -> None:
    for path in (ROOT / "aiblint" / "data").glob("*.json"):
        table = json.loads(path.read_text())
        if path.name not in ("names.json", "history.json"):  # generated: tools/make_facts.py says from what
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", table["as-of"]), path.name
            assert len(table["source"]) > 10, path.name


def test_rule_links_are_addresses() -> None:
    for rule in registry.load():
        for reference in rule.references:
            assert re.fullmatch(r"https://[^\s]+", reference), f"{rule.id}: {reference}"
