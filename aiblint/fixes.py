"""From what a check would change to edits of the file: at the place where a value is written, in the manner of the file."""

from __future__ import annotations

import itertools

from aiblint import change, layout
from aiblint.arm.scope import is_expression
from aiblint.document import ARRAY, BOOLEAN, NUMBER, OBJECT, STRING
from aiblint.finding import Edit, Fix
from aiblint.pattern import lazy
from aiblint.syntax.json import LEGAL_SOMEWHERE, string_offsets
from aiblint.usage import Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from aiblint.change import Change, Repair
    from aiblint.document import Document, Node
    from aiblint.finding import Finding
    from aiblint.usage import Borrowed
    from aiblint.value import Value

_NO_DAMAGE = LEGAL_SOMEWHERE | {"encoding", "hash-comment", "trailing-comma"}
_TRIVIA = r"(?:[ \t\r\n]+|//[^\r\n]*+|/\*(?s:.*?)\*/)*+"
_COMMA = lazy(_TRIVIA + ",")
_BLANKS = lazy(r"[ \t]*")
_REST_OF_LINE = lazy(r"[ \t]*(?:\r\n|\n|\r|\Z)")
_COMMENT_BEHIND = lazy(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/(?=[ \t]*[\r\n]))")


class Unplaceable(Exception):
    """A change that cannot be made in this file without touching more than it names."""


def attach(document: Document, found: list[tuple[Finding, Repair | None]]) -> list[Finding]:
    """The findings, each with its fix where there is one that can be placed in the document.

    A definition that several places use (a parameter's default, a variable) is edited only where all of them have the same
    finding and the same cure.
    """
    placed = [(finding, _place(document, repair) if repair is not None else None) for finding, repair in found]
    healed: dict[tuple[Edit, ...], set[Node]] = {}
    for _, fix in placed:
        if fix is not None:
            healed.setdefault(fix[0].edits, set()).update(use for _, use in fix[1])
    usage = Usage(document) if any(fix is not None and fix[1] for _, fix in placed) else None
    return [
        finding.changed(fix=fix[0])
        if fix is not None and all(usage.heals_all(place, healed[fix[0].edits]) for place, _ in fix[1] if usage is not None)
        else finding
        for finding, fix in placed
    ]


def apply(text: str, edits: list[Edit]) -> str:
    """The text with the edits made; they do not overlap."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits):
        pieces += (text[done : edit.start], edit.text)
        done = edit.end
    return "".join([*pieces, text[done:]])


def _place(document: Document, repair: Repair) -> tuple[Fix, list[Borrowed]] | None:
    """The fix that a repair comes to, and the definitions it edits with the expression that uses each."""
    edits: list[Edit] = []
    borrowed: list[Borrowed] = []
    try:
        for each in repair.changes:
            if isinstance(each, change.Recode):
                return Fix(repair.title, (), repair.safe, encoding="utf-8"), []
            edits += _PLACERS[type(each)](document, each, borrowed)
    except Unplaceable:
        return None
    edits.sort(key=lambda edit: (edit.start, edit.end))
    if any(before.end > after.start or before.start == after.start for before, after in itertools.pairwise(edits)):
        return None
    if any(each.target is not None for each in repair.changes) and _damaged(document, edits):
        return None
    edits = [edit for edit in edits if document.text[edit.start : edit.end] != edit.text]
    return (Fix(repair.title, tuple(edits), repair.safe), borrowed) if edits else None


def _damaged(document: Document, edits: list[Edit]) -> bool:
    """Whether the reader stumbled where values would change: first that is mended, or nobody knows what was meant."""
    mistakes = [mistake for mistake in document.mistakes if mistake.kind not in _NO_DAMAGE]
    return any(mistake.start <= edit.end and edit.start <= mistake.end for mistake in mistakes for edit in edits)


def _literal(document: Document, each: Change, borrowed: list[Borrowed]) -> Node:
    """The node in which the target is written out. Raises Unplaceable where it is computed, or in another file."""
    value = _target(each)
    node = value.node
    if node.root is not document.root:
        raise Unplaceable
    if value.use is None:
        return node
    same = node.value == value.value and type(node.value) is type(value.value)
    if node is value.use or node.kind != value.kind or not same or is_expression(str(node.value)):
        raise Unplaceable
    if not _within(node, value.use):
        borrowed.append((node, value.use))
    return node


def _member(document: Document, each: Change, borrowed: list[Borrowed]) -> Node:
    """The node that bears the target's name, or its place in a list; its value may well be an expression."""
    value = _target(each)
    owner = value.parent
    if owner is None:
        raise Unplaceable
    node = value.node if value.use is None or owner.use is value.use else value.use
    if owner.use is not None and node is owner.use:
        raise Unplaceable  # a member of an object that an expression makes
    if node.root is not document.root or node.parent is None:
        raise Unplaceable
    if isinstance(value.key, str) and (node.key is None or node.key != (value.written or value.key)):
        raise Unplaceable
    if owner.use is not None and not _within(node, owner.use):
        borrowed.append((node, owner.use))
    return node


