"""The resources of a deployment, nested deployments and template specs included: what stands beside an image template."""

from __future__ import annotations

from aiblint.arm.scope import Scope
from aiblint.document import ARRAY, OBJECT, STRING, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.environment import Place
    from aiblint.arm.term import Term
    from aiblint.value import Value

DEPLOYMENT = "microsoft.resources/deployments"
TEMPLATE_SPEC = "microsoft.resources/templatespecs/versions"

_DEEPEST = 100
_UNREAD = "unread"


class Resource:
    """One resource of a deployment, as it is written.

    `type` is the full type in small letters (`microsoft.compute/galleries/images`, of a child resource too), None where only
    the deployment knows it. `symbol` is its symbolic name, `parent` the resource inside which it is written. What it says is
    worked out when it is asked for.
    """

    __slots__ = ("_inside", "_name", "_value", "container", "node", "parent", "scope", "symbol", "type")

    def __init__(self, node: Node, container: Container, parent: Resource | None) -> None:
        self.node = node
        self.container = container
        self.parent = parent
        self.scope = _own_scope(node, container.scope)
        own = (self.scope.text(node.find("type")) or "").lower() or None
        if parent is not None and own is not None and "." not in own.partition("/")[0]:
            own = f"{parent.type}/{own}" if parent.type is not None else None
        self.type: str | None = own
        self.symbol = node.key
        self._inside: Container | str | None = _UNREAD
        self._name: Term | None = None
        self._value: Value | None = None

    @property
    def name(self) -> Term:
        """The full name, as far as it is known: `gallery/definition` of a child resource, wherever it is written."""
        if self._name is None:
            from aiblint.arm.term import Unknown
            from aiblint.arm.text import joined

            written = self.node.find("name")
            own = self.scope.worked_out(written) if written is not None else Unknown(reason="the resource has no name")
            inside = self.parent is not None and self.type == f"{self.parent.type}/{_last_type(self.node)}"
            self._name = joined("/", [self.parent.name, own]) if inside and self.parent is not None else own
        return self._name

    @property
    def value(self) -> Value:
        """The resource as the service will receive it."""
        if self._value is None:
            from aiblint.effective import Builder

            self._value = Builder().value(self.node, self.scope)
        return self._value

    @property
    def existing(self) -> bool:
        """Whether it is only referred to: somebody else deployed it."""
        existing = self.node.find("existing")
        return existing is not None and existing.value is True

    @property
    def inside(self) -> Container | None:
        """The template that it deploys, where that stands in the file."""
        if self._inside is _UNREAD:
            self._inside = _inside(self)
        assert not isinstance(self._inside, str)
        return self._inside

    @property
    def inner_scope(self) -> bool:
        """Whether the expressions of the template that it deploys are read in that template."""
        return self.inside is not None and self.inside.scope is not self.scope

    @property
    def deployed(self) -> bool | None:
        """Whether the deployment makes it; None where nobody knows. A condition does not count for children."""
        if self.existing or self._condition is False or self.rounds == 0:
            return False
        owner = self.container.owner
        around = True if owner is None else owner.deployed
        if around is False:
            return False
        return None if around is None or self._condition is None or self.rounds is None else True

    @property
    def _condition(self) -> bool | None:
        written = self.node.find("condition")
        if written is None:
            return True
        known = getattr(self.scope.worked_out(written), "value", None)
        return known if isinstance(known, bool) else None

    @property
    def rounds(self) -> int | None:
        """How often it is made: by a loop, else once; None where nobody knows."""
        loop = self.node.find("copy")
        return 1 if loop is None or loop.kind != OBJECT else self.container.scope.rounds(loop)

    def __repr__(self) -> str:
        return f"<Resource {self.type} {self.name!r}>"


