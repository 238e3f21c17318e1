"""The tolerant JSON reader: any text becomes nodes with exact places, and every independent mistake is told once."""

from __future__ import annotations

import re

from aiblint.document import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, STRING, Document, Mistake, Node
from aiblint.pattern import lazy
from aiblint.syntax.cursor import AFTER, FIRST, MOST_LEVELS, NEXT, Cursor
from aiblint.syntax.encoding import decode
from aiblint.syntax.mistakes import KINDS, LEGAL_SOMEWHERE
from aiblint.syntax.unescape import unescape

__all__ = [
    "KINDS",
    "LEGAL_SOMEWHERE",
    "bad_escapes",
    "key_offsets",
    "parse",
    "read",
    "string_escapes",
    "string_offsets",
    "suspicious_escapes",
]

# The fast path: one match takes a whole member or item, of which nothing is doubtful. Everything else is for Recovery:
# strings with illegal or surrogate escapes, long or exponential numbers, values that no comma or closer follows.
# Recovery and its thirty patterns take tens of milliseconds to import, so only a file that needs them pays for them.
_WS = r"[ \t\r\n]*+"
_TEXT = r'"([^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+)"'
_ENTRY = lazy(
    rf"{_WS}(?:{_TEXT}{_WS}:{_WS})?"
    rf"(?:(?:{_TEXT}|(-?(?:0|[1-9][0-9]{{0,14}})(?:\.[0-9]{{1,15}})?)|(true|false|null))(?={_WS}[,}}\]])"
    rf"|(\{{{_WS}\}}|\[{_WS}\])"
    rf"|(\{{(?!\{{)|\[(?!{_WS}[A-Za-z])))"
)
_AFTER = lazy(rf"{_WS}([,\]}}])")
_STRING, _NUMBER, _WORD, _EMPTY = 2, 3, 4, 5  # groups of _ENTRY; the first is the member's name, the last an opener
_WORDS = {"true": True, "false": False, "null": None}
_BLANKS = " \t\r\n"


def _fast(cursor: Cursor) -> None:
    """Read as long as nothing is unusual; the cursor then tells the place, the open container and its state."""
    text, pos, state, node, depth, comma = cursor.text, cursor.pos, cursor.state, cursor.container, cursor.depth, cursor.comma
    match_entry, match_after = _ENTRY.match, _AFTER.match
    while node is not None:
        if state == AFTER:
            found = match_after(text, pos)
            if found is None:
                break
            char = found[1]
            if char == ",":
                comma = found.start(1)
                state = NEXT
            elif (char == "}") == (node.kind == OBJECT):
                node.end = found.end()
                if len(node.children) > 1 and char == "}" and _has_twins(node):
                    cursor.doubtful.append(node)
                node = node.parent
                depth -= 1
            else:
                break
            pos = found.end()
            continue
        found = match_entry(text, pos)
        if found is None:
            break
        group, name = found.lastindex or 0, found[1]
        if (name is None) == (node.kind == OBJECT) or (group > _EMPTY and depth >= MOST_LEVELS):
            break
        child = _node(found, group, node)
        pos = found.end()
        if name is not None:
            child.key = unescape(name) if "\\" in name else name
            child.key_start, child.key_end = found.start(1) - 1, found.end(1) + 1
        node.children.append(child)
        state = AFTER
        if group > _EMPTY:
            node = child
            state = FIRST
            depth += 1
    cursor.pos, cursor.state, cursor.container, cursor.depth, cursor.comma = pos, state, node, depth, comma


def _node(found: re.Match[str], group: int, parent: Node) -> Node:
    written = found[group]
    start, end = found.span(group)
    if group == _STRING:
        node = Node(STRING, start - 1, parent)
        node.value = unescape(written) if "\\" in written else written
        end += 1
    elif group == _NUMBER:
        node = Node(NUMBER, start, parent)
        node.value = float(written) if "." in written else int(written)
    elif group == _WORD:
        node = Node(NULL if written == "null" else BOOLEAN, start, parent)
        node.value = _WORDS[written]
    else:
        node = Node(OBJECT if written[0] == "{" else ARRAY, start, parent)
    node.end = end
    return node


def _has_twins(node: Node) -> bool:
    """Whether a name stands twice in an object, upper and lower case being the same."""
    return len({child.key.lower() for child in node.children if child.key is not None}) < len(node.children)


