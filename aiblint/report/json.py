"""The report for programs: one JSON object, a contract that only grows."""

from __future__ import annotations

import json

from aiblint.confidential import told, without_secrets_of
from aiblint.report import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding, Related
    from aiblint.known import Entry
    from aiblint.run import Run
    from aiblint.suppress.ignores import Ignore

VERSION = 1
"""Of the contract. Additions keep it; a changed or removed member would raise it."""


def render(run: Run, *, color: bool = False) -> str:
    """ASCII only, the same bytes for the same run. `color` has no meaning here."""
    report: dict[str, object] = {
        **head(run),
        "findings": [finding_object(finding) for finding in run.findings],
        "fixed": [repaired_object(finding) for finding in run.repaired],
    }
    if run.show_suppressed:
        report["suppressed"] = [
            {**finding_object(finding), "suppression": suppression_object(finding, ignore)} for finding, ignore in run.told
        ]
    if run.gone is not None:
        report["gone"] = [gone_object(path, entry) for path, entry in run.gone]
    return safe.json_text(json.dumps(report, indent=2)) + "\n"


def gone_object(path: str, entry: Entry) -> dict[str, object]:
    """An entry of the baseline that occurs no longer; `count` is how often it did that it does not now."""
    return {"path": path, "rule": entry.rule, "name": entry.name, "at": entry.place, "count": entry.missing}


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
            "known": sum(run.known.values()),
        },
    }


def suppression_object(finding: Finding, ignore: Ignore) -> dict[str, object]:
    """An exception: where it is written, and what it says."""
    line, column = ignore.document.position(ignore.start)
    return {
        "path": ignore.document.path,
        "line": line,
        "column": column,
        "reason": without_secrets_of(finding.document, ignore.reason) or None,
        "until": ignore.until,
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
        "pointer": told(finding.pointer, finding.document),
        "at": told(finding.at, finding.document),
        "fix": fix_object(finding),
        "related": [related_object(finding, related) for related in finding.related],
        "help": finding.help,
    }


def fix_object(finding: Finding) -> dict[str, object] | None:
    """A range without characters inserts. A fix without edits saves the file in the `encoding` that it names.

    One that would repeat a secret is left to `--fix`.
    """
    fix = finding.fix
    if fix is None or fix.secret:
        return None
    edits = []
    for edit in fix.edits:
        line, column = finding.document.position(edit.start)
        end_line, end_column = finding.document.position(edit.end)
        edits.append({"line": line, "column": column, "end_line": end_line, "end_column": end_column, "text": edit.text})
    written: dict[str, object] = {"title": fix.title, "safe": fix.safe, "edits": edits}
    return written if fix.encoding is None else {**written, "encoding": fix.encoding}


def repaired_object(finding: Finding) -> dict[str, object]:
    """A finding that a fix healed, with the place that it had."""
    line, column = finding.document.position(finding.start)
    return {
        "rule": finding.rule,
        "name": finding.name,
        "path": finding.path,
        "line": line,
        "column": column,
        "title": finding.fix.title if finding.fix is not None else "",
    }


def related_object(finding: Finding, related: Related) -> dict[str, object]:
    """A place in the finding's own file."""
    document = related.document or finding.document
    line, column = document.position(related.start)
    return {"path": document.path, "line": line, "column": column, "message": related.message}
