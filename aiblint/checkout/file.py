"""The file of a checkout that an address means: where it is read, what is served, and the same address with a part changed."""

from __future__ import annotations

from aiblint import address
from aiblint.checkout.hosts import BRANCH
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.checkout.hosts import Place

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: pointer files are less than 1024 bytes
_LARGEST_POINTER = 1024
_POINTER = lazy(rb"version https://git-lfs[^\n]*\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\n(?:[^\n]*\n)*?size (\d+)\n")


class Pointer:
    """What stands in a repository for a file that Git LFS keeps elsewhere."""

    __slots__ = ("sha256", "size")

    def __init__(self, sha256: str, size: int) -> None:
        self.sha256 = sha256
        self.size = size


class File:
    """One file of this checkout, as an address names it.

    `own` tells that the address is one of this repository, or of a folder of it by the configuration's `sources`; otherwise
    another repository has a file of the same path, as a fork has. `ref` and `kind` (BRANCH, TAG, COMMIT) say which state of
    the repository is meant, both empty for `sources`; `commit` is the commit that it is read at, None where that is this
    checkout. `missing`: there is no such file; then `certain` tells whether that is sure, and `ignored` whether git ignores
    one that lies there. `untracked`: it lies in the working copy only. `stored` are the bytes that the repository holds,
    `length` counts them even where they are not here.
    """

    __slots__ = (
        "_digest",
        "certain",
        "commit",
        "ignored",
        "kind",
        "length",
        "missing",
        "own",
        "path",
        "place",
        "ref",
        "stored",
        "text",
        "untracked",
    )

    def __init__(self, text: str, path: str, place: Place | None, *, own: bool, ref: str = "", kind: str = "") -> None:
        self.text = text
        self.path = path
        self.place = place
        self.own = own
        self.ref = ref
        self.kind = kind
        self.commit: str | None = None
        self.missing = False
        self.certain = True
        self.ignored = False
        self.untracked = False
        self.stored: bytes | None = None
        self.length: int | None = None
        self._digest: tuple[bytes, str] | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the address leads to other content after the next push."""
        return self.kind in (BRANCH, "")

    @property
    def pointer(self) -> Pointer | None:
        """The pointer of Git LFS that the repository holds in the file's place."""
        if self.stored is None or len(self.stored) >= _LARGEST_POINTER:
            return None
        match = _POINTER.match(self.stored)
        return Pointer(match[1].decode("ascii"), int(match[2])) if match is not None else None

    @property
    def hands_out_object(self) -> bool | None:
        """Whether the host serves the object behind a pointer; None where nobody knows."""
        return self.place.lfs if self.place is not None else None

    @property
    def served(self) -> bytes | None:
        """The bytes that a download has; None where they are not here, or nobody knows which they are."""
        if self.pointer is not None:
            return self.stored if self.hands_out_object is False else None
        return None if self._is_elsewhere else self.stored

    @property
    def sha256(self) -> str | None:
        """The checksum that the service will work out, in lower case."""
        pointer = self.pointer
        if pointer is not None and self.hands_out_object:
            return pointer.sha256
        data = self.served
        if data is None:
            return None
        if self._digest is None or self._digest[0] is not data:  # several rules ask for each step
            self._digest = (data, digest(data))
        return self._digest[1]

    @property
    def size(self) -> int | None:
        """Bytes of the file itself: behind a pointer, those of the object."""
        pointer = self.pointer
        return pointer.size if pointer is not None else self.length

    @property
    def _is_elsewhere(self) -> bool:
        """Whether the address is one for objects of Git LFS, which finds no plain file."""
        return "://media.githubusercontent.com/" in self.text.lower()

    def with_path(self, path: str) -> str | None:
        """The address with another path of the repository; None where the form of the address does not allow it."""
        written = self._written(self.path)
        return self._replaced(written, _quoted(path)) if written is not None else None

    def pinned_to(self, commit: str) -> str | None:
        """The address with a commit in place of the branch; None where the form of the address does not allow it."""
        path = self._written(self.path)
        if path is None or not self.ref or self.place is None:
            return None
        for ref in (f"refs/heads/{self.ref}", f"refs/tags/{self.ref}", self.ref):
            for spelled in (ref, _quoted(ref)):
                if f"/{spelled}/{path}" in self.text:
                    return self._replaced(f"/{spelled}/{path}", f"/{commit}/{path}")
        return None

    def _written(self, path: str) -> str | None:
        """The path as it ends the address; None where it stands elsewhere (a query)."""
        parts = address.split(self.text)
        if parts is None:
            return None
        count = path.count("/") + 1
        written = "/".join(parts.path.split("/")[-count:])
        return written if _unquoted(written) == path else None

    def _replaced(self, old: str, new: str) -> str | None:
        parts = address.split(self.text)
        if parts is None or not parts.path.endswith(old):
            return None
        start = self.text.find(parts.path, self.text.find("//") + 2) + len(parts.path) - len(old)
        return self.text[:start] + new + self.text[start + len(old) :]


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, 64 digits in lower case."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="/!$&'()*+,;=:@~")


def _unquoted(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)
