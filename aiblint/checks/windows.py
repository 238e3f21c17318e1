"""Words about the steps that only Windows knows: PowerShell, WindowsRestart, WindowsUpdate."""

from __future__ import annotations

import re

from aiblint import change
from aiblint.change import Insert, Repair
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import misspelt
from aiblint.checks.required import missing
from aiblint.document import NULL
from aiblint.platforms import marketplace_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

# Exit codes of Windows are 32 bits; programs print them with a sign or without one.
_LOWEST_EXIT_CODE = -(2**31)
_HIGHEST_EXIT_CODE = 2**32 - 1
_MOST_SHOWN_CODES = 8

# What Go's time.ParseDuration takes, https://pkg.go.dev/time#ParseDuration.
_DURATION_PART = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)"
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_UNITS = {"s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "m": "m", "min": "m", "mins": "m"}
_UNITS |= {"minute": "m", "minutes": "m", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h"}
_DAYS = ("d", "day", "days")
_LONGEST_DURATION = 60


@check
def system_without_elevation(value: Value, context: Context) -> Iterator[Problem]:
    """A PowerShell step with `runAsSystem: true` and without `runElevated: true`."""
    as_system, elevated = value.get("runAsSystem"), value.get("runElevated")
    if as_system is None or as_system.value is not True or misspelt(value, context, "runElevated"):
        return
    if (not value.open) if elevated is None else elevated.kind == NULL:
        related: tuple[tuple[Value, str], ...] = ()
        found, advice = "is missing", 'add "runElevated": true'
    elif elevated is not None and elevated.value is False:
        related = ((elevated, "false here"),)
        found, advice = "is false", "set it to true"
    else:
        return
    yield Problem(
        as_system,
        f"'runAsSystem' takes effect through 'runElevated' only, which {found}: the service refuses the step; {advice}",
        related=related,
        fix=_elevate(value, elevated),
    )


def _elevate(step: Value, elevated: Value | None) -> Repair:
    if elevated is None:
        return Repair('add "runElevated": true', Insert(step, "runElevated", True, after="runAsSystem"), safe=False)
    return change.write(elevated, True, safe=False)


@check
def elevated_as_user(value: Value, context: Context, *, server: bool) -> Iterator[Problem]:
    """A PowerShell step that runs elevated and not as the system; `server` is for sources that are Windows Server, or not."""
    elevated, system = value.get("runElevated"), value.get("runAsSystem")
    if elevated is None or elevated.value is not True or _is_server(context) != server:
        return
    if system is None:
        if not missing(value, context, "runAsSystem"):
            return
    elif system.kind != NULL and system.value is not False:
        return
    yield Problem(
        elevated,
        "'runElevated' without 'runAsSystem' goes through a scheduled task of the build user, and such steps are known to hang until the "
        "build timeout on Windows clients; add \"runAsSystem\": true, or leave 'runElevated' out",
        on_key=True,
    )


def _is_server(context: Context) -> bool:
    image = marketplace_image(context.template.root.get("properties", "source"))
    return image is not None and image.startswith("microsoftwindowsserver:")


@check
def exit_codes_without_zero(value: Value, context: Context) -> Iterator[Problem]:
    """A list of exit codes that lacks 0; an empty list stands for the default, which is 0 alone."""
    codes = [item.value for item in value.items if _is_integer(item)]
    if codes and len(codes) == len(value.items) and 0 not in codes:
        advice = f"write {[0, *codes]}" if len(codes) <= _MOST_SHOWN_CODES else "add 0"
        yield Problem(
            value,
            "this list replaces the default [0] and has no 0: a script that ends without an error fails the build; " + advice,
            fix=change.write(value, [0, *codes], safe=False),
        )


@check
def exit_code_useless(value: Value, context: Context) -> Iterator[Problem]:
    """An exit code that the list holds already, or that no program can end with because it has more than 32 bits."""
    seen: dict[object, Value] = {}
    for item in value.items:
        if not _is_integer(item):
            continue
        code = item.value
        assert isinstance(code, int)
        first = seen.setdefault(code, item)
        if not _LOWEST_EXIT_CODE <= code <= _HIGHEST_EXIT_CODE:
            yield Problem(item, f"no program ends with {quote(code, 24)[1:-1]}: exit codes of Windows have 32 bits")
        elif first is not item:
            yield Problem(
                item,
                f"the exit code {code} is in this list already; remove it",
                related=((first, "it stands here first"),),
                fix=change.remove(item, safe=True),
            )


def _is_integer(value: Value) -> bool:
    return isinstance(value.value, int) and not isinstance(value.value, bool)


@check
def restart_timeout_unreadable(value: Value, context: Context) -> Iterator[Problem]:
    """A text that is no duration with units as Packer reads it (`90s`, `15m`, `1h30m`)."""
    text = value.text
    if not text or duration_seconds(text) is not None:
        return
    number = text.strip()
    fix = None
    if number.isascii() and number.isdigit() and len(number) < _LONGEST_DURATION:
        advice = f"the unit is missing; write '{number}m' for minutes or '{number}s' for seconds"
    else:
        meant = _meant_duration(text)
        fix = change.write(value, meant, safe=True) if meant else None
        advice = f"write '{meant}'" if meant else "write a number with a unit, such as '90s', '15m' or '1h30m'"
    yield Problem(
        value, f"{quote(text)} is no duration that the build can read, so it fails before it starts: {advice}", fix=fix
    )


@check
def restart_timeout_over_build(value: Value, context: Context, *, default: int) -> Iterator[Problem]:
    """A restart that may wait longer than the whole build may take. `default` are the minutes of a build that sets no timeout."""
    seconds = duration_seconds(value.text or "")
    build = context.template.root.get("properties", "buildTimeoutInMinutes")
    properties = context.template.properties
    if seconds is None or properties is None or (build is None and properties.open):
        return
    if build is not None and build.kind != NULL and not (_is_integer(build) or isinstance(build.value, float)):
        return
    given = build.value if build is not None else None
    minutes = given if isinstance(given, int | float) and given != 0 else default
    if minutes > 0 and seconds >= minutes * 60:
        yield Problem(
            value,
            f"the build is cut off after {minutes} minutes, before this wait of {quote(value.text, 24)} can end; "
            "write a shorter wait, or raise 'buildTimeoutInMinutes'",
            related=((build, "the time for the whole build"),) if build is not None else (),
        )


def duration_seconds(text: str) -> float | None:
    """The seconds of a Go duration (`1h30m`), or None where Packer could not read it. A wait is never negative."""
    if len(text) > _LONGEST_DURATION:
        return None
    if text in ("0", "+0"):
        return 0.0
    text = text.removeprefix("+")
    if re.fullmatch(f"(?:{_DURATION_PART})+", text) is None:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(_DURATION_PART, text))


def _meant_duration(text: str) -> str | None:
    """`5 minutes`, `PT1H30M`, `5M`, `2 days` → the duration that was meant; None where that cannot be told."""
    compact = "".join(text.lower().split()).removeprefix("pt")
    if len(compact) > _LONGEST_DURATION or re.fullmatch(r"(?:[0-9]{1,6}[a-z]+,?)+", compact) is None:
        return None
    parts = []
    for number, word in re.findall(r"([0-9]+)([a-z]+)", compact):
        if word in _DAYS:
            parts.append(f"{int(number) * 24}h")
        elif word in _UNITS:
            parts.append(number + _UNITS[word])
        else:
            return None
    return "".join(parts)
