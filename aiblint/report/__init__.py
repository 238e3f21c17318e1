"""What a run found, as text in one of several formats."""

from __future__ import annotations

from aiblint import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.run import Run

FORMATS = {
    "text": "aiblint.report.text",
    "concise": "aiblint.report.concise",
    "json": "aiblint.report.json",
    "sarif": "aiblint.report.sarif",
    "github": "aiblint.report.github",
    "azure-devops": "aiblint.report.azure_devops",
    "gitlab": "aiblint.report.gitlab",
    "junit": "aiblint.report.junit",
    "markdown": "aiblint.report.markdown",
    "html": "aiblint.report.html",
}
"""Format name → module with `render(run, *, color=False) -> str`. A module is imported when its format is asked for."""


KEEPING = frozenset({"html"})
"""Formats that show whole templates: they need a run that keeps them (`Run.keep`)."""


def render(format_name: str, run: Run, *, color: bool = False) -> str:
    """The whole report, ending in a line feed. `color` has a meaning for people's formats only.

    Raises KeyError where `format_name` is not one of FORMATS.
    """
    text: str = late.module(FORMATS[format_name]).render(run, color=color)
    return text
