"""Replaces a file by a corrected one, unless that would harm somebody."""

from __future__ import annotations

import os
import stat

from aiblint import sniff, whole


class SaveError(Exception):
    """A file that was not replaced; the text names it and the reason. It is as it was."""


def replace(path: str, old: bytes, new: bytes) -> None:
    """Puts `new` in the place of `old`, keeping mode, owner and extended attributes. Raises SaveError.

    Of a link, the file that it leads to is replaced. A file with a second name, one that its owner made read-only and one that is
    no longer `old` are refused: replacing the first would part it from its twin.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        _refuse(target, status, old)
        whole.write(target, new)
    except (OSError, sniff.PathError) as error:
        reason = error.reason if isinstance(error, sniff.PathError) else error.strerror or str(error)
        raise SaveError(f"{path} was not fixed: {reason}") from error


def _refuse(path: str, status: os.stat_result, old: bytes) -> None:
    if status.st_nlink > 1:
        raise sniff.PathError(path, f"it has {status.st_nlink} names (hard links), and replacing it would part them")
    if not status.st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise sniff.PathError(path, "it is read-only")
    if sniff.read_bytes(path) != old:
        raise sniff.PathError(path, "somebody else has changed it meanwhile")
