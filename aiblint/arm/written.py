"""The terms of JSON as it is written: members and items are built when they are asked for."""

from __future__ import annotations

from aiblint.arm.term import Arr, Known, Obj, Term, Unknown
from aiblint.document import ARRAY, NULL, NUMBER, OBJECT, STRING, UNREADABLE, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def from_node(node: Node, evaluate_string: Callable[[Node], Term], copied: Callable[[Node], Term] | None = None) -> Term:
    """The term of a JSON value. Members and items are built when they are asked for; strings by `evaluate_string`.

    `copied` makes the array of a `copy` loop: without it, and for names that are expressions, the object is open.
    """
    if node.kind == STRING:
        return evaluate_string(node)

    def build(child: Node) -> Term:
        if copied is not None and _is_loop(child):
            return copied(child)
        return from_node(child, evaluate_string, copied)

    if node.kind == ARRAY:
        return Arr(node.children, node=node, build=build)
    if node.kind == OBJECT:
        listed = [(child.key or "", child) for child in node.children if not _adds_unseen(child)]
        unseen = len(listed) < len(node.children)
        for child in node.children if copied is not None and unseen else ():
            loops = [(_loop_name(loop), loop) for loop in child.children] if _is_copy(child) else []
            if loops and all(name is not None for name, _ in loops):
                listed += [(str(name), loop) for name, loop in loops]
                unseen = len(listed) - len(loops) + 1 < len(node.children)
        return Obj(listed, open=unseen, node=node, build=build)
    if node.kind == UNREADABLE:
        return Unknown(reason="the value cannot be read", node=node)
    if node.kind == NUMBER and not isinstance(node.value, (int, float)):
        return Unknown(reason="the number cannot be read", node=node)
    return Known(None if node.kind == NULL else node.value, node)


def _adds_unseen(child: Node) -> bool:
    key = child.key or ""
    if key.startswith("[") and key.endswith("]") and not key.startswith("[["):
        return True
    return _is_copy(child)


def _is_copy(child: Node) -> bool:
    return (child.key or "").lower() == "copy" and child.kind == ARRAY


def _is_loop(node: Node) -> bool:
    return node.key is None and node.parent is not None and _is_copy(node.parent) and node.find("input") is not None


def _loop_name(loop: Node) -> str | None:
    """The name of the member that a loop makes; None where it is an expression, or the loop is none."""
    named = loop.find("name")
    text = str(named.value) if named is not None and named.kind == STRING else ""
    return text if text and not text.startswith("[") and _is_loop(loop) else None
