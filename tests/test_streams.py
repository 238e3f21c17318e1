"""Nothing that a machine does to the command is a traceback: closed and full streams, files that cannot be written, odd clocks."""

from __future__ import annotations

import json
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

from aiblint import streams
from aiblint.report import FORMATS

CLEAN = ROOT / "examples" / "linux.json"
MISTAKES = ROOT / "examples" / "mistakes.json"
posix = pytest.mark.skipif(os.name != "posix", reason="files and redirections as POSIX has them")


def shell(command: str, **environment: str) -> tuple[int, str, str]:
    """`AIBLINT` and the examples' folder `E` in a shell command; (status, stdout, stderr)."""
    given = {**os.environ, "AIBLINT": f"{sys.executable} -m aiblint --no-config", "E": "examples", **environment}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, env=given, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@posix
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("$AIBLINT $E/linux.json >/dev/full", "standard output cannot be written: No space left on device"),
        ("$AIBLINT --help >/dev/full", "standard output cannot be written: No space left on device"),
        ("$AIBLINT --list-rules >/dev/full", "standard output cannot be written: No space left on device"),
        ("$AIBLINT --version >/dev/full", "standard output cannot be written: No space left on device"),
        ("${AIBLINT% *} --version >/dev/full", "standard output cannot be written: No space left on device"),
        ("$AIBLINT $E/linux.json >&-", "standard output is closed"),
        ("$AIBLINT - <&-", "standard input is closed"),
        ("$AIBLINT <($AIBLINT --list-rules)", "is not a regular file; with - as the path"),
        ("cd $(mktemp -d) && rmdir $PWD && PYTHONPATH=$OLDPWD $AIBLINT $OLDPWD/$E/linux.json", "current folder is gone"),
    ],
)
def test_streams_and_folders_that_are_of_no_use_are_2_and_named(command: str, said: str) -> None:
    status, _, err = shell(command)
    assert (status, err.count("\n")) == (2, 1), err
    assert err.startswith("aiblint: ")
    assert said in err


@posix
@pytest.mark.parametrize("command", ["$AIBLINT nowhere 2>&-", "$AIBLINT nowhere 2>/dev/full", "$AIBLINT $E/mistakes.json 2>&-"])
def test_without_stderr_the_status_tells(command: str) -> None:
    status, out, _ = shell(command)
    assert status == (1 if "mistakes" in command else 2)
    assert ("AIB801" in out) == ("mistakes" in command)
    assert "nowhere" not in out


