"""Text without quotes where a value belongs: numbers, words, placeholders, and what to say about each."""

from __future__ import annotations

import re

from aiblint.document import BOOLEAN, NULL, NUMBER, STRING, UNREADABLE
from aiblint.pattern import lazy
from aiblint.syntax.mistakes import quoted
from aiblint.syntax.strings import plausible_tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    Scalar = str | int | float | bool | None

_PLACEHOLDER = lazy(
    r'<[^<>"\r\n]+>|\{\{[^{}:"\r\n]*+\}\}|#\{[^{}"\r\n]*+\}#?|\$\{\{[^{}"\r\n]*+\}\}|\$\{[^{}"\r\n]*+\}|\$\([^()"\r\n]*+\)'
    r"|__\w+?__(?!\w)|%\w+%|@@?\w+@@?|\.\.\.+|…"
)
_ELLIPSIS = ("...", "…")
_NUMBER_LIKE = lazy(r"[-+–—−]?\.?[0-9][\w.]*+(?:(?<=[eE])[-+][0-9]+)?|-(?=[ \t]*[,\]}])")
_JSON_NUMBER = lazy(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_NOT_A_NUMBER = lazy(r"(-?Infinity|NaN)(?![\w.])")
_LITERAL = lazy(r"(?:true|false|null)(?![\w.(:/\\-])")
_LOOSE = lazy(r"([-+]?)(?:0[xX]([0-9a-fA-F]{1,16})|([0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]{1,3})?))\Z")
_EXPRESSION = lazy(
    r"\[[ \t]*[A-Za-z]\w*\([^\r\n\"]*?\)[^\r\n\"\[\]]*?(?:\[[^\r\n\"\[\]]*\][^\r\n\"\[\]]*?)*\](?=[ \t]*(?:[,\]}\r\n]|\Z))"
)
_WORD = lazy(r'[^\s,"\[\]{}]++')
_WORDS = lazy(r'[^\r\n,"\[\]{}]++')
_LOST_QUOTE = lazy(r'[^\r\n,"\[\]{}]++"(?=[ \t]*(?:[,\]}\r\n]|\Z))')
_VALUE_ENDS = lazy(r"[ \t]*+(?:[,\]}\r\n]|\Z|//|/\*)")
_STOP = lazy(r"[,\]}\r\n]")
_CURES = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"} | dict.fromkeys(
    ("none", "null", "nil", "undefined", "nan"), "null"
)
_LONGEST_LOOSE = 300  # digits: below sys.int_info.str_digits_check_threshold, and within the range of float()
_MOST = 2**64


class Bare:
    """What was read: where it ends, the node's kind and value, and what to report (an empty kind: nothing)."""

    __slots__ = ("end", "kind", "message", "mistake", "value")

    def __init__(self, end: int, kind: str, value: Scalar = None, mistake: str = "", message: str = "") -> None:
        self.end = end
        self.kind = kind
        self.value = value
        self.mistake = mistake
        self.message = message


def placeholder(text: str, pos: int) -> Bare | None:
    """A placeholder (`<minutes>`, `{{x}}`, `#{x}#`, `$(x)`, `__x__`, `...`) at `pos`."""
    found = _PLACEHOLDER.match(text, pos)
    if found is None:
        return None
    shown = quoted(found[0])
    if found[0].startswith(_ELLIPSIS):
        message = f"{shown} stands for something left out: write it, or delete the dots"
    else:
        message = f"{shown} is a placeholder: put the real value here (a number as it is, text in quotes)"
    return Bare(found.end(), UNREADABLE, None, "placeholder", message)


def expression(text: str, pos: int) -> Bare | None:
    """An ARM expression whose quotes were forgotten: `[resourceGroup().location]`."""
    found = _EXPRESSION.match(text, pos, pos + 500)
    if found is None:
        return None
    return Bare(found.end(), STRING, found[0], "bare-word", f"{quoted(found[0])} is an ARM expression: put it in double quotes")


