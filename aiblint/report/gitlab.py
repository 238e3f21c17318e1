"""The report for GitLab: a Code Quality artifact (https://docs.gitlab.com/ci/testing/code_quality/)."""

from __future__ import annotations

import hashlib
import json

from aiblint.confidential import told
from aiblint.report import safe
from aiblint.report.places import fixable, relative, worst_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding
    from aiblint.run import Run

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(run: Run, *, color: bool = False) -> str:
    """A JSON array, ASCII only, `[]` where nothing was found. `color` has no meaning here."""
    seen: dict[str, int] = {}
    issues = [_issue(finding, run.root, seen) for finding in worst_first(run)]
    return safe.json_text(json.dumps(issues, indent=2)) + "\n"


def _issue(finding: Finding, root: str, seen: dict[str, int]) -> dict[str, object]:
    path = relative(finding.path, root)
    line, column = finding.document.position(finding.start)
    end_line, end_column = finding.document.position(finding.end)
    return {
        "description": finding.message if finding.fix is None else f"{finding.message} ({fixable(finding.fix)})",
        "check_name": f"{finding.rule} {finding.name}",
        "fingerprint": _fingerprint(finding, path, seen),
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": path,
            "positions": {
                "begin": {"line": line, "column": column},
                "end": {"line": end_line, "column": end_column},
            },
        },
    }


def _fingerprint(finding: Finding, path: str, seen: dict[str, int]) -> str:
    """What a finding is about, hashed: the rule, the file, the place in the template; not the line, which moves.

    GitLab takes issues of one fingerprint for one: of several findings alike, each has its number.
    """
    # Without secrets that stand in names: whoever has the rest could try them out on the digest.
    place = [told(part, finding.document) for part in (finding.template, finding.at or finding.pointer)]
    subject = json.dumps([finding.rule, path, *place])
    seen[subject] = seen.get(subject, 0) + 1
    return hashlib.sha256(f"{subject}{seen[subject]}".encode()).hexdigest()[:32]
