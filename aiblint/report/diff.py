"""What fixes would change, as a unified difference: for reading, so what is hostile or secret in it is shown as such."""

from __future__ import annotations

import difflib

from aiblint.report import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.document import Document

_ENCODINGS = {"utf-8": "UTF-8", "utf-16-le": "UTF-16 (little endian)", "utf-16-be": "UTF-16 (big endian)", "latin-1": "bytes"}
_UNENDED = "\\ No newline at end of file"


def render(before: Document, after: Document) -> str:
    """The difference between two states of a file; empty where there is none."""
    name = safe.line(before.path)
    lines = []
    if (before.encoding, before.bom) != (after.encoding, after.bom):
        lines.append(f"{name}: {_saved(before)} becomes {_saved(after)}")
    lines += _unified(name, before, after)
    return "".join(f"{line}\n" for line in lines)


def _saved(document: Document) -> str:
    return f"{_ENCODINGS[document.encoding]} {'with' if document.bom else 'without'} byte order mark"


def _unified(name: str, before: Document, after: Document) -> Iterator[str]:
    old, new = _lines(before), _lines(after)
    for line in difflib.unified_diff(old, new, name, name, lineterm=""):
        yield from line.split("\n")


def _lines(document: Document) -> list[str]:
    """The lines as shown; what makes two of them different is shown too."""
    count = len(document.line_starts)
    lines = []
    for number in range(1, count + 1):
        end = document.line_starts[number] if number < count else len(document.text)
        ended = document.text[end - 1 : end] in ("\n", "\r")
        if number == count and document.line_starts[-1] == end:
            break  # nothing stands behind the last line end
        text = "\t".join(safe.line(part) for part in document.shown_line(number).split("\t"))
        lines.append(text if ended else f"{text}\n{_UNENDED}")
    return lines