@pytest.mark.parametrize("epoch", ["²", "٣", "-1", "1e9", "99999999999999999999", "253402300800", "tomorrow"])
def test_a_source_date_epoch_that_is_no_time_is_2(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    status, out, err = aiblint(CLEAN)
    assert (status, out) == (2, "")
    assert f"SOURCE_DATE_EPOCH counts seconds since 1970, it cannot be '{epoch}'" in err


@pytest.mark.parametrize("epoch", ["", "0", "1795392000", "99999999999"])
def test_a_source_date_epoch_counts(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert aiblint(CLEAN)[0] == 0


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-1-1", "26-01-01", "", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_2(aiblint: Aiblint, day: str) -> None:
    status, out, err = aiblint("--today", day, CLEAN)
    assert (status, out) == (2, "")
    assert f"not '{day}'" in err
    assert aiblint("--today", "2028-02-29", CLEAN)[0] == 0


@posix
@pytest.mark.parametrize("target", ["missing/x.json", ".", "/dev/full"])
def test_a_report_that_cannot_be_written_costs_no_other(
    aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = aiblint("--output", f"json={target}", "--output", "json=whole.json", MISTAKES)
    assert status == 2
    assert "AIB801" in out
    assert f"aiblint: {target} cannot be written: " in err
    assert json.loads((tmp_path / "whole.json").read_text())["findings"]
    assert [path.name for path in tmp_path.iterdir()] == ["whole.json"]


@posix
def test_a_device_is_written_to_and_a_link_stays_one(tmp_path: Path) -> None:
    status, out, err = shell("$AIBLINT -q --format concise --output json=/dev/stdout $E/mistakes.json | cat")
    assert (status, err) == (0, "")
    assert '"findings": [' in out
    (tmp_path / "real.txt").write_text("old")
    os.symlink("real.txt", tmp_path / "link.txt")
    os.mkfifo(tmp_path / "pipe")
    streams.write_whole(str(tmp_path / "link.txt"), "né\nw\n")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == "né\nw\n".encode()
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    streams.write_whole(str(tmp_path / "pipe"), "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.txt", "pipe", "real.txt"]


def test_quiet_shows_findings_and_nothing_else(aiblint: Aiblint) -> None:
    for format_name in ("text", "concise"):
        loud, quiet = (aiblint(*q, "--format", format_name, MISTAKES)[1] for q in ((), ("-q",)))
        assert loud.startswith(quiet)
        assert loud[len(quiet) :].count("\n") == 1
        assert "AIB801" in quiet
        assert "read)" not in quiet


def test_statistics_in_json_and_in_no_other_format_for_programs(aiblint: Aiblint) -> None:
    status, out, _ = aiblint("--statistics", "--format", "json", "--select", "build-timeout-range", MISTAKES, CLEAN)
    whole = json.loads(out)
    assert status == 1
    assert whole["statistics"] == [{"rule": "AIB801", "name": "build-timeout-range", "severity": "error", "count": 1}]
    assert whole["summary"]["templates"] == 2
    assert aiblint("--statistics", "--format", "sarif", MISTAKES)[:2] == (2, "")


@pytest.mark.parametrize("broken", ["aiblint.engine.read", "aiblint.linting.syntax.read", "aiblint.linting._linter"])
def test_what_breaks_while_a_file_is_read_costs_only_that_file(
    aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: str
) -> None:
    """Whatever the reader and the finder of templates do not expect: it is our defect, and says so."""
    (tmp_path / "0.json").write_text(MISTAKES.read_text())
    whole = pkgutil.resolve_name(broken)

    def breaks(*given: object, **more: object) -> object:
        if any("0.json" in str(getattr(each, "path", each)) for each in given):
            raise RecursionError("too deep")
        return whole(*given, **more)

    monkeypatch.setattr(broken, breaks)
    status, out, err = aiblint("--format", "json", tmp_path / "0.json", MISTAKES)
    assert status == 2
    assert {finding["path"] for finding in json.loads(out)["findings"]} == {str(MISTAKES)}
    assert "0.json could not be read: RecursionError: too deep (test_streams.py:" in err
    assert "defect of aiblint" in err


def test_what_breaks_anywhere_else_is_2_and_names_the_place(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError("no")

    monkeypatch.setattr("aiblint.cli.render", broken)
    status, out, err = aiblint(MISTAKES)
    assert (status, out) == (2, "")
    assert err.startswith("aiblint: ZeroDivisionError: no (test_streams.py:")


def test_a_file_name_that_is_no_text_is_linted(aiblint: Aiblint, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.json"
    try:
        with open(name, "wb") as file:
            file.write(MISTAKES.read_bytes())
    except OSError:
        pytest.skip("this file system wants names that are text")
    for format_name in ("text", "concise", "json", "sarif"):
        status, out, err = aiblint("--format", format_name, tmp_path)
        assert (status, err) == (1, "")
        assert "AIB801" in out


def test_a_number_too_large_is_one_mistake(aiblint: Aiblint, tmp_path: Path) -> None:
    text = CLEAN.read_text().replace('"buildTimeoutInMinutes": 120', '"buildTimeoutInMinutes": 1e999')
    (tmp_path / "a.json").write_text(text)
    found = json.loads(aiblint("--format", "json", tmp_path)[1])["findings"]
    assert [finding["name"] for finding in found] == ["json-syntax"]


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_a_console_that_lacks_characters_shows_their_escapes(format_name: str, tmp_path: Path) -> None:
    """As on Windows, where a console or a pipe is cp1252; files are UTF-8 there too."""
    text = (ROOT / "examples" / "mistakes.json").read_text(encoding="utf-8").replace("install-tools", "Grüße-日本-🚀")
    (tmp_path / "ä.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "aiblint", "--format", format_name, "--output", f"{format_name}=out", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    shown = done.stdout.decode("cp1252")
    written = (tmp_path / "out").read_bytes().decode("utf-8")
    assert re.sub(r"\\(?:u[0-9a-f]{4}|U[0-9a-f]{8})", "", shown.replace("\r\n", "\n")) == re.sub(
        r"\\(?:u[0-9a-f]{4}|U[0-9a-f]{8})", "", "".join(c for c in written if _in_cp1252(c))
    )


def _in_cp1252(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@posix
@pytest.mark.parametrize(
    "arguments", [["--list-rules"], ["--statistics", "."], ["--format", "json", "."], ["--schema", "served"]]
)
def test_a_reader_that_goes_away_hears_no_complaint(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text((ROOT / "examples" / "mistakes.json").read_text())
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "aiblint", *arguments]
    with open(writing, "wb") as pipe:
        done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
