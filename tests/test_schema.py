"""What an API version admits: our table, the checker over it and the JSON Schema printed from it say the same."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from typing import Any

import jsonschema
import pytest
import schema_samples as samples
from conftest import ROOT, Aiblint

from aiblint import engine, json_schema, registry, schema
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.rule import Rule
from aiblint.syntax.json import read
from aiblint.template import find

CONFORMANCE = ("AIB104", "AIB105", "AIB106", "AIB108", "AIB109", "AIB110")
VERSIONS = schema.versions()
STRICT = VERSIONS[-2:]

# Mistakes that no rule speaks of: the deployment reads the resource's own name, and in any capitals.
NOT_OURS = {("Template:", "name", "json-type"), ("Template:", "name", "case")}


@cache
def rules() -> list[Rule]:
    return registry.load()


def lint(whole: Any) -> list[Finding]:
    result = engine.lint(read(json.dumps(whole).encode(), "x.json"), rules(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    return result.findings


def conformance(whole: Any) -> list[tuple[str, str]]:
    return [(finding.rule, finding.at) for finding in lint(whole) if finding.rule in CONFORMANCE]


@cache
def validator(version: str) -> Any:
    return jsonschema.Draft202012Validator(json_schema.document(version))


@pytest.mark.parametrize("version", [*VERSIONS, schema.SERVED])
def test_the_printed_schema_is_one(version: str, aiblint: Aiblint) -> None:
    status, out, err = aiblint("--schema", version)
    assert (status, err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_an_unknown_version_is_refused(aiblint: Aiblint) -> None:
    status, out, err = aiblint("--schema", "2024-02-02")
    assert (status, out) == (2, "")
    assert "2024-02-01" in err


@pytest.mark.parametrize("version", VERSIONS)
def test_a_template_that_uses_all_a_version_has_conforms_to_it(version: str) -> None:
    for template in samples.templates(version):
        whole = samples.deployment(template, *samples.triggers(version))
        assert conformance(whole) == []
        assert [error.message for error in validator(version).iter_errors(whole)] == []


@pytest.mark.parametrize(("older", "newer"), list(pairwise(VERSIONS)))
def test_the_version_before_lacks_exactly_what_was_added(older: str, newer: str) -> None:
    for template in samples.templates(newer):
        added = samples.lacking(template, newer, older)
        found = conformance(samples.deployment({**template, "apiVersion": older}))
        assert sorted(at for rule, at in found if rule == "AIB104") == sorted(added)
        assert {rule for rule, _ in found} <= {"AIB104", "AIB106"}  # in the first previews other capitals were right


@pytest.mark.parametrize("name", ["linux.json", "windows.json", "deployment.json"])
@pytest.mark.parametrize("version", STRICT)
def test_the_printed_schema_takes_clean_examples(name: str, version: str) -> None:
    root = read((ROOT / "examples" / name).read_bytes(), name).root
    assert root is not None
    text = json.dumps(root.to_python()).replace("2024-02-01", version)
    assert [error.message for error in validator(version).iter_errors(json.loads(text))] == []


@pytest.mark.parametrize("version", STRICT)
def test_mutants_are_refused_by_the_schema_and_flagged_by_the_linter(version: str) -> None:
    seen = set()
    for template in samples.templates(version):
        clean = {(finding.rule, finding.at, finding.message) for finding in lint(samples.deployment(template))}
        for mutant in samples.mutants(template, version):
            if mutant.about in seen:
                continue
            seen.add(mutant.about)
            whole = samples.deployment(mutant.template)
            assert not validator(version).is_valid(whole), f"the schema takes {mutant.about}"
            new = [f for f in lint(whole) if (f.rule, f.at, f.message) not in clean and f.severity != "note"]
            if mutant.about not in NOT_OURS:
                assert any(f.at.lower() == mutant.at.lower() for f in new), (
                    f"nothing is said about {mutant.about} at {mutant.at}"
                )
    assert len(seen) > 250


def in_deployment(name: str) -> dict[str, Any]:
    """An example as the only resource of a deployment."""
    document = read((ROOT / "examples" / name).read_bytes(), name)
    [template] = find(document)
    resource: Any = template.node.to_python()
    return samples.deployment({**resource, "name": "image"}) | {"parameters": {}}


TYPES = {str: "string", bool: "bool", int: "int"}


@pytest.mark.parametrize("name", ["linux.json", "windows.json", "mistakes.json"])
def test_a_parameter_in_place_of_a_literal_adds_nothing_and_hides_only_its_own(name: str) -> None:
    """Nobody knows the parameter's value, so nothing more can be said, and all else must be said as before."""
    whole = in_deployment(name)
    before = {(f.rule, f.at, f.severity): f for f in lint(whole) if f.severity != "note"}
    places = [(path, value) for path, value in samples.values(whole["resources"][0]) if type(value) in TYPES]
    assert len(places) > 15
    for path, value in places:
        if path[0] in ("type", "apiVersion") or path[-1] == "type":
            continue  # what a thing is decides what can be said about all of it
        declared = {"x": {"type": TYPES[type(value)]}}
        resource = samples.replaced(whole["resources"][0], path, "[parameters('x')]")
        after = {
            (f.rule, f.at, f.severity)
            for f in lint({**whole, "parameters": declared, "resources": [resource]})
            if f.severity != "note"
        }
        assert after <= set(before), f"{path} hidden: {after - set(before)}"
        at = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        for lost in set(before) - after:
            assert at.startswith(lost[1]) or about_the_same_step(lost[1], at), f"{path} hidden: {lost} is gone"


def about_the_same_step(place: str, hidden: str) -> bool:
    """Whether two places belong to one item of a list: a rule may need both to say something about the one."""
    owner = place.rpartition("]")[0]
    return bool(owner) and hidden.startswith(owner + "]")
