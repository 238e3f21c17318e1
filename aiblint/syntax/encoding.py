"""Bytes become text here, always: what is not UTF-8 without byte order mark is decoded as well as can be, and reported."""

from __future__ import annotations

from aiblint.document import Mistake
from aiblint.pattern import lazy

_CURE = "save it as UTF-8 without byte order mark"
_SAMPLE = 4096
_LINE_END = lazy(r"\r\n|\n|\r")


class Decoded:
    """The text of a file, the `Document.encoding` it was in, whether a byte order mark stood in front, what was wrong.

    `text` is None where the bytes are no text at all.
    """

    __slots__ = ("bom", "encoding", "mistake", "text")

    def __init__(self, text: str | None, encoding: str, bom: bool, mistake: Mistake | None) -> None:
        self.text = text
        self.encoding = encoding
        self.bom = bom
        self.mistake = mistake


def decode(data: bytes) -> Decoded:
    """Decode a file's bytes. Never raises."""
    if data.startswith(b"\xef\xbb\xbf"):
        return _utf8(data[3:], bom=True)
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return Decoded(None, "utf-8", True, Mistake("undecodable", 0, 0, f"the file is saved as UTF-32: {_CURE}"))
    if data.startswith(b"\xff\xfe"):
        return _utf16(data[2:], "utf-16-le", bom=True)
    if data.startswith(b"\xfe\xff"):
        return _utf16(data[2:], "utf-16-be", bom=True)
    if b"\0" in data[:_SAMPLE]:
        wide = _utf16_by_pattern(data[:_SAMPLE])
        if wide is not None:
            return _utf16(data, wide, bom=False)
        if data[:_SAMPLE].count(0) * 20 > len(data[:_SAMPLE]):
            return Decoded(
                None, "latin-1", False, Mistake("undecodable", 0, 0, "the file is binary: it holds NUL bytes, and no JSON text")
            )
    return _utf8(data, bom=False)


def encode(text: str, encoding: str, bom: bool) -> bytes:
    """The bytes of a file with that text: the reverse of `decode` wherever that lost nothing."""
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"\xef\xbb\xbf") if bom else b""
    return mark + text.encode(encoding)


def _utf16_by_pattern(sample: bytes) -> str | None:
    """JSON begins with an ASCII character, and punctuation is ASCII throughout: every other byte of UTF-16 is mostly NUL."""
    pairs = len(sample) // 2
    if pairs == 0:
        return None
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if sample[0] and not sample[1] and odd * 5 > pairs * 2 and even * 20 < pairs:
        return "utf-16-le"
    if sample[1] and not sample[0] and even * 5 > pairs * 2 and odd * 20 < pairs:
        return "utf-16-be"
    return None


def _utf16(data: bytes, encoding: str, *, bom: bool) -> Decoded:
    text = data.decode(encoding, "replace")
    mark = "with" if bom else "without"
    message = f"the file is saved as UTF-16 ({'little' if encoding.endswith('le') else 'big'} endian, {mark} byte order mark): {_CURE}"
    return Decoded(text, encoding, bom, Mistake("encoding", 0, min(1, len(text)), message))


def _utf8(data: bytes, *, bom: bool) -> Decoded:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _latin1(data, error.start, bom=bom)
    if not bom:
        return Decoded(text, "utf-8", False, None)
    message = (
        "the file begins with a UTF-8 byte order mark, which many loaders refuse: save it as UTF-8 without byte order mark"
    )
    return Decoded(text, "utf-8", True, Mistake("encoding", 0, min(1, len(text)), message))


def _latin1(data: bytes, bad: int, *, bom: bool) -> Decoded:
    """One byte, one character: offsets in the text are offsets in the file, and writing it back changes nothing."""
    text = data.decode("latin-1")
    line = sum(1 for _ in _LINE_END.finditer(text, 0, bad)) + 1
    message = (
        f"the file is not UTF-8: byte 0x{data[bad]:02X} on line {line} begins no UTF-8 character, "
        f"it is probably saved in a Windows code page: {_CURE}"
    )
    return Decoded(text, "latin-1", bom, Mistake("encoding", bad, bad + 1, message))
