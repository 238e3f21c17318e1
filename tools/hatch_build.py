"""Build hook: compiles the rule index into the wheel, so that a run parses neither YAML nor JSONPath."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RuleIndexHook(BuildHookInterface[Any]):
    """Adds `aiblint/_rules.json` to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # a clone compiles its own, and refreshes it
        sys.path.insert(0, self.root)
        try:
            from aiblint import registry

            index = os.path.join(tempfile.mkdtemp(), "rules.json")
            registry.write_index(os.path.join(self.root, "rules"), index)
        finally:
            sys.path.remove(self.root)
        build_data["force_include"][index] = f"aiblint/{os.path.basename(registry.INDEX)}"
