"""Shared by the tests of the template language: an environment of plain values, and ways to evaluate in it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from aiblint.arm.environment import Environment, UserFunction
from aiblint.arm.evaluate import evaluate
from aiblint.arm.expression import parse
from aiblint.arm.plain import from_python
from aiblint.arm.term import Term, Unknown
from aiblint.document import Node
from aiblint.syntax import json as reader

DOGS = [
    {"name": "Evie", "age": 5, "interests": ["Ball", "Frisbee"]},
    {"name": "Casper", "age": 3, "interests": ["Other dogs"]},
    {"name": "Indy", "age": 2, "interests": ["Butter"]},
    {"name": "Kira", "age": 8, "interests": ["Rubs"]},
]
NESTED = [
    {"property": {"one": "a", "two": "b", "three": "c1"}, "nestedArray": [1, 2]},
    {"property": {"three": "c2", "four": "d", "five": "e"}, "nestedArray": [3, 4]},
]
DECLARED: dict[str, object] = {
    "dogs": DOGS,
    "words": ["one", "two", "three"],
    "map": {"one": "a", "two": "b", "three": "c"},
    "nested": NESTED,
    "nulls": {"null1": None, "null2": None, "string": "default", "int": 1, "object": {"first": "default"}, "array": [1]},
    "entities": {
        "item002": {"enabled": False, "displayName": "Example item 2", "number": 200},
        "item001": {"enabled": True, "displayName": "Example item 1", "number": 300},
    },
    "numbers": [0, 3, 2, 5, 4],
    "duplicates": [1, 2, 3, 1],
    "collection": [["one", "two", "three"], [4, 5, 6]],
    "props": {"propA": "one", "propB": "two", "propC": "three", "propD": {"propD-1": "sub", "propD-2": "sub"}},
}


class Declared(Environment):
    """Parameters and variables given as terms or plain values."""

    def __init__(self, parameters: dict[str, object] | None = None, variables: dict[str, object] | None = None) -> None:
        super().__init__()
        self.parameters = self._terms(parameters or {})
        self.variables = self._terms(variables or {})
        self.functions: dict[str, UserFunction] = {}
        self.index: int | None = None

    @staticmethod
    def _terms(values: dict[str, object]) -> dict[str, Term]:
        return {name: value if isinstance(value, Term) else from_python(value) for name, value in values.items()}

    def parameter(self, name: str) -> Term | None:
        return {key.lower(): term for key, term in self.parameters.items()}.get(name.lower())

    def variable(self, name: str) -> Term | None:
        return {key.lower(): term for key, term in self.variables.items()}.get(name.lower())

    def user_function(self, namespace: str, name: str) -> UserFunction | None:
        return self.functions.get(f"{namespace}.{name}".lower())

    def copy_index(self, loop: str | None) -> int | None:
        return self.index

    def names(self, kind: str) -> Iterable[str]:
        return {"parameter": self.parameters, "variable": self.variables, "function": self.functions}[kind]


def term(expression: str, environment: Environment | None = None) -> Term:
    return evaluate(parse(f"[{expression}]"), environment or Declared(variables=DECLARED))


def node(value: object) -> Node:
    root = reader.read(json.dumps(value).encode(), "x.json").root
    assert root is not None
    return root


def unknown(kind: str | None = None, **more: object) -> Unknown:
    return Unknown(kind, reason="a test says so", **more)  # type: ignore[arg-type]
