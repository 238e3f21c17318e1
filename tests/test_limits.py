"""Where a deployment is too large, or the work that is done here ends, a finding says so: nothing hangs, nothing is lost in silence."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from conftest import ROOT

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.syntax.json import read

Json = dict[str, Any]


def deployment(**members: Any) -> Json:
    root = read((ROOT / "examples" / "deployment.json").read_bytes(), "x").root
    assert root is not None
    whole: Any = root.to_python()
    return {**whole, **members}


def tagged(expression: object, **members: Any) -> Json:
    whole = deployment(**members)
    whole["resources"][1]["tags"] = {"it": expression}
    return whole


def found(whole: object, text: str | None = None) -> list[Finding]:
    data = (text if text is not None else json.dumps(whole)).encode()
    result = engine.lint(read(data, "x.json"), registry.load(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    return [finding for finding in result.findings if finding.name == "expression-too-large"]


def chain(count: int, link: str, first: object) -> Json:
    return {"v0": first, **{f"v{i}": link.replace("#", str(i - 1)) for i in range(1, count)}}


@pytest.mark.parametrize(
    "whole",
    [
        tagged("[string(variables('v40'))]", variables=chain(41, "[createArray(variables('v#'), variables('v#'))]", "x")),
        tagged("[variables('v40')]", variables=chain(41, "[createArray(variables('v#'), variables('v#'))]", "x")),
        tagged("[variables('v30')]", variables=chain(31, "[concat(variables('v#'), variables('v#'))]", "x")),
        tagged("[variables('v90')]", variables=chain(91, "[toLower(variables('v#'))]", "x")),
        tagged("[string(map(range(0, 9000), lambda('a', map(range(0, 9000), lambda('b', 1)))))]"),
        tagged("[" + "concat(" * 101 + "'a'" + ")" * 101 + "]"),
    ],
    ids=["text-of-doubles", "doubles", "long-text", "deep-names", "loops", "deep-calls"],
)
def test_the_end_of_our_work_is_a_note(whole: Json) -> None:
    start = time.process_time()
    notes = found(whole)
    assert {finding.severity for finding in notes} == {"note"}
    assert len(notes) <= 2, "one of the expressions, one of the values that they make"
    assert time.process_time() - start < 20


def test_nothing_is_said_of_what_is_large_and_worked_out() -> None:
    assert found(tagged("[string(range(0, 5000))]")) == []
    assert found(tagged("[variables('v20')]", variables=chain(21, "[concat(variables('v#'), 'x')]", "x"))) == []


@pytest.mark.parametrize(("length", "severities"), [(24_576, []), (24_577, ["error"])])
def test_the_length_of_an_expression(length: int, severities: list[str]) -> None:
    expression = "[concat('" + "a" * (length - len("[concat('')]")) + "')]"
    assert len(expression) == length
    assert [finding.severity for finding in found(tagged(expression))] == severities


@pytest.mark.parametrize(
    ("section", "entry", "most"),
    [
        ("parameters", {"type": "int", "defaultValue": 1}, 256),
        ("variables", 1, 512),
        ("outputs", {"type": "int", "value": 1}, 64),
    ],
)
def test_the_number_of_entries(section: str, entry: object, most: int) -> None:
    own = deployment().get(section, {})
    more = {f"x{i}": entry for i in range(most - len(own))}
    assert found(deployment(**{section: {**own, **more}})) == []
    [finding] = found(deployment(**{section: {**own, **more, "last": entry}}))
    assert (finding.severity, finding.pointer) == ("error", f"/{section}")


def test_the_entries_of_each_template_count_for_themselves() -> None:
    inner = deployment(outputs={f"o{i}": {"type": "int", "value": 1} for i in range(65)})
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "n",
        "properties": {"template": inner},
    }
    [finding] = found(deployment(resources=[nested]))
    assert finding.pointer == "/resources/0/properties/template/outputs"


def test_the_size_of_the_whole_counts_without_blanks() -> None:
    big = deployment(metadata={"text": "x" * 4_200_000})
    [finding] = found(big)
    assert (finding.severity, finding.pointer) == ("error", "")
    assert found(None, json.dumps(deployment()) + " " * 5_000_000) == []


def test_the_size_of_a_resource() -> None:
    assert [finding.pointer for finding in found(tagged("x" * 1_100_000))] == ["/resources/1"]
