"""What an address says about a file of a repository, in the forms of the hosts; and which repository a remote is."""

from __future__ import annotations

import re

from aiblint import address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.address import Address

BRANCH, TAG, COMMIT = "branch", "tag", "commit"

ANY = "*"
"""Stands in the name of a repository for a part that an address does not tell: the project, or a name behind a GUID."""

# Compiled when one is looked at: most addresses begin with https://raw.githubusercontent.com/.
_COMMIT_ID = r"(?i:[0-9a-f]{40}(?:[0-9a-f]{24})?)"
_GUID = r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_REFS = {"heads": BRANCH, "tags": TAG}

# GitHub Enterprise, GitHub, Bitbucket and older GitLab say /owner/name/raw/…; GitLab puts /-/ in front of `raw`.
_RAW_PATH = r"/(?P<repository>.+?)/(?:-/)?raw/(?P<tail>.+)"
_GITLAB_API = r"/api/v4/projects/(?P<repository>[^/]+)/repository/files/(?P<path>[^/]+)/raw"
_AZURE_API = r"(?i:/(?P<where>.+)/_apis/git/repositories/(?P<name>[^/]+)/items/?)"
_VERSION_TYPES = {"branch": BRANCH, "tag": TAG, "commit": COMMIT}

# The scheme may be missing (git@github.com:o/r.git); a port and the user say nothing about which repository it is.
_REMOTE_URL = r"(?:\w[\w+.\-]*://)(?:[^/@]*@)?(?P<host>[^/:]+)(?::\d+)?/+(?P<path>.+)"
_REMOTE_SCP = r"(?:[^/@:]+@)?(?P<host>[^/:]{2,}):(?P<path>.+)"
_SSH_HOSTS = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
    "ssh.dev.azure.com": "dev.azure.com",
    "vs-ssh.visualstudio.com": "dev.azure.com",
}


class Place:
    """A file as an address names it.

    `repository` is `host/path`, folded, with ANY for what is not told. Where `ref` is known, `names` are those of the path;
    else they are those of the reference and of the path in one, for a branch may have a slash in its name. `kind` is BRANCH,
    TAG or COMMIT where the address says which, else empty. `lfs` tells whether the host hands out the object behind a Git
    LFS pointer (False: the pointer itself; None: nobody knows). `page` marks a page that shows the file.
    """

    __slots__ = ("kind", "lfs", "names", "page", "ref", "repository")

    def __init__(
        self, repository: str, names: list[str], *, kind: str = "", ref: str | None = None, lfs: bool | None = None
    ) -> None:
        self.repository = repository.lower()
        self.names = names
        self.kind = kind
        self.ref = ref
        self.lfs = lfs
        self.page = False


def place(text: str) -> Place | None:
    """What an address says; None for one that is in none of the forms known, or leads out of its repository."""
    parts = address.split(text)
    if parts is None or parts.scheme not in ("https", "http"):
        return None
    found = _file(parts)
    if found is None:
        instead = address.file_of_page(parts)
        instead_parts = address.split(instead) if instead else None
        found = _file(instead_parts) if instead_parts is not None else None
        if found is None:
            return None
        found.page = True
    return found if all(_is_name(name) for name in found.names) else None


def names(path: str) -> list[str] | None:
    """The names of a path as it stands in an address, decoded; None where one of them leads elsewhere or is none."""
    found = _decoded(path).split("/")
    return found if all(_is_name(name) for name in found) else None


def pinned(ref: str) -> bool:
    """Whether a reference is the full id of a commit."""
    return re.fullmatch(_COMMIT_ID, ref) is not None


def remote(url: str) -> str | None:
    """The repository behind the address of a remote, as `Place.repository` has it; None for a folder of this machine."""
    match = re.fullmatch(_REMOTE_URL, url) or re.fullmatch(_REMOTE_SCP, url)
    if match is None or url.lower().startswith("file:"):
        return None
    host = match["host"].lower()
    path = _decoded(match["path"]).strip("/").removesuffix(".git").strip("/")
    if host in ("ssh.dev.azure.com", "vs-ssh.visualstudio.com"):
        path = path.removeprefix("v3/")
    host = _SSH_HOSTS.get(host, host)
    if host == "dev.azure.com" or host.endswith(".visualstudio.com"):
        return _azure(host, [name for name in path.split("/") if name])
    return f"{host}/{path}".lower()


def same(named: str, other: str) -> bool | None:
    """Whether two names are of one repository; None where what one of them leaves open decides."""
    ours, theirs = named.split("/"), other.split("/")
    if len(ours) != len(theirs) or any(a != b and ANY not in (a, b) for a, b in zip(ours, theirs, strict=True)):
        return False
    return None if ANY in (ours[-1], theirs[-1]) else True


