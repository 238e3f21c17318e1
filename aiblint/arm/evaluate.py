"""Works out what an expression stands for, as far as it can be told before the deployment."""

from __future__ import annotations

from aiblint.arm.access import follow
from aiblint.arm.alternatives import combinations, either, joined_roots, roots_of
from aiblint.arm.environment import Environment, FunctionScope, Problem
from aiblint.arm.expression import Access, Call, Expression, ExpressionError, Literal, Part, Step, TooDeep, parse
from aiblint.arm.functions import find, names
from aiblint.arm.functions.signature import Function, Refused, TooLarge, Unclear
from aiblint.arm.term import LONGEST_LABEL, Arr, Known, Obj, Term, Unknown, holds_secret, labelled, rooted, secretly
from aiblint.arm.written import from_node
from aiblint.document import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Depth is counted in units of about three frames of the interpreter's stack: a call inside a call is one, the others more.
_DEEPEST = 180
_PER_EXPRESSION = 3
_PER_LAMBDA = 2
_INT64 = 2**63
_MOST_PROBLEMS = 500
_MOST_ADVICE = 20  # nearest names are costly to find
_UNPACKING = frozenset({"json", "base64ToJson", "split"})  # they make many values of one string
_TOO_MUCH = "the template is too large to be worked out"
LONGEST = 24_576
"""Characters of an expression: https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits"""


def evaluate(expression: Expression, environment: Environment, node: Node | None = None) -> Term:
    """What an expression stands for. Never raises; what is wrong with it goes to `environment.problems`.

    `node` is the string in which the expression is written: problems refer to it.
    """
    budget = environment.budget
    if budget.depth > _DEEPEST:
        beyond(environment, "expressions refer to each other too deeply", node, 0, len(expression.text))
        return Unknown(reason="expressions refer to each other too deeply", node=node)
    budget.depth += _PER_EXPRESSION
    try:
        return Evaluator(expression, environment, node).value(expression.root)
    finally:
        budget.depth -= _PER_EXPRESSION


def evaluate_text(node: Node, environment: Environment) -> Term:
    """What a string in a template stands for: itself, or the value of its expression."""
    from aiblint.arm.scope import is_expression

    text = str(node.value)
    if not is_expression(text):
        return Known(text[1:] if text.startswith("[[") else text, node)
    if len(text) > LONGEST:
        message = f"the expression has {len(text)} characters, and a deployment takes {LONGEST} at most; put parts of it into variables"
        report(environment, Problem("expression-length", message, 0, 1, node, True))
    try:
        expression = parse(text)
    except TooDeep as error:
        beyond(environment, error.message, node, error.start, error.end)
        return Unknown(reason=error.message, node=node)
    except ExpressionError as error:
        report(environment, Problem("syntax", error.message, error.start, error.end, node, True))
        return Unknown(reason="the expression cannot be read", node=node)
    return evaluate(expression, environment, node)


def evaluate_node(node: Node, environment: Environment) -> Term:
    """What a JSON value in a template stands for; members and items are worked out when they are asked for."""
    return from_node(node, lambda child: evaluate_text(child, environment), environment.copied)


def report(environment: Environment, problem: Problem) -> None:
    """Notes a problem once, however often its place is evaluated; certain if it was so in any round."""
    for known in environment.problems:
        if (known.start, known.kind, known.message) == (
            problem.start,
            problem.kind,
            problem.message,
        ) and known.node is problem.node:
            known.certain = known.certain or problem.certain
            return
    if len(environment.problems) < _MOST_PROBLEMS:
        environment.problems.append(problem)


def beyond(environment: Environment, reason: str, node: Node | None, start: int, end: int) -> None:
    """Notes once for a template that something goes beyond what is worked out here."""
    if not environment.budget.told:
        environment.budget.told = True
        message = f"{reason}, so aiblint does not work it out: the rules see nothing of this value, nor of what lies beyond"
        report(environment, Problem("beyond-us", message, start, end, node, False))


