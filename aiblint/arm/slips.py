"""Texts that were meant as expressions, and that a deployment takes for plain text."""

from __future__ import annotations

import re

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_START = lazy(r"\[\s*([A-Za-z_]\w*)\s*\(", re.ASCII)
_BARE = lazy(r"([A-Za-z]\w*)\s*\(.*[)\]\w]", re.ASCII | re.DOTALL)
_MOST_STARTS = 20
_MOST_ENDS = 50

# Between other text only these are certainly no index of another language: `x[min(a, b)]` is Python.
_ONLY_ARM = frozenset(
    {"parameters", "variables", "resourcegroup", "subscription", "resourceid", "uniquestring", "concat", "deployment"}
)


class Slip:
    """What keeps a text from being an expression: `text[start:end]`, and a message that says what to write."""

    __slots__ = ("end", "message", "start")

    def __init__(self, message: str, start: int, end: int) -> None:
        self.message = message
        self.start = start
        self.end = end


def find(text: str, escaped: bool = False) -> Slip | None:
    """The slip in a text that ARM takes as it stands; None for a text that means itself.

    `escaped`: the text is what remains of one that ARM took a first bracket away from.
    """
    if "(" not in text:
        return None
    if text[0] not in " [" and not escaped and (slip := _bare(text)) is not None:
        return slip
    if "[" not in text or _START.search(text) is None:
        return None
    if escaped:
        return _escaped(text)
    bare = text.strip()
    if bare.startswith("[") and not bare.startswith("[[") and _starts_with_function(bare):
        if not bare.endswith("]"):
            slip = _unclosed(text, bare)
            if slip is not None:
                return slip
        elif bare != text and _readable(bare):
            at = 0 if text[0] != "[" else len(text.rstrip())
            until = text.index("[") if at == 0 else len(text)
            side = "before the [" if at == 0 else "after the ]"
            return Slip(f"a blank {side} makes plain text of the expression: remove it", at, until)
    return _inside(text)


def _bare(text: str) -> Slip | None:
    """A call without brackets, or without the first of them."""
    match = _BARE.fullmatch(text)
    if match is None or match[1].lower() not in _ONLY_ARM:
        return None
    if text.endswith("]") and _readable(f"[{text}"):
        return Slip("the opening [ of the expression is missing, so ARM takes it for plain text: add [ in front", 0, 1)
    if not _readable(f"[{text}]"):
        return None
    return Slip(f"without brackets ARM takes the expression for plain text: write [{text}]", 0, len(text))


def _starts_with_function(text: str) -> bool:
    from aiblint.arm.functions import exists

    match = _START.match(text)
    return match is not None and exists(match[1])


def _readable(text: str) -> bool:
    from aiblint.arm.expression import ExpressionError, parse

    try:
        parse(text)
    except ExpressionError:
        return False
    return True


def _escaped(text: str) -> Slip | None:
    match = _START.match(text)
    if match is None or match[1].lower() not in _ONLY_ARM or not _readable(text):
        return None
    return Slip("two brackets in front make plain text of the expression: write one", 0, 1)


def _unclosed(text: str, bare: str) -> Slip | None:
    """A text that begins as an expression and does not end as one."""
    start = text.index("[")
    end = start + len(bare)
    if _readable(bare + "]"):
        return Slip(
            "the closing ] of the expression is missing, so ARM takes it for plain text: add ] at the end", end - 1, end
        )
    if bare.endswith((")", "}")) and _readable(bare[:-1] + "]"):
        return Slip(
            f"the expression ends with {bare[-1]} and not with ], so ARM takes it for plain text: write ]", end - 1, end
        )
    for closing in range(1, 4):
        if _readable(bare + ")" * closing + "]"):
            missing = f"{')' * closing}]"
            return Slip(
                f"the closing {missing} of the expression is missing, so ARM takes it for plain text: add {missing} at the end",
                end - 1,
                end,
            )
    return None


def _inside(text: str) -> Slip | None:
    """A whole expression among other text."""
    for start, end in _expressions(text):
        before, inner, after = text[:start], text[start + 1 : end - 1].strip(), text[end:]
        if not before and not after:
            return None
        return Slip(
            f"{text[start:end]} among other text is not worked out: an expression is the whole string from [ to ]; "
            f"write [concat({', '.join(part for part in (_literal(before), inner, _literal(after)) if part)})]",
            start,
            end,
        )
    return None


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    """Where complete calls in brackets stand, of functions that only ARM has."""
    for index, match in enumerate(_START.finditer(text)):
        if index == _MOST_STARTS:
            return
        if match[1].lower() not in _ONLY_ARM or text[max(0, match.start() - 1) : match.start()] == "[":
            continue
        end = match.start()
        for _ in range(_MOST_ENDS):
            end = text.find("]", end) + 1
            if not end:
                break
            if _readable(text[match.start() : end]):
                yield match.start(), end
                break


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if text else ""
