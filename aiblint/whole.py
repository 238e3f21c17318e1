"""Files that are written whole or not at all: beside, then moved into place; the same file to everybody who knows it by name."""

from __future__ import annotations

import contextlib
import os
import stat


def write(path: str, data: bytes, *, lasting: bool = True) -> None:
    """Writes a regular file, or replaces one, which keeps its mode, owner and extended attributes. Raises OSError, ValueError.

    `path` is replaced itself where it is a link. `lasting`: through a power failure, too, which takes the time of the disk.
    """
    status = _status(path)
    folder, name = os.path.split(path)
    # Nobody can guess the name and put a link there; O_EXCL would refuse it, and this would fail.
    beside = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.tmp")
    try:
        _write_beside(beside, path, data, status, lasting)
        os.replace(beside, path)
    except BaseException:  # an interrupt too must leave nothing lying about, wherever it comes
        try:
            _remove(beside)
        except KeyboardInterrupt:
            _remove(beside)
            raise
        raise
    if lasting:
        _sync_folder(os.path.dirname(path))


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _remove(beside: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # not there yet, or moved into place already
        os.unlink(beside)


def _write_beside(beside: str, path: str, data: bytes, status: os.stat_result | None, lasting: bool) -> None:
    """A hidden file in the same folder with the new content, that looks like the one it will replace (None: like any new one)."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # What replaces a file is nobody else's business before it has that file's mode; a new one gets what the umask leaves.
    with os.fdopen(os.open(beside, flags, 0o666 if status is None else 0o600), "wb") as file:
        file.write(data)
        file.flush()
        if status is not None:
            _dress(beside, path, status)
        if lasting:
            os.fsync(file.fileno())


def _dress(beside: str, path: str, status: os.stat_result) -> None:
    """Owner first: changing it takes special bits of the mode away."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # the owner of somebody else's file, where only its folder lets us replace it
            os.chown(beside, status.st_uid, status.st_gid)
    os.chmod(beside, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        attributes: list[str] = []
        with contextlib.suppress(OSError):  # a file system without them
            attributes = os.listxattr(path)
        for attribute in attributes:
            with contextlib.suppress(OSError):  # one that only the system sets; the others still count
                os.setxattr(beside, attribute, os.getxattr(path, attribute))


def _sync_folder(folder: str) -> None:
    """Makes the new name last through a power failure, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
