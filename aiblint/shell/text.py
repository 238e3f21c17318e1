"""Text of a shell script: its words, each with its place in the outermost script however deep quoting has buried it."""

from __future__ import annotations

import bisect

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Protocol, TypeVar

    class HasQuotes(Protocol):
        quotes: Quotes

    Read = TypeVar("Read", bound=HasQuotes)

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


class Quotes:
    """The quoted texts of one reading of a script that go over a line end or never end. `cut` is one that is to end with its line.

    `indented` is the first end of a here-string with blanks before it, which PowerShell does not take for one; -1 where none is.
    `plain`: `$'it\\'` is read as dash reads it, a dollar and a text without escapes.
    """

    __slots__ = ("cut", "found", "indented", "plain")

    _MOST_TRIED = 8
    _MOST_READ = 300_000  # code points, over all that is tried

    def __init__(self, cut: int = -1, *, plain: bool = False) -> None:
        self.cut = cut
        self.plain = plain
        self.found: list[tuple[int, int, bool]] = []
        self.indented = -1

    def note(self, text: str, start: int, end: int, closed: bool) -> None:
        """A text in quotes at [start, end), the quotes with it."""
        if not closed or "\n" in text[start:end]:
            self.found.append((start, end, closed))

    def strange(self, text: str) -> int:
        """How many of them begin or end in the middle of a word, as they do where quotes are taken for the wrong ones."""
        return sum(
            text[start - 1 : start].isalnum() + (closed and text[end : end + 1].isalnum()) for start, end, closed in self.found
        )

    @property
    def all_closed(self) -> bool:
        return all(closed for _, _, closed in self.found)

    @classmethod
    def settle(cls, text: str, read: Callable[[Quotes], Read]) -> tuple[Read, int]:
        """A reading of a script, and the offset of the quote that is not closed, or closed in vain; -1 where all are.

        Such a quote closes at the next one, and from there on all is inside out. The one to blame is that with which, had it
        ended with its line, the rest reads best.
        """
        first = read(cls())
        if first.quotes.all_closed:
            return first, first.quotes.indented
        best: tuple[tuple[int, int], Read, int] | None = None
        tried = max(min(cls._MOST_TRIED, cls._MOST_READ // len(text)), 1)
        for start, _, _ in sorted(first.quotes.found)[:tried]:
            again = read(cls(start))
            rank = again.quotes.strange(text), len(again.quotes.found)
            if again.quotes.all_closed and (best is None or rank < best[0]):
                best = rank, again, start
        if best is None:
            return first, min(start for start, _, closed in first.quotes.found if not closed)
        return best[1], best[2]


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
