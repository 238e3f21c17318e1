"""Exceptions that hold for one file: which findings each of them silences."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aiblint.document import Document
    from aiblint.finding import Finding
    from aiblint.suppress.directive import Fault, Name

IN_SOURCE, EXTERNAL = "inSource", "external"
"""Where an exception is written: in the file that it is about, or in the configuration (SARIF 3.35.2)."""

EVERYWHERE = (0, sys.maxsize)
"""The stretch of an exception for a whole file."""

NOWHERE = (0, 0)

ABOUT_IGNORES = frozenset({"AIB010", "AIB011", "AIB012"})
"""Rules about exceptions themselves. An exception from one of them is never called unused."""


class Ignore:
    """One exception. `document` is the file in which it is written, at code points [start, end).

    `where` says in words where it holds (`on line 12`): for findings that begin in the `stretch` [low, high) of its file, and that
    `covers` accepts, if it is given. `until` is the last day on which it holds. `removal` are the stretches to cut where it goes as
    a whole, empty where that is left to people. `used` collects the ids of rules of which it silenced something.
    """

    __slots__ = (
        "covers", "document", "end", "faults", "kind", "names", "reason", "removal", "start", "stretch", "until", "until_end",
        "until_start", "used", "where",
    )  # fmt: skip

    def __init__(
        self,
        document: Document,
        start: int,
        end: int,
        names: list[Name],
        stretch: tuple[int, int],
        where: str,
        *,
        covers: Callable[[Finding], bool] | None = None,
        kind: str = IN_SOURCE,
        reason: str = "",
        until: str | None = None,
        removal: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.document = document
        self.start = start
        self.end = end
        self.names = names
        self.stretch = stretch
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

    __slots__ = ("_lines", "found", "items", "running", "stated", "terms")

    def __init__(self, items: list[Ignore], terms: Terms, running: frozenset[str], stated: Iterable[Ignore] = ()) -> None:
        self.items = items
        self.stated = list(stated)
        self.terms = terms
        self.running = running
        self.found: list[Finding] = []
        self._lines: dict[str | None, list[int]] = {}

    def holds(self, ignore: Ignore) -> bool:
        """Whether an exception is in force: not expired, and with its reason where one is required."""
        return not self.expired(ignore) and not self.unfounded(ignore)

    def expired(self, ignore: Ignore) -> bool:
        return ignore.until is not None and ignore.until < self.terms.today

    def unfounded(self, ignore: Ignore) -> bool:
        return self.terms.require_reason and not ignore.reason

    def part(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[tuple[Finding, Ignore]]]:
        """The findings that are left, and those that are silenced, each with the narrowest exception that silences it."""
        listed = list(findings)
        self.found += listed
        by_rule: dict[str, list[Finding]] = {}
        for finding in listed:
            by_rule.setdefault(finding.rule, []).append(finding)
        silencer: dict[int, Ignore] = {}
        for rule, ignores in self._in_force(by_rule).items():
            silencer.update(_narrowest(by_rule[rule], ignores))
        left: list[Finding] = []
        silenced: list[tuple[Finding, Ignore]] = []
        for finding in listed:
            narrowest = silencer.get(id(finding))
            if narrowest is None:
                left.append(finding)
            else:
                narrowest.used.add(finding.rule)
                silenced.append((finding, narrowest))
        return left, silenced

    def _in_force(self, rules: Iterable[str]) -> dict[str, list[Ignore]]:
        """The exceptions that hold for some rules, by rule, the narrowest first."""
        wanted = set(rules)
        by_rule: dict[str, list[Ignore]] = {}
        for ignore in (*self.items, *self.stated):
            for rule in {name.rule for name in ignore.names} & wanted if self.holds(ignore) else ():
                by_rule.setdefault(str(rule), []).append(ignore)
        return by_rule

    def lines_of(self, rule: str | None) -> list[int]:
        """The lines on which a rule found something, sorted; silenced or not."""
        if rule not in self._lines:
            self._lines[rule] = sorted(each.document.position(each.start)[0] for each in self.found if each.rule == rule)
        return self._lines[rule]

    def unused(self, ignore: Ignore) -> list[Name]:
        """The names of an exception that silence nothing, of rules that run here."""
        return [
            name
            for name in ignore.names
            if name.rule in self.running and name.rule not in ignore.used and name.rule not in ABOUT_IGNORES
        ]


def _narrowest(findings: list[Finding], ignores: list[Ignore]) -> dict[int, Ignore]:
    """For each finding that is silenced, by identity: the first exception in whose stretch it begins, and that covers it.

    Both are looked at in the order of the file, so that thousands of each take no longer than sorting them.
    """
    import heapq

    waiting = sorted(range(len(ignores)), key=lambda number: ignores[number].stretch[0], reverse=True)
    begun: list[int] = []
    found: dict[int, Ignore] = {}
    for finding in sorted(findings, key=lambda finding: finding.start):
        while waiting and ignores[waiting[-1]].stretch[0] <= finding.start:
            heapq.heappush(begun, waiting.pop())
        passed = []
        while begun:
            ignore = ignores[begun[0]]
            if ignore.stretch[1] > finding.start and (ignore.covers is None or ignore.covers(finding)):
                found[id(finding)] = ignore
                break
            number = heapq.heappop(begun)
            if ignore.stretch[1] > finding.start:  # else it is over, for all findings that follow
                passed.append(number)
        for number in passed:
            heapq.heappush(begun, number)
    return found
