"""Works out what an expression stands for, as far as it can be told before the deployment."""

from __future__ import annotations

from aiblint.arm.compare import MOST_POSSIBILITIES, either
from aiblint.arm.environment import Environment, FunctionScope, Problem
from aiblint.arm.expression import Access, Call, Expression, ExpressionError, Literal, Part, Step, TooDeep, parse
from aiblint.arm.functions import find, names
from aiblint.arm.functions.signature import Function, Refused, TooLarge, Unclear
from aiblint.arm.term import LONGEST_LABEL, Arr, Known, Obj, Term, Unknown, holds_secret, labelled, secretly
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
    """Evaluates one expression. `doubtful` counts the unknown conditions behind which the current place lies."""

    __slots__ = ("doubtful", "environment", "expression", "lambdas", "node")

    def __init__(self, expression: Expression, environment: Environment, node: Node | None) -> None:
        self.expression = expression
        self.environment = environment
        self.node = node
        self.lambdas: list[dict[str, Term]] = []
        self.doubtful = 0

    def value(self, part: Part) -> Term:
        """The term of a part of the expression."""
        budget = self.environment.budget
        if not budget.spend() or budget.depth > _DEEPEST:
            return self.beyond(part)
        if isinstance(part, Literal):
            return _literal(part.value)
        budget.depth += 1
        try:
            term = self.access(part) if isinstance(part, Access) else self.call(part)
        finally:
            budget.depth -= 1
        if isinstance(term, Unknown) and not term.label:
            return labelled(term, self.expression.text[part.start : min(part.end, part.start + LONGEST_LABEL)])
        return term

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
        what = f"{kind.replace('-', ' ')} '{name[:200]}'"
        advice = _did_you_mean(name, known) if len(self.environment.problems) < _MOST_ADVICE else ""
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
            self.problem("argument-count", f"{function.name}() takes {_count(function)}, not {count}", part)
            return Unknown(function.result, reason=f"{function.name}() has the wrong number of arguments")
        if function.read is not None:
            return self.guarded(function, part, None)
        return self.apply(function, part, self.values(part.arguments))

    def apply(self, function: Function, call: Call, arguments: list[Term]) -> Term:
        """Runs a function on its arguments, once for each combination of what they can be, if those are few."""
        combinations, sure = ([], True) if function.whole else _combinations(arguments)
        if not combinations:
            return self.guarded(function, call, arguments)
        self.doubtful += 1
        try:
            return either([self.guarded(function, call, combination) for combination in combinations], sure=sure)
        finally:
            self.doubtful -= 1

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
        return self.paid(_tainted(function, result, arguments or []), function, call)

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
                raise Refused(f"takes {_listed(accepted)} here, not {_article(kind)}", index, "argument-type")

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
            return self.undefined("function", name, self.environment.names("function"), call, call.name_end)
        if len(call.arguments) != len(function.parameters):
            count = f"{len(function.parameters)} argument{'' if len(function.parameters) == 1 else 's'}"
            self.problem("argument-count", f"{call.namespace}.{call.name}() takes {count}, not {len(call.arguments)}", call)
            return Unknown(reason=f"{call.name}() has the wrong number of arguments")
        arguments = self.values(call.arguments)
        scope = FunctionScope(function.environment, zip(function.parameters, arguments, strict=True))
        return evaluate_node(function.output, scope)

    # Steps into a value

    def access(self, part: Access) -> Term:
        term = self.value(part.base)
        for step in part.steps:
            key = Known(step.key) if isinstance(step.key, str) else self.value(step.key)
            if not self.environment.budget.spend():
                return self.beyond(step)
            term = self.step(term, key, step)
            if isinstance(term, Unknown):
                term = labelled(term, self.expression.text[part.start : min(step.end, part.start + LONGEST_LABEL)])
        return term

    def step(self, term: Term, key: Term, step: Step) -> Term:
        """What one `.name` or `[key]` leads to."""
        if _choices(term) is not None or _choices(key) is not None:
            self.doubtful += 1
            try:
                combinations, sure = _combinations([term, key])
                return either([self.step(a, b, step) for a, b in combinations], sure=sure)
            finally:
                self.doubtful -= 1
        if isinstance(term, Unknown):
            return Unknown(reason=term.reason, secret=term.secret)
        if isinstance(term, Obj):
            return self.member(term, key, step)
        if isinstance(term, Arr):
            return self.item(term, key, step)
        assert isinstance(term, Known)
        if term.value is None and step.safe:
            return term
        self.problem("undefined-property", f"{_article(term.type)} has no properties or items", step)
        return Unknown(reason="the value has no such property")

    def member(self, term: Obj, key: Term, step: Step) -> Term:
        if not isinstance(key, Known):
            members = [member for _, member in term.members()]
            return self.any_of(members, term, key)
        if not isinstance(key.value, str):
            self.problem(
                "undefined-property", f"a property of an object is named by a string, not by {_article(key.type)}", step
            )
            return Unknown(reason="the object has no such property")
        member = term.get(key.value)
        if member is not None:
            return member
        if term.open:
            return Unknown(reason=f"the property '{key.value[:200]}' is known at deployment only", secret=term.secret)
        if step.safe:
            return Known(None)
        return self.undefined("property", key.value, term.names, step)

    def item(self, term: Arr, key: Term, step: Step) -> Term:
        if not isinstance(key, Known):
            return self.any_of(list(term), term, key)
        if not isinstance(key.value, int) or isinstance(key.value, bool):
            self.problem("undefined-property", f"an item of an array is chosen by a number, not by {_article(key.type)}", step)
            return Unknown(reason="the array has no such item")
        if 0 <= key.value < len(term):
            return term.item(key.value)
        if term.open and key.value >= 0:
            return Unknown(reason="the item is known at deployment only", secret=term.secret)
        if step.safe:
            return Known(None)
        self.problem("index-out-of-range", f"there is no item {key.value}: the array has {len(term)}", step)
        return Unknown(reason="the array has no such item")

    def any_of(self, terms: Sequence[Term], container: Arr | Obj, key: Term) -> Term:
        """What an unknown key leads to: one of the members, if they are all listed."""
        reason = key.reason if isinstance(key, Unknown) else ""
        if container.open or not 0 < len(terms) <= MOST_POSSIBILITIES:
            return Unknown(reason=reason, secret=container.secret)
        return either(terms, reason)

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


