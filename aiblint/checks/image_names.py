"""Words about the names of marketplace images: versions of another form, publishers with a slip, parts of different images."""

from __future__ import annotations

from aiblint.change import write
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy
from aiblint.platforms import marketplace_image
from aiblint.tables import as_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_VERSION = lazy(r"\d{1,10}\.\d{1,10}\.\d{1,10}")
_VARIABLE = ("$", "%")  # of a shell: another rule's
_SHORTEST = 6
"""Shorter names have neighbours that are no slips of them."""
_LONG = 10


@check
def image_version_malformed(value: Value, context: Context) -> Iterator[Problem]:
    """A version of a marketplace image that is neither three numbers nor `latest`, to which an export adds more."""
    text = value.text
    if not text or text.lower().startswith("latest") or text[0] in _VARIABLE or _VERSION.fullmatch(text):
        return
    yield Problem(
        value,
        f"{quote(text)} is no version of a marketplace image: these are three numbers with dots between, and the build finds no such "
        "image; write 'latest', or one that az vm image list --all shows",
    )


@check
def publisher_misspelt(value: Value, context: Context, *, publishers: list[str]) -> Iterator[Problem]:
    """A publisher that nobody knows and that is nearly one of `publishers`; takes the source."""
    image, publisher = marketplace_image(value), value.get("publisher")
    if image is None or publisher is None or not publisher.text:
        return
    given = publisher.text.lower()
    row = context.tables.row("publishers", image)
    known = row is not None and row[0].partition(":")[0] != "*"
    if known or any(given == name.lower() for name in publishers):
        return
    near = [name for name in publishers if len(name) >= _SHORTEST and _is_slip(given, name.lower())]
    if near:
        yield Problem(
            publisher,
            f"no publisher {quote(publisher.text)} is known, and the build finds no image of it; did you mean {quote(near[0])}?",
            fix=write(publisher, near[0], safe=False),
        )


def _is_slip(given: str, name: str) -> bool:
    from aiblint import meant  # here, because most publishers are known

    most = 2 if len(name) >= _LONG else 1
    return abs(len(given) - len(name)) <= most and meant.distance(given, name) <= most


@check
def image_absent(value: Value, context: Context) -> Iterator[Problem]:
    """Publisher, offer and SKU of different images; takes the source."""
    image = marketplace_image(value)
    row = context.tables.row("image-absences", image) if image is not None else None
    if row is None or image is None:
        return
    member, instead = (*row[2:4], "", "")[:2]
    marked = value.get(member) if member else value.get("offer")
    advice = f"write the {member} {quote(instead)}" if member and instead else "write another one"
    yield Problem(
        marked or value,
        f"nobody publishes an image {quote(':'.join(value.text_of(name) or '…' for name in ('publisher', 'offer', 'sku')), 90)} (list of "
        f"{as_of('image-absences')}), and the build finds none; {advice}, or what az vm image list --all shows",
    )
