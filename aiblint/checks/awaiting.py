"""Words about programs that a PowerShell step starts and does not wait for."""

from __future__ import annotations

from aiblint import inline
from aiblint.change import Repair
from aiblint.check import Problem, check, quote
from aiblint.checks.installers import installs
from aiblint.shell.command import ARGUMENT, POWERSHELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.template import Value

_STARTERS = ("start-process", "saps")
_WITHOUT_CONSOLE = ("msiexec", "wusa")
"""Programs of the Windows subsystem: PowerShell goes on as soon as they have started, unless their output goes into a pipe."""
_WAITS = r"wait-process|waitforexit|hasexited|get-process|start-sleep|timeout\s+/t|\bwhile\b|\bdo\s*\{"
"""What may be there to wait for it."""


@check
def installer_not_awaited(value: Value, context: Context) -> Iterator[Problem]:
    """An installer that a PowerShell step starts in the background, where nothing behind it looks as if it waited."""
    script = inline.of(value, context)
    if script is None or script.dialect != POWERSHELL or script.opaque:
        return
    for command in script.commands:
        starter = _starter(command)
        program = starter.program if starter is not None else None
        if starter is None or program is None or inline.is_behind(script, starter.start, _WAITS, context):
            continue
        installer = command.program
        assert installer is not None
        if starter is command:
            how = f"PowerShell does not wait for {quote(installer.text)}, which has no console"
            advice = f"write Start-Process {installer.text} -ArgumentList '…' -Wait"
        else:
            how, advice = f"{quote(program.text)} does not wait for {quote(installer.text)}", "add -Wait"
        yield script.problem(
            program.start,
            program.end,
            f"{how}: the next line, the next step or the end of the build meets an installation that is still under way, and its exit "
            f"code is lost; {advice}",
            fix=None if starter is command else Repair("add -Wait", script.insertion(program.end, " -Wait"), safe=False),
        )


def _starter(command: Command) -> Command | None:
    """The command that starts an installer and does not wait: Start-Process, or the installer itself."""
    if not installs(command) or command.piped_to is not None:
        return None
    starter = command.parent
    if starter is not None:
        background = command.context == ARGUMENT and starter.name in _STARTERS and starter.piped_to is None
        return starter if background and not starter.parameter("Wait") and not starter.may_hide_options else None
    plain = command.dialect == POWERSHELL and not command.assignments and not command.redirects
    return command if plain and command.name in _WITHOUT_CONSOLE else None
