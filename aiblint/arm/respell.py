"""The template inside a template spec: a deployment works its text out once, before anybody deploys what is left."""

from __future__ import annotations

from aiblint.arm.scope import Computed, Scope, is_expression
from aiblint.arm.term import Known
from aiblint.document import BOOLEAN, NULL, NUMBER, STRING, UNREADABLE, Node


def respelt(root: Node, outer: Scope) -> Node:
    """A copy of a tree as it is stored: `[[x]` has become `[x]`, an expression the value that it has in the outer template.

    What only the outer deployment knows is unreadable. Places and parents are those of the file.
    Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-specs
    """
    made: dict[Node, Node] = {}
    for node in root.walk():
        computed = (node.kind == STRING and is_expression(str(node.value))) or (
            node.key is not None and is_expression(node.key)
        )
        made_by = Computed if computed else Node
        copy = made_by(node.kind, node.start, made.get(node.parent, node.parent) if node.parent is not None else None)
        copy.end, copy.key_start, copy.key_end, copy.value = node.end, node.key_start, node.key_end, node.value
        copy.key = _name(node, outer)
        made[node] = copy
        if node is not root and copy.parent is not None:
            copy.parent.children.append(copy)
        if node.kind == STRING:
            _spell(copy, node, outer)
    return made[root]


def _spell(copy: Node, node: Node, outer: Scope) -> None:
    text = str(node.value)
    if text.startswith("[["):
        copy.value = text[1:]
    elif is_expression(text):
        term = outer.evaluate(node)
        if isinstance(term, Known):
            copy.value = term.value
            copy.kind = {"string": STRING, "bool": BOOLEAN, "null": NULL}.get(term.type, NUMBER)
        else:
            copy.value, copy.kind = None, UNREADABLE


def _name(node: Node, outer: Scope) -> str | None:
    name = node.key
    if name is not None and name.startswith("[["):
        return name[1:]
    if name is not None and is_expression(name):
        known = getattr(outer.name_of(node), "value", None)
        return known if isinstance(known, str) else name
    return name
