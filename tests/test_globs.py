"""Patterns for files mean what git takes them for."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aiblint import globs

MATCHES = [
    # pattern, what it means, what it does not mean
    ("x.json", ["x.json", "a/x.json", "a/b/x.json"], ["y.json", "x.jsonc", "ax.json", "X.json"]),
    ("*.json", ["x.json", "a/x.json", ".json"], ["x.jsonc", "json"]),
    ("/x.json", ["x.json"], ["a/x.json"]),
    ("./x.json", ["x.json"], ["a/x.json"]),
    ("a/x.json", ["a/x.json"], ["b/a/x.json", "x.json", "a/b/x.json"]),
    ("a/*.json", ["a/x.json"], ["a/b/x.json", "x.json"]),
    ("a/*", ["a/x.json", "a/b/x.json"], ["x.json", "b/a/x.json"]),
    ("a*/x.json", ["a/x.json", "ab/x.json"], ["a/b/x.json"]),
    ("dir", ["dir", "dir/x.json", "a/dir/b/x.json"], ["dirx/x.json", "a/dirx"]),
    ("dir/", ["dir/x.json", "dir/a/x.json", "a/dir/x.json"], ["dir", "a/dir"]),
    ("/dir/", ["dir/x.json"], ["a/dir/x.json", "dir"]),
    ("a/dir/", ["a/dir/x.json", "a/dir/b/x.json"], ["b/a/dir/x.json", "a/dir"]),
    ("dir/**", ["dir/x.json", "dir/a/x.json"], ["dir", "a/dir/x.json"]),
    ("**/dir/**", ["dir/x.json", "a/dir/b/x.json"], ["dir", "a/dir"]),
    ("**", ["x.json", "a/b/x.json"], []),
    ("**/*.json", ["x.json", "a/b/x.json"], ["a/x.txt"]),
    ("**/x.json", ["x.json", "a/b/x.json"], ["a/bx.json"]),
    ("a/**/x.json", ["a/x.json", "a/b/x.json", "a/b/c/x.json"], ["x.json", "b/a/x.json"]),
    ("a/**/b/**/c.json", ["a/b/c.json", "a/1/b/2/b/3/c.json"], ["a/c.json", "a/b/c/d.json"]),
    ("a/**/b/c", ["a/b/b/c", "a/b/x/b/c"], ["a/b/x/c"]),
    ("x?.json", ["x1.json", "a/xy.json"], ["x.json", "x12.json", "x/.json"]),
    ("x[0-9].json", ["x1.json"], ["xa.json"]),
    ("x[!0-9].json", ["xa.json"], ["x1.json"]),
    ("a.b+(c)$.json", ["a.b+(c)$.json"], ["aXb+(c)$.json"]),
]


@pytest.mark.parametrize(("pattern", "path"), [(pattern, path) for pattern, yes, _ in MATCHES for path in yes])
def test_a_pattern_means(pattern: str, path: str) -> None:
    assert globs.matches(pattern, path)


@pytest.mark.parametrize(("pattern", "path"), [(pattern, path) for pattern, _, no in MATCHES for path in no])
def test_a_pattern_does_not_mean(pattern: str, path: str) -> None:
    assert not globs.matches(pattern, path)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_agrees_with_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair is asked of git itself, as a .gitignore of one line; `./x` means nothing there."""
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q", "."], check=True, env=environment)
    for pattern, yes, no in MATCHES:
        if pattern.startswith("./"):
            continue
        Path(".gitignore").write_text(pattern + "\n")
        command = ["git", "check-ignore", "--no-index", "--stdin"]
        asked = "".join(f"{path}\n" for path in yes + no)
        done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, env=environment, check=False)
        assert done.stdout.splitlines() == yes, pattern


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    start = time.monotonic()
    assert not globs.matches("**/a/" * 50 + "b", "a/" * 300 + "c")
    assert not globs.matches("*a" * 50 + "b", "a" * 300)
    assert time.monotonic() - start < 5


@given(st.text("ab-*?[]!", max_size=9), st.text("ab-]![", max_size=7))
@example("[!]]", "a")
@example("[]a]b", "]b")
@example("a*a", "a")
@example("*a*b*", "ab")
def test_names_fit_as_the_standard_library_says(pattern: str, name: str) -> None:
    assert globs.fits(pattern, name) == fnmatchcase(name, pattern)
