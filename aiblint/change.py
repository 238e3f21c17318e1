"""What a check would change, spoken in values: `aiblint.fixes` turns it into edits of the file, when somebody asks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.value import Value


_LONGEST_TITLE = 160


class Repair:
    """Changes that belong together: all are made, or none.

    `title` completes the sentence "aiblint can …" (`write 'Shell'`). `safe` only where no template that is accepted and builds
    today can stop doing so, and the image of a template that builds stays the same; everything else is a suggestion.
    A repair that cannot be placed (a value that is computed, shared with others, or in another file) is dropped in silence:
    the finding stands without it.
    """

    __slots__ = ("changes", "safe", "title")

    def __init__(self, title: str, *changes: Change, safe: bool) -> None:
        self.title = title
        self.changes = changes
        self.safe = safe


def write(target: Value, new: object, *, safe: bool) -> Repair:
    """The repair that writes one value instead of another."""
    text = f"'{new}'" if isinstance(new, str) else str(new).lower() if isinstance(new, bool) else str(new)
    return Repair(
        f"write {text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1] + '…'}", Set(target, new), safe=safe
    )


def remove(target: Value, *, safe: bool) -> Repair:
    """The repair that takes a member or an item out."""
    return Repair("take it out", Remove(target), safe=safe)


class Change:
    """One change. `target` is the value it is about, None where it is about the text of the file."""

    __slots__ = ("target",)

    def __init__(self, target: Value | None) -> None:
        self.target = target


class Set(Change):
    """The value becomes `new`: a scalar, or a list or dict of plain values, laid out as the file is.

    Not done for a text that a deployment would take for an expression.
    """

    __slots__ = ("new",)

    def __init__(self, target: Value, new: object) -> None:
        super().__init__(target)
        self.new = new


class Part(Change):
    """Code points [start, end) of a text become `text`. An empty stretch inserts."""

    __slots__ = ("end", "start", "text")

    def __init__(self, target: Value, start: int, end: int, text: str) -> None:
        super().__init__(target)
        self.start = start
        self.end = end
        self.text = text


class Quote(Change):
    """The number or the boolean, as it is written, becomes a text."""

    __slots__ = ()


class Wrap(Change):
    """The value, as it is written, becomes the only item of an array."""

    __slots__ = ()


class Remove(Change):
    """The member or item goes, with its comma and, where nothing else stands there, its line. Comments stay."""

    __slots__ = ()


class Rename(Change):
    """The member gets another name. Not done where the object has a member of that name, in any capitals."""

    __slots__ = ("name",)

    def __init__(self, target: Value, name: str) -> None:
        super().__init__(target)
        self.name = name


class Insert(Change):
    """The object `target` gets a member, behind the one called `after` or at its end. Not done where it has one."""

    __slots__ = ("after", "name", "new")

    def __init__(self, target: Value, name: str, new: object, *, after: str | None = None) -> None:
        super().__init__(target)
        self.name = name
        self.new = new
        self.after = after


class Append(Change):
    """The array `target` gets one more item at its end."""

    __slots__ = ("new",)

    def __init__(self, target: Value, new: object) -> None:
        super().__init__(target)
        self.new = new


class Beside(Change):
    """The array that the item `target` stands in gets one more item, right behind it or (`before`) right before it."""

    __slots__ = ("before", "new")

    def __init__(self, target: Value, new: object, *, before: bool = False) -> None:
        super().__init__(target)
        self.new = new
        self.before = before


class Splice(Change):
    """Code points [start, end) of `Document.text` become `text`, as it stands: for mistakes of writing."""

    __slots__ = ("end", "start", "text")

    def __init__(self, start: int, end: int, text: str) -> None:
        super().__init__(None)
        self.start = start
        self.end = end
        self.text = text


class Recode(Change):
    """The file is saved as UTF-8 without byte order mark. It stands alone in its repair; its characters stay what they are."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None)
