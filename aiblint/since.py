"""What a pull request brought: findings that were there before, where its commits begin, are known already."""

from __future__ import annotations

import os

from aiblint import git, known, parameters, sniff
from aiblint.check import quote
from aiblint.checkout.past import PastCheckouts
from aiblint.checkout.repository import SUBMODULE, Repository, Unreadable, refusal
from aiblint.choice import UsageError
from aiblint.config.kinds import Ignored
from aiblint.config.past import stated_in
from aiblint.suppress.ignores import EXTERNAL
from aiblint.syntax.json import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiblint.config import Exemption
    from aiblint.document import Document
    from aiblint.engine import Result
    from aiblint.finding import Finding
    from aiblint.known import Sight
    from aiblint.suppress.ignores import Ignore

_LARGEST = 100 << 20
_MOST_LOST = 100
"""Files that are gone of which it is looked up what was found in them."""
_RENAMES = ("diff-index", "--cached", "-r", "-M", "-z", "--name-status", "--diff-filter=R", "--no-ext-diff", "--no-textconv")


class Since:
    """The findings as of the commit in which a reference and HEAD part.

    That is where a branch begins: what others brought to the reference meanwhile is not this branch's doing, nor its merit.
    Files are compared with what they were, under the name that they had, with the parameter files and scripts of then; by the
    rules, the configuration and the day of now. `commit` is the full id. UsageError: the reference cannot be followed.
    """

    spares = True

    def __init__(self, ref: str, sources: tuple[tuple[str, str], ...], paths: Sequence[str] = ()) -> None:
        self.label = f"from before {ref}"
        self._ref = ref
        root = _work_tree(paths)
        self._commits: dict[str, str] = {}
        self._strangers: list[str] = []
        self._absent: set[str] = set()
        self._names: dict[str, dict[str, str]] = {}
        self._findings: dict[str, list[Finding]] = {}
        self._lost: dict[str, dict[str, list[Finding] | None]] = {}
        self._silencing: set[tuple[str, int]] = set()
        self._exemptions: dict[str, list[dict[str, str]]] = {}
        self._checkouts = PastCheckouts(sources, self._commits)
        self.commit = self._commits[root] = _parting(ref, root)

    def part(self, path: str, findings: list[Finding], result: Result | None, sight: Sight) -> list[Finding]:
        """The findings of a file that were not there before."""
        if not findings:
            return findings
        return known.part(known.entries_of(self._before(path, sight, findings)), findings, known.Scene(result))

    def was_idle(self, exemption: Exemption, ignore: Ignore, sights: Iterable[tuple[str, Sight]]) -> bool:
        """Whether an exception of the configuration stood there before, and silenced nothing in any of some files."""
        fields = {name: value for name in Ignored.FIELDS if (value := getattr(exemption, name))}
        if fields not in self._stated(exemption.file):
            return False
        for path, sight in sights:
            self._before(path, sight)
        return (ignore.document.path, ignore.start) not in self._silencing

    def _stated(self, path: str) -> list[dict[str, str]]:
        """The exceptions that a configuration stated."""
        if path not in self._exemptions:
            place = self._place(path)
            data = self._read(*place) if place is not None else None
            self._exemptions[path] = list(stated_in(path, data.decode("utf-8-sig", "replace"))) if data is not None else []
        return self._exemptions[path]

    def notes(self) -> list[str]:
        """What people should know."""
        told = [
            f"{root or 'what lies in no git work tree'}: nothing tells what it was at {self._ref}, so all that is found there is shown"
            for root in self._strangers
        ]
        if self._absent:
            first = min(self._absent)
            more = f" and {len(self._absent) - 1} more" if len(self._absent) > 1 else ""
            told.append(
                f"{first}{more}: what was in it at {self._ref} is not in this clone (a partial one: git fetch --refetch), "
                "so all that is found there is shown"
            )
        return told

    def close(self) -> None:
        """Ends the programs that were started."""
        self._checkouts.close()

    def _before(self, path: str, sight: Sight, now: list[Finding] | None = None) -> list[Finding]:
        """What was found in a file. `now` are its findings, by which a file may be known that git does not know again."""
        if path not in self._findings:
            place = self._place(path)
            if place is None:
                self._findings[path] = []
            elif now and self._read(*place) is None:
                self._findings[path] = self._follow(place[0], path, sight, now)
            else:
                self._findings[path] = self._found(*place, path, sight)
        return self._findings[path]

    def _follow(self, root: str, path: str, sight: Sight, now: list[Finding]) -> list[Finding]:
        """What was found in a file that is not there any more, and of which most is found in this one: by the baseline's measure."""
        if root not in self._lost:
            gone = _gone(self._commits[root], root) - set(self._names[root].values())
            self._lost[root] = dict.fromkeys(sorted(gone)[:_MOST_LOST])
        here = {entry.key: entry.count for entry in known.entries_of(now)}
        shares: list[tuple[float, bool, str, list[Finding]]] = []
        for name, looked in self._lost[root].items():
            found = self._found(root, name, path, sight) if looked is None else looked
            self._lost[root][name] = found
            if found:
                alike = name.rpartition("/")[2] == os.path.basename(path)
                shares.append((known.share(known.entries_of(found), here), alike, name, found))
        share, _, name, found = max(shares, key=lambda each: each[:3], default=(0.0, False, "", []))
        if share < known.MOST_OF_IT:
            return []
        del self._lost[root][name]
        return found

    def _found(self, root: str, name: str, path: str, sight: Sight) -> list[Finding]:
        """What was found in the file that had this name and goes by `path` now."""
        data = self._read(root, name)
        if data is None or not sniff.may_hold_template(data):
            return []
        document = read(data, path)
        sets: list[Document] = []
        if document.root is not None and document.root.find("parameters"):
            sets = self._beside(root, name) if sight.given is None else self._given(sight.given)
        result = sight.again(document, sets, self._checkouts)
        self._silencing |= {(by.document.path, by.start) for _, by in result.silenced if by.kind == EXTERNAL}
        return result.findings

    def _place(self, path: str) -> tuple[str, str] | None:
        """The work tree that a file lies in, and the path that it had there; None where nobody knows what was there."""
        folder, base = os.path.split(os.path.abspath(path))
        root = git.work_tree(folder)
        if root is None or self._commit(root) is None:
            if (root or "") not in self._strangers:
                self._strangers.append(root or "")
            return None
        name = os.path.relpath(os.path.join(os.path.realpath(folder), base), os.path.realpath(root)).replace(os.sep, "/")
        if root not in self._names:
            self._names[root] = _renames(self._commits[root], root)
        return root, self._names[root].get(name, name)

    def _commit(self, root: str) -> str | None:
        """The commit to compare with; of a submodule the one that the repository around it had then."""
        if root not in self._commits:
            around = git.work_tree(os.path.dirname(root))
            if around is None or around == root or self._commit(around) is None:
                return None
            name = os.path.relpath(os.path.realpath(root), os.path.realpath(around)).replace(os.sep, "/")
            try:
                entry = self._checkouts.repository(around).committed(self._commits[around], name)
            except Unreadable:
                return None
            if entry is None or not entry.mode.startswith(SUBMODULE) or Repository(root).commit(entry.id) is None:
                return None
            self._commits[root] = entry.id
        return self._commits[root]

    def _read(self, root: str, name: str) -> bytes | None:
        """What a file held; None where there was none."""
        repository = self._checkouts.repository(root)
        try:
            entry = repository.committed(self._commits[root], name)
        except Unreadable:
            self._absent.add(name)
            return None
        if entry is None or not entry.is_file:
            return None
        blob = repository.blob(entry.id)
        if blob is None or blob.data is None:
            self._absent.add(name)
            return None
        return blob.data

    def _beside(self, root: str, name: str) -> list[Document]:
        """The parameter files that lay beside a template."""

        def listed(folder: str) -> list[str]:
            repository = self._checkouts.repository(root)
            try:
                tree = self._commits[root] + (f":{folder}" if folder else "^{tree}")
                return sorted(
                    each for each, entry in repository.tree(tree).items() if each.lower().endswith(".json") and entry.is_file
                )
            except Unreadable:
                return []

        found = []
        for other in parameters.beside(name, listed):
            data = self._read(root, other)
            document = parameters.of(data, other) if data is not None else None
            if document is not None:
                found.append(document)
        return found

    def _given(self, given: list[Document]) -> list[Document]:
        """Parameter files that were named, as they were; those that nobody knows as they are."""
        found = []
        for document in given:
            place = self._place(document.path)
            if place is None:
                found.append(document)
                continue
            data = self._read(*place)
            before = parameters.of(data, document.path) if data is not None else None
            if before is not None:
                found.append(before)
        return found


