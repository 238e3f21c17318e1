"""Words about values that the service takes from a fixed list only."""

from __future__ import annotations

from aiblint import change
from aiblint.check import Problem, check, listed, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

# Longer texts are no slip of a name, and comparing them costs time.
_LONGEST_SLIP = 40


@check
def not_among(
    value: Value,
    context: Context,
    *,
    values: list[str],
    what: str,
    besides: list[str] | None = None,
    means: dict[str, str] | None = None,
) -> Iterator[Problem]:
    """A text that is none of `values`, compared with capitals. An empty text counts as missing, which is another rule's.

    `what` names the kind of value in the message. `besides` are texts left to another rule. `means` says which value
    people mean by a name of their own (lower case).
    """
    text = value.text
    if not text or text in values or text in (besides or ()):
        return
    folded = text.strip().lower()
    fix = None
    same = next((known for known in values if known.lower() == folded), None)
    if same is not None and text.strip() != text:
        advice = f": write '{same}', without the blanks around it"
    elif same is not None:
        advice = f": capitals count, write '{same}'"
    else:
        meant = (means or {}).get(folded) or nearest(text, values)
        fix = change.write(value, meant, safe=False) if meant else None
        advice = f"; did you mean '{meant}'?" if meant else f"; write {listed([quote(known) for known in values])}"
    if same is not None:
        fix = change.write(value, same, safe=True)
    yield Problem(value, f"{quote(text)} is not a {what} that the service knows{advice}", fix=fix)


@check
def value_needs_version(value: Value, context: Context, *, text: str, version: str) -> Iterator[Problem]:
    """The value `text`, which the service knows from API version `version` on. The rule's `api-versions` says when to look."""
    if value.text == text:
        yield Problem(
            value,
            f"'{text}' came with apiVersion {version}, and {context.version} does not know it; write {version} or later",
        )


@check
def value_of_others(value: Value, context: Context, *, text: str, whose: str, values: list[str]) -> Iterator[Problem]:
    """The value `text`, which another service takes (`whose` it is), while Image Builder documents `values` only."""
    if value.text == text:
        yield Problem(
            value,
            f"'{text}' is known to {whose}, but not among what Image Builder is documented to hand on; write "
            f"{listed([quote(known) for known in values])}",
        )


def nearest(text: str, known: list[str]) -> str | None:
    """The one of `known` that a text is a slip of, whatever the capitals; None where none is close."""
    if len(text) > _LONGEST_SLIP:
        return None
    import difflib

    folded = {name.lower(): name for name in known}
    close = difflib.get_close_matches(text.strip().lower(), folded, 1, 0.7)
    return folded[close[0]] if close else None
