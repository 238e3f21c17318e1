"""How a file lays out its JSON, so that what is added looks as if its author had written it."""

from __future__ import annotations

import json

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.document import Document, Node

_BLANKS = lazy(r"[ \t]*")
_LINE_END = lazy(r"\r\n|\n|\r")
_COLON = lazy(r"[ \t]*:[ \t]*")
_COMMA = lazy(r"[ \t]*,[ \t]*")
_DEFAULT_UNIT = "  "


def line_end(document: Document) -> str:
    """The line end that the file uses; of several the first."""
    found = _LINE_END.search(document.text)
    return found[0] if found is not None else "\n"


def start_of_line(document: Document, offset: int) -> int:
    """The offset at which the line of an offset begins."""
    return document.line_starts[document.position(offset)[0] - 1]


def own_indent(document: Document, offset: int) -> str | None:
    """The blanks before an offset where nothing else stands before it on its line; None where something does."""
    before = document.text[start_of_line(document, offset) : offset]
    return before if not before.strip(" \t") else None


def line_indent(document: Document, offset: int) -> str:
    """The blanks with which the line of an offset begins."""
    found = _BLANKS.match(document.text, start_of_line(document, offset))
    return found[0] if found is not None else ""


def beginning(node: Node) -> int:
    """Where a member or an item begins: at its name, or at itself."""
    return node.key_start if node.key_start >= 0 else node.start


def unit(document: Document, node: Node) -> str:
    """One step of indentation, as seen around a node; two blanks where nothing tells."""
    around: Node | None = node
    while around is not None:
        for child in around.children[:1]:
            inner, outer = own_indent(document, beginning(child)), line_indent(document, around.start)
            if inner is not None and inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
        around = around.parent
    return _DEFAULT_UNIT


def colon(document: Document, node: Node) -> str:
    """What stands between a name and its value in an object, or near it: `: ` or `:`."""
    around: Node | None = node
    while around is not None:
        for child in around.children[:1]:
            between = document.text[child.key_end : child.start] if child.key_end >= 0 else ""
            if _COLON.fullmatch(between):
                return between
        around = around.parent
    return ": "


def comma(document: Document, node: Node) -> str:
    """What stands between two members or items on one line: `, ` or `,`."""
    for first, second in zip(node.children, node.children[1:], strict=False):
        between = document.text[first.end : beginning(second)]
        if _COMMA.fullmatch(between):
            return between
    return "," if colon(document, node) == ":" else ", "


def on_lines(document: Document, node: Node) -> bool:
    """Whether the parts of a container stand, or would stand, on lines of their own."""
    if node.children:
        return own_indent(document, beginning(node.children[0])) is not None
    around = node.parent
    return around is not None and on_lines(document, around)


def scalar(document: Document, value: object) -> str:
    """A text, number, boolean or null as JSON; beyond ASCII only where the file's encoding has the characters for certain."""
    plain = document.encoding != "latin-1" and not _has_surrogates(value)
    return json.dumps(value, ensure_ascii=not plain)


def _has_surrogates(value: object) -> bool:
    return isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value)


def written(document: Document, near: Node, value: object, indent: str | None) -> str:
    """A plain value as JSON text in the manner of the file around `near`; `indent` is its line's, None: all on one line."""
    if not isinstance(value, dict | list) or not value:
        return scalar(document, value)
    separator = colon(document, near)
    inner = None if indent is None else indent + unit(document, near)
    if isinstance(value, dict):
        opener, closer = "{", "}"
        parts = [scalar(document, str(name)) + separator + written(document, near, it, inner) for name, it in value.items()]
    else:
        opener, closer = "[", "]"
        parts = [written(document, near, it, inner) for it in value]
    if inner is None:
        return opener + comma(document, near).join(parts) + closer
    end = line_end(document)
    return opener + end + ("," + end).join(inner + part for part in parts) + end + f"{indent}{closer}"
