"""A baseline in use: adopted, followed, shrunk, refused; and never spoilt by what else is wrong."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import edits
import pytest
from conftest import Aiblint
from test_baseline import MISTAKES, PLAIN, A, B, C, steps


class TestCommand:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        (tmp_path / ".git").mkdir()
        (tmp_path / "images").mkdir()
        (tmp_path / "images" / "a.json").write_text(MISTAKES)
        (tmp_path / "images" / "b.json").write_text(steps(A, B))
        return tmp_path

    def test_it_is_adopted_shrinks_and_never_grows(self, aiblint: Aiblint) -> None:
        status, out, err = aiblint("--write-baseline", "lint/base.json", ".")
        assert (status, out) == (2, "")
        assert "lint/base.json cannot be written" in err
        status, out, _ = aiblint("--write-baseline", "base.json", ".")
        assert status == 0
        assert "base.json: written" in out
        written = json.loads(Path("base.json").read_text())
        count = sum(entry.get("count", 1) for entry in written["findings"])
        assert f"no findings in 2 files (2 templates found, 2 files read, {count} findings in the baseline)" in out
        Path(".aiblint.yaml").write_text("baseline: base.json\n")
        assert aiblint(".")[0] == 0
        assert aiblint("--no-baseline", ".")[0] == 1
        # One is mended, one is new.
        Path("images/b.json").write_text(steps({**A, "sha256Checksum": "0" * 64}, B, C))
        status, out, _ = aiblint(".")
        assert status == 1
        assert out.count("AIB501") == 2
        assert "images/b.json: AIB501 checksum-missing at $.properties.customize[name='a'] occurs no longer" in out
        told = json.loads(aiblint("--format", "json", ".")[1])
        assert [entry["at"] for entry in told["gone"]] == ["$.properties.customize[name='a']"]
        assert told["summary"]["known"] == count - 1
        status, out, _ = aiblint("--update-baseline", ".")
        assert status == 1
        assert "base.json: updated, 1 taken out" in out
        after = json.loads(Path("base.json").read_text())["findings"]
        assert [entry for entry in written["findings"] if entry not in after] == [
            entry for entry in written["findings"] if entry["at"] == "$.properties.customize[name='a']"
        ]
        assert [entry for entry in after if entry not in written["findings"]] == []
        assert aiblint("--update-baseline", "images/b.json")[0] == 1
        assert json.loads(Path("base.json").read_text())["findings"] == after

    def test_a_run_over_some_files_or_rules_judges_no_others(self, aiblint: Aiblint) -> None:
        aiblint("--write-baseline", "base.json", ".")
        before = Path("base.json").read_text()
        Path("images/a.json").write_text(steps(PLAIN))
        Path("images/b.json").unlink()
        for arguments in (("--select", "AIB803", "."), ("--select", "AIB001", "images/a.json")):
            assert "occurs no longer" not in aiblint("--baseline", "base.json", "--update-baseline", *arguments)[1]
            assert Path("base.json").read_text() == before
        out = aiblint("--baseline", "base.json", "--select", "AIB501", "images/a.json")[1]
        assert out.count("images/a.json: AIB501") == 1
        assert "images/b.json" not in out
        aiblint("--baseline", "base.json", "--update-baseline", ".")
        assert json.loads(Path("base.json").read_text())["findings"] == []

    @pytest.mark.parametrize("damage", ["cut", "lost", "unreadable"])
    def test_a_damaged_file_costs_no_entry(self, aiblint: Aiblint, damage: str) -> None:
        aiblint("--write-baseline", "base.json", ".")
        before = Path("base.json").read_text()
        path = Path("images/b.json")
        text = path.read_text()
        # `lost`: so little is left that nobody takes it for a template.
        path.write_bytes({"cut": text[: len(text) // 2], "lost": text[:20], "unreadable": "\0" + text}[damage].encode())
        aiblint("--baseline", "base.json", "--update-baseline", ".")
        assert Path("base.json").read_text() == before
        path.write_text("{}")
        aiblint("--baseline", "base.json", "--update-baseline", ".")
        assert "images/b.json" not in Path("base.json").read_text()

    def test_one_that_is_nested_too_deep_is_2(self, aiblint: Aiblint) -> None:
        Path("base.json").write_text("[" * 100_000 + "]" * 100_000)
        status, out, err = aiblint("--baseline", "base.json", ".")
        assert (status, out) == (2, "")
        assert "base.json is no baseline: it is nested too deep" in err

    def test_names_follow_when_it_is_updated(self, aiblint: Aiblint) -> None:
        aiblint("--write-baseline", "base.json", "images/b.json")
        Path("images/b.json").write_text(steps({**A, "name": "x"}, B))
        out = aiblint("--baseline", "base.json", "--update-baseline", ".", "--select", "AIB501", "--ignore", "AIB801")[1]
        assert "updated, names only" in out
        assert [entry["at"] for entry in json.loads(Path("base.json").read_text())["findings"]] == [
            "$.properties.customize[name='b']",
            "$.properties.customize[name='x']",
        ]

    def test_a_renamed_file_stays_known(self, aiblint: Aiblint) -> None:
        shutil.rmtree("images")
        os.mkdir("sub")
        Path("one.json").write_text(steps(A, B))
        Path("two.json").write_text(steps(C))
        assert aiblint("--write-baseline", "known.json", ".")[0] == 0
        os.rename("one.json", "sub/new.json")
        Path("sub/new.json").write_text(steps(B, A, edits.script("d")))
        Path("copy.json").write_text(steps(C))
        status, out, _ = aiblint("--format", "json", "--baseline", "known.json", ".")
        found = [(each["path"], each["pointer"].rpartition("/customize/")[2]) for each in json.loads(out)["findings"]]
        # What was added is new, and so is a copy: the file that it was made of is still there.
        assert (status, found) == (1, [("copy.json", "0"), (os.path.join("sub", "new.json"), "2")])
        assert json.loads(out)["gone"] == []
        os.remove("copy.json")
        aiblint("--baseline", "known.json", "--update-baseline", ".")
        named = [entry["path"] for entry in json.loads(Path("known.json").read_text())["findings"]]
        assert named == ["sub/new.json", "sub/new.json", "two.json"]

    def test_a_new_file_is_not_taken_for_one_that_is_gone(self, aiblint: Aiblint) -> None:
        shutil.rmtree("images")
        Path("one.json").write_text(steps(A, B, C))
        aiblint("--write-baseline", "known.json", ".")
        os.remove("one.json")
        Path("new.json").write_text(steps(A, edits.script("d")))
        status, out, _ = aiblint("--format", "json", "--baseline", "known.json", ".")
        assert (status, json.loads(out)["summary"]["known"], len(json.loads(out)["gone"])) == (1, 0, 3)

    def test_the_same_findings_give_the_same_file_from_any_folder(
        self, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        aiblint("--write-baseline", "base.json", ".")
        before = Path("base.json").read_text()
        monkeypatch.chdir("images")
        aiblint("--write-baseline", "../base.json", "b.json", "a.json")
        assert Path("../base.json").read_text() == before
        assert all(line.startswith('{"path"') for line in before.splitlines()[4:-2])
        assert aiblint("--baseline", "../base.json", ".")[0] == 0

    def test_suppressed_findings_and_those_about_the_configuration_stay_out(self, aiblint: Aiblint) -> None:
        Path(".aiblint.yaml").write_text(
            "ignore:\n  - {rule: AIB501, path: images/*}\n  - {rule: AIB431, path: images/b.json}\n"
        )
        status, out, _ = aiblint("--write-baseline", "base.json", ".")
        assert status == 1
        assert "AIB010" in out
        assert {entry["rule"] for entry in json.loads(Path("base.json").read_text())["findings"]}.isdisjoint(
            ["AIB501", "AIB010"]
        )

    def test_a_secret_is_not_written_down(self, aiblint: Aiblint) -> None:
        secret = "https://st.blob.core.windows.net/c/a.ps1?sv=2022-11-02&sig=Hunter2Hunter2Hunter2%3D"
        Path("images/b.json").write_text(
            steps({**A, "scriptUri": secret}, {**PLAIN, "inline": ["net user x Hunter2Hunter2! /add"]})
        )
        aiblint("--write-baseline", "base.json", ".")
        text = Path("base.json").read_text()
        assert "AIB521" in text
        assert "AIB523" in text
        assert "Hunter2" not in text

    def test_what_is_wrong_with_a_rule_costs_no_entry(self, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> list[object]:
            raise ZeroDivisionError("no")

        aiblint("--write-baseline", "base.json", ".")
        before = Path("base.json").read_text()
        monkeypatch.setattr("aiblint.checks.checksums.checksum_missing", broken)
        status, out, _ = aiblint("--baseline", "base.json", "--update-baseline", ".")
        assert status == 2
        assert "not updated, because a rule failed" in out
        assert Path("base.json").read_text() == before

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "base.json is no baseline"),
            ("[]", "it holds an object with 'findings'"),
            ('{"version": 2, "findings": []}', "is a baseline of version 2; this aiblint reads 1"),
            ('{"version": 1, "findings": [{"path": "a"}]}', "its entry 1 is none"),
            ('{"version": 1, "findings": [{"path": "a", "rule": "x", "count": 0}]}', "its entry 1 is none"),
            ('{"version": 1, "findings": [{"path": "a", "rule": "x", "at": 3}]}', "its entry 1 is none"),
        ],
    )
    def test_what_is_no_baseline_is_2(self, aiblint: Aiblint, text: str, said: str) -> None:
        Path("base.json").write_text(text)
        status, out, err = aiblint("--baseline", "base.json", ".")
        assert (status, out) == (2, "")
        assert said in err
        Path(".aiblint.yaml").write_text("baseline: base.json\n")
        status, _, err = aiblint(".")
        assert status == 2
        assert ".aiblint.yaml:1:1: baseline: base.json " in err
        assert said in err

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--baseline", "nowhere.json"), "--write-baseline makes one"),
            (("--update-baseline",), "--update-baseline needs one"),
            (("--write-baseline", "x.json", "--update-baseline"), "give one of the two"),
            (("--write-baseline", "x.json", "--baseline", "x.json"), "give one of the two"),
            (("--diff", "--write-baseline", "x.json"), "--diff only shows fixes"),
            (("--diff", "--baseline", "x.json", "--update-baseline"), "--diff only shows fixes"),
        ],
    )
    def test_what_cannot_be_followed_is_2(self, aiblint: Aiblint, arguments: tuple[str, ...], said: str) -> None:
        status, out, err = aiblint(*arguments, ".")
        assert (status, out) == (2, "")
        assert said in err
