"""A rule as text for a terminal or as Markdown: `--explain`, `docs/rules.md`."""

from __future__ import annotations

from aiblint import fragment, registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from aiblint.rule import Rule

_WIDEST, _NARROWEST = 100, 40
_BOLD, _RESET = "\033[1m", "\033[0m"


def explain(rule: Rule, *, color: bool = False, width: int | None = None) -> str:
    """The page of one rule as plain text, ending in a line feed. Its prose is wrapped to `width` columns; None: as it is written."""
    bold, reset = (_BOLD, _RESET) if color else ("", "")
    lines = [f"{bold}{rule.id} {rule.name}{reset} ({_levels(rule)}, {rule.category})", ""]
    lines += [_wrapped(rule.summary, width), "", _wrapped(rule.why, width), ""]
    for title, shown in _story(rule):
        lines += [f"{bold}{title}{reset}", *("    " + line for line in shown), ""]
    title, how = ("Silence it:", _silence(rule)) if rule.enabled else ("Switch it on:", _switch_on(rule))
    lines += [f"{bold}{title}{reset}", *("    " + line for line in how), ""]
    lines += [f"{bold}Sources:{reset}", *("    " + reference for reference in rule.references)]
    return "\n".join(lines) + "\n"


def _wrapped(prose: str, width: int | None) -> str:
    """Paragraphs set anew; words are not cut, so that addresses and error texts stay whole."""
    if width is None:
        return prose
    import textwrap

    columns = max(min(width, _WIDEST), _NARROWEST)
    return "\n\n".join(
        textwrap.fill(" ".join(paragraph.split()), columns, break_long_words=False, break_on_hyphens=False)
        for paragraph in prose.split("\n\n")
    )


def markdown(rule: Rule) -> str:
    """The page of one rule as Markdown, ending in a line feed."""
    lines = [f"## {rule.id} {rule.name}", "", f"*{_levels(rule)}, {rule.category}*", "", rule.summary, "", rule.why, ""]
    for title, shown in _story(rule):
        lines += [title, "", *(["```json", *shown, "```", ""] if shown else [])]
    lines += ["Sources:", "", *(f"- <{reference}>" for reference in rule.references)]
    return "\n".join(lines) + "\n"


def table(rules: Iterable[Rule]) -> str:
    """The rules as a Markdown table with links into docs/rules.md."""
    lines = ["| rule | severity | fix | what happens |", "| --- | --- | --- | --- |"]
    for rule in rules:
        anchor = f"{rule.id}-{rule.name}".lower()
        kinds = {_kind(example) for example in _bad_examples(rule)}
        fix = ", ".join(kind for kind in (_SAFE, _UNSAFE) if kind in kinds)
        summary = rule.summary.replace("|", "&#124;")
        lines.append(f"| [{rule.id} {rule.name}](docs/rules.md#{anchor}) | {_levels(rule)} | {fix} | {summary} |")
    return "\n".join(lines) + "\n"


def _levels(rule: Rule) -> str:
    """The severities of a rule's cases, the rule's own first: `error or warning`."""
    levels = dict.fromkeys([rule.severity, *(case.severity for case in rule.cases)])
    said = " or ".join(level for level in levels if any(case.severity == level for case in rule.cases))
    return said if rule.enabled else f"{said}, off by default"


def _silence(rule: Rule) -> list[str]:
    return [
        "in a deployment template, on the line or the one before:",
        f"    // aiblint: ignore[{rule.name}] the reason",
        "in .aiblint.yaml, at one place, or everywhere:",
        f'    ignore: [{{rule: {rule.name}, path: images/x.json, at: "$.properties…", reason: …, until: 2027-01-31}}]',
        f"    ignore: [{rule.name}]",
    ]


def _switch_on(rule: Rule) -> list[str]:
    return [
        f"aiblint --select '*,{rule.name}'",
        "or in .aiblint.yaml:",
        f"    select: ['*', {rule.name}]",
    ]


_SAFE, _UNSAFE = "safe", "unsafe"
_FIXED = {_SAFE: "Fixed with `--fix`:", _UNSAFE: "Fixed with `--fix --unsafe-fixes`:"}
_OTHERS = {
    _SAFE: "Other findings of this rule have a fix that needs `--unsafe-fixes`.",
    _UNSAFE: "Other findings of this rule are fixed with `--fix` alone.",
}


