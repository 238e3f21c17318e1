"""The files that are measured: made from `examples/` and from rules of this module, the same ones every time."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from aiblint.syntax.json import read
from aiblint.template import TYPE

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

Json = dict[str, Any]


def example(name: str) -> Json:
    """A shipped example as plain data; it may hold comments, so aiblint's own reader reads it."""
    root = read((EXAMPLES / name).read_bytes(), name).root
    assert root is not None
    content = root.to_python()
    assert isinstance(content, dict)
    return content


def image(deployment: Json) -> Json:
    """The image template among a deployment's resources."""
    [found] = [resource for resource in deployment["resources"] if resource["type"] == TYPE]
    assert isinstance(found, dict)
    return found


def write(path: Path, content: object, indent: int | None = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")
    return path


def commit_without_template(folder: Path, count: int = 50) -> Path:
    """What a typical commit holds: package manifests, settings and data of 1 to 20 KB, none of them a template."""
    dice = random.Random(1)
    for number in range(count):
        members = {
            f"setting-{key}": {"enabled": key % 2 == 0, "values": list(range(key % 9))}
            for key in range(dice.randrange(10, 160))
        }
        write(folder / f"settings-{number:02}.json", members)
    return folder


def template(steps: int = 20) -> Json:
    """A clean deployment of one image template, of about 4 KB with 20 steps, its values in parameters and variables."""
    content = example("deployment.json")
    customize = image(content)["properties"]["customize"]
    customize += [
        {"type": "Shell", "name": f"step {number}", "inline": [f"echo configuring part {number} of the image"]}
        for number in range(steps - len(customize))
    ]
    return content


def with_findings() -> Json:
    """The same with a typical handful of mistakes."""
    content = template()
    properties = image(content)["properties"]
    properties["buildTimeoutInMinutes"] = 5
    properties["customize"].append({"type": "Shell", "name": "a", "inline": ["apt-get install nginx", "reboot"]})
    properties["customize"].append({"type": "Shell", "name": "b", "scriptUri": "http://example.com/install.sh"})
    properties["distribute"][0]["runOutputName"] = "not allowed!"
    return content


def quickstarts(folder: Path, count: int = 35) -> Path:
    """A repository of quickstarts: templates of about 3 KB, every second one with a parameter file beside it; `count` files."""
    bodies = [example("linux.json"), example("windows.json")]
    number = made = 0
    while made < count:
        home = folder / f"quickstart-{number:02}"
        if number % 2 and made + 2 <= count:
            write(home / "template.json", template(12))
            write(
                home / "template.parameters.json", {"$schema": _PARAMETERS, "contentVersion": "1.0.0.0", "parameters": _GIVEN}
            )
            made += 2
        else:
            write(home / "image.json", bodies[number // 2 % 2])
            made += 1
        number += 1
    return folder


_PARAMETERS = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
_GIVEN = {
    "location": {"value": "westeurope"},
    "buildTimeoutInMinutes": {"value": 120},
    "scriptRef": {"value": "0123456789abcdef0123456789abcdef01234567"},
}


def tree(folder: Path, files: int = 4000, megabytes: int = 280, templates: int = 16) -> Path:
    """A large repository: JSON files in folders of 100, most of a few KB and some of many MB, `templates` of them templates."""
    dice = random.Random(2)
    sizes = [dice.lognormvariate(0, 2) for _ in range(files - templates)]
    unit = megabytes * 1_000_000 / sum(sizes)
    block = json.dumps([{"id": number, "name": f"item {number}", "tags": ["a", "b"], "on": True} for number in range(200)])
    for number, size in enumerate(sizes):
        path = folder / f"{number // 100:03}" / f"{number:05}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        repeats = max(1, round(size * unit / len(block)))
        path.write_text("[" + ",\n".join([block] * repeats) + "]" if size * unit > 2000 else block[: max(2, int(size * unit))])
    for number in range(templates):
        write(folder / "images" / f"{number:02}.json", example("linux.json"))
    return folder


def compiled(path: Path, size: int = 1_000_000) -> Path:
    """What Bicep compiles from modules: nested deployments with types, expressions and texts, around one image template."""
    content = template()
    content["languageVersion"] = "2.0"
    content["resources"] = {f"resource{number}": resource for number, resource in enumerate(content["resources"])}
    content["parameters"] = {**content.get("parameters", {}), "prefix": {"type": "string"}, "settings": {"type": "object"}}
    number, written = 0, len(json.dumps(content, indent=2))
    while written < size:
        module = _module(number)
        content["resources"][f"module{number}"] = module
        written += len(json.dumps(module, indent=2)) + 200
        number += 1
    return write(path, content)


def _module(number: int) -> Json:
    """A nested deployment as Bicep writes it, of about 12 KB."""
    properties = {
        f"property{key}": {
            "type": "string",
            "nullable": True,
            "metadata": {
                "description": f"Optional. What property {key} of the resource is for, in a sentence of usual length."
            },
        }
        for key in range(30)
    }
    values = {f"property{key}": f"[tryGet(parameters('settings'), 'property{key}')]" for key in range(30)}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": f"[format('{{0}}-module{number}', deployment().name)]",
        "properties": {
            "expressionEvaluationOptions": {"scope": "inner"},
            "mode": "Incremental",
            "parameters": {
                "name": {"value": f"[format('{{0}}-{number}', parameters('prefix'))]"},
                "settings": {"value": values},
            },
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "languageVersion": "2.0",
                "contentVersion": "1.0.0.0",
                "definitions": {"settingsType": {"type": "object", "properties": properties}},
                "parameters": {"name": {"type": "string"}, "settings": {"$ref": "#/definitions/settingsType"}},
                "variables": {
                    "items": [{"key": key, "text": f"a text that stands in the template {key}"} for key in range(20)]
                },
                "resources": {
                    "account": {
                        "type": "Microsoft.Storage/storageAccounts",
                        "apiVersion": "2023-05-01",
                        "name": "[parameters('name')]",
                        "location": "[resourceGroup().location]",
                        "properties": values,
                    }
                },
            },
        },
    }


def many_templates(path: Path, count: int) -> Path:
    """One file with `count` image templates, each with its own names, in nested deployments of 250: one takes 800 resources at most."""
    content = template(2)
    pattern = json.dumps(image(content))
    images = []
    for number in range(count):
        resource = json.loads(pattern)
        resource["name"] = f"image-{number}"
        for target in resource["properties"]["distribute"]:
            target["runOutputName"] = f"output-{number}"
            target["galleryImageId"] = _GALLERY.format(number)
        images.append(resource)
    nested = [
        {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": f"images-{first}",
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {"scope": "inner"},
                "parameters": {"scriptRef": _GIVEN["scriptRef"]},
                "template": {**content, "resources": [*content["resources"][:1], *images[first : first + 250]]},
            },
        }
        for first in range(0, count, 250)
    ]
    return write(path, {"$schema": content["$schema"], "contentVersion": "1.0.0.0", "resources": nested})


_GALLERY = (
    "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/images/providers/Microsoft.Compute"
    "/galleries/images/images/definition-{}"
)


def many_steps(path: Path, count: int) -> Path:
    """One image template with `count` steps."""
    return write(path, template(count))
