"""Builds the effective values of an image template: names in the documented spelling, expressions worked out."""

from __future__ import annotations

import functools

from aiblint import placeholders, schema
from aiblint.arm.scope import Computed, is_expression, looks_like_call
from aiblint.document import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, STRING, UNREADABLE, Node
from aiblint.value import UNKNOWN, Slipped, Unfilled, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiblint.arm.scope import Scope
    from aiblint.arm.term import Arr, Term

# More values than any real template holds; variables that refer to variables can multiply without end.
_MOST_VALUES = 50_000
_DEEPEST = 100
_MOST_ALTERNATIVES = 20

# Members whose names are the user's own: their spelling is kept.
_MAPS = frozenset({"tags", "artifactTags", "managedResourceTags", "userAssignedIdentities", "metadata"})

# Text in which `<`, `{` and `$(` mean something else than "fill me in".
_FREE_TEXT = frozenset(
    {"inline", "filters", "searchCriteria", "restartCommand", "restartCheckCommand", "metadata", "comments", "description"}
)

_KINDS = {"string": STRING, "bool": BOOLEAN, "null": NULL}


@functools.cache
def documented_names() -> dict[str, str]:
    """Folded name → documented spelling: of the published schemas, and of names that only rules speak of."""
    extra = ("dependsOn", "condition", "copy", "subnetName", "resourceGroupName", "comments", "metadata")
    return {**schema.names(), **{name.lower(): name for name in extra}}


