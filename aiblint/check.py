"""The word `@check`: what makes a function usable in rule files, and what such a function sees and says."""

from __future__ import annotations

from types import MappingProxyType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from aiblint.change import Repair
    from aiblint.checkout import Checkout
    from aiblint.document import Document, Node
    from aiblint.tables import Tables
    from aiblint.template import Template, Value


class Context:
    """All that a check sees beside its value. `template` is absent for checks on the document.

    `today` is an ISO date (`2026-11-23`); `version` is the published API version that the template states, or else the user
    for it, None where nobody does; `os` is "linux", "windows" or None where nobody can tell.
    `tables` are the tables of facts that age, with the user's changes. `programs` are those that rules were chosen for, by name.
    `cache` keeps what several rules work out about the template; it lives as long as the template. `secrets` are strings
    that rules took for one: value, and start and end in its text.
    """

    __slots__ = (
        "cache",
        "checkout",
        "document",
        "os",
        "programs",
        "secrets",
        "source_os",
        "tables",
        "template",
        "templates",
        "today",
        "version",
    )

    def __init__(
        self,
        document: Document,
        templates: list[Template],
        template: Template,
        *,
        os: str | None,
        source_os: str | None,
        checkout: Checkout,
        today: str,
        version: str | None,
        tables: Tables,
        programs: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.document = document
        self.programs = programs
        self.templates = templates
        self.template = template
        self.os = os
        self.source_os = source_os
        self.checkout = checkout
        self.today = today
        self.version = version
        self.tables = tables
        self.cache: dict[tuple[str, int], Any] = {}
        self.secrets: list[tuple[Value, int, int]] = []


class Problem:
    """What a check says about a value. It knows no rule and no severity.

    `at` is the value, or the object that lacks something. `mark` is the value to underline where that is another one;
    `on_key` underlines its name; `part` underlines code points [start, end) of a string value.
    `related` are other values to point at, each with a few words. `secret` says that what is underlined is not for printing.
    `fix` says what would heal it.
    """

    __slots__ = ("at", "fix", "mark", "message", "on_key", "part", "related", "secret")

    def __init__(
        self,
        at: Value,
        message: str,
        *,
        mark: Value | None = None,
        on_key: bool = False,
        part: tuple[int, int] | None = None,
        related: tuple[tuple[Value, str], ...] = (),
        secret: bool = False,
        fix: Repair | None = None,
    ) -> None:
        self.at = at
        self.message = message
        self.mark = mark
        self.on_key = on_key
        self.part = part
        self.related = related
        self.secret = secret
        self.fix = fix


class TextProblem:
    """What a check says about a stretch of the file itself: code points [start, end) of `Document.text`.

    `listed` are the texts that it is about, where it speaks of all that are in the file at once.
    """

    __slots__ = ("end", "fix", "listed", "message", "node", "related", "start")

    def __init__(
        self,
        start: int,
        end: int,
        message: str,
        *,
        node: Node | None = None,
        related: tuple[tuple[int, int, str], ...] = (),
        fix: Repair | None = None,
        listed: tuple[str, ...] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.message = message
        self.node = node
        self.related = related
        self.fix = fix
        self.listed = listed


if TYPE_CHECKING:
    ValueCheck = Callable[..., Iterator[Problem]]
    TextCheck = Callable[..., Iterator[TextProblem]]


def check(function: ValueCheck) -> ValueCheck:
    """Makes `name_of_function` the word `name-of-function` of rule files.

    The function takes the value that the rule selects and a Context, then keyword-only parameters: these are the
    word's options, checked against their annotations when a rule loads. It is not called for unknown values.
    """
    _mark(function, "value")
    return function


def check_unknown(function: ValueCheck) -> ValueCheck:
    """Like `check`, for words that have something to say about unknown values too."""
    _mark(function, "any")
    return function


def check_text(function: TextCheck) -> TextCheck:
    """Like `check`, for words about the file: the function takes a Document and its list of templates."""
    _mark(function, "text")
    return function


def check_ignores(function: TextCheck) -> TextCheck:
    """Like `check`, for words about the exceptions in a file: the function takes its Ignores, after they were applied."""
    _mark(function, "ignores")
    return function


def _mark(function: Any, on: str) -> None:
    function.check_on = on


def quote(text: object, most: int = 60) -> str:
    """A value of the user's for a message: in single quotes, shortened in the middle."""
    shown = str(text)
    if len(shown) > most:
        head = most * 2 // 3
        shown = shown[:head] + "…" + shown[-(most - head) :]
    return f"'{shown}'"


def listed(words: list[str], last: str = "or") -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" {last} " + words[-1]
