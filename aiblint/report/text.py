"""The report for people: each finding with its source line, its reason and the related places."""

from __future__ import annotations

from aiblint.finding import SEVERITIES
from aiblint.report import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.finding import Finding
    from aiblint.run import Run
    from aiblint.suppress.ignores import Ignore

_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_DIM = "\x1b[2m"
_MOST_GONE = 20
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}


def render(run: Run, *, color: bool = False) -> str:
    """One block per finding, in the order of `run.findings`, then the notes and the summary.

    A block's first line matches `^(\\S.*?):(\\d+):(\\d+): (error|warning|note) ([A-Z]+[0-9]+): (.+)$`; its other lines begin
    with a blank, so that nothing quoted from a file can be taken for a finding.
    """
    lines: list[str] = []
    for finding in run.findings:
        lines += block(finding, color)
        lines.append("")
    return "".join(f"{line}\n" for line in [*lines, *closing(run, color)])


def paint(text: str, code: str, color: bool) -> str:
    return f"{code}{text}{_RESET}" if color and text else text


def heading(finding: Finding, color: bool) -> str:
    """`path:line:column: severity ID: message [name]`; line and column count from 1, in characters."""
    line, column = finding.document.position(finding.start)
    place = paint(safe.line(f"{finding.path}:{line}:{column}"), _BOLD, color)
    verdict = paint(f"{finding.severity} {finding.rule}", _COLORS[finding.severity], color)
    name = paint(f"[{finding.name}]", _DIM, color)
    return f"{place}: {verdict}: {safe.line(safe.shorten(finding.message))} {name}"


def block(finding: Finding, color: bool) -> list[str]:
    """The lines about one finding."""
    from aiblint.report.excerpt import excerpt  # here, because most runs find nothing
    from aiblint.report.places import fixable

    number, shown, carets = excerpt(finding.document, finding.start, finding.end)
    gutter = max(len(str(number)), 4) + 1  # at least one blank before the number, four digits without a change of width
    lines = [heading(finding, color)]
    if finding.document.text:
        lines.append(f"{number:>{gutter}} | {shown}".rstrip())
        lines.append(f"{'':>{gutter}} | {paint_carets(carets, finding.severity, color)}")
    lines.append(f"{'':>{gutter}} = {safe.line(safe.shorten(finding.summary))}")
    if finding.fix is not None:
        lines.append(f"{'':>{gutter}} * {safe.line(safe.shorten(fixable(finding.fix)))}")
    for related in finding.related:
        document = related.document or finding.document
        line, column = document.position(related.start)
        place = safe.line(f"{document.path}:{line}:{column}: {safe.shorten(related.message)}")
        lines.append(f"{'':>{gutter}} + {place}")
    return lines


def paint_carets(carets: str, severity: str, color: bool) -> str:
    marks = carets.lstrip()
    return " " * (len(carets) - len(marks)) + paint(marks, _COLORS[severity], color)


def closing(run: Run, color: bool) -> Iterator[str]:
    """What was fixed, the run's notes, then the summary line; nothing of that in a run that is to be quiet."""
    if run.quiet:
        return
    for finding in run.repaired:
        yield _repaired(finding, "would fix" if run.rehearsal else "fixed")
    for finding, ignore in run.told:
        yield _silenced(finding, ignore)
    yield from _gone(run)
    for note in run.notes:
        yield safe.line(note)
    yield paint(summary(run), _BOLD, color)


def _silenced(finding: Finding, ignore: Ignore) -> str:
    """A finding that somebody made an exception of, where that is written, and why."""
    line, column = finding.document.position(finding.start)
    path = "line" if ignore.document is finding.document else f"{ignore.document.path}, line"
    why = ""
    if ignore.reason:
        from aiblint.confidential import without_secrets_of  # here, because few runs show what is silenced

        why = f": {safe.shorten(without_secrets_of(finding.document, ignore.reason))}"
    until = f" until {ignore.until}" if ignore.until else ""
    said = f"by {path} {ignore.document.position(ignore.start)[0]}{until}{why}"
    return safe.line(f"{finding.path}:{line}:{column}: suppressed {finding.rule} {finding.name} {said}")


def _gone(run: Run) -> Iterator[str]:
    """What of the baseline occurs no longer."""
    gone = run.gone or []
    for path, entry in gone[:_MOST_GONE]:
        times = f" ({entry.missing} of {entry.count})" if entry.count > 1 else ""
        yield safe.line(f"{path}: {entry.rule} {entry.name} at {safe.shorten(entry.place)} occurs no longer{times}")
    if gone:
        more = f"{len(gone) - _MOST_GONE} more of the baseline occur no longer; " if len(gone) > _MOST_GONE else ""
        yield f"{more}--update-baseline takes out what is gone"


def _repaired(finding: Finding, verb: str) -> str:
    """A finding that is gone, or would be; its place is where it was."""
    line, column = finding.document.position(finding.start)
    title = finding.fix.title if finding.fix is not None else ""
    return safe.line(f"{finding.path}:{line}:{column}: {verb} {finding.rule} {finding.name}: {safe.shorten(title)}")


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `no files`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def summary(run: Run) -> str:
    """`3 errors, 1 note in 2 of 5 files (4 templates found, 52 files read)`; severities without findings are left out."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in run.findings:
        counts[finding.severity] += 1
    found = ", ".join(count(number, severity) for severity, number in counts.items() if number)
    facts = [f"{count(run.templates, 'template')} found", f"{count(run.files, 'file')} read"]
    fixes = [finding.fix for finding in run.findings if finding.fix is not None]
    safe_ones = sum(fix.safe for fix in fixes)
    if safe_ones:
        facts.append(f"{safe_ones} fixable with --fix")
    if len(fixes) > safe_ones:
        facts.append(f"{len(fixes) - safe_ones} with --fix --unsafe-fixes")
    if run.fixed:
        facts.append(f"{count(run.fixed, 'finding')} {'that --fix would mend' if run.rehearsal else 'fixed'}")
    if run.suppressed:
        facts.append(f"{count(run.suppressed, 'finding')} suppressed")
    facts += [f"{count(number, 'finding')} {safe.line(where)}" for where, number in run.known.items() if number]
    where = f"{_files(run)} ({', '.join(facts)})"
    if found:
        return f"{found} in {where}"
    if not run.templates:
        return f"no image template found ({', '.join(facts[1:])})"
    return f"no findings in {where}"


def _files(run: Run) -> str:
    """`2 of 5 files`: files with findings, of the files that hold templates or findings."""
    affected = len({finding.path for finding in run.findings})
    total = max(len(run.linted), affected)
    if not affected:
        return count(total, "file")
    return f"{affected} of {count(total, 'file')}"
