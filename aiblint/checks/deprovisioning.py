"""Words about generalizing: Image Builder does it at the very end, with a script that steps may replace but not lose."""

from __future__ import annotations

import itertools
import re

from aiblint import globs, inline
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

LINUX_SCRIPT = "/tmp/DeprovisioningScript.sh"
WINDOWS_SCRIPT = "c:\\DeprovisioningScript.ps1"
_NAME = "deprovisioningscript"

_SYSPREP = frozenset(("/generalize", "-generalize", "/oobe", "-oobe", "/shutdown", "-shutdown"))
# find's tests of which nobody here knows what they leave over.
_FIND_TESTS = frozenset(
    (
        "!",
        "-not",
        "-prune",
        "-user",
        "-newer",
        "-mtime",
        "-mmin",
        "-atime",
        "-ctime",
        "-size",
        "-regex",
        "-empty",
        "-group",
        "-perm",
        "-path",
        "-wholename",
    )
)
_LOOKALIKE = lazy(r"de-?provision(?:ing)?[-_]?script(?:\.(?:sh|ps1|bash|txt|cmd|bat))?", re.IGNORECASE, holds=("provision",))
_WRITING_CMDLETS = {
    "set-content": "Path",
    "add-content": "Path",
    "out-file": "FilePath",
    "new-item": "Path",
    "copy-item": "Destination",
    "move-item": "Destination",
    "tee-object": "FilePath",
}
_ENDLESS = lazy(
    r"while\s*\(\s*\(\s*Get-Service\s+(?:-Name\s+)?['\"]?WindowsAzureTelemetryService\b[^)]{0,200}\)\.Status\s+-ne\b",
    re.IGNORECASE,
)

_CONTENT = lazy(r"sysprep(?:\.exe)?['\"]?[ \t]+[^\n]{0,200}?/generalize[^\n]*", re.IGNORECASE)
_WAITS = lazy(r"-Wait\b|\|\s*Out-|Wait-Process|WaitForExit|ImageState|IMAGE_STATE", re.IGNORECASE)
_SWITCHES = ("Force", "Recurse", "Confirm", "WhatIf", "Verbose", "File", "Name", "Hidden")


@check
def generalizes_itself(value: Value, context: Context) -> Iterator[Problem]:
    """A command in a step's `inline` that generalizes the build VM, unless the text is on its way into the deprovisioning script."""
    script = inline.of(value, context)
    if script is None:
        return
    for command in script.commands:
        program = command.program
        word = _generalizing_word(command)
        if program is None or word is None or _is_for_the_script(command):
            continue
        phrase = f"{command.name} {word.text}"
        yield script.problem(
            program.start,
            word.end,
            f"Image Builder generalizes the VM itself after the last step; {quote(phrase)} leaves a half-generalized machine on which "
            f"that or a later step fails; leave it out, or write your own commands to {_script_of(script)}",
        )


def _script_of(script: inline.Inline) -> str:
    return LINUX_SCRIPT if script.dialect == "posix" else WINDOWS_SCRIPT


def _generalizing_word(command: Command) -> Word | None:
    if command.head or command.calls_function:
        return None
    arguments = command.arguments
    if command.name == "waagent" or (command.name.startswith("python") and any(w.text.endswith("/waagent") for w in arguments)):
        return next((word for word in arguments if word.text.lstrip("-").startswith("deprovision")), None)
    if command.name == "sysprep":
        return next((word for word in arguments if word.text.lower() in _SYSPREP), None)
    return None


def _is_for_the_script(command: Command) -> bool:
    """`Set-Content C:\\DeprovisioningScript.ps1 { … }`: the block is text for the file, and does not run here."""
    around: Command | None = command
    while around is not None:
        piped = around.piped_to
        nearby = [*around.words, *(piped.words if piped is not None else ())]
        if any(_NAME in word.text.lower() for word in nearby if not word.block):
            return True
        around = around.parent
    return False


@check
def deletes_deprovisioning_script(value: Value, context: Context) -> Iterator[Problem]:
    """A command in a step's `inline` that deletes the script with which Image Builder generalizes, unless it is written again later."""
    script = inline.of(value, context)
    if script is None:
        return
    folder = ""
    for command in script.commands:
        if command.head or command.calls_function:
            continue
        if command.name == "cd" and command.dialect == "posix":
            folder = next((word.text for word in command.operands()), "")
        word = _deleting_posix(command, folder) if command.dialect == "posix" else _deleting_windows(command)
        if word is None or inline.is_behind(script, command.end, _NAME, context):
            continue
        program = command.program
        assert program is not None
        path = _script_of(script)
        yield script.problem(
            min(program.start, word.start),
            max(program.end, word.end),
            f"this deletes {path}, with which Image Builder generalizes the VM after the last step; the step then finds no script and "
            "the build fails or leaves an image that does not start; delete only what the build put there",
        )


