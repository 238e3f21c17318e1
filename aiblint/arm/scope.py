"""Parameters and variables of a deployment template: what `[parameters('x')]` and `[variables('x')]` stand for."""

from __future__ import annotations

import re

from aiblint.document import OBJECT, STRING, Node

_REFERENCE = re.compile(r"\[\s*(parameters|variables)\s*\(\s*'((?:[^']|'')*)'\s*\)\s*\]", re.IGNORECASE)
_CALL = re.compile(r"\[\s*[A-Za-z_][\w.]*\s*\(")


def is_expression(text: str) -> bool:
    """Whether a deployment takes this string for an expression: `[…]`, and not the escaped literal `[[…`.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
    """
    return len(text) > 1 and text[0] == "[" and text[-1] == "]" and text[1] != "["


def looks_like_call(text: str) -> bool:
    """Whether a string outside a deployment was meant as an expression: `[resourceGroup().location]`."""
    return is_expression(text) and _CALL.match(text) is not None


class Scope:
    """What the expressions of one template see. `passed` holds the values that a nested deployment hands in."""

    __slots__ = ("_parameters", "_passed", "_variables", "outer")

    def __init__(self, template: Node, passed: Node | None = None, outer: Scope | None = None) -> None:
        self._parameters = template.find("parameters")
        self._variables = template.find("variables")
        self._passed = passed
        self.outer = outer

    def resolve(self, expression: str) -> tuple[Node, Scope] | None:
        """The node that a plain reference stands for and the scope its own expressions are read in; None if unknown."""
        match = _REFERENCE.fullmatch(expression)
        if match is None:
            return None
        name = match[2].replace("''", "'")
        if match[1].lower() == "variables":
            variable = self._variables.find(name) if self._variables is not None else None
            return (variable, self) if variable is not None else None
        return self._parameter(name)

    def _parameter(self, name: str) -> tuple[Node, Scope] | None:
        declared = self._parameters.find(name) if self._parameters is not None else None
        if declared is None or declared.kind != OBJECT:
            return None
        if self._passed is not None and self.outer is not None:
            given = self._passed.find(name) if self._passed.kind == OBJECT else None
            if given is not None:
                value = given.find("value")
                return (value, self.outer) if value is not None else None
        default = declared.find("defaultValue")
        return (default, self) if default is not None else None

    def text(self, node: Node | None) -> str | None:
        """The string a node stands for, resolved as far as it can be; None if that is unknown."""
        scope: Scope = self
        for _ in range(20):  # a chain of references, or a ring of them
            if node is None or node.kind != STRING:
                return None
            value = str(node.value)
            if not is_expression(value):
                return value[1:] if value.startswith("[[") else value
            target = scope.resolve(value)
            if target is None:
                return None
            node, scope = target
        return None
