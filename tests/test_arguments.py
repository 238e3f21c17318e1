"""A command line that is read without argparse means what it means to argparse."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aiblint import arguments
from aiblint.switches import Options, Switches

OPTIONS = [flag for action in arguments.parser()._actions for flag in action.option_strings]
VALUES = [
    "a.json",
    "text",
    "sarif=x",
    "AIB501",
    "error",
    "3",
    "0",
    "never",
    "",
    "-",
    "--",
    "-1",
    "a b",
    "--nonsense",
    "bash",
    "=",
    "-qv",
]
WORDS = st.sampled_from(OPTIONS + VALUES) | st.builds("{}={}".format, st.sampled_from(OPTIONS), st.sampled_from(VALUES))


def directly(words: list[str]) -> Options | None:
    switches = Switches()
    arguments._declare(switches)
    return switches.read(words)


@given(st.lists(WORDS, max_size=6))
@example(["a.json", "--format", "json", "b.json"])
@example(["-q", "-v"])
@example(["--select", "a", "--select=b", "x", "y"])
def test_both_readers_agree(words: list[str]) -> None:
    read = directly(words)
    if read is not None:
        assert vars(read) == vars(arguments.parser().parse_args(words, Options()))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a.json", "b.json"],
        ["--fix", "a.json"],
        ["--fail-on", "error", "-q", "a.json"],
        ["--fail-on=never", "--output", "sarif=out.sarif", "--select", "AIB501", "--select", "advice", "."],
        ["a.json", "--no-config", "--color", "always"],
        ["-"],
    ],
)
def test_what_hooks_and_pipelines_say_needs_no_argparse(words: list[str]) -> None:
    assert directly(words) is not None


@pytest.mark.parametrize(
    "words", [["--help"], ["--version", "x"], ["--format", "xml"], ["--select"], ["--jobs", "x"], ["--fx"], ["-q", "-v"]]
)
def test_questions_and_mistakes_are_for_argparse(words: list[str]) -> None:
    assert directly(words) is None
    with pytest.raises(SystemExit):
        arguments.read(words)


def test_lists_belong_to_one_command_line() -> None:
    first, second = directly(["--select", "AIB501"]), directly([])
    assert first is not None
    assert second is not None
    assert (first.select, second.select) == (["AIB501"], [])
