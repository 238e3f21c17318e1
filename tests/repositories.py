"""Repositories that tests make: the same files give the same commits, so examples can name them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

REMOTE = "https://github.com/contoso/images.git"
RAW = "https://raw.githubusercontent.com/contoso/images/"

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "t"), ("EMAIL", "t@contoso.com"))
    },
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


def git(folder: Path, *arguments: str) -> str:
    """What git prints, without the settings of whoever runs the tests."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=ENVIRONMENT)
    return done.stdout.decode().strip()


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Puts files into a folder; None removes one."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def commit(folder: Path, files: Mapping[str, str | bytes | None], message: str = "change") -> str:
    """Commits files and nothing else; the id of the commit."""
    write(folder, files)
    git(folder, "add", "--all", "--force", *files)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def make(folder: Path, commits: Sequence[Mapping[str, str | bytes | None]] = (), remote: str | None = REMOTE) -> Path:
    """A repository with a commit on `main` for each mapping of paths to contents."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "core.autocrlf", "false")
    if remote is not None:
        git(folder, "remote", "add", "origin", remote)
    for files in commits:
        commit(folder, files)
    return folder
