"""Words about downloads in commands that nobody verifies."""

from __future__ import annotations

import functools
import re

from aiblint import inline, schema
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

    _Setting = tuple[str, re.Pattern[str], str]

_ADVICE = {
    "certificate": "turns off the check of the server's certificate, so anybody on the way can put code into the image; "
    "leave it out, and add the certificate authority that is missing",
    "signature": "turns off the check of signatures, so anybody on the way can put code into the image; "
    "leave it out, and import the repository's key",
    "checksum": "turns off the check of checksums, so anybody on the way can put code into the image; leave it out",
}
_WEB_CMDLETS = frozenset(("invoke-webrequest", "invoke-restmethod", "start-bitstransfer"))
_VALUES_OF_CURL = tuple("-" + letter for letter in "AbcCdDeEFhHKmoPQrtTuUwxXyYz")
# A callback that says yes to every certificate: a script block in PowerShell, a delegate in C# inside of Add-Type.
_CALLBACK = lazy(
    r"ServerCertificate(?:Custom)?ValidationCallback\s*\+?=\s*(?:\[[\w.]+\]\s*)?"
    r"(?:\{\s*(?:param\([^)]{0,200}\)\s*)?(?:return\s+)?\$true|delegate\s*(?:\([^)]{0,200}\))?\s*\{\s*return\s+true|\([^)]{0,200}\)\s*=>\s*true)"
    r"|ServicePointManager\]::CertificatePolicy\s*=\s*New-Object\s+\(?['\"]?\w*TrustAll\w*",
    re.IGNORECASE,
    holds=("certificate",),
)
_DOWNLOAD = lazy(r"\.Download(?:File|String|Data)(?:Async)?\(\s*(['\"])(http://[^'\"]+)\1", re.IGNORECASE, holds=(".download",))
# What the address of the machine itself or of Azure's own fabric starts with: no network lies between.
NEAR = lazy(r"https?://(?:localhost|127\.|\[::1\]|169\.254\.169\.254|168\.63\.129\.16)", re.IGNORECASE, holds=("http",))
CHECKED = lazy(
    r"\b(?:sha(?:1|224|256|384|512)sum|shasum|b2sum|openssl\s+dgst|Get-FileHash|Get-AuthenticodeSignature|certutil\s+-hashfile|gpg2?\s[^\n]{0,200}--verify|gpgv)\b",
    re.IGNORECASE,
    holds=("sum", "openssl", "get-filehash", "get-authenticodesignature", "certutil", "gpg"),
)


@check
def verification_off(value: Value, context: Context) -> Iterator[Problem]:
    """A switch in a step's `inline` that lets a download come from anybody: no certificate, signature or checksum is checked."""
    script = inline.of(value, context)
    if script is None:
        return
    facts: dict[str, Any] = schema.table("unverified-downloads")
    folded = script.text.lower()
    settings = [row for row in _patterns() if row[0] in folded]
    for command in script.commands:
        if command.head or command.calls_function or any(NEAR.match(word.text) for word in command.words):
            continue
        found = _switch(command, facts) or _setting(command, settings, facts) or _variable(command, facts)
        if found is not None:
            start, end, shown, kind = found
            yield script.problem(start, end, f"{quote(shown)} {_ADVICE[kind]}")
    if script.dialect == "powershell":
        for match in _CALLBACK.finditer(script.text):
            if not _in_comment(script.text, match.start()):
                message = f"this accepts every certificate: it {_ADVICE['certificate']}"
                yield script.problem(match.start(), match.end(), message)


@check
def command_downloads_plain_http(value: Value, context: Context) -> Iterator[Problem]:
    """A download over `http://` in a step's `inline`; silent where the step verifies a checksum or a signature itself."""
    script = inline.of(value, context)
    if script is None or CHECKED.search(script.text):
        return
    for command in script.commands:
        if command.head or command.calls_function:
            continue
        word = _plain_address(command)
        if word is not None:
            at = word.start + max(word.raw.lower().find("http://"), 0)
            yield script.problem(at, at + 7, _plain_message(word.text))
    if script.dialect == "powershell":
        for match in _DOWNLOAD.finditer(script.text):
            if not NEAR.match(match[2]) and not _in_comment(script.text, match.start()):
                yield script.problem(match.start(2), match.start(2) + 7, _plain_message(match[2]))


def _plain_message(address: str) -> str:
    host = address[7:].partition("/")[0].rpartition("@")[2]
    return f"over http:// anybody on the way to {quote(host)} can put other content into the image; write https://"


