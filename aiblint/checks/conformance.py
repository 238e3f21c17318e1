"""Words about what the template's API version does not admit; `aiblint.conform` finds it, here it is put into words."""

from __future__ import annotations

from aiblint import conform, schema
from aiblint.change import Rename, Repair
from aiblint.check import Problem, check, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.conform import Deviation
    from aiblint.template import Value

# From this version on the service decodes strictly: exact capitals, no member that it does not know.
# https://learn.microsoft.com/azure/virtual-machines/image-builder-api-update-release-notes (May 2024)
_STRICT = "2024-02-01"

_NOUNS = {"Source": "source", "Customizer": "step", "InVMValidator": "validator", "Distributor": "target"}


def deviations(context: Context, kind: str) -> list[Deviation]:
    """The departures of one kind from what the API version admits; worked out once for a template."""
    key = ("deviations", 0)
    if key not in context.cache:
        context.cache[key] = conform.deviations(context.template, context.version or schema.SERVED)
    found: list[Deviation] = [deviation for deviation in context.cache[key] if deviation.kind == kind]
    return found


def _rename(deviation: Deviation, *, safe: bool) -> Repair | None:
    """Gives a member the name that was meant."""
    if deviation.expected is None:
        return None
    return Repair(f"write {quote(deviation.expected)}", Rename(deviation.value, deviation.expected), safe=safe)


def _consequence(context: Context) -> str:
    """What becomes of a member that the service does not know."""
    if context.version is None:
        return "is dropped without a word, and refused from apiVersion 2024-02-01 on"
    return "is refused" if context.version >= _STRICT else "is dropped without a word"


def _owner(type_name: str, version: str) -> str:
    """A type for a reader: `a Shell step`, `'vmProfile'`."""
    for base, noun in _NOUNS.items():
        described = schema.types(version).get(base)
        for value, variant in described.variants.items() if described is not None else ():
            if variant == type_name:
                return f"{'an' if value[0] in 'AEIO' else 'a'} {value} {noun}"
    if type_name in _NOUNS:
        return f"a {_NOUNS[type_name]}"
    if type_name in ("Template", "Trigger"):
        return "the image template" if type_name == "Template" else "a trigger"
    return quote(schema.paths(version).get(type_name, type_name).rpartition(".")[2].removesuffix("[]"))


def _hint(context: Context) -> str:
    if context.template.kind == "body" and context.template.api_version is not None:
        return " (a bare template's apiVersion is a hint only: the command that submits it decides)"
    return ""


@check
def member_unknown(value: Value, context: Context) -> Iterator[Problem]:
    """A member that no API version knows, with the one that was probably meant."""
    version = context.version or schema.SERVED
    for deviation in deviations(context, conform.UNKNOWN):
        advice = f"; did you mean {quote(deviation.expected)}?" if deviation.expected else ""
        yield Problem(
            deviation.value,
            f"{quote(deviation.value.written)} is no member of {_owner(deviation.owner, version)} and {_consequence(context)}{advice}",
            on_key=True,
        )


@check
def member_case(value: Value, context: Context) -> Iterator[Problem]:
    """A member in other capitals than the documented ones."""
    since = "" if context.version is not None and context.version >= _STRICT else f" from apiVersion {_STRICT} on"
    for deviation in deviations(context, conform.CASE):
        yield Problem(
            deviation.value,
            f"{quote(deviation.value.written)} is refused{since}: capitals count, write {quote(deviation.expected)}",
            on_key=True,
            fix=_rename(deviation, safe=True),
        )


@check
def member_of_other_version(value: Value, context: Context) -> Iterator[Problem]:
    """A member, or a type of step, that other API versions have and this one has not."""
    for deviation in deviations(context, conform.VERSION):
        first, last = deviation.expected or "", deviation.detail
        on_value = deviation.value.key in ("type", "scheme", "kind")
        if deviation.owner == "InVMValidator" and on_value:
            continue  # validator-type tells more
        subject = quote(deviation.value.text) if on_value else quote(deviation.value.written)
        stated, consequence = context.version, _consequence(context)
        resource = deviation.value.parent
        if deviation.owner == "Trigger" and on_value and resource is not None:
            # A resource of its own, with an apiVersion of its own, and never dropped in silence.
            stated, consequence = resource.text_of("apiVersion") or stated, "is refused"
        if stated is not None and first > stated:
            message = (
                f"{subject} came with apiVersion {first}, this template says {stated}{_hint(context)}: it {consequence}; "
                f"write {first} or later"
            )
        else:
            meant = conform.meant(str(deviation.value.key), deviation.owner)
            message = f"{subject} was known up to apiVersion {last} only: it {consequence}" + (
                f"; write {quote(meant)}" if meant else ""
            )
        yield Problem(deviation.value, message, on_key=not on_value)


