"""What an expression can stand for: a known value, an object or array known in part, or something unknown of a known shape."""

from __future__ import annotations

from aiblint.document import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DEEPEST = 100
"""Levels of containers that are compared or written out; what lies deeper counts as unknown."""

LONGEST_LABEL = 300
"""Characters of an expression that a hole is called by; two labels of that length may stand for different ones."""

_MOST_WORK = 50_000


class Work:
    """How much one comparison or one writing-out may still do: shared containers can unfold without end."""

    __slots__ = ("left",)

    def __init__(self, left: int = _MOST_WORK) -> None:
        self.left = left

    def go_on(self) -> bool:
        self.left -= 1
        return self.left >= 0


class Hole:
    """A stretch of a string that nobody knows: between `least` and `most` UTF-16 units long (`most` None: no limit).

    `label` says whose it is: `parameters('galleryName')`. A `plain` one has no slash in it: it is a name or part of one.
    """

    __slots__ = ("label", "least", "most", "plain")

    def __init__(self, label: str = "", least: int = 0, most: int | None = None, *, plain: bool = False) -> None:
        self.plain = plain
        self.label = label
        self.least = least
        self.most = most

    def __repr__(self) -> str:
        return f"<Hole {self.label}>"


class Term:
    """What a value is known to be. `node` is where it is written, None where it was computed. Terms never change.

    `secret` tells that the value comes from a secure parameter, a key vault or a `list*` function.
    """

    __slots__ = ("node", "secret")

    node: Node | None
    secret: bool

    @property
    def type(self) -> str | None:
        """One of string, int, float, bool, null, array, object; None if that is unknown."""
        raise NotImplementedError


class Known(Term):
    """A scalar that is known: str, int, float, bool or None."""

    __slots__ = ("value",)

    def __init__(self, value: str | int | float | bool | None, node: Node | None = None, secret: bool = False) -> None:
        self.value = value
        self.node = node
        self.secret = secret

    @property
    def type(self) -> str:
        value = self.value
        if isinstance(value, str):
            return "string"
        if isinstance(value, bool):
            return "bool"
        if isinstance(value, int):
            return "int"
        return "float" if isinstance(value, float) else "null"

    def __repr__(self) -> str:
        return f"<Known {self.value!r}>"


