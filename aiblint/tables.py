"""The tables of facts that age (`aiblint/data/`), and what the user's configuration says instead."""

from __future__ import annotations

from aiblint import days, globs, schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

CHANGEABLE = (
    "hardened-images",
    "image-absences",
    "image-generations",
    "image-plans",
    "image-retirements",
    "publishers",
    "regions",
    "version-policies",
    "vm-generations",
    "vm-retirements",
)
"""The tables that a configuration can change: each is a list of rows `[pattern, fact, …]`, the first row that matches counts.

A pattern is a name in lower case, in which `*`, `?` and `[a-z]` mean what they mean in a shell. Names of marketplace images
are written as `publisher:offer:sku`. The fact null says that nothing is known. `facts` lists the words that a fact can be;
it is `"date"` where facts are days (`2026-11-23`). `default` is the fact of an entry of the configuration that names none.
"""

_GLOB = frozenset("*?[")


class Tables:
    """What the tables say. `changes` are the user's rows by table; they are looked at first."""

    __slots__ = ("_changes", "_found")

    def __init__(self, changes: Mapping[str, Sequence[Sequence[str | None]]] | None = None) -> None:
        self._changes = {name: [list(row) for row in rows] for name, rows in (changes or {}).items()}
        self._found: dict[tuple[str, str], list[Any] | None] = {}

    def row(self, table: str, name: str) -> list[Any] | None:
        """The row of a table that a name falls under, in any case; None where there is none, or nothing is known."""
        key = (table, name.lower())
        if key not in self._found:  # the templates of a file speak of the same images again and again
            row = next((row for row in (*self._changes.get(table, ()), *_rows(table)) if globs.fits(row[0], key[1])), None)
            self._found[key] = row if row is not None and row[1] is not None else None
        return self._found[key]

    def fact(self, table: str, name: str) -> str | None:
        """What a table says about a name, or None."""
        row = self.row(table, name)
        return str(row[1]) if row is not None else None

    def names(self, table: str) -> list[str]:
        """The names that stand in a table as they are, without wildcards, and about which something is known."""
        patterns = dict.fromkeys(row[0] for row in (*self._changes.get(table, ()), *_rows(table)))
        return [name for name in patterns if _GLOB.isdisjoint(name) and self.row(table, name) is not None]


DEFAULT = Tables()
"""The tables as they are shipped."""


def as_of(table: str) -> str:
    """The day of a table, as an ISO date."""
    return str(schema.table(table)["as-of"])


def change(table: str, text: str) -> list[str | None]:
    """The row that an entry of the configuration stands for: `+pattern=fact`, `+pattern` or `-pattern`.

    Raises ValueError with what to write instead.
    """
    pattern, equals, fact = text[1:].partition("=")
    pattern = pattern.strip().lower()
    if text[:1] not in ("+", "-") or not pattern:
        raise ValueError("write +NAME for what the table lacks, -NAME for what it should not say")
    if text[0] == "-":
        if equals:
            raise ValueError(f"'-' takes a name away, whatever it stands for; write {text.partition('=')[0]}")
        return [pattern, None]
    return [pattern, _fact(table, text, fact.strip(), bool(equals))]


def _fact(table: str, text: str, fact: str, given: bool) -> str:
    known = schema.table(table)
    allowed = known["facts"]
    bare = text.partition("=")[0]
    if not given and "default" in known:
        return str(known["default"])
    if allowed == "date":
        if not days.is_day(fact):
            raise ValueError(f"a day belongs behind it; write {bare}=2026-12-31")
        return fact
    assert isinstance(allowed, list)
    if fact not in allowed:
        raise ValueError(f"what it is belongs behind it; write {' or '.join(f'{bare}={word}' for word in allowed)}")
    return fact


def _rows(table: str) -> list[list[Any]]:
    rows = schema.table(table)["rows"]
    assert isinstance(rows, list)
    return rows
