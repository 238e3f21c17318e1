"""Which brackets belong together where the file does not say so clearly."""

from __future__ import annotations

import re

from aiblint.document import ARRAY, OBJECT, Node
from aiblint.pattern import lazy

_STEP = lazy(r'"(?:[^"\\\r\n]|\\[^\r\n])*+"?|//[^\r\n]*+|/\*.*?\*/|[{}\[\]]', re.DOTALL)
_PAIRS = {"}": "{", "]": "["}
_INDENT = lazy(r"[ \t]*+")

BUDGET = 400_000
"""Brackets that looking ahead may visit in one file, all guesses together: about a tenth of a second."""


class Lookahead:
    """Follows the brackets of one text from a given place under a given guess, within a budget for the whole text."""

    __slots__ = ("_left", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = BUDGET

    def reach(self, pos: int, opened: list[str]) -> int:
        """How far the text from `pos` closes `opened` (kinds, outermost first) and itself without contradiction.

        The offset of the first closer that fits nothing; two more than the length of the text where all is closed at
        the end, one more where only closers are lacking. Once the budget is spent, 0 for any guess.
        """
        stack = ["{" if kind == OBJECT else "[" for kind in opened]
        for match in _STEP.finditer(self._text, pos):
            self._left -= 1
            if self._left < 0:
                return 0
            char = match[0]
            if char in ("{", "["):
                stack.append(char)
            elif char in _PAIRS:
                if not stack or stack[-1] != _PAIRS[char]:
                    return match.start()
                stack.pop()
        return len(self._text) + (1 if stack else 2)


def skip(text: str, pos: int, most: int = -1) -> int:
    """The offset behind the closer of the bracket at `pos`, by counting; -1 where none comes (within `most` steps)."""
    depth = 0
    for match in _STEP.finditer(text, pos):
        char = match[0]
        if char in ("{", "["):
            depth += 1
        elif char in _PAIRS:
            depth -= 1
            if depth == 0:
                return match.end()
        most -= 1
        if most == 0:
            break
    return -1


def _indent(text: str, offset: int) -> tuple[int, bool]:
    """Width of the blanks that begin the line of an offset, and whether the offset is the first thing behind them."""
    line = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    found = _INDENT.match(text, line)
    width = (found.end() if found is not None else line) - line
    return width, line + width >= offset


def outdented(text: str, root: Node) -> Node | None:
    """The first container to be closed by something further left than the line that opens it: its own closer is missing."""
    found: Node | None = None
    for node in root.walk():
        if node.kind not in (OBJECT, ARRAY) or text[node.end - 1 : node.end] not in ("}", "]"):
            continue
        if found is not None and node.end >= found.end:
            continue
        closer, first = _indent(text, node.end - 1)
        if first and closer < _indent(text, node.start)[0]:
            found = node
    return found
