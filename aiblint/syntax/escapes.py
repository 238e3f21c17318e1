"""JSON escapes: raw string text to characters, characters back to offsets, and backslashes that spoil Windows paths."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.syntax.mistakes import printable, quoted
from aiblint.syntax.unescape import ESCAPE, SIMPLE, plain, unescape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[str, int, int, str], None]

_CONTROL = lazy(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_JOIN = lazy(r'"[ \t\r\n]*+\+[ \t\r\n]*+"')
_WORD = lazy(r'[^\s"\']*')
_LONE_BACKSLASH = lazy(r"(?:\\\\)++|\\")
_QUOTES = "\"'`‘’‚‛“”„‟«»\x91\x92\x93\x94"

_PATH = lazy(r'(?:(?<![A-Za-z0-9_])[A-Za-z]:|%\w+%|\$env:\w+|\$\{env:\w+\})(?=\\)|(?<![^\s"\'=(,])\\\\(?=\w)', re.IGNORECASE)
_PATH_STEP = lazy(r'\\\\|(?P<u>\\u[0-9a-fA-F]{4})|\\r\\n|(?P<e>\\[bfnrt])(?=[\w.$%*-])|[^\s"\'\\;|<>]')
_SPLITS_LINES = ("\\n", "\\r")


def bad_escapes(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Illegal escapes in the raw string text `text[start:end]`: start, end, and the spelling with the backslash doubled."""
    found = []
    for match in ESCAPE.finditer(text, start, end):
        char = match[4]
        # A backslash before a line end, or before a quote that it should not have escaped, is reported as that.
        if char is not None and char not in SIMPLE:
            found.append((match.start(), match.end(), "\\" + match[0]))
    return found


def decode(text: str, start: int, end: int, report: Report) -> str:
    """The characters that `text[start:end]` stands for; what is illegal in it is reported, each kind once per string."""
    raw = text[start:end]
    control = _CONTROL.search(raw)
    if control is not None:
        at = start + control.start()
        code = ord(control[0])
        name = "raw tab character" if code == 9 else f"raw control character U+{code:04X}"
        spelling = "\\t" if code == 9 else f"\\u{code:04x}"
        report("control-character", at, at + 1, f"{name} inside a string: write `{spelling}`")
    if "\\" not in raw:
        return raw
    value = ESCAPE.sub(plain, raw)
    bad = bad_escapes(text, start, end)
    if bad:
        report("bad-escape", bad[0][0], bad[0][1], _advice(text, start, end, bad))
    if "\\u" in raw:
        for match in ESCAPE.finditer(text, start, end):
            if match[3] is not None and 0xD800 <= int(match[3], 16) <= 0xDFFF:
                message = f"`{match[0]}` is half of a surrogate pair: no character belongs to it, many loaders refuse it"
                report("lone-surrogate", match.start(), match.end(), message)
                break
    return value


def _advice(text: str, start: int, end: int, bad: list[tuple[int, int, str]]) -> str:
    at, stop, _ = bad[0]
    begin = at
    while begin > start and at - begin < 40 and not text[begin - 1].isspace() and text[begin - 1] not in "\"'":
        begin -= 1
    word = _WORD.match(text, at, min(end, at + 40))
    finish = max(stop, word.end() if word is not None else stop)
    doubled = _LONE_BACKSLASH.sub(lambda found: "\\\\" if found[0] == "\\" else found[0], text[begin:finish])
    escape = text[at:stop]
    if escape.startswith("\\u"):
        why = "`\\u` needs four hexadecimal digits after it"
    else:
        why = f"`{printable(escape)}` is no JSON escape"
    more = f" ({len(bad) - 1} more in this string)" if len(bad) > 1 else ""
    return f"write {quoted(doubled)}: {why}{more}"


def _pieces(text: str, start: int, end: int, value: str) -> list[tuple[int, int]] | None:
    """The raw ranges whose characters, one after the other, are the value: one, or several for strings joined with `+`."""
    closed = end - 1 if end - start >= 2 and text[end - 1] in _QUOTES else end
    for stop in (closed, end):
        raw = unescape(text[start + 1 : stop])
        if raw == value:
            return [(start + 1, stop)]
        if raw == "[" + value and text[start + 1] == "[":
            return [(start + 2, stop)]
    pieces = []
    begin = start + 1
    for join in _JOIN.finditer(text, begin, closed):
        pieces.append((begin, join.start()))
        begin = join.end()
    pieces.append((begin, closed))
    return pieces if "".join(unescape(text[a:b]) for a, b in pieces) == value else None


def span_offsets(text: str, start: int, end: int, value: str) -> list[int] | range:
    """Text offset of each code point of `value`, written with its quotes at `text[start:end]`: see `json.string_offsets`.

    A first bracket that ARM has taken away may be missing in the value. Raises ValueError where that is no spelling of the value.
    """
    if text[start : start + 1] not in _QUOTES and text.startswith(value, start):  # the opening quote was forgotten
        return range(start, start + len(value) + 1)
    if end - start == len(value) + 2 and text[end - 1] in _QUOTES and text.startswith(value, start + 1):
        return range(start + 1, end)
    pieces = _pieces(text, start, end, value)
    if pieces is None:
        raise ValueError(f"text[{start}:{end}] is not a spelling of the value")
    offsets: list[int] = []
    for begin, stop in pieces:
        at = begin
        for match in ESCAPE.finditer(text, begin, stop):
            offsets.extend(range(at, match.start()))
            # An illegal escape stands for its own two characters, a legal one (surrogate pairs too) for one.
            offsets.extend(range(match.start(), match.end()) if len(plain(match)) == 2 else (match.start(),))
            at = match.end()
        offsets.extend(range(at, stop))
    offsets.append(pieces[-1][1])
    return offsets


def path_escapes(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Legal escapes in raw string text that look like the backslash of a Windows path: see `json.suspicious_escapes`."""
    found: list[tuple[int, int, str]] = []
    pos = start
    while (path := _PATH.search(text, pos, end)) is not None:
        pos = path.end()
        doubled = path[0] == "\\\\"
        while (step := _PATH_STEP.match(text, pos, end)) is not None:
            pos = step.end()
            escape = step["u"] or step["e"]
            if step[0] == "\\\\":
                doubled = True
            elif step[0] == "\\r\\n":
                break
            elif escape is not None:
                if doubled and escape in _SPLITS_LINES:
                    break
                found.append((step.start(), step.end(), "\\" + escape))
    return found
