"""The report for programs: one JSON object, a contract that only grows."""

from __future__ import annotations

import json

from aiblint.report import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding, Related
    from aiblint.run import Run

VERSION = 1
"""Of the contract. Additions keep it; a changed or removed member would raise it."""


def render(run: Run, *, color: bool = False) -> str:
    """ASCII only, the same bytes for the same run. `color` has no meaning here."""
    report = {**head(run), "findings": [finding_object(finding) for finding in run.findings]}
    return safe.json_text(json.dumps(report, indent=2)) + "\n"


def head(run: Run) -> dict[str, object]:
    """Who speaks, and how much was found: the first members of every report in JSON."""
    severities = [finding.severity for finding in run.findings]
    return {
        "version": VERSION,
        "tool": {"name": "aiblint", "version": run.version},
        "summary": {
            "files": run.files,
            "templates": run.templates,
            "errors": severities.count("error"),
            "warnings": severities.count("warning"),
            "notes": severities.count("note"),
            "fixed": run.fixed,
            "suppressed": run.suppressed,
        },
    }


def finding_object(finding: Finding) -> dict[str, object]:
    """Lines and columns count from 1, in characters; the end is the place behind the last character."""
    line, column = finding.document.position(finding.start)
    end_line, end_column = finding.document.position(finding.end)
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "pointer": finding.pointer,
        "at": finding.at,
        "fix": None,
        "related": [related_object(finding, related) for related in finding.related],
        "help": finding.help,
    }


def related_object(finding: Finding, related: Related) -> dict[str, object]:
    """A place in the finding's own file."""
    document = related.document or finding.document
    line, column = document.position(related.start)
    return {"path": document.path, "line": line, "column": column, "message": related.message}
