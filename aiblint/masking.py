"""What of a text is a secret by its form, and the text without it: nothing that is printed may repeat one, whichever rules run."""

from __future__ import annotations

import functools
import re

from aiblint import placeholders, schema
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

MASK = "***"

_SHORTEST = 4  # shorter texts stand everywhere
_SHORT_WORD = 8
_LONGEST_PIECE = 80  # what a message may keep of a value that it shortened
_CUT = "…"

PASSWORD = "a password"
KEY = "a key or token"

# Names that end like this hold a password, or a generated key. Before the end, a word like `no` or `disabled` says that there is none.
_PASSWORD_NAME = lazy(
    r"(?:password|passwd|passphrase|requirepass|(?<!old)(?<![a-z])pwd|(?<=[a-z]{4})pwd|\Asapwd|(?<!by)(?<!first)(?<!second)[_-]pass|"
    r"(?:\A|[_-])pw)\Z",
    holds=("pass", "pwd", "pw"),
)
_KEY_NAME = lazy(
    r"(?:secret|token|api[_-]?key|access[_-]?key|account[_-]?key|storage[_-]?key|secret[_-]?key)\Z",
    holds=("secret", "token", "key"),
)
_NO_SECRET = lazy(
    r"(?:\A|[_-])(?:no|non|disabled?|without|ask|skip|allow|require|use|show|expire|empty|blank|hash(?:ed)?|encrypted|cat|get|read|check|"
    r"set|change|reset|generate|random|validate)[_-]?"
)
_NUMBER = lazy(r"[_-]?\d{1,2}\Z")  # password1, password2
_CAMEL = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_REPEATED = lazy(r"(.)\1*\Z", re.DOTALL)
_STAND_IN_PART = lazy(
    r"your|placeholder|redacted|replace[_-]?(?:me|with)|change[_-]?me|insert[_-]|example|<[A-Za-z][\w .:-]*>|\{\{|"
    r"\A(?:[A-Za-z]:[\\/]|[/~.]|https?:)",
    re.IGNORECASE,
)
_KEY_VALUE = lazy(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9+/=_.~-]{16,}\Z")
# Names of secrets in a vault are made of letters, digits and dashes; what has other characters, too, is no name.
_MIXED = lazy(r"(?=[^a-z]*[a-z])(?=[^A-Z0-9]*[A-Z0-9])(?=[^!@#^*+=~?&]*[!@#^*+=~?&])[^\s/:;,<>(){}\[\]\"'`$%|\\]{8,200}\Z")
_WORDS_WITH_DASHES = lazy(r"[a-z]+(?:[-_.][a-z0-9]+)+\Z")

# The forms below are those of secrets in addresses and settings. They are wider than what rules report: to hide a little too
# much costs nothing. Quantifiers are bounded, so that a hostile text cannot make the search slow.
_AND = r"(?:[?&;]|\\u0026|%26)(?:amp;)?"  # also as JSON (\u0026), an address inside another (%26) and XML (&amp;) write it
_VALUE = r"((?:[^&\s\"'#;\\<>]|\\(?:/|u(?!0026))){1,4000})"
_IN_QUERY = lazy(
    rf"{_AND}[\w.\-]{{0,40}}(?:sig|signature|token|password|passwd|pwd|secret|key|credential|auth)={_VALUE}",
    re.IGNORECASE,
    holds=("sig=", "signature=", "token=", "password=", "passwd=", "pwd=", "secret=", "key=", "credential=", "auth="),
)
_FUNCTION_KEY = lazy(
    rf"\.azurewebsites\.net[^\s\"'?]{{0,400}}\?(?:[^\s\"']{{0,400}}?{_AND})?code={_VALUE}",
    re.IGNORECASE,
    holds=(".azurewebsites.net",),
)
# `name:password@`, where the password may hold a slash; but `host:8443/path@v1` has none. A name alone may be a token.
_BEFORE_HOST = lazy(r"://(?:[^\s/?#@:'\"<>$(){}]{0,200}:(?!\d{1,5}[/?#])([^\s@'\"<>$(){}]{1,300})|([A-Za-z0-9_\-]{20,300}))@")
_SETTING = lazy(
    r"(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|(?:access|account|storage|secret)[_-]?key)"
    r"(?:\\?[\"'])?(?:\s{0,5}[:=]\s{0,5}|[ ]{1,3})(?:\\?[\"'])?([^\s\"',;&\\]{3,300})",
    re.IGNORECASE,
)
# Wider still, for the text of files only: what stands beside a name that ends like one of a secret, and looks made up by a machine
# or by somebody who was told to. Behind a mere blank the name has to be an option or a variable.
_GUESS = lazy(
    r"(?P<name>(?:key|token|secret|pass(?:word|wd|phrase)?|pwd|cred(?:ential)?s?|auth(?:orization)?)[0-9]{0,2})"
    r"(?:(?:\\?[\"']|\\u002[27])?\s{0,5}[:=]\s{0,5}|(?<=passwd)[^\r\n|;&<]{0,60}<<<\s{0,5}|(?P<blank>[ ]{1,3}))"
    r"(?:(?P<quote>\\?[\"']|\\u002[27])(?:Bearer |Basic )?(?P<quoted>(?:(?!(?P=quote))[^\s\"]){8,300})(?P=quote)|"
    r"(?:Bearer |Basic )?(?P<plain>[^\s\"'\\,;&<>()]{8,300}))",
    re.IGNORECASE,
)
_GUESS_HINTS = ("key", "token", "secret", "pass", "pwd", "cred", "auth")
_MADE_UP = lazy(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])")
_OPTION_OR_VARIABLE = lazy(r"(?:(?<![\w-])--?[A-Za-z][\w-]*|[A-Za-z0-9]+_[A-Za-z0-9_]*|(?<![A-Za-z0-9])[A-Z]+)\Z")
_SETTING_HINTS = ("password", "passwd", "passphrase", "pwd", "secret", "token", "key")
_NAME_BEFORE = lazy(r"(?:--?|/)?[A-Za-z_][\w.-]{0,60}\Z")
# What waits to be filled in; a plain variable only where nobody could take it for a password.
_REFERENCE = lazy(r"[<{\[]|#\{|\$[({]|\$(?:env:)?[A-Z_][A-Z0-9_]*\Z|%\w+%|__\w+__")


