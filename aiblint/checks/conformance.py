"""Words about what the template's API version does not admit; `aiblint.conform` finds it, here it is put into words."""

from __future__ import annotations

from aiblint import change, conform, schema
from aiblint.change import Rename, Repair
from aiblint.check import Problem, check, listed, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.conform import Deviation
    from aiblint.template import Value

_ASTRAY = frozenset({"unclosed", "mismatched-bracket", "fragment"})
"""Mistakes of writing after which members stand where nobody put them."""

_NOUNS = {
    "Customizer": "step",
    "DataDisk": "data disk",
    "Distributor": "target",
    "InVMValidator": "validator",
    "Source": "source",
    "TargetRegion": "target region",
    "UserAssignedIdentity": "user-assigned identity",
    "Trigger": "trigger",
}

HINT = "a hint only, in a bare template"
"""What to add where the version of a bare template counts: the command that submits it may send another."""
IDENTITY = '{"type": "UserAssigned", "userAssignedIdentities": {"<resource id of the identity>": {}}}'
"""The form of the identity that every template needs."""


class _Departures:
    """The deviations of a template: by kind, and which member an object has in a wrong form or at a wrong place."""

    def __init__(self, found: list[Deviation]) -> None:
        self.by_kind: dict[str, list[Deviation]] = {}
        self.meant: set[tuple[int, str]] = set()
        self.moved: set[str] = set()
        self.unread: set[int] = set()
        for deviation in found:
            self.by_kind.setdefault(deviation.kind, []).append(deviation)
            self.meant.update((id(deviation.value.parent), name) for name in deviation.meant)
            if deviation.kind == conform.PLACE:
                self.moved.add(str(deviation.value.key))
            elif deviation.kind == conform.VERSION:
                self.unread.add(id(deviation.value.parent if _on_value(deviation) else deviation.value))


def _on_value(deviation: Deviation) -> bool:
    """Whether a deviation is about the variant that an object says it is, and so about all of the object."""
    return deviation.value.key in ("type", "scheme", "kind")


def _departures(context: Context) -> _Departures:
    """What departs from the API version; worked out once for a template."""
    key = ("departures", 0)
    if key not in context.cache:
        context.cache[key] = _Departures(conform.deviations(context.template, context.version))
    found: _Departures = context.cache[key]
    return found


def deviations(context: Context, kind: str, refused: bool | None = None) -> list[Deviation]:
    """The departures of one kind from what the API version admits; those that are refused, those that are not, or all."""
    found = _departures(context).by_kind.get(kind, [])
    return found if refused is None else [deviation for deviation in found if deviation.refused is refused]


def misspelt(owner: Value, context: Context, name: str) -> bool:
    """Whether a member of an object was meant to be `name`, or stands in for it: the rule about that member says so."""
    return (id(owner), name) in _departures(context).meant


def misplaced(context: Context, name: str) -> bool:
    """Whether a member of that name stands somewhere in the template where it does not belong."""
    return name in _departures(context).moved


def unread(value: Value, context: Context) -> bool:
    """Whether a value stands in what other API versions have brought: the template's own drops or refuses it, whatever it is."""
    places = _departures(context).unread
    at: Value | None = value if places else None
    while at is not None:
        if id(at) in places:
            return True
        at = at.parent
    return False


def _rename(deviation: Deviation, name: str | None, *, safe: bool) -> Repair | None:
    """Gives a member the name that was meant."""
    return Repair(f"write {quote(name)}", Rename(deviation.value, name), safe=safe) if name is not None else None


def _consequence(deviation: Deviation) -> str:
    """What becomes of a member that does not belong where it stands."""
    if deviation.refused:
        return "is refused"
    later = f", and refused from apiVersion {conform.STRICT} on" if deviation.version == schema.SERVED else ""
    return "is dropped without a word" + later


