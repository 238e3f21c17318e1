"""20,000 random strings, made of what CI systems obey and terminals act on, go through every format and come back."""

from __future__ import annotations

import json
import xml.etree.ElementTree as xml
from collections.abc import Iterator

import pytest
from ci_readers import azure_command, github_command
from report_samples import FakeRun, hostile_run, hostile_strings
from test_report_safety import COMMANDING, commands

from aiblint import report
from aiblint.report import safe

COUNT = 20_000


def batches() -> Iterator[tuple[list[str], FakeRun]]:
    """The strings, 50 at a time, each batch with a run that holds them wherever text from outside can get."""
    whole = hostile_strings(COUNT, seed=2027)
    for start in range(0, COUNT, 50):
        yield whole[start : start + 50], hostile_run(*whole[start : start + 50])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(report.FORMATS))
def test_no_string_becomes_a_command_and_each_comes_back(name: str) -> None:
    seen = 0
    for texts, run in batches():
        output = report.render(name, run)
        if name not in COMMANDING:
            assert commands(output) == []
        if name in READERS:
            assert sorted(READERS[name](output)) == sorted(WRITTEN[name](text) for text in texts)
        seen += len(texts)
    assert seen == COUNT


def of_github(output: str) -> Iterator[str]:
    for line in output.split("\n"):
        if (command := github_command(line)) is not None:
            assert command[0] == "error"
            yield command[2].split("\n")[0]


def of_azure(output: str) -> Iterator[str]:
    for line in output.split("\n"):
        if (command := azure_command(line)) is not None:
            assert command[0] == "task.logissue"
            yield command[2].partition(" [customizer-name-duplicate] (fixable with")[0]


def of_json(output: str) -> Iterator[str]:
    assert output.isascii()
    return (each["message"] for each in json.loads(output)["findings"])


def of_sarif(output: str) -> Iterator[str]:
    assert output.isascii()
    results = json.loads(output)["runs"][0]["results"]  # in messages, what could be a link is escaped: see test_sarif
    return (each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for each in results)


def of_gitlab(output: str) -> Iterator[str]:
    assert output.isascii()
    return (each["description"].partition(" (fixable with")[0] for each in json.loads(output))


def of_junit(output: str) -> Iterator[str]:
    return (str(each.get("message")) for each in xml.fromstring(output).iter("failure"))


READERS = {
    "github": of_github,
    "azure-devops": of_azure,
    "json": of_json,
    "sarif": of_sarif,
    "gitlab": of_gitlab,
    "junit": of_junit,
}
"""What the consumers that are programs read. The pages for people are read in test_html and test_ci_formats."""

WRITTEN = {"github": safe.line, "azure-devops": safe.line, "json": str, "sarif": str, "gitlab": str, "junit": safe.hidden}
