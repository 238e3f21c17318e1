"""Which rule looks at which place: made once for a run, so that a template is walked once whatever the number of rules."""

from __future__ import annotations

from aiblint import late, query, schema
from aiblint.rule import OF_FILE
from aiblint.value import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from aiblint.check import Context
    from aiblint.query import Step
    from aiblint.rule import Case, Rule
    from aiblint.value import Value


class Task:
    """One case of one rule, for what one of its selectors names (or for the file). `order` is its place in the order of rules."""

    __slots__ = ("_function", "case", "level", "options", "order", "rule", "takes")

    def __init__(self, order: int, rule: Rule, case: Case, level: str) -> None:
        self.order = order
        self.rule = rule
        self.case = case
        self.level = level
        self.options = case.options
        self.takes = (case.on == "any", tuple(case.when.get("type", ())))
        self._function: Callable[..., Iterator[Any]] | None = None

    @property
    def function(self) -> Callable[..., Iterator[Any]]:
        """The check. Its module is imported when something is there that it has to look at."""
        if self._function is None:
            self._function = function_of(self.case)
        return self._function


def _taken(values: Iterable[Value], unknown: bool, types: tuple[str, ...]) -> list[Value]:
    """The values that a check takes: those that are known, or all; those of some types, or all."""
    known = [value for value in values if unknown or value.kind != UNKNOWN]
    return [value for value in known if value.text_of("type") in types] if types else known


class Branch:
    """A place that selectors lead to: what is asked about it, and the steps that lead on from it.

    `others` are selectors that jsonpath-ng has to follow, from here on; only the root has such.
    """

    __slots__ = ("after", "others", "step", "tasks")

    def __init__(self, step: Step) -> None:
        self.step = step
        self.tasks: list[Task] = []
        self.after: dict[object, Branch] = {}
        self.others: dict[str, list[Task]] = {}

    def below(self, selector: list[Step]) -> Branch:
        """The place that a selector leads to."""
        branch = self
        for step in selector:
            key = tuple(step) if isinstance(step, list) else step
            following = branch.after.get(key)
            if following is None:
                following = branch.after[key] = Branch(step)
            branch = following
        return branch

    def walk(self, root: Value) -> Iterator[tuple[Task, Iterable[Value]]]:
        """Each task with the values that are selected for it; tasks for which there are none are left out."""
        for text, tasks in self.others.items():
            for task in tasks:
                yield task, _by_library(root, text, task)
        waiting = [(self, [root])]
        while waiting:
            branch, values = waiting.pop()
            narrowed: dict[object, list[Value]] = {}  # tasks of one place take the same few kinds of values
            for task in branch.tasks:
                taken = narrowed.get(task.takes)
                if taken is None:
                    taken = narrowed[task.takes] = _taken(values, *task.takes)
                if taken:
                    yield task, taken
            for following in branch.after.values():
                found = query.follow(values, following.step)
                if found:
                    waiting.append((following, found))


def _by_library(root: Value, text: str, task: Task) -> Iterator[Value]:
    """Selects when it is asked for the first value: what goes wrong then is the rule's fault, and told as such."""
    yield from _taken(query.select(root, text), *task.takes)


class Plan:
    """Rules, each with the levels that a user gave it, put in order of what they look at."""

    __slots__ = ("_fitting", "levels", "of_file", "rules")

    def __init__(self, rules: Iterable[Rule], levels: Mapping[str, str] | None = None) -> None:
        self.rules = list(rules)
        self.levels = levels or {}
        self.of_file = [
            Task(order, rule, case, self.levels.get(rule.id, case.severity))
            for order, (rule, case) in enumerate(self._cases())
            if case.on == "text"  # exceptions are looked at when all is said
        ]
        self._fitting: dict[tuple[str, str | None, str | None, str | None], Branch] = {}

    def _cases(self) -> Iterator[tuple[Rule, Case]]:
        return ((rule, case) for rule in self.rules for case in rule.cases)

    def for_template(self, context: Context) -> Branch:
        """What is asked of a template: all that fits its kind, its operating system and its API version."""
        facts = (context.template.kind, context.os, context.source_os, context.version)
        if facts not in self._fitting:
            self._fitting[facts] = self._fitted(*facts)
        return self._fitting[facts]

    def _fitted(self, kind: str, os: str | None, source_os: str | None, version: str | None) -> Branch:
        root = Branch(None)
        places: dict[int, Branch] = {}  # by the selector: those of the index are objects that rules share
        facts = (("kind", kind), ("os", os), ("source-os", source_os))
        for order, (rule, case) in enumerate(self._cases()):
            if case.on in OF_FILE or not _in_versions(case, version):
                continue
            if case.when and any(fact not in case.when[name] for name, fact in facts if name in case.when):
                continue
            task = Task(order, rule, case, self.levels.get(rule.id, case.severity))
            for selector in case.selectors:
                if isinstance(selector, str):
                    root.others.setdefault(selector, []).append(task)
                    continue
                place = places.get(id(selector))
                if place is None:
                    place = places[id(selector)] = root.below(selector)
                place.tasks.append(task)
        return root


def _in_versions(case: Case, version: str | None) -> bool:
    """Whether a case holds for an API version; where that is unknown, for every version still served."""
    low, high, unknown = case.versions
    if low is None and high is None:
        return True
    if version is None and unknown is not None:
        return True
    known = [version] if version is not None else schema.served()
    return all((low is None or v >= low) and (high is None or v <= high) for v in known)


def function_of(case: Case) -> Callable[..., Iterator[Any]]:
    """The check of a case."""
    function: Callable[..., Iterator[Any]] = late.function(case.check)
    return function
