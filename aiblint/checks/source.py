"""Words about the kind of image that a build starts from."""

from __future__ import annotations

from aiblint.check import Problem, check, listed, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def source_type_unknown(value: Value, context: Context, *, types: list[str], retired: list[str]) -> Iterator[Problem]:
    """A source type that is none of `types`, letter by letter, and not one of the `retired` ones, in any case."""
    text = value.text
    if not text or text in types or text.lower() in (kind.lower() for kind in retired):
        return
    folded = {kind.lower(): kind for kind in types}
    if text.lower() in folded:
        yield Problem(value, f"{quote(text)} has the wrong case and the service refuses it; write {folded[text.lower()]}")
        return
    import difflib

    close = difflib.get_close_matches(text.lower(), list(folded), 1)
    meant = f"did you mean {folded[close[0]]}?" if close else f"write {listed(types)}"
    yield Problem(value, f"{quote(text)} is no type of source and the service refuses it; {meant}")


@check
def source_type_retired(value: Value, context: Context, *, types: list[str]) -> Iterator[Problem]:
    """A source type that the service no longer takes."""
    if value.text is not None and value.text.lower() in (kind.lower() for kind in types):
        yield Problem(
            value,
            f"{quote(value.text)} sources have been refused since 31 March 2020; start from a marketplace image instead, for "
            "Red Hat with your own subscription publisher RedHat, offer rhel-byos",
        )
