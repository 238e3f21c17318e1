"""Words about Bash in the lines of a Shell step, which Packer runs with `/bin/sh -e`: dash on Debian and Ubuntu."""

from __future__ import annotations

from aiblint import inline, platforms, schema
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.shell.words import Extension
    from aiblint.template import Value

_PLAIN_SHELLS = frozenset(("sh", "dash", "ash"))
_APT = frozenset(("add-apt-repository", "apt", "apt-get", "apt-key", "apt-mark", "aptitude", "dpkg", "dpkg-reconfigure"))
_OTHER = frozenset(("dnf", "microdnf", "rpm", "tdnf", "yum", "zypper"))
_VARIABLE = lazy(r"\$(?:\{(\w+)\}|(\w+))")
_ECHO = lazy(r"-[neE]*[eE][neE]*\Z", holds=("-",))


class _Bashism:
    """One use of Bash: where, which row of the table says what dash makes of it, and what to write instead."""

    __slots__ = ("effect", "end", "instead", "start")

    def __init__(self, start: int, end: int, effect: str, instead: str | None = None) -> None:
        self.start = start
        self.end = end
        self.effect = effect
        self.instead = effect if instead is None else instead


@check
def bash_in_plain_shell(value: Value, context: Context) -> Iterator[Problem]:
    """A Shell step whose `inline` is written for Bash where `sh` is dash; one finding per step, at the first such place."""
    script = inline.of(value, context)
    if script is None or script.dialect != "posix" or not runs_dash(context) or any(map(_turns_into_bash, script.commands)):
        return
    facts: dict[str, Any] = schema.table("bashisms")
    found = sorted(_found(script, facts), key=lambda bashism: bashism.start)
    if not found:
        return
    first = found[0]
    words = list(dict.fromkeys(script.text[each.start : each.end] for each in found))
    instead = facts["instead"].get(first.instead)
    message = (
        f"{quote(words[0])} is Bash, but Packer runs inline with '/bin/sh -e', and dash, the sh of Debian and Ubuntu, "
        f"{facts['effects'][first.effect]}; write {f'{quote(instead)}, or ' if instead else ''}the step as a script that starts with "
        "#!/bin/bash, or its lines as bash -c '…'"
    )
    if len(words) > 1:
        more = ", ".join(quote(word, 24) for word in words[1:5])
        message += f" (the same goes for {len(found) - 1} more in this step: {more})"
    from aiblint.checks.plain_shell import rewritten  # here, because few scripts are Bash

    fix = rewritten(script, [(each.start, each.instead if each.effect == "missing" else each.effect) for each in found])
    yield script.problem(first.start, first.end, message, fix=fix)


def runs_dash(context: Context) -> bool:
    """Whether the build VM runs Debian or Ubuntu: the source says so, or else the package manager that the steps use."""
    key = ("runs dash", 0)
    if key not in context.cache:
        told = platforms.is_debian(context.template)
        if told is None:
            names = {command.name for script in inline.scripts(context) for command in script.commands}
            told = bool(names & _APT) and not names & _OTHER
        context.cache[key] = told
    found: bool = context.cache[key]
    return found


def _turns_into_bash(command: Command) -> bool:
    """`exec bash "$0" "$@"`: all lines run once more, with Bash."""
    return command.name in ("bash", "ksh", "zsh") and any(word.text in ("$0", "${0}") for word in command.words)


def _runs_plainly(carrier: Command | None) -> bool:
    """Whether the script that a command carries, or the step's own (None), is run by `sh`; false where nobody can tell."""
    while carrier is not None:
        if carrier.name not in ("eval", "trap"):
            return carrier.name in _PLAIN_SHELLS
        carrier = _carrier(carrier)
    return True


def _carrier(command: Command) -> Command | None:
    """The command that carries the script in which this one stands."""
    around: Command | None = command
    while around is not None and around.context != "script":
        around = around.parent
    return around.parent if around is not None else None


