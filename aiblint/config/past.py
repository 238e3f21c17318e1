"""What a configuration of another day says, as far as it can be read: nothing is refused, for nobody goes by it."""

from __future__ import annotations

from aiblint.config.tree import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.config.tree import Node


def stated_in(path: str, text: str) -> Iterator[dict[str, str]]:
    """The exceptions that a configuration states, wherever in it, each as its fields."""
    waiting = [_tree(path, text)]
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        waiting += node.items or []
        fields = {key.text: value.text for key, value in node.pairs or [] if key.text is not None and value.text}
        waiting += [value for _, value in node.pairs or []]
        if "rule" in fields:
            yield {name: value for name, value in fields.items() if value is not None}


def _tree(path: str, text: str) -> Node | None:
    try:
        if path.endswith(".toml"):
            from aiblint.config import toml_tree

            return toml_tree.read(path, text)
        from aiblint.config import yaml_tree

        return yaml_tree.read(path, text)
    except ConfigError:
        return None