def _owner(deviation: Deviation) -> str:
    """The type of the object for a reader: `a Shell step`, `'vmProfile'`."""
    name = deviation.owner
    types = schema.types(deviation.version)
    for base, noun in _NOUNS.items():
        for value, variant in types[base].variants.items() if base in types else ():
            if variant == name:
                return f"{'an' if value[0] in 'AEIO' else 'a'} {value} {noun}"
    if name in _NOUNS:
        return f"a {_NOUNS[name]}"
    if name == "Template":
        return "the image template"
    path = schema.paths(deviation.version).get(name)
    return quote(path.rpartition(".")[2].removesuffix("[]")) if path is not None else "the 'properties' of a trigger"


def _together(found: list[Deviation]) -> list[list[Deviation]]:
    """Those of one object that say the same are one mistake."""
    groups: dict[tuple[int, str | None], list[Deviation]] = {}
    for deviation in found:
        groups.setdefault((id(deviation.value.parent), deviation.expected), []).append(deviation)
    return list(groups.values())


def _names(group: list[Deviation]) -> str:
    return listed([quote(deviation.value.written) for deviation in group], "and")


def _their(group: list[Deviation], consequence: str) -> str:
    """`is refused` → `are refused`, where several are."""
    return consequence.replace("is ", "are ", 1) if len(group) > 1 else consequence


@check
def member_unknown(value: Value, context: Context, *, refused: bool) -> Iterator[Problem]:
    """A member that no API version knows, with the one that was probably meant. `refused`: only those that are, or are not."""
    for deviation in deviations(context, conform.UNKNOWN, refused):
        if not deviation.meant and _is_newer(context, deviation):
            continue
        advice = f"; did you mean {quote(deviation.meant[0])}?" if deviation.meant else ""
        yield Problem(
            deviation.value,
            f"{quote(deviation.value.written)} is no member of {_owner(deviation)} and {_consequence(deviation)}{advice}",
            on_key=True,
            fix=_rename(deviation, deviation.meant[0], safe=False) if deviation.meant else None,
        )


def _is_newer(context: Context, deviation: Deviation) -> bool:
    """Whether a version that is younger than the table may have brought a member."""
    stated = context.template.api_version
    return not deviation.refused and stated is not None and schema.may_be_newer(stated)


@check
def member_case(value: Value, context: Context, *, refused: bool) -> Iterator[Problem]:
    """A member in other capitals than the documented ones. `refused`: only those that are, or are not."""
    since = "" if refused else f" from apiVersion {conform.STRICT} on"
    for deviation in deviations(context, conform.CASE, refused):
        yield Problem(
            deviation.value,
            f"{quote(deviation.value.written)} is refused{since}: capitals count, write {quote(deviation.expected)}",
            on_key=True,
            fix=_rename(deviation, deviation.expected, safe=True),
        )


@check
def member_of_other_version(value: Value, context: Context, *, refused: bool) -> Iterator[Problem]:
    """A member, or a type of step, that other API versions have and this one has not. `refused`: only those that are, or are not."""
    for deviation in deviations(context, conform.VERSION, refused):
        first, last = deviation.expected or "", deviation.detail
        if first > deviation.version and deviation.version not in (*schema.served(), schema.SERVED):
            continue  # a version that is not answered any more is the mistake: its members go with it
        on_value = _on_value(deviation)
        if deviation.owner == "InVMValidator" and on_value:
            continue  # validator-type tells more
        subject = quote(deviation.value.text) if on_value else quote(deviation.value.written)
        if deviation.version != schema.SERVED and first > deviation.version:
            message = (
                f"{subject} came with apiVersion {first}, {_judged_by(context, deviation)}: it {_consequence(deviation)}; "
                f"write {first} or later"
            )
        else:
            message = f"{subject} was known up to apiVersion {last} only: it {_consequence(deviation)}" + (
                f"; write {quote(deviation.meant[0])}" if deviation.meant else ""
            )
        yield Problem(deviation.value, message, on_key=not on_value)


def _judged_by(context: Context, deviation: Deviation) -> str:
    """Who says which API version it is. That of a bare template is a hint: the command that submits it may send another."""
    version = deviation.version
    resource = deviation.value
    while resource.parent is not None and resource.key != "triggers" and resource.parent.key != "resources":
        resource = resource.parent
    stated = resource.text_of("apiVersion") or context.template.api_version
    if stated is None or schema.published(stated) != version:
        return f"this template is checked as {version}"
    what = "this trigger" if resource.parent is not None else "this template"
    return f"{what} says {version}{f' ({HINT})' if context.template.kind == 'body' else ''}"


