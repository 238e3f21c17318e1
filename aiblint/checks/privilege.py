"""Words about what the unprivileged build user of a Linux build may not do."""

from __future__ import annotations

import posixpath

from aiblint import inline, schema
from aiblint.check import Problem, check, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

_WRITES = (">", ">>", ">|", "&>", "&>>", ">&")
_UNKNOWN = "$`*?[{"

# Programs that write to their operands, with the options whose value is the next word.
_TO_OPERANDS: dict[str, tuple[str, ...]] = {
    "mkdir": ("-m", "--mode"),
    "rm": (),
    "rmdir": (),
    "tee": (),
    "touch": ("-d", "--date", "-r", "--reference", "-t"),
    "truncate": ("-s", "--size", "-r", "--reference"),
}
# Programs whose first operand is a mode or an owner.
_TO_LATER_OPERANDS = frozenset(("chgrp", "chmod", "chown", "setfacl"))
# Programs that write to their last operand.
_TO_LAST_OPERAND: dict[str, tuple[str, ...]] = {
    "cp": ("-S", "--suffix"),
    "install": ("-m", "--mode", "-o", "--owner", "-g", "--group", "-S", "--suffix"),
    "ln": ("-S", "--suffix"),
    "mv": ("-S", "--suffix"),
    "rsync": ("-e", "--rsh", "--exclude", "--include", "-f", "--filter"),
}
# Programs that write to the value of an option.
_TO_OPTION: dict[str, tuple[str, ...]] = {
    "curl": ("-o", "--output", "--output-dir"),
    "gpg": ("-o", "--output"),
    "tar": ("-C", "--directory"),
    "unzip": ("-d",),
    "wget": ("-O", "--output-document", "-P", "--directory-prefix"),
}


class _Need:
    """Something in a script that only root may do: what to underline, and what to say."""

    __slots__ = ("end", "message", "name", "start")

    def __init__(self, start: int, end: int, name: str, message: str) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.message = message


@check
def needs_root(value: Value, context: Context) -> Iterator[Problem]:
    """A Shell step whose `inline` does without sudo what only root may do; one finding per step, at the first such command."""
    script = inline.of(value, context)
    if script is None or script.dialect != "posix" or any(_runs_itself_as_root(command) for command in script.commands):
        return
    ground = _Ground(script, context)
    needs = [need for command in script.commands for need in _needs(command, ground)]
    if not needs:
        return
    first, others = needs[0], [need.name for need in needs[1:]]
    message = first.message
    if others:
        names = ", ".join(quote(name) for name in list(dict.fromkeys(others))[:4])
        message += f" (the same goes for {len(others)} more in this step: {names})"
    yield script.problem(first.start, first.end, message)


class _Ground:
    """What is known about the build VM when a step starts: which folders were opened to everybody, and whether others may be."""

    __slots__ = ("facts", "opened", "surely")

    def __init__(self, script: inline.Inline, context: Context) -> None:
        self.facts: dict[str, Any] = schema.table("privileged-commands")
        opened, counts = _history(context)
        count, self.surely = counts.get(id(script.step), (len(opened), False))  # of a step in one case of several
        self.opened = opened[:count]

    def closed(self, path: str | None) -> bool:
        """Whether the build user cannot write to an absolute path."""
        if path is None or any(_below(path, free) for free in [*self.facts["free"], *self.opened]):
            return False
        if any(_below(path, top) for top in self.facts["system"]) or posixpath.dirname(path) in self.facts["entries"]:
            return True
        return self.surely and path != "/"


