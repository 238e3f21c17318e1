"""What is said of an exception that nobody expected."""

from __future__ import annotations

import os

from aiblint.masking import mask


def described(error: Exception) -> str:
    """An exception that nobody expected, in one line: what it is and where it was raised, for a report to us."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        where = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"
    return f"{type(error).__name__}: {mask(str(error))[:200]}{where}"
