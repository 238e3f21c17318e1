"""Words about the filters of a WindowsUpdate step: `include:` or `exclude:`, and a condition in PowerShell.

The step takes each apart at its first colon; the first whose condition holds decides, and only `include` installs.
https://github.com/rgl/packer-plugin-windows-update/blob/main/update/windows-update.ps1
"""

from __future__ import annotations

import re

from aiblint import meant as slips_of
from aiblint.change import Append, Part, Repair
from aiblint.check import Problem, check, quote
from aiblint.checks.filter_reading import fault
from aiblint.document import ARRAY
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_FILTER_ACTION = lazy(r"\s*(include|exclude)\s*[:=;,]*\s*", re.IGNORECASE)


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
    found = fault(condition) if colon and action.strip().isalpha() else None
    if found is not None:
        shift = len(action) + 1
        start, end, what = found
        yield Problem(
            value,
            f"PowerShell cannot read the condition of this filter, so the step fails: {what}",
            part=(start + shift, end + shift),
        )