def parse(text: str) -> tuple[Node | None, list[Mistake]]:
    """The value that a text holds and what is wrong with its writing, in the order of the text. Never raises.

    Whatever `json.loads` accepts gives the same value (values nested deeper than 200 levels aside, which are not
    read). The root is None where the text holds no value at all; then there is a mistake that says so.
    """
    cursor = Cursor(text)
    start = len(text) - len(text.lstrip(_BLANKS))
    if text.startswith("{", start) and not text.startswith("{", start + 1):
        cursor.root = cursor.container = Node(OBJECT, start, None)
        cursor.depth, cursor.pos = 1, start + 1
        _fast(cursor)
        if cursor.container is None and not cursor.doubtful and not text[cursor.pos :].strip(_BLANKS):
            return cursor.root, []
    return _recover(cursor)


def _recover(cursor: Cursor) -> tuple[Node | None, list[Mistake]]:
    """Careful steps wherever the fast path stops, up to the end of the text."""
    from aiblint.syntax.recovery import Recovery

    reader = Recovery(cursor.text)
    reader.adopt(cursor)
    if reader.root is None:
        reader.begin()
    while True:
        while reader.container is not None:
            _fast(reader)
            if reader.container is not None:
                reader.step()
        if not reader.finish():
            break
    reader.tell_duplicates()
    reader.mistakes.sort(key=lambda mistake: (mistake.start, mistake.end))
    return reader.root, reader.mistakes


def read(data: bytes, path: str) -> Document:
    """Decode and parse a file. Never raises: what cannot be decoded or parsed is among the document's mistakes."""
    decoded = decode(data)
    if decoded.text is None:
        mistakes = [] if decoded.mistake is None else [decoded.mistake]
        return Document(path, "", None, mistakes, encoding=decoded.encoding, bom=decoded.bom)
    root, mistakes = parse(decoded.text)
    if decoded.mistake is not None:
        mistakes.insert(0, decoded.mistake)
    return Document(path, decoded.text, root, mistakes, encoding=decoded.encoding, bom=decoded.bom)


def string_offsets(text: str, node: Node) -> list[int] | range:
    """Text offset of each code point of a STRING node's value, and one final entry for the end.

    `value[i:j]` is written at `text[offsets[i]:offsets[j]]`. A surrogate pair (`\\ud83d\\ude00`) is one code point.
    The length is always `len(node.value) + 1`. Raises ValueError for a node of another kind.
    """
    if node.kind != STRING or not isinstance(node.value, str):
        raise ValueError(f"no string: {node!r}")
    return _offsets(text, node.start, node.end, node.value)


def part_span(text: str, node: Node, start: int, end: int) -> tuple[int, int]:
    """Where `value[start:end]` of a STRING node is written, as half-open offsets of the text.

    The whole node where its value stands nowhere: the deployment around a template spec works it out before this one.
    Raises ValueError for a node of another kind, IndexError for a part that the value does not have.
    """
    if node.kind != STRING:
        raise ValueError(f"no string: {node!r}")
    try:
        offsets = string_offsets(text, node)
    except ValueError:
        return node.start, node.end
    return offsets[start], offsets[end]


def key_offsets(text: str, node: Node) -> list[int] | range:
    """Like `string_offsets`, for the name of a member. Raises ValueError for a node that is no member."""
    if node.key is None:
        raise ValueError(f"no member: {node!r}")
    return _offsets(text, node.key_start, node.key_end, node.key)


def _offsets(text: str, start: int, end: int, value: str) -> list[int] | range:
    if end - start == len(value) + 2 and text[start] == text[end - 1] == '"' and text.startswith(value, start + 1):
        return range(start + 1, end)  # no escape in it
    from aiblint.syntax.escapes import span_offsets

    return span_offsets(text, start, end, value)


def string_escapes(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Escapes in raw string text that are illegal, or look like the backslash of a Windows path, in order: see the next two."""
    from aiblint.syntax import escapes

    return sorted({*escapes.bad_escapes(text, start, end), *escapes.path_escapes(text, start, end)})


def bad_escapes(text: str, node: Node) -> list[tuple[int, int, str]]:
    """Illegal escapes in a STRING node: text start and end of each, and the spelling with its backslash doubled."""
    if node.kind != STRING or "\\" not in text[node.start : node.end]:
        return []
    from aiblint.syntax import escapes

    return escapes.bad_escapes(text, node.start + 1, node.end)


def suspicious_escapes(text: str, node: Node) -> list[tuple[int, int, str]]:
    """Legal escapes that look like the backslash of a Windows path (`C:\\temp` with one backslash holds a tab).

    Text start and end of each escape and the spelling that was probably meant (`\\\\t`). Where the path has doubled
    backslashes before it, `\\n` and `\\r` are taken for the line end they are: `cd C:\\\\temp\\ndir` is two commands.
    """
    if node.kind != STRING or "\\" not in text[node.start : node.end]:
        return []
    from aiblint.syntax.escapes import path_escapes

    return path_escapes(text, node.start + 1, node.end)
