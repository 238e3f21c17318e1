"""Words about the addresses of scripts and files."""

from __future__ import annotations

import re

from aiblint import address
from aiblint.change import Part, Repair, write
from aiblint.check import Problem, check_unknown, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.address import Address
    from aiblint.check import Context
    from aiblint.template import Value

    # What is wrong (or, of a secret, what it is), and which code points to underline; None for the whole address.
    Fault = tuple[str, tuple[int, int] | None]

# Patterns of mistakes are compiled when one is looked at: almost every address begins with https://.
_CONTROL = lazy(r"[\x00-\x1f\x7f]")
_VARIABLE = r"\$(?:env:)?[A-Za-z_]|%\w+%"
_LOCAL = r"(?i:\\\\|[A-Za-z]:(?!//)[\\/]|\.{1,2}[\\/]|~[\\/]|/(?!/)|file:)"
_CLONE = r"(?i:[\w.\-]+@[\w.\-]+:|(?:ssh|git|git\+\w+)://)"
_TORN_SCHEME = r"(?i:(https?)(?::/?|/{1,2})(?=[^/\\]))"
_NO_SCHEME = r"[^:]*/"
_HOST = r"(?://)?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}(?::\d+)?/"
# GitHub and GitLab tokens; https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
_TOKEN = r"gh[a-z]_\w{20,}|github_pat_\w{20,}|glpat-[\w\-]{16,}"
_QUERY_NAME = r"[?&]([A-Za-z0-9_\-]+)=(?!\Z|&)"


@check_unknown
def address_malformed(value: Value, context: Context) -> Iterator[Problem]:
    """An address that is none, or that names no single file over http or https: a local path, a folder, a blank in it.

    Of an address that only the deployment completes, what it is known to start with is looked at. Silent about control
    characters and about shell variables left in place.
    """
    text = address.start_of(value, context.template.kind)
    if not text or not address.is_used(value) or _CONTROL.search(text):
        return
    if text[0] in "$%" and re.match(_VARIABLE, text):
        return
    fault = _fault(text) if value.text is not None else _fault_of_start(text)
    if fault is not None:
        yield Problem(value, fault[0], part=fault[1] if value.text is not None else None, fix=_without_blanks(value))


def _without_blanks(value: Value) -> Repair | None:
    """Blanks at the ends go, those inside are encoded: nothing is found under the address as it is."""
    text = value.text or ""
    bare = text.strip(" ")
    if " " not in text or not bare or _fault(bare.replace(" ", "%20")) is not None:
        return None
    start = text.index(bare)
    changes = [Part(value, a, b, "") for a, b in ((0, start), (start + len(bare), len(text))) if a < b]
    changes += [Part(value, at, at + 1, "%20") for at in range(start, start + len(bare)) if text[at] == " "]
    return Repair("write %20 for blanks" if " " in bare else "delete the blanks around it", *changes, safe=True)


@check_unknown
def address_of_page(value: Value, context: Context) -> Iterator[Problem]:
    """An address under which a repository's host shows a page about the file instead of the file."""
    text = address.start_of(value, context.template.kind)
    instead = _page(value, text) if address.is_used(value) else None
    if instead is None:
        return
    step_type = (value.parent.text_of("type") or "").lower() if value.parent is not None else ""
    harm = "its HTML would end up in the image" if step_type == "file" else "its HTML would be run as the script"
    advice = f"write {_shown(instead, 240)}" if instead else "write the address that the page's Raw button leads to"
    if text.lower().partition("//")[2].startswith("raw.githubusercontent.com/"):
        yield Problem(
            value,
            f"addresses of raw.githubusercontent.com have no 'blob' in them, so nothing is found under this one; {advice}",
            fix=write(value, instead, safe=True) if instead else None,
        )
    else:
        message = f"{_shown(text)} is a web page for people, not the file: {harm}; {advice}"
        yield Problem(value, message, fix=_file_itself(value, instead, step_type))


