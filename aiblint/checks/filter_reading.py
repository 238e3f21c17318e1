"""How PowerShell reads the condition of a filter of updates, as far as to tell that it cannot."""

from __future__ import annotations

import re

from aiblint.check import quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    Fault = tuple[int, int, str]
    """Which code points to underline, and what is wrong."""

_SINGLE, _DOUBLE = "'\u2018\u2019\u201a\u201b", '"\u201c\u201d\u201e'
"""PowerShell takes typographic quotes for quotes."""
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_COMPARE = "(?:i|c)?(?:not)?(?:like|match|contains|in)|(?:i|c)?(?:eq|ne|gt|ge|lt|le)"
_BARE_OPERATOR = lazy(rf"(?<=\$_\.)[A-Za-z]+\s+({_COMPARE})(?=\s)", re.IGNORECASE)
_FOREIGN_OPERATOR = lazy(r"[=!]=|<>|&&|\|\|")
_NO_OPERAND = lazy(
    rf"(-(?:{_COMPARE}|and|or))(?![A-Za-z])\s*(?:(?=[)\]}};|]|\Z)|((?!\.\d)[^\s'\"$(@\[{{0-9+!\u2013-\u2015-][^\s)]*))",
    re.IGNORECASE,
)
_MEANT = {"==": "-eq", "!=": "-ne", "<>": "-ne", "&&": "-and", "||": "-or"}


def fault(condition: str) -> Fault | None:
    """What keeps a condition from being read; None where nothing is certain to."""
    reader = _Reader(condition)
    return reader.read() or _fault_of_operators("".join(reader.bare), condition)


class _Reader:
    """Goes through a condition once. `bare` is what is left to look for operators in, at the same places.

    What stands in quotes is blotted out there, but for `$(…)`, which is code again; comments are blanks; so is what a command
    is given, `| Where-Object Name -like *Driver*`, where a word needs no quotes.
    """

    __slots__ = ("at", "bare", "commands", "opened", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.bare = list(text)
        self.at = 0
        self.opened: list[int] = []
        """Where brackets and double quotes begin that are open here."""
        self.commands: list[bool | None] = [None]
        """Whether a command stands in each of them, and outside; None where nothing stands yet."""

    def read(self) -> Fault | None:
        while self.at < len(self.text):
            if self.opened and self.text[self.opened[-1]] in _DOUBLE:
                self._in_quotes()
            elif (found := self._code()) is not None:
                return found
        if not self.opened:
            return None
        start = self.opened[-1]
        if self.text[start] in _DOUBLE:
            return self._unclosed_quote(start)
        return start, start + 1, f"this {quote(self.text[start])} is never closed"

    def _unclosed_quote(self, start: int) -> Fault:
        return start, len(self.text), f"the quote before {quote(self.text[start + 1 :], 30)} is never closed"

    def _blot(self, length: int, by: str = "_") -> None:
        end = min(self.at + length, len(self.text))
        self.bare[self.at : end] = by * (end - self.at)
        self.at += length

    def _in_quotes(self) -> None:
        """A grave accent takes what follows as it is, a doubled quote is one."""
        char, pair = self.text[self.at], self.text[self.at : self.at + 2]
        if char == "`" or (char in _DOUBLE and pair[1:] and pair[1] in _DOUBLE):
            self._blot(2)
        elif char in _DOUBLE:
            self.opened.pop()
            self.commands.pop()
            self._blot(1, '"')
        elif pair == "$(":
            self._open(self.at + 1)
            self.at += 2
        else:
            self._blot(1)

    def _open(self, at: int) -> None:
        self.opened.append(at)
        self.commands.append(False if self.text[at] == "[" else None)

    def _code(self) -> Fault | None:
        char, start = self.text[self.at], self.at
        if char in _SINGLE:
            return self._single()
        if char == "`":
            self._blot(2, " " if self.text[start + 1 : start + 2] in ("\r", "\n") else "_")
        elif char == "#" and (start == 0 or not self.commands[-1] or self.text[start - 1] in " \t({"):
            self._blot((self.text + "\n").index("\n", start) - start, " ")
        elif self.text.startswith("<#", start):
            end = self.text.find("#>", start + 2)
            if end < 0:
                return start, start + 2, "this comment is never closed"
            self._blot(end + 2 - start, " ")
        elif char in _DOUBLE:
            self._begin(char)
            self._open(start)
            self._blot(1, '"')
        elif char in _BRACKETS:
            self._begin(char)
            self._open(start)
            self.at += 1
        elif char in _BRACKETS.values():
            if not self.opened or _BRACKETS[self.text[self.opened.pop()]] != char:
                return start, start + 1, f"this {quote(char)} closes nothing"
            self.commands.pop()
            self.at += 1
        else:
            self._plain(char)
        return None

    def _plain(self, char: str) -> None:
        if char in ";\r\n":
            self.commands[-1] = None
        elif char == "|":
            self.commands[-1] = True
        elif not char.isspace():
            self._begin(char)
            if self.commands[-1]:
                self.bare[self.at] = "_"
        self.at += 1

    def _begin(self, char: str) -> None:
        if self.commands[-1] is None:
            self.commands[-1] = char.isalpha()

    def _single(self) -> Fault | None:
        """A single-quoted string, in which nothing but a doubled quote means anything."""
        self._begin("'")
        end = self.at + 1
        while end < len(self.text):
            if self.text[end] not in _SINGLE:
                end += 1
            elif self.text[end + 1 : end + 2] and self.text[end + 1] in _SINGLE:
                end += 2
            else:
                self.bare[self.at], self.bare[end] = "'", "'"
                self.at += 1
                self._blot(end - self.at)
                self.at += 1
                return None
        return self._unclosed_quote(self.at)


def _fault_of_operators(bare: str, condition: str) -> Fault | None:
    foreign = _FOREIGN_OPERATOR.search(bare)
    if foreign is not None:
        return (*foreign.span(), f"{quote(foreign[0])} is no operator here; write {_MEANT[foreign[0]]}")
    dashless = _BARE_OPERATOR.search(bare)
    if dashless is not None:
        return (*dashless.span(1), f"operators begin with a dash; write -{dashless[1]}")
    missing = _NO_OPERAND.search(bare)
    if missing is None:
        return None
    if missing[2] is None:
        return (*missing.span(1), f"nothing stands behind {quote(missing[1])}")
    start, end = missing.span(2)
    return start, end, f"{quote(condition[start:end])} behind {quote(missing[1])} is no value; put it in quotes"
