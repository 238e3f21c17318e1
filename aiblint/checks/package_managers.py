"""Words about package managers that ask a question which nobody can answer during a build."""

from __future__ import annotations

from aiblint import inline, schema
from aiblint.change import Repair
from aiblint.check import Problem, check, listed, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value


@check
def asks_before_installing(value: Value, context: Context) -> Iterator[Problem]:
    """A package manager in a step's `inline` that is called without the switch that answers its question."""
    script = inline.of(value, context)
    if script is None:
        return
    facts: dict[str, Any] = schema.table("package-managers")
    for command in script.commands:
        if command.head or command.calls_function or command.may_hide_options or _has_input(command):
            continue
        asked = _cmdlet(command, facts) if command.dialect == "powershell" else None
        asked = asked or _tool(command, facts)
        if asked is None:
            continue
        end, entry, message = asked
        if not _is_settled(entry, context):
            program = command.program
            assert program is not None
            switch = entry.get("instead", "{} -Force").partition("{}")[2]
            fix = Repair(f"add{switch}", script.insertion(end, switch), safe=False) if switch else None
            yield script.problem(program.start, end, message, fix=fix)


def _has_input(command: Command) -> bool:
    """`yes | apt install x`, `apt install x <<< y`: somebody answers."""
    return command.piped_from is not None or any(redirect.operator.startswith("<") for redirect in command.redirects)


def _is_settled(entry: dict[str, Any], context: Context) -> bool:
    """Whether a step answers the tool's questions once and for all: in its lines, or perhaps in a script kept elsewhere."""
    prepared = entry.get("prepared-by")
    if prepared and any(prepared in (step.text_of("scriptUri") or "").lower() for step in context.template.steps):
        return True
    key = ("all lines, folded", 0)
    if key not in context.cache:
        context.cache[key] = "\n".join(script.text.lower() for script in inline.scripts(context))
    return any(setting in context.cache[key] for setting in entry["settings"])


def _cmdlet(command: Command, facts: dict[str, Any]) -> tuple[int, dict[str, Any], str] | None:
    entry = facts["cmdlets"].get(command.name)
    if entry is None or any(_is_on(command, name) for name in entry["answers"]):
        return None
    program = command.program
    assert program is not None
    message = (
        f"{quote(program.text)} asks about {entry['asks-about']}, and without anybody to answer the command fails; add -Force"
    )
    return program.end, entry, message


def _is_on(command: Command, switch: str) -> bool:
    given = command.parameter(switch)
    return given is not None and not (given.value is not None and given.value.text.lower() in ("$false", "0"))


def _tool(command: Command, facts: dict[str, Any]) -> tuple[int, dict[str, Any], str] | None:
    """The end of what to underline, the tool's facts and the message; None where nothing is asked."""
    program = command.program
    if program is None or program.expands:
        return None
    name, _, fixed = facts["aliases"].get(command.name, command.name).partition(" ")
    entry = facts["posix" if command.dialect == "posix" else "windows"].get(name)
    if entry is None:
        return None
    operands = command.operands(tuple(entry.get("values", ())))
    last = program if fixed else _asking(operands, entry["asks"])
    if last is None or _answered(command, entry):
        return None
    phrase = command.name if last is program else f"{command.name} {' '.join(_texts(operands, last))}"
    missing = [option for option in entry.get("all", ()) if option not in _lowered(command)]
    lacks = f"without {listed(missing, 'and')} {quote(phrase)}" if missing else quote(phrase)
    when = f" {entry['when']}" if "when" in entry and last.text.startswith("install") else ""
    message = (
        f"{lacks} asks for confirmation{when}; nobody can answer, so it aborts or waits until the build timeout; "
        f"write {quote(entry['instead'].format(phrase), 90)}{entry.get('besides', '')}"
    )
    return last.end, entry, message


def _texts(operands: list[Word], last: Word) -> list[str]:
    return [word.text for word in operands[: operands.index(last) + 1]]


def _asking(operands: list[Word], asks: list[str]) -> Word | None:
    """The last word of the subcommand that asks: `install`, or the second of `group install`."""
    if operands and operands[0].text.lower() in asks:
        return operands[0]
    if len(operands) > 1 and f"{operands[0].text} {operands[1].text}" in asks:
        return operands[1]
    return None


def _lowered(command: Command) -> set[str]:
    return {word.text.lower().partition("=")[0] for word in command.arguments}


def _answered(command: Command, entry: dict[str, Any]) -> bool:
    given = _lowered(command)
    if "all" in entry:  # the source `winget` has no agreement of its own
        return given.issuperset(entry["all"]) or command.option("-s", "--source") == "winget"
    if command.name in ("apt", "apt-get") and any(_is_quiet_twice(word.text) for word in command.arguments):
        return True
    values = tuple(entry.get("values", ()))
    return not given.isdisjoint(entry["answers"]) or command.has_option(*entry["answers"], values=values)


def _is_quiet_twice(text: str) -> bool:
    """`-qq` implies `-y` (apt-get(8))."""
    return text == "-q=2" or (text[:1] == "-" and text[1:].isalpha() and text.count("q") > 1)
