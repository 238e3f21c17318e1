"""An independent referee: Microsoft's own Python SDK, release by release, has the same names, types and values as our table.

The wheels of `azure-mgmt-imagebuilder` are downloaded and read as source: nothing of them is imported or run.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from aiblint import schema

# Each API version that a published release speaks, with the newest release that speaks it.
RELEASES = {
    "2019-05-01-preview": "0.3.0",
    "2020-02-14": "0.4.0",
    "2021-10-01": "1.0.0",
    "2022-02-14": "1.1.0",
    "2022-07-01": "1.2.0",
    "2023-07-01": "1.3.0",
    "2024-02-01": "1.4.0",
    "2025-10-01": "2.0.0",
}

# Where the two differ, and why ours stands.
EXPLAINED = {
    # The service took these in the preview although no schema, and so no SDK, had them (README and samples of 2019, 2020).
    ("2019-05-01-preview", "VmProfile.osDiskSizeGB"),
    ("2019-05-01-preview", "VmProfile.vnetConfig"),
    ("2019-05-01-preview", "VirtualNetworkConfig"),
    ("2019-05-01-preview", "WindowsUpdateCustomizer"),
    # Came into the published schema of this version in October 2020, after release 0.4.0.
    ("2020-02-14", "PowerShellCustomizer.runAsSystem"),
}

# Read by the deployment engine, answered by the service, flattened away by the SDK or named by its generator
# (ComponentsVrq145SchemasImagetemplateidentity… for UserAssignedIdentity): no part of the comparison.
ENVELOPE = {
    "Template",
    "Trigger",
    "UserAssignedIdentity",
    "SystemData",
    "RunOutputProperties",
    "TriggerProperties",
    "SourceImageTriggerProperties",
}

Members = dict[str, str]

JSON_TYPES = ("string", "integer", "number", "boolean", "array", "map", "object")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sdk")
    for release in RELEASES.values():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "-d",
            str(folder),
        ]
        done = subprocess.run([*command, f"azure-mgmt-imagebuilder=={release}"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip("no package registry to take azure-mgmt-imagebuilder from")
    return {version: next(folder.glob(f"*-{release}-*.whl")) for version, release in RELEASES.items()}


def models(wheel: Path) -> tuple[dict[str, Members], set[frozenset[str]]]:
    """Class name → {member: type in our words}, its own members and inherited ones; and the values of every enumeration."""
    classes: dict[str, Members] = {}
    bases: dict[str, list[str]] = {}
    enumerations: set[frozenset[str]] = set()
    enumeration_names: set[str] = set()
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if "/models/" in name and name.endswith(".py")]
        modern = [name for name in names if name.endswith("_models_py3.py")]
        for name in names:
            if modern and name.endswith("/_models.py"):
                continue  # the same once more, for Python 2
            for node in ast.parse(archive.read(name)).body:
                if isinstance(node, ast.ClassDef):
                    if any("Enum" in ast.unparse(base) for base in node.bases):
                        enumerations.add(frozenset(constant_values(node)))
                        enumeration_names.add(node.name)
                    else:
                        classes[node.name] = members(node)
                        bases[node.name] = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    for name in classes:
        for base in bases[name]:
            classes[name] = {**classes.get(base, {}), **classes[name]}
        classes[name] = {key: "string" if kind in enumeration_names else kind for key, kind in classes[name].items()}
        classes[name] = {key: kind if kind in JSON_TYPES else "object" for key, kind in classes[name].items()}
    return classes, enumerations


def constant_values(node: ast.ClassDef) -> list[str]:
    return [
        statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]


def members(node: ast.ClassDef) -> Members:
    found: Members = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_attribute_map":
            for entry in ast.literal_eval(statement.value).values():
                found[entry["key"]] = our_type(entry["type"])
        elif isinstance(statement, ast.AnnAssign) and ast.unparse(statement.value or statement).startswith("rest_"):
            assert isinstance(statement.value, ast.Call)
            given = {keyword.arg: keyword.value for keyword in statement.value.keywords}
            name = ast.literal_eval(given["name"]) if "name" in given else ast.unparse(statement.target)
            found[name] = our_type(ast.unparse(statement.annotation))
    return found


def our_type(written: str) -> str:
    """`[str]`, `Optional[list[str]]` → array, `{str}`, `dict[…]` → map, `int` → integer and so on; a class keeps its name."""
    text = written.removeprefix("Optional[").removesuffix("]") if written.startswith("Optional[") else written
    if text.startswith(("[", "list[", "List[")):
        return "array"
    if text.startswith(("{", "dict[", "Dict[")):
        return "map"
    if text.startswith(("Union[str", "Literal[", "'", '"_')) or text in ("str", "iso-8601", "rfc3339", "datetime.datetime"):
        return "string" if "_models." not in text or text.startswith("Union[str") else "object"
    return {"int": "integer", "bool": "boolean", "float": "number"}.get(text, text)


def our_members(name: str, described: schema.Type, types: dict[str, schema.Type]) -> dict[str, dict[str, Any]]:
    found = dict(described.members)
    for base in types.values():
        if name in base.variants.values():
            found.update(base.members)
    return found


def their_class(name: str, classes: dict[str, Members]) -> Members | None:
    for candidate in (name, f"ImageTemplate{name}", f"ImageTemplateProperties{name}"):
        if candidate in classes:
            return classes[candidate]
    if name == "Properties":  # the SDKs before 2.0 flatten them into the resource
        flat = classes["ImageTemplate"]
        return {key.removeprefix("properties."): kind for key, kind in flat.items() if key.startswith("properties.")}
    return None


@pytest.mark.slow
@pytest.mark.parametrize("version", RELEASES)
def test_names_types_and_values_are_those_of_the_sdk(version: str, wheels: dict[str, Path]) -> None:
    classes, enumerations = models(wheels[version])
    types = schema.types(version)
    differences = []
    compared = 0
    for name, described in types.items():
        if name in ENVELOPE or (version, name) in EXPLAINED:
            continue
        theirs = their_class(name, classes)
        if theirs is None:
            differences.append(f"{name}: the SDK has no such class")
            continue
        ours = our_members(name, described, types)
        known = {
            *ours,
            *([described.by] if described.by else []),
            *(base.by for base in types.values() if name in base.variants.values()),
        }
        differences += [f"{name}.{key}: only the SDK has it" for key in theirs if key not in known and "." not in key]
        for key, member in ours.items():
            compared += 1
            if (version, f"{name}.{key}") in EXPLAINED:
                continue
            if key not in theirs:
                differences.append(f"{name}.{key}: only our table has it")
            elif theirs[key] != member["is"]:
                differences.append(f"{name}.{key}: {theirs[key]} in the SDK, {member['is']} in our table")
            listed = frozenset() if member.get("readonly") else frozenset(member.get("values", ()))
            if len(listed) > 1 and listed not in enumerations:
                differences.append(f"{name}.{key}: no enumeration of the SDK has the values {sorted(listed)}")
    assert differences == []
    assert compared > 40
