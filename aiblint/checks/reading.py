"""Words about the writing of a file: what the reader stumbled over, and text that says something else than was meant."""

from __future__ import annotations

import re

from aiblint.arm.scope import Computed
from aiblint.change import Part, Repair
from aiblint.check import Problem, TextProblem, check, check_text, listed, quote
from aiblint.pattern import lazy
from aiblint.syntax.json import string_offsets, suspicious_escapes
from aiblint.template import listed as listed_templates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.document import Document
    from aiblint.template import Template, Unfilled, Value

# A file without a template is none of our business, unless it would hold one if only it could be read.
_DECLARATION = lazy(r'"type"\s*:\s*"Microsoft\.VirtualMachineImages|"source"\s*:(?s:.*)"distribute"\s*:', re.IGNORECASE)

_CONTROL = lazy(r"[\x00-\x1f\x7f]")
_SHOWS_NOTHING = "[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
_INVISIBLE = lazy(_SHOWS_NOTHING)
_TYPOGRAPHIC = lazy("[\u00a0\u1680\u2000-\u206f\u3000\ufeff\u2212\u00ab\u00bb]")
_INVISIBLE_ENDS = lazy(f"\\A{_SHOWS_NOTHING}+|{_SHOWS_NOTHING}+\\Z")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SMART_OPTION = lazy("(?:(?<=\\s)|\\A)[-\u2010-\u2015\u2212]*[\u2010-\u2015\u2212][-\u2010-\u2015\u2212]*(?=[A-Za-z])")

_MOST_LISTED = 6


@check_text
def reader_mistake(
    document: Document, templates: list[Template], *, kinds: list[str], in_: str = "any"
) -> Iterator[TextProblem]:
    """A mistake of the given kinds that the reader reported. `in`: any, body (only where a file is a bare template) or arm."""
    if not _concerns(document, templates) or (in_ != "any" and in_ not in {template.kind for template in templates}):
        return
    found = [mistake for mistake in document.mistakes if mistake.kind in kinds]
    if found:
        from aiblint.checks.rewriting import repair  # here, because most files are written well

        for mistake in found:
            yield TextProblem(mistake.start, mistake.end, mistake.message, fix=repair(mistake, document))


@check_text
def templates_in_list(document: Document, templates: list[Template]) -> Iterator[TextProblem]:
    """A file that is a list of image templates."""
    found = listed_templates(document)
    if found:
        yield TextProblem(
            found[0].start,
            found[0].start + 1,
            "this file is a list, and no client takes one, neither as a template nor as a deployment: nothing in it was checked; write "
            'each image template into a file of its own, or all into the "resources" of a deployment template',
            node=found[0],
        )


@check_text
def unreadable(document: Document, templates: list[Template], *, kinds: list[str]) -> Iterator[TextProblem]:
    """A file of which nothing could be read: there is no telling whether it holds a template."""
    for mistake in document.mistakes:
        if mistake.kind in kinds:
            yield TextProblem(mistake.start, mistake.end, mistake.message)


def _concerns(document: Document, templates: list[Template]) -> bool:
    return bool(templates) or (bool(document.mistakes) and _DECLARATION.search(document.text) is not None)


@check_text
def placeholder_unfilled(document: Document, templates: list[Template], *, kind: str) -> Iterator[TextProblem]:
    """Placeholders (`documentation` or pipeline `token`) in values and names: one finding for the file, which lists them all."""
    found = [unfilled for template in templates for unfilled in template.unfilled if unfilled.placeholder.kind == kind]
    first: dict[str, Unfilled] = {}
    for unfilled in found:
        first.setdefault(unfilled.placeholder.text, unfilled)
    if not first:
        return
    places = [_unfilled_place(document, unfilled) for unfilled in first.values()]
    cure = (
        "write what is meant" if kind == "documentation" else "see that the pipeline does it before the template is submitted"
    )
    names = [f"{quote(text)} (line {document.position(place[0])[0]})" for text, place in zip(first, places, strict=True)]
    if len(names) == 1:
        message = f"the placeholder {quote(next(iter(first)))} was not filled in: {cure}"
    else:
        rest = [f"{len(names) - _MOST_LISTED} more"] if len(names) > _MOST_LISTED else []
        message = f"{len(names)} placeholders were not filled in ({cure}): {listed(names[:_MOST_LISTED] + rest, 'and')}"
    node = next(iter(first.values())).value
    yield TextProblem(*places[0], message, node=node.use or node.node, listed=tuple(first))


def _unfilled_place(document: Document, unfilled: Unfilled) -> tuple[int, int]:
    node = unfilled.value.node
    if node.root is not document.root and unfilled.value.use is not None:
        return unfilled.value.use.span  # filled in, or not, by a parameter file
    if unfilled.on_key:
        return node.key_start, node.key_end
    start, end = (place + unfilled.value.shift for place in (unfilled.placeholder.start, unfilled.placeholder.end))
    if isinstance(node, Computed) or str(node.value)[start:end] != unfilled.placeholder.text:
        return (unfilled.value.use or node).span  # put together by an expression
    offsets = string_offsets(document.text, node)
    return offsets[start], offsets[end]


