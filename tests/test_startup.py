"""A hook that slows down commits is taken out again: one clean template costs at most eight times a Python that does nothing."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

import pytest
from conftest import ROOT

MOST = 8
ATTEMPTS = 4
"""Other work on the machine can only make a run dearer, so the best of some attempts counts."""


def seconds(*arguments: str) -> float:
    """Median of seven: user and system time of a Python process."""
    used = []
    # Without byte code Python would compile every module anew; a user's runs have it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(7):
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        used.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(used)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not tell what a process used")
@pytest.mark.parametrize("name", ["linux.json", "windows.json"])
def test_one_clean_template_costs_at_most_eight_times_an_idle_python(name: str) -> None:
    run = ("-m", "aiblint", "--no-config", f"examples/{name}")
    seconds(*run)  # compiles the index and the byte code where there is none
    ratios = []
    for _ in range(ATTEMPTS):
        ratios.append(seconds(*run) / seconds("-c", "pass"))
        if ratios[-1] <= MOST:
            return
    raise AssertionError(f"{min(ratios):.1f} times an idle Python at best")