def _in_comment(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("#")


def _switch(command: Command, facts: dict[str, Any]) -> tuple[int, int, str, str] | None:
    from aiblint.shell.windows import cmdlet

    name = cmdlet(command)
    if name in _WEB_CMDLETS:
        given = command.parameter("SkipCertificateCheck")
        if given is None or (given.value is not None and given.value.text.lower() == "$false"):
            return None
        return given.word.start, given.word.end, "-SkipCertificateCheck", "certificate"
    options, kind = facts["options"].get(name, ((), ""))
    values = _VALUES_OF_CURL if name == "curl" else ()
    if not options or not command.has_option(*options, values=values):
        return None
    for word in command.arguments:
        if _holds(word, options):
            return word.start, word.end, f"{command.name} {word.text.partition('=')[0]}", kind
    return None


def _holds(word: Word, options: list[str]) -> bool:
    if word.text.partition("=")[0] in options:
        return True
    return any(len(option) == 2 and option[1] in word.text for option in options) and word.text[:1] == "-" != word.text[1:2]


def _setting(command: Command, settings: list[_Setting], facts: dict[str, Any]) -> tuple[int, int, str, str] | None:
    """`-o Acquire::https::Verify-Peer=false`, `git config http.sslVerify false`, `[trusted=yes]` in a line of sources."""
    words = command.arguments
    for index, word in enumerate(words):
        text = word.text.lower()
        for _, pattern, kind in settings:
            if pattern.fullmatch(text.strip()):
                return word.start, word.end, word.text.strip(), kind
        second = facts["pairs"].get(text)
        following = words[index + 1] if second and index + 1 < len(words) else None
        if following is not None and following.text.lower() == second:
            return word.start, following.end, f"{word.text} {following.text}", "certificate"
    return None


@functools.cache
def _patterns() -> list[_Setting]:
    """The settings that turn a check off: a part of the word, the whole word in lower case, what it turns off."""
    facts: dict[str, Any] = schema.table("unverified-downloads")
    return [(part, lazy(pattern), kind) for part, pattern, kind in facts["words"]]


def _variable(command: Command, facts: dict[str, Any]) -> tuple[int, int, str, str] | None:
    """`GIT_SSL_NO_VERIFY=true git clone …`, `export NODE_TLS_REJECT_UNAUTHORIZED=0`, `$env:NODE_TLS_… = 0`."""
    variables = facts["variables"]
    carriers = command.assignments if command.dialect == "posix" else []
    if command.name in ("export", "env", "declare") or command.index:
        carriers = [*carriers, *command.words]
    for word in carriers:
        name, _, given = word.text.partition("=")
        if given.lower() in variables.get(name.lower(), ()):
            return word.start, word.end, word.text, "certificate"
    if command.dialect == "powershell" and command.assignments and command.expression is not None:
        target = command.assignments[0]
        name = target.text.lower().removeprefix("$env:")
        if name != target.text.lower() and command.expression.text.lower().strip("'\"") in variables.get(name, ()):
            return target.start, command.expression.end, f"{target.text} = {command.expression.text}", "certificate"
    return None


def _plain_address(command: Command) -> Word | None:
    """The http:// address of a command that keeps what it downloads or hands it on."""
    from aiblint.shell.windows import cmdlet

    name = cmdlet(command)
    if name not in ("curl", "wget") and name not in _WEB_CMDLETS:
        return None
    address = next((word for word in command.arguments if word.text.lower().startswith("http://")), None)
    if address is None or NEAR.match(address.text) or not _keeps(command, name):
        return None
    return address


def _keeps(command: Command, name: str) -> bool:
    if command.piped_to is not None:
        return name == "wget" or command.piped_to.name not in ("grep", "select-string", "head", "out-null")
    if any(r.operator in (">", ">>", ">|") and r.descriptor in ("", "1") for r in command.redirects):
        return all(
            r.target is None or r.target.text not in ("/dev/null", "$null")
            for r in command.redirects
            if r.descriptor in ("", "1")
        )
    if name in _WEB_CMDLETS:
        return name == "start-bitstransfer" or command.parameter("OutFile") is not None
    if name == "wget":
        return not command.has_option("--spider") and command.option("-O", "--output-document") not in ("/dev/null", "-")
    output = command.option("-o", "--output")
    if output is not None:
        return output not in ("/dev/null", "NUL", "-")
    return command.has_option("-O", "--remote-name", "--remote-name-all", values=_VALUES_OF_CURL)