@check
def member_of_other_variant(value: Value, context: Context, *, essential: bool) -> Iterator[Problem]:
    """A member of another variant of the same type. `essential`: only where its own counterpart is missing, or only where not."""
    version = context.version or schema.SERVED
    for deviation in deviations(context, conform.VARIANT):
        member = deviation.value
        if deviation.owner == "DistributeVersionerSource":
            continue  # versioning-rules tells more
        counterpart = _COUNTERPARTS.get((deviation.owner.removesuffix("Customizer").removesuffix("Validator"), str(member.key)))
        stands_in = counterpart is not None and member.parent is not None and _lacks_all(member.parent, counterpart)
        if stands_in == essential:
            advice = f"; write {quote(counterpart[0])}" if stands_in and counterpart else ""
            yield Problem(
                member,
                f"{quote(member.written)} belongs to {deviation.expected}, not to {_owner(deviation.owner, version)}, "
                f"and {_consequence(context)}{advice}",
                on_key=True,
            )


# (step, foreign member) → the step's own member that was meant, then what else would make the step whole.
_COUNTERPARTS = {
    ("Shell", "sourceUri"): ("scriptUri", "inline"),
    ("PowerShell", "sourceUri"): ("scriptUri", "inline"),
    ("File", "scriptUri"): ("sourceUri",),
    ("ManagedImageDistributor", "galleryImageId"): ("imageId",),
    ("SharedImageDistributor", "imageId"): ("galleryImageId",),
    ("ManagedImageSource", "imageVersionId"): ("imageId",),
    ("SharedImageVersionSource", "imageId"): ("imageVersionId",),
}


def _lacks_all(step: Value, names: tuple[str, ...]) -> bool:
    return all(step.absent(name) for name in names)


@check
def member_misplaced(value: Value, context: Context) -> Iterator[Problem]:
    """A member that belongs at another place of the template."""
    version = context.version or schema.SERVED
    if any(mistake.kind in ("unclosed", "mismatched-bracket", "fragment") for mistake in context.document.mistakes):
        return  # a brace is missing somewhere: that is why members stand in the wrong object
    for deviation in deviations(context, conform.PLACE):
        step = deviation.value.parent
        if deviation.owner == "InVMValidator" and step is not None and step.text_of("type"):
            continue  # a member of a step that is no validator: validator-type, enum-value
        owner = _owner(deviation.owner, version)
        yield Problem(
            deviation.value,
            f"{quote(deviation.value.written)} does not belong in {owner} and {_consequence(context)}; "
            f"move it to {quote(deviation.expected) if '.' in str(deviation.expected) else 'the top level of the template'}",
            on_key=True,
        )


@check
def json_type_wrong(value: Value, context: Context) -> Iterator[Problem]:
    """A value of another JSON type than the service decodes."""
    for deviation in deviations(context, conform.JSON_TYPE):
        member = deviation.value
        name = (
            member.written
            if member.written is not None and isinstance(member.key, str)
            else f"item {member.key} of '{_list(member)}'"
        )
        yield Problem(
            member,
            f"{quote(name) if isinstance(member.key, str) else name} is {_kind(member)}, the service takes {deviation.expected} "
            f"and refuses anything else{_rewritten(deviation)}",
        )


def _list(member: Value) -> str:
    return str(member.parent.key) if member.parent is not None else ""


def _kind(value: Value) -> str:
    if value.text is not None:
        return f"the text {quote(value.text)}"
    if isinstance(value.value, bool | int | float):
        return str(value.value).lower()
    if not value.items and not value.members:
        return "an empty array" if value.kind == "array" else "an empty object"
    return "an array" if value.kind == "array" else "an object"


def _rewritten(deviation: Deviation) -> str:
    """What to write, where a value has one reading only."""
    value, wanted = deviation.value, deviation.expected or ""
    text = (value.text or "").strip()
    if wanted.startswith("true or false") and text.lower() in ("true", "false"):
        return f"; write {text.lower()}"
    if wanted.startswith("a whole number") and text.lstrip("-").isdigit() and len(text) < 20:
        return f"; write {text}"
    if wanted == "an object" and value.kind == "array" and not value.items:
        return "; write {}"
    if wanted == "an array":
        return "; write []" if value.kind == "object" and not value.members else "; put it in [ ]"
    if wanted == "a string" and isinstance(value.value, bool | int | float):
        return "; put it in quotes"
    return ""