class Builder:
    """Builds the values of one template. A scope of None stands for a bare template, where expressions mean nothing.

    `damaged` are offsets at which the reader found a scalar that does not say what was meant: it counts as unknown, so that
    no rule speaks of it once more. `cut` is where building ended, for there was too much.
    """

    def __init__(self, damaged: Sequence[int] = ()) -> None:
        self.damaged = damaged
        self.left = _MOST_VALUES
        self.unfilled: list[Unfilled] = []
        self.slips: list[Slipped] = []
        self.cut: Node | None = None

    def value(
        self,
        node: Node,
        scope: Scope | None,
        use: Node | None = None,
        parent: Value | None = None,
        key: str | int | None = None,
        depth: int = 0,
    ) -> Value:
        """The value that a node stands for in a scope; `use` is the expression through which it got here."""
        if self._ends(use or node, depth) or (self.damaged and self._is_damaged(node)):
            return Value(UNKNOWN, node, use, parent, key)
        if node.kind == STRING:
            return self._string(node, scope, use, parent, key, depth)
        made = Value(UNKNOWN if node.kind == UNREADABLE else node.kind, node, use, parent, key)
        made.value = node.value
        if node.kind == OBJECT:
            self._members(made, scope, depth)
        elif node.kind == ARRAY:
            made.items = [self.value(child, scope, use, made, i, depth + 1) for i, child in enumerate(node.children)]
        return made

    def _ends(self, node: Node, depth: int) -> bool:
        self.left -= 1
        over = self.left < 0 or depth > _DEEPEST
        if over and self.cut is None:
            self.cut = node
        return over

    def _is_damaged(self, node: Node) -> bool:
        return node.kind in (STRING, NUMBER) and any(node.start <= offset <= node.end for offset in self.damaged)

    def _string(
        self, node: Node, scope: Scope | None, use: Node | None, parent: Value | None, key: str | int | None, depth: int
    ) -> Value:
        text = str(node.value)
        if isinstance(node, Computed):
            use = use or node
        if scope is None:
            if looks_like_call(text) or ("[" in text and meant_as_expression(text)):
                return Value(UNKNOWN, node, use, parent, key)
        elif is_expression(text):
            target, inner = scope.followed(node)
            if target is not node:
                return self.value(target, inner, use or node, parent, key, depth + 1)
            return self.term(scope.evaluate(node), node, use or node, parent, key, depth + 1)
        made = Value(STRING, node, use, parent, key)
        if scope is not None and text.startswith("[["):
            made.shift = 1
            text = text[1:]
        self._fill(made, text, scope is not None)
        return made

    def _fill(self, made: Value, text: str, deployed: bool) -> None:
        """Gives a value its text; one with a placeholder in it, or meant as an expression, stays unknown."""
        made.value = text
        if deployed and "(" in text and self._slipped(made, text, False):
            made.kind, made.value = UNKNOWN, None
            return
        if not _free(made):
            found = placeholders.find_all(text)
            if found:
                made.kind, made.value, made.placeholder = UNKNOWN, None, found[0]
                self.unfilled += [Unfilled(made, placeholder, False) for placeholder in found]

    def _slipped(self, made: Value, text: str, on_key: bool) -> bool:
        from aiblint.arm import slips

        slip = slips.find(text, bool(made.shift) and not on_key)
        if slip is not None:
            self.slips.append(Slipped(made, slip, on_key))
        return slip is not None

    def term(self, term: Term, written: Node, use: Node, parent: Value | None, key: str | int | None, depth: int) -> Value:
        """The value of a term: what an expression, written at a node, was worked out to be."""
        from aiblint.arm.alternatives import as_object
        from aiblint.arm.term import Arr, Known, Obj, Unknown

        if isinstance(term, Unknown) and term.possible and (overlaid := as_object(term)) is not None:
            term = overlaid
        node = term.node or written
        made = Value(UNKNOWN, node, use, parent, key)
        made.secret = term.secret
        if self._ends(use, depth):
            return made
        if isinstance(term, Known):
            made.kind = _KINDS.get(term.type, NUMBER)
            made.value = term.value
            if isinstance(term.value, str):
                self._fill(made, term.value, True)
        elif isinstance(term, Arr):
            self._items(made, term, written, use, depth)
        elif isinstance(term, Obj):
            made.kind, made.open = OBJECT, term.open
            for name, member in term.members():
                _put(made, name, self.term(member, written, use, made, _name(made, name), depth + 1))
            for name, member in term.perhaps.items():
                self._perhaps(made, name, member, written, use, depth)
        elif isinstance(term, Unknown):
            made.term = term
            for place, possible in enumerate((term.possible or ())[:_MOST_ALTERNATIVES] if term.sure else ()):
                alternative = self.term(possible, written, use, parent, key, depth + 1)
                case = term.cases[place] if term.cases else ""
                alternative.case = case or f"{_shortened(str(written.value))} gives {_shown(alternative)}"
                made.alternatives.append(alternative)
        return made

    def _perhaps(self, made: Value, name: str, member: Term, written: Node, use: Node, depth: int) -> None:
        """A member that is there in some cases only: unknown, with what it then is for an alternative."""
        key = _name(made, name)
        there = self.term(member, written, use, made, key, depth + 1)
        maybe = Value(UNKNOWN, there.node, use, made, key)
        maybe.alternatives = there.alternatives or [there]
        for alternative in maybe.alternatives:
            alternative.case = alternative.case or f"{_shortened(str(written.value))} gives '{name}'"
        _put(made, name, maybe)

    def _items(self, made: Value, term: Arr, written: Node, use: Node, depth: int) -> None:
        """An array of which no item is known is unknown as a whole, so that nobody takes it for an empty one."""
        made.open = term.open
        if len(term) or not term.open:
            made.kind = ARRAY
            made.items = [self.term(item, written, use, made, index, depth + 1) for index, item in enumerate(term)]

    def _members(self, made: Value, scope: Scope | None, depth: int) -> None:
        for child in made.node.children:
            written = child.key or ""
            if scope is not None and written.lower() == "copy" and child.kind == ARRAY and made.key is not None:
                self._loops(made, child, scope, depth)
                continue
            if scope is not None and is_expression(written):
                self._computed(made, child, scope, depth)
                continue
            member = self.value(child, scope, made.use, made, _name(made, written), depth + 1)
            _put(made, written, member)
            if made.key in _MAPS:
                self.unfilled += [Unfilled(member, placeholder, True) for placeholder in placeholders.find_all(written)]
            if scope is not None and "[" in written:
                self._slipped(member, written, True)

    def _computed(self, made: Value, child: Node, scope: Scope, depth: int) -> None:
        """A member whose name is an expression: it goes by the name it gets, or by the expression where that is not known."""
        written = child.key or ""
        term = scope.name_of(child)
        name = getattr(term, "value", None)
        if not isinstance(name, str):
            made.open, name = True, written
        member = self.value(child, scope, made.use, made, _name(made, name), depth + 1)
        member.named = term
        _put(made, written, member)

    def _loops(self, made: Value, loops: Node, scope: Scope, depth: int) -> None:
        """Members that `copy` loops make: `{name, count, input}`. One whose name is unknown leaves the object open."""
        for loop in loops.children:
            name, written = scope.text(loop.find("name")), loop.find("input")
            if name is None or written is None:
                made.open = True
                continue
            count = scope.rounds(loop)
            if count is not None and count > self.left:
                self.cut = self.cut or loop
                made.open = True
                continue
            key = _name(made, name)
            member = self._rounds(loop, written, [None] if count is None else list(range(count)), scope, made, key, depth)
            if count is None:
                member.open = True
                member.case = f"the loop '{_shortened(name)}' runs"
                maybe = Value(UNKNOWN, loop, made.use, made, key)
                maybe.alternatives.append(member)
                member = maybe
            _put(made, name, member)

    def _rounds(
        self, loop: Node, written: Node, rounds: Sequence[int | None], scope: Scope, parent: Value, key: str, depth: int
    ) -> Value:
        """The array that a loop makes; each item stands where its input is written."""
        name = scope.text(loop.find("name")) or ""
        made = Value(ARRAY, loop, parent.use, parent, key)
        for place, index in enumerate(rounds):
            item = self.value(written, scope.inside(name, index), parent.use, made, place, depth + 1)
            made.items.append(item)
        return made


def meant_as_expression(text: str) -> bool:
    """Whether a text of a bare template is an expression but for a slip."""
    from aiblint.arm import slips

    return slips.find(text) is not None


def _name(owner: Value, written: str) -> str:
    """The name of a member: as documented, or as written where names are the user's own."""
    return written if owner.key in _MAPS else documented_names().get(written.lower(), written)


def _put(owner: Value, written: str, member: Value) -> None:
    member.written = written
    owner.members[str(member.key)] = member


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _shown(value: Value) -> str:
    if value.text is not None:
        return f"'{_shortened(value.text)}'"
    return f"this {value.kind}" if value.items or value.members or value.value is None else str(value.value).lower()


def _free(made: Value) -> bool:
    """Whether a value is text in which characters of placeholders mean something else."""
    value: Value | None = made
    for _ in range(2):
        if value is None:
            return False
        if value.key in _FREE_TEXT:
            return True
        value = value.parent
    return False
