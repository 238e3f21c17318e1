"""What a Windows command line really starts: Start-Process, cmd /c, powershell -Command and Invoke-Expression unwrapped."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.shell.command import ARGUMENT, CMD, POWERSHELL, SCRIPT, Command, Redirect
from aiblint.shell.text import Script, Word, base_name, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ALIASES = {
    "%": "foreach-object",
    "?": "where-object",
    "cat": "get-content",
    "cd": "set-location",
    "copy": "copy-item",
    "cp": "copy-item",
    "cpi": "copy-item",
    "curl": "invoke-webrequest",
    "del": "remove-item",
    "dir": "get-childitem",
    "echo": "write-output",
    "foreach": "foreach-object",
    "gc": "get-content",
    "gci": "get-childitem",
    "icm": "invoke-command",
    "iex": "invoke-expression",
    "irm": "invoke-restmethod",
    "iwr": "invoke-webrequest",
    "ls": "get-childitem",
    "md": "mkdir",
    "mi": "move-item",
    "move": "move-item",
    "mv": "move-item",
    "ni": "new-item",
    "rd": "remove-item",
    "ri": "remove-item",
    "rm": "remove-item",
    "rmdir": "remove-item",
    "sajb": "start-job",
    "saps": "start-process",
    "sasv": "start-service",
    "sc": "set-content",
    "sleep": "start-sleep",
    "sp": "set-itemproperty",
    "spps": "stop-process",
    "spsv": "stop-service",
    "start": "start-process",
    "type": "get-content",
    "wget": "invoke-webrequest",
    "where": "where-object",
    "write": "write-output",
}
"""Aliases of Windows PowerShell 5.1, which runs the steps of Image Builder, to the commands' names in lower case."""

_SWITCHES = ("Wait", "PassThru", "NoNewWindow", "LoadUserProfile", "UseNewEnvironment", "WhatIf", "Confirm", "Verbose")
_POWERSHELLS = frozenset(("powershell", "pwsh"))
_POWERSHELL_SWITCHES = ("NoProfile", "NonInteractive", "NoLogo", "NoExit", "Sta", "Mta", "Login")
_ENDS_POWERSHELL = ("File", "EncodedCommand")
_WINDOWS_WORD = lazy(r'(?:"[^"]*"?|\^.|[^\s"^])+', re.DOTALL)
_CMD_TOKEN = lazy(
    r'(?P<operator>&&|\|\||[&|\n])|(?P<redirect>[12]?>>?(?:&[12])?|<)|(?P<word>(?:"[^"]*"?|\^.|[^\s"^&|<>])+)', re.DOTALL
)
_CMD_PIECE = lazy(r'[^"^]+|\^(.)', re.DOTALL)
_ITEM = lazy(r"""\s*(?:'((?:[^']|'')*)'|"([^"`$]*)")\s*(?:,|\n|;|\Z)""")


def name(command: Command) -> None:
    """Sets `name` of a PowerShell command from its first word: lower case, aliases as written, without `.exe`."""
    word = command.words[0]
    command.index = 0
    if not word.block:
        command.name = base_name(word, windows=True)


def cmdlet(command: Command) -> str:
    """The command's name with aliases resolved: `iwr`, `curl` and `wget` are `invoke-webrequest`."""
    program = command.program
    if command.dialect != POWERSHELL or program is None or program.text.lower() != command.name:
        return command.name  # curl.exe is curl
    return ALIASES.get(command.name, command.name)


def powershell_script(command: Command) -> Script | None:
    """The PowerShell text that a command runs: `powershell -Command "…"`, `Invoke-Expression '…'`."""
    if cmdlet(command) == "invoke-expression":
        given = command.parameter("Command")
        word = given.value if given else next(iter(command.positionals(_SWITCHES)), None)
        return word.inside() if word is not None and not word.block and word.text.strip() else None
    if command.name not in _POWERSHELLS:
        return None
    arguments = command.arguments
    index = 0
    while index < len(arguments):
        option = arguments[index].text.lower()
        if option[:1] not in ("-", "/") or arguments[index].quoted:
            break
        option = option[1:]
        if option and any(long.lower().startswith(option) for long in _ENDS_POWERSHELL):
            return None
        if option and "command".startswith(option):
            index += 1
            break
        index += 1 if any(long.lower().startswith(option) for long in _POWERSHELL_SWITCHES) else 2
    rest = [word for word in arguments[index:] if not word.block]
    return joined(rest) if rest and len(rest) == len(arguments[index:]) else None


