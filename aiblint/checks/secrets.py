"""Words about secrets that stand in the template itself, where everybody who may read it reads them."""

from __future__ import annotations

import re

from aiblint import inline, masking
from aiblint.check import Problem, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.inline import Inline
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

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
    for secret in _in_script(script):
        item, part = script.place(secret.start, secret.end)
        yield Problem(item, _message(secret.what), part=part, secret=True)


@check
def secret_in_text(value: Value, context: Context) -> Iterator[Problem]:
    """Keys and tokens of a known form, and passwords behind options, in one string."""
    for secret in _in_line(value.text or ""):
        yield Problem(value, _message(secret.what), part=(secret.start, secret.end), secret=True)


@check
def secret_in_tags(value: Value, context: Context) -> Iterator[Problem]:
    """Tags that hold a key or token of a known form, or whose name says that they hold a password."""
    for name, member in value.members.items():
        text = member.text or ""
        kind = masking.kind_of(name)
        whole = [Secret(0, len(text), kind)] if kind and masking.is_secret(text, kind) else []
        for secret in _apart([*whole, *_shapes(text)]):
            message = f"{secret.what} in a tag is shown to everybody who may read the resource; take it out, and put a new one into use"
            yield Problem(member, message, part=(secret.start, secret.end), secret=True)


def in_template(context: Context) -> Iterator[tuple[Value, int, int]]:
    """The passwords in the commands of a template, whichever rules run: a string of its and code points [start, end) in it."""
    for script in inline.scripts(context):
        for secret in _in_script(script):
            item, (start, end) = script.place(secret.start, secret.end)
            yield item, start, end
    for step in context.template.steps:
        for name in ("restartCommand", "restartCheckCommand"):
            command = step.get(name)
            if command is not None:
                for secret in _in_line(command.text or ""):
                    yield command, secret.start, secret.end


def _in_script(script: Inline) -> Iterator[Secret]:
    found = [*_shapes(script.text)]
    for command in script.commands:
        found.extend(_in_command(command))
        if command.heredoc is not None:
            found.extend(_in_body(script.text, *command.heredoc))
    if script.dialect == "powershell":
        found.extend(_in_powershell(script.text))
    return _apart(found)


def _in_line(text: str) -> Iterator[Secret]:
    """In a command line of Windows, as a step that restarts the machine has it."""
    found = [*_shapes(text)]
    if any(mark in text for mark in ("-", "/")):
        from aiblint.shell.text import Script
        from aiblint.shell.windows import cmd_commands

        for command in cmd_commands(Script(text)):
            found.extend(_in_command(command))
    return _apart(found)


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
    for start, end, what in masking.shapes(text):
        yield Secret(start, end, what)


def _in_word(word: Word, start: int, kind: str) -> Iterator[Secret]:
    """The part of a word from `start` on, if it is a secret and no expansion."""
    text = word.text[start:]
    if (
        text
        and not word.block
        and (not word.expands or not any(char in text for char in "$`%"))
        and masking.is_secret(text, kind)
    ):
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
        if match is not None and (kind := masking.kind_of(match[1])):
            yield from _in_word(word, match.start(2), kind)
    arguments = command.arguments
    if command.name == "setx" and len(arguments) > 1 and (kind := masking.kind_of(arguments[0].text)):
        yield from _in_word(arguments[1], 0, kind)


def _in_options(command: Command) -> Iterator[Secret]:
    """`--password x`, `--token=x`, `-Password x`, `/password:x`."""
    arguments = command.arguments
    for index, word in enumerate(arguments):
        match = _OPTION.match(word.text)
        kind = masking.kind_of(match[1]) if match is not None and not word.quoted else ""
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
            yield from _in_word(arguments[index + 1], 0, masking.PASSWORD)


def _in_own_options(command: Command) -> Iterator[Secret]:
    """`cmdkey /pass:x`, `schtasks /create /rp x`."""
    arguments = command.arguments
    for index, word in enumerate(arguments):
        name, colon, _ = word.text[1:].partition(":")
        if word.text[:1] in "/-" and name.lower() == _OWN_OPTIONS[command.name]:
            if colon:
                yield from _in_word(word, len(name) + 2, masking.PASSWORD)
            elif index + 1 < len(arguments):
                yield from _in_word(arguments[index + 1], 0, masking.PASSWORD)


def _in_net(command: Command) -> Iterator[Secret]:
    """`net user name password /add`, `net use x: \\\\server\\share password /user:name`."""
    operands = [word for word in command.arguments if word.text[:1] != "/"]
    verb = operands[0].text.lower() if operands else ""
    at = 2 if verb == "user" else next((i + 1 for i, word in enumerate(operands) if word.text.startswith("\\\\")), 0)
    if verb in ("user", "use") and 0 < at < len(operands):
        yield from _in_word(operands[at], 0, masking.PASSWORD)


def _in_secure_string(command: Command) -> Iterator[Secret]:
    """`ConvertTo-SecureString 'x' -AsPlainText -Force`."""
    if command.parameter("AsPlainText") is None:
        return
    given = command.parameter("String")
    word = given.value if given else next(iter(command.positionals(("AsPlainText", "Force"))), None)
    if word is not None and not word.expands:
        yield from _in_word(word, 0, masking.PASSWORD)


def _in_registry(command: Command) -> Iterator[Secret]:
    """`reg add … /v DefaultPassword /d x`, `Set-ItemProperty … -Name DefaultPassword -Value x`."""
    texts = [word.text.lower() for word in command.arguments]
    for index, text in enumerate(texts[:-1]):
        if text in ("/d", "-value") and any(masking.kind_of(other) == masking.PASSWORD for other in texts[:index]):
            yield from _in_word(command.arguments[index + 1], 0, masking.PASSWORD)


def _in_user(command: Command) -> Iterator[Secret]:
    """`curl -u name:password`."""
    given = command.option("-u", "--user")
    for word in command.arguments if given else ():
        name, colon, _ = word.text.partition(":")
        if word.text == given and colon and name:
            yield from _in_word(word, len(name) + 1, masking.PASSWORD)


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
                yield from _in_word(word, len(name) + 1, masking.PASSWORD)
        elif command.has_option("--stdin"):
            yield from _in_word(word, 0, masking.PASSWORD)


def _in_body(text: str, start: int, end: int) -> Iterator[Secret]:
    """Lines like `DB_PASSWORD=x` in a here-document: a file of settings."""
    for match in _SETTING.finditer(text, start, end):
        kind = masking.kind_of(match[1])
        if kind and masking.is_secret(match[3], kind):
            yield Secret(match.start(3), match.end(3), kind)


def _in_attached(command: Command) -> Iterator[Secret]:
    """`mysql -u root -px`."""
    for word in command.arguments:
        if word.text.startswith("-p") and len(word.text) > 2 and "=" not in word.text:
            yield from _in_word(word, 2, masking.PASSWORD)


def _in_powershell(text: str) -> Iterator[Secret]:
    """`$adminPassword = 'x'`, `@{ Password = 'x' }`, `[Environment]::SetEnvironmentVariable('TOKEN', 'x')`."""
    for pattern in (_POWERSHELL_ASSIGNED, _SET_VARIABLE):
        for match in pattern.finditer(text):
            kind = masking.kind_of(match[1])
            if kind and masking.is_secret(match[3], kind):
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
