"""From an address to the file of a repository that it means."""

from __future__ import annotations

import os
import re

from aiblint.checkout import hosts, working_copy
from aiblint.checkout.file import File
from aiblint.checkout.hosts import BRANCH, COMMIT, TAG
from aiblint.checkout.repository import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.checkout.hosts import Place
    from aiblint.checkout.repository import Entry, Repository

_USUAL = ("HEAD", "main", "master")
_SHORT_ID = r"(?i:[0-9a-f]{7,64})"
_VERSION = r"(?i:v?\d+(?:\.\d+)+(?:[-+.]\w+)*)"
_MOST_NAMES_OF_BRANCH = 8
_EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)


def find(text: str, repository: Repository, sources: tuple[tuple[str, str], ...]) -> File | None:
    """The file of a repository that an address means; None where it means none, or nobody here can tell.

    `sources` are starts of addresses and the folders that they serve. Git is asked only for what can be of this repository.
    """
    path = _by_sources(text, repository.root, sources)
    try:
        if path is not None:
            return _in_checkout(File(text, path, None, own=True), repository, known=False)
        place = hosts.place(text)
        own = _is_own(place, repository) if place is not None else None
        if place is None or own is None or (not own and not any(repository.lies(path) for _, path in _readings(place))):
            return None
        return _at(text, place, own, repository)
    except Unreadable:
        return None


def _by_sources(text: str, root: str, sources: tuple[tuple[str, str], ...]) -> str | None:
    """The path in the repository that the configuration's `sources` give an address."""
    for start, folder in sources:
        host = start.find("/", start.find("//") + 2)
        if text[:host].lower() != start[:host].lower() or not text[host:].startswith(start[host:]):
            continue
        rest = re.split(r"[?#]", text[len(start) :], maxsplit=1)[0]
        names = hosts.names(rest)
        below = os.path.relpath(os.path.realpath(folder), os.path.realpath(root)).replace(os.sep, "/")
        if names is not None and below != ".." and not below.startswith("../"):
            return "/".join(names if below == "." else [below, *names])
    return None


def _at(text: str, place: Place, own: bool, repository: Repository) -> File | None:
    reading = _reading(place, repository)
    if reading is None:
        return None
    kind, ref, path, known = reading
    file = File(text, path, place, own=own, ref=ref, kind=kind)
    if kind == BRANCH:
        return _in_checkout(file, repository, known=known)
    file.commit = repository.commit(ref if kind == COMMIT else f"refs/tags/{ref}")
    if file.commit is None:
        return None
    entry = repository.committed(file.commit, path)
    if entry is None:
        file.missing = True
        return file if own else None
    return _filled(file, entry, repository)


def _in_checkout(file: File, repository: Repository, *, known: bool) -> File | None:
    """A file as the next commit will have it."""
    entry = repository.staged(file.path)
    if entry is None and repository.is_empty and repository.head is not None:
        entry = repository.committed(repository.head, file.path)
    if entry is not None:
        return _filled(file, entry, repository)
    data = repository.working_copy(file.path)
    if data is not None and repository.is_untracked(file.path):
        file.untracked = True
        file.stored = working_copy.as_stored(repository.root, file.path, data)
        file.length = len(file.stored if file.stored is not None else data)
        return file
    if not file.own:
        return None
    file.missing = True
    file.ignored = data is not None
    return _judged(file, repository, known)


def _is_own(place: Place, repository: Repository) -> bool | None:
    """Whether an address is of this repository; False where it may be of its fork, None where it is of another one.

    A fork keeps the name. Without any remote nobody knows what this repository is called.
    """
    likely = not repository.remotes
    for _, name in repository.remotes:
        same = hosts.same(place.repository, name)
        if same:
            return True
        likely = likely or same is None or name.rpartition("/")[2] == place.repository.rpartition("/")[2]
    return False if likely else None


def _readings(place: Place) -> Iterator[tuple[str, str]]:
    """The ways to part an address into reference and path: names of branches and tags may hold slashes."""
    if place.ref is not None:
        yield place.ref, "/".join(place.names)
        return
    for count in range(1, min(len(place.names), _MOST_NAMES_OF_BRANCH + 1)):
        yield "/".join(place.names[:count]), "/".join(place.names[count:])


def _reading(place: Place, repository: Repository) -> tuple[str, str, str, bool] | None:
    """Kind, reference, path, and whether the reference is known here; None where nobody can tell what is meant."""
    readings = list(_readings(place))
    for ref, path in readings:
        if place.kind == COMMIT:
            return COMMIT, ref, path, True
        kinds = _kinds(ref, place.kind, repository)
        if len(kinds) == 1:
            return kinds[0], ref, path, True
        if kinds:
            return None
    ref, path = readings[0]
    if place.kind == TAG or (not place.kind and (re.fullmatch(_VERSION, ref) or re.fullmatch(_SHORT_ID, ref))):
        return None
    for ref, path in readings:
        if repository.staged(path) is not None:
            return BRANCH, ref, path, ref in _USUAL
    return BRANCH, *readings[0], readings[0][0] in _USUAL


def _kinds(ref: str, kind: str, repository: Repository) -> list[str]:
    """What a reference is in this repository; several where it is the name of a tag and of a branch."""
    kinds = []
    if kind != BRANCH and repository.is_tag(ref):
        kinds.append(TAG)
    if kind != TAG and (ref == "HEAD" or repository.is_branch(ref)):
        kinds.append(BRANCH)
    if not kinds and not kind and re.fullmatch(_SHORT_ID, ref) and repository.commit(ref) is not None:
        kinds.append(COMMIT)
    return kinds


def _filled(file: File, entry: Entry, repository: Repository) -> File | None:
    """The file with its content; None for a link or a submodule: what hosts serve for them differs."""
    if not entry.is_file:
        return None
    blob = repository.blob(entry.id)
    if blob is not None:
        # `git add --intent-to-add` puts the empty file into the index until the real one is added.
        promised = entry.id in _EMPTY_BLOBS and file.commit is None and repository.lies(file.path, 1)
        file.stored = blob.data if not promised else None
        file.length = blob.size if not promised else None
    return file


def _judged(file: File, repository: Repository, known: bool) -> File | None:
    """A missing file: surely so where it was here before, or where the branch is one of this repository.

    None where it lies on the branch that the address names and never was on this one: that branch is kept apart.
    """
    head = repository.head
    was_here = head is not None and (
        repository.committed(head, file.path) is not None or bool(repository.changes(file.path, 1))
    )
    if not was_here and file.kind == BRANCH and repository.is_on_branch(file.ref, file.path):
        return None
    file.certain = was_here or known
    return file
