"""Who else uses a parameter's default or a variable: what is shared is edited only where that heals all who share it."""

from __future__ import annotations

import re

from aiblint.arm.scope import is_expression
from aiblint.document import STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.document import Document, Node

    Borrowed = tuple[Node, Node]
    """A node of a definition, and the expression through which it is used."""

_CALL = re.compile(r"(parameters|variables)\s*\(\s*(?:'((?:[^']|'')*)'\s*\)((?:\s*\.\s*\w+)*))?", re.IGNORECASE)
_WHOLE = re.compile(r"\[\s*(?:parameters|variables)\s*\(\s*'(?:[^']|'')*'\s*\)(?:\s*\.\s*\w+)*\s*\]", re.IGNORECASE)
_MOST_LINKS = 20


class Definition:
    """A parameter's default or a variable, or what stands at `path` in it. Names are folded."""

    __slots__ = ("kind", "name", "path")

    def __init__(self, kind: str, name: str, path: tuple[str, ...]) -> None:
        self.kind = kind
        self.name = name
        self.path = path


def heals_all(document: Document, definition: Node, healed: set[Node], links: int = 0) -> bool:
    """Whether everything in the document that uses a definition is among the expressions that an edit of it heals."""
    where = _defined(definition)
    if where is None or links > _MOST_LINKS:
        return False
    for user in _users(document, where):
        if user is None or not _WHOLE.fullmatch(str(user.value)):
            return False
        if user not in healed and not (_defined(user) is not None and heals_all(document, user, healed, links + 1)):
            return False
    return True


def _defined(node: Node) -> Definition | None:
    """What a node is a part of; None where that is no variable and no default, or a default with conditions on its value."""
    path: list[str] = []
    at: Node | None = node
    while at is not None and at.parent is not None:
        owner = at.parent
        if owner.key is not None and owner.key.lower() == "variables" and at.key is not None:
            return Definition("variables", at.key.lower(), tuple(reversed(path)))
        declared = owner.parent
        if at.key == "defaultValue" and declared is not None and (declared.key or "").lower() == "parameters":
            conditions = ("allowedValues", "minLength", "maxLength", "minValue", "maxValue")
            if any(owner.find(name) is not None for name in conditions) or owner.key is None:
                return None
            return Definition("parameters", owner.key.lower(), tuple(reversed(path)))
        path.append((at.key if at.key is not None else str(owner.children.index(at))).lower())
        at = owner
    return None


def _users(document: Document, definition: Definition) -> Iterator[Node | None]:
    """The strings whose expressions reach a definition; None where a name is worked out, so that nobody can tell."""
    for node in document.root.walk() if document.root is not None else ():
        for text in (node.value if node.kind == STRING else None, node.key):
            if not isinstance(text, str) or not is_expression(text):
                continue
            for call in _CALL.finditer(text):
                if call[1].lower() == definition.kind and (call[2] is None or _reaches(call, definition)):
                    yield node if text is node.value and call[2] is not None else None


def _reaches(call: re.Match[str], definition: Definition) -> bool:
    if call[2].replace("''", "'").lower() != definition.name:
        return False
    steps = [step.strip().lower() for step in call[3].split(".")[1:]]
    return all(step == own for step, own in zip(steps, definition.path, strict=False))
