"""The report for code scanning services: a SARIF 2.1.0 log.

The objects come from sarif_om; they are written by `plain`, because the usual serializer (jschema_to_python) leaves out
every value that equals a default of the schema, `"level": "warning"` among them, and readers then take the rule's level.
"""

from __future__ import annotations

import json

from aiblint.report import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.run import Run

_ALWAYS_WRITTEN = frozenset({"level"})


def render(run: Run, *, color: bool = False) -> str:
    """ASCII only, the same bytes for the same run (no times, no random ids). `color` has no meaning here."""
    from aiblint.report import sarif_log  # here, because it loads sarif_om, which costs as much as all the rest

    log = plain(sarif_log.build(run))
    assert isinstance(log, dict)
    ordered = {name: log[name] for name in ("version", "$schema", "runs")}  # SARIF 3.13.2: version should come first
    return safe.json_text(json.dumps(ordered, indent=2)) + "\n"


def plain(value: object) -> object:
    """A sarif_om object as dicts and lists under the schema's names; unset members and scalar defaults are left out.

    Lists equal to a default stay: a list given on purpose is rarely one, and `results: []` must not get lost.
    """
    import attr

    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    kind = type(value)
    if not attr.has(kind):
        return value
    members: dict[str, object] = {}
    for field in attr.fields(kind):
        member = getattr(value, field.name)
        name = field.metadata["schema_property_name"]
        if member is None or (name not in _ALWAYS_WRITTEN and _is_default(member, field.default)):
            continue
        members[name] = plain(member)
    return members


def _is_default(member: object, default: object) -> bool:
    return isinstance(member, (str, int, float, bool)) and member == default
