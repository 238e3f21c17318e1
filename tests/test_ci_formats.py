"""The reports that CI systems read say what was found, as their readers parse them, and nothing else."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

import jsonschema
import junitparser
import pytest
from ci_readers import azure_command, github_command
from markdown_it import MarkdownIt
from report_samples import FakeRun, hostile_run, hostile_strings, sample_run

from aiblint import report
from aiblint.report import safe

SUMMARY = "1 error, 1 warning, 1 note in 2 of 2 files (2 templates found, 3 files read, 1 finding suppressed)"

GITHUB = f"""\
::error file=images/ubuntu.json,line=3,endLine=3,col=11,endColumn=20,title=AIB402%3A customizer-name-duplicate::\
The name 'install' is already taken on line 2.%0AThe service refuses customizer-name-duplicate.%0A\
https://learn.microsoft.com/azure/customizer-name-duplicate
::warning file=images/ubuntu.json,line=4,endLine=6,title=AIB501%3A checksum-missing::\
No checksum, see [parameters('x')].%0AThe service refuses checksum-missing.%0A\
https://learn.microsoft.com/azure/checksum-missing
::notice file=images/a b#1.json,line=1,endLine=1,col=24,endColumn=25,title=AIB803%3A build-vm-idle::\
5 minutes are few.%0ATime is paid.%0Ahttps://learn.microsoft.com/azure/build-vm-idle
1 file was skipped.
{SUMMARY}
"""

AZURE = f"""\
##vso[task.logissue type=error;sourcepath=images/ubuntu.json;linenumber=3;columnnumber=11;code=AIB402;]\
The name 'install' is already taken on line 2. [customizer-name-duplicate]
##vso[task.logissue type=warning;sourcepath=images/ubuntu.json;linenumber=4;columnnumber=16;code=AIB501;]\
No checksum, see [parameters('x')]. [checksum-missing]
images/a b#1.json:1:24: note AIB803: 5 minutes are few. [build-vm-idle]
1 file was skipped.
{SUMMARY}
"""

MARKDOWN = f"""\
### aiblint

{SUMMARY.replace("(", chr(92) + "(").replace(")", chr(92) + ")")}

