"""Words about pip in the lines of a Shell step, where the distribution keeps its Python to itself (PEP 668)."""

from __future__ import annotations

from aiblint import globs, inline, platforms
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.value import Value

_PIP = lazy(r"pip3?\Z")
_PYTHON = lazy(r"python3?\Z")
_ELSEWHERE = ("--break-system-packages", "--dry-run", "--prefix", "--python", "--root", "--target", "-t")
# An environment of its own, another Python, or the mark taken away.
_PREPARED = r"venv|virtualenv|bin/activate|conda|pyenv|break[-_.]system[-_.]packages|EXTERNALLY-MANAGED"


@check
def pip_into_managed_python(value: Value, context: Context, *, images: list[str]) -> Iterator[Problem]:
    """`pip install` into the distribution's own Python; `images` are patterns of the marketplace images that refuse it."""
    script = inline.of(value, context)
    source = platforms.marketplace_image(context.template.root.get("properties", "source"))
    if script is None or source is None or not any(globs.fits(pattern, source) for pattern in images):
        return
    for command in script.commands:
        end = _installs(command)
        if end and command.operator != "||" and not inline.is_before(script, command.end, _PREPARED, context):
            program = command.program
            assert program is not None
            yield script.problem(
                program.start,
                end,
                f"{quote(script.text[program.start : end])} ends with 'error: externally-managed-environment' here, because this "
                "image keeps its Python to apt; install with 'sudo apt-get install -y python3-…' or pipx, or into an environment of "
                "its own ('python3 -m venv /opt/x', then '/opt/x/bin/pip install …')",
            )
            return


def _installs(command: Command) -> int:
    """Where the words `pip install` or `python3 -m pip install` end; 0 for any other command, and where pip installs elsewhere."""
    program = command.program
    if program is None or command.calls_function or command.may_hide_options or "/" in program.text.removeprefix("/usr/bin/"):
        return 0
    words = command.arguments
    if _PYTHON.match(command.name) and [word.text for word in words[:1]] == ["-m"] and len(words) > 1:
        name, words = words[1].text, words[2:]
    else:
        name = command.name
    if not _PIP.match(name) or not words or words[0].text != "install":
        return 0
    options = {word.text.partition("=")[0] for word in words}
    return 0 if options.intersection(_ELSEWHERE) else words[0].end
