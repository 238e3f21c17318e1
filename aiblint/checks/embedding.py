"""Words about image templates inside deployments: expressions, loops, scopes, and text that ARM takes for an expression."""

from __future__ import annotations

import re

from aiblint import conform
from aiblint.arm.scope import is_expression, looks_like_call
from aiblint.change import Repair, Splice
from aiblint.check import Problem, TextProblem, check, check_text, check_unknown, quote
from aiblint.checks.conformance import deviations
from aiblint.document import ARRAY, OBJECT, STRING
from aiblint.effective import meant_as_expression
from aiblint.pattern import lazy
from aiblint.syntax.json import part_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm import environment
    from aiblint.check import Context
    from aiblint.document import Document, Node
    from aiblint.template import Template, Value

_FIRST_WORD = lazy(r"\[\s*([A-Za-z]\w*)\s*[(.]")
# `[ -f x ]] && …`: the test begins with one bracket and ends with two.
_HALF_CONDITION = lazy(r"\[\s(?:(?!\s\]{1,2}(?:[\s;&|]|\Z)).){1,2000}\s\]\](?=[\s;&|]|\Z)")
_COPY_INDEX = lazy(r"\bcopyIndex\s*\(", re.IGNORECASE)
_PARAMETER = lazy(r"\[\s*parameters\s*\(\s*'([^']*)'\s*\)\s*\]", re.IGNORECASE)
_BARE_CALL = lazy(r"(?:resourceId|concat|format|parameters|variables)\s*\(.*\)", re.IGNORECASE | re.DOTALL)
# Known at run time of the deployment only; ARM refuses them in the name of a member.
_RUNTIME = frozenset({"reference", "list", "listkeys", "listaccountsas", "listservicesas", "listsecrets"})


@check_text
def expression_problem(
    document: Document, templates: list[Template], *, kinds: list[str], certain: bool, commands: bool
) -> Iterator[TextProblem]:
    """A problem of the given kinds that came up while expressions were worked out.

    `certain`: whether its place is reached for certain, or only perhaps. `commands`: whether it stands in a step's inline.
    """
    from aiblint import review

    for problem in review.problems(templates):
        if problem.node is None or _is_command_in_brackets(problem.node) != commands:
            continue
        if problem.kind in kinds and problem.certain == certain:
            yield _text_problem(document, problem, problem.message + review.elsewhere(problem))


@check_text
def bracket_literal(document: Document, templates: list[Template], *, kinds: list[str]) -> Iterator[TextProblem]:
    """A command in brackets that ARM takes for an expression and cannot read: a shell test, a PowerShell cast."""
    from aiblint import review

    for problem in review.problems(templates):
        if problem.kind in kinds and problem.node is not None and _is_command_in_brackets(problem.node):
            node = problem.node
            text = str(node.value)
            yield TextProblem(
                node.start,
                node.end,
                f"ARM takes {quote(text)} for an expression, because it stands in brackets, and refuses the deployment "
                f"({problem.message}); write {quote('[' + text)}: ARM takes the first bracket away",
                node=node,
                fix=_one_more_bracket(node),
            )


def _one_more_bracket(node: Node) -> Repair:
    """ARM's own escape: it takes the first of two brackets away."""
    return Repair("write one more [ in front", Splice(node.start + 1, node.start + 1, "["), safe=True)


@check
def expression_as_text(value: Value, context: Context, *, free: bool) -> Iterator[Problem]:
    """A text that was meant as an expression and is none, by a slip. Takes the whole template.

    `free`: whether it stands where any text is accepted, in commands, tags and names of steps.
    """
    for slipped in context.template.slips:
        value, slip = slipped.value, slipped.slip
        if (_takes_any_text(value) and not slipped.on_key) == free:
            exact = not slipped.on_key and value.use is None and value.node.kind == STRING
            yield Problem(value, slip.message, on_key=slipped.on_key, part=(slip.start, slip.end) if exact else None)


def _takes_any_text(value: Value) -> bool:
    path = value.path
    return ".inline[" in path or "ags." in path or "ags[" in path or (path.endswith("].name") and "egions[" not in path)


@check
def bracket_lost(value: Value, context: Context) -> Iterator[Problem]:
    """A command that begins with two brackets: ARM takes one of them away before the shell sees it."""
    text = value.text
    if value.shift and text is not None and not text.startswith("[[") and (text.endswith("]]") or _HALF_CONDITION.match(text)):
        written = "[" + text
        yield Problem(
            value,
            f"{quote(written)} reaches the shell as {quote(text)}: ARM takes the first of two brackets away; write {quote('[' + written)}",
            fix=_one_more_bracket(value.node) if value.use is None else None,
        )


def _is_command_in_brackets(node: Node) -> bool:
    return _in_command(node) and not _meant_as_expression(node)


def _meant_as_expression(node: Node) -> bool:
    """Whether a text in brackets begins with the name of an ARM function: then it is an expression with a mistake in it."""
    from aiblint.arm.functions import exists

    match = _FIRST_WORD.match(str(node.value))
    return match is not None and exists(match[1])


def _in_command(node: Node) -> bool:
    owner = node.parent
    return owner is not None and owner.kind == ARRAY and (owner.key or "").lower() == "inline"


def _text_problem(document: Document, problem: environment.Problem, message: str) -> TextProblem:
    node = problem.node
    assert node is not None
    if node.kind != STRING:
        start, end = node.key_span or (node.start, node.start + 1)
        return TextProblem(start, end, message, node=node)
    last = len(str(node.value))
    start, end = part_span(document.text, node, min(problem.start, last), min(max(problem.end, problem.start + 1), last))
    return TextProblem(start, end, message, node=node)


