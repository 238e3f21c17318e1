"""Words about typographic characters in the commands of a step: what a word processor makes of quotes, dashes and blanks."""

from __future__ import annotations

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.value import Value

_BLANKS = "\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"
_SINGLE, _DOUBLE, _DASHES = "\u2018\u2019\u201a\u201b", "\u201c\u201d\u201e\u201f", "\u2011\u2012\u2013\u2014"
# What stands in plain quotes is text, and a backslash makes it such.
_IN_SHELL = lazy(rf"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|([{_BLANKS}{_SINGLE}{_DOUBLE}])", 16)
# Windows PowerShell reads a script without byte order mark as Windows-1252. There the last byte of an en dash or em dash is a
# double quote, which ends a text in double quotes; that of other dashes a single one, and that of quotes none.
_IN_POWERSHELL = lazy(
    rf"<#.*?#>|(?<!\S)#[^\n]*|@'[ \t]*\n.*?\n'@|@\"[ \t]*\n.*?\n\"@|'(?:[^']|'')*'|\"(?:[^\"`\u2013\u2014]|`.|\"\")*+\"?"
    rf"|([{_BLANKS}{_SINGLE}{_DOUBLE}{_DASHES}])",
    16,
)
_PRINTING = frozenset(("echo", "logger", "printf", "wall"))


@check
def typographic_command(value: Value, context: Context) -> Iterator[Problem]:
    """A Shell or PowerShell step in whose commands typographic characters stand for those of the shell; one finding per step."""
    script = inline.of(value, context)
    if script is None or script.text.isascii():
        return
    places = sorted(set(_in_shell(script) if script.dialect == "posix" else _in_powershell(script)))
    if not places:
        return
    from aiblint.change import Part, Repair  # here, because few scripts hold such characters

    first = places[0]
    character = script.text[first]
    message = (_to_powershell if script.dialect == "powershell" else _to_shell)(character) + f"; type {_instead(character)}"
    if len(places) > 1:
        message += f" (and {len(places) - 1} more such characters in this step)"
    parts = []
    for at in places:
        item, (start, end) = script.place(at, at + 1)
        parts.append(Part(item, start, end, _plain(script.text[at])))
    yield script.problem(first, first + 1, message, fix=Repair("type them in plain ASCII", *parts, safe=False))


def _in_shell(script: inline.Inline) -> Iterator[int]:
    for command in script.commands:
        if command.name in _PRINTING or command.dialect != "posix":
            continue
        for word in [*command.assignments, *command.words]:
            if not word.raw.isascii():
                yield from (word.start + match.start(1) for match in _IN_SHELL.finditer(word.raw) if match[1])


def _in_powershell(script: inline.Inline) -> Iterator[int]:
    yield from (match.start(1) for match in _IN_POWERSHELL.finditer(script.text) if match[1])


def _named(character: str) -> str:
    import unicodedata

    name = unicodedata.name(character, "a character without a name").lower()
    return (
        f"the {name} (U+{ord(character):04X})"
        if character in _BLANKS
        else f"{quote(character)} (U+{ord(character):04X}, {name})"
    )


def _to_shell(character: str) -> str:
    if character in _BLANKS:
        return f"{_named(character)} separates no words in a shell: it is part of the name beside it, which nothing has"
    return f"{_named(character)} is no quotation mark to a shell but a part of the word"


def _to_powershell(character: str) -> str:
    read = (
        f"Windows PowerShell takes a script without byte order mark, as inline becomes one, for Windows-1252 and reads "
        f"{_named(character)} as {quote(_as_windows_1252(character))}"
    )
    if character in _DASHES:
        return f"{read}, the last of which counts as a quotation mark: the script does not parse"
    return f"{read}, which are parts of the word beside them"


def _as_windows_1252(character: str) -> str:
    return character.encode().decode("cp1252", "replace")


def _plain(character: str) -> str:
    if character in _BLANKS:
        return " " if character in _BLANKS[:3] else ""
    return "'" if character in _SINGLE else '"' if character in _DOUBLE else "-"


def _instead(character: str) -> str:
    plain = _plain(character)
    return {" ": "a plain blank", "": "nothing in its place"}.get(plain, f"a plain {plain}")
