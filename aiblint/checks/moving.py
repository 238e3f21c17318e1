"""Where members belong that stand in the wrong object, and the suggestion to move one there."""

from __future__ import annotations

from aiblint.change import Insert, Remove, Repair
from aiblint.check import listed, quote
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


def advice(members: list[Value], home: str, context: Context) -> str:
    """What to do with members of one object that belong to the object at the path `home` (empty: the template itself).

    Those that are there already can go. Where the two may differ, only their author knows which one was meant.
    """
    top = "the resource itself" if context.template.kind == "arm" else "the top level of the template"
    place = quote(home) if home else top
    there = context.template.root.get(*home.split(".")) if home else context.template.root
    others = there.members if there is not None else {}
    twice = [member for member in members if str(member.key) in others]
    same = [member for member in twice if _say_the_same(member, others[str(member.key)])]
    unlike = [member for member in twice if member not in same]
    homeless = [member for member in members if member not in twice]
    if not twice:
        return f"move {_them(members)} to {place}"
    parts = []
    if same:
        parts.append(f"{place} says the same{_of(same, members)}: remove {_them(same, members)} here")
    if unlike:
        what = "another value" if len(unlike) == 1 else "other values"
        parts.append(f"{place} has {what}{_of(unlike, members)}: see that the right one stands there, and remove the one here")
    if homeless:
        parts.append(f"move {_names(homeless)} to {place}")
    return "; ".join(parts)


def _say_the_same(one: Value, other: Value) -> bool:
    return one.node.to_python() == other.node.to_python()


def _names(members: list[Value]) -> str:
    return listed([quote(member.written) for member in members], "and")


def _them(members: list[Value], of: list[Value] | None = None) -> str:
    """Members of which the message speaks: by name, unless they are all of them."""
    if of is not None and len(members) < len(of):
        return _names(members)
    return "it" if len(members) == 1 else "them"


def _of(members: list[Value], all_of_them: list[Value]) -> str:
    return "" if len(members) == len(all_of_them) else f" of {_names(members)}"
