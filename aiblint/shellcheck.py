"""The program shellcheck as a reader of shell text: it runs nothing of it, opens no other file, and answers in bounded time."""

from __future__ import annotations

import json
import os
import sys

from aiblint import program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INSTALL = "pip install 'aiblint[shellcheck]'"
SECONDS = 20.0
"""How long one script may take."""
_SHEBANG = "#!/bin/sh -e\n"
"""What Packer puts in front of a step's lines: https://developer.hashicorp.com/packer/docs/provisioners/shell"""


class ShellcheckError(Exception):
    """The program did not answer as it should."""


class Comment:
    """One remark: SC number `code`, `level` (error, warning, info, style), and offsets of the script, half-open.

    `edits` are what it would change: [start, end) becomes text; those at one place in the order in which they are to stand.
    """

    __slots__ = ("code", "edits", "end", "level", "message", "start")

    def __init__(self, code: int, level: str, message: str, start: int, end: int, edits: list[tuple[int, int, str]]) -> None:
        self.code = code
        self.level = level
        self.message = message
        self.start = start
        self.end = end
        self.edits = edits


class Shellcheck:
    """The installed program at `path`. `failure` says why it is not asked any more; empty while it answers."""

    __slots__ = ("_program", "failure")

    def __init__(self, path: str) -> None:
        self._program = path
        self.failure = ""

    def said(self, script: str) -> list[Comment]:
        """Like `comments`. Where the program fails that is kept for the end of the run, and nobody waits for it again."""
        if self.failure:
            return []
        try:
            return self.comments(script)
        except ShellcheckError as error:
            self.failure = (
                f"{error}: the rule shellcheck says nothing; mend or replace the program ({INSTALL}), or leave the rule out"
            )
            return []

    def comments(self, script: str) -> list[Comment]:
        """What shellcheck says about the lines of a step, run as `/bin/sh -e` runs them.

        ShellcheckError: it cannot be run, gives no answer in time, or another one than shellcheck's.
        """
        text = _SHEBANG + script.replace("\0", " ")
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)

        def offset(line: int, column: int) -> int:
            """Offset in the script; lines and columns count from 1, and the first line is not the script's."""
            at = min(starts[min(line, len(starts) - 1) - 1] + column - 1, len(text))
            return max(at - len(_SHEBANG), 0)

        try:
            return [_comment(each, offset) for each in self._answer(text) if each["line"] > 1]
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise ShellcheckError(f"{self._program} does not answer as shellcheck does") from error

    def _answer(self, text: str) -> list[dict[str, Any]]:
        import subprocess

        # No configuration file and no options from the environment: what is said depends on the script alone.
        environment = {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"}
        try:
            done = subprocess.run(
                [self._program, "--norc", "--format=json1", "--wiki-link-count=0", "-"],
                input=text.encode("utf-8", "replace"),
                capture_output=True,
                env={**environment, "LC_ALL": "C.UTF-8"},
                cwd=os.path.dirname(self._program),
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ShellcheckError(f"{self._program} gave no answer within {SECONDS:g} seconds") from error
        except OSError as error:
            raise ShellcheckError(f"{self._program} cannot be run: {error.strerror}") from error
        comments: list[dict[str, Any]] = json.loads(done.stdout)["comments"]
        return comments


def _comment(said: dict[str, Any], offset: Any) -> Comment:
    start, end = offset(said["line"], said["column"]), offset(said["endLine"], said["endColumn"])
    edits = []
    replacements = (said.get("fix") or {}).get("replacements", [])
    # Of those that insert at one place the one with the higher precedence stands nearer to what is there.
    for each in sorted(replacements, key=lambda each: each["precedence"], reverse=True):
        edits.append((offset(each["line"], each["column"]), offset(each["endLine"], each["endColumn"]), each["replacement"]))
    return Comment(said["code"], said["level"], said["message"], start, end, edits)


def find() -> Shellcheck | None:
    """The program: beside this Python (the extra puts it there), else in an absolute folder of PATH; None where there is none."""
    path = program.find("shellcheck", os.path.dirname(sys.executable))
    return Shellcheck(path) if path is not None else None
