"""Words about members around the build itself: what belongs to a deployment, tags, identities of the build VM."""

from __future__ import annotations

import re

from aiblint.check import Problem, check, quote
from aiblint.checks.identity import GUID
from aiblint.document import ARRAY, NULL, OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_FORBIDDEN = re.compile(r"[<>%&\\?/]")


@check
def deployment_member(value: Value, context: Context) -> Iterator[Problem]:
    """A member of a bare template that only deployments know."""
    yield Problem(
        value,
        f"{quote(value.written or value.key)} belongs to the ARM deployment language; in a bare template it has no effect, and the "
        "service refuses members that it does not know; take it out, or deploy an ARM template",
        on_key=True,
    )


@check
def build_identities_shape(value: Value, context: Context) -> Iterator[Problem]:
    """Identities of the build VM that are no list of resource ids: a map as in `identity`, GUIDs, the same one twice."""
    if value.kind == NULL:
        return
    if value.kind != ARRAY:
        yield Problem(
            value,
            "the identities of the build VM are a list of resource ids, not a map as in 'identity', and the service refuses anything "
            'else; write ["<resource id>"]',
        )
        return
    first: dict[str, Value] = {}
    for item in value.items:
        text = item.text
        if text is None:
            if item.known:
                yield Problem(
                    item, "an identity of the build VM is named by its resource id, a string; the service refuses anything else"
                )
        elif GUID.fullmatch(text.strip()):
            yield Problem(
                item,
                f"{quote(text)} is a client or principal id; the service wants the identity's resource id: "
                "/subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME",
            )
        elif text.lower() in first:
            yield Problem(
                item, f"{quote(text)} stands in the list twice; keep one", related=((first[text.lower()], "the first one"),)
            )
        else:
            first[text.lower()] = item


@check
def tags_over_limits(value: Value, context: Context, *, most: int, longest_name: int, longest_value: int) -> Iterator[Problem]:
    """Tags that Azure Resource Manager refuses: too many, too long, names with forbidden characters, values that are no text."""
    if value.kind == NULL:
        return
    if value.kind != OBJECT:
        yield Problem(
            value, f"{quote(value.written or value.key)} is an object of names and texts; the service refuses anything else"
        )
        return
    if len(value.members) > most:
        yield Problem(
            value,
            f"{len(value.members)} tags are more than the {most} that a resource can have: the write is refused",
            on_key=True,
        )
    for name, member in value.members.items():
        fault = _tag_fault(name, member, longest_name, longest_value)
        if fault is not None:
            yield Problem(member, fault)


def _tag_fault(name: str, member: Value, longest_name: int, longest_value: int) -> str | None:
    forbidden = None if name.startswith("[") else _FORBIDDEN.search(name)
    if forbidden is not None and member.placeholder is None and "<" not in name:
        return f"the tag name {quote(name)} holds {forbidden[0]}, which names of tags may not; the write of the tags is refused"
    if len(name) > longest_name:
        return f"the tag name {quote(name)} is {len(name)} characters long; at most {longest_name} are allowed"
    if not member.known or member.kind == NULL:
        return None
    if member.text is None:
        return f"the value of the tag {quote(name)} is no text, and the service refuses it; put it in quotes"
    if len(member.text) > longest_value:
        return f"the value of the tag {quote(name)} is {len(member.text)} characters long; at most {longest_value} are allowed"
    return None
