"""Raw JSON string text to the characters that it stands for."""

from __future__ import annotations

import re

from aiblint.pattern import lazy

ESCAPE = lazy(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([^\r\n])|\\", re.DOTALL)
SIMPLE = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def plain(match: re.Match[str]) -> str:
    """The characters that one match of ESCAPE stands for."""
    high, low, single, char = match.groups()
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    if single is not None:
        return chr(int(single, 16))
    if char is None:
        return "\\"
    return SIMPLE.get(char, "\\" + char)


def unescape(raw: str) -> str:
    """The characters that raw string text (without its quotes) stands for; an illegal escape stands for itself."""
    return ESCAPE.sub(plain, raw) if "\\" in raw else raw
