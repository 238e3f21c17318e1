"""Addresses of scripts and files: their parts, each with its place, and what hosts of repositories mean by them."""

from __future__ import annotations

import re

from aiblint import placeholders
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.template import Value

# RFC 3986, appendix B, for addresses with an authority. urllib.parse would do it too, for some milliseconds of import.
_PARTS = lazy(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_LITERAL_START = lazy(r"\[\s*(?:(?:concat|format|uri|tolower|string)\s*\(\s*)+'((?:[^']|'')*)'", re.IGNORECASE)

_IP_NUMBER = r"[0-9.]+|\[[0-9a-fA-F:.]+\]"
_NAME = r"[a-z0-9_\-]+(?:\.[a-z0-9_\-]+)*\.?"
# Names that the internet will never know: RFC 6761, 6762 and 8375, and what ICANN keeps back.
_OWN_ENDS = frozenset(("local", "localhost", "localdomain", "internal", "intranet", "private", "lan", "corp", "home", "arpa"))

_USER_INFO = lazy(r"(?<=//)[^/?#]*@")

_RAW_GITHUB = "raw.githubusercontent.com"
_GITHUB = ("github.com", "www.github.com")


class Address:
    """`scheme://user:password@host:port/path?query#fragment`; scheme and host in lower case, the rest as written.

    `query_start` is the offset of the query's first character in the text; `user_info` and `port` are empty where absent.
    """

    __slots__ = ("host", "path", "port", "query", "query_start", "scheme", "user_info")

    def __init__(self, scheme: str, authority: str, path: str, query: str, query_start: int) -> None:
        self.scheme = scheme.lower()
        self.user_info, _, place = authority.rpartition("@")
        bracket = place.rfind("]")  # an IPv6 host holds colons
        colon = place.find(":", bracket + 1)
        self.host = (place if colon < 0 else place[:colon]).lower()
        self.port = "" if colon < 0 else place[colon + 1 :]
        self.path = path
        self.query = query
        self.query_start = query_start

    @property
    def segments(self) -> list[str]:
        """The parts of the path, empty ones left out."""
        return [segment for segment in self.path.split("/") if segment]

    def parameters(self) -> Iterator[tuple[str, str, int, int]]:
        """(name, value, start, end) of each part of the query; as written, offsets count from the start of the address."""
        start = self.query_start
        for part in self.query.split("&"):
            name, _, value = part.partition("=")
            yield name, value, start, start + len(part)
            start += len(part) + 1


def split(text: str) -> Address | None:
    """The parts of an address; None where the text does not start with `scheme://`."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    return Address(match[1], match[2], match[3], match[4] or "", match.start(4))


def literal_start(expression: str) -> str:
    """What the text that an ARM expression makes starts with: `[concat('http://', …)]` → `http://`; empty if unknown."""
    match = _LITERAL_START.match(expression)
    return match[1].replace("''", "'").partition("{")[0] if match is not None else ""  # `{0}` is format's


def start_of(value: Value, kind: str) -> str:
    """As much of an address, from its start on, as is known. `kind` is the template's: expressions are for "arm" only."""
    if value.text is not None:
        return value.text
    written = value.node.value
    if value.known or not isinstance(written, str):
        return ""
    if written.startswith("[") and written.endswith("]"):
        return literal_start(written) if kind == "arm" else ""
    placeholder = placeholders.find(written)
    return written[: placeholder.start] if placeholder is not None else ""


def is_to_be_written(value: Value) -> bool:
    """Whether all of an address is a placeholder out of documentation: `<scriptUri>`."""
    written = value.node.value
    placeholder = placeholders.find(written) if isinstance(written, str) and not value.known else None
    return placeholder is not None and placeholder.kind == placeholders.DOCUMENTATION and placeholder.text == written


def is_used(address: Value) -> bool:
    """Whether the step takes its file from this member: File from `sourceUri`, Shell and PowerShell from `scriptUri`.

    True for types nobody knows; a member of another variant is no address that anything is fetched from.
    """
    step_type = (address.parent.text_of("type") or "").lower() if address.parent is not None else ""
    if step_type in ("shell", "powershell"):
        return address.key == "scriptUri"
    if step_type in ("windowsrestart", "windowsupdate"):
        return False
    return step_type != "file" or address.key == "sourceUri"


def used_by(step: Value) -> Value | None:
    """The address that a step, a validator or `optimize.workload` takes its file from, known or not; None without one."""
    for name in ("scriptUri", "sourceUri"):
        member = step.get(name)
        if member is not None and not step.absent(name) and is_used(member) and (member.text is not None or not member.known):
            return member
    return None


def without_secrets(text: str) -> str:
    """An address for a message: without user information, and without what its query says."""
    bare, mark, _ = _USER_INFO.sub("", text).partition("?")
    return f"{bare}?…" if mark else bare


def whose(host: str) -> str:
    """Whose own a host is that the internet cannot reach, by its name or number; empty for all others."""
    if re.fullmatch(_IP_NUMBER, host):
        return _whose_number(host.strip("[]"))
    names = host.rstrip(".").split(".")
    if not re.fullmatch(_NAME, host) or (names[-1] == "arpa" and names[-2:] != ["home", "arpa"]):
        return ""
    if names[-1] == "localhost":
        return "the machine itself"
    return "a network of its own" if len(names) == 1 or names[-1] in _OWN_ENDS else ""


def _whose_number(number: str) -> str:
    from ipaddress import ip_address

    try:
        ip = ip_address(number)
    except ValueError:
        return ""
    if ip.is_loopback or ip.is_unspecified:
        return "the machine itself"
    if ip.is_link_local:
        return "a single link"
    return "a network of its own" if ip.is_private else ""


def file_name(text: str) -> str:
    """The last part of the path, decoded: what the downloaded file is called; empty where the path names none.

    Azure DevOps names the file in the query: `https://dev.azure.com/…/items?path=/scripts/install.sh`.
    """
    address = split(text)
    if address is None or not address.segments or address.path.endswith("/"):
        return ""
    last = address.segments[-1]
    if address.host == "dev.azure.com" or address.host.endswith(".visualstudio.com"):
        asked = [value for name, value, _, _ in address.parameters() if name.lower() in ("path", "scopepath")]
        last = (asked[0] if asked else last).replace("%2f", "/").replace("%2F", "/").rpartition("/")[2]
    if "%" in last:
        from urllib.parse import unquote

        last = unquote(last)
    return last


def file_of_page(address: Address) -> str | None:
    """For a page that shows a file in a browser: the address of the file, empty where the page does not tell it.

    None for everything else. Knows GitHub, gists, GitLab, Azure Repos and Bitbucket, hosts of one's own by their path.
    """
    host, segments = address.host, address.segments
    if host in _GITHUB:
        return _file_on_github(address, segments)
    if host == "gist.github.com":
        bare = len(segments) in (1, 2) and not segments[-1].endswith(".js")
        return f"https://gist.github.com/{'/'.join(segments)}/raw" if bare else None
    if host == _RAW_GITHUB and len(segments) > 4 and segments[2] == "blob":
        return f"https://{_RAW_GITHUB}/{'/'.join(segments[:2] + segments[3:])}"
    if "/-/blob/" in address.path:
        return f"https://{_place(address)}{address.path.replace('/-/blob/', '/-/raw/', 1)}"
    if host == "gitlab.com":
        return "" if len(segments) == 2 else _file_by_word(address, segments, "blob", "-/raw")
    if "_git" in segments and (host == "dev.azure.com" or host.endswith(".visualstudio.com")):
        return _file_on_azure(address, segments)
    if host == "bitbucket.org":
        return "" if len(segments) == 2 else _file_by_word(address, segments, "src", "raw")
    return _file_by_word(address, segments, "blob", "raw") if host.startswith("github.") else None


def _file_on_github(address: Address, segments: list[str]) -> str | None:
    asks_for_file = any(name == "raw" and value not in ("", "false", "0") for name, value, _, _ in address.parameters())
    if len(segments) > 4 and segments[2] in ("blob", "blame", "edit"):
        return None if asks_for_file else f"https://{_RAW_GITHUB}/{'/'.join(segments[:2] + segments[3:])}"
    if len(segments) == 2 or (len(segments) in (3, 4) and segments[2] == "blob"):
        return ""
    release = segments[2:4]
    if (release in (["releases"], ["releases", "latest"]) and len(segments) < 5) or release == ["releases", "tag"]:
        return ""
    return None


_AZURE_VERSIONS = {"GB": "branch", "GT": "tag", "GC": "commit"}


def _file_on_azure(address: Address, segments: list[str]) -> str:
    """`/project/_git/name?path=/a.sh&version=GBmain` → the address of Azure Repos' API that hands the file out."""
    at = segments.index("_git")
    given = {name.lower(): value for name, value, _, _ in address.parameters()}
    path, version = given.get("path", ""), given.get("version", "")
    if not path or at + 1 >= len(segments) or (version and version[:2] not in _AZURE_VERSIONS):
        return ""
    name = segments[at + 1]
    before = segments[:at] if at > (address.host == "dev.azure.com") else [*segments[:at], name]  # a project of the same name
    told = (
        f"&versionDescriptor.version={version[2:]}&versionDescriptor.versionType={_AZURE_VERSIONS[version[:2]]}"
        if version
        else ""
    )
    where = "/".join((*before, "_apis/git/repositories", name, "items"))
    return f"https://{_place(address)}/{where}?path={path}{told}&download=true"


def _file_by_word(address: Address, segments: list[str], word: str, raw: str) -> str | None:
    if len(segments) > 4 and segments[2] == word:
        return f"https://{_place(address)}/{'/'.join([*segments[:2], raw, *segments[3:]])}"
    return None


def _place(address: Address) -> str:
    return f"{address.host}:{address.port}" if address.port else address.host
