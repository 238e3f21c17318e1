"""What `-v` tells: by what a file was checked that holds templates."""

from __future__ import annotations

from aiblint import platforms, schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.document import Document
    from aiblint.engine import Result
    from aiblint.linting import Inputs
    from aiblint.template import Template


def about(result: Result, inputs: Inputs, sets: list[Document]) -> Iterator[str]:
    """A line per template: its place, API version and operating system, and the parameter files it was deployed with."""
    document = result.document
    for template in result.templates:
        line, _ = document.position(template.node.start)
        facts = [_version(template, inputs), _os(template, inputs)]
        if sets:
            facts.append("deployed with " + ", ".join(given.path for given in sets))
        yield f"{document.path}:{line}: image template, {', '.join(facts)}"
    if not result.templates:
        yield f"{document.path}: no image template"


def _version(template: Template, inputs: Inputs) -> str:
    version = schema.judged_by(template.api_version, inputs.api_version)
    if version is None:
        return "no API version known: what any version still served admits"
    return f"API version {version}" + ("" if schema.judged_by(template.api_version, None) else " (as you say)")


def _os(template: Template, inputs: Inputs) -> str:
    for found, why in (
        (platforms.source_os(template, inputs.tables), "by its source"),
        (inputs.os, "as you say"),
        (platforms.steps_os(template), "by its steps"),
    ):
        if found is not None:
            return f"{found.capitalize()} {why}"
    return "operating system unknown"
