"""Words of the POSIX shell: quoting, escapes, expansions and the commands inside substitutions."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.shell.command import SUBSTITUTION, Command, Redirect
from aiblint.shell.text import Budget, Quotes, Script, Word

_LEVELS = 24
"""How deep substitutions may nest before their insides are read as plain text; three Python calls each."""
_BLANK = lazy(r"(?:[ \t\r]|\\\r?\n)*+(?:#[^\n]*)?")
_PLAIN = lazy(r"[^ \t\r\n'\"\\$`|&;<>()]+")
_GLOB = lazy(r"[*?]")
_BRACES = lazy(r"\{(?:[^{},]*+,[^{}]*+|[\w+-]++\.\.[\w.+-]++)\}", holds=("{",))
# Indirection, arrays, substrings, replacement, change of case; the rest of `${…}` is known to every shell.
_BASH_EXPANSION = lazy(r"\$\{(?:![\w@*]|#?(?:\w++|[@*])(?:\[|/|\^|,|@|:(?![-=?+])))")
_QUOTED = lazy(r'[^"\\$`]+')
_BACKTICKED = lazy(r"(?:[^`\\]|\\.)*+", re.DOTALL)
_ESCAPE = lazy(r"\\([\\`$\n])")
_ANSI = lazy(r"(?:[^'\\]|\\.)*+", re.DOTALL)
_SINGLE = lazy(r"[^']*+")
_ANSI_ESCAPE = lazy(r"\\(?:x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|.)", re.DOTALL)
_ANSI_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_NAME = lazy(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
BODY = lazy(r"[^\\$`]+")
PAREN = lazy(r"[^()'\"\\$`]+")
_BRACE = lazy(r"[^{}'\"\\$`]+")


class Extension:
    """Something that Bash knows and plain `sh` does not: which kind, where, and the command that hands it to its shell.

    `carrier` is the `bash` of `bash -c '…'`; None is the shell that runs the whole script. Kinds: `$'…'`, `$"…"`, `${…}`,
    `{a,b}`, `a=(…)`, `<(…)`, `<<<`, `&>`, `>&`, `|&`, `;&`.
    """

    __slots__ = ("carrier", "end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int, carrier: Command | None) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.carrier = carrier

    def __repr__(self) -> str:
        return f"<Extension {self.kind} {self.start}:{self.end}>"


class State:
    """What all readers of one script share."""

    __slots__ = (
        "after_root_shell",
        "budget",
        "closed",
        "commands",
        "extensions",
        "functions",
        "level",
        "most",
        "quotes",
        "seen",
    )

    def __init__(self, length: int, most: int, quotes: Quotes) -> None:
        self.quotes = quotes
        self.closed = True
        self.budget = Budget(length)
        self.most = most
        self.commands: list[Command] = []
        self.extensions: list[Extension] = []
        self.functions: set[str] = set()
        self.seen: set[tuple[int, int, str]] = set()
        self.after_root_shell = False
        self.level = 0


class WordReader:
    """Reads the words of one script text; a subclass reads the lists of commands."""

    __slots__ = ("context", "depth", "end", "i", "parent", "pending", "script", "state", "text", "user")

    def __init__(self, script: Script, state: State, parent: Command | None, context: str, user: str) -> None:
        self.script = script
        self.text = script.text
        self.state = state
        self.parent = parent
        self.context = context
        self.user = user
        self.depth = parent.depth if parent is not None else 0
        self.i = 0
        self.end = len(script.text)
        self.pending: list[tuple[Redirect, list[Command]]] = []

    def list_until(self, closing: str) -> None:
        raise NotImplementedError

    def extension(self, kind: str, start: int, end: int) -> None:
        self.state.extensions.append(Extension(kind, *self.script.span(start, end), self.parent))

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.i, self.end)
        if match:
            self.i = match.end()

    def word(self) -> Word:
        start = self.i
        pieces: list[tuple[int, str]] = []
        expands = quoted = False
        text = self.text
        parts = 0
        while self.i < self.end:
            parts += 1
            if match := _PLAIN.match(text, self.i, self.end):
                pieces.append((self.i, match[0]))
                expands = expands or _GLOB.search(match[0]) is not None or 0 <= match[0].find("[") < match[0].rfind("]")
                if braces := _BRACES.search(match[0]):
                    self.extension("{a,b}", self.i + braces.start(), self.i + braces.end())
                self.i = match.end()
                continue
            char = text[self.i]
            if char in "'\"":
                quoted = parts == 1
                expands = self.quote(char, pieces) or expands
            elif char == "\\":
                self.escape(pieces)
            elif char in "$`":
                expands = self.expansion(pieces, False) or expands
            elif char in "<>" and text.startswith("(", self.i + 1) and self.substitution(self.i + 2, pieces):
                self.extension("<(…)", pieces[-1][0], self.i)
                expands = True
            elif char == "(" and pieces and text[self.i - 1] in "=?*+@!":  # an array, or an extended pattern
                opening = self.i
                self.i += 1
                self.balanced(PAREN, "(", ")", 1)
                if text[opening - 1] == "=":
                    self.extension("a=(…)", opening - 1, self.i)
                pieces.append((opening, text[opening : self.i]))
                expands = True
            else:
                parts -= 1
                break
        if self.i == start:
            self.i += 1
            pieces.append((start, text[start]))
        return Word(self.script, start, self.i, pieces, quoted and parts == 1, expands)

    def quote(self, char: str, pieces: list[tuple[int, str]]) -> bool:
        """A text in quotes at the reader's place; true if something in it expands."""
        opening, end, quotes = self.i, self.end, self.state.quotes
        outermost = self.script.places is None
        if outermost and opening == quotes.cut:
            stop = self.text.find("\n", opening, end)
            self.end = end if stop < 0 else stop
        start = self.i = opening + 1
        self.state.closed = True
        expands = False
        if char == '"':
            expands = self.expanding_text(pieces, _QUOTED, '"')
        else:
            stop = self.text.find("'", start, self.end)
            self.state.closed = stop >= 0
            stop, self.i = (self.end, self.end) if stop < 0 else (stop, stop + 1)
            pieces.append((start, self.text[start:stop]))
        if outermost and opening != quotes.cut:
            quotes.note(self.text, opening, self.i, self.state.closed)
        self.end = end
        return expands

    def escape(self, pieces: list[tuple[int, str]]) -> None:
        following = self.text[self.i + 1 : min(self.i + 3, self.end)]
        if following.startswith("\n"):
            self.i += 2
        elif following == "\r\n":
            self.i += 3
        elif following:
            pieces.append((self.i + 1, following[0]))
            self.i += 2
        else:
            pieces.append((self.i, "\\"))
            self.i += 1

    def expanding_text(self, pieces: list[tuple[int, str]], plain: re.Pattern[str], closing: str) -> bool:
        """Text in double quotes up to `closing`, or a here-document's body up to the end; true if something expands."""
        expands = False
        text = self.text
        while self.i < self.end:
            if match := plain.match(text, self.i, self.end):
                pieces.append((self.i, match[0]))
                self.i = match.end()
                continue
            char = text[self.i]
            if char == closing:
                self.i += 1
                break
            if char == "\\":
                following = text[self.i + 1 : min(self.i + 2, self.end)]
                if following and following in '$`"\\':
                    pieces.append((self.i + 1, following))
                    self.i += 2
                elif following == "\n":
                    self.i += 2
                else:
                    pieces.append((self.i, "\\"))
                    self.i += 1
            else:
                expands = self.expansion(pieces, True) or expands
        else:
            self.state.closed = not closing
        return expands

    # Expansions.

    def expansion(self, pieces: list[tuple[int, str]], quoted: bool) -> bool:
        """What starts with `$` or a backtick; false where it is only a dollar sign."""
        text, start = self.text, self.i
        if text[start] == "`":
            return self.backtick(pieces)
        following = text[start + 1 : min(start + 2, self.end)]
        if following == "(":
            if text.startswith("((", start + 1) and start + 3 <= self.end and self.state.level < _LEVELS:
                self.i = start + 3
                self.balanced(PAREN, "(", ")", 2, quoted)
                pieces.append((start, text[start : self.i]))
                return True
            if self.substitution(start + 2, pieces):
                return True
        elif following == "{" and self.state.level < _LEVELS:
            self.i = start + 2
            self.balanced(_BRACE, "{", "}", 1, quoted)
            if _BASH_EXPANSION.match(text, start, self.i):
                self.extension("${…}", start, self.i)
            pieces.append((start, text[start : self.i]))
            return True
        elif following == "'" and not quoted:
            self.ansi(pieces)
            self.extension("$'…'", start, self.i)
            return False
        elif following == '"' and not quoted:
            self.i = start + 1
            expands = self.quote('"', pieces)
            self.extension('$"…"', start, self.i)
            return expands
        elif match := _NAME.match(text, start + 1, self.end):
            pieces.append((start, "$" + match[0]))
            self.i = match.end()
            return True
        pieces.append((start, "$"))
        self.i = start + 1
        return False

    def substitution(self, inside: int, pieces: list[tuple[int, str]]) -> bool:
        """`$(…)`, `<(…)`: reads the commands inside. False, with nothing read, where nesting goes too deep."""
        state = self.state
        if state.level >= _LEVELS:
            return False
        start, context, depth = self.i, self.context, self.depth
        state.level += 1
        self.i, self.context = inside, SUBSTITUTION
        self.list_until(")")
        self.context, self.depth = context, depth
        state.level -= 1
        pieces.append((start, self.text[start : self.i]))
        return True

    def backtick(self, pieces: list[tuple[int, str]]) -> bool:
        start = self.i
        match = _BACKTICKED.match(self.text, start + 1, self.end)
        stop = match.end() if match else start + 1
        self.i = min(stop + 1, self.end)
        if self.script.places is None:
            self.state.quotes.note(self.text, start, self.i, stop < self.end)
        pieces.append((start, self.text[start : self.i]))
        if self.state.level < _LEVELS and stop > start + 1:
            self.state.level += 1
            inside = self.script.part(unescaped(self.text, start + 1, stop))
            if inside.text:
                reader = type(self)(inside, self.state, self.parent, SUBSTITUTION, self.user)
                reader.depth = self.depth
                reader.list_until("")
            self.state.level -= 1
        return True

    def ansi(self, pieces: list[tuple[int, str]]) -> None:
        r"""`$'a\tb'`."""
        start = self.i + 2
        match = (_SINGLE if self.state.quotes.plain else _ANSI).match(self.text, start, self.end)
        stop = match.end() if match else start
        self.i = min(stop + 1, self.end)
        if self.script.places is None:
            self.state.quotes.note(self.text, start - 1, self.i, stop < self.end)
        at = start
        for escape in _ANSI_ESCAPE.finditer(self.text, start, stop):
            if escape.start() > at:
                pieces.append((at, self.text[at : escape.start()]))
            pieces.append((escape.start() + 1, _ansi_character(escape[0][1:])))
            at = escape.end()
        if stop > at:
            pieces.append((at, self.text[at:stop]))

    def balanced(self, plain: re.Pattern[str], opening: str, closing: str, depth: int, quoted: bool = False) -> None:
        """Goes behind the bracket that closes the `depth` open ones; reads quotes and expansions on the way.

        In double quotes (`quoted`) an apostrophe is a letter: `"${x:-it's}"`.
        """
        self.state.level += 1
        ignored: list[tuple[int, str]] = []
        while self.i < self.end and depth:
            if match := plain.match(self.text, self.i, self.end):
                self.i = match.end()
                continue
            char = self.text[self.i]
            if char == opening:
                depth += 1
                self.i += 1
            elif char == closing:
                depth -= 1
                self.i += 1
            elif char == "\\":
                self.i = min(self.i + 2, self.end)
            elif char == "'" and quoted:
                self.i += 1
            elif char in "'\"":
                self.quote(char, ignored)
            else:
                self.expansion(ignored, quoted)
        self.state.level -= 1


def _ansi_character(escape: str) -> str:
    if escape[0] in "xuU" and len(escape) > 1:
        code = int(escape[1:], 16)
    elif escape[0] in "01234567":
        code = int(escape, 8)
    else:
        return _ANSI_LETTERS.get(escape, escape)
    return chr(code) if code < 0x110000 else "\ufffd"


def unescaped(text: str, start: int, stop: int) -> list[tuple[int, str]]:
    """Text in backticks, or of a here-document that expands, as the shell inside gets it."""
    pieces: list[tuple[int, str]] = []
    at = start
    for match in _ESCAPE.finditer(text, start, stop):
        pieces.append((at, text[at : match.start()]))
        if match[1] != "\n":
            pieces.append((match.start() + 1, match[1]))
        at = match.end()
    pieces.append((at, text[at:stop]))
    return pieces
