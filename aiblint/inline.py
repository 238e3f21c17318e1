"""The `inline` lines of a step as the one script that the build VM runs, each word tied to the line it was written in."""

from __future__ import annotations

import bisect
import re

from aiblint import address
from aiblint.change import Part
from aiblint.check import Problem
from aiblint.shell.command import NEVER_RUNS, POSIX, POWERSHELL
from aiblint.shell.text import MOST_COMMANDS, join_lines, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.change import Repair
    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.words import Extension
    from aiblint.template import Value

_LONGEST_SCRIPT = 1 << 20
_DIALECTS = {"shell": POSIX, "powershell": POWERSHELL}


class Inline:
    """One step's `inline`. `text` is the joined script; a line that only the deployment knows is empty in it.

    `items` are the lines as values. `dialect` is POSIX or POWERSHELL. `left` holds how many more commands are read of the whole
    template.
    """

    __slots__ = (
        "_commands",
        "_extensions",
        "_left",
        "_starts",
        "_unclosed",
        "_unknown",
        "_written",
        "dialect",
        "items",
        "step",
        "text",
    )

    def __init__(self, step: Value, dialect: str, lines: Value, left: list[int]) -> None:
        self.step = step
        self.dialect = dialect
        self.items = lines.items
        self.text, self._starts = join_lines(item.text or "" for item in lines.items)
        self._left = left
        self._unknown = any(not item.known for item in lines.items)
        self._written: list[Command] | None = None
        self._commands: list[Command] = []
        self._extensions: list[Extension] = []
        self._unclosed = -1

    @property
    def opaque(self) -> bool:
        """Whether some of it is not known: a line that only the deployment knows, or more commands than are read."""
        self._read()
        return self._unknown

    @property
    def commands(self) -> list[Command]:
        """The commands of the script that can run, in order; offsets are those of `text`."""
        if self._written is None:
            self._read()
        return self._commands

    @property
    def written(self) -> list[Command]:
        """All commands, those inside `if ($false)` too."""
        return self._read()

    @property
    def extensions(self) -> list[Extension]:
        """What only Bash knows in a script for `sh`, in order; none in PowerShell."""
        self._read()
        return self._extensions

    @property
    def unclosed(self) -> int:
        """Offset of the quote that nobody closes; -1 where all are closed."""
        self._read()
        return self._unclosed

    def _read(self) -> list[Command]:
        if self._written is None:
            if self.dialect == POSIX:
                from aiblint.shell import posix

                self._written, self._extensions, self._unclosed = posix.read(self.text, self._left[0])
            else:
                from aiblint.shell import powershell

                self._written, self._unclosed = powershell.read(self.text, self._left[0])
            self._left[0] -= len(self._written)
            self._unknown = self._unknown or self._left[0] <= 0
            self._commands = [command for command in self._written if command.fate != NEVER_RUNS]
        return self._written

    def place(self, start: int, end: int) -> tuple[Value, tuple[int, int]]:
        """The line that holds offset `start`, and the code points of its text up to `end`, or to its own end if that comes first."""
        index, first = locate(self._starts, start)
        item = self.items[index]
        return item, (first, min(end - self._starts[index], len(item.text or "")))

    def problem(self, start: int, end: int, message: str, *, fix: Repair | None = None) -> Problem:
        """A problem that underlines `text[start:end]` in the line where it begins."""
        item, part = self.place(start, end)
        return Problem(item, message, part=part, fix=fix)

    def insertion(self, at: int, text: str) -> Part:
        """The change that puts `text` behind the character before offset `at`."""
        item, (_, end) = self.place(at - 1, at)
        return Part(item, end, end, text)


def of(step: Value, context: Context) -> Inline | None:
    """The script of a Shell or PowerShell step; None for other steps, and where `inline` is missing, empty or unknown."""
    key = ("inline", id(step))
    try:
        found: Inline | None = context.cache[key]
    except KeyError:
        dialect = _DIALECTS.get((step.text_of("type") or "").lower())
        lines = step.get("inline")
        left = context.cache.setdefault(("commands left", 0), [MOST_COMMANDS])
        found = Inline(step, dialect, lines, left) if dialect and lines is not None and lines.items else None
        context.cache[key] = found
    return found


