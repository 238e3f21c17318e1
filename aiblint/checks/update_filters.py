"""Words about the filters of a WindowsUpdate step: `include:` or `exclude:`, and a condition in PowerShell.

The step takes each apart at its first colon; the first whose condition holds decides, and only `include` installs.
https://github.com/rgl/packer-plugin-windows-update/blob/main/update/windows-update.ps1
"""

from __future__ import annotations

import re

from aiblint import meant as slips_of
from aiblint.change import Append, Part, Repair
from aiblint.check import Problem, check, quote
from aiblint.document import ARRAY
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

    Fault = tuple[int, int, str]
    """Which code points to underline, and what is wrong."""

_FILTER_ACTION = lazy(r"\s*(include|exclude)\s*[:=;,]*\s*", re.IGNORECASE)
_QUOTES = {"'": "'\u2018\u2019\u201a\u201b", '"': '"\u201c\u201d\u201e'}
"""PowerShell takes typographic quotes for quotes."""
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_COMPARE = "(?:i|c)?(?:not)?(?:like|match|contains|in)|(?:i|c)?(?:eq|ne|gt|ge|lt|le)"
_BARE_OPERATOR = lazy(rf"(?<=\$_\.)[A-Za-z]+\s+({_COMPARE})(?=\s)", re.IGNORECASE)
_FOREIGN_OPERATOR = lazy(r"[=!]=|<>|&&|\|\|")
_NO_OPERAND = lazy(rf"-(?:{_COMPARE}|and|or)(?![A-Za-z])\s*([^\s'\"$(@\[{{0-9+!-][^\s)]*|\Z)", re.IGNORECASE)
_MEANT = {"==": "-eq", "!=": "-ne", "<>": "-ne", "&&": "-and", "||": "-or"}


@check
def filters_include_nothing(value: Value, context: Context) -> Iterator[Problem]:
    """Filters of a WindowsUpdate step of which none can include an update.

    The step takes a filter apart at its first colon and compares the first part with `include`, whatever its capitals.
    """
    texts = [item.text for item in value.items]
    if value.kind != ARRAY or not texts or any(text is None for text in texts):
        return
    if any(_includes(text or "") for text in texts):
        return
    # The entry that was meant to include tells more than the list as a whole.
    meant = next((item for item in value.items if _action(item.text or "") not in ("include", "exclude")), None)
    yield Problem(value, _why_nothing(meant), mark=meant, fix=_including(value, meant))


def _including(filters: Value, meant: Value | None) -> Repair:
    if meant is None:
        return Repair("add 'include:$true'", Append(filters, "include:$true"), safe=False)
    text = meant.text or ""
    action, ends = _misspelt_action(text)
    if action is not None:
        return Repair(f"write '{action}:'", Part(meant, 0, ends, f"{action}:"), safe=False)
    match = _FILTER_ACTION.match(text)
    if match is None:
        return Repair("write 'include:' in front", Part(meant, 0, 0, "include:"), safe=False)
    return Repair(f"write '{match[1].lower()}:'", Part(meant, *match.span(), f"{match[1].lower()}:"), safe=False)


def _why_nothing(meant: Value | None) -> str:
    so = "so no filter includes anything: the step succeeds without installing one update"
    if meant is None:
        return f"these filters only exclude, {so}; end the list with 'include:$true'"
    text = (meant.text or "").strip()
    typo, _ = _misspelt_action(text)
    if typo is not None:
        return (
            f"the filter {quote(text)} begins with {quote(text.partition(':')[0])} instead of '{typo}', {so}; write '{typo}:'"
        )
    for action in ("include", "exclude"):
        if text.lower().startswith(action):
            return f"the filter {quote(text)} does not begin with '{action}:', {so}; write the colon right after '{action}'"
    return f"the filter {quote(text)} has no 'include:' in front, {so}; write 'include:' or 'exclude:' before its condition"


def _misspelt_action(text: str) -> tuple[str | None, int]:
    """`inclde:$true` → what was meant before the first colon, and where the condition begins; None where nothing is close."""
    word, colon, condition = text.partition(":")
    plain = word.strip().lower()
    if not colon or not plain.isalpha() or len(plain) > len("include") + 2 or plain in ("include", "exclude"):
        return None, 0
    far, action = min((slips_of.distance(plain, one), one) for one in ("include", "exclude"))
    return (action, len(text) - len(condition.lstrip())) if far <= 2 else (None, 0)


def _action(text: str) -> str:
    return text.partition(":")[0].lower() if ":" in text else ""


