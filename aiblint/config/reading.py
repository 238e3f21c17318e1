"""From a configuration file, and those that it extends, to settings."""

from __future__ import annotations

import os

from aiblint import git
from aiblint.config import discovery, keys
from aiblint.config.kinds import read_keys
from aiblint.config.settings import Settings, combined
from aiblint.config.tree import ConfigError, quoted
from aiblint.config.written import Written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from aiblint.config.tree import Node

MOST_FILES = 20
"""A configuration that builds on more files than these has lost its way."""


def load(path: str) -> Settings:
    """The settings that a configuration file holds; ConfigError where it cannot be read or says something unknown."""
    reading = _Reading(git.work_tree(os.path.dirname(os.path.abspath(path))))
    said = reading.file(path, ())
    return Settings(
        said,
        source=path,
        root=os.path.dirname(os.path.abspath(path)),
        files=tuple(reading.files),
        places=reading.places,
    )


class _Reading:
    """The files read so far, the extended ones first, and where in them things are said."""

    def __init__(self, bound: str | None) -> None:
        self.bound = bound
        self.files: list[str] = []
        self.places: dict[tuple[str, str], str] = {}

    def file(self, path: str, above: tuple[str, ...]) -> dict[str, Any]:
        """What a file says over what those say that it extends. `above` are the files that led here."""
        written = Written(path, self.bound)
        node = _tree(path)
        said = read_keys(written, node, "the configuration", keys.KEYS)
        result: dict[str, Any] = {}
        for base in said.pop("extends", ()):
            self._refuse_endless(written, base, (*above, path))
            result = combined(result, self.file(base, (*above, path)))
        self.files.append(path)
        self.places.update(written.places)
        return combined(result, said)

    def _refuse_endless(self, written: Written, base: str, above: tuple[str, ...]) -> None:
        where = written.nodes["extends", base]
        chain = [os.path.realpath(one) for one in above]
        if os.path.realpath(base) in chain:
            circle = " extends ".join([*above[chain.index(os.path.realpath(base)) :], base])
            written.fail(where, f"extends goes round in a circle: {quoted(circle)}")
        if len(above) + len(self.files) >= MOST_FILES:
            written.fail(where, f"extends leads to more than {MOST_FILES} files; build on fewer")


def _tree(path: str) -> Node:
    text = discovery.text_of(path)
    if path.endswith(".toml"):
        from aiblint.config import toml_tree

        section = toml_tree.read(path, text)
        if section is None:
            raise ConfigError(path, 1, 1, "has no [tool.aiblint]; write the settings below that line")
        return section
    from aiblint.config import yaml_tree

    return yaml_tree.read(path, text)
