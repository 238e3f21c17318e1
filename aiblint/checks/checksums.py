"""Words about the SHA-256 of scripts and files."""

from __future__ import annotations

import re

from aiblint import address, change
from aiblint.change import Insert, Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.checks import local_files
from aiblint.checks.conformance import misspelt
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.checkout.file import File
    from aiblint.template import Value

_SUM = lazy(r"[0-9a-f]{64}")
_HEX = lazy(r"[0-9A-Fa-f]+")
_PREFIXED = lazy(r"\s*(?:sha-?256\s*[:=\-]\s*|0x)([0-9A-Fa-f]{64})\s*", re.IGNORECASE)
_WITH_NAME = lazy(r"\s*\\?([0-9A-Fa-f]{64})\s+\*?\S.*", re.DOTALL)
_BASE64 = lazy(r"(?:sha256-)?([A-Za-z0-9+/_\-]{43}=?)")
_EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_WANTED = "write the 64 hexadecimal digits, in lower case, of the file's SHA-256"
_OTHER_SUMS = {32: "an MD5 sum", 40: "a SHA-1 sum", 56: "a SHA-224 sum", 96: "a SHA-384 sum", 128: "a SHA-512 sum"}


@check
def checksum_missing(value: Value, context: Context) -> Iterator[Problem]:
    """A step that takes a file from an address and has no `sha256Checksum`.

    An address that only the deployment knows counts, unless the step may be `inline` instead; one that is all
    placeholder does not. Silent where a member's name says that a checksum was meant.
    """
    uri = address.used_by(value)
    if uri is None or not value.absent("sha256Checksum"):
        return
    if uri.text is None and ("inline" in value.members or address.is_to_be_written(uri)):
        return
    if any(name != "sha256Checksum" and ("sha256" in name.lower() or "checksum" in name.lower()) for name in value.members):
        return
    name = address.file_name(uri.text) if uri.text is not None else ""
    what = quote(name) if name else "the file" if uri.key == "sourceUri" else "the script"
    fate = "goes into the image" if uri.key == "sourceUri" else "runs in the build"
    windows = context.os == "windows" or name.lower().endswith(".ps1")
    how = "with what (Get-FileHash FILE).Hash.ToLower() prints" if windows else "with what sha256sum FILE prints"
    file = local_files.of(value, context)
    actual = file.sha256 if file is not None and not file.missing else None
    fix = None
    if file is not None and actual is not None:
        state = local_files.where(file)
        if not file.own:
            state += ", where a file of that path lies"
        how = f"{actual}, its SHA-256 {state}" + ("" if file.commit else ", which holds once this is pushed")
        fix = _added(value, uri, file, actual)
    yield Problem(
        value,
        f'{what} {fate} unchecked: whoever can change it at its address changes the image; add "sha256Checksum" {how}',
        mark=uri,
        on_key=True,
        fix=fix,
    )


def _added(step: Value, uri: Value, file: File, actual: str) -> Repair:
    """The checksum as a new member, or in place of one that says nothing. Safe where the address is that of a commit."""
    given = step.get("sha256Checksum")
    made = Set(given, actual) if given is not None else Insert(step, "sha256Checksum", actual, after=str(uri.key))
    return Repair(f"add the SHA-256 of {quote(file.path)} {local_files.where(file)}", made, safe=file.commit is not None)


@check
def checksum_malformed(value: Value, context: Context) -> Iterator[Problem]:
    """A checksum that is not 64 lower-case hexadecimal digits, or that of an empty file. Silent where none is needed.

    Where the file is at hand, its own content decides: of a wrong checksum in capitals the capitals are not what to say.
    """
    text = value.text
    if not text or (value.parent is not None and _has_only_inline(value.parent, context)):
        return
    right = local_files.verdict(value.parent, context) if value.parent is not None else None
    if right is False:
        return
    if text.lower() == _EMPTY_FILE and not right:
        yield Problem(value, "this is the SHA-256 of an empty file: the download it was taken from had failed; take it again")
    elif _SUM.fullmatch(text) is None:
        message, digits = _fault(text)
        fix = change.write(value, digits, safe=True) if digits else None
        yield Problem(value, message, fix=fix)


@check
def checksum_without_file(value: Value, context: Context) -> Iterator[Problem]:
    """A checksum on a step that has commands in `inline` and no address: there is nothing to verify."""
    checksum = value.get("sha256Checksum")
    if checksum is not None and not value.absent("sha256Checksum") and _has_only_inline(value, context):
        yield Problem(
            checksum,
            'there is no "scriptUri" here whose file this checksum could verify: the commands in "inline" are part of the '
            "template; remove it",
            on_key=True,
            fix=change.remove(checksum, safe=False),
        )


def _has_only_inline(step: Value, context: Context) -> bool:
    inline = step.get("inline")
    if inline is None or step.absent("inline") or (step.text_of("type") or "shell").lower() not in ("shell", "powershell"):
        return False
    return step.absent("scriptUri") and step.absent("sourceUri") and not misspelt(step, context, "scriptUri")


def _fault(text: str) -> tuple[str, str]:
    """What a wrong checksum is, and the right one where that can be told, else an empty text."""
    bare = text.strip()
    if not bare:
        return "the checksum is blank and the download is refused; write the SHA-256 of the file or remove it", ""
    for pattern, what in ((_SUM, "blanks around it"), (_PREFIXED, "a prefix"), (_WITH_NAME, "more than the digits")):
        match = pattern.fullmatch(bare)
        if match is not None:
            return _never_equal(what, match[match.lastindex or 0])
    digits = re.sub(r"[\s:\-]", "", bare)
    if _HEX.fullmatch(digits):
        return _fault_of_digits(bare, digits)
    decoded = _from_base64(bare)
    if decoded is not None:
        return _never_equal("Base64 for hexadecimal digits", decoded)
    return f"{quote(bare)} is no SHA-256, so the service refuses the download; {_WANTED}", ""


def _fault_of_digits(bare: str, digits: str) -> tuple[str, str]:
    if len(digits) == 64:
        return _never_equal("capital letters" if digits == bare else "separators between its digits", digits)
    if digits == bare and len(digits) in _OTHER_SUMS:
        return f"{quote(bare)} is {_OTHER_SUMS[len(digits)]}, so the service refuses the download; {_WANTED}", ""
    return f"the checksum has {len(digits)} digits, so it is no SHA-256 and the service refuses the download; {_WANTED}", ""


def _never_equal(what: str, digits: str) -> tuple[str, str]:
    right = digits.lower()
    return (
        f"the checksum has {what} and so never equals the one the service computes: the download is refused; write {right}",
        right,
    )


def _from_base64(text: str) -> str | None:
    match = _BASE64.fullmatch(text)
    if match is None:
        return None
    import base64
    import binascii

    try:
        decoded = base64.b64decode(match[1].rstrip("=") + "=", altchars=b"-_" if re.search("[-_]", match[1]) else None)
    except binascii.Error:
        return None
    return decoded.hex() if len(decoded) == 32 else None