def _target(each: Change) -> Value:
    if each.target is None:
        raise Unplaceable
    return each.target


def _within(node: Node, outer: Node) -> bool:
    """Whether a node stands inside another one: what a `copy` loop makes is written in the loop."""
    around = node.parent
    while around is not None and around is not outer:
        around = around.parent
    return around is not None


def _set(document: Document, each: change.Set, borrowed: list[Borrowed]) -> list[Edit]:
    node = _literal(document, each, borrowed)
    if borrowed and type(each.new) is not type(node.value):
        raise Unplaceable  # a parameter has a declared type
    if isinstance(each.new, str) and is_expression(each.new):
        raise Unplaceable
    if node.kind in (OBJECT, ARRAY) and _comments_in(document, node):
        raise Unplaceable
    several = node.kind in (OBJECT, ARRAY) and node.children and layout.on_lines(document, node)
    indent = layout.line_indent(document, node.start) if several else None
    return [Edit(node.start, node.end, layout.written(document, node, each.new, indent))]


def _comments_in(document: Document, node: Node) -> bool:
    return any(mistake.kind.endswith("comment") and node.start < mistake.start < node.end for mistake in document.mistakes)


def _part(document: Document, each: change.Part, borrowed: list[Borrowed]) -> list[Edit]:
    node = _literal(document, each, borrowed)
    if node.kind != STRING or document.text[node.start] != '"':
        raise Unplaceable
    try:
        offsets = string_offsets(document.text, node)
    except ValueError as error:  # written in a way of which only the reader can make something
        raise Unplaceable from error
    shift = _target(each).shift
    inner = layout.scalar(document, each.text)[1:-1]
    return [Edit(offsets[each.start + shift], offsets[each.end + shift], inner)]


def _quote(document: Document, each: change.Quote, borrowed: list[Borrowed]) -> list[Edit]:
    node = _literal(document, each, borrowed)
    if borrowed or node.kind not in (NUMBER, BOOLEAN):
        raise Unplaceable
    return [Edit(node.start, node.start, '"'), Edit(node.end, node.end, '"')]


def _wrap(document: Document, each: change.Wrap, borrowed: list[Borrowed]) -> list[Edit]:
    node = _literal(document, each, borrowed)
    if borrowed:
        raise Unplaceable
    return [Edit(node.start, node.start, "["), Edit(node.end, node.end, "]")]


def _rename(document: Document, each: change.Rename, borrowed: list[Borrowed]) -> list[Edit]:
    node = _member(document, each, borrowed)
    _refuse_twin(node.parent, each.name, node)
    return [Edit(node.key_start, node.key_end, layout.scalar(document, each.name))]


def _refuse_twin(owner: Node | None, name: str, besides: Node | None = None) -> None:
    children = owner.children if owner is not None else []
    if any(child is not besides and (child.key or "").lower() == name.lower() for child in children):
        raise Unplaceable


def _remove(document: Document, each: change.Remove, borrowed: list[Borrowed]) -> list[Edit]:
    node = _member(document, each, borrowed)
    text, owner = document.text, node.parent
    assert owner is not None
    first, index = layout.beginning(node), owner.children.index(node)
    behind = _COMMA.match(text, node.end)
    if behind is not None:
        if text[node.end : behind.end() - 1].strip():  # a comment stands before the comma
            return [_lines(document, first, node.end), Edit(behind.end() - 1, behind.end(), "")]
        return [_lines(document, first, behind.end())]
    if index == 0:
        inner = text[owner.start + 1 : first] + text[node.end : owner.end - 1]
        return [Edit(owner.start + 1, owner.end - 1, "")] if not inner.strip() else [_lines(document, first, node.end)]
    before = _COMMA.match(text, owner.children[index - 1].end)
    if before is None:
        raise Unplaceable
    if not text[before.end() : first].strip():
        return [Edit(before.end() - 1, node.end, "")]
    return [Edit(before.end() - 1, before.end(), ""), _lines(document, first, node.end)]


