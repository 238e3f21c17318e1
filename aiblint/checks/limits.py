"""Words about sizes: what a deployment takes at most, and where the work that is done here ends."""

from __future__ import annotations

from aiblint import review
from aiblint.check import TextProblem, check_text
from aiblint.document import ARRAY, OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.document import Document, Node
    from aiblint.resources import Container
    from aiblint.template import Template


@check_text
def work_ends(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """Where something is too deep or too large to be worked out: what lies beyond is unknown to the rules."""
    for problem in review.problems(templates):
        if problem.kind == "review-ends" and problem.node is not None:
            node = problem.node
            yield TextProblem(node.start, min(node.end, node.start + 60), problem.message, node=node)
    for template in templates:
        for problem in template.scope.problems if template.scope is not None else ():
            if problem.kind == "beyond-us" and problem.node is not None:
                node = problem.node
                yield TextProblem(node.start, min(node.end, node.start + 60), problem.message, node=node)
        if template.cut is not None:
            node = template.cut
            yield TextProblem(
                node.start,
                min(node.end, node.start + 60),
                "the template holds more values, or deeper ones, than aiblint works out: the rules see nothing of what begins here",
                node=node,
            )


@check_text
def deployment_too_large(
    document: Document, templates: list[Template], *, most: dict[str, int], most_characters: int, most_of_a_resource: int
) -> Iterator[TextProblem]:
    """A deployment beyond what Resource Manager takes: `most` entries of a section, characters of the whole and of a resource.

    Characters are counted without blanks between values, for clients send none.
    """
    containers: dict[int, Container] = {}
    for template in templates:
        for container in template.resource.container.containers if template.resource is not None else ():
            containers[id(container)] = container
    for container in containers.values():
        for section, limit in most.items():
            yield from _too_many(container, section, limit)
    root = document.root
    if containers and root is not None and len(document.text) > most_characters and _compact(root) > most_characters:
        yield TextProblem(
            root.start,
            root.start + 1,
            f"the template has more than {most_characters:,} characters: the deployment is refused as too large; split it",
            node=root,
        )
    for template in templates:
        node = template.node
        if template.resource is not None and node.end - node.start > most_of_a_resource and _compact(node) > most_of_a_resource:
            yield TextProblem(
                node.start,
                node.start + 1,
                f"the image template has more than {most_of_a_resource:,} characters: the deployment refuses such a resource; put its "
                "commands into scripts",
                node=node,
            )


def _too_many(container: Container, section: str, limit: int) -> Iterator[TextProblem]:
    node = container.node.find(section)
    if node is None or node.kind not in (ARRAY, OBJECT):
        return
    count = (
        len(node.children) if section != "resources" else sum(max(1, resource.rounds or 1) for resource in container.resources)
    )
    if count > limit:
        start, end = node.key_span or (node.start, node.start + 1)
        yield TextProblem(
            start,
            end,
            f"there are {count} {section}, and a deployment takes {limit} at most: it is refused; "
            + ("put several values into one object" if section != "resources" else "move some into a nested deployment"),
            node=node,
        )


def _compact(node: Node) -> int:
    import json

    return len(json.dumps(node.to_python(), separators=(",", ":"), ensure_ascii=False))
