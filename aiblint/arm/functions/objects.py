"""Object functions: createObject, items, objectKeys, shallowMerge, and how union and intersection treat objects.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-object
"""

from __future__ import annotations

from aiblint.arm.alternatives import as_object, either
from aiblint.arm.compare import equal
from aiblint.arm.functions.signature import Function, Refused, TooLarge, Unclear, array, mapping, why
from aiblint.arm.term import DEEPEST, Arr, Known, Obj, Term, Unknown


def _create_object(arguments: list[Term]) -> Term:
    if len(arguments) % 2:
        raise Refused("takes names and values in turn: one value is missing", None, "argument-count")
    members: list[tuple[str, Term]] = []
    given: set[str] = set()
    unseen = False
    for index in range(0, len(arguments), 2):
        name = arguments[index]
        if isinstance(name, Known) and isinstance(name.value, str):
            if name.value.lower() in given:
                raise Unclear("a name is given twice")
            given.add(name.value.lower())
            members.append((name.value, arguments[index + 1]))
        elif name.type in ("string", None):
            unseen = True
        else:
            raise Refused(f"takes a string as a name, not {name.type}", index, "argument-type")
    return Obj(members, open=unseen)


def sorted_names(term: Obj) -> list[str]:
    """Names in alphabetical order. Raises Unclear where capitals and small letters could be ordered in two ways."""
    if term.open:
        raise Unclear("the object may have more members")
    names = sorted(term.names)
    if len(names) > 1 and not (names == sorted(names, key=str.lower) and all(_plain(name) for name in names)):
        raise Unclear("the order of the names depends on the service's collation")
    return names


def _plain(name: str) -> bool:
    return name.isascii() and name.isalnum()


def _items(arguments: list[Term]) -> Term:
    term = mapping(arguments[0])
    return Arr([Obj([("key", Known(name)), ("value", _member(term, name))]) for name in sorted_names(term)])


def _member(term: Obj, name: str) -> Term:
    member = term.get(name)
    assert member is not None
    return member


def _object_keys(arguments: list[Term]) -> Term:
    return Arr([Known(name) for name in sorted_names(mapping(arguments[0]))])


def merged(left: Term, right: Term, depth: int) -> Term:
    """Objects merged as `union` does it: nested objects too, of everything else the right value counts."""
    below, above = as_object(left), as_object(right)
    if below is None or above is None:
        return Unknown("object", reason=why(left if below is None else right), secret=left.secret or right.secret)
    if depth > DEEPEST:
        raise TooLarge("the object is too deep to be worked out")
    members, perhaps = dict(_overridable(below, above)), {} if above.unseen else dict(below.perhaps)
    spelling = {name.lower(): name for name in (*members, *perhaps)}
    for name, value in above.members():
        own = spelling.setdefault(name.lower(), name)
        old = perhaps.pop(own, None)
        members[own] = _merged_member(members.get(own), value, depth)
        if old is not None:
            members[own] = either([members[own], _merged_member(old, value, depth)])
    for name, value in above.perhaps.items():
        own = spelling.setdefault(name.lower(), name)
        if own in members:
            members[own] = either([members[own], _merged_member(members[own], value, depth)])
        else:
            perhaps[own] = either([perhaps[own], value]) if own in perhaps else value
    return Obj(members.items(), open=below.unseen or above.unseen, perhaps=perhaps)


def _overridable(left: Obj, right: Obj) -> list[tuple[str, Term]]:
    """The left members; if the right object may have members nobody sees, theirs may count instead."""
    if not right.unseen:
        return list(left.members())
    unseen = "the property may come from another object"
    return [(name, value if right.get(name) is not None else Unknown(reason=unseen)) for name, value in left.members()]


def _merged_member(old: Term | None, new: Term, depth: int) -> Term:
    if old is None:
        return new
    if isinstance(new, Known) and new.value is None:
        return either([old, new], "whether null replaces a value is not documented", sure=False)
    if as_object(old) is not None and as_object(new) is not None:
        return merged(old, new, depth + 1)
    if isinstance(new, Unknown) and new.type in (None, "object") and (isinstance(old, Obj) or old.type in (None, "object")):
        return Unknown(new.type, reason=why(new), secret=old.secret or new.secret)
    if isinstance(old, Unknown) and old.type in (None, "object") and isinstance(new, Obj):
        return Obj(((name, Unknown(reason=why(old))) for name in new.names), open=True, secret=old.secret or new.secret)
    return new


def common_members(left: Obj, right: Obj) -> Obj:
    """Members that both objects have with equal values."""
    members: list[tuple[str, Term]] = []
    unseen = left.open or right.open
    for name, value in left.members():
        other = right.get(name)
        answer = None if other is None else equal(value, other)
        if answer:
            members.append((name, value))
        unseen = unseen or (other is not None and answer is None)
    return Obj(members, open=unseen)


def _shallow_merge(arguments: list[Term]) -> Term:
    listed = array(arguments[0])
    result = Obj([])
    for entry in listed:
        if entry.type not in ("object", None, "null"):
            raise Refused(f"takes an array of objects, not of {entry.type}", 0, "argument-type")
        layer = as_object(entry)
        if isinstance(entry, Known):
            continue
        result = Obj([], open=True) if layer is None else _laid_over(result, layer)
    return Obj([], open=True) if listed.open else result


def _laid_over(below: Obj, above: Obj) -> Obj:
    """The members of two objects, those of the second one before those of the first. What it may have may count."""
    spelling = {name.lower(): name for name in (*below.names, *below.perhaps)}
    members = {} if above.unseen else dict(below.members())
    perhaps = {} if above.unseen else dict(below.perhaps)
    for name, value in above.members():
        own = spelling.setdefault(name.lower(), name)
        members[own] = value
        perhaps.pop(own, None)
    for name, value in above.perhaps.items():
        own = spelling.setdefault(name.lower(), name)
        if own in members:
            members[own] = either([members[own], value])
        else:
            perhaps[own] = either([perhaps[own], value]) if own in perhaps else value
    return Obj(members.items(), open=below.unseen or above.unseen, perhaps=perhaps)


FUNCTIONS = (
    Function("createObject", 0, None, result="object", run=_create_object, whole=True),
    Function("items", 1, 1, ("object",), "array", run=_items),
    Function("objectKeys", 1, 1, ("object",), "array", run=_object_keys),
    Function("shallowMerge", 1, 1, ("array",), "object", run=_shallow_merge, whole=True),
)
