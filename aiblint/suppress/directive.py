"""The words of an exception: `aiblint: ignore[checksum-missing] until 2027-01-31 the vendor publishes none`."""

from __future__ import annotations

import functools
import re

from aiblint.days import is_day
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LINE, START, END, FILE = "ignore", "ignore-start", "ignore-end", "ignore-file"
WORDS = (LINE, START, END, FILE)

# Capitals do not count, but without a colon a sentence may begin with them.
_HEAD = r"(?i:aiblint)(?P<colon>[ \t]*:[ \t]*|(?<=aiblint)[ \t-]+(?=ignore))(?P<word>[A-Za-z_-]*)[ \t]*"
_TAIL = r"(?:\[(?P<names>[^\]\r\n]*)(?P<closed>\]?))?(?P<rest>[^\r\n]*)"
# In a comment the words begin a line of it, behind its own signs; in a string of the template they may follow other text.
_IN_COMMENT = lazy(r"^[ \t/*]*+(?P<all>" + _HEAD + _TAIL + ")", re.MULTILINE)
_IN_STRING = lazy(
    r"(?P<all>" + _HEAD + r"(?:\[(?P<names>[^\]\r\n]*)(?P<closed>\]?))?(?P<rest>(?:(?!\b(?i:aiblint):)[^\r\n])*))"
)
# Without a sign before it `until` begins a date, whatever follows: one that cannot be read must not silence for ever.
_UNTIL = lazy(
    r"[ \t]*(?P<until>until)\b(?:[ \t]*:)?[ \t]*(?P<date>\w[\w-]*|[^\s\w]*)|"
    r"[ \t:;,.\-–—]*(?P<later>until)\b(?:[ \t]*:)?[ \t]*(?P<day>\d[\w-]*)",
    re.IGNORECASE,
)
_NAME = lazy(r"[^,\s](?:[^,]*[^,\s])?")
_SEPARATORS = " \t:;,.-–—"


class Name:
    """A rule as somebody named it: code points [start, end) of the file; `rule` is its id, None where there is no such rule."""

    __slots__ = ("end", "rule", "start", "text")

    def __init__(self, text: str, start: int, end: int, rule: str | None) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.rule = rule


class Fault:
    """What is wrong with the words of an exception. `instead` is what was probably meant, for the same stretch."""

    __slots__ = ("end", "instead", "message", "start")

    def __init__(self, start: int, end: int, message: str, instead: str | None = None) -> None:
        self.start = start
        self.end = end
        self.message = message
        self.instead = instead


class Directive:
    """One exception as written: code points [start, end) of the file. `until` is an ISO date, with its place."""

    __slots__ = ("end", "faults", "names", "reason", "start", "until", "until_end", "until_start", "word")

    def __init__(self, word: str, start: int, end: int) -> None:
        self.word = word
        self.start = start
        self.end = end
        self.names: list[Name] = []
        self.reason = ""
        self.until: str | None = None
        self.until_start = self.until_end = start
        self.faults: list[Fault] = []


def in_comment(text: str, offset: int, known: Mapping[str, str]) -> Iterator[Directive]:
    """The directives of a comment that begins at an offset of the file. `known`: names and ids in lower case → rule ids."""
    body = text[:-2] if text.startswith("/*") and text.endswith("*/") else text
    for found in _IN_COMMENT.finditer(body):
        yield _directive(found, range(offset, offset + len(body) + 1), known)


def in_string(text: str, offsets: Sequence[int], known: Mapping[str, str]) -> Iterator[Directive]:
    """The directives in a text of the template; `offsets` are those of its characters, and one more for its end."""
    for found in _IN_STRING.finditer(text):
        yield _directive(found, offsets, known)


def name_fault(text: str, start: int, end: int, known: Mapping[str, str]) -> Fault:
    """What to say about a name that is no rule's."""
    if any(character in text for character in "*?["):
        return Fault(start, end, f"'{text[:60]}' is a pattern: an exception names each rule that it is about")
    near = _near(text.lower().replace("_", "-")[:60], tuple(known))
    meant = near.upper() if near and near[-1:].isdigit() else near
    advice = f"did you mean '{meant}'?" if meant else "aiblint --list-rules shows all"
    return Fault(start, end, f"there is no rule '{text[:60]}', so nothing is silenced by it; {advice}", meant)


@functools.lru_cache(64)
def _near(text: str, known: tuple[str, ...]) -> str | None:
    """The name that is most like a text: 2 ms, and one slip may stand in thousands of generated lines."""
    import difflib

    return next(iter(difflib.get_close_matches(text, known, 1)), None)


def _directive(found: re.Match[str], offsets: Sequence[int], known: Mapping[str, str]) -> Directive:
    start, end = found.span("all")
    end -= len(found["all"]) - len(found["all"].rstrip())
    word = found["word"].lower()
    made = Directive(word, offsets[start], offsets[end])
    if word not in WORDS or ":" not in found["colon"]:
        made.faults.append(_unknown_word(found, offsets))
    elif found["names"] is None or not found["closed"]:
        if word != END or found["names"] is not None:
            message = f"an exception names its rules in brackets; write aiblint: {word}[RULE] and the reason"
            made.faults.append(Fault(made.start, made.end, message))
        return made
    else:
        _read_names(made, found, offsets, known)
        _read_rest(made, found, offsets)
    return made


def _unknown_word(found: re.Match[str], offsets: Sequence[int]) -> Fault:
    import difflib

    word = re.sub("-(next-)?line$", "", found["word"].lower().replace("_", "-"))  # as others call it
    near = difflib.get_close_matches(word, WORDS, 1, 0.7)
    start, end = found.start("all"), found.end("word")
    written = found.string[start:end][:60]
    instead = f"aiblint: {near[0]}" if near else None
    advice = f"write {instead}" if instead else f"write aiblint: {', '.join(WORDS[:-1])} or {WORDS[-1]}"
    return Fault(offsets[start], offsets[end], f"'{written}' is no exception that aiblint knows; {advice}", instead)


def _read_names(made: Directive, found: re.Match[str], offsets: Sequence[int], known: Mapping[str, str]) -> None:
    base = found.start("names")
    for each in _NAME.finditer(found["names"]):
        start, end = offsets[base + each.start()], offsets[base + each.end()]
        rule = known.get(each[0].lower())
        made.names.append(Name(each[0], start, end, rule))
        if rule is None:
            made.faults.append(name_fault(each[0], start, end, known))
    if not made.names and made.word != END:
        message = f"an exception that names no rule silences nothing; write aiblint: {made.word}[RULE] and the reason"
        made.faults.append(Fault(made.start, made.end, message))


def _read_rest(made: Directive, found: re.Match[str], offsets: Sequence[int]) -> None:
    """`until 2027-01-31`, then the reason."""
    rest, base = found["rest"], found.start("rest")
    until = _UNTIL.match(rest)
    if until is not None:
        group = "date" if until["until"] else "day"
        date = until[group]
        start = until.start(group) if date else until.start("until")
        made.until_start, made.until_end = offsets[base + start], offsets[base + until.end()]
        if is_day(date):
            made.until = date
        else:
            what = f"'{date[:20]}' is no day" if date else "until names no day"
            message = f"{what}, so nothing is silenced; write one such as until 2027-01-31"
            made.faults.append(Fault(made.until_start, made.until_end, message))
            made.names = []
        rest = rest[until.end() :]
    made.reason = rest.strip(_SEPARATORS)
