"""Which file of this repository an address means, as it is or will be committed; git is asked, never obeyed."""

from __future__ import annotations

import os

from aiblint import git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.checkout.file import File
    from aiblint.checkout.repository import Repository


class Checkouts:
    """What the checkouts of one run share: repositories are read once. `sources` is as in the settings."""

    def __init__(self, sources: tuple[tuple[str, str], ...] = ()) -> None:
        self.sources = sources
        self._repositories: dict[str, Repository] = {}

    def around(self, path: str) -> Checkout:
        """The checkout that holds a template."""
        return Checkout(path, self)

    def repository(self, root: str) -> Repository:
        """The repository whose work tree has this top folder."""
        if root not in self._repositories:
            from aiblint.checkout.repository import Repository

            self._repositories[root] = Repository(root)
        return self._repositories[root]

    def notes(self) -> list[str]:
        """What people should know: work trees that an installed git does not read."""
        return [note for repository in self._repositories.values() if (note := repository.refusal)]

    def close(self) -> None:
        """Ends the programs that were started."""
        for repository in self._repositories.values():
            repository.close()
        self._repositories = {}


class Checkout:
    """The git work tree that holds a template, if any: looked for when first asked. Without addresses nothing is imported."""

    __slots__ = ("_files", "_found", "_path", "_root", "_shared")

    def __init__(self, path: str, shared: Checkouts | None = None) -> None:
        self._path = path
        self._shared = shared or Checkouts()
        self._found = False
        self._root: str | None = None
        self._files: dict[str, File | None] = {}

    @property
    def root(self) -> str | None:
        """The top folder of the work tree; None outside of one."""
        if not self._found:
            self._found = True
            self._root = git.work_tree(os.path.dirname(os.path.abspath(self._path)))
        return self._root

    @property
    def repository(self) -> Repository | None:
        """The repository; None outside of one."""
        return self._shared.repository(self.root) if self.root is not None else None

    def file(self, text: str) -> File | None:
        """The file that an address means; None where it is none of this repository, or nobody here can tell.

        A commit or tag is read at that commit, and is unknown where the commit is not here. A branch, whatever it is called, is
        read as this checkout will have it: from the index, before that a file that is not in git yet.
        """
        if text not in self._files:
            repository = self.repository
            if repository is None:
                return None
            from aiblint.checkout import lookup

            self._files[text] = lookup.find(text, repository, self._shared.sources)
        return self._files[text]

    def has_template(self) -> bool:
        """Whether the template itself is in git."""
        repository = self.repository
        return repository is not None and repository.has(os.path.abspath(self._path))
