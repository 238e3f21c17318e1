"""What a rule says about a place: the one noun that travels to the reports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.document import Document

SEVERITIES = ("error", "warning", "note")
"""From worst to mildest."""


class Related:
    """Another place that a finding speaks of: where a value is defined, where the twin stands.

    `document` is the file it is in, None for the finding's own.
    """

    __slots__ = ("document", "end", "message", "start")

    def __init__(self, start: int, end: int, message: str, document: Document | None = None) -> None:
        self.start = start
        self.end = end
        self.message = message
        self.document = document


class Finding:
    """One rule's word about one place of one document. Offsets are code points of `document.text`, half-open.

    `pointer` is the RFC 6901 pointer, into the file as written, of the value or of the object that lacks something.
    `at` is the effective path in the image template (`$.properties.customize[0].inline[1]`), empty for findings about
    the file itself; `template` is the template's own pointer in the file.
    """

    __slots__ = (
        "at",
        "document",
        "end",
        "help",
        "message",
        "name",
        "pointer",
        "related",
        "rule",
        "severity",
        "start",
        "summary",
        "template",
    )

    def __init__(
        self,
        document: Document,
        start: int,
        end: int,
        *,
        rule: str,
        name: str,
        severity: str,
        summary: str,
        message: str,
        help: str,
        pointer: str = "",
        at: str = "",
        template: str = "",
        related: tuple[Related, ...] = (),
    ) -> None:
        self.document = document
        self.start = start
        self.end = end
        self.rule = rule
        self.name = name
        self.severity = severity
        self.summary = summary
        self.message = message
        self.help = help
        self.pointer = pointer
        self.at = at
        self.template = template
        self.related = related

    def changed(self, *, message: str | None = None, related: tuple[Related, ...] | None = None) -> Finding:
        """The same finding with other words, or other related places."""
        return Finding(
            self.document,
            self.start,
            self.end,
            rule=self.rule,
            name=self.name,
            severity=self.severity,
            summary=self.summary,
            message=self.message if message is None else message,
            help=self.help,
            pointer=self.pointer,
            at=self.at,
            template=self.template,
            related=self.related if related is None else related,
        )

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.path, self.start, self.end, self.rule, self.message)
