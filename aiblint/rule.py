"""One rule as it runs, and as the index keeps it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OF_FILE = frozenset({"text", "ignores"})
"""What a check can be on that needs no selector."""


class RuleError(ValueError):
    """A rule file that cannot be used; the message names the file and the reason."""


class Case:
    """One way in which a rule applies: where to look, when, which check with which options, how severe.

    `selectors` are compiled (`query.compile_selector`); empty means that the check reads the document.
    `check` is `module:function`; `on` says what the function takes ("value", "any", "text", "ignores").
    `versions` is [lowest, highest, "unknown"]: API versions, and whether the case holds where the version is unknown; each may
    be None.
    """

    __slots__ = ("check", "on", "options", "selectors", "severity", "versions", "when")

    def __init__(
        self,
        selectors: list[Any],
        when: dict[str, list[str]],
        versions: list[str | None],
        check: str,
        on: str,
        options: dict[str, Any],
        severity: str,
    ) -> None:
        self.selectors = selectors
        self.when = when
        self.versions = versions
        self.check = check
        self.on = on
        self.options = options
        self.severity = severity


class Rule:
    """One rule as the index keeps it: everything but its examples. One that is not `enabled` runs only where it is chosen.

    `needs` names a program that it asks, None: no program. `unread` tells that it also speaks about members that the
    template's API version does not read.
    """

    __slots__ = (
        "aliases",
        "cases",
        "category",
        "enabled",
        "id",
        "name",
        "needs",
        "precision",
        "references",
        "security_severity",
        "severity",
        "summary",
        "unread",
        "why",
    )

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.id: str = stored["id"]
        self.name: str = stored["name"]
        self.severity: str = stored["severity"]
        self.category: str = stored["category"]
        self.enabled: bool = stored["enabled"]
        self.summary: str = stored["summary"]
        self.needs: str | None = stored["needs"]
        self.unread: bool = stored["unread"]
        self.why: str = stored["why"]
        self.references: tuple[str, ...] = tuple(stored["references"])
        self.aliases: tuple[str, ...] = tuple(stored["aliases"])
        self.security_severity: str | None = stored["security_severity"]
        self.precision: str = stored["precision"]
        self.cases = [Case(*case) for case in stored["cases"]]


def store(rule: Rule) -> dict[str, Any]:
    """The rule as plain data, for the index."""
    plain: dict[str, Any] = {name: getattr(rule, name) for name in Rule.__slots__ if name != "cases"}
    plain["cases"] = [
        [case.selectors, case.when, case.versions, case.check, case.on, case.options, case.severity] for case in rule.cases
    ]
    return plain
