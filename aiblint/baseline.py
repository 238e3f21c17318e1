"""A baseline: the findings that a team knows and has not mended yet, in a file that people review and that only shrinks."""

from __future__ import annotations

import json
import os

from aiblint import known, masking, sniff
from aiblint.choice import UsageError
from aiblint.known import Entry
from aiblint.syntax.mistakes import LEGAL_SOMEWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from aiblint.document import Document
    from aiblint.engine import Result
    from aiblint.finding import Finding
    from aiblint.known import Key, Sight

VERSION = 1
_ABOUT = "Findings that aiblint --baseline passes over. aiblint --update-baseline takes out what no longer occurs."
# Mistakes in writing that leave no doubt about what was meant; behind others, values may be missing or in another place.
_READ_NEVERTHELESS = LEGAL_SOMEWHERE | {
    "bad-escape", "encoding", "hash-comment", "single-quotes", "smart-dash", "smart-punctuation", "smart-quotes", "smart-space",
    "stray-comma", "trailing-comma",
}  # fmt: skip
_TEXTS = ("path", "rule", "name", "template", "at", "subject")


class Baseline:
    """The entries of a baseline by file, over one run. Files are named from the baseline's own folder, with `/`.

    `followed` tells that one of them goes by a new name.
    """

    label = "in the baseline"
    spares = False

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries: dict[str, list[Entry]] = {}
        self._parted: set[str] = set()
        self._lost: set[str] | None = None
        self.followed = False

    def named(self, path: str) -> str:
        """A file as the baseline names it."""
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            return os.path.relpath(path, folder).replace(os.sep, "/")
        except ValueError:  # on another drive
            return os.path.abspath(path).replace(os.sep, "/")

    def part(self, path: str, findings: list[Finding], result: Result | None, sight: Sight) -> list[Finding]:
        """The findings of a file that are not in the baseline."""
        name = self.named(path)
        if findings and name not in self.entries:
            self._follow(name, findings)
        self._parted.add(name)
        entries = self.entries.get(name, [])
        hurt = result is not None and _is_damaged(result.document)
        for entry in entries:
            entry.judged = entry.rule in sight.running and not hurt
        return known.part(entries, findings, known.Scene(result)) if entries else findings

    def _follow(self, name: str, findings: list[Finding]) -> None:
        """Takes a file over under a new name: one that is not there any more, and of which most findings are here, each the same."""
        if self._lost is None:
            home = os.path.dirname(os.path.realpath(self.path))
            self._lost = {old for old in self.entries if not os.path.lexists(os.path.join(home, old))}
        if not self._lost:
            return
        here = {entry.key: entry.count for entry in known.entries_of(findings)}
        shares = [
            (known.share(self.entries[old], here), os.path.basename(old) == os.path.basename(name), old) for old in self._lost
        ]
        share, _, old = max(shares)
        if share >= known.MOST_OF_IT:
            self._lost.remove(old)
            self.entries[name] = self.entries.pop(old)
            self.followed = True

    def looked_at(self, paths: Iterable[str], folders: Sequence[str], running: frozenset[str]) -> None:
        """Says which files were looked at, and of which folders all were: what was known of files without a template, and of
        those that are no longer there, is gone. `running` are the ids of the rules that ran.
        """
        inside = tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)
        home = os.path.dirname(os.path.realpath(self.path))
        seen = {self.named(path) for path in paths}
        for name, entries in self.entries.items():
            path = os.path.normpath(os.path.join(home, name))
            gone = name in seen or (path.startswith(inside) and not os.path.lexists(path))
            if not gone or name in self._parted or _hides(path):
                continue
            for entry in entries:
                entry.judged = entry.rule in running

    def gone(self) -> list[tuple[str, Entry]]:
        """The entries that occur no longer, or less often, each with its file."""
        return [(path, entry) for path, entries in sorted(self.entries.items()) for entry in entries if entry.missing > 0]


def _is_damaged(document: Document) -> bool:
    """Whether parts of a file may not have been read, so that nobody can say what no longer occurs there."""
    return not document.mistaken <= _READ_NEVERTHELESS


