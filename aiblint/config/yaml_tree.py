"""YAML → the tree of a configuration."""

from __future__ import annotations

from aiblint.config.tree import MOST_LEVELS, ConfigError, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml
    from yaml._yaml import Mark as CMark
    from yaml.error import Mark

_QUOTE = "a value that starts with {} needs quotes; aliases, anchors and tags of YAML are not read"


def read(path: str, text: str) -> Node:
    """The one YAML document in a text. ConfigError: it is not YAML, or uses what makes a short file stand for a huge one."""
    import yaml

    try:
        return _tree(path, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(path, text, error) from error
    except yaml.YAMLError as error:
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        before = text[: bad.start()] if bad else ""
        where = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigError(path, *where, "is not YAML: a control character; take it out, or write it as an escape") from error


def _tree(path: str, events: Iterable[yaml.Event]) -> Node:
    """Nodes from YAML events. Aliases are refused, so a short file cannot stand for a huge one, or for itself."""
    import yaml

    top: list[Node] = []
    open_nodes: list[tuple[Node | None, list[Node]]] = [(None, top)]
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            node, children = open_nodes.pop()
            if node is not None and isinstance(event, yaml.MappingEndEvent):
                node.pairs = list(zip(children[::2], children[1::2], strict=True))
            elif node is not None:
                node.items = children
            continue
        line, column = _position(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent) and top:
            raise ConfigError(path, line, column, "a second document begins here; a configuration is one document")
        if not isinstance(event, yaml.NodeEvent):
            continue
        if event.anchor is not None:
            raise ConfigError(path, line, column, _QUOTE.format("*" if isinstance(event, yaml.AliasEvent) else "&"))
        if getattr(event, "tag", None) is not None:
            raise ConfigError(path, line, column, _QUOTE.format("!"))
        siblings = open_nodes[-1][1]
        if isinstance(event, yaml.ScalarEvent):
            siblings.append(Node(line, column, event.value, plain=not event.style))
        else:
            siblings.append(Node(line, column))
            open_nodes.append((siblings[-1], []))
            if len(open_nodes) > MOST_LEVELS:
                raise ConfigError(path, line, column, "is nested too deeply; no setting lies this deep")
    return top[0] if top else Node(1, 1, "", plain=True)


def _position(mark: Mark | CMark | None) -> tuple[int, int]:
    """Line and column, counted from 1."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _syntax_error(path: str, text: str, error: yaml.MarkedYAMLError) -> ConfigError:
    """What the YAML reader says, with the two mistakes that are easy to make in this file put plainly."""
    mark = error.problem_mark or error.context_mark
    start = error.context_mark or mark
    line, column = _position(mark)
    if error.context == "while scanning an alias":
        return ConfigError(path, *_position(start), _QUOTE.format("*"))
    lines = text.splitlines()
    if line <= len(lines) and lines[line - 1][column - 1 : column] == "\t":
        return ConfigError(path, line, column, "is not YAML: a tab; indent with spaces")
    since = "" if _position(start)[0] == line else f" (begun on line {_position(start)[0]})"
    return ConfigError(path, line, column, f"is not YAML: {error.problem}{since}")