def _lines(document: Document, start: int, end: int) -> Edit:
    """Deletes a stretch, with its line where nothing else stands there, or with the blanks behind it."""
    text = document.text
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        blanks = _BLANKS.match(text, end)
        return Edit(start, blanks.end() if blanks is not None else end, "")
    begin = layout.start_of_line(document, start)
    if layout.own_indent(document, start) is not None:
        return Edit(begin, rest.end(), "")
    return Edit(begin + len(text[begin:start].rstrip(" \t")), end, "")


def _insert(document: Document, each: change.Insert, borrowed: list[Borrowed]) -> list[Edit]:
    owner = _container(document, each, OBJECT, borrowed)
    _refuse_twin(owner, each.name)
    after = owner.find(each.after) if each.after is not None else None
    return _add(document, owner, after, each.name, each.new)


def _append(document: Document, each: change.Append, borrowed: list[Borrowed]) -> list[Edit]:
    return _add(document, _container(document, each, ARRAY, borrowed), None, None, each.new)


def _beside(document: Document, each: change.Beside, borrowed: list[Borrowed]) -> list[Edit]:
    node = _member(document, each, borrowed)
    owner = node.parent
    if borrowed or owner is None or owner.kind != ARRAY or document.text[owner.end - 1] != "]":
        raise Unplaceable  # what other templates use as well gets no step of this one
    if not each.before:
        return _add(document, owner, node, None, each.new)
    own = layout.own_indent(document, node.start) if layout.on_lines(document, owner) else None
    index = owner.children.index(node)
    begin = owner.children[index - 1].end if index else owner.start + 1
    if document.text[begin : node.start].strip() not in ("", ","):
        raise Unplaceable  # a comment, which is about the item
    whole = layout.written(document, owner, each.new, own)
    gap = layout.comma(document, owner) if own is None else "," + layout.line_end(document) + own
    return [Edit(node.start, node.start, whole + gap)]


def _container(document: Document, each: Change, kind: str, borrowed: list[Borrowed]) -> Node:
    node = _literal(document, each, borrowed)
    if node.kind != kind or document.text[node.start] not in "{[" or document.text[node.end - 1] not in "}]":
        raise Unplaceable
    return node


def _add(document: Document, owner: Node, after: Node | None, name: str | None, new: object) -> list[Edit]:
    """Edits that put a member or item behind `after`, or at the end of its owner."""
    text, near = document.text, owner
    lines = layout.on_lines(document, owner)
    label = "" if name is None else layout.scalar(document, name) + layout.colon(document, near)
    if not owner.children:
        inner = text[owner.start + 1 : owner.end - 1]
        if inner.strip():  # comments
            raise Unplaceable
        outer = layout.line_indent(document, owner.start)
        indent = outer + layout.unit(document, owner)
        end = layout.line_end(document)
        whole = label + layout.written(document, near, new, indent if lines else None)
        padded = f"{end}{indent}{whole}{end}{outer}" if lines else f"{inner[:1]}{whole}{inner[:1]}"
        return [Edit(owner.start + 1, owner.end - 1, padded)]
    sibling = after or owner.children[-1]
    own = layout.own_indent(document, layout.beginning(sibling)) if lines else None
    whole = label + layout.written(document, near, new, own)
    lead = layout.comma(document, near) if own is None else layout.line_end(document) + own
    return _behind(document, sibling, whole, lead, own is not None)


def _behind(document: Document, sibling: Node, whole: str, lead: str, lines: bool) -> list[Edit]:
    text = document.text
    comma = _COMMA.match(text, sibling.end)
    last = sibling.parent is None or sibling.parent.children[-1] is sibling
    if not lines:
        if comma is not None and last:
            raise Unplaceable  # a trailing comma: its own fix comes first
        return [Edit(sibling.end, sibling.end, lead + whole)]
    done = comma.end() if comma is not None else sibling.end
    remark = _COMMENT_BEHIND.match(text, done)
    place = remark.end() if remark is not None else done
    if comma is not None:
        return [Edit(place, place, lead + whole + ("" if last else ","))]
    if place == sibling.end:
        return [Edit(place, place, "," + lead + whole)]
    return [Edit(sibling.end, sibling.end, ","), Edit(place, place, lead + whole)]


def _splice(document: Document, each: change.Splice, borrowed: list[Borrowed]) -> list[Edit]:
    return [Edit(each.start, each.end, each.text)]


_PLACERS: dict[type[Change], Callable[..., list[Edit]]] = {
    change.Append: _append,
    change.Beside: _beside,
    change.Insert: _insert,
    change.Part: _part,
    change.Quote: _quote,
    change.Remove: _remove,
    change.Rename: _rename,
    change.Set: _set,
    change.Splice: _splice,
    change.Wrap: _wrap,
}
