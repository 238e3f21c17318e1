"""The report for Azure Pipelines: logging commands that become issues of the run.

Escaped as the agent unescapes (github.com/microsoft/azure-pipelines-agent Command.cs, docs/design/percentEncoding.md). The
agent knows issues of type error and warning only, and any other fails the step: notes are plain lines.
"""

from __future__ import annotations

from aiblint.report import safe
from aiblint.report.places import fixable, relative, worst_first
from aiblint.report.text import closing, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding
    from aiblint.run import Run

_IN_MESSAGE = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A", "]": "%5D", ";": "%3B"})


def render(run: Run, *, color: bool = False) -> str:
    """A command per error and warning, the worst first, notes and the summary as plain lines. `color` has no meaning here."""
    lines = [
        heading(finding, False) if finding.severity == "note" else _command(finding, run.root) for finding in worst_first(run)
    ]
    return "".join(f"{line}\n" for line in [*lines, *closing(run, False)])


def _command(finding: Finding, root: str) -> str:
    line, column = finding.document.position(finding.start)
    properties = {
        "type": finding.severity,
        "sourcepath": relative(finding.path, root),
        "linenumber": str(line),
        "columnnumber": str(column),
        "code": finding.rule,
    }
    written = "".join(f"{name}={safe.line(text).translate(_IN_PROPERTY)};" for name, text in properties.items())
    message = f"{safe.line(safe.shorten(finding.message))} [{finding.name}]"
    if finding.fix is not None:
        message += f" ({safe.line(safe.shorten(fixable(finding.fix)))})"
    return f"##vso[task.logissue {written}]{message.translate(_IN_MESSAGE)}"
