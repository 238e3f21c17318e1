"""Words about maps and lists that people mix up: tags, and the identities of the build VM."""

from __future__ import annotations

from aiblint import placeholders
from aiblint.arm.scope import is_expression, looks_like_call
from aiblint.change import Quote, Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.checks.identity import is_guid
from aiblint.checks.steps import repeats, shown
from aiblint.document import ARRAY, NULL, OBJECT
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

# https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
# The portal's own tags, which hold the id of another resource: hidden-link:/subscriptions/…
_HIDDEN = "hidden-"
_NOT_IN_TAG_NAMES = lazy(r"[<>%&\\?/]")

_KINDS = {"boolean": "a boolean", "number": "a number", "string": "a text", "object": "an object", "array": "an array"}


@check
def build_identity_shape(value: Value, context: Context) -> Iterator[Problem]:
    """Identities of the build VM that are no list of resource ids: a map as in `identity`, GUIDs, one listed twice."""
    if value.kind != ARRAY:
        if value.kind != NULL:
            given = "a map, as in 'identity'," if value.kind == OBJECT else _KINDS[value.kind]
            yield Problem(
                value,
                f"the identities of the build VM are a list, and the service refuses {given} here; "
                'write ["<resource id of the identity>"]',
                on_key=True,
                fix=_as_list(value),
            )
        return
    for item in value.items:
        if item.text is None and item.known and item.kind != NULL:
            yield Problem(
                item, f"{_KINDS[item.kind]} names no identity and is refused; write the identity's resource id in quotes"
            )
        elif item.text is not None and is_guid(item.text.strip()):
            yield Problem(
                item,
                f"{quote(item.text)} is a client or principal id, which nobody resolves here; write the resource id of the identity: "
                "/subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>",
            )
    for first, again in repeats(value.items, fold=True):
        yield Problem(
            again,
            f"the identity {quote(shown(again))} is in this list already; remove one entry",
            related=((first, "it stands here first"),),
        )


def _as_list(identities: Value) -> Repair | None:
    """The list of the keys of a map that is one of identities."""
    if identities.kind != OBJECT or identities.open or not identities.members:
        return None
    names = [member.written or name for name, member in identities.members.items()]
    return Repair("write it as a list", Set(identities, names), safe=True)


@check
def tags_refused(value: Value, context: Context, *, most: int, longest_name: int, longest_value: int) -> Iterator[Problem]:
    """Tags that Azure refuses: too many, names too long or with forbidden characters, values too long or no text.

    Lengths count characters. Takes the object of tags.
    """
    if value.kind != OBJECT:
        if value.kind != NULL:
            yield Problem(
                value,
                f"{quote(value.written or value.key)} is {_KINDS[value.kind]}, the service takes an object of names and texts and "
                'refuses anything else; write {"<name>": "<value>"}',
                on_key=True,
            )
        return
    if len(value.members) > most:
        yield Problem(
            value,
            f"{len(value.members)} tags are too many: a resource has {most} at most and the write is refused; remove some",
            on_key=True,
        )
    for name, member in value.members.items():
        wrong = None if _written_later(name) else _name_fault(name, longest_name)
        if wrong is not None:
            yield Problem(member, wrong, on_key=True)
            continue
        wrong = _value_fault(name, member, longest_value)
        if wrong is not None:
            scalar = isinstance(member.value, bool | int | float)
            fix = Repair("put it in quotes", Quote(member), safe=True) if scalar else None
            yield Problem(member, wrong, fix=fix)


def _written_later(name: str) -> bool:
    """Whether the deployment, or whoever fills the file in, makes another name of it."""
    return is_expression(name) or looks_like_call(name) or placeholders.find(name) is not None


def _name_fault(name: str, longest: int) -> str | None:
    forbidden = _NOT_IN_TAG_NAMES.search(name)
    if forbidden is not None and not name.startswith(_HIDDEN):
        return f"the tag name {quote(name)} has '{forbidden[0]}' in it, which Azure refuses; the characters < > % & \\ ? / are not allowed"
    if not name.strip():
        return "the name of this tag is empty, which Azure refuses; write a name"
    if len(name) > longest:
        return f"the tag name {quote(name)} has {len(name)} characters, {longest} are allowed: the write is refused; shorten it"
    return None


def _value_fault(name: str, member: Value, longest: int) -> str | None:
    if not member.known or member.kind == NULL:
        return None
    if member.text is None:
        number_or_boolean = isinstance(member.value, bool | int | float)
        advice = "put it in quotes" if number_or_boolean else "write one text"
        return f"the value of the tag {quote(name)} is {_KINDS[member.kind]}, and the service takes texts only; {advice}"
    if len(member.text) > longest:
        return (
            f"the value of the tag {quote(name)} has {len(member.text)} characters, {longest} are allowed: the write is refused"
        )
    return None
