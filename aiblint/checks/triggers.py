"""Words about triggers, which build an image anew when its source has a newer version."""

from __future__ import annotations

from aiblint.check import Problem, check, quote
from aiblint.checks.destinations import is_version, numbered
from aiblint.checks.ids import find_fault
from aiblint.checks.required import damaged, missing
from aiblint.checks.targets import normalized
from aiblint.document import OBJECT
from aiblint.pattern import lazy
from aiblint.template import TRIGGER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_KIND = "SourceImage"
_DEFINITION = "Microsoft.Compute/galleries/images"
_LONGEST = 64
_UNUSABLE = lazy(r"[^A-Za-z0-9\-_.]")
_FORM = f'"properties": {{"kind": "{_KIND}"}}'


@check
def trigger_refused(value: Value, context: Context) -> Iterator[Problem]:
    """Triggers that the service refuses, for their own sake or for what the template is; takes the template."""
    triggers = [trigger for trigger in context.template.triggers if _is_deployed(trigger)]
    for trigger in triggers:
        yield from _own_faults(trigger, context)
        yield from _name_fault(trigger, context)
        yield from _place_fault(trigger, value)
    yield from _second(triggers)
    if triggers:
        yield from _obstacles(triggers[0], value)


def _is_deployed(trigger: Value) -> bool:
    condition = trigger.get("condition")
    return trigger.kind == OBJECT and (condition is None or condition.value is not False)


def _mark(trigger: Value) -> Value:
    """The member that says that this is a trigger."""
    return trigger.get("properties", "kind") or trigger.get("type") or trigger


def _own_faults(trigger: Value, context: Context) -> Iterator[Problem]:
    """A kind of trigger that there is not, or none at all. The trigger's API version is property-not-in-api-version's."""
    properties = trigger.get("properties")
    if missing(trigger, context, "properties") and not damaged(context):
        yield Problem(trigger, f"the trigger does not say what starts it and is refused; add {_FORM}", mark=_mark(trigger))
    if properties is None:
        return
    if missing(properties, context, "kind") and not damaged(context):
        yield Problem(properties, f"the trigger does not say what starts it and is refused; write {_FORM}", on_key=True)
    kind = properties.get("kind")
    if kind is not None and kind.text and kind.text != _KIND:
        advice = (
            f"capitals count, write {_KIND}" if kind.text.strip().lower() == _KIND.lower() else f"write {_KIND}, the only one"
        )
        yield Problem(kind, f"{quote(kind.text)} is no kind of trigger and is refused; {advice}")


def _name_fault(trigger: Value, context: Context) -> Iterator[Problem]:
    """A name that is missing, of as many parts as Resource Manager does not expect, or with characters that the service refuses."""
    name = trigger.get("name")
    inside = trigger.key != "triggers"
    form = "<trigger>" if inside else "<image template>/<trigger>"
    if missing(trigger, context, "name") and not damaged(context):
        yield Problem(
            trigger, f'the trigger has no name and the deployment is refused; add "name": "{form}"', mark=_mark(trigger)
        )
    if name is None or name.text is None:
        return
    parts = name.text.split("/")
    if len(parts) != form.count("/") + 1 and (trigger.text_of("type") or "").lower() == (
        "triggers" if inside else TRIGGER.lower()
    ):
        where = "inside its template" if inside else "beside its template"
        yield Problem(
            name,
            f"{quote(name.text)} is not the form of a trigger's name {where}, and the deployment is refused (incorrect segment "
            f"lengths); write {form}",
        )
        return
    bad = _UNUSABLE.search(parts[-1])
    if bad is not None or not 1 <= len(parts[-1]) <= _LONGEST:
        yield Problem(
            name,
            f"{quote(parts[-1])} is no name of a trigger and is refused; write 1 to {_LONGEST} letters, digits, '-', '_' or '.'",
        )


def _place_fault(trigger: Value, template: Value) -> Iterator[Problem]:
    place, home = trigger.get("location"), template.get("location")
    if place is not None and home is not None and place.text and home.text and normalized(place.text) != normalized(home.text):
        yield Problem(
            place,
            f"a trigger is refused unless it lies where its template does; write {quote(home.text)}, or remove the member",
            related=((home, "the location of the template"),),
        )


def _second(triggers: list[Value]) -> Iterator[Problem]:
    """One template has one SourceImage trigger. Of two with conditions perhaps only one is ever deployed."""
    certain = [t for t in triggers if t.text_of("properties", "kind") == _KIND and "condition" not in t.members]
    for again in certain[1:]:
        yield Problem(
            again,
            "a template has one SourceImage trigger at most, and the service refuses this second one; remove one of them",
            mark=_mark(again),
            related=((_mark(certain[0]), "the first one"),),
        )


def _obstacles(trigger: Value, template: Value) -> Iterator[Problem]:
    """What about the template keeps it from having a trigger. The template itself is made before the trigger is refused."""
    for cause, reason in (*_pinned(template), *_numbered_targets(template), *_own_definition(template)):
        yield Problem(
            trigger, f"the trigger is refused: {reason}", mark=_mark(trigger), related=((cause, "this stands against it"),)
        )


def _pinned(template: Value) -> Iterator[tuple[Value, str]]:
    source = template.get("properties", "source")
    kind = source.get("type") if source is not None else None
    if source is None or kind is None:
        return
    version, gallery = source.get("version"), source.get("imageVersionId")
    if kind.text == "ManagedImage":
        yield kind, "a managed image has no newer versions to wait for; start from a marketplace or gallery image"
    elif kind.text == "PlatformImage" and version is not None and version.text and version.text.lower() != "latest":
        yield (
            version,
            f"the source stays at version {quote(version.text)}, so nothing newer can start a build; write latest there",
        )
    elif kind.text == "SharedImageVersion" and gallery is not None and gallery.text and _is_version_id(gallery.text):
        number = gallery.text.rpartition("/")[2]
        if number.lower() != "latest":
            yield (
                gallery,
                f"the source stays at version {quote(number)}, so nothing newer can start a build; end its id with /latest",
            )


def _is_version_id(text: str) -> bool:
    return find_fault(text, [_DEFINITION + "/versions"]) is None and "/versions/" in text.lower()


def _targets(template: Value) -> list[Value]:
    targets = template.get("properties", "distribute")
    return [target for target in targets.items if target.text_of("type") == "SharedImage"] if targets is not None else []


def _numbered_targets(template: Value) -> Iterator[tuple[Value, str]]:
    for target in _targets(template):
        found = numbered(target)
        if found is not None and is_version(found[1]["version"]):
            yield (
                found[0],
                f"a target names version {quote(found[1]['version'])}, which can be made only once; end its id with the image definition",
            )


def _own_definition(template: Value) -> Iterator[tuple[Value, str]]:
    source = template.get("properties", "source")
    if source is None or source.text_of("type") != "SharedImageVersion":
        return
    gallery = source.text_of("imageVersionId") or ""
    if not _is_version_id(gallery):
        return
    own = gallery.lower().rpartition("/versions/")[0]
    for target in _targets(template):
        written = target.get("galleryImageId")
        if written is not None and written.text and written.text.lower().partition("/versions/")[0] == own:
            yield (
                written,
                "source and target are one image definition, and each build would start the next; write another definition",
            )