def _deleting_posix(command: Command, folder: str) -> Word | None:
    if command.name == "find":
        return _deleting_find(command)
    if command.name not in ("rm", "unlink", "shred"):
        return None
    recursive = command.has_option("-r", "-R", "--recursive")
    return next((word for word in command.operands() if _covers_posix(word, folder, recursive)), None)


def _covers_posix(word: Word, folder: str, recursive: bool) -> bool:
    """Whether a path or a pattern, seen from `folder`, takes in /tmp/DeprovisioningScript.sh."""
    text = word.text.removeprefix("./")
    if folder.rstrip("/") == "/tmp" and text[:1] not in ("/", "~", "$"):
        text = "/tmp/" + text
    return any(_matches(pattern.split("/"), LINUX_SCRIPT.split("/"), recursive) for pattern in _braces(text))


def _matches(pattern: list[str], target: list[str], recursive: bool) -> bool:
    if pattern and pattern[-1] == "":
        pattern = pattern[:-1]
        recursive_only = True
    else:
        recursive_only = False
    if len(pattern) < 2 or len(pattern) > len(target) or (len(pattern) < len(target) and not recursive):
        return False
    if len(pattern) == len(target) and recursive_only:
        return False
    return all(globs.fits(part, name) for part, name in zip(pattern, target, strict=False))


def _braces(text: str) -> list[str]:
    """`/tmp/{*,.*}` → `/tmp/*`, `/tmp/.*`; more than one pair of braces is left alone."""
    before, opening, rest = text.partition("{")
    inside, closing, after = rest.partition("}")
    if not opening or not closing or "{" in rest:
        return [text]
    return [before + part + after for part in inside.split(",")]


def _deleting_find(command: Command) -> Word | None:
    """`find /tmp -type f -delete`."""
    texts = [word.text for word in command.arguments]
    deletes = "-delete" in texts or ("-exec" in texts and "rm" in texts)
    if not deletes or _FIND_TESTS.intersection(texts) or command.arguments[0].text.rstrip("/") != "/tmp":
        return None
    for test, argument in itertools.pairwise(texts):
        if test == "-name" and not globs.fits(argument, "DeprovisioningScript.sh"):
            return None
        if test == "-iname" and not globs.fits(argument.lower(), "deprovisioningscript.sh"):
            return None
        if test == "-type" and "f" not in argument:
            return None
    return command.arguments[0]


def _deleting_windows(command: Command) -> Word | None:
    """`Remove-Item C:\\*.ps1`, `del C:\\*`, `Get-ChildItem C:\\ -Filter *.ps1 | Remove-Item`."""
    from aiblint.shell.windows import cmdlet

    name = cmdlet(command)
    if name not in ("remove-item", "del", "erase") or command.parameter("Exclude") or command.parameter("WhatIf"):
        return None
    source = command
    if not command.positionals(_SWITCHES) and not command.parameter("Path", "LiteralPath"):
        piped = command.piped_from
        if piped is None or cmdlet(piped) != "get-childitem" or piped.parameter("Exclude"):
            return None
        source = piped
    given = source.parameter("Path") or source.parameter("LiteralPath")
    paths = given.values if given else source.positionals(_SWITCHES)
    patterns = [
        found.value.text
        for found in (source.parameter("Filter"), source.parameter("Include"))
        if found and found.value is not None
    ]
    return (
        next((word for word in paths if _covers_windows(word.text, patterns, source is not command)), None) if paths else None
    )


def _covers_windows(path: str, patterns: list[str], folder: bool) -> bool:
    folded = path.lower().replace("/", "\\").replace("$env:systemdrive", "c:")
    if folder and folded.rstrip("\\") == "c:":
        folded = "c:\\*"
    if not folded.startswith("c:\\") or folded.count("\\") != 1 or folded == "c:\\":
        return False
    target = WINDOWS_SCRIPT.lower()
    return globs.fits(folded, target) and all(globs.fits(each.lower(), target.partition("\\")[2]) for each in patterns)


