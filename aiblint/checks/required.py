"""Words about members that the service requires and that are not there."""

from __future__ import annotations

from aiblint import conform, schema
from aiblint.check import Problem, check, listed
from aiblint.checks.conformance import deviations
from aiblint.document import NULL, OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

# Empty ones have a rule of their own: run-output-name-invalid, template-name-invalid.
_NAMES = frozenset({"runOutputName", "name"})

# Mistakes of writing after which members may have gone astray: what seems missing may stand somewhere else.
_DAMAGE = frozenset(
    {"conflict-marker", "fragment", "mismatched-bracket", "stray-text", "too-deep", "too-many", "unclosed", "unclosed-string"}
)


def damaged(context: Context) -> bool:
    """Whether the file is so badly written that nobody can tell what is missing; its syntax has been reported."""
    return any(mistake.kind in _DAMAGE for mistake in context.document.mistakes)


def lacks(value: Value, name: str) -> bool:
    """Whether an object certainly lacks a member. Null and an empty string count as missing, an empty list does not."""
    if value.kind != OBJECT:
        return False
    member = value.members.get(name)
    if member is None:
        return not value.open
    return member.kind == NULL or (member.value == "" and name not in _NAMES)


def misspelt(value: Value, name: str) -> bool:
    """Whether an object has a member that no API version knows and that was most likely meant to be `name`.

    The unknown member is reported by its own rule, which names the right spelling.
    """
    documented = schema.names()
    strange = [written for written in value.members if written.lower() not in documented]
    if not strange:
        return False
    import difflib

    return bool(difflib.get_close_matches(name.lower(), [written.lower() for written in strange], 1, 0.85))


def misplaced(context: Context, name: str) -> bool:
    """Whether a member stands at one of the levels that are confused most: the resource, `properties`, `vmProfile`."""
    root = context.template.root
    levels = (root, root.get("properties"), root.get("properties", "vmProfile"))
    return any(level is not None and name in level.members and level.members[name].kind != NULL for level in levels)


def _missing(value: Value, context: Context, names: list[str], instead: dict[str, list[str]]) -> list[str]:
    """Those of `names` that are missing; not the misspelt ones, nor those for which another variant's member stands in."""
    if not any(lacks(value, name) for name in names):
        return []
    unknown = deviations(context, conform.UNKNOWN)
    return [
        name
        for name in names
        if lacks(value, name)
        and not any(other in value.members for other in instead.get(name, ()))
        and not misspelt(value, name)
        and not any(deviation.expected == name and deviation.value.parent is value for deviation in unknown)
    ]


@check
def missing_members(
    value: Value,
    context: Context,
    *,
    what: str,
    of: list[str] | None = None,
    by_type: dict[str, list[str]] | None = None,
    instead: dict[str, list[str]] | None = None,
    anywhere: bool = False,
) -> Iterator[Problem]:
    """An object that lacks one of the members `of`, or one that its `type` needs (`by-type`).

    `what` names the object in the message. `instead`: member → members of other variants; where one of them stands, the
    rule about misplaced variants tells more. `anywhere`: nor is a member reported that stands at a wrong level.
    """
    if damaged(context):
        return
    names = list(of or ())
    kind = value.text_of("type")
    if by_type and kind:
        names += by_type.get(kind, ())
    missing = [name for name in _missing(value, context, names, instead or {}) if not (anywhere and misplaced(context, name))]
    if missing:
        shown = what.replace("{type}", kind or "")
        yield Problem(
            value,
            f"{shown} lacks {listed([repr(name) for name in missing], 'and')}, and the service refuses the template "
            f'("Missing field"); add {"it" if len(missing) == 1 else "them"}',
        )


@check
def missing_properties(value: Value, context: Context) -> Iterator[Problem]:
    """An image template without `properties`; not where its source or targets stand at the wrong level."""
    elsewhere = misplaced(context, "source") or misplaced(context, "distribute")
    if lacks(value, "properties") and not elsewhere and not misspelt(value, "properties") and not damaged(context):
        yield Problem(
            value,
            "the image template lacks 'properties' with its 'source' and 'distribute', and the service refuses it; add them",
        )


@check
def missing_variant_members(
    value: Value, context: Context, *, what: str, of: list[str], why: str, instead: dict[str, list[str]] | None = None
) -> Iterator[Problem]:
    """An object that lacks one of the members `of`, all optional in the published schema; `why` says what happens then."""
    missing = _missing(value, context, of, instead or {})
    if missing and not damaged(context):
        yield Problem(value, f"{what} lacks {listed([repr(name) for name in missing], 'and')}: {why}")
