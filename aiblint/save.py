"""Replaces a file by a corrected one: whole or not at all, the same file to everybody who knows it by name."""

from __future__ import annotations

import contextlib
import os
import stat

from aiblint import sniff


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
        beside = _write_beside(target, status, new)
        try:
            os.replace(beside, target)
        except OSError:
            os.unlink(beside)
            raise
        _sync_folder(os.path.dirname(target))
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


def _write_beside(path: str, status: os.stat_result, data: bytes) -> str:
    """A hidden file in the same folder with the new content, safe on the disk, that looks like the one it will replace."""
    import tempfile

    folder, name = os.path.split(path)
    descriptor, beside = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _dress(beside, path, status)
            os.fsync(file.fileno())
    except BaseException:  # an interrupt too must leave nothing lying about
        os.unlink(beside)
        raise
    return beside


def _dress(beside: str, path: str, status: os.stat_result) -> None:
    """Owner first: changing it takes special bits of the mode away."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # the owner of somebody else's file, where only its folder lets us replace it
            os.chown(beside, status.st_uid, status.st_gid)
    os.chmod(beside, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):  # a file system without them
            for attribute in os.listxattr(path):
                os.setxattr(beside, attribute, os.getxattr(path, attribute))


def _sync_folder(folder: str) -> None:
    """Makes the new name last through a power failure, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
