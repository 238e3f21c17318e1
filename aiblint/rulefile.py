"""One rule file, read as a whole and refused by name: every key has its type, nothing is passed over."""

from __future__ import annotations

import re
from types import MappingProxyType

from aiblint.pattern import lazy
from aiblint.rule import OF_FILE, Case, Rule, RuleError
from aiblint.strict_yaml import Written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

ADVICE = "advice"
CATEGORIES = (
    "reading",
    "resource",
    "build-vm",
    "source",
    "customize",
    "security",
    "validate",
    "distribute",
    "time",
    "arm",
    ADVICE,
)
SEVERITIES = ("error", "warning", "note")
# What rules of these are about is in the file, whatever becomes of the template.
ABOUT_THE_FILE = ("reading", "security", "arm")
PROGRAMS = ("shellcheck",)
"""What a rule may need beside aiblint; each has a room of that name with `find` and INSTALL."""
PRECISIONS = ("very-high", "high", "medium", "low")

_KEYS = frozenset(
    {
        "aliases",
        "api-versions",
        "cases",
        "category",
        "check",
        "covers",
        "enabled",
        "examples",
        "id",
        "name",
        "needs",
        "precision",
        "references",
        "security-severity",
        "select",
        "severity",
        "summary",
        "unread",
        "when",
        "why",
    }
)
_NEEDED = ("id", "name", "severity", "category", "summary", "why", "references", "examples")
_CASE_KEYS = frozenset({"api-versions", "check", "select", "severity", "when"})
_DEFAULTS = ("select", "when", "api-versions", "severity")
"""What a rule says for all of its cases that do not say it themselves."""
_OPERATING_SYSTEMS = ("linux", "windows")
_CONDITIONS = {"kind": ("body", "arm"), "os": _OPERATING_SYSTEMS, "source-os": _OPERATING_SYSTEMS, "type": ()}
"""Condition → the values that it can ask for; those of `type` are the variants that some API version knows."""
_EXAMPLE_KEYS = frozenset({"at", "bad", "fixed", "good", "of", "on", "repository", "today", "unsafe", "with"})
_BASES = ("linux", "windows", "arm")

