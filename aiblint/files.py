"""Which files the given paths stand for: those that git would list, or all with a fitting name."""

from __future__ import annotations

import os
import stat

from aiblint import git
from aiblint.sniff import PathError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EXTENSIONS = (".json", ".jsonc")
"""What a file must end with to be found in a folder; a file that is named itself is always taken."""

# Nobody keeps templates of their own in these: version control, installed packages, caches, copies made by tools.
SKIPPED_FOLDERS = frozenset(
    (
        ".eggs",
        ".git",
        ".hg",
        ".hypothesis",
        ".idea",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".terraform",
        ".terragrunt-cache",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "bower_components",
        "node_modules",
        "site-packages",
        "venv",
    )
)

_SUBMODULE = b"160000"


def find(paths: Iterable[str], on_error: Callable[[OSError], object] | None = None) -> list[str]:
    """The files to read, in the order of `paths`, below a folder sorted by name; each file once, under the first name it has.

    A named file is taken whatever it is called; a folder is searched for files ending in `EXTENSIONS`, without those that
    git ignores, without the folders in `SKIPPED_FOLDERS`, and without following links to folders; pipes and devices in it are
    left out. Names begin as the path was given, without a leading `./`. `on_error` is told of folders that cannot be
    listed. PathError: a path that does not exist, or is a pipe or device.
    """
    found: dict[str, str] = {}
    paths = list(paths)
    for path in paths:
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            raise PathError(path, reason(error)) from error
        if stat.S_ISDIR(mode):
            names = sorted(_in_folder(_prefix(path), on_error))
        elif stat.S_ISREG(mode):
            names = [_without_dot(path)]
        else:
            raise PathError(path, "is not a regular file; with - as the path, what is piped in is read")
        for name in names:
            # Only several paths can meet in one file; of one, each name is its own (abspath asks for the folder every time).
            found.setdefault(os.path.normcase(os.path.abspath(name)) if len(paths) > 1 else name, name)
    return list(found.values())


def _without_dot(path: str) -> str:
    """The path without a leading `./`; `.` itself becomes empty."""
    separators = os.sep + (os.altsep or "")
    while path[:1] == "." and (len(path) == 1 or path[1] in separators):
        path = path[1:].lstrip(separators)
    return path


def _prefix(folder: str) -> str:
    """What stands before the names of a folder's files: nothing for the current folder, else the folder and a separator."""
    folder = _without_dot(folder)
    return os.path.join(folder, "") if folder else ""


def _in_folder(prefix: str, on_error: Callable[[OSError], object] | None) -> Iterable[str]:
    """The files of a folder that was named: as git lists them where it can, else all.

    Where git lists nothing, the folder is ignored as a whole; who names it wants it searched nevertheless.
    """
    if git.work_tree(prefix or ".") is not None:
        listed, anything = _listed_by_git(prefix, on_error)
        if anything:
            return listed
    return _walk(prefix, on_error)


def _walk(top: str, on_error: Callable[[OSError], object] | None) -> Iterator[str]:
    """The files below a folder, in no order; a work tree met on the way is listed by its own git."""
    waiting = [top]
    while waiting:
        prefix = waiting.pop()
        try:
            files, folders, is_work_tree = _list_folder(prefix)
        except OSError as error:
            if on_error is not None:
                on_error(error)
            continue
        if is_work_tree and prefix != top:
            listed, answered = _listed_by_git(prefix, on_error, nested=True)
            if answered:
                yield from listed
                continue
        yield from files
        waiting += folders


def _list_folder(prefix: str) -> tuple[list[str], list[str], bool]:
    """One folder's files worth reading, its folders to go on with (as prefixes), and whether it is the root of a work tree."""
    files: list[str] = []
    folders: list[str] = []
    is_work_tree = False
    with os.scandir(prefix or ".") as entries:
        for entry in entries:
            name = entry.name
            if name == ".git":
                is_work_tree = True
            elif entry.is_dir(follow_symlinks=False):
                if name not in SKIPPED_FOLDERS:
                    folders.append(prefix + name + os.sep)
            elif name.lower().endswith(EXTENSIONS) and (_is_file(entry.path) if entry.is_symlink() else entry.is_file()):
                files.append(prefix + name)
    return files, folders, is_work_tree


def _is_file(path: str) -> bool:
    """Whether a regular file stands there; a link that leads nowhere, or round in a circle, is none."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def _listed_by_git(prefix: str, on_error: Callable[[OSError], object] | None, nested: bool = False) -> tuple[list[str], bool]:
    """The files below a folder that git tracks or would add, and whether git had anything to say.

    A `nested` work tree, which nobody named, may well be empty: there an empty list is an answer, too.
    """
    output = _ask_git(prefix)
    if output is None:
        return [], False
    files: dict[str, None] = {}  # while a merge is unresolved, git lists a file up to three times
    folders: list[str] = []
    for record in output.split(b"\0"):
        # `H 100644 <blob> 0<TAB>name` is tracked, `? name` is not; `? name/` is a work tree of its own, as is a submodule.
        tag, _, rest = record.partition(b" ")
        mode, _, tail = rest.partition(b" ")
        raw = rest if tag == b"?" else tail.partition(b"\t")[2]
        is_folder = raw.endswith(b"/") or (tag != b"?" and mode == _SUBMODULE)
        if not is_folder and not raw.lower().endswith((b".json", b".jsonc")):
            continue
        parts = os.fsdecode(raw).rstrip("/").split("/")
        if SKIPPED_FOLDERS.isdisjoint(parts if is_folder else parts[:-1]):
            name = prefix + os.sep.join(parts)
            if is_folder:
                folders.append(name + os.sep)
            elif _is_file(name):  # tracked, but perhaps deleted since, or a link to a folder
                files[name] = None
    for folder in folders:
        if os.path.isdir(folder) and not os.path.islink(folder[: -len(os.sep)]):
            files.update(dict.fromkeys(_nested(folder, on_error)))
    return list(files), nested or bool(output)


def _nested(folder: str, on_error: Callable[[OSError], object] | None) -> Iterable[str]:
    """The files of a work tree inside another. A submodule that was never fetched is an empty folder without `.git`."""
    if os.path.lexists(folder + ".git"):
        listed, answered = _listed_by_git(folder, on_error, nested=True)
        if answered:
            return listed
    return _walk(folder, on_error)


def _ask_git(prefix: str) -> bytes | None:
    """What `git ls-files` prints about a folder; None where there is no git, or it fails, or takes too long."""
    arguments = ("ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard")
    return git.ask(prefix or ".", arguments)
