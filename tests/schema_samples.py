"""Templates made from the table of an API version: ones that use all it has, what a version lacks of them, and mutants."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from aiblint import schema

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
DEPLOYMENT = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"

Json = dict[str, Any]
Path = tuple[str | int, ...]

# Texts that a rule of AIB104 to AIB110 or a pattern of the table looks at; any text will do elsewhere.
_TEXTS = {"name": "all", "runOutputName": "all", "location": "westeurope", "type": TYPE}


def templates(version: str) -> list[Json]:
    """Image templates that together have every member, variant and value of an API version, read-only members included."""
    made = _instances(schema.types(version), "Template")
    return [{**one, "type": TYPE, "apiVersion": version} for one in made]


def triggers(version: str) -> list[Json]:
    """The same for triggers, as resources beside a template called `all`; empty before 2022-07-01."""
    if "Trigger" not in schema.types(version):
        return []
    made = _instances(schema.types(version), "Trigger")
    return [{**one, "type": TYPE + "/triggers", "name": "all/all", "apiVersion": version} for one in made]


def deployment(*resources: Json) -> Json:
    return {"$schema": DEPLOYMENT, "contentVersion": "1.0.0.0", "resources": list(resources)}


def _instances(types: dict[str, schema.Type], name: str) -> list[Json]:
    described = types[name]
    if described.by is None:
        return _spread(types, described.members, {})
    return [
        made
        for value, variant in described.variants.items()
        for made in _spread(types, {**described.members, **types[variant].members}, {described.by: value})
    ]


def _spread(types: dict[str, schema.Type], members: dict[str, Json], fixed: Json) -> list[Json]:
    """As many objects as the member with the most possible values has of them; the others repeat theirs."""
    options = {key: _options(types, key, member) for key, member in members.items()}
    most = max([len(values) for values in options.values()], default=1)
    return [{**fixed, **{key: copy.deepcopy(values[i % len(values)]) for key, values in options.items()}} for i in range(most)]


def _options(types: dict[str, schema.Type], key: str, member: Json) -> list[Any]:
    wanted, of = member["is"], member.get("of")
    if "values" in member:
        return list(member["values"])
    if wanted in ("string", "boolean", "integer"):
        limits = [member[limit] for limit in ("min", "max") if limit in member]
        plain: dict[str, list[Any]] = {"string": [_TEXTS.get(key, "text")], "boolean": [True, False], "integer": limits or [7]}
        return plain[wanted]
    inner = _instances(types, of) if of in types else _options(types, "", {"is": of}) if of in _SCALARS else [{}]
    if wanted == "array":
        return [inner]
    if wanted == "map":
        return [{f"key{i}": value for i, value in enumerate(inner)}]
    return inner


_SCALARS = ("string", "boolean", "integer")


def lacking(made: Any, newer: str, older: str, name: str = "Template", path: str = "$") -> list[str]:
    """Where an object of a newer version's type has what the older version lacks: the member, or the discriminator.

    Capitals do not count: names and variants that changed theirs are the same.
    """
    new, old = schema.types(newer)[name], schema.types(older).get(name)
    assert old is not None, f"{path}: a member of a type that is unknown in {older} would have been found before"
    members, known = dict(new.members), {key.lower() for key in old.members}
    if new.by is not None:
        variants = {value.lower(): variant for value, variant in old.variants.items()}
        mine = made[new.by].lower()
        if mine not in variants:
            return [f"{path}.{new.by}"]
        members.update(schema.types(newer)[new.variants[made[new.by]]].members)
        known |= {key.lower() for key in schema.types(older)[variants[mine]].members}
    found = []
    for key, member in members.items():
        if key not in made:
            continue
        if key.lower() not in known:
            found.append(f"{path}.{key}")
        elif member.get("of") in schema.types(newer) and not member.get("readonly") and member["is"] != "map":
            inner = enumerate(made[key]) if member["is"] == "array" else [(None, made[key])]
            for index, value in inner:
                below = f"{path}.{key}" + (f"[{index}]" if index is not None else "")
                found += lacking(value, newer, older, member["of"], below)
    return found


class Mutant(NamedTuple):
    """A template with one mistake. `about` is (type, member, mistake), `at` the place that a finding should name."""

    about: tuple[str, str, str]
    at: str
    template: Json


WRONG = {"string": 7, "boolean": "true", "integer": "7", "object": [], "map": "text", "array": {"a": 1}}


class _Place(NamedTuple):
    path: Path
    owner: str
    key: str
    member: Json


def mutants(template: Json, version: str) -> Iterator[Mutant]:
    """One mistake at a time, at every place of a template: see `WRONG` and the names below. Read-only members are left alone."""
    for path, name, described in _objects(template, schema.types(version), "Template", ()):
        made = _at(template, path)
        yield _mutant(template, path, name, "bogus", "unknown", {**made, "bogus": 1})
        if described.by is not None:
            yield _mutant(template, path, name, described.by, "discriminator", {**made, described.by: "Bogus"})
            yield _mutant(
                template, path, name, described.by, "value-case", {**made, described.by: made[described.by].swapcase()}
            )
            yield _mutant(template, path, name, described.by, "missing", _without(made, described.by))
            yield _mutant(template, path, name, described.by, "json-type", {**made, described.by: 7})
            yield _slip(template, path, name, described.by, made)
        for key, member in _members(made, described, schema.types(version)).items():
            if member.get("readonly") or key in ("type", "apiVersion"):
                continue
            yield _mutant(template, path, name, key, "json-type", {**made, key: WRONG[member["is"]]})
            slip = key[0].swapcase() + key[1:]
            yield _mutant(template, path, name, key, "case", {slip if k == key else k: v for k, v in made.items()})
            yield _slip(template, path, name, key, made)
            if member.get("required"):
                yield _mutant(template, path, name, key, "missing", _without(made, key))
            if "values" in member and not member.get("open"):
                yield _mutant(template, path, name, key, "value", {**made, key: "Bogus"})


def _objects(made: Any, types: dict[str, schema.Type], name: str, path: Path) -> Iterator[tuple[Path, str, schema.Type]]:
    described = types[name]
    yield path, name, described
    for key, member in _members(made, described, types).items():
        if member.get("of") in types and not member.get("readonly") and member["is"] != "map":
            if member["is"] == "array":
                for index, item in enumerate(made[key]):
                    yield from _objects(item, types, member["of"], (*path, key, index))
            else:
                yield from _objects(made[key], types, member["of"], (*path, key))


def _members(made: Json, described: schema.Type, types: dict[str, schema.Type]) -> dict[str, Json]:
    """The members that an object has, with what the table says about them."""
    members = dict(described.members)
    if described.by is not None:
        members.update(types[described.variants[made[described.by]]].members)
    return {key: member for key, member in members.items() if key in made}


def _mutant(template: Json, path: Path, name: str, key: str, mistake: str, changed: Json) -> Mutant:
    owner = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    variant = str(_at(template, path).get("type", "")) if path else ""
    return Mutant(
        (f"{name}:{variant}", key, mistake), owner if mistake == "missing" else f"{owner}.{key}", _with(template, path, changed)
    )


def _slip(template: Json, path: Path, name: str, key: str, made: Json) -> Mutant:
    """A member with a letter left out: what is wrong is the member that is there, not that one is missing."""
    middle = len(key) // 2
    slip = key[:middle] + key[middle + 1 :] if len(key) > 3 else key + ":"
    mutant = _mutant(template, path, name, key, "slip", {slip if k == key else k: v for k, v in made.items()})
    owner = mutant.at.removesuffix(f".{key}")
    return mutant._replace(at=f"{owner}.{slip}" if slip.isidentifier() else f"{owner}['{slip}']")


def _without(made: Json, key: str) -> Json:
    return {k: v for k, v in made.items() if k != key}


def _at(tree: Any, path: Path) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def _with(tree: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(tree, list):
        return [_with(item, rest, value) if i == head else item for i, item in enumerate(tree)]
    return {key: _with(item, rest, value) if key == head else item for key, item in tree.items()}


def replaced(tree: Any, path: Path, value: Any) -> Any:
    """A tree with another value at one place."""
    return _with(tree, path, value)


def values(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a tree below its root, with its place."""
    for key, value in enumerate(tree) if isinstance(tree, list) else tree.items() if isinstance(tree, dict) else ():
        yield (*path, key), value
        yield from values(value, (*path, key))
