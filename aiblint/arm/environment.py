"""What an expression sees around it, and where it reports what is wrong with it."""

from __future__ import annotations

from aiblint.arm.term import Arr, Hole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiblint.arm.term import Term
    from aiblint.document import Node

SUBSCRIPTION = (Hole("subscription().subscriptionId", 36, 36, plain=True),)
GROUP = (Hole("resourceGroup().name", 1, 90, plain=True),)
"""Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"""

KINDS = (
    "syntax",
    "undefined-parameter",
    "undefined-variable",
    "undefined-function",
    "undefined-lambda-variable",
    "undefined-property",
    "undefined-case",
    "index-out-of-range",
    "argument-count",
    "argument-type",
    "invalid-value",
    "circular-reference",
    "expression-length",
    "copy-count",
    "misplaced-function",
    "beyond-us",
)
"""What can be wrong with an expression; each makes the deployment fail when the place is reached.

Only `beyond-us` does not: there the work that is done here ends, and what follows counts as unknown.
"""


class Problem:
    """One mistake. `start` and `end` are offsets in the decoded text of `node`, the string that holds the expression.

    `certain` is False where the place may not be reached: behind a condition that nobody knows.
    """

    __slots__ = ("certain", "end", "kind", "message", "node", "start")

    def __init__(self, kind: str, message: str, start: int, end: int, node: Node | None, certain: bool) -> None:
        self.kind = kind
        self.message = message
        self.start = start
        self.end = end
        self.node = node
        self.certain = certain

    def __repr__(self) -> str:
        return f"<Problem {self.kind} {self.start}:{self.end} {self.message!r}>"


class Place:
    """Where a template is deployed to: its subscription and its resource group, as far as they are known."""

    __slots__ = ("group", "subscription")

    def __init__(self, subscription: Sequence[str | Hole] = SUBSCRIPTION, group: Sequence[str | Hole] = GROUP) -> None:
        self.subscription = tuple(subscription)
        self.group = tuple(group)

    @property
    def path(self) -> tuple[str | Hole, ...]:
        return ("/subscriptions/", *self.subscription, "/resourceGroups/", *self.group)


class Budget:
    """How much work is left: one for a whole template, so that expressions cannot feed each other without end."""

    __slots__ = ("depth", "steps", "told")

    def __init__(self, steps: int = 200_000) -> None:
        self.steps = steps
        self.depth = 0
        self.told = False
        """Whether it was said already that it is used up."""

    def spend(self, amount: int = 1) -> bool:
        """Takes an amount of steps; False if it is used up, from then on for good."""
        self.steps -= amount
        return self.steps >= 0


class UserFunction:
    """A function that the template defines: names of its parameters, its output, and the environment it is read in."""

    __slots__ = ("environment", "output", "parameters")

    def __init__(self, parameters: Sequence[str], output: Node, environment: Environment) -> None:
        self.parameters = parameters
        self.output = output
        self.environment = environment


class Environment:
    """The names that expressions can use. This one declares none; a scope overrides what it has.

    `problems` collects what is wrong, `budget` bounds the work; both are shared by the expressions of one template.
    `scope` is where the deployment goes: resourceGroup, subscription, managementGroup, tenant; `place` which of them.
    """

    __slots__ = ("budget", "place", "problems", "scope")

    def __init__(
        self,
        problems: list[Problem] | None = None,
        budget: Budget | None = None,
        scope: str = "resourceGroup",
        place: Place | None = None,
    ) -> None:
        self.problems = [] if problems is None else problems
        self.budget = Budget() if budget is None else budget
        self.scope = scope
        self.place = Place() if place is None else place

    def parameter(self, name: str) -> Term | None:
        """The value of a parameter (in any case); None if it is not declared."""
        return None

    def variable(self, name: str) -> Term | None:
        """The value of a variable (in any case); None if it is not declared."""
        return None

    def user_function(self, namespace: str, name: str) -> UserFunction | None:
        """The function `namespace.name` of the template (in any case); None if it is not declared."""
        return None

    def copy_index(self, loop: str | None) -> int | None:
        """Where the loop of that name (None: the innermost) is, from 0; None if that is not known."""
        return None

    def copied(self, loop: Node) -> Term:
        """The array that a `copy` loop of a property or a variable makes."""
        return Arr([], open=True, node=loop)

    def reference(self, name: str) -> Term | None:
        """The run-time state of the resource of that symbolic name; None if nothing is known of it."""
        return None

    def names(self, kind: str) -> Iterable[str]:
        """The declared names of a kind, for 'did you mean': parameter, variable or function (`namespace.name`)."""
        return ()


class FunctionScope(Environment):
    """Inside a function of the template: its own parameters and the template's functions, nothing else."""

    __slots__ = ("_arguments", "_outer")

    def __init__(self, outer: Environment, arguments: Iterable[tuple[str, Term]]) -> None:
        super().__init__(outer.problems, outer.budget, outer.scope, outer.place)
        self._outer = outer
        self._arguments = {name.lower(): (name, term) for name, term in arguments}

    def parameter(self, name: str) -> Term | None:
        found = self._arguments.get(name.lower())
        return found[1] if found else None

    def user_function(self, namespace: str, name: str) -> UserFunction | None:
        return self._outer.user_function(namespace, name)

    def names(self, kind: str) -> Iterable[str]:
        if kind == "parameter":
            return [name for name, _ in self._arguments.values()]
        return self._outer.names(kind) if kind == "function" else ()
