"""`[tool.aiblint]` of a pyproject.toml → the tree of a configuration.

tomllib says whether a text is TOML and what its values are, but not where they stand. So a text that it has accepted is
walked once more: of valid TOML, keys and values are told apart by their first characters.
"""

from __future__ import annotations

import bisect
import re
import tomllib

from aiblint.config.tree import ConfigError, Node
from aiblint.pattern import lazy

SECTION = ("tool", "aiblint")

_BLANK = lazy(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = lazy(r"[A-Za-z0-9_-]+")
_STRING = lazy(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = lazy(r"[^,\]}#\n]+")
_PLACE = lazy(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(path: str, text: str) -> Node | None:
    """The section of aiblint; None where there is none. ConfigError: the text is not TOML."""
    try:
        tomllib.loads(text)
        walk = _Walk(text)
        walk.document()
    except tomllib.TOMLDecodeError as error:
        told = _PLACE.search(str(error))
        line, column = (int(told[1]), int(told[2])) if told and told[1] else (text.count("\n") + 1, 1)
        raise ConfigError(path, line, column, f"is not TOML: {_PLACE.sub('', str(error))}") from error
    except RecursionError as error:
        raise ConfigError(path, 1, 1, "is nested too deeply to be read") from error
    return walk.section


class _Walk:
    """One text under way, from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.pos = 0
        self.root = _table(1, 1)

    @property
    def section(self) -> Node | None:
        node: Node | None = self.root
        for name in SECTION:
            node = _member(node, name) if node is not None else None
        return node

    def document(self) -> None:
        table = self.root
        while self._blank() < len(self.text):
            if self.text[self.pos] == "[":
                depth = 2 if self.text.startswith("[[", self.pos) else 1
                self.pos += depth
                keys = self._keys()
                self.pos += depth
                table = _opened(self.root, keys, depth == 2)
            else:
                self._pair(table)

    def _pair(self, table: Node) -> None:
        *owners, key = self._keys()
        self.pos += 1  # the equals sign
        self._blank()
        table = _opened(table, owners, False)
        value = self._value()
        if table.pairs is not None:
            table.pairs.append((key, value))

    def _keys(self) -> list[Node]:
        """`a.'b'.c`: one node for each part."""
        keys = []
        while True:
            self._blank()
            node = self._node()
            found = _STRING.match(self.text, self.pos) or _BARE.match(self.text, self.pos)
            assert found is not None  # tomllib has read it
            self.pos = found.end()
            node.text = _decoded(found[0]) if found[0][0] in "\"'" else found[0]
            keys.append(node)
            self._blank()
            if not self.text.startswith(".", self.pos):
                return keys
            self.pos += 1

    def _value(self) -> Node:
        node = self._node()
        opener = self.text[self.pos]
        if opener == "[":
            node.items = []
            self.pos += 1
            while self.text[self._blank()] != "]":
                node.items.append(self._value())
                self._comma()
            self.pos += 1
        elif opener == "{":
            node.pairs = []
            self.pos += 1
            while self.text[self._blank()] != "}":
                self._pair(node)
                self._comma()
            self.pos += 1
        else:
            found = _STRING.match(self.text, self.pos) or _SCALAR.match(self.text, self.pos)
            assert found is not None  # tomllib has read it
            self.pos = found.end()
            node.plain = opener not in "\"'"
            node.text = found[0].strip() if node.plain else _decoded(found[0])
        return node

    def _comma(self) -> None:
        if self.text[self._blank()] == ",":
            self.pos += 1

    def _blank(self) -> int:
        """Passes over blanks and comments; the offset of what comes next."""
        found = _BLANK.match(self.text, self.pos)
        self.pos = found.end() if found is not None else self.pos
        return self.pos

    def _node(self) -> Node:
        line = bisect.bisect_right(self.lines, self.pos)
        return Node(line, self.pos - self.lines[line - 1] + 1)


def _decoded(string: str) -> str:
    decoded: str = tomllib.loads(f"it = {string}")["it"]
    return decoded


def _table(line: int, column: int) -> Node:
    node = Node(line, column)
    node.pairs = []
    return node


def _member(table: Node, name: str | None) -> Node | None:
    return next((value for key, value in table.pairs or () if key.text == name), None)


def _opened(table: Node, keys: list[Node], in_array: bool) -> Node:
    """The table that `[a.b]`, `[[a.b]]` or the first parts of `a.b.c = 1` open, made where it is new."""
    for number, key in enumerate(keys, 1):
        found = _member(table, key.text)
        last = in_array and number == len(keys)
        if found is None:
            found = Node(key.line, key.column) if last else _table(key.line, key.column)
            if last:
                found.items = []
            assert table.pairs is not None  # tomllib has refused anything else
            table.pairs.append((key, found))
        if last and found.items is not None:
            found.items.append(_table(key.line, key.column))
        table = found.items[-1] if found.items is not None else found
    return table
