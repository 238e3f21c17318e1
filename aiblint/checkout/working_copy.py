"""A file of the working copy: read without following links, and as git would store it."""

from __future__ import annotations

import os
import stat

from aiblint import git

_ATTRIBUTES = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")
_UNSET = ("unspecified", "unset")

# https://github.com/git/git/blob/v2.45.0/convert.c, gather_stats(): these control characters occur in text.
_TEXT_CONTROLS = b"\b\t\n\r\x0c\x1b"
_CONTROLS = bytes(code for code in (*range(1, 32), 127) if code not in _TEXT_CONTROLS)


def read(root: str, path: str, most: int) -> bytes | None:
    """The bytes of a regular file, at most `most`; None where there is none, or a link leads there, or it is called otherwise.

    On a disk that ignores capitals, a name in other capitals is another name: hosts do not ignore them.
    """
    folder = root
    *folders, name = path.split("/")
    try:
        for each in folders:
            if not _holds(folder, each):
                return None
            folder = os.path.join(folder, each)
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                return None
        if not _holds(folder, name):
            return None
        whole = os.path.join(folder, name)
        status = os.lstat(whole)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        with open(whole, "rb") as file:
            return file.read(most)
    except (OSError, ValueError):
        return None


def _holds(folder: str, name: str) -> bool:
    return os.path.lexists(os.path.join(folder, name)) and name in os.listdir(folder)


def as_stored(root: str, path: str, data: bytes) -> bytes | None:
    """The content that `git add` would store; None where a program of the user's choice would work it out.

    Git's own conversion of line ends is done here, by the attributes and settings that hold for the path.
    """
    told = git.ask(root, ["check-attr", "-z", *_ATTRIBUTES, "--", path])
    if told is None:
        return None
    fields = told.decode("utf-8", "surrogateescape").split("\0")
    given = dict(zip(fields[1::3], fields[2::3], strict=False))
    if any(given.get(name, _UNSET[0]) not in _UNSET for name in ("filter", "working-tree-encoding")):
        return None
    if given.get("ident") == "set" and b"$Id" in data:
        return None
    how = _line_ends(root, given)
    if how == "keep" or (how == "auto" and _is_binary(data)):
        return data
    return data.replace(b"\r\n", b"\n")


def _line_ends(root: str, given: dict[str, str]) -> str:
    """What becomes of CRLF: `keep`, `convert`, or `auto` (converted in text)."""
    text = given.get("text", _UNSET[0])
    if text not in ("set", "unset", "auto", "input"):
        text = given.get("crlf", _UNSET[0])  # what `text` was called once
    if text == "unset":
        return "keep"
    if text == "auto":
        return "auto"
    if text in ("set", "input") or given.get("eol") in ("lf", "crlf"):
        return "convert"
    setting = git.ask(root, ["config", "--get", "core.autocrlf"]) or b"false"
    return "auto" if setting.strip().lower() in (b"true", b"input", b"1", b"yes", b"on") else "keep"


def _is_binary(data: bytes) -> bool:
    """What git takes for binary: a NUL, a CR alone, or one control character to 128 printable ones."""
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return True
    strange = len(data) - len(data.translate(None, _CONTROLS)) - data.endswith(b"\x1a")
    printable = len(data) - strange - data.count(b"\r\n") * 2 - (data.count(b"\n") - data.count(b"\r\n"))
    return (printable >> 7) < strange
