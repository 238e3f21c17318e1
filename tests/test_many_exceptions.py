"""Thousands of exceptions in a generated file: what each silences is found in a time that grows with them and no faster."""

from __future__ import annotations

import gc
import json
import time

import edits
import pytest

from aiblint import registry
from aiblint.checkout import Checkout
from aiblint.engine import Result, lint
from aiblint.plan import Plan
from aiblint.settle import settle
from aiblint.suppress.ignores import Terms
from aiblint.syntax.json import read

RULES = [rule for rule in registry.load() if rule.id in ("AIB010", "AIB011", "AIB012", "AIB501", "AIB512")]
TERMS = Terms({name: rule.id for rule in RULES for name in (rule.id.lower(), rule.name)}, "2026-11-23")
STEP = json.dumps(edits.script("agent"))


def file(customize: str) -> str:
    whole = json.dumps(edits.deployment())
    start = whole.index('"customize": [') + len('"customize": [')
    return f"{whole[:start]}\n{customize},\n{whole[start:]}"


def settled(text: str) -> Result:
    result = lint(read(text.encode(), "a.json"), Plan(RULES, {}), Checkout("a.json"), "2026-11-23")
    return settle(result, RULES, {}, TERMS)


FORMS = {
    "a line each": lambda n: ",\n".join([f"// aiblint: ignore[checksum-missing] x\n{STEP}"] * n),
    "a line each that finds nothing": lambda n: ",\n".join([f"// aiblint: ignore[insecure-download] x\n{STEP}"] * n),
    "a block each": lambda n: ",\n".join(
        [f"// aiblint: ignore-start[AIB501] x\n{STEP}\n// aiblint: ignore-end"] * n
    ),
    "blocks in blocks": lambda n: "// aiblint: ignore-start[AIB501] x\n" * n + STEP + "\n// aiblint: ignore-end" * n,
    "blocks that nothing closes": lambda n: "// aiblint: ignore-start[AIB501]\n// aiblint: ignore-end[AIB512]\n" * n + STEP,
    "all before one line": lambda n: "// aiblint: ignore[AIB512] x\n" * n + STEP,
    "all on one line": lambda n: "/* aiblint: ignore[AIB512] x */" * n + STEP,
    "all for the file": lambda n: "// aiblint: ignore-file[AIB512] x\n" * n + STEP,
    "a slip in each": lambda n: "// aiblint: ignore[insecure-downlod] x\n" * n + STEP,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_time_grows_with_the_number_of_exceptions_and_no_faster(form: str) -> None:
    def seconds(count: int) -> float:
        text = file(FORMS[form](count))
        gc.collect()
        gc.disable()
        try:
            start = time.process_time()
            settled(text)
            return time.process_time() - start
        finally:
            gc.enable()

    seconds(50)
    few, many = (min(seconds(count) for _ in range(3)) for count in (300, 1500))
    assert many < 10 * few + 0.1  # five times as many; 25 times as long where each looks at each


OPEN, CLOSE = "// aiblint: ignore-start[AIB501]", "\n// aiblint: ignore-end"


@pytest.mark.parametrize(
    ("customize", "left", "silencing"),
    [
        (f"// aiblint: ignore-file[AIB501] f\n{OPEN} b\n// aiblint: ignore[AIB501] l\n{STEP}{CLOSE}", 0, ["l"]),
        (f"// aiblint: ignore-file[AIB501] f\n{OPEN} o\n{OPEN} i\n{STEP}{CLOSE}{CLOSE}", 0, ["i"]),
        (f"{OPEN} o\n{STEP},\n{OPEN} i\n{STEP}{CLOSE}\n,{STEP}{CLOSE}\n,{STEP}", 1, ["o", "i", "o"]),
        (f"// aiblint: ignore-file[AIB501] f\n{STEP},\n{OPEN} b\n{STEP}{CLOSE}\n,{STEP}", 0, ["f", "b", "f"]),
        # Blocks that cross: the second one, closed by the rules that it names, reaches beyond the end of the first.
        (f"{OPEN} a\n// aiblint: ignore-start[AIB501, AIB512] b\n{STEP}{CLOSE}[AIB501],\n{STEP}{CLOSE}", 0, ["a", "b"]),
    ],
)
def test_the_narrowest_silences_wherever_it_stands(customize: str, left: int, silencing: list[str]) -> None:
    result = settled(file(customize))
    assert sum(finding.rule == "AIB501" for finding in result.findings) == left
    silenced = sorted(result.silenced, key=lambda each: each[0].start)
    assert [ignore.reason for finding, ignore in silenced if finding.rule == "AIB501"] == silencing
