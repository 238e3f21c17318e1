"""Keywords of PowerShell: what stands between a word like `if` or `function` and its block."""

from __future__ import annotations

from aiblint.pattern import lazy
from aiblint.shell.command import MAY_RUN, NEVER_RUNS, RUNS
from aiblint.shell.tokens import LEVELS, TokenReader

_WORD = lazy(r"[A-Za-z]+(?![\w.:\\/-])")
_KEYWORDS = (
    " if elseif while until switch for foreach do else try catch finally trap begin process end dynamicparam data "
    "parallel sequence inlinescript function filter workflow configuration class enum param return "
)
_MAY_RUN = " if elseif while switch for foreach else catch trap function filter workflow configuration class "
_NEVER = ("$false", "0")
_CONDITION = lazy(r"(?:[ \t]++-\w++)*+[ \t\r\n]*+\(")
_EACH = lazy(r"[ \t\r\n]*\([ \t\r\n]*\$[\w:]+[ \t\r\n]+[iI][nN](?!\w)")
_BODY = lazy(r"(?:[ \t,]*+\[[^\]\r\n;]{0,200}+\])*+[ \t\r\n]*+(?=\{)")
_FUNCTION = lazy(r"[ \t]+([\w:.-]+)[^\r\n{(;]*")


class KeywordReader(TokenReader):
    """Reads keywords with the conditions, names and patterns that belong to them; a subclass reads the blocks."""

    __slots__ = ()

    def keyword(self) -> bool:
        """Reads a keyword with what belongs to it up to its block; false if the word is a command after all."""
        match = _WORD.match(self.text, self.i, self.end)
        if match is None or f" {(word := match[0].lower())} " not in _KEYWORDS:
            return False
        found, upcoming = self.introduction(word, match.end())
        self.upcoming = upcoming
        return found

    def introduction(self, word: str, end: int) -> tuple[bool, int]:
        """What stands between a keyword, which ends at `end`, and its block: whether it is one, and whether the block runs."""
        upcoming = MAY_RUN if f" {word} " in _MAY_RUN else RUNS
        if word == "return":
            self.i = end
            return True, RUNS
        if word in ("function", "filter", "workflow", "configuration", "class", "enum"):
            return self.definition(word, end), upcoming
        if word == "param" and not self.text[end : end + 1].strip(" \t\r\n("):
            opening = _CONDITION.match(self.text, end, self.end)
            if opening is not None:
                self.i = opening.end()
                self.group(")")
            return opening is not None, RUNS
        if word == "foreach":  # without the parenthesis it is the alias of ForEach-Object
            each = _EACH.match(self.text, end, self.end)
            if each is not None:
                self.i = each.end()
                self.group(")")
            return each is not None, upcoming
        if word in ("if", "elseif", "while", "until", "switch", "for"):
            return self.condition(word, end, upcoming)
        if body := _BODY.match(self.text, end, self.end):
            self.i = body.end()
        return body is not None, upcoming

    def definition(self, word: str, end: int) -> bool:
        named = _FUNCTION.match(self.text, end, self.end)
        if named is None:
            return False
        self.i = named.end()
        if word not in ("class", "enum"):
            self.state.functions.add(named[1].lower().rpartition(":")[2])  # function global:x
        if self.text.startswith("(", self.i) and self.i < self.end:
            self.i += 1
            self.group(")")
        self.space(newlines=True)
        if word == "enum" and self.text.startswith("{", self.i) and self.i < self.end:
            closing = self.text.find("}", self.i, self.end)
            self.i = self.end if closing < 0 else closing + 1
        return True

    def condition(self, word: str, end: int, upcoming: int) -> tuple[bool, int]:
        opening = _CONDITION.match(self.text, end, self.end)
        if opening is None:
            return False, RUNS
        self.i = opening.end()
        self.group(")")
        if word == "switch":
            self.space(newlines=True)
            if self.i < self.end and self.text[self.i] == "{" and self.state.level < LEVELS:
                self.i += 1
                self.clauses()
        elif self.text[opening.end() : self.i - 1].strip().lower() in _NEVER:
            upcoming = NEVER_RUNS
        return True, upcoming

    def clauses(self) -> None:
        """The body of a `switch`: patterns, each with its block."""
        self.state.level += 1
        self.depth += 1
        while True:
            self.space(newlines=True)
            if self.i >= self.end:
                break
            char = self.text[self.i]
            if char == "}":
                self.i += 1
                break
            if char in ";,|&)<>":
                self.i += 1
                continue
            if char == "{":
                self.upcoming = MAY_RUN
                self.block(self.context)
            else:
                self.word()
        self.depth -= 1
        self.state.level -= 1
