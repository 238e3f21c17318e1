"""Rules of a team's own as they were compiled last time, in the user's cache folder: reading YAML anew takes longer than a hook.

A file is called by the digest of what it was made from, so that it is never out of date. It holds JSON, which runs nothing, and
names only checks that ship with aiblint. What is not surely the user's own, or cannot be read or written, counts as not there.
"""

from __future__ import annotations

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.rule import Rule

_CHECKS = "aiblint.checks."
_MOST_FILES = 500
_LARGEST = 1 << 20


def folder() -> str | None:
    """Where programs keep what they can make anew; None where the system does not tell."""
    if os.name == "nt":
        home = os.environ.get("LOCALAPPDATA", "")
        path = os.path.join(home, "aiblint", "Cache")
    else:
        home = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(home):
            home = os.path.expanduser("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
        path = os.path.join(home, "aiblint")
    return path if os.path.isabs(home) else None


def key(name: str, content: bytes, stamp: str) -> str:
    """What a rule file of this name and content is kept under; `stamp` tells what compiled it."""
    import hashlib

    return hashlib.sha256(b"\0".join((stamp.encode(), name.encode("utf-8", "surrogateescape"), content))).hexdigest()


def read(name: str) -> Rule | None:
    """The rule that is kept under a key."""
    import json

    from aiblint.rule import Rule

    home = folder()
    if home is None:
        return None
    try:
        data = _own(os.path.join(home, f"{name}.json"))
        rule = Rule(json.loads(data))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return rule if all(case.check.startswith(_CHECKS) for case in rule.cases) else None


def write(name: str, rule: Rule) -> None:
    """Keeps a rule under a key."""
    import json

    from aiblint import whole
    from aiblint.rule import store

    home = folder()
    if home is None:
        return
    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        path = os.path.join(home, f"{name}.json")
        whole.write(path, json.dumps(store(rule)).encode(), lasting=False)
        os.chmod(path, 0o600)  # whatever the umask: what others may write is not read again
        _prune(home)
    except (OSError, ValueError, TypeError):
        return


def _own(path: str) -> bytes:
    """The content of a file that nobody but the user can have written. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(descriptor)
        foreign = hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        if foreign or not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise PermissionError(path)
        return os.read(descriptor, _LARGEST)
    finally:
        os.close(descriptor)


def _prune(home: str) -> None:
    """Takes the oldest half out of a full folder."""
    with os.scandir(home) as entries:
        files = [entry for entry in entries if entry.name.endswith(".json") and entry.is_file(follow_symlinks=False)]
    if len(files) > _MOST_FILES:
        for entry in sorted(files, key=lambda entry: entry.stat().st_mtime)[: len(files) // 2]:
            os.unlink(entry.path)
