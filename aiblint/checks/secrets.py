"""Words about secrets that stand in the template itself, where everybody who may read it reads them."""

from __future__ import annotations

import functools
import re

from aiblint import inline, placeholders, schema
from aiblint.check import Problem, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

# Names that end like this hold a password, or a generated key. Before the end, a word like `no` or `disabled` says that there is none.
_PASSWORD_NAME = re.compile(r"(?:password|passwd|passphrase|(?<!old)(?<![a-z])pwd|(?<=[a-z]{4})pwd)\Z")
_KEY_NAME = re.compile(r"(?:secret|token|api[_-]?key|access[_-]?key|account[_-]?key|storage[_-]?key|secret[_-]?key)\Z")
_NO_SECRET = re.compile(
    r"(?:\A|[_-])(?:no|non|disabled?|without|ask|skip|allow|require|use|show|expire|empty|blank|hash(?:ed)?|encrypted)[_-]?"
)
_REPEATED = re.compile(r"(.)\1*\Z", re.DOTALL)
_STAND_IN_PART = re.compile(
    r"your|placeholder|redacted|replace[_-]?(?:me|with)|change[_-]?me|insert[_-]|example|<|\{\{|\A(?:[A-Za-z]:[\\/]|[/~.]|https?:)",
    re.IGNORECASE,
)
_KEY_VALUE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9+/=_.~-]{16,}\Z")
_WORDS_WITH_DASHES = re.compile(r"[a-z]+(?:[-_.][a-z0-9]+)+\Z")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\+?=(.+)\Z", re.DOTALL)
_OPTION = re.compile(r"(?:--?|/)([A-Za-z][\w-]*)(?:([=:])(.*))?\Z", re.DOTALL)
# `$adminPassword = 'x'`, `[string]$pw = "x"`, and `Password = 'x'` in a hash table.
_POWERSHELL_ASSIGNED = re.compile(r"(?<![\w-])([A-Za-z_]\w*)\s*=\s*(['\"])((?:(?!\2)[^\n$`]){3,200})\2")
_SET_VARIABLE = re.compile(
    r"SetEnvironmentVariable\(\s*['\"](\w+)['\"]\s*,\s*(['\"])((?:(?!\2)[^\n$`]){3,200})\2", re.IGNORECASE
)
_SETTING = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(['\"]?)([^\s'\"$`]{3,200})\2[ \t]*$", re.MULTILINE
)
# Program → subcommand that must stand first (empty: any), option that takes the password.
_SHORT_OPTIONS = {
    "az": ("login", "-p"),
    "docker": ("login", "-p"),
    "helm": ("registry", "-p"),
    "podman": ("login", "-p"),
    "sshpass": ("", "-p"),
}
_OWN_OPTIONS = {"cmdkey": "pass", "schtasks": "rp", "psexec": "p", "psexec64": "p"}


class Secret:
    """A secret in a text: its place there, and what it is. Its value is not kept, so that no message can repeat it."""

    __slots__ = ("end", "start", "what")

    def __init__(self, start: int, end: int, what: str) -> None:
        self.start = start
        self.end = end
        self.what = what


@check
def secret_in_script(value: Value, context: Context) -> Iterator[Problem]:
    """Passwords, keys and tokens in the lines of a step's `inline`."""
    script = inline.of(value, context)
    if script is None:
        return
    found = [*_shapes(script.text)]
    for command in script.commands:
        found.extend(_in_command(command))
        if command.heredoc is not None:
            found.extend(_in_body(script.text, *command.heredoc))
    if script.dialect == "powershell":
        found.extend(_in_powershell(script.text))
    for secret in _apart(found):
        item, part = script.place(secret.start, secret.end)
        yield Problem(item, _message(secret.what), part=part, secret=True)


@check
def secret_in_text(value: Value, context: Context) -> Iterator[Problem]:
    """Keys and tokens of a known form, and passwords behind options, in one string."""
    text = value.text
    if text is None:
        return
    found = [*_shapes(text)]
    if any(mark in text for mark in ("-", "/")):
        from aiblint.shell.text import Script
        from aiblint.shell.windows import cmd_commands

        for command in cmd_commands(Script(text)):
            found.extend(_in_command(command))
    for secret in _apart(found):
        yield Problem(value, _message(secret.what), part=(secret.start, secret.end), secret=True)


@check
def secret_in_tags(value: Value, context: Context) -> Iterator[Problem]:
    """Tags that hold a key or token of a known form, or whose name says that they hold a password."""
    for name, member in value.members.items():
        text = member.text
        if text is None:
            continue
        kind = _kind(name)
        whole = [Secret(0, len(text), kind)] if kind and _is_secret(text, kind) else []
        for secret in _apart([*whole, *_shapes(text)]):
            message = f"{secret.what} in a tag is shown to everybody who may read the resource; take it out, and put a new one into use"
            yield Problem(member, message, part=(secret.start, secret.end), secret=True)


def _message(what: str) -> str:
    return (
        f"{what} stands here in clear for everybody who may read the template, and the build log repeats it; revoke it, and let the step "
        "fetch a new one from Key Vault with an identity of the build VM (vmProfile.userAssignedIdentities)"
    )


def _apart(found: list[Secret]) -> Iterator[Secret]:
    """Secrets in order, of those that overlap only the first."""
    end = -1
    for secret in sorted(found, key=lambda secret: (secret.start, -secret.end)):
        if secret.start >= end:
            end = secret.end
            yield secret


def _shapes(text: str) -> Iterator[Secret]:
    """Keys and tokens that their form gives away."""
    folded = text.lower()
    rows: Any = schema.table("token-shapes")["rows"]
    for what, hints, pattern in rows:
        if any(hint in folded for hint in hints):
            for match in _compiled(pattern).finditer(text):
                group = 1 if match.re.groups else 0
                if group == 0 or not _is_stand_in(match[1]):
                    yield Secret(match.start(group), match.end(group), what)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _kind(name: str) -> str:
    """What a name says that its value is: a password, a key; empty for other names."""
    folded = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    if folded in ("pwd", "oldpwd") and name.isupper():
        return ""  # the shell's own variables
    for pattern, what in ((_PASSWORD_NAME, "a password"), (_KEY_NAME, "a key or token")):
        plain = folded.replace("pass_word", "password")
        match = pattern.search(plain)
        if match is not None and not _NO_SECRET.search(plain[: match.start()]):
            return what
    return ""


@functools.cache
def _stand_ins() -> frozenset[str]:
    listed: Any = schema.table("token-shapes")["stand-ins"]
    return frozenset(listed)


def _is_stand_in(text: str) -> bool:
    """Whether a text is there to be replaced, or is no secret at all: `<password>`, `***`, `changeme`, a path, `{{token}}`."""
    folded = text.strip().lower()
    if len(folded) < 3 or folded in _stand_ins() or _REPEATED.match(folded):
        return True
    return _STAND_IN_PART.search(text) is not None or placeholders.find(text) is not None


def _is_secret(text: str, kind: str) -> bool:
    """Whether the value of something called like that is one. Names of secrets in a vault are common where keys are expected."""
    if _is_stand_in(text) or text[:1] in "-$%@[":
        return False
    if kind == "a password":
        return "\n" not in text and len(text) <= 200
    return _KEY_VALUE.match(text) is not None and not _WORDS_WITH_DASHES.match(text)


def _in_word(word: Word, start: int, kind: str) -> Iterator[Secret]:
    """The part of a word from `start` on, if it is a secret and no expansion."""
    text = word.text[start:]
    if text and not word.block and (not word.expands or not any(char in text for char in "$`%")) and _is_secret(text, kind):
        part = word.slice(start, len(word.text)) if start else word
        yield Secret(part.start, part.end, kind)


def _in_command(command: Command) -> Iterator[Secret]:
    if command.head:
        return
    yield from _in_assignments(command)
    yield from _in_options(command)
    reader = _READERS.get(command.name)
    if reader is not None:
        yield from reader(command)


def _in_assignments(command: Command) -> Iterator[Secret]:
    """`PASSWORD=x`, `export TOKEN=x`, `sudo API_KEY=x program`, `msiexec /i a.msi ADMIN_PASSWORD=x`, `setx TOKEN x`."""
    carriers = [*command.words, *(command.assignments if command.dialect == "posix" else [])]
    for word in carriers:
        match = _ASSIGNED.match(word.text)
        if match is not None and (kind := _kind(match[1])):
            yield from _in_word(word, match.start(2), kind)
    arguments = command.arguments
    if command.name == "setx" and len(arguments) > 1 and (kind := _kind(arguments[0].text)):
        yield from _in_word(arguments[1], 0, kind)


def _in_options(command: Command) -> Iterator[Secret]:
    """`--password x`, `--token=x`, `-Password x`, `/password:x`."""
    arguments = command.arguments
    for index, word in enumerate(arguments):
        match = _OPTION.match(word.text)
        kind = _kind(match[1]) if match is not None and not word.quoted else ""
        if match is None or not kind:
            continue
        if match[2]:
            yield from _in_word(word, match.start(3), kind)
        elif index + 1 < len(arguments):
            yield from _in_word(arguments[index + 1], 0, kind)


def _in_short_options(command: Command) -> Iterator[Secret]:
    """`docker login -u x -p y`, `sshpass -p y ssh …`."""
    first, option = _SHORT_OPTIONS[command.name]
    arguments = command.arguments
    if first and (not arguments or arguments[0].text != first):
        return
    for index, word in enumerate(arguments):
        if word.text == option and index + 1 < len(arguments):
            yield from _in_word(arguments[index + 1], 0, "a password")


def _in_own_options(command: Command) -> Iterator[Secret]:
    """`cmdkey /pass:x`, `schtasks /create /rp x`."""
    arguments = command.arguments
    for index, word in enumerate(arguments):
        name, colon, _ = word.text[1:].partition(":")
        if word.text[:1] in "/-" and name.lower() == _OWN_OPTIONS[command.name]:
            if colon:
                yield from _in_word(word, len(name) + 2, "a password")
            elif index + 1 < len(arguments):
                yield from _in_word(arguments[index + 1], 0, "a password")


def _in_net(command: Command) -> Iterator[Secret]:
    """`net user name password /add`, `net use x: \\\\server\\share password /user:name`."""
    operands = [word for word in command.arguments if word.text[:1] != "/"]
    verb = operands[0].text.lower() if operands else ""
    at = 2 if verb == "user" else next((i + 1 for i, word in enumerate(operands) if word.text.startswith("\\\\")), 0)
    if verb in ("user", "use") and 0 < at < len(operands):
        yield from _in_word(operands[at], 0, "a password")


def _in_secure_string(command: Command) -> Iterator[Secret]:
    """`ConvertTo-SecureString 'x' -AsPlainText -Force`."""
    if command.parameter("AsPlainText") is None:
        return
    given = command.parameter("String")
    word = given.value if given else next(iter(command.positionals(("AsPlainText", "Force"))), None)
    if word is not None and not word.expands:
        yield from _in_word(word, 0, "a password")


def _in_registry(command: Command) -> Iterator[Secret]:
    """`reg add … /v DefaultPassword /d x`, `Set-ItemProperty … -Name DefaultPassword -Value x`."""
    texts = [word.text.lower() for word in command.arguments]
    for index, text in enumerate(texts[:-1]):
        if text in ("/d", "-value") and any(_kind(other) == "a password" for other in texts[:index]):
            yield from _in_word(command.arguments[index + 1], 0, "a password")


def _in_user(command: Command) -> Iterator[Secret]:
    """`curl -u name:password`."""
    given = command.option("-u", "--user")
    for word in command.arguments if given else ():
        name, colon, _ = word.text.partition(":")
        if word.text == given and colon and name:
            yield from _in_word(word, len(name) + 1, "a password")


def _in_input(command: Command) -> Iterator[Secret]:
    """`echo 'name:password' | chpasswd`, `echo password | passwd --stdin name`."""
    words = [r.target for r in command.redirects if r.operator == "<<<" and r.target is not None]
    source = command.piped_from
    if source is not None and source.name in ("echo", "printf"):
        words += source.operands()[-1:]
    for word in words:
        if command.name == "chpasswd":
            name, colon, _ = word.text.partition(":")
            if colon:
                yield from _in_word(word, len(name) + 1, "a password")
        elif command.has_option("--stdin"):
            yield from _in_word(word, 0, "a password")


def _in_body(text: str, start: int, end: int) -> Iterator[Secret]:
    """Lines like `DB_PASSWORD=x` in a here-document: a file of settings."""
    for match in _SETTING.finditer(text, start, end):
        kind = _kind(match[1])
        if kind and _is_secret(match[3], kind):
            yield Secret(match.start(3), match.end(3), kind)


def _in_attached(command: Command) -> Iterator[Secret]:
    """`mysql -u root -px`."""
    for word in command.arguments:
        if word.text.startswith("-p") and len(word.text) > 2 and "=" not in word.text:
            yield from _in_word(word, 2, "a password")


def _in_powershell(text: str) -> Iterator[Secret]:
    """`$adminPassword = 'x'`, `@{ Password = 'x' }`, `[Environment]::SetEnvironmentVariable('TOKEN', 'x')`."""
    for pattern in (_POWERSHELL_ASSIGNED, _SET_VARIABLE):
        for match in pattern.finditer(text):
            kind = _kind(match[1])
            if kind and _is_secret(match[3], kind):
                yield Secret(match.start(3), match.end(3), kind)


_READERS = {
    "chpasswd": _in_input,
    "convertto-securestring": _in_secure_string,
    "curl": _in_user,
    "mysql": _in_attached,
    "mysqladmin": _in_attached,
    "mysqldump": _in_attached,
    "net": _in_net,
    "net1": _in_net,
    "new-itemproperty": _in_registry,
    "passwd": _in_input,
    "reg": _in_registry,
    "set-itemproperty": _in_registry,
    **dict.fromkeys(_SHORT_OPTIONS, _in_short_options),
    **dict.fromkeys(_OWN_OPTIONS, _in_own_options),
}
