"""Text that `sed` puts in place of other text: of `s/old/new/` the new, of `a`, `c` and `i` what follows."""

from __future__ import annotations

import re

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.shell.command import Command
    from aiblint.shell.text import Word

# Bounded, so that a word full of beginnings is not read to its end from each of them.
_REPLACING = lazy(r"(?:\A|;|\d|/)\s*s(.)(?:\\.|(?!\1).){0,400}+\1((?:\\.|(?!\1).){0,400}+)\1", re.DOTALL)
_ADDING = lazy(r"\s*(?:/(?:\\.|[^/])*+/|\d+|\$)?\s*[aci](?:\\\s*|\s+)(\S.*)\Z", re.DOTALL)
_IN_PLACE = lazy(r"-[a-zA-Z]*i|--in-place")


def edited_files(command: Command) -> list[Word]:
    """The files that `sed -i` changes."""
    if not any(_IN_PLACE.match(word.text) for word in command.arguments):
        return []
    operands = command.operands(("-e", "--expression", "-f", "--file"))
    return operands if command.option("-e", "--expression", "-f", "--file") is not None else operands[1:]


def new_texts(command: Command) -> Iterator[tuple[Word, int, str]]:
    """What the expressions of a command put into a file: the word, the offset in its text, and the text."""
    for word in command.arguments:
        if word.text[:1] == "-":
            continue
        replaced = False
        for match in _REPLACING.finditer(word.text):
            replaced = True
            yield word, match.start(2), match[2]
        added = None if replaced else _ADDING.match(word.text)
        if added is not None:
            yield word, added.start(1), added[1]