def _found(script: inline.Inline, facts: dict[str, Any]) -> Iterator[_Bashism]:
    for extension, command in _with_commands(script):
        if extension.kind == "{a,b}" and command is not None and _is_literal(extension, command, facts):
            continue
        if _runs_plainly(extension.carrier):
            yield _Bashism(extension.start, extension.end, extension.kind)
    assigned = {name for command in script.commands for name in _assigned(command)}
    for command in script.commands:
        if command.context != "argument" and _runs_plainly(_carrier(command)):
            yield from _in_command(command, facts, assigned)


def _with_commands(script: inline.Inline) -> Iterator[tuple[Extension, Command | None]]:
    """Each extension with the innermost command around it."""
    coming = iter(script.commands)
    following = next(coming, None)
    around: list[Command] = []
    for extension in script.extensions:
        while following is not None and following.start <= extension.start:
            around.append(following)
            following = next(coming, None)
        while around and around[-1].end <= extension.start:
            around.pop()
        yield extension, around[-1] if around else None


def _is_literal(extension: Extension, command: Command, facts: dict[str, Any]) -> bool:
    """Braces that Bash does not expand either, or that the program would rather see itself: `x={a,b}`, `curl …/{a,b}`."""
    return command.name in facts["literal-braces"] or any(
        word.start <= extension.start < word.end for word in command.assignments
    )


def _assigned(command: Command) -> Iterator[str]:
    """The variables that a command sets: `A=1`, `read A`, `export A=1`, `for A in …`."""
    for word in command.assignments:
        yield word.text.partition("=")[0].rstrip("+")
    if command.head or command.name in ("export", "local", "read", "readonly"):
        for word in command.words[1:]:
            yield word.text.partition("=")[0]


def _in_command(command: Command, facts: dict[str, Any], assigned: set[str]) -> Iterator[_Bashism]:
    for word in command.assignments:
        name = word.raw.partition("=")[0]
        if name.endswith("+"):
            yield _Bashism(word.start, word.end, "+=")
        elif name.endswith("]"):
            yield _Bashism(word.start, word.end, "a[…]=")
    for word in [*command.words, *command.assignments]:
        for match in _VARIABLE.finditer(word.text) if word.expands else ():
            name = match[1] or match[2]
            if name in facts["variables"] and name not in assigned:
                part = word.slice(match.start(), match.end())
                yield _Bashism(part.start, part.end, "variable")
    if not command.words or command.calls_function:
        return
    first = command.words[0]
    kind = _head(command) if command.head or first.raw == "[[" else None
    if kind is not None:
        yield _Bashism(first.start, first.end, kind)
    elif first.text in facts["missing"]:
        yield _Bashism(first.start, first.end, "missing", first.text)
    elif not command.head:
        yield from _in_builtin(first, command.words[1:], facts)


def _head(command: Command) -> str | None:
    first = command.words[0].raw
    if first == "for":
        return "for ((" if len(command.words) > 1 and command.words[1].raw == "((" else None
    return first if first in ("[[", "((", "function", "select") else None


def _in_builtin(program: Word, arguments: list[Word], facts: dict[str, Any]) -> Iterator[_Bashism]:
    name = program.text
    effect, word = "option", None
    if name in ("[", "test"):
        effect, word = "==", next((each for each in arguments if each.raw == "=="), None)
    elif name == "set":
        effect, word = "set", next((each for each in arguments if each.text in facts["set"]), None)
    elif name == "trap":
        effect = "trap"
        word = next((each for each in arguments[1:] if each.text in facts["traps"] or each.text.startswith("SIG")), None)
    elif name == "echo":
        effect, word = "echo", arguments[0] if arguments and _ECHO.match(arguments[0].text) else None
    elif name in facts["options"]:
        word = next((each for each in arguments[:1] if _has_letter(each.text, facts["options"][name])), None)
    if word is not None:
        yield _Bashism(program.start if name != "[" else word.start, word.end, effect)


def _has_letter(text: str, letters: str) -> bool:
    return text[:1] == "-" and text[1:2] != "-" and any(letter in letters for letter in text[1:])
