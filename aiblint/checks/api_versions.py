"""Words about the API versions that an image template and its triggers state; all take the template."""

from __future__ import annotations

from aiblint import schema
from aiblint.check import Problem, check, quote
from aiblint.checks.conformance import HINT
from aiblint.checks.required import damaged, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value


def _resources(template: Value, context: Context) -> list[Value]:
    return [template, *context.template.triggers]


def _stated(template: Value, context: Context) -> Iterator[tuple[Value, str]]:
    """The versions that are stated, and as what they are published; those that are not, as they are written."""
    for resource in _resources(template, context):
        version = resource.get("apiVersion")
        if version is not None and version.text:
            yield version, schema.published(version.text) or version.text


def _hint(context: Context) -> str:
    return "" if context.template.kind == "arm" else f" ({HINT})"


@check
def api_version_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A resource of a deployment without apiVersion; not where an `apiProfile` of the deployment may set it."""
    for resource in _resources(value, context):
        if missing(resource, context, "apiVersion") and not damaged(context) and not _has_profile(resource):
            what = "the resource" if resource is value else "the trigger"
            yield Problem(
                resource,
                f'{what} has no apiVersion and the deployment is refused; add "apiVersion": "{schema.versions()[-1]}" or an older one',
                mark=None if resource is value else resource.get("type"),
            )


def _has_profile(resource: Value) -> bool:
    node = resource.node.parent
    while node is not None:
        if node.find("apiProfile") is not None:
            return True
        node = node.parent
    return False


@check
def api_version_unknown(value: Value, context: Context) -> Iterator[Problem]:
    """An API version that was never published: refused by the deployment."""
    for written, version in _stated(value, context):
        if version in schema.versions() or schema.may_be_newer(version):
            continue
        close, newest = _nearest(version), schema.versions()[-1]
        meant = f"did you mean {close}? The newest is {newest}" if close and close != newest else f"write {newest}"
        yield Problem(
            written,
            f"image templates have no API version {quote(version)}: the request fails with NoRegisteredProviderFound"
            f"{_hint(context)}; {meant}",
        )


def _nearest(version: str) -> str | None:
    """The published version that was meant: one whose `-preview` was forgotten, or one that looks like it."""
    import difflib

    begun = [known for known in schema.served() if known == f"{version}-preview"]
    return next(iter(begun + difflib.get_close_matches(version.lower(), schema.served()[1:], 1, 0.5)), None)


@check
def api_version_newer(value: Value, context: Context) -> Iterator[Problem]:
    """An API version that is younger than the table of published ones."""
    for written, version in _stated(value, context):
        if version not in schema.versions() and schema.may_be_newer(version):
            yield Problem(
                written,
                f"aiblint does not know API version {quote(version)}{_hint(context)}, its table is of "
                f"{schema.table('api-versions')['as-of']}: what that version has brought is not checked, the rest as for any version "
                "still served; see that it exists",
            )


@check
def api_version_retired(value: Value, context: Context) -> Iterator[Problem]:
    """A published API version that the service no longer answers."""
    for written, version in _stated(value, context):
        if version in schema.versions() and version not in schema.served():
            yield Problem(
                written,
                f"API version {version} has not been answered since May 2020{_hint(context)}; move to 2024-02-01, whose members differ",
            )


@check
def api_version_deprecated(value: Value, context: Context, *, versions: list[str]) -> Iterator[Problem]:
    """An API version among `versions`: deprecated, with a removal announced."""
    for written, version in _stated(value, context):
        if version in versions:
            yield Problem(
                written,
                f"API version {version} is a deprecated preview whose removal was announced once{_hint(context)}; "
                "move to 2020-02-14 or later",
            )
