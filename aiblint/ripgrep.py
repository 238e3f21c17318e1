"""The program ripgrep as a sieve for large trees, where it is installed: it looks through text several times faster than Python."""

from __future__ import annotations

import os

from aiblint import program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

SECONDS = 600.0
"""How long one answer may take: that of a slow disk is still better than none."""

_FEWEST_BYTES = 100_000
"""What every system takes of arguments."""


def holding(paths: Sequence[str], words: Sequence[str], threads: int | None) -> Collection[str] | None:
    """Those of the files that hold one of the ASCII words, in any case; None where there is no ripgrep, or it cannot read all.

    UTF-16 is read as text where a byte order mark tells it, and of what has none those files are taken that begin as UTF-16 does.
    `threads` is how many it may use, None: as many as it likes.
    """
    rg = program.find("rg") if hasattr(os, "posix_spawn") else None
    if rg is None or "-" in paths:  # which would be stdin
        return None
    # Not what a configuration file says; binary files are searched too, and a line need not be UTF-8.
    command = [rg, "--no-config", "--text", "--files-with-matches", "--null"]
    command += [f"--threads={threads}"] if threads is not None else []
    for word in words:
        command += ["-e", f"(?i-u){word}"]
    found: set[str] = set()
    for share in _shares(paths):
        running = program.start([*command, "--", *share], os.environ)
        if running is None:
            return None
        found.update(path for path in share if _begins_wide(path))  # while ripgrep is at work
        answer = running.answer(SECONDS, statuses=(0, 1))  # 1: nothing found; 2: a file could not be read
        if answer is None:
            return None
        found.update(os.fsdecode(name) for name in answer.split(b"\0"))
    return found


def _shares(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """The paths in parts that fit into the arguments of a program."""
    most = max(os.sysconf("SC_ARG_MAX") // 4, _FEWEST_BYTES)
    begin = size = 0
    for index, path in enumerate(paths):
        length = len(os.fsencode(path)) + 9  # the end of the text, and a pointer to it
        if size + length > most:
            yield paths[begin:index]
            begin, size = index, 0
        size += length
    yield paths[begin:]


def _begins_wide(path: str) -> bool:
    """Whether the first of two bytes is NUL, or the second: JSON begins with an ASCII character."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return 0 in os.read(descriptor, 2)
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return True  # whoever reads it next finds out
