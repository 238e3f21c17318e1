"""A file that is not in git yet counts as `git add` would store it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from repositories import ENVIRONMENT, RAW, git, make, write

from aiblint.checkout import Checkout

MAIN = RAW + "main/"


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def checkout(folder: Path) -> Checkout:
    return Checkout(str(folder / "templates" / "image.json"))


ATTRIBUTES = [
    "",
    "* text=auto",
    "* text",
    "* -text",
    "* binary",
    "* text=auto eol=crlf",
    "* eol=lf",
    "* -crlf",
    "* crlf=input",
    "* text=huh",
]
CONTENTS = {
    "lf": b"a\nb\n",
    "crlf": b"a\r\nb\r\n",
    "mixed": b"a\r\nb\nc\r\n",
    "lone-cr": b"a\rb\r\n",
    "nul": b"a\0b\r\n",
    "controls": b"\x01\x02\x03 text\r\n" * 3,
    "few-controls": b"\x01" + b"x" * 400 + b"\r\n",
    "end-of-file": b"text\r\n\x1a",
    "latin": b"caf\xe9\r\n",
    "empty": b"",
}


@pytest.mark.parametrize("setting", ["false", "true", "input"])
@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_an_unadded_file_counts_as_git_add_would_store_it(tmp_path: Path, setting: str, attributes: str) -> None:
    folder = make(tmp_path / "r")
    git(folder, "config", "core.autocrlf", setting)
    git(folder, "config", "core.safecrlf", "false")
    write(folder, {".gitattributes": attributes + "\n", **{f"new/{name}": content for name, content in CONTENTS.items()}})
    there = checkout(folder)
    seen = {}
    for name in CONTENTS:
        file = there.file(f"{MAIN}new/{name}")
        assert file is not None
        assert file.untracked
        seen[name] = file.stored
    git(folder, "add", "new")
    stored = {
        name: subprocess.run(
            ["git", "cat-file", "blob", f":new/{name}"], cwd=folder, check=True, capture_output=True, env=ENVIRONMENT
        ).stdout
        for name in CONTENTS
    }
    assert seen == stored


def test_what_a_filter_would_make_of_a_file_is_unknown(tmp_path: Path) -> None:
    repository = make(tmp_path / "r")
    write(repository, {".gitattributes": "*.sh filter=x\n*.txt working-tree-encoding=UTF-16\n", "n.sh": "n\n", "n.txt": "n\n"})
    for name in ("n.sh", "n.txt"):
        file = checkout(repository).file(MAIN + name)
        assert file is not None
        assert (file.missing, file.stored) == (False, None)
