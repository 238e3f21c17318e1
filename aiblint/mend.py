"""What `--fix` and `--diff` do with one file of a run: which fixes are made, and where the outcome goes."""

from __future__ import annotations

from aiblint import fixer, save

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.document import Document
    from aiblint.engine import Result
    from aiblint.finding import Finding
    from aiblint.fixer import Lint

IN_PLACE, SHOWN = "in place", "shown"
"""Where fixed text goes: into the file (or, read from stdin, to stdout), or into a difference that people read."""


class Mending:
    """Which fixes a run makes. `only` are the ids of rules (None: all). `to` is IN_PLACE or SHOWN."""

    __slots__ = ("only", "to", "unsafe")

    def __init__(self, to: str, *, unsafe: bool = False, only: frozenset[str] | None = None) -> None:
        self.to = to
        self.unsafe = unsafe
        self.only = only

    def wanted(self, finding: Finding) -> bool:
        """Whether a finding bears a fix that is to be made."""
        fix = finding.fix
        return fix is not None and (fix.safe or self.unsafe) and (self.only is None or finding.rule in self.only)


class Mended:
    """What became of one file. `before` and `after` differ where something was fixed. `remarks` are for people.

    `failures` say why the file was not written; then `result` is about the file as it is.
    """

    __slots__ = ("after", "before", "defects", "failures", "fixed", "remarks", "result", "text")

    def __init__(self, before: Document, result: Result) -> None:
        self.before = before
        self.after = before
        self.result = result
        self.text: bytes | None = None
        self.fixed: list[Finding] = []
        self.defects: list[str] = []
        self.failures: list[str] = []
        self.remarks: list[str] = []


def mend(data: bytes, document: Document, lint: Lint, mending: Mending, *, write: bool) -> Mended:
    """Fixes a file's content, and writes it where the file is to be replaced and something changed."""
    if fixer.encoded(document) != data:
        mended = Mended(document, lint(document))
        if any(mending.wanted(finding) for finding in mended.result.findings):
            mended.remarks.append(
                f"{document.path}: nothing was fixed in it, because some of its bytes are no text in its encoding"
            )
        return mended
    outcome = fixer.fix(document, lint, mending.wanted)
    mended = Mended(document, outcome.result)
    mended.defects, mended.remarks = outcome.defects, outcome.withheld
    if not outcome.fixed:
        return mended
    new = fixer.encoded(outcome.document)
    if write and mending.to == IN_PLACE and new != data:
        try:
            save.replace(document.path, data, new)
        except save.SaveError as error:
            mended.failures.append(str(error))
            mended.result = lint(document)
            return mended
    mended.after, mended.fixed, mended.text = outcome.document, outcome.fixed, new
    return mended
