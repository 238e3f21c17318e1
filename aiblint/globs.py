"""Patterns that stand for files, read as .gitignore reads them, and for names in a table."""

from __future__ import annotations

_WILD = ("*", "?", "[")


def fits(pattern: str, name: str) -> bool:
    """What `fnmatch.fnmatchcase` says, which compiles every pattern (50 µs): a table asks for one name after the other."""
    if pattern[:1] != name[:1] and pattern[:1] not in _WILD:
        return False
    looser = pattern.replace("?", "*")
    while (start := looser.find("[")) >= 0:
        end = looser.find("]", start + (3 if looser.startswith("!", start + 1) else 2))
        if end < 0:
            break
        looser = f"{looser[:start]}*{looser[end + 1 :]}"
    if not _has_parts(looser.split("*"), name):
        return False
    if looser == pattern:
        return True
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern)


def _has_parts(parts: list[str], name: str) -> bool:
    """Whether a name consists of these parts, in this order, with anything between them."""
    if len(parts) == 1:
        return name == parts[0]
    first, *between, last = parts
    at, end = len(first), len(name) - len(last)
    if not (name.startswith(first) and name.endswith(last)):
        return False
    for part in between:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return at <= end


def matches(pattern: str, relative_path: str) -> bool:
    """Whether a pattern means a file, read as .gitignore reads it: a folder that matches means all that lies below it.

    `*`, `?` and `[a-z]` stay within one name, `**` stands for any number of folders. A pattern without `/` (but at its end)
    matches a name at any depth, another one starts at the root. `dir/` and `dir/**` mean what lies below, not a file `dir`.
    Letters count as written.
    """
    wanted = _parts(pattern)
    names = relative_path.removeprefix("./").split("/")
    # Names against patterns as letters against a wildcard: only the last `**` ever needs to take one folder more.
    at = name = retry_name = 0
    retry_at = -1
    while name < len(names):
        if at < len(wanted) and wanted[at] == "**":
            retry_at, retry_name = at, name
            at += 1
        elif at < len(wanted) and fits(wanted[at], names[name]):
            at += 1
            name += 1
        elif retry_at >= 0:
            retry_name += 1
            at, name = retry_at + 1, retry_name
        else:
            return False
    return all(part == "**" for part in wanted[at:])


def _parts(pattern: str) -> list[str]:
    """A pattern as one pattern per name on the way from the root, `**` for any number of names; it ends with `**`."""
    parts = (pattern[1:] if pattern.startswith("./") else pattern).split("/")
    anchored = len(parts) > 1 and bool(parts[1])
    below = parts[-1] in ("", "**") and len(parts) > 1
    if below:
        parts.pop()
    if not anchored:
        parts.insert(0, "**")
    elif not parts[0]:
        del parts[0]
    return [*parts, "*", "**"] if below else [*parts, "**"]


def fault(pattern: str) -> str | None:
    """Why a pattern of `per-path` can never match as it was meant, and what to write; None: it can."""
    if not pattern.strip("/"):
        return "names no file; write ** for all files"
    if "\\" in pattern:
        return "holds a backslash; write / between folders"
    if pattern.startswith("!"):
        return "starts with !, which excepts nothing here; write the patterns that are meant"
    if ".." in pattern.split("/"):
        return "leaves the folder of this file; write a pattern relative to it"
    if "//" in pattern:
        return "holds a folder without a name; write one / between folders"
    if "[" in pattern and "]" not in pattern[pattern.rindex("[") :]:
        return "opens a [ that no ] closes; write [abc] for one of several letters, [[] for the bracket itself"
    if "{" in pattern and "," in pattern:
        return "holds braces, which mean nothing here; write one entry for each alternative"
    return None
