"""Days as people write them: `2027-01-31`. As texts of this form they compare as the days do."""

from __future__ import annotations

import re

from aiblint.pattern import lazy

PATTERN = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
"""What a day looks like; that there is a 30th of February it cannot tell."""

_FORM = lazy(PATTERN, re.ASCII)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar."""
    if _FORM.fullmatch(text) is None:
        return False
    import datetime  # takes a while to import, and hardly a run needs it

    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
