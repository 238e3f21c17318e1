"""Words about commands that wait for a person, of whom a build has none."""

from __future__ import annotations

import re

from aiblint import inline, schema
from aiblint.check import Problem, check, quote
from aiblint.checks.bashisms import runs_dash
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

_READING_CALL = lazy(
    r"\[(?:System\.)?Console\]::Read(?:Key|Line)?\s*\(|\$Host\.UI\.(?:RawUI\.ReadKey|PromptForChoice|PromptForCredential|Prompt|ReadLine)\s*\("
    r"|\[(?:System\.Windows\.(?:Forms\.)?)?MessageBox\]::Show\s*\(",
    re.IGNORECASE,
)
_QUIET = lazy(r"[/-](?:q[nb]?[+!-]*|quiet|passive|\?|help|qb[+!-]*|unreg(?:ister|server)?|reg(?:server)?|y|z)\Z", re.IGNORECASE)
_INSTALLS = lazy(r"[/-](?:i|x|p|package|uninstall|update|a|f[a-z]*)\Z", re.IGNORECASE)
_KNOWN_HOSTS = lazy(r"known_hosts|ssh-keyscan|ssh_config|\.ssh/config|StrictHostKeyChecking", re.IGNORECASE)
_WAITS = "nobody can answer during a build, so it fails or waits until the build timeout"


class _Waiting:
    """A command that waits: the last word to underline, what it waits for, and what to write instead."""

    __slots__ = ("end", "message", "start")

    def __init__(self, start: int, end: int, message: str) -> None:
        self.start = start
        self.end = end
        self.message = message


@check
def waits_for_a_person(value: Value, context: Context) -> Iterator[Problem]:
    """A command in a step's `inline` that waits for a person, or for nothing at all."""
    script = inline.of(value, context)
    if script is None:
        return
    reader = _posix if script.dialect == "posix" else _windows
    for command in script.commands:
        if not command.head and not command.calls_function:
            found = reader(command, script, context)
            if found is not None:
                yield script.problem(found.start, found.end, found.message)


def _posix(command: Command, script: inline.Inline, context: Context) -> _Waiting | None:
    program = command.program
    if program is None or program.expands:
        return None
    if command.name in _POSIX_READERS:
        return _POSIX_READERS[command.name](command, program, script)
    if command.name in ("sudo", "doas") or (command.sudo and command.wrappers):
        opened = _root_shell(command, program, script)
        if opened is not None:
            return opened
    entry = schema.table("interactive-commands")["posix"].get(command.name)  # type: ignore[attr-defined]
    if entry is None or (entry.get("debian") and not runs_dash(context)):
        return None
    return _listed(command, program, entry)


def _has_input(command: Command) -> bool:
    """`yes | passwd x`, `fdisk /dev/sdc <<EOF`: what it asks is answered."""
    return command.piped_from is not None or any(redirect.operator.startswith("<") for redirect in command.redirects)


def _listed(command: Command, program: Word, entry: dict[str, Any]) -> _Waiting | None:
    """A command of the table, unless its options, its input or what runs it keep it from waiting."""
    last = _what_makes_it_wait(command, entry)
    if last is None or command.may_hide_options or "timeout" in command.wrappers:
        return None
    if entry.get("never"):
        if command.operator in ("&", "|", "|&"):
            return None
        message = f"{_quoted(program, last)} does not end by itself, and the build waits for it until its timeout; write {entry['instead']}"
        return _Waiting(program.start, last.end, message)
    if _has_input(command) or any(word.text.startswith("EDITOR=") for word in (*command.assignments, *command.words)):
        return None
    return _asks(program, last, entry["waits"], entry["instead"])


