"""Words about secrets that stand in the template itself, where everybody who may read it reads them."""

from __future__ import annotations

from aiblint import inline, masking
from aiblint.check import Problem, check
from aiblint.checks.secret_commands import Secret, in_body, in_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.inline import Inline
    from aiblint.template import Value


@check
def secret_in_script(value: Value, context: Context) -> Iterator[Problem]:
    """Passwords, keys and tokens in the lines of a step's `inline`."""
    script = inline.of(value, context)
    if script is None:
        return
    for secret in _in_script(script):
        item, part = script.place(secret.start, secret.end)
        yield Problem(item, _message(secret.what), part=part, secret=True)


@check
def secret_in_text(value: Value, context: Context) -> Iterator[Problem]:
    """Keys and tokens of a known form, and passwords behind options, in one string."""
    for secret in _in_line(value.text or ""):
        yield Problem(value, _message(secret.what), part=(secret.start, secret.end), secret=True)


@check
def secret_in_tags(value: Value, context: Context) -> Iterator[Problem]:
    """Tags that hold a key or token of a known form, or whose name says that they hold a password."""
    for name, member in value.members.items():
        text = member.text or ""
        kind = masking.kind_of(name)
        whole = [Secret(0, len(text), kind)] if kind and masking.is_secret(text, kind) else []
        for secret in _apart([*whole, *_shapes(text)]):
            message = f"{secret.what} in a tag is shown to everybody who may read the resource; take it out, and put a new one into use"
            yield Problem(member, message, part=(secret.start, secret.end), secret=True)


def in_template(context: Context) -> Iterator[tuple[Value, int, int]]:
    """The passwords in the commands of a template, whichever rules run: a string of its and code points [start, end) in it."""
    for step in context.template.possible_steps:
        script = inline.of(step, context)
        for secret in _in_script(script) if script is not None else ():
            assert script is not None
            item, (start, end) = script.place(secret.start, secret.end)
            yield item, start, end
    for step in context.template.possible_steps:
        for name in ("restartCommand", "restartCheckCommand"):
            command = step.get(name)
            if command is not None:
                for secret in _in_line(command.text or ""):
                    yield command, secret.start, secret.end


def _in_script(script: Inline) -> Iterator[Secret]:
    found = [*_shapes(script.text)]
    for command in script.written:
        found.extend(in_command(command))
        if command.heredoc is not None:
            found.extend(in_body(script.text, *command.heredoc))
    if script.dialect == "powershell":
        from aiblint.checks.secret_powershell import in_text

        found.extend(in_text(script.text))
    return _apart(found)


def _in_line(text: str) -> Iterator[Secret]:
    """In a command line of Windows, as a step that restarts the machine has it."""
    found = [*_shapes(text)]
    if any(mark in text for mark in ("-", "/")):
        from aiblint.shell.text import Script
        from aiblint.shell.windows import cmd_commands

        for command in cmd_commands(Script(text)):
            found.extend(in_command(command))
    return _apart(found)


def _message(what: str) -> str:
    return (
        f"{what} stands here in clear for everybody who may read the template, and the build log repeats it; revoke it, and let the step "
        "fetch a new one from Key Vault with an identity of the build VM (vmProfile.userAssignedIdentities)"
    )


def _apart(found: list[Secret]) -> Iterator[Secret]:
    """Secrets in order, of those that overlap only the first."""
    end = -1
    for secret in sorted(found, key=lambda secret: (secret.start, -secret.end)):
        if secret.start >= end:
            end = secret.end
            yield secret


def _shapes(text: str) -> Iterator[Secret]:
    """Keys and tokens that their form gives away."""
    for start, end, what in masking.shapes(text):
        yield Secret(start, end, what)
