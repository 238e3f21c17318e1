"""Where a string ends, also when its quotes are missing, unescaped, typographic or single."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.syntax.escapes import bad_escapes, decode
from aiblint.syntax.mistakes import quoted
from aiblint.syntax.unescape import unescape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.syntax.escapes import Report

_BLANK = r"[ \t\xa0\u200b\ufeff]"
_BODY = r'[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+'
_SEGMENT = lazy(_BODY)
_NEXT_QUOTE = lazy(_BODY + '"')
_ENDS = lazy(rf"{_BLANK}*+(?:[,\]}}:\r\n]|\Z|//|/\*)|{_BLANK}++#")
_NAME_ENDS = lazy(r"[ \t\r\n\xa0]*+(?::|\Z)")
_PLUS = lazy(r'[ \t\r\n]*+\+[ \t\r\n]*+"')
_PLUS_LINE = lazy(r"[ \t]*+\+[ \t]*+(?:[\"\r\n]|\Z)")
_NEXT_STRING = lazy(rf'{_BLANK}++"{_BODY}"')
_NEXT_MEMBER = lazy(rf'[ \t]*+[;.|]?[ \t]*+"{_BODY}"[ \t]*+:')
_SEMICOLON = lazy(rf'[ \t]*+;[ \t]*+(?:"{_BODY}"|[\r\n]|\Z)')
_OPENS_NAME = lazy(r'[^"\r\n]*+"[ \t]*+:')
_OPENS_ITEM = lazy(r'[^\s"][^"\r\n]*+"')
_KEY_TEXT = lazy(r'([\w$.<>-]+)[ \t]*:[^"]*\Z')
_QUOTE_IN_NAME = lazy(r'[^\s"\r\n:,{}\[\]][^"\r\n:,{}\[\]]*"[ \t]*+:')
_SMART_END = lazy(r"[“”„‟\x93\x94][ \t]*+(?=[,\]}:\r\n]|\Z)")
_ESCAPED_END = lazy(r'(\\)"[ \t]*+[\]},]*+[ \t]*+\Z')
_TO_QUOTE = lazy(r'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_CLOSES_LATER = lazy(r'[ \t\r\n]*+(?:[\]}]|,[ \t\r\n]*+(?:["\[{\]}<]|-?[0-9]|true|false|null|/[/*]|\Z)|//|/\*)')
_HERE_STRING = lazy(r"@\"[ \t]*+\r?\n(?!\s*+(?:[\"\]},:/]|\Z))")
_HERE_END = lazy(r"\r?\n[ \t]*+\"@")
_REST_OF_FILE = lazy(r"\s*+\Z")
_NOT_A_WORD = lazy(r"[ \t\r\n]*+(?![\w$@-])")

_TOKEN = lazy(
    rf'{_BLANK}*+(?:("{_BODY}")|(-?[0-9][0-9.eE+-]*+|true\b|false\b|null\b|<[^<>"\r\n]*>)|([{{\[])|([}}\]])|(,)|(:)|(/[/*])|(?=[\r\n]|\Z)())'
)
_NEXT: dict[int, tuple[int, ...]] = {  # what may follow a string, a scalar, an opener, a closer, a comma, a colon
    1: (4, 5, 6, 7, 8),
    2: (4, 5, 7, 8),
    3: (1, 2, 3, 4, 7, 8),
    4: (4, 5, 7, 8),
    5: (1, 2, 3, 4, 7, 8),
    6: (1, 2, 3, 7, 8),
}
_TOKENS_AHEAD = 24
_QUOTES_AHEAD = 200
_CHARS_AHEAD = 5000

_FOREIGN = {
    "'": "'",
    "`": "`",
    "‘": "‘’‚‛'\x91\x92",
    "’": "‘’‚‛'\x91\x92",
    "‚": "‘’‚‛'\x91\x92",
    "‛": "‘’‚‛'",
    "\x91": "\x91\x92'",
}
_DOUBLE = '“”„‟«»"\x93\x94'
OPENING_QUOTES = frozenset("\"'`‘’‚‛“”„‟«»\x91\x93\x94")


def plausible_tail(text: str, pos: int, *, after: int = 2) -> bool:
    """Whether the line goes on from `pos` as JSON does after a value (`after` names another token): 24 tokens are looked at."""
    for _ in range(_TOKENS_AHEAD):
        token = _TOKEN.match(text, pos)
        if token is None or token.lastindex not in _NEXT[after]:
            return False
        after = token.lastindex
        pos = token.end()
        if after == 7:
            return True
        if after == 8:  # the line ends: then no word may begin the next one, only JSON does
            return _NOT_A_WORD.match(text, pos) is not None
    return True


def _trim(text: str, start: int, end: int, *, brackets: bool) -> int:
    """The end of `text[start:end]` without blanks and one comma behind it, and without closing brackets where asked."""
    while end > start and text[end - 1] in " \t":
        end -= 1
    if end > start and text[end - 1] == ",":
        end -= 1
    while end > start and text[end - 1] in (" \t]}" if brackets else " \t"):
        end -= 1
    return end


class Strings:
    """Reads the strings of one text; remembers where looking ahead was in vain, so that all of it stays linear."""

    __slots__ = ("_barren", "_last_quote", "report", "text", "truncated")

    def __init__(self, text: str, report: Report) -> None:
        self.text = text
        self.report = report
        self.truncated = -1
        """Where a string begins that the end of the file cuts off."""
        self._barren = 0  # no quote before this offset closes a string with unescaped quotes in it
        self._last_quote = len(text)  # no quote after this offset closes anything

    def read(self, start: int, *, name: bool, in_object: bool, line_start: int) -> tuple[int, str]:
        """The string that begins at `start`: where it ends and what it says.

        `name` says that a member's name is expected, `in_object` that the container is an object; `line_start` is the
        offset where the innermost container was opened.
        """
        text = self.text
        if text[start] != '"':
            return self._foreign(start)
        end, stop = self._name_end(start) if name else self._value_end(start, in_object, line_start)
        value = decode(text, start + 1, stop, self.report)
        if name or end == stop:  # a string without its closing quote is joined with nothing
            return end, value
        return self._joined(end, value)

    def _joined(self, end: int, value: str) -> tuple[int, str]:
        """Strings joined with `+` are one value, reported once at the first plus."""
        parts = [value]
        plus = -1
        while (join := _PLUS.match(self.text, end)) is not None:
            stop = _SEGMENT.match(self.text, join.end())
            if stop is None or self.text[stop.end() : stop.end() + 1] != '"':
                break
            if plus < 0:
                plus = self.text.index("+", end)
            parts.append(decode(self.text, join.end(), stop.end(), self.report))
            end = stop.end() + 1
        if plus >= 0:
            message = f"JSON cannot join strings with `+`: write {len(parts)} parts as one string, or as items of the array"
            self.report("concatenation", plus, plus + 1, message)
        return end, "".join(parts)

    # --- names

    def _name_end(self, start: int) -> tuple[int, int]:
        text = self.text
        close = self._segment(start + 1)
        if text[close : close + 1] != '"':
            return self._unclosed_name(start, close)
        if _NAME_ENDS.match(text, close + 1):
            return close + 1, close
        key = _KEY_TEXT.match(text, start + 1, close)
        glued = not text[close + 1 : close + 2].isspace()
        if (
            key is not None and glued and not plausible_tail(text, close + 1)
        ):  # "name: "value": the quote before the colon was forgotten
            return self._close_name(start, key.end(1))
        if _QUOTE_IN_NAME.match(text, close + 1):
            self.report("unescaped-quote", close, close + 1, 'a quote inside a name is not escaped: write `\\"` for it')
            found = _NEXT_QUOTE.match(text, close + 1)
            if found is not None:
                return found.end(), found.end() - 1
        return close + 1, close

    def _unclosed_name(self, start: int, eol: int) -> tuple[int, int]:
        key = _KEY_TEXT.match(self.text, start + 1, eol)
        if key is not None:
            return self._close_name(start, key.end(1))
        smart = self._smart_end(start, eol)
        if smart >= 0:
            return self._smart_close(smart)
        return self._close_line(start, eol, start + 1)

    def _close_name(self, start: int, stop: int) -> tuple[int, int]:
        self.report("unclosed-string", start, stop, f"the name {quoted(self.text[start:stop])} lacks its closing quote")
        return stop, stop

    # --- values

    def _segment(self, pos: int) -> int:
        found = _SEGMENT.match(self.text, pos)
        return found.end() if found is not None else pos

    def _value_end(self, start: int, in_object: bool, line_start: int) -> tuple[int, int]:
        close = self._segment(start + 1)
        if self.text[close : close + 1] != '"':
            return self._no_quote(start, close, line_start)
        if _HERE_STRING.match(self.text, close - 1):
            end = self._behind_here_string(close)
            if end >= 0:
                message = 'a here-string stands in it as it is: write `\\"` for each of its quotes, and `\\n`, or one string for each line'
                self.report("multi-line-string", start, end + 1, message)
                return end + 1, end
        if _ENDS.match(self.text, close + 1):
            return close + 1, close
        return self._doubtful(start, close, in_object)

    def _behind_here_string(self, close: int) -> int:
        """The quote that closes a string into which PowerShell's `@"` … `"@` was pasted; -1 where there is none."""
        text = self.text
        ending = _HERE_END.search(text, close, close + _CHARS_AHEAD)
        pos = ending.end() if ending is not None else len(text)
        for _ in range(_QUOTES_AHEAD):
            found = _TO_QUOTE.match(text, pos)
            if found is None or found.end() - close > 2 * _CHARS_AHEAD:
                return -1
            pos = found.end()
            if _CLOSES_LATER.match(text, pos):
                return pos - 1
        return -1

    def _doubtful(self, start: int, close: int, in_object: bool) -> tuple[int, int]:
        """A quote that nothing of JSON follows: the end with something missing after it, or a quote inside the string."""
        text = self.text
        if _PLUS_LINE.match(text, close + 1) or _NEXT_MEMBER.match(text, close + 1) or self._strings_follow(close + 1):
            return close + 1, close
        semicolon = _SEMICOLON.match(text, close + 1)
        if semicolon is not None and _ENDS.match(text, semicolon.end()):
            return close + 1, close
        smart = self._smart_end(start, close)
        if smart >= 0:
            return self._smart_close(smart)
        comma = _trim(text, start + 1, close, brackets=False)
        if text[comma : comma + 1] == "," and self._opens(close + 1, in_object):
            # "a": "x, "b": …: the quote opens the next name, so the one before the comma was forgotten
            return self._before_comma(start, comma)
        end = self._real_end(close)
        if end < 0:
            return close + 1, close
        word = quoted(text[close : min(end, close + 24)])
        message = f'the quote at {word} would end the string: write `\\"` for a quote inside a string'
        self.report("unescaped-quote", close, close + 1, message)
        return end + 1, end

    def _strings_follow(self, pos: int) -> bool:
        """Only whole strings up to something that may follow a value: then a comma is missing, not a backslash."""
        for count in range(8):
            following = _NEXT_STRING.match(self.text, pos)
            if following is None:
                return count > 0 and _ENDS.match(self.text, pos) is not None
            pos = following.end()
        return True

    def _opens(self, pos: int, in_object: bool) -> bool:
        """Whether the quote before `pos` opens a whole name (in an object) or item (in an array)."""
        if in_object:
            return _OPENS_NAME.match(self.text, pos) is not None
        item = _OPENS_ITEM.match(self.text, pos)
        return item is not None and _ENDS.match(self.text, item.end()) is not None

    def _before_comma(self, start: int, comma: int) -> tuple[int, int]:
        text = self.text
        if text[comma - 1] == '"' and text[comma - 2] == "\\" and comma - 2 > start:
            return self._escaped_close(start, comma - 2)
        self.report("unclosed-string", start, comma, f"the string {quoted(text[start:comma])} lacks its closing quote")
        return comma, comma

    def _real_end(self, first: int) -> int:
        """The quote on this line that closes a string with unescaped quotes in it; -1 where none does."""
        text = self.text
        pos = max(first + 1, self._barren)
        if pos - first > _CHARS_AHEAD:
            return -1
        for _ in range(_QUOTES_AHEAD):
            found = _NEXT_QUOTE.match(text, pos)
            if found is None or found.end() - first > _CHARS_AHEAD:
                break
            pos = found.end()
            if plausible_tail(text, pos):
                return pos - 1
        self._barren = pos
        return -1

    # --- no closing quote on the line

    def _no_quote(self, start: int, eol: int, line_start: int) -> tuple[int, int]:
        text = self.text
        escaped = _ESCAPED_END.search(text, max(start + 1, eol - 40), eol)
        if escaped is not None and self._odd_quotes(start, eol):
            return self._escaped_close(start, escaped.start())
        smart = self._smart_end(start, eol)
        if smart >= 0:
            return self._smart_close(smart)
        end = self._later_end(eol)
        if end >= 0:
            message = "a string runs over a line end: write `\\n`, or one string for each line"
            self.report("multi-line-string", start, end + 1, message)
            return end + 1, end
        return self._close_line(start, eol, line_start)

    def _odd_quotes(self, start: int, eol: int) -> bool:
        """`"C:\\AIB\\",`: escaped quotes come in pairs, an odd one at the end was meant to close the string."""
        return unescape(self.text[start + 1 : eol]).count('"') % 2 == 1

    def _escaped_close(self, start: int, backslash: int) -> tuple[int, int]:
        text = self.text
        if not bad_escapes(text, start + 1, backslash):  # else that report says to double the backslashes
            begin = max(text.rfind(" ", start, backslash), start) + 1
            word = quoted(text[begin : backslash + 2])
            message = f'the backslash at the end of {word} escapes the quote that should close the string: write `\\\\"`'
            self.report("bad-escape", backslash, backslash + 2, message)
        return backslash + 2, backslash + 1  # the lone backslash belongs to the value

    def _smart_end(self, start: int, stop: int) -> int:
        """A typographic quote that stands where the string should close, and closes no other one; -1 without it."""
        found = _SMART_END.search(self.text, start + 1, stop)
        if found is None or any(self.text.find(opening, start + 1, found.start()) >= 0 for opening in "“„\x93"):
            return -1
        return found.start()

    def _smart_close(self, at: int) -> tuple[int, int]:
        self.report("smart-quotes", at, at + 1, f'the typographic quote `{self.text[at]}` closes no string: write `"`')
        return at + 1, at

    def _later_end(self, eol: int) -> int:
        """The quote on a later line that closes a string over several lines; -1 where it opens another string instead."""
        text = self.text
        if eol >= self._last_quote:
            return -1
        pos = eol
        for _ in range(_QUOTES_AHEAD):
            found = _TO_QUOTE.match(text, pos)
            if found is None:
                self._last_quote = min(self._last_quote, pos)
                return -1
            quote = found.end() - 1
            if _CLOSES_LATER.match(text, quote + 1):
                return quote
            before = text[max(eol, quote - _CHARS_AHEAD) : quote].rstrip(" \t")
            if quote - eol > _CHARS_AHEAD or not before or before[-1] in "\r\n[{,:":
                return -1
            pos = found.end()
        return -1

    def _close_line(self, start: int, eol: int, line_start: int) -> tuple[int, int]:
        """A forgotten quote: the string ends with its line, but for the comma (and brackets opened on the line) behind it."""
        text = self.text
        if _REST_OF_FILE.match(text, eol):
            self.truncated = start
            return eol, eol
        same_line = text.find("\n", line_start, start) < 0
        stop = _trim(text, start + 1, eol, brackets=same_line)
        self.report("unclosed-string", start, stop, f"the string {quoted(text[start:stop])} lacks its closing quote")
        return stop, stop

    # --- other quotes

    def _foreign(self, start: int) -> tuple[int, str]:
        text = self.text
        opening = text[start]
        closing = _FOREIGN.get(opening, _DOUBLE)
        eol = start + 1
        last = -1
        end = -1
        for match in re.finditer(r"[\r\n]|[" + re.escape(closing) + "]", text[start + 1 : start + 1 + _CHARS_AHEAD]):
            at = start + 1 + match.start()
            if match[0] in "\r\n":
                eol = at
                break
            last = at
            if _ENDS.match(text, at + 1):
                end = at
                break
        else:
            eol = min(len(text), start + 1 + _CHARS_AHEAD)
        end = end if end >= 0 else last
        stop = end
        if end < 0:
            stop = _trim(text, start + 1, eol, brackets=True)
        value = decode(text, start + 1, stop, _silent)
        after = end + 1 if end >= 0 else stop
        if opening in "'`":
            message = f'{quoted(text[start:after])}: JSON strings stand in double quotes: write `"`, not `{opening}`'
            self.report("single-quotes", start, after, message)
        else:
            message = f'{quoted(text[start:after])} stands in typographic quotes: write `"` on both sides'
            self.report("smart-quotes", start, after, message)
        return after, value


def _silent(kind: str, start: int, end: int, message: str) -> None:
    """What is wrong inside single or typographic quotes is seen once the quotes are right."""
