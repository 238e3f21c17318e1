"""A baseline knows old findings again by structure: whatever moves around them, none comes back and no new one is lost."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import edits
import pytest
from conftest import ROOT, Aiblint

from aiblint import engine, known, registry
from aiblint.checkout import Checkout
from aiblint.syntax.json import read

MISTAKES = (ROOT / "examples" / "mistakes.json").read_text()


@cache
def rules(*ids: str) -> list[Any]:
    return [rule for rule in registry.load() if (rule.id in ids if ids else rule.enabled)]


def lint(text: str, *ids: str) -> engine.Result:
    result = engine.lint(read(text.encode(), "a.json"), rules(*ids), Checkout("a.json"), "2026-11-23", traced=True)
    assert result.defects == []
    return result


def left(before: str, after: str, *ids: str) -> tuple[list[engine.Finding], int]:
    """What of the second text is not known from the first, and how many of the first are gone."""
    entries = known.entries_of(lint(before, *ids).findings)
    for entry in entries:
        entry.judged = True
    result = lint(after, *ids)
    new = known.part(entries, result.findings, known.Scene(result))
    return new, sum(entry.missing for entry in entries)


def told(before: str, after: str, *ids: str) -> tuple[list[str], int]:
    new, gone = left(before, after, *ids)
    return [f"{finding.rule} {finding.place}" for finding in new], gone


def steps(*customize: Any, name: str = "golden") -> str:
    tree = edits.deployment()
    tree["resources"][0]["name"] = name
    tree["resources"][0]["properties"]["customize"] = list(customize)
    return json.dumps(tree, indent=2)


A, B, C = (edits.script(name) for name in "abc")
PLAIN = {"type": "PowerShell", "name": "quiet", "runElevated": True, "runAsSystem": True, "inline": ["hostname"]}


def unnamed(step: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in step.items() if key != "name"}


class TestSame:
    """Changes through which an old finding is known again, and nothing is taken for it that is not."""

    @pytest.mark.parametrize("name", ["mistakes.json", "deployment.json"])
    def test_a_file_knows_itself_in_any_layout(self, name: str) -> None:
        text = (ROOT / "examples" / name).read_text()
        assert told(text, text) == ([], 0)
        document = read(text.encode(), name)
        assert document.root is not None
        whole: Any = document.root.to_python()
        before = json.dumps(whole)
        pick = random.Random(3)
        for _ in range(20):
            after = json.dumps(edits.shuffled(whole, pick), indent=pick.choice([None, 1, 4]), ensure_ascii=pick.random() < 0.5)
            assert told(before, after) == ([], 0)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (steps(A, B), steps(B, A)),
            (steps(A), steps(PLAIN, A)),
            (steps(A), steps({**A, "name": "renamed"})),
            (steps(A), steps({**A, "validExitCodes": [0, 3010]})),
            (steps(A), steps(A, name="other")),
            (steps(A), steps({**A, "name": "renamed"}, name="other")),
            (steps(unnamed(A), unnamed(B)), steps(unnamed(B), PLAIN, unnamed(A))),
            (steps(unnamed(A)), steps({**A, "name": "named"})),
            (steps({**PLAIN, "inline": ["shutdown /r", "hostname"]}), steps({**PLAIN, "inline": ["hostname", "whoami", "shutdown /r"]})),
            (steps(edits.restart("r", "10 minutes")), steps(edits.restart("s", "10 minutes"))),
            (steps({**A, "inline": ["hostname"]}), steps({**A, "name": "x", "inline": ["hostname"]})),
        ],
    )  # fmt: skip
    def test_what_moved_or_was_renamed_is_known(self, before: str, after: str) -> None:
        assert lint(before).findings
        assert told(before, after) == ([], 0)

    def test_a_second_image_template_changes_nothing(self) -> None:
        tree = json.loads(steps(A))
        for at in (0, 1):
            more = copy.deepcopy(tree)
            more["resources"].insert(at, edits.image("second"))
            assert told(json.dumps(tree), json.dumps(more)) == ([], 0)
            assert told(json.dumps(more), json.dumps(tree)) == ([], 0)

    def test_a_definition_that_several_places_use_is_known_in_any_order(self) -> None:
        uses = [{**edits.restart(name, "[parameters('wait')]")} for name in ("one", "two")]
        texts = []
        for customize in (uses, uses[::-1], [PLAIN, *uses, edits.restart("three", "[parameters('wait')]")]):
            tree = json.loads(steps(*customize))
            tree["parameters"]["wait"] = {"type": "string", "defaultValue": "10 minutes"}
            texts.append(json.dumps(tree))
        assert len(lint(texts[0], "AIB431").findings) == 1
        assert told(texts[0], texts[1], "AIB431") == told(texts[0], texts[2], "AIB431") == ([], 0)
        other = texts[0].replace("10 minutes", "9 minutes")
        assert told(texts[0], other, "AIB431") == (["AIB431 @$.parameters.wait.defaultValue"], 1)

    def test_placeholders_may_be_filled_in_one_by_one(self) -> None:
        two = (ROOT / "examples" / "linux.json").read_text().replace('"westeurope"', '"<region>"').replace('"120"', "120")
        two = two.replace('"version": "latest"', '"version": "<version>"')
        one = two.replace("<version>", "latest")
        assert told(two, one, "AIB007") == ([], 0)
        assert told(one, two, "AIB007") == (["AIB007 $"], 1)

    def test_the_text_around_a_mistake_of_writing_may_change(self) -> None:
        before = MISTAKES.replace('"VM"', "'VM'")
        assert told(before, "\n\n" + before.replace("    ", "\t")) == ([], 0)


def test_published_templates_are_known_in_any_order(corpus: Path) -> None:
    pick = random.Random(1)
    count = 0
    for path in sorted((corpus / "json").glob("*.json")):
        document = read(path.read_bytes(), path.name)
        if document.root is not None and not document.mistakes:
            whole: Any = document.root.to_python()
            before, after = json.dumps(whole), json.dumps(edits.shuffled(whole, pick), indent=2)
            count += len(lint(before).findings)
            assert told(before, after) == ([], 0), path.name
    assert count > 100


class TestNew:
    """Changes that bring a finding: it is told, once."""

    @pytest.mark.parametrize(
        ("before", "after", "new", "gone"),
        [
            (steps(A), steps(A, B), ["AIB501 $.properties.customize[name='b']"], 0),
            (steps(A), steps(A, {**A, "name": "again"}), ["AIB501 $.properties.customize[name='again']"], 0),
            (steps(A, B), steps(A), [], 1),
            (
                steps(A),
                steps({**A, "sha256Checksum": "0" * 64}, {**A, "name": "b"}),
                ["AIB501 $.properties.customize[name='b']"],
                1,
            ),
            (steps(A), steps(B), ["AIB501 $.properties.customize[name='b']"], 1),
            (steps(unnamed(A)), steps(unnamed(A), unnamed(A)), ["AIB501 $.properties.customize[type='PowerShell']"], 0),
            (
                steps(edits.restart("r", "10 minutes")),
                steps(edits.restart("r", "9 minutes")),
                ["AIB431 $.properties.customize[name='r'].restartTimeout"],
                1,
            ),
        ],
    )
    def test_it_is_told(self, before: str, after: str, new: list[str], gone: int) -> None:
        assert told(before, after, "AIB501", "AIB431") == (new, gone)

    def test_the_mistake_of_one_template_is_not_that_of_another(self) -> None:
        tree = json.loads(steps(PLAIN))
        tree["resources"].append(edits.image("second"))
        first, second = copy.deepcopy(tree), copy.deepcopy(tree)
        first["resources"][0]["properties"]["customize"].append(A)
        second["resources"][1]["properties"]["customize"].append(A)
        assert told(json.dumps(first), json.dumps(second)) == (["AIB501 $.properties.customize[name='a']"], 1)


def test_a_baseline_survives_a_thousand_edits_elsewhere() -> None:
    """No finding comes back, and none that an edit brings is lost; layout and order change with every one of them."""
    pick = random.Random(11)
    ids = ("AIB431", "AIB501", "AIB502", "AIB801")
    for number in range(1000):
        if number % 50 == 0:
            tree = edits.deployment()
            customize = tree["resources"][0]["properties"]["customize"]
            customize += [A, B, unnamed(C), edits.restart("r", "10 minutes"), edits.script("d", sha256Checksum="ABC")]
            text = edits.write(tree, pick)
            entries = known.entries_of(lint(text, *ids).findings)
            assert sum(entry.count for entry in entries) == 5
            planted: list[str] = []
        tree = edits.elsewhere(tree, pick, number)
        golden = next(resource for resource in tree["resources"] if resource["name"] == "golden")
        if number % 50 in (20, 35):
            planted.append(f"new-{number}")
            golden["properties"]["customize"].insert(pick.randint(0, 3), edits.script(planted[-1]))
        result = lint(edits.write(tree, pick), *ids)
        for entry in entries:
            entry.matched, entry.judged = [], True
        new = known.part(entries, result.findings, known.Scene(result))
        assert sorted(finding.place for finding in new) == sorted(
            f"$.properties.customize[name='{name}']" for name in planted
        ), number
        assert [entry.missing for entry in entries] == [0] * len(entries), number


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
