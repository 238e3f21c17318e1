"""The report for GitHub Actions: workflow commands that become annotations on the changed lines.

Escaped as the runner unescapes (github.com/actions/toolkit command.ts; github.com/actions/runner ActionCommand.cs). A step
keeps 10 errors, 10 warnings and 10 notices as annotations; the rest stays in its log.
"""

from __future__ import annotations

from aiblint.report import safe
from aiblint.report.places import fixable, relative, worst_first
from aiblint.report.text import closing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding
    from aiblint.run import Run

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_LONGEST = 4000  # the runner cuts messages at 4,096 characters


def render(run: Run, *, color: bool = False) -> str:
    """A command per finding, the worst first, then the run's notes and summary as plain lines. `color` has no meaning here."""
    lines = [_command(finding, run.root) for finding in worst_first(run)]
    return "".join(f"{line}\n" for line in [*lines, *closing(run, False)])


def _command(finding: Finding, root: str) -> str:
    line, column = finding.document.position(finding.start)
    end_line, end_column = finding.document.position(finding.end)
    place = {"file": relative(finding.path, root), "line": str(line), "endLine": str(end_line)}
    if line == end_line:  # the runner drops the columns of a range over several lines
        place |= {"col": str(column), "endColumn": str(end_column)}
    place["title"] = f"{finding.rule}: {finding.name}"
    properties = ",".join(f"{name}={safe.line(text).translate(_IN_PROPERTY)}" for name, text in place.items())
    texts = [safe.shorten(finding.message, _LONGEST // 2), finding.summary]
    if finding.fix is not None:
        texts.append(safe.shorten(fixable(finding.fix)))
    message = "\n".join(safe.line(text) for text in [*texts, finding.help])
    return f"::{_COMMANDS[finding.severity]} {properties}::{message[:_LONGEST].translate(_IN_MESSAGE)}"
