"""The values of an image template as the service will receive them, each tied to the place it was written."""

from __future__ import annotations

from aiblint.document import ARRAY, NULL, OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.slips import Slip
    from aiblint.arm.term import Term, Unknown
    from aiblint.document import Node
    from aiblint.placeholders import Placeholder

UNKNOWN = "unknown"
"""Kind of a value that only the deployment can know, or that is not filled in yet. Rules are silent about it."""


class Value:
    """One value of the effective template. Its kind is a node kind, or UNKNOWN.

    `node` is where the value is written. `use` is the expression through which it got here (a `[parameters('x')]`
    whose default is `node`), None where the value stands in the template itself. Member names are in the documented
    spelling, whatever the file's case; `written` is the name as it stands in the file. `open` tells that an object may
    have members nobody can see (a `copy` loop, names that are expressions), an array items. `shift` is 1 where ARM's
    escape `[[` makes the text one character shorter than written. `term` tells what is known of an unknown value;
    `alternatives` are the values that it can have, each in the `case` that it names. `secret` marks what comes from a
    secure parameter or a key. `named` tells what is known of the name of a member whose name is an expression.
    """

    __slots__ = (
        "alternatives",
        "case",
        "items",
        "key",
        "kind",
        "members",
        "named",
        "node",
        "open",
        "parent",
        "placeholder",
        "secret",
        "shift",
        "term",
        "use",
        "value",
        "written",
    )

    def __init__(self, kind: str, node: Node, use: Node | None, parent: Value | None, key: str | int | None) -> None:
        self.kind = kind
        self.node = node
        self.use = use
        self.parent = parent
        self.key = key
        self.value: str | int | float | bool | None = None
        self.members: dict[str, Value] = {}
        self.items: list[Value] = []
        self.open = False
        self.shift = 0
        self.written: str | None = None
        self.named: Term | None = None
        self.placeholder: Placeholder | None = None
        self.term: Unknown | None = None
        self.alternatives: list[Value] = []
        self.case = ""
        self.secret = False

    @property
    def known(self) -> bool:
        return self.kind != UNKNOWN

    @property
    def text(self) -> str | None:
        """The string, or None where this is no string or nobody knows it."""
        return self.value if isinstance(self.value, str) else None

    def get(self, *path: str) -> Value | None:
        """The member at a path of names; None as soon as one is missing."""
        value = self
        for name in path:
            member = value.members.get(name)
            if member is None:
                return None
            value = member
        return value

    def find(self, *path: str) -> Value | None:
        """Like `get`, in any case: of other resources than image templates no spelling is documented here."""
        value: Value | None = self
        for name in path:
            if value is None:
                return None
            folded = name.lower()
            value = next((member for key, member in value.members.items() if key.lower() == folded), None)
        return value

    def text_of(self, *path: str) -> str | None:
        """The string at a path of names, or None."""
        value = self
        for name in path:  # not by get() and text: rules ask for texts more than for anything else
            member = value.members.get(name)
            if member is None:
                return None
            value = member
        text = value.value
        return text if isinstance(text, str) else None

    def absent(self, name: str) -> bool:
        """Whether the object certainly lacks the member. An empty string, an empty array and null count as absent."""
        if self.kind != OBJECT:
            return False
        member = self.members.get(name)
        if member is None:
            return not self.open
        return member.kind == "null" or member.value == "" or (member.kind == ARRAY and not member.items and not member.open)

    def lacks(self, *path: str) -> bool:
        """Whether a member (in any case) is certainly not there, or null."""
        value: Value | None = self
        for name in path:
            assert value is not None
            if value.kind != OBJECT:
                return value.kind == NULL
            member = value.find(name)
            if member is None:
                return not value.open
            value = member
        return value is not None and value.kind == NULL

    @property
    def path(self) -> str:
        """JSONPath from the image template, in the documented spelling: `$.properties.customize[0].name`."""
        parts: list[str] = []
        value = self
        while value.parent is not None:
            key = value.key
            if isinstance(key, int):
                parts.append(f"[{key}]")
            elif key is not None and key.isidentifier():
                parts.append("." + key)
            else:
                parts.append("['" + str(key).replace("\\", "\\\\").replace("'", "\\'") + "']")
            value = value.parent
        return "$" + "".join(reversed(parts))

    @property
    def condition(self) -> str:
        """In which cases this value is the one that counts; empty where it always is."""
        found: list[str] = []
        value: Value | None = self
        while value is not None:
            if value.case and value.case not in found:
                found.append(value.case)
            value = value.parent
        return " and ".join(reversed(found))

    def walk(self) -> Iterator[Value]:
        """This value and all below it, in order."""
        stack = [self]
        while stack:
            value = stack.pop()
            yield value
            stack.extend(reversed(value.items or list(value.members.values())))

    def __repr__(self) -> str:
        return f"<Value {self.path} {self.kind} {self.value!r}>"


class Unfilled:
    """A placeholder found while reading a template: in a value, or (`on_key`) in a member's name."""

    __slots__ = ("on_key", "placeholder", "value")

    def __init__(self, value: Value, placeholder: Placeholder, on_key: bool) -> None:
        self.value = value
        self.placeholder = placeholder
        self.on_key = on_key


class Slipped:
    """A text that was meant as an expression, found while reading a template: a value, or (`on_key`) a member's name."""

    __slots__ = ("on_key", "slip", "value")

    def __init__(self, value: Value, slip: Slip, on_key: bool) -> None:
        self.value = value
        self.slip = slip
        self.on_key = on_key
