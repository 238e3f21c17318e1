"""Shows a source line with a range of it underlined."""

from __future__ import annotations

from aiblint.report import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.document import Document

WIDTH = 100
_TAB = 4


def excerpt(document: Document, start: int, end: int) -> tuple[int, str, str]:
    """Line number, shown text of that line, and the carets that stand below it, without the blanks at their end.

    `start` and `end` are offsets in `document.text`; of a range over several lines the first line's part is underlined,
    an empty range gets one caret. A line wider than WIDTH columns is cut around the range; `…` marks the cuts.
    Secrets are shown as asterisks.
    """
    number, _ = document.position(start)
    begin, stop = document.line_span(number)
    first = min(start, stop)
    shown, carets = _cut(document.shown, (begin, stop), first, max(min(end, stop), first))
    return number, shown, carets


def _cut(text: str, line: tuple[int, int], first: int, last: int) -> tuple[str, str]:
    """The window of a line around `[first, last)` and its underline. A line may be a whole file: only the window is touched."""
    begin, stop = line
    low, high = max(begin, first - WIDTH), min(stop, first + 2 * WIDTH)
    cells = _cells(text[low:high])
    widths = [len(cell) for cell in cells]
    left, right = _window(widths, first - low, min(last, high) - low)
    before = "…" if low + left > begin else ""
    after = "…" if low + right < stop else ""
    shown = before + "".join(cells[left:right]) + after
    indent = len(before) + sum(widths[left : first - low])
    marked = sum(widths[first - low : min(last - low, right)])
    return shown, " " * indent + "^" * max(marked, 1)


def _cells(text: str) -> list[str]:
    """What is shown for each character: tabs as blanks up to the next tab stop, hidden characters as escapes."""
    brackets = set(safe.command_brackets(text))
    cells: list[str] = []
    column = 0
    for index, character in enumerate(text):
        if character == "\t":
            cell = " " * (_TAB - column % _TAB)
        elif index in brackets:
            cell = "\\["
        else:
            cell = safe.visible_character(character)
        cells.append(cell)
        column += len(cell)
    return cells


def _window(widths: list[int], first: int, last: int) -> tuple[int, int]:
    """Half-open range of cells to show: `[first, last)` as far as it fits, then context on both sides."""
    if sum(widths) <= WIDTH:
        return 0, len(widths)
    left = right = first
    room = WIDTH
    while right < last and widths[right] <= room:
        room -= widths[right]
        right += 1
    floor = room // 2  # half of what is left for the text before, the rest for the text after, then what remains
    left, room = _grow_left(widths, left, room, floor)
    while right < len(widths) and widths[right] <= room:
        room -= widths[right]
        right += 1
    left, room = _grow_left(widths, left, room, 0)
    return left, right


def _grow_left(widths: list[int], left: int, room: int, floor: int) -> tuple[int, int]:
    while left > 0 and room - widths[left - 1] >= floor:
        left -= 1
        room -= widths[left]
    return left, room
