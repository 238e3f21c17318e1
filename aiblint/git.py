"""Git as a reader: starts nothing that a repository names, fetches nothing, takes no lock, and answers in bounded time."""

from __future__ import annotations

import os

from aiblint import program

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

SECONDS = 10.0
"""How long one question may take before it counts as unanswered."""

# Of git's own variables only those that say where git and the user's settings are. The others are set for the commit
# that a hook runs in (GIT_DIR, GIT_INDEX_FILE) and would make git look at another work tree than the one asked about.
_VARIABLES = ("GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_CONFIG")

# A work tree's own configuration may name programs. The plumbing used here starts none of them with these: no file system
# monitor (empty means off to every version of git), no hooks, no repository that hides as a plain folder of the work
# tree, no transport. The user's own settings count: that a work tree is safe, and how lines end, is said there.
_SAFELY = (
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "protocol.allow=never",
)


def ask(folder: str, arguments: Sequence[str], *, seconds: float | None = None, index: str | None = None) -> bytes | None:
    """What git prints for plumbing run in a folder; None where there is no git, or it fails, or takes too long.

    `seconds` is the limit, SECONDS by default; `index` is the file to read for the index where it is not the usual one.
    """
    command = _command(folder, arguments)
    if command is None:
        return None
    return program.ask(command, _environment(index), SECONDS if seconds is None else seconds)


def is_installed() -> bool:
    """Whether there is a git to be asked."""
    return program.find("git") is not None


def work_tree(folder: str) -> str | None:
    """The top folder of the work tree around a folder, found without git; None outside of one."""
    folder = os.path.abspath(folder)
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _command(folder: str, arguments: Sequence[str]) -> list[str] | None:
    git = program.find("git")
    return [git, *_SAFELY, "-C", folder, *arguments] if git is not None else None


def _environment(index: str | None) -> dict[str, str]:
    # Nothing is locked to refresh the index, and nothing is fetched to complete a partial clone: that would start programs.
    environment = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0"}
    for name, value in os.environ.items():
        if not name.startswith("GIT_") or name.startswith(_VARIABLES):
            environment[name] = value
    if index is not None:
        environment["GIT_INDEX_FILE"] = index
    return environment


class Object:
    """One object of a repository. `kind` is blob, tree, commit or tag; `data` is None where it is larger than was asked for."""

    __slots__ = ("data", "id", "kind", "size")

    def __init__(self, id: str, kind: str, size: int, data: bytes | None) -> None:
        self.id = id
        self.kind = kind
        self.size = size
        self.data = data


class Objects:
    """The objects of the repository around a folder, read through one `git cat-file --batch` that lives until `close`.

    Started at the first question. Where git is missing, refuses the repository, breaks or hangs, everything is unknown.
    """

    __slots__ = ("_dead", "_folder", "_process")

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._dead = False

    def read(self, name: str, most: int) -> Object | None:
        """The object that a name stands for (`<id>`, `<commit>^{tree}`, `refs/tags/v1^{commit}`), with up to `most` bytes of data.

        None where there is none, or the name cannot be asked for: names come out of templates.
        """
        if self._dead or not name or "\n" in name or "\0" in name:
            return None
        try:
            asked = name.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            return None
        import threading

        process = self._started()
        if process is None:
            return None
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        try:
            return self._answer(process, asked, most)
        except (OSError, ValueError):  # it ended, or says what no git says
            self.close()
            return None
        finally:
            watch.cancel()

    def _answer(self, process: subprocess.Popen[bytes], asked: bytes, most: int) -> Object | None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(asked + b"\n")
        process.stdin.flush()
        head = process.stdout.readline()
        if not head.endswith(b"\n"):
            raise ValueError("no answer")
        words = head[:-1].rsplit(b" ", 2)
        if len(words) != 3 or not words[2].isdigit():  # `<name> missing`, `<name> ambiguous`
            return None
        size = int(words[2])
        data = process.stdout.read(size + 1)[:-1] if size <= most else None
        if data is None:
            _drain(process, size + 1)
        elif len(data) != size:
            raise ValueError("cut off")
        return Object(words[0].decode("ascii"), words[1].decode("ascii"), size, data)

    def _started(self) -> subprocess.Popen[bytes] | None:
        if self._process is None:
            import subprocess

            command = _command(self._folder, ["cat-file", "--batch"])
            try:
                if command is None:
                    raise FileNotFoundError
                self._process = subprocess.Popen(
                    command,
                    env=_environment(None),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError:
                self._dead = True
        return self._process

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Ends the program; every later question is unanswered."""
        self._dead = True
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:  # what was not flushed has no reader any more
                pass
        process.wait()


def _drain(process: subprocess.Popen[bytes], count: int) -> None:
    assert process.stdout is not None
    while count:
        chunk = process.stdout.read(min(count, 1 << 20))
        if not chunk:
            raise ValueError("cut off")
        count -= len(chunk)
