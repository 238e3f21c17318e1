"""Makes text from files harmless where people and CI runners read it line by line.

Three readers have to be protected. A terminal obeys escape sequences. A reader's eye is deceived by characters that
show nothing or turn the reading direction. And CI runners read a job's output for commands: the GitHub runner
obeys a line that begins with `::` (spaces before it do not count) and `##[` anywhere in a line
(https://github.com/actions/runner, ActionCommand.cs), the Azure Pipelines agent obeys `##vso[` anywhere in a line
(https://github.com/microsoft/azure-pipelines-agent, Command.cs).
"""

from __future__ import annotations

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

# Control characters, lone surrogates, line and paragraph separators, and whatever Unicode tells programs to ignore
# when drawing (Default_Ignorable_Code_Point: bidi controls, zero-width characters, variation selectors, tags). The
# last also because .NET ignores those when it compares text by culture: to it, `##` + U+200B + `vso[` is `##vso[`.
_HIDDEN = lazy(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# The words of both runners are lower case today; any case costs nothing. The group is what stays in front of the bracket.
_COMMAND = lazy(r"(##[A-Za-z]*)\[")
_COMMAND_AT_START = lazy(r"\A(\s*):(?=:)")
_COMMAND_IN_JSON = lazy(r"#(?=#[A-Za-z]*\[)")


def _escape(match: re.Match[str]) -> str:
    return visible_character(match[0])


def visible_character(character: str) -> str:
    r"""One character as it may be shown: itself, or its escape (`\x1b`, `\u202e`, `\U000e0041`, `\n`)."""
    if not _HIDDEN.match(character):
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def command_brackets(text: str) -> list[int]:
    """Offsets of the brackets in `text` that complete a runner's command; a backslash before each breaks it up."""
    return [match.end() - 1 for match in _COMMAND.finditer(text)]


def hidden(text: str) -> str:
    """Any text with its hidden characters escaped: one line that shows all there is, and that XML 1.0 can hold."""
    return _HIDDEN.sub(_escape, text)


def line(text: str) -> str:
    r"""Any text as one line without power: hidden characters escaped, `##vso[x]` as `##vso\[x]`, leading `::` as `:\:`.

    What is harmless stays as it is, backslashes too: the result is for reading, not for decoding.
    """
    text = hidden(text)
    text = _COMMAND.sub(r"\1\\[", text)
    return _COMMAND_AT_START.sub(r"\1:\\", text)


def shorten(text: str, limit: int = 600) -> str:
    """At most `limit` characters of `text`; `…` stands for the middle that was left out.

    A message that quotes a value may be as long as the file. The formats for programs keep it whole.
    """
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    tail = limit - 1 - head
    return f"{text[:head]}…{text[len(text) - tail :]}"


def json_text(text: str) -> str:
    r"""Written JSON with the same value and without runner commands: the first `#` of each is spelled `\u0023`.

    `text` must be `ensure_ascii` output of `json.dumps`, where a number sign stands inside strings only and never
    follows an odd number of backslashes.
    """
    return _COMMAND_IN_JSON.sub(r"\\u0023", text)
