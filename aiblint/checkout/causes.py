"""Why a checksum is not that of the file: what else it is the checksum of, as far as that can be proved here."""

from __future__ import annotations

from aiblint.checkout.file import digest
from aiblint.checkout.repository import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.checkout.file import File
    from aiblint.checkout.repository import Repository

MOST_REVISIONS = 60
"""How many of the last revisions of a file are compared."""

_LARGEST_CONVERTED = 8 << 20
_MARK = b"\xef\xbb\xbf"
_WINDOWS = " with Windows line ends (CRLF)"


class Cause:
    """What a wrong checksum is the checksum of; `words` complete "this is the checksum of …".

    `not_added`: of what lies in the working copy, so that nothing but a `git add` is missing.
    """

    __slots__ = ("not_added", "words")

    def __init__(self, words: str, not_added: bool = False) -> None:
        self.words = words
        self.not_added = not_added


def proved(file: File, given: str, repository: Repository) -> Cause | None:
    """The cause for `given`, 64 digits in lower case that are not the file's; None where nothing here tells."""
    if (file.text, given) not in repository.causes:
        repository.causes[file.text, given] = _found(file, given, repository)
    return repository.causes[file.text, given]


def _found(file: File, given: str, repository: Repository) -> Cause | None:
    try:
        return (
            _behind_pointer(file, given)
            or _other_form(file, given)
            or _not_added(file, given, repository)
            or _of_checkout(file, given, repository)
            or _older(file, given, repository)
        )
    except Unreadable:
        return None


def _behind_pointer(file: File, given: str) -> Cause | None:
    pointer = file.pointer
    if pointer is None or file.stored is None:
        return None
    if given == pointer.sha256:
        return Cause("the file that Git LFS keeps, and this address serves the pointer to it")
    return Cause("the pointer of Git LFS, and this address serves the file behind it") if given == digest(file.stored) else None


def _other_form(file: File, given: str) -> Cause | None:
    data = file.served
    if data is None:
        return None
    for words, other in _forms(data):
        if digest(other) == given:
            return Cause(f"the file {words}; hosts serve it as it is committed")
    return None


def _forms(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The same text as other systems and editors keep it, each form with words for it."""
    if len(data) > _LARGEST_CONVERTED or b"\0" in data:
        return
    unix = data.replace(b"\r\n", b"\n")
    windows = unix.replace(b"\n", b"\r\n")
    if windows != data:
        yield "with Windows line ends (CRLF), as a checkout on Windows has it", windows
    if unix != data:
        yield "with LF line ends, and it is committed with Windows line ends (CRLF)", unix
    if data.startswith(_MARK):
        yield "without the byte order mark that it begins with", data[len(_MARK) :]
    else:
        yield "with a UTF-8 byte order mark in front, as some editors save it", _MARK + data
        yield "with a UTF-8 byte order mark and Windows line ends, as some editors save it", _MARK + windows


def _not_added(file: File, given: str, repository: Repository) -> Cause | None:
    if file.commit is not None:
        return None
    data = repository.working_copy(file.path)
    if data is None or data == file.stored:
        return None
    if given not in (digest(data), digest(data.replace(b"\r\n", b"\n"))):
        return None
    return Cause("the file in your working copy, whose changes are not added to git", not_added=True)


def _of_checkout(file: File, given: str, repository: Repository) -> Cause | None:
    """Of an address that is pinned: the checksum of the file as it is now."""
    if file.commit is None:
        return None
    entry = repository.staged(file.path)
    blob = repository.blob(entry.id) if entry is not None and entry.is_file else None
    form = _form_of(blob.data, given) if blob is not None and blob.data is not None else None
    return (
        Cause(f"the file as it is in this checkout{form}, and the address is pinned to another commit")
        if form is not None
        else None
    )


def _older(file: File, given: str, repository: Repository) -> Cause | None:
    seen: set[str] = set()
    for commit in repository.changes(file.path, MOST_REVISIONS):
        revision = _revision(commit, file.path, repository)
        if revision is None or revision[0] in seen:
            continue
        seen.add(revision[0])
        if given in revision[1:]:
            form = "" if given == revision[1] else _WINDOWS
            since = ", and the address is pinned to another one" if file.commit is not None else ", before it was edited"
            return Cause(f"the file as of commit {commit[:10]}{form}{since}")
    return None


def _revision(commit: str, path: str, repository: Repository) -> tuple[str, str, str] | None:
    """The object at a path in a commit, its checksum, and that with Windows line ends (the same where that is not worked out)."""
    if (commit, path) not in repository.revisions:
        blob = repository.content(commit, path)
        found = None
        if blob is not None and blob.data is not None:
            plain = digest(blob.data)
            small = len(blob.data) <= _LARGEST_CONVERTED
            found = (blob.id, plain, digest(blob.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) if small else plain)
        repository.revisions[commit, path] = found
    return repository.revisions[commit, path]


def _form_of(data: bytes, given: str) -> str | None:
    """How a content has a checksum: empty as it is, ` with …` in another form; None where it has not."""
    if digest(data) == given:
        return ""
    if len(data) <= _LARGEST_CONVERTED and digest(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) == given:
        return _WINDOWS
    return None
