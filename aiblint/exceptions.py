"""The exceptions of a whole run: which of those that the configuration states hold for a file, and which have had their day."""

from __future__ import annotations

import os

from aiblint.choice import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aiblint.choice import Choice
    from aiblint.config import Exemption, Settings
    from aiblint.document import Document
    from aiblint.finding import Edit, Finding
    from aiblint.mend import Mending
    from aiblint.rule import Rule
    from aiblint.run import Run
    from aiblint.suppress.ignores import Ignore, Terms
    from aiblint.suppress.stated import Stated

_WILD = frozenset("*?[")


class Exceptions:
    """What the configuration says about exceptions, and what became of those that it states. Raises UsageError throughout.

    `stated` are those that it states, by their places.
    """

    def __init__(self, rules: Iterable[Rule], settings: Settings, today: str) -> None:
        self._rules = rules
        self._today = today
        self._require_reason = settings.require_reason
        self._source = settings.source
        self._terms: Terms | None = None
        self.stated: dict[str, Stated] = {}
        self._documents: dict[str, Document] = {}

    @property
    def terms(self) -> Terms:
        """On what exceptions hold."""
        if self._terms is None:
            from aiblint.suppress.ignores import Terms

            known = {name.lower(): rule.id for rule in self._rules for name in (rule.id, rule.name, *rule.aliases)}
            self._terms = Terms(known, self._today, self._require_reason)
        return self._terms

    def add(self, exemptions: Iterable[Exemption]) -> None:
        """Takes exceptions of the configuration in, each once; refuses one that cannot be followed."""
        for exemption in exemptions:
            if exemption.place not in self.stated:
                self.stated[exemption.place] = self._checked(exemption)

    def _checked(self, exemption: Exemption) -> Stated:
        from aiblint.suppress.directive import name_fault
        from aiblint.suppress.stated import Stated

        rule = self.terms.known.get(exemption.rule.lower())
        if rule is None:
            raise UsageError(f"{exemption.place}: ignore: {name_fault(exemption.rule, 0, 0, self.terms.known).message}")
        if self.terms.require_reason and not exemption.reason:
            raise UsageError(f"{exemption.place}: ignore: this exception gives no reason, and require-reason asks for one")
        return Stated(exemption, rule, self._document(exemption.file))

    def _document(self, path: str) -> Document:
        """A configuration as text, for findings about what it says."""
        if path not in self._documents:
            from aiblint.confidential import hide
            from aiblint.config.discovery import text_of
            from aiblint.document import Document

            document = self._documents[path] = Document(path, text_of(path), None, [])
            hide(document, [], None)  # reasons may repeat what nobody should
        return self._documents[path]

    def of_file(self, path: str, settings: Settings, choice: Choice) -> list[Stated]:
        """The exceptions that the configuration states for a file."""
        if not settings.exemptions:
            return []
        from aiblint import globs
        from aiblint.query import SelectorError

        relative = settings.relative(path)
        running = {rule.id for rule in choice.rules}
        found = []
        for exemption in settings.exemptions:
            if exemption.path is None or (relative is not None and globs.matches(exemption.path, relative)):
                stated = self.stated[exemption.place]
                try:
                    stated.prepare()
                except SelectorError as error:
                    raise UsageError(f"{exemption.place}: ignore: at: {error}") from error
                stated.seen = stated.seen or stated.rule in running
                found.append(stated)
        return found

    def outlived(
        self, choice: Choice, root: str, paths: Sequence[str], was_idle: Callable[[Exemption, Ignore], bool] | None = None
    ) -> list[Finding]:
        """What there is to say about exceptions that the configuration states, when all of `paths` is linted.

        `was_idle` tells which of them are no news.

        A run over some files says nothing of exceptions for others; one that silenced nothing is called unused only where every
        file was linted that it can be about.
        """
        from aiblint.settle import spoken
        from aiblint.suppress.ignores import Ignores

        whole = any(_holds(path, root) for path in paths)
        running = {rule.id for rule in choice.rules}
        found: list[Finding] = []
        for stated in self.stated.values():
            if not (whole or stated.seen):
                continue
            judged = (whole and stated.rule in running) or (stated.seen and _is_one_file(stated.exemption.path))
            ignores = Ignores([stated.ignore], self.terms, frozenset([stated.rule] if judged else []))
            if ignores.expired(stated.ignore) or ignores.unused(stated.ignore):
                if was_idle is not None and was_idle(stated.exemption, stated.ignore):
                    continue
                self._make_removable(stated)
            found += spoken(ignores, stated.ignore.document, choice.rules, choice.levels)
        return found

    def _make_removable(self, stated: Stated) -> None:
        """Says what to cut to take an exception out. In a file that others extend, too, it may have its use for those."""
        exemption = stated.exemption
        if exemption.file != self._source or not exemption.file.endswith((".yaml", ".yml")):
            return
        from aiblint.config import removal

        cut = removal.stretch(stated.ignore.document.text, exemption.line, exemption.column)
        stated.ignore.removal = (cut,) if cut is not None else ()

    def mend(self, findings: list[Finding], mending: Mending, run: Run) -> list[Finding]:
        """Takes out what `--fix` may take out of the configuration; the findings that are left."""
        left: list[Finding] = []
        by_file: dict[str, list[Finding]] = {}
        for finding in findings:
            if mending.wanted(finding):
                by_file.setdefault(finding.path, []).append(finding)
            else:
                left.append(finding)
        for path, wanted in by_file.items():
            left += self._mended(self._documents[path], wanted, mending, run)
        return left

    def _mended(self, before: Document, wanted: list[Finding], mending: Mending, run: Run) -> list[Finding]:
        from aiblint import fixes, mend, save, sniff
        from aiblint.confidential import hide
        from aiblint.document import Document
        from aiblint.engine import Result

        chosen, edits = _apart(wanted)
        after = Document(before.path, fixes.apply(before.text, edits), None, [])
        hide(after, [], None)
        if mending.to == mend.IN_PLACE:
            try:
                old = sniff.read_bytes(before.path)
                save.replace(before.path, old, old[: len(old) - len(before.text.encode())] + after.text.encode())
            except (save.SaveError, sniff.PathError) as error:
                run.failures.append(str(error))
                return wanted
        mended = mend.Mended(before, Result(after, [], []))
        mended.after, mended.fixed = after, chosen
        run.mended.append(mended)
        run.repaired += chosen
        return [finding for finding in wanted if finding not in chosen]


def _holds(path: str, root: str) -> bool:
    """Whether a path that was linted is the folder of the configuration, or one around it."""
    top, folder = os.path.realpath(path), os.path.realpath(root)
    return os.path.isdir(top) and (folder == top or folder.startswith(os.path.join(top, "")))


def _is_one_file(pattern: str | None) -> bool:
    return pattern is not None and _WILD.isdisjoint(pattern) and "/" in pattern.rstrip("/") and not pattern.endswith("/")


def _apart(findings: list[Finding]) -> tuple[list[Finding], list[Edit]]:
    """The findings whose fixes do not overlap, and what these cut."""
    chosen: list[Finding] = []
    cuts: list[Edit] = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        edits = finding.fix.edits if finding.fix is not None else ()
        if all(edit.start >= cuts[-1].end for edit in edits if cuts):
            chosen.append(finding)
            cuts += edits
    return chosen, cuts
