"""Words about the values that parameters of a deployment are given, and about what their declarations admit."""

from __future__ import annotations

from aiblint.arm.scope import is_expression
from aiblint.arm.types import TYPES, Declaration
from aiblint.check import Problem, check, quote
from aiblint.checks.embedding import calls_function
from aiblint.document import ARRAY, BOOLEAN, NUMBER, OBJECT, STRING
from aiblint.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.scope import Scope
    from aiblint.arm.term import Term
    from aiblint.check import Context
    from aiblint.document import Node


@check
def parameter_value_refused(value: Value, context: Context) -> Iterator[Problem]:
    """Values of parameters that the deployment refuses, in its own template and the nested ones around; takes the whole template."""
    resource = context.template.resource
    told: list[Scope] = []
    for container in resource.container.containers if resource is not None else ():
        scope = container.scope
        if any(scope is other for other in told):
            continue
        told.append(scope)
        nested = scope.outer is not None
        for declared in scope.declared.children if scope.declared is not None else ():
            if declared.kind == OBJECT and declared.key is not None:
                yield from _of_parameter(declared, scope, nested)
        yield from _undeclared(scope, nested)


_MEMBERS = (
    *(
        "type",
        "defaultValue",
        "allowedValues",
        "minValue",
        "maxValue",
        "minLength",
        "maxLength",
        "metadata",
        "nullable",
        "$ref",
    ),
    *("items", "prefixItems", "properties", "additionalProperties", "discriminator"),
)
"""Members of the declaration of a parameter.
Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#parameters"""
_MEANT = {"default": "defaultValue", "value": "defaultValue", "allowed": "allowedValues", "description": "metadata"}


@check
def parameter_declared_wrong(value: Value, context: Context) -> Iterator[Problem]:
    """Declarations of parameters that the deployment cannot read; takes the whole template."""
    resource = context.template.resource
    told: list[Node] = []
    for container in resource.container.containers if resource is not None else ():
        section = container.scope.declared
        if section is None or section.kind != OBJECT or any(section is other for other in told):
            continue
        told.append(section)
        for declared in section.children:
            yield from _declared_wrong(declared, container.scope.definitions)


def _declared_wrong(declared: Node, definitions: Node | None) -> Iterator[Problem]:
    if declared.kind != OBJECT:
        if declared.kind in (STRING, NUMBER, BOOLEAN, ARRAY):
            yield Problem(
                _place(declared),
                f"the parameter {quote(declared.key)} is {_article(declared.kind)} and no declaration, and the deployment is refused; "
                'write {"type": "string", "defaultValue": …}',
                on_key=True,
            )
        return
    known = {name.lower() for name in _MEMBERS}
    for member in declared.children:
        name = member.key or ""
        if name.lower() not in known:
            meant = _MEANT.get(name.lower()) or _nearest_member(name)
            advice = f"; write {quote(meant)}" if meant else f"; it has {', '.join(_MEMBERS[:8])}"
            advice = '; write "metadata": {"description": …}' if meant == "metadata" else advice
            yield Problem(
                _place(member),
                f"the declaration of a parameter has no member {quote(name)}, and the deployment is refused{advice}",
                on_key=True,
            )
            return
    reference = declared.find("$ref")
    if reference is not None and Declaration(declared, definitions).dangling:
        listed = ", ".join(child.key or "" for child in definitions.children[:6]) if definitions is not None else ""
        yield Problem(
            _place(reference),
            f"{quote(reference.value)} is no definition of this template, and the deployment is refused; "
            + (f"it has {listed}" if listed else "it has no 'definitions'"),
        )
    if declared.find("type") is None and reference is None:
        yield Problem(
            _place(declared),
            f"the parameter {quote(declared.key)} has no type, and the deployment is refused; add one: {', '.join(_SPELLED)}",
            on_key=True,
        )


def _nearest_member(name: str) -> str | None:
    import difflib

    close = difflib.get_close_matches(name.lower(), [member.lower() for member in _MEMBERS], 1)
    return next((member for member in _MEMBERS if close and member.lower() == close[0]), None)