class Evaluator:
    """Evaluates one expression. `doubtful` counts the unknown conditions behind which the current place lies.

    `assumed` is what these conditions say: source of a part of the expression → what it then stands for.
    """

    __slots__ = ("assumed", "doubtful", "environment", "expression", "lambdas", "node")

    def __init__(self, expression: Expression, environment: Environment, node: Node | None) -> None:
        self.expression = expression
        self.environment = environment
        self.node = node
        self.lambdas: list[dict[str, Term]] = []
        self.doubtful = 0
        self.assumed: dict[str, Term] = {}

    def value(self, part: Part) -> Term:
        """The term of a part of the expression."""
        budget = self.environment.budget
        if not budget.spend() or budget.depth > _DEEPEST:
            return self.beyond(part)
        if isinstance(part, Literal):
            return _literal(part.value)
        if self.assumed and (known := self.assumed.get(self.source(part))) is not None:
            return known
        budget.depth += 1
        try:
            term = follow(self, part) if isinstance(part, Access) else self.call(part)
        finally:
            budget.depth -= 1
        if isinstance(term, Unknown) and not term.label:
            return labelled(term, self.expression.text[part.start : min(part.end, part.start + LONGEST_LABEL)])
        return term

    def source(self, part: Part) -> str:
        """The text of a part without blanks: two parts of one source have one value."""
        return "".join(self.expression.source(part).split())

    def beyond(self, part: Part | Step, reason: str = _TOO_MUCH, kind: str | None = None) -> Unknown:
        """What is unknown only because the work ends here."""
        beyond(self.environment, reason, self.node, part.start, part.end)
        return Unknown(kind, reason=reason)

    def values(self, parts: Iterable[Part]) -> list[Term]:
        return [self.value(part) for part in parts]

    def doubt(self, part: Part) -> Term:
        """The term of a part that may never be reached."""
        self.doubtful += 1
        try:
            return self.value(part)
        finally:
            self.doubtful -= 1

    def problem(self, kind: str, message: str, part: Part | Step, end: int | None = None) -> None:
        problem = Problem(kind, message, part.start, part.end if end is None else end, self.node, not self.doubtful)
        report(self.environment, problem)

    def undefined(self, kind: str, name: str, known: Iterable[str], part: Part | Step, end: int | None = None) -> Unknown:
        """Reports a name that nobody declared, with the nearest one that somebody did."""
        from aiblint.arm import wording

        what = f"{kind.replace('-', ' ')} '{name[:200]}'"
        advice = ""
        if len(self.environment.problems) < _MOST_ADVICE:
            known = list(known)
            advice = wording.did_you_mean(name, known) or (wording.what_there_is(known) if kind == "property" else "")
        self.problem(f"undefined-{kind}", f"there is no {what}{advice}", part, end)
        return Unknown(reason=f"there is no {what}")

    # Calls

    def call(self, part: Part) -> Term:
        assert isinstance(part, Call)
        if part.namespace is not None:
            return self.user_call(part)
        function = find(part.name)
        if function is None:
            return self.undefined("function", part.name, names(), part, part.name_end)
        count = len(part.arguments)
        if count < function.least or (function.most is not None and count > function.most):
            from aiblint.arm import wording

            message = f"{function.name}() takes {wording.arguments(function.least, function.most)}, not {count}"
            self.problem("argument-count", message, part)
            return Unknown(function.result, reason=f"{function.name}() has the wrong number of arguments")
        if function.read is not None:
            return self.guarded(function, part, None)
        return self.apply(function, part, self.values(part.arguments))

    def apply(self, function: Function, call: Call, arguments: list[Term]) -> Term:
        """Runs a function on its arguments, once for each combination of what they can be, if those are few."""
        listed, sure = ([], True) if function.whole else combinations(arguments)
        if not listed:
            return self.guarded(function, call, arguments)
        self.doubtful += 1
        try:
            terms = [self.guarded(function, call, each.arguments) for each in listed]
        finally:
            self.doubtful -= 1
        return either(terms, sure=sure, cases=[each.case for each in listed], roots=joined_roots(map(roots_of, arguments)))

    def guarded(self, function: Function, call: Call, arguments: list[Term] | None) -> Term:
        try:
            if arguments is None:
                return self.read(function, call)
            self.check_types(function, arguments)
            assert function.run is not None
            result = function.run(arguments)
        except Refused as refusal:
            guilty = call if refusal.argument is None else call.arguments[refusal.argument]
            self.problem(refusal.kind, f"{function.name}() {refusal.message}", guilty)
            return Unknown(function.result, reason=f"{function.name}() {refusal.message}")
        except TooLarge as limit:
            result = self.beyond(call, str(limit), function.result)
        except Unclear as doubt:
            result = Unknown(function.result, reason=str(doubt))
        return self.paid(_derived(function, result, arguments), function, call)

    def read(self, function: Function, call: Call) -> Term:
        assert function.read is not None
        self.environment.budget.depth += 1
        try:
            return function.read(self, call)
        finally:
            self.environment.budget.depth -= 1

    def check_types(self, function: Function, arguments: Sequence[Term]) -> None:
        for index, argument in enumerate(arguments):
            accepted = function.accepts[min(index, len(function.accepts) - 1)]
            kind = argument.type
            if accepted and kind is not None and kind not in accepted and kind not in ("null", "float"):
                from aiblint.arm import wording

                raise Refused(f"takes {wording.either(accepted)} here, not {wording.article(kind)}", index, "argument-type")

    def paid(self, term: Term, function: Function, call: Call) -> Term:
        """The result, if there is budget left for one of its size."""
        cost = 0
        if isinstance(term, Known) and isinstance(term.value, str):
            cost = len(term.value) >> 6
        elif isinstance(term, (Arr, Obj)):
            cost = len(term) >> 2
        if self.environment.budget.spend(cost):
            return term
        return self.beyond(call, kind=function.result)

    def user_call(self, call: Call) -> Term:
        assert call.namespace is not None
        function = self.environment.user_function(call.namespace, call.name)
        if function is None:
            name = f"{call.namespace}.{call.name}"
            known = [*self.environment.names("function"), *names()]  # `sys.toLower` is Bicep's
            return self.undefined("function", name, known, call, call.name_end)
        if len(call.arguments) != len(function.parameters):
            from aiblint.arm import wording

            count = wording.arguments(len(function.parameters), len(function.parameters))
            self.problem("argument-count", f"{call.namespace}.{call.name}() takes {count}, not {len(call.arguments)}", call)
            return Unknown(reason=f"{call.name}() has the wrong number of arguments")
        arguments = self.values(call.arguments)
        scope = FunctionScope(function.environment, zip(function.parameters, arguments, strict=True))
        return evaluate_node(function.output, scope)

    # Lambdas

    def apply_lambda(self, part: Part, arguments: Sequence[Term]) -> Term:
        """The body of `lambda('a', 'b', …)` with its variables bound; more arguments than variables are left out."""
        body, variables = self.lambda_of(part)
        self.lambdas.append({name.lower(): term for name, term in zip(variables, arguments, strict=False)})
        self.environment.budget.depth += _PER_LAMBDA
        try:
            return self.value(body)
        finally:
            self.environment.budget.depth -= _PER_LAMBDA
            self.lambdas.pop()

    def lambda_of(self, part: Part) -> tuple[Part, list[str]]:
        """Body and variables of a lambda. Raises Unclear where the argument is none."""
        if not isinstance(part, Call) or part.namespace or part.name.lower() != "lambda" or not part.arguments:
            raise Unclear("the argument is no lambda")
        *variables, body = part.arguments
        named = [variable.value for variable in variables if isinstance(variable, Literal) and isinstance(variable.value, str)]
        if len(named) != len(variables):
            raise Unclear("the names of a lambda's variables are strings")
        return body, named


def _literal(value: str | int | float) -> Term:
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return Unknown("int", reason="the number has more than 64 bits")
    return Known(value)


def _derived(function: Function, result: Term, arguments: Sequence[Term] | None) -> Term:
    """The result, with what is known of where it comes from; None for a function that read its call itself."""
    if arguments is None:
        return result
    if isinstance(result, Unknown) and result.roots is None and arguments:
        result = rooted(result, joined_roots(map(roots_of, arguments)))
    return _tainted(function, result, arguments)


def _tainted(function: Function, result: Term, arguments: Iterable[Term]) -> Term:
    """The result, secret if an argument is; a truth value or a number that was counted tells nothing of it.

    An array or object put together from other values is not: each of its items knows whether it is a secret.
    """
    if result.type in ("bool", "int", "null"):
        return result
    if isinstance(result, (Arr, Obj)) and function.name not in _UNPACKING:
        return result
    if isinstance(result, Unknown):
        return secretly(result) if any(holds_secret(argument) for argument in arguments) else result
    return secretly(result) if any(argument.secret for argument in arguments) else result
