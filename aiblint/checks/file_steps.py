"""Words about File steps: where they put a file, and how large it is."""

from __future__ import annotations

import re

from aiblint import address
from aiblint.change import Beside, Repair, Set
from aiblint.check import Problem, check, listed, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_CONTROL = lazy(r"[\x00-\x1f\x7f]")
_UNEXPANDED = lazy(r"~|%\w+%|\$env:\w*|(?:(?<=/)|\A)\$[A-Za-z_]\w*", re.IGNORECASE, holds=("~", "%", "$"))
_DRIVE = lazy(r"[A-Za-z]:(?=[\\/]|\Z)")
_WILDCARD = lazy(r"[*?]")
_PLAIN_NAME = lazy(r"[\w.\-]+", re.ASCII)
_LINUX_FOLDERS = ("", "tmp", "var/tmp", "home", "mnt", "dev/shm")
_WINDOWS_FOLDERS = (
    "",
    "windows",
    "windows/temp",
    "program files",
    "program files (x86)",
    "programdata",
    "users",
    "users/public",
)


@check
def linux_destination_outside(value: Value, context: Context, *, directories: list[str]) -> Iterator[Problem]:
    """A file's destination on Linux outside of all `directories`: the upload, which has no root rights, fails."""
    path = _linux_path(value, context)
    if path is None or any(_is_below(path, directory) for directory in directories):
        return
    name = path.rpartition("/")[2]
    folder = path.rpartition("/")[0] or "/"
    advice = (
        f"write '/tmp/{name}' and let a Shell step move it: sudo mv /tmp/{name} {path}"
        if _is_plain(path)
        else "write it to /tmp/"
    )
    yield Problem(
        value,
        f"files are uploaded without root rights, so the build fails: {quote(folder)} is not writable; {advice}",
        fix=_moving(value, name, path) if _is_plain(path) else None,
    )


def _moving(destination: Value, name: str, path: str) -> Repair | None:
    """A suggestion: upload to /tmp, and move it with a step behind. Who may read the file then is for its author to say."""
    step = destination.parent
    if step is None or step.parent is None or step.parent.key != "customize":
        return None
    move = {"type": "Shell", "name": f"place-{name}", "inline": [f"sudo mv /tmp/{name} {path}"]}
    return Repair(
        "upload it to /tmp, and move it in a step behind", Set(destination, f"/tmp/{name}"), Beside(step, move), safe=False
    )


@check
def linux_destination_inside(value: Value, context: Context, *, directories: list[str]) -> Iterator[Problem]:
    """A file's destination on Linux inside one of `directories`, where the upload may work, but nothing promises it."""
    path = _linux_path(value, context)
    if path is None:
        return
    for directory in directories:
        if _is_below(path, directory):
            name = path.rpartition("/")[2]
            advice = f"write '/tmp/{name}'" if _is_plain(name) else "write it to /tmp/"
            yield Problem(
                value,
                f"only /tmp is sure to be writable for the upload, {quote(directory)} is not on every image; {advice} and move the "
                "file with a Shell step",
            )


@check
def destination_invalid(value: Value, context: Context) -> Iterator[Problem]:
    """A file's destination that is not the absolute path of a file on the operating system of the image."""
    fault = _fault(value, context)
    if fault is not None:
        message, part = fault
        yield Problem(value, f"{message}; write {_advice(value, context)}", part=part)


@check
def file_not_below(value: Value, context: Context, *, mebibytes: int, and_below: int = 0) -> Iterator[Problem]:
    """A File step whose file, found in the checkout, has `mebibytes` or more; with `and-below`, less than that many."""
    file = context.checkout.file(value.text) if value.text is not None and address.is_used(value) else None
    if file is None or file.missing or not file.own:
        return
    size = file.size
    if size is None or size < mebibytes << 20 or (and_below and size >= and_below << 20):
        return
    limit = "close to" if and_below else "beyond"
    yield Problem(
        value,
        f"{quote(file.path.rpartition('/')[2])} has {size / (1 << 20):.1f} MB, {limit} the 20 MB that File steps are for, and "
        "uploads so slowly that the build may time out; download it in a script (curl, Invoke-WebRequest, azcopy)",
    )


def _fault(value: Value, context: Context) -> tuple[str, tuple[int, int] | None] | None:
    """What keeps a destination from being the absolute path of a file. The mistakes of other rules are none."""
    text = value.text
    if not text or not _is_file_step(value) or _CONTROL.search(text):
        return None
    unexpanded = _UNEXPANDED.search(text)
    if unexpanded is not None and (unexpanded[0] != "~" or unexpanded.start() == 0):
        return (
            f"{quote(unexpanded[0])} is not replaced by anything here: the destination has to be an absolute path",
            unexpanded.span(),
        )
    windows = _DRIVE.match(text) is not None or text.startswith("\\\\")
    if windows and context.os == "linux":
        return f"{quote(text)} is a Windows path, and the image is Linux", None
    if text.startswith("/") and context.os == "windows":
        return f"{quote(text)} is a Linux path, and the image is Windows", None
    if not windows and not text.startswith("/"):
        return f"{quote(text)} is a relative path: the destination has to be an absolute path with a file name", None
    wildcard = _WILDCARD.search(text)
    if wildcard is not None:
        return (
            f"{quote(wildcard[0])} stands for no other character here: a File step puts one file in one place",
            wildcard.span(),
        )
    if _is_folder(text, windows):
        return f"{quote(text)} names a folder: the destination has to end in a file name", None
    return None


def _is_folder(text: str, windows: bool) -> bool:
    forward = text.replace("\\", "/") if windows else text
    if forward.endswith(("/", "/.", "/..")):
        return True
    if not windows:
        return _normal(text).strip("/") in _LINUX_FOLDERS
    drive, _, rest = forward.partition(":")
    return len(drive) == 1 and rest.strip("/").lower() in _WINDOWS_FOLDERS


def _advice(value: Value, context: Context) -> str:
    """A destination that works, with the file's name where that is known."""
    name = re.split(r"[\\/]", value.text or "")[-1]
    source = value.parent.text_of("sourceUri") if value.parent is not None else None
    if not _is_plain(name) or name.startswith(".") or name.lower() in ("tmp", "temp", "home", "mnt", "shm"):
        name = address.file_name(source or "")
    if not _is_plain(name):
        name = "NAME"
    if context.os == "windows" and _DRIVE.match(value.text or "") and (value.text or "").endswith(("\\", "/")):
        return f"'{value.text}{name}'"
    paths = {"linux": f"'/tmp/{name}'", "windows": f"'C:\\Windows\\Temp\\{name}'"}
    return paths[context.os] if context.os is not None else listed(list(paths.values()))


def _linux_path(value: Value, context: Context) -> str | None:
    """The destination without `.` and `..`, where it is the absolute path of a file on Linux."""
    text = value.text
    if not text or not text.startswith("/") or not _is_file_step(value) or _CONTROL.search(text):
        return None
    return _normal(text) if _fault(value, context) is None else None


def _normal(path: str) -> str:
    """An absolute path without empty parts, `.` and `..`: `/tmp/../etc/x` is `/etc/x`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _is_below(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip("/") + "/")


def _is_plain(text: str) -> bool:
    """Whether a name, or a path, can be put into a command without quotes."""
    return _PLAIN_NAME.fullmatch(text.replace("/", "")) is not None


def _is_file_step(value: Value) -> bool:
    return value.parent is not None and (value.parent.text_of("type") or "").lower() == "file"
