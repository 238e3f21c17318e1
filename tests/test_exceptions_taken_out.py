"""`--fix` takes exceptions that have had their day out of the configuration, and touches nothing else in it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Aiblint

from aiblint.config import removal

GONE = "{rule: AIB801, until: 2020-01-01}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    Path("a.json").write_text((ROOT / "examples" / "linux.json").read_text())
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"fail-on: error # x\nignore:\n  # y\n  - {GONE} # z\n  - step-*\n", "fail-on: error # x\nignore:\n  # y\n  - step-*\n"),
        ("ignore:\n- step-*\n-   until: 2020-01-01\n    rule: 'AIB801'\n\n# end\n", "ignore:\n- step-*\n\n# end\n"),
        (f"ignore:\n  - {GONE}\nfail-on: note\n", "fail-on: note\n"),
        (f"ignore: # why\n  - {GONE}\nfail-on: note\n", None),
        (f"ignore: [{GONE}, a-*, {GONE}]\n".replace("a-*", "step-*"), "ignore: [step-*]\n"),
        (f"ignore: [{GONE}]\nfail-on: note", "ignore: []\nfail-on: note"),
        (f"ignore: [\n  {GONE}, # a\n]\n", None),
        (f"per-path:\n  'a.json':\n    ignore:\n      - {GONE}\n    os: linux\n", "per-path:\n  'a.json':\n    os: linux\n"),
        ("ignore:\n  - rule: AIB801\n    reason: |\n      a\n\n      b\n    until: 2020-01-01\n  - step-*\n", "ignore:\n  - step-*\n"),
        ("ignore:\n  - rule: AIB801\n    until: 2020-01-01\n    reason: |\n      a\n\n      b\n\n  - step-*\n", "ignore:\n  - step-*\n"),
        (f"\ufeffignore:\r\n  - {GONE}\r\n  - step-*\r\n", "\ufeffignore:\r\n  - step-*\r\n"),
        (f"ignore:\n  - step-*\n  - {GONE}", "ignore:\n  - step-*\n"),
    ],
)  # fmt: skip
def test_what_is_left_stands_as_it_stood(aiblint: Aiblint, before: str, after: str | None) -> None:
    Path(".aiblint.yaml").write_bytes(before.encode())
    _, out, err = aiblint("--fix", ".")
    assert err == ""
    written = Path(".aiblint.yaml").read_bytes().decode()
    while after is not None and written != after and "fixed" in out:  # what lies side by side goes in turn
        out = aiblint("--fix", ".")[1]
        written = Path(".aiblint.yaml").read_bytes().decode()
    assert written == (before if after is None else after)
    if after is not None:
        assert aiblint(".")[1].startswith("no findings")


def test_difference_report_and_status(aiblint: Aiblint) -> None:
    text = f"ignore:\n  - {GONE}\n  - {{rule: checksum-missing, path: /a.json}}\n"
    Path(".aiblint.yaml").write_text(text)
    status, out, err = aiblint("--diff", ".")
    assert (status, out.count("\n-")) == (1, 2)
    assert "-  - {rule: AIB801, until: 2020-01-01}\n" in out
    assert ".aiblint.yaml:2:12: would fix AIB012 expired-ignore: take the exception out\n" in err
    assert Path(".aiblint.yaml").read_text() == text
    assert "      * fixable with --fix: take the exception out\n" in aiblint(".")[1]
    assert aiblint("--fix", "--fix-only", "unused-ignore", ".")[0] == 1
    assert Path(".aiblint.yaml").read_text() == f"ignore:\n  - {GONE}\n"
    assert aiblint("--fix", ".")[0] == 0
    assert Path(".aiblint.yaml").read_text() == ""


def test_a_configuration_that_others_extend_is_left_to_people(aiblint: Aiblint) -> None:
    Path("base.yaml").write_text(f"ignore: [{GONE}]\n")
    Path(".aiblint.yaml").write_text("extends: [base.yaml]\n")
    assert aiblint("--fix", ".")[0] == 1
    assert Path("base.yaml").read_text() == f"ignore: [{GONE}]\n"


def test_toml_is_left_to_people(aiblint: Aiblint) -> None:
    text = '[tool.aiblint]\nignore = [{rule = "AIB801", until = "2020-01-01"}]\n'
    Path("pyproject.toml").write_text(text)
    assert aiblint("--fix", ".")[0] == 1
    assert Path("pyproject.toml").read_text() == text


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes what is read-only")
def test_a_configuration_that_cannot_be_written_is_2_and_stays(aiblint: Aiblint) -> None:
    Path(".aiblint.yaml").write_text(f"ignore: [{GONE}]\n")
    os.chmod(".aiblint.yaml", 0o444)
    assert aiblint("--fix", ".")[0] == 2


def test_one_with_a_second_name_is_2_and_stays(aiblint: Aiblint) -> None:
    Path(".aiblint.yaml").write_text(f"ignore: [{GONE}]\n")
    os.link(".aiblint.yaml", "other")
    status, out, err = aiblint("--fix", ".")
    assert status == 2
    assert ".aiblint.yaml was not fixed: it has 2 names" in err
    assert "AIB012" in out


def test_a_thousand_lists_lose_one_item_and_nothing_else() -> None:
    pick = random.Random(7)
    cut = 0
    for _ in range(1000):
        entries, tree = [], []
        for number in range(pick.randint(1, 5)):
            if pick.random() < 0.3:
                entries.append(f"step-{number}")
                tree.append(entries[-1])
                continue
            fields = {"rule": f"AIB80{number}", "reason": pick.choice(["x", "a: 'b'", "# no", "über"])}
            members = [f"{key}: {pick.choice([repr, _plain])(value)}" for key, value in fields.items()]
            pick.shuffle(members)
            flow = pick.random() < 0.4
            entries.append("{" + ", ".join(members) + "}" if flow else ("\n" + " " * 6).join(members))
            tree.append(fields)
        wanted = [number for number, each in enumerate(tree) if isinstance(each, dict)]
        if not wanted:
            continue
        gone = pick.choice(wanted)
        head, tail = pick.choice(["", "# head\nos: linux\n"]), pick.choice(["", "\n# tail\nfail-on: note\n"])
        lines = [
            f"{pick.choice(['', '    # about it' + chr(10)])}    - {entry}{pick.choice(['', '  # behind'])}\n"
            for entry in entries
        ]
        text = f"{head}ignore:\n{''.join(lines)}{tail}".replace("\n", pick.choice(["\n", "\r\n"]))
        node = next(value for key, value in yaml.compose(text).value if key.value == "ignore").value[gone]
        mark = next(value.start_mark for key, value in node.value if key.value == "rule")
        found = removal.stretch(text, mark.line + 1, mark.column + 1)
        if found is None:
            continue
        cut += 1
        left = text[: found[0]] + text[found[1] :]
        expected = yaml.safe_load(text)
        del expected["ignore"][gone]
        if not expected["ignore"]:
            del expected["ignore"]
        assert (yaml.safe_load(left) or {}) == expected
        assert left.count("#") >= text.count("#") - text[found[0] : found[1]].count("#")
        assert "# about it" not in text[found[0] : found[1]]
    assert cut > 500


def _plain(value: str) -> str:
    return value if not set(value) & set("#'{") else repr(value)
