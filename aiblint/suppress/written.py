"""Exceptions that are written in a template: in comments, and in the `comments` and `metadata` of its resources."""

from __future__ import annotations

from aiblint.document import ARRAY, OBJECT, STRING
from aiblint.pattern import lazy
from aiblint.suppress import directive
from aiblint.suppress.directive import Fault
from aiblint.suppress.ignores import EVERYWHERE, NOWHERE, Ignore
from aiblint.syntax.json import string_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aiblint.document import Document, Node
    from aiblint.suppress.directive import Directive
    from aiblint.template import Template

_BLANKS = lazy(r"[ \t\r\n]*")
_REST_OF_LINE = lazy(r"[ \t]*(?:\r\n|\n|\r|\Z)")


def find(document: Document, templates: Iterable[Template], known: Mapping[str, str]) -> list[Ignore]:
    """All of a document, the narrowest first: those for a line, a block, a resource, the file. `known` is as for directives."""
    if not document.names_aiblint:
        return []
    comments = _Comments(document)
    lines: list[Ignore] = []
    files: list[Ignore] = []
    blocks = _Blocks(document, comments)
    for span, each in comments.directives(known):
        if each.word == directive.START:
            blocks.open(span, each)
        elif each.word == directive.END:
            blocks.close(span, each)
        elif each.word == directive.LINE:
            lines.append(comments.for_line(span, each))
        else:
            files.append(_made(document, each, EVERYWHERE, "in this file", comments.removal(span, each)))
    return [*lines, *blocks.found(), *_of_resources(document, templates, known), *files, *_of_deployment(document, known)]