def _of_parameter(declared: Node, scope: Scope, nested: bool) -> Iterator[Problem]:
    declaration = Declaration(declared, scope.definitions)
    written = declaration.written
    if written and written.lower() not in TYPES:
        kind = declaration.find("type")
        assert kind is not None
        yield Problem(
            _place(kind),
            f"{quote(written)} is no type of a parameter, and the deployment is refused; write one of {', '.join(_SPELLED)}",
        )
        return
    handed = scope.handed.find(declared.key or "") if scope.handed is not None else None
    if handed is not None:
        if _is_bare(handed, nested):
            giver = "the nested deployment" if nested else "the parameter file"
            yield Problem(
                _place(handed) if nested else _place(handed, declared),
                f"{giver} gives parameter {quote(declared.key)} {_article(handed.kind)} by itself, and the deployment is refused: "
                'write it as {"value": …}',
                on_key=True,
            )
            return
        given = handed.find("value")
        if given is not None:
            term = scope.outer.worked_out(given) if scope.outer is not None else _plain(given)
            place = _place(given) if scope.outer is not None else _place(given, declared)
            yield from _refused(declared, declaration, term, place, "value given to")
        return
    default = declared.find("defaultValue")
    if default is not None:
        yield from _refused(declared, declaration, scope.worked_out(default), _place(default), "default value of")
    elif nested and not declaration.nullable:
        yield Problem(
            _place(declared),
            f"the nested deployment hands in nothing for its parameter {quote(declared.key)}, which has no default value: it is refused; "
            "add it to the 'parameters' of the nested deployment",
            on_key=True,
        )


@check
def parameter_file_expression(value: Value, context: Context) -> Iterator[Problem]:
    """Values in a parameter file that were meant as expressions: nothing works them out there; takes the whole template."""
    root = context.template.resource.container.containers[-1].scope if context.template.resource is not None else None
    for given in root.handed.children if root is not None and root.handed is not None and root.handed.kind == OBJECT else ():
        declared = root.declared.find(given.key or "") if root is not None and root.declared is not None else None
        written = given.find("value")
        if declared is None or written is None:
            continue
        for node in written.walk():
            if node.kind == STRING and calls_function(str(node.value)):
                yield Problem(
                    _place(node, declared),
                    f"the parameter file gives parameter {quote(declared.key)} {quote(node.value)}, and nothing works expressions out "
                    "there: the text arrives as it is; write the value, or make the expression the parameter's defaultValue",
                    on_key=True,
                )
                break


def _is_bare(handed: Node, nested: bool) -> bool:
    """Whether a value stands by itself where an object with `value` belongs. Compiled Bicep works that object out."""
    if handed.kind == OBJECT:
        return bool(handed.children) and not any(handed.find(name) is not None for name in _GIVEN_BY)
    return handed.kind in (NUMBER, BOOLEAN, ARRAY) or (
        handed.kind == STRING and not (nested and is_expression(str(handed.value)))
    )


_GIVEN_BY = ("value", "reference", "expression", "metadata")


def _article(kind: str) -> str:
    return {STRING: "a text", NUMBER: "a number", ARRAY: "a list", OBJECT: "an object"}.get(kind, "true or false")


def _refused(declared: Node, declaration: Declaration, term: Term, place: Value, what: str) -> Iterator[Problem]:
    for fault in declaration.faults(term):
        elsewhere = place.use is not None
        yield Problem(
            place if elsewhere or fault.node is None else _place(fault.node),
            f"the {what} parameter {quote(declared.key)} {fault.message}: the deployment is refused before it begins",
            on_key=elsewhere,
        )


def _undeclared(scope: Scope, nested: bool) -> Iterator[Problem]:
    """Values for parameters that nobody declares. Of a parameter file too: clients refuse it."""
    declared = scope.declared
    for handed in scope.handed.children if scope.handed is not None and scope.handed.kind == OBJECT else ():
        if handed.key is None or (declared is not None and declared.find(handed.key) is not None):
            continue
        yield Problem(
            _place(handed) if nested else _place(handed, declared or scope.template),
            f"{quote(handed.key)} is given a value and no parameter of that name is declared{_nearest(handed.key, declared)}: the "
            "deployment is refused",
            on_key=True,
        )


def _nearest(name: str, declared: Node | None) -> str:
    import difflib

    known = [child.key for child in declared.children if child.key is not None] if declared is not None else []
    close = difflib.get_close_matches(name, known, 1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _plain(node: Node) -> Term:
    from aiblint.arm.term import Known
    from aiblint.arm.written import from_node

    return from_node(node, lambda written: Known(written.value, written))


def _place(node: Node, use: Node | None = None) -> Value:
    """A value of the deployment, not of the image template. `use`: what it is for, where it stands in another file."""
    made = Value(node.kind, node, use, None, None)
    made.value = node.value if node.kind == STRING else None
    return made


_SPELLED = ("string", "securestring", "int", "bool", "array", "object", "secureObject")
