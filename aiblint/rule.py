"""One rule: read from its file, refused by name where it is incomplete, kept in the index in a form that runs at once."""

from __future__ import annotations

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
        "precision",
        "references",
        "security-severity",
        "select",
        "severity",
        "summary",
        "when",
        "why",
    }
)
_CASE_KEYS = frozenset({"api-versions", "check", "select", "severity", "when"})
_CONDITIONS = frozenset({"kind", "os", "source-os", "type"})
_EXAMPLE_KEYS = frozenset({"at", "bad", "fixed", "good", "of", "on", "today", "unsafe", "with"})


class RuleError(ValueError):
    """A rule file that cannot be used; the message names the file and the reason."""


class Case:
    """One way in which a rule applies: where to look, when, which check with which options, how severe.

    `selectors` are compiled (`query.compile_selector`); empty means that the check reads the document.
    `check` is `module:function`; `on` says what the function takes ("value", "any", "text").
    `versions` is [lowest, highest, "unknown"]: API versions, and whether the case holds where the version is unknown; each may
    be None.
    """

    __slots__ = ("check", "on", "options", "selectors", "severity", "versions", "when")

    def __init__(
        self,
        selectors: list[Any],
        when: dict[str, list[str]],
        versions: list[str | None],
        check: str,
        on: str,
        options: dict[str, Any],
        severity: str,
    ) -> None:
        self.selectors = selectors
        self.when = when
        self.versions = versions
        self.check = check
        self.on = on
        self.options = options
        self.severity = severity


class Rule:
    """One rule as the index keeps it: everything but its examples. One that is not `enabled` runs only where it is chosen."""

    __slots__ = (
        "aliases",
        "cases",
        "category",
        "enabled",
        "id",
        "name",
        "precision",
        "references",
        "security_severity",
        "severity",
        "summary",
        "why",
    )

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.id: str = stored["id"]
        self.name: str = stored["name"]
        self.severity: str = stored["severity"]
        self.category: str = stored["category"]
        self.enabled: bool = stored["enabled"]
        self.summary: str = stored["summary"]
        self.why: str = stored["why"]
        self.references: tuple[str, ...] = tuple(stored["references"])
        self.aliases: tuple[str, ...] = tuple(stored["aliases"])
        self.security_severity: str | None = stored["security_severity"]
        self.precision: str = stored["precision"]
        self.cases = [Case(*case) for case in stored["cases"]]


def store(rule: Rule) -> dict[str, Any]:
    """The rule as plain data, for the index."""
    plain: dict[str, Any] = {name: getattr(rule, name) for name in Rule.__slots__ if name != "cases"}
    plain["cases"] = [
        [case.selectors, case.when, case.versions, case.check, case.on, case.options, case.severity] for case in rule.cases
    ]
    return plain


def from_yaml(content: object, where: str) -> Rule:
    """Builds a rule from the content of a rule file. Raises RuleError: unknown key, word or option, missing part."""
    if not isinstance(content, dict):
        raise RuleError(f"{where}: a rule file holds a mapping")
    _only(content, _KEYS, where, "key")
    for key in ("id", "name", "severity", "category", "summary", "why", "references", "examples"):
        if not content.get(key):
            raise RuleError(f"{where}: '{key}' is missing")
    _among(content["severity"], SEVERITIES, where, "severity")
    _among(content["category"], CATEGORIES, where, "category")
    _among(content.get("precision", "high"), PRECISIONS, where, "precision")
    enabled = content.get("enabled", True)
    if not isinstance(enabled, bool) or (enabled and content["category"] == ADVICE):
        raise RuleError(f"{where}: 'enabled' is true or false, and false for advice")
    examples(content, where)
    covers(content, where)
    written = content.get("cases") or [{key: content[key] for key in ("check", "select") if key in content}]
    if not isinstance(written, list) or ("cases" in content and "check" in content):
        raise RuleError(f"{where}: a rule has either 'check' or a list of 'cases'")
    defaults = {key: content[key] for key in ("select", "when", "api-versions", "severity") if key in content}
    cases = [_case({**defaults, **case}, where) for case in written if not _only(case, _CASE_KEYS, where, "key of a case")]
    return Rule(
        {
            "id": str(content["id"]),
            "name": str(content["name"]),
            "severity": content["severity"],
            "category": content["category"],
            "enabled": enabled,
            "summary": " ".join(str(content["summary"]).split()),
            "why": str(content["why"]).strip(),
            "references": [str(reference) for reference in content["references"]],
            "aliases": [str(alias) for alias in content.get("aliases", [])],
            "security_severity": str(content["security-severity"]) if "security-severity" in content else None,
            "precision": content.get("precision", "high"),
            "cases": [[c.selectors, c.when, c.versions, c.check, c.on, c.options, c.severity] for c in cases],
        }
    )


