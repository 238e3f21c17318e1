"""Fixes a document until nothing is left that can be fixed: whole fixes side by side, read and linted again, distrusted."""

from __future__ import annotations

import bisect
from collections import Counter

from aiblint import fixes
from aiblint.document import Document
from aiblint.pattern import lazy
from aiblint.syntax.encoding import encode
from aiblint.syntax.json import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiblint.engine import Result
    from aiblint.finding import Edit, Finding

    Lint = Callable[[Document], Result]
    Wanted = Callable[[Finding], bool]

_MOST_ROUNDS = 200
_NUMBER = lazy(r"(?<=/)\d+(?=/|\Z)")


class Outcome:
    """What became of a document: as it is now, what is left to say about it, what was fixed, which fixes went wrong.

    The findings of `fixed` speak of the document as it was when their turn came. `defects` name safe fixes that were made and taken
    back, because they did harm: a defect of aiblint, not of the file. `withheld` says so of suggestions, which promise less.
    """

    __slots__ = ("defects", "document", "fixed", "result", "withheld")

    def __init__(self, document: Document, result: Result) -> None:
        self.document = document
        self.result = result
        self.fixed: list[Finding] = []
        self.defects: list[str] = []
        self.withheld: list[str] = []


def fix(document: Document, lint: Lint, wanted: Wanted) -> Outcome:
    """Makes the wanted fixes of a document. `lint` tells its findings; a finding that must not be fixed is not `wanted`.

    After each round the text is read and linted anew. A round that leaves the file less readable than it was, or with an error
    that nothing hid before, is taken back, and made again one fix at a time to find the one to blame.
    """
    outcome = Outcome(document, lint(document))
    blamed: set[tuple[str, str, str]] = set()
    seen = {_state(document)}
    whole = True
    for _ in range(_MOST_ROUNDS):
        candidates = [f for f in _fixable(outcome.result) if wanted(f) and _name(f) not in blamed]
        chosen = _side_by_side(candidates) if whole else candidates[:1]
        if not chosen:
            return outcome
        after = _made(outcome.document, chosen)
        result = lint(after)
        harm = _harm(outcome, after, result, chosen)
        if harm is None and _state(after) in seen:
            harm = "does not heal what it is for"
        if harm is None:
            outcome.document, outcome.result = after, result
            outcome.fixed += chosen
            seen.add(_state(after))
            whole = True
        elif len(chosen) == 1:
            blamed.add(_name(chosen[0]))
            _blame(outcome, chosen[0], harm)
        else:
            whole = False
    outcome.defects.append(f"{document.path}: still something to fix after {_MOST_ROUNDS} rounds")
    return outcome


def _fixable(result: Result) -> list[Finding]:
    """The findings with a fix; without those whose fix would also reach what people made an exception of."""
    kept = {finding.fix.edits for finding, _ in result.silenced if finding.fix is not None}
    return [finding for finding in result.findings if finding.fix is not None and finding.fix.edits not in kept]


def _blame(outcome: Outcome, finding: Finding, harm: str) -> None:
    line, _ = finding.document.position(finding.start)
    what = f"{finding.path}:{line}: the fix of {finding.rule} {finding.name} {harm}; it was not made"
    (outcome.defects if finding.fix is not None and finding.fix.safe else outcome.withheld).append(what)


def encoded(document: Document) -> bytes:
    """The file that a document stands for, in its own encoding."""
    return encode(document.text, document.encoding, document.bom)


def _state(document: Document) -> tuple[str, str, bool]:
    return document.text, document.encoding, document.bom


def _name(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.pointer, finding.message


def _side_by_side(candidates: list[Finding]) -> list[Finding]:
    """Fixes that do not touch each other, the first in the file first; a new encoding comes when nothing else is left."""
    chosen: list[Finding] = []
    taken: list[Edit] = []
    for finding in candidates:
        edits = finding.fix.edits if finding.fix is not None else ()
        if edits and not any(_touches(edit, taken) for edit in edits):
            chosen.append(finding)
            for edit in edits:
                bisect.insort(taken, edit)
    return chosen or candidates[:1]


def _touches(edit: Edit, taken: list[Edit]) -> bool:
    """Whether an edit meets one of those that are taken; they are in order and apart."""
    at = bisect.bisect_left(taken, edit)
    return (at > 0 and taken[at - 1].end >= edit.start) or (at < len(taken) and taken[at].start <= edit.end)


def _made(document: Document, chosen: Iterable[Finding]) -> Document:
    """The document with the fixes made, read from the bytes that would be written."""
    edits: list[Edit] = []
    encoding, bom = document.encoding, document.bom
    for finding in chosen:
        if finding.fix is not None:
            edits += finding.fix.edits
            if finding.fix.encoding is not None:
                encoding, bom = finding.fix.encoding, False
    return read(encode(fixes.apply(document.text, edits), encoding, bom), document.path)


def _harm(before: Outcome, after: Document, result: Result, chosen: list[Finding]) -> str | None:
    """What a round of fixes spoiled; None where nothing."""
    mistakes = before.document.mistakes
    if (after.root is None and before.document.root is not None) or len(after.mistakes) > len(mistakes):
        return "leaves a file that is harder to read"
    if len(result.templates) < len(before.result.templates):
        return "loses an image template"
    if set(result.defects) - set(before.result.defects):
        return "makes a rule fail"
    known = Counter(_kind(finding) for finding in before.result.findings if finding.severity == "error")
    known.subtract(_kind(finding) for finding in result.findings if finding.severity == "error")
    scopes = [_general(f.pointer.rpartition("/")[0]) for f in chosen if f.severity == "error"]
    for (rule, pointer), balance in known.items():
        if balance < 0 and not any(pointer.startswith(scope) for scope in scopes):
            return f"brings a new error, {rule}"
    return None


def _kind(finding: Finding) -> tuple[str, str]:
    return finding.rule, _general(finding.pointer)


def _general(pointer: str) -> str:
    """A pointer without its numbers: items move when one of them goes."""
    return _NUMBER.sub("#", pointer)
