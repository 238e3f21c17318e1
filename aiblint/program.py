"""Another program as a reader: found where nobody of the linted repository can have put it, read within bounded time."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping


def find(name: str, *before: str) -> str | None:
    """A program in the folders `before`, else in those of PATH, absolute ones only: the current folder may be the linted one."""
    if os.name == "nt":
        name += ".exe"
    for folder in (*before, *os.get_exec_path()):
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None


def ask(command: list[str], environment: Mapping[str, str], seconds: float) -> bytes | None:
    """What a program prints, which is found under its absolute path; None where it fails or takes too long."""
    if not hasattr(os, "posix_spawn"):
        return _ask_with_subprocess(command, environment, seconds)
    running = start(command, environment)
    return running.answer(seconds) if running is not None else None


def start(command: list[str], environment: Mapping[str, str]) -> Running | None:
    """A program that prints into a pipe and reads nothing; None where it cannot be started. For systems with posix_spawn.

    `subprocess` would do the same, but its import alone takes as long as git: 8 ms, where Python starts in 20.
    """
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        process = os.posix_spawn(command[0], command, environment, file_actions=actions)
    except (OSError, ValueError):  # ValueError: a NUL in an argument
        os.close(reading)
        return None
    finally:
        os.close(writing)
    return Running(process, reading)


class Running:
    """A program under way. Its answer is to be read: nothing else ends it."""

    __slots__ = ("_descriptor", "_process")

    def __init__(self, process: int, descriptor: int) -> None:
        self._process = process
        self._descriptor = descriptor

    def answer(self, seconds: float, statuses: Container[int] = (0,)) -> bytes | None:
        """All it prints; None where it takes longer, or ends with none of `statuses`."""
        output: bytes | None = None
        try:
            output = _read_in_time(self._descriptor, seconds)
        finally:
            os.close(self._descriptor)
            if output is None:
                os.kill(self._process, 9)  # not waited for yet, so the number is still this process's
            _, status = os.waitpid(self._process, 0)
        return output if os.waitstatus_to_exitcode(status) in statuses else None


def _read_in_time(descriptor: int, seconds: float) -> bytes | None:
    """All that comes through a pipe until it is closed; None where that takes longer."""
    import select
    import time

    end = time.monotonic() + seconds
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    chunks: list[bytes] = []
    while True:
        left = end - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            return None
        chunk = os.read(descriptor, 1 << 20)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)


def _ask_with_subprocess(command: list[str], environment: Mapping[str, str], seconds: float) -> bytes | None:
    """The same as `ask`, for systems without posix_spawn."""
    import subprocess

    null = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, env=environment, stdin=null, stdout=subprocess.PIPE, stderr=null, timeout=seconds, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