def _hides(path: str) -> bool:
    """Whether a file in which no template was found is so damaged that there may be one. One that is not there hides nothing."""
    from aiblint.syntax import json as syntax

    if not os.path.lexists(path):
        return False
    try:
        return _is_damaged(syntax.read(sniff.read_bytes(path), path))
    except sniff.PathError:
        return True


def of_findings(path: str, findings: Iterable[Finding]) -> Baseline:
    """The baseline, to be written to `path`, in which these findings are known."""
    made = Baseline(path)
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(made.named(finding.path), []).append(finding)
    made.entries = {name: known.entries_of(found) for name, found in by_file.items()}
    return made


def shrunk(old: Baseline) -> Baseline:
    """What of a baseline still occurs, as it is called now; what a run did not look at stays as it is."""
    made = Baseline(old.path)
    for path, entries in old.entries.items():
        merged: dict[Key, Entry] = {}
        for entry in entries:
            kept = [] if entry.judged else [Entry(entry.rule, entry.name, *entry.key[1:4], entry.sets, entry.count)]
            for now in kept or known.entries_of(entry.matched):
                if now.key in merged:
                    merged[now.key].count += now.count
                else:
                    merged[now.key] = now
        if merged:
            made.entries[path] = [merged[key] for key in sorted(merged)]
    return made


def text_of(baseline: Baseline) -> str:
    """The file: one entry a line, in an order that depends on nothing else, so that two people can change it at a time."""
    lines = [
        json.dumps(_object(path, entry), ensure_ascii=True)
        for path, entries in sorted(baseline.entries.items())
        for entry in sorted(entries, key=lambda entry: entry.key)
    ]
    head = f'{{\n"version": {VERSION},\n"about": {json.dumps(_ABOUT)},\n"findings": ['
    return head + ("\n" + ",\n".join(lines) + "\n" if lines else "") + "]\n}\n"


def _object(path: str, entry: Entry) -> dict[str, object]:
    said: dict[str, object] = {"path": path, "rule": entry.rule, "name": entry.name}
    if entry.template:
        said["template"] = entry.template
    said["at"] = entry.place
    if entry.subject:
        said["subject"] = entry.subject
    if entry.sets:
        said["with"] = list(entry.sets)
    if entry.count > 1:
        said["count"] = entry.count
    return said


def read(path: str, where: str = "") -> Baseline:
    """Reads a baseline. UsageError, beginning with `where`, for a file that is none."""
    try:
        content = json.loads(sniff.read_bytes(path).decode("utf-8-sig"))
    except sniff.PathError as error:
        raise UsageError(f"{where}{error}; --write-baseline makes one") from error
    except ValueError as error:
        raise UsageError(f"{where}{path} is no baseline: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{where}{path} is no baseline: it is nested too deep") from error
    if not isinstance(content, dict) or not isinstance(content.get("findings"), list):
        raise UsageError(f"{where}{path} is no baseline: it holds an object with 'findings'")
    if content.get("version") != VERSION:
        raise UsageError(f"{where}{path} is a baseline of version {content.get('version')!r}; this aiblint reads {VERSION}")
    made = Baseline(path)
    for number, said in enumerate(content["findings"], 1):
        entry = _entry(said)
        if entry is None:
            raise UsageError(f"{where}{path} is no baseline: its entry {number} is none")
        made.entries.setdefault(str(said["path"]), []).append(entry)
    return made


def _entry(said: Any) -> Entry | None:
    if not isinstance(said, dict) or not all(isinstance(said.get(name, ""), str) for name in _TEXTS):
        return None
    count = said.get("count", 1)
    if "path" not in said or "rule" not in said or not isinstance(count, int) or isinstance(count, bool) or count < 1:
        return None
    sets = said.get("with", [])
    if not isinstance(sets, list) or not all(isinstance(name, str) for name in sets):
        return None
    # Older baselines hold secrets that stand in names; what is printed of them, and compared with them, has none.
    template, place = masking.mask(said.get("template", "")), masking.mask(said.get("at", ""))
    return Entry(said["rule"], said.get("name", ""), template, place, said.get("subject", ""), tuple(sets), count)
