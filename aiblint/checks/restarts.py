"""Words about restarts of a Windows build VM: how long they may take, what starts them, and what waits for one."""

from __future__ import annotations

import re

from aiblint import inline
from aiblint.change import Insert, Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.checks import folders
from aiblint.checks.installers import installing_word
from aiblint.checks.required import missing
from aiblint.checks.windows import duration_seconds
from aiblint.document import NULL
from aiblint.pattern import lazy
from aiblint.platforms import marketplace_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_CMDLET = lazy(r"\s*([A-Za-z]+-[A-Za-z]+)\b(?![.\w])")
_SHUTDOWN = lazy(r"\s*\"?(?:[A-Za-z]:\\[^\"]*\\)?shutdown(?:\.exe)?\"?(?=\s|\Z)", re.IGNORECASE)
_RESTARTS = lazy(r"(?:^|\s)[/-](?:r|g)(?=\s|\Z)", re.IGNORECASE)
_DELAY = lazy(r"(?:^|\s)[/-]t\s+(\d{1,9})(?=\s|\Z)", re.IGNORECASE)
_REDIRECT = lazy(r">>?\s*\"?([A-Za-z]:\\[^\"<>|&]+)")
_UPDATES = "updates"
_2016 = lazy(r"(?<!\d)2016(?!\d)", holds=("2016",))


def _seconds(restart: Value, context: Context, default: int) -> float | None:
    """How long a restart may take; None where that is unknown, or no duration: another rule's."""
    timeout = restart.get("restartTimeout")
    if _by_default(restart, context):
        return float(default)
    return duration_seconds(timeout.text) if timeout is not None and timeout.text is not None else None


def _by_default(restart: Value, context: Context) -> bool:
    """Whether a restart certainly takes the default timeout."""
    timeout = restart.get("restartTimeout")
    return missing(restart, context, "restartTimeout") if timeout is None else timeout.kind == NULL or timeout.value == ""


@check
def restart_short_for_2016(value: Value, context: Context, *, seconds: int, default: int) -> Iterator[Problem]:
    """A restart of less than `seconds` behind updates of a Windows Server 2016 image; takes the list of steps."""
    if not _is_2016(context):
        return
    updates: Value | None = None
    for step in value.items:
        kind = step.text_of("type")
        if kind == "WindowsUpdate":
            updates = step.get("type")
        given = _seconds(step, context, default) if kind == "WindowsRestart" and updates is not None else None
        if given is not None and given < seconds and updates is not None:
            yield _short(
                step,
                f"updates of Windows Server 2016 keep a restart busy for longer than {_minutes(given)}: the build fails with 'Timeout "
                f'waiting for machine to restart.\' and code 1190; write "restartTimeout": "{seconds // 60}m"',
                seconds,
                (updates, "the updates"),
            )


def _is_2016(context: Context) -> bool:
    image = marketplace_image(context.template.root.get("properties", "source"))
    return image is not None and _2016.search(image.partition(":")[2]) is not None


@check
def restart_short_after_changes(value: Value, context: Context, *, default: int, instead: int) -> Iterator[Problem]:
    """A restart with the default timeout right behind updates, Windows features or installers; takes the list of steps.

    Behind updates of Windows Server 2016 that is worse, and another word's.
    """
    cause: tuple[Value, str] | None = None
    for step in value.items:
        kind = step.text_of("type")
        if kind == "WindowsRestart":
            if cause is not None and _by_default(step, context) and not (cause[1] == _UPDATES and _is_2016(context)):
                yield _short(
                    step,
                    f"after {cause[1]} a restart often takes longer than the default of {_minutes(default)}, and the build then fails with "
                    f'\'Timeout waiting for machine to restart.\'; write "restartTimeout": "{instead // 60}m"',
                    instead,
                    (cause[0], cause[1]),
                )
            cause = None
        elif kind == "WindowsUpdate":
            cause = (step.get("type") or step, _UPDATES)
        elif kind not in ("PowerShell", "File"):
            cause = None
        elif cause is None and (found := _installer(step, context)) is not None:
            cause = (found[0], f"the installation by {quote(found[1])}")


def _short(restart: Value, message: str, seconds: int, related: tuple[Value, str]) -> Problem:
    timeout, new = restart.get("restartTimeout"), f"{seconds // 60}m"
    change = Insert(restart, "restartTimeout", new) if timeout is None else Set(timeout, new)
    return Problem(
        timeout if timeout is not None and timeout.text else restart,
        message,
        mark=None if timeout is not None and timeout.text else restart.get("type"),
        related=(related,),
        fix=Repair(f"wait for {seconds // 60} minutes", change, safe=False),
    )


def _minutes(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:g} minutes" if minutes != 1 else "1 minute"


def _installer(step: Value, context: Context, certain: bool = False) -> tuple[Value, str] | None:
    """The line, or the script, in which a PowerShell step installs something, and the installer's name.

    `certain`: only what is known to leave work for a restart, which the ordinary installer of a program does not.
    """
    if step.text_of("type") != "PowerShell":
        return None
    script = inline.of(step, context)
    if script is not None:
        word = installing_word(script.commands, certain)
        return (script.place(word.start, word.end)[0], word.text) if word is not None else None
    text, uri = inline.text_of(step, context), step.get("scriptUri")
    if text is None or uri is None:
        return None
    from aiblint.shell import powershell

    word = installing_word(powershell.commands(text), certain)
    return (uri, word.text) if word is not None else None


