"""Published templates say the same when a deployment says them otherwise; where it leaves a value open, only what is about that goes."""

from __future__ import annotations

import json
import random
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schema_samples as samples
from conftest import CORPUS
from test_metamorphic import ABOUT_WRITING, ACROSS_STEPS, TYPES, rules

from aiblint import engine, placeholders
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.syntax.json import read
from aiblint.template import find
from aiblint.value import UNKNOWN

Json = dict[str, Any]
SAID = [
    ("apiVersion",),
    *(("properties", "source", name) for name in ("type", "publisher", "offer", "sku", "version", "imageId")),
]
ONCE_A_FILE = {"placeholder-left"}
"""Rules that say once, at the first place, what holds for several: without that place they speak of the next one."""

SAME = {"parameter-type-mismatch": "wrong-json-type", "mixed-os-customizers": "customizer-os-mismatch"}
"""One mistake of which another rule speaks: of a parameter of a wrong type, of steps for two systems where the source tells neither."""

COMPARE = {"vm-size-generation"}
"""Rules about two values: where one of them is open, so is what they say together."""

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of published templates beside this repository")


@cache
def deployments() -> dict[str, tuple[Json, samples.Path]]:
    """File → a deployment and where its image template stands in it, of files that are read without a mistake.

    A bare template is put into a deployment; those that a nested deployment hands out are left out, for its names are others.
    """
    found: dict[str, tuple[Json, samples.Path]] = {}
    for path in sorted((CORPUS / "json").glob("*.json")) if CORPUS.is_dir() else ():
        document = read(path.read_bytes(), path.name)
        templates = find(document)
        if len(templates) != 1 or document.mistakes or document.root is None or len(document.text) > 100_000:
            continue
        resource = templates[0].resource
        made: Any = templates[0].node.to_python()
        if resource is None:
            image = {"name": "image", "type": "Microsoft.VirtualMachineImages/imageTemplates", **made}
            found[path.name] = samples.deployment(image), ("resources", 0)
        elif resource.container.owner is None and resource.parent is None:
            whole: Any = document.root.to_python()
            _, *keys = templates[0].node.pointer.split("/")
            found[path.name] = whole, tuple(int(key) if key.isdigit() else key for key in keys)
    return found


def with_parameter(whole: Json, declared: Json) -> Json:
    return {**whole, "parameters": {**whole.get("parameters", {}), "it": declared}}


def lint(whole: Json, given: Json | None = None) -> list[Finding]:
    document = read(json.dumps(whole).encode(), "x.json")
    parameters = read(json.dumps({"parameters": given}).encode(), "p.json") if given is not None else None
    result = engine.lint(document, rules(), Checkout("x.json"), "2026-11-23", parameters=parameters)
    assert result.defects == []
    return [finding for finding in result.findings if finding.name not in ABOUT_WRITING]


def said(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(SAME.get(finding.name, finding.name), finding.at or finding.pointer) for finding in findings}


def at(tree: Any, path: samples.Path) -> Any:
    for key in path:
        tree = tree[key] if isinstance(tree, list) else tree.get(key) if isinstance(tree, dict) else None
    return tree


def test_a_value_in_a_parameter_gets_the_findings_of_the_literal() -> None:
    looked = 0
    for name, (whole, image) in deployments().items():
        before = said(lint(whole))
        for path in SAID:
            value = at(whole, (*image, *path))
            if not isinstance(value, str) or not value or value.startswith("["):
                continue
            changed = samples.replaced(whole, (*image, *path), "[parameters('it')]")
            default = with_parameter(changed, {"type": "string", "defaultValue": value})
            assert said(lint(default)) == before, (name, path)
            from_a_file = with_parameter(changed, {"type": "string"})
            assert said(lint(from_a_file, {"it": {"value": value}})) == before, (name, path)
            looked += 1
    assert looked > 200


def _open(text: str) -> bool:
    """Whether a text is an expression, or not filled in: then nothing is known of it to begin with."""
    return text.startswith("[") or bool(placeholders.find_all(text))


def test_a_value_that_only_the_deployment_knows_takes_its_own_findings_away() -> None:
    dice = random.Random(4)
    lost: set[tuple[str, str]] = set()
    for name, (whole, image) in deployments().items():
        before = lint(whole)
        loud = said([finding for finding in before if finding.severity != "note"])
        template = at(whole, image)
        literals = [(path, v) for path, v in samples.values(template) if type(v) in TYPES and not _open(str(v))]
        for path, value in dice.sample(literals, min(8, len(literals))):
            if path in (("type",), ("apiVersion",)):
                continue  # then it may be something else, or of another version
            changed = samples.replaced(whole, (*image, *path), "[parameters('it')]")
            after = lint(with_parameter(changed, {"type": TYPES[type(value)]}))
            more = said([f for f in after if f.severity != "note"]) - said(before)
            assert {rule for rule, _ in more} - (ONCE_A_FILE & {f.name for f in before}) == set(), (name, path)
            place = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
            about = place.rpartition(".")[0]
            gone = {(rule, where) for rule, where in loud - said(after) if rule not in ACROSS_STEPS | ONCE_A_FILE}
            lost |= {(rule, place) for rule, where in gone if not (where.startswith(about) or place.startswith(where))}
    assert {(rule, place) for rule, place in lost if rule not in COMPARE} == set()


def compiled() -> list[Path]:
    return sorted(path for path in (CORPUS / "json").glob("*.json") if b'"properties": "[shallowMerge(' in path.read_bytes())


def test_compiled_bicep_is_seen_through_in_bounded_time() -> None:
    """`properties` as one expression: its members are there, those that are known with their values."""
    paths = compiled()
    assert len(paths) >= 2
    for path in paths:
        data = path.read_bytes()
        start = time.process_time()
        document = read(data, path.name)
        [template] = find(document)
        findings = engine.lint(document, rules(), Checkout(path.name), "2026-11-23").findings
        spent = time.process_time() - start
        start = time.process_time()
        json.loads(data)
        assert spent < 5 + 500 * (time.process_time() - start)
        properties = template.root.get("properties")
        assert properties is not None
        assert {"source", "customize", "distribute", "buildTimeoutInMinutes"} <= set(properties.members)
        assert any(value.kind != UNKNOWN for value in properties.walk())
        assert [f for f in findings if f.name == "expression-too-large"] == []


def test_a_mistake_in_a_value_that_compiled_bicep_hands_in_is_found() -> None:
    """The build timeout of a module, where nobody sees it but in the expression that `properties` is."""
    for path in compiled():
        text = path.read_text(encoding="utf-8-sig")
        wrong = text.replace("'buildTimeoutInMinutes', parameters('buildTimeoutInMinutes')", "'buildTimeoutInMinutes', 5")
        assert wrong != text
        document = read(wrong.encode(), path.name)
        found = engine.lint(document, rules(), Checkout(path.name), "2026-11-23").findings
        assert [f.at for f in found if f.name == "build-timeout-range"] == ["$.properties.buildTimeoutInMinutes"]


def test_the_collection_is_looked_at() -> None:
    assert len(deployments()) > 40
