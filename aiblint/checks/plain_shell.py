"""What Bash is in plain `sh`, where both mean the same to the letter: the changes of a script, or none where one of them has no twin."""

from __future__ import annotations

from aiblint.change import Part, Repair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiblint.inline import Inline
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word

    Edit = tuple[int, int, str]

_UNARY = frozenset(f"-{letter}" for letter in "bcdefgknprstuwxzhLSGO")
_BINARY = {"==": "=", "=": "=", "!=": "!=", **{name: name for name in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")}}
_GLOB = frozenset("*?[]{}()|&<>~")


def rewritten(script: Inline, places: Iterable[tuple[int, str]]) -> Repair | None:
    """The repair that writes each use of Bash at an offset, of a kind (as data/bashisms.json names it), in plain `sh`.

    None where one of them cannot be: then the step needs Bash anyway. Only for what stands in the script itself, since within
    the quotes of another command the same text may mean something else.
    """
    edits: list[Edit] = []
    for start, kind in places:
        command = _around(script.commands, start)
        made = _EDITS[kind](script, command, start) if kind in _EDITS and command is not None else None
        if made is None:
            return None
        edits += made
    parts = []
    for start, end, text in sorted(set(edits)):
        item, (first, last) = script.place(start, end)
        if last - first != end - start:
            return None
        parts.append(Part(item, first, last, text))
    return Repair("write it in plain sh", *parts, safe=False) if parts else None


def _around(commands: list[Command], start: int) -> Command | None:
    """The innermost command at an offset, if it stands in the script itself."""
    found = None
    for command in commands:
        if command.start > start:
            break
        if start < command.end:
            found = command
    return found if found is not None and found.context in ("", "substitution") and found.words else None


def _comparison(script: Inline, command: Command, start: int) -> list[Edit] | None:
    """`[ a == b ]`, `test a == b`."""
    return [(word.start, word.end, "=") for word in command.words if word.raw == "=="]


def _sourced(script: Inline, command: Command, start: int) -> list[Edit] | None:
    """`source ./file`: a name without a slash is looked for in PATH, by `.` there only."""
    first, *others = command.words
    if first.text != "source" or not others or "/" not in others[0].text:
        return None
    return [(first.start, first.end, ".")]


def _function(script: Inline, command: Command, start: int) -> list[Edit] | None:
    keyword, name = command.words[0], command.words[1] if len(command.words) > 1 else None
    if name is None or not name.raw.replace("_", "a").isalnum():
        return None
    text = script.text
    behind = text[name.end :].lstrip(" \t")
    edits = [(keyword.start, name.start, "")]
    return edits if behind.startswith("(") else [*edits, (name.end, name.end, "()")]


def _both_streams(script: Inline, command: Command, start: int) -> list[Edit] | None:
    """`&> file`, `&>> file`, `>& file`."""
    redirect = next((each for each in command.redirects if each.start == start), None)
    if redirect is None or redirect.target is None:
        return None
    operator = ">>" if redirect.operator == "&>>" else ">"
    end = start + len(redirect.operator)
    return [(start, end, operator), (redirect.target.end, redirect.target.end, " 2>&1")]


def _condition(script: Inline, command: Command, start: int) -> list[Edit] | None:
    """`[[ -f "$x" ]]`: one test, of words that neither split nor are patterns."""
    opening, *words, closing = command.words
    if opening.raw != "[[" or closing.raw != "]]":
        return None
    edits: list[Edit] = [(opening.start, opening.end, "["), (closing.start, closing.end, "]")]
    inside = words[1:] if words and words[0].raw == "!" else words
    if len(inside) == 2 and inside[0].raw in _UNARY and _is_one_word(inside[1]):
        return edits
    if len(inside) == 3 and inside[1].raw in _BINARY and _is_one_word(inside[0]) and _is_one_word(inside[2]):
        return [*edits, (inside[1].start, inside[1].end, _BINARY[inside[1].raw])]
    return None


def _is_one_word(word: Word) -> bool:
    return word.quoted or (not word.expands and _GLOB.isdisjoint(word.raw) and not word.raw.startswith("-"))


_EDITS = {
    "==": _comparison,
    "source": _sourced,
    "function": _function,
    "&>": _both_streams,
    ">&": _both_streams,
    "[[": _condition,
}
