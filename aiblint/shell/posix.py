"""POSIX shell text split into its simple commands, wherever they stand, with exact places and without running anything."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.shell import wrappers
from aiblint.shell.command import ARGUMENT, POSIX, SCRIPT, SUBSTITUTION, Command, Redirect
from aiblint.shell.text import MOST_COMMANDS, Quotes, Script, Word
from aiblint.shell.words import BODY, PAREN, Extension, State, WordReader, unescaped

_ASSIGNMENT = lazy(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\s]*\])?\+?=")
_REDIRECT = lazy(r"&>>?|<<<|<<-?|<&|<>|<(?!\()|>>|>&|>\||>(?!\()", holds=("<", ">"))
_OUTPUT = lazy(r"<<<|<<-?|<&|<>|<(?!\()|>>|>&|>\||>(?!\()", holds=("<", ">"))
_FUNCTION = lazy(r"\([ \t]*\)")
_DESCRIPTOR = lazy(r"\d+-?\Z|-\Z|\$")
_SEPARATORS = "\n;|&()"

_OPENERS = frozenset(("!", "then", "do", "else", "elif", "if", "while", "until", "{", "coproc"))
_CLOSERS = frozenset(("}", "fi", "done", "esac"))
_RESERVED = _OPENERS | _CLOSERS
_HEADS = frozenset(("for", "select", "case", "function"))


class _List:
    """Where one list of commands stands: the last command, what joins it, and the open `case`s."""

    __slots__ = ("cases", "closed", "depth", "last", "pattern", "pipe")

    def __init__(self) -> None:
        self.last: Command | None = None
        self.pipe = False
        self.depth = 0
        self.cases = 0
        self.pattern = False
        self.closed = False


def commands(script: str) -> list[Command]:
    """The commands of `read`."""
    return read(script)[0]


def read(script: str, most: int = MOST_COMMANDS) -> tuple[list[Command], list[Extension], int]:
    """All simple commands of a shell script, and what only Bash knows in it, each in the order in which it is written.

    The last is the offset of a quote that is not closed, -1 where all are; what stands behind its line is read nevertheless.
    Offsets are code points of `script`. Commands inside substitutions, here-documents fed to a shell and strings handed
    to a shell are among them, each with its `parent`. Text that is no shell yields what it can. Takes linear time, ends at
    about the `most` commands, and raises nothing.
    """
    state, unclosed = Quotes.settle(script, lambda quotes: _read(script, most, quotes))
    # sh is Bash in some distributions and dash in others, which has no escapes here: it may find all quotes closed.
    if unclosed >= 0 and "$'" in script and "\\'" in script and _read(script, most, Quotes(plain=True)).quotes.all_closed:
        unclosed = -1
    for command in state.commands:
        program = command.program
        command.calls_function = program is not None and program.raw in state.functions
    state.commands.sort(key=lambda command: (command.start, -command.end))
    state.extensions.sort(key=lambda extension: (extension.start, -extension.end))
    return state.commands, state.extensions, unclosed


def _read(script: str, most: int, quotes: Quotes) -> State:
    state = State(len(script), most, quotes)
    _Reader(Script(script), state, None, "", "").list_until("")
    return state


class _Reader(WordReader):
    """Reads one script text from left to right."""

    __slots__ = ()

    # Lists: what stands between commands.

    def list_until(self, closing: str) -> None:
        """Reads commands up to `closing`, which is consumed, or to the end of the text."""
        here = _List()
        while True:
            self.blank()
            if self.i >= self.end or len(self.state.commands) >= self.state.most:
                self.i = self.end
                return
            if here.pattern:
                self.case_pattern(here)
                continue
            char = self.text[self.i]
            if char == ")":
                self.i += 1
                if closing and here.depth == 0:
                    return
                self.close_group(here)
            elif char == "(":
                self.open_group(here)
            elif char in _SEPARATORS and not (char == "&" and self.text.startswith(">", self.i + 1)):
                self.separator(here, char)
            else:
                self.simple(here)

    def separator(self, here: _List, char: str) -> None:
        pair = self.text[self.i : self.i + 2]
        operator = pair if pair in ("&&", "||", "|&", ";;", ";&") and self.i + 2 <= self.end else char
        self.i += len(operator)
        if operator in (";;", ";&"):
            if self.text.startswith("&", self.i):  # ;;&
                self.i += 1
            here.pattern = here.cases > 0
        if operator == "|&" or (operator in (";;", ";&") and self.text[self.i - 1] == "&"):
            self.extension("|&" if operator == "|&" else ";&", self.i - 2, self.i)
        if here.last is not None and not here.last.operator:
            here.last.operator = operator
        if char == "\n":
            self.bodies()
        else:
            here.pipe = operator in ("|", "|&")

    def open_group(self, here: _List) -> None:
        if self.text.startswith("((", self.i) and self.is_arithmetic():
            self.simple(here)
            return
        self.i += 1
        here.depth += 1
        self.depth += 1

    def is_arithmetic(self) -> bool:
        """Whether `((` at the reader's place ends with `))`; else these are two groups, `((a); b)`."""
        state, start = self.state, self.i
        commands, extensions, quotes = len(state.commands), len(state.extensions), len(state.quotes.found)
        self.i += 2
        self.balanced(PAREN, "(", ")", 1)
        found = self.i >= self.end or self.text[self.i] == ")" or not state.budget.enter(self.i - start)
        if not found:
            state.budget.leave()
        for command in state.commands[commands:]:
            state.seen.discard((command.start, command.end, command.context))
        del state.commands[commands:], state.extensions[extensions:], state.quotes.found[quotes:]
        self.i = start
        return found

    def close_group(self, here: _List) -> None:
        if here.depth:
            here.depth -= 1
            self.depth -= 1
        here.closed = True

    def case_pattern(self, here: _List) -> None:
        """Skips `a | b)` of a `case`, or meets its `esac`."""
        first = True
        while self.i < self.end:
            char = self.text[self.i]
            if char == ")":
                self.i += 1
                here.pattern = False
                return
            if char in "\n|(&;<>":
                self.i += 1
                if char == "\n":
                    self.bodies()
            else:
                word = self.word()
                if first and word.raw == "esac":
                    here.pattern = False
                    here.cases = max(here.cases - 1, 0)
                    here.closed = True
                    return
                first = False
            self.blank()

    # Simple commands.

    def simple(self, here: _List) -> None:
        entry = start = end = self.i
        words: list[Word] = []
        assignments: list[Word] = []
        redirects: list[Redirect] = []
        waiting = len(self.pending), len(self.state.commands)
        head = False
        while True:
            self.blank()
            if self.i >= self.end:
                break
            char = self.text[self.i]
            if char == "(":
                if words and self.function_parentheses(words, head):
                    if head:
                        end = self.i
                        break
                    return
                if words and not (head and len(words) == 1 and words[0].raw == "for"):
                    break
                if not self.text.startswith("((", self.i):
                    break
                words.extend(self.arithmetic_words())
            elif char in "<>&" and (match := _REDIRECT.match(self.text, self.i, self.end)):
                redirects.append(self.redirect("", match))
            elif char in _SEPARATORS:
                break
            else:
                word = self.word()
                if word.raw.isdigit() and (match := _OUTPUT.match(self.text, self.i, self.end)):
                    redirects.append(self.redirect(word.raw, match, word.start))
                    end = self.i
                    continue
                if not words and not redirects:
                    if not assignments and word.raw in _RESERVED:
                        self.reserved(word.raw, here)
                        self.blank()
                        start = end = self.i
                        continue
                    if _ASSIGNMENT.match(word.raw):
                        assignments.append(word)
                        end = self.i
                        continue
                    head = not assignments and word.raw in _HEADS
                words.append(word)
                if word.raw == "[[" and len(words) == 1:
                    self.conditional(words)
                elif head and len(words) == 3 and words[0].raw == "case" and word.raw == "in":
                    here.cases += 1
                    here.pattern = True
                    end = self.i
                    break
                elif head and len(words) == 2 and words[0].raw == "function":
                    self.state.functions.add(word.raw)
                    self.blank()
                    if not self.text.startswith("(", self.i):
                        end = self.i
                        break
            end = self.i
        if self.i == entry:
            self.i += 1  # nothing that a shell would take; go on behind it
        elif end > start:
            self.finish(here, Command(POSIX, *self.script.span(start, end), words, assignments, redirects), head, waiting)

    def function_parentheses(self, words: list[Word], head: bool) -> bool:
        """`name ()` or `function name ()`: the body that follows is read like any other commands."""
        match = _FUNCTION.match(self.text, self.i, self.end)
        if match is None or len(words) != (2 if head else 1):
            return False
        self.state.functions.add(words[-1].raw)
        self.i = match.end()
        return True

    def reserved(self, word: str, here: _List) -> None:
        if word == "{":
            here.depth += 1
            self.depth += 1
        elif word == "}":
            self.close_group(here)
        elif word in _CLOSERS:
            here.closed = True
            if word == "esac":
                here.cases = max(here.cases - 1, 0)

    def conditional(self, words: list[Word]) -> None:
        """The rest of `[[ … ]]`, in which `&&`, `<`, `(` are words."""
        while words[-1].raw != "]]":
            self.blank()
            if self.i >= self.end:
                return
            char = self.text[self.i]
            if char == "\n":
                self.i += 1
                self.bodies()
            elif char in "<>&|();":
                length = 2 if self.text[self.i : self.i + 2] in ("&&", "||") else 1
                words.append(Word(self.script, self.i, self.i + length, [(self.i, self.text[self.i : self.i + length])]))
                self.i += length
            else:
                words.append(self.word())

    def arithmetic_words(self) -> list[Word]:
        """`((…))` as a command: the word `((` and the rest."""
        start = self.i
        self.i += 2
        self.balanced(PAREN, "(", ")", 2)
        first = Word(self.script, start, start + 2, [(start, "((")])
        if self.i == start + 2:
            return [first]
        return [first, Word(self.script, start + 2, self.i, [(start + 2, self.text[start + 2 : self.i])], expands=True)]

    def redirect(self, descriptor: str, match: re.Match[str], start: int = -1) -> Redirect:
        operator = match[0]
        self.i = match.end()
        self.blank()
        target = None
        if self.i < self.end and self.text[self.i] not in "\n;|&()" and not _REDIRECT.match(self.text, self.i, self.end):
            target = self.word()
        span = self.script.span(match.start(), max(self.i, match.end()))
        if operator in ("<<<", "&>", "&>>") or (operator == ">&" and target is not None and not _DESCRIPTOR.match(target.raw)):
            self.extension(operator[:3] if operator[0] == "<" else operator[:2], match.start(), match.end())
        redirect = Redirect(descriptor, operator, target, span[0] if start < 0 else start, target.end if target else span[1])
        if operator in ("<<", "<<-") and target is not None:
            redirect.verbatim = any(char in target.raw for char in "'\"\\")
            self.pending.append((redirect, []))
        return redirect

    def finish(self, here: _List, command: Command, head: bool, waiting: tuple[int, int]) -> None:
        """Ties a command to its neighbours, finds what it really runs, and reads the scripts that it carries."""
        for _, holder in self.pending[waiting[0] :]:
            holder.append(command)
        self.adopt(command, waiting[1])
        bare = not command.words and not command.assignments
        if here.pipe and here.last is not None:
            command.piped_from = here.last
            here.last.piped_to = command
        if not (bare and here.closed):  # `done < file`: the pipe is fed by what ran inside
            here.last = command
            here.pipe = False
        here.closed = False
        command.head = head or (bool(command.words) and command.words[0].raw == "((")
        self.complete(command)

    def adopt(self, command: Command, since: int) -> None:
        """Makes a command the parent of the substitutions that were read while its words were."""
        for index in range(since, len(self.state.commands)):
            found = self.state.commands[index]
            if found.context == SUBSTITUTION and found.parent is self.parent:
                found.parent = command

    def complete(self, command: Command) -> None:
        state = self.state
        key = (command.start, command.end, self.context)
        if key in state.seen:  # the outer shell has already run what stands in `bash -c "$(…)"`
            return
        state.seen.add(key)
        command.parent = self.parent
        command.context = self.context
        command.depth = self.depth
        command.user = command.shell_user = self.user
        command.after_root_shell = state.after_root_shell
        state.commands.append(command)
        if command.head:
            command.name = command.words[0].raw
            return
        if not command.words:
            return
        wrappers.unwrap(command)
        if wrappers.opens_root_shell(command):
            state.after_root_shell = True
        carried = wrappers.script_argument(command)
        if carried is not None:
            self.nested(carried, command)
        for words in wrappers.started_programs(command):
            if not state.budget.enter(words[-1].end - words[0].start):
                return
            started = Command(POSIX, words[0].start, words[-1].end, words, [], [])
            _Reader(self.script, state, command, ARGUMENT, command.user).complete(started)
            state.budget.leave()

    def nested(self, script: Script, command: Command) -> None:
        if script.text.strip() and self.state.budget.enter(len(script.text)):
            _Reader(script, self.state, command, SCRIPT, wrappers.script_user(command)).list_until("")
            self.state.budget.leave()

    # Here-documents.

    def bodies(self) -> None:
        """Takes the bodies of the here-documents that were announced on the line which just ended."""
        announced, self.pending = self.pending, []
        for redirect, holder in announced:
            start, stop = self.i, self.body_end(redirect)
            if stop > start:
                redirect.body = self.script.span(start, stop)
            self.read_body(redirect, holder[0] if holder else None, start, stop)

    def body_end(self, redirect: Redirect) -> int:
        """Offset at which the body stops; the reader stands behind the delimiter's line afterwards."""
        delimiter = redirect.target.text if redirect.target else ""
        while self.i < self.end:
            start = self.i
            stop = self.text.find("\n", start, self.end)
            stop = self.end if stop < 0 else stop
            line = self.text[start:stop].rstrip("\r")
            self.i = min(stop + 1, self.end)
            if (line.lstrip("\t") if redirect.operator == "<<-" else line) == delimiter:
                return start
        return self.end

    def read_body(self, redirect: Redirect, command: Command | None, start: int, stop: int) -> None:
        if stop <= start:
            return
        if not redirect.verbatim:
            saved = self.i, self.end, self.pending
            self.i, self.end, self.pending = start, stop, []
            since = len(self.state.commands)
            self.expanding_text([], BODY, "")
            if command is not None:
                self.adopt(command, since)
            self.i, self.end, self.pending = saved
        shell = command
        if command is not None and command.piped_to is not None and command.name == "cat" and not command.operands():
            shell = command.piped_to
        if shell is not None and wrappers.reads_script(shell):
            pieces = [(start, self.text[start:stop])] if redirect.verbatim else unescaped(self.text, start, stop)
            self.nested(self.script.part(pieces), shell)
