"""Words about resource ids: each field wants one kind of resource, written in full."""

from __future__ import annotations

from aiblint import change, placeholders
from aiblint.change import Rename, Repair
from aiblint.check import Problem, check, check_unknown, quote
from aiblint.checks.identity import is_guid
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.term import Term
    from aiblint.check import Context
    from aiblint.template import Value

_VERSION = "Microsoft.Compute/galleries/images/versions"
_DEFINITION = "Microsoft.Compute/galleries/images"
_GROUP = "Microsoft.Resources/resourceGroups"

_SHOWN = {
    "Microsoft.Compute/images": "a managed image",
    _DEFINITION: "an image definition",
    _VERSION: "an image version",
    "Microsoft.Compute/galleries": "a gallery",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "a user-assigned identity",
    "Microsoft.Network/virtualNetworks": "a virtual network",
    "Microsoft.Network/virtualNetworks/subnets": "a subnet",
    _GROUP: "a resource group",
}
_TYPES = {kind.lower(): kind for kind in _SHOWN}

# Type of the resource → shortest and longest name, characters beside letters and digits, what may not stand at the end.
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
_NAMES = {
    _GROUP: (1, 90, "-_.()", "."),
    "Microsoft.Compute/images": (1, 80, "-_.", "-."),
    "Microsoft.Compute/galleries": (1, 80, "_.", "."),
    _DEFINITION: (1, 80, "-_.", "-."),
    "Microsoft.ManagedIdentity/userAssignedIdentities": (1, 128, "-_", ""),
    "Microsoft.Network/virtualNetworks": (1, 64, "-_.", "-."),
    "Microsoft.Network/virtualNetworks/subnets": (1, 80, "-_.", "-."),
}
_ADDRESS = lazy(r"(?i)https?://|[a-z0-9.-]+\.(?:com|net|us|cn)/")
_FIXED_WORDS = {"subscriptions", "resourcegroups", "providers", "sharedgalleries", "communitygalleries"}
_FIXED_WORDS.update(word.lower() for kind in _SHOWN for word in kind.split("/"))
_LARGEST = 2**31 - 1
_HOLE = "\ufffc"
"""Stands in a text for one name, or part of one, that only the deployment knows."""


class _Fault(Exception):
    """What is wrong with an id: code points [start, end) of it, and a message that follows the quoted id."""

    def __init__(self, start: int, end: int, message: str) -> None:
        self.start = start
        self.end = end
        self.message = message


class _Segment(str):
    """One part of an id between slashes, and where it starts."""

    __slots__ = ("start",)
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self)

    def fault(self, message: str) -> _Fault:
        return _Fault(self.start, self.stop, message)


@check_unknown
def resource_id_malformed(
    value: Value, context: Context, *, of: list[str], variant: str = "", no_guids: bool = False
) -> Iterator[Problem]:
    """A text that is not the full id of one of the resource types `of`.

    `variant`: only where the object around it has this type, or an unknown one; a member of another variant has its own
    rule. `no-guids`: a bare GUID is another rule's.
    """
    owner = value.parent.text_of("type") if value.parent is not None else None
    text = value.text
    if variant and owner is not None and owner.lower() != variant.lower():
        return
    if not text:
        if value.term is not None and not value.alternatives and (message := find_fault_in_part(value.term, of)):
            yield Problem(value, message)
        return
    if no_guids and is_guid(text):
        return
    fault = find_fault(text, of)
    if fault is not None:
        right = _mended(text, of)
        yield Problem(
            value,
            fault.message,
            part=(fault.start, fault.end) if fault.start < fault.end else None,
            fix=change.write(value, right, safe=True) if right else None,
        )


@check
def resource_id_keys_malformed(value: Value, context: Context, *, of: list[str]) -> Iterator[Problem]:
    """Names of a map's members that are not full ids of one of the resource types `of`; takes the map.

    Expressions are looked at as far as they are known; placeholders and GUIDs are left to the rules about them.
    """
    for name, entry in value.members.items():
        if entry.named is not None and (message := find_fault_in_part(entry.named, of)):
            yield Problem(entry, message, on_key=True)
        if "[" in name or "(" in name.partition("/")[0] or is_guid(name.strip()) or placeholders.find(name):
            continue
        fault = find_fault(name, of) if name else _Fault(0, 0, "the key is empty; write the resource id of the identity")
        if fault is not None:
            right = _mended(name, of)
            fix = Repair(f"write {quote(right, 160)}", Rename(entry, right), safe=True) if right else None
            yield Problem(entry, fault.message, on_key=True, fix=fix)


def _mended(text: str, of: list[str]) -> str:
    """The id that a text is but for blanks around it, blanks in fixed words and a missing slash in front; else an empty text."""
    right = "/".join(_fixed_word(part) for part in text.strip(" ").split("/"))
    if right.lower().startswith(("subscriptions/", "sharedgalleries/", "communitygalleries/")):
        right = "/" + right
    return right if right != text and find_fault(right, of) is None else ""


