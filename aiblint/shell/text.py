"""Text of a shell script: its words, each with its place in the outermost script however deep quoting has buried it."""

from __future__ import annotations

import bisect

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNKNOWN = lazy(r"[$`(){}]")


MOST_COMMANDS = 20_000
"""Behind so many commands nothing is read: no real template has as many, and each rule looks at all of them."""


class Script:
    """Text of a script, and where each of its characters stands in the outermost script, called root.

    `places[i]` is the code point offset in `root` of `text[i]`; None says that `text` is `root`.
    """

    __slots__ = ("places", "root", "text")

    def __init__(self, text: str, root: str | None = None, places: Sequence[int] | None = None) -> None:
        self.text = text
        self.root = text if root is None else root
        self.places = places

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Place in the root of `text[start:end]`, which must not be empty where `places` is given."""
        places = self.places
        return (start, end) if places is None else (places[start], places[end - 1] + 1)

    def part(self, pieces: Iterable[tuple[int, str]]) -> Script:
        """A script inside this one. A piece is its offset in `text` and what it says once quoting is gone."""
        pieces = list(pieces)
        known = self.places
        places: list[int] = []
        for start, text in pieces:
            stop = start + len(text)  # what a piece says is never longer than how it was written
            places.extend(range(start, stop) if known is None else known[start:stop])
        return Script("".join(text for _, text in pieces), self.root, places)


class Budget:
    """How much text scripts inside scripts may still hold: every level reads it again, and hostile text has many."""

    __slots__ = ("left", "nested")

    DEEPEST = 6

    def __init__(self, length: int) -> None:
        self.left = 3 * length
        self.nested = 0

    def enter(self, length: int) -> bool:
        """Whether one more script of this length may be read; if so, `leave` follows it."""
        if self.nested >= self.DEEPEST or length > self.left:
            return False
        self.left -= length
        self.nested += 1
        return True

    def leave(self) -> None:
        self.nested -= 1


class Word:
    """One word of a command. `root[start:end] == raw`, offsets are code points of the script given to `commands`.

    `text` is the word with its quoting removed; parts whose value only a run can know (`$x`, `$(…)`, `*`) stand in it as
    written, and `expands` is then true. `quoted`: the whole word stood in one pair of quotes. `block`: a PowerShell
    script block or parenthesis. `joined`: a comma ties the word to the one before it (PowerShell lists).
    """

    __slots__ = ("block", "end", "expands", "joined", "pieces", "quoted", "raw", "script", "start", "text")

    def __init__(
        self, script: Script, start: int, end: int, pieces: list[tuple[int, str]], quoted: bool = False, expands: bool = False
    ) -> None:
        self.script = script
        self.pieces = pieces
        self.start, self.end = script.span(start, end)
        self.raw = script.root[self.start : self.end]
        self.text = pieces[0][1] if len(pieces) == 1 else "".join([text for _, text in pieces])
        self.quoted = quoted
        self.expands = expands
        self.block = False
        self.joined = False

    def inside(self) -> Script:
        """The word's text as a script of its own, tied to the places where its characters were written."""
        return self.script.part(self.pieces)

    def slice(self, start: int, end: int) -> Word:
        """Part of the word: the characters `text[start:end]`, at least one."""
        inside = self.inside()
        return Word(inside, start, end, [(start, self.text[start:end])], expands=self.expands)

    def __repr__(self) -> str:
        return f"<Word {self.start}:{self.end} {self.text!r}>"


def joined(words: Sequence[Word]) -> Script | None:
    """Words put together with one space between them, as `eval` and `cmd /c` do; None where they say nothing."""
    text = ""
    places: list[int] = []
    for word in words:
        inside = word.inside()
        if text:
            text += " "
            places.append(places[-1])
        text += inside.text
        places.extend(inside.places or ())
    return Script(text, words[0].script.root, places) if text.strip() else None


def join_lines(lines: Iterable[str]) -> tuple[str, list[int]]:
    """The script that Image Builder makes of a step's `inline` lines, and the offset at which each line starts in it."""
    starts: list[int] = []
    lines = list(lines)
    offset = 0
    for line in lines:
        starts.append(offset)
        offset += len(line) + 1
    return "\n".join(lines), starts


def locate(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """Which line (counted from 0) holds an offset of the joined script, and the offset in that line."""
    index = max(bisect.bisect_right(starts, offset) - 1, 0)
    return index, offset - starts[index]


def base_name(word: Word, *, windows: bool = False) -> str:
    """Name of a program without its folder; for Windows in lower case and without `.exe`. Whole where it is not known."""
    text = word.text.lower() if windows else word.text
    folded = text.replace("\\", "/") if windows else text
    last = folded.strip().rstrip("/").rpartition("/")[2]
    if word.expands and _UNKNOWN.search(last):
        return text
    return (last.removesuffix(".exe") if windows else last) or text