@check
def control_character(value: Value, context: Context) -> Iterator[Problem]:
    """A control character in a path, an address or an id: a backslash that JSON took for the start of an escape."""
    match = _CONTROL.search(value.text or "")
    if match is None or _read_as_damaged(value, context.document):
        return
    if problem := _escape_problem(value, context.document):
        yield problem
        return
    yield Problem(
        value,
        f"{quote(_shown(value.text or ''))} holds the control character {_shown(match[0])}, which no path, address or id can hold; "
        "a backslash is written as two in JSON",
        part=match.span(),
    )


@check
def windows_path_escape(value: Value, context: Context) -> Iterator[Problem]:
    """A Windows path in a command whose single backslash JSON took for an escape: `c:\\temp` is `c:`, a tab, `emp`."""
    if _CONTROL.search(value.text or "") is None or _read_as_damaged(value, context.document):
        return
    if problem := _escape_problem(value, context.document):
        yield problem


def _read_as_damaged(value: Value, document: Document) -> bool:
    """Whether the reader has already spoken about an escape in this string, or it stands in another file."""
    node = value.node
    if node.root is not document.root:
        return True
    if "bad-escape" not in document.mistaken:
        return False
    return any(m.kind == "bad-escape" and node.start <= m.start and m.end <= node.end for m in document.mistakes)


def _escape_problem(value: Value, document: Document) -> Problem | None:
    """What to say about a string in which a legal escape looks like a part of a Windows path."""
    node = value.node
    escapes = suspicious_escapes(document.text, node)
    if not escapes:
        return None
    start, end, _ = escapes[0]
    written, corrected, done = document.text[node.start + 1 : node.end - 1], "", node.start + 1
    for first, last, suggestion in escapes:
        corrected += document.text[done:first] + suggestion
        done = last
    corrected += document.text[done : node.end - 1]
    names = {"b": "a backspace", "f": "a form feed", "n": "a line feed", "r": "a carriage return", "t": "a tab"}
    escape = document.text[start:end]
    offsets = list(string_offsets(document.text, node))
    starts = [offsets.index(first) - value.shift for first, _, _ in escapes]
    doubled = [Part(value, at, at + 1, document.text[first:last]) for at, (first, last, _) in zip(starts, escapes, strict=True)]
    return Problem(
        value,
        f"{quote(written)} holds {names.get(escape[1:2], 'another character')} where the path has {escape}; write {quote(corrected)}",
        part=(starts[0], starts[0] + 1) if value.use is None else None,
        fix=Repair("write two backslashes", *doubled, safe=value.key == "destination"),
    )


def _shown(text: str) -> str:
    return text.encode("unicode_escape").decode()


@check
def typographic_character(value: Value, context: Context) -> Iterator[Problem]:
    """A typographic dash, quote or invisible space in an address or an id."""
    text = value.text or ""
    match = None if text.isascii() else _TYPOGRAPHIC.search(text)
    if match is not None:
        what = (
            "an invisible or non-breaking space"
            if _INVISIBLE.match(match[0])
            else f"the typographic character {_named(match[0])}"
        )
        yield Problem(
            value,
            f"{quote(value.value)} holds {what} (U+{ord(match[0]):04X}): nothing has that name; type it anew in plain ASCII",
            part=match.span(),
            fix=_plain_text(value, text),
        )


def _plain_text(value: Value, text: str) -> Repair | None:
    """Blanks at the ends name nothing and go without harm; what stands inside may have been meant as something else."""
    outer = [match.span() for match in _INVISIBLE_ENDS.finditer(text)]
    inner = [match for match in _TYPOGRAPHIC.finditer(text) if not any(a <= match.start() < b for a, b in outer)]
    if not inner:
        return Repair("delete the invisible characters", *(Part(value, a, b, "") for a, b in outer), safe=True)
    changes = [Part(value, *match.span(), "") for match in inner if _INVISIBLE.match(match[0])]
    changes += [Part(value, *match.span(), "-") for match in inner if match[0] in _DASHES]
    if len(changes) < len(inner):
        return None
    return Repair("type it in plain ASCII", *(Part(value, a, b, "") for a, b in outer), *changes, safe=False)


@check
def typographic_option(value: Value, context: Context) -> Iterator[Problem]:
    """A typographic dash where a command's option begins: the program takes the word for an argument."""
    text = value.text
    if text is None or text.isascii():
        return
    step = value.parent.parent if value.parent is not None else None
    if step is not None and step.text_of("type") == "PowerShell":
        return  # where it matters that the character is no plain one, whatever it stands for
    match = _SMART_OPTION.search(text)
    if match is not None:
        word = re.match(r"\S+", text[match.start() :])
        shown = word[0] if word else match[0]
        # Word processors make one dash of two: a long option has lost one.
        long = len(match[0]) == 1 and re.match(r"[A-Za-z]{2}", text[match.end() :])
        plain = "--" if long else "-" * len(match[0])
        yield Problem(
            value,
            f"the dash in {quote(shown)} is typographic (U+{_code(match[0]):04X}): the command takes the word "
            "for an argument, not for an option; type a plain -",
            part=match.span(),
            fix=Repair(f"write {quote(plain + shown[len(match[0]) :])}", Part(value, *match.span(), plain), safe=False),
        )


def _named(character: str) -> str:
    import unicodedata

    return unicodedata.name(character, "unknown").lower()


def _code(text: str) -> int:
    return next(ord(character) for character in text if character != "-")
