"""An independent referee: Microsoft's own Python models know the same members, types and values for each API version."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sdk_models

from aiblint import schema

PACKAGE = "azure-mgmt-imagebuilder"

RELEASES = {
    "2019-02-01-preview": "0.1.0",
    "2019-05-01-preview": "0.3.0",
    "2020-02-14": "0.4.0",
    "2021-10-01": "1.0.0",
    "2022-02-14": "1.1.0",
    "2022-07-01": "1.2.0",
    "2023-07-01": "1.3.0",
    "2024-02-01": "1.4.0",
    "2025-10-01": "2.0.0",
}
"""API version → the newest release that speaks it. No release speaks 2018-02-01-preview."""


class Fact(NamedTuple):
    """What is said about one member. `type` is a scalar, object, `[]` or `{}` with what is in it."""

    type: str
    required: bool
    readonly: bool
    values: frozenset[str]
    limits: tuple[tuple[str, Any], ...]


Facts = dict[str, Fact]
"""By place: `properties.distribute[]<SharedImage>.targetRegions[].name`."""


# What the table says


def of_table(version: str) -> Facts:
    types = schema.types(version)
    found: Facts = {}
    for name in ("Template", "Trigger"):
        if name in types:
            found.update(_of_type(types, name, "" if name == "Template" else "trigger."))
    return found


def _of_type(types: dict[str, schema.Type], name: str, at: str) -> Iterator[tuple[str, Fact]]:
    described = types[name]
    yield from _of_members(types, described.members, at)
    if described.by is not None:
        yield at + described.by, Fact("string", True, False, frozenset(described.variants), ())
        for value, variant in described.variants.items():
            yield from _of_members(types, types[variant].members, f"{at.removesuffix('.')}<{value}>.")


def _of_members(types: dict[str, schema.Type], members: dict[str, dict[str, Any]], at: str) -> Iterator[tuple[str, Fact]]:
    for key, member in members.items():
        wanted, of = member["is"], member.get("of")
        plain = "object" if of in types else of
        shown = {"array": f"[{plain}]", "map": f"{{{plain}}}"}.get(wanted, wanted)
        limits = tuple(sorted((limit, member[limit]) for limit in ("min", "max", "pattern") if limit in member))
        yield (
            at + key,
            Fact(
                shown, bool(member.get("required")), bool(member.get("readonly")), frozenset(member.get("values", ())), limits
            ),
        )
        if of in types:
            yield from _of_type(types, of, at + key + {"array": "[].", "map": "{}."}.get(wanted, "."))


# What a release says


def of_release(release: sdk_models.Release) -> Facts:
    found: Facts = {}
    for name, at in (("ImageTemplate", ""), ("Trigger", "trigger.")):
        if name in release.models:
            found.update(_of_model(release.models, name, at))
    return found


def _of_model(
    models: dict[str, sdk_models.Model], name: str, at: str, without: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Fact]]:
    model = models[name]
    by = model.by
    if by is not None and by not in model.members:
        by = f"properties.{by}"  # flattened
    for key, member in model.members.items():
        if key in without:
            continue
        inner = member.type.strip("[]{}")
        shown = member.type.replace(inner, "object") if inner in models else member.type
        values = frozenset(model.variants) if key == by else member.values
        yield at + key, Fact(shown, member.required, member.readonly, values, member.limits)
        if inner in models:
            yield from _of_model(models, inner, at + key + {"[": "[].", "{": "{}."}.get(member.type[0], "."))
    for value, variant in model.variants.items():
        prefix = "properties" if by is not None and by.startswith("properties.") else ""
        yield from _of_model(models, variant, f"{(at + prefix).removesuffix('.')}<{value}>.", frozenset(model.members))


# Where they differ


def differences(table: Facts, sdk: Facts, has_limits: bool) -> list[str]:
    found = [f"{place}: only in the table" for place in table.keys() - sdk.keys()]
    found += [f"{place}: only in the release" for place in sdk.keys() - table.keys()]
    for place in table.keys() & sdk.keys():
        for aspect, ours, theirs in zip(Fact._fields, table[place], sdk[place], strict=True):
            if ours != theirs and (aspect != "limits" or has_limits):
                found.append(f"{place}: {aspect} {_shown(ours)} in the table, {_shown(theirs)} in the release")
    return sorted(found)


def _shown(value: Any) -> str:
    return ", ".join(sorted(value)) or "none" if isinstance(value, frozenset) else str(value)


class Explained(NamedTuple):
    """Differences that are known: a pattern for them, the versions in which they are, and why."""

    pattern: str
    versions: list[str]
    why: str


EVERY = list(RELEASES)
TRIGGERS = [version for version in EVERY if version >= "2022-07-01"]
FLATTENED = [version for version in EVERY if version < "2025-10-01"]

EXPLAINED = [
    Explained(
        r"apiVersion: only in the table", EVERY, "the client sends it as a query parameter, a deployment has it in the resource"
    ),
    Explained(
        r"(name|type): (required|readonly) .*", EVERY, "the client puts both into the address; in a deployment they are members"
    ),
    Explained(
        r"type: values .*imageTemplates in the table, none .*", EVERY, "as above: models do not know their own resource type"
    ),
    Explained(r"name: limits .*", FLATTENED, "the pattern stands at the operation's parameter, not in the model"),
    Explained(r"properties: only in the table", FLATTENED, "the client lifts the members of properties up to the resource"),
    Explained(
        r"properties\.(source|distribute): required True .*",
        [v for v in FLATTENED if v >= "2021-10-01"],
        "lost when lifted up: generators mark lifted members optional; the ARM schemas, bicep-types and 2.0.0 require them",
    ),
    Explained(
        r"properties: required True .*",
        ["2025-10-01"],
        "2.0.0 leaves it out where nothing in it is set; a template without source is refused",
    ),
    Explained(
        r"properties\.customize\[\]\.type: values .*WindowsUpdate in the table.*",
        ["2019-05-01-preview"],
        "the service took it, no published schema has it",
    ),
    Explained(r"properties\.customize\[\]<WindowsUpdate>\.\w+: only in the table", ["2019-05-01-preview"], "as above"),
    Explained(
        r"properties\.vmProfile\.(osDiskSizeGB|vnetConfig(\.\w+)?): only in the table", ["2019-05-01-preview"], "as above"
    ),
    Explained(
        r"properties\.customize\[\]<PowerShell>\.runAsSystem: only in the table",
        ["2020-02-14"],
        "added to this version in October 2020, after release 0.4.0",
    ),
    Explained(r"trigger\.apiVersion: only in the table", TRIGGERS, "as for the template"),
    Explained(r"trigger\.(name|type): .*", TRIGGERS, "as for the template"),
    Explained(r"trigger\.properties: (only in the table|required True .*)", TRIGGERS, "as for the template"),
    Explained(
        r"trigger\.properties\.kind: (required|values) .*",
        [v for v in TRIGGERS if v in FLATTENED],
        "lost when lifted up: the lifted member is a plain text",
    ),
]


# Where the releases come from


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Release → its folder of sources: the installed one, and those that the package registry hands out."""
    found = {}
    try:
        installed = importlib.metadata.distribution(PACKAGE)
        found[installed.version] = Path(str(installed.locate_file("azure/mgmt/imagebuilder")))
    except importlib.metadata.PackageNotFoundError:
        pass
    folder = tmp_path_factory.mktemp("releases")
    for release in RELEASES.values():
        if release not in found:
            wheel = _downloaded(release, folder)
            if wheel is None:
                break  # no registry: the next one would only take its time to say so too
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder / release)
            found[release] = folder / release / "azure" / "mgmt" / "imagebuilder"
    return found


