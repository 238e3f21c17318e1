"""What one file says and where: offsets become lines and columns here and nowhere else."""

from __future__ import annotations

import bisect

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiblint.masking import Hidden

OBJECT = "object"
ARRAY = "array"
STRING = "string"
NUMBER = "number"
BOOLEAN = "boolean"
NULL = "null"
UNREADABLE = "unreadable"
"""A value that the reader could not make sense of (`<minutes>` without quotes): it is there, its content is unknown."""

# Only these end a line. U+2028 and its kin, which str.splitlines() knows, are ordinary characters in JSON.
_LINE_END = lazy(r"\r\n|\n|\r")
_NOT_LINE_END = lazy(r"[^\r\n]")


class Span(tuple[int, int]):
    """Half-open range `[start, end)` of code points in `Document.text`."""

    __slots__ = ()

    def __new__(cls, start: int, end: int) -> Span:
        return tuple.__new__(cls, (start, end))

    @property
    def start(self) -> int:
        return self[0]

    @property
    def end(self) -> int:
        return self[1]


class Node:
    """One JSON value as written. `text[node.start:node.end]` is the value; a node never changes after reading.

    `value` is the decoded scalar (str, int, float, bool or None; containers and unreadable values have None).
    `children` are the items of an array, or the member values of an object in file order, duplicates included;
    a member value carries its name in `key` and the place of the quoted name in `key_start`, `key_end` (-1 elsewhere).
    """

    __slots__ = ("children", "end", "key", "key_end", "key_start", "kind", "parent", "start", "value")

    def __init__(self, kind: str, start: int, parent: Node | None) -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.parent = parent
        self.key: str | None = None
        self.key_start = -1
        self.key_end = -1
        self.value: str | int | float | bool | None = None
        self.children: list[Node] = []

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def key_span(self) -> Span | None:
        """Place of the member's name with its quotes; None for array items and for the root."""
        return Span(self.key_start, self.key_end) if self.key_start >= 0 else None

    def get(self, name: str) -> Node | None:
        """The member called exactly `name`; of duplicates the last, as JSON loaders take it."""
        if self.kind == OBJECT:
            for child in reversed(self.children):
                if child.key == name:
                    return child
        return None

    def find(self, name: str) -> Node | None:
        """Like `get`, ignoring case: ARM and older API versions read names that way."""
        if self.kind != OBJECT:
            return None
        for child in reversed(self.children):
            if child.key == name:
                return child
        folded = name.lower()
        for child in reversed(self.children):
            if child.key is not None and child.key.lower() == folded:
                return child
        return None

    @property
    def pointer(self) -> str:
        """RFC 6901 pointer into the file as written; the empty string is the root."""
        parts: list[str] = []
        node = self
        while node.parent is not None:
            if node.key is not None:
                parts.append(node.key.replace("~", "~0").replace("/", "~1"))
            else:
                parts.append(str(node.parent.children.index(node)))  # nodes are equal to themselves only
            node = node.parent
        return "".join("/" + part for part in reversed(parts))

    @property
    def root(self) -> Node:
        """The node that the whole document is; tells which file a node is written in."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in file order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.children:
                stack.extend(reversed(node.children))

    def to_python(self) -> object:
        """The plain value `json.loads` would give: of duplicate names the last counts. Unreadable values are None."""
        result: dict[int, object] = {}
        for node in reversed(list(self.walk())):  # children come after their parent: reversed, they are ready first
            if node.kind == OBJECT:
                result[id(node)] = {child.key: result.pop(id(child)) for child in node.children}
            elif node.kind == ARRAY:
                result[id(node)] = [result.pop(id(child)) for child in node.children]
            else:
                result[id(node)] = node.value
        return result[id(self)]

    def __repr__(self) -> str:
        return f"<Node {self.kind} {self.start}:{self.end}>"


class Mistake:
    """Something wrong with the writing of a file. `kind` is one of `syntax.json.KINDS`; rules give it a name and a severity."""

    __slots__ = ("end", "kind", "message", "start")

    def __init__(self, kind: str, start: int, end: int, message: str) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.message = message

    def __repr__(self) -> str:
        return f"<Mistake {self.kind} {self.start}:{self.end} {self.message!r}>"


class Document:
    """One file: its text, the tree read from it, and what was wrong with the writing.

    `path` is the name to show. `encoding` is one of utf-8, utf-16-le, utf-16-be, latin-1; `bom` tells whether a byte
    order mark stood in front (it is not part of `text`). `root` is None where no JSON value was found at all. `secrets` are the
    places of passwords and keys, `secret_texts` what they say: reports print `shown`, where asterisks stand for them, never
    `text`, and words from the file only as `hidden` lets them through; None where nobody has looked for secrets yet.
    """

    __slots__ = (
        "_kinds",
        "_line_starts",
        "_shown",
        "bom",
        "encoding",
        "hidden",
        "mistakes",
        "path",
        "root",
        "secret_texts",
        "secrets",
        "text",
    )

    def __init__(
        self, path: str, text: str, root: Node | None, mistakes: list[Mistake], *, encoding: str = "utf-8", bom: bool = False
    ) -> None:
        self.path = path
        self.text = text
        self.root = root
        self.mistakes = mistakes
        self.encoding = encoding
        self.bom = bom
        self.secrets: set[tuple[int, int]] = set()
        self.secret_texts: set[str] = set()
        self.hidden: Hidden | None = None
        self._shown: str | None = None
        self._kinds: frozenset[str] | None = None
        self._line_starts: list[int] | None = None

    @property
    def mistaken(self) -> frozenset[str]:
        """The kinds of the mistakes in the writing, each once: a file may have thousands of comments."""
        if self._kinds is None:
            self._kinds = frozenset(mistake.kind for mistake in self.mistakes)
        return self._kinds

    def hide(self, places: Iterable[tuple[int, int]]) -> None:
        """Adds to the places that no report prints."""
        self.secrets.update(places)
        self._shown = None

    @property
    def names_aiblint(self) -> bool:
        """Whether the text speaks of aiblint at all, in whatever letters: only then can it hold exceptions."""
        return "aiblint" in self.text or "aiblint" in self.text.lower()

    @property
    def shown(self) -> str:
        """The text as it may be printed: as long as `text`, line by line, an asterisk for each character of a secret."""
        if self._shown is None:
            pieces, rest = [], 0
            for start, end in sorted(self.secrets):
                if end > rest:
                    start = max(start, rest)
                    pieces += [self.text[rest:start], _NOT_LINE_END.sub("*", self.text[start:end])]
                    rest = end
            self._shown = "".join([*pieces, self.text[rest:]]) if pieces else self.text
        return self._shown

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; LF, CRLF and CR end a line."""
        if self._line_starts is None:
            self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._line_starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1, columns in characters."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line_span(self, line: int) -> tuple[int, int]:
        """Where a line (counted from 1) begins and ends, its line end left out."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return start, end

    def shown_line(self, line: int) -> str:
        """A line as it may be printed."""
        start, end = self.line_span(line)
        return self.shown[start:end]
