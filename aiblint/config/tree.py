"""A configuration as it was written, YAML or TOML: values that know their places, and the error that names one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_LEVELS = 8
"""Nothing in a configuration is nested deeper; the deepest setting lies five levels down."""


class ConfigError(Exception):
    """A configuration that cannot be used. The text is `file:line:column: what is wrong; what to write instead`."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{place(path, line, column)}: {message}")
        self.path = path
        self.line = line
        self.column = column
        self.message = message


class Node:
    """One value and where it starts, counted from 1: `text`, or `items` of a list, or `pairs` of a mapping.

    A scalar's text is as it is written, without quotes: to YAML 1.1 `off` is false, here it may be a level. `plain` tells that
    it stood without quotes.
    """

    __slots__ = ("column", "items", "line", "pairs", "plain", "text")

    def __init__(self, line: int, column: int, text: str | None = None, plain: bool = False) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.plain = plain
        self.items: list[Node] | None = None
        self.pairs: list[tuple[Node, Node]] | None = None

    @property
    def is_null(self) -> bool:
        """Whether nothing was written: a key whose list is still to come, or was commented out."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


def place(path: str, line: int, column: int) -> str:
    """`file:line:column`, fit for a terminal: a file may be called anything."""
    return f"{path if path.isprintable() else ascii(path)}:{line}:{column}"


def quoted(text: str) -> str:
    """Text from the file in a message: in quotes, shortened, and without what a terminal would obey."""
    return repr(text if len(text) <= 80 else text[:77] + "...")


def listed(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody who wrote `word` most likely meant."""
    from difflib import get_close_matches

    near = get_close_matches(word[:100].lower().replace("_", "-"), list(known), n=1)
    return near[0] if near else None
