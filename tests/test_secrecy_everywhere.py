"""Wherever a secret stands and wherever else the file repeats it, nothing that aiblint prints or writes repeats it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint

from aiblint.report import FORMATS

CORE = "Hunter2Q"
SECRETS = [
    "Hunter2Qx",
    "Hunter2Q!~/%x",
    "a b-Hunter2Q",
    "Hunter2Q'it",
    'Hunter2Q"\\n',
    "ü&>Hunter2Q<]",
    "Hunter2Q\U0001f600",
    "[Hunter2Q",
]


def quoted(secret: str) -> str:
    return "'" + secret.replace("'", "'\\''") + "'"


def sources(secret: str, whole: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    """Where a secret can stand so that it is known for one."""
    steps = template["properties"]["customize"]
    return {
        "parameter": lambda: whole["parameters"].update(pw={"type": "secureString", "defaultValue": secret}),
        "tag": lambda: template.setdefault("tags", {}).update(adminPassword=secret),
        "option": lambda: steps.append({"type": "Shell", "name": "o", "inline": [f"x --password {quoted(secret)} -v"]}),
        "input": lambda: steps.append({"type": "Shell", "name": "i", "inline": [f"echo {quoted('ops:' + secret)} | chpasswd"]}),
        "variable": lambda: steps.append(
            {"type": "Shell", "name": "v", "inline": ["cd /", f"export DB_PASSWORD={quoted(secret)}"]}
        ),
    }


def repeat(secret: str, whole: dict[str, Any], template: dict[str, Any], chance: random.Random) -> None:
    """Repeats the secret where nothing says what it is, and makes mistakes there."""
    steps = template["properties"]["customize"]
    ways = [
        lambda: template.setdefault("tags", {}).update({secret: 1}),
        lambda: template.setdefault("tags", {}).update(note=f"it is {secret} today"),
        lambda: steps.append({"type": "Shell", "name": f"step {secret}", "inline": ["apt-get install x"], "runElevated": 1}),
        lambda: steps.append({"type": "Shell", "name": "r", "inline": ["apt-get install y", f"/opt/x {quoted(secret)}"]}),
        lambda: steps.append({"type": "File", "name": "f", "sourceUri": "http://x/a b", "destination": f"c:\\{secret}"}),
        lambda: template["properties"].update({f"member {secret}": secret}),
        lambda: whole.setdefault("variables", {}).update(note=secret),
        lambda: template.update(name=f"image {secret}"),
    ]
    for way in chance.sample(ways, 5):
        way()


@pytest.mark.parametrize("seed", range(10))
def test_no_outlet_repeats_a_secret(seed: int, aiblint: Aiblint, tmp_path: Path) -> None:
    chance = random.Random(seed)
    text = (ROOT / "examples" / "deployment.json").read_text(encoding="utf-8")
    whole = json.loads("\n".join(line for line in text.splitlines() if not line.strip().startswith("//")))
    template = whole["resources"][1]
    secret = SECRETS[seed % len(SECRETS)]
    places = sources(secret, whole, template)
    for name in chance.sample(sorted(places), 2):
        places[name]()
    repeat(secret, whole, template, chance)
    written = json.dumps(whole, indent=chance.choice([None, 1, 4]), ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.5:
        written = written.replace("Hunter2Q", "Hunter\\u0032Q", chance.randrange(1, 4))
    path, base, outputs = tmp_path / "a.json", tmp_path / "base.json", {}
    path.write_text(f"// before, it was {secret} \n{written}", encoding="utf-8")
    options: list[Any] = []
    for name in FORMATS:
        outputs[name] = tmp_path / f"report.{name}"
        options += ["--output", f"{name}={outputs[name]}"]
    status, out, err = aiblint("--no-config", "-v", *options, tmp_path)
    assert status == 1, err
    said = {"-v": out + err, **{name: file.read_text(encoding="utf-8") for name, file in outputs.items()}}
    for name, more in {
        "statistics": ["--statistics"],
        "advice": ["--select", "*,advice"],
        "difference": ["--diff", "--unsafe-fixes"],
        "baseline": ["--write-baseline", base],
        "known": ["--baseline", base, "--format", "json"],
        "fixed": ["--fix", "--unsafe-fixes", "-v"],
    }.items():
        said[name] = "".join(aiblint("--no-config", *more, path)[1:])
    said["baseline"] += base.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    said["gone"] = "".join(aiblint("--no-config", "--baseline", base, path)[1:])
    assert {name for name, text in said.items() if CORE in text or "Hunter\\u0032Q" in text} == set()
