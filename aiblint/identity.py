"""What a finding is about, said by structure: the same after the file was laid out anew, or changed elsewhere.

A place is a path in which items of lists bear their names instead of their numbers, as far as they have one:
`$.properties.customize[name='install'].inline[#5891b5b5]`. Its shape is the same without them. A subject is a digest of what the
finding objects to: the text that is underlined, or for a whole object what it holds.
"""

from __future__ import annotations

from aiblint.document import ARRAY, OBJECT, STRING
from aiblint.pattern import lazy
from aiblint.value import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiblint.document import Document, Node
    from aiblint.value import Value

    Conceal = Callable[[str], str]
    """Takes the secrets out of a text. Digests are made of what is left: that of a weak password would give it away."""

NAMING = ("name", "runOutputName", "id", "type")
"""Members by which an item of a list is known, the most telling one first."""

WHOLE = "~"
"""What stands in the subject before the digest of a whole object or list."""

LIST = "="
"""What the subject begins with where several texts are meant; their digests follow, with blanks between."""

SECRET = "secret"
"""The subject of what is said about a secret: a digest of it would let people try out which one it is."""

DEFINITION = "@"
"""What a place begins with that is one of the file's own tree, of a definition that the image template uses."""

_ITEM = lazy(r"\[(?:#[0-9a-f]{8}|\{\}|\[\]|[A-Za-z]+='(?:[^'\\]|\\.)*')\]")
_MOST_PARTS = 2000


def digest(text: str, length: int = 16) -> str:
    """A short name for a text: hexadecimal digits."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def shape(place: str) -> str:
    """A place without what tells items of lists apart."""
    return _ITEM.sub("[]", place)


def place_of(value: Value, conceal: Conceal) -> str:
    """The place of a value in its image template."""
    parts: list[str] = []
    at: Value | None = value
    while at is not None and at.parent is not None:
        parts.append(_item(at, conceal) if isinstance(at.key, int) else _member(str(at.key)))
        at = at.parent
    return "$" + "".join(reversed(parts))


def places(root: Value, conceal: Conceal) -> set[str]:
    """The places of all values of an image template."""
    found: set[str] = set()
    stack = [(root, "$")]
    while stack:
        value, place = stack.pop()
        found.add(place)
        stack += [(item, place + _item(item, conceal)) for item in value.items]
        stack += [(member, place + _member(str(member.key))) for member in value.members.values()]
        stack += [(alternative, place) for alternative in value.alternatives]
    return found


def subject_of(value: Value, part: tuple[int, int] | None, conceal: Conceal) -> str:
    """The digest of what is underlined of a value: the text, or the part [start, end) of it; all that an object or list holds."""
    if part is not None and value.text is not None and value.use is None:
        return digest(conceal(value.text[part[0] : part[1]]))
    if value.use is None and value.kind in (OBJECT, ARRAY):
        return WHOLE + digest(_content(value, conceal))
    return digest(conceal(_said(value)))


def subject_of_name(value: Value, owner: Value, conceal: Conceal) -> str:
    """The subject of a finding that underlines a member's name: the name, and all that the object holds that it is about."""
    return digest(conceal(str(value.key)), 8) + WHOLE + digest(_content(owner, conceal))


def listing(texts: Iterable[str], conceal: Conceal) -> str:
    """The subject of a finding about several texts."""
    return LIST + " ".join(sorted(digest(conceal(text), 8) for text in texts))


def of_definition(node: Node, conceal: Conceal) -> tuple[str, str]:
    """Place and subject of a finding about a value that is defined elsewhere in the file, or in a parameter file."""
    parts: list[str] = []
    at = node
    while at.parent is not None:
        parts.append(_member(at.key) if at.key is not None else _node_item(at, conceal))
        at = at.parent
    subject = WHOLE if node.kind in (OBJECT, ARRAY) else digest(conceal(str(node.value)))
    return DEFINITION + "$" + "".join(reversed(parts)), subject


def _member(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{_quoted(name)}]"


def _item(value: Value, conceal: Conceal) -> str:
    if value.kind == OBJECT:
        for name in NAMING:
            member = value.members.get(name)
            said = _said(member) if member is not None and member.kind in (STRING, UNKNOWN) else ""
            if said:
                return f"[{name}={_quoted(conceal(said))}]"
        return "[{}]"
    return "[[]]" if value.kind == ARRAY else f"[#{digest(conceal(_said(value)), 8)}]"


def _quoted(text: str) -> str:
    shown = text if len(text) <= 80 else f"{text[:60]}…{digest(text, 8)}"
    return "'" + shown.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _said(value: Value) -> str:
    """A scalar as it is written: an expression as itself, because what it comes to may be known today and not tomorrow."""
    node = value.use or value.node
    return str(node.value) if node.kind not in (OBJECT, ARRAY) else ""


def _content(value: Value, conceal: Conceal) -> str:
    """All that a value holds but the name of the item itself, members in one order, whatever the layout."""
    left = _MOST_PARTS

    def said(at: Value, depth: int) -> str:
        nonlocal left
        left -= 1
        if left < 0:
            return "…"
        if at.use is None and at.kind == OBJECT:
            own = {name: member for name, member in at.members.items() if depth or name != _naming(at)}
            return "{" + ",".join(f"{name.lower()}:{said(own[name], depth + 1)}" for name in sorted(own)) + "}"
        if at.use is None and at.kind == ARRAY:
            return "[" + ",".join(said(item, depth + 1) for item in at.items) + "]"
        return conceal(_said(at))

    return said(value, 0)


def _naming(value: Value) -> str | None:
    return next((name for name in NAMING[:-1] if name in value.members), None)


def node_place(document: Document, start: int, conceal: Conceal) -> tuple[str, Node | None]:
    """The place of the innermost value of the file that holds an offset, from the file's own root; and that value."""
    node = document.root
    place = "$"
    while node is not None and node.children:
        inner = _around(node, start)
        if inner is None:
            break
        node = inner
        place += _member(node.key) if node.key is not None else _node_item(node, conceal)
    return place, node


def node_places(root: Node | None, conceal: Conceal) -> set[str]:
    """The places of all values of a file."""
    found: set[str] = set()
    stack = [(root, "$")] if root is not None else []
    while stack:
        node, place = stack.pop()
        found.add(place)
        stack += [
            (child, place + (_member(child.key) if child.key is not None else _node_item(child, conceal)))
            for child in node.children
        ]
    return found


def _around(node: Node, offset: int) -> Node | None:
    import bisect

    at = bisect.bisect_right(node.children, offset, key=_beginning) - 1
    child = node.children[at] if at >= 0 else None
    return child if child is not None and offset < max(child.end, _beginning(child) + 1) else None


def _beginning(node: Node) -> int:
    return node.key_start if node.key_start >= 0 else node.start


def _node_item(node: Node, conceal: Conceal) -> str:
    if node.kind == OBJECT:
        for name in NAMING:
            member = node.find(name)
            if member is not None and member.kind == STRING and member.value:
                return f"[{name}={_quoted(conceal(str(member.value)))}]"
        return "[{}]"
    return "[[]]" if node.kind == ARRAY else f"[#{digest(conceal(str(node.value)), 8)}]"
