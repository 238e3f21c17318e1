"""Repairs of mistakes of writing, where the reader's mistake has one cure only."""

from __future__ import annotations

from aiblint.change import Recode, Repair, Splice
from aiblint.document import ARRAY, STRING
from aiblint.pattern import lazy
from aiblint.syntax.json import LEGAL_SOMEWHERE, string_escapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiblint.document import Document, Mistake, Node

_HARMLESS = LEGAL_SOMEWHERE | {"encoding"}
_NEXT_MEMBER = lazy(r'\s*"(?:[^"\\\r\n]|\\.)*"\s*:')
_NEXT_LINE = lazy(r"[ \t]*[\r\n]")
_QUOTES = '"“”„‟«»\x93\x94'
_WITH_WIDTH = lazy("[\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\x85\x0b\x0c]")


def repair(mistake: Mistake, document: Document) -> Repair | None:
    """What heals a mistake of the reader's; None where only its author knows what was meant."""
    cure = _CURES.get(mistake.kind)
    return cure(mistake, document) if cure is not None else None


def _trailing_comma(mistake: Mistake, document: Document) -> Repair | None:
    return Repair("delete the comma", Splice(mistake.start, mistake.end, ""), safe=True)


def _missing_comma(mistake: Mistake, document: Document) -> Repair | None:
    """Only where nothing else is wrong, and it is plain that two members or two lines lack a comma between them."""
    if any(other is not mistake and other.kind not in _HARMLESS for other in document.mistakes):
        return None
    text, end = document.text, mistake.end
    plain = text[mistake.start : end] == ";" or _NEXT_MEMBER.match(text, end) or _NEXT_LINE.match(text, end)
    return Repair("put a comma between them", Splice(mistake.start, end, ","), safe=True) if plain else None


def _encoding(mistake: Mistake, document: Document) -> Repair | None:
    if document.encoding == "latin-1":
        return None  # some code page; which one, nobody knows
    return Repair("save it as UTF-8 without byte order mark", Recode(), safe=True)


def _escape(mistake: Mistake, document: Document) -> Repair | None:
    """Doubles each backslash of the string that begins no escape, or one that looks like the backslash of a path."""
    if document.text[mistake.start : mistake.end] == '\\"':
        return Repair("write two backslashes", Splice(mistake.start, mistake.start, "\\"), safe=True)
    node = _string_at(document, mistake.start)
    if node is None:
        return None
    start, end = (node.start, node.end) if node.start <= mistake.start else (node.key_start, node.key_end)
    changes = [Splice(first, last, doubled) for first, last, doubled in string_escapes(document.text, start + 1, end)]
    return Repair("write two backslashes", *changes, safe=True)


def _string_at(document: Document, offset: int) -> Node | None:
    """The string, or the member whose name it is, that is written around an offset."""
    node = document.root
    while node is not None:
        if node.kind == STRING and node.start <= offset < node.end:
            return node
        if node.key_start <= offset < node.key_end:
            return node
        children = node.children
        node = next((c for c in children if min(c.start, c.key_start if c.key_start >= 0 else c.start) <= offset < c.end), None)
    return None


def _smart_quotes(mistake: Mistake, document: Document) -> Repair | None:
    text, start, end = document.text, mistake.start, mistake.end
    title = "write plain double quotes"
    if end - start == 1:  # it closes a string that a plain quote opened, or opens one that nothing closes
        node = _string_at(document, start)
        ends = (node.end, node.key_end) if node is not None and text[node.start] == '"' else ()
        return Repair(title, Splice(start, end, '"'), safe=True) if end in ends else None
    inner = text[start + 1 : end - 1]
    if text[end - 1] not in _QUOTES or '"' in inner or "\\" in inner:
        return None
    return Repair(title, Splice(start, start + 1, '"'), Splice(end - 1, end, '"'), safe=True)


def _smart_space(mistake: Mistake, document: Document) -> Repair | None:
    run = document.text[mistake.start : mistake.end]
    wide = " " if _WITH_WIDTH.search(run) else ""
    return Repair("write a plain blank" if wide else "delete it", Splice(mistake.start, mistake.end, wide), safe=True)


def _smart_dash(mistake: Mistake, document: Document) -> Repair | None:
    return Repair("write a plain -", Splice(mistake.start, mistake.start + 1, "-"), safe=True)


def _smart_punctuation(mistake: Mistake, document: Document) -> Repair | None:
    plain = {"，": ",", "：": ":"}.get(document.text[mistake.start : mistake.end])
    return Repair(f"write {plain}", Splice(mistake.start, mistake.end, plain), safe=True) if plain is not None else None


def _duplicate(mistake: Mistake, document: Document) -> Repair | None:
    """A suggestion for two lists of one name: the items of the first, then those of the second, which alone counts today."""
    second = next((node for node in _nodes(document) if node.key_start == mistake.start), None)
    siblings = second.parent.children if second is not None and second.parent is not None else []
    first = next((node for node in siblings if (node.key or "").lower() == ((second and second.key) or "").lower()), None)
    if first is None or second is None or first is second or {first.kind, second.kind} != {ARRAY}:
        return None
    text, before = document.text, siblings[siblings.index(second) - 1]
    if not first.children or not second.children or text[before.end : second.key_start].strip() != ",":
        return None
    items = text[second.children[0].start : second.children[-1].end]
    last = first.children[-1]
    gap = text[first.start + 1 : first.children[0].start]
    if gap.strip() or text[last.end : first.end].strip() != "]":
        return None
    return Repair(
        "put the items of both into one list",
        Splice(last.end, last.end, f",{gap or ' '}{items}"),
        Splice(before.end, second.end, ""),
        safe=False,
    )


def _nodes(document: Document) -> Iterator[Node]:
    return document.root.walk() if document.root is not None else iter(())


_CURES: dict[str, Callable[[Mistake, Document], Repair | None]] = {
    "bad-escape": _escape,
    "duplicate-key": _duplicate,
    "encoding": _encoding,
    "missing-comma": _missing_comma,
    "smart-dash": _smart_dash,
    "smart-punctuation": _smart_punctuation,
    "smart-quotes": _smart_quotes,
    "smart-space": _smart_space,
    "trailing-comma": _trailing_comma,
}
