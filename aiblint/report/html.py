"""The report as one page for people: each image's pipeline, the template's text with the findings in it, filters.

The page needs nothing but itself: style and script stand in it, and its content security policy lets nothing else in.
"""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re

from aiblint.finding import SEVERITIES
from aiblint.masking import mask
from aiblint.pattern import lazy
from aiblint.report import safe
from aiblint.report.pipeline import Stage, stage_of, stages
from aiblint.report.places import relative
from aiblint.report.text import closing, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiblint.document import Document
    from aiblint.finding import Finding
    from aiblint.run import Run
    from aiblint.template import Template

_PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
_CONTEXT = 3
_WHOLE = 400
"""A file of so many lines is shown whole; of a longer one, the lines around findings."""

_COMMAND = lazy(r"#(?=#[A-Za-z]*\[)")
_COMMAND_AT_START = lazy(r"^(\s*):(?=:)", re.MULTILINE)


def render(run: Run, *, color: bool = False) -> str:
    """One HTML document, the same for the same run. `color` has no meaning here."""
    style, script = (_part(name) for name in ("style.css", "script.js"))
    body = "\n".join([*_head(run), *_files(run), *(f"<p>{text(note)}</p>" for note in list(closing(run, False))[:-1])])
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<title>aiblint: {text(summary(run))}</title>
<style>{style}</style>
</head>
<body>
{body}
<script>{script}</script>
</body>
</html>
"""
    return _COMMAND_AT_START.sub(r"\1&#58;", _COMMAND.sub("&#35;", page))


def _part(name: str) -> str:
    with open(os.path.join(_PAGE, name), encoding="utf-8") as file:
        return file.read()


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def text(raw: str) -> str:
    """Any text as HTML that shows just that text, hidden characters as their escapes."""
    return html.escape(safe.hidden(raw))


def _head(run: Run) -> Iterator[str]:
    """Title, summary and filters; these are shown by the script that they need."""
    counts = {severity: sum(finding.severity == severity for finding in run.findings) for severity in SEVERITIES}
    rules = {finding.rule: finding.name for finding in sorted(run.findings, key=lambda finding: finding.rule)}
    yield '<a class="skip" href="#findings">To the findings</a>'
    yield "<header><h1>aiblint</h1>"
    yield f'<p class="summary">{text(summary(run))}</p></header>'
    yield '<form class="filters" hidden aria-label="Filter the findings"><fieldset><legend>Show</legend>'
    for severity, count in counts.items():
        badge = f'<span class="badge {severity}">{count}</span>'
        yield f'<label><input type="checkbox" name="severity" value="{severity}" checked> {severity}s {badge}</label>'
    yield '</fieldset><label>Rule <select name="rule"><option value="">all</option>'
    for rule, name in rules.items():
        yield f'<option value="{text(rule)}">{text(rule)} {text(name)}</option>'
    yield '</select></label> <output aria-live="polite"></output></form>'


def _files(run: Run) -> Iterator[str]:
    """A section per file with findings or templates, in the order of their paths."""
    documents = {finding.path: finding.document for finding in run.findings}
    templates: dict[str, list[Template]] = {}
    for document, found in run.kept:
        documents.setdefault(document.path, document)
        templates[document.path] = found
    numbers = {id(finding): f"f{number}" for number, finding in enumerate(run.findings, 1)}
    yield '<main id="findings">'
    for index, path in enumerate(sorted(documents), 1):
        findings = [finding for finding in run.findings if finding.path == path]
        yield f"<section><h2>{text(relative(path, run.root))}</h2>"
        for template in templates.get(path, []):
            conceal = documents[path].hidden
            yield from _pipeline(
                template, findings, numbers, len(templates[path]) > 1, conceal.without if conceal is not None else mask
            )
        if findings:
            yield from _source(documents[path], findings, numbers, f"l{index}-")
        else:
            yield "<p>Nothing was found here.</p>"
        yield "</section>"
    yield "</main>"


def _pipeline(
    template: Template, findings: list[Finding], numbers: dict[int, str], titled: bool, conceal: Callable[[str], str]
) -> Iterator[str]:
    """The boxes of one image, each with the number of its findings, and before them those about the image as a whole."""
    drawn = list(stages(template, conceal))
    inside: dict[int, list[Finding]] = {}
    whole: list[Finding] = []
    for finding in findings:
        if finding.at and finding.template == template.node.pointer:
            stage = stage_of(finding.at, drawn)
            (inside.setdefault(id(stage), []) if stage is not None else whole).append(finding)
    name = conceal(template.root.text_of("name") or "")
    if titled or name or whole:
        yield f"<h3>{text(name) or 'image template'} {_badges(whole, numbers)}</h3>"
    yield '<ol class="pipeline" aria-label="Source, steps and targets of the image">'
    step = 0
    for stage in drawn:
        step += stage.role in ("step", "test")
        yield _box(stage, step, inside.get(id(stage), []), numbers)
    yield "</ol>"


def _box(stage: Stage, step: int, findings: list[Finding], numbers: dict[int, str]) -> str:
    role = f"{stage.role} {step}" if stage.role in ("step", "test") else stage.role
    label = f'<span class="role">{role}</span>{text(stage.kind)} {_badges(findings, numbers)}'
    name = f'<span class="name">{text(safe.shorten(stage.name, 80))}</span>'
    if not findings:
        return f'<li class="{stage.role}">{label}{name}</li>'
    worst = min(findings, key=lambda finding: SEVERITIES.index(finding.severity)).severity
    ids = " ".join(numbers[id(finding)] for finding in findings)
    return f'<li class="{stage.role} marked {worst}" data-of="{ids}">{label}{name}</li>'


def _badges(findings: list[Finding], numbers: dict[int, str]) -> str:
    """For each severity the number of findings, as a link to the first of them."""
    shown = []
    for severity in SEVERITIES:
        ids = [numbers[id(finding)] for finding in findings if finding.severity == severity]
        if ids:
            what = f"{severity}s here"
            shown.append(
                f'<a class="badge {severity}" href="#{ids[0]}" data-of="{" ".join(ids)}" title="{what}">{len(ids)}</a>'
            )
    return " ".join(shown)


def _source(document: Document, findings: list[Finding], numbers: dict[int, str], prefix: str) -> Iterator[str]:
    """The file's lines, each finding below the line it begins in; lines far from any are left out of a long file."""
    below: dict[int, list[Finding]] = {}
    for finding in findings:
        below.setdefault(document.position(finding.start)[0], []).append(finding)
    total = len(document.line_starts)
    wanted = set(range(1, total + 1)) if total <= _WHOLE else _around(below, total)
    yield '<div class="text" tabindex="0" role="region" aria-label="Text of the file">'
    last = 0
    for number in sorted(wanted):
        if number != last + 1:
            yield f'<div class="fold">… {number - last - 1} lines …</div>'
        last = number
        here = below.get(number, [])
        line = f"{prefix}{number}"
        yield f'<div class="row" id="{line}"><a href="#{line}">{number}</a>{_line(document, number, here, numbers)}</div>'
        for finding in here:
            yield _finding(finding, numbers[id(finding)], prefix)
    if last != total:
        yield f'<div class="fold">… {total - last} lines …</div>'
    yield "</div>"


