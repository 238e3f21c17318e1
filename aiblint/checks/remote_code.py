"""Words about code that a step fetches and runs without anybody knowing what it will be."""

from __future__ import annotations

import posixpath
import re

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.checks.verification import CHECKED, NEAR
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

_INTERPRETERS = lazy(r"(?:python|perl|ruby|node|php|pwsh)[\d.]*\Z", holds=("python", "perl", "ruby", "node", "php", "pwsh"))
_SOURCING = frozenset((".", "eval", "source"))
_WEB_CMDLETS = frozenset(("invoke-webrequest", "invoke-restmethod"))
_DOWNLOAD = lazy(r"\.DownloadString\(\s*(['\"])(https?://[^'\"]+)\1", re.IGNORECASE)
_ADDRESS = lazy(r"https?://[^\s'\"<>|;)]+", re.IGNORECASE)
_CREATE = lazy(r"\[scriptblock\]::Create\(", re.IGNORECASE)
# A commit, or a version with at least two numbers: `v1.2.3`, `foo-1.2`.
_PINNED = lazy(r"[/@_.-](?:[0-9a-f]{7,40}|v?\d+\.\d+(?:\.\d+)*(?:[-+][\w.]+)?)(?=[/_.?#-]|\Z)", re.IGNORECASE)
_COMMIT = lazy(r"[0-9a-f]{7,40}\Z", re.IGNORECASE)
_OWN_FILE = lazy(r"\.(?:ps1|psm1|bat|cmd)\Z", re.IGNORECASE)
_WHY = "what stands there may be something else at the next build, and runs with full rights"
_INSTEAD = (
    "put the script into your repository and name it as scriptUri with its sha256Checksum, or check a checksum before it runs"
)


@check
def runs_remote_code(value: Value, context: Context) -> Iterator[Problem]:
    """A step's `inline` that downloads code and runs it, neither pinned to a version or commit nor verified."""
    script = inline.of(value, context)
    if script is None or CHECKED.search(script.text):
        return
    found = _posix(script) if script.dialect == "posix" else _windows(script)
    for start, end, address in found:
        yield script.problem(start, end, f"this runs whatever {quote(address)} answers: {_WHY}; {_INSTEAD}")
    for start, end, message in _repositories(script):
        yield script.problem(start, end, f"{message}: {_WHY}; name a commit or a version")


def _is_open(address: str) -> bool:
    """Whether an address is known and may answer with something else tomorrow."""
    path = address.partition("://")[2].partition("/")[2].partition("?")[0]
    if not address.lower().startswith(("http://", "https://")) or NEAR.match(address) or any(mark in address for mark in "$`{"):
        return False
    return _PINNED.search("/" + path) is None


def _address(command: Command) -> str | None:
    """The open address that a download asks; None for other commands."""
    found = next((word.text for word in command.arguments if word.text.lower().startswith(("http://", "https://"))), "")
    return found if _is_open(found) else None


# Linux.


def _posix(script: inline.Inline) -> Iterator[tuple[int, int, str]]:
    files: dict[str, tuple[Command, str]] = {}
    for command in script.commands:
        if command.head or command.calls_function or command.program is None:
            continue
        if command.name in ("curl", "wget"):
            address = _address(command)
            runner = _runner(command) if address else None
            if address and runner is not None:
                start, end = _span(command, runner)
                yield start, end, address
            elif address and (name := _saved_as(command, address)):
                files[name] = command, address
        elif files and (name := _started_file(command)) in files:
            download, address = files.pop(name)
            yield _start(download), download.words[-1].end, address


def _start(command: Command) -> int:
    return command.words[0].start


def _span(command: Command, runner: Command) -> tuple[int, int]:
    """From a download to the shell behind its pipe; where the download stands inside the shell's words, itself."""
    program = runner.program
    if command.context != "substitution" and program is not None and program.end > command.end:
        return _start(command), program.end
    return _start(command), command.words[-1].end


def _runner(command: Command) -> Command | None:
    """The shell or interpreter that runs what a download answers."""
    from aiblint.shell.wrappers import reads_script

    following: Command | None = command
    while following is not None and following.piped_to is not None:
        following = following.piped_to
        if reads_script(following):
            return following
        operands = [word for word in following.operands() if word.text != "-"]
        if _INTERPRETERS.match(following.name) and not operands and not following.has_option("-c", "-m", "-e"):
            return following
    parent = command.parent
    if command.context == "substitution" and parent is not None and _is_script_of(command, parent):
        return parent
    return None