def _what_makes_it_wait(command: Command, entry: dict[str, Any]) -> Word | None:
    """The last word that says that a command waits; None where it does not."""
    program, arguments = command.program, command.arguments
    values = tuple(entry.get("values", ()))
    operands = command.operands(values)
    if entry.get("plain") and any(word.text[:1] in ("-", "+") for word in arguments):
        return None
    folded = {word.text.lower().partition(":")[0] for word in arguments}
    if not folded.isdisjoint(entry["unless"]) or command.has_option(*entry["unless"], values=values):
        return None
    if "operands" in entry and len(operands) != entry["operands"]:
        return None
    last = program
    if "first" in entry:
        phrases = {
            " ".join(word.text for word in operands[:count]): operands[count - 1] for count in range(1, len(operands[:2]) + 1)
        }
        last = next((phrases[first] for first in entry["first"] if first in phrases), None)
    if last is not None and "with" in entry:
        last = next((word for word in arguments if _is_with(word.text, entry["with"])), None)
    return last


def _is_with(text: str, options: list[str]) -> bool:
    if text.partition("=")[0] in options:
        return True
    letters = [option[1] for option in options if len(option) == 2]
    return text[:1] == "-" and text[1:].isalnum() and any(letter in text[1:] for letter in letters)


def _quoted(program: Word, last: Word) -> str:
    """The text from the program to the word that makes it wait, for a message."""
    return quote(" ".join(program.script.root[program.start : last.end].split()))


def _asks(program: Word, last: Word, waits: str, instead: str) -> _Waiting:
    remedy = f"write {instead}" if instead else "leave it out"
    return _Waiting(program.start, last.end, f"{_quoted(program, last)} waits for {waits}; {_WAITS}; {remedy}")


def _read(command: Command, program: Word, script: inline.Inline) -> _Waiting | None:
    """`read` at the top of a script. Where anything is fed to anything it may be that which it reads."""
    prompt = next((word for word in command.arguments if word.text[:1] == "-" and word.text[1:].endswith("p")), None)
    fed = _has_input(command) or command.operator == "||" or command.has_option("-t", "-u")
    if fed or (prompt is None and ("<" in script.text or "|" in script.text or command.depth or command.context)):
        return None
    if any(each.piped_to is not None for each in script.commands) and prompt is None:
        return None
    return _asks(program, prompt or program, "a line of input", "the value itself")


def _su(command: Command, program: Word, script: inline.Inline) -> _Waiting | None:
    """`su -c x`: the build user has no password to give."""
    if command.user == "root":
        return _root_shell(command, program, script)
    if _has_input(command) or command.user or command.after_root_shell:
        return None
    return _asks(program, program, "the password of the other user", "sudo -u")


def _ssh(command: Command, program: Word, script: inline.Inline) -> _Waiting | None:
    """`ssh host`: the build VM knows no hosts, so it asks whether the key is the right one."""
    quiet = command.has_option("-F", "-V", "-G", "-Q", "-o") or command.may_hide_options or _KNOWN_HOSTS.search(script.text)
    if quiet or script.opaque or not command.operands(("-i", "-p", "-P", "-l", "-J", "-L", "-R", "-D")):
        return None
    if command.name != "ssh" and not any(":" in word.text for word in command.operands(("-i", "-P"))):
        return None
    return _Waiting(
        program.start,
        program.end,
        f"{quote(program.text)} asks whether the key of a host that it does not know is the right one; {_WAITS} ('Host key verification "
        "failed.'); put the host's key into ~/.ssh/known_hosts first and write 'ssh -o BatchMode=yes'",
    )


_POSIX_READERS = {"read": _read, "su": _su, "ssh": _ssh, "scp": _ssh, "sftp": _ssh}


def _root_shell(command: Command, program: Word, script: inline.Inline) -> _Waiting | None:
    """`sudo su -` with lines behind it that were meant for the shell of root."""
    from aiblint.shell.wrappers import opens_root_shell

    first = command.words[0]
    if not opens_root_shell(command) or not any(later.start > command.start for later in script.commands):
        return None
    last = command.words[-1]
    phrase = script.text[first.start : last.end]
    return _Waiting(
        first.start,
        last.end,
        f"{quote(phrase)} opens a shell that waits for somebody to type; nobody does, it ends at once, and the lines behind it run as the "
        "unprivileged build user; write sudo in front of each command, or sudo sh -c '…'",
    )


# Windows.


