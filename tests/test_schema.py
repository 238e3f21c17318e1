"""The table of API versions, the checker over it and the JSON Schema printed from it say the same, and say it of every version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from conftest import ROOT, Aiblint
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from schema_samples import (
    TYPE,
    Json,
    Mutant,
    deployment,
    lacking,
    mutants,
    replaced,
    templates,
    triggers,
    values,
)

from aiblint import conform, engine, json_schema, registry, rulefile, schema
from aiblint.arm.scope import is_expression
from aiblint.checkout import Checkout
from aiblint.example import content as content_of
from aiblint.finding import Finding
from aiblint.rule import Rule
from aiblint.syntax.json import read
from aiblint.template import find

CONFORMANCE = ["AIB104", "AIB105", "AIB106", "AIB107", "AIB108", "AIB109", "AIB110"]
VERSIONS = schema.versions()
NEWEST = ["2024-02-01", "2025-10-01"]
CLEAN = ["linux", "windows", "deployment"]


@cache
def rules() -> list[Rule]:
    return [rule for rule in registry.load() if rule.enabled]


def lint(whole: Json) -> list[Finding]:
    result = engine.lint(read(json.dumps(whole).encode(), "x.json"), rules(), Checkout("x.json"), "2026-11-23")
    assert result.defects == []
    assert len(result.templates) == 1
    return result.findings


def show(found: list[Finding]) -> list[str]:
    return [f"{finding.rule} {finding.severity} {finding.at}: {finding.message}" for finding in found]


@cache
def validator(version: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema.document(version))


def example(name: str) -> Json:
    """An example of the project as plain JSON (deployment.json has a comment)."""
    root = read((ROOT / "examples" / f"{name}.json").read_bytes(), name).root
    assert root is not None
    content = root.to_python()
    assert isinstance(content, dict)
    return content


def resource(name: str) -> Json:
    """The image template of an example."""
    content = example(name)
    [found] = [one for one in content.get("resources", [content]) if one["type"] == TYPE]
    return {"name": name, **found}


# The table of a version and the checker over it


@pytest.mark.parametrize("version", VERSIONS)
def test_a_template_that_uses_all_of_a_version_conforms_to_it(version: str) -> None:
    beside = triggers(version)
    for i, template in enumerate(templates(version)):
        found = lint(deployment(template, *beside[i : i + 1]))
        assert show([finding for finding in found if finding.rule in CONFORMANCE]) == []


@pytest.mark.parametrize("version", [version for version in VERSIONS if version not in schema.served()])
def test_of_a_version_that_is_not_answered_any_more_nothing_is_said_to_be_too_new(version: str) -> None:
    for template in templates(VERSIONS[-1]):
        found = lint(deployment({**template, "apiVersion": version}))
        assert [finding.at for finding in found if finding.rule in ("AIB102", "AIB104")] == ["$.apiVersion"]


@pytest.mark.parametrize(("older", "newer"), list(pairwise(schema.served())))
def test_the_version_before_is_said_to_lack_exactly_what_was_added(older: str, newer: str) -> None:
    added = set()
    for template in templates(newer):
        found = lint(deployment({**template, "apiVersion": older}))
        places = lacking(template, newer, older)
        # Of a File validator before its time validator-type speaks, of what only the service writes readonly-property.
        said = {finding.at for finding in found if finding.rule in ("AIB104", "AIB601", "AIB117")}
        assert {finding.at for finding in found if finding.rule in ("AIB104", "AIB601")} <= set(places) <= said
        assert show([finding for finding in found if finding.rule in CONFORMANCE[1:]]) == []
        added.update(places)
    assert added, "every version has brought something"


def test_triggers_came_with_2022_07_01() -> None:
    [template, *_], [trigger, *_] = templates("2022-07-01"), triggers("2022-07-01")
    old = {**trigger, "apiVersion": "2022-02-14"}
    for beside, expected in ((trigger, []), (old, ["$.triggers.type"])):
        found = lint(deployment(template, beside))
        assert [finding.at for finding in found if finding.rule in CONFORMANCE] == expected
    # A trigger that states no version goes by its template's.
    unstated = {key: value for key, value in trigger.items() if key != "apiVersion"}
    found = lint(deployment({**templates("2022-02-14")[0]}, unstated))
    assert [finding.at for finding in found if finding.rule in CONFORMANCE] == ["$.triggers.type"]


def test_a_step_of_unknown_type_may_have_the_members_of_every_type() -> None:
    step = {
        "type": "[parameters('step')]",
        "name": "a",
        "scriptUri": "a",
        "sourceUri": "b",
        "restartTimeout": "5m",
        "script": "c",
    }
    template = resource("linux")
    template["properties"]["customize"] = [step, {**step, "bogus": 1}]
    found = lint(deployment(template))
    assert [(f.rule, f.at) for f in found if f.rule in CONFORMANCE] == [("AIB105", "$.properties.customize[1].bogus")]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_type_of_a_version_can_be_reached(version: str) -> None:
    """What no path leads to is not checked; outputs of a run are no part of a template."""
    types = schema.types(version)
    reached: set[str] = set()
    todo: list[str] = [name for name in ("Template", "Trigger") if name in types]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [*types[name].variants.values(), *(m["of"] for m in types[name].members.values() if m.get("of") in types)]
    assert set(types) - reached <= {"RunOutputProperties"}


# The JSON Schema


@pytest.mark.parametrize("version", [*VERSIONS, schema.SERVED])
def test_the_schema_is_valid_and_whole(version: str, aiblint: Aiblint) -> None:
    status, out, err = aiblint("--schema", version)
    assert (status, err) == (0, "")
    printed = json.loads(out)
    Draft202012Validator.check_schema(printed)
    assert printed == json_schema.document(version)
    referred = set(re.findall(r'"#/\$defs/(\w+)"', out))
    assert referred - set(printed["$defs"]) == set()
    assert set(printed["$defs"]) - referred <= {"Trigger"}, "a definition that nothing uses"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_closes_every_object_and_describes_every_member(version: str) -> None:
    for name, described in json_schema.document(version)["$defs"].items():
        if name in ("Deployment", "Resource", "Expression", "Copied"):
            continue
        if "allOf" not in described:  # a union is closed by its variants
            assert described["additionalProperties"] is False, name
        for key, member in described["properties"].items():
            said = [member, *member.get("anyOf", [])]
            assert key == "copy" or any("description" in part for part in said), f"{name}.{key}"


def test_no_description_is_left_over() -> None:
    described: dict[str, dict[str, str]] = schema.table("descriptions")["types"]  # type: ignore[assignment]
    ever: dict[str, set[str]] = {}
    for version in VERSIONS:
        for name, known in schema.types(version).items():
            ever.setdefault(name, {""}).update([*known.members, known.by or ""])
    assert {(name, key) for name, members in described.items() for key in members if key not in ever.get(name, ())} == set()


@pytest.mark.parametrize("version", [*NEWEST, schema.SERVED])
@pytest.mark.parametrize("name", CLEAN)
def test_the_schema_takes_the_clean_examples(name: str, version: str) -> None:
    stated = version if version != schema.SERVED else "2024-02-01"
    one = {**resource(name), "apiVersion": stated}
    for whole in (
        one,
        {key: value for key, value in one.items() if key not in ("name", "apiVersion", "type")},
        deployment(one),
    ):
        assert [error.message for error in validator(version).iter_errors(whole)] == []
    if name == "deployment":
        assert validator("2024-02-01").is_valid(example(name))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_takes_a_template_that_uses_all_of_its_version(version: str) -> None:
    for whole in (*templates(version), deployment(*templates(version), *triggers(version))):
        assert [f"{error.json_path}: {error.message}" for error in validator(version).iter_errors(whole)] == []


def test_the_schema_takes_what_a_deployment_adds() -> None:
    one = resource("deployment")
    one |= {
        "comments": "nightly",
        "metadata": {"owner": "platform"},
        "condition": "[parameters('build')]",
        "copy": {"name": "images", "count": 2},
        "scope": "[parameters('scope')]",
        "tags": {"[parameters('tag')]": "yes"},
        "resources": [
            {
                "type": "triggers",
                "apiVersion": "2024-02-01",
                "name": "t",
                "location": "westeurope",
                "properties": {"kind": "SourceImage"},
            }
        ],
    }
    properties = one["properties"]
    del properties["distribute"]
    properties["copy"] = [{"name": "distribute", "count": 2, "input": {}}]
    properties["errorHandling"] = {"onCustomizerError": "[parameters('x')]"}
    properties["customize"].append("[parameters('step')]")
    properties["customize"].append({"type": "[parameters('type')]", "sourceUri": "a", "runElevated": "[parameters('admin')]"})
    nested = {"type": "Microsoft.Resources/deployments", "properties": {"template": deployment(one)}}
    for whole in (deployment(one), {"resources": {"image": one}}, deployment(nested)):
        assert [f"{error.json_path}: {error.message}" for error in validator("2024-02-01").iter_errors(whole)] == []
        bad = json.loads(json.dumps(whole).replace('"vmSize"', '"vmsize"'))
        assert not validator("2024-02-01").is_valid(bad)


def test_other_resources_are_left_alone() -> None:
    others = {"type": "Microsoft.Storage/storageAccounts", "name": "logs", "anything": [1]}
    existing = {"type": TYPE, "existing": True, "name": "ubuntu"}
    assert validator("2024-02-01").is_valid(deployment(others, existing))


@pytest.mark.parametrize(
    "text", ["[a]", "[]", "[[a]", "[", "a]", "[a", "[concat('[', ']')]", "", "[a]\n", "[a\nb]", "x[a]", "[[]]"]
)
def test_expressions_are_what_the_linter_takes_for_them(text: str) -> None:
    # ECMA-262's `$` is the end of the text, Python's also takes a line feed before it.
    pattern = json_schema.EXPRESSION.removesuffix("$") + r"\Z"
    assert (re.match(pattern, text) is not None) == is_expression(text)


def test_members_of_the_deployment_are_those_that_the_checker_passes_over() -> None:
    assert set(json_schema.ENVELOPE) | set(json_schema.OF_THE_RESOURCE) == conform.DEPLOYMENT_MEMBERS


def test_an_unknown_version_is_refused_with_the_list(aiblint: Aiblint) -> None:
    status, out, err = aiblint("--schema", "2024-02-10")
    assert (status, out) == (2, "")
    assert "did you mean '2024-02-01'?" in err
    for version in [*VERSIONS, "served"]:
        assert version in err


# Mistakes of a kind that no schema can tell from what is taken: capitals that the service does not mind.
CAPITALS = {("property-case", "Location"), ("identity-type", "userAssigned")}


def good_examples() -> list[Any]:
    found = []
    for path in registry.files(registry.folder()):
        content = registry.read_yaml(path)
        for number, entry in enumerate(rulefile.examples(content, path)):
            if "good" in entry and not any(name == content["name"] and text in str(entry) for name, text in CAPITALS):
                found.append(pytest.param(entry, id=f"{content['name']}-{number}"))
    return found


@pytest.mark.parametrize("entry", good_examples())
def test_the_schema_takes_the_good_examples_of_all_rules(entry: Json) -> None:
    document = read(content_of(entry), "x.json")
    found = find(document)
    stated = {schema.judged_by(template.api_version, None) or schema.SERVED for template in found}
    if document.root is None or document.mistakes or len(stated) != 1:
        return
    whole = document.root.to_python()
    assert [f"{error.json_path}: {error.message}" for error in validator(stated.pop()).iter_errors(whole)] == []


# Mutants: both the schema and the linter refuse them

# Mistakes about which the linter says nothing at that place, and why. (type, member, mistake)
SILENT = {
    ("Template:", member, "case"): "Resource Manager reads the members of a resource itself in any capitals"
    for member in ("name", "identity", "location", "properties", "tags")
}


def without_output(made: Any, name: str, version: str) -> Any:
    """A template without its read-only members: the linter has a rule about these, whatever is in them."""
    types = schema.types(version)
    if name not in types or not isinstance(made, dict):
        return made
    described, kept = types[name], dict(made)
    members = dict(described.members)
    if described.by is not None:
        members.update(types[described.variants[made[described.by]]].members)
    for key, member in members.items():
        if member.get("readonly"):
            kept.pop(key, None)
        elif key in kept and member["is"] in ("object", "array"):
            inner = kept[key]
            kept[key] = (
                [without_output(item, member["of"], version) for item in inner]
                if isinstance(inner, list)
                else without_output(inner, member.get("of", ""), version)
            )
    return kept


def each_mutant_once(version: str) -> Iterator[tuple[Json, Mutant]]:
    """Of all templates of a version, each mistake at each member of each type once."""
    seen = set()
    for template in templates(version):
        plain = without_output(template, "Template", version)
        for mutant in mutants(plain, version):
            if mutant.about not in seen:
                seen.add(mutant.about)
                yield plain, mutant


# The templates have steps for two systems; which step is said to be the odd one changes with their number.
MIXED = "AIB402"


@pytest.mark.slow
@pytest.mark.parametrize("version", NEWEST)
def test_schema_and_linter_refuse_the_same_mutants(version: str) -> None:
    """The linter with one finding for one mistake, at its place, in whatever capitals."""
    taken, unsaid, count = [], [], 0
    for plain, mutant in each_mutant_once(version):
        count += 1
        whole = deployment(mutant.template)
        if validator(version).is_valid(whole):
            taken.append(mutant.about)
        before = {(finding.rule, finding.at) for finding in known_findings(json.dumps(plain))}
        new = [f for f in lint(whole) if (f.rule, f.at) not in before and f.rule != MIXED]
        if [finding.at.lower() for finding in new] != [mutant.at.lower()] and mutant.about not in SILENT:
            unsaid.append((mutant.about, show(new)))
    assert (taken, unsaid) == ([], [])
    assert count > 250


@cache
def known_findings(template: str) -> list[Finding]:
    return lint(deployment(json.loads(template)))


@pytest.mark.parametrize("version", NEWEST)
@pytest.mark.parametrize("name", ["linux", "windows"])
def test_schema_and_linter_refuse_every_mutant_of_a_clean_example(name: str, version: str) -> None:
    """One mistake, one finding, at its place; of a slip it says what was meant."""
    template = {**resource(name), "apiVersion": version}
    assert validator(version).is_valid(deployment(template))
    for mutant in mutants(template, version):
        assert not validator(version).is_valid(deployment(mutant.template)), mutant.about
        if mutant.about in SILENT:
            continue
        found = lint(deployment(mutant.template))
        assert [finding.at.lower() for finding in found] == [mutant.at.lower()], (mutant.about, show(found))
        if mutant.about[2] == "slip":
            assert f"did you mean '{mutant.about[1]}'?" in found[0].message


# In a deployment, a value that only the deployment knows

PARAMETER_TYPES = {str: "string", bool: "bool", int: "int", list: "array", dict: "object"}


def with_parameters(whole: Json) -> Iterator[tuple[str, Json]]:
    """A deployment with one literal of its image template replaced by a parameter without default, and where that was."""
    [template] = find(read(json.dumps(whole).encode(), "x.json"))
    start = tuple(int(part) if part.isdigit() else part for part in template.node.pointer.split("/")[1:])
    inside: Any = whole
    for part in start:
        inside = inside[part]
    for path, value in values(inside, start):
        if isinstance(value, str) and is_expression(value):
            continue
        declared = {**whole.get("parameters", {}), "x": {"type": PARAMETER_TYPES[type(value)]}}
        place = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path[len(start) :])
        yield place, {**replaced(whole, path, "[parameters('x')]"), "parameters": declared}


# update-needs-restart: a step before is the cause.
ABOUT_ORDER = {"AIB444"}


def about(place: str, at: str) -> bool:
    """Whether a finding at `at` is about the value at `place`: it is at the value, below it, or at what holds it."""
    inside = re.match(re.escape(place) + r"(?![\w-])", at)
    holds = re.match(re.escape(at) + r"(?![\w-])", place)
    return at != "" and (inside is not None or holds is not None)


@pytest.mark.parametrize("name", [*CLEAN, "mistakes"])
def test_a_parameter_for_a_literal_never_adds_a_finding(name: str) -> None:
    whole = example(name) if name == "deployment" else deployment(resource(name))
    before = {(finding.rule, finding.severity, finding.at) for finding in lint(whole)}
    assert bool(before) == (name == "mistakes")
    silenced = set()
    for place, changed in with_parameters(whole):
        after = {(finding.rule, finding.severity, finding.at) for finding in lint(changed)}
        assert {finding for finding in after - before if finding[1] != "note"} == set(), place
        elsewhere = {finding for finding in before - after if not about(place, finding[2])}
        assert {finding for finding in elsewhere if finding[0] not in ABOUT_ORDER} == set(), place
        silenced |= before - after
    assert silenced == before, "every finding is about some value, and goes with it"


# Which version a template is judged by


@pytest.mark.parametrize(
    ("stated", "assumed", "expected"),
    [
        ("2022-07-01", None, "2022-07-01"),
        ("2022-07-01", "2024-02-01", "2022-07-01"),
        ("2019-05-01-Preview", None, "2019-05-01-preview"),
        (None, "2024-02-01", "2024-02-01"),
        (None, None, None),
        ("2022-07-02", "2024-02-01", "2024-02-01"),  # never published
        ("2022-07-02", None, None),
        ("newest", "2024-02-01", "2024-02-01"),
        ("", "2024-02-01", "2024-02-01"),
        ("2031-01-01", "2024-02-01", None),  # younger than the table
        ("2031-01-01-preview", None, None),
        ("2031-13-01", "2024-02-01", "2024-02-01"),
    ],
)
def test_the_version_that_a_template_is_judged_by(stated: str | None, assumed: str | None, expected: str | None) -> None:
    assert schema.judged_by(stated, assumed) == expected


@pytest.mark.parametrize("version", schema.served())
def test_any_version_still_served_will_do_where_nobody_knows_which(version: str) -> None:
    """Neither the linter nor the schema of all of them says anything about what one of them has."""
    beside = triggers(version)
    for i, template in enumerate(templates(version)):
        unknown = {**without_output(template, "Template", version), "apiVersion": "[parameters('v')]"}
        found = lint({**deployment(unknown, *beside[i : i + 1]), "parameters": {"v": {"type": "string"}}})
        assert show([finding for finding in found if finding.rule in CONFORMANCE]) == []
        assert [error.message for error in validator(schema.SERVED).iter_errors(deployment(template, *beside[i : i + 1]))] == []
