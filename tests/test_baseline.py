"""A baseline knows old findings again by structure: whatever moves around them, none comes back and no new one is lost."""

from __future__ import annotations

import copy
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import edits
import pytest
from conftest import ROOT

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
