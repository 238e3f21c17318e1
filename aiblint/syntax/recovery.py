"""One careful step of the JSON reader: what the fast path does not take, and how to go on after a mistake."""

from __future__ import annotations

from aiblint.document import ARRAY, OBJECT, STRING, UNREADABLE, Mistake, Node
from aiblint.pattern import lazy
from aiblint.syntax import bare
from aiblint.syntax.brackets import skip
from aiblint.syntax.cursor import AFTER, FIRST, MOST_LEVELS, NEXT
from aiblint.syntax.mistakes import quoted
from aiblint.syntax.stack import Stack
from aiblint.syntax.strings import OPENING_QUOTES, plausible_tail
from aiblint.syntax.trivia import skip_trivia

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.syntax.stack import Key

MOST_MISTAKES = 1000
_MOST_REOPENED = 5
_MOST_DOUBLED = 20
_STEPS_TO_DOUBLE = 20_000

_MEMBER = lazy(r'(?:"(?:[^"\\\r\n]|\\[^\r\n])*+"|[\w$.-]+"?|"[\w$.-]++)[ \t]*:(?!//)')
_ONE_STRING = lazy(r'"(?:[^"\\\r\n]|\\[^\r\n])*+"[ \t\r\n]*+\Z')
_LONE_STRING = lazy(r'"(?:[^"\\\r\n]|\\[^\r\n])*+"[ \t\r\n]*+[,}\]]')
_LOST_HEAD = lazy(r'[\w$.-]*"[ \t]*:')
_BARE_NAME = lazy(r'(?:<[^<>"\r\n]+>|\{\{[^{}"\r\n]*\}\}|[\w$@%.-]+)"?(?=[ \t]*(?:[:=]))')
_STRING_THEN_COLON = lazy(r'"(?:[^"\\\r\n]|\\[^\r\n])*+"[ \t\r\n]*+:')
_NOT_COLON = lazy(r"=>|:=|->|[=;：]")
_VALUE_START = lazy(r'["\[{<\'“‘]|-?[0-9]|(?:true|false|null)\b')
_HEAD = lazy(r'[{\[](?=[ \t\r\n]*+(?:["{\[}\]]|//|/\*))')
_SCALAR_HEAD = lazy(r"-?[0-9]|true\b|false\b|null\b|NaN\b|-?Infinity\b")
_CLOSER_FOLLOWS = lazy(r"[ \t\r\n]*+\}")


