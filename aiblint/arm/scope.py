"""Parameters and variables of a deployment template: what `[parameters('x')]` and `[variables('x')]` stand for."""

from __future__ import annotations

import re

from aiblint.document import NULL, NUMBER, OBJECT, STRING, Node
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from aiblint.arm.environment import Environment, Place, Problem
    from aiblint.arm.term import Term

_REFERENCE = lazy(r"\[\s*(parameters|variables)\s*\(\s*'((?:[^']|'')*)'\s*\)\s*\]", re.IGNORECASE)
_NAMED = lazy(r"\b(parameters|variables)\s*\(\s*'((?:[^']|'')*)'\s*\)", re.IGNORECASE)
_CALL = lazy(r"\[\s*[A-Za-z_][\w.]*\s*\(")

MOST_COPIES = 800
"""Iterations that a deployment allows for one loop.
https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-properties#copy-limits"""


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


class Computed(Node):
    """A value that is not written as it is: another deployment works an expression out before this one."""

    __slots__ = ()


def deployment_level(template: Node) -> str:
    """Where a template is deployed to, by its `$schema`: resourceGroup, subscription, managementGroup or tenant."""
    named = template.find("$schema")
    schema = str(named.value).lower() if named is not None else ""
    for level in ("subscription", "managementGroup", "tenant"):
        if f"/{level.lower()}deploymenttemplate.json" in schema:
            return level
    return "resourceGroup"


class Scope:
    """What the expressions of one template see, and who works them out.

    Plain references to literals are followed here; everything else is left to `arm.evaluate`, which takes longer to
    import than most templates take to lint. `passed` holds the values that a nested deployment hands in, read in `outer`,
    `given` those of a parameter file: the object below its `parameters`. `place` tells where the template goes, when asked.
    """

    __slots__ = (
        "_environment",
        "_given",
        "_names",
        "_parameters",
        "_passed",
        "_place",
        "_template",
        "_terms",
        "_variables",
        "outer",
        "problems",
    )

    def __init__(
        self,
        template: Node,
        passed: Node | None = None,
        outer: Scope | None = None,
        given: Node | None = None,
        place: Callable[[], Place] | None = None,
    ) -> None:
        self._place = place
        self._given = given
        self._template = template
        self._parameters = template.find("parameters")
        self._variables = template.find("variables")
        self._passed = passed
        self._environment: Environment | None = None
        self._terms: dict[Node, Term] = {}
        self._names: dict[Node, Term] = {}
        self.outer = outer
        self.problems: list[Problem] = outer.problems if outer is not None else []
        """What is wrong with the expressions that were worked out so far."""

    @property
    def template(self) -> Node:
        """The template whose names these are."""
        return self._template

    @property
    def declared(self) -> Node | None:
        """The section that declares the parameters."""
        return self._parameters

    @property
    def definitions(self) -> Node | None:
        """The section that defines types."""
        return self._template.find("definitions")

    @property
    def handed(self) -> Node | None:
        """The section that gives values to the parameters: of a parameter file, or of the nested deployment."""
        return self._given if self._given is not None else self._passed

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
                place=self._place() if self._place is not None else None,
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
        if declared is None or declared.kind != OBJECT or self._is_secure(declared):
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

    def _is_secure(self, declared: Node) -> bool:
        """Whether a parameter holds a secret: its value has to be followed through all that is made of it."""
        kind = declared.find("type")
        if kind is None and declared.find("$ref") is not None:
            from aiblint.arm.types import Declaration

            return Declaration(declared, self._template.find("definitions")).secure
        return kind is not None and str(kind.value).lower().startswith("secure")

    def evaluate(self, node: Node) -> Term:
        """What a string stands for. Never raises. A variable's is worked out once, however often it is used."""
        if node not in self._terms:
            from aiblint.arm.evaluate import evaluate_text

            self._terms[node] = evaluate_text(node, self.environment)
        return self._terms[node]

    def name_of(self, member: Node) -> Term:
        """What the name of a member stands for, where it is an expression."""
        if member not in self._names:
            name = (Computed if isinstance(member, Computed) else Node)(STRING, member.key_start, member.parent)
            name.end, name.value = member.key_end, member.key
            name.key, name.key_start, name.key_end = member.key, member.key_start, member.key_end
            self._names[member] = self.evaluate(name)
        return self._names[member]

    def worked_out(self, node: Node) -> Term:
        """What any value stands for, its members and items when they are asked for."""
        from aiblint.arm.term import Known
        from aiblint.arm.written import from_node

        target, scope = self.followed(node)
        if scope is None:
            return from_node(target, lambda written: Known(written.value, written))
        return from_node(target, scope._text_term)

    def _text_term(self, node: Node) -> Term:
        from aiblint.arm.term import Known

        text = str(node.value)
        return self.evaluate(node) if is_expression(text) else Known(text[1:] if text.startswith("[[") else text, node)

    def followed(self, node: Node) -> tuple[Node, Scope | None]:
        """Where a chain of plain references ends; a ring of them is left to the evaluator."""
        scope: Scope | None = self
        first = node
        for _ in range(20):
            target = scope.resolve(str(node.value)) if scope is not None and node.kind == STRING else None
            if target is None:
                return node, scope
            node, scope = target
        return first, self

    def named(self, expression: str) -> list[Node]:
        """Where the parameters and variables that an expression names get their values, as far as that is written down."""
        found: list[Node] = []
        for kind, name in _NAMED.findall(expression):
            target = self.resolve(f"[{kind}('{name}')]")
            if target is not None and target[0] not in found:
                found.append(target[0])
        return found

    def rounds(self, loop: Node) -> int | None:
        """How often a `copy` loop runs; None where that is unknown or more than a deployment allows."""
        written = loop.find("count")
        if (
            written is not None
            and written.kind == NUMBER
            and isinstance(written.value, int)
            and 0 <= written.value <= MOST_COPIES
        ):
            return written.value
        from aiblint.arm.deployment import loop_count

        return loop_count(loop, self.environment)

    def inside(self, loop: str, index: int | None) -> Scope:
        """The same names, inside one round of a loop; None: any round."""
        from aiblint.arm.deployment import Loop

        made = Scope(self._template, self._passed, self.outer, self._given, self._place)
        made.problems = self.problems
        made._environment = Loop(self.environment, loop, index)
        return made

    def text(self, node: Node | None) -> str | None:
        """The string a node stands for, worked out as far as it can be; None if that is unknown."""
        if node is None or node.kind != STRING:
            return None
        target, scope = self.followed(node)
        if target.kind != STRING:
            return None
        text = str(target.value)
        if scope is None:
            return text
        if not is_expression(text):
            return text[1:] if text.startswith("[[") else text
        worked_out = getattr(scope.evaluate(target), "value", None)
        return worked_out if isinstance(worked_out, str) else None
