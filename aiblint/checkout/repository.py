"""One repository on this machine: its remotes, its index, its commits; asked of git when first needed, then remembered."""

from __future__ import annotations

import os

from aiblint import git
from aiblint.checkout import hosts, working_copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.checkout.causes import Cause

LARGEST = 100 << 20
"""Bytes beyond which the content of a file is not read. GitHub takes no larger ones."""

_LARGEST_KEPT = 1 << 20

HISTORY_SECONDS = 3.0
"""How long git may look for the commits that changed one file."""

_REFUSED = b"?"

FILE, LINK, SUBMODULE, FOLDER = "100", "120", "160", "40"
"""How the modes of entries begin."""


class Entry:
    """What stands at a path in the index or in a commit: its mode (octal digits) and the object's id."""

    __slots__ = ("id", "mode")

    def __init__(self, mode: str, id: str) -> None:
        self.mode = mode
        self.id = id

    @property
    def is_file(self) -> bool:
        return self.mode.startswith(FILE)


class Unreadable(Exception):
    """Git does not tell: it is missing or refuses, a merge is unresolved, an object was not fetched."""


class Repository:
    """The repository whose work tree begins at `root`. Paths are relative to it, with `/` between names."""

    __slots__ = (
        "_blobs",
        "_changes",
        "_head",
        "_index",
        "_names",
        "_objects",
        "_remotes",
        "_trees",
        "causes",
        "folder",
        "revisions",
        "root",
    )

    _tip = "HEAD"
    """Where the history that counts begins."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.folder, self._remotes = _remotes(root)
        self._objects = git.Objects(root)
        self._index: bytes | None = None
        self._names: dict[str, list[str]] | None = None
        self._head: str | None = None
        self._trees: dict[str, dict[str, Entry]] = {}
        self._blobs: dict[str, git.Object | None] = {}
        self._changes: dict[tuple[str, int], list[str]] = {}
        # What `checkout.causes` found out, kept here because each template has a checkout of its own: by address and checksum
        # what the checksum is of, by commit and path the object and its two checksums.
        self.causes: dict[tuple[str, str], Cause | None] = {}
        self.revisions: dict[tuple[str, str], tuple[str, str, str] | None] = {}

    @property
    def remotes(self) -> list[tuple[str, str]]:
        """Name and `host/path` of every remote that is no folder of this machine."""
        return self._remotes

    def staged(self, path: str) -> Entry | None:
        """The entry of the index: what the next commit has at a path. Raises Unreadable."""
        listed, name = self._listed(), _encoded(path)
        at = listed.find(b"\t" + name + b"\0")
        while at >= 0:
            start = listed.rfind(b"\0", 0, at) + 1
            if listed.find(b"\t", start) == at:
                mode, id, stage = listed[start:at].decode("ascii").split(" ")
                if stage != "0":
                    raise Unreadable
                return Entry(mode, id)
            at = listed.find(b"\t" + name + b"\0", at + 1)
        return None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the index: before the first `git add`, or in a clone without checkout. Raises Unreadable."""
        return not self._listed()

    @property
    def refusal(self) -> str | None:
        """What people should know where an installed git was asked for the index and did not tell."""
        if self._index != _REFUSED or not git.is_installed():
            return None
        return f"scripts in {self.root} were not compared: {refusal(self.root)}"

    def has(self, path: str) -> bool:
        """Whether a file of this machine, by its absolute path, is in the index."""
        try:
            inside = os.path.relpath(os.path.realpath(path), os.path.realpath(self.root)).replace(os.sep, "/")
            return self.staged(inside) is not None
        except (Unreadable, ValueError):  # a relative path leads from one drive to another
            return False

    def names(self) -> Iterator[str]:
        """The paths of all files in the index. Raises Unreadable."""
        for record in self._listed().split(b"\0")[:-1]:
            yield _decoded(record.partition(b"\t")[2])

    def spelled_otherwise(self, path: str) -> list[str]:
        """Paths in the index that differ from one in capitals only. Raises Unreadable."""
        if self._names is None:
            self._names = {}
            for name in self.names():
                self._names.setdefault(name.lower(), []).append(name)
        return [name for name in self._names.get(path.lower(), ()) if name != path]

    def committed(self, commit: str, path: str) -> Entry | None:
        """The entry at a path in a commit. Raises Unreadable."""
        entry: Entry | None = Entry(FOLDER, f"{commit}^{{tree}}")
        for name in path.split("/"):
            if entry is None or not entry.mode.startswith(FOLDER):
                return None
            entry = self.tree(entry.id).get(name)
        return entry

    def tree(self, name: str) -> dict[str, Entry]:
        """The entries of a folder. Raises Unreadable."""
        if name not in self._trees:
            found = self._objects.read(name, LARGEST)
            if found is None or found.kind != "tree" or found.data is None:
                raise Unreadable
            self._trees[name] = dict(_entries(found.data, len(found.id) // 2))
        return self._trees[name]

    def blob(self, id: str) -> git.Object | None:
        """A file's content; None where it is not here (a partial clone)."""
        if id in self._blobs:
            return self._blobs[id]
        found = self._objects.read(id, LARGEST)
        if found is not None and found.kind != "blob":
            found = None
        if found is None or found.size < _LARGEST_KEPT:
            self._blobs[id] = found
        return found

    def content(self, commit: str, path: str) -> git.Object | None:
        """What a file holds in a commit, as `blob`; the id tells whether two are the same. None where there is none."""
        found = self._objects.read(f"{commit}:{path}", LARGEST)
        return found if found is not None and found.kind == "blob" else None

    def commit(self, name: str) -> str | None:
        """The full id of a commit by its id, a part of it, or a full reference; None where it is not here."""
        return self._commit(name) if _is_plain(name) else None

    def _commit(self, name: str) -> str | None:
        found = self._objects.read(f"{name}^{{commit}}", LARGEST)
        return found.id if found is not None else None

    @property
    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        if self._head is None:
            self._head = self.commit(self._tip) or ""
        return self._head or None

    def is_tag(self, name: str) -> bool:
        return self.commit(f"refs/tags/{name}") is not None

    def is_branch(self, name: str) -> bool:
        """Whether a branch of this name is known, here or of a remote."""
        return any(self._tips(name))

    def is_on_branch(self, name: str, path: str) -> bool:
        """Whether a branch, here or of a remote, has a file at a path. Raises Unreadable."""
        return any(self.committed(tip, path) is not None for tip in self._tips(name))

    def _tips(self, branch: str) -> Iterator[str]:
        for place in ("refs/heads", *sorted({f"refs/remotes/{remote}" for remote, _ in self._remotes})):
            tip = self.commit(f"{place}/{branch}")
            if tip is not None:
                yield tip

    def changes(self, path: str, most: int) -> list[str]:
        """The last commits, from HEAD back, that changed a file, newest first; as many as can be found in time."""
        if (path, most) not in self._changes:
            told = git.ask(self.root, ["rev-list", f"--max-count={most}", self._tip, "--", path], seconds=HISTORY_SECONDS)
            self._changes[path, most] = told.decode("ascii").split() if told is not None else []
        return self._changes[path, most]

    def renamed(self, path: str) -> str | None:
        """Where a file that the index lacks went, in what is staged or in the last commit that changed it."""
        head = self.head
        if head is None:
            return None
        options = ["-r", "-M", "-z", "--name-status", "--diff-filter=R", "--no-ext-diff", "--no-textconv"]
        try:
            if self.committed(head, path) is not None:
                command = ["diff-index", "--cached", *options, head]
            else:
                last = self.changes(path, 1)
                command = ["diff-tree", "--no-commit-id", *options, *last]
                if not last:
                    return None
            told = (git.ask(self.root, command, seconds=HISTORY_SECONDS, index=self._index_file()) or b"").split(b"\0")
            pairs = dict(zip(told[1::3], told[2::3], strict=False))
            new = _decoded(pairs.get(_encoded(path), b""))
            return new if new and self.staged(new) is not None else None
        except Unreadable:
            return None

    def deleted(self) -> list[str]:
        """The files that the commit under way takes out or renames; between the two commits that pre-commit compares, if it does."""
        options = ["-r", "-z", "--name-only", "--no-renames", "--diff-filter=D", "--no-ext-diff", "--no-textconv"]
        # Names by whoever runs pre-commit, so they may be worked out (HEAD~1).
        names = [os.environ.get(f"PRE_COMMIT_{end}_REF") for end in ("FROM", "TO")]
        old, new = (self._commit(name) if name else None for name in names)
        if old is not None and new is not None:
            command = ["diff-tree", "--no-commit-id", *options, old, new]
        elif self.head is not None:
            command = ["diff-index", "--cached", *options, self.head]
        else:
            return []
        told = git.ask(self.root, command, index=self._index_file())
        return [_decoded(name) for name in (told or b"").split(b"\0") if name]

    def is_untracked(self, path: str) -> bool:
        """Whether git would add a file of the working copy, as opposed to ignoring it."""
        return bool(git.ask(self.root, ["ls-files", "-z", "--others", "--exclude-standard", "--", path]))

    def working_copy(self, path: str) -> bytes | None:
        """What lies at a path of the work tree, in git or not; None where no file of a bearable size does."""
        return working_copy.read(self.root, path, LARGEST)

    def lies(self, path: str, least: int = 0) -> bool:
        """Whether something of at least so many bytes lies at a path of the work tree."""
        try:
            return os.lstat(os.path.join(self.root, *path.split("/"))).st_size >= least
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        self._objects.close()

    def _listed(self) -> bytes:
        if self._index is None:
            told = self._ask_for_index()
            self._index = told if told is not None and told[-1:] in (b"", b"\0") else _REFUSED
        if self._index == _REFUSED:
            raise Unreadable
        return self._index

    def _ask_for_index(self) -> bytes | None:
        return git.ask(self.root, ["ls-files", "-z", "--stage"], index=self._index_file())

    def _index_file(self) -> str | None:
        """The index that the commit under way is made from: a hook is told of it where it is not the usual one."""
        given = os.environ.get("GIT_INDEX_FILE")
        if not given or self.folder is None:
            return None
        path = os.path.abspath(given)
        return path if os.path.realpath(os.path.dirname(path)) == os.path.realpath(self.folder) else None


def refusal(root: str) -> str:
    """Why git does not read a work tree, as far as that can be told, and what to do."""
    owner = getattr(os, "getuid", None)
    try:
        foreign = owner is not None and os.stat(root).st_uid != owner()
    except OSError:
        foreign = False
    if foreign:
        from shlex import quote

        return (
            "git does not read a work tree of another user; if you trust it: "
            f"git config --global --add safe.directory {quote(root)}"
        )
    return "git does not read this work tree, or took too long"


def _encoded(path: str) -> bytes:
    try:
        return path.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair: no file is called so
        raise Unreadable from error


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _is_plain(name: str) -> bool:
    """Whether text out of a template is a name of a commit and nothing that git would work out (`^`, `~`, `@{…}`, `:`)."""
    special = any(character in "^~:?*[\\" or character <= " " or character == "\x7f" for character in name)
    return not special and ".." not in name and "@{" not in name and not name.startswith("-")


def _entries(data: bytes, length: int) -> Iterator[tuple[str, Entry]]:
    """The entries of a tree object: `mode SP name NUL id`, ids of `length` bytes."""
    at = 0
    while at < len(data):
        blank = data.index(b" ", at)
        end = data.index(b"\0", blank)
        id = data[end + 1 : end + 1 + length].hex()
        yield _decoded(data[blank + 1 : end]), Entry(data[at:blank].decode("ascii"), id)
        at = end + 1 + length


def _remotes(root: str) -> tuple[str | None, list[tuple[str, str]]]:
    """The folder that git keeps for this work tree, and the repositories of the remotes, read without starting git."""
    folder = common = os.path.join(root, ".git")
    try:
        if os.path.isfile(folder):  # a linked work tree or a submodule
            with open(folder, encoding="utf-8", errors="replace") as file:
                folder = common = os.path.join(root, file.read().removeprefix("gitdir:").strip())
            pointer = os.path.join(folder, "commondir")
            if os.path.isfile(pointer):
                with open(pointer, encoding="utf-8", errors="replace") as file:
                    common = os.path.join(folder, file.read().strip())
        with open(os.path.join(common, "config"), encoding="utf-8", errors="replace") as file:
            return folder, list(_urls(file.read()))
    except (OSError, ValueError):  # ValueError: a NUL in the path that a file `.git` names
        return None, []


def _urls(text: str) -> Iterator[tuple[str, str]]:
    """(name, `host/path`) of each remote in a configuration of git."""
    name = ""
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("["):
            head, _, rest = bare.partition("]")
            kind, _, quoted = head[1:].partition(" ")
            name = quoted.strip().strip('"') if kind.lower() == "remote" else ""
            bare = rest.strip()
        key, found, value = bare.partition("=")
        if name and found and key.strip().lower() in ("url", "pushurl"):
            named = hosts.remote(value.strip().strip('"'))
            if named is not None:
                yield name, named
