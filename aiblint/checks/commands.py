"""Words about commands that the way in which Image Builder runs a step does not bear."""

from __future__ import annotations

from itertools import pairwise

from aiblint import inline
from aiblint.change import Beside, Remove, Repair
from aiblint.check import Problem, check, quote
from aiblint.shell.command import RUNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.change import Change
    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

_POWER_OFF = frozenset(("halt", "poweroff", "stop-computer"))
_SYSTEMCTL = frozenset(("halt", "kexec", "poweroff", "reboot", "soft-reboot"))
_RESTARTING = {"r": "restarts", "g": "restarts", "s": "shuts down", "sg": "shuts down", "p": "shuts down", "h": "shuts down"}
_RESTART_SWITCH = frozenset(
    (
        "add-computer",
        "add-windowsfeature",
        "install-windowsfeature",
        "remove-computer",
        "remove-windowsfeature",
        "rename-computer",
        "uninstall-windowsfeature",
    )
)
_AUTO_REBOOT = frozenset(("get-windowsupdate", "install-windowsupdate", "get-wuinstall", "wuinstall"))
_SHUTDOWN_WAITS = 30
_FORCE_RESTART = frozenset(("/forcerestart", "-forcerestart"))
_PRINTING = frozenset(("echo", "printf", "write-host", "write-output", "write-verbose"))
_HERE = frozenset(("localhost", ".", "127.0.0.1", "$env:computername", "(hostname)"))


@check
def restarts_machine(value: Value, context: Context, *, certain: bool | None = None) -> Iterator[Problem]:
    """A command in a step's `inline` that restarts or shuts down the build VM behind Packer's back.

    `certain`: only those that do it at once whenever the step runs (true), only those that do it under a condition or later
    (false). One that does it later is fine right in front of a WindowsRestart step, which takes over a restart under way.
    """
    script = inline.of(value, context)
    if script is None:
        return
    for command in script.commands:
        program = command.program
        if program is None or command.head or command.calls_function:
            continue
        what = _posix_restart(command) if command.dialect == "posix" else _windows_restart(command)
        delay = _shutdown_delay(command) if command.dialect != "posix" and command.name == "shutdown" else 0
        if what is None or (certain is not None and certain != (command.fate == RUNS and delay == 0)):
            continue
        deed, word = what
        if delay == 0 or not (deed == "restarts" and _is_restart(_next_step(value, context))):
            message = _restart_message(script, command, deed, word, delay)
            yield script.problem(program.start, word.end, message, fix=_by_step(value, script, command, deed, context))


def _by_step(step: Value, script: inline.Inline, command: Command, deed: str, context: Context) -> Repair | None:
    """A suggestion: a WindowsRestart step in place of a last line that restarts and does nothing else."""
    listed = step.get("inline")
    lines = listed.items if listed is not None else []
    if deed != "restarts" or script.dialect != "powershell" or command.fate != RUNS or len(lines) < 2:
        return None
    if (lines[-1].text or "").strip() != script.text[command.start : command.end] or not _is_customizer(step):
        return None
    changes: list[Change] = [Remove(lines[-1])]
    if not _is_restart(_next_step(step, context)):
        changes.append(Beside(step, {"type": "WindowsRestart", "name": "restart", "restartTimeout": "30m"}))
    return Repair("leave it to a WindowsRestart step", *changes, safe=False)


def _is_customizer(step: Value) -> bool:
    return step.parent is not None and step.parent.key == "customize"


def _next_step(step: Value, context: Context) -> Value | None:
    steps = context.template.list_of("customize")
    return next((after for before, after in pairwise(steps) if before is step), None)


def _is_restart(step: Value | None) -> bool:
    return step is not None and step.text_of("type") == "WindowsRestart"