def examples(content: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """The examples of a rule file; at least one bad and one good one. Raises RuleError."""
    found = content["examples"]
    if not isinstance(found, list):
        raise RuleError(f"{where}: 'examples' is a list")
    for example in found:
        _only(example, _EXAMPLE_KEYS, where, "key of an example")
        if ("bad" in example) == ("good" in example):
            raise RuleError(f"{where}: an example is either 'bad' or 'good'")
        if "bad" in example and "at" not in example:
            raise RuleError(f"{where}: a bad example says at which place it is flagged ('at')")
        if "fixed" in example and "bad" not in example:
            raise RuleError(f"{where}: only a bad example says what it is when 'fixed'")
        if "unsafe" in example and (example["unsafe"] is not True or "fixed" not in example):
            raise RuleError(f"{where}: 'unsafe: true' belongs to 'fixed'")
    for kind in ("bad", "good"):
        if not any(kind in example for example in found):
            raise RuleError(f"{where}: no {kind} example")
    return found


def covers(content: Mapping[str, Any], where: str) -> list[str]:
    """The rows of docs/statements.yaml that a rule covers, as `S57` (the reference) or `T5` (troubleshooting). Raises RuleError."""
    rows = content.get("covers", [])
    if not isinstance(rows, list):
        raise RuleError(f"{where}: 'covers' is a list of rows of docs/statements.yaml, such as [S57, T5]")
    for row in rows:
        kind, number = str(row)[:1], str(row)[1:]
        if kind not in ("S", "T") or not number.isdecimal() or number.startswith("0") or rows.count(row) > 1:
            raise RuleError(f"{where}: '{row}' in 'covers' is no row of docs/statements.yaml, or stands there twice")
    return rows


def _case(written: Mapping[str, Any], where: str) -> Case:
    _among(written["severity"], SEVERITIES, where, "severity")
    reference, on, options = _word(written.get("check"), where)
    selectors = _selectors(written.get("select"), where)
    if (on == "text") != (not selectors):
        raise RuleError(f"{where}: a check on the file has no 'select', any other check has one")
    when = {key: value if isinstance(value, list) else [value] for key, value in (written.get("when") or {}).items()}
    _only(when, _CONDITIONS, where, "condition")
    return Case(selectors, when, _versions(written.get("api-versions"), where), reference, on, options, written["severity"])


def _selectors(select: object, where: str) -> list[Any]:
    from aiblint.query import SelectorError, compile_selector

    texts = select if isinstance(select, list) else [select] if select is not None else []
    try:
        return [compile_selector(str(text)) for text in texts]
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
    for part in str(text).split(",") if text else []:
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
        return words.bind(str(word), options or {})
    except words.WordError as error:
        raise RuleError(f"{where}: {error}") from error


def _only(given: Mapping[str, Any], allowed: frozenset[str], where: str, what: str) -> bool:
    if not isinstance(given, dict):
        raise RuleError(f"{where}: a mapping belongs here, not {given!r}")
    for key in given:
        if key not in allowed:
            raise RuleError(f"{where}: unknown {what} '{key}'{_nearest(key, allowed)}")
    return False


def _among(value: object, allowed: Sequence[str], where: str, what: str) -> None:
    if value not in allowed:
        raise RuleError(f"{where}: unknown {what} '{value}'{_nearest(str(value), allowed)}")


def _nearest(word: str, allowed: Sequence[str] | frozenset[str]) -> str:
    import difflib

    close = difflib.get_close_matches(str(word), sorted(allowed), 1)
    return f" (did you mean '{close[0]}'?)" if close else f" (one of {', '.join(sorted(allowed))})"
