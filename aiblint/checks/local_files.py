"""Words about scripts and files that lie in the repository of the template: whether they are there, and what they hold."""

from __future__ import annotations

import re

from aiblint import address
from aiblint.change import Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.checkout.file import File
    from aiblint.checkout.repository import Repository
    from aiblint.template import Value

    # How sure the harm is ("breaks", "harms", "strange"), and what is wrong.
    Fault = tuple[str, str]

_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PAGE = lazy(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head)\b", re.IGNORECASE | re.DOTALL)
# What a File step puts somewhere to be run or unpacked; a page of HTML may well be wanted under other names.
_NEVER_PAGES = frozenset(
    ("sh", "bash", "ps1", "psm1", "bat", "cmd", "py", "msi", "exe", "zip", "gz", "tgz", "xz", "7z", "cab", "deb", "rpm", "json")
)
_SHEBANG = lazy(rb"(?:\xef\xbb\xbf)?#!")
_POWERSHELL_TEXT = lazy(
    rb"(?:\xef\xbb\xbf)?(?>\s+|#[^\n]*\n|<#(?s:.*?)#>)*+(?:\[CmdletBinding|param\s*\(|\$ErrorActionPreference\s*=|"
    rb"(?:Write|Set|Get|New|Install|Import|Invoke|Start|Add|Remove)-[A-Z]\w+)",
    re.IGNORECASE,
)
_HEAD = 4096
"""Bytes at a file's start that tell what it is."""


def of(step: Value, context: Context) -> File | None:
    """The file of this repository that a step takes; None where it takes none, or nobody here can tell."""
    uri = address.used_by(step)
    return context.checkout.file(uri.text) if uri is not None and uri.text else None


def verdict(step: Value, context: Context) -> bool | None:
    """Whether the step's checksum, read without regard to capitals, is that of its file; None where nobody here can tell."""
    given = step.text_of("sha256Checksum")
    file = of(step, context) if given else None
    actual = file.sha256 if file is not None and not file.missing else None
    digits = (given or "").strip().lower()
    return digits == actual if actual is not None and re.fullmatch("[0-9a-f]{64}", digits) else None


def where(file: File) -> str:
    """The state of the repository that a file is read in, for a message."""
    return f"in commit {file.commit[:10]}" if file.commit is not None else "in this checkout"


@check
def local_file_missing(value: Value, context: Context, *, certain: bool) -> Iterator[Problem]:
    """An address of a file that this repository has not got; `certain` where nothing speaks for another branch that has it.

    A file that lies in the working copy only counts as missing where the template itself is in git.
    """
    if not value.text or not address.is_used(value):
        return
    file = context.checkout.file(value.text)
    repository = context.checkout.repository
    if file is None or repository is None:
        return
    if file.untracked and file.own and not certain and context.checkout.has_template():
        message = (
            f"{quote(file.path)} is not in git, and the template is: once that is pushed, the download fails; git add the file"
        )
        yield Problem(value, message)
    elif file.missing and file.certain is certain:
        yield _missing(value, file, repository)


def _missing(value: Value, file: File, repository: Repository) -> Problem:
    shown, place = quote(file.path), where(file)
    others = _in_other_capitals(file, repository)
    if others:
        instead = file.with_path(others[0])
        fix = (
            Repair(f"write {quote(others[0])} in the address", Set(value, instead), safe=len(others) == 1) if instead else None
        )
        message = (
            f"{shown} is not {place}, {quote(others[0])} is: hosts tell capitals apart, so the download fails; "
            f"write {quote(instead or others[0], 240)}"
        )
        return Problem(value, message, fix=fix)
    if file.ignored:
        message = (
            f"{shown} lies here, but git ignores it: it is never pushed, and the download fails; git add --force it, or move it"
        )
        return Problem(value, message)
    return _gone(value, file, repository, f"{shown} is not {place}")


def _gone(value: Value, file: File, repository: Repository, fact: str) -> Problem:
    fate = "the download fails" if file.commit is not None else "once this is pushed, the download fails"
    new = repository.renamed(file.path) if file.commit is None else None
    if new is not None:
        fact = f"{fact}: it was renamed to {quote(new)}"
    else:
        name = file.path.rpartition("/")[2]
        same = [path for path in repository.names() if path.rpartition("/")[2] == name]
        if file.commit is not None or len(same) != 1:
            if not file.certain:
                fact, fate = f"{fact}, and {_unknown_place(file)}", "unless the file lies there, the download fails"
            return Problem(value, f"{fact}; {fate}; write the path of a file that is there, or take the step out")
        new = same[0]
        fact = f"{fact}, {quote(new)} bears the same name"
    instead = file.with_path(new)
    fix = Repair(f"write {quote(new)} in the address", Set(value, instead), safe=False) if instead is not None else None
    return Problem(value, f"{fact}; {fate}; write {quote(instead or new, 240)}", fix=fix)


def _unknown_place(file: File) -> str:
    return (
        f"the branch {quote(file.ref)} is not known here"
        if file.ref
        else "only the folder that the configuration names was looked at"
    )


def _in_other_capitals(file: File, repository: Repository) -> list[str]:
    """Paths that differ from the file's in capitals only, where it is read."""
    from aiblint.checkout.repository import Unreadable  # here, because most files are where they are said to be

    try:
        if file.commit is None:
            return repository.spelled_otherwise(file.path)
        return _in_other_capitals_of(file.commit, file.path, repository)
    except Unreadable:
        return []


