"""Random edits of a deployment template with comments, as people make them: members move, steps come and go, the layout changes."""

from __future__ import annotations

import json
import random
from typing import Any

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
SCRIPTS = "https://raw.githubusercontent.com/contoso/images/4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class Noted:
    """A value, and the comments that stand before it."""

    def __init__(self, value: Any, *comments: str) -> None:
        self.value = value
        self.comments = list(comments)


def deployment() -> Any:
    """A tree of dicts, lists and scalars, in which members and items may be Noted."""
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"location": {"type": "string", "defaultValue": "westeurope"}},
        "resources": [image("golden")],
    }


def image(name: str) -> dict[str, Any]:
    group = "/subscriptions/8e1e3a5b-0c2f-4d6e-9b7a-1f2e3d4c5b6a/resourceGroups/images/providers"
    identity = f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    gallery = f"{group}/Microsoft.Compute/galleries/golden/images/windows"
    target = {
        "type": "SharedImage",
        "runOutputName": "out",
        "galleryImageId": gallery,
        "targetRegions": [{"name": "westeurope"}],
    }
    return {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2024-02-01",
        "name": name,
        "location": "[parameters('location')]",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {
            "buildTimeoutInMinutes": 120,
            "source": {
                "type": "PlatformImage",
                "publisher": "MicrosoftWindowsServer",
                "offer": "WindowsServer",
                "sku": "2022-datacenter-g2",
                "version": "latest",
            },
            "vmProfile": {"vmSize": "Standard_D4s_v5"},
            "customize": [{"type": "PowerShell", "name": "first", "runElevated": True, "runAsSystem": True, "inline": ["hostname"]}],
            "distribute": [target],
        },
    }  # fmt: skip


def script(name: str, **more: Any) -> dict[str, Any]:
    """A step that downloads without a checksum: AIB501."""
    return {
        "type": "PowerShell", "name": name, "runElevated": True, "runAsSystem": True, "scriptUri": f"{SCRIPTS}/{name}.ps1", **more
    }  # fmt: skip


def restart(name: str, timeout: str) -> dict[str, Any]:
    """A restart; a timeout without a unit is AIB431."""
    return {"type": "WindowsRestart", "name": name, "restartTimeout": timeout}


def write(tree: Any, pick: random.Random) -> str:
    """The tree as text, laid out in some way; every member and item that has comments gets a line of its own."""
    indent, end = pick.choice(["  ", "    ", "\t", " "]), pick.choice(["\n", "\n", "\r\n"])
    colon = pick.choice([": ", ":", " : "])
    lines: list[str] = []
    _write(tree, 0, lines, indent, colon, pick)
    return end.join(lines) + pick.choice(["", end])


def _write(value: Any, depth: int, lines: list[str], indent: str, colon: str, pick: random.Random, lead: str = "") -> None:
    """Appends the lines of a value; `lead` is what stands before it on its first line."""
    if not isinstance(value, dict | list) or not value:
        lines.append(indent * depth + lead + json.dumps(value, ensure_ascii=pick.random() < 0.5))
        return
    opener, closer = "{}" if isinstance(value, dict) else "[]"
    lines.append(indent * depth + lead + opener)
    parts = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    for number, (key, part) in enumerate(parts):
        comments, held = (part.comments, part.value) if isinstance(part, Noted) else ([], part)
        for comment in comments:
            lines.append(indent * (depth + 1) + comment)
            if pick.random() < 0.1:
                lines.append(pick.choice(["", indent * 3, indent * depth + "// more about it"]))
        name = json.dumps(key) + colon if key is not None else ""
        _write(held, depth + 1, lines, indent, colon, pick, name)
        lines[-1] += "," if number < len(parts) - 1 else ""
        if pick.random() < 0.05:
            lines.append(pick.choice(["", indent * 2, "/* aside */", "// aside"]))
    lines.append(indent * depth + closer)


def plain(value: Any) -> Any:
    """The tree without its comments."""
    if isinstance(value, Noted):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def shuffled(value: Any, pick: random.Random) -> Any:
    """The same with the members of its objects in another order; comments go with what they are about."""
    if isinstance(value, Noted):
        return Noted(shuffled(value.value, pick), *value.comments)
    if isinstance(value, dict):
        members = [(key, shuffled(member, pick)) for key, member in value.items()]
        pick.shuffle(members)
        return dict(members)
    return [shuffled(item, pick) for item in value] if isinstance(value, list) else value


def elsewhere(tree: Any, pick: random.Random, number: int) -> Any:
    """One edit that brings no finding and heals none: `number` makes names new."""
    resources = tree["resources"]
    properties = next(r for r in resources if r["name"] == "golden")["properties"]
    customize = properties["customize"]
    quiet = {"type": "PowerShell", "name": f"quiet-{number}", "runElevated": True, "runAsSystem": True, "inline": ["hostname"]}
    edit = pick.randrange(8)
    if edit == 0:
        customize.insert(pick.randint(0, len(customize)), quiet)
    elif edit == 1:
        for step in [step for step in customize if isinstance(step, dict) and str(step.get("name")).startswith("quiet-")][:1]:
            customize.remove(step)
    elif edit == 2:
        tree["parameters"][f"p{number}"] = {"type": "string"}
    elif edit == 3:
        resources.insert(pick.randint(0, len(resources)), image(f"other-{number}"))
    elif edit == 4:
        for other in [r for r in resources if r["name"] != "golden"][:1]:
            resources.remove(other)
    elif edit == 5:
        properties["buildTimeoutInMinutes"] = pick.choice([100, 120, 240, 0])
    elif edit == 6:
        return shuffled(tree, pick)
    else:
        first = customize.index(pick.choice(customize))
        customize.insert(pick.randint(0, len(customize) - 1), customize.pop(first))
    return tree
