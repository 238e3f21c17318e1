"""Words about how long a build may take."""

from __future__ import annotations

from aiblint.check import Problem, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def build_timeout_outside(value: Value, context: Context, *, shortest: int, longest: int, default: int) -> Iterator[Problem]:
    """A build timeout, in minutes, that is neither 0 (the service's default) nor between `shortest` and `longest`."""
    minutes = value.value
    if (
        isinstance(minutes, bool)
        or not isinstance(minutes, int | float)
        or (isinstance(minutes, float) and not minutes.is_integer())
    ):
        return  # wrong-json-type
    if minutes == 0 or shortest <= minutes <= longest:
        return
    if 0 < minutes < shortest:
        yield Problem(
            value,
            f"a build timeout of {minutes} minutes passes submission, then every build fails: its access token would expire "
            f"within 5 minutes; write 0 (the default of {default}) or {shortest} to {longest}",
        )
    else:
        yield Problem(
            value,
            f"the service refuses a build timeout of {minutes} minutes; write 0 (the default of {default}) or {shortest} to {longest}",
        )


@check
def build_timeout_below(value: Value, context: Context, *, minutes: int) -> Iterator[Problem]:
    """A build timeout below `minutes`; what no build can use (1 to 5, negative) is left to its own rule."""
    given = value.value
    if isinstance(given, int) and not isinstance(given, bool) and 6 <= given < minutes:
        yield Problem(
            value,
            f"{given} minutes are too short for a Windows build: updates and Sysprep alone take longer, and the build is cut off "
            f"at its timeout; write at least {minutes}",
        )
