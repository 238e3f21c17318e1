"""Which resources of the same deployment an image template speaks of, and whether they are there before it."""

from __future__ import annotations

import re

from aiblint.arm import ids
from aiblint.arm.term import Arr, Known, Term
from aiblint.arm.text import parts_of, text_term
from aiblint.document import ARRAY, STRING
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.ids import ResourceId
    from aiblint.arm.scope import Scope
    from aiblint.document import Node
    from aiblint.resources import Container, Resource
    from aiblint.value import Value

_RUNTIME = lazy(r"\b(?:reference|references|list\w*)\s*\(", re.IGNORECASE, holds=("reference", "list"))


class Order:
    """What a resource waits for: resources of its own template. `unclear`: it may wait for others, too."""

    __slots__ = ("first", "unclear")

    def __init__(self) -> None:
        self.first: list[Resource] = []
        self.unclear = False


class Entry:
    """One entry of `dependsOn`: the node that says it, what it says, and the resources of its template that it means."""

    __slots__ = ("meant", "node", "term")

    def __init__(self, node: Node, term: Term, meant: list[Resource]) -> None:
        self.node = node
        self.term = term
        self.meant = meant


class Neighbours:
    """The resources of a whole file, found by id. Made once, when a rule first asks."""

    def __init__(self, root: Container) -> None:
        self._by_id: dict[tuple[str, ids.Spelling], list[Resource]] = {}
        self._by_name: dict[tuple[int, ids.Spelling], list[Resource]] = {}
        self._by_type: dict[str, list[Resource]] = {}
        self._by_symbol: dict[tuple[int, str], list[Resource]] = {}
        self._by_loop: dict[tuple[int, str], list[Resource]] = {}
        self._entries: dict[Resource, list[Entry]] = {}
        self._orders: dict[Resource, Order] = {}
        self._principals: dict[Resource, Resource | None] = {}
        for resource in root.walk():
            if resource.symbol is not None:
                self._by_symbol.setdefault((id(resource.container), resource.symbol), []).append(resource)
            if (loop := _loop(resource)) is not None:
                self._by_loop.setdefault((id(resource.container), loop), []).append(resource)
            if resource.type is None:
                continue
            self._by_type.setdefault(resource.type, []).append(resource)
            name = ids.spelling(parts_of(resource.name))
            if name is None:
                continue
            self._by_id.setdefault((resource.type, name), []).append(resource)
            self._by_name.setdefault((id(resource.container), name), []).append(resource)

    def of_type(self, kind: str) -> list[Resource]:
        """Resources of a type (in small letters) that the deployment makes, or may make."""
        return [resource for resource in self._by_type.get(kind, []) if resource.deployed is not False]

    def find(self, id: ResourceId) -> Resource | None:
        """The resource that an id names, as the deployment makes it; None where it makes none, or nobody can tell."""
        name = ids.spelling(id.name)
        found = self._by_id.get((id.type, name), []) if name is not None else []
        made = [each for each in found if each.deployed is not False and _same_place(id, each.container)]
        return made[0] if len(made) == 1 else None

    def named_by(self, value: Value | None, kind: str) -> Resource | None:
        """The resource of a type (in small letters) that a value holds the id of, or whose child's id it holds."""
        term = term_of(value)
        identity = ids.read(term) if term is not None else None
        while identity is not None and identity.type != kind:
            identity = identity.parent
        return self.find(identity) if identity is not None else None

    def before(self, first: Resource, then: Resource) -> bool | None:
        """Whether one resource is certainly made before another one; None where nobody can tell."""
        around = {id(resource.container): resource for resource in _owners(first)}
        user = next((resource for resource in _owners(then) if id(resource.container) in around), None)
        if user is None:
            return None
        target = around[id(user.container)]
        if target is user:
            return None
        seen, waiting, unclear = {user}, [user], False
        while waiting:
            order = self.order(waiting.pop())
            unclear = unclear or order.unclear
            for resource in order.first:
                if resource is target:
                    return True
                if resource not in seen:
                    seen.add(resource)
                    waiting.append(resource)
        return None if unclear else False

    def principal(self, assignment: Resource) -> Resource | None:
        """The resource whose identity a role assignment is for: the one that `principalId` asks `reference()` about."""
        if assignment not in self._principals:
            self._principals[assignment] = self._principal(assignment)
        return self._principals[assignment]

    def _principal(self, assignment: Resource) -> Resource | None:
        properties = assignment.node.find("properties")
        written = properties.find("principalId") if properties is not None else None
        if written is None:
            return None
        node, scope = assignment.scope.followed(written)
        try:
            terms = list(_calls(node, scope)) if scope is not None and node.kind == STRING else []
        except ValueError:
            return None
        owner = next((each for each in _owners(assignment) if each.scope is scope), assignment)
        found = self._named(terms[0], owner.container) if len(terms) == 1 else []
        return found[0] if len(found) == 1 else None

    def order(self, resource: Resource) -> Order:
        """What a resource waits for, by `dependsOn` and by `reference()` and the list functions."""
        if resource not in self._orders:
            order = self._orders[resource] = Order()
            for term in _stated(resource, order):
                self._add(order, resource, term)
            for term in _referred(resource, order):
                self._add(order, resource, term)
        return self._orders[resource]

    def entries(self, resource: Resource) -> list[Entry]:
        """The entries of `dependsOn`; one that is no text, and a list that nobody can tell, are left out. Worked out once."""
        if resource not in self._entries:
            self._entries[resource] = [
                Entry(node, term, self._named(term, resource.container)) for node, term in _listed(resource)
            ]
        return self._entries[resource]

    def _add(self, order: Order, resource: Resource, term: Term) -> None:
        found = self._named(term, resource.container)
        order.first += found
        order.unclear = order.unclear or (not found and getattr(term, "value", None) is None)

    def _named(self, term: Term, container: Container) -> list[Resource]:
        """The resources of a template that an entry of `dependsOn` means: by symbol, id, name or the name of their loop."""
        text = getattr(term, "value", None)
        if container.symbolic and isinstance(text, str):
            found = self._by_symbol.get((id(container), text), [])
            if found:
                return found
        identity = ids.read(term)
        if identity is not None:
            name = ids.spelling(identity.name)
            listed = self._by_id.get((identity.type, name), []) if name is not None else []
            return [resource for resource in listed if resource.container is container]
        name = ids.spelling(parts_of(term))
        found = self._by_name.get((id(container), name), []) if name is not None else []
        return found or (self._by_loop.get((id(container), text.lower()), []) if isinstance(text, str) else [])


