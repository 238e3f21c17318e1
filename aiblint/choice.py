"""Which rules run on a file, at what level, and why the others do not."""

from __future__ import annotations

from aiblint import registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from aiblint.config import Settings
    from aiblint.plan import Plan
    from aiblint.rule import Rule

OFF = "off"


class UsageError(Exception):
    """Options or configuration that cannot be followed: exit status 2."""


class Choice:
    """The rules that run on a file. `levels` holds, by rule id, only what a user changed; `left_out` says why a rule does not run.

    `plan` puts them in order for the engine, once for all files.
    """

    __slots__ = ("_plan", "left_out", "levels", "rules")

    def __init__(self, rules: list[Rule], levels: dict[str, str], left_out: dict[str, str]) -> None:
        self.rules = rules
        self.levels = levels
        self.left_out = left_out
        self._plan: Plan | None = None

    @property
    def plan(self) -> Plan:
        if self._plan is None:
            from aiblint.plan import Plan  # here, because most runs meet no template

            self._plan = Plan(self.rules, self.levels)
        return self._plan


def choose(rules: Collection[Rule], settings: Settings) -> Choice:
    """Applies select, ignore, severity and placeholders. Raises UsageError for a selector that stands for no rule."""
    if settings.select:
        selected = {rule.id for rule, _ in _meant(rules, settings, "select", registry.chosen)}
        left_out = {rule.id: _because(settings, "select") for rule in rules if rule.id not in selected}
    else:
        left_out = {rule.id: "off by default" for rule in rules if not rule.enabled}
    for rule, selector in _meant(rules, settings, "ignore"):
        left_out.setdefault(rule.id, _because(settings, "ignore", selector))
    levels = {rule.id: selector for rule, selector in _meant(rules, settings, "severity")}  # the last one that means it counts
    for rule_id, selector in levels.items():
        levels[rule_id] = settings.severity[selector]
        if levels[rule_id] == OFF:
            left_out.setdefault(rule_id, _because(settings, "severity", selector))
    if settings.placeholders == "allow":
        for rule in rules:
            if rule.name == "placeholder-left":
                left_out.setdefault(rule.id, _because(settings, "placeholders"))
    return Choice([rule for rule in rules if rule.id not in left_out], levels, left_out)


def selected(rules: Collection[Rule], selectors: list[str], option: str) -> list[Rule]:
    """The rules that the selectors of an option stand for. Raises UsageError for one that stands for none."""
    return list({rule.id: rule for selector in selectors for rule in _matched(rules, selector, f"{option}: ")}.values())


def _because(settings: Settings, setting: str, item: str = "") -> str:
    return f"{setting}, {settings.place(setting, item) or settings.place(setting)}"


def _meant(
    rules: Collection[Rule],
    settings: Settings,
    setting: str,
    meaning: Callable[[Iterable[Rule], str], list[Rule]] = registry.matching,
) -> Iterator[tuple[Rule, str]]:
    """The rules that the selectors of a setting stand for, each with its selector."""
    for selector in getattr(settings, setting):
        place = settings.place(setting, selector)
        where = "" if place is None else f"{place}: " if place.startswith("--") else f"{place}: {setting}: "
        for rule in _matched(rules, selector, where, meaning):
            yield rule, selector


def _matched(
    rules: Collection[Rule], selector: str, where: str, meaning: Callable[[Iterable[Rule], str], list[Rule]] = registry.matching
) -> list[Rule]:
    matched = meaning(rules, selector)
    if not matched:
        from aiblint.check import quote

        raise UsageError(f"{where}{quote(selector)} is no rule, category or pattern of rules{_nearest(rules, selector)}")
    return matched


def _nearest(rules: Collection[Rule], selector: str) -> str:
    import difflib

    known = [rule.name for rule in rules] + [rule.id for rule in rules] + sorted({rule.category for rule in rules})
    close = difflib.get_close_matches(selector, known, 1)
    return f"; did you mean '{close[0]}'?" if close else "; --list-rules shows all"
