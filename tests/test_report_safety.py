"""Nothing quoted from a file has power over a terminal or a CI runner, in any format."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from report_samples import hostile_run, hostile_strings

from aiblint import report
from aiblint.report import safe

# What the runners obey, from their documentation: actions/runner ActionCommand.cs and azure-pipelines-agent Command.cs.
# Both are read more widely here than they are written: any case, and blind to what .NET ignores in comparisons by culture.


def as_compared(line: str) -> str:
    kept = (c for c in line if unicodedata.category(c) not in ("Cf", "Cc") and not 0xFE00 <= ord(c) <= 0xFE0F)
    return "".join(kept).lower()


def github_command(line: str) -> bool:
    line = as_compared(line)
    trimmed = line.lstrip()
    if trimmed.startswith("::") and "::" in trimmed[2:]:
        return True
    start = line.find("##[")
    return start >= 0 and "]" in line[start:]


def azure_command(line: str) -> bool:
    line = as_compared(line)
    start = line.find("##vso[")
    return start >= 0 and "]" in line[start:]


def commands(output: str) -> list[str]:
    lines = (line for line in re.split(r"[\r\n\u0085\u2028\u2029]", output) if "#" in line or line.count(":") > 3)
    return [line for line in lines if github_command(line) or azure_command(line)]


def test_the_runner_parsers_of_this_test_know_commands() -> None:
    assert commands("a ##vso[task.complete result=Failed;]x\n") == ["a ##vso[task.complete result=Failed;]x"]
    assert commands("ok\n  ::error file=a::b\n") == ["  ::error file=a::b"]
    assert commands("a ##[error]b") == ["a ##[error]b"]
    assert commands("a ::error::b\n:: a\n## [x]\n#[x]\n") == []
    assert sum(bool(commands(text)) for text in hostile_strings()) > 700


COMMANDING = {"github", "azure-devops"}
"""Formats that are made of commands; that these are their own and no others is tested in test_ci_formats."""


@pytest.mark.parametrize("name", sorted(set(report.FORMATS) - COMMANDING))
def test_hostile_text_never_becomes_a_command(name: str) -> None:
    for text in hostile_strings():
        output = report.render(name, hostile_run(text))
        assert commands(output) == [], text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\u200b\ud800-\udfff]", output)


def test_hostile_text_with_colours_never_becomes_a_command() -> None:
    for text in hostile_strings():
        output = re.sub(r"\x1b\[[0-9;]*m", "", report.render("text", hostile_run(text), color=True))
        assert commands(output) == [], text
        assert "\x1b" not in output


def test_json_gives_hostile_text_back_unchanged() -> None:
    for text in hostile_strings():
        output = report.render("json", hostile_run(text))
        content = json.loads(output)["findings"][0]
        assert output.isascii()
        assert (content["message"], content["pointer"], content["related"][0]["message"]) == (text, text, text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Kb", "a\\x1b[2Kb"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\u202e\u2066\ud800\U000e0041", "\\u202e\\u2066\\ud800\\U000e0041"),
        ("##vso[a.b]", "##vso\\[a.b]"),
        ("x ##[group]###[y]", "x ##\\[group]###\\[y]"),
        ("::error::x", ":\\:error::x"),
        ("  :::", "  :\\::"),
        ("a ::b::", "a ::b::"),
        ("## heading [1] #[2] [resourceId('a::b')]", "## heading [1] #[2] [resourceId('a::b')]"),
        ("Grüße 日本 🚀 \\x1b", "Grüße 日本 🚀 \\x1b"),
        ("", ""),
    ],
)
def test_safe_line(text: str, shown: str) -> None:
    assert safe.line(text) == shown