def _story(rule: Rule) -> list[tuple[str, list[str]]]:
    """A bad example, and what fixes make of it or the good one that is most like it; each with its title."""
    examples = _bad_examples(rule)
    bad = max(examples, key=_telling)
    kinds = {_kind(example) for example in examples} - {""}
    told = [("Bad:", _shown(bad, bad["bad"]))]
    if _kind(bad):
        told.append((_FIXED[_kind(bad)], _shown_fixed(bad)))
        told += [(_OTHERS[_kind(bad)], [])] if len(kinds) > 1 else []
        return told  # what is mended is good
    good = _good(rule, bad)
    if good == told[0][1]:
        good = ["(the same, with another file behind the address)" if "repository" in bad else _WITHOUT]
    return [*told, ("Good:", good)]


def _content(rule: Rule) -> list[dict[str, Any]]:
    content: dict[str, Any] = registry.read_yaml(registry.file_of(rule))
    found: list[dict[str, Any]] = content["examples"]
    return found


def _bad_examples(rule: Rule) -> list[dict[str, Any]]:
    return [example for example in _content(rule) if "bad" in example]


def _kind(example: Mapping[str, Any]) -> str:
    """Which fix an example shows; empty where none."""
    return "" if "fixed" not in example else _UNSAFE if "unsafe" in example else _SAFE


def _telling(example: Mapping[str, Any]) -> tuple[bool, int]:
    """How much an example says: one that replaces text shows a fragment only, one with a fix shows what to write."""
    change = example["bad"]
    return isinstance(change, dict) and bool(change), ("", _UNSAFE, _SAFE).index(_kind(example))


def _shown(example: Mapping[str, Any], change: Any) -> list[str]:
    saved = [f"(saved as {example['with'].upper()})"] if "with" in example else []
    return (fragment.of_example(example, change) if change != {} else ["(the template)"]) + saved


def _shown_fixed(example: Mapping[str, Any]) -> list[str]:
    if "with" in example:
        return ["(the same, saved as UTF-8 without byte order mark)"]
    if example["fixed"] != {}:
        return fragment.of_example(example, example["fixed"])
    return fragment.of_clean(example, example["bad"]) or [_WITHOUT]


_WITHOUT = "(the template without it)"


def _good(rule: Rule, bad: Mapping[str, Any]) -> list[str]:
    """The first good example that speaks of the same members as the bad one; else what the clean template has there."""
    if "with" in bad:
        return ["(the same, saved as UTF-8)"]
    clean = fragment.of_clean(bad, bad["bad"])
    if clean and _only_takes_away(bad["bad"]):
        return clean
    wanted = _paths(bad["bad"]) - _USUAL
    candidates = [example for example in _content(rule) if example.get("good")]
    best = max(candidates, key=lambda example: _likeness(example, bad, wanted), default=None)
    if best is not None and (not clean or (_likeness(best, bad, wanted)[0] > 0 and _is_readable(best, bad))):
        return _shown(best, best["good"])
    return clean or [_WITHOUT]


def _only_takes_away(change: Any) -> bool:
    """Whether a bad example is one because a member is missing."""
    if not isinstance(change, dict):
        return change is None
    return bool(change) and all(_only_takes_away(value) for value in change.values())


def _likeness(example: Mapping[str, Any], bad: Mapping[str, Any], wanted: set[str]) -> tuple[int, bool, bool]:
    """How many of the wanted paths a good example speaks of, whether in values that can be read, whether in the same template."""
    change = example["good"]
    return len(_paths(change) & wanted), _is_readable(example, bad), example.get("on") == bad.get("on")


def _is_readable(example: Mapping[str, Any], bad: Mapping[str, Any]) -> bool:
    """Whether a good example shows values; an expression only says that nothing is known, but where the bad one has some, too."""
    return bad.get("on") == "arm" or bad.get("of") == "file" or "[" not in _first_characters(example["good"])


def _first_characters(change: Any) -> set[str]:
    """With what the texts in an example begin: `[` where they are expressions, which show how to leave things open."""
    if isinstance(change, str):
        return {change[:1]}
    values = change.values() if isinstance(change, dict) else change if isinstance(change, list) else ()
    return set().union(*(_first_characters(value) for value in values))


_USUAL = frozenset(f"/properties/customize/{name}" for name in ("name", "type"))
"""Members of which every example about a step speaks."""


def _paths(change: Any, at: str = "") -> set[str]:
    """The members that a change sets, as paths without the numbers of items; of a replaced text the name that stands before it."""
    if isinstance(change, dict):
        return set().union(*(_paths(value, f"{at}/{key}") for key, value in change.items()))
    if isinstance(change, list):
        if not at and all(isinstance(item, str) for item in change):
            return {change[0]}
        return set().union(*(_paths(item, at) for item in change)) or {at}
    return {at}
