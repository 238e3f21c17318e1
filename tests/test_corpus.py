"""Published templates: what is there is found, what only looks like a template is left alone, and no two runs differ."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from conftest import Aiblint

from aiblint.sniff import may_hold_template
from aiblint.syntax.json import read
from aiblint.template import find

HOLDS_ONE = ("standalone", "arm", "arm-nested", "symbolic-name")


def kinds(corpus: Path) -> dict[str, str]:
    """File name → what the collection says it is."""
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    where = rows[0].index("kind") if "kind" in rows[0] else 5
    return {row[0]: row[where] for row in rows if (corpus / row[0]).is_file()}


def test_exactly_one_template_in_each_file_that_holds_one(corpus: Path) -> None:
    wrong = {}
    for name, kind in kinds(corpus).items():
        data = (corpus / name).read_bytes()
        count = len(find(read(data, name))) if may_hold_template(data) else 0
        expected = (1,) if kind.split("+")[0] in HOLDS_ONE else (0, 1) if kind.startswith("fragment") else (0,)
        if count not in expected:
            wrong[name] = (kind, count)
    assert wrong == {}


def test_nothing_is_said_about_look_alikes(corpus: Path, aiblint: Aiblint) -> None:
    status, out, err = aiblint("--no-config", "--fail-on", "note", "--format", "json", corpus / "negative")
    assert (status, json.loads(out)["findings"], err) == (0, [], "")


def test_a_run_over_all_is_the_sum_of_runs_over_each(corpus: Path, aiblint: Aiblint) -> None:
    def found(*paths: object) -> list[str]:
        status, out, err = aiblint("--no-config", "--format", "json", *paths)
        assert (status in (0, 1), err) == (True, "")
        return [json.dumps(finding) for finding in json.loads(out)["findings"]]

    files = sorted((corpus / "json").glob("*.json"))
    whole = found(corpus / "json")
    assert whole
    assert found(*reversed(files)) == whole
    assert found(*files[::2], *files[1::2]) == whole
    assert sorted(line for path in files for line in found(path)) == sorted(whole)
