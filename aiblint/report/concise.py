"""The report for people and editors in a hurry: one line per finding, then the summary."""

from __future__ import annotations

from aiblint.report.text import closing, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.run import Run


def render(run: Run, *, color: bool = False) -> str:
    """The first lines of the text report's blocks, in the order of `run.findings`, then the notes and the summary."""
    headings = (heading(finding, color) for finding in run.findings)
    return "".join(f"{line}\n" for line in [*headings, *closing(run, color)])