@check
def member_of_other_variant(value: Value, context: Context, *, refused: bool) -> Iterator[Problem]:
    """Members of another variant of the same type. `refused`: only those that are refused, for their own sake or because they
    stand where the object's own member is missing, or only the others."""
    for group in _together(deviations(context, conform.VARIANT)):
        first = group[0]
        essential = next((deviation for deviation in group if deviation.meant), None)
        if (first.refused or essential is not None) is not refused or first.owner == "DistributeVersionerSource":
            continue  # of the latter versioning-rules tells more
        belong = "belongs" if len(group) == 1 else "belong"
        consequence = "is refused" if refused else _consequence(first)
        advice = _rather(essential) if essential is not None else ""
        yield Problem(
            first.value,
            f"{_names(group)} {belong} to {first.expected}, not to {_owner(first)}, and {_their(group, consequence)}{advice}",
            on_key=True,
            fix=_address(essential) if essential is not None else None,
        )


def _address(deviation: Deviation) -> Repair | None:
    """An address under the step's own name for it. Ids are not exchanged: they are of different kinds of resources."""
    mixed_up = deviation.value.key in ("scriptUri", "sourceUri") and deviation.meant[0] in ("scriptUri", "sourceUri")
    return _rename(deviation, deviation.meant[0], safe=True) if mixed_up else None


def _rather(deviation: Deviation) -> str:
    """What to write where a member stands in for those that would make the object whole."""
    other_type = f'"type": "{deviation.expected}"' if " and " not in (deviation.expected or "") else ""
    # Of the four members of a marketplace image none makes it whole.
    instead = quote(deviation.meant[0]) if deviation.owner != "PlatformImageSource" else ""
    return "; write " + listed([one for one in (instead, other_type) if one])


@check
def member_misplaced(value: Value, context: Context, *, refused: bool) -> Iterator[Problem]:
    """Members that belong at another place of the template. `refused`: only those that are, or are not."""
    if not _ASTRAY.isdisjoint(context.document.mistaken):
        return  # a brace is missing somewhere: that is why members stand in the wrong object
    for group in _together(deviations(context, conform.PLACE, refused)):
        first = group[0]
        step = first.value.parent
        if first.owner == "InVMValidator" and step is not None and step.text_of("type"):
            continue  # a member of a step that is no validator: validator-type, enum-value
        from aiblint.checks import moving  # here, because most members are where they belong

        does = "does not belong" if len(group) == 1 else "do not belong"
        yield Problem(
            first.value,
            f"{_names(group)} {does} in {_owner(first)} and {_their(group, _consequence(first))}; "
            + moving.advice([deviation.value for deviation in group], first.expected or "", context),
            on_key=True,
            fix=moving.repair(first.value, first.expected or "", context) if len(group) == 1 else None,
        )


@check
def output_only(value: Value, context: Context) -> Iterator[Problem]:
    """A member that only the service writes; takes the template."""
    for deviation in deviations(context, conform.OUTPUT):
        member = deviation.value
        if member.key == "exactVersion":
            message = "'exactVersion' reports which version the service took and pins nothing; remove it, or write the version in 'version'"
        else:
            message = f"{quote(member.written or member.key)} is the service's to write and ignored at best, refused at worst; remove it"
        yield Problem(member, message, on_key=True, fix=change.remove(member, safe=True))


@check
def json_type_wrong(value: Value, context: Context) -> Iterator[Problem]:
    """A value of another JSON type than the service decodes."""
    for deviation in deviations(context, conform.JSON_TYPE):
        from aiblint.checks import retyping  # here, because most values have the right type

        member = deviation.value
        is_item = isinstance(member.key, int)
        name = f"item {member.key} of {quote(_list(member))}" if is_item else quote(member.written or member.key)
        yield Problem(
            member,
            f"{name} is {_given(member)}: the service takes {_TAKES[deviation.expected or '']} here and refuses anything else"
            f"{_rewritten(deviation)}",
            fix=retyping.repair(deviation),
        )


