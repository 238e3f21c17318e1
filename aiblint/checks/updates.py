"""Words about the query with which a WindowsUpdate step looks for updates."""

from __future__ import annotations

from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

    # Code points to underline, and what is wrong.
    Fault = tuple[int, int, str]

# https://learn.microsoft.com/windows/win32/api/wuapi/nf-wuapi-iupdatesearcher-search, and [MS-UAMG] 3.38.4.11
_PROPERTIES = (
    "Type",
    "DeploymentAction",
    "IsAssigned",
    "BrowseOnly",
    "AutoSelectOnWebSites",
    "UpdateID",
    "RevisionNumber",
    "CategoryIDs",
    "IsInstalled",
    "IsHidden",
    "IsPresent",
    "RebootRequired",
)
_KNOWN = {name.lower(): name for name in _PROPERTIES}
_TOKEN = lazy(
    r"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<operator>!=|=)(?![=<>])|(?P<string>'[^']*'|\"[^\"]*\")|(?P<word>[\w*{}\-]+)|(?P<other>\S)"
)
_MEANT = {"-eq": "=", "==": "=", "-ne": "!=", "<>": "!=", "-like": "contains", "-contains": "contains", "like": "contains"}
_JOINTS = {"&&": "and", "-and": "and", "||": "or", "-or": "or", "&": "and", "|": "or"}
_LONGER = lazy(r"-?[A-Za-z]+|[=<>!&|]+|\S")


@check
def search_criteria_unreadable(value: Value, context: Context) -> Iterator[Problem]:
    """Search criteria that Windows Update cannot read: another language, an unknown property, a missing value."""
    text = value.text
    if not text or not text.strip() or text.strip() == "*":
        return
    fault = _Query(text).fault()
    if fault is not None:
        start, end, message = fault
        yield Problem(
            value,
            f"{message}; Windows Update refuses the whole query, and the step searches again and again until the build timeout",
            part=(start, end) if end > start else None,
        )


class _Query:
    """One query under way: `expression := term (and|or term)*`, `term := '(' expression ')' | property operator value`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup != "space"]
        self.at = 0

    def fault(self) -> Fault | None:
        depth = 0
        while True:
            while self._is("open"):
                depth += 1
                self.at += 1
            fault = self._term()
            if fault is not None:
                return fault
            while self._is("close") and depth:
                depth -= 1
                self.at += 1
            if self.at == len(self.tokens):
                return self._end("a closing parenthesis is missing") if depth else None
            joint = self._written()
            if joint.lower() not in ("and", "or"):
                return self._wrong_joint(joint)
            self.at += 1

    def _term(self) -> Fault | None:
        if self.at == len(self.tokens):
            return self._end("a condition such as IsInstalled=0 is missing at the end")
        token = self.tokens[self.at]
        name = _KNOWN.get(token[0].lower())
        if name is None:
            return (*token.span(), f"{quote(token[0])} is no property of updates; write {_nearest(token[0])}")
        self.at += 1
        written = self._written()
        if not self._is("operator") and written.lower() != "contains":
            return self._wrong_operator(name, written)
        self.at += 1
        if self.at == len(self.tokens) or self.tokens[self.at].lastgroup not in ("string", "word"):
            return self._end(f"the value behind {quote(name + written)} is missing")
        self.at += 1
        return None

    def _wrong_operator(self, name: str, written: str) -> Fault:
        if not written:
            return self._end(f"behind {name} an operator and a value are missing; write {name}=…")
        start = self.tokens[self.at].start()
        instead = _MEANT.get(written.lower())
        advice = f"write {instead}" if instead else "write =, != or contains"
        return start, start + len(written), f"{quote(written)} is no operator of this query language; {advice}"

    def _wrong_joint(self, written: str) -> Fault:
        start = self.tokens[self.at].start()
        instead = _JOINTS.get(written.lower())
        advice = f"write {instead}" if instead else "conditions are joined by and, or"
        return start, start + len(written), f"{quote(written)} does not join two conditions here; {advice}"

    def _end(self, message: str) -> Fault:
        start = self.tokens[self.at].start() if self.at < len(self.tokens) else len(self.text)
        return start, min(start + 1, len(self.text)), message

    def _is(self, kind: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].lastgroup == kind

    def _written(self) -> str:
        """What stands here, an operator of another language as a whole."""
        if self.at == len(self.tokens):
            return ""
        if self._is("operator"):
            return self.tokens[self.at][0]
        match = _LONGER.match(self.text, self.tokens[self.at].start())
        return match[0] if match is not None else ""


def _nearest(word: str) -> str:
    import difflib

    close = difflib.get_close_matches(word.lower(), list(_KNOWN), 1)
    return _KNOWN[close[0]] if close else "one of " + ", ".join(_PROPERTIES)