class _Comments:
    """The comments of a document, in its order."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.spans = [(mistake.start, mistake.end) for mistake in document.mistakes if mistake.kind == "comment"]
        self._behind: dict[int, int] = {}

    def directives(self, known: Mapping[str, str]) -> Iterator[tuple[tuple[int, int], Directive]]:
        for start, end in self.spans:
            for each in directive.in_comment(self.document.text[start:end], start, known):
                yield (start, end), each

    def for_line(self, span: tuple[int, int], each: Directive) -> Ignore:
        """For the line on which the comment stands; for the next one with something on it where it stands alone."""
        line = self._line(span)
        stretch = _on_line(self.document, line) if line is not None else NOWHERE
        where = f"on line {line}" if line is not None else "behind it"
        return _made(self.document, each, stretch, where, self.removal(span, each))

    def _line(self, span: tuple[int, int]) -> int | None:
        text, (line, column) = self.document.text, self.document.position(span[0])
        if text[span[0] - column + 1 : span[0]].strip():
            return line
        offset = self._first_behind(span[0])
        return self.document.position(offset)[0] if offset < len(text) else None

    def _first_behind(self, start: int) -> int:
        """Where the first thing stands that is neither blank nor comment, behind the comment that starts at an offset."""
        if not self._behind:
            for begin, end in reversed(self.spans):
                found = _BLANKS.match(self.document.text, end)
                offset = found.end() if found is not None else end
                self._behind[begin] = self._behind.get(offset, offset)
        return self._behind[start]

    def removal(self, span: tuple[int, int], each: Directive) -> tuple[tuple[int, int], ...]:
        """What to cut so that the comment goes, with its line where it stands alone; nothing where it says more than this."""
        start, end = span
        text = self.document.text
        if text[start : each.start].strip("/* \t") or text[each.end : end].strip("/* \t"):
            return ()
        line = self.document.line_starts[self.document.position(start)[0] - 1]
        rest = _REST_OF_LINE.match(text, end)
        if text[line:start].strip(" \t"):
            start = line + len(text[line:start].rstrip(" \t"))
        elif rest is not None:
            start, end = line, rest.end()
        return ((start, end),)


def _made(
    document: Document,
    each: Directive,
    stretch: tuple[int, int],
    where: str,
    removal: tuple[tuple[int, int], ...] = (),
) -> Ignore:
    made = Ignore(
        document, each.start, each.end, each.names, stretch, where, reason=each.reason, until=each.until, removal=removal
    )
    made.until_start, made.until_end = each.until_start, each.until_end
    made.faults = each.faults
    return made


class _Blocks:
    """The blocks of a document, while its comments are gone through."""

    def __init__(self, document: Document, comments: _Comments) -> None:
        self.document = document
        self.comments = comments
        self._done: list[Ignore] = []
        # Those that are open, in order, and for each set of rules the numbers of those that were opened for it; a number in one
        # of the lists may be closed by way of the other.
        self._open: dict[int, tuple[tuple[int, int], Directive]] = {}
        self._for: dict[frozenset[str | None], list[int]] = {}
        self._count = 0

    def open(self, span: tuple[int, int], each: Directive) -> None:
        self._open[self._count] = (span, each)
        self._for.setdefault(_rules(each), []).append(self._count)
        self._count += 1

    def close(self, span: tuple[int, int], end: Directive) -> None:
        """Closes the last block that is open, or the last one with the same rules."""
        opened = self._opened(_rules(end))
        if opened is None:
            made = _made(self.document, end, NOWHERE, "")
            made.names = []
            made.faults = [*end.faults, Fault(end.start, end.end, "no aiblint: ignore-start stands before it for these rules")]
        else:
            made = self._block(*opened, span, end)
        self._done.append(made)

    def found(self) -> list[Ignore]:
        """All blocks, the inner ones first, and those that nothing closes."""
        return [*self._done, *(self._unfinished(each) for _, each in self._open.values())]

    def _opened(self, rules: frozenset[str | None]) -> tuple[tuple[int, int], Directive] | None:
        if not rules:
            return self._open.popitem()[1] if self._open else None
        numbers = self._for.get(rules, [])
        while numbers:
            opened = self._open.pop(numbers.pop(), None)
            if opened is not None:
                return opened
        return None

    def _block(self, opened: tuple[int, int], start: Directive, span: tuple[int, int], end: Directive) -> Ignore:
        first, last = self.document.position(start.start)[0], self.document.position(end.start)[0]
        parts = [self.comments.removal(opened, start), self.comments.removal(span, end)]
        removal = (*parts[0], *parts[1]) if all(parts) else ()
        made = _made(self.document, start, (start.end, end.start), f"between the lines {first} and {last}", removal)
        made.faults = start.faults + end.faults
        return made

    def _unfinished(self, start: Directive) -> Ignore:
        made = _made(self.document, start, NOWHERE, "")
        made.names = []
        made.faults = [*start.faults, Fault(start.start, start.end, "no aiblint: ignore-end follows, so nothing is silenced")]
        return made


def _rules(each: Directive) -> frozenset[str | None]:
    return frozenset(name.rule for name in each.names)


def _of_resources(document: Document, templates: Iterable[Template], known: Mapping[str, str]) -> Iterator[Ignore]:
    """For a whole image template in a deployment: where comments are not liked, its `comments` and `metadata` can say it."""
    for template in templates:
        node = template.node
        if template.kind == "arm" and node.root is document.root:
            line = document.position(node.start)[0]
            for each in _in_strings(document, [node.find("comments"), *_metadata(node)], known):
                yield _made(document, each, (node.start, node.end), f"in the image template on line {line}")


def _of_deployment(document: Document, known: Mapping[str, str]) -> Iterator[Ignore]:
    root = document.root
    if root is not None and root.kind == OBJECT and root.find("resources") is not None:
        for each in _in_strings(document, _metadata(root), known):
            yield _made(document, each, EVERYWHERE, "in this file")


def _metadata(node: Node) -> list[Node]:
    """The texts in `metadata`, and in lists there."""
    metadata = node.find("metadata")
    members = metadata.children if metadata is not None and metadata.kind == OBJECT else []
    return [each for member in members for each in (member.children if member.kind == ARRAY else [member])]


def _in_strings(document: Document, nodes: Iterable[Node | None], known: Mapping[str, str]) -> Iterator[Directive]:
    for node in nodes:
        if node is None or node.kind != STRING:
            continue
        for each in directive.in_string(str(node.value), string_offsets(document.text, node), known):
            if each.word in (directive.START, directive.END):
                each.faults.append(
                    Fault(each.start, each.end, "a block begins and ends in comments; write aiblint: ignore[RULE] here")
                )
                each.names = []
            yield each


def _on_line(document: Document, line: int) -> tuple[int, int]:
    """Where findings on a line begin."""
    low = document.line_starts[line - 1]
    return low, document.line_starts[line] if line < len(document.line_starts) else len(document.text) + 1