def scripts(context: Context) -> list[Inline]:
    """The scripts of all steps whose lines stand in the template, in the order in which they run."""
    return [script for step in context.template.steps if (script := of(step, context)) is not None]


def is_anywhere(pattern: str, context: Context) -> bool:
    """Whether a pattern, in any capitals, matches in the script of any step."""
    return bool(_matches(pattern, context))


def is_before(script: Inline, end: int, pattern: str, context: Context) -> bool:
    """Whether a pattern, in any capitals, matches before offset `end` of a script, in its step or in an earlier one."""
    found = _matches(pattern, context)
    return bool(found) and found[0] < (_index(script, context), end)


def is_behind(script: Inline, start: int, pattern: str, context: Context, *, here: bool = False) -> bool:
    """Whether a pattern, in any capitals, matches from offset `start` of a script on, in its step or, unless `here`, in a later one."""
    found = _matches(pattern, context)
    index = _index(script, context)
    at = bisect.bisect_left(found, (index, start))
    return at < len(found) and (not here or found[at][0] == index)


def is_named_behind(script: Inline, start: int, commands: tuple[str, ...], word: str, context: Context) -> bool:
    """Whether one of some commands has a word, in any capitals, behind offset `start` of a script, in its step or a later one."""
    key = ("where words stand last", 0)
    if key not in context.cache:
        places: dict[tuple[str, str], tuple[int, int]] = {}
        for index, other in enumerate(scripts(context)):
            for command in other.commands:
                for each in command.words:
                    places[command.name, each.text.lower()] = index, command.start
        context.cache[key] = places
    here = _index(script, context), start
    return any(context.cache[key].get((name, word.lower()), (-1, 0)) >= here for name in commands)


def _matches(pattern: str, context: Context) -> list[tuple[int, int]]:
    """Where a pattern matches in the scripts of a template: the number of the script and the offset, in order. Searched once."""
    key = ("matches of " + pattern, 0)
    if key not in context.cache:
        compiled = re.compile(pattern, re.IGNORECASE)
        context.cache[key] = [
            (index, match.start()) for index, script in enumerate(scripts(context)) for match in compiled.finditer(script.text)
        ]
    found: list[tuple[int, int]] = context.cache[key]
    return found


def _index(script: Inline, context: Context) -> int:
    key = ("numbers of the scripts", 0)
    if key not in context.cache:
        context.cache[key] = {id(each): index for index, each in enumerate(scripts(context))}
    number: int = context.cache[key].get(id(script), -1)  # a step in one case of several: before all others
    return number


def text_of(step: Value, context: Context) -> str | None:
    """All that a Shell or PowerShell step runs: its lines, or its script where that lies in this repository.

    None for other steps, and where any of it cannot be read here.
    """
    script = of(step, context)
    if script is not None:
        return None if script.opaque else script.text
    uri = address.used_by(step)
    if uri is None or not uri.text or step.text_of("type") not in ("Shell", "PowerShell"):
        return None
    key = ("script text", id(step))
    if key not in context.cache:
        content = _content(uri.text, context)
        context.cache[key] = content.decode("utf-8", "replace") if content is not None else None
    found: str | None = context.cache[key]
    return found


def _content(uri: str, context: Context) -> bytes | None:
    """What a script of this repository holds; None for any other, and where it cannot be read."""
    file = context.checkout.file(uri)
    content = file.served if file is not None else None
    return content[:_LONGEST_SCRIPT] if content is not None else None


def waits(step: Value, context: Context) -> bool:
    """Whether a PowerShell step waits for a while, long enough for what was begun before it."""
    script = of(step, context)
    if script is None or script.dialect != POWERSHELL:
        return False
    from aiblint.shell.windows import cmdlet

    return any(cmdlet(command) in ("start-sleep", "timeout") for command in script.commands)
