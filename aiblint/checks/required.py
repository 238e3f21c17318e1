"""Words about members that the service requires and that are not there."""

from __future__ import annotations

from aiblint.check import Problem, check, listed
from aiblint.checks.conformance import misplaced, misspelt
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
    return not _DAMAGE.isdisjoint(context.document.mistaken)


def lacks(value: Value, name: str) -> bool:
    """Whether an object certainly lacks a member. Null and an empty string count as missing, an empty list does not."""
    if value.kind != OBJECT:
        return False
    member = value.members.get(name)
    if member is None:
        return not value.open
    return member.kind == NULL or (member.value == "" and name not in _NAMES)


def missing(value: Value, context: Context, name: str) -> bool:
    """Whether an object certainly lacks a member, and not because it is misspelt: then its own rule names the right spelling."""
    return lacks(value, name) and not misspelt(value, context, name)


@check
def missing_members(
    value: Value,
    context: Context,
    *,
    what: str,
    of: list[str] | None = None,
    by_type: dict[str, list[str]] | None = None,
    anywhere: bool = False,
) -> Iterator[Problem]:
    """An object that lacks one of the members `of`, or one that its `type` needs (`by-type`).

    `what` names the object in the message. `anywhere`: a member that stands at a wrong place is not reported.
    """
    if damaged(context):
        return
    names = list(of or ())
    kind = value.text_of("type")
    if by_type and kind:
        names += by_type.get(kind, ())
    absent = [name for name in names if missing(value, context, name) and not (anywhere and misplaced(context, name))]
    empty = value.get(absent[0]) if len(absent) == 1 else None
    if empty is not None and empty.value == "":
        yield Problem(
            value,
            f"the '{absent[0]}' of {what} is empty, and the service refuses the template (\"Missing field\"); write one",
            mark=empty,
        )
    elif absent:
        yield Problem(
            value,
            f"{what} lacks {listed([repr(name) for name in absent], 'and')}, and the service refuses the template "
            f'("Missing field"); add {"it" if len(absent) == 1 else "them"}',
        )


@check
def missing_properties(value: Value, context: Context) -> Iterator[Problem]:
    """An image template without `properties`; not where its source or targets stand at the wrong level."""
    if missing(value, context, "properties") and not damaged(context):
        yield Problem(
            value,
            "the image template lacks 'properties' with its 'source' and 'distribute', and the service refuses it; add them",
        )


@check
def missing_variant_members(value: Value, context: Context, *, what: str, of: list[str], why: str) -> Iterator[Problem]:
    """An object that lacks one of the members `of`, all optional in the published schema; `why` says what happens then."""
    absent = [name for name in of if missing(value, context, name)]
    if absent and not damaged(context):
        yield Problem(value, f"{what} lacks {listed([repr(name) for name in absent], 'and')}: {why}")