class Hidden:
    """Texts that no message may repeat, whole or as what is left beside the `…` of a shortened value."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for text in sorted({text for text in texts if len(text) >= _SHORTEST}, key=len, reverse=True):
            self._by_start.setdefault(text[:_SHORTEST], []).append(text)
        self._heads: frozenset[str] | None = None
        self._tails: frozenset[str] = frozenset()

    def without(self, message: str) -> str:
        """The message with `***` for what is not to be read."""
        message = mask(message)
        if self._by_start:
            message = self._without_whole(message)
            if _CUT in message:
                message = self._without_pieces(message)
        return message

    def _without_whole(self, message: str) -> str:
        pieces, rest = [], 0
        for start, end in self.places(message):
            pieces += [message[rest:start], MASK]
            rest = end
        return "".join([*pieces, message[rest:]])

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where one of the texts stands in another, whole: half-open, in order, apart. Short words count as words only."""
        by_start = self._by_start
        at, last = 0, len(text) - _SHORTEST
        while at <= last:
            hit = None
            for known in by_start.get(text[at : at + _SHORTEST], ()):
                if text.startswith(known, at) and not (_is_word(known) and _is_within_word(text, at, at + len(known))):
                    hit = known
                    break
            if hit is None:
                at += 1
            else:
                yield at, at + len(hit)
                at += len(hit)

    def _without_pieces(self, message: str) -> str:
        if self._heads is None:
            texts = [text for found in self._by_start.values() for text in found]
            lengths = range(_SHORTEST, _LONGEST_PIECE + 1)
            self._heads = frozenset(text[:length] for text in texts for length in lengths if length <= len(text))
            self._tails = frozenset(text[-length:] for text in texts for length in lengths if length <= len(text))
        parts = message.split(_CUT)
        for index in range(len(parts) - 1):
            left, right = parts[index], parts[index + 1]
            for length in range(min(_LONGEST_PIECE, len(left)), _SHORTEST - 1, -1):
                if left[-length:] in self._heads:
                    parts[index] = left[:-length] + MASK
                    break
            for length in range(min(_LONGEST_PIECE, len(right)), _SHORTEST - 1, -1):
                if right[:length] in self._tails:
                    parts[index + 1] = MASK + right[length:]
                    break
        return _CUT.join(parts)


def _is_word(text: str) -> bool:
    """Whether a text is one that other words hold, too: a password `image` is not repeated by `images`."""
    return len(text) < _SHORT_WORD and text.isalpha()


def _is_within_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()


def mask(text: str) -> str:
    """The text with `***` in place of each secret whose form gives it away."""
    found = spans(text)
    if not found:
        return text
    pieces, rest = [], 0
    for start, end in found:
        pieces += [text[rest:start], MASK]
        rest = end
    return "".join([*pieces, text[rest:]])


def spans(text: str) -> list[tuple[int, int]]:
    """Where secrets stand in a text, or in JSON as written: half-open, in order, apart from each other."""
    folded = text.lower()
    found = [(start, end) for start, end, _ in shapes(text, folded)]
    if "=" in folded:
        for pattern in (_IN_QUERY, _FUNCTION_KEY):
            found += [match.span(1) for match in pattern.finditer(text) if not _REFERENCE.match(match[1])]
    if "://" in folded and "@" in folded:
        found += [match.span(match.lastindex or 0) for match in _BEFORE_HOST.finditer(text)]
    if any(hint in folded for hint in _SETTING_HINTS):
        found += _settings(text)
    return joined(found)


