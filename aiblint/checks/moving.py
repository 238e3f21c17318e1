"""The suggestion to move a member to the object that it belongs in."""

from __future__ import annotations

from aiblint.change import Insert, Remove, Repair
from aiblint.document import OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.check import Context
    from aiblint.value import Value


def repair(member: Value, home: str, context: Context) -> Repair | None:
    """Takes a member out and puts it into the object at the path `home` (empty: the template itself), if nothing is in the way.

    Never safe: where it stands, the service may pass over it, and the image changes with what it says. A member with comments
    in it is left to people, and so is one whose home is not there yet: it would need more than this member.
    """
    node = member.use or member.node
    inside = (mistake for mistake in context.document.mistakes if mistake.kind.endswith("comment"))
    if any(node.start < mistake.start < node.end for mistake in inside):
        return None
    place = context.template.root.get(*home.split(".")) if home else context.template.root
    if place is None or place.kind != OBJECT:
        return None
    title = f"move it to '{home}'" if home else "move it to the top of the template"
    return Repair(title, Insert(place, str(member.key), node.to_python()), Remove(member), safe=False)
