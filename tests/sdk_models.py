"""What the models of a release of azure-mgmt-imagebuilder say, read from their source without importing anything of it.

Three generations of generated code: a class per file (0.1), `_attribute_map` and `_validation` in one file (0.3 to 1.4),
annotations with `rest_field` (2.0). All end up as the same `Model`s.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, NamedTuple

_SCALARS = {
    "str": "string", "int": "integer", "bool": "boolean", "iso-8601": "string", "datetime.datetime": "string", "object": "object"
}  # fmt: skip


class Member(NamedTuple):
    """`type` is string, integer, boolean, object, the name of a model, or one of these in `[]` (array) or `{}` (map)."""

    type: str
    required: bool
    readonly: bool
    values: frozenset[str]
    limits: tuple[tuple[str, Any], ...]
    """min, max and pattern, as far as the release carries them."""


class Model(NamedTuple):
    members: dict[str, Member]
    """By name in JSON; members of a flattened `properties` are called `properties.x`."""
    by: str | None
    variants: dict[str, str]


class Release(NamedTuple):
    api_version: str
    models: dict[str, Model]
    has_limits: bool


def read(package: Path) -> Release:
    """The models of the folder `azure/mgmt/imagebuilder` of a release."""
    sources = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(_model_files(package / "models"))]
    classes = {node.name: node for tree in sources for node in tree.body if isinstance(node, ast.ClassDef)}
    enums = {name: values for name, node in classes.items() if (values := _enum(node))}
    annotated = not any(_literal(node, "_attribute_map") for node in classes.values())
    models = {}
    for name in classes:
        if name not in enums:
            lineage = _lineage(name, classes)
            models[name] = _annotated(lineage, enums, classes) if annotated else _mapped(lineage, enums)
    return Release(_api_version(package), models, not annotated)


def _model_files(folder: Path) -> list[Path]:
    files = {path.name: path for path in folder.glob("*.py") if path.name not in ("__init__.py", "_patch.py")}
    # Releases for Python 2 and 3 have each model twice; the one for Python 3 has the annotations.
    return [path for name, path in files.items() if name.replace(".py", "_py3.py") not in files]


def _api_version(package: Path) -> str:
    texts = [path.read_text(encoding="utf-8") for path in sorted(package.glob("*.py"))]
    found = {
        version
        for text in texts
        for version in re.findall(
            r"""api_version(?:: \S+)? = (?:kwargs\.pop\(['"]api_version['"], )?['"](20[\d-]+(?:-preview)?)['"]""", text
        )
    }
    if len(found) != 1:
        raise ValueError(f"{package}: {sorted(found)} are not one API version")
    return str(found.pop())


def _lineage(name: str, classes: dict[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """A class after all its bases, as far as they are models."""
    node = classes[name]
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in classes and base.id != name]
    return [*(ancestor for base in bases for ancestor in _lineage(base, classes)), node]


def _enum(node: ast.ClassDef) -> frozenset[str]:
    if not any("Enum" in ast.unparse(base) for base in node.bases):  # also with_metaclass(…, str, Enum)
        return frozenset()
    return frozenset(
        statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _literal(node: ast.ClassDef, name: str) -> Any:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and statement.targets[0].id == name:
            return ast.literal_eval(statement.value)
    return {}


# The generation with `_attribute_map`


def _mapped(lineage: list[ast.ClassDef], enums: dict[str, frozenset[str]]) -> Model:
    own = lineage[-1]
    checks, members, by, variants = {}, {}, None, {}
    for node in lineage:
        checks.update(_literal(node, "_validation"))
    said = _documented_values(lineage, enums)
    for attribute, described in _literal(own, "_attribute_map").items():
        check = checks.get(attribute, {})
        limits = {
            ours: check[theirs]
            for theirs, ours in (("minimum", "min"), ("maximum", "max"), ("pattern", "pattern"))
            if theirs in check
        }
        is_enum = described["type"] in enums
        members[described["key"].replace("\\.", ".")] = Member(
            "string" if is_enum else _type(described["type"]),
            bool(check.get("required")),
            bool(check.get("readonly")),
            enums[described["type"]] if is_enum else said.get(attribute, frozenset()),
            tuple(sorted(limits.items())),
        )
    for attribute, found in _literal(own, "_subtype_map").items():
        by, variants = _literal(own, "_attribute_map")[attribute]["key"].removeprefix("properties."), found
    return Model(members, by, variants)


def _type(written: str) -> str:
    inner = written.strip("[]{}")
    return written.replace(inner, _SCALARS.get(inner, inner))


def _documented_values(lineage: list[ast.ClassDef], enums: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Attribute → its enumeration: only the docstring tells which one; 0.1 lists the values there."""
    found = {}
    for node in lineage:
        text = " ".join((ast.get_docstring(node) or "").split())
        for attribute, name in re.findall(r":(?:var)?type (\w+): str or ~azure\.mgmt\.imagebuilder\.models\.(\w+)", text):
            if name in enums:
                found[attribute] = enums[name]
            elif name == "enum":
                listed = re.search(
                    rf":(?:param|ivar) {attribute}: (?:(?! :).)*?Possible values include: ((?:'\w+'(?:, )?)+)", text
                )
                if listed is None:
                    raise ValueError(f"{node.name}.{attribute}: an enumeration without values")
                found[attribute] = frozenset(re.findall(r"'(\w+)'", listed[1]))
            else:
                raise ValueError(f"{node.name}.{attribute}: {name} is not there")
    return found


# The generation with `rest_field`


def _annotated(lineage: list[ast.ClassDef], enums: dict[str, frozenset[str]], classes: dict[str, ast.ClassDef]) -> Model:
    members, by = {}, None
    for node in lineage:
        for statement in node.body:
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(statement.value, ast.Call)
            ):
                options = {
                    word.arg: ast.literal_eval(word.value)
                    for word in statement.value.keywords
                    if word.arg in ("name", "visibility")
                }
                name = options.get("name", statement.target.id)
                members[name] = _annotation(ast.unparse(statement.annotation), options.get("visibility"), enums)
                if ast.unparse(statement.value.func) == "rest_discriminator" and node is lineage[-1] and len(lineage) == 1:
                    by = name
    variants = {
        str(ast.literal_eval(word.value)): other.name
        for other in classes.values()
        for word in other.keywords
        if word.arg == "discriminator" and any(ast.unparse(base) == lineage[-1].name for base in other.bases)
    }
    return Model(members, by if variants else None, variants)


def _annotation(written: str, visibility: list[str] | None, enums: dict[str, frozenset[str]]) -> Member:
    required = not written.startswith("Optional[")
    bare = written.removeprefix("Optional[").removesuffix("]") if not required else written
    values: frozenset[str] = frozenset()
    union = re.fullmatch(r"Union\[str, '_models\.(\w+)'\]", bare)
    if union is not None:
        bare, values = "str", enums[union[1]]
    bare = re.sub(r"'_models\.(\w+)'", r"\1", bare)
    shape = re.fullmatch(r"list\[(.*)\]", bare), re.fullmatch(r"dict\[str, (.*)\]", bare)
    if shape[0] is not None:
        bare = _type(f"[{shape[0][1]}]")
    elif shape[1] is not None:
        bare = _type("{" + shape[1][1] + "}")
    else:
        bare = _SCALARS.get(bare, bare)
    return Member(bare, required, visibility == ["read"], values, ())