def _file_itself(value: Value, instead: str, step_type: str) -> Repair | None:
    """A page is never a working script; as a file it is what the image holds today. A checksum would have to change as well."""
    step = value.parent
    if not instead or (step is not None and not step.absent("sha256Checksum")):
        return None
    return write(value, instead, safe=step_type in ("shell", "powershell"))


@check_unknown
def address_plain_http(value: Value, context: Context) -> Iterator[Problem]:
    """An `http://` address that something is downloaded from. Silent where the address names no file at all."""
    text = address.start_of(value, context.template.kind)
    if not text.lower().startswith("http://") or not address.is_used(value):
        return
    parts = address.split(text)
    if (parts is not None and address.whose(parts.host)) or _page(value, text) is not None:
        return
    if value.text is not None and _fault(text) is not None:
        return
    step = value.parent
    if step is not None and "sha256Checksum" in step.members and not step.absent("sha256Checksum"):
        harm = "anyone on the way can read the file or, by changing it, fail the build at its checksum"
    else:
        harm = "anyone on the way can change what the build runs, with root or administrator rights"
    known = value.text is not None
    yield Problem(
        value,
        f"http:// is not encrypted: {harm}; write https://",
        part=(0, 7) if known else None,
        fix=Repair("write https://", Part(value, 0, 7, "https://"), safe=False) if known else None,
    )


@check_unknown
def address_with_secret(
    value: Value,
    context: Context,
    *,
    parameters: dict[str, str],
    host_parameters: dict[str, dict[str, str]],
    functions: list[str],
) -> Iterator[Problem]:
    """A secret in an address: a password before the host, or a part of the query that is one.

    `parameters` tells for names in the query (lower case) what they hold; `host-parameters` does so for hosts that end in
    its key; `functions` are ARM functions whose result is such a secret. Nothing of the secret is repeated.
    """
    if value.text is None:
        found = _secret_to_be(value, context, parameters, functions)
    else:
        found = _secret(value.text, parameters, host_parameters)
    if found is not None:
        what, part = found
        yield Problem(
            value,
            f"{what} stands in the address: whoever may read the template resource reads it, and builds fail once it has "
            "expired; remove it, keep the file in Azure Storage and let the template's identity read it",
            part=part,
            secret=part is not None,
        )


def _shown(text: str, most: int = 60) -> str:
    return quote(address.without_secrets(text), most)


def _page(value: Value, text: str) -> str | None:
    parts = address.split(text.strip(" "))
    if parts is None or value.text is not None:
        return address.file_of_page(parts) if parts is not None else None
    # What only the deployment knows may still be the branch, or ask for the file itself.
    if len(parts.segments) < 4 or "raw=" in str(value.node.value):
        return None
    parts.path = parts.path.rstrip("/") + "/file"
    return "" if address.file_of_page(parts) is not None else None


def _fault(text: str) -> Fault | None:
    bare = text.strip(" ")
    if not bare:
        return "the address is blank; write the https:// address of the file", None
    shift = len(text) - len(text.lstrip(" "))
    fault = _fault_of_start(bare)
    if fault is not None:
        return fault if shift == 0 else (fault[0], None)
    parts = address.split(bare)
    if parts is None:
        return f"{_shown(bare)} is no address; write the https:// address of the file", None
    if bare != text:
        ends = (0, shift) if shift else (len(bare), len(text))
        return "the address has a blank at its start or end, which is taken as part of it; remove it", ends
    fault = _fault_of_host(text, parts)
    if fault is not None:
        return fault
    blank = text.find(" ")
    if blank >= 0:
        encoded = text.replace(" ", "%20")
        return f"the address holds a blank, so nothing is found under it; write {_shown(encoded, 240)}", (blank, blank + 1)
    return _fault_of_path(text, parts)


def _fault_of_start(text: str) -> Fault | None:
    """What is wrong with the start of an address, which may be all of it that is known."""
    if not text.lower().startswith(("https://", "http://")):
        return _fault_without_scheme(text)
    parts = address.split(text)
    if parts is not None and parts.host in ("http", "https"):
        start = text.find("//") + 2
        return f"{_shown(text[:start])} is followed by a second scheme; write {_shown(text[start:], 240)}", (0, start)
    return None


