"""Words about shared access signatures in addresses: how long they hold, and what they allow."""

from __future__ import annotations

import re

from aiblint import address
from aiblint.check import Problem, check
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_DAY = lazy(r"(\d{4}-\d\d-\d\d)(?:T|%[57]4|\Z)", re.IGNORECASE)


class _Part:
    """One part of a signature: what it says, and its code points in the address."""

    __slots__ = ("place", "text")

    def __init__(self, text: str, place: tuple[int, int]) -> None:
        self.text = text
        self.place = place

    @property
    def day(self) -> str:
        """The day that a time begins with, empty where it is none."""
        match = _DAY.match(self.text)
        return match[1] if match is not None else ""


def _signature(value: Value) -> dict[str, _Part]:
    """The parts of the shared access signature in an address that something is fetched from; empty where there is none."""
    parts = address.split(value.text or "")
    if parts is None or not parts.query or not address.is_used(value):
        return {}
    found = {name.lower(): _Part(text, (start, end)) for name, text, start, end in parts.parameters()}
    return found if "sig" in found and "sv" in found else {}


@check
def signature_expired(value: Value, context: Context) -> Iterator[Problem]:
    """A signature whose last day is over on the day of the run."""
    end = _signature(value).get("se")
    if end is not None and end.day and end.day < context.today:
        yield Problem(
            value,
            f"the shared access signature ended on {end.day}, so the download is refused (403) and the template with it; keep the file in "
            "Azure Storage without a signature and let the template's identity read it, or sign the address anew",
            part=end.place,
        )


@check
def signature_doubtful(value: Value, context: Context) -> Iterator[Problem]:
    """A signature that ends today, begins later, or does not allow to read."""
    signature = _signature(value)
    end, start, allowed = (signature.get(name) for name in ("se", "st", "sp"))
    if end is not None and end.day == context.today:
        yield Problem(
            value,
            "the shared access signature ends today, perhaps before the build fetches the file; let the template's identity read the file",
            part=end.place,
        )
    if start is not None and start.day > context.today:
        yield Problem(
            value,
            f"the shared access signature begins on {start.day} only, and until then the download is refused (403)",
            part=start.place,
        )
    if allowed is not None and allowed.text and "r" not in allowed.text:
        yield Problem(
            value,
            "the shared access signature does not allow to read ('r' is not among its permissions), so the download is refused (403)",
            part=allowed.place,
        )