def _azure(host: str, names: list[str]) -> str | None:
    """`dev.azure.com/organization/project/name` of any address of Azure Repos."""
    if host.endswith(".visualstudio.com"):
        names = [host.partition(".")[0], *(name for name in names if name.lower() != "defaultcollection")]
    bare = [name for name in names if name != "_git"]
    if len(bare) == 2:  # a repository that is called like its project
        bare.append(bare[1])
    return f"dev.azure.com/{'/'.join(bare)}".lower() if len(bare) == 3 else None


def _file(parts: Address) -> Place | None:
    """A file in one of the forms that hand it out, as opposed to showing it."""
    if "//" in parts.path or parts.path.endswith("/"):
        return None
    host, names = parts.host, _decoded(parts.path).split("/")[1:]
    if host.startswith("raw.github"):
        ours = "github.com" if host == "raw.githubusercontent.com" else host.removeprefix("raw.")
        return _tail(f"{ours}/{'/'.join(names[:2])}", names[2:], lfs=False)
    if host == "media.githubusercontent.com":
        return _tail(f"github.com/{'/'.join(names[1:3])}", names[3:], lfs=True) if names[:1] == ["media"] else None
    if host in ("dev.azure.com",) or host.endswith(".visualstudio.com"):
        return _on_azure(parts)
    if host in ("github.com", "www.github.com"):
        return _on_github(parts, names)
    match = re.fullmatch(_GITLAB_API, parts.path)
    if match is not None:
        refs = [_decoded(value) for name, value, _, _ in parts.parameters() if name == "ref"]
        path = _decoded(match["path"]).split("/")
        return Place(f"{host}/{_decoded(match['repository'])}", path, ref=refs[0] if refs else "HEAD")
    match = re.fullmatch(_RAW_PATH, _decoded(parts.path))
    if match is None:
        return None
    return _tail(f"{host}/{match['repository']}", match["tail"].split("/"), lfs=True if "/-/raw/" in parts.path else None)


def _on_github(parts: Address, names: list[str]) -> Place | None:
    """`/owner/name/raw/…`, and `/owner/name/blob/…?raw=true`, which leads there."""
    word = names[2] if len(names) > 4 else ""
    asks_for_file = any(name == "raw" and value not in ("", "false", "0") for name, value, _, _ in parts.parameters())
    if word != "raw" and not (word == "blob" and asks_for_file):
        return None
    return _tail(f"github.com/{'/'.join(names[:2])}", names[3:], lfs=True)


def _tail(repository: str, names: list[str], lfs: bool | None) -> Place | None:
    kind = ""
    if names[:1] == ["refs"] and len(names) > 3 and names[1] in _REFS:
        kind, names = _REFS[names[1]], names[2:]
    if len(names) < 2 or repository.count("/") < 2:
        return None
    if not kind and pinned(names[0]):
        return Place(repository, names[1:], kind=COMMIT, ref=names[0], lfs=lfs)
    return Place(repository, names, kind=kind, lfs=lfs)


def _on_azure(parts: Address) -> Place | None:
    match = re.fullmatch(_AZURE_API, _decoded(parts.path))
    if match is None:
        return None
    given = {
        _decoded(name).lower().replace("[", ".").rstrip("]"): _decoded(value.replace("+", " "))
        for name, value, _, _ in parts.parameters()
    }
    path = given.get("path") or given.get("scopepath") or ""
    version = given.get("versiondescriptor.version") or given.get("version") or ""
    kind = given.get("versiondescriptor.versiontype") or given.get("versiontype") or BRANCH
    options = given.get("versiondescriptor.versionoptions") or given.get("versionoptions") or "none"
    if not path.strip("/") or kind.lower() not in _VERSION_TYPES or options.lower() != "none":
        return None
    where = match["where"].split("/")
    if parts.host.endswith(".visualstudio.com"):
        where = [parts.host.partition(".")[0], *(name for name in where if name.lower() != "defaultcollection")]
    organization, project = where[0], where[1] if len(where) > 1 else ANY
    told = [ANY if re.fullmatch(_GUID, name) else name for name in (project, match["name"])]
    lfs = given.get("resolvelfs", "").lower() == "true"
    repository = f"dev.azure.com/{organization}/{'/'.join(told)}"
    return Place(repository, path.strip("/").split("/"), kind=_VERSION_TYPES[kind.lower()], ref=version or "HEAD", lfs=lfs)


def _is_name(name: str) -> bool:
    """Whether a part of a path is one that git could hold, that stays where it is, and that was decoded without loss."""
    if name in ("", ".", "..") or name.lower() == ".git":
        return False
    return "\\" not in name and "\ufffd" not in name and not any(character < " " or character == "\x7f" for character in name)


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)