def _around(below: dict[int, list[Finding]], total: int) -> set[int]:
    """Lines with findings, those near them, and those that findings point at."""
    centres = set(below)
    for findings in below.values():
        for finding in findings:
            centres |= {finding.document.position(place.start)[0] for place in finding.related if place.document is None}
    return {line for centre in centres for line in range(max(1, centre - _CONTEXT), min(total, centre + _CONTEXT) + 1)}


def _line(document: Document, number: int, findings: list[Finding], numbers: dict[int, str]) -> str:
    """A line's text, with what its findings underline marked; of ranges that overlap, as one mark."""
    source = document.shown_line(number)
    begin = document.line_starts[number - 1]
    pieces, done = [], 0
    for start, end, marked in _ranges(findings, begin, len(source)):
        worst = min(marked, key=lambda finding: SEVERITIES.index(finding.severity)).severity
        ids = " ".join(numbers[id(finding)] for finding in marked)
        pieces.append(text(source[done:start]))
        pieces.append(f'<mark class="{worst}" data-of="{ids}">{text(source[start:end])}</mark>')
        done = end
    return "<span>" + "".join([*pieces, text(source[done:])]) + "</span>"


def _ranges(findings: list[Finding], begin: int, length: int) -> list[tuple[int, int, list[Finding]]]:
    """What the findings underline of a line, in columns from 0; ranges that overlap are joined."""
    joined: list[tuple[int, int, list[Finding]]] = []
    for finding in sorted(findings, key=lambda finding: finding.start):
        start, end = finding.start - begin, min(max(finding.end, finding.start + 1) - begin, length)
        if joined and start < joined[-1][1]:
            first, last, marked = joined[-1]
            joined[-1] = (first, max(last, end), [*marked, finding])
        else:
            joined.append((start, end, [finding]))
    return joined


def _finding(finding: Finding, number: str, prefix: str) -> str:
    rule = f"{text(finding.rule)} {text(finding.name)}"
    if finding.help.startswith("https://"):
        rule = f'<a href="{html.escape(finding.help)}" rel="noreferrer">{rule}</a>'
    related = "".join(f'<p class="related">{_related(finding, index, prefix)}</p>' for index in range(len(finding.related)))
    data = f'data-severity="{finding.severity}" data-rule="{text(finding.rule)}"'
    return (
        f'<div class="finding {finding.severity}" id="{number}" {data} tabindex="-1">'
        f'<span class="severity">{finding.severity}</span> {rule}<p>{text(finding.message)}</p>'
        f'<p class="reason">{text(finding.summary)}</p>{related}</div>'
    )


def _related(finding: Finding, index: int, prefix: str) -> str:
    place = finding.related[index]
    document = place.document or finding.document
    line, column = document.position(place.start)
    shown = f"{document.path}:{line}:{column}" if place.document is not None else f"line {line}"
    where = text(shown) if place.document is not None else f'<a href="#{prefix}{line}">{shown}</a>'
    return f"{where}: {text(place.message)}"