def _in_other_capitals_of(commit: str, path: str, repository: Repository) -> list[str]:
    from aiblint.checkout.repository import FOLDER, Entry

    found: list[tuple[str, Entry]] = [("", Entry(FOLDER, f"{commit}^{{tree}}"))]
    for name in path.split("/"):
        found = [
            (f"{start}/{other}".lstrip("/"), entry)
            for start, folder in found
            if folder.mode.startswith(FOLDER)
            for other, entry in repository.tree(folder.id).items()
            if other.lower() == name.lower()
        ]
    return [start for start, entry in found if entry.is_file]


@check
def local_file_content(value: Value, context: Context, *, how: str) -> Iterator[Problem]:
    """A script or file of this repository that holds what no build can use.

    `how`: "breaks" (it fails for certain), "harms" (it likely fails, or does nothing), "strange" (it works, here).
    """
    if not value.text or not address.is_used(value) or value.parent is None:
        return
    file = context.checkout.file(value.text)
    if file is None or file.missing or not file.own or (file.place is not None and file.place.page):
        return
    kind = _kind(value, context)
    fault = _fault_of_pointer(file, kind) if file.pointer is not None else None
    if fault is None and file.pointer is None and file.served is not None:
        fault = _fault(file, file.served, kind)
    if fault is not None and fault[0] == how:
        yield Problem(value, fault[1])


def _kind(value: Value, context: Context) -> str:
    """What happens with the file: "shell" and "powershell" run it, "file" puts it into the image."""
    named = (value.parent.text_of("type") or "").lower() if value.parent is not None else ""
    if named in ("shell", "powershell", "file"):
        return named
    return {"linux": "shell", "windows": "powershell"}.get(context.os or "", "")


def _fault_of_pointer(file: File, kind: str) -> Fault | None:
    if file.hands_out_object is not False:
        return None
    serves = (
        f"{quote(file.path)} is kept by Git LFS, and this address serves the pointer to it, a text of three lines, not the file"
    )
    instead = "write its media.githubusercontent.com/media/… address, or keep it outside of Git LFS"
    return ("harms" if kind == "file" else "breaks"), f"{serves}; {instead}"


def _fault(file: File, data: bytes, kind: str) -> Fault | None:
    name = quote(file.path.rpartition("/")[2])
    extension = file.path.rpartition(".")[2].lower()
    if kind == "file":
        return _fault_of_upload(data, name, extension)
    if not kind:
        return None
    if not data.strip():
        return "harms", f"{name} is empty: the step does nothing; write the script, or take the step out"
    if _PAGE.match(data[:_HEAD]):
        return (
            "breaks",
            f"{name} holds a web page, not a script: it was saved from a page that shows it; save the file itself (the Raw button)",
        )
    if _is_wide(data) and (kind == "shell" or not data.startswith(_WIDE_MARKS)):
        return "breaks", f"{name} is written in UTF-16, which no shell reads; save it as UTF-8"
    return _fault_of_shell(data, name, extension) if kind == "shell" else None


def _fault_of_upload(data: bytes, name: str, extension: str) -> Fault | None:
    if extension in _NEVER_PAGES and _PAGE.match(data[:_HEAD]):
        return (
            "harms",
            f"{name} holds a web page: it was saved from a page that shows it; save the file itself (the Raw button)",
        )
    first = data.partition(b"\n")[0]
    if extension in ("sh", "bash") and first.endswith(b"\r") and _SHEBANG.match(first):
        return (
            "harms",
            f"{name} has Windows line ends (CRLF), and a File step changes nothing: no interpreter is found when it runs "
            "('bad interpreter: ^M'); commit it with LF (`*.sh text eol=lf` in .gitattributes)",
        )
    return None


def _fault_of_shell(data: bytes, name: str, extension: str) -> Fault | None:
    if extension in ("ps1", "bat", "cmd") or _POWERSHELL_TEXT.match(data[:_HEAD]):
        return None  # that it is no shell script at all is what to say
    if data.startswith(_MARK):
        return (
            "harms",
            f"{name} begins with a byte order mark, so its first line is not taken for '#!': another shell than the one meant "
            "may run it; save it as UTF-8 without the mark",
        )
    if not _SHEBANG.match(data):
        return (
            "harms",
            f"{name} does not begin with '#!', so nothing says which shell runs it; begin with a line such as #!/bin/bash",
        )
    if b"\r\n" in data:
        return (
            "strange",
            f"{name} has Windows line ends (CRLF): the build turns them into LF before it runs the script, nothing else does; "
            "commit it with LF (`*.sh text eol=lf` in .gitattributes)",
        )
    return None


def _is_wide(data: bytes) -> bool:
    """Whether bytes are UTF-16: by the mark, or as ASCII text has a NUL in every pair."""
    if data.startswith(_WIDE_MARKS):
        return True
    head = data[:200]
    return len(head) > 3 and (head[0::2].count(0) * 10 > len(head) * 4 or head[1::2].count(0) * 10 > len(head) * 4)


def is_powershell(data: bytes) -> bool:
    """Whether a text without `#!` begins as PowerShell scripts do."""
    return not _SHEBANG.match(data) and _POWERSHELL_TEXT.match(data[:_HEAD]) is not None