def _is_script_of(command: Command, parent: Command) -> bool:
    """`bash -c "$(curl …)"`, `sh <(curl …)`, `eval "$(curl …)"`: all of the script is what the download answers."""
    from aiblint.shell.wrappers import SHELLS

    whole = ("$(", "`", "<(")
    if parent.name in _SOURCING:
        words = parent.arguments[:1]
    elif parent.name in SHELLS or _INTERPRETERS.match(parent.name):
        words = [word for word in parent.arguments if word.text[:1] not in ("-", "+")][:1]
        if (
            words
            and not words[0].text.startswith("<(")
            and not any(word.text[:1] == "-" and "c" in word.text for word in parent.arguments)
        ):
            return False
    else:
        return False
    return any(word.start <= command.start < word.end and word.text.startswith(whole) for word in words)


def _saved_as(command: Command, address: str) -> str:
    """The name of the file that a download becomes; empty where there is none."""
    for redirect in command.redirects:
        if redirect.operator in (">", ">|") and redirect.descriptor in ("", "1") and redirect.target is not None:
            return posixpath.basename(redirect.target.text)
    given = command.option("-o", "--output") if command.name == "curl" else command.option("-O", "--output-document")
    if given is not None:
        return posixpath.basename(given)
    if command.name == "wget" or command.has_option("-O", "--remote-name"):
        return posixpath.basename(address.partition("?")[0])
    return ""


def _started_file(command: Command) -> str:
    """The name of the file that a command runs: `./x.sh`, `sudo bash /tmp/x.sh`, `python3 x.py`, `. x`."""
    from aiblint.shell.wrappers import SHELLS

    program = command.program
    assert program is not None
    if "/" in program.text and not program.expands:
        return posixpath.basename(program.text)
    if command.name in SHELLS or command.name in (".", "source") or _INTERPRETERS.match(command.name):
        first = next((word for word in command.arguments if word.text[:1] != "-"), None)
        return posixpath.basename(first.text) if first is not None and not first.expands else ""
    return ""


# Windows.


def _windows(script: inline.Inline) -> Iterator[tuple[int, int, str]]:
    from aiblint.shell.windows import cmdlet

    files: dict[str, tuple[Command, str]] = {}
    texts: dict[str, str] = {}
    for command in script.commands:
        if command.calls_function:
            continue
        name = cmdlet(command)
        if name in _WEB_CMDLETS or command.name == "curl":
            address = _web_address(command)
            if address and _is_evaluated(command):
                yield command.start, command.words[-1].end, address
            elif address and (saved := _out_file(command, address)):
                files[saved] = command, address
            elif address:
                texts.update((word.text.lower(), address) for word in command.assignments)
        elif command.assignments and command.expression is not None and (match := _DOWNLOAD.search(command.expression.text)):
            texts.update((word.text.lower(), match[2]) for word in command.assignments if _is_open(match[2]))
        if name == "invoke-expression":
            yield from _expression_of(command, texts)
        elif files and (started := _started_script(command)) in files:
            download, address = files.pop(started)
            yield download.start, download.words[-1].end, address


def _web_address(command: Command) -> str | None:
    given = command.parameter("Uri")
    if given is not None and given.value is not None:
        return given.value.text if _is_open(given.value.text) else None
    return _address(command)


def _is_evaluated(command: Command) -> bool:
    """`irm x | iex`, `iex (irm x)`, `& ([scriptblock]::Create((irm x)))`."""
    from aiblint.shell.windows import cmdlet

    following: Command | None = command
    while following is not None:
        if cmdlet(following) == "invoke-expression":
            return True
        if any(
            _CREATE.search(word.text) for word in (*following.words, *([following.expression] if following.expression else []))
        ):
            return True
        following = following.piped_to or (following.parent if following.context == "substitution" else None)
    return False


