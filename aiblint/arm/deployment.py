"""What the expressions of one deployment template see: its parameters, variables and functions, and the loops around them."""

from __future__ import annotations

from aiblint.arm.alternatives import either
from aiblint.arm.environment import Budget, Environment, Place, Problem, UserFunction
from aiblint.arm.evaluate import beyond, evaluate_node, report
from aiblint.arm.scope import MOST_COPIES, deployment_level
from aiblint.arm.term import Arr, Known, Obj, Term, Unknown, secretly
from aiblint.arm.types import Declaration
from aiblint.arm.written import from_node
from aiblint.document import ARRAY, NULL, OBJECT, STRING, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Deployment(Environment):
    """The names of one template. `passed` holds what a nested deployment hands in, read in the environment `outer`.

    `given` holds the values of a parameter file: the object below its `parameters`.
    """

    __slots__ = ("_definitions", "_functions", "_given", "_outer", "_parameters", "_passed", "_terms", "_variables")

    def __init__(
        self,
        template: Node,
        *,
        passed: Node | None = None,
        outer: Environment | None = None,
        given: Node | None = None,
        problems: list[Problem] | None = None,
        budget: Budget | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(problems, budget, deployment_level(template), place)
        self._parameters = template.find("parameters")
        self._variables = template.find("variables")
        self._definitions = template.find("definitions")
        self._functions = template.find("functions")
        self._passed = passed
        self._outer = outer
        self._given = given
        self._terms: dict[tuple[str, str], Term | None] = {}

    def parameter(self, name: str) -> Term | None:
        return self._once("parameter", name, self._parameter)

    def variable(self, name: str) -> Term | None:
        return self._once("variable", name, self._variable)

    def _once(self, kind: str, name: str, work_out: object) -> Term | None:
        """Each name is worked out once. One that refers to itself is unknown while it is being worked out."""
        key = (kind, name.lower())
        if key not in self._terms:
            self._terms[key] = _Ring(reason=f"{kind} '{name}' refers to itself")
            self._terms[key] = work_out(name)  # type: ignore[operator]
        elif isinstance(self._terms[key], _Ring):
            self._circular(kind, name)
        return self._terms[key]

    def _circular(self, kind: str, name: str) -> None:
        owner = self._parameters if kind == "parameter" else self._variables
        declared = owner.find(name) if owner is not None else None
        node = declared.find("defaultValue") if declared is not None and kind == "parameter" else declared
        message = f"the {kind} '{name[:200]}' refers to itself, by others or directly: the deployment is refused"
        report(self, Problem("circular-reference", message, 0, 1, node, True))

    def _parameter(self, name: str) -> Term | None:
        declared = self._parameters.find(name) if self._parameters is not None else None
        if declared is None or declared.kind != OBJECT:
            return None
        declaration = Declaration(declared, self._definitions)
        term = self._parameter_value(name, declared, declaration)
        return secretly(term) if declaration.secure else term

    def _parameter_value(self, name: str, declared: Node, declaration: Declaration) -> Term:
        kind = declaration.kind
        if self._passed is not None and self._outer is not None:
            handed = self._passed.find(name)
            if handed is not None:
                return _handed(name, handed, kind, self._outer)
        if self._given is not None:
            given = self._given.find(name)
            if given is not None:
                return _given(name, given, kind)
        default = declared.find("defaultValue")
        if default is not None:
            return evaluate_node(default, self)
        root = frozenset({f"{declared.pointer} parameters('{name.lower()}')"})
        if declaration.nullable:
            if self._passed is not None:
                return Known(None, declared)
            return Unknown(reason=f"parameter '{name}' may be given or not", node=declared, roots=root)
        allowed = declaration.find("allowedValues") if kind not in ("array", "object") else None
        possible = tuple(evaluate_node(child, self) for child in allowed.children[:50]) if allowed is not None else ()
        return Unknown(
            kind,
            reason=f"parameter '{name}' has no default value",
            possible=possible or None,
            cases=tuple(f"parameters('{name}') is {_shown(value)}" for value in possible),
            node=declared,
            roots=root,
        )

    def _variable(self, name: str) -> Term | None:
        if self._variables is None:
            return None
        node = self._variables.find(name)
        if node is not None and not (name.lower() == "copy" and node.kind == ARRAY):
            return evaluate_node(node, self)
        loops = self._variables.find("copy")
        for loop in loops.children if loops is not None and loops.kind == ARRAY else []:
            if _text(loop.find("name")).lower() == name.lower():
                return copied(loop, self)
        return None

    def copied(self, loop: Node) -> Term:
        return copied(loop, self)

    def user_function(self, namespace: str, name: str) -> UserFunction | None:
        for group in self._functions.children if self._functions is not None else []:
            if _text(group.find("namespace")).lower() != namespace.lower():
                continue
            members = group.find("members")
            function = members.find(name) if members is not None else None
            output = function.find("output") if function is not None else None
            value = output.find("value") if output is not None else None
            if function is None or value is None:
                return None
            declared = function.find("parameters")
            parameters = [_text(parameter.find("name")) for parameter in declared.children] if declared is not None else []
            return UserFunction(parameters, value, self)
        return None

    def names(self, kind: str) -> Iterable[str]:
        if kind == "function":
            return list(self._function_names())
        owner = self._parameters if kind == "parameter" else self._variables
        return [child.key for child in owner.children if child.key is not None] if owner is not None else []

    def _function_names(self) -> Iterable[str]:
        for group in self._functions.children if self._functions is not None else []:
            members = group.find("members")
            for member in members.children if members is not None else []:
                yield f"{_text(group.find('namespace'))}.{member.key}"


class _Ring(Unknown):
    """Stands for a name while it is being worked out."""


class Loop(Environment):
    """Inside one iteration of a `copy` loop: `index` counts from 0, None where nobody knows it."""

    __slots__ = ("_index", "_name", "_outer")

    def __init__(self, outer: Environment, name: str, index: int | None) -> None:
        super().__init__(outer.problems, outer.budget, outer.scope, outer.place)
        self._outer = outer
        self._name = name.lower()
        self._index = index

    def copied(self, loop: Node) -> Term:
        return copied(loop, self)

    def copy_index(self, loop: str | None) -> int | None:
        return self._index if loop is None or loop.lower() == self._name else self._outer.copy_index(loop)

    def parameter(self, name: str) -> Term | None:
        return self._outer.parameter(name)

    def variable(self, name: str) -> Term | None:
        return self._outer.variable(name)

    def user_function(self, namespace: str, name: str) -> UserFunction | None:
        return self._outer.user_function(namespace, name)

    def reference(self, name: str) -> Term | None:
        return self._outer.reference(name)

    def names(self, kind: str) -> Iterable[str]:
        return self._outer.names(kind)


def loop_count(loop: Node, environment: Environment) -> int | None:
    """How often a `copy` loop runs; None where that is unknown or more than a deployment allows."""
    node = loop.find("count")
    term = evaluate_node(node, environment) if node is not None else None
    if not isinstance(term, Known):
        return None
    if isinstance(term.value, int) and not isinstance(term.value, bool) and 0 <= term.value <= MOST_COPIES:
        return term.value
    message = f"the count of a loop is a whole number from 0 to {MOST_COPIES}, and this one is {_shown(term)}: the deployment is refused"
    report(environment, Problem("copy-count", message, 0, 1, node, True))
    return None


def _shown(term: Term) -> str:
    value = getattr(term, "value", term.type)
    return f"'{value[:60]}'" if isinstance(value, str) else str(value).lower()


def copied(loop: Node, environment: Environment) -> Term:
    """The array that a `copy` loop of a property or a variable makes: `{name, count, input}`."""
    written = loop.find("input")
    name = _text(loop.find("name"))
    count = loop_count(loop, environment)
    if written is None or loop.kind != OBJECT:
        return Unknown("array", reason="the loop has no input", node=loop)
    if count is None:
        return Arr([], open=True, node=loop)
    if not environment.budget.spend(count):
        beyond(environment, "the loop makes too much", written, 0, 1)
        return Arr([], open=True, node=loop)
    return Arr([evaluate_node(written, Loop(environment, name, index)) for index in range(count)], node=loop)


def _handed(name: str, handed: Node, kind: str | None, environment: Environment) -> Term:
    """A parameter's value as a nested deployment or a parameter file gives it: `{value}`, or a Key Vault `{reference}`."""
    value = handed.find("value")
    if value is not None:
        return evaluate_node(value, environment)
    if handed.kind == STRING:  # compiled Bicep: [if(…, createObject('value', …), createObject('value', null()))]
        return _value_of(evaluate_node(handed, environment), kind)
    secret = handed.find("reference") is not None
    reason = "comes from a key vault" if secret else "is given in a way that nobody can know before the deployment"
    return Unknown(kind, reason=f"parameter '{name}' {reason}", secret=secret, node=handed)


def _value_of(term: Term, kind: str | None) -> Term:
    choices = term.possible if isinstance(term, Unknown) and term.possible else (term,)
    values = [choice.get("value") if isinstance(choice, Obj) else None for choice in choices]
    known = [value for value in values if value is not None]
    if len(known) == len(choices):
        return either(known)
    return Unknown(kind, reason="the value is known at deployment only", secret=term.secret)


def _given(name: str, given: Node, kind: str | None) -> Term:
    """A parameter's value from a parameter file, where nothing is an expression. A null waits to be filled in."""
    value = given.find("value")
    if value is not None and value.kind != NULL:
        return from_node(value, lambda node: Known(node.value, node))
    secret = given.find("reference") is not None
    reason = "comes from a key vault" if secret else "is not filled in in the parameter file"
    return Unknown(kind, reason=f"parameter '{name}' {reason}", secret=secret, node=given)


def _text(node: Node | None) -> str:
    return str(node.value) if node is not None and node.kind == STRING else ""
