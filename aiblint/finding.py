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


class Edit(tuple[int, int, str]):
    """Code points [start, end) of `Document.text` become `text`. An empty stretch inserts."""

    __slots__ = ()

    def __new__(cls, start: int, end: int, text: str) -> Edit:
        return tuple.__new__(cls, (start, end, text))

    @property
    def start(self) -> int:
        return self[0]

    @property
    def end(self) -> int:
        return self[1]

    @property
    def text(self) -> str:
        return self[2]


class Fix:
    """Edits that belong together: all are made, or none. They are in the order of the text and do not overlap.

    `title` says in a few words what they do. `safe`: no template that builds today can stop doing so, or build another image.
    `encoding` is the one that the file gets, None where it keeps its own; a fix with an encoding has no edits. `secret` says
    that an edit repeats a password or key: it may be made, but not printed.
    """

    __slots__ = ("edits", "encoding", "safe", "secret", "title")

    def __init__(
        self, title: str, edits: tuple[Edit, ...], safe: bool, encoding: str | None = None, *, secret: bool = False
    ) -> None:
        self.title = title
        self.edits = edits
        self.safe = safe
        self.encoding = encoding
        self.secret = secret


class Finding:
    """One rule's word about one place of one document. Offsets are code points of `document.text`, half-open.

    `pointer` is the RFC 6901 pointer, into the file as written, of the value or of the object that lacks something.
    `fix` is what would heal it, as far as that can be done by editing this file.
    `at` is the effective path in the image template (`$.properties.customize[0].inline[1]`), empty for findings about
    the file itself; `template` is the template's own pointer in the file. `resource`, `place` and `subject` say by structure what
    it is about (`aiblint.identity`), where a run asks for that: the template's name, a path with names for numbers, and what the
    finding objects to there. `sets` are the parameter files that cause it, empty where all do.
    """

    __slots__ = (
        "at",
        "document",
        "end",
        "fix",
        "help",
        "message",
        "name",
        "place",
        "pointer",
        "related",
        "resource",
        "rule",
        "sets",
        "severity",
        "start",
        "subject",
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
        fix: Fix | None = None,
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
        self.fix = fix
        self.resource = ""
        self.place = ""
        self.subject = ""
        self.sets: tuple[str, ...] = ()

    def changed(self, **new: object) -> Finding:
        """The same finding with other words, other related places or another fix: `changed(message=…)`."""
        other = object.__new__(Finding)
        for name in Finding.__slots__:
            setattr(other, name, new.pop(name) if name in new else getattr(self, name))
        if new:
            raise TypeError(f"a finding has no {', '.join(new)}")
        return other

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.path, self.start, self.end, self.rule, self.message)
