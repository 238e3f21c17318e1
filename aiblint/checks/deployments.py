"""Words about a deployment as a whole: what it must say, resources that stand there twice, and the order they are made in."""

from __future__ import annotations

from aiblint import neighbours
from aiblint.arm import ids
from aiblint.arm.text import parts_of
from aiblint.check import TextProblem, check_text, quote
from aiblint.document import ARRAY, NULL, STRING
from aiblint.resources import DEPLOYMENT, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.ids import Spelling
    from aiblint.arm.term import Term
    from aiblint.document import Document, Node
    from aiblint.neighbours import Neighbours
    from aiblint.resources import Container, Resource
    from aiblint.template import Template

_REFUSED = "the deployment is refused"


def _containers(templates: list[Template]) -> list[Container]:
    """The templates of the deployments that hold these image templates, each once, those inside after those around them."""
    found: dict[int, Container] = {}
    waiting = [template.resource.container.containers[-1] for template in templates if template.resource is not None]
    while waiting:
        container = waiting.pop(0)
        if id(container) not in found:
            found[id(container)] = container
            waiting += [r.inside for r in container.resources if r.inside is not None and r.inside.owner is r]
    return list(found.values())


@check_text
def header_incomplete(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """A deployment that says one of '$schema' and 'contentVersion', and not the other. One with neither is a fragment."""
    root = document.root
    if root is None or not any(template.resource is not None for template in templates):
        return
    has = [name for name in ("$schema", "contentVersion") if (found := root.find(name)) is not None and found.kind != NULL]
    if len(has) != 1:
        return
    if has == ["$schema"]:
        message = f"the deployment has no 'contentVersion', and is refused; add \"contentVersion\": {quote_json('1.0.0.0')}"
    else:
        schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
        message = f"the deployment has no '$schema', and is refused; add \"$schema\": {quote_json(schema)}"
    yield TextProblem(root.start, root.start + 1, message, node=root)


def quote_json(text: str) -> str:
    import json

    return json.dumps(text)


@check_text
def resource_twice(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """Two resources of one type and name in one template. What may not be deployed, and what a loop makes, is left out."""
    for container in _containers(templates):
        first: dict[tuple[str, Spelling], Resource] = {}
        for resource in container.resources:
            name = ids.spelling(parts_of(resource.name))
            if resource.type is None or name is None or not any(name) or not _made_once(resource) or _elsewhere(resource):
                continue
            other = first.setdefault((resource.type, name), resource)
            if other is not resource:
                written = resource.node.find("name") or resource.node
                earlier = other.node.find("name") or other.node
                yield TextProblem(
                    written.start,
                    written.end if written is not resource.node else written.start + 1,
                    f"the template has two resources of type {quote(resource.scope.text(resource.node.find('type')) or resource.type)} "
                    f"and of this name, and {_REFUSED}; rename one of them, or remove it",
                    node=written,
                    related=((earlier.start, min(earlier.end, earlier.start + 80), "the first one"),),
                )


def _made_once(resource: Resource) -> bool:
    return not resource.existing and resource.rounds == 1 and resource.deployed is True


def _elsewhere(resource: Resource) -> bool:
    """Whether a resource belongs to a place of its own: two of one name may belong to two. Extensions inside others do, too."""
    above = resource.parent
    if above is not None and not (resource.type or "").startswith(f"{above.type}/"):
        return True
    return any(resource.node.find(name) is not None for name in ("scope", "resourceGroup", "subscriptionId"))


@check_text
def outer_scope_refused(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """A nested deployment that asks for the outer scope in language version 2.0, which has the inner one only."""
    for container in _containers(templates):
        for resource in container.resources if container.modern else ():
            option = at(resource.node, "properties", "expressionEvaluationOptions", "scope")
            if resource.type == DEPLOYMENT and option is not None and (resource.scope.text(option) or "").lower() == "outer":
                yield TextProblem(
                    option.start,
                    option.end,
                    "language version 2.0 reads the expressions of a nested template in that template only, and refuses the scope "
                    "'outer'; write 'inner', and hand in what it needs by 'parameters'",
                    node=option,
                )


@check_text
def order_impossible(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """`dependsOn` that is no list, that names what the template does not make, or that leads in a circle."""
    for container in _containers(templates):
        for resource in container.resources:
            if resource.deployed is True:
                yield from _of_resource(resource)


def _of_resource(resource: Resource) -> Iterator[TextProblem]:
    written = resource.node.find("dependsOn")
    if written is None or written.kind == NULL:
        return
    if written.kind != ARRAY:
        if written.kind != STRING or not str(written.value).startswith("["):
            advice = f"write [{quote_json(str(written.value))}]" if written.kind == STRING else "write a list of names"
            yield _problem(written, f"'dependsOn' takes a list, and {_REFUSED}; {advice}")
        return
    around = neighbours.of(resource)
    for node in written.children:
        if node.kind != STRING:
            yield _problem(node, f"'dependsOn' takes names and ids of resources, and {_REFUSED}")
            continue
        term = resource.scope.worked_out(node)
        meant = around.named(term, resource.container)
        if not meant and _names_nothing(term, resource.container):
            text = f"{quote(node.value)} names no resource of this template, and {_REFUSED}"
            yield _problem(node, f"{text}; {_advice(term, resource.container, around)}")
        elif resource in meant and resource.rounds == 1:
            yield _problem(node, f"the resource waits for itself, and {_REFUSED} (circular dependency); remove this entry")
        elif (circle := _circle(resource, meant, around)) is not None:
            first = circle[0].node.find("name") or circle[0].node
            yield TextProblem(
                node.start,
                node.end,
                f"the resource waits for {quote(node.value)}, which waits for it in turn, and {_REFUSED} (circular dependency); remove "
                "one of the entries",
                node=node,
                related=((first.start, min(first.end, first.start + 80), "this one waits in turn"),),
            )


def _problem(node: Node, message: str) -> TextProblem:
    return TextProblem(node.start, min(node.end, node.start + 200), message, node=node)


def _advice(term: Term, container: Container, around: Neighbours) -> str:
    identity = ids.read(term)
    made = around.find(identity) if identity is not None else None
    while made is not None and made.container is not container:
        made = made.container.owner
    if made is not None:
        known = made.symbol if container.symbolic else getattr(made.name, "value", None)
        return f"a nested deployment makes it: wait for that one{f', {quote(known)}' if known else ''}"
    if container.symbolic:
        return "name the resource by its symbolic name, or leave out what others deployed before"
    return "name a resource by its name or by resourceId(), with its type, and leave out what others deployed before"


def _names_nothing(term: Term, container: Container) -> bool:
    """Whether an entry is certainly none of the resources of a template, nor a loop of them."""
    text = getattr(term, "value", None)
    identity = ids.read(term)
    if identity is not None:
        place = ids.spelling(identity.scope)
        if place is None or (any(place) and place != ids.spelling(container.place.path)):
            return False
        return not any(_may_be_id(resource, identity.type, identity.name) for resource in container.resources)
    if not isinstance(text, str) or not text or "/providers/" in text.lower() or text.startswith("/"):
        return False
    symbol = text.partition("[")[0]
    return not any(_may_be(resource, text, term) or resource.symbol == symbol for resource in container.resources)


def _may_be_id(resource: Resource, kind: str, name: ids.Parts) -> bool:
    if resource.type is not None and resource.type != kind:
        return False
    from aiblint.arm.text import text_term

    return ids.same(resource.name, text_term(name)) is not False


def _may_be(resource: Resource, text: str, term: Term) -> bool:
    """Whether a name means a resource, a part of its name, or the loop that makes it."""
    loop = resource.node.find("copy")
    if loop is not None and resource.scope.text(loop.find("name")) is None:
        return True
    if ids.same(resource.name, term) is not False:
        return True
    parts = parts_of(resource.name)
    if len(parts) != 1 or not isinstance(parts[0], str):
        return any("/" in part if isinstance(part, str) else not part.plain for part in parts)
    return text.lower() in parts[0].lower().split("/")


def _circle(resource: Resource, meant: list[Resource], around: Neighbours) -> list[Resource] | None:
    """The resources from what an entry means back to the one that bears it; told at the first resource of the circle only."""
    order = resource.container.resources
    ways: list[list[Resource]] = [[each] for each in meant]
    seen = set(meant)
    while ways:
        way = ways.pop(0)
        for then in around.stated(way[-1]):
            if then is resource:
                circle = [*way, resource]
                certain = all(each.deployed is True and each.rounds == 1 for each in circle)
                return way if certain and min(circle, key=order.index) is resource else None
            if then not in seen:
                seen.add(then)
                ways.append([*way, then])
    return None