class Container:
    """One template with resources: the whole deployment, or one inside it.

    `owner` is the resource that deploys it, None for the file itself. `symbolic` tells that resources have symbolic names.
    `level` is where it is deployed to: resourceGroup, subscription, managementGroup or tenant, None where that is not known.
    """

    __slots__ = ("level", "neighbours", "node", "owner", "resources", "reviewed", "scope", "stored_by", "symbolic")

    def __init__(self, node: Node, scope: Scope, owner: Resource | None, level: str | None) -> None:
        self.node = node
        self.scope = scope
        self.owner = owner
        self.level = level
        self.neighbours: object = None
        """What `aiblint.neighbours` keeps about the file."""
        self.stored_by: Container | None = None
        """The deployment of the template spec that stores this template."""
        self.reviewed: bool | None = None
        """Whether `aiblint.review` has looked at it."""
        listed = node.find("resources")
        self.symbolic = listed is not None and listed.kind == OBJECT and not is_one_resource(listed)
        self.resources: list[Resource] = []
        self._add(node, None, 0)

    def _add(self, owner: Node, parent: Resource | None, depth: int) -> None:
        listed = owner.find("resources")
        if listed is None or listed.kind not in (ARRAY, OBJECT) or depth > _DEEPEST:
            return
        for node in [listed] if is_one_resource(listed) else listed.children:
            if node.kind == OBJECT:
                resource = Resource(node, self, parent)
                self.resources.append(resource)
                self._add(node, resource, depth + 1)

    def walk(self, depth: int = 0) -> Iterator[Resource]:
        """Its resources and those of the deployments inside it, in file order."""
        for resource in self.resources:
            yield resource
            if depth < _DEEPEST and resource.inside is not None:
                yield from resource.inside.walk(depth + 1)

    @property
    def modern(self) -> bool:
        """Whether it is of language version 2.0, or has what only that version has: resources by symbolic names."""
        stated = self.node.find("languageVersion")
        return self.symbolic or (stated is not None and str(stated.value).startswith("2"))

    @property
    def place(self) -> Place:
        """The subscription and the resource group that its resources go to."""
        if self.owner is None:
            from aiblint.arm.environment import Place

            return Place()
        return _place(self.owner)

    @property
    def containers(self) -> list[Container]:
        """This one and those around it, from the inside."""
        found, container = [self], self
        while container.owner is not None:
            container = container.owner.container
            found.append(container)
        return found


def is_one_resource(listed: Node) -> bool:
    """Whether one resource stands where a list of them belongs, or a map by symbolic names."""
    kind = listed.find("type") if listed.kind == OBJECT else None
    return kind is not None and kind.kind == STRING


def read(root: Node, given: Node | None = None) -> Container:
    """The resources of a deployment template. `given` is the object below `parameters` of a parameter file."""
    from aiblint.arm.scope import deployment_level

    return Container(root, Scope(root, given=given), None, deployment_level(root))


def _own_scope(node: Node, scope: Scope) -> Scope:
    """What the expressions of a resource see: in a loop of one round, its index too."""
    loop = node.find("copy")
    if loop is None or loop.kind != OBJECT or scope.rounds(loop) != 1:
        return scope
    return scope.inside(scope.text(loop.find("name")) or "", 0)


def _last_type(node: Node) -> str:
    written = node.find("type")
    return str(written.value).lower() if written is not None and written.kind == STRING else ""


def _inside(resource: Resource) -> Container | None:
    """The template that a resource deploys, where it stands in the file."""
    if resource.type == DEPLOYMENT:
        inner = at(resource.node, "properties", "template")
        if inner is not None and inner.kind == OBJECT:
            return Container(inner, _inner_scope(resource, inner), resource, _inner_level(resource))
    if resource.type == TEMPLATE_SPEC:
        inner = at(resource.node, "properties", "mainTemplate")
        if inner is not None and inner.kind == OBJECT:
            from aiblint.arm.respell import respelt
            from aiblint.arm.scope import deployment_level

            spelt = respelt(inner, resource.scope)
            stored = Container(spelt, Scope(spelt), None, deployment_level(spelt))
            stored.stored_by = resource.container
            return stored
    return None


def _inner_scope(resource: Resource, inner: Node) -> Scope:
    """Nested expressions are read in the outer template, unless the deployment asks for the inner one.

    In language version 2.0 the inner scope is the default, and the outer one is refused.
    Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#languageversion-20
    """
    option = at(resource.node, "properties", "expressionEvaluationOptions", "scope")
    stated = (resource.scope.text(option) or "").lower()
    if stated != "inner" and not (resource.container.modern and stated != "outer"):
        return resource.scope
    passed = at(resource.node, "properties", "parameters")
    return Scope(inner, passed, resource.scope, place=lambda: _place(resource))


def _place(deployment: Resource) -> Place:
    """Where a nested deployment goes."""
    from aiblint.arm.environment import Place
    from aiblint.arm.text import parts_of

    around = deployment.container.place
    subscription, group = deployment.node.find("subscriptionId"), deployment.node.find("resourceGroup")
    return Place(
        around.subscription if subscription is None else parts_of(deployment.scope.worked_out(subscription)),
        around.group if group is None else parts_of(deployment.scope.worked_out(group)),
    )


def _inner_level(resource: Resource) -> str | None:
    """Where a nested deployment goes: to what it names, else to where the deployment around it goes."""
    if resource.node.find("resourceGroup") is not None:
        return "resourceGroup"
    if resource.node.find("scope") is not None:
        return None
    if resource.node.find("subscriptionId") is not None:
        return "subscription"
    return resource.container.level


def at(node: Node, *names: str) -> Node | None:
    """The member at a path of names, in any case; None as soon as one is missing."""
    found: Node | None = node
    for name in names:
        found = found.find(name) if found is not None else None
    return found