def _restart_message(script: inline.Inline, command: Command, deed: str, word: Word, delay: int | None) -> str:
    program = command.program
    assert program is not None
    phrase = program.text if word is program else f"{program.text} {word.text}"
    if script.dialect == "powershell":
        when = "" if delay == 0 else "later, " if delay is None else f"{delay} seconds later, "
        where = "in the middle of the step, the connection breaks" if delay == 0 else "in the middle of whatever runs then"
        may = "may fail" if delay != 0 or command.fate != RUNS else "fails"
        return f"{quote(phrase)} {deed} the build VM {when}{where} and the build {may}; " + (
            "put a WindowsRestart step behind this one instead" if deed == "restarts" else "leave it out"
        )
    if deed != "restarts":
        return f"{quote(phrase)} {deed} the build VM, so no later step can run and the build fails; leave it out"
    return (
        f"{quote(phrase)} {deed} the build VM in the middle of the step, which Packer may take for a failure, and Image Builder has "
        "no restart step for Linux; leave it out: VMs start fresh from the image"
    )


def _posix_restart(command: Command) -> tuple[str, Word] | None:
    name, program = command.name, command.program
    assert program is not None
    texts = [word.text for word in command.arguments]
    if name in ("reboot", "poweroff", "halt"):
        harmless = {"-w", "--wtmp-only", "--help", "--version"}
        return None if harmless.intersection(texts) else ("shuts down" if name in _POWER_OFF else "restarts", program)
    if name == "shutdown":
        if {"-c", "-k", "--show", "--help"}.intersection(texts):
            return None
        restart = next((word for word in command.arguments if word.text in ("-r", "--reboot")), None)
        return ("restarts", restart) if restart is not None else ("shuts down", program)
    operands = command.operands(("-t", "--type", "-p", "--property", "-n", "-o", "-M", "-H"))
    if not operands:
        return None
    if name in ("init", "telinit") and operands[0].text in ("0", "6"):
        return ("restarts" if operands[0].text == "6" else "shuts down"), operands[0]
    if name == "systemctl" and operands[0].text in _SYSTEMCTL:
        return ("shuts down" if operands[0].text in _POWER_OFF else "restarts"), operands[0]
    return None


def _windows_restart(command: Command) -> tuple[str, Word] | None:
    name, program = command.name, command.program
    assert program is not None
    if name in ("restart-computer", "stop-computer"):
        named = command.parameter("ComputerName", "cn")
        target = (
            named.value if named else next(iter(command.positionals(("Force", "Wait", "WhatIf", "Confirm", "AsJob"))), None)
        )
        if command.parameter("WhatIf") or (target is not None and target.text.lower() not in _HERE):
            return None
        return ("shuts down" if name in _POWER_OFF else "restarts"), program
    if name == "shutdown":
        return _windows_shutdown(command)
    wanted = "Restart" if name in _RESTART_SWITCH else "AutoReboot" if name in _AUTO_REBOOT else ""
    if wanted:
        given = command.parameter(wanted)
        on = given is not None and not (given.value is not None and given.value.text.lower() in ("$false", "0"))
        return ("restarts", given.word) if given is not None and on else None
    if name in _PRINTING:
        return None
    return next((("restarts", word) for word in command.arguments if word.text.lower() in _FORCE_RESTART), None)


def _windows_shutdown(command: Command) -> tuple[str, Word] | None:
    """`shutdown /r /t 0`; `/a` calls it off, `/m` means another machine, `/i` and `/l` do neither."""
    switches = {word.text.lower()[1:]: word for word in command.arguments if word.text[:1] in ("/", "-")}
    if {"a", "m", "i", "l", "?"}.intersection(switches):
        return None
    return next(((_RESTARTING[letter], word) for letter, word in switches.items() if letter in _RESTARTING), None)


def _shutdown_delay(command: Command) -> int | None:
    """The seconds that `shutdown` waits: 30 unless `/t` says otherwise, none with `/p`; None where nobody knows.

    https://learn.microsoft.com/windows-server/administration/windows-commands/shutdown
    """
    texts = [word.text.lower() for word in command.arguments]
    if "/p" in texts or "-p" in texts:
        return 0
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        if text[:2] in ("/t", "-t") and not text[2:].isalpha():
            seconds = text[2:].lstrip(":") or following
            return int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else None
    return _SHUTDOWN_WAITS


