"""The JUnit report is what the schema of Jenkins admits, and beyond it only what GitLab documents."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml

import pytest
from conftest import ROOT, Aiblint
from report_samples import FakeRun, hostile_run, hostile_strings, sample_run

from aiblint import report

# From junit-10.xsd of the Jenkins plugin xunit, as far as the report makes use of it: by element the attributes that it must
# have, those that it may have, the elements in it, and whether it holds text.
# https://github.com/jenkinsci/xunit-plugin/tree/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd
SCHEMA: dict[str, tuple[set[str], set[str], set[str], bool]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}, False),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        False,
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
        False,
    ),
    "failure": (set(), {"type", "message"}, set(), True),
    "system-out": (set(), set(), set(), True),
}
BEYOND = {"testcase": {"file", "line"}}
"""`file` links a case to its source (https://docs.gitlab.com/ci/testing/unit_test_reports/); readers of `file` read `line` too."""

SECONDS = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def departures(element: xml.Element) -> list[str]:
    """What the schema does not admit, in an element and all within it."""
    if element.tag not in SCHEMA:
        return [element.tag]
    needed, allowed, within, has_text = SCHEMA[element.tag]
    found = [f"{element.tag} lacks {name}" for name in needed - set(element.keys())]
    found += [f"{element.tag} {name}" for name in set(element.keys()) - needed - allowed - BEYOND.get(element.tag, set())]
    found += [f"{element.tag} holds {child.tag}" for child in element if child.tag not in within]
    if not has_text and ((element.text or "").strip() or any((child.tail or "").strip() for child in element)):
        found.append(f"{element.tag} holds text")
    if element.tag != "testcase" and SECONDS.fullmatch(element.get("time", "")) is None:
        found.append(f"{element.tag} time")
    return found + [each for child in element for each in departures(child)]


@pytest.mark.parametrize("run", [FakeRun([], linted=[]), FakeRun([]), sample_run(), hostile_run(*hostile_strings())])
def test_a_report_departs_in_nothing(run: FakeRun) -> None:
    root = xml.fromstring(report.render("junit", run))
    assert root.tag == "testsuites"
    assert departures(root) == []


def test_counts_are_those_of_the_cases(aiblint: Aiblint) -> None:
    root = xml.fromstring(aiblint("--no-config", "--format", "junit", ROOT / "examples")[1])
    assert departures(root) == []
    [suite] = root
    assert int(suite.get("tests", "")) == len(suite.findall("testcase")) > 10
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure")) > 5
    assert suite.attrib == {**root.attrib, "skipped": "0"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<testsuites><testsuite name='a'/></testsuites>", "testsuite lacks tests"),
        ("<testsuites x='1'/>", "testsuites x"),
        ("<testsuites><testcase name='a'/></testsuites>", "testsuites holds testcase"),
        ("<testsuites>text</testsuites>", "testsuites holds text"),
        ("<testsuites time='now'/>", "testsuites time"),
    ],
)
def test_the_schema_of_this_test_refuses(text: str, said: str) -> None:
    assert said in departures(xml.fromstring(text))
