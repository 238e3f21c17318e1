"""The tables that are made from the table of each API version are what the tool makes of these today."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT

from aiblint import schema


@pytest.fixture(scope="module")
def make_facts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_facts", ROOT / "tools" / "make_facts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stored(name: str) -> Any:
    return json.loads((ROOT / "aiblint" / "data" / f"{name}.json").read_text(encoding="utf-8"))


def test_what_several_versions_make_together(make_facts: ModuleType) -> None:
    tables = {version: stored(f"api/{version}") for version in schema.versions()}
    served = [tables[version] for version in schema.served()]
    assert make_facts.loosest(served) == stored("api/served")
    assert make_facts.history(tables) == stored("history")
    assert make_facts.documented_names(tables) == stored("names")


def test_there_is_a_table_for_each_published_version() -> None:
    tables = {path.stem for path in (ROOT / "aiblint" / "data" / "api").glob("*.json")}
    assert tables == {*schema.versions(), "served"}


@pytest.mark.parametrize("version", [*schema.versions(), "served"])
def test_a_table_is_whole(version: str) -> None:
    """Every type that is referred to is there, every variant too, and no member says anything that nobody reads."""
    types = stored(f"api/{version}")["types"]
    for name, described in types.items():
        assert set(described) <= {"members", "by", "variants"}
        assert ("by" in described) == ("variants" in described)
        assert set(described.get("variants", {}).values()) <= types.keys(), name
        for key, member in described["members"].items():
            assert set(member) <= {"is", "of", "required", "readonly", "values", "open", "min", "max", "pattern"}, (
                f"{name}.{key}"
            )
            assert member["is"] in ("string", "integer", "boolean", "object", "array", "map"), f"{name}.{key}"
            if member["is"] in ("array", "map", "object"):
                assert member["of"] in ("string", "integer", *types) or " " in member["of"], f"{name}.{key}"
