"""Reads the text of a template expression, `[concat('a', parameters('b'))]`, into a tree that knows its offsets."""

from __future__ import annotations

import re

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 100
"""Levels of brackets and parentheses that are read; generated templates stay far below."""

_SPACE = lazy(r"\s*")
_NAME = lazy(r"[A-Za-z_$][\w$]*", re.ASCII)
_NUMBER = lazy(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_STRING = lazy(r"'((?:[^']++|'')*+)'")
_OPERATOR = lazy(r"===?|!==?|<=|>=|&&|\|\||\?\?|=>|[-+*/%<>!=&|?]")

_CURES = {
    "=": "equals(a, b)",
    "==": "equals(a, b)",
    "===": "equals(a, b)",
    "!=": "not(equals(a, b))",
    "!==": "not(equals(a, b))",
    "<": "less(a, b)",
    "<=": "lessOrEquals(a, b)",
    ">": "greater(a, b)",
    ">=": "greaterOrEquals(a, b)",
    "&&": "and(a, b)",
    "&": "concat(a, b)",
    "||": "or(a, b)",
    "!": "not(a)",
    "??": "coalesce(a, b)",
    "?": "if(condition, a, b)",
    "+": "concat(a, b) for strings, add(a, b) for numbers",
    "-": "sub(a, b)",
    "*": "mul(a, b)",
    "/": "div(a, b)",
    "%": "mod(a, b)",
    "=>": "lambda('x', …)",
}
_WITHOUT_ARGUMENTS = frozenset({"deployment", "environment", "managementgroup", "resourcegroup", "subscription", "tenant"})
_WORDS = {"true": "true()", "false": "false()", "null": "null()"}


class ExpressionError(ValueError):
    """Text that the deployment cannot read as an expression. `start`, `end`: offsets of the place in that text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class TooDeep(ExpressionError):
    """An expression that is nested deeper than is read here; the deployment may well read it."""


class Part:
    """A piece of an expression; `text[start:end]` is its source."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class Literal(Part):
    """A string (`'it''s'`, decoded) or a number as written in the expression."""

    __slots__ = ("value",)

    def __init__(self, value: str | int | float, start: int, end: int) -> None:
        super().__init__(start, end)
        self.value = value


class Call(Part):
    """`name(…)`, or `namespace.name(…)` for a function that the template defines. `name_end` ends the name."""

    __slots__ = ("arguments", "name", "name_end", "namespace")

    def __init__(self, namespace: str | None, name: str, start: int, name_end: int) -> None:
        super().__init__(start, name_end)
        self.namespace = namespace
        self.name = name
        self.name_end = name_end
        self.arguments: list[Part] = []


class Step:
    """One `.name`, `.?name`, `[index]` or `[?index]` of an access; `safe` ones give null for what is missing."""

    __slots__ = ("end", "key", "safe", "start")

    def __init__(self, key: str | Part, safe: bool, start: int, end: int) -> None:
        self.key = key
        self.safe = safe
        self.start = start
        self.end = end


class Access(Part):
    """A value and the steps taken from it, left to right: `variables('x').list[0].name`."""

    __slots__ = ("base", "steps")

    def __init__(self, base: Part) -> None:
        super().__init__(base.start, base.end)
        self.base = base
        self.steps: list[Step] = []


class Expression:
    """A whole expression: `text` with its brackets and `root`, the tree between them."""

    __slots__ = ("root", "text")

    def __init__(self, text: str, root: Part) -> None:
        self.text = text
        self.root = root

    def walk(self) -> Iterator[Part]:
        """Every part, a parent before its children, in the order of the text."""
        stack = [self.root]
        while stack:
            part = stack.pop()
            yield part
            if isinstance(part, Call):
                stack.extend(reversed(part.arguments))
            elif isinstance(part, Access):
                stack.extend(step.key for step in reversed(part.steps) if isinstance(step.key, Part))
                stack.append(part.base)

    def source(self, part: Part) -> str:
        return self.text[part.start : part.end]


class _Open:
    """A bracket that is not closed yet: of a call, or of an index (`index` is the offset of its `[`)."""

    __slots__ = ("call", "index", "safe", "target")

    def __init__(self, call: Call | None, target: Part | None = None, index: int = -1, safe: bool = False) -> None:
        self.call = call
        self.target = target
        self.index = index
        self.safe = safe


def parse(text: str) -> Expression:
    """The tree of a string `[…]` as decoded from JSON. Offsets count its code points. Raises ExpressionError.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
    """
    if len(text) < 2 or text[0] != "[":
        raise ExpressionError("an expression stands between square brackets", 0, len(text))
    return Expression(text, _Parser(text).root())


class _Parser:
    """One pass over the text with a stack of its own: depth costs no recursion, length costs linear time."""

    __slots__ = ("at", "stack", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1
        self.stack: list[_Open] = []

    def root(self) -> Part:
        self.space()
        if self.at < len(self.text) and self.text[self.at] == "]" and self.at == len(self.text) - 1:
            raise ExpressionError("the expression is empty", 0, len(self.text))
        value: Part | None = None
        while True:
            self.space()
            if self.at >= len(self.text):
                raise self.unfinished()
            if value is None:
                value = self.operand()
                continue
            if self.text[self.at] == "]" and not self.stack:
                return self.finish(value)
            value = self.after(value)

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def finish(self, value: Part) -> Part:
        if self.at != len(self.text) - 1:
            raise ExpressionError("text follows the end of the expression", self.at + 1, len(self.text))
        return value

    def operand(self) -> Part | None:
        """A literal, a call without arguments, or None after the parenthesis that opens a call."""
        text, at = self.text, self.at
        if text[at] == "'":
            return self.string()
        number = _NUMBER.match(text, at) if text[at] in "-0123456789" else None
        if number:
            self.at = number.end()
            return Literal(self.number(number[0], number[1] or number[2]), at, self.at)
        name = _NAME.match(text, at)
        if name is None:
            raise self.unexpected("a value")
        return self.call(name[0])

    def number(self, written: str, real: str | None) -> int | float:
        if len(written) > 400:  # longer than any number there is, and slow to convert
            raise ExpressionError("this number is too long", self.at - len(written), self.at)
        return float(written) if real else int(written)

    def string(self) -> Literal:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise ExpressionError("the string that starts here is not closed: a ' is missing", self.at, len(self.text))
        start, self.at = self.at, match.end()
        follower = self.text[self.at : self.at + 1]
        if match[1].endswith("\\") and (follower.isalnum() or follower == "'"):
            raise ExpressionError(
                "a backslash escapes nothing here: write a quote inside a string twice ('')", self.at - 2, self.at
            )
        return Literal(match[1].replace("''", "'"), start, self.at)

    def call(self, name: str) -> Part | None:
        start, namespace = self.at, None
        self.at += len(name)
        end = self.at
        self.space()
        if self.text[self.at : self.at + 1] == ".":
            self.at += 1
            self.space()
            second = _NAME.match(self.text, self.at)
            if second is not None:
                namespace, name = name, second[0]
                self.at = end = second.end()
                self.space()
        if self.text[self.at : self.at + 1] != "(":
            raise self.no_call(name, start, end)
        self.at += 1
        call = Call(namespace, name, start, end)
        self.space()
        if self.text[self.at : self.at + 1] == ")":
            self.at += 1
            call.end = self.at
            return call
        self.push(_Open(call), start)
        return None

    def push(self, bracket: _Open, start: int) -> None:
        if len(self.stack) >= DEEPEST:
            raise TooDeep(f"the expression is nested more than {DEEPEST} levels deep", start, self.at)
        self.stack.append(bracket)

    def after(self, value: Part) -> Part | None:
        """What follows a value: a step into it, a comma, or a closing bracket."""
        sign = self.text[self.at]
        top = self.stack[-1] if self.stack else None
        if sign == ".":
            return self.property(value)
        if sign == "[":
            self.open_index(value)
            return None
        if sign == "," and top is not None and top.call is not None:
            self.at += 1
            top.call.arguments.append(value)
            return None
        if sign == ")" and top is not None and top.call is not None:
            return self.close_call(top.call, value)
        if sign == "]" and top is not None and top.target is not None:
            return self.close_index(top, value)
        raise self.unexpected("',' or ')'" if top and top.call else "']'")

    def close_call(self, call: Call, value: Part) -> Call:
        self.at += 1
        self.stack.pop()
        call.arguments.append(value)
        call.end = self.at
        return call

    def close_index(self, bracket: _Open, value: Part) -> Part:
        self.at += 1
        self.stack.pop()
        assert bracket.target is not None
        return self.step(bracket.target, Step(value, bracket.safe, bracket.index, self.at))

    def step(self, target: Part, step: Step) -> Access:
        access = target if isinstance(target, Access) else Access(target)
        access.steps.append(step)
        access.end = step.end
        return access

    def property(self, value: Part) -> Access:
        start = self.at
        self.at += 1
        safe = self.text[self.at : self.at + 1] == "?"
        if safe:
            self.at += 1
        self.space()
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise self.unexpected("the name of a property") if self.at < len(self.text) else self.unfinished()
        self.at = name.end()
        return self.step(value, Step(name[0], safe, start, self.at))

    def open_index(self, value: Part) -> None:
        start = self.at
        self.at += 1
        safe = self.text[self.at : self.at + 1] == "?"
        if safe:
            self.at += 1
        self.push(_Open(None, value, start, safe), start)

    def unfinished(self) -> ExpressionError:
        end = len(self.text)
        if self.stack and self.stack[-1].call is not None:
            call = self.stack[-1].call
            return ExpressionError(f"the parenthesis of {call.name}( is not closed: a ) is missing", call.start, end)
        return ExpressionError("the expression ends too early: a ] is missing", end - 1, end)

    def no_call(self, name: str, start: int, end: int) -> ExpressionError:
        follower = self.text[self.at : self.at + 1]
        operator = _OPERATOR.match(self.text, self.at)
        if name.lower() in _WORDS:
            return ExpressionError(f"'{name}' is a function here: write {_WORDS[name.lower()]}", start, end)
        if follower == '"' or (operator and operator[0] == "=>"):
            return self.unexpected("(")
        scope, dot, member = self.text[start:end].partition(".")
        if dot and scope.strip().lower() in _WITHOUT_ARGUMENTS:
            return ExpressionError(f"'{scope.strip()}' needs parentheses: write {scope.strip()}().{member.strip()}", start, end)
        return ExpressionError(f"'{name}' needs parentheses: {name}(…); a string stands between single quotes", start, end)

    def unexpected(self, wanted: str) -> ExpressionError:
        """The error for the character at hand, with the cure where a habit from another language explains it."""
        text, at = self.text, self.at
        sign = text[at]
        if sign == '"':
            return ExpressionError("a string in an expression stands between single quotes: 'text'", at, at + 1)
        if sign in "‘’“”`":
            return ExpressionError("a string in an expression stands between straight single quotes: 'text'", at, at + 1)
        if sign == "\\":
            return ExpressionError(
                "a backslash escapes nothing in an expression: a quote inside a string is doubled ('')", at, at + 1
            )
        operator = _OPERATOR.match(text, at)
        if operator:
            cure = _CURES.get(operator[0], "a function")
            return ExpressionError(f"'{operator[0]}' is no operator of template expressions: use {cure}", at, operator.end())
        if sign == "]" and self.stack and self.stack[-1].call is not None:
            call = self.stack[-1].call
            return ExpressionError(f"the parenthesis of {call.name}( is not closed: a ) is missing", call.start, at)
        if sign in ")]" and wanted != "a value":
            return ExpressionError(f"this '{sign}' closes nothing: {wanted} was expected", at, at + 1)
        return ExpressionError(f"{sign!r} is not expected here: {wanted} was", at, at + 1)
