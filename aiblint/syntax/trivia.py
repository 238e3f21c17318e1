"""What stands between the values: blanks, comments, invisible spaces, template directives, merge conflicts."""

from __future__ import annotations

from aiblint.pattern import lazy
from aiblint.syntax.mistakes import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.syntax.escapes import Report

_SPACE = lazy(r"[ \t\r\n]*+")
_LINE = lazy(r"[^\r\n]*+")
_HASH_BLOCK = lazy(r"#[^\r\n]*+(?:(?:[ \t]*+[\r\n]++)++[ \t]*+#(?!\{)[^\r\n]*+)*+")
_SMART_SPACE = lazy("[\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060-\u2064\u3000\ufeff\x85\x0b\x0c]++")
_DIRECTIVE = lazy(r"\{%[^\r\n]*?%\}")
_CONFLICT_START = lazy(r"<{7}(?:[ \t][^\r\n]*+)?(?=[\r\n])")
_CONFLICT_OTHER = lazy(r"(?:={7}|\|{7}[^\r\n]*+)(?=[\r\n])")
_CONFLICT_END = lazy(r">{7}[^\r\n]*+")
_LONGEST_SIDE = 20_000  # characters between the markers of a merge conflict
_MARKS = frozenset("/#<={|>\xa0\xad\u1680\u202f\u205f\u3000\ufeff\x85\x0b\x0c") | {chr(code) for code in range(0x2000, 0x2065)}


def skip_trivia(text: str, pos: int, report: Report) -> int:
    """The offset of the next character that belongs to a value or to the structure; comments and the like are reported."""
    while True:
        found = _SPACE.match(text, pos)
        pos = found.end() if found is not None else pos
        if text[pos : pos + 1] not in _MARKS:
            return pos
        after = _one(text, pos, report)
        if after == pos:
            return pos
        pos = after


def _one(text: str, pos: int, report: Report) -> int:
    char = text[pos]
    if char == "/":
        return _comment(text, pos, report)
    if char == "#":
        return _hash(text, pos, report)
    if char == "{":
        found = _DIRECTIVE.match(text, pos)
        if found is None:
            return pos
        report("placeholder", pos, found.end(), f"{quoted(found[0])} is a template directive: render the file first")
        return found.end()
    if char in "<=|>":
        return _conflict(text, pos, report) if pos == 0 or text[pos - 1] in "\r\n" else pos
    run = _SMART_SPACE.match(text, pos)
    if run is None:
        return pos
    message = f"U+{ord(char):04X} is no blank that JSON knows, though it looks like one or like nothing: delete it"
    report("smart-space", pos, run.end(), message)
    return run.end()


def _comment(text: str, pos: int, report: Report) -> int:
    if text.startswith("//", pos):
        found = _LINE.match(text, pos)
        end = found.end() if found is not None else len(text)
        report("comment", pos, end, f"{quoted(text[pos:end])} is a comment, which JSON does not know")
        return end
    if not text.startswith("/*", pos):
        return pos
    end = text.find("*/", pos + 2)
    if end < 0:
        report("unclosed", pos, pos + 2, "the comment that begins with `/*` is never closed: `*/` is missing")
        return len(text)
    report("comment", pos, end + 2, f"{quoted(text[pos : end + 2])} is a comment, which JSON does not know")
    return end + 2


def _hash(text: str, pos: int, report: Report) -> int:
    """A run of lines that begin with `#` is one comment."""
    if text.startswith("#{", pos):
        return pos
    found = _HASH_BLOCK.match(text, pos)
    end = found.end() if found is not None else len(text)
    message = f"{quoted(text[pos:end])}: `#` begins no comment in JSON: delete it, or use `//` in an ARM template"
    report("hash-comment", pos, end, message)
    return end


def _conflict(text: str, pos: int, report: Report) -> int:
    """Of a merge conflict the first side is read; a marker that is left over counts too."""
    start = _CONFLICT_START.match(text, pos)
    if start is not None:
        report("conflict-marker", pos, start.end(), "a merge conflict begins here: keep one side and delete the markers")
        return start.end()
    other = _CONFLICT_OTHER.match(text, pos)
    last = text.find("\n>>>>>>>", pos, pos + _LONGEST_SIDE) + 1 if other is not None else pos
    left = _CONFLICT_END.match(text, last) if last > 0 else None
    marker = other or left
    if marker is None:
        return pos
    both = other is not None and left is not None
    if not both or text.rfind("<<<<<<<", max(0, pos - _LONGEST_SIDE), pos) < 0:
        report("conflict-marker", pos, marker.end(), f"{quoted(marker[0])} is left over from a merge conflict: delete it")
    return left.end() if left is not None else marker.end()