def _fault_without_scheme(text: str) -> Fault | None:
    if re.match(_CLONE, text):
        return (
            f"{_shown(text)} is an address to clone from, and the service downloads single files; write the file's https:// address",
            None,
        )
    torn = re.match(_TORN_SCHEME, text)
    if torn is not None:
        return (
            f"{_shown(torn[0])} does not begin an address; write {_shown(torn[1] + '://' + text[torn.end() :], 240)}",
            torn.span(),
        )
    if re.match(_LOCAL, text):
        return (
            f"{_shown(text)} is a local path: the service downloads the file itself and sees neither your machine nor your "
            "checkout; write the file's https:// address",
            None,
        )
    if re.match(_HOST, text):
        return f"the address has no scheme; write {_shown('https://' + text.removeprefix('//'), 240)}", None
    if re.match(_NO_SCHEME, text):
        return (
            f"{_shown(text)} is a path without a host: the service cannot download it; write the file's https:// address",
            None,
        )
    scheme, found, _ = text.partition("://")
    if found:
        return f"the service downloads over https, not over {quote(scheme)}; write the file's https:// address", (
            0,
            len(scheme),
        )
    return None


def _fault_of_host(text: str, parts: Address) -> Fault | None:
    start = text.find("//") + 2
    if not parts.host:
        return "the address names no host after '//'; write the file's https:// address", (0, start)
    if ".." in parts.host or " " in parts.host or not (parts.port.isascii() and (parts.port or "0").isdigit()):
        stop = start + len(re.split(r"[/?#]", text[start:], maxsplit=1)[0])
        # Not quoted: of `me:pass/word@host` this is part of the password.
        return "no file can be downloaded from a host of this name; write the https:// address of the file", (start, stop)
    return None


def _fault_of_path(text: str, parts: Address) -> Fault | None:
    """An address of a folder: the service takes single files only."""
    segments = parts.segments
    if not segments or parts.query:
        return None
    on_github = parts.host in ("github.com", "www.github.com") and segments[2:3] == ["tree"]
    if parts.host == "raw.githubusercontent.com":
        needed = 6 if segments[2:3] == ["refs"] else 4
        no_file = len(segments) < needed or segments[2] == "tree"
    else:
        no_file = on_github or "/-/tree/" in parts.path
    if no_file or (parts.path.endswith("/") and address.file_of_page(parts) is None):
        return (
            f"{_shown(text)} names a folder: the service downloads one file per step; write the address of a file, or of an "
            "archive of the folder",
            None,
        )
    return None


def _secret(text: str, parameters: dict[str, str], host_parameters: dict[str, dict[str, str]]) -> Fault | None:
    parts = address.split(text)
    if parts is None:
        return None
    _, colon, password = parts.user_info.partition(":")
    start = text.find("//") + 2
    if colon and password:
        return "a password", (start, start + len(parts.user_info))
    if parts.user_info and re.match(_TOKEN, parts.user_info):
        return "an access token", (start, start + len(parts.user_info))
    names = dict(parameters)
    for end, more in host_parameters.items():
        if parts.host.endswith(end):
            names.update(more)
    for name, content, begin, stop in parts.parameters():
        if content and name.lower() in names:
            return names[name.lower()], (begin, stop)
    return None


def _secret_to_be(value: Value, context: Context, parameters: dict[str, str], functions: list[str]) -> Fault | None:
    """The secret in an address that the deployment, or a pipeline, still completes."""
    written = value.node.value
    if value.known or not isinstance(written, str):
        return None
    for name in re.findall(_QUERY_NAME, written):
        if name.lower() in parameters:
            return parameters[name.lower()], None
    if context.template.kind == "arm":
        folded = written.lower()
        for function in functions:
            if re.search(rf"\b{re.escape(function.lower())}\s*\(", folded):
                return "a shared access signature", None
    return None