# Installers that end with 3010 where a restart is wanted: Windows Installer, updates, Visual C++ and .NET packages, DISM.
_WAITED_FOR = ("dism",)
_NOT_WAITED_FOR = ("msiexec", "wusa", "vc_redist", "vcredist", "ndp4")
_DISM_ACTIONS = (
    "/enable-feature",
    "/disable-feature",
    "/add-package",
    "/remove-package",
    "/add-capability",
    "/remove-capability",
)


@check
def restart_code_not_allowed(value: Value, context: Context, *, codes: list[int]) -> Iterator[Problem]:
    """An installer whose exit code ends the step, and `validExitCodes` without those of `codes` that ask for a restart."""
    script = inline.of(value, context)
    if script is None or script.dialect != "powershell" or script.opaque or not _fails_with(value, codes[0]):
        return
    text = script.text.lower()
    if str(codes[0]) in text or "lastexitcode" in text.replace("exit $lastexitcode", ""):
        return  # the script deals with exit codes itself
    command = _deciding(script)
    if command is None or command.program is None or not _is_installer(command):
        return
    wanted = ", ".join(str(code) for code in [0, *codes])
    yield script.problem(
        command.program.start,
        command.program.end,
        f"{quote(command.name)} ends with {codes[0]} when a restart is needed, and the step fails because validExitCodes "
        f"{'is missing, which allows only 0' if value.absent('validExitCodes') else 'does not list it'}; "
        f'write "validExitCodes": [{wanted}] and put a WindowsRestart step behind this one',
    )


def _fails_with(step: Value, code: int) -> bool:
    """Whether the step takes 0 for success but not `code`; false where that is unknown. Without a list only 0 is allowed."""
    if step.absent("validExitCodes"):
        return True
    listed_codes = step.get("validExitCodes")
    if listed_codes is None or not listed_codes.items or any(not isinstance(item.value, int) for item in listed_codes.items):
        return False
    allowed = [item.value for item in listed_codes.items]
    return 0 in allowed and code not in allowed


def _deciding(script: inline.Inline) -> Command | None:
    """The command whose exit code Packer sees: the last program, or the process whose `ExitCode` the script exits with."""
    last: Command | None = None
    for command in script.commands:
        if command.name == "exit":
            return _exited_with(command, last, script)
        if _is_program(command):
            last = command
    return last if last is not None and _is_awaited(last) else None


def _exited_with(leave: Command, last: Command | None, script: inline.Inline) -> Command | None:
    given = " ".join(word.text for word in leave.arguments).lower()
    if given == "$lastexitcode":
        ends = leave.start == max(command.start for command in script.commands if command.parent is None)
        return last if ends and last is not None and _is_awaited(last) else None
    if not given.endswith(".exitcode"):
        return None
    for command in script.commands:
        starter = command.parent
        if starter is None or starter.name not in ("start-process", "saps") or command.context != "argument":
            continue
        names = [word.text.lower() for word in starter.assignments]
        if given.removesuffix(".exitcode") in names and starter.parameter("Wait") and starter.depth == 0:
            return command
    return None


def _is_program(command: Command) -> bool:
    """Sets `$LASTEXITCODE`: a program, and neither a cmdlet, an alias, a function nor a process started on its own."""
    from aiblint.shell.windows import ALIASES

    if not command.name or command.calls_function or command.context == "argument" or command.name in ("mkdir", "exit", "cmd"):
        return False
    program = command.program
    verb, dash, noun = command.name.partition("-")
    named = program is not None and "." not in program.text
    return not (command.name in ALIASES and named) and not (dash and verb.isalpha() and noun.isalpha())


def _is_awaited(command: Command) -> bool:
    """PowerShell goes on while a program with windows runs, unless its output is piped or cmd.exe waits for it."""
    if command.depth:
        return False
    if command.name in _WAITED_FOR or command.piped_to is not None:
        return True
    return command.context == "script" and command.parent is not None and command.parent.name == "cmd"


def _is_installer(command: Command) -> bool:
    texts = [word.text.lower() for word in command.arguments]
    if command.name == "dism":
        return "/norestart" in texts and any(text.startswith(_DISM_ACTIONS) for text in texts)
    return command.name.startswith(_NOT_WAITED_FOR)
