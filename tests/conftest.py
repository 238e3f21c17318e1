"""Shared by all tests: where the repository is, and running the command in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from aiblint.__main__ import main

# No deadline: how long an example takes says more about the machine's other work than about the code.
settings.register_profile("aiblint", deadline=None)
settings.load_profile("aiblint")

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No colour, no date, no cache and no git variables from whoever runs the tests (a hook sets GIT_DIR)."""
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    for name in list(os.environ):
        if name in ("NO_COLOR", "FORCE_COLOR", "SOURCE_DATE_EPOCH") or name.startswith("GIT_"):
            monkeypatch.delenv(name)


Aiblint = Callable[..., tuple[int, str, str]]


@pytest.fixture
def aiblint(capsys: pytest.CaptureFixture[str]) -> Aiblint:
    """Runs the command: `aiblint('--format', 'json', path)` → (exit status, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse: --help, wrong options
            status = int(str(stop.code or 0))
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def corpus() -> Path:
    """The folder of published templates that lies beside the repository on a developer's machine."""
    if not CORPUS.is_dir():
        pytest.skip("no corpus of published templates beside this repository (../shared/corpus)")
    return CORPUS
