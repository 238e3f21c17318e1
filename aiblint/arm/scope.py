"""Parameters and variables of a deployment template: what `[parameters('x')]` and `[variables('x')]` stand for."""

from __future__ import annotations

import re

from aiblint.document import NULL, OBJECT, STRING, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.arm.environment import Environment, Problem
    from aiblint.arm.term import Term

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


def is_parameter(text: str) -> bool:
    """Whether a string is one parameter and nothing else: `[parameters('x')]`."""
    match = _REFERENCE.fullmatch(text)
    return match is not None and match[1].lower() == "parameters"


class Scope:
    """What the expressions of one template see, and who works them out.

    Plain references to literals are followed here; everything else is left to `arm.evaluate`, which takes longer to
    import than most templates take to lint. `passed` holds the values that a nested deployment hands in, read in `outer`,
    `given` those of a parameter file: the object below its `parameters`.
    """

    __slots__ = ("_environment", "_given", "_parameters", "_passed", "_template", "_terms", "_variables", "outer", "problems")

    def __init__(
        self, template: Node, passed: Node | None = None, outer: Scope | None = None, given: Node | None = None
    ) -> None:
        self._given = given
        self._template = template
        self._parameters = template.find("parameters")
        self._variables = template.find("variables")
        self._passed = passed
        self._environment: Environment | None = None
        self._terms: dict[Node, Term] = {}
        self.outer = outer
        self.problems: list[Problem] = outer.problems if outer is not None else []
        """What is wrong with the expressions that were worked out so far."""

    @property
    def environment(self) -> Environment:
        """The names of the template, as `arm.evaluate` wants them."""
        if self._environment is None:
            from aiblint.arm.deployment import Deployment

            outer = self.outer.environment if self.outer is not None else None
            self._environment = Deployment(
                self._template,
                passed=self._passed,
                outer=outer,
                given=self._given,
                problems=self.problems,
                budget=outer.budget if outer is not None else None,
            )
        return self._environment

    def resolve(self, expression: str) -> tuple[Node, Scope | None] | None:
        """The node that a plain reference stands for and the scope its own expressions are read in; None for all else.

        In a parameter file nothing is an expression: the scope of its values is None.
        """
        match = _REFERENCE.fullmatch(expression)
        if match is None:
            return None
        name = match[2].replace("''", "'")
        if match[1].lower() == "variables":
            variable = self._variables.find(name) if self._variables is not None else None
            return (variable, self) if variable is not None else None
        return self._parameter(name)

    def _parameter(self, name: str) -> tuple[Node, Scope | None] | None:
        declared = self._parameters.find(name) if self._parameters is not None else None
        if declared is None or declared.kind != OBJECT or _is_secure(declared):
            return None
        if self._passed is not None and self.outer is not None:
            given = self._passed.find(name) if self._passed.kind == OBJECT else None
            if given is not None:
                value = given.find("value")
                return (value, self.outer) if value is not None else None
        given = self._given.find(name) if self._given is not None else None
        if given is not None:
            value = given.find("value")
            return (value, None) if value is not None and value.kind != NULL else None
        default = declared.find("defaultValue")
        return (default, self) if default is not None else None

    def evaluate(self, node: Node) -> Term:
        """What the expression in a string stands for. Never raises. A variable's is worked out once, however often it is used."""
        if node not in self._terms:
            from aiblint.arm.evaluate import evaluate_text

            self._terms[node] = evaluate_text(node, self.environment)
        return self._terms[node]

    def copied(self, loop: Node) -> Term:
        """The array that a `copy` loop makes."""
        from aiblint.arm.deployment import copied

        return copied(loop, self.environment)

    def text(self, node: Node | None) -> str | None:
        """The string a node stands for, worked out as far as it can be; None if that is unknown."""
        scope: Scope | None = self
        for _ in range(20):  # a chain of references, or a ring of them
            if node is None or node.kind != STRING:
                return None
            value = str(node.value)
            if scope is None:
                return value
            if not is_expression(value):
                return value[1:] if value.startswith("[[") else value
            target = scope.resolve(value)
            if target is None:
                worked_out = getattr(scope.evaluate(node), "value", None)
                return worked_out if isinstance(worked_out, str) else None
            node, scope = target
        return None


def _is_secure(declared: Node) -> bool:
    """Whether a parameter holds a secret: its value has to be followed through all that is made of it."""
    kind = declared.find("type")
    return kind is not None and str(kind.value).lower().startswith("secure")
