"""Words about members of a bare template that belong to a deployment."""

from __future__ import annotations

from aiblint import change
from aiblint.check import Problem, check, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def deployment_member(value: Value, context: Context) -> Iterator[Problem]:
    """A member of a bare template that only deployments know."""
    yield Problem(
        value,
        f"{quote(value.written or value.key)} belongs to the ARM deployment language; in a bare template it has no effect, and the "
        "service refuses members that it does not know; take it out, or deploy an ARM template",
        on_key=True,
        fix=change.remove(value, safe=False),
    )


@check
def version_in_body(value: Value, context: Context) -> Iterator[Problem]:
    """The API version of a bare template."""
    yield Problem(
        value,
        "who PUTs this file as it is may be refused: the version of a request stands in its address, and the service refuses members "
        "that it does not know; take it out, and state it for aiblint with 'api-version' in the configuration",
        on_key=True,
    )
