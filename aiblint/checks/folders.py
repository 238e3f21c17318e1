"""Words about folders and files of the build VM that steps before and after have to do with."""

from __future__ import annotations

import re

from aiblint import inline
from aiblint.change import Beside, Repair
from aiblint.check import Problem, check, quote
from aiblint.checks.deprovisioning import LINUX_SCRIPT
from aiblint.pattern import lazy
from aiblint.platforms import LINUX, WINDOWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_DRIVE_PATH = lazy(r"[A-Za-z]:[\\/][^*?\"<>|%$]*")
_PLAIN = lazy(r"[\w .:\\/\-]+")
_SEPARATOR = r"[\\/]"
# What every Windows image has; below these a folder may exist, and nobody here can tell.
_STANDING = ("windows", "program files", "program files (x86)", "programdata", "users")
_GLOB = lazy(r"/tmp/(?:[^\s'\";|&]*\*|\.?(?=[\s'\";|&]|\Z))")


def _earlier(step: Value, context: Context) -> list[Value]:
    steps = context.template.steps
    return steps[: next((index for index, each in enumerate(steps) if each is step), 0)]


def _texts(steps: list[Value], context: Context) -> list[str | None]:
    """What each step runs or puts somewhere; None for one that nobody here can read."""
    return [
        step.text_of("destination") if step.text_of("type") == "File" else inline.text_of(step, context)
        for step in steps
        if step.text_of("type") not in ("WindowsRestart", "WindowsUpdate")
    ]


def is_missing(folder: str, step: Value, context: Context) -> bool:
    """Whether a folder is none that images have, and no step before `step` speaks of it; on Linux of those below /tmp.

    False where one of them cannot be read, and where the source is no marketplace image: it may have the folder.
    """
    name = _own_name(folder, context.source_os)
    if name is None:
        return False
    return not any(text is None or name.search(text.lower()) for text in _texts(_earlier(step, context), context))


def _own_name(folder: str, os: str | None) -> re.Pattern[str] | None:
    """Finds the name of a folder in what steps say; None for a folder that images of this system have, or may have."""
    if os == WINDOWS and _DRIVE_PATH.fullmatch(folder) and folder[:1].lower() == "c":
        parts = [part for part in folder.replace("/", "\\").lower().split("\\")[1:] if part]
        standing = not parts or parts[0] in _STANDING
    elif os == LINUX and folder.startswith("/tmp/") and ".." not in folder:
        parts = [part for part in folder.lower().split("/") if part]
        standing = len(parts) < 2
    else:
        return None
    return None if standing else re.compile(rf"(?<![\w.]){re.escape(parts[-1])}(?![\w.])")


@check
def destination_without_folder(value: Value, context: Context) -> Iterator[Problem]:
    """A File step into a folder that no earlier step makes, on Linux below /tmp. Of several files in one folder the first is reported."""
    text = value.text
    if not text or value.parent is None or (value.parent.text_of("type") or "").lower() != "file":
        return
    folder = re.split(r"[\\/](?=[^\\/]*\Z)", text)[0]
    if is_missing(folder, value.parent, context):
        windows = context.source_os == WINDOWS
        command = f"New-Item -ItemType Directory -Force {folder}" if windows else f"mkdir -p {folder}"
        yield Problem(
            value,
            f"no step before makes the folder {quote(folder)}, and a File step does not make it either, so the upload fails; put a "
            f"{'PowerShell' if windows else 'Shell'} step before this one: {command}",
            fix=_making(folder, value.parent, windows),
        )


def _making(folder: str, step: Value, windows: bool) -> Repair | None:
    """A suggestion: a step of its own makes the folder; another one that runs before could do so as well."""
    if step.parent is None or step.parent.key != "customize" or _PLAIN.fullmatch(folder) is None:
        return None
    name = f"make-{re.split(_SEPARATOR, folder)[-1]}"
    if windows:
        lines = ["$ErrorActionPreference = 'Stop'", f"New-Item -ItemType Directory -Force -Path '{folder}' | Out-Null"]
    else:
        lines = [f"mkdir -p '{folder}'"]
    making = {"type": "PowerShell" if windows else "Shell", "name": name, "inline": lines}
    return Repair("make the folder in a step before", Beside(step, making, before=True), safe=False)


@check
def left_in_tmp(value: Value, context: Context) -> Iterator[Problem]:
    """A File step that puts something below /tmp on Linux of which no later step speaks. Silent where one cannot be read."""
    text, step = value.text, value.parent
    if not text or not text.startswith("/tmp/") or step is None or (step.text_of("type") or "").lower() != "file":
        return
    if context.os == "windows":
        return  # file-destination-invalid
    name = text.rpartition("/")[2]
    if not name or text == LINUX_SCRIPT:
        return
    steps = context.template.steps
    index = next((index for index, each in enumerate(steps) if each is step), len(steps))
    for later in _texts(steps[index + 1 :], context):
        if later is None or name in later or _GLOB.search(later):
            return
    yield Problem(
        value,
        f"no later step speaks of {quote(name)}, and /tmp is emptied when a machine starts: the file is most likely not in the VMs made "
        "from the image; let a Shell step move it to where it belongs",
    )