def _includes(text: str) -> bool:
    """Whether a filter can include an update: it says so, and its condition is not empty or constantly false."""
    condition = text.partition(":")[2].strip().lower()
    return _action(text) == "include" and condition not in ("", "$false")


@check
def filter_unreachable(value: Value, context: Context) -> Iterator[Problem]:
    """A filter of updates behind one that takes everything."""
    for index, item in enumerate(value.items):
        text = (item.text or "").replace(" ", "").lower()
        if text in ("include:$true", "exclude:$true") and index + 1 < len(value.items):
            after = value.items[index + 1]
            rest = len(value.items) - index - 1
            subject = "this filter is" if rest == 1 else f"these {rest} filters are"
            yield Problem(
                after,
                f"{quote(item.text)} before it takes every update, so {subject} never looked at; put {quote(item.text)} last",
                related=((item, "this one takes all"),),
            )
            return


@check
def filter_without_action(value: Value, context: Context) -> Iterator[Problem]:
    """A filter without `include:` or `exclude:` among others that install something: it decides about no update."""
    if not any(_includes(item.text or "") for item in value.items):
        return
    for item in value.items:
        if item.text and ":" not in item.text:
            action = _FILTER_ACTION.match(item.text)
            advice = (
                f"write '{action[1].lower()}:' at its start"
                if action is not None
                else "write 'include:' or 'exclude:' in front"
            )
            yield Problem(
                item,
                f"the filter {quote(item.text)} has no colon that parts its action from its condition, so it decides about no update: "
                f"what it was to leave out is installed; {advice}",
                fix=_including(value, item) if action is not None else None,
            )


@check
def filter_unreadable(value: Value, context: Context) -> Iterator[Problem]:
    """A filter whose condition PowerShell cannot read."""
    action, colon, condition = (value.text or "").partition(":")
    fault = _fault(condition) if colon and action.strip().isalpha() else None
    if fault is not None:
        shift = len(action) + 1
        start, end, what = fault
        yield Problem(
            value,
            f"PowerShell cannot read the condition of this filter, so the step fails: {what}",
            part=(start + shift, end + shift) if end > start else None,
        )


def _fault(condition: str) -> Fault | None:
    """What keeps a condition from being read; what stands in quotes may be anything."""
    bare = list(condition)
    opened: list[int] = []
    at = 0
    while at < len(condition):
        char = condition[at]
        kind = next((kind for kind, forms in _QUOTES.items() if char in forms), None)
        if kind is not None:
            end = _end_of_string(condition, at, kind)
            if end is None:
                return at, len(condition), f"the quote before {quote(condition[at + 1 :], 30)} is never closed"
            bare[at + 1 : end - 1] = "_" * (end - at - 2)
            bare[at], bare[end - 1] = kind, kind
            at = end
            continue
        if char in _BRACKETS:
            opened.append(at)
        elif char in _BRACKETS.values() and (not opened or _BRACKETS[condition[opened.pop()]] != char):
            return at, at + 1, f"this {quote(char)} closes nothing"
        at += 1
    if opened:
        return opened[-1], opened[-1] + 1, f"this {quote(condition[opened[-1]])} is never closed"
    return _fault_of_operators("".join(bare), condition)


def _end_of_string(text: str, start: int, kind: str) -> int | None:
    """Where a string ends; a quote that is doubled, or behind a grave accent in double quotes, belongs to it."""
    at = start + 1
    while at < len(text):
        if kind == '"' and text[at] == "`":
            at += 2
        elif text[at] in _QUOTES[kind]:
            if text[at + 1 : at + 2] and text[at + 1] in _QUOTES[kind]:
                at += 2
            else:
                return at + 1
        else:
            at += 1
    return None


def _fault_of_operators(bare: str, condition: str) -> Fault | None:
    foreign = _FOREIGN_OPERATOR.search(bare)
    if foreign is not None:
        return (*foreign.span(), f"{quote(foreign[0])} is no operator here; write {_MEANT[foreign[0]]}")
    dashless = _BARE_OPERATOR.search(bare)
    if dashless is not None:
        return (*dashless.span(1), f"operators begin with a dash; write -{dashless[1]}")
    missing = _NO_OPERAND.search(bare)
    if missing is not None:
        start, end = missing.span(1)
        operator = missing[0].split()[0][:12] if start < end else missing[0].strip()
        if start == end:
            return missing.start(), start, f"nothing stands behind {quote(operator)}"
        return start, end, f"{quote(condition[start:end])} behind {quote(operator)} is no value; put it in quotes"
    return None
