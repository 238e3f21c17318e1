"""The documentation says what the program does today."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from conftest import ROOT, Aiblint

from aiblint import registry


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "tools/make_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_option_that_the_readme_uses_exists(aiblint: Aiblint) -> None:
    usage = aiblint("--help")[1]
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for option in re.findall(r"aiblint[^\n|`]*?\s(--[a-z-]+)", text):
            assert option in usage, f"{name}: {option}"


def test_links_inside_the_repository_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (ROOT / target).exists(), f"{name}: {target}"


def test_the_layers_in_contributing_are_those_that_are_checked() -> None:
    checked = re.findall(r"^    (aiblint\.\S.*)$", (ROOT / ".importlinter").read_text(), re.MULTILINE)
    floors = [sorted(part.removeprefix("aiblint.") for part in line.split(" | ")) for line in checked]
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