def _work_tree(paths: Sequence[str]) -> str:
    """The work tree that a run is about: the one around the current folder where that holds all paths, else that of the paths.

    UsageError: there is none, or there are two.
    """
    here = git.work_tree(os.getcwd())
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in paths]
    trees = {os.path.realpath(tree): tree for folder in folders or ["."] if (tree := git.work_tree(folder)) is not None}
    for top in ([here] if here is not None else []) + sorted(trees.values(), key=len):
        inside = os.path.join(os.path.realpath(top), "")
        if all(os.path.join(tree, "").startswith(inside) for tree in trees):
            return top
    if trees:
        one, other = sorted(trees.values())[:2]
        raise UsageError(f"--since compares with a commit of one repository, and there are paths of two: {one} and {other}")
    raise UsageError(f"--since compares with a commit, and {os.path.abspath((folders or ['.'])[0])} lies in no git work tree")


def _gone(commit: str, root: str) -> set[str]:
    """The files of a commit that could be templates and are not there any more."""
    told = git.ask(root, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]) or b""
    names = (os.fsdecode(name) for name in told.split(b"\0") if name.lower().endswith((b".json", b".jsonc")))
    return {name for name in names if not os.path.lexists(os.path.join(root, name))}


def _parting(ref: str, root: str) -> str:
    """The commit in which a reference and HEAD part. Raises UsageError."""
    if not ref:
        raise UsageError("--since names a commit, a branch or a tag; an empty text names none (an unset variable?)")
    if ref.startswith("-"):
        raise UsageError(f"--since names a commit, a branch or a tag, and {quote(ref)} cannot be one")
    if not git.is_installed():
        raise UsageError("--since asks git, which is not installed")
    shallow = git.ask(root, ["rev-parse", "--is-shallow-repository"])
    if shallow is None:
        raise UsageError(f"--since cannot compare: {refusal(root)}")
    objects = git.Objects(root)
    try:
        commits = [objects.read(f"{name}^{{commit}}", _LARGEST) for name in (ref, "HEAD", f"origin/{ref}")]
    finally:
        objects.close()
    asked, head, remote = commits
    if head is None:
        raise UsageError("--since compares with a commit, and there is none yet in this repository")
    deeper = (
        ""
        if shallow.strip() != b"true"
        else "; this clone is shallow: fetch the history, too (actions/checkout: `fetch-depth: 0`)"
    )
    if asked is None:
        advice = f"; did you mean 'origin/{ref}'?" if remote is not None else deeper or _where_it_is(ref)
        raise UsageError(f"--since: there is no commit {quote(ref)} in this clone{advice}")
    told = git.ask(root, ["merge-base", asked.id, head.id])
    if told is None:
        raise UsageError(f"--since: {quote(ref)} and HEAD have no commit in common{deeper}")
    return told.decode("ascii").split()[0]


def _where_it_is(ref: str) -> str:
    if "@{" in ref:
        return "; @{…} asks what this clone remembers, and it remembers nothing of the kind: name a branch, a tag or a commit"
    if ref[-1:].isdigit() and set(ref.rstrip("0123456789")[-1:]) & {"~", "^"}:
        return "; its history does not go back that far"
    return "; git fetch may bring it"


def _renames(commit: str, root: str) -> dict[str, str]:
    """The name that each renamed file had at a commit, as far as git sees that in what is committed or staged."""
    for similar in ("-M", "-M100%"):  # of thousands of files git may not find out in time which are alike
        told = git.ask(root, [*_RENAMES, similar, commit])
        if told is not None:
            fields = [os.fsdecode(field) for field in told.split(b"\0")]
            return dict(zip(fields[2::3], fields[1::3], strict=False))
    return {}
