"""Words about PowerShell that the Windows PowerShell of the build VM, version 5.1, does not know."""

from __future__ import annotations

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.shell.command import POWERSHELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.template import Value

_INSTEAD = {"&&": "if ($?) { … }", "||": "if (-not $?) { … }"}


@check
def chain_operator(value: Value, context: Context) -> Iterator[Problem]:
    """`&&` or `||` between two commands of a PowerShell step; the first one speaks for all. Not in what is handed to cmd or pwsh."""
    script = inline.of(value, context)
    if script is None or script.dialect != POWERSHELL or script.opaque:
        return
    for command in script.commands:
        if command.dialect != POWERSHELL or command.operator not in _INSTEAD or _is_for_pwsh(command):
            continue
        at = script.text.find(command.operator, command.end)
        if at < 0 or script.text[command.end : at].strip():
            continue
        yield script.problem(
            at,
            at + len(command.operator),
            f"steps run in Windows PowerShell 5.1, which does not know {quote(command.operator)} between commands and refuses the whole "
            "script ('is not a valid statement separator in this version'), so that none of its lines runs; write "
            f"{_INSTEAD[command.operator]}, or two lines",
        )
        return


def _is_for_pwsh(command: Command) -> bool:
    around = command.parent
    while around is not None:
        if around.name == "pwsh":
            return True
        around = around.parent
    return False
