"""One run in each format for people and programs, compared whole."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import NAME, ROOT, FakeRule, FakeRun, finding, sample_run

from aiblint import report
from aiblint.document import Document
from aiblint.finding import Related
from aiblint.report import safe
from aiblint.report.excerpt import WIDTH, excerpt
from aiblint.report.text import summary

HEADING = re.compile(r"^(.+?):(\d+):(\d+): (error|warning|note) ([A-Z]+[0-9]+): (.+)$")


TEXT = """\
images/a b#1.json:1:24: note AIB803: 5 minutes are few. [build-vm-idle]
    1 | {"🚀": "é🚀", "minutes": 5}
      |                        ^
      = Time is paid.

images/ubuntu.json:3:11: error AIB402: The name 'install' is already taken on line 2. [customizer-name-duplicate]
    3 |   "twin": "install",
      |           ^^^^^^^^^
      = The service refuses customizer-name-duplicate.
      + images/ubuntu.json:2:10: the first 'install'

images/ubuntu.json:4:16: warning AIB501: No checksum, see [parameters('x')]. [checksum-missing]
    4 |   "customize": [
      |                ^
      = The service refuses checksum-missing.

1 file was skipped.
1 error, 1 warning, 1 note in 2 of 2 files (2 templates found, 3 files read, 1 finding suppressed)
"""


def test_text_report_whole() -> None:
    assert report.render("text", sample_run()) == TEXT


def test_concise_report_is_the_headings_and_the_end() -> None:
    lines = TEXT.splitlines(keepends=True)
    expected = "".join([*(line for line in lines if HEADING.match(line.rstrip("\n"))), *lines[-2:]])
    assert report.render("concise", sample_run()) == expected
    assert expected.count("\n") == 5


def test_colours_frame_the_plain_text() -> None:
    colored = report.render("text", sample_run(), color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == TEXT
    block = colored.split("\n\n")[1].split("\n")
    assert block[0] == (
        "\x1b[1mimages/ubuntu.json:3:11\x1b[0m: \x1b[1;31merror AIB402\x1b[0m: "
        "The name 'install' is already taken on line 2. \x1b[2m[customizer-name-duplicate]\x1b[0m"
    )
    assert block[2] == "      |           \x1b[1;31m^^^^^^^^^\x1b[0m"


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_formats_for_programs_have_no_colours(name: str) -> None:
    assert report.render(name, sample_run(), color=True) == report.render(name, sample_run())


def test_only_findings_begin_a_line_that_reads_like_one() -> None:
    text = 'a.json:1:1: error AIB101: forged\n"x"\n'
    spoof = Document("real.json", text, None, [])
    rule = FakeRule("AIB101", "x", "error", summary="b.json:1:1: error AIB101: forged")
    related = (Related(0, 1, "error AIB101: forged"),)
    lines = report.render("text", FakeRun([finding(spoof, 0, 6, rule, "m", related=related)])).splitlines()
    assert [line for line in lines if HEADING.match(line) and not line.startswith(" ")] == [
        "real.json:1:1: error AIB101: m [x]"
    ]


def test_json_report_whole() -> None:
    written = report.render("json", sample_run())
    assert written.isascii()
    assert written.endswith("}\n")
    assert json.loads(written) == {
        "version": 1,
        "tool": {"name": "aiblint", "version": "0.1.0"},
        "summary": {
            "files": 3,
            "templates": 2,
            "errors": 1,
            "warnings": 1,
            "notes": 1,
            "fixed": 0,
            "suppressed": 1,
            "known": 0,
        },
        "findings": [
            {
                "rule": "AIB803",
                "name": "build-vm-idle",
                "severity": "note",
                "message": "5 minutes are few.",
                "path": "images/a b#1.json",
                "line": 1,
                "column": 24,
                "end_line": 1,
                "end_column": 25,
                "pointer": "/minutes",
                "at": "$.properties.buildTimeoutInMinutes",
                "fix": None,
                "related": [],
                "help": "https://learn.microsoft.com/azure/build-vm-idle",
            },
            {
                "rule": "AIB402",
                "name": "customizer-name-duplicate",
                "severity": "error",
                "message": "The name 'install' is already taken on line 2.",
                "path": "images/ubuntu.json",
                "line": 3,
                "column": 11,
                "end_line": 3,
                "end_column": 20,
                "pointer": "/twin",
                "at": "",
                "fix": None,
                "related": [{"path": "images/ubuntu.json", "line": 2, "column": 10, "message": "the first 'install'"}],
                "help": "https://learn.microsoft.com/azure/customizer-name-duplicate",
            },
            {
                "rule": "AIB501",
                "name": "checksum-missing",
                "severity": "warning",
                "message": "No checksum, see [parameters('x')].",
                "path": "images/ubuntu.json",
                "line": 4,
                "column": 16,
                "end_line": 6,
                "end_column": 4,
                "pointer": "/customize",
                "at": "",
                "fix": None,
                "related": [],
                "help": "https://learn.microsoft.com/azure/checksum-missing",
            },
        ],
        "fixed": [],
    }


def test_json_report_of_nothing() -> None:
    content = json.loads(report.render("json", FakeRun([], files=0, templates=0, linted=[])))
    assert content["findings"] == []
    assert content["summary"] == dict.fromkeys(
        ("files", "templates", "errors", "warnings", "notes", "fixed", "suppressed", "known"), 0
    )


def run_with(severities: list[str], **parts: object) -> FakeRun:
    document = Document("a.json", "1", None, [])
    return FakeRun([finding(document, 0, 1, NAME, "m", severity=severity) for severity in severities], **parts)


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (
            run_with(
                ["error"] * 2 + ["note"], files=52, linted=["0.json", "1.json", "2.json", "3.json", "4.json"], templates=4
            ),
            "2 errors, 1 note in 1 of 5 files (4 templates found, 52 files read)",
        ),
        (
            run_with(["warning"], files=1, linted=["0.json"], templates=1),
            "1 warning in 1 of 1 file (1 template found, 1 file read)",
        ),
        (
            run_with(["error"], files=2, linted=[], templates=0),
            "1 error in 1 of 1 file (no templates found, 2 files read)",
        ),
        (
            run_with([], files=9, linted=["0.json"], templates=1),
            "no findings in 1 file (1 template found, 9 files read)",
        ),
        (
            run_with([], files=9, fixed=2, suppressed=1),
            "no findings in 2 files (2 templates found, 9 files read, 2 findings fixed, 1 finding suppressed)",
        ),
        (run_with([], files=9, linted=[], templates=0), "no image template found (9 files read)"),
        (run_with([], files=0, linted=[], templates=0), "no image template found (no files read)"),
    ],
)
def test_summary_line(run: FakeRun, line: str) -> None:
    assert summary(run) == line
    assert report.render("text", run).splitlines()[-1] == line
    assert report.render("concise", run).splitlines()[-1] == line


def test_a_file_without_text_shows_no_source() -> None:
    rule = FakeRule("AIB001", "file-unreadable", "error")
    lines = report.render(
        "text", FakeRun([finding(Document("a.json", "", None, []), 0, 0, rule, "Permission denied.")])
    ).splitlines()
    assert lines[:2] == [
        "a.json:1:1: error AIB001: Permission denied. [file-unreadable]",
        "      = The service refuses file-unreadable.",
    ]


def test_a_long_message_is_cut_for_people_and_whole_for_programs() -> None:
    message = "begin " + "x" * 100_000 + " end."
    run = FakeRun([finding(Document("a.json", "1", None, []), 0, 1, NAME, message)])
    heading = report.render("concise", run).splitlines()[0]
    assert len(heading) < 700
    assert "begin xx" in heading
    assert "xx end." in heading
    assert "x…x" in heading
    assert json.loads(report.render("json", run))["findings"][0]["message"] == message


@pytest.mark.parametrize(("length", "limit"), [(10, 10), (11, 10), (12, 10), (500, 10), (3, 2)])
def test_shorten_keeps_both_ends(length: int, limit: int) -> None:
    text = "".join(chr(0x100 + index) for index in range(length))
    shown = safe.shorten(text, limit)
    assert len(shown) == min(length, limit)
    if length > limit:
        before, after = shown.split("…")
        assert text.startswith(before)
        assert text.endswith(after)


def underlined(text: str, start: int, end: int) -> tuple[int, str, str]:
    return excerpt(Document("a.json", text, None, []), start, end)


@pytest.mark.parametrize(
    ("text", "start", "end", "shown", "carets"),
    [
        ("abc", 1, 2, "abc", " ^"),
        ("\tabc", 1, 4, "    abc", "    ^^^"),
        ("a\tb\tc", 2, 3, "a   b   c", "    ^"),
        ("a\tb", 1, 2, "a   b", " ^^^"),
        ("a\r\nbc\r\nd", 3, 5, "bc", "^^"),
        ("ab\ncd", 1, 5, "ab", " ^"),  # over two lines: the first one's part
        ("abc", 3, 3, "abc", "   ^"),  # an empty range behind the last character
        ("ab\n\ncd", 3, 3, "", "^"),
        ("a\nb", 1, 2, "a", " ^"),  # the line end itself
        ("a\x1b[0mb", 6, 6, "a\\x1b[0mb", "         ^"),
        ("\u202eab", 1, 2, "\\u202eab", "      ^"),
        ("## [x] ##[y] z", 13, 14, "## [x] ##\\[y] z", "              ^"),
    ],
)
def test_excerpt(text: str, start: int, end: int, shown: str, carets: str) -> None:
    assert underlined(text, start, end)[1:] == (shown, carets)


@pytest.mark.parametrize(
    ("before", "marked", "after", "shown", "carets"),
    [
        (10, 5, 85, "b" * 10 + "M" * 5 + "a" * 85, " " * 10 + "^" * 5),
        (10, 5, 86, "b" * 10 + "M" * 5 + "a" * 85 + "…", " " * 10 + "^" * 5),
        (5000, 10, 0, "…" + "b" * 90 + "M" * 10, " " * 91 + "^" * 10),
        (5000, 10, 5000, "…" + "b" * 45 + "M" * 10 + "a" * 45 + "…", " " * 46 + "^" * 10),
        (5000, 5000, 5000, "…" + "M" * 100 + "…", " " + "^" * 100),
        (0, 5000, 0, "M" * 100 + "…", "^" * 100),
    ],
)
def test_wide_lines_are_cut_around_the_range(before: int, marked: int, after: int, shown: str, carets: str) -> None:
    text = "b" * before + "M" * marked + "a" * after
    assert underlined(text, before, before + marked)[1:] == (shown, carets)


@given(
    st.lists(st.sampled_from(["a", "\t", "\x1b", "\u2028", "##[", "\U0001f680", "x" * 40, "\n"]), max_size=30).map("".join),
    st.data(),
)
def test_carets_always_stand_below_the_window(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    _, shown, carets = underlined(text, start, end)
    assert len(shown) <= WIDTH + 2
    assert set(carets.lstrip()) == {"^"}
    assert len(carets) <= len(shown) + 1
    assert all(safe.visible_character(character) == character for character in shown)


def test_every_format_is_a_module_with_render() -> None:
    for module in report.FORMATS.values():
        assert callable(importlib.import_module(module).render)


def loaded_after(modules: str) -> set[str]:
    """Modules that a bare interpreter (no site-packages, no .pth files) has loaded after importing `modules`."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {modules}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )


def test_reports_for_people_load_nothing_slow() -> None:
    loaded = loaded_after("aiblint.report.text, aiblint.report.concise")
    assert "aiblint.report.safe" in loaded
    assert loaded & {"typing", "dataclasses", "pathlib", "inspect", "logging", "json", "attr", "sarif_om"} == set()


def test_sarif_om_is_loaded_only_when_sarif_is_written() -> None:
    loaded = loaded_after("aiblint.report.sarif")
    assert "aiblint.report.sarif" in loaded
    assert loaded & {"attr", "sarif_om", "aiblint.report.sarif_log"} == set()