def _fixed_word(part: str) -> str:
    """A part of an id without the blanks in it, where it is a word that every id has; names are left alone."""
    whole = part.replace(" ", "")
    return whole if whole.lower() in _FIXED_WORDS else part


def find_fault(text: str, of: list[str]) -> _Fault | None:
    """What keeps a text from being the id of one of the resource types `of`, or None."""
    if not (text.isascii() and text.isprintable()) and any(ord(c) < 32 or (ord(c) > 126 and not c.isalnum()) for c in text):
        return None  # control characters and typographic ones have rules of their own
    try:
        _check_id(text, of)
    except _Fault as fault:
        return fault
    return None


def find_fault_in_part(term: Term, of: list[str]) -> str | None:
    """What keeps a text that only the deployment knows in full from being such an id, whatever it turns out to be; or None."""
    from aiblint.arm.ids import known_type  # here, because most templates are no deployments
    from aiblint.arm.term import Hole
    from aiblint.arm.text import parts_of

    parts = parts_of(term)
    if not any(isinstance(part, str) for part in parts) or not any(isinstance(part, Hole) for part in parts):
        return None
    if all(isinstance(part, str) or part.plain for part in parts):
        return _fault_of("".join(part if isinstance(part, str) else _HOLE for part in parts), of)
    first = parts[0]
    if isinstance(first, str) and first[0] != "/":
        return _fault_of(first, of)
    given = known_type(parts)
    if given is None:
        return None
    kinds, ends = given
    for kind in of:
        wanted = kind.lower().split("/")
        if kinds == wanted if ends else kinds == wanted[: len(kinds)]:
            return None
    return f"this is the id of {_named('/'.join(kinds))}, and {_wanted(of)} is wanted: {_example(of[0])}"


def _named(kind: str) -> str:
    known = _TYPES.get(kind)
    return _SHOWN[known] if known is not None else f"something of the type {quote(kind)}"


def _fault_of(text: str, of: list[str]) -> str | None:
    try:
        _check_id(text, of)
    except _Fault as fault:
        return fault.message.replace(_HOLE, "…")
    return None


def _check_id(text: str, of: list[str]) -> None:
    """Raises _Fault."""
    _check_outside(text, of)
    segments = _segments(text)
    if _VERSION in of and segments[0].lower() in ("sharedgalleries", "communitygalleries"):
        _check_shared(segments)
        return
    _keyword(segments, 0, "subscriptions")
    _check_subscription(segments, of)
    if _VERSION in of and len(segments) > 2 and segments[2].lower() == "providers":
        return  # a gallery shared with the subscription: /subscriptions/s/providers/Microsoft.Compute/locations/l/sharedGalleries/…
    _keyword(segments, 2, "resourceGroups")
    if len(segments) < 4:
        raise _ends(segments, "the name of the resource group")
    _check_name(segments[3], _GROUP)
    _check_resource(segments, of)


def _wanted(of: list[str]) -> str:
    return " or ".join(_SHOWN[kind] for kind in of)


def _example(kind: str) -> str:
    """The form of an id of a type, its names in angle brackets."""
    group = "/subscriptions/<subscription id>/resourceGroups/<group>"
    if kind == _GROUP:
        return group
    provider, *types = kind.split("/")
    return f"{group}/providers/{provider}" + "".join(f"/{part}/<name>" for part in types)


def _check_outside(text: str, of: list[str]) -> None:
    """Blanks, and what stands before the first segment."""
    blank = text.find(" ")
    if blank >= 0:
        until = blank + len(text[blank:]) - len(text[blank:].lstrip(" "))
        where = "begins with a blank" if blank == 0 else "ends with a blank" if until == len(text) else "holds a blank"
        raise _Fault(blank, until, f"the resource id {where} and names nothing that exists; remove the blank")
    if text.startswith("/"):
        return
    if text.lower().startswith(("subscriptions/", "sharedgalleries/", "communitygalleries/")):
        raise _Fault(
            0, text.index("/"), f"the resource id {quote(text)} is refused without its leading slash; write '/' in front"
        )
    if _ADDRESS.match(text):
        raise _Fault(0, len(text), f"{quote(text)} is an address, not a resource id; write {_example(of[0])}")
    raise _Fault(0, len(text), f"{quote(text)} is not the full resource id of {_wanted(of)}; write {_example(of[0])}")


def _segments(text: str) -> list[_Segment]:
    """The parts after the leading slash. Raises _Fault where one is empty."""
    found: list[_Segment] = []
    start = 1
    for part in text[1:].split("/"):
        segment = _Segment(part)
        segment.start = start
        if not part and segment.stop == len(text):
            raise _Fault(start - 1, start, "the resource id ends with a '/'; remove it, or write the name that is missing")
        if not part:
            raise _Fault(start - 1, start + 1, "a part of the resource id is empty ('//'); write the name that is missing")
        found.append(segment)
        start = segment.stop + 1
    return found


def _ends(segments: list[_Segment], missing: str) -> _Fault:
    last = segments[-1]
    return last.fault(f"the resource id ends after {quote(last)}: {missing} is missing")


