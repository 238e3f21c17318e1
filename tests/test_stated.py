"""Exceptions that the configuration states: where they hold, when they are unused, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestStated:
    """Exceptions in the configuration."""

    @pytest.fixture(autouse=True)
    def mistakes(self, folder: Path) -> None:
        (folder / ".git").mkdir()
        (folder / "images").mkdir()
        (folder / "images" / "a.json").write_text((ROOT / "examples" / "mistakes.json").read_text())
        (folder / "images" / "b.json").write_text((ROOT / "examples" / "mistakes.json").read_text())

    @staticmethod
    def found(aiblint: Aiblint, config: str, *arguments: str) -> list[tuple[str, str]]:
        """Rule and file of the findings of AIB501, AIB801, and of the rules about exceptions."""
        Path(".aiblint.yaml").write_text(config)
        select = "AIB010,AIB011,AIB012,AIB501,AIB801"
        status, out, err = aiblint("--select", select, "--format", "json", "--today", "2026-11-23", *(arguments or (".",)))
        assert (status in (0, 1), err) == (True, ""), err
        return [(f["rule"], f["path"]) for f in json.loads(out)["findings"]]

    @pytest.mark.parametrize(
        "entry",
        [
            "{rule: AIB501, path: images/a.json, reason: x}",
            "{rule: checksum-missing, path: 'images/[a]*.json', until: 2026-11-23}",
            "{rule: AIB501, path: a.json, at: $.properties.customize}",
            "{rule: AIB501, path: a.json, at: '$.properties.customize[*]'}",
            "{rule: AIB501, path: a.json, at: \"$.properties.customize[?(@.type=='PowerShell')]\"}",
            "{rule: AIB501, path: a.json, at: \"$.properties.customize[?name=='install-tools']\"}",
        ],
    )
    def test_they_hold_where_they_say(self, aiblint: Aiblint, entry: str) -> None:
        a, b = str(Path("images/a.json")), str(Path("images/b.json"))
        assert self.found(aiblint, f"ignore:\n  - {entry}\n") == [("AIB801", a), ("AIB801", b), ("AIB501", b)]

    def test_they_hold_below_a_path_entry(self, aiblint: Aiblint) -> None:
        b = str(Path("images/b.json"))
        config = "per-path:\n  a.json:\n    ignore: [AIB801, {rule: AIB501, reason: x}]\n"
        assert self.found(aiblint, config) == [("AIB801", b), ("AIB501", b)]

    def test_toml_says_it_too(self, aiblint: Aiblint) -> None:
        Path("pyproject.toml").write_text('[[tool.aiblint.ignore]]\nrule = "AIB501"\npath = "images/*"\nuntil = 2027-01-31\n')
        out = aiblint("--select", "AIB501", "--format", "json", ".")[1]
        assert json.loads(out)["summary"]["suppressed"] == 2

    @pytest.mark.parametrize(
        ("entry", "paths", "told"),
        [
            ("{rule: AIB802, path: images/a.json}", ["."], []),  # that rule does not run here
            ("{rule: AIB801, path: images/a.json, at: $.properties.source}", ["."], ["AIB010"]),
            ("{rule: AIB801, path: images/a.json, at: $.properties.source}", ["images/a.json"], ["AIB010"]),
            ("{rule: AIB801, path: images/a.json, at: $.properties.source}", ["images/b.json"], []),
            ("{rule: AIB801, path: images/*, at: $.properties.source}", ["images/a.json", "images/b.json"], []),
            ("{rule: AIB801, path: images/*, at: $.properties.source}", ["images"], []),
            ("{rule: AIB801, path: images/*, at: $.properties.source}", ["."], ["AIB010"]),
            ("{rule: AIB801, path: gone.json}", ["."], ["AIB010"]),
            ("{rule: AIB801, path: images/a.json, until: 2026-11-22}", ["images/a.json"], ["AIB012"]),
            ("{rule: AIB801, path: images/a.json, until: 2026-11-22}", ["images/b.json"], []),
            ("{rule: AIB801}", ["."], []),
        ],
    )
    def test_one_is_unused_only_where_that_is_certain(
        self, aiblint: Aiblint, entry: str, paths: list[str], told: list[str]
    ) -> None:
        found = self.found(aiblint, f"ignore:\n  - {entry}\n", *paths)
        assert [rule for rule, path in found if path == ".aiblint.yaml"] == told

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ("{rule: nonsense}", ":2:12: ignore: there is no rule 'nonsense'"),
            ("{rule: checksum-mising}", "did you mean 'checksum-missing'?"),
            ("{rule: AIB5*}", "'AIB5*' is a pattern"),
            ("{path: x.json}", ":2:5: ignore: an exception names its rule; write rule: NAME"),
            ("{rule: AIB501, when: x}", ":2:20: an exception has no setting 'when'; "),
            ("{rule: AIB501, at: properties}", ":2:24: ignore: 'properties' does not start with $"),
            ("{rule: AIB501, at: '$.properties['}", ":2:12: ignore: at: '$.properties[' is no JSONPath"),
            ("{rule: AIB501, until: tomorrow}", ":2:27: ignore: 'tomorrow' is no day; write one such as 2027-01-31"),
            ("{rule: AIB501, until: 2027-02-30}", ":2:27: ignore: '2027-02-30' is no day"),
            ("{rule: AIB501, path: ../x}", "leaves the folder of this file"),
            ("{rule: [AIB501]}", ":2:12: ignore: rule of an exception: a text belongs here"),
        ],
    )
    def test_what_cannot_be_followed_is_2(self, aiblint: Aiblint, entry: str, message: str) -> None:
        Path(".aiblint.yaml").write_text(f"ignore:\n  - {entry}\n")
        status, out, err = aiblint("images/a.json")
        assert (status, out) == (2, "")
        assert message in err

    def test_where_a_reason_is_required_one_without_is_2(self, aiblint: Aiblint) -> None:
        Path(".aiblint.yaml").write_text("require-reason: true\nignore:\n  - {rule: AIB501, path: a.json}\n")
        status, _, err = aiblint("images/b.json")
        assert status == 2
        assert ".aiblint.yaml:3:12: ignore: this exception gives no reason" in err
        Path(".aiblint.yaml").write_text("require-reason: yes\n")
        assert "require-reason cannot be 'yes'; write true or false" in aiblint(".")[2]

    def test_they_are_named_and_switched_off_on_request(self, aiblint: Aiblint) -> None:
        Path(".aiblint.yaml").write_text("ignore:\n  - {rule: AIB501, path: images/*, reason: 'the vendor ##vso[x]says so'}\n")
        out = aiblint("--select", "AIB501,AIB801", "--show-suppressed", ".")[1]
        place = str(Path("images/a.json"))
        assert f"{place}:24:9: suppressed AIB501 checksum-missing by .aiblint.yaml, line 2: the vendor ##vso\\[x]says so" in out
        assert "2 findings suppressed)" in out
        out = aiblint("--select", "AIB501,AIB801", "--no-suppressions", "--format", "json", ".")[1]
        assert [f["rule"] for f in json.loads(out)["findings"]] == ["AIB801", "AIB501"] * 2