def _choices(term: Term) -> tuple[Term, ...] | None:
    return term.possible if isinstance(term, Unknown) and term.possible else None


def _combinations(arguments: Sequence[Term]) -> tuple[list[list[Term]], bool]:
    """Every combination of what the arguments can be, and whether each one can be; none if nothing is to choose, or too much.

    The same unknown used twice has the same value twice; two different ones may hang together.
    """
    groups: dict[int, tuple[tuple[Term, ...], list[int]]] = {}
    for index, argument in enumerate(arguments):
        choices = _choices(argument)
        if choices:
            groups.setdefault(id(choices), (choices, []))[1].append(index)
    count = 1
    for choices, _ in groups.values():
        count *= len(choices)
    if not groups or count > MOST_POSSIBILITIES:
        return [], True
    combinations = [list(arguments)]
    for choices, places in groups.values():
        combinations = [_chosen(chosen, places, choice) for chosen in combinations for choice in choices]
    sure = len(groups) == 1 and all(argument.sure for argument in arguments if isinstance(argument, Unknown))
    return combinations, sure


def _chosen(arguments: list[Term], places: list[int], choice: Term) -> list[Term]:
    return [choice if index in places else argument for index, argument in enumerate(arguments)]


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


def _count(function: Function) -> str:
    if function.most is None:
        return f"at least {function.least} argument{'' if function.least == 1 else 's'}"
    if function.least == function.most:
        return f"{function.least or 'no'} argument{'' if function.least == 1 else 's'}"
    return f"{function.least} to {function.most} arguments"


def _article(kind: str) -> str:
    return "null" if kind == "null" else f"{'an' if kind[0] in 'aio' else 'a'} {kind}"


def _listed(kinds: Sequence[str]) -> str:
    named = [_article(kind) for kind in kinds]
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + " or " + named[-1]


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    import difflib  # only where something is wrong

    spelling = {candidate.lower(): candidate for candidate in known if len(candidate) <= 200}
    close = difflib.get_close_matches(name[:200].lower(), list(spelling)[:500], 1)
    return f" (did you mean '{spelling[close[0]]}'?)" if close else ""