def _expression_of(command: Command, texts: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """`iex ((New-Object Net.WebClient).DownloadString('…'))`, and the same in two statements."""
    source = command.piped_from
    behind = [source.expression] if source is not None and source.expression is not None else []
    for word in [*command.arguments, *behind]:
        match = _DOWNLOAD.search(word.text)
        if match is not None and _is_open(match[2]):
            yield min(command.start, word.start), max(command.words[-1].end, word.end), match[2]
            return
        known = texts.get(word.text.lower().removesuffix(".content"))
        if known is not None:
            yield command.start, command.words[-1].end, known
            return


def _out_file(command: Command, address: str) -> str:
    """The script that a download becomes, by the name of its file or of the variable that holds it; empty for other files."""
    given = command.parameter("OutFile")
    value = given.value.text if given is not None and given.value is not None else command.option("-o", "--output") or ""
    name = re.split(r"[\\/]", value)[-1].lower()
    if name.startswith("$"):
        return name if _OWN_FILE.search(address.partition("?")[0]) else ""
    return name if _OWN_FILE.search(name) else ""


def _started_script(command: Command) -> str:
    """The script that a command runs: `& C:\\x.ps1`, `.\\x.ps1`, `powershell -File x.ps1`, `& $path`."""
    program = command.program
    if program is None:
        return ""
    words = [program]
    if command.name in ("powershell", "pwsh"):
        words = [word for word in command.arguments if _OWN_FILE.search(word.text) or word.text.startswith("$")]
    names = [re.split(r"[\\/]", word.text)[-1].lower() if _OWN_FILE.search(word.text) else word.text.lower() for word in words]
    return names[0] if names else ""


# Repositories.


def _repositories(script: inline.Inline) -> Iterator[tuple[int, int, str]]:
    cloned: dict[str, Command] = {}
    folder = ""
    for command in script.commands:
        program = command.program
        if program is None or command.head or command.calls_function:
            continue
        word = _loose_package(command)
        if word is not None:
            yield program.start, word.end, f"{quote(word.text)} installs whatever stands on that branch"
        if command.name == "git":
            operands = command.operands(("-C", "-c", "-b", "--branch", "--depth", "-o", "--origin", "-j", "--jobs"))
            if len(operands) > 1 and operands[0].text == "clone":
                name = _clone_name(command, operands)
                if name:
                    cloned[name] = command
            elif (
                operands
                and operands[0].text in ("checkout", "reset", "switch", "submodule")
                and any(_COMMIT.match(w.text) or _PINNED.match("/" + w.text) for w in operands[1:])
            ):
                cloned.clear()
        elif command.name in ("cd", "pushd", "set-location"):
            folder = _last_part(command.operands()[0].text) if command.operands() else ""
        else:
            name = _runs_from(command, cloned, folder)
            if name:
                clone = cloned.pop(name)
                yield _start(clone), clone.words[-1].end, "this clones a branch and then runs what stands in it"


def _loose_package(command: Command) -> Word | None:
    """`pip install git+https://…` without a commit or a tag."""
    words = command.arguments
    if re.match(r"python[\d.]*\Z|py\Z", command.name) and [word.text for word in words[:2]] == ["-m", "pip"]:
        words = words[2:]
    elif not re.match(r"(?:pip[\d.]*|pipx|uv)\Z", command.name):
        return None
    if not any(word.text == "install" for word in words):
        return None
    return next(
        (word for word in words if "git+https://" in word.text and not word.expands and not _is_pinned_package(word.text)), None
    )


def _is_pinned_package(text: str) -> bool:
    reference = text.partition("git+https://")[2].partition("#")[0].partition("/")[2].rpartition("@")
    return bool(reference[1]) and (_COMMIT.match(reference[2]) is not None or _PINNED.match("/" + reference[2]) is not None)


def _clone_name(command: Command, operands: list[Word]) -> str:
    """The folder that a clone makes; empty where the address is unknown or a version was asked for."""
    address = operands[1].text
    branch = command.option("-b", "--branch")
    if (
        operands[1].expands
        or any(word.expands for word in operands[2:3])
        or (branch is not None and _PINNED.match("/" + branch))
    ):
        return ""
    return _last_part(operands[2].text if len(operands) > 2 else address.removesuffix("/").removesuffix(".git"))


def _last_part(path: str) -> str:
    return re.split(r"[\\/:]", path.rstrip("/\\"))[-1]


def _runs_from(command: Command, cloned: dict[str, Command], folder: str) -> str:
    """The cloned folder out of which a command runs something."""
    from aiblint.shell.wrappers import SHELLS

    program = command.program
    assert program is not None
    word: Word | None = program
    if command.name in SHELLS or command.name in (".", "source", "powershell", "pwsh") or _INTERPRETERS.match(command.name):
        word = next((each for each in command.arguments if each.text[:1] != "-"), None)
    elif command.name in ("make", "cmake", "npm", "pip", "pip3") and folder in cloned:
        return folder
    if word is None or not re.search(r"[\\/]", word.text):
        return folder if word is not None and word is not program and folder in cloned else ""
    parts = re.split(r"[\\/]", word.text)
    inside = next((part for part in parts[:-1] if part in cloned), "")
    return inside or (folder if parts[0] == "." and folder in cloned else "")
