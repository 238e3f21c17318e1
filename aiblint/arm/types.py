"""What the declaration of a parameter admits: its type, also one of the template's own definitions, and the limits it sets."""

from __future__ import annotations

from aiblint.arm.compare import equal
from aiblint.arm.term import Arr, Known, Obj, Term, Unknown
from aiblint.arm.text import bounds, parts_of
from aiblint.arm.written import from_node
from aiblint.document import BOOLEAN, NUMBER, OBJECT, STRING, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {
    "string": "string",
    "securestring": "string",
    "int": "int",
    "bool": "bool",
    "array": "array",
    "object": "object",
    "secureobject": "object",
}
"""Types of parameters in small letters → what their values are.
Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/data-types"""

_DEEPEST = 20
_REFERENCE = "#/definitions/"


class Fault:
    """What is wrong with a value. `node` is the part of it that is meant, None where it was computed."""

    __slots__ = ("message", "node")

    def __init__(self, message: str, node: Node | None) -> None:
        self.message = message
        self.node = node


class Declaration:
    """A parameter or a part of one, as declared: the members of its own node count before those of the definition it refers to."""

    __slots__ = ("_nodes", "definitions")

    def __init__(self, node: Node, definitions: Node | None) -> None:
        self.definitions = definitions
        self._nodes = [node]
        while len(self._nodes) < _DEEPEST and definitions is not None:
            reference = _text(self._nodes[-1].find("$ref"))
            target = definitions.find(reference[len(_REFERENCE) :]) if reference.startswith(_REFERENCE) else None
            if target is None or target.kind != OBJECT:
                break
            self._nodes.append(target)

    @property
    def dangling(self) -> bool:
        """Whether it refers to a definition of the template that is not there."""
        reference = _text(self._nodes[-1].find("$ref"))
        return len(self._nodes) < _DEEPEST and reference.startswith(_REFERENCE)

    def find(self, name: str) -> Node | None:
        """A member of the declaration."""
        return next((found for node in self._nodes if (found := node.find(name)) is not None), None)

    @property
    def written(self) -> str:
        """The type as it is written; empty where it is none that can be read."""
        return _text(self.find("type"))

    @property
    def kind(self) -> str | None:
        """The type of its values: string, int, bool, array or object; None where nobody knows."""
        return TYPES.get(self.written.lower())

    @property
    def secure(self) -> bool:
        return self.written.lower().startswith("secure")

    @property
    def nullable(self) -> bool:
        nullable = self.find("nullable")
        return nullable is not None and nullable.value is True

    @property
    def part(self) -> dict[str, Declaration]:
        """The declared members of an object, by name in small letters."""
        declared = self.find("properties")
        listed = declared.children if declared is not None else []
        return {(child.key or "").lower(): Declaration(child, self.definitions) for child in listed if child.kind == OBJECT}

    def faults(self, term: Term, depth: int = 0) -> Iterator[Fault]:
        """What the declaration refuses of a value. What is unknown is taken for right."""
        if depth > _DEEPEST or isinstance(term, Unknown):
            return
        if isinstance(term, Known) and term.value is None:
            return  # a nullable one, or one that waits to be filled in
        kind = self.kind
        if kind is not None and term.type not in (kind, "float"):
            yield Fault(f"is {_article(term.type)} and the parameter takes {_article(kind)}", term.node)
            return
        yield from self._refused(term)
        if isinstance(term, Obj):
            yield from self._of_object(term, depth)
        if isinstance(term, Arr):
            yield from self._of_array(term, depth)

    def _refused(self, term: Term) -> Iterator[Fault]:
        """Values beyond the limits, or that are not among the allowed ones."""
        allowed = self.find("allowedValues")
        if isinstance(term, Known) and allowed is not None and allowed.children:
            values = [from_node(child, lambda node: Known(node.value, node)) for child in allowed.children]
            if not _is_expression(allowed) and not any(_same(term, value) for value in values):
                listed = ", ".join(str(child.value) for child in allowed.children[:6])
                more = f" and {len(allowed.children) - 6} more" if len(allowed.children) > 6 else ""
                shown = "a secret" if self.secure or term.secret else _shown(term)
                yield Fault(f"is {shown}, which is not among the allowed values: {listed}{more}", term.node)
        if isinstance(term, Known) and isinstance(term.value, int) and not isinstance(term.value, bool):
            yield from self._within(term, term.value, term.value, "minValue", "maxValue", "is")
        elif isinstance(term, Known) and isinstance(term.value, str):
            least, most = bounds(parts_of(term))
            yield from self._within(term, least, most, "minLength", "maxLength", "has the length")
        elif isinstance(term, Arr) and not term.open:
            yield from self._within(term, len(term), len(term), "minLength", "maxLength", "has the length")

    def _within(self, term: Term, least: int, most: int | None, low: str, high: str, says: str) -> Iterator[Fault]:
        lowest, highest = _number(self.find(low)), _number(self.find(high))
        if lowest is not None and most is not None and most < lowest:
            yield Fault(f"{says} {most}, and the parameter takes {lowest} at least", term.node)
        if highest is not None and least > highest:
            yield Fault(f"{says} {least}, and the parameter takes {highest} at most", term.node)

    def _of_object(self, term: Obj, depth: int) -> Iterator[Fault]:
        declared, others = self.part, self.find("additionalProperties")
        for name, declaration in declared.items():
            if term.get(name) is None and not term.open and not declaration.nullable and self.find("discriminator") is None:
                yield Fault(f"lacks the member '{name}'", term.node)
        sealed = others is not None and others.kind == BOOLEAN and others.value is False
        for name in term.names:
            member = term.get(name)
            assert member is not None
            if name.lower() in declared:
                yield from _below(name, declared[name.lower()].faults(member, depth + 1))
            elif sealed and self.find("discriminator") is None:
                yield Fault(f"has a member '{name[:60]}', which its type does not know", member.node or term.node)
            elif others is not None and others.kind == OBJECT:
                yield from _below(name, Declaration(others, self.definitions).faults(member, depth + 1))

    def _of_array(self, term: Arr, depth: int) -> Iterator[Fault]:
        items, first = self.find("items"), self.find("prefixItems")
        leading = first.children if first is not None else []
        for index in range(len(term)):
            of = leading[index] if index < len(leading) else items
            if of is not None and of.kind == OBJECT:
                yield from _below(f"[{index}]", Declaration(of, self.definitions).faults(term.item(index), depth + 1))


def _below(name: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    for fault in faults:
        yield Fault(f"{fault.message} (in '{name[:60]}')" if "(in '" not in fault.message else fault.message, fault.node)


def _same(left: Known, right: Term) -> bool:
    if isinstance(left.value, str) and isinstance(right, Known) and isinstance(right.value, str):
        return left.value.lower() == right.value.lower()
    return equal(left, right) is not False


def _is_expression(allowed: Node) -> bool:
    return any(str(child.value).startswith("[") for child in allowed.children if child.kind == STRING)


def _number(node: Node | None) -> int | None:
    value = node.value if node is not None and node.kind == NUMBER else None
    return value if isinstance(value, int) else None


def _text(node: Node | None) -> str:
    return str(node.value) if node is not None and node.kind == STRING else ""


def _article(kind: str | None) -> str:
    return f"{'an' if (kind or '')[:1] in 'aio' else 'a'} {kind}"


def _shown(term: Known) -> str:
    return f"'{term.value[:60]}'" if isinstance(term.value, str) else str(term.value).lower()