def _downloaded(release: str, folder: Path) -> Path | None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--retries=1",
        "--timeout=5",
    ]
    try:
        done = subprocess.run(
            [*command, f"--dest={folder}", f"{PACKAGE}=={release}"], capture_output=True, check=False, timeout=20
        )
    except subprocess.TimeoutExpired:
        return None
    wheels = list(folder.glob(f"*-{release}-*.whl"))
    return wheels[0] if done.returncode == 0 and wheels else None


@pytest.mark.slow
@pytest.mark.parametrize("version", EVERY)
def test_the_release_that_speaks_a_version_knows_the_same(version: str, packages: dict[str, Path]) -> None:
    release = RELEASES[version]
    if release not in packages:
        pytest.skip(f"{PACKAGE} {release} is neither installed nor to be had from the package registry")
    models = sdk_models.read(packages[release])
    assert models.api_version == version
    found = differences(of_table(version), of_release(models), models.has_limits)
    explanations = [one.pattern for one in EXPLAINED if version in one.versions]
    assert [difference for difference in found if not any(re.fullmatch(pattern, difference) for pattern in explanations)] == []
    idle = [pattern for pattern in explanations if not any(re.fullmatch(pattern, difference) for difference in found)]
    assert idle == [], "explanations of nothing"


def test_the_referee_is_there(packages: dict[str, Path]) -> None:
    if not packages:
        pytest.skip(f"{PACKAGE} is neither installed nor to be had from the package registry")
    assert set(packages) & set(RELEASES.values())


@pytest.mark.parametrize("version", schema.versions())
def test_the_referee_sees_every_kind_of_difference(version: str) -> None:
    """A table compared with itself differs nowhere; with one fact changed, there, whatever the fact."""
    table = of_table(version)
    assert differences(table, table, True) == []
    for place, fact in table.items():
        other = {key: value for key, value in table.items() if key != place}
        assert differences(table, other, True) == [f"{place}: only in the table"]
        assert differences(other, table, True) == [f"{place}: only in the release"]
        changed = fact._replace(type="other", required=not fact.required, values=fact.values | {"x"}, limits=(("min", -9),))
        seen = differences(table, {**table, place: changed}, True)
        assert [line.split()[1] for line in seen] == ["limits", "required", "type", "values"]
        assert len(differences(table, {**table, place: changed}, False)) == 3