@check_text
def expression_in_body(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """ARM expressions in a bare template, where nobody works them out: one finding for the file."""
    for template in templates:
        if template.kind != "body":
            continue
        found = [node for node in template.node.walk() if node.kind == STRING and _is_arm(str(node.value))]
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            yield TextProblem(
                found[0].start,
                found[0].end,
                f"{quote(found[0].value)}{more} is an ARM expression, and only a deployment works expressions out: az image builder "
                "create, az resource create and REST send the text as it is; write the value, or deploy an ARM template",
                node=found[0],
            )


def _is_arm(text: str) -> bool:
    return "[" in text and (calls_function(text) or meant_as_expression(text))


def calls_function(text: str) -> bool:
    """Whether a text is an expression that calls a function of the template language."""
    if not looks_like_call(text):
        return False
    from aiblint.arm.expression import Access, Call, ExpressionError, parse
    from aiblint.arm.functions import exists

    try:
        part = parse(text).root
    except ExpressionError:
        return False
    while isinstance(part, Access):
        part = part.base
    return isinstance(part, Call) and part.namespace is None and exists(part.name)


@check
def identity_key_wrong(value: Value, context: Context) -> Iterator[Problem]:
    """Names of identities that the deployment cannot work out, or takes for plain text."""
    for name, member in value.members.items():
        if is_expression(name):
            runtime = _runtime_call(name)
            if runtime is not None:
                yield Problem(
                    member,
                    f"the name of a member cannot be worked out with {runtime}(), which is known at run time only, and the deployment "
                    "is refused; name the identity by resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', …)",
                    on_key=True,
                )
        elif _BARE_CALL.fullmatch(name):
            yield Problem(
                member,
                f"{quote(name)} stands without brackets, so it is plain text and no identity: write {quote(f'[{name}]')}",
                on_key=True,
            )


def _runtime_call(text: str) -> str | None:
    from aiblint.arm.expression import Call, ExpressionError, parse

    try:
        parts = list(parse(text).walk())
    except ExpressionError:
        return None
    return next((part.name for part in parts if isinstance(part, Call) and part.name.lower() in _RUNTIME), None)


@check
def outside_resource_group(value: Value, context: Context) -> Iterator[Problem]:
    """An image template directly in a deployment to a subscription, a management group or a tenant."""
    resource = context.template.resource
    level = resource.container.level if resource is not None else None
    if resource is not None and level in _WORDS:
        nested = resource.container.owner is not None
        what = "this nested deployment goes" if nested else "this is a template for deployments"
        cure = (
            "give it a 'resourceGroup'"
            if nested
            else ("put it into a nested deployment (Microsoft.Resources/deployments) with a 'resourceGroup'")
        )
        yield Problem(
            value,
            f"an image template belongs to a resource group, and {what} to a {_WORDS[level]}: {cure}",
            mark=value.get("type"),
        )


_WORDS = {"subscription": "subscription", "managementGroup": "management group", "tenant": "tenant"}


@check_unknown
def copies_collide(value: Value, context: Context, *, what: str) -> Iterator[Problem]:
    """A value that is the same in every iteration of the loop around the image template."""
    loop = context.template.root.get("copy")
    if loop is None or loop.kind != OBJECT or context.template.scope is None:
        return
    from aiblint.arm.deployment import loop_count

    if loop_count(loop.node, context.template.scope.environment) in (0, 1):
        return
    written = value.use or value.node
    if written.kind == STRING and not _COPY_INDEX.search(str(written.value)):
        yield Problem(
            value,
            f"each image template of the loop gets the same {what}: they overwrite each other, or the second one is refused; "
            "make it differ with copyIndex()",
            related=((loop, "the loop"),),
        )


@check_unknown
def secret_handed_on(value: Value, context: Context) -> Iterator[Problem]:
    """A secret of the deployment in a place where the image template keeps it in the clear."""
    if value.secret:
        yield Problem(
            value,
            "a secret (a secure parameter, a key vault reference or a list function) ends up here in the clear: whoever may read the "
            "image template reads it, and the build log shows it; let the build VM's identity fetch it from a key vault",
        )


@check
def parameter_type_other(value: Value, context: Context) -> Iterator[Problem]:
    """A parameter of another type than the member that it fills."""
    for deviation in deviations(context, conform.PARAMETER):
        member = deviation.value
        if _given_wrong(member, context, _DECLARE[deviation.expected or ""]):
            continue
        found = member.term.type if member.term is not None else member.kind
        yield Problem(
            member,
            f"{quote((member.use or member.node).value)} is of type {found}, and {quote(member.written or member.key)} takes "
            f"{_TAKES[deviation.expected or '']}: the service refuses the template; "
            f"declare the parameter as {_DECLARE[deviation.expected or '']}",
        )


def _given_wrong(member: Value, context: Context, wanted: str) -> bool:
    """Whether the parameter is declared as it has to be, and given another value: that is told where it is given."""
    from aiblint.arm.types import Declaration

    scope = context.template.scope
    name = _PARAMETER.fullmatch(str((member.use or member.node).value))
    declared = scope.declared.find(name[1]) if scope is not None and scope.declared is not None and name is not None else None
    return (
        declared is not None
        and declared.kind == OBJECT
        and Declaration(declared, scope.definitions if scope else None).kind == wanted
    )


_TAKES = {
    "string": "a string",
    "boolean": "true or false",
    "object": "an object",
    "map": "an object",
    "array": "an array",
    "integer": "a whole number",
}
_DECLARE = {"string": "string", "boolean": "bool", "object": "object", "map": "object", "array": "array", "integer": "int"}
