"""Exceptions that the configuration states: `ignore: [{rule: …, path: …, at: …, reason: …, until: …}]`."""

from __future__ import annotations

from aiblint import query
from aiblint.document import Document
from aiblint.suppress.directive import Name
from aiblint.suppress.ignores import EVERYWHERE, EXTERNAL, NOWHERE, Ignore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aiblint.config import Exemption
    from aiblint.finding import Finding
    from aiblint.template import Template


class Stated:
    """One exception of the configuration over a run. `rule` is the id of the rule that it names.

    `ignore` is what the rules about exceptions are told; it collects over all files of which rule something was silenced.
    `seen` tells whether the rule ran on a file that it is about.
    """

    __slots__ = ("_selector", "exemption", "ignore", "rule", "seen")

    def __init__(self, exemption: Exemption, rule: str, document: Document) -> None:
        start = document.line_starts[exemption.line - 1] + exemption.column - 1
        end = start + len(exemption.rule) if document.text.startswith(exemption.rule, start) else start + 1
        self.exemption = exemption
        self.rule = rule
        self.seen = False
        self.ignore = Ignore(
            document,
            start,
            end,
            [Name(exemption.rule, start, end, rule)],
            NOWHERE,
            _where(exemption),
            kind=EXTERNAL,
            reason=exemption.reason,
            until=exemption.until,
        )
        self._selector: query.Selector | None = None

    def apart(self) -> Stated:
        """The same exception, for a look at something else: what it silences there says nothing about whether it is used."""
        other = Stated(self.exemption, self.rule, self.ignore.document)
        other._selector = self._selector
        return other

    def prepare(self) -> None:
        """Reads the selector. Raises query.SelectorError where it is none."""
        if self.exemption.at is not None and self._selector is None:
            self._selector = query.compile_selector(self.exemption.at)

    def within(self, templates: Sequence[Template]) -> Ignore:
        """The exception as it holds for a file with these templates."""
        self.prepare()
        whole = self.ignore
        covers = None if self._selector is None else _at(templates, self._selector)
        here = Ignore(
            whole.document, whole.start, whole.end, whole.names, EVERYWHERE, whole.where, covers=covers,
            kind=EXTERNAL, reason=whole.reason, until=whole.until,
        )  # fmt: skip
        here.used = whole.used
        return here


def _where(exemption: Exemption) -> str:
    parts = [f"at {exemption.at}"] if exemption.at is not None else []
    return " ".join([*parts, f"in {exemption.path}" if exemption.path is not None else "anywhere"])


def _at(templates: Iterable[Template], selector: query.Selector) -> Callable[[Finding], bool]:
    """Whether a finding is about a value that the selector names, or about something in it."""
    paths: dict[str, list[str]] = {}

    def covers(finding: Finding) -> bool:
        if not finding.at:
            return False
        if not paths:
            for template in templates:
                paths[template.node.pointer] = [value.path for value in query.select(template.root, selector)]
        return any(
            finding.at == path or finding.at.startswith((f"{path}.", f"{path}[")) for path in paths.get(finding.template, ())
        )

    return covers
