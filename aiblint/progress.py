"""How far a long run has come, on a terminal: shown late, seldom and in one line that goes away."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

_LATE = 0.5
_SELDOM = 0.1
_ERASE = "\r\x1b[K"


class Progress:
    """A line on a stream; nothing in the first half second, for most runs are over by then. Times are seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + _LATE
        self._shown = False

    @staticmethod
    def fits(stream: TextIO | None) -> bool:
        """Whether a stream is a terminal that can erase a line."""
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"

    def step(self, done: int, total: int) -> None:
        """Tells that `done` of `total` files have been looked at."""
        now = self._clock()
        if now >= self._next:
            self._next = now + _SELDOM
            self._shown = True
            self._write(f"{_ERASE}{done} of {total} files")

    def clear(self) -> None:
        """Takes the line away; the next step may show it again."""
        if self._shown:
            self._shown = False
            self._write(_ERASE)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            return
