"""YAML as rule files are written in it: PyYAML's safe loader, without two of its surprises."""

from __future__ import annotations

import functools
from types import MappingProxyType
from typing import Any

import yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Written(dict[Any, Any]):
    """A mapping that knows on which line each of its keys stands; lines count from 1."""

    def __init__(
        self, content: Mapping[Any, Any] = MappingProxyType({}), lines: Mapping[Any, int] = MappingProxyType({})
    ) -> None:
        super().__init__(content)
        self.lines = dict(lines)


@functools.cache
def loader() -> Any:
    """The loader. Only `true` and `false` are booleans (YAML 1.1 takes the key `on` for one too), and a key that stands twice is
    a mistake. Mappings are Written.
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

        def construct_written(self, node: Any) -> Iterator[Written]:
            lines = {key.value: key.start_mark.line + 1 for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
            written = Written(lines=lines)
            yield written
            written.update(self.construct_mapping(node))

    Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_written)
    return Loader
