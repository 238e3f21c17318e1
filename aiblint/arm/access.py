"""Steps into a value: what `.name` and `[index]` lead to."""

from __future__ import annotations

from aiblint.arm.alternatives import MOST_POSSIBILITIES, choices, combinations, either, joined_roots, roots_of
from aiblint.arm.term import LONGEST_LABEL, Arr, Known, Obj, Term, Unknown, labelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiblint.arm.alternatives import Combination
    from aiblint.arm.evaluate import Evaluator
    from aiblint.arm.expression import Access, Step

_WITHOUT_MEMBERS = frozenset({"string", "int", "float", "bool"})


def follow(evaluator: Evaluator, part: Access) -> Term:
    """What a value and the steps taken from it stand for."""
    term = evaluator.value(part.base)
    for step in part.steps:
        key = Known(step.key) if isinstance(step.key, str) else evaluator.value(step.key)
        if not evaluator.environment.budget.spend():
            return evaluator.beyond(step)
        term = _step(evaluator, term, key, step)
        if isinstance(term, Unknown):
            term = labelled(term, evaluator.expression.text[part.start : min(step.end, part.start + LONGEST_LABEL)])
    return term


def _step(evaluator: Evaluator, term: Term, key: Term, step: Step) -> Term:
    """What one `.name` or `[key]` leads to."""
    if choices(term) is not None or choices(key) is not None:
        if _lacking(term, key, step):
            return evaluator.undefined("property", str(getattr(key, "value", "")), _names(term), step)
        listed, sure = combinations([term, key])
        if sure and not evaluator.doubtful:
            _tell_cases(evaluator, listed, step)
        evaluator.doubtful += 1
        try:
            found = [_step(evaluator, each.arguments[0], each.arguments[1], step) for each in listed]
        finally:
            evaluator.doubtful -= 1
        roots = joined_roots((roots_of(term), roots_of(key)))
        return either(found, sure=sure, cases=[each.case for each in listed], roots=roots)
    if isinstance(term, Obj):
        return _member(evaluator, term, key, step)
    if isinstance(term, Arr):
        return _item(evaluator, term, key, step)
    if isinstance(term, Known) and term.value is None and step.safe:
        return term
    if term.type in _WITHOUT_MEMBERS or isinstance(term, Known):
        _refuse(evaluator, step, f"{_article(term.type)} has no properties or items")
        return Unknown(reason="the value has no such property")
    assert isinstance(term, Unknown)
    return Unknown(reason=term.reason, secret=term.secret, roots=term.roots)


def _lacking(term: Term, key: Term, step: Step) -> bool:
    """Whether none of the objects that a value can be has a member."""
    if step.safe or not isinstance(key, Known) or not isinstance(key.value, str):
        return False
    name = key.value
    return all(isinstance(choice, Obj) and not choice.open and choice.get(name) is None for choice in choices(term) or (term,))


def _tell_cases(evaluator: Evaluator, listed: Sequence[Combination], step: Step) -> None:
    """Says in which of the possible cases an object has no such member: a table that lacks one of the allowed values."""
    for each in listed:
        term, key = each.arguments
        if each.case and _lacking(term, key, step):
            name = str(getattr(key, "value", ""))[:200]
            evaluator.problem("undefined-case", f"there is no property '{name}' (where {each.case})", step)


def _names(term: Term) -> list[str]:
    return [name for choice in choices(term) or () if isinstance(choice, Obj) for name in choice.names]


def _member(evaluator: Evaluator, term: Obj, key: Term, step: Step) -> Term:
    if not isinstance(key, Known):
        return _any_of([member for _, member in term.members()], term, key)
    if not isinstance(key.value, str):
        _refuse(evaluator, step, f"a property of an object is named by a string, not by {_article(key.type)}")
        return Unknown(reason="the object has no such property")
    member = term.get(key.value)
    if member is not None:
        return member
    if term.open:
        if term.documented and not step.safe:
            _look_for_a_slip(evaluator, term, key.value, step)
        return Unknown(reason=f"the property '{key.value[:200]}' is known at deployment only", secret=term.secret)
    if step.safe:
        return Known(None)
    return evaluator.undefined("property", key.value, term.names, step)


def _look_for_a_slip(evaluator: Evaluator, term: Obj, name: str, step: Step) -> None:
    """A name that is nearly one of those that the documentation lists: `resourceGroup().locaton`."""
    from aiblint.arm import wording

    near = wording.nearest(name, term.names)
    if near is not None:
        _refuse(evaluator, step, f"there is no property '{name[:200]}' (did you mean '{near}'?)")


def _item(evaluator: Evaluator, term: Arr, key: Term, step: Step) -> Term:
    if not isinstance(key, Known):
        return _any_of(list(term), term, key)
    if not isinstance(key.value, int) or isinstance(key.value, bool):
        _refuse(evaluator, step, f"an item of an array is chosen by a number, not by {_article(key.type)}")
        return Unknown(reason="the array has no such item")
    if 0 <= key.value < len(term):
        return term.item(key.value)
    if term.open and key.value >= 0:
        return Unknown(reason="the item is known at deployment only", secret=term.secret)
    if step.safe:
        return Known(None)
    evaluator.problem("index-out-of-range", f"there is no item {key.value}: the array has {len(term)}", step)
    return Unknown(reason="the array has no such item")


def _any_of(terms: Sequence[Term], container: Arr | Obj, key: Term) -> Term:
    """What an unknown key leads to: one of the members, if they are all listed."""
    reason = key.reason if isinstance(key, Unknown) else ""
    if container.open or not 0 < len(terms) <= MOST_POSSIBILITIES:
        return Unknown(reason=reason, secret=container.secret)
    return either(terms, reason, roots=roots_of(key))


def _refuse(evaluator: Evaluator, step: Step, message: str) -> None:
    evaluator.problem("undefined-property", message, step)


def _article(kind: str | None) -> str:
    from aiblint.arm import wording

    return wording.article(kind or "value")
