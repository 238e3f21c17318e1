"""Which parameter files go with a deployment template, and what they hold."""

from __future__ import annotations

import os

from aiblint import files, sniff
from aiblint.document import OBJECT
from aiblint.syntax import json as syntax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aiblint.document import Document


def beside(path: str, listed: Callable[[str], list[str]] | None = None) -> list[str]:
    """The parameter files of a template by their names, sorted: `x.parameters.json` and `x.parameters.*.json` beside `x.json`.

    Where the folder holds no other template, `parameters/*.json` below it too. `listed` tells the names of the JSON files in a
    folder, sorted; by default those on disk.
    """
    listed = listed or _json_files
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    if extension.lower() not in files.EXTENSIONS or _is_parameter_file(name):
        return []
    names = listed(folder)
    found = [os.path.join(folder, other) for other in names if other.lower().startswith(stem.lower() + ".parameters.")]
    if not found and [other for other in names if not _is_parameter_file(other)] == [name]:
        below = os.path.join(folder, "parameters")
        found = [os.path.join(below, other) for other in listed(below)]
    return found


def users(named: Iterable[str], known: Iterable[str]) -> list[str]:
    """The templates that lie beside parameter files among the files that are named, but for those that are known.

    A parameter file has no template of its own: what it changes shows in the one that it is deployed with.
    """
    seen = {os.path.realpath(path) for path in known}
    found = []
    for path in named:
        folder, name = os.path.split(path)
        if "parameters" not in f"{os.path.basename(os.path.abspath(folder))}/{name}".lower() or os.path.isdir(path):
            continue
        for other in _may_use(os.path.abspath(path)):
            real = os.path.realpath(other)
            if real not in seen:
                seen.add(real)
                found.append(_as_named(other, folder))
    return found


def _may_use(path: str) -> Iterator[str]:
    """The templates that have a file for their parameters."""
    folder, name = os.path.split(path)
    stem, mark, _ = name.lower().partition(".parameters.")
    around = os.path.dirname(folder)
    places = [folder] if mark else []
    if os.path.basename(folder).lower() == "parameters" and around != folder:
        places.append(around)
    for place in places:
        for other in _json_files(place, files.EXTENSIONS):
            if place == folder and not other.lower().startswith(stem + "."):
                continue
            if any(os.path.normcase(each) == os.path.normcase(path) for each in beside(os.path.join(place, other))):
                yield os.path.join(place, other)


def _as_named(path: str, folder: str) -> str:
    """A path beside or above a folder, the way the folder was named."""
    return os.path.normpath(os.path.join(folder, os.path.relpath(path, folder or os.curdir)))


def names(sets: list[Document]) -> list[str]:
    """What parameter files are called beside each other: the last part of their path, or all of it where two would be alike."""
    short = [os.path.basename(document.path) for document in sets]
    return short if len(set(short)) == len(short) else [document.path for document in sets]


def read(path: str) -> Document | None:
    """A parameter file; None where it cannot be read or is none."""
    try:
        return of(sniff.read_bytes(path), path)
    except sniff.PathError:
        return None


def of(data: bytes, path: str) -> Document | None:
    """The parameter file that has this content; None where it is none."""
    document = syntax.read(data, path)
    root = document.root
    held = root.find("parameters") if root is not None else None
    if root is None or held is None or held.kind != OBJECT or root.find("resources") is not None:
        return None
    return document


def _is_parameter_file(name: str) -> bool:
    return ".parameters." in name.lower() or name.lower() in ("parameters.json", "parameters.jsonc")


def _json_files(folder: str, extensions: str | tuple[str, ...] = ".json") -> list[str]:
    try:
        with os.scandir(folder or os.curdir) as entries:
            return sorted(entry.name for entry in entries if entry.name.lower().endswith(extensions) and entry.is_file())
    except OSError:
        return []
