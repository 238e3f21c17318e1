"""Regular expressions that somebody else wrote: a careless one may take longer than anybody lives."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

SECONDS = 1.0
"""Of the processor's time: a busy machine makes no pattern slow."""


_slow: dict[str, str] = {}
"""Patterns that took too long once, with what was said then: in a large run they would take as long again and again."""


class TooSlowError(Exception):
    """A pattern took too long on a text."""


def fullmatch(pattern: str, text: str, flags: int = 0) -> bool:
    """Whether a whole text matches a pattern. TooSlowError after SECONDS, in the main thread of systems that have such timers."""
    import signal
    import threading

    compiled = re.compile(pattern, flags)
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return compiled.fullmatch(text) is not None

    if pattern in _slow:
        raise TooSlowError(_slow[pattern])

    def stop(number: int, frame: object) -> NoReturn:
        _slow[pattern] = (
            f"the pattern {pattern[:60]!r} takes more than {SECONDS:g} s on a text of {len(text)} characters; write one that does not "
            "repeat what is repeated itself"
        )
        raise TooSlowError(_slow[pattern])

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        return compiled.fullmatch(text) is not None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL if before is None else before)
