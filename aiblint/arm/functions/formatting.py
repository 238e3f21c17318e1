"""`format`: the composite format strings of .NET, as far as they do not depend on the service's culture.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string#format,
https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting
"""

from __future__ import annotations

from aiblint.arm.functions.signature import MOST_TEXT, Function, Refused, TooLarge, bounded, integer, shape, text, why
from aiblint.arm.term import Hole, Known, Term, Unknown
from aiblint.arm.text import units
from aiblint.pattern import lazy

_ITEM = lazy(r"(\d+)[ ]*(?:,[ ]*(-?\d+)[ ]*)?(?::([^{}]*))?")
_BRACE = lazy("[{}]")
_STANDARD = lazy(r"([DdNnFfXx])(\d{0,3})")


def _format(arguments: list[Term]) -> Term:
    template, values = text(arguments[0]), arguments[1:]
    parts: list[str | Hole] = []
    total = 0
    for literal, item in _pieces(template):
        added = _inserted(item, values) if item is not None else (literal,)
        total += sum(len(part) for part in added if isinstance(part, str))
        if total > MOST_TEXT:
            raise TooLarge("the string is too long to be worked out")
        parts += added
    return bounded(parts, next((why(term) for term in values if isinstance(term, Unknown)), ""))


def _pieces(template: str) -> list[tuple[str, str | None]]:
    """Literal text, and the inside of each `{…}` (then the literal is empty)."""
    pieces: list[tuple[str, str | None]] = []
    at = 0
    while (match := _BRACE.search(template, at)) is not None:
        brace = match.start()
        if brace > at:
            pieces.append((template[at:brace], None))
        if template[brace : brace + 2] in ("{{", "}}"):
            pieces.append((template[brace], None))
            at = brace + 2
            continue
        end = template.find("}", brace)
        if template[brace] == "}" or end < 0:
            raise Refused("takes a format string in which every brace has its partner; a brace itself is doubled", 0)
        pieces.append(("", template[brace + 1 : end]))
        at = end + 1
    return [*pieces, (template[at:], None)]


def _inserted(item: str, values: list[Term]) -> tuple[str | Hole, ...]:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise Refused(f"takes {{0}}, {{1}}, … in its format string, not {{{item[:50]}}}", 0)
    index = int(match[1][:9])
    if index >= len(values):
        raise Refused(f"has no value for {{{index}}}: {len(values)} given", 0)
    parts = _written(values[index], match[3] or "")
    width = int(match[2][:9]) if match[2] else 0
    return _aligned(parts, width) if width else parts


def _aligned(parts: tuple[str | Hole, ...], width: int) -> tuple[str | Hole, ...]:
    if abs(width) > MOST_TEXT:
        raise TooLarge("the string is too long to be worked out")
    if not all(isinstance(part, str) for part in parts):
        return (Hole("", abs(width)),)
    value = "".join(part for part in parts if isinstance(part, str))
    padding = " " * (abs(width) - units(value))
    return (padding, value) if width > 0 else (value, padding)


def _written(term: Term, specifier: str) -> tuple[str | Hole, ...]:
    """What .NET writes for a value; a hole for what is unknown or depends on the culture."""
    if term.type == "string":
        return shape(term)
    if isinstance(term, Known) and isinstance(term.value, bool):
        return (str(term.value),)
    if isinstance(term, Known) and isinstance(term.value, int):
        written = _number(integer(term), specifier)
        return (Hole("", 1),) if written is None else (written,)
    return (Hole(term.label if isinstance(term, Unknown) else "", 1 if term.type in ("int", "bool") else 0),)


def _number(value: int, specifier: str) -> str | None:
    """A number in a standard format, or padded with a custom one that is all zeros; None for the others."""
    if specifier in ("", "G", "g"):
        return str(value)
    sign = "-" if value < 0 else ""
    if set(specifier) == {"0"}:
        return sign + str(abs(value)).zfill(len(specifier))
    match = _STANDARD.fullmatch(specifier)
    if match is None:
        return None
    kind, precision = match[1].upper(), int(match[2]) if match[2] else None
    if kind == "D":
        return sign + str(abs(value)).zfill(precision or 0)
    if kind == "X":
        return f"{value & (2**64 - 1):{match[1]}}".zfill(precision or 0) if value >= 0 else None
    if precision is None:
        return None
    written = f"{abs(value):,}" if kind == "N" else str(abs(value))
    return sign + written + ("." + "0" * precision if precision else "")


FUNCTIONS = (Function("format", 1, None, ("string", ""), "string", run=_format),)
