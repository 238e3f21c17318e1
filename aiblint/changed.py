"""What `--changed` looks at: templates that changed, and the steps of other templates that use a file which changed."""

from __future__ import annotations

import os
import re

from aiblint import address, files, git, parameters, sniff
from aiblint.checkout.repository import Unreadable
from aiblint.choice import UsageError
from aiblint.pattern import lazy
from aiblint.syntax.json import read
from aiblint.template import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aiblint.checkout import Checkout, Checkouts
    from aiblint.checkout.repository import Repository
    from aiblint.document import Document
    from aiblint.linting import Steps
    from aiblint.value import Value


_BEGINNING = 1 << 16
# Byte order marks, blanks and comments, then an object.
_OBJECT = lazy(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s|//[^\n]*|/\*.*?\*/)*+\{", re.DOTALL)


class Change:
    """What changed in the repository around the current folder. `paths` are relative to its top folder `root`."""

    __slots__ = ("paths", "root", "templates")

    def __init__(self, root: str, paths: frozenset[str], templates: list[str]) -> None:
        self.root = root
        self.paths = paths
        self.templates = templates


def change(given: Sequence[str], checkouts: Checkouts) -> Change:
    """The files that are named, and those that the commit under way deletes. Outside of a repository only templates count.

    `templates` are the named files that exist and can be templates, and those that named parameter files lie beside.
    UsageError: a folder, or a name that nothing ever had.
    """
    root = git.work_tree(os.getcwd())
    repository = checkouts.repository(root) if root is not None else None
    for name in given:
        if not os.path.isfile(name) and not _was_here(name, root, repository):
            if os.path.isdir(name):
                raise UsageError(f"--changed takes the names of files that changed, and {name} is a folder")
            raise UsageError(f"{name if name.isprintable() else ascii(name)}: does not exist, and never did in this repository")
    named = [name for name in given if os.path.isfile(name) and _may_be_template(name)]
    named += parameters.users(given, named)
    if root is None or repository is None:
        return Change("", frozenset(), named)
    paths = {inside for name in given if (inside := _inside(name, root)) is not None}
    paths.update(repository.deleted())
    return Change(root, frozenset(paths), named)


def users(
    change: Change, checkouts: Checkouts, given: Callable[[str], list[Document] | None]
) -> Iterator[tuple[str, bytes, Steps]]:
    """The other templates of the repository that use a file which changed: path, content, and the steps that use it.

    `given` tells for a path which parameter files it is deployed with (None: those beside it).
    """
    marks = _marks(change.paths)
    if not marks:
        return
    known = {os.path.realpath(name) for name in change.templates}
    found = files.find([os.path.relpath(change.root)])
    for path, content in sniff.sift([path for path in found if os.path.realpath(path) not in known]):
        if not isinstance(content, bytes):
            continue
        sets = given(path)
        if sets is None:
            sets = [document for other in parameters.beside(path) if (document := parameters.read(other)) is not None]
        if any(marks.search(text) for text in (content, *(document.text.encode(errors="replace") for document in sets))):
            steps = _steps(read(content, path), checkouts.around(path), change.paths, sets)
            if steps:
                yield path, content, steps


def _was_here(name: str, root: str | None, repository: Repository | None) -> bool:
    """Whether git knows a name that is no file: one that is deleted, a submodule, or a link to a folder."""
    inside = _inside(name, root) if root is not None else None
    if repository is None or inside is None:
        return False
    try:
        if repository.staged(inside) is not None:
            return True
    except Unreadable:
        return True  # then nobody can tell
    return not os.path.isdir(name) and (inside in repository.deleted() or bool(repository.changes(inside, 1)))


def _may_be_template(name: str) -> bool:
    """Whether a file is called like a template, or begins as one: among all that changed, scripts and texts quote templates."""
    if name.lower().endswith(files.EXTENSIONS):
        return True
    try:
        with open(name, "rb") as file:
            return _OBJECT.match(file.read(_BEGINNING).replace(b"\0", b"")) is not None
    except OSError:
        return False


def _inside(name: str, root: str) -> str | None:
    """A file that is named from the current folder, by its path in the repository; None where it lies outside."""
    folder, base = os.path.split(os.path.abspath(name))
    path = os.path.relpath(os.path.join(os.path.realpath(folder), base), os.path.realpath(root)).replace(os.sep, "/")
    return path if path != ".." and not path.startswith("../") and not os.path.isabs(path) else None


def _marks(paths: Iterable[str]) -> re.Pattern[bytes] | None:
    """What stands in every file that names one of the paths, whatever the encoding of its address: a part of the last name."""
    parts = set()
    for path in paths:
        words = re.findall(r"[A-Za-z0-9]+", path.rpartition("/")[2])
        if words:
            longest = max(words, key=len)
            # In UTF-16 a NUL stands between the letters.
            parts.add(r"\0?".join(longest))
        else:
            parts.add("")
    return re.compile("|".join(sorted(parts)).encode("ascii"), re.IGNORECASE) if parts else None


def _steps(document: Document, checkout: Checkout, wanted: frozenset[str], sets: list[Document]) -> Steps:
    found = set()
    deployments: list[Document | None] = [*sets] or [None]
    for given in deployments:
        defined = given.root.find("parameters") if given is not None and given.root is not None else None
        for template in find(document, defined):
            workload = template.root.get("properties", "optimize", "workload")
            for step in [*template.steps, *([workload] if workload is not None else [])]:
                if any(_is_of(value, checkout, wanted) for value in _addresses(step)):
                    found.add((template.node.pointer, step.path))
    return frozenset(found)


def _addresses(step: Value) -> Iterator[Value]:
    for each in (step, *step.alternatives):
        uri = address.used_by(each)
        if uri is not None:
            yield from (uri, *uri.alternatives)


def _is_of(value: Value, checkout: Checkout, wanted: frozenset[str]) -> bool:
    """Whether an address means one of the files, and follows what is changed in them."""
    file = checkout.file(value.text) if value.text else None
    return file is not None and file.is_moving and file.path in wanted
