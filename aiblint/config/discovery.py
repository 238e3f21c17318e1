"""Which configuration holds for a folder: the nearest one upward, as far as its repository reaches."""

from __future__ import annotations

import os

from aiblint.config.tree import ConfigError

NAMES = (".aiblint.yaml", ".aiblint.yml", "pyproject.toml")
"""What a configuration can be called; of a pyproject.toml only one with `[tool.aiblint]` is one."""

MAX_BYTES = 1 << 20
"""Nobody writes a larger configuration by hand; reading stops there."""


def discover(start: str) -> str | None:
    """The nearest configuration from a folder upward to its repository's root (the folder with `.git`); None: there is none.

    ConfigError where two lie side by side.
    """
    folder = os.path.abspath(start or os.curdir)
    while True:
        names = [path for name in NAMES if _is_configuration(path := os.path.join(folder, name))]
        if len(names) > 1:
            raise ConfigError(_shown(names[0]), 1, 1, f"{os.path.basename(names[1])} lies beside it; keep one of the two")
        parent = os.path.dirname(folder)
        if names or parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return _shown(names[0]) if names else None
        folder = parent


def text_of(path: str) -> str:
    """The text of a configuration file. Raises ConfigError."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(path, 1, 1, f"cannot be read: {reason}") from error
    if len(data) > MAX_BYTES:
        raise ConfigError(path, 1, 1, f"is larger than {MAX_BYTES >> 20} MB; a configuration is a short file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise ConfigError(path, line, column, "is not UTF-8; save it as UTF-8") from error


def _is_configuration(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    return not path.endswith(".toml") or _has_section(path)


def _has_section(path: str) -> bool:
    """Whether a pyproject.toml speaks of aiblint. One that does not, or cannot be read, is none of our business."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        return False
    if b"aiblint" not in data or len(data) > MAX_BYTES:
        return False
    from aiblint.config import toml_tree  # tomllib is slow to import, and hardly a pyproject.toml gets here

    try:
        return toml_tree.read(path, data.decode("utf-8", "replace")) is not None
    except ConfigError:
        return b"tool.aiblint" in data  # whoever reads it next is told what is wrong with it


def _shown(path: str) -> str:
    """An absolute path as it reads from the current folder, where it lies below that."""
    return path.removeprefix(os.path.join(os.getcwd(), ""))