@check
def override_misplaced(value: Value, context: Context) -> Iterator[Problem]:
    """A deprovisioning script of one's own that is written under another name than the one Image Builder runs."""
    script = inline.of(value, context)
    if script is None or _mentions(context, LINUX_SCRIPT if script.dialect == "posix" else WINDOWS_SCRIPT):
        return
    for command in script.commands:
        for word in written_files(command):
            if _is_lookalike(word.text) and not word.expands:
                path = _script_of(script)
                yield script.problem(
                    word.start,
                    word.end,
                    f"Image Builder runs {path} and nothing else to generalize; {quote(word.text)} is ignored; write {path}",
                )


@check
def override_uploaded_elsewhere(value: Value, context: Context) -> Iterator[Problem]:
    """A File step that puts a deprovisioning script under another name than the one Image Builder runs; no step moves it."""
    text = value.text
    if text is None or not _is_lookalike(text) or _is_exact(text) or context.os is None:
        return
    path = LINUX_SCRIPT if context.os == "linux" else WINDOWS_SCRIPT
    if _mentions(context, path) or any(step.get("scriptUri") is not None for step in context.template.steps):
        return
    yield Problem(value, f"Image Builder runs {path} and nothing else to generalize; {quote(text)} is ignored; write {path}")


def _is_lookalike(text: str) -> bool:
    return _LOOKALIKE.fullmatch(re.split(r"[\\/]", text)[-1]) is not None


def _is_exact(text: str) -> bool:
    return text == LINUX_SCRIPT or text.replace("/", "\\").lower() == WINDOWS_SCRIPT.lower()


def _mentions(context: Context, path: str) -> bool:
    """Whether any step knows the right path: then other names are stations on the way."""
    key = ("all text of the steps", 0)
    if key not in context.cache:
        texts = [script.text for script in inline.scripts(context)]
        texts += [step.text_of("destination") or "" for step in context.template.steps]
        linux = "\n".join(texts)
        context.cache[key] = linux, re.sub(r"[\\/]+", r"\\", linux.lower()).replace("$env:systemdrive", "c:")
    linux, windows = context.cache[key]
    return path in linux if path == LINUX_SCRIPT else path.lower() in windows


def written_files(command: Command) -> list[Word]:
    """The words that name a file which a command writes."""
    from aiblint.shell.windows import cmdlet

    words = [r.target for r in command.redirects if r.operator in (">", ">>", ">|") and r.target is not None]
    if command.dialect == "posix":
        if command.name == "tee":
            words += command.operands()
        elif command.name in ("cp", "mv", "install"):
            words += command.operands(("-m", "-o", "-g"))[-1:]
        return words
    name = cmdlet(command)
    if name in _WRITING_CMDLETS:
        given = command.parameter(_WRITING_CMDLETS[name], "LiteralPath")
        free = command.positionals((*_SWITCHES, "PassThru", "Append", "NoNewline", "NoClobber"))
        position = 1 if name in ("copy-item", "move-item") and not command.parameter("Path") else 0
        words += given.values if given else free[position : position + 1]
    return words


@check
def override_hangs(value: Value, context: Context) -> Iterator[Problem]:
    """Text in a step's `inline` that waits forever for a service which current guest agents do not have."""
    script = inline.of(value, context)
    if script is None or script.dialect != "powershell":
        return
    for match in _ENDLESS.finditer(script.text):
        yield script.problem(
            match.start(),
            match.end(),
            "current guest agents have no WindowsAzureTelemetryService, so this waits until the build timeout; leave the loop out, or test "
            "first that the service exists",
        )


@check
def override_does_not_wait(value: Value, context: Context) -> Iterator[Problem]:
    """A deprovisioning script written anew that starts Sysprep and does not wait for its end."""
    script = inline.of(value, context)
    if script is None or script.dialect != "powershell" or script.opaque or _WAITS.search(script.text):
        return
    text = script.text
    if not _mentions_here(text) or re.search(r"Get-Content|ReadAllText|-replace|\.Replace\(", text, re.IGNORECASE):
        return
    if not any(_NAME in word.text.lower() for command in script.commands for word in written_files(command)):
        return
    match = _CONTENT.search(text)
    if match is not None:
        yield script.problem(
            match.start(),
            match.end(),
            "Sysprep goes on in the background while this script ends, and the image is taken of a half-generalized machine; end the "
            "script with a loop that waits until ImageState is IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE",
        )


def _mentions_here(text: str) -> bool:
    return WINDOWS_SCRIPT.lower() in text.lower().replace("/", "\\")
