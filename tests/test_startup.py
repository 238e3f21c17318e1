"""A hook that slows down commits is taken out again: a run imports only what it needs, and costs a few idle Pythons."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

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


NEVER = {
    *(
        "argparse",
        "asyncio",
        "attr",
        "concurrent.futures",
        "contextlib",
        "csv",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
    ),
    *("fractions", "gettext", "importlib.metadata", "importlib.resources", "inspect", "jsonpath_ng", "locale", "logging"),
    *(
        "multiprocessing",
        "pathlib",
        "pickle",
        "random",
        "sarif_om",
        "shutil",
        "socket",
        "ssl",
        "string",
        "subprocess",
        "tempfile",
    ),
    *("textwrap", "threading", "tomllib", "typing", "urllib", "urllib.request", "uuid", "xml", "yaml", "zipfile"),
    *("aiblint.baseline", "aiblint.changed", "aiblint.example", "aiblint.explain", "aiblint.ownrules", "aiblint.rulefile"),
    *("aiblint.shellcheck", "aiblint.strict_yaml", "aiblint.suppress", "aiblint.words"),
}
"""What no run over templates may import that reads no configuration and finds nothing."""
MENDING = {"aiblint.fixes", "aiblint.fixer", "aiblint.mend", "aiblint.save", "aiblint.layout", "aiblint.usage"}
READING = {
    *("collections", "enum", "fnmatch", "functools", "hashlib", "importlib", "json", "re", "select", "types"),
    *(
        "aiblint.arm",
        "aiblint.check",
        "aiblint.checks",
        "aiblint.document",
        "aiblint.engine",
        "aiblint.linting",
        "aiblint.plan",
    ),
    *("aiblint.query", "aiblint.schema", "aiblint.shell", "aiblint.syntax", "aiblint.tables", "aiblint.template"),
}
"""What only a run needs that meets something that can be a template."""
SARIF = {"aiblint.report.sarif", "aiblint.report.sarif_log"}
CASES = {
    "--version": (["--version"], NEVER | READING | MENDING | SARIF | {"aiblint.cli", "aiblint.report"}),
    "no template": (["a.json", "b.json"], NEVER | READING | MENDING | SARIF),
    "a folder without a template": (["empty"], NEVER | READING | MENDING | SARIF),
    "a clean body": (["linux.json"], NEVER | MENDING | SARIF | {"aiblint.arm.evaluate", "aiblint.report.excerpt"}),
    "a clean deployment": (["deployment.json"], NEVER | MENDING | SARIF | {"aiblint.report.excerpt"}),
    "findings as text": (["mistakes.json"], NEVER - {"difflib"} | SARIF | {"aiblint.mend", "aiblint.fixer", "aiblint.save"}),
    "findings as SARIF": (
        ["mistakes.json", "--output", "sarif=out.sarif"],
        {"yaml", "jsonpath_ng", "argparse", "importlib.metadata", "subprocess", "aiblint.mend", "aiblint.fixer"},
    ),
    "fixes": (["mistakes.json", "--fix"], {"yaml", "jsonpath_ng", "sarif_om", "attr", "argparse", "subprocess"} | SARIF),
}
"""Arguments, and the modules that they do not need. What is imported late by mistake, or no longer, shows up here."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("linux", "deployment", "mistakes"):
        shutil.copy(ROOT / "examples" / f"{name}.json", tmp_path)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text('{"setting": [1, 2, 3]}\n')
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize("case", CASES)
def test_a_run_imports_only_what_it_needs(case: str, folder: Path) -> None:
    arguments, forbidden = CASES[case]
    code = (
        "import sys; before = set(sys.modules); from aiblint.__main__ import main; status = main(sys.argv[1:]);"
        "print(status, *(set(sys.modules) - before), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True)
    status, *imported = done.stderr.split()
    assert status in ("0", "1"), done.stderr
    assert not forbidden.intersection(imported)


def test_no_module_of_the_current_folder_is_run(tmp_path: Path) -> None:
    """It may be the linted repository, and `python -m` looks there first: what it needs itself comes before we have a say."""
    listed = subprocess.run(
        [sys.executable, "-P", "-c", "import runpy, sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    for name in sys.stdlib_module_names - {module.partition(".")[0] for module in listed.stdout.split()}:
        if not name.startswith("_"):
            (tmp_path / f"{name}.py").write_text("raise SystemExit('executed')\n")
    assert (tmp_path / "json.py").exists()
    shutil.copy(ROOT / "examples" / "mistakes.json", tmp_path)
    for options in (["--format", "sarif"], ["--fix", "--diff"], ["--explain", "AIB501"], ["--completion", "bash"]):
        command = [sys.executable, "-m", "aiblint", "--no-config", *options, "mistakes.json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "executed" not in done.stdout + done.stderr
        assert done.returncode in (0, 1), done.stderr
