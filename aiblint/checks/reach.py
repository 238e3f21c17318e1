"""Words about addresses that the service cannot download from: hosts of closed networks, hosts that ask to sign in, files that are gone."""

from __future__ import annotations

import re

from aiblint import address, globs
from aiblint.check import Problem, check, check_unknown, quote
from aiblint.checkout import hosts
from aiblint.document import OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.address import Address
    from aiblint.check import Context
    from aiblint.online import Answer
    from aiblint.template import Value

_INSTEAD = "put the file in Azure Storage, where the template's identity may read it, or where the internet can reach it"


@check_unknown
def address_of_closed_network(value: Value, context: Context, *, behind_subnet: bool) -> Iterator[Problem]:
    """A host that the internet cannot reach, by its name or number.

    `behind-subnet` speaks of templates whose container instance runs in a subnet, which may lead there, or of all others;
    to the machine itself no subnet leads.
    """
    parts = _known_host(value, context)
    whose = address.whose(parts.host) if parts is not None else ""
    if parts is None or not whose:
        return
    if whose == "the machine itself":
        reached, harm = False, "is the machine that downloads, and the service downloads the file itself"
    else:
        reached = _has_subnet(context)
        through = ", through the subnet of its container instance where that leads to it" if reached else ""
        harm = f"is a host of {whose}, and the service downloads the file itself, over the internet{through}"
    if reached == behind_subnet:
        yield Problem(value, f"{quote(parts.host)} {harm}; {_INSTEAD}")


@check_unknown
def address_behind_sign_in(value: Value, context: Context, *, pages: dict[str, str], hands_out: list[str]) -> Iterator[Problem]:
    """A host that asks to sign in before it hands out a file.

    `pages` are patterns of hosts, with what such a host does; `hands-out` are names in the query (with a value), or parts of the
    path, by which it hands the file out after all.
    """
    parts = _known_host(value, context)
    if parts is None or not value.known or address.file_of_page(parts) is not None:
        return
    does = next((what for pattern, what in pages.items() if globs.fits(pattern, parts.host)), None)
    if does is None or any(segment in hands_out for segment in parts.segments):
        return
    if not any(name in hands_out and given not in ("", "0", "false") for name, given, _, _ in parts.parameters()):
        yield Problem(value, f"{quote(parts.host)} {does}; {_INSTEAD}")


@check
def address_answers_not(
    value: Value, context: Context, *, signs_in: list[str], identity_reads: list[str], told: list[str]
) -> Iterator[Problem]:
    """Asks the host whether it has the file, where the user wants that (`--online`); silent about all that is not certain.

    `signs-in` are patterns of host and path of pages on which people sign in; `identity-reads` are hosts that answer the template's
    identity better than they answer us; `told` are hosts of which another case says without asking that they want people to sign in.
    """
    if "online" not in context.programs or not value.text:
        return
    asked = _to_ask(value.text, context)
    said = _answers(context).get(asked)
    parts = address.split(asked)
    if said is None or parts is None or any(globs.fits(pattern, parts.host) for pattern in told):
        return
    by_identity = any(globs.fits(pattern, parts.host) for pattern in identity_reads) and not _is_signed(parts)
    if said.kind == "no-host" and not _has_subnet(context):
        yield Problem(value, f"there is no host {quote(parts.host)}: the service cannot download the file; correct the name")
    elif said.kind == "gone" and not by_identity:
        yield Problem(value, _gone(parts, said.status) if asked == value.text else _private(asked, said.status))
    elif said.kind == "found" and any(globs.fits(pattern, said.where.partition("://")[2]) for pattern in signs_in):
        page = said.where.partition("://")[2].partition("/")[0]
        yield Problem(
            value,
            f"{quote(parts.host)} leads to {quote(page)} to sign in, and the service signs in nowhere: it would take that page for the "
            f"file; {_INSTEAD}",
        )


def _gone(parts: Address, status: int) -> str:
    return (
        f"there is no file under this address: {quote(parts.host)} answers {status}, and will answer the service so, which signs in "
        "nowhere; correct the address, or publish the file before the template is deployed"
    )


def _private(repository: str, status: int) -> str:
    return (
        f"{quote(repository)} answers {status} to all who do not sign in, so it is private or not there: the service signs in nowhere and "
        f"cannot download the file; {_INSTEAD}"
    )


def _answers(context: Context) -> dict[str, Answer]:
    """What the hosts say of all addresses of the template, asked together."""
    key = ("answers", 0)
    if key not in context.cache:
        asked = [_to_ask(value.text, context) for value in _addresses(context) if value.text]
        context.cache[key] = context.programs["online"].ask(filter(None, asked))
    answers: dict[str, Answer] = context.cache[key]
    return answers


def _addresses(context: Context) -> Iterator[Value]:
    steps = list(context.template.steps)
    workload = context.template.root.get("properties", "optimize", "workload")
    for step in [*steps, workload]:
        if step is not None:
            used = address.used_by(step)
            if used is not None:
                yield used


def _to_ask(text: str, context: Context) -> str:
    """The address to ask for, which is the one of its repository where the file is in this checkout: it may come with the next push.

    Empty where another rule says already that nothing can be downloaded there.
    """
    parts = address.split(text)
    if parts is None or parts.scheme not in ("http", "https") or re.search(r"[\x00-\x20\x7f]", text):
        return ""
    if address.whose(parts.host) or address.file_of_page(parts) is not None:
        return ""
    file = context.checkout.file(text)
    if file is None:
        return text
    place = hosts.place(text)
    on_github = place is not None and place.repository.startswith("github.com/") and not parts.query
    return f"https://{place.repository}" if place is not None and on_github else ""


def _known_host(value: Value, context: Context) -> Address | None:
    """The parts of an address whose host is known for certain."""
    text = address.start_of(value, context.template.kind)
    parts = address.split(text) if text and address.is_used(value) else None
    if parts is None or parts.scheme not in ("http", "https"):
        return None
    return parts if value.text is not None or parts.path else None


def _has_subnet(context: Context) -> bool:
    """Whether the container instance that downloads runs, or may run, in a subnet of the user's."""
    value: Value | None = context.template.root
    for name in ("properties", "vmProfile", "vnetConfig"):
        assert value is not None
        if value.kind != OBJECT:
            return not value.known
        if value.absent(name):
            return False
        value = value.get(name)
        if value is None:
            return True
    assert value is not None
    return not value.known or (value.kind == OBJECT and not value.absent("containerInstanceSubnetId"))


def _is_signed(parts: Address) -> bool:
    return any(name.lower() == "sig" for name, _, _, _ in parts.parameters())
