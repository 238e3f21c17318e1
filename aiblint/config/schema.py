"""The JSON Schema of a configuration, made from the table of settings: for completion and red lines in editors."""

from __future__ import annotations

from aiblint.config.keys import KEYS
from aiblint.config.kinds import object_schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from aiblint.rule import Rule


def document(rules: Iterable[Rule]) -> dict[str, Any]:
    """The schema, draft 2020-12, in which rules can be named by what there is."""
    names: dict[str, None] = {}
    categories: dict[str, None] = {}
    for rule in rules:
        names.update(dict.fromkeys((rule.name, rule.id, *rule.aliases)))
        categories[rule.category] = None
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of aiblint (.aiblint.yaml)",
        **object_schema(KEYS),
        "$defs": {
            "rules": {
                "description": "A rule's name or id, a category, or a pattern such as AIB5*.",
                "anyOf": [{"enum": [*names, *sorted(categories)]}, {"type": "string", "pattern": r"[*?\[]"}],
            }
        },
    }
