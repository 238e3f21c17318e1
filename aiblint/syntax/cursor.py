"""How far reading a text has come: the place, the open containers, the tree so far."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.document import Node

FIRST, NEXT, AFTER = 0, 1, 2
"""Where a container stands: behind its opener, behind a comma, behind a value."""

MOST_LEVELS = 200
"""What is nested deeper is not read."""


class Cursor:
    """The state that the fast path and the recovery share.

    `container` is the innermost container that is open (None before the root and after it), `comma` the offset of the
    last comma between values; `doubtful` are closed objects in which a name stands twice.
    """

    __slots__ = ("comma", "container", "depth", "doubtful", "pos", "root", "state", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.state = FIRST
        self.comma = -1
        self.depth = 0
        self.root: Node | None = None
        self.container: Node | None = None
        self.doubtful: list[Node] = []