class Recovery(Stack):
    """Everything about reading a text that is not plain JSON."""

    __slots__ = ()

    # --- beginning and end

    def begin(self) -> None:
        """Find the root value."""
        text = self.text
        pos = self.pos = self._skip_trivia(0)
        if pos == len(text):
            if any(mistake.kind == "unclosed" for mistake in self.mistakes):
                return
            what = "nothing but comments" if text.strip() else "no JSON value: it is empty"
            self.mistakes = [Mistake("empty", 0, min(1, len(text)), f"the file holds {what}")]
            return
        if text[pos] in "{[" or _ONE_STRING.match(text, pos):
            self._value(pos, None)
        elif _MEMBER.match(text, pos) or _LOST_HEAD.match(text, pos):
            self._fragment(pos)
        else:
            self._head(pos)

    def _fragment(self, pos: int) -> None:
        found = _MEMBER.match(self.text, pos) or _LOST_HEAD.match(self.text, pos)
        end = found.end() if found is not None else pos
        self._open(OBJECT, pos, None)
        self._implicit.add(id(self.root))
        self.pos = pos
        if _LOST_HEAD.match(self.text, pos) and self.text[pos] != '"':
            message = (
                f"the file begins in the middle of something, at {quoted(self.text[pos:end])}: its first characters are lost"
            )
            self.report("stray-text", pos, end, message)
            self._lost_head(pos)
        else:
            self.report("fragment", pos, end, "a member without its outer braces: wrap the file in { }")

    def _lost_head(self, pos: int) -> None:
        """The rest of a name of which the beginning is lost is taken for the name."""
        quote = self.text.index('"', pos)
        self._after_name((self.text[pos:quote], pos, quote + 1))

    def _head(self, pos: int) -> None:
        text = self.text
        head = _HEAD.search(text, pos)
        is_scalar = _SCALAR_HEAD.match(text, pos) is not None or text[pos] in OPENING_QUOTES
        if is_scalar and (head is None or text[pos] == '"'):
            self._value(pos, None)
            if self.root is not None:
                return
        if head is None:
            message = f"{quoted(text[pos : pos + 80])} is no JSON value, and none follows"
            self.report("stray-text", pos, self._line_end(pos), message)
            self.pos = len(text)
            return
        stop = pos + len(text[pos : head.start()].rstrip())
        self.report("stray-text", pos, stop, f"{quoted(text[pos:stop])} stands before the first `{head[0]}`: delete it")
        self._value(head.start(), None)

    def finish(self) -> bool:
        """After the root: report what follows it. True where the root goes on, because it was closed too early."""
        text = self.text
        while self._doubled:
            node, parent = self._doubled.pop()
            node.parent = parent
        if self._strings.truncated >= 0 and self.root is not None and self.root.kind == STRING:
            self._end_of_file()
        pos = self.pos
        while (pos := self._skip_trivia(pos)) < len(text) and self.root is not None:
            char = text[pos]
            behind = skip_trivia(text, pos + 1, _ignore) if char == "," else pos
            if char in "]}":
                self._structural(
                    "mismatched-bracket", pos, pos + 1, f"{quoted(char)} closes nothing: everything is closed before it"
                )
                pos += 1
            elif _MEMBER.match(text, behind) and self.root.kind == OBJECT and self._reopened < _MOST_REOPENED:
                self._reopen(pos, behind)
                return True
            elif char == "," and (behind == len(text) or text[behind] in "]}"):
                self.report("stray-comma", pos, pos + 1, "a comma after the end of the outermost value: delete it")
                pos += 1
            else:
                what = "a second value" if text[behind] in '{["' else quoted(text[pos : self._line_end(pos)])
                message = f"{what} after the end of the first, on line {self._line(self.root.end)}: a file holds one value"
                self._structural("stray-text", pos, self._line_end(pos), message)
                return False
        return False

    def _reopen(self, pos: int, behind: int) -> None:
        root = self.root
        if root is None:
            return
        line = self._line(behind)
        message = f"`}}` ends the file's object here, but members follow on line {line}: one closer too many, here or before"
        if not any(mistake.kind == "mismatched-bracket" and mistake.end == root.end for mistake in self.mistakes):
            self._structural("mismatched-bracket", root.end - 1, root.end, message)
        self._reopened += 1
        self.container, self.depth = root, 1
        self.pos, self.state, self.comma = behind, NEXT, pos

    def _line_end(self, pos: int) -> int:
        end = len(self.text)
        for char in "\r\n":
            found = self.text.find(char, pos, end)
            end = found if found >= 0 else end
        return end

    # --- one step

    def step(self) -> None:
        """Take what stands at the current place, whatever it is. Either the place moves on or the stack shrinks."""
        node = self.container
        if node is None:
            return
        text = self.text
        pos = self.pos = self._skip_trivia(self.pos)
        if pos >= len(text):
            self._end_of_file()
        elif self._counted > MOST_MISTAKES:
            self.report("too-many", pos, pos + 1, f"more than {MOST_MISTAKES} mistakes: the rest of the file is not read")
            self._close_all(node, len(text.rstrip()))
        elif text[pos] in "]}":
            self._closer(node, text[pos])
        elif text[pos] in ",，":
            self._comma(text[pos])
        elif self.state == AFTER:
            self._no_comma(node)
        elif node.kind == OBJECT:
            self._member(node)
        else:
            self._item()

    def _comma(self, char: str) -> None:
        pos = self.pos
        self.pos = pos + 1
        if char != ",":
            self.report("smart-punctuation", pos, pos + 1, f"{quoted(char)} is a full-width comma: write `,`")
        if self.state == AFTER:
            self.state, self.comma, self._forgive = NEXT, pos, False
            return
        where = "two commas in a row" if self.state == NEXT else "a comma before the first value"
        self._structural("stray-comma", pos, pos + 1, f"{where}: delete one" if self.state == NEXT else f"{where}: delete it")

    def _no_comma(self, node: Node) -> None:
        """Something other than a comma or closer behind a value."""
        text, pos = self.text, self.pos
        before = node.children[-1] if node.children else node
        last = before.end
        if text[pos] == ";":
            self._structural("missing-comma", pos, pos + 1, "`;` stands where a comma belongs")
            self.pos, self.state, self.comma = pos + 1, NEXT, pos
        elif self._starts(node):
            if not self._forgive and not self._panic:
                line, here = self._line(last), self._line(pos)
                where = (
                    f"after line {line}"
                    if line != here
                    else f"after {quoted(text[max(before.key_start if before.key_start >= 0 else before.start, last - 40) : last])}"
                )
                self.report("missing-comma", last, last, f"missing comma {where}")
            self.state, self._forgive = NEXT, False
            self.comma = -1
        else:
            self._junk(node)

    def _starts(self, node: Node) -> bool:
        """Whether another member or item begins at the current place."""
        text, pos = self.text, self.pos
        if node.kind == OBJECT:
            return (
                (text[pos] == '"' and not _LONE_STRING.match(text, pos))
                or _MEMBER.match(text, pos) is not None
                or (text[pos] in OPENING_QUOTES and plausible_tail(text, pos + 1))
                or (text[pos] == "{" and self._should_pop(node, pos))
                or bare.placeholder(text, pos) is not None
            )
        return text[pos] in '"{[' or _VALUE_START.match(text, pos) is not None or bare.placeholder(text, pos) is not None

    def _junk(self, node: Node) -> None:
        """Text that belongs to nothing: say so once and go on behind it."""
        text, pos = self.text, self.pos
        if text[pos] in "{[":
            self._structural("stray-text", pos, pos + 1, f"{quoted(text[pos])} stands where a comma and a name belong")
            end = skip(text, pos)
            self.pos = end if end >= 0 else len(text)
            return
        end = max(bare.junk(text, pos), pos + 1)
        stop = pos + len(text[pos:end].rstrip())
        last = self.mistakes[-1] if self.mistakes else None
        if self._panic and last is not None and last.kind == "stray-text" and not text[last.end : pos].strip():
            last.end = stop  # one block of foreign lines is one mistake
        else:
            self._structural("stray-text", pos, stop, f"{quoted(text[pos:stop])} belongs to nothing here")
        self.pos = end
        if self.state != AFTER and node.children:
            self.state, self._forgive = AFTER, True

    # --- items

    def _item(self) -> None:
        text, pos = self.text, self.pos
        node = self.container
        if node is not None and text[pos] == '"' and _STRING_THEN_COLON.match(text, pos):
            self._member_in_array(node)
            return
        self._value(pos, None)

    def _member_in_array(self, node: Node) -> None:
        pos = self.pos
        if node.parent is not None and node.parent.kind == OBJECT and node.children and self._should_pop(node, pos):
            self._pop_missing(node, "a member")
            return
        self._structural("fragment", pos, pos + 1, f"a member stands directly in {self._opened(node)}: put it in {{ }}")
        self._panic = False
        child = self._open(OBJECT, pos, None)
        self._implicit.add(id(child))
        self.pos = pos

    # --- members

    def _member(self, node: Node) -> None:
        text, pos = self.text, self.pos
        char = text[pos]
        if id(node) in self._implicit and node.parent is not None and not _STRING_THEN_COLON.match(text, pos):
            comma = self.comma
            self._close_early(node)
            self.state, self.comma = NEXT, comma
        elif char in OPENING_QUOTES:
            end, name = self._strings.read(pos, name=True, in_object=True, line_start=node.start)
            self._after_name((name, pos, end))
        elif (found := _BARE_NAME.match(text, pos)) is not None:
            self._bare_name(found[0], pos)
        elif (hole := bare.placeholder(text, pos)) is not None:
            self.report(hole.mistake, pos, hole.end, hole.message)
            self.pos, self.state, self._forgive = hole.end, AFTER, True
        elif char == "{" and node.parent is not None and node.parent.kind == ARRAY and self._should_pop(node, pos):
            self._pop_missing(node, "another object")
        elif char == "{" and self._is_doubled(node):
            self._double(node)
        else:
            self._junk(node)

    def _is_doubled(self, node: Node) -> bool:
        """`{{ … }}`: nothing before the second brace, and two closers together behind."""
        if node.children or self.state != FIRST or len(self._doubled) >= _MOST_DOUBLED or id(node) in self._implicit:
            return False
        end = skip(self.text, self.pos, _STEPS_TO_DOUBLE)
        return end >= 0 and _CLOSER_FOLLOWS.match(self.text, end) is not None

    def _double(self, node: Node) -> None:
        """Read the object from its second brace on; a stand-in that is not in the tree waits for the second closer."""
        self.report("stray-text", self.pos, self.pos + 1, "two braces in a row: delete one, and one where they close")
        outer = Node(OBJECT, node.start, node.parent)
        self._doubled.append((node, node.parent))
        node.parent, node.start = outer, self.pos
        self.depth += 1
        self.pos += 1

    def _bare_name(self, written: str, pos: int) -> None:
        end = pos + len(written)
        if written.endswith('"'):
            self.report("bare-key", pos, end, f"the name {quoted(written)} lacks its opening quote")
        elif written[0] in "<{":
            self.report(
                "placeholder", pos, end, f"{quoted(written)} is a placeholder: put the real name here, in double quotes"
            )
        else:
            self.report("bare-key", pos, end, f"the name {quoted(written)} stands without quotes: put it in double quotes")
        self._after_name((written.rstrip('"'), pos, end))

    def _after_name(self, key: Key) -> None:
        """Colon and value of a member whose name is read."""
        text = self.text
        if self._strings.truncated >= 0:
            self._add(UNREADABLE, key[2], key[2], None, key)
            return
        pos = self._skip_trivia(key[2])
        char = text[pos : pos + 1]
        wrong = _NOT_COLON.match(text, pos)
        if char == ":":
            pos += 1
        elif wrong is not None:
            kind = "smart-punctuation" if wrong[0] == "：" else "missing-colon"
            self.report(kind, pos, wrong.end(), f"{quoted(wrong[0])} stands where a colon belongs")
            pos = wrong.end()
        elif _VALUE_START.match(text, pos) and not _STRING_THEN_COLON.match(text, pos):
            self.report("missing-colon", key[2], key[2], f"no colon between the name {quoted(key[0])} and its value")
        else:
            self._no_value(key, key[2])
            return
        self._member_value(key, pos)

    def _member_value(self, key: Key, pos: int) -> None:
        text = self.text
        colon = pos
        self._panic = False
        pos = self._skip_trivia(pos)
        if pos >= len(text):
            self.pos = pos
            self._add(UNREADABLE, colon, colon, None, key)
            self.pos = pos
        elif text[pos] in ",]}" or (_STRING_THEN_COLON.match(text, pos) and "\n" in text[colon:pos]):
            self._no_value(key, colon)
            self._forgive = text[pos] not in ",]}"
        elif text[pos] == ":":
            self._structural("stray-text", pos, pos + 1, "a second colon: delete it")
            self._value(self._skip_trivia(pos + 1), key)
        else:
            self._value(pos, key)

    def _no_value(self, key: Key, at: int) -> None:
        last = self.mistakes[-1] if self.mistakes else None
        if last is None or last.kind != "unclosed-string" or last.end != key[2]:  # else the line is cut off
            self._structural("missing-value", key[1], max(at, key[2]), f"the name {quoted(key[0])} has no value")
        self._add(UNREADABLE, at, at, None, key)
        self._forgive = True

    # --- values

    def _value(self, pos: int, key: Key | None) -> None:
        """A value of any kind begins at `pos` (or the text ends there)."""
        text = self.text
        char = text[pos : pos + 1]
        if char in ("{", "["):
            special = bare.placeholder(text, pos) if char == "{" else bare.expression(text, pos)
            if special is None:
                self._container(pos, key)
                return
            self.report(special.mistake, pos, special.end, special.message)
            self._add(special.kind, pos, special.end, special.value, key)
        elif char in OPENING_QUOTES:
            parent = self.container
            line_start = parent.start if parent is not None else pos
            in_object = parent is not None and parent.kind == OBJECT
            end, value = self._strings.read(pos, name=False, in_object=in_object, line_start=line_start)
            self._add(STRING, pos, end, value, key)
            self._panic = False
        else:
            self._bare_value(pos, key)

    def _container(self, pos: int, key: Key | None) -> None:
        kind = OBJECT if self.text[pos] == "{" else ARRAY
        self._panic = False
        if self.depth < MOST_LEVELS:
            self._open(kind, pos, key)
            self.pos = pos + 1
            return
        end = skip(self.text, pos)
        if not self._too_deep:
            message = f"nested deeper than {MOST_LEVELS} levels: what lies below is not read"
            self.report("too-deep", pos, pos + 1, message)
        self._too_deep = True
        self._add(UNREADABLE, pos, end if end >= 0 else len(self.text), None, key)

    def _bare_value(self, pos: int, key: Key | None) -> None:
        text = self.text
        read = bare.scalar(text, pos)
        if read is None:
            self._foreign_value(pos, key)
            return
        if read.mistake:
            self.report(read.mistake, pos, read.end, read.message)
        self._add(read.kind, pos, read.end, read.value, key)
        self._panic = False

    def _foreign_value(self, pos: int, key: Key | None) -> None:
        """Text that is no value. For a member it is the unreadable value; in an array it is no item."""
        self.pos = pos
        if key is None:
            if self.container is not None:
                self._junk(self.container)
            return
        end = max(bare.junk(self.text, pos), pos + 1)
        end = min(end, max(len(self.text), pos))
        stop = max(pos, pos + len(self.text[pos:end].rstrip()))
        if stop > pos:
            self._structural("stray-text", pos, stop, f"{quoted(self.text[pos:stop])} is no value")
        self._add(UNREADABLE, pos, stop, None, key)


def _ignore(kind: str, start: int, end: int, message: str) -> None:
    """Looking ahead reports nothing: the same place is read again."""
