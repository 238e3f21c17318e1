"""Words about commands that fail by design, in a script that ends with the first one that does."""

from __future__ import annotations

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.value import Value

_CONDITION = lazy(r"(?:(?<![\w-])(?:if|elif|while|until)|!|&&|\|\|)[ \t(]*\Z")
_GOES_ON = r"(?<![\w-])set\s+\+[a-z]*e"


@check
def ends_with_code(value: Value, context: Context, *, commands: dict[str, str], code: int, instead: str) -> Iterator[Problem]:
    """A command that ends with an exit code other than 0 though all is well; `commands` are programs with the subcommand that does.

    `instead` is what to write, `{}` stands for the program. Silent where something looks at the exit code, or `set +e` goes before.
    """
    script = inline.of(value, context)
    if script is None:
        return
    for command in script.commands:
        operand = next((word for word in command.operands() if word.text == commands.get(command.name)), None)
        if operand is None or _is_looked_at(command, script.text) or inline.is_before(script, command.start, _GOES_ON, context):
            continue
        program = command.program
        assert program is not None
        said = f"{program.text} {operand.text}"
        yield script.problem(
            program.start,
            operand.end,
            f"{quote(said)} ends with exit code {code} where there is something to tell, and the step runs under 'sh -e', which ends the "
            f"build there; write {quote(instead.format(program.text))}, or {quote(said + ' || true')}",
        )
        return


def _is_looked_at(command: Command, text: str) -> bool:
    """Whether a command's exit code does not end the script: it is a condition, or not the last of a list or pipe."""
    if command.context or command.calls_function or command.piped_to is not None or command.operator in ("&&", "||", "&", "|"):
        return True
    line = text[text.rfind("\n", 0, command.start) + 1 : command.start]
    return _CONDITION.search(line) is not None
