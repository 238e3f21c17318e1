"""PowerShell text split into its commands, wherever they stand, with exact places and without running anything."""

from __future__ import annotations

from aiblint.pattern import lazy
from aiblint.shell import windows
from aiblint.shell.command import BLOCK, MAY_RUN, NEVER_RUNS, POWERSHELL, RUNS, SCRIPT, SUBSTITUTION, Command, Redirect
from aiblint.shell.keywords import KeywordReader
from aiblint.shell.text import MOST_COMMANDS, Quotes, Script, Word
from aiblint.shell.tokens import LEVELS, REDIRECT, State

_LABEL = lazy(r":\w+(?=\s)")
_NUMBER = lazy(r"[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[kmgtpKMGTP][bB])?)(?=[\s;|)},+*/%-]|\.\.|\Z)")
_CALL = lazy(r"[&.](?=[ \t'\"$({\u2018-\u201e])")
_ASSIGN = lazy(r"(?:[-+*/%]|\?\?)?=(?!=)")
_EXPRESSION_PLAIN = lazy(r"[^\s'\"\u2018-\u201e`$@(){}\[\];|&#=<>+*/%?-]+")
_LAST_WORD = lazy(r"(?<!\w)-([A-Za-z]+)\Z")
_OPERATORS = (
    " and or xor not eq ne gt ge lt le like notlike match notmatch replace join split f bor band contains notcontains "
    "in notin is as "
)
_EXPRESSION_STARTS = "$([\"'@{!+-,\u2018\u2019\u201a\u201b\u201c\u201d\u201e"
_HASH_KEY = lazy(r"[\w.-]+")


class _Line:
    """Where one list of statements stands: the last command, whether a pipe follows it, what is being assigned."""

    __slots__ = ("assigned", "last", "pipe")

    def __init__(self) -> None:
        self.last: Command | None = None
        self.pipe = False
        self.assigned: list[Word] = []


def commands(script: str) -> list[Command]:
    """The commands of a PowerShell script that can run."""
    return [command for command in read(script)[0] if command.fate != NEVER_RUNS]


def read(script: str, most: int = MOST_COMMANDS) -> tuple[list[Command], int]:
    """All commands of a PowerShell script in the order in which they are written; text that is no script yields what it can. Beside
    them the offset of a quote or here-string that is not closed, or closed in vain, -1 where all are; what stands behind its line is
    read nevertheless.

    Offsets are code points of `script`. Commands in script blocks, parentheses and strings handed to `cmd /c`,
    `powershell -Command`, `Start-Process` or `Invoke-Expression` are among them, each with its `parent`. A statement
    that is an expression or an assignment is a command without words. Takes linear time, ends at about the `most` commands,
    and raises nothing.
    """
    state, unclosed = Quotes.settle(script, lambda quotes: _read(script, most, quotes))
    for command in state.commands:
        command.calls_function = command.program is not None and command.program.text.lower() in state.functions
    state.commands.sort(key=lambda command: (command.start, -command.end))
    return state.commands, unclosed


def _read(script: str, most: int, quotes: Quotes) -> State:
    state = State(len(script), most, quotes)
    _Reader(Script(script), state, None, "").statements("", True)
    return state


