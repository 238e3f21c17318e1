"""Words about builds that end otherwise than people think: tests without effect, machines left behind, targets in conflict."""

from __future__ import annotations

from aiblint.check import Problem, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


@check
def version_latest(value: Value, context: Context) -> Iterator[Problem]:
    """`/versions/latest` where the API version does not know it yet."""
    if value.text is not None and value.text.lower().rstrip("/").endswith("/versions/latest"):
        yield Problem(
            value,
            f"'latest' is understood from apiVersion 2022-07-01 on; {context.version} looks for a version of that name and finds none; "
            "write a version number, or raise the apiVersion",
        )
