"""Words about commands that only wait."""

from __future__ import annotations

import re

from aiblint import inline
from aiblint.check import Problem, check
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.template import Value

_POSIX = lazy(r"(\d+(?:\.\d*)?|\.\d+)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_OPENING = lazy(r"(?<![\w$.\-/])(?:if|case|while|until|for|select)(?![\w.\-/])")
_CLOSING = lazy(r"(?<![\w$.\-/])(?:fi|esac|done)(?![\w.\-/])")
_ENDLESS = float("inf")


@check
def sleeps_longer_than_build(value: Value, context: Context, *, default: int) -> Iterator[Problem]:
    """Literal sleeps that add up to the whole time of the build; takes `properties`. `default`: minutes without a timeout."""
    minutes = _build_minutes(value, default)
    if minutes is None:
        return
    slept = 0.0
    for script in inline.scripts(context):
        for command in script.commands:
            seconds = _seconds(command)
            if not seconds or command.program is None or not _is_certain(script, command):
                continue
            slept += seconds
            if slept >= minutes * 60:
                yield script.problem(
                    command.program.start,
                    command.end,
                    f"{_told(seconds, slept)}, and the build is cut off after {minutes:g} minutes ('context deadline exceeded'); leave the "
                    "sleep out" + ("" if seconds == _ENDLESS else ", or raise 'buildTimeoutInMinutes'"),
                )
                return


def _told(seconds: float, slept: float) -> str:
    if seconds == _ENDLESS:
        return "this sleep never ends"
    if seconds == slept:
        return f"this sleep takes {round(seconds / 60, 1):g} minutes"
    return f"with this sleep the steps wait for {round(slept / 60, 1):g} minutes in all"


def _build_minutes(properties: Value, default: int) -> float | None:
    """How long the build may take; None where nobody knows."""
    given = properties.get("buildTimeoutInMinutes")
    if given is None:
        return None if properties.open else default
    if given.kind == "null" or given.value == 0:
        return default
    number = given.value
    return number if isinstance(number, int | float) and not isinstance(number, bool) and number > 0 else None


def _is_certain(script: inline.Inline, command: Command) -> bool:
    """Whether a command certainly runs, and the script waits for it: under no condition, in no function, not in the background."""
    if (
        command.depth
        or command.context
        or command.head
        or command.calls_function
        or command.operator == "&"
        or command.piped_to
    ):
        return False
    if "timeout" in command.wrappers or script.opaque:
        return False
    before = [other for other in script.commands if other.start < command.start]
    if before and before[-1].operator in ("&&", "||"):
        return False
    if any(other.name in ("exit", "return", "exec", "break", "continue", "throw") for other in before):
        return False
    text = script.text[: command.start]
    return script.dialect != "posix" or len(_OPENING.findall(text)) == len(_CLOSING.findall(text))


def _seconds(command: Command) -> float | None:
    """How long a command sleeps; None for other commands, and where only a run knows."""
    if command.dialect == "posix":
        return _posix_seconds(command) if command.name == "sleep" else None
    from aiblint.shell.windows import cmdlet

    name = cmdlet(command)
    if name == "timeout":
        given = next((word.text for word in command.arguments if word.text.lstrip("-").isdigit()), "")
        return float(given) if given.isdigit() and len(given) < 9 else None
    if name != "start-sleep":
        return None
    short, long = command.parameter("Milliseconds", "m", "ms"), command.parameter("Seconds", "s")
    named = short or long
    word = named.value if named is not None else next(iter(command.positionals()), None)
    if word is None or word.expands or re.fullmatch(r"\d{1,9}(?:\.\d+)?", word.text) is None:
        return None
    return float(word.text) / (1000 if short else 1)


def _posix_seconds(command: Command) -> float | None:
    total = 0.0
    for word in command.arguments:
        if word.text in ("infinity", "inf"):
            return _ENDLESS
        match = _POSIX.fullmatch(word.text)
        if match is None or word.expands:
            return None
        total += float(match[1]) * _UNITS[match[2]]
    return total