def scalar(text: str, pos: int) -> Bare | None:
    """A number, literal, placeholder or unquoted text at `pos`; None where nothing there looks like one value."""
    literal = _LITERAL.match(text, pos)
    if literal is not None:
        word = literal[0]
        return Bare(literal.end(), NULL) if word == "null" else Bare(literal.end(), BOOLEAN, word == "true")
    strange = _NOT_A_NUMBER.match(text, pos)
    if strange is not None:
        message = f"{quoted(strange[0])} is no JSON value: write a number or null"
        return Bare(strange.end(), NUMBER, float(strange[0]), "not-a-number", message)
    number = _NUMBER_LIKE.match(text, pos)
    if number is not None and not _continues(text, number.end()):
        return _number(number[0], number.end())
    return placeholder(text, pos) or _word(text, pos)


def _continues(text: str, pos: int) -> bool:
    """`10.0.0.0/24` and `2024-01-31` are no numbers but text."""
    return text[pos : pos + 1] in ("/", "-", ":", "\\", "%", "@", "$") and not text.startswith(("//", "/*"), pos)


def _number(written: str, end: int) -> Bare:
    strict = _JSON_NUMBER.match(written)
    if strict is not None:
        if strict[1] is None and strict[2] is None:
            return _integer(written, end)
        value = float(written)
        if value in (float("inf"), float("-inf")):
            return Bare(end, NUMBER, value, "not-a-number", f"{quoted(written)} is too large: it is read as infinity")
        return Bare(end, NUMBER, value)
    if written[0] in "–—−":
        inner = _number("-" + written[1:], end)
        message = f"the dash in {quoted(written)} is typographic: write `-`"
        return Bare(end, inner.kind, inner.value, "smart-dash", message)
    loose = _LOOSE.match(written)
    if loose is None:
        return Bare(
            end,
            UNREADABLE,
            None,
            "bare-word",
            f"{quoted(written)} is neither a number nor text in quotes: put quotes around it",
        )
    return _loose(written, loose, end)


def _integer(written: str, end: int) -> Bare:
    try:
        value = int(written)
    except ValueError:  # more than sys.get_int_max_str_digits() digits
        return Bare(end, UNREADABLE, None, "bad-number", f"a number of {len(written)} digits: no loader reads it")
    if -_MOST < value < _MOST:
        return Bare(end, NUMBER, value)
    return Bare(end, NUMBER, value, "bad-number", f"{quoted(written)} does not fit into 64 bits")


def _loose(written: str, loose: re.Match[str], end: int) -> Bare:
    sign, digits, decimal = loose.groups()
    value: int | float | None = None
    plain = (decimal or "").replace("_", "")
    if digits is not None:
        value = int(digits, 16)
    elif plain.isdigit() and len(plain) <= _LONGEST_LOOSE:
        value = int(plain)
    elif any(c.isdigit() for c in plain.lower().partition("e")[0]) and not plain.lower().endswith("e"):
        value = float(plain)
    if value is None or value == float("inf"):
        return Bare(end, UNREADABLE, None, "bad-number", f"{quoted(written)} is no number")
    value = -value if sign == "-" else value
    return Bare(end, NUMBER, value, "bad-number", f"{quoted(written)} is no JSON number: write {quoted(str(value))}")


def _word(text: str, pos: int) -> Bare | None:
    for pattern in (_WORD, _WORDS):
        found = pattern.match(text, pos)
        if found is not None and _VALUE_ENDS.match(text, found.end()):
            word = found[0].rstrip()
            comment = word.find(" //")
            word = word if comment < 0 else word[:comment].rstrip()
            return Bare(pos + len(word), UNREADABLE, None, "bare-word", _cure(word))
    lost = _LOST_QUOTE.match(text, pos)
    if lost is not None:
        message = f"{quoted(lost[0])} lacks its opening quote"
        return Bare(lost.end(), STRING, lost[0][:-1], "bare-word", message)
    return None


def _cure(word: str) -> str:
    cure = _CURES.get(word.lower())
    if cure is not None:
        return f"{quoted(word)} is no JSON value: write `{cure}` (or put it in quotes, if it is meant as text)"
    if "(" in word:
        return f"{quoted(word)} stands without quotes: put it in double quotes (an ARM expression too)"
    return f"{quoted(word)} stands without quotes: put it in double quotes"


def junk(text: str, pos: int) -> int:
    """The end of text that makes no sense: before the next comma or closer that JSON goes on from, or the line's end."""
    at = pos
    for _ in range(64):
        stop = _STOP.search(text, at)
        if stop is None:
            return len(text)
        if stop[0] in "\r\n" or plausible_tail(text, stop.start()):
            return stop.start()
        at = stop.end()
    return at
