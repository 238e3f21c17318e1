"""`.aiblint.yaml` or `[tool.aiblint]`: found, read, refused with its place where it is wrong, turned into frozen settings."""

from __future__ import annotations

from aiblint.config.discovery import MAX_BYTES, NAMES, discover
from aiblint.config.settings import Exemption, PathSettings, Settings
from aiblint.config.tree import ConfigError

__all__ = ["MAX_BYTES", "NAMES", "ConfigError", "Exemption", "PathSettings", "Settings", "discover", "load"]


def load(path: str) -> Settings:
    """The settings that a configuration file holds; ConfigError where it cannot be read or says something unknown."""
    from aiblint.config import reading  # what reads a configuration is needed only where there is one

    return reading.load(path)
