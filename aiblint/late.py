"""Imports by name, for what is named in data: the check of a rule, the module of a format."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def module(name: str) -> Any:
    """The module of a name, imported if it is not yet: `importlib.import_module`, which would bring two modules of its own along."""
    found = sys.modules.get(name)
    if found is None:
        __import__(name)
        found = sys.modules[name]
    return found


def function(place: str) -> Any:
    """What `module:name` stands for."""
    where, _, name = place.partition(":")
    return getattr(module(where), name)