def carried_commands(command: Command) -> Iterator[tuple[Command, str]]:
    """Commands that a command starts, with the context to give them: of `Start-Process` one, of `cmd /c` all in its line."""
    if cmdlet(command) == "start-process":
        words = _started(command)
        if words:
            yield Command(CMD, words[0].start, max(word.end for word in words), words, [], []), ARGUMENT
    elif command.name == "cmd":
        arguments = command.arguments
        for index, word in enumerate(arguments):
            if word.text.lower()[:2] in ("/c", "/k"):
                script = _cmd_text(arguments[index:])
                if script is not None:
                    for found in cmd_commands(script):
                        yield found, SCRIPT
                return


def _cmd_text(words: list[Word]) -> Script | None:
    """What follows `/c`: several words, or one quoted string."""
    first = words[0].slice(2, len(words[0].text)) if len(words[0].text) > 2 else None
    rest = ([first] if first else []) + words[1:]
    if len(rest) == 1:
        return rest[0].inside() if rest[0].text.strip() else None
    return joined(rest)


def _started(command: Command) -> list[Word]:
    """Program and arguments of a `Start-Process`."""
    free = command.positionals(_SWITCHES)
    path = command.parameter("FilePath", "Path", "PSPath")
    program = path.value if path else (free.pop(0) if free else None)
    if program is None or program.block:
        return []
    given = command.parameter("ArgumentList", "Args")
    values = given.values if given else free
    if len(values) == 1 and values[0].block:
        return [program, *_items(values[0])]
    if len(values) == 1 and not values[0].expands:
        return [program, *_split(values[0])]
    return [program, *values]


def _split(word: Word) -> list[Word]:
    """One string of arguments as the words that Windows makes of it."""
    if not re.search(r"\s", word.text):
        return [word] if word.text else []
    script = word.inside()
    return [_windows_word(script, match) for match in _WINDOWS_WORD.finditer(script.text)]


def _items(word: Word) -> list[Word]:
    """The strings in `@('a', 'b')`; empty where something else stands among them."""
    script = word.inside()
    text = script.text
    start = text.find("(") + 1
    end = len(text) - 1 if text.endswith(")") else len(text)
    items: list[Word] = []
    while text[start:end].strip():
        match = _ITEM.match(text, start, end)
        if match is None:
            return [word]
        group = 1 if match[1] is not None else 2
        pieces = (
            [(match.start(group), match[group])] if "''" not in match[group] else _doubled(match.start(group), match[group])
        )
        items.append(Word(script, match.start(group) - 1, match.end(group) + 1, pieces, True))
        start = match.end()
    return items


def _doubled(start: int, text: str) -> list[tuple[int, str]]:
    pieces: list[tuple[int, str]] = []
    at = 0
    while (found := text.find("''", at)) >= 0:
        pieces.append((start + at, text[at : found + 1]))
        at = found + 2
    pieces.append((start + at, text[at:]))
    return pieces


def _windows_word(script: Script, match: re.Match[str]) -> Word:
    written = match[0]
    pieces = []
    for part in _CMD_PIECE.finditer(script.text, match.start(), match.end()):
        pieces.append((part.start(1), part[1]) if part[1] is not None else (part.start(), part[0]))
    quoted = len(written) > 1 and written[0] == '"' == written[-1] and written.count('"') == 2
    return Word(script, match.start(), match.end(), pieces, quoted, "%" in written)


def cmd_commands(script: Script) -> list[Command]:
    """The commands of one line for cmd.exe. `%x%` is not known, so a word that holds a percent sign `expands`."""
    found: list[Command] = []
    pipe = False
    words: list[Word] = []
    redirects: list[Redirect] = []
    waiting: tuple[str, str, int, int] | None = None

    def close(operator: str) -> None:
        nonlocal words, redirects, pipe
        if words:
            command = Command(CMD, words[0].start, max(word.end for word in words), words, [], redirects)
            command.name = base_name(words[0], windows=True)
            command.operator = operator
            if pipe and found:
                command.piped_from = found[-1]
                found[-1].piped_to = command
            found.append(command)
        pipe = operator == "|"
        words, redirects = [], []

    for match in _CMD_TOKEN.finditer(script.text):
        if match["operator"]:
            close(match["operator"])
        elif match["redirect"]:
            start, end = script.span(match.start(), match.end())
            written = match["redirect"]
            descriptor = written[0] if written[0] in "12" else ""
            operator = written[len(descriptor) :]
            if "&" in operator:
                target = Word(script, match.end() - 1, match.end(), [(match.end() - 1, operator[-1])])
                redirects.append(Redirect(descriptor, ">&", target, start, end))
            else:
                waiting = descriptor, operator, start, end
        elif waiting is not None:
            target = _windows_word(script, match)
            redirects.append(Redirect(waiting[0], waiting[1], target, waiting[2], target.end))
            waiting = None
        else:
            words.append(_windows_word(script, match))
    close("")
    return found