@check
def restart_command_idle(value: Value, context: Context, *, default: int) -> Iterator[Problem]:
    """A `restartCommand` that cmd.exe does not know, that does not restart, or that waits too long; takes the step."""
    command = value.get("restartCommand")
    text = command.text if command is not None else None
    if command is None or not text:
        return
    cmdlet = _CMDLET.match(text)
    if cmdlet is not None:
        harm = "there is no restart (exit code 9009); leave 'restartCommand' out, or write a shutdown /r"
        yield _unknown_to_cmd(command, cmdlet, harm)
        return
    program = _SHUTDOWN.match(text)
    if program is None:
        return
    rest = text[program.end() :]
    if _RESTARTS.search(rest) is None:
        yield Problem(
            command,
            "this shutdown has no /r, so the machine does not come back and the build waits in vain; write "
            "'shutdown /r /f /t 0 /c \"packer restart\"', or leave the member out, which means the same",
        )
        return
    delay, limit = _DELAY.search(rest), _seconds(value, context, default)
    if delay is not None and limit is not None and int(delay[1]) >= limit:
        yield Problem(
            command,
            f"the restart begins after {int(delay[1])} seconds, and the step gives up after {limit:g}; write /t 0, or a longer "
            "'restartTimeout'",
            part=(program.end() + delay.start(1), program.end() + delay.end(1)),
        )


def _unknown_to_cmd(command: Value, cmdlet: re.Match[str], harm: str) -> Problem:
    return Problem(
        command,
        f"{quote(cmdlet[1])} is a cmdlet, and this command runs in cmd.exe, which does not know it: {harm}",
        part=cmdlet.span(1),
    )


@check
def restart_check_proves_nothing(value: Value, context: Context) -> Iterator[Problem]:
    """A `restartCheckCommand` that can only fail, which nobody notices; takes the step."""
    command = value.get("restartCheckCommand")
    text = command.text if command is not None else None
    if command is None or not text:
        return
    cmdlet = _CMDLET.match(text)
    if cmdlet is not None:
        harm = f"its failure goes unnoticed, so the check proves nothing; write 'powershell -command \"{cmdlet[1]} …\"', or leave it out"
        yield _unknown_to_cmd(command, cmdlet, harm)
        return
    written = _REDIRECT.search(text)
    folder = written[1].rstrip().rpartition("\\")[0] if written is not None else ""
    if written is not None and folder and folders.is_missing(folder, value, context):
        yield Problem(
            command,
            f"no step makes the folder {quote(folder)}, so this command writes nothing, and its failure goes unnoticed; make the folder in "
            "an earlier step, or leave the command out",
            part=(written.start(1), written.start(1) + len(folder)),
        )


@check
def update_behind_installer(value: Value, context: Context) -> Iterator[Problem]:
    """Updates behind a step that installs something, without a restart or a wait between; takes the list of steps."""
    for step, installer, _ in _updates(value, context):
        if installer is not None:
            yield _pending(step, installer[0], quote(installer[1]))


@check
def update_behind_script(value: Value, context: Context) -> Iterator[Problem]:
    """Updates behind a script that nobody can read, and behind no installer, without a restart between; takes the list of steps."""
    for step, installer, script in _updates(value, context):
        if installer is None and script is not None:
            yield _pending(step, script, "a script before, which may install something,")


def _updates(steps: Value, context: Context) -> Iterator[tuple[Value, tuple[Value, str] | None, Value | None]]:
    """Each WindowsUpdate step with the installer and the unread script that come between it and the last restart or wait."""
    installer: tuple[Value, str] | None = None
    script: Value | None = None
    for step in steps.items:
        kind = step.text_of("type")
        if kind == "WindowsUpdate":
            yield step, installer, script
        if kind == "PowerShell" and not inline.waits(step, context):
            installer = _installer(step, context) or installer
            if inline.of(step, context) is None and inline.text_of(step, context) is None:
                script = step.get("scriptUri") or script
        elif kind != "File":  # a restart, updates, or who knows what
            installer = script = None


def _pending(update: Value, cause: Value, what: str) -> Problem:
    return Problem(
        update,
        f"{what} may leave a restart pending, and updates are refused until it has happened (0x80240016); put a WindowsRestart step "
        "between",
        mark=update.get("type"),
        related=((cause, "the step before"),),
    )


@check
def restart_missing_at_end(value: Value, context: Context) -> Iterator[Problem]:
    """Updates or an installer as the last step, with no restart behind them; takes the list of steps."""
    last = value.items[-1] if value.items and not value.open else None
    if last is None:
        return
    installer = _installer(last, context, certain=True)
    if installer is not None or last.text_of("type") == "WindowsUpdate":
        what = quote(installer[1]) if installer is not None else _UPDATES
        yield Problem(
            last,
            f"the build ends with {what} and no restart: VMs from the image finish the work at their first start ('Please wait for the "
            "Windows Modules Installer'); put a WindowsRestart step at the end",
            mark=last.get("type"),
        )
