"""Date functions: dateTimeAdd, dateTimeFromEpoch, dateTimeToEpoch on times that are known; utcNow is not.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date,
https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
"""

from __future__ import annotations

import re

from aiblint.arm.functions.signature import Function, Refused, Unclear, integer, text
from aiblint.arm.term import Known, Term, Unknown
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta

_TIME = lazy(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)Z", re.ASCII)
_COMPACT = lazy(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_DURATION = lazy(
    r"(-?)P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII
)
_FIELD = lazy(r"yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss|s|[-/:. TZ]")
_STANDARD = {"d": "MM/dd/yyyy", "u": "yyyy-MM-dd HH:mm:ssZ", "s": "yyyy-MM-ddTHH:mm:ss"}
_ISO = "yyyy-MM-ddTHH:mm:ssZ"
_FORMAT_OF_COMPACT = "yyyyMMddTHHmmssZ"


def _instant(value: str) -> datetime:
    """A time in UTC. Raises Unclear for other ways of writing it, Refused for a day that is none."""
    from datetime import UTC, datetime

    match = _TIME.fullmatch(value) or _COMPACT.fullmatch(value)
    if match is None:
        raise Unclear("the service may read this time in another way")
    year, month, day, hour, minute, second = (int(group) for group in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Refused(f"takes a time; '{value[:50]}' is none", 0) from None


def _duration(value: str) -> timedelta:
    """An ISO 8601 duration; a year has 365 days and a month 30, as documented. Raises Refused."""
    from datetime import timedelta

    match = _DURATION.fullmatch(value)
    if match is None:
        if "." in value:
            raise Unclear("parts of a second are not worked out")
        raise Refused(f"takes an ISO 8601 duration such as P1D or PT2H; '{value[:50]}' is none", 1)
    years, months, weeks, days, hours, minutes, seconds = (int((group or "0")[:12]) for group in match.groups()[1:])
    try:
        span = timedelta(days=years * 365 + months * 30 + weeks * 7 + days, seconds=hours * 3600 + minutes * 60 + seconds)
    except OverflowError:
        raise Unclear("the time lies beyond the calendar") from None
    return -span if match[1] else span


def _formatted(moment: datetime, pattern: str) -> str:
    if len(pattern) == 1:
        if pattern not in _STANDARD:
            raise Unclear("this format depends on the service's culture")
        pattern = _STANDARD[pattern]
    written, at = [], 0
    while at < len(pattern):
        match = _FIELD.match(pattern, at)
        if match is None or (match[0][0].isalpha() and pattern[match.end() : match.end() + 1] == match[0][0]):
            raise Unclear("this format is not worked out")
        written.append(_field(moment, match[0]))
        at = match.end()
    return "".join(written)


def _field(moment: datetime, field: str) -> str:
    numbers = {"y": moment.year, "M": moment.month, "d": moment.day, "H": moment.hour, "m": moment.minute, "s": moment.second}
    if field[0] not in numbers:
        return field
    number = numbers[field[0]] % 100 if field == "yy" else numbers[field[0]]
    return str(number).zfill(len(field))


def _date_time_add(arguments: list[Term]) -> Term:
    base = text(arguments[0])
    pattern = text(arguments[2]) if len(arguments) > 2 else _FORMAT_OF_COMPACT if _COMPACT.fullmatch(base) else _ISO
    if pattern == _FORMAT_OF_COMPACT and len(arguments) < 3:
        raise Unclear("the format of the result is not documented")
    try:
        moment = _instant(base) + _duration(text(arguments[1]))
    except OverflowError:
        raise Unclear("the time lies beyond the calendar") from None
    return Known(_formatted(moment, pattern))


def _date_time_from_epoch(arguments: list[Term]) -> Term:
    from datetime import UTC, datetime

    seconds = integer(arguments[0])
    if not -62_135_596_800 <= seconds <= 253_402_300_799:
        raise Refused("takes seconds that lie within the calendar", 0)
    if seconds < 0:
        raise Unclear("times before 1970 are not documented")
    return Known(_formatted(datetime.fromtimestamp(seconds, UTC), _ISO))


def _date_time_to_epoch(arguments: list[Term]) -> Term:
    return Known(int(_instant(text(arguments[0])).timestamp()))


def _utc_now(_: list[Term]) -> Term:
    return Unknown("string", reason="utcNow() is known at deployment only", label="utcNow()")


FUNCTIONS = (
    Function("dateTimeAdd", 2, 3, ("string",), "string", run=_date_time_add),
    Function("dateTimeFromEpoch", 1, 1, ("int",), "string", run=_date_time_from_epoch),
    Function("dateTimeToEpoch", 1, 1, ("string",), "int", run=_date_time_to_epoch),
    Function("utcNow", 0, 1, ("string",), "string", run=_utc_now),
)
