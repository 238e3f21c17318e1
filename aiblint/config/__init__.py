"""`.aiblint.yaml` or `[tool.aiblint]`: found, read, refused with its place where it is wrong, turned into frozen settings."""

from __future__ import annotations

import os

from aiblint.config.discovery import MAX_BYTES, NAMES, discover
from aiblint.config.settings import Exemption, PathSettings, Settings
from aiblint.config.tree import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAX_BYTES", "NAMES", "ConfigError", "Exemption", "PathSettings", "Settings", "discover", "load", "passed_over"]


def passed_over(paths: Iterable[str], settings: Settings) -> list[str]:
    """The configurations that lie nearer to some files than the one that the run goes by, and are not part of it."""
    read = {os.path.abspath(path) for path in (settings.source, *settings.files) if path}
    found: dict[str, None] = {}
    for folder in dict.fromkeys(map(os.path.dirname, paths)):
        try:
            nearest = discover(folder)
        except ConfigError as error:
            nearest = error.path
        if nearest is not None and os.path.abspath(nearest) not in read:
            found[nearest] = None
    return list(found)


def load(path: str) -> Settings:
    """The settings that a configuration file holds; ConfigError where it cannot be read or says something unknown."""
    from aiblint.config import reading  # what reads a configuration is needed only where there is one

    return reading.load(path)
