"""Words about quotes that nobody closes in the commands of a step."""

from __future__ import annotations

from aiblint import inline
from aiblint.check import Problem, check, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.value import Value

_ERRORS = {
    "posix": "the shell reads the rest of the step as one text and ends with 'Unterminated quoted string' (dash) or 'unexpected EOF "
    "while looking for matching' (bash)",
    "powershell": "PowerShell refuses the whole script ('The string is missing the terminator'), so that none of its lines runs, and "
    "the build may go on without all that the step was to do",
}
_INDENTED = (
    "PowerShell does not take this for the end of the here-string and refuses the whole script ('White space is not allowed before the "
    "string terminator'); write it at the very beginning of the line"
)


@check
def quote_never_closed(value: Value, context: Context) -> Iterator[Problem]:
    """A Shell or PowerShell step all of whose lines are known, and in which a quote or here-string is never closed."""
    script = inline.of(value, context)
    if script is None or script.unclosed < 0 or script.opaque:
        return
    text, start = script.text, script.unclosed
    if text[start + 1 : start + 2] == "@":
        yield script.problem(start, start + 2, _INDENTED)
        return
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    mark = text[start : start + 2] if text[start] == "@" else text[start]
    yield script.problem(
        start,
        max(line_end, start + 1),
        f"{_named(mark)} is never closed: {_ERRORS[script.dialect]}; {_instead(text, start, mark)}",
    )


def _named(mark: str) -> str:
    if mark[0] == "@":
        return f"this here-string ({mark})"
    return "this backtick" if mark == "`" else f"this {'single' if mark not in _DOUBLE else 'double'} quote"


_DOUBLE = '"\u201c\u201d\u201e'


def _instead(text: str, start: int, mark: str) -> str:
    if mark[0] == "@":
        return f"end it with {mark[1]}@ at the very beginning of a line of its own"
    if mark == "'" and text[start - 1 : start].isalnum() and text[start + 1 : start + 2].isalnum():
        word = text[:start].split()[-1] + "'" + text[start + 1 :].split()[0]
        return f"where it is meant as an apostrophe, put {quote(word)} into double quotes"
    return "close it where the text ends, and mind that one quote too many opens a text as well"
