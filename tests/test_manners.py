"""Small things that people notice: progress, -v, completion of options."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

from aiblint.arguments import SHELLS
from aiblint.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_late_and_seldom_and_goes_away() -> None:
    now = 0.0
    terminal = Terminal()
    progress = Progress(terminal, lambda: now)
    written = []
    for tenth in range(12):
        now = tenth / 10 + 0.01
        progress.step(tenth, 100)
        progress.step(tenth, 100)  # too soon after the first
        written.append(terminal.getvalue())
    assert written[4] == ""
    assert written[5] == "\r\x1b[K5 of 100 files"
    assert terminal.getvalue().count("files") == 7
    progress.clear()
    assert terminal.getvalue().endswith("11 of 100 files\r\x1b[K")
    progress.clear()
    assert terminal.getvalue().count("\x1b[K") == 8


def test_a_short_run_shows_no_progress() -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    progress.step(1, 1)
    progress.clear()
    assert terminal.getvalue() == ""


def test_progress_is_for_terminals_that_can_erase_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert Progress.fits(Terminal())
    assert not Progress.fits(io.StringIO())
    assert not Progress.fits(None)
    monkeypatch.setenv("TERM", "dumb")
    assert not Progress.fits(Terminal())


def test_verbose_tells_what_each_file_was_checked_by(aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "deployment.json", tmp_path / "image.json")
    text = (ROOT / "examples" / "linux.json").read_text(encoding="utf-8")
    (tmp_path / "bare.json").write_text(text.replace('"apiVersion": "2024-02-01",', ""), encoding="utf-8")
    (tmp_path / "image.parameters.json").write_text('{"parameters": {"scriptRef": {"value": "main"}}}', encoding="utf-8")
    (tmp_path / "other.json").write_text('{"about": "virtualmachineimages"}', encoding="utf-8")
    quiet = aiblint("--no-config", ".")
    status, out, err = aiblint("--no-config", "-v", ".")
    assert (status, out) == quiet[:2]
    lines = err.splitlines()
    assert lines[0] == "aiblint: configuration: none"
    assert lines[1].startswith("aiblint: rules: ")
    assert lines[2:] == [
        "aiblint: bare.json:1: image template, no API version known: what any version still served admits, Linux by its source",
        "aiblint: image.json:31: image template, API version 2024-02-01, Linux by its source, deployed with image.parameters.json",
        "aiblint: other.json: no image template",
    ]
    stated = aiblint("--no-config", "-v", "--api-version", "2022-07-01", "bare.json")[2]
    assert "API version 2022-07-01 (as you say)" in stated


@pytest.mark.parametrize("shell", SHELLS)
def test_completions_are_scripts_of_their_shell(shell: str, aiblint: Aiblint) -> None:
    status, script, err = aiblint("--completion", shell)
    assert (status, err) == (0, "")
    assert "fail-on" in script
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([program, "-n"], input=script, text=True, check=True, timeout=60)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["aiblint", "--unsafe"], ["--unsafe-fixes"]),
        (["aiblint", "--format", "sar"], ["sarif"]),
        (["aiblint", "--fail-on", "n"], ["note", "never"]),
        (["aiblint", "--explain", "checksum-mi"], ["checksum-mismatch", "checksum-missing"]),
        (["aiblint", "--ignore", "build-timeout-r"], ["build-timeout-range"]),
    ],
)
def test_bash_completes(words: list[str], expected: list[str], aiblint: Aiblint) -> None:
    _, script, _ = aiblint("--completion", "bash")
    ask = f'COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; COMP_LINE="{" ".join(words)}"; _shtab_aiblint; '
    ask += 'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True, timeout=60)
    assert [line.strip() for line in done.stdout.splitlines()] == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fail-onn", "note", "."], "unrecognized arguments: --fail-onn; did you mean --fail-on?"),
        (["--zzz"], "unrecognized arguments: --zzz;"),
        (["--format", "xml", "."], "argument --format: invalid choice: 'xml'"),
        (["--select"], "argument --select: expected one argument"),
        (["--jobs", "0"], "argument --jobs: a number from 1 on, not '0'"),
        (["--fixx=\x1b[2K::error::x"], "did you mean --fix?"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(aiblint: Aiblint, arguments: list[str], said: str) -> None:
    status, out, err = aiblint(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("aiblint: ")
    assert said in err
    assert err.endswith("; aiblint --help shows all options\n")
    assert err.count("\n") == 1
    assert "\x1b" not in err