def _settings(text: str) -> Iterator[tuple[int, int]]:
    """`adminPassword: x`, `"token": "x"`, `--password x`, `PASSWORD=x`: whatever a name calls a secret."""
    for match in _SETTING.finditer(text):
        before = text[max(0, match.start() - 60) : match.start(1)].rstrip(" \t\r\n:=\"'\\")
        name = _NAME_BEFORE.search(before)
        is_option = name is not None and name[0][0] in "-/"
        spaced = text[match.start() : match.start(1)].endswith(" ") and not re.search(
            r"[:=]", text[match.start() : match.start(1)]
        )
        if name is not None and (is_option or not spaced):
            kind = kind_of(name[0].lstrip("-/"))
            if kind and is_secret(match[1], kind):
                yield match.span(1)


def guessed(text: str) -> Iterator[tuple[int, int]]:
    """Where in the text of a file something stands that may be a secret by the name before it: to be hidden, never to be found."""
    for match in _beginning(text, _GUESS_HINTS, _GUESS):
        if match["blank"]:
            name = _OPTION_OR_VARIABLE.search(text[max(0, match.start() - 60) : match.end("name")])
            if name is None:
                continue
        group = "plain" if match["quoted"] is None else "quoted"
        said = match[group]
        if said[0] in "$%@[{(<" or is_stand_in(said) or kind_of(said) or _WORDS_WITH_DASHES.match(said):
            continue
        if _MADE_UP.match(said) or _MIXED.match(said):
            yield match.span(group)


def _beginning(text: str, hints: Iterable[str], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The matches that begin with one of some words, in capitals or not: to look for words takes a tenth of the time."""
    folded = text.lower()
    if len(folded) != len(text):  # a few capitals have two small letters
        folded = "".join(each.lower() if each.isascii() else each for each in text)
    for hint in hints:
        at = folded.find(hint)
        while at >= 0:
            match = pattern.match(text, at)
            if match is not None:
                yield match
            at = folded.find(hint, at + 1)


def joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order; those that overlap or touch are one."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def shapes(text: str, folded: str | None = None) -> Iterator[tuple[int, int, str]]:
    """Keys and tokens that their form gives away: start, end, what it is. `folded` is the text in lower case."""
    folded = text.lower() if folded is None else folded
    hinted = {row for hint, row in _hints() if hint in folded}
    for row in sorted(hinted):  # most texts have none
        what, _, pattern = _rows()[row]
        for match in _compiled(pattern).finditer(text):
            group = 1 if match.re.groups else 0
            if group == 0 or not is_stand_in(match[1]):
                yield match.start(group), match.end(group), what


def _rows() -> list[Any]:
    rows: list[Any] = schema.table("token-shapes")["rows"]  # type: ignore[assignment]
    return rows


@functools.cache
def _hints() -> list[tuple[str, int]]:
    """What gives a form away, with the row of the form."""
    return [(hint, number) for number, (_, hints, _) in enumerate(_rows()) for hint in hints]


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def kind_of(name: str) -> str:
    """What a name says that its value is: PASSWORD, KEY; empty for other names."""
    folded = _CAMEL.sub("_", name).lower()
    if folded in ("pwd", "oldpwd") and name.isupper():
        return ""  # the shell's own variables
    for pattern, what in ((_PASSWORD_NAME, PASSWORD), (_KEY_NAME, KEY)):
        plain = _NUMBER.sub("", folded.replace("pass_word", "password"))
        match = pattern.search(plain)
        if match is not None and not _NO_SECRET.search(plain[: match.start()]):
            return what
    return ""


@functools.cache
def _stand_ins() -> frozenset[str]:
    listed: Any = schema.table("token-shapes")["stand-ins"]
    return frozenset(listed)


def kind_of_variable(name: str) -> str:
    """Like `kind_of`, for a variable of a script: there `pass` is a password, while in a file it is a member of many other kinds."""
    return PASSWORD if name.lower() == "pass" else kind_of(name)


def is_stand_in(text: str) -> bool:
    """Whether a text is there to be replaced, or is no secret at all: `<password>`, `***`, `changeme`, a path, `{{token}}`."""
    folded = text.strip().lower()
    if len(folded) < 3 or folded in _stand_ins() or _REPEATED.match(folded):
        return True
    return _STAND_IN_PART.search(text) is not None or placeholders.find(text) is not None


def is_secret(text: str, kind: str) -> bool:
    """Whether the value of something called like that is one. Names of secrets in a vault are common where keys are expected."""
    if is_stand_in(text) or text[:1] in "-$%@[":
        return False
    if kind == PASSWORD:
        return "\n" not in text and len(text) <= 200
    if _MIXED.match(text):
        return True
    if kind_of(text):
        return False  # `SqlAdminPassword1`: what the secret is called
    return _KEY_VALUE.match(text) is not None and not _WORDS_WITH_DASHES.match(text)
