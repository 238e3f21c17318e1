"""Words of Contoso for rules of aiblint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aiblint.check import Context, Problem, check, quote
from aiblint.value import Value


@check
def contoso_month_passed(value: Value, context: Context, *, format: str = "%Y-%m") -> Iterator[Problem]:
    """A month that is over on the day of the run; `format` is how it is written, as `datetime` has it."""
    try:
        month = datetime.strptime(value.text or "", format)
    except ValueError:
        yield Problem(
            value, f"{quote(value.text)} is no month; write one such as {quote(datetime(2027, 1, 1).strftime(format))}"
        )
        return
    if month.strftime("%Y-%m") < context.today[:7]:
        yield Problem(
            value, f"this image was to be replaced by {quote(value.text)}, which is over; replace it, or set another month"
        )
