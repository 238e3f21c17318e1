"""Words about values that belong to documentation or to a shell, and were taken over as they are."""

from __future__ import annotations

import re

from aiblint import address
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_SHELL = lazy(r"\$(?:env:)?[A-Za-z_]\w*(?![\w(])|%(?![0-9A-Fa-f]{2})[A-Za-z_]\w*%", holds=("$", "%"))
_NOBODY = "00000000-0000-0000-0000-000000000000"
# Kept for documentation, https://www.rfc-editor.org/rfc/rfc2606
_EXAMPLE_HOST = lazy(r"(?:.+\.)?example\.(?:com|net|org)|.+\.example", re.IGNORECASE, holds=("example",))
_EXAMPLE_REGION = lazy(r"\d_location", re.IGNORECASE, holds=("_location",))


@check
def example_in_id(value: Value, context: Context) -> Iterator[Problem]:
    """A resource id with a shell variable left in it, or with the subscription of documentation."""
    found = _in_id(value.text or "")
    if found is not None:
        yield Problem(value, found[0], part=found[1])


@check
def example_in_id_keys(value: Value, context: Context) -> Iterator[Problem]:
    """Names of a map's members that are such ids; takes the map."""
    for name, entry in value.members.items():
        found = _in_id(name)
        if found is not None:
            yield Problem(entry, found[0], on_key=True)


@check
def example_in_place(value: Value, context: Context) -> Iterator[Problem]:
    """A region or a size that is a shell variable, or the region of an example."""
    text = value.text or ""
    match = _SHELL.match(text)
    if match is not None:
        yield Problem(value, _unexpanded(match[0]), part=match.span())
    elif _EXAMPLE_REGION.fullmatch(text):
        yield Problem(value, f"{quote(text)} stands for a region in examples and is none; write a region such as 'westeurope'")


@check
def example_in_address(value: Value, context: Context) -> Iterator[Problem]:
    """An address with a shell variable left in it, or at a host that is kept for documentation."""
    text = value.text or ""
    if not text or not address.is_used(value):
        return
    bare = text.partition("?")[0]
    match = _SHELL.search(bare)
    if match is not None and (match.start() == 0 or bare[match.start() - 1] in "/.-_@="):
        yield Problem(value, _unexpanded(match[0]), part=match.span())
        return
    parts = address.split(text)
    if parts is not None and _EXAMPLE_HOST.fullmatch(parts.host):
        yield Problem(
            value,
            f"{quote(parts.host)} is kept for documentation, and nothing can be downloaded from it; write the real address",
        )


def _in_id(text: str) -> tuple[str, tuple[int, int]] | None:
    if not text.startswith("/"):
        return None
    match = _SHELL.search(text)
    if match is not None:
        return _unexpanded(match[0]), match.span()
    at = text.lower().find(f"/subscriptions/{_NOBODY}/")
    if at < 0:
        return None
    start = at + len("/subscriptions/")
    return "the subscription of zeros stands in examples and does not exist; write the id of yours", (
        start,
        start + len(_NOBODY),
    )


def _unexpanded(text: str) -> str:
    return (
        f"{quote(text)} is a variable of a shell and was not replaced, so nothing of that name is found; a here-document replaces it only "
        "where its delimiter is not quoted"
    )
