"""Fixing undoes a mistake to the letter, in any layout and encoding; twice is once; and nothing else in a file ever changes."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from damage import bad_files, damaged

from aiblint import engine, fixer, fixes, registry
from aiblint.checkout import Checkout
from aiblint.document import Document, Node
from aiblint.finding import Finding
from aiblint.rule import Rule
from aiblint.sniff import may_hold_template
from aiblint.syntax.json import read

Json = dict[str, Any]


@cache
def rules() -> list[Rule]:
    return registry.load()


def lint(document: Document) -> engine.Result:
    return engine.lint(document, rules(), Checkout("x.json"), "2026-11-23")


def any_fix(finding: Finding) -> bool:
    return finding.fix is not None


def safe_fix(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.safe


def fixed(data: bytes, wanted: Callable[[Finding], bool] = safe_fix) -> bytes:
    outcome = fixer.fix(read(data, "x.json"), lint, wanted)
    assert outcome.defects == []
    return fixer.encoded(outcome.document)


def put(value: Any, name: str, new: Any, at: int) -> None:
    """A member at a place of its own: first, in the middle, last."""
    members = list(value.items())
    members.insert(at % (len(members) + 1), (name, new))
    value.clear()
    value.update(members)


def rename(value: Json, old: str, new: str) -> None:
    members = [(new if name == old else name, member) for name, member in value.items()]
    value.clear()
    value.update(members)


def step(template: Json, number: int) -> Json:
    found: Json = template["properties"]["customize"][number]
    return found


# Mistakes in the clean Linux template that the fix takes back to the letter, wrong names last; each gets a number to vary with.
MISTAKES: list[Callable[[Json, int], object]] = [
    lambda t, n: t.update(type="Microsoft.VirtualMachineImages"),
    lambda t, n: step(t, 0).update(type=["shell", "SHELL", " Shell"][n % 3]),
    lambda t, n: t["properties"]["source"].update(type="platformImage"),
    lambda t, n: t["identity"].update(type="userassigned"),
    lambda t, n: t["properties"].update(buildTimeoutInMinutes="120"),
    lambda t, n: put(t["properties"], "provisioningState", "Succeeded", n),
    lambda t, n: put(t["properties"]["source"], "exactVersion", {"a": [1, {"b": "ü"}]}, n),
    lambda t, n: put(t, "id", "x", n),
    lambda t, n: step(t, 2).update(sha256Checksum="sha256:" + step(t, 2)["sha256Checksum"].upper()),
    lambda t, n: step(t, 2).update(scriptUri=[" ", ""][n % 2] + step(t, 2)["scriptUri"] + "  "[n % 2 :]),
    lambda t, n: t["properties"]["distribute"][0].update(galleryImageId=t["properties"]["distribute"][0]["galleryImageId"][1:]),
    lambda t, n: t["properties"]["distribute"][0]["targetRegions"].insert(
        1 + n % 2, {"name": "West Europe", "storageAccountType": "Standard_ZRS", "replicaCount": 2}
    ),
    lambda t, n: t["properties"]["distribute"][0]["targetRegions"].append({"name": "northeurope"}),
    lambda t, n: t["properties"]["distribute"][0]["targetRegions"][0].update(storageAccountType="standard_zrs"),
    lambda t, n: rename(t["properties"], "vmProfile", ["vmprofile", "VMProfile"][n % 2]),
    lambda t, n: rename(t["properties"]["distribute"][0], "runOutputName", "runoutputname"),
    lambda t, n: rename(step(t, 1), "sourceUri", "scriptUri"),
    lambda t, n: rename(step(t, 2), "scriptUri", "sourceUri"),
]  # fmt: skip


def layouts(template: Json) -> dict[str, str]:
    return {
        "2": json.dumps(template, indent=2, ensure_ascii=False) + "\n",
        "4": json.dumps(template, indent=4, ensure_ascii=False),
        "tab": json.dumps(template, indent="\t", ensure_ascii=False) + "\n",
        "minified": json.dumps(template, separators=(",", ":"), ensure_ascii=False),
        "line": json.dumps(template, ensure_ascii=False),
    }


@pytest.mark.parametrize("layout", ["2", "4", "tab", "minified", "line"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_fix_takes_mistakes_back_to_the_letter(layout: str, encoding: str) -> None:
    clean = json.loads((ROOT / "examples" / "linux.json").read_text())
    clean["tags"]["team"] = "Köln 🚀"
    pick = random.Random(f"{layout} {encoding}")
    for end in ("\n", "\r\n", "\r"):
        wrong = copy.deepcopy(clean)
        for number in sorted(pick.sample(range(len(MISTAKES)), pick.randint(1, len(MISTAKES)))):
            MISTAKES[number](wrong, pick.randrange(30))
        text, expected = (layouts(template)[layout].replace("\n", end) for template in (wrong, clean))
        after = fixed(text.encode(encoding))
        assert after.decode() == expected
        assert fixed(after) == after


@pytest.mark.parametrize("mistake", range(len(MISTAKES)))
def test_each_of_the_mistakes_is_one(mistake: int) -> None:
    wrong = json.loads((ROOT / "examples" / "linux.json").read_text())
    MISTAKES[mistake](wrong, 1)
    [found] = [f for f in lint(read(json.dumps(wrong).encode(), "x")).findings if safe_fix(f)]
    assert found.severity in ("error", "warning")


def replayed(outcome: fixer.Outcome) -> str:
    """The last text, made from the first by the edits of the fixes that are said to have been made, and by nothing else."""
    rounds: list[tuple[Document, list[Finding]]] = []
    for finding in outcome.fixed:
        if not rounds or rounds[-1][0] is not finding.document:
            rounds.append((finding.document, []))
        rounds[-1][1].append(finding)
    text = rounds[0][0].text if rounds else outcome.document.text
    for document, findings in rounds:
        assert document.text == text
        text = fixes.apply(text, [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits])
    return text


def leaves(node: Node | None) -> list[tuple[str, str]]:
    """Each scalar as (kind, value), each name as ("name", it), in the order of the file."""
    found: list[tuple[str, str]] = []
    for each in node.walk() if node is not None else ():
        found += [("name", each.key)] if each.key is not None else []
        found += [(each.kind, str(each.value))] if not each.children else []
    return found


def touched(outcome: fixer.Outcome) -> Counter[tuple[str, str]]:
    """The scalars and names that the made fixes reach: those that stand in an edited stretch, before and after."""
    found: Counter[tuple[str, str]] = Counter()
    for finding in outcome.fixed:
        edits = finding.fix.edits if finding.fix is not None else ()
        for each in finding.document.root.walk() if finding.document.root is not None else ():
            for start, end, leaf in ((each.key_start, each.key_end, ("name", each.key)), (each.start, each.end, None)):
                if start >= 0 and any(edit.start <= end and start <= edit.end for edit in edits):
                    kind = (each.kind, str(each.value)) if not each.children else None
                    found[leaf or kind or ("", "")] += 1  # type: ignore[index]
    return found


def check(data: bytes, name: str, wanted: Callable[[Finding], bool]) -> engine.Result:
    """Fixes a file and looks at all that has to hold; gives what is left to say about it."""
    document = read(data, name)
    if fixer.encoded(document) != data:
        return lint(document)
    outcome = fixer.fix(document, lint, wanted)
    assert outcome.defects == [], name
    assert outcome.document.text == replayed(outcome), name
    assert len(outcome.document.mistakes) <= len(document.mistakes), name
    gone = Counter(leaves(document.root)) - Counter(leaves(outcome.document.root))
    assert gone <= touched(outcome) or document.mistakes, name
    again = fixer.fix(read(fixer.encoded(outcome.document), name), lint, wanted)
    assert fixer.encoded(again.document) == fixer.encoded(outcome.document), name
    return again.result


def errors(result: engine.Result) -> Counter[str]:
    return Counter(finding.rule for finding in result.findings if finding.severity == "error")


@pytest.mark.parametrize("wanted", [safe_fix, any_fix])
def test_published_templates(corpus: Path, wanted: Callable[[Finding], bool]) -> None:
    """No new error, no value changed that no fix reaches, twice is once."""
    for path in sorted((corpus / "json").glob("*.json")):
        data = path.read_bytes()
        if not may_hold_template(data):
            continue
        assert errors(check(data, path.name, wanted)) <= errors(lint(read(data, path.name))), path.name


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_are_never_left_worse(seed: int) -> None:
    pick = random.Random(seed)
    for number in range(25):
        check(damaged(pick.choice(bad_files()), pick), f"{seed}-{number}", pick.choice([safe_fix, any_fix]))
