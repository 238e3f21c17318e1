"""What is measured, and how much it may cost."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import inputs
from bench.measure import BARE, Cost, aiblint, interleaved

FOUND = (0, 1)
"""Exit statuses of a run that did its work."""


class Row(NamedTuple):
    """One measured figure. `value` is None where it could not be measured here, and `remark` says why."""

    case: str
    unit: str
    value: float | None
    limit: float
    remark: str = ""


def start_up(folder: Path, rounds: int) -> Iterator[Row]:
    """Processor time of whole commands, against that of the bare interpreter."""
    clean = inputs.write(folder / "clean" / "image.json", inputs.template())
    faulty = inputs.write(folder / "faulty" / "image.json", inputs.with_findings())
    commit = inputs.commit_without_template(folder / "commit")
    quickstarts = inputs.quickstarts(folder / "quickstarts")
    sarif = folder / "out.sarif"
    cases = {
        "`aiblint --version`": (2.2, aiblint("--version")),
        "50 JSON files without a template": (2.8, aiblint(*sorted(commit.iterdir()))),
        "one 4 KB template, clean": (5, aiblint(clean)),
        "one 4 KB template, with findings": (5, aiblint(faulty)),
        "35 files of a quickstart repository": (9, aiblint(quickstarts)),
        "one template, SARIF to a file": (13, aiblint("--output", f"sarif={sarif}", faulty)),
    }
    costs = interleaved({"bare": BARE, **{case: command for case, (_, command) in cases.items()}}, rounds, FOUND)
    for case, (limit, _) in cases.items():
        yield Row(case, "× bare", costs[case].cpu / costs["bare"].cpu, limit)
    yield Row(
        "memory over the bare interpreter, one template", "MiB", costs["one 4 KB template, clean"].peak - costs["bare"].peak, 25
    )


def scan(folder: Path, rounds: int, megabytes: int) -> Iterator[Row]:
    """A large tree, against ripgrep looking for the type's name in it."""
    files = 4000 * megabytes // 280
    tree = inputs.tree(folder / "tree", files, megabytes)
    commands = {"bare": BARE, "aiblint": aiblint(tree)}
    ripgrep = shutil.which("rg")
    if ripgrep is not None:
        commands["rg"] = (ripgrep, "-uu", "-li", "virtualmachineimages", "-g", "*.json", str(tree))
    costs = interleaved(commands, rounds, FOUND)
    shutil.rmtree(tree)
    case = f"{files:,} JSON files, {megabytes} MB, 16 templates"
    value = costs["aiblint"].wall / costs["rg"].wall if "rg" in costs else None
    # In a small tree both have little more to do than to start, and rg starts ten times sooner than Python.
    yield Row(
        f"{case}: wall time",
        "× rg",
        value,
        2 if megabytes >= 280 else 20,
        "" if "rg" in costs else "ripgrep (rg) is not installed",
    )
    yield Row(f"memory over the bare interpreter, {megabytes} MB tree", "MiB", costs["aiblint"].peak - costs["bare"].peak, 60)


def compiled(folder: Path, rounds: int) -> Iterator[Row]:
    """A large compiled ARM template, the whole command against `json.loads` of the same text."""
    path = inputs.compiled(folder / "compiled" / "main.json")
    text = path.read_text(encoding="utf-8")
    cost = interleaved({"it": aiblint(path)}, rounds, FOUND)["it"]
    yield Row("a compiled ARM template of 1 MB", "× json.loads", cost.cpu / _loading(text), 60)


def _loading(text: str) -> float:
    """Median processor time of `json.loads`, in seconds."""
    times = []
    for _ in range(15):
        begin = time.process_time()
        json.loads(text)
        times.append(time.process_time() - begin)
    return statistics.median(times)


def growth(folder: Path, rounds: int, count: int = 500) -> Iterator[Row]:
    """Twice the work, in how much more time? The start of the interpreter counts on neither side."""
    kinds: dict[str, Callable[[Path, int], Path]] = {"templates": inputs.many_templates, "steps": inputs.many_steps}
    for what, make in kinds.items():
        files = {number: make(folder / "growth" / f"{number}-{what}.json", number) for number in (count, 2 * count)}
        commands = {str(number): aiblint(path) for number, path in files.items()}
        costs: dict[str, Cost] = interleaved({"bare": BARE, **commands}, rounds, FOUND)
        once, twice = (costs[str(number)].cpu - costs["bare"].cpu for number in files)
        yield Row(f"{2 * count:,} {what} against {count}", "× time", twice / once, 2.1)
