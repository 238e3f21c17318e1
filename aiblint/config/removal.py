"""Where an exception stands in a YAML configuration, as lines or an item that can be cut out while all else stays as it is."""

from __future__ import annotations

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DASH = lazy(r"[ \t]*-[ \t]+")
_REST = lazy(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
_AFTER_KEY = lazy(r"[ \t]*:[ \t]*(?:\r\n|\n|\r)")
_BLANKS = lazy(r"[ \t]*")


def stretch(text: str, line: int, column: int) -> tuple[int, int] | None:
    """What to cut for the exception whose rule is named at a line and column, both counted from 1; the last of a list takes its key
    along. None where that would touch more, such as a comment between the items of a list in brackets.
    """
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    found = _find(root, (line - 1, column - 1))
    if found is None:
        return None
    owner, key, items, entry = found
    cut = _of_brackets(text, items, entry) if items.flow_style else _of_lines(text, key, items, entry)
    if cut is None:
        return None
    # Distrusted: what is read afterwards has to be what was read before, without the exception.
    left = [each for each in items.value if each is not entry]
    try:
        after = _plain(yaml.compose(text[: cut[0]] + text[cut[1] :], Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return None
    items.value = left
    if not left and not items.flow_style:
        owner.value = [pair for pair in owner.value if pair[1] is not items]
    return cut if after == (_plain(root) or None) else None


def _find(root: Any, place: tuple[int, int]) -> tuple[Any, Any, Any, Any] | None:
    """The mapping, the key in it, the list behind that, and the item of it in which a value begins at a place."""
    import yaml

    waiting = [root]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            waiting.append(value)
            for item in value.value if isinstance(value, yaml.SequenceNode) else ():
                starts = [(part.start_mark.line, part.start_mark.column) for _, part in _pairs(item)]
                if place in starts:
                    return node, key, value, item
    return None


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    import yaml

    return node.value if isinstance(node, yaml.MappingNode) else []


def _of_brackets(text: str, items: Any, entry: Any) -> tuple[int, int] | None:
    if "#" in text[items.start_mark.index : items.end_mark.index]:
        return None
    at = items.value.index(entry)
    if at + 1 < len(items.value):
        return entry.start_mark.index, items.value[at + 1].start_mark.index
    return (items.value[at - 1].end_mark.index if at else entry.start_mark.index), entry.end_mark.index


def _of_lines(text: str, key: Any, items: Any, entry: Any) -> tuple[int, int] | None:
    start = entry.start_mark.index - entry.start_mark.column
    if _DASH.fullmatch(text[start : entry.start_mark.index]) is None:
        return None
    end = _last(entry)
    if text[end - 1] not in "\r\n":
        rest = _REST.match(text, end)
        if rest is None:
            return None
        end = rest.end()
    if len(items.value) == 1:
        first = key.start_mark.index - key.start_mark.column
        between = text[key.end_mark.index : start]
        if _AFTER_KEY.fullmatch(between) is None or _BLANKS.fullmatch(text[first : key.start_mark.index]) is None:
            return None
        start = first
    return start, end


def _last(node: Any) -> int:
    """Where the last thing ends that stands in a node; a collection by lines itself ends only where the next thing begins."""
    import yaml

    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _plain(node: Any) -> Any:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return [(_plain(key), _plain(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return None if node is None else node.value