| severity | place | finding | rule |
| --- | --- | --- | --- |
| 🔴 error | images/ubuntu.json:3:11 | The name 'install' is already taken on line 2. \
| [AIB402](https://learn.microsoft.com/azure/customizer-name-duplicate) customizer-name-duplicate |
| 🟡 warning | images/ubuntu.json:4:16 | No checksum, see \\[parameters\\('x'\\)\\]. \
| [AIB501](https://learn.microsoft.com/azure/checksum-missing) checksum-missing |
| 🔵 note | images/a b\\#1.json:1:24 | 5 minutes are few. | [AIB803](https://learn.microsoft.com/azure/build-vm-idle) build-vm-idle |

1 file was skipped.
"""


@pytest.mark.parametrize(("name", "expected"), [("github", GITHUB), ("azure-devops", AZURE), ("markdown", MARKDOWN)])
def test_the_report_whole(name: str, expected: str) -> None:
    assert report.render(name, sample_run()) == expected


def test_hostile_text_stays_what_it_is_in_a_github_command() -> None:
    for text in hostile_strings():
        run = hostile_run(text)
        parsed = [github_command(line) for line in report.render("github", run).split("\n")]
        [(name, properties, data)] = [command for command in parsed if command is not None]
        assert (name, properties["title"]) == ("error", "AIB402: customizer-name-duplicate")
        columns = {"col", "endColumn"} if properties["line"] == properties["endLine"] else set()
        assert set(properties) == {"file", "line", "endLine", "title"} | columns
        mended = f"fixable with --fix --unsafe-fixes: {text}"
        assert data.split("\n")[:3] == [safe.line(text), safe.line(text), safe.line(safe.shorten(mended))]


def test_hostile_text_stays_what_it_is_in_an_azure_command() -> None:
    for text in hostile_strings():
        run = hostile_run(text)
        parsed = [azure_command(line) for line in report.render("azure-devops", run).split("\n")]
        [(name, properties, data)] = [command for command in parsed if command is not None]
        assert name == "task.logissue"
        assert set(properties) == {"type", "sourcepath", "linenumber", "columnnumber", "code"}
        mended = safe.line(safe.shorten(f"fixable with --fix --unsafe-fixes: {text}"))
        assert (properties["type"], data) == ("error", f"{safe.line(text)} [customizer-name-duplicate] ({mended})")


def test_azure_knows_no_issue_of_another_type() -> None:
    types = re.findall(r"task\.logissue type=(\w+)", report.render("azure-devops", sample_run()))
    assert types == ["error", "warning"]


# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
_PLACE = {"type": "object", "required": ["line"], "properties": {"line": {"type": "integer", "minimum": 1}}}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "positions"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^[^./]"},
                    "positions": {"type": "object", "required": ["begin"], "properties": {"begin": _PLACE, "end": _PLACE}},
                },
            },
        },
    },
}


def test_gitlab_takes_the_report() -> None:
    written = report.render("gitlab", sample_run())
    content = json.loads(written)
    jsonschema.validate(content, GITLAB)
    assert written.isascii()
    assert [(issue["severity"], issue["location"]["path"]) for issue in content] == [
        ("major", "images/ubuntu.json"),
        ("minor", "images/ubuntu.json"),
        ("info", "images/a b#1.json"),
    ]
    assert content[0]["description"] == "The name 'install' is already taken on line 2."
    assert json.loads(report.render("gitlab", FakeRun([]))) == []


def test_gitlab_fingerprints_differ_in_a_run_and_stay_when_lines_move() -> None:
    run = sample_run()
    run.findings += run.findings  # the same place twice
    fingerprints = [issue["fingerprint"] for issue in json.loads(report.render("gitlab", run))]
    assert len(set(fingerprints)) == 6
    moved = sample_run()
    for finding in moved.findings:
        finding.document.text = "\n\n" + finding.document.text
        finding.start, finding.end = finding.start + 2, finding.end + 2
    again = {issue["fingerprint"] for issue in json.loads(report.render("gitlab", moved))}
    assert again < set(fingerprints)


def test_gitlab_gives_hostile_text_back_unchanged() -> None:
    for text in hostile_strings():
        [issue] = json.loads(report.render("gitlab", hostile_run(text)))
        assert issue["description"] == f"{text} (fixable with --fix --unsafe-fixes: {text})"


def test_junit_readers_see_failures_and_clean_files() -> None:
    run = sample_run()
    run.linted = [*run.linted, "images/clean.json"]
    parsed = junitparser.JUnitXml.fromstring(report.render("junit", run).encode())
    [suite] = list(parsed)
    cases = list(suite)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 2, 0, 0)
    assert [(case.classname, case.name, [result.type for result in case.result]) for case in cases] == [
        ("images/a b#1.json", "AIB803 build-vm-idle 1:24", []),
        ("images/ubuntu.json", "AIB402 customizer-name-duplicate 3:11", ["error"]),
        ("images/ubuntu.json", "AIB501 checksum-missing 4:16", ["warning"]),
        ("images/clean.json", "no findings", []),
    ]
    failure = cases[1].result[0]
    assert failure.message == "The name 'install' is already taken on line 2."
    assert failure.text.split("\n") == [
        "images/ubuntu.json:3:11: error AIB402: The name 'install' is already taken on line 2.",
        "The service refuses customizer-name-duplicate.",
        "https://learn.microsoft.com/azure/customizer-name-duplicate",
    ]


def test_junit_holds_any_text() -> None:
    for text in hostile_strings():
        written = report.render("junit", hostile_run(text))
        failure = xml.fromstring(written).find(".//failure")
        assert failure is not None
        assert failure.get("message") == safe.hidden(text)


class Seen(HTMLParser):
    """What a reader of a page sees, and which elements it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_markdown_shows_any_text_as_it_is() -> None:
    shown_by = MarkdownIt("gfm-like", {"html": True})
    for text in hostile_strings():
        run = hostile_run(text)
        run.notes = []
        seen = Seen(shown_by.render(report.render("markdown", run)))
        assert seen.tags <= {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "a"}
        assert seen.links == ["https://learn.microsoft.com/azure/customizer-name-duplicate"]
        assert " ".join(safe.hidden(text).split()) in " ".join(seen.text.split())


@pytest.mark.parametrize(
    "text", ["see https://x.example/a_b", "www.x.example", "mail a@x.example", "<b>x</b> & <!-- y -->", "|a|b|"]
)
def test_markdown_makes_no_link_and_no_markup(text: str) -> None:
    seen = Seen(MarkdownIt("gfm-like", {"html": True}).render(report.render("markdown", hostile_run(text))))
    assert text in seen.text
    assert len(seen.links) == 1


def test_a_job_summary_stays_below_what_github_takes() -> None:
    run = sample_run()
    run.findings *= 20_000
    written = report.render("markdown", run)
    assert len(written.encode()) < 1024 * 1024
    assert re.search(r"\n… and \d+ more\.\n", written)
