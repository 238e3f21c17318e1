"""Words about commands that belong to another Linux distribution than the one that is built."""

from __future__ import annotations

from aiblint import globs, inline
from aiblint.check import Problem, check, quote
from aiblint.platforms import marketplace_image
from aiblint.shell.command import POSIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.template import Value

_CHOOSES = r"\b(?:if|case|while|until|which|hash|type)\b|command -v|os-release|lsb_release|-release\b"
"""What a script may look at before it takes one package manager or another."""


@check
def package_manager_absent(
    value: Value, context: Context, *, images: dict[str, list[str]], instead: dict[str, str]
) -> Iterator[Problem]:
    """A package manager that the source image does not have.

    `images` are patterns of marketplace images with the programs that none of them has; `instead` tells for the same patterns
    which one they have. Silent about scripts that look at what there is, and where a step before may have installed it.
    """
    image = marketplace_image(context.template.root.get("properties", "source"))
    pattern = next((each for each in images if image is not None and globs.fits(each, image)), None)
    script = inline.of(value, context) if pattern is not None else None
    if pattern is None or script is None or script.dialect != POSIX or script.opaque:
        return
    if not any(command.name in images[pattern] for command in script.commands) or inline.is_anywhere(_CHOOSES, context):
        return
    before = ""
    for command in script.commands:
        joined, before = before, command.operator
        program = command.program
        if program is None or command.name not in images[pattern] or not _certainly_runs(command, joined):
            continue
        if not inline.is_before(script, command.start, rf"install\b.*\b{command.name}\b", context):
            yield script.problem(
                program.start,
                program.end,
                f"{quote(program.text)} belongs to another distribution and is not on this image: the step ends with 'command not found' "
                f"(127), and the build with it; write it for {instead[pattern]}, or start from an image that has it",
            )
            return


def _certainly_runs(command: Command, joined: str) -> bool:
    """Whether a command runs whenever its step does; `joined` is the operator before it."""
    if command.head or command.calls_function or command.depth or command.parent is not None:
        return False
    return joined not in ("&&", "||") and command.operator != "||"