class Names:
    """What an entry of `dependsOn` may mean in one template. Made once for a template, whose entries may be thousands."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._place = ids.spelling(container.place.path)
        self._words: set[str] = set()
        """Names that are known, what stands between their slashes, in small letters, and symbols as they are."""
        self._typed: dict[str | None, set[str]] = {}
        """Names that are known, by type; None: the type is not known."""
        self._partly: dict[str | None, list[Term]] = {}
        """Names that are known in part, by type."""
        self._anything = False
        """Whether a resource may have any name at all, or any name in its name."""
        for resource in container.resources:
            self._add(resource)

    def _add(self, resource: Resource) -> None:
        loop = resource.node.find("copy")
        if loop is not None and resource.scope.text(loop.find("name")) is None:
            self._anything = True
        if resource.symbol is not None:
            self._words.add(resource.symbol)
        name = getattr(resource.name, "value", None)
        if isinstance(name, str):
            self._words.update((name.lower(), *name.lower().split("/")))
            self._typed.setdefault(resource.type, set()).add(name.lower())
            return
        self._partly.setdefault(resource.type, []).append(resource.name)
        parts = parts_of(resource.name)
        self._anything |= any("/" in part if isinstance(part, str) else not part.plain for part in parts)

    def lack(self, term: Term) -> bool:
        """Whether an entry is certainly none of the resources, and no loop of them; for one that no resource is known to be."""
        identity = ids.read(term)
        if identity is not None:
            place = ids.spelling(identity.scope)
            if place is None or (any(place) and place != self._place):
                return False
            return not self._may_be_id(identity)
        text = getattr(term, "value", None)
        if self._anything or not isinstance(text, str) or not text or "/providers/" in text.lower() or text.startswith("/"):
            return False
        if text.lower() in self._words or text.partition("[")[0] in self._words:
            return False
        return all(ids.same(name, term) is False for listed in self._partly.values() for name in listed)

    def _may_be_id(self, identity: ResourceId) -> bool:
        name = text_term(identity.name)
        known = getattr(name, "value", None)
        for kind in (identity.type, None):
            named = self._typed.get(kind, set())
            if (
                known.lower() in named
                if isinstance(known, str)
                else any(ids.same(Known(each), name) is not False for each in named)
            ):
                return True
            if any(ids.same(each, name) is not False for each in self._partly.get(kind, [])):
                return True
        return False


def of(resource: Resource) -> Neighbours:
    """The neighbours of a resource."""
    root = resource.container.containers[-1]
    if root.neighbours is None:
        root.neighbours = Neighbours(root)
    assert isinstance(root.neighbours, Neighbours)
    return root.neighbours


def term_of(value: Value | None) -> Term | None:
    """What is known of a text; None where there is none."""
    if value is None:
        return None
    return Known(value.text) if value.text is not None else value.term


def same(left: Value | None, right: Value | None) -> bool | None:
    """Whether two texts are equal but for their capitals; None where one is missing or nobody can tell."""
    first, second = term_of(left), term_of(right)
    return None if first is None or second is None else ids.same(first, second)


def _owners(resource: Resource) -> list[Resource]:
    """The resource, and the deployments around it from the inside."""
    found = [resource]
    while found[-1].container.owner is not None:
        found.append(found[-1].container.owner)
    return found


def _loop(resource: Resource) -> str | None:
    loop = resource.node.find("copy")
    name = resource.scope.text(loop.find("name")) if loop is not None else None
    return name.lower() if name is not None else None


def _stated(resource: Resource, order: Order) -> Iterator[Term]:
    """The entries of `dependsOn`."""
    written = resource.node.find("dependsOn")
    if written is None:
        return
    listed = resource.scope.worked_out(written)
    if not isinstance(listed, Arr) or listed.open:
        order.unclear = True
    if isinstance(listed, Arr):
        yield from listed


def _listed(resource: Resource) -> Iterator[tuple[Node, Term]]:
    """The entries of `dependsOn` that are texts, each with the node that says it: the whole one, where that is an expression."""
    written = resource.node.find("dependsOn")
    if written is not None and written.kind == ARRAY:
        yield from ((node, resource.scope.worked_out(node)) for node in written.children if node.kind == STRING)
    elif written is not None:
        listed = resource.scope.worked_out(written)
        yield from ((written, term) for term in listed) if isinstance(listed, Arr) and not listed.open else ()


def _referred(resource: Resource, order: Order) -> Iterator[Term]:
    """What `reference()` and the list functions of a resource ask for. A nested template in its own scope asks for itself."""
    inner = resource.node.find("properties")
    inner = inner.find("template") if inner is not None and resource.inner_scope else None
    for node in _written(resource.node, inner):
        if node.kind == STRING and _RUNTIME.search(str(node.value)):
            try:
                yield from _calls(node, resource.scope)
            except ValueError:  # no expression, or one with a mistake, which has a rule of its own
                continue


def _written(node: Node, without: Node | None) -> Iterator[Node]:
    stack = [node]
    while stack:
        node = stack.pop()
        if node is not without:
            yield node
            stack.extend(reversed(node.children))


def _calls(node: Node, scope: Scope) -> Iterator[Term]:
    """The first argument of each call of a run-time function in an expression. Raises ValueError for what is none."""
    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Call, parse

    expression = parse(str(node.value))
    evaluator = Evaluator(expression, scope.environment, node)
    for part in expression.walk():
        if isinstance(part, Call) and part.arguments and _RUNTIME.match(part.name + "("):
            yield evaluator.value(part.arguments[0])


def _same_place(id: ResourceId, made: Container) -> bool:
    """Whether an id certainly names something in the subscription and the group into which a template goes."""
    named = ids.spelling(id.scope)
    return named is not None and named == ids.spelling(made.place.path)
