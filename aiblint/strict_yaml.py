"""YAML as rule files are written in it: PyYAML's safe loader, without two of its surprises."""

from __future__ import annotations

import functools

import yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@functools.cache
def loader() -> Any:
    """The loader. Only `true` and `false` are booleans (YAML 1.1 takes the key `on` for one too), and a key that stands twice is
    a mistake.
    """
    resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers = resolvers

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        raise yaml.constructor.ConstructorError(None, None, f"'{key.value}' stands here twice", key.start_mark)
                    seen.add(key.value)
            return super().construct_mapping(node, deep)

    return Loader
