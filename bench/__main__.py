"""Measures aiblint and prints a table: python -m bench [--quick] [--check] [--only WORD] [--readme]

Everything is made in a temporary folder; nothing is downloaded. `--check` exits with 1 where a limit is exceeded by more than
a third (with `--quick`, by more than twice as much: few runs on a busy machine say little). `--readme` puts the table into README.md:
to be done on a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import rows
from bench.measure import MeasureError
from bench.rows import Row

SLACK, QUICK_SLACK = 4 / 3, 3.0
README = Path(__file__).resolve().parent.parent / "README.md"
HEAD = "| case | measured | limit |\n| --- | ---: | ---: |"


def measured(folder: Path, quick: bool, only: str) -> Iterator[Row]:
    """The rows, as they are measured."""
    rounds = 5 if quick else 11
    groups: dict[str, Callable[[], Iterator[Row]]] = {
        "start-up": lambda: rows.start_up(folder, rounds),
        "compiled": lambda: rows.compiled(folder, 2 if quick else 5),
        "growth": lambda: rows.growth(folder, 1 if quick else 3),
        "scan": lambda: rows.scan(folder, 2 if quick else 3, 28 if quick else 280),
    }
    for name, group in groups.items():
        if only in name:
            yield from group()


def line(row: Row) -> str:
    value = "not measured: " + row.remark if row.value is None else f"{row.value:.1f} {row.unit}"
    return f"| {row.case} | {value} | {row.limit:g} |"


def machine() -> str:
    """What the figures were measured on."""
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"


def write_readme(lines: list[str]) -> None:
    """Puts the table where README.md keeps it, with the day and the machine."""
    made = "\n".join([f"Measured on {time.strftime('%Y-%m-%d')} with {machine()}.", "", HEAD, *lines, ""])
    text = README.read_text(encoding="utf-8")
    begin, end = "<!-- measured: python -m bench --readme -->\n", "<!-- end of the measurements -->"
    README.write_text(re.sub(f"{begin}.*?{end}", lambda _: begin + made + end, text, flags=re.DOTALL), encoding="utf-8")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs, a tenth of the tree")
    parser.add_argument("--check", action="store_true", help="exit status 1 where a limit is exceeded")
    parser.add_argument("--only", default="", metavar="WORD", help="one group: start-up, compiled, growth, scan")
    parser.add_argument("--readme", action="store_true", help="put the whole table into README.md")
    options = parser.parse_args(argv)
    if options.readme and (options.quick or options.only):
        parser.error("--readme wants the whole table")
    print(f"{machine()}; medians of interleaved runs; bare = `python -c pass`\n")
    print(HEAD)
    slack = QUICK_SLACK if options.quick else SLACK
    exceeded = []
    lines = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            for row in measured(Path(folder), options.quick, options.only):
                lines.append(line(row))
                print(lines[-1], flush=True)
                if row.value is not None and row.value > row.limit * slack:
                    exceeded.append(row.case)
    except MeasureError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if options.readme:
        write_readme(lines)
    for case in exceeded:
        print(f"exceeded by more than {slack - 1:.0%}: {case}", file=sys.stderr)
    return 1 if exceeded and options.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
