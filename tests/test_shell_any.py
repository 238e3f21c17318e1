"""Whatever a script holds, it is split without an error, in range, and in a time that grows with its length and no faster."""

from __future__ import annotations

import gc
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shell import READERS, Splitter, all_words

from aiblint.shell import posix, powershell

# Fragments that shells take to mean something, so that random scripts get into every corner.
POSIX_FRAGMENTS = (
    "a sudo -u -i env apt-get bash sh -c -ec su eval trap find -exec if then fi for in do done case esac function f() EOF"
)
POWERSHELL_FRAGMENTS = (
    "Start-Process -ArgumentList cmd /c powershell -Command iex switch foreach try catch param return if $x $x= -a: --%"
)
MARKS = (
    "; ;; { } ( ) (( )) [[ ]] $( $(( ${ @( @{ @' @\" '@ \"@ ` ' \" \\ | || & && > >> < << <<- <<< >& 2> += = , # <# #> "
    "-- % ^ \u201c \u2019 \0"
)
FRAGMENTS = [*re.split(" ", f"{POSIX_FRAGMENTS} {POWERSHELL_FRAGMENTS} {MARKS}"), " ", "\t", "\n", "\r\n", "\U0001f600"]
SCRIPTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))


@pytest.mark.parametrize("split", READERS)
@settings(max_examples=250, deadline=None)
@given(script=SCRIPTS)
def test_any_text_is_split_without_an_error_and_in_range(split: Splitter, script: str) -> None:
    for command in split(script):
        assert 0 <= command.start < command.end <= len(script)
        for word in all_words(command):
            assert 0 <= word.start < word.end <= len(script)
            assert script[word.start : word.end] == word.raw
        for redirect in command.redirects:
            assert 0 <= redirect.start < redirect.end <= len(script)
        assert command.piped_to is None or command.piped_to.piped_from is command
        command.has_option("-y", "--yes")
        command.option("-o")
        command.operands()
        command.positionals()
        command.parameter("Force")


PLAIN_WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(arguments=st.lists(PLAIN_WORD, max_size=5))
def test_quoted_words_come_back_as_they_were(arguments: list[str]) -> None:
    import shlex

    (command,) = posix.commands(" ".join(["tool", *(shlex.quote(argument) for argument in arguments)]))
    assert [word.text for word in command.arguments] == arguments
    straight = [argument.translate(dict.fromkeys(range(0x2018, 0x201F), "-")) for argument in arguments]
    (command,) = powershell.commands(" ".join(["tool", *("'" + text.replace("'", "''") + "'" for text in straight)]))
    assert [word.text for word in command.arguments] == straight


LONG = [
    (posix.commands, 'sudo apt-get install -y "foo" && echo $HOME | tee /etc/x # c\n'),
    (powershell.commands, 'New-Item -Path "C:\\$x" -Force | Out-Null; if ($a) { Start-Process x -ArgumentList "/i a.msi" }\n'),
    (posix.commands, "$("),
    (posix.commands, "(("),
    (posix.commands, "((a) b) "),
    (posix.commands, "((" * 500 + "a" + ") b)" * 500),
    (posix.commands, '"${`'),
    (posix.commands, "["),
    (posix.commands, "cat <<A\n"),
    (posix.commands, 'eval "$('),
    (posix.commands, "find -exec "),
    (powershell.commands, "$("),
    (powershell.commands, "& {"),
    (powershell.commands, "try [;"),
    (powershell.commands, "${"),
    (powershell.commands, '"$(iex "'),
]


@pytest.mark.parametrize(("split", "part"), LONG)
def test_time_grows_with_the_length_of_a_script_and_no_faster(split: Splitter, part: str) -> None:
    def seconds(size: int) -> float:
        script = part * (size // len(part))
        gc.collect()
        gc.disable()  # what it costs to look through all that other tests left behind is not the splitter's
        try:
            start = time.process_time()
            split(script)
            return time.process_time() - start
        finally:
            gc.enable()

    small = max(seconds(10_000), 0.001)
    assert seconds(80_000) < 40 * small  # eight times the text; a quadratic reader takes 64 times as long
