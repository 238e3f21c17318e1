"""What a condition that nobody knows says of the expressions behind it: each branch of an `if` is worked out in its own case."""

from __future__ import annotations

from aiblint.arm.alternatives import all_of, either, joined_roots, roots_of
from aiblint.arm.compare import equal
from aiblint.arm.expression import Access, Call, Literal, Part
from aiblint.arm.term import Known, Term, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.evaluate import Evaluator

_LONGEST = 60


class Fact:
    """What holds in a branch: a part of the expression is, or is not, a value."""

    __slots__ = ("holds", "subject", "value")

    def __init__(self, subject: Part, value: Known, holds: bool) -> None:
        self.subject = subject
        self.value = value
        self.holds = holds

    def said(self, evaluator: Evaluator) -> str:
        """The fact in words: `parameters('env') is not 'prod'`."""
        subject = _shortened(evaluator.expression.source(self.subject))
        if isinstance(self.value.value, bool):
            return f"{subject} is {str(self.value.value is self.holds).lower()}"
        shown = f"'{_shortened(self.value.value)}'" if isinstance(self.value.value, str) else str(self.value.value)
        return f"{subject} is {'' if self.holds else 'not '}{shown}"

    def term(self, evaluator: Evaluator) -> Term:
        """What the subject stands for where the fact holds."""
        if self.holds:
            return self.value
        if isinstance(self.value.value, bool):
            return Known(not self.value.value)
        found = evaluator.value(self.subject)
        if not isinstance(found, Unknown) or not found.possible:
            return found
        left = [(c, i) for i, c in enumerate(found.possible) if equal(c, self.value) is not True]
        cases = [found.cases[i] if found.cases else "" for _, i in left]
        return (
            either([choice for choice, _ in left], found.reason, found.sure, cases=cases, roots=found.roots) if left else found
        )


def branches(evaluator: Evaluator, call: Call, condition: Term) -> Term:
    """Both branches of an `if` whose condition is unknown, each in the case in which it is taken."""
    part = call.arguments[0]
    reason = condition.reason if isinstance(condition, Unknown) else ""
    terms, cases = [], []
    for truth, index in ((True, 1), (False, 2)):
        facts = list(_facts(part, truth))
        terms.append(_behind(evaluator, call.arguments[index], [Fact(part, Known(True), truth), *facts]))
        cases.append(all_of(fact.said(evaluator) for fact in facts))
    roots = _marked(evaluator, part, roots_of(condition))
    sure = all(_apart(roots, term) for term in terms)
    return either(terms, reason, sure, cases=cases, roots=joined_roots([roots, *map(roots_of, terms)]))


def _facts(part: Part, truth: bool) -> Iterator[Fact]:
    """What a condition says where it is true, or false."""
    name = part.name.lower() if isinstance(part, Call) and part.namespace is None else ""
    arguments = part.arguments if isinstance(part, Call) else []
    if name == "not" and len(arguments) == 1:
        yield from _facts(arguments[0], not truth)
    elif name == ("and" if truth else "or"):
        for argument in arguments:
            yield from _facts(argument, truth)
    elif name == "equals" and len(arguments) == 2 and any(isinstance(argument, Literal) for argument in arguments):
        literal, other = arguments if isinstance(arguments[0], Literal) else reversed(arguments)
        assert isinstance(literal, Literal)
        yield Fact(other, Known(literal.value), truth)
    else:
        yield Fact(part, Known(True), truth)


def _behind(evaluator: Evaluator, part: Part, facts: list[Fact]) -> Term:
    """A branch, worked out where the facts hold."""
    before = evaluator.assumed
    made = dict(before)
    for fact in facts:
        source = evaluator.source(fact.subject)
        if isinstance(fact.subject, (Call, Access)) and "lambda" not in source.lower():
            made[source] = fact.term(evaluator)
    evaluator.assumed = made
    try:
        return evaluator.doubt(part)
    finally:
        evaluator.assumed = before


def _marked(evaluator: Evaluator, part: Part, roots: frozenset[str] | None) -> frozenset[str] | None:
    """What decides a condition; marked where the branches know all that it says of it."""
    if roots is None or len(roots) != 1:
        return roots
    subjects = {evaluator.source(fact.subject).lower() for fact in _facts(part, True)}
    [root] = roots
    plain = len(subjects) == 1 and root.endswith(" " + next(iter(subjects)))
    return frozenset({f"={root}"}) if plain else roots


def _apart(roots: frozenset[str] | None, branch: Term) -> bool:
    """Whether each value of a branch can be where the branch is taken.

    What hangs on the same parameter may not, unless all that is asked of it is whether it is this or that value.
    """
    if not isinstance(branch, Unknown) or not branch.possible:
        return True
    if roots is None or branch.roots is None:
        return False
    return not {root.lstrip("=") for root in roots - branch.roots} & {
        root.lstrip("=") for root in branch.roots - roots
    } and not {root for root in roots & branch.roots if not root.startswith("=")}


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
