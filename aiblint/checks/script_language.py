"""Words about scripts that are written for another interpreter than the one of their step."""

from __future__ import annotations

from aiblint import address, inline
from aiblint.check import Problem, check, quote
from aiblint.checks import local_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.template import Value

_STEPS = {"shell": "Shell", "powershell": "PowerShell"}


@check
def script_of_other_language(
    value: Value, context: Context, *, shell: dict[str, str], powershell: dict[str, str], no_scripts: list[str]
) -> Iterator[Problem]:
    """A script whose name, or whose content in this repository, tells that the step's interpreter cannot read it.

    `shell` and `powershell` say for endings what a script of that name is written for, `no-scripts` are endings of files that
    no interpreter reads. A first line with `#!` outweighs the name.
    """
    kind = (value.parent.text_of("type") or "").lower() if value.parent is not None else ""
    if not value.text or kind not in _STEPS:
        return
    name = address.file_name(value.text)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in no_scripts:
        yield Problem(
            value,
            f"{quote(name)} is no script, and a {_STEPS[kind]} step runs what it downloads as one: put it into the image with a File "
            "step, or download it in a script, and run it from there",
        )
        return
    language = _by_content(value, context, kind)
    if language is None:
        language = (shell if kind == "shell" else powershell).get(ending, "")
    if language:
        other = "Shell" if kind == "powershell" else "PowerShell"
        instead = f"make it a {other} step" if _fits(other, context) else f"write it as a script for {_STEPS[kind]} steps"
        yield Problem(
            value,
            f"{quote(name)} is written for {language}, and a {_STEPS[kind]} step runs it {_runs(kind)}: the build ends at its "
            f"first line; {instead}",
        )


@check
def command_of_other_language(
    value: Value, context: Context, *, verbs: list[str], shell: list[str], powershell: list[str]
) -> Iterator[Problem]:
    """A Shell step with commands of Windows, or a PowerShell step with those of Linux; one finding per step, at the first one.

    `verbs` begin the names of cmdlets, `shell` are programs that a Shell step does not have, `powershell` those that a PowerShell
    step does not. Where the whole step is on the wrong system, that is said by another rule.
    """
    script = inline.of(value, context)
    kind = (value.text_of("type") or "").lower()
    if script is None or not _fits(_STEPS[kind], context):
        return
    if kind == "shell":
        foreign = [command for command in script.commands if _is_of_windows(command, verbs, shell)]
    else:
        foreign = [command for command in script.commands if command.name in powershell and not command.calls_function]
    if not foreign:
        return
    program = foreign[0].program
    assert program is not None
    other, missing = ("PowerShell", "'not found'") if kind == "shell" else ("Shell", "CommandNotFoundException")
    yield script.problem(
        program.start,
        program.end,
        f"{quote(program.text)} is none of the commands of a {_STEPS[kind]} step, which ends there with {missing}; "
        f"{'the source of this template runs ' + context.os.capitalize() if context.os else 'is this meant to be a ' + other + ' step'}"
        f"{': write what does the same there' if context.os else '?'}",
    )


def _is_of_windows(command: Command, verbs: list[str], programs: list[str]) -> bool:
    """Whether a command of a shell script is a cmdlet, or a program that only Windows has."""
    if command.head or command.calls_function or command.program is None or command.program.expands:
        return False
    verb, dash, noun = command.name.partition("-")
    return command.name in programs or (bool(dash) and verb in verbs and noun[:1].isupper() and noun.isalnum())


def _by_content(value: Value, context: Context, kind: str) -> str | None:
    """What the file in this repository is written for: empty where the step can run it, None where that is not known."""
    file = context.checkout.file(value.text or "")
    data = file.served if file is not None and not file.missing else None
    if data is None:
        return None
    if data.startswith(b"#!"):
        line = data.partition(b"\n")[0]
        if kind == "shell" or b"pwsh" in line or b"powershell" in line:
            return ""
        return "another interpreter (its first line begins with #!)"
    if kind == "powershell":
        return "" if local_files.is_powershell(data) else None
    return "PowerShell" if local_files.is_powershell(data) else None


def _fits(step: str, context: Context) -> bool:
    return context.os is None or (context.os == "linux") == (step == "Shell")


def _runs(kind: str) -> str:
    return "as PowerShell text" if kind == "powershell" else "on Linux"