class _Reader(KeywordReader):
    """Reads one script text from left to right."""

    __slots__ = ()

    def statements(self, closing: str, emit: bool) -> None:
        """Reads statements up to `closing`, which is consumed. Expressions count as commands where `emit` is true."""
        line = _Line()
        while True:
            self.space()
            if self.i >= self.end or len(self.state.commands) >= self.state.most:
                self.i = self.end
                return
            char = self.text[self.i]
            if char == closing:
                self.i += 1
                return
            if char in "\r\n;":
                self.i += 1
                self.join(line, "\n" if char != ";" else ";")
            elif char == "|":
                operator = "||" if self.text.startswith("||", self.i) else "|"
                self.i += len(operator)
                self.join(line, operator)
                line.pipe = operator == "|"
                self.space(newlines=True)
            elif char == "&" and not _CALL.match(self.text, self.i, self.end):
                operator = "&&" if self.text.startswith("&&", self.i) else "&"
                self.i += len(operator)
                self.join(line, operator)
            elif char in ")},":
                self.i += 1
            else:
                self.element(line, emit)
        # The end of the text closes everything.

    def join(self, line: _Line, operator: str) -> None:
        if line.last is not None and not line.last.operator:
            line.last.operator = operator
        line.assigned = []
        if operator != "\n":
            line.pipe = False

    def element(self, line: _Line, emit: bool) -> None:
        """One command or expression of a pipeline, or the keyword in front of a block."""
        text, start = self.text, self.i
        char = text[start]
        if char.isalpha() and self.keyword():
            return
        if char == "{" and not line.pipe:
            self.block(BLOCK if not emit else self.context)
            return
        self.upcoming = RUNS
        if char == ":" and (match := _LABEL.match(text, start, self.end)):
            self.i = match.end()
            return
        if call := _CALL.match(text, start, self.end):
            self.i = call.end()
            self.command(line, start)
        elif char in _EXPRESSION_STARTS or _NUMBER.match(text, start, self.end):
            self.expression(line, emit)
        else:
            self.command(line, start)
        if self.i == start:
            self.i += 1

    # Nested lists.

    def nested_list(self, closing: str, context: str, emit: bool) -> None:
        """Reads statements up to `closing`; where nesting goes too deep nothing is read."""
        state, saved = self.state, (self.context, self.depth)
        if state.level >= LEVELS:
            return
        state.level += 1
        self.context = context
        self.depth += closing == "}"
        self.statements(closing, emit)
        self.context, self.depth = saved
        state.level -= 1

    def group(self, closing: str) -> None:
        self.nested_list(closing, SUBSTITUTION, False)

    def block(self, context: str) -> None:
        saved = self.fate
        self.fate = max(saved, self.upcoming, MAY_RUN if context == BLOCK else RUNS)
        self.upcoming = RUNS
        self.i += 1
        self.nested_list("}", context, True)
        self.fate = saved

    def table(self, closing: str) -> None:
        """The inside of `@{ name = value }` or of an attribute, `[Parameter(Mandatory = $true)]`."""
        if self.state.level >= LEVELS:
            return
        self.state.level += 1
        saved = self.context
        self.context = SUBSTITUTION
        while True:
            self.space(newlines=True)
            if self.i >= self.end:
                break
            char = self.text[self.i]
            if char == closing:
                self.i += 1
                break
            if char in ";,|&)}<>=":
                self.i += 1
                if char == "=":
                    self.value()
            elif match := _HASH_KEY.match(self.text, self.i, self.end):
                self.i = match.end()
            else:
                self.word()
        self.context = saved
        self.state.level -= 1

    def value(self) -> None:
        """The pipeline behind `name =` in a table."""
        line = _Line()
        self.space(newlines=True)
        while self.i < self.end and self.text[self.i] not in ";,|)<>=}":
            self.element(line, False)
            self.space()
            if self.i >= self.end or self.text[self.i] != "|":
                return
            self.i += 1
            self.join(line, "|")
            line.pipe = True
            self.space(newlines=True)

    # Expressions.

    def expression(self, line: _Line, emit: bool) -> None:
        """A statement that is no command: `$x = …`, `[Net.WebClient]::new()`, `(Get-Content x).Replace('a', 'b') | …`."""
        start, since = self.i, len(self.state.commands)
        literal = self.literal()
        redirects: list[Redirect] = []
        text = self.text
        square = 0
        while self.i < self.end:
            if match := _EXPRESSION_PLAIN.match(text, self.i, self.end):
                self.i = match.end()
                continue
            char = text[self.i]
            if char in " \t" or text.startswith("<#", self.i) or (char == "#" and text[self.i - 1 : self.i].isspace()):
                before = self.i
                self.space()
                if self.i == before:
                    self.i += 1
            elif char in "\r\n":
                if not square and not _goes_on(text[max(start, self.i - 16) : self.i].rstrip(" \t")):
                    break
                self.i += 1
            elif char in ";|&)}":
                break
            elif char in "[]":
                square = max(square + (1 if char == "[" else -1), 0)
                self.i += 1
            elif char == "(" and square and text[self.i - 1].isalnum():
                self.i += 1
                self.table(")")
            elif match := _ASSIGN.match(text, self.i, self.end):
                self.assign(line, start)
                return
            elif char == ">" and (match := REDIRECT.match(text, self.i, self.end)):
                redirects.append(self.redirect(match))
            else:
                self.expression_part(char)
        self.close_expression(line, emit, start, since, literal, redirects)

    def literal(self) -> Word | None:
        """Reads a string or number at the reader's place; the word, if it is the whole statement."""
        char = self.text[self.i]
        if not (char in "'\"\u2018\u2019\u201a\u201b\u201c\u201d\u201e" or char.isdigit() or self.here_string()):
            return None
        word = self.word()
        self.space()
        if self.i < self.end and self.text[self.i] not in "\r\n;|&)}":
            return None
        return word if word.quoted or char.isdigit() else None

    def assign(self, line: _Line, start: int) -> None:
        """`$x =` in front of a command or an expression, which is read next as part of the same statement."""
        text = self.text
        target = text[start : self.i].rstrip()
        if target:
            line.assigned.append(Word(self.script, start, start + len(target), [(start, target)], expands=False))
        self.i = text.index("=", self.i) + 1
        self.space(newlines=True)

    def expression_part(self, char: str) -> None:
        ignored: list[tuple[int, str]] = []
        if self.string(char, ignored) is not None:
            return
        if char == "$":
            self.variable(ignored)
        elif char == "(":
            self.i += 1
            self.group(")")
        elif char == "{":
            self.block(BLOCK)
        elif char == "@" and self.i + 1 < self.end and self.text[self.i + 1] in "({":
            self.i += 2
            if self.text[self.i - 1] == "{":
                self.table("}")
            else:
                self.group(")")
        elif char == "`":
            self.i = min(self.i + 2, self.end)
        else:
            self.i += 1

    def close_expression(
        self, line: _Line, emit: bool, start: int, since: int, literal: Word | None, redirects: list[Redirect]
    ) -> None:
        text = self.text[start : self.i].rstrip()
        if not text:
            return
        following = self.i < self.end and self.text[self.i] == "|" and not self.text.startswith("||", self.i)
        if not (emit or line.pipe or following or line.assigned):
            return
        end = start + len(text)
        first = line.assigned[0] if line.assigned else None
        span = self.script.span(start, end)
        command = Command(POWERSHELL, span[0] if first is None else first.start, span[1], [], [], redirects)
        command.expression = literal or Word(self.script, start, end, [(start, text)], expands=True)
        self.finish(line, command, since)

    # Commands.

    def command(self, line: _Line, start: int) -> None:
        words: list[Word] = []
        redirects: list[Redirect] = []
        since = len(self.state.commands)
        comma = False
        end = start
        while True:
            self.space()
            if self.i >= self.end:
                break
            char = self.text[self.i]
            if char in "\r\n":
                if not comma:
                    break
                self.space(newlines=True)
                continue
            if char in ";|&)}":
                break
            if char == ",":
                comma = True
                self.i += 1
                continue
            if match := REDIRECT.match(self.text, self.i, self.end):
                redirects.append(self.redirect(match))
            elif self.text.startswith("--%", self.i) and words:
                self.verbatim(words)
            else:
                word = self.word()
                word.joined = comma and bool(words)
                comma = False
                words.append(word)
            end = self.i
        if not words and not redirects:
            return
        first = line.assigned[0] if line.assigned else None
        span = self.script.span(start, max(end, start + 1))
        command = Command(POWERSHELL, span[0] if first is None else first.start, span[1], words, [], redirects)
        self.finish(line, command, since)

    def finish(self, line: _Line, command: Command, since: int) -> None:
        """Ties a command to its neighbours, finds what it really runs, and reads the scripts that it carries."""
        command.assignments = line.assigned
        line.assigned = []
        for index in range(since, len(self.state.commands)):
            found = self.state.commands[index]
            if found.parent is self.parent and found.context in (SUBSTITUTION, BLOCK):
                found.parent = command
        if line.pipe and line.last is not None:
            command.piped_from = line.last
            line.last.piped_to = command
        line.last = command
        line.pipe = False
        self.complete(command, self.context)

    def complete(self, command: Command, context: str) -> None:
        state = self.state
        key = (command.start, command.end, context)
        if key in state.seen:  # the outer script has already run what stands in `powershell -Command "$(…)"`
            return
        state.seen.add(key)
        command.parent = self.parent
        command.context = context
        command.depth = self.depth
        command.fate = self.fate
        state.commands.append(command)
        if not command.words:
            return
        windows.name(command)
        script = windows.powershell_script(command)
        if script is not None and state.budget.enter(len(script.text)):
            _Reader(script, state, command, SCRIPT).statements("", True)
            state.budget.leave()
        for started, how in windows.carried_commands(command):
            if not state.budget.enter(started.end - started.start):
                return
            _Reader(self.script, state, command, how).complete(started, how)
            state.budget.leave()


def _goes_on(line: str) -> bool:
    """Whether an expression that stops like this at a line end goes on in the next line."""
    last = line[-1:]
    if last in ("+", "-"):
        return line[-2:] not in ("++", "--")
    if last and last in ",*/%=.":
        return True
    match = _LAST_WORD.search(line)
    return match is not None and f" {match[1].lower()} " in _OPERATORS
