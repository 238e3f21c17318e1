"""Exceptions that hold for one file: which findings each of them silences."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aiblint.document import Document
    from aiblint.finding import Finding
    from aiblint.suppress.directive import Fault, Name

IN_SOURCE, EXTERNAL = "inSource", "external"
"""Where an exception is written: in the file that it is about, or in the configuration (SARIF 3.35.2)."""

ABOUT_IGNORES = frozenset({"AIB010", "AIB011", "AIB012"})
"""Rules about exceptions themselves. An exception from one of them is never called unused."""


class Ignore:
    """One exception. `document` is the file in which it is written, at code points [start, end).

    `where` says in words where it holds (`on line 12`); `covers` tells whether a finding lies there. `until` is the last day on
    which it holds. `removal` are the stretches to cut where it goes as a whole, empty where that is left to people.
    `used` collects the ids of rules of which it silenced something.
    """

    __slots__ = (
        "covers", "document", "end", "faults", "kind", "names", "reason", "removal", "start", "until", "until_end", "until_start",
        "used", "where",
    )  # fmt: skip

    def __init__(
        self,
        document: Document,
        start: int,
        end: int,
        names: list[Name],
        covers: Callable[[Finding], bool],
        where: str,
        *,
        kind: str = IN_SOURCE,
        reason: str = "",
        until: str | None = None,
        removal: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.document = document
        self.start = start
        self.end = end
        self.names = names
        self.covers = covers
        self.where = where
        self.kind = kind
        self.reason = reason
        self.until = until
        self.until_start, self.until_end = start, end
        self.removal = removal
        self.faults: list[Fault] = []
        self.used: set[str] = set()


class Terms:
    """By what exceptions are judged: the names of all rules (lower case → id), the day, whether a reason is required."""

    __slots__ = ("known", "require_reason", "today")

    def __init__(self, known: Mapping[str, str], today: str, require_reason: bool = False) -> None:
        self.known = known
        self.today = today
        self.require_reason = require_reason


class Ignores:
    """The exceptions that are written in one file, the narrowest first, under the rules that run on it (`running`).

    `stated` are those that the configuration states for the file; they come last. `found` are the findings that were looked at,
    silenced or not.
    """

    __slots__ = ("found", "items", "running", "stated", "terms")

    def __init__(self, items: list[Ignore], terms: Terms, running: frozenset[str], stated: Iterable[Ignore] = ()) -> None:
        self.items = items
        self.stated = list(stated)
        self.terms = terms
        self.running = running
        self.found: list[Finding] = []

    def holds(self, ignore: Ignore) -> bool:
        """Whether an exception is in force: not expired, and with its reason where one is required."""
        return not self.expired(ignore) and not self.unfounded(ignore)

    def expired(self, ignore: Ignore) -> bool:
        return ignore.until is not None and ignore.until < self.terms.today

    def unfounded(self, ignore: Ignore) -> bool:
        return self.terms.require_reason and not ignore.reason

    def part(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[tuple[Finding, Ignore]]]:
        """The findings that are left, and those that are silenced, each with the narrowest exception that silences it."""
        by_rule: dict[str, list[Ignore]] = {}
        for ignore in (*self.items, *self.stated):
            for name in ignore.names if self.holds(ignore) else ():
                if name.rule is not None:
                    by_rule.setdefault(name.rule, []).append(ignore)
        left: list[Finding] = []
        silenced: list[tuple[Finding, Ignore]] = []
        for finding in findings:
            self.found.append(finding)
            narrowest = next((each for each in by_rule.get(finding.rule, ()) if each.covers(finding)), None)
            if narrowest is None:
                left.append(finding)
            else:
                narrowest.used.add(finding.rule)
                silenced.append((finding, narrowest))
        return left, silenced

    def unused(self, ignore: Ignore) -> list[Name]:
        """The names of an exception that silence nothing, of rules that run here."""
        return [
            name
            for name in ignore.names
            if name.rule in self.running and name.rule not in ignore.used and name.rule not in ABOUT_IGNORES
        ]
