"""The report for job summaries and pull request comments: Markdown as GitHub, Azure DevOps and GitLab show it."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.report import safe
from aiblint.report.places import fixable, relative, worst_first
from aiblint.report.text import closing, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding
    from aiblint.run import Run

_MOST_BYTES = 900_000
"""GitHub drops a step summary of more than 1,024 KiB as a whole."""

# Whatever Markdown or HTML could read as more than a character; `@` would call people.
_MARKUP = lazy(r"([\\`*_{}\[\]()#|~$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", '"': "&quot;"})
_ADDRESS = lazy(r"(?i)(https?|ftp|www|mailto|xmpp)([:.])")
_ICONS = {"error": "🔴 error", "warning": "🟡 warning", "note": "🔵 note"}


def render(run: Run, *, color: bool = False) -> str:
    """The summary, then a table of findings, the worst first, as many as a job summary may hold. `color` has no meaning here."""
    lines = ["### aiblint", "", text(summary(run)), ""]
    findings = worst_first(run)
    if findings:
        lines += ["| severity | place | finding | rule |", "| --- | --- | --- | --- |"]
    size = 0
    for number, finding in enumerate(findings):
        row = _row(finding, run.root)
        size += len(row.encode("utf-8", "replace"))
        if size > _MOST_BYTES:
            lines += ["", f"… and {len(findings) - number} more."]
            break
        lines.append(row)
    notes = [text(note) for note in closing(run, False)][:-1] if run.notes else []
    return "\n".join([*lines, *(["", *notes] if notes else [])]).rstrip("\n") + "\n"


def _row(finding: Finding, root: str) -> str:
    line, column = finding.document.position(finding.start)
    place = f"{text(relative(finding.path, root))}:{line}:{column}"
    rule = f"[{finding.rule}]({finding.help}) {text(finding.name)}" if _is_plain(finding.help) else text(finding.name)
    what = text(safe.shorten(finding.message))
    if finding.fix is not None:
        what += f" ({text(safe.shorten(fixable(finding.fix)))})"
    return f"| {_ICONS[finding.severity]} | {place} | {what} | {rule} |"


def _is_plain(address: str) -> bool:
    return re.fullmatch(r"https://[\w./?=&%#:-]+", address) is not None


def text(raw: str) -> str:
    """Any text as Markdown that shows just that text: no markup, no links, no HTML, no mentions, no runner commands."""
    shown = _MARKUP.sub(r"\\\1", safe.hidden(raw)).translate(_ENTITIES)
    return _ADDRESS.sub(lambda match: f"{match[1]}&#{ord(match[2])};", shown)
