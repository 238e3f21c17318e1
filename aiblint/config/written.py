"""One configuration file under reading: what its values have to be, where they stand, and how a wrong one is refused."""

from __future__ import annotations

import os

from aiblint.config.tree import ConfigError, listed, nearest, place, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from aiblint.config.tree import Node

_MAPPING = {True: "write lines of the form `key = value`", False: "write lines of the form `key: value`"}


class Written:
    """One file. `bound` is the folder that the paths in it do not leave (None: there is none).

    `nodes` has, by setting and item of it (or ""), where that is written first.
    """

    def __init__(self, path: str, bound: str | None) -> None:
        self.path = path
        self.folder = os.path.dirname(path)
        self.bound = bound
        self.nodes: dict[tuple[str, str], Node] = {}

    @property
    def places(self) -> dict[tuple[str, str], str]:
        """The same as `file:line:column`."""
        return {said: place(self.path, node.line, node.column) for said, node in self.nodes.items()}

    def fail(self, node: Node, message: str) -> NoReturn:
        raise ConfigError(self.path, node.line, node.column, message)

    def note(self, setting: str, item: str, node: Node) -> None:
        """Remembers where a setting, or an item of it, is written."""
        self.nodes.setdefault((setting, item), node)

    def word(self, node: Node, what: str, allowed: Sequence[str]) -> str:
        """A scalar that is one of `allowed`."""
        if node.text is None:
            self.fail(node, f"{what} must be one word; write {listed(allowed)}")
        if node.text not in allowed:
            self.fail(node, f"{what} cannot be {quoted(node.text)}; write {nearest(node.text, allowed) or listed(allowed)}")
        return node.text

    def text(self, node: Node, what: str) -> str:
        """A scalar that says something."""
        if not node.text or node.is_null:
            self.fail(node, f"{what}: a text belongs here")
        return node.text

    def items(self, node: Node, what: str, of: str, example: str) -> list[Node]:
        """The items of a list."""
        if node.is_null:
            return []
        if node.items is None:
            self.fail(node, f"{what} must be a list of {of}; write [{quoted(node.text or example)}]")
        return node.items

    def members(self, node: Node, what: str, known: Sequence[str]) -> dict[str, tuple[Node, Node]]:
        """Key and value of each member of a mapping whose keys are fixed, by key."""
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in self.pairs(node, what):
            name = key.text or ""
            if name not in known:
                near = nearest(name, known)
                self.fail(
                    key,
                    f"{what} has no setting {quoted(name)}; {f'did you mean {near}?' if near else f'write {listed(known)}'}",
                )
            found[name] = key, value
        return found

    def pairs(self, node: Node, what: str) -> list[tuple[Node, Node]]:
        """The keys and values of a mapping; every key is text and stands there once."""
        if node.is_null:
            return []
        if node.pairs is None:
            self.fail(node, f"{what} must be a mapping; {_MAPPING[self.path.endswith('.toml')]}")
        first: dict[str, Node] = {}
        for key, _ in node.pairs:
            if key.text is None:
                self.fail(key, f"{what}: a key must be text; put it in quotes if it starts with [ or {{")
            if key.text in first:
                self.fail(key, f"{what} has {quoted(key.text)} twice, first on line {first[key.text].line}; keep one of them")
            first[key.text] = key
        return node.pairs

    def relative(self, node: Node, what: str) -> str:
        """A path, or a pattern of paths, relative to this file → the same from the current folder.

        What a file of the repository says must not lead out of it: who may write here may not be who may read there.
        """
        text = node.text or ""
        if not text or node.is_null:
            self.fail(node, f"{what}: here must stand a path relative to this file")
        if os.path.isabs(text) or text.startswith(("~", "/", "\\")) or text[1:2] == ":":
            self.fail(node, f"{what}: {quoted(text)} is an absolute path; write one relative to this file")
        if "\\" in text:
            self.fail(node, f"{what}: {quoted(text)} holds a backslash; write / between folders")
        path = os.path.normpath(os.path.join(self.folder, text))
        if self.bound is not None and not _within(path, self.bound):
            self.fail(node, f"{what}: {quoted(text)} leaves the repository {quoted(self.bound)}")
        return path


def _within(path: str, folder: str) -> bool:
    real, top = os.path.realpath(path), os.path.realpath(folder)
    return real == top or real.startswith(os.path.join(top, ""))
