"""Where the commands of a script carry secrets: assignments, options, the input of others, files of settings."""

from __future__ import annotations

import re

from aiblint.masking import PASSWORD, is_secret, kind_of, kind_of_variable
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.shell.command import Command
    from aiblint.shell.text import Word

_ASSIGNED = lazy(r"([A-Za-z_]\w*)\+?=(.+)\Z", re.DOTALL, holds=("=",))
# One of several in a word: `-o username=u,password=x`, `--from-literal=password=x`, `…?user=u&password=x`.
_ASSIGNED_WITHIN = lazy(r"(?<=[,;&?=])([A-Za-z_][\w-]*)=([^=,;&]+)(?=[,;&]|\Z)")
_OPTION = lazy(r"(?:--?|/)([A-Za-z][\w-]*)(?:([=:])(.*))?\Z", re.DOTALL)
# Parameters inside a word: `choco install x --params "'/Password:x /Name:y'"`.
_OPTION_WITHIN = lazy(r"(?:\A|(?<=[\s'\"]))[/-]{1,2}([A-Za-z][\w-]*)[:=]([^\s'\"/]+)")
_SETTING = lazy(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(['\"]?)([^\s'\"$`]{3,200})\2[ \t]*$",
    re.MULTILINE,
    holds=("=", ":"),
)
# Programs whose words are patterns to look for.
_SEARCHING = frozenset(("egrep", "fgrep", "findstr", "grep", "rg", "select-string"))
# Programs that hand their words on as text.
_PRINTING = frozenset(("add-content", "echo", "out-file", "printf", "set-content", "write-output"))
# Program → subcommand that must stand first (empty: any), option that takes the password.
_SHORT_OPTIONS = {
    "az": ("login", "-p"),
    "bcp": ("", "-P"),
    "docker": ("login", "-p"),
    "helm": ("registry", "-p"),
    "podman": ("login", "-p"),
    "redis-cli": ("", "-a"),
    "sqlcmd": ("", "-P"),
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


def _in_word(word: Word, start: int, kind: str, end: int | None = None) -> Iterator[Secret]:
    """The part of a word from `start` on, up to `end` if given, if it is a secret and no expansion."""
    text = word.text[start:end]
    if text and not word.block and (not word.expands or not any(char in text for char in "$`%")) and is_secret(text, kind):
        part = word.slice(start, start + len(text)) if start or end else word
        yield Secret(part.start, part.end, kind)


def in_command(command: Command) -> Iterator[Secret]:
    """What the words of a command carry, by the names that stand with it and by what the program takes where."""
    if command.head:
        return
    yield from _in_assignments(command)
    yield from _in_options(command)
    reader = _READERS.get(command.name)
    if reader is not None:
        yield from reader(command)
    if _asks_its_input(command):
        yield from _printed_for(command)


def _asks_its_input(command: Command) -> bool:
    """Whether a command reads a password from its input."""
    if "sudo" in command.wrappers and any(word.text == "-S" for word in command.words[: command.index]):
        return True
    if command.name in ("kinit", "realm", "openssl"):
        operands = [word.text for word in command.operands()]
        if command.name == "kinit":
            return bool(operands)
        return operands[:1] == ["join"] or (operands[:1] == ["passwd"] and command.has_option("-stdin"))
    return any("-stdin" in word.text for word in command.arguments) and command.has_option("--password-stdin")


def _in_assignments(command: Command) -> Iterator[Secret]:
    """`PASSWORD=x`, `export TOKEN=x`, `sudo API_KEY=x program`, `msiexec /i a.msi ADMIN_PASSWORD=x`, `setx TOKEN x`."""
    carriers = [*command.words, *(command.assignments if command.dialect == "posix" else [])]
    if command.name in _SEARCHING:
        carriers = command.assignments
    for word in carriers:
        match = _ASSIGNED.match(word.text)
        named = kind_of_variable if word in command.assignments else kind_of
        if match is not None and (kind := named(match[1])):
            yield from _in_word(word, match.start(2), kind)
        for pattern in (_ASSIGNED_WITHIN, _OPTION_WITHIN):
            for match in pattern.finditer(word.text):
                if kind := kind_of(match[1]):
                    yield from _in_word(word, match.start(2), kind, match.end(2))
        if command.name in _PRINTING and not word.block:
            yield from _in_lines(word, 0, word.text)
    arguments = command.arguments
    if command.name == "setx" and len(arguments) > 1 and (kind := kind_of(arguments[0].text)):
        yield from _in_word(arguments[1], 0, kind)


def _in_lines(word: Word, start: int, text: str) -> Iterator[Secret]:
    """Lines like `export TOKEN=x` or `password: x` in the text of a word."""
    for match in _SETTING.finditer(text):
        if kind := kind_of(match[1]):
            yield from _in_word(word, start + match.start(3), kind, start + match.end(3))


def _in_sed(command: Command) -> Iterator[Secret]:
    """`sed -i 's/^password=.*/password=x/' file`."""
    from aiblint.shell import sed

    for word, start, text in sed.new_texts(command):
        yield from _in_lines(word, start, text)


def _in_options(command: Command) -> Iterator[Secret]:
    """`--password x`, `--token=x`, `-Password x`, `/password:x`."""
    arguments = command.arguments
    for index, word in enumerate(arguments):
        match = _OPTION.match(word.text)
        kind = kind_of(match[1]) if match is not None and not word.quoted else ""
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
            yield from _in_word(arguments[index + 1], 0, PASSWORD)


def _in_own_options(command: Command) -> Iterator[Secret]:
    """`cmdkey /pass:x`, `schtasks /create /rp x`."""
    arguments = command.arguments
    for index, word in enumerate(arguments):
        name, colon, _ = word.text[1:].partition(":")
        if word.text[:1] in "/-" and name.lower() == _OWN_OPTIONS[command.name]:
            if colon:
                yield from _in_word(word, len(name) + 2, PASSWORD)
            elif index + 1 < len(arguments):
                yield from _in_word(arguments[index + 1], 0, PASSWORD)


def _in_net(command: Command) -> Iterator[Secret]:
    """`net user name password /add`, `net use x: \\\\server\\share password /user:name`."""
    operands = [word for word in command.arguments if word.text[:1] != "/"]
    verb = operands[0].text.lower() if operands else ""
    at = 2 if verb == "user" else next((i + 1 for i, word in enumerate(operands) if word.text.startswith("\\\\")), 0)
    if verb in ("user", "use") and 0 < at < len(operands):
        yield from _in_word(operands[at], 0, PASSWORD)


def _in_secure_string(command: Command) -> Iterator[Secret]:
    """`ConvertTo-SecureString 'x' -AsPlainText -Force`."""
    if command.parameter("AsPlainText") is None:
        return
    given = command.parameter("String")
    word = given.value if given else next(iter(command.positionals(("AsPlainText", "Force"))), None)
    if word is not None and not word.expands:
        yield from _in_word(word, 0, PASSWORD)


def _in_registry(command: Command) -> Iterator[Secret]:
    """`reg add … /v DefaultPassword /d x`, `Set-ItemProperty … -Name DefaultPassword -Value x`."""
    texts = [word.text.lower() for word in command.arguments]
    for index, text in enumerate(texts[:-1]):
        if text in ("/d", "-value") and any(kind_of(other) == PASSWORD for other in texts[:index]):
            yield from _in_word(command.arguments[index + 1], 0, PASSWORD)


def _in_user(command: Command) -> Iterator[Secret]:
    """`curl -u name:password`."""
    given = command.option("-u", "--user")
    for word in command.arguments if given else ():
        name, colon, _ = word.text.partition(":")
        if word.text == given and colon and name:
            yield from _in_word(word, len(name) + 1, PASSWORD)


def _printed(command: Command) -> list[Word]:
    """The text that a command gets as its input: `echo x | …`, `… <<< x`."""
    words = [r.target for r in command.redirects if r.operator == "<<<" and r.target is not None]
    source = command.piped_from
    if source is not None and source.name in ("echo", "printf"):
        words += source.operands()[-1:]
    return words


def _printed_for(command: Command) -> Iterator[Secret]:
    """`echo password | sudo -S id`, `echo password | docker login --password-stdin`, `kinit name <<< password`."""
    for word in _printed(command):
        yield from _in_word(word, 0, PASSWORD)


def _in_input(command: Command) -> Iterator[Secret]:
    """`echo 'name:password' | chpasswd`, `echo password | passwd --stdin name`."""
    for word in _printed(command):
        if command.name == "chpasswd":
            name, colon, _ = word.text.partition(":")
            if colon:
                yield from _in_word(word, len(name) + 1, PASSWORD)
        elif command.has_option("--stdin"):
            yield from _in_word(word, 0, PASSWORD)


def _in_openssl(command: Command) -> Iterator[Secret]:
    """`openssl passwd -6 password`, `openssl … -passout pass:password`."""
    operands = command.operands(("-salt", "-in"))
    if len(operands) > 1 and operands[0].text == "passwd":
        yield from _in_word(operands[-1], 0, PASSWORD)
    for word in command.arguments:
        if word.text.startswith("pass:"):
            yield from _in_word(word, len("pass:"), PASSWORD)


def _in_account(command: Command) -> Iterator[Secret]:
    """`useradd -p password name`: it takes a hash, and a password in clear is none."""
    for index, word in enumerate(command.arguments[:-1]):
        if word.text in ("-p", "--password"):
            yield from _in_word(command.arguments[index + 1], 0, PASSWORD)


def _in_service(command: Command) -> Iterator[Secret]:
    """`sc.exe config x obj= .\\svc password= x`: a blank stands behind each equals sign."""
    for index, word in enumerate(command.arguments[:-1]):
        if word.text.lower() == "password=":
            yield from _in_word(command.arguments[index + 1], 0, PASSWORD)


def _in_htpasswd(command: Command) -> Iterator[Secret]:
    """`htpasswd -b file user password`."""
    if command.has_option("-b"):
        yield from (secret for word in command.operands(("-C", "-r"))[-1:] for secret in _in_word(word, 0, PASSWORD))


def _in_smbclient(command: Command) -> Iterator[Secret]:
    """`smbclient -U user%password`."""
    given = command.option("-U", "--user")
    for word in command.arguments if given else ():
        name, percent, _ = word.text.partition("%")
        if word.text == given and percent and name:
            yield from _in_word(word, len(name) + 1, PASSWORD)


def in_body(text: str, start: int, end: int) -> Iterator[Secret]:
    """Lines like `DB_PASSWORD=x` in a here-document: a file of settings."""
    for match in _SETTING.finditer(text, start, end):
        kind = kind_of(match[1])
        if kind and is_secret(match[3], kind):
            yield Secret(match.start(3), match.end(3), kind)


def _in_attached(command: Command) -> Iterator[Secret]:
    """`mysql -u root -px`."""
    for word in command.arguments:
        if word.text.startswith("-p") and len(word.text) > 2 and "=" not in word.text:
            yield from _in_word(word, 2, PASSWORD)


_READERS = {
    "chpasswd": _in_input,
    "convertto-securestring": _in_secure_string,
    "curl": _in_user,
    "htpasswd": _in_htpasswd,
    "mysql": _in_attached,
    "mysqladmin": _in_attached,
    "mysqldump": _in_attached,
    "net": _in_net,
    "net1": _in_net,
    "new-itemproperty": _in_registry,
    "openssl": _in_openssl,
    "passwd": _in_input,
    "reg": _in_registry,
    "sc": _in_service,
    "sed": _in_sed,
    "set-itemproperty": _in_registry,
    "smbclient": _in_smbclient,
    "useradd": _in_account,
    "usermod": _in_account,
    **dict.fromkeys(_SHORT_OPTIONS, _in_short_options),
    **dict.fromkeys(_OWN_OPTIONS, _in_own_options),
}
