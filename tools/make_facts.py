"""Writes the generated tables of `aiblint/data/` from a matrix of what each API version of imageTemplates admits.

Usage: python tools/make_facts.py MATRIX.json

The matrix was compiled from the published ARM schemas (their faults undone), bicep-types and the SDK wheels; the tables
keep the facts in a shape of their own, one file per API version, so that a run reads one of them only:

    {"types": {TYPE: {"members": {NAME: MEMBER}, "by": NAME, "variants": {VALUE: TYPE}}}}

`by` and `variants` are there for discriminated types. A MEMBER has `is` (string, integer, boolean, object, array, map), `of`
(what an object is, or what the items of an array and the values of a map are: a TYPE or a scalar), and where they hold
`required`, `readonly`, `values`, `open` (other values may come), `min`, `max`, `pattern`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "aiblint" / "data"

RESOURCE = "Microsoft.VirtualMachineImages/imageTemplates"
OLDEST_SERVED = "2019-05-01-preview"

# What the service took in 2019-05-01-preview although no published schema of that version has it (azvmimagebuilder README
# and samples of 2019 and 2020): silence about it is right, the newer tables know these members.
SERVICE_ONLY = {
    "2019-05-01-preview": {
        "VmProfile": {
            "osDiskSizeGB": {"is": "integer", "min": 0},
            "vnetConfig": {"is": "object", "of": "VirtualNetworkConfig"},
        },
        "VirtualNetworkConfig": {name: {"is": "string"} for name in ("name", "subnetName", "resourceGroupName")},
        "WindowsUpdateCustomizer": {
            "searchCriteria": {"is": "string"},
            "filters": {"is": "array", "of": "string"},
            "updateLimit": {"is": "integer", "min": 0},
        },
    }
}
SERVICE_ONLY_VARIANTS = {"2019-05-01-preview": {"Customizer": {"WindowsUpdate": "WindowsUpdateCustomizer"}}}


def type_name(name: str) -> str:
    """`ImageTemplatePropertiesValidate` → `Validate`."""
    short = name.removeprefix("ImageTemplate")
    return short.removeprefix("Properties") or short


def member(written: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"is": written["type"]}
    of = written.get("ref") or written.get("itemsType")
    if of:
        made["of"] = of if of in ("string", "integer", "boolean") or " " in of else type_name(of)
    for theirs, ours in (("required", "required"), ("readOnly", "readonly"), ("openEnum", "open")):
        if written.get(theirs):
            made[ours] = True
    for theirs, ours in (("enum", "values"), ("min", "min"), ("max", "max"), ("pattern", "pattern")):
        if theirs in written:
            made[ours] = written[theirs]
    return made


def table(version: str, facts: dict[str, Any]) -> dict[str, Any]:
    """One API version in our own shape."""
    types: dict[str, Any] = {}
    for path, name in ((RESOURCE, "Template"), (RESOURCE + "/triggers", "Trigger")):
        if path in facts["resources"]:
            described = facts["resources"][path]["properties"]
            types[name] = {"members": {key: member(value) for key, value in described.items() if key != "resources"}}
    for name, described in facts["types"].items():
        made: dict[str, Any] = {"members": {key: member(value) for key, value in described.get("properties", {}).items()}}
        if described["kind"] == "discriminated":
            made["by"] = described["discriminator"]
            made["variants"] = {value: type_name(variant) for value, variant in described["values"].items()}
        types[type_name(name)] = made
    for name, members in SERVICE_ONLY.get(version, {}).items():
        types.setdefault(name, {"members": {}})["members"].update(members)
    for name, variants in SERVICE_ONLY_VARIANTS.get(version, {}).items():
        types[name]["variants"].update(variants)
    return {"types": dict(sorted(types.items()))}


def loosest(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """What at least one of several versions admits; required is only what all of them require. Newest last."""
    types: dict[str, Any] = {}
    for one in tables:
        for name, described in one["types"].items():
            made = types.setdefault(name, {"members": {}})
            for key in ("by", "variants"):
                if key in described:
                    made[key] = {**made.get(key, {}), **described[key]} if key == "variants" else described[key]
            for key, new in described["members"].items():
                made["members"][key] = _loosened(made["members"].get(key), new)
    for name, made in types.items():
        owners = [one["types"][name] for one in tables if name in one["types"]]
        for key, value in made["members"].items():
            if not all(owner["members"].get(key, {}).get("required") for owner in owners):
                value.pop("required", None)
    return {"types": dict(sorted(types.items()))}


def _loosened(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    made = dict(new)
    if old is not None:
        if "values" in old and "values" in new:
            made["values"] = [*old["values"], *(value for value in new["values"] if value not in old["values"])]
        for key, choose in (("min", min), ("max", max)):
            if key in old and key in new:
                made[key] = choose(old[key], new[key])
    return made


def history(tables: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """`TYPE.member` → the first and the last API version that has it."""
    known: dict[str, list[str]] = {}
    for version, one in tables.items():
        for name, described in one["types"].items():
            for key in [*described["members"], *(f"={value}" for value in described.get("variants", {}))]:
                known.setdefault(f"{name}.{key}", [version, version])[1] = version
    return dict(sorted(known.items()))


def documented_names(tables: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Every member name of every API version, folded to lower case → the documented spelling (of two, the newer)."""
    names: dict[str, str] = {}
    for one in tables.values():  # oldest first: the newest spelling stays
        for described in one["types"].values():
            for name in [*described["members"], *([described["by"]] if "by" in described else [])]:
                names[name.lower()] = name
    return dict(sorted(names.items()))


def write(name: str, content: object) -> None:
    path = DATA / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main(argv: list[str]) -> int:
    matrix = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    tables = {version: table(version, facts) for version, facts in sorted(matrix["versions"].items())}
    for version, one in tables.items():
        write(f"api/{version}.json", one)
    write("api/served.json", loosest([one for version, one in tables.items() if version >= OLDEST_SERVED]))
    write("history.json", history(tables))
    write("names.json", documented_names(tables))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
