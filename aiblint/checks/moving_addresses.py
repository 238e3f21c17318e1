"""Words about addresses that lead to other content from time to time."""

from __future__ import annotations

import re

from aiblint import address
from aiblint.change import Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.checkout import hosts
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.checkout.file import File
    from aiblint.template import Value

_VERSION = lazy(r"v?\d+(?:\.\d+)+(?:[-+.]\w+)*|v\d+", re.IGNORECASE)
_SHORT_ID = lazy(r"[0-9a-f]{7,39}", re.IGNORECASE)


@check
def address_moves(value: Value, context: Context, *, short_links: list[str]) -> Iterator[Problem]:
    """An address that follows a branch, the latest release or a short link, on a step with a checksum.

    `short-links` are hosts of such links. Silent about tags, and about what may be one.
    """
    step = value.parent
    if not value.text or step is None or not address.is_used(value):
        return
    if "sha256Checksum" not in step.members or step.absent("sha256Checksum"):
        return
    parts = address.split(value.text)
    place = hosts.place(value.text)
    if place is not None:
        branch = None if place.page else _branch(place.names, place.kind, place.ref)
        file = context.checkout.file(value.text)
        if file is not None:
            branch = file.ref if file.kind == hosts.BRANCH and not place.page else None
        if branch is not None:
            yield _of_branch(value, branch, file, context)
    elif parts is not None and parts.host in short_links:
        yield Problem(
            value,
            f"{quote(parts.host)} can be made to lead elsewhere at any time, and the checksum fails the build then; write the "
            "address that it leads to",
        )
    elif parts is not None and parts.segments[2:4] == ["releases", "latest"] and parts.host == "github.com":
        yield Problem(
            value,
            "the latest release is another one after the next, and the checksum fails the build then; write the address of a "
            "release: …/releases/download/TAG/FILE",
        )


def _branch(names: list[str], kind: str, ref: str | None) -> str | None:
    """The branch that an address names, as far as the address alone tells; None where it may be a tag or a commit."""
    name = names[0] if ref is None else ref
    if kind in (hosts.TAG, hosts.COMMIT):
        return None
    return None if not kind and (_VERSION.fullmatch(name) or _SHORT_ID.fullmatch(name)) else name


def _of_branch(value: Value, branch: str, file: File | None, context: Context) -> Problem:
    what = "the default branch" if branch == "HEAD" else f"the branch {quote(branch)}"
    instead = _pinned(file, context) if file is not None else None
    advice = "write a commit in place of it"
    fix = None
    if instead is not None:
        address_of_commit, commit = instead
        advice = f"write the commit in place of it, {quote(address_of_commit, 240)}, if that is pushed"
        fix = Repair(
            f"write commit {commit[:10]}, which is checked out here, in the address", Set(value, address_of_commit), safe=False
        )
    return Problem(
        value,
        f"the address follows {what}: the next push that changes the file there makes the checksum wrong, and the download is "
        f"refused; {advice}",
        fix=fix,
    )


def _pinned(file: File, context: Context) -> tuple[str, str] | None:
    """The address in the commit that is checked out, and that commit; None where the file differs there, or is not in it."""
    repository = context.checkout.repository
    head = repository.head if repository is not None else None
    if repository is None or head is None or not file.own or file.missing or file.stored is None:
        return None
    committed = repository.content(head, file.path)
    text = file.pinned_to(head)
    return (text, head) if committed is not None and committed.data == file.stored and text is not None else None
