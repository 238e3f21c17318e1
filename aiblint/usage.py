"""Who else uses a parameter's default or a variable: what is shared is edited only where that heals all who share it."""

from __future__ import annotations

import re

from aiblint.arm.scope import is_expression
from aiblint.document import STRING
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.document import Document, Node

    Borrowed = tuple[Node, Node]
    """A node of a definition, and the expression through which it is used."""

    Call = tuple[Node, bool, list[str]]
    """The string or member with the expression, whether it is its value (or its name), and the members asked for."""

_CALL = lazy(r"(parameters|variables)\s*\(\s*(?:'((?:[^']|'')*)'\s*\)((?:\s*\.\s*\w+)*))?", re.IGNORECASE)
_WHOLE = lazy(r"\[\s*(?:parameters|variables)\s*\(\s*'(?:[^']|'')*'\s*\)(?:\s*\.\s*\w+)*\s*\]", re.IGNORECASE)
_MOST_LINKS = 20


class Definition:
    """A parameter's default or a variable, or what stands at `path` in it. Names are folded."""

    __slots__ = ("kind", "name", "path")

    def __init__(self, kind: str, name: str, path: tuple[str, ...]) -> None:
        self.kind = kind
        self.name = name
        self.path = path


class Usage:
    """Which expressions of a document use which parameter or variable; looked up once."""

    __slots__ = ("_calls", "_unknown")

    def __init__(self, document: Document) -> None:
        self._calls: dict[tuple[str, str], list[Call]] = {}
        self._unknown: set[str] = set()
        for node in document.root.walk() if document.root is not None else ():
            for text in (node.value if node.kind == STRING else None, node.key):
                if isinstance(text, str) and is_expression(text):
                    self._add(node, text)

    def _add(self, node: Node, text: str) -> None:
        for call in _CALL.finditer(text):
            kind = call[1].lower()
            if call[2] is None:  # the name is worked out: it may be any
                self._unknown.add(kind)
                continue
            steps = [step.strip().lower() for step in call[3].split(".")[1:]]
            name = call[2].replace("''", "'").lower()
            self._calls.setdefault((kind, name), []).append((node, text == node.value, steps))

    def heals_all(self, definition: Node, healed: set[Node], links: int = 0) -> bool:
        """Whether everything that uses a definition is among the expressions that an edit of it heals."""
        where = _defined(definition)
        if where is None or links > _MOST_LINKS or where.kind in self._unknown:
            return False
        for user, is_value, steps in self._calls.get((where.kind, where.name), ()):
            if not all(step == own for step, own in zip(steps, where.path, strict=False)):
                continue  # another member of the object
            if not is_value or not _WHOLE.fullmatch(str(user.value)):
                return False
            if user not in healed and not (_defined(user) is not None and self.heals_all(user, healed, links + 1)):
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
