"""Where words go: stdout and stderr, which may be closed or full, and report files, which are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys


class OutputError(Exception):
    """What was to be written could not be; the text names the place and the reason."""


def prepare() -> None:
    """Lets stdout and stderr show a character that their encoding lacks as its escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(text: str | bytes, end: str = "\n") -> None:
    """Prints to stdout. Raises OutputError where that is closed or full, BrokenPipeError where the reader went away.

    Bytes are a file's content: they go out as they are.
    """
    # Without a stdout (`>&-`) print() would do nothing, and nobody would know that the report is lost.
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    try:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text + end)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        silence()
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def complain(text: str, end: str = "\n") -> None:
    """Prints to stderr, if there is one that takes it."""
    if sys.stderr is None:  # print() would take stdout instead
        return
    try:
        sys.stderr.write(text + end)
        sys.stderr.flush()
    except OSError:
        return


def silence() -> None:
    """Turns stdout away from what no longer takes anything, so that the interpreter does not complain once more at its end."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError, AttributeError):
        return  # no stdout, or one that is no file: nothing is left to be flushed


def write_whole(path: str, text: str) -> None:
    """Writes a file: UTF-8 without mark, LF. A regular file is replaced at once, a pipe or device is written to.

    Raises OutputError.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if _is_special(path):
            with open(path, "wb") as file:
                file.write(data)
        else:
            from aiblint import whole  # here, because most runs write no file

            whole.write(os.path.realpath(path), data)  # a link stays a link
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise OutputError(f"{path} cannot be written: {reason}") from error


def _is_special(path: str) -> bool:
    """Whether something stands there that must not be replaced: `/dev/stdout`, a named pipe, a folder."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False
