"""What PowerShell can read of a condition is left alone, and what it cannot is told at its place."""

from __future__ import annotations

import json
import time

import pytest
from conftest import ROOT

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.checks.filter_reading import fault
from aiblint.syntax.json import read

READABLE = [
    "$true",
    "",
    "$_.Title -like '*Preview*'",
    "($_.Categories | Where-Object Name -eq Drivers)",
    "$_.Categories | ? Name -like *Driver*",
    "$_.Categories | ? Name -eq a==b",
    "($_.Categories | ? Name -eq Drivers) -and $_.Size -lt .5gb",
    "$_.Categories | Where-Object { $_.Name -eq 'Drivers' }",
    "(Get-Thing -match x) -like 'a'",
    "$_.Size -lt .5gb",
    "$_.Size -lt -1 -or $_.Size -gt +1 -or $_.Size -gt \u20131",
    "$_.Title -like '*x*' # don't",
    "# don't (\n$_.Title -like '*x*' # nor -like this",
    "$_.Title -like <# don't ( -like #> 'x'",
    "($_.Title -like 'x'#don't\n)",
    "$_.Title -like `\n '*x*'",
    "$_.Title -like `\r\n '*x*'",
    "$_.Title -like 'x#(' -and $true",
    "Get-Thing a#(b)",
    '"$($_.Title -replace "a(","b")" -like \'x\'',
    '"$($_.Title -replace "a\'","b") it\'s )" -like \'x\'',
    '"$("$("a(")")" -eq "b"',
    '$_.Title -like "a`"(b"',
    '$_.Title -like "a``"',
    '$_.Title -like "a""(b"',
    "$_.Title -like 'a''(b'",
    "$_.Title -like 'a`'",
    "($_.Categories | ? Name -like `'*)",
    "$_.Title -like \u2018it\u2019\u2019s (\u2019",
    "$_.Title -like \u201ca \u201d\u201d (\u201d",
    "$_.Title -like '\"'",
    '$_.Title -like "it\'s"',
    "$_.Title -like '== && -like' -and $true",
    "$_.Id -in @('a', 'b') -and $_.X -in 'a','b'",
    "$_.Date -gt [datetime]'2030-01-01'",
    "$_.Ids[0] -eq 'a' -and $_.X.Where({ $_ -eq 'b' }).Count",
    "if ($_.Title -like 'x') { $true } else { $false }",
    "$_.Titles -notin $names; $_.X -ne $null",
    "$_.Title -likewise",
    "$_.X -eq {a}",
]
UNREADABLE = {
    "$_.Title -like '*x": ("'*x", "never closed"),
    '$_.Title -like "*x': ('"*x', "never closed"),
    '$_.Title -like "a`"': ('"a`"', "never closed"),
    '$_.Title -like "a""': ('"a""', "never closed"),
    "$_.Title -like 'a''": ("'a''", "never closed"),
    "$_.Title -like \u2018a": ("\u2018a", "never closed"),
    "$_.Title -like \u201ca'": ("\u201ca'", "never closed"),
    '"$(1': ("(", "never closed"),
    '"$(1)': ('"$(1)', "never closed"),
    "<# a": ("<#", "comment is never closed"),
    "($_.Title -like 'x' # )": ("(", "never closed"),
    "($_.Title": ("(", "never closed"),
    "$_.Title)": (")", "closes nothing"),
    "($_.Title]": ("]", "closes nothing"),
    "$_.Title -like": ("-like", "nothing stands behind '-like'"),
    "$_.Title -like # 'x'": ("-like", "nothing stands behind '-like'"),
    "($_.Title -like ) -and $true": ("-like", "nothing stands behind '-like'"),
    "$_.Title -like *x*": ("*x*", "'*x*' behind '-like' is no value"),
    "$_.Title -like .x": (".x", "is no value"),
    "$_.Title -like <# a #> x": ("x", "is no value"),
    "$_.Title -like `\n x": ("x", "is no value"),
    "$_.Categories | ? { $_.Name -eq Drivers }": ("Drivers", "is no value"),
    "($_.Categories | ? Name -eq x) -and $_.Title -like y": ("y", "'y' behind '-like' is no value"),
    "$_.X | ? Name -eq x; $_.Title -like y": ("y", "'y' behind '-like' is no value"),
    '"$($_.Title -like x)"': ("x", "is no value"),
    "$_.Title -like 'x' -and": ("-and", "nothing stands behind '-and'"),
    "$_.Title like 'x'": ("like", "operators begin with a dash"),
    "$_.Title == 'x'": ("==", "write -eq"),
    "$_.A && $_.B": ("&&", "write -and"),
    "$_.A || $_.B": ("||", "write -or"),
}


@pytest.mark.parametrize("condition", READABLE)
def test_what_can_be_read_is_left_alone(condition: str) -> None:
    assert fault(condition) is None


@pytest.mark.parametrize("condition", UNREADABLE)
def test_what_cannot_be_read_is_told_at_its_place(condition: str) -> None:
    marked, said = UNREADABLE[condition]
    found = fault(condition)
    assert found is not None
    start, end, message = found
    assert (condition[start:end], said in message) == (marked, True), message


@pytest.mark.parametrize("part", ['"$(', "(", "'a' ", "`'", "<# #>", "| a ", "-like ", "# \n", '""'])
def test_time_grows_with_the_length_of_a_condition_and_no_faster(part: str) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        fault(part * count)
        return time.process_time() - start

    few, many = (min(seconds(count) for _ in range(3)) for count in (2_000, 10_000))
    assert many < 10 * few + 0.1


def test_what_stands_before_the_first_colon_has_to_be_a_word() -> None:
    """Where the filter has no action its colon parts nothing, and what comes behind is no condition."""
    template = json.loads((ROOT / "examples" / "windows.json").read_text())
    filters = ["$_.Title -like 'KB: x'", "exclude:$_.Title -like 'KB: x", "include:$true"]
    template["properties"]["customize"] = [{"type": "WindowsUpdate", "name": "u", "filters": filters}]
    rules = [rule for rule in registry.load() if rule.name == "update-filter-malformed"]
    result = engine.lint(read(json.dumps(template).encode(), "x.json"), rules, Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    assert [finding.pointer for finding in result.findings] == ["/properties/customize/0/filters/1"]
