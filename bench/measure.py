"""Runs programs and takes medians of what they cost."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_LAUNCHER = str(Path(__file__).with_name("launcher.py"))
BARE = (sys.executable, "-c", "pass")
"""What everything is compared with: this interpreter, starting and ending."""


class MeasureError(Exception):
    """A program that did not do what is measured."""


class Cost(NamedTuple):
    """`cpu` is user + sys, `wall` what a clock shows, both in seconds; `peak` is resident memory in MiB."""

    cpu: float
    wall: float
    peak: float


def aiblint(*arguments: object) -> tuple[str, ...]:
    """The installed command of this environment, as a hook starts it."""
    folder = Path(sys.executable).parent
    command = shutil.which("aiblint", path=str(folder))
    if command is None:
        raise MeasureError(f"no command aiblint in {folder}: install the project into this environment first")
    return (command, *map(str, arguments))


def once(command: Sequence[str], statuses: tuple[int, ...] = (0,)) -> Cost:
    """One run, its output thrown away. Raises MeasureError for an exit status that is not expected."""
    # An installed package has its byte code; a setting of this shell must not make every run compile it anew.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    launched = [sys.executable, "-S", "-E", _LAUNCHER, *command]
    # Not in this repository, whose own configuration would be looked for and read.
    folder = tempfile.gettempdir()
    done = subprocess.run(launched, env=environment, cwd=folder, capture_output=True, text=True, check=True, timeout=900)
    user, system, wall, peak, status = done.stdout.split()
    if int(status) not in statuses:
        raise MeasureError(f"exit status {status} from {' '.join(command)}")
    return Cost(float(user) + float(system), float(wall), int(peak) / 1024)


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int, statuses: tuple[int, ...] = (0,)) -> dict[str, Cost]:
    """Medians over rounds in which every command runs once, so that a change of the machine's speed hits all alike.

    A round before the first one is not counted: it fills caches and writes byte code.
    """
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            cost = once(command, statuses)
            if number:
                runs[name].append(cost)
    return {name: median(costs) for name, costs in runs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
