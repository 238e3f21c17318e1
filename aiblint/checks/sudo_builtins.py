"""Words about sudo in front of what only the shell itself can do."""

from __future__ import annotations

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.shell.command import POSIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.template import Value

_OPENS_SHELL = frozenset(("-i", "-s", "--login", "--shell"))


@check
def sudo_of_builtin(value: Value, context: Context, *, builtins: list[str]) -> Iterator[Problem]:
    """One of the shell's own commands that sudo is to run. Silent where its failure is seen to (`||`)."""
    script = inline.of(value, context)
    if script is None or script.dialect != POSIX:
        return
    for command in script.commands:
        program = command.program
        if program is None or program.text not in builtins or not _is_for_sudo(command):
            continue
        first = command.words[0]
        yield script.problem(
            first.start,
            program.end,
            f"{quote(program.text)} is a command of the shell itself, and sudo runs programs only: it ends with 'command not found', or, "
            "where the distribution has a program of that name, changes nothing for the lines behind; leave sudo out, or put all that is "
            "to run as root into sudo sh -c '…'",
        )


def _is_for_sudo(command: Command) -> bool:
    if command.wrappers != ("sudo",) or command.head or command.operator == "||":
        return False
    return not any(word.text in _OPENS_SHELL for word in command.words[: command.index])