_ID = lazy(r"[A-Z]{2,8}[0-9]{3,4}")
_NAME = lazy(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ADDRESS = lazy(r"https://[^\s<>\"]+")
_PLACE = lazy(r"\$.*|/.*||\d+:\d+", re.DOTALL)


class Where(str):
    """Where something stands in a rule file: its name, and the line, as far as that is known."""

    file: str

    def __new__(cls, file: str, line: int | None = None) -> Where:
        made = super().__new__(cls, file if line is None else f"{file}:{line}")
        made.file = file
        return made

    def at(self, content: object, key: object) -> Where:
        """The place of a key of a mapping; where nobody knows its line, that of the mapping."""
        line = getattr(content, "lines", {}).get(key)
        return self if line is None else Where(self.file, line)


def from_yaml(content: object, file: str) -> Rule:
    """Builds a rule from the content of a rule file. Raises RuleError: unknown key, word or option, missing part, wrong type."""
    where = Where(file)
    if not isinstance(content, dict):
        raise RuleError(f"{where}: a rule file holds a mapping")
    _only(content, _KEYS, where, "key")
    for key in _NEEDED:
        if content.get(key) in (None, "", [], {}):
            raise RuleError(f"{where}: '{key}' is missing")
    _among(content["severity"], SEVERITIES, where.at(content, "severity"), "severity")
    _among(content["category"], CATEGORIES, where.at(content, "category"), "category")
    _among(content.get("precision", "high"), PRECISIONS, where.at(content, "precision"), "precision")
    enabled = content.get("enabled", True)
    if not isinstance(enabled, bool) or (enabled and content["category"] == ADVICE):
        raise RuleError(f"{where.at(content, 'enabled')}: 'enabled' is true or false, and false for advice")
    unread = content.get("unread", content["category"] in ABOUT_THE_FILE)
    if not isinstance(unread, bool):
        raise RuleError(f"{where.at(content, 'unread')}: 'unread' is true or false")
    needs = content.get("needs")
    if needs is not None:
        _among(needs, PROGRAMS, where.at(content, "needs"), "program")
        if enabled:
            raise RuleError(f"{where}: a rule that needs a program is off by default: write 'enabled: false'")
    examples(content, where)
    covers(content, where)
    cases = _cases(content, where)
    return Rule(
        {
            "id": _text(content["id"], "id", where.at(content, "id"), _ID, "AIB801"),
            "name": _name(content["name"], "name", where.at(content, "name")),
            "severity": content["severity"],
            "category": content["category"],
            "enabled": enabled,
            "summary": " ".join(_text(content["summary"], "summary", where.at(content, "summary")).split()),
            "needs": needs,
            "unread": unread,
            "why": _text(content["why"], "why", where.at(content, "why")).strip(),
            "references": _texts(
                content["references"], "references", where.at(content, "references"), _ADDRESS, "https://learn.microsoft.com/…"
            ),
            "aliases": _aliases(content, where.at(content, "aliases")),
            "security_severity": _score(content.get("security-severity"), where.at(content, "security-severity")),
            "precision": content.get("precision", "high"),
            "cases": [[c.selectors, c.when, c.versions, c.check, c.on, c.options, c.severity] for c in cases],
        }
    )


def _aliases(content: Mapping[str, Any], where: Where) -> list[str]:
    return [_name(alias, "aliases", where) for alias in _list(content.get("aliases", []), "aliases", where)]


def _cases(content: Mapping[str, Any], where: Where) -> list[Case]:
    """The cases of a rule: its own check, or those listed, each with what the rule says for all of them."""
    if ("cases" in content) == ("check" in content):
        raise RuleError(f"{where}: a rule has either 'check' or a list of 'cases'")
    listed = where.at(content, "cases")
    written = _list(content["cases"], "cases", listed) if "cases" in content else [_part(content, ("check",))]
    if not written:
        raise RuleError(f"{listed}: 'cases' lists no case")
    for case in written:
        _only(case, _CASE_KEYS, listed, "key of a case")
    return [_case(_part(content, _DEFAULTS, case), listed) for case in written]


def _part(content: Mapping[str, Any], keys: tuple[str, ...], more: Mapping[str, Any] = MappingProxyType({})) -> Written:
    """Some members of a mapping, and `more`, which go before; each with its line."""
    lines = {**getattr(content, "lines", {}), **getattr(more, "lines", {})}
    return Written({**{key: content[key] for key in keys if key in content}, **more}, lines)


def _text(value: object, key: str, where: str, pattern: re.Pattern[str] | None = None, like: str = "") -> str:
    if not isinstance(value, str) or not value.strip():
        raise RuleError(f"{where}: '{key}' takes text, not {value!r}" + (f"; write {like}" if like else ""))
    if pattern is not None and not pattern.fullmatch(value):
        raise RuleError(f"{where}: '{value}' is not what '{key}' takes; write something like {like}")
    return value


def _name(value: object, key: str, where: str) -> str:
    """A name of a rule. One of a category's would choose the whole category."""
    name = _text(value, key, where, _NAME, "checksum-missing")
    if name in CATEGORIES:
        raise RuleError(f"{where}: '{name}' in '{key}' is a category, and no rule can be called like one")
    return name


def _list(value: object, key: str, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise RuleError(f"{where}: '{key}' is a list; write [{value}]")
    return value


def _texts(value: object, key: str, where: str, pattern: re.Pattern[str], like: str) -> list[str]:
    return [_text(item, key, where, pattern, like) for item in _list(value, key, where)]


def _score(value: object, where: str) -> str | None:
    """`security-severity`: how GitHub ranks alerts, from 0.1 to 10.0, as text."""
    if value is None:
        return None
    try:
        score = float(str(value))
    except ValueError:
        score = -1.0
    if not 0 < score <= 10:
        raise RuleError(f"{where}: 'security-severity' takes a number from 0.1 to 10.0, such as \"7.5\", not {value!r}")
    return str(value)


def examples(content: Mapping[str, Any], file: str) -> list[dict[str, Any]]:
    """The examples of a rule file; at least one bad and one good one. Raises RuleError."""
    where = Where(file).at(content, "examples")
    found = _list(content["examples"], "examples", where)
    for example in found:
        _only(example, _EXAMPLE_KEYS, where, "key of an example")
        _example(example, where.at(example, next(iter(example), None)))
    for kind in ("bad", "good"):
        if not any(kind in example for example in found):
            raise RuleError(f"{where}: no {kind} example")
    return found


def _example(example: Mapping[str, Any], where: str) -> None:
    if ("bad" in example) == ("good" in example):
        raise RuleError(f"{where}: an example is either 'bad' or 'good'")
    if ("bad" in example) != ("at" in example):
        raise RuleError(f"{where}: a bad example, and no good one, says at which place it is flagged ('at')")
    if "fixed" in example and "bad" not in example:
        raise RuleError(f"{where}: only a bad example says what it is when 'fixed'")
    if "unsafe" in example and (example["unsafe"] is not True or "fixed" not in example):
        raise RuleError(f"{where}: 'unsafe: true' belongs to 'fixed'")
    for key in ("bad", "good", "fixed"):
        change = example.get(key, {})
        is_replacement = isinstance(change, list) and len(change) == 2 and all(isinstance(text, str) for text in change)
        if not isinstance(change, (dict, str)) and not is_replacement:
            raise RuleError(f"{where}: '{key}' of an example is a mapping, a whole file as text, or [old, new], not {change!r}")
    places = example.get("at", "$")
    for place in places if isinstance(places, list) else [places]:
        _text(place, "at", where, _PLACE, "$.properties.source, /resources/0 or 12:5")
    _among(example.get("on", "linux"), _BASES, where, "example to change ('on')")
    _among(example.get("of", "file"), ("file",), where, "part of an example ('of')")
    _encoding(example.get("with", "utf-8"), where)
    _day(example.get("today", "2026-11-23"), where)


def _encoding(name: object, where: str) -> None:
    import codecs

    try:
        codecs.lookup(_text(name, "with", where))
    except LookupError as error:
        raise RuleError(f"{where}: 'with' names an encoding that Python knows, not {name!r}") from error


def _day(day: object, where: str) -> None:
    import datetime

    try:
        datetime.date.fromisoformat(_text(day, "today", where, like='"2026-11-23", in quotes'))
    except ValueError as error:
        raise RuleError(f"{where}: 'today' takes a date such as \"2026-11-23\", not {day!r}") from error


def covers(content: Mapping[str, Any], file: str) -> list[str]:
    """The rows of docs/statements.yaml that a rule covers, as `S57` (the reference) or `T5` (troubleshooting). Raises RuleError."""
    where = Where(file).at(content, "covers")
    rows = content.get("covers", [])
    if not isinstance(rows, list):
        raise RuleError(f"{where}: 'covers' is a list of rows of docs/statements.yaml, such as [S57, T5]")
    for row in rows:
        kind, number = str(row)[:1], str(row)[1:]
        if kind not in ("S", "T") or not number.isdecimal() or number.startswith("0") or rows.count(row) > 1:
            raise RuleError(f"{where}: '{row}' in 'covers' is no row of docs/statements.yaml, or stands there twice")
    return rows


def _case(written: Mapping[str, Any], where: Where) -> Case:
    _among(written["severity"], SEVERITIES, where.at(written, "severity"), "severity")
    reference, on, options = _word(written.get("check"), where.at(written, "check"))
    selectors = _selectors(written.get("select"), where.at(written, "select"))
    if (on in OF_FILE) != (not selectors):
        raise RuleError(f"{where.at(written, 'check')}: a check on the file has no 'select', any other check has one")
    when = _when(written.get("when"), where.at(written, "when"))
    return Case(
        selectors,
        when,
        _versions(written.get("api-versions"), where.at(written, "api-versions")),
        reference,
        on,
        options,
        written["severity"],
    )


def _when(written: object, where: Where) -> dict[str, list[str]]:
    """Condition → the values of which one must hold."""
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise RuleError(f"{where}: 'when' is a mapping of conditions, such as {{os: windows}}, not {written!r}")
    _only(written, frozenset(_CONDITIONS), where, "condition")
    when = {}
    for condition, value in written.items():
        wanted = value if isinstance(value, list) else [value]
        if not wanted:
            raise RuleError(f"{where}: '{condition}' in 'when' asks for nothing, so the rule would never apply")
        for word in wanted:
            _among(word, _CONDITIONS[condition] or _variants(), where, f"{condition} in 'when'")
        when[condition] = wanted
    return when


def _variants() -> tuple[str, ...]:
    """Every `type` by which some API version tells objects apart: of sources, steps, validators, targets."""
    from aiblint import schema

    known = {name for version in schema.versions() for kind in schema.types(version).values() for name in kind.variants}
    return tuple(sorted(known))


def _selectors(select: object, where: str) -> list[Any]:
    from aiblint.query import SelectorError, compile_selector

    texts = select if isinstance(select, list) else [select] if select is not None else []
    try:
        return [compile_selector(_text(text, "select", where)) for text in texts]
    except SelectorError as error:
        raise RuleError(f"{where}: {error}") from error


def _versions(text: object, where: str) -> list[str | None]:
    """`>=2020-02-14`, `<2022-07-01`, `unknown`, with commas between → [lowest, highest, "unknown"], both ends included.

    A case with a range is silent where the API version is unknown, unless the range takes in every version still served,
    or `unknown` stands beside it.
    """
    from aiblint import schema

    low: str | None = None
    high: str | None = None
    unknown: str | None = None
    published = schema.versions()
    for part in _text(text, "api-versions", where).split(",") if text is not None else []:
        part = part.strip()
        if part == "unknown":
            unknown = part
            continue
        operator, version = (part[:2], part[2:].strip()) if part[1:2] == "=" else (part[:1], part[1:].strip())
        if version not in published or operator not in (">=", "<=", "<"):
            raise RuleError(f"{where}: '{part}' is no range of api-versions (write >=2020-02-14, <2022-07-01 or unknown)")
        if operator == ">=":
            low = version
        else:
            high = version if operator == "<=" else published[published.index(version) - 1]
    if low is not None and high is not None and low > high:
        raise RuleError(f"{where}: no API version lies in '{text}', so the rule would never apply")
    return [low, high, unknown]


def _word(check: object, where: str) -> tuple[str, str, dict[str, Any]]:
    """The function behind a check's word, what it takes, and its options as keyword arguments."""
    from aiblint import words

    if isinstance(check, str):
        check = {check: {}}
    if not isinstance(check, dict) or len(check) != 1:
        raise RuleError(f"{where}: 'check' names exactly one word, with its options below it")
    [(word, options)] = check.items()
    try:
        return words.bind(str(word), {} if options is None else options)
    except words.WordError as error:
        raise RuleError(f"{where}: {error}") from error


def _only(given: Mapping[str, Any], allowed: frozenset[str], where: Where, what: str) -> bool:
    if not isinstance(given, dict):
        raise RuleError(f"{where}: a mapping belongs here, not {given!r}")
    for key in given:
        if key not in allowed:
            raise RuleError(f"{where.at(given, key)}: unknown {what} '{key}'{_nearest(key, allowed)}")
    return False


def _among(value: object, allowed: Sequence[str], where: str, what: str) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise RuleError(f"{where}: unknown {what} '{value}'{_nearest(str(value), allowed)}")


def _nearest(word: str, allowed: Sequence[str] | frozenset[str]) -> str:
    import difflib

    close = difflib.get_close_matches(str(word), sorted(allowed), 1)
    return f" (did you mean '{close[0]}'?)" if close else f" (one of {', '.join(sorted(allowed))})"
