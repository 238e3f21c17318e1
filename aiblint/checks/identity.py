"""Words about the identity under which the service works on a template."""

from __future__ import annotations

from aiblint import change, placeholders
from aiblint.change import Repair
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import IDENTITY, misplaced, misspelt
from aiblint.checks.required import damaged, lacks, missing
from aiblint.document import ARRAY, NULL, OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_TYPE = "UserAssigned"
_FORM = f'"identity": {IDENTITY}'


def is_guid(text: str) -> bool:
    """Whether a text is a GUID as Azure writes subscriptions and principals: hexadecimal digits, 8-4-4-4-12, no braces."""
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(_HEXADECIMAL.issuperset(part) for part in parts)


@check
def identity_missing(value: Value, context: Context) -> Iterator[Problem]:
    """An image template without identity, or with one that names nobody. Takes the whole template."""
    if lacks(value, "identity"):
        if not misspelt(value, context, "identity") and not misplaced(context, "identity") and not damaged(context):
            yield Problem(value, f"the template has no identity and is refused (\"Missing field 'identity'\"); add {_FORM}")
        return
    identity = value.get("identity")
    if identity is None or identity.kind != OBJECT or identity.open or not _names_nobody(identity, context):
        return
    kind = identity.text_of("type")
    if lacks(identity, "type"):
        yield Problem(identity, f"the identity is empty and the template is refused; write {_FORM}")
    elif kind is not None and kind.lower() == _TYPE.lower():
        yield Problem(
            identity,
            "type UserAssigned without an identity: the template is refused; "
            'add "userAssignedIdentities": {"<resource id of the identity>": {}}',
        )


def _names_nobody(identity: Value, context: Context) -> bool:
    entries = identity.get("userAssignedIdentities")
    if entries is None:
        return not misspelt(identity, context, "userAssignedIdentities")
    if entries.kind in (OBJECT, ARRAY):
        return not (entries.members or entries.items or entries.open)
    return entries.kind == NULL


@check
def identity_type_other(value: Value, context: Context) -> Iterator[Problem]:
    """An identity whose type is not UserAssigned, whatever the case of its letters."""
    kind = value.get("type")
    if kind is None or not kind.text or kind.text.lower() == _TYPE.lower():
        return
    if kind.text.lower() == "none":
        tail = "None takes the identity away, which the service refuses when a template is created"
    elif "systemassigned" in kind.text.lower().replace(" ", ""):
        tail = "an image template cannot have a system-assigned identity"
    else:
        tail = f"{quote(kind.text)} is no identity type that the service knows"
    yield Problem(kind, f"{tail}; write UserAssigned and name the identity in 'userAssignedIdentities'")


@check
def identity_type_case(value: Value, context: Context) -> Iterator[Problem]:
    """An identity type that differs from UserAssigned in case only."""
    kind = value.get("type")
    if kind is not None and kind.text is not None and kind.text != _TYPE and kind.text.lower() == _TYPE.lower():
        yield Problem(
            kind,
            f"{quote(kind.text)} has the wrong case, which counts from API version 2024-02-01 on; write {_TYPE}",
            fix=change.write(kind, _TYPE, safe=True),
        )


@check
def identity_type_missing(value: Value, context: Context) -> Iterator[Problem]:
    """An identity that names somebody but has no type."""
    entries = value.get("userAssignedIdentities")
    if entries is None or not (entries.members or entries.items) or damaged(context):
        return
    if missing(value, context, "type"):
        yield Problem(value, 'the identity has no type, so none is assigned; add "type": "UserAssigned"')


@check
def identity_multiple(value: Value, context: Context) -> Iterator[Problem]:
    """More than one entry in the template's map of identities, expressions included; takes the map."""
    distinct: dict[str, Value] = {}
    for name, entry in value.members.items():
        found = placeholders.find(name)
        # A token may be replaced by anything; null is the PATCH form that takes an identity away.
        if entry.kind != NULL and (found is None or found.kind != placeholders.TOKEN):
            distinct.setdefault(_same(name), entry)
    if len(distinct) > 1:
        first, second, *_ = distinct.values()
        yield Problem(
            value,
            f"the template names {len(distinct)} identities, the service takes exactly one; keep one here and give the build "
            "VM the others in 'vmProfile.userAssignedIdentities'",
            mark=second,
            on_key=True,
            related=((first, "the first identity"),),
        )


def _same(key: str) -> str:
    """Two keys that differ in case or in blanks around the parts of an expression name the same identity."""
    return "".join(key.split()).lower()


@check
def identity_shape(value: Value, context: Context) -> Iterator[Problem]:
    """A list of identities where a map belongs, entries other than {}, GUIDs for keys; takes `userAssignedIdentities`."""
    if value.kind == ARRAY and value.items:
        yield Problem(
            value,
            "the template's identities are a map, not a list, and the service refuses the list; "
            'write {"<resource id of the identity>": {}}',
            fix=_as_map(value),
        )
    elif value.kind not in (ARRAY, OBJECT, NULL):
        yield Problem(
            value,
            "the template's identities are a map, and the service refuses anything else; "
            'write {"<resource id of the identity>": {}}',
        )
    for name, entry in value.members.items():
        if is_guid(name.strip()):
            yield Problem(
                entry,
                f"{quote(name)} is a client or principal id, which nobody resolves here; write the resource id of the identity: "
                "/subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>",
                on_key=True,
            )
        elif entry.kind == NULL:
            yield Problem(
                entry,
                "null takes the identity away from an existing template and fails for a new one; write {}",
                fix=change.write(entry, {}, safe=False),
            )
        elif entry.known and entry.kind != OBJECT:
            yield Problem(
                entry,
                "the value of an identity is always {}, anything else is refused; write {}",
                fix=change.write(entry, {}, safe=True),
            )


def _as_map(identities: Value) -> Repair | None:
    """The map of a list that names one identity; of several, people choose."""
    if len(identities.items) != 1 or identities.open:
        return None
    written = (identities.items[0].use or identities.items[0].node).value
    if not isinstance(written, str) or not written:
        return None
    return Repair("write it as a map", change.Set(identities, {written: {}}), safe=True)
