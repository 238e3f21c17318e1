"""Words of PowerShell: quoting, here-strings, variables, sub-expressions and comments."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.shell.command import BLOCK, RUNS, Command, Redirect
from aiblint.shell.text import Budget, Quotes, Script, Word

LEVELS = 24
"""How deep blocks and parentheses may nest before their insides are read as plain text; a few Python calls each."""

REDIRECT = lazy(r"[1-6*]?>>?(?:&[12])?")
_SPACE = lazy(r"(?:[ \t\f\v\u00a0\u0085]++|`\r?\n)++")
_LINES = lazy(r"(?:\s++|`\r?\n)++")
_COMMENT = lazy(r"#[^\r\n]*")
# PowerShell takes typographic quotes for plain ones: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
_SINGLE = "'\u2018\u2019\u201a\u201b"
_DOUBLE = '"\u201c\u201d\u201e'
_SINGLE_TEXT = lazy(r"[^'\u2018-\u201b]+")
_DOUBLE_TEXT = lazy(r'[^"\u201c-\u201e`$]+')
_HERE = lazy(r"@(['\"\u2018-\u201e])[ \t]*\r?\n")
_HERE_END = {True: re.compile(r"\r?\n[ \t]*['\u2018-\u201b]@"), False: re.compile(r'\r?\n[ \t]*["\u201c-\u201e]@')}
_HERE_TEXT = lazy(r"[^`$]+")
_PLAIN = lazy(r"[^\s'\"\u2018-\u201e`$@(){};|&,<>]+")
_VARIABLE = lazy(r"\$(?:(?:\w+:)?\w+|\{[^}\r\n]{0,200}+\}|[$?^])")
_KNOWN = frozenset(("$true", "$false", "$null"))
_MEMBER = lazy(r"\.\w|::\w|\[")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


class State:
    """What all readers of one script share."""

    __slots__ = ("budget", "commands", "functions", "level", "most", "quotes", "seen")

    def __init__(self, length: int, most: int, quotes: Quotes) -> None:
        self.quotes = quotes
        self.budget = Budget(length)
        self.most = most
        self.commands: list[Command] = []
        self.functions: set[str] = set()
        self.seen: set[tuple[int, int, str]] = set()
        self.level = 0


class TokenReader:
    """Reads the words of one script text; a subclass reads the statements."""

    __slots__ = ("context", "depth", "end", "fate", "i", "parent", "script", "state", "text", "upcoming")

    def __init__(self, script: Script, state: State, parent: Command | None, context: str) -> None:
        self.script = script
        self.text = script.text
        self.state = state
        self.parent = parent
        self.context = context
        self.depth = parent.depth if parent is not None else 0
        self.fate = parent.fate if parent is not None else RUNS
        self.upcoming = RUNS
        self.i = 0
        self.end = len(script.text)

    def group(self, closing: str) -> None:
        raise NotImplementedError

    def block(self, context: str) -> None:
        raise NotImplementedError

    def table(self, closing: str) -> None:
        raise NotImplementedError

    def space(self, newlines: bool = False) -> None:
        """Goes behind blanks, comments and continued lines; behind line ends too if asked to."""
        blank = _LINES if newlines else _SPACE
        while self.i < self.end:
            if match := blank.match(self.text, self.i, self.end):
                self.i = match.end()
            elif self.text.startswith("<#", self.i):
                stop = self.text.find("#>", self.i + 2, self.end)
                self.i = self.end if stop < 0 else stop + 2
            elif match := _COMMENT.match(self.text, self.i, self.end):
                self.i = match.end()
            else:
                return

    def redirect(self, match: re.Match[str]) -> Redirect:
        written = match[0]
        descriptor = written[0] if written[0] != ">" else ""
        self.i = match.end()
        target = None
        if "&" in written:
            target = Word(self.script, match.end() - 1, match.end(), [(match.end() - 1, written[-1])])
            operator = ">&"
        else:
            operator = written[len(descriptor) :]
            self.space()
            if self.i < self.end and self.text[self.i] not in "\r\n;|&)},>":
                target = self.word()
        start, end = self.script.span(match.start(), match.end())
        return Redirect(descriptor, operator, target, start, target.end if target else end)

    def verbatim(self, words: list[Word]) -> None:
        """`--%` and the rest of the line, which PowerShell hands over as it is."""
        stop = self.i
        while stop < self.end and self.text[stop] not in "\r\n|":
            stop += 1
        for match in re.compile(r'(?:"[^"]*"?|[^\s"])+').finditer(self.text, self.i, stop):
            quoted = match[0][0] == '"' == match[0][-1] and match[0].count('"') == 2
            pieces = [(part.start(), part[0]) for part in re.compile(r'[^"]+').finditer(self.text, match.start(), match.end())]
            words.append(Word(self.script, match.start(), match.end(), pieces, quoted))
        self.i = stop

    # Words.

    def word(self) -> Word:
        """One argument. At least one character is taken, whatever it is."""
        text, start = self.text, self.i
        pieces: list[tuple[int, str]] = []
        parts = 0
        quoted = expands = value = block = False
        while self.i < self.end:
            parts += 1
            char = text[self.i]
            here = self.i
            if match := _PLAIN.match(text, here, self.end):
                pieces.append((here, match[0]))
                self.i = match.end()
                continue
            found = self.string(char, pieces)
            if found is not None:
                expands = expands or found
                quoted = parts == 1
            elif char == "`":
                if _SPACE.match(text, here, self.end):  # a continued line ends the word
                    parts -= 1
                    break
                self.escape(pieces)
            elif char == "$":
                expands = self.variable(pieces) or expands
                value = value or parts == 1
            elif char == "(" and (parts == 1 or value):
                self.i += 1
                self.group(")")
                pieces.append((here, text[here : self.i]))
                expands = value = block = True
                if not _MEMBER.match(text, self.i, self.end):
                    break
            elif char == "{" and parts == 1:
                self.block(BLOCK)
                pieces.append((here, text[here : self.i]))
                expands = block = True
                break
            elif char == "@" and parts == 1 and text[here + 1 : min(here + 2, self.end)] in ("(", "{"):
                self.i += 2
                if text[here + 1] == "{":
                    self.table("}")
                else:
                    self.group(")")
                pieces.append((here, text[here : self.i]))
                expands = value = block = True
                if not _MEMBER.match(text, self.i, self.end):
                    break
            elif char == "@":
                pieces.append((here, char))
                expands = expands or parts == 1
                self.i += 1
            else:
                parts -= 1
                break
        if self.i == start:
            self.i += 1
            pieces.append((start, text[start]))
        word = Word(self.script, start, self.i, pieces, quoted and parts == 1, expands)
        word.block = block
        return word

    def here_string(self) -> bool:
        return self.i < self.end and self.text[self.i] == "@" and _HERE.match(self.text, self.i, self.end) is not None

    def string(self, char: str, pieces: list[tuple[int, str]]) -> bool | None:
        """A string at the reader's place: whether it expands; None if there is none."""
        if char in _SINGLE or char in _DOUBLE:
            return self.quote(char, pieces)
        if char == "@" and (match := _HERE.match(self.text, self.i, self.end)):
            return self.here(match, pieces)
        return None

    def quote(self, char: str, pieces: list[tuple[int, str]]) -> bool:
        """A text in quotes at the reader's place; true if something in it expands."""
        opening, end, quotes = self.i, self.end, self.state.quotes
        outermost = self.script.places is None
        if outermost and opening == quotes.cut:
            stop = self.text.find("\n", opening, end)
            self.end = end if stop < 0 else stop
        self.i = opening + 1
        expands, closed = False, True
        if char in _SINGLE:
            closed = self.single(pieces)
        else:
            expands, closed = self.double(pieces, _DOUBLE_TEXT, True)
        if outermost and opening != quotes.cut:
            quotes.note(self.text, opening, self.i, closed)
        self.end = end
        return expands

    def single(self, pieces: list[tuple[int, str]]) -> bool:
        """Text in single quotes; true if it is closed."""
        text = self.text
        while self.i < self.end:
            if match := _SINGLE_TEXT.match(text, self.i, self.end):
                pieces.append((self.i, match[0]))
                self.i = match.end()
                continue
            self.i += 1
            if self.i < self.end and text[self.i] in _SINGLE:
                pieces.append((self.i, text[self.i]))
                self.i += 1
            else:
                return True
        return False

    def double(self, pieces: list[tuple[int, str]], plain: re.Pattern[str], closes: bool) -> tuple[bool, bool]:
        """Text in double quotes, or of a here-string up to the end of the reader's text: whether something expands, and
        whether the text is closed.
        """
        text = self.text
        expands = False
        while self.i < self.end:
            if match := plain.match(text, self.i, self.end):
                pieces.append((self.i, match[0]))
                self.i = match.end()
                continue
            char = text[self.i]
            if char == "`":
                self.escape(pieces)
            elif char == "$":
                expands = self.variable(pieces) or expands
            else:
                self.i += 1
                if closes and self.i < self.end and text[self.i] in _DOUBLE:
                    pieces.append((self.i, text[self.i]))
                    self.i += 1
                else:
                    return expands, True
        return expands, not closes

    def here(self, match: re.Match[str], pieces: list[tuple[int, str]]) -> bool:
        single = match[1] in _SINGLE
        start = match.end()
        outermost = self.script.places is None
        if outermost and match.start() == self.state.quotes.cut:
            self.i = match.end(1)
            return False
        # The line end in front of the closing mark may be the one behind the opening mark: an empty here-string.
        closing = _HERE_END[single].search(self.text, start - 1, self.end)
        stop = max(closing.start(), start) if closing else self.end
        behind = closing.end() if closing else self.end
        expands = False
        if single:
            pieces.append((start, self.text[start:stop]))
        else:
            saved = self.end
            self.i, self.end = start, stop
            expands, _ = self.double(pieces, _HERE_TEXT, False)
            self.end = saved
        self.i = max(behind, start)
        if outermost:
            quotes = self.state.quotes
            if closing is None:
                quotes.note(self.text, match.start(), self.i, False)
            elif closing[0].strip("\r\n") != closing[0].strip() and quotes.indented < 0:
                quotes.indented = closing.end() - 2
        return expands

    def escape(self, pieces: list[tuple[int, str]]) -> None:
        """A backtick and what it escapes."""
        following = self.text[self.i + 1 : min(self.i + 2, self.end)]
        if following:
            pieces.append((self.i + 1, _ESCAPES.get(following, following)))
            self.i += 2
        else:
            self.i += 1

    def variable(self, pieces: list[tuple[int, str]]) -> bool:
        """`$name`, `${name}`, `$(…)`; false where the value is known (`$true`) or it is only a dollar sign."""
        text, start = self.text, self.i
        if text.startswith("$(", start) and start + 2 <= self.end:
            self.i = start + 2
            self.group(")")
            pieces.append((start, text[start : self.i]))
            return True
        match = _VARIABLE.match(text, start, self.end)
        if match is None:
            pieces.append((start, "$"))
            self.i = start + 1
            return False
        pieces.append((start, match[0]))
        self.i = match.end()
        return match[0].lower() not in _KNOWN
