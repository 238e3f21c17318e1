"""The report for test result views: JUnit XML, as Azure Pipelines, GitLab and Jenkins read it.

Each error and warning is a failed test case, each note and each file without findings a passed one. GitLab shows the text of
a failure, others its `message`; GitLab uses only the first of several cases of one name, so the name holds the place.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml

from aiblint.pattern import lazy
from aiblint.report import safe
from aiblint.report.places import fixable, relative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding
    from aiblint.run import Run

# What XML 1.0 has no way to say is left out by `safe.hidden`; these are for whoever prints the file to a CI log.
_COMMAND = lazy(r"#(?=#[A-Za-z]*\[)")
_COMMAND_AT_START = lazy(r"^(\s*):(?=:)", re.MULTILINE)


def render(run: Run, *, color: bool = False) -> str:
    """One suite with a case per finding, in the run's order, and per file without any. `color` has no meaning here."""
    failures = [finding for finding in run.findings if finding.severity != "note"]
    clean = [path for path in run.linted if path not in {finding.path for finding in run.findings}]
    counts: dict[str, str] = {
        "tests": str(len(run.findings) + len(clean)),
        "failures": str(len(failures)),
        "errors": "0",
        "time": "0",
    }
    suites = xml.Element("testsuites", {"name": "aiblint", **counts})
    suite = xml.SubElement(suites, "testsuite", {"name": "aiblint", "skipped": "0", **counts})
    for finding in run.findings:
        _case(suite, finding, run.root)
    for path in clean:
        shown = safe.hidden(relative(path, run.root))
        xml.SubElement(suite, "testcase", classname=shown, name="no findings", file=shown, time="0")
    xml.indent(suites)
    text = xml.tostring(suites, encoding="us-ascii", xml_declaration=True).decode("ascii")
    return _COMMAND_AT_START.sub(r"\1&#58;", _COMMAND.sub("&#35;", text)) + "\n"


def _case(suite: xml.Element, finding: Finding, root: str) -> None:
    line, column = finding.document.position(finding.start)
    path = safe.hidden(relative(finding.path, root))
    name = f"{finding.rule} {finding.name} {line}:{column}"
    case = xml.SubElement(suite, "testcase", classname=path, name=name, file=path, line=str(line), time="0")
    message = safe.hidden(finding.message)
    texts = [f"{path}:{line}:{column}: {finding.severity} {finding.rule}: {message}", safe.hidden(finding.summary)]
    if finding.fix is not None:
        texts.append(safe.hidden(fixable(finding.fix)))
    text = "\n".join([*texts, finding.help])
    if finding.severity == "note":
        xml.SubElement(case, "system-out").text = text
    else:
        xml.SubElement(case, "failure", type=finding.severity, message=message).text = text
