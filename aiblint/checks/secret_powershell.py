"""Where the text of a PowerShell script carries secrets outside of its commands: in assignments, hash tables and calls of .NET."""

from __future__ import annotations

from aiblint.checks.secret_commands import Secret
from aiblint.masking import PASSWORD, is_secret, kind_of, kind_of_variable
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

# A text that says what it says: in single quotes a dollar sign is one; in double quotes nothing is to be filled in.
_LITERAL = r"(?:'([^'\n]{3,200})'|\"([^\"\n$`]{3,200})\")"
# `$adminPassword = 'x'`, `[string]$pw = "x"`, and `Password = 'x'` in a hash table.
_ASSIGNED = lazy(rf"(?<![\w-])(?P<name>[A-Za-z_]\w*)\s*=\s*{_LITERAL}")
_SET_VARIABLE = lazy(rf"SetEnvironmentVariable\(\s*['\"](?P<name>\w+)['\"]\s*,\s*{_LITERAL}", 2)
_CREDENTIAL = lazy(rf"NetworkCredential\]?(?:::new)?\(\s*['\"][^'\"]*['\"]\s*,\s*{_LITERAL}", 2)
_PIPED = lazy(rf"{_LITERAL}\s*\|\s*ConvertTo-SecureString\b", 2)


def in_text(text: str) -> Iterator[Secret]:
    """`$adminPassword = 'x'`, `@{ Password = 'x' }`, `'x' | ConvertTo-SecureString -AsPlainText`, `[Environment]::Set…('TOKEN', 'x')`."""
    for pattern in (_ASSIGNED, _SET_VARIABLE):
        for match in pattern.finditer(text):
            is_variable = text[match.start() - 1 : match.start()] == "$"
            kind = (kind_of_variable if is_variable else kind_of)(match["name"])
            if kind:
                yield from _in_literal(match, kind)
    for pattern in (_CREDENTIAL, _PIPED):
        for match in pattern.finditer(text):
            yield from _in_literal(match, PASSWORD)


def _in_literal(match: re.Match[str], kind: str) -> Iterator[Secret]:
    group = match.lastindex or 0
    if is_secret(match[group], kind):
        yield Secret(match.start(group), match.end(group), kind)
