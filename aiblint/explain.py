"""A rule as text for a terminal or as Markdown: `--explain`, `docs/rules.md`."""

from __future__ import annotations

import os

from aiblint import registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from aiblint.rule import Rule

_BOLD, _RESET = "\033[1m", "\033[0m"


def explain(rule: Rule, *, color: bool = False) -> str:
    """The page of one rule as plain text, ending in a line feed."""
    bold, reset = (_BOLD, _RESET) if color else ("", "")
    lines = [f"{bold}{rule.id} {rule.name}{reset} ({_levels(rule)}, {rule.category})", "", rule.summary, "", rule.why, ""]
    for title, kind in (("Bad:", "bad"), ("Good:", "good")):
        lines += [f"{bold}{title}{reset}", *("    " + line for line in _examples(rule, kind)), ""]
    title, how = ("Silence it:", _silence(rule)) if rule.enabled else ("Switch it on:", _switch_on(rule))
    lines += [f"{bold}{title}{reset}", *("    " + line for line in how), ""]
    lines += [f"{bold}Sources:{reset}", *("    " + reference for reference in rule.references)]
    return "\n".join(lines) + "\n"


def markdown(rule: Rule) -> str:
    """The page of one rule as Markdown, ending in a line feed."""
    lines = [f"## {rule.id} {rule.name}", "", f"*{_levels(rule)}, {rule.category}*", "", rule.summary, "", rule.why, ""]
    for title, kind in (("Bad:", "bad"), ("Good:", "good")):
        lines += [title, "", "```json", *_examples(rule, kind), "```", ""]
    lines += ["Sources:", "", *(f"- <{reference}>" for reference in rule.references)]
    return "\n".join(lines) + "\n"


def table(rules: Iterable[Rule]) -> str:
    """The rules as a Markdown table with links into docs/rules.md."""
    lines = ["| rule | severity | what happens |", "| --- | --- | --- |"]
    for rule in rules:
        anchor = f"{rule.id}-{rule.name}".lower()
        lines.append(
            f"| [{rule.id} {rule.name}](docs/rules.md#{anchor}) | {_levels(rule)} | {rule.summary.replace('|', '&#124;')} |"
        )
    return "\n".join(lines) + "\n"


def _levels(rule: Rule) -> str:
    """The severities of a rule's cases, the rule's own first: `error or warning`."""
    levels = dict.fromkeys([rule.severity, *(case.severity for case in rule.cases)])
    said = " or ".join(level for level in levels if any(case.severity == level for case in rule.cases))
    return said if rule.enabled else f"{said}, off by default"


def _silence(rule: Rule) -> list[str]:
    return [f"aiblint --ignore {rule.name}", "or in .aiblint.yaml:", f"    ignore: [{rule.name}]"]


def _switch_on(rule: Rule) -> list[str]:
    return [
        f"aiblint --select '*,{rule.name}'",
        "or in .aiblint.yaml:",
        f"    select: ['*', {rule.name}]",
    ]


def _examples(rule: Rule, kind: str) -> list[str]:
    """One example of a kind: the bad one that says most by itself, the good one that is most like it."""
    content = registry.read_yaml(os.path.join(registry.folder(), f"{rule.id}-{rule.name}.yaml"))
    bad = _telling([example["bad"] for example in content["examples"] if "bad" in example])
    if kind == "bad":
        return _shown(bad)
    good = [example["good"] for example in content["examples"] if example.get("good")]
    if not good:
        return ["(the template without it)"]
    wanted = _names(bad)
    return _shown(max(good, key=lambda change: (isinstance(change, dict), len(_names(change) & wanted))))


def _telling(changes: list[Any]) -> Any:
    """The first change that is given as members; one that replaces text shows a fragment only."""
    return next((change for change in changes if isinstance(change, dict) and change), changes[0])


def _names(change: Any) -> set[str]:
    if isinstance(change, dict):
        return {str(key) for key in change}.union(*(_names(value) for value in change.values()))
    return set().union(*(_names(item) for item in change)) if isinstance(change, list) else set()


def _shown(change: Any) -> list[str]:
    if change == {}:
        return ["(the template as it is, in another encoding)"]
    if isinstance(change, list):
        return str(change[1]).splitlines()
    if isinstance(change, str):
        return change.splitlines()
    return _json(change).splitlines()


def _json(value: Mapping[str, Any]) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)
