"""docs/coverage.md: which rule covers which statement of the reference and which failure of the troubleshooting guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from aiblint import registry, rulefile

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

HEAD = """\
# What the rules cover

Generated from `docs/statements.yaml` and the `covers` of the files in `rules/` by `python tools/make_docs.py`.
Each statement of the template reference and each failure of the troubleshooting guide stands here with the rules that see
it in a template, or with the reason why none can.
"""


class TraceabilityError(ValueError):
    """A row that is neither covered nor explained, or a rule that covers a row which does not exist."""


def covering() -> dict[str, list[str]]:
    """Row → names of the rules that cover it, in the order of their ids; rules that cover nothing stand under ""."""
    found: dict[str, list[str]] = {}
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        for row in rulefile.covers(content, path) or [""]:
            found.setdefault(row, []).append(f"{content['id']} {content['name']}")
    return found


def page(statements: Path) -> str:
    """The page. Raises TraceabilityError."""
    known: Any = yaml.safe_load(statements.read_text(encoding="utf-8"))
    by_row = covering()
    rows = {name: row for part in known["lists"] for name, row in part["rows"].items()}
    strange = [name for name in by_row if name and name not in rows]
    bare = [name for name, row in rows.items() if name not in by_row and not row.get("because")]
    if strange or bare:
        raise TraceabilityError(f"no such row: {strange}; neither covered by a rule nor explained: {bare}")
    lines = [HEAD]
    for part in known["lists"]:
        lines += [f"## {part['title']}", "", part["note"], "", f"Source: <{part['source']}>.", ""]
        lines += ["| row | about | statement | rules |", "| --- | --- | --- | --- |"]
        lines += [_line(name, row, by_row.get(name, [])) for name, row in part["rows"].items()]
        covered = sum(name in by_row for name in part["rows"])
        lines += ["", f"{covered} of {len(part['rows'])} are covered by a rule.", ""]
    return "\n".join([*lines, *_others(by_row.get("", []))])


def _line(name: str, row: dict[str, str], rules: list[str]) -> str:
    covered = ", ".join(_link(each) for each in rules)
    because = row.get("because", "")
    if not rules:
        reason = f"none: {because}"
    else:
        reason = f"{covered}; beyond that: {because}" if because else covered
    return f"| {name} | {row['in']} | {row['says'].replace('|', '&#124;')} | {reason} |"


def _others(rules: list[str]) -> list[str]:
    """The rules that come from elsewhere: the published schemas, the resource manager, issues, and practice."""
    lines = ["## Rules beyond these pages", "", "Their sources stand in `rules.md`.", ""]
    return [*lines, *(f"- {_link(each)}" for each in rules), ""]


def _link(title: str) -> str:
    identifier, name = title.split()
    return f"[{name}](rules.md#{identifier.lower()}-{name})"