def _history(context: Context) -> tuple[list[str], dict[int, tuple[int, bool]]]:
    """The folders that steps open, in order; and for each step how many are open at its end, and whether those are all.

    Worked out once for a template: looking back from every step would take the square of their number.
    """
    key = ("opened folders", 0)
    if key not in context.cache:
        opened: list[str] = []
        counts: dict[int, tuple[int, bool]] = {}
        surely = context.template.root.text_of("properties", "source", "type") == "PlatformImage"
        for step in context.template.steps:
            script = inline.of(step, context)
            if script is not None:
                opened.extend(path for command in script.commands for path in _opens(command))
            if script.opaque if script is not None else step.text_of("type") != "File":
                surely = False  # a script kept elsewhere may have handed folders to the build user
            counts[id(step)] = len(opened), surely
        context.cache[key] = opened, counts
    found: tuple[list[str], dict[int, tuple[int, bool]]] = context.cache[key]
    return found


def _below(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def _path(word: Word) -> str | None:
    """The absolute path that a word means, or the folder that it certainly lies in; None where that is unknown."""
    text = word.text
    if not text.startswith("/"):
        return None
    if word.expands or "{" in text:
        cut = min((at for char in _UNKNOWN if (at := text.find(char)) >= 0), default=len(text))
        folder = text[:cut].rpartition("/")[0]
        if cut < len(text):
            text = folder + "/?"
            if not folder:
                return None
    return posixpath.normpath("/" + text.lstrip("/"))


def _opens(command: Command) -> Iterator[str]:
    """Paths that a command run as root hands to the build user, or to everybody."""
    operands = command.operands(("-m", "--mode", "-o", "--owner", "-g", "--group"))
    if command.user != "root" or not operands:
        return
    words = operands
    if command.name == "chown":
        words = [] if operands[0].text.split(":")[0] in ("root", "0") else operands[1:]
    elif command.name == "chmod":
        mode = operands[0].text
        words = operands[1:] if (mode[-1:] in "2367" if mode.isdigit() else "w" in mode and mode[:1] in "oa+") else []
    elif command.name in ("mkdir", "install"):
        words = operands if command.option("-m", "--mode") or command.option("-o", "--owner") else []
    elif command.name not in ("setfacl", "mount"):
        words = []
    yield from (path for word in words if (path := _path(word)) is not None)


def _needs(command: Command, ground: _Ground) -> Iterator[_Need]:
    """The need of one command, if any: its own, or else that of a redirection."""
    if command.head or command.after_root_shell or command.calls_function or command.operator == "||":
        return
    own = _own_need(command, ground) if command.user == "" else None
    if own is not None:
        yield own
        return
    if _shell_user(command) != "":
        return
    for redirect in command.redirects:
        target = redirect.target
        if redirect.operator in _WRITES and target is not None and ground.closed(_path(target)):
            yield _redirect_need(command, redirect.start, target, redirect.operator in (">>", "&>>"))
            return


def _runs_itself_as_root(command: Command) -> bool:
    """`exec sudo bash "$0" "$@"`: all that follows runs once more, as root."""
    return command.user == "root" and any(word.text in ("$0", "${0}", "$BASH_SOURCE") for word in command.words)


def _shell_user(command: Command) -> str:
    """Who opens the files that a command is redirected to: the shell around it, not sudo."""
    parent = command.parent
    if parent is None:
        return ""
    if command.context == "script":
        from aiblint.shell import wrappers

        return wrappers.script_user(parent)
    return _shell_user(parent)


def _redirect_need(command: Command, start: int, target: Word, append: bool) -> _Need:
    tee = f"sudo tee {'-a ' if append else ''}{target.text}"
    message = "inline commands run as the unprivileged build user, "
    if command.sudo:
        message = (
            f"the shell opens {quote(target.text)}, not 'sudo {command.name}', and it runs as the unprivileged build user, "
        )
    message += f"which cannot write {'there' if command.sudo else 'to ' + quote(target.text)}; pipe into {quote(tee)} instead"
    return _Need(start, target.end, "> " + target.text, message)


def _own_need(command: Command, ground: _Ground) -> _Need | None:
    program = command.program
    if program is None or program.expands:
        return None
    last = _privileged_word(command, ground.facts)
    if last is not None:
        phrase = f"{command.name} {last.text}" if last is not program else command.name
        message = f"{quote(phrase)} needs root, but inline commands run as the unprivileged build user and a failing one ends the build; "
        return _Need(program.start, last.end, phrase, message + f"write {quote('sudo ' + phrase)}")
    for word in _written(command):
        path = _path(word)
        if ground.closed(path) and not (command.name == "mkdir" and _stands(command, path, ground)):
            message = f"inline commands run as the unprivileged build user, which cannot write to {quote(word.text)}; "
            return _Need(program.start, word.end, command.name, message + f"write {quote('sudo ' + command.name)}")
    return None


def _stands(command: Command, path: str | None, ground: _Ground) -> bool:
    return path in ground.facts["standing"] and command.has_option("-p", "--parents")


def _privileged_word(command: Command, facts: dict[str, Any]) -> Word | None:
    """The word that makes a command one for root: its name, a subcommand or an option."""
    name = command.name
    if name in facts["any"]:
        return command.program
    if name in facts["subcommands"]:
        found = subcommand(command, facts["subcommands"][name])
        return None if found is None or command.has_option("--user", "-s", "--simulate", "--dry-run", "--help") else found
    if name in facts["options"]:
        return next((word for word in command.arguments if _is_one_of(word.text, facts["options"][name])), None)
    if name == "service":
        operands = command.operands()
        return operands[1] if len(operands) == 2 and operands[1].text in ("start", "stop", "restart", "reload") else None
    return None


def _is_one_of(text: str, options: list[str]) -> bool:
    if text.partition("=")[0] in options:
        return True
    letters = [option[1] for option in options if len(option) == 2]
    return text[:1] == "-" and text[1:2] in letters and text[1:].isalpha()


def subcommand(command: Command, names: list[str]) -> Word | None:
    """The first operand, if it is one of `names`. Operands right behind an option may be that option's value and are skipped."""
    after_option = False
    for word in command.arguments:
        if word.text in names and not word.expands:
            return word
        if word.text[:1] != "-":
            if not after_option:
                return None
            after_option = False
        else:
            after_option = "=" not in word.text
    return None


def _written(command: Command) -> list[Word]:
    """The words that name what a command creates, changes or removes."""
    name = command.name
    if name in _TO_OPERANDS:
        return command.operands(_TO_OPERANDS[name])
    if name in _TO_LATER_OPERANDS:
        return command.operands(("-m", "-M"))[1:]
    if name in _TO_LAST_OPERAND:
        return _last_operands(command)
    if name in _TO_OPTION:
        return [] if name == "tar" and not _extracts(command) else _option_values(command, _TO_OPTION[name])
    if name == "sed":
        from aiblint.shell.sed import edited_files

        return edited_files(command)
    if name == "git":
        operands = command.operands(("-b", "--branch", "--depth", "-c", "--config", "-o", "--origin", "-j", "--jobs", "-C"))
        return operands[2:3] if operands and operands[0].text == "clone" else []
    if name == "dd":
        return [word.slice(3, len(word.text)) for word in command.arguments if word.text.startswith("of=/")]
    return []


def _last_operands(command: Command) -> list[Word]:
    folder = _option_values(command, ("-t", "--target-directory")) if command.name != "rsync" else []
    if folder:
        return folder
    operands = command.operands(_TO_LAST_OPERAND[command.name])
    if command.name == "install" and command.has_option("-d", "--directory", values=("-m", "-o", "-g")):
        return operands
    if len(operands) < 2:
        return []
    return [operands[-1], *operands[:-1]] if command.name == "mv" else operands[-1:]


def _option_values(command: Command, names: tuple[str, ...]) -> list[Word]:
    """The words that hold the value of one of the options."""
    given = command.option(*names)
    if not given:
        return []
    return [word for word in command.arguments if word.text == given or word.text.endswith("=" + given)]


def _extracts(command: Command) -> bool:
    first = command.arguments[0].text if command.arguments else ""
    return ("x" in first and first.lstrip("-").isalpha()) or command.has_option("-x", "--extract", "--get")
