"""Which file of the checkout around a template an address means; reads, never runs git."""

from __future__ import annotations

import os
import re

_RAW = re.compile(
    r"https://(?:raw\.githubusercontent\.com/(?P<o1>[^/]+)/(?P<r1>[^/]+)/(?:refs/(?:heads|tags)/)?[^/]+"
    r"|media\.githubusercontent\.com/media/(?P<o2>[^/]+)/(?P<r2>[^/]+)/(?:refs/(?:heads|tags)/)?[^/]+"
    r"|github\.com/(?P<o3>[^/]+)/(?P<r3>[^/]+)/raw/(?:refs/(?:heads|tags)/)?[^/]+)/(?P<path>[^?#]+)(?:[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
# https://github.com/o/r.git, git@github.com:o/r.git, ssh://git@ssh.github.com:443/o/r.git
_REMOTE = re.compile(
    r"^\s*url\s*=\s*(?:\S*[/@.])?github\.com(?:[/:]|:\d+/)([^/\s:]+)/([^/\s]+?)(?:\.git)?/?\s*$", re.IGNORECASE | re.MULTILINE
)
_LFS_SIZE = re.compile(rb"version https://git-lfs[^\n]*\n(?:[^\n]*\n)*?size (\d+)\n")

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: pointer files are less than 1024 bytes
_LARGEST_LFS_POINTER = 1024


class Checkout:
    """The git work tree that holds a path, if any. Looked for when first asked."""

    __slots__ = ("_found", "_remotes", "_root", "_start")

    def __init__(self, path: str) -> None:
        self._start = os.path.dirname(os.path.abspath(path))
        self._found = False
        self._root: str | None = None
        self._remotes: set[tuple[str, str]] = set()

    @property
    def root(self) -> str | None:
        """The top folder of the work tree; None outside of one."""
        if not self._found:
            self._found = True
            self._root = find_root(self._start)
            if self._root is not None:
                self._remotes = _github_remotes(os.path.join(self._root, ".git"))
        return self._root

    def file(self, uri: str) -> str | None:
        """The file of this checkout that an address on GitHub names; None where it names another place or none.

        The owner and the name in the address must be those of one of the repository's remotes.
        """
        match = _RAW.fullmatch(uri)
        if match is None or self.root is None:
            return None
        owner, name = match["o1"] or match["o2"] or match["o3"], match["r1"] or match["r2"] or match["r3"]
        if (owner.lower(), name.lower()) not in self._remotes:
            return None
        from urllib.parse import unquote

        try:
            path = os.path.realpath(os.path.join(self.root, unquote(match["path"])))
        except ValueError:  # `%00`, or a lone surrogate: no file system has such a name
            return None
        top = os.path.realpath(self.root)
        inside = path.startswith(os.path.join(top, "")) and not path.startswith(os.path.join(top, ".git", ""))
        return path if inside and os.path.isfile(path) else None

    def size(self, path: str) -> int | None:
        """Bytes of a file; of a Git LFS pointer, of the object it points to. None where the file cannot be read."""
        try:
            size = os.stat(path).st_size
            if size >= _LARGEST_LFS_POINTER:
                return size
            with open(path, "rb") as file:
                pointer = _LFS_SIZE.match(file.read(_LARGEST_LFS_POINTER))
        except OSError:
            return None
        return int(pointer[1]) if pointer is not None else size


def find_root(start: str) -> str | None:
    """The nearest folder upward that holds `.git`; None where there is none."""
    folder = os.path.abspath(start)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _github_remotes(git: str) -> set[tuple[str, str]]:
    """(owner, name), in lower case, of every remote on github.com."""
    try:
        if os.path.isfile(git):  # a linked work tree or a submodule
            with open(git, encoding="utf-8", errors="replace") as file:
                git = os.path.join(os.path.dirname(git), file.read().removeprefix("gitdir:").strip())
            common = os.path.join(git, "commondir")
            if os.path.isfile(common):
                with open(common, encoding="utf-8", errors="replace") as file:
                    git = os.path.join(git, file.read().strip())
        with open(os.path.join(git, "config"), encoding="utf-8", errors="replace") as file:
            return {(owner.lower(), name.lower()) for owner, name in _REMOTE.findall(file.read())}
    except OSError:
        return set()