_TAKES = {
    "string": "a text",
    "boolean": "true or false",
    "object": "an object",
    "map": "an object",
    "array": "a list",
    "integer": "a whole number",
}


def _list(member: Value) -> str:
    return str(member.parent.written or member.parent.key) if member.parent is not None else ""


def _given(value: Value) -> str:
    if value.text is not None:
        return f"the text {quote(value.text)}"
    if isinstance(value.value, bool | int | float):
        return str(value.value).lower()
    empty = not value.items and not value.members
    return ("an empty list" if empty else "a list") if value.kind == "array" else ("an empty object" if empty else "an object")


def _rewritten(deviation: Deviation) -> str:
    """What to write."""
    value, wanted = deviation.value, deviation.expected or ""
    if wanted == "string":
        if isinstance(value.value, bool) and value.key == "state":
            return f'; write "{"Enabled" if value.value else "Disabled"}"'
        inner = value.text_of("id") if value.kind == "object" else None
        return "; put it in quotes" if value.value is not None else "; write its 'id' alone" if inner else ""
    written = {"boolean": _boolean, "integer": _integer, "array": _array}.get(wanted, _object)(deviation)
    return f"; write {written}" if written else ""


def _boolean(deviation: Deviation) -> str:
    text = str(deviation.value.value).strip().lower()
    if text in ("true", "yes", "1", "on"):
        return "true"
    return "false" if text in ("false", "no", "0", "off") else "true or false, without quotes"


def _integer(deviation: Deviation) -> str:
    return _whole(deviation.value.text) or ("digits only" if deviation.value.text is None else "digits, without quotes")


def _whole(text: str | None) -> str:
    plain = (text or "").strip()
    digits = plain.removeprefix("-")
    return plain if digits.isascii() and digits.isdigit() and len(digits) < 20 else ""


def _array(deviation: Deviation) -> str:
    """The list that a single value was meant to be."""
    value, of = deviation.value, deviation.detail
    if value.kind == "object":
        return "[ ] around it" if value.members else "[]"
    if of in ("string", "integer"):
        parts = [part.strip() for part in (value.text or str(value.value)).split(",")]
        if of == "string":
            return "[" + ", ".join(f'"{quote(part, 40)[1:-1]}"' for part in parts) + "]"
        return "[" + ", ".join(map(_whole, parts)) + "]" if all(map(_whole, parts)) else "a list of numbers, in [ ]"
    return f"[{_object(deviation)}]" if of in schema.types(deviation.version) else "it in [ ]"


def _object(deviation: Deviation) -> str:
    """The form of the object that belongs there, with the value in it where it has one place only."""
    described = schema.types(deviation.version).get(deviation.detail)
    if described is None or described.name == "Identity":
        return IDENTITY if described is not None else ""
    members = {name: about for name, about in described.members.items() if not about.get("readonly")}
    needed = ([described.by] if described.by else []) + [name for name, about in members.items() if about.get("required")]
    if not needed and deviation.value.kind == "array" and not deviation.value.items:
        return "{}"
    if deviation.value.kind == "array" and len(deviation.value.items) == 1 and deviation.value.items[0].kind == "object":
        return "it without the [ ]"
    names = needed or list(members)[:4]
    more = ", …" if described.by or len(members) > len(names) else ""
    first = _filled(deviation.value, members.get(names[0], {}), len(names) == 1)
    return "{" + ", ".join(f'"{name}": {first if name == names[0] else "…"}' for name in names) + more + "}"


def _filled(value: Value, about: dict[str, object], only: bool) -> str:
    """The value as that of a member, if it can be meant there."""
    allowed = about.get("values")
    if isinstance(allowed, list):
        text = {True: "Enabled", False: "Disabled"}.get(value.value) if isinstance(value.value, bool) else value.text
        return f'"{text}"' if text in allowed else "…"
    return f'"{quote(value.text, 40)[1:-1]}"' if value.text and only and about.get("is") == "string" else "…"
