"""The open containers of a text being read: what opens and closes them, and what is said when that goes wrong."""

from __future__ import annotations

from aiblint.document import ARRAY, OBJECT, Document, Mistake, Node
from aiblint.syntax.brackets import Lookahead, outdented
from aiblint.syntax.cursor import AFTER, FIRST, NEXT, Cursor
from aiblint.syntax.mistakes import LEGAL_SOMEWHERE, quoted
from aiblint.syntax.strings import Strings
from aiblint.syntax.trivia import skip_trivia

TYPE_CHECKING = False
if TYPE_CHECKING:
    Key = tuple[str, int, int]  # a member's name, and where it begins and ends

_CLOSERS = {OBJECT: "}", ARRAY: "]"}


class Stack(Cursor):
    """The cursor, and what recovering from mistakes needs beside it."""

    __slots__ = (
        "_ahead",
        "_counted",
        "_doubled",
        "_forgive",
        "_implicit",
        "_known",
        "_lines",
        "_panic",
        "_passed",
        "_reopened",
        "_strings",
        "_too_deep",
        "mistakes",
    )

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.mistakes: list[Mistake] = []
        self._lines: Document | None = None
        self._strings = Strings(text, self.report)
        self._ahead = Lookahead(text)
        self._implicit: set[int] = set()  # id() of objects that lack their braces
        self._known: set[int] = set()  # places of names reported as duplicates
        self._doubled: list[tuple[Node, Node | None]] = []  # objects with two pairs of braces, and their true parents
        self._passed = 0  # comments and the like are reported up to here
        self._counted = 0
        self._reopened = 0
        self._too_deep = False
        self._panic = False  # what follows may be the rest of the last mistake: say nothing until something makes sense
        self._forgive = False  # no comma is needed here

    def adopt(self, cursor: Cursor) -> None:
        """Go on where the fast path stopped."""
        for slot in Cursor.__slots__:
            setattr(self, slot, getattr(cursor, slot))

    # --- words

    def report(self, kind: str, start: int, end: int, message: str) -> None:
        self.mistakes.append(Mistake(kind, start, end, message))
        if kind not in LEGAL_SOMEWHERE:
            self._counted += 1

    def _skip_trivia(self, pos: int) -> int:
        """The next place that matters; what stands before it is reported once, however often it is passed."""
        return skip_trivia(self.text, pos, self._report_trivia)

    def _report_trivia(self, kind: str, start: int, end: int, message: str) -> None:
        if start >= self._passed:
            self._passed = end
            self.report(kind, start, end, message)

    def _structural(self, kind: str, start: int, end: int, message: str) -> None:
        """Report what leaves the structure in doubt, unless it is the rest of such a mistake."""
        if not self._panic:
            self.report(kind, start, end, message)
        self._panic = True

    def _line(self, offset: int) -> int:
        if self._lines is None:
            self._lines = Document("", self.text, None, [])
        return self._lines.position(offset)[0]

    def _opened(self, node: Node) -> str:
        return f"the {node.kind} opened on line {self._line(node.start)}"

    # --- the end

    def _end_of_file(self) -> None:
        """Close what is open; one mistake says that the file is cut off, and where that shows."""
        text = self.text
        end = len(text.rstrip())
        node = self.container
        innermost = node
        while node is not None and id(node) in self._implicit:
            node = node.parent
        told = self._too_deep or any(mistake.kind == "unclosed" for mistake in self.mistakes)
        if self._strings.truncated >= 0:
            line = self._line(self._strings.truncated)
            message = f"the file ends inside the string that begins on line {line}: is it truncated?"
            self.report("unclosed", end, end, message)
        elif node is not None and not told:
            self.report("unclosed", end, end, f"the file ends inside {self._opened(node)}: is it truncated?{self._suspect()}")
        self._close_all(innermost, end)

    def _close_all(self, node: Node | None, end: int) -> None:
        while node is not None:
            end = node.end = max(end, node.end, node.children[-1].end if node.children else 0)
            if node.kind == OBJECT:
                self.find_duplicates(node)
            node = node.parent
        self.container, self.depth, self.pos = None, 0, len(self.text)

    def _suspect(self) -> str:
        """Where a closer is missing, as the indentation tells it."""
        if self.root is None:
            return ""
        node = outdented(self.text, self.root)
        if node is None:
            return ""
        closer = _CLOSERS[node.kind]
        line = self._line(node.end - 1)
        return (
            f" The `{closer}` of {self._opened(node)} may be the one missing: what closes it on line {line} stands further left"
        )

    # --- nodes

    def _open(self, kind: str, pos: int, key: Key | None) -> Node:
        node = self._add(kind, pos, pos, None, key)
        self.container, self.state = node, FIRST
        self.depth += 1
        return node

    def _add(self, kind: str, start: int, end: int, value: str | int | float | bool | None, key: Key | None) -> Node:
        node = Node(kind, start, self.container)
        node.end = end
        node.value = value
        if key is not None:
            node.key, node.key_start, node.key_end = key
        if self.container is not None:
            self.container.children.append(node)
        else:
            self.root = node
        self.pos, self.state, self._forgive = end, AFTER, False
        return node

    def _close(self, node: Node, end: int) -> None:
        node.end = max(end, node.end)
        if node.kind == OBJECT:
            self.find_duplicates(node)
        self.container, self.state = node.parent, AFTER
        self.depth -= 1
        self._forgive = False

    def _close_early(self, node: Node) -> None:
        """Close a container that lacks its closer: it ends with the last thing in it."""
        self._close(node, node.children[-1].end if node.children else node.start + 1)

    def tell_duplicates(self) -> None:
        """Report the names that stand twice in the objects which the fast path found doubtful."""
        for node in self.doubtful:
            self.find_duplicates(node)

    def find_duplicates(self, node: Node) -> None:
        """Report the names that stand twice in an object, also those that differ only in case."""
        children = node.children
        if len({(child.key or "").lower() for child in children}) == len(children):
            return
        exact: dict[str, Node] = {}
        folded: dict[str, Node] = {}
        for child in children:
            name = child.key or ""
            first = exact.setdefault(name, child)
            twin = folded.setdefault(name.lower(), child)
            if twin is child or child.key_start in self._known:
                continue
            self._known.add(child.key_start)
            if first is not child:
                line = self._line(first.key_start)
                message = f"{_name(name)} already stands on line {line}: loaders keep the last one, so the first is lost"
            else:
                message = (
                    f"{_name(name)} and {_name(twin.key or '')} on line {self._line(twin.key_start)} differ only in case: "
                    "ARM takes them for the same name, so one is lost"
                )
            self.report("duplicate-key", child.key_start, child.key_end, message)

    # --- closers

    def _closer(self, node: Node, char: str) -> None:
        pos = self.pos
        if _CLOSERS[node.kind] == char:
            self._trailing(node)
            self.pos = pos + 1
            self._close(node, pos + 1)
            self._panic = False
            return
        if id(node) in self._implicit and node.parent is not None:
            self._close_early(node)
            return
        self._mismatch(node, char)

    def _trailing(self, node: Node) -> None:
        if self.state == NEXT and self.comma >= 0 and not self._panic:
            what = "member" if node.kind == OBJECT else "item"
            self.report("trailing-comma", self.comma, self.comma + 1, f"a comma after the last {what}: delete it")

    def _kinds(self, node: Node | None) -> list[str]:
        kinds = []
        while node is not None:
            if id(node) not in self._implicit:
                kinds.append(node.kind)
            node = node.parent
        kinds.reverse()
        return kinds

    def _mismatch(self, node: Node, char: str) -> None:
        """A closer of the other kind: the right one is missing, it is mistyped, or it is one too many. The rest decides."""
        pos = self.pos
        owner: Node | None = node
        while owner is not None and _CLOSERS[owner.kind] != char:
            owner = owner.parent
        rest = pos + 1
        guesses = {
            "missing": self._ahead.reach(rest, self._kinds(owner.parent)) if owner is not None else -1,
            "typo": self._ahead.reach(rest, self._kinds(node.parent)) if id(node) not in self._implicit else -1,
            "stray": self._ahead.reach(rest, self._kinds(node)),
        }
        best = max(guesses, key=lambda guess: guesses[guess])
        needed = _CLOSERS[node.kind]
        if best == "missing" and owner is not None:
            self._structural(
                "mismatched-bracket",
                pos,
                pos + 1,
                f"{quoted(char)} stands here, but {self._opened(node)} is still open: `{needed}` is missing before it",
            )
            while self.container is not None and self.container is not owner:
                self._close_early(self.container)
            self._panic = False
            return  # the closer itself is read again, and fits now
        self.pos = rest
        if best == "typo":
            self._structural("mismatched-bracket", pos, rest, f"{quoted(char)} closes {self._opened(node)}: write `{needed}`")
            self._close(node, rest)
            self._panic = False
            return
        self._structural(
            "mismatched-bracket", pos, rest, f"{quoted(char)} closes nothing ({self._opened(node)} needs `{needed}`): delete it"
        )

    def _should_pop(self, node: Node, pos: int) -> bool:
        """Whether the text from `pos` makes more sense with this container closed before it."""
        if node.parent is None or id(node) in self._implicit:
            return False
        return self._ahead.reach(pos, self._kinds(node.parent)) > self._ahead.reach(pos, self._kinds(node))

    def _pop_missing(self, node: Node, what: str) -> None:
        closer = _CLOSERS[node.kind]
        pos = self.pos
        self._structural(
            "mismatched-bracket",
            pos,
            pos + 1,
            f"{what} begins here, but {self._opened(node)} is still open: `{closer}` is missing before it",
        )
        self._panic = False
        comma = self.comma
        self._close_early(node)
        self.state, self.comma = NEXT, comma


def _name(name: str) -> str:
    return "'" + quoted(name)[1:-1] + "'"