def _keyword(segments: list[_Segment], index: int, word: str) -> None:
    if index >= len(segments):
        raise _ends(segments, f"'/{word}/…'")
    if segments[index].lower() != word.lower():
        raise segments[index].fault(f"{quote(segments[index])} stands in the resource id where '{word}' belongs")


def _left_to_others(name: str) -> bool:
    """Shell and batch variables have a rule of their own."""
    return "$" in name or "%" in name or _HOLE in name


def _check_subscription(segments: list[_Segment], of: list[str]) -> None:
    if len(segments) < 2:
        raise _ends(segments, "the id of the subscription")
    given = segments[1]
    if not _left_to_others(given) and not is_guid(given):
        raise given.fault(f"{quote(given)} is no subscription id; a GUID belongs there, not a name")


def _check_shared(segments: list[_Segment]) -> None:
    """Galleries shared directly or with everybody: /SharedGalleries/g/Images/i/Versions/v."""
    if len(segments) < 2:
        raise _ends(segments, "the unique name of the gallery")
    _keyword(segments, 2, "images")
    if len(segments) < 4:
        raise _ends(segments, "the name of the image definition")
    if len(segments) > 4:
        _keyword(segments, 4, "versions")
    if len(segments) > 5:
        _check_version(segments[5])


def _check_resource(segments: list[_Segment], of: list[str]) -> None:
    """What follows the resource group."""
    if of == [_GROUP]:
        if len(segments) > 4:
            raise _Fault(
                segments[4].start - 1,
                segments[-1].stop,
                f"the id goes on after the resource group; end it with {quote(segments[3])}",
            )
        return
    _keyword(segments, 4, "providers")
    if len(segments) < 7:
        raise _ends(segments, f"'{'/'.join(of[0].split('/')[len(segments) - 5 :])}/<name>'")
    given = "/".join((segments[5], *segments[6::2]))
    kind = next((wanted for wanted in of if wanted.lower() == given.lower()), None)
    if kind is None:
        raise _other_type(segments, given, of)
    if len(segments) % 2:
        raise _ends(segments, "its name")
    _check_names(segments, kind, of)


def _other_type(segments: list[_Segment], given: str, of: list[str]) -> _Fault:
    known = _TYPES.get(given.lower())
    place = (segments[5].start, segments[-1].stop)
    if known == _DEFINITION and _VERSION in of:
        return _Fault(
            *place,
            "this is the id of an image definition, and a version of it is wanted; append /versions/latest or /versions/1.2.3",
        )
    if known is not None:
        return _Fault(*place, f"this is the id of {_SHOWN[known]}, and {_wanted(of)} is wanted: {_example(of[0])}")
    wanted = next((kind for kind in of if kind.count("/") == given.count("/")), of[0]).split("/")
    for segment, word in zip((segments[5], *segments[6::2]), wanted, strict=False):
        if segment.lower() != word.lower():
            return segment.fault(
                f"{quote(segment)} stands in the resource id where '{word}' belongs; {_wanted(of)} is wanted: {_example(of[0])}"
            )
    return _Fault(*place, f"{quote(given)} is not the type that is wanted; write {_example(of[0])}")


def _check_names(segments: list[_Segment], kind: str, of: list[str]) -> None:
    """The names of a resource and of those that hold it."""
    provider, *types = kind.split("/")
    for depth, segment in enumerate(segments[7::2], 1):
        owner = "/".join((provider, *types[:depth]))
        if owner in _NAMES:
            _check_name(segment, owner)
        elif owner == _VERSION and of == [_VERSION]:  # the version of a target has its own rule
            _check_version(segment)


def _check_name(name: _Segment, kind: str) -> None:
    shortest, longest, extra, no_end = _NAMES[kind]
    what = _SHOWN[kind].partition(" ")[2]
    if _left_to_others(name):
        return
    for i, c in enumerate(name):
        # Resource groups may have letters of any script.
        if not ((c.isascii() or kind == _GROUP) and c.isalnum()) and c not in extra:
            allowed = ", ".join(f"'{one}'" for one in extra)
            raise _Fault(
                name.start + i,
                name.start + i + 1,
                f"the name of {_SHOWN[kind]} cannot hold '{c}', so {quote(name)} does not exist; letters, digits, {allowed} are allowed",
            )
    if not shortest <= len(name) <= longest:
        raise name.fault(f"the name of the {what} is {len(name)} characters long; {shortest} to {longest} are allowed")
    if name[-1] in no_end or (kind != _GROUP and not name[0].isalnum()):
        wrong = f"end with '{name[-1]}'" if name[-1] in no_end else f"begin with '{name[0]}'"
        raise name.fault(f"the name of {_SHOWN[kind]} cannot {wrong}, so {quote(name)} does not exist")


def _check_version(name: _Segment) -> None:
    if name.lower() == "latest" or _left_to_others(name):
        return
    parts = name.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and int(part[:11]) <= _LARGEST for part in parts):
        raise name.fault(f"{quote(name)} is no image version; write three numbers such as 1.0.0, or latest")
