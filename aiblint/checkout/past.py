"""A repository as it was at a commit: nothing is staged, and nothing lies about that was not committed."""

from __future__ import annotations

import re

from aiblint import git
from aiblint.checkout import Checkouts
from aiblint.checkout.repository import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_ENTRY = re.compile(rb"(\d+) \w+ ([0-9a-f]+)\t([^\0]*\0)")


class Past(Repository):
    """The repository whose work tree begins at `root`, at the commit with the full id `commit`."""

    __slots__ = ("_tip",)

    def __init__(self, root: str, commit: str) -> None:
        super().__init__(root)
        self._tip = commit

    def working_copy(self, path: str) -> bytes | None:
        return None

    def lies(self, path: str, least: int = 0) -> bool:
        entry = self.staged(path)
        blob = self.blob(entry.id) if entry is not None and entry.is_file else None
        return blob is not None and blob.size >= least

    def is_untracked(self, path: str) -> bool:
        return False

    def renamed(self, path: str) -> str | None:
        return None  # a fix of what was there before is never made

    def deleted(self) -> list[str]:
        return []

    def _ask_for_index(self) -> bytes | None:
        told = git.ask(self.root, ["ls-tree", "-r", "-z", "--full-tree", self._tip])
        return None if told is None else _ENTRY.sub(rb"\1 \2 0\t\3", told)


class PastCheckouts(Checkouts):
    """Checkouts as they were: `commits` has the commit for each top folder of a work tree."""

    def __init__(self, sources: tuple[tuple[str, str], ...], commits: Mapping[str, str]) -> None:
        super().__init__(sources)
        self._commits = commits

    def repository(self, root: str) -> Repository:
        if root not in self._repositories and root in self._commits:
            self._repositories[root] = Past(root, self._commits[root])
        return super().repository(root)