def _windows(command: Command, script: inline.Inline, context: Context) -> _Waiting | None:
    if command.expression is not None and not command.expression.quoted:
        return _reading_call(command.expression)
    program = command.program
    if program is None or program.expands:
        return None
    facts: dict[str, Any] = schema.table("interactive-commands")
    entry = facts["cmdlets"].get(command.name)
    if entry is not None:
        answered = any(command.parameter(name) for name in entry["unless"]) or command.may_hide_options
        answered = answered or not _is_about(command, entry.get("values-of", {}))
        return None if answered or _has_input(command) else _asks(program, program, entry["waits"], entry["instead"])
    if command.name in _WINDOWS_READERS:
        return _WINDOWS_READERS[command.name](command, program)
    entry = facts["windows"].get(command.name)
    if entry is not None:
        return _listed(command, program, entry)
    return _confirm(command, program)


def _is_about(command: Command, wanted: dict[str, list[str]]) -> bool:
    """Whether each parameter that counts has one of the values with which a cmdlet waits; a star stands at the end of some."""
    for name, values in wanted.items():
        given = command.parameter(name)
        texts = [value.text.lower() for value in given.values if not value.expands] if given is not None else []
        if not any(text == each or (each[-1] == "*" and text.startswith(each[:-1])) for text in texts for each in values):
            return False
    return True


def _reading_call(expression: Word) -> _Waiting | None:
    match = _READING_CALL.search(expression.text)
    if match is None:
        return None
    call = expression.slice(match.start(), match.end())
    shown = f"{match[0].rstrip('( ')}()"
    return _Waiting(call.start, call.end, f"{quote(shown)} waits for a person; {_WAITS}; leave it out")


def _confirm(command: Command, program: Word) -> _Waiting | None:
    """`Remove-Item x -Confirm`."""
    given = command.parameter("Confirm") if "-" in command.name else None
    if given is None or (given.value is not None and (given.value.expands or given.value.text.lower() in ("$false", "0"))):
        return None
    if given.word.text.lower() not in ("-confirm", "-confirm:$true"):
        return None
    return _asks(program, given.word, "a yes or no", f"{program.text} -Confirm:$false")


def _msiexec(command: Command, program: Word) -> _Waiting | None:
    """`msiexec /i a.msi` with windows, which session 0 shows to nobody."""
    texts = [word.text for word in command.arguments]
    action = next((word for word in command.arguments if _INSTALLS.match(word.text)), None)
    unknown = any(word.expands and not word.text.lower().endswith((".msi", ".msp")) for word in command.arguments)
    if action is None or unknown or command.may_hide_options or any(_QUIET.match(text) for text in texts):
        return None
    last = program if command.context == "argument" else action
    return _asks(program, last, "clicks in windows that nobody sees", f"msiexec {action.text} … /qn /norestart")


def _net(command: Command, program: Word) -> _Waiting | None:
    """`net user name *`."""
    star = next((word for word in command.arguments if word.text == "*"), None)
    verb = command.arguments[0].text.lower() if command.arguments else ""
    return _asks(program, star, "a password", "net user … /active:no") if star is not None and verb in ("user", "use") else None


def _cmd_set(command: Command, program: Word) -> _Waiting | None:
    """`set /p answer=…` of cmd.exe."""
    if command.dialect != "cmd" or _has_input(command):
        return None
    prompt = next((word for word in command.arguments[:1] if word.text.lower() == "/p"), None)
    return _asks(program, prompt, "input", "set NAME=value") if prompt is not None else None


def _cmd_rmdir(command: Command, program: Word) -> _Waiting | None:
    """`rmdir /s x` of cmd.exe."""
    texts = [word.text.lower() for word in command.arguments]
    if command.dialect != "cmd" or "/s" not in texts or "/q" in texts or _has_input(command):
        return None
    return _asks(program, command.arguments[texts.index("/s")], "a yes or no", f"{program.text} /s /q")


_WINDOWS_READERS = {"msiexec": _msiexec, "net": _net, "net1": _net, "set": _cmd_set, "rd": _cmd_rmdir, "rmdir": _cmd_rmdir}