class Unknown(Term):
    """A value that cannot be told.

    `parts` is what is known of a string: literal text and holes in turn (empty: nothing). `possible` lists every value
    that it can have, or is None; `sure` tells that each of them is one that it can have: two conditions that hang together
    rule some combinations out. `cases` says of each when it counts, `roots` names what decides that, None where it is not
    known. `reason` says why it is unknown, `label` what to call the hole it leaves.
    """

    __slots__ = ("_type", "cases", "label", "parts", "possible", "reason", "roots", "sure")

    def __init__(
        self,
        type: str | None = None,
        *,
        reason: str = "",
        parts: Sequence[str | Hole] = (),
        possible: tuple[Term, ...] | None = None,
        secret: bool = False,
        label: str = "",
        node: Node | None = None,
        sure: bool = True,
        cases: tuple[str, ...] = (),
        roots: frozenset[str] | None = None,
    ) -> None:
        self._type = type
        self.sure = sure
        self.cases = cases
        self.roots = roots
        self.reason = reason
        self.parts = tuple(parts)
        self.possible = possible
        self.secret = secret
        self.label = label
        self.node = node

    @property
    def type(self) -> str | None:
        return self._type

    @property
    def prefix(self) -> str:
        """The text that the string starts with for certain."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], str) else ""

    @property
    def suffix(self) -> str:
        """The text that the string ends with for certain."""
        return self.parts[-1] if self.parts and isinstance(self.parts[-1], str) else ""

    @property
    def template(self) -> str:
        """The string with `{?}` for each hole: `/subscriptions/{?}/resourceGroups/{?}/…`."""
        return "".join(part if isinstance(part, str) else "{?}" for part in self.parts or (Hole(self.label),))

    def __repr__(self) -> str:
        return f"<Unknown {self._type} {self.template if self.parts else ''} {self.reason}>"


class Arr(Term):
    """An array. Its listed items are there, first and in this order; an `open` one may have more after them."""

    __slots__ = ("_build", "_items", "open")

    def __init__(
        self,
        items: Iterable[Term | Node],
        *,
        open: bool = False,
        node: Node | None = None,
        secret: bool = False,
        build: Callable[[Node], Term] | None = None,
    ) -> None:
        self._items = list(items)
        self._build = build
        self.open = open
        self.node = node
        self.secret = secret

    @property
    def type(self) -> str:
        return "array"

    def __len__(self) -> int:
        return len(self._items)

    def item(self, index: int) -> Term:
        """The listed item at an index from 0; built from its node when first asked for."""
        item = self._items[index]
        if isinstance(item, Node):
            assert self._build is not None
            item = self._items[index] = self._build(item)
        return secretly(item) if self.secret else item

    def __iter__(self) -> Iterator[Term]:
        return (self.item(index) for index in range(len(self._items)))

    def __repr__(self) -> str:
        return f"<Arr of {len(self._items)}{' or more' if self.open else ''}>"


class Obj(Term):
    """An object. Names keep their order and spelling and are found in any case; an `open` one may have more members.

    `perhaps` are members that it may have: name → what their value then is. They make it open. A `documented` one has the
    members that are listed, and whatever else the service may add: a name that is nearly one of theirs is a slip.
    """

    __slots__ = ("_build", "_members", "_names", "documented", "open", "perhaps", "unseen")

    def __init__(
        self,
        members: Iterable[tuple[str, Term | Node]],
        *,
        open: bool = False,
        node: Node | None = None,
        secret: bool = False,
        build: Callable[[Node], Term] | None = None,
        perhaps: dict[str, Term] | None = None,
        documented: bool = False,
    ) -> None:
        self.documented = documented
        self._members: dict[str, Term | Node] = {}
        self._names: dict[str, str] = {}
        for name, value in members:
            spelling = self._names.setdefault(name.lower(), name)
            self._members[spelling] = value
        self._build = build
        self.perhaps = perhaps or {}
        self.unseen = open
        """Whether it may have members of which nothing is known."""
        self.open = open or bool(perhaps)
        self.node = node
        self.secret = secret

    @property
    def type(self) -> str:
        return "object"

    def __len__(self) -> int:
        return len(self._members)

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def get(self, name: str) -> Term | None:
        """The member of that name, in any case; None if it is not listed."""
        spelling = self._names.get(name.lower())
        if spelling is None:
            return None
        member = self._members[spelling]
        if isinstance(member, Node):
            assert self._build is not None
            member = self._members[spelling] = self._build(member)
        return secretly(member) if self.secret else member

    def members(self) -> Iterator[tuple[str, Term]]:
        for name in list(self._members):
            member = self.get(name)
            assert member is not None
            yield name, member

    def __repr__(self) -> str:
        return f"<Obj {', '.join(self._members)}{', …' if self.open else ''}>"


def secretly(term: Term) -> Term:
    """The same term, marked as a secret."""
    if term.secret:
        return term
    if isinstance(term, Known):
        return Known(term.value, term.node, True)
    if isinstance(term, Unknown):
        return _changed(term, secret=True)
    if isinstance(term, Arr):
        return Arr(term._items, open=term.open, node=term.node, secret=True, build=term._build)
    assert isinstance(term, Obj)
    perhaps = {name: secretly(member) for name, member in term.perhaps.items()}
    return Obj(term._members.items(), open=term.unseen, node=term.node, secret=True, build=term._build, perhaps=perhaps)


def holds_secret(term: Term, depth: int = 0, work: Work | None = None) -> bool:
    """Whether a term is a secret or something in it is."""
    work = work or Work(2_000)
    if term.secret or depth > DEEPEST or not work.go_on():
        return term.secret
    if isinstance(term, Arr):
        return any(holds_secret(item, depth + 1, work) for item in term)
    if isinstance(term, Obj):
        return any(holds_secret(member, depth + 1, work) for _, member in term.members())
    return False


def labelled(term: Unknown, label: str) -> Unknown:
    """The same unknown, its hole named, unless it has a name."""
    if term.label:
        return term
    parts = tuple(
        Hole(label, part.least, part.most, plain=part.plain) if isinstance(part, Hole) and not part.label else part
        for part in term.parts
    )
    return _changed(term, label=label, parts=parts)


def rooted(term: Unknown, roots: frozenset[str] | None) -> Unknown:
    """The same unknown, with what decides it."""
    return _changed(term, roots=roots) if roots != term.roots else term


def _changed(
    term: Unknown,
    *,
    secret: bool | None = None,
    label: str | None = None,
    parts: Sequence[str | Hole] | None = None,
    roots: frozenset[str] | None = None,
) -> Unknown:
    return Unknown(
        term.type,
        reason=term.reason,
        parts=term.parts if parts is None else parts,
        possible=term.possible,
        secret=term.secret if secret is None else secret,
        label=term.label if label is None else label,
        node=term.node,
        sure=term.sure,
        cases=term.cases,
        roots=term.roots if roots is None else roots,
    )
