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
    from aiblint.neighbours import Entry, Names, Neighbours
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
                    f"the template has two resources {_named(resource)} of type "
                    f"{quote(resource.scope.text(resource.node.find('type')) or resource.type)}, and {_REFUSED}; rename one of them, or "
                    "remove it",
                    node=written,
                    related=((earlier.start, min(earlier.end, earlier.start + 80), "the first one"),),
                )


def _named(resource: Resource) -> str:
    """What a resource is called, as far as that can be worked out."""
    name = resource.scope.text(resource.node.find("name"))
    return f"called {quote(name)}" if name else "of one name"


def _made_once(resource: Resource) -> bool:
    return resource.rounds == 1 and resource.deployed is True


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
        names = neighbours.Names(container)
        for resource in container.resources:
            if resource.deployed is True:
                yield from _of_resource(resource, names)
        yield from _circles(container)


def _of_resource(resource: Resource, names: Names) -> Iterator[TextProblem]:
    written = resource.node.find("dependsOn")
    if written is None or written.kind == NULL:
        return
    if written.kind != ARRAY:
        if written.kind != STRING or not str(written.value).startswith("["):
            advice = f"write [{quote_json(str(written.value))}]" if written.kind == STRING else "write a list of names"
            yield _problem(written, f"'dependsOn' takes a list, and {_REFUSED}; {advice}")
        return
    for node in written.children:
        if node.kind != STRING:
            yield _problem(node, f"'dependsOn' takes names and ids of resources, and {_REFUSED}")
    around = neighbours.of(resource)
    for entry in around.entries(resource):
        if not entry.meant and names.lack(entry.term):
            text = f"{quote(entry.node.value)} names no resource of this template, and {_REFUSED}"
            yield _problem(entry.node, f"{text}; {_advice(entry.term, resource.container, around)}")
        elif resource in entry.meant and resource.rounds == 1:
            yield _problem(
                entry.node, f"the resource waits for itself, and {_REFUSED} (circular dependency); remove this entry"
            )


def _circles(container: Container) -> Iterator[TextProblem]:
    """What waits for each other for certain: one entry of each circle, in the resource of it that was come by first.

    Goes along every entry once, whatever the number of circles.
    """
    certain = [resource for resource in container.resources if resource.deployed is True and resource.rounds == 1]
    if not certain:
        return
    around = neighbours.of(certain[0])
    ways = {
        resource: [(entry, other) for entry in around.entries(resource) for other in entry.meant if other is not resource]
        for resource in certain
    }
    told: set[Entry] = set()
    done: set[Resource] = set()
    for start in certain:
        open_: dict[Resource, Iterator[tuple[Entry, Resource]]] = {start: iter(ways[start])} if start not in done else {}
        taken: dict[Resource, tuple[Entry, Resource]] = {}
        while open_:
            here = next(reversed(open_))
            step = next(open_[here], None)
            if step is None:
                done.add(here)
                del open_[here]
                continue
            taken[here] = step
            then = step[1]
            if then in open_:
                entry, other = taken[then]
                if entry not in told:
                    told.add(entry)
                    yield _circle(entry.node, other)
            elif then in ways and then not in done:
                open_[then] = iter(ways[then])


def _circle(node: Node, other: Resource) -> TextProblem:
    waiting = other.node.find("name") or other.node
    return TextProblem(
        node.start,
        node.end,
        f"the resource waits for {quote(node.value)}, which waits for it in turn, and {_REFUSED} (circular dependency); remove "
        "one of the entries",
        node=node,
        related=((waiting.start, min(waiting.end, waiting.start + 80), "this one waits in turn"),),
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
