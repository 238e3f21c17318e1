"""Rules of a team's own are compiled once: what is kept is never out of date, never trusted blindly, and never in the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

from aiblint import ownrules, registry, rulecache

POLICY = ROOT / "examples" / "own-rules"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with own rules, and an empty cache."""
    home = tmp_path / "cache"
    home.mkdir()
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(home))
    shutil.copytree(POLICY, tmp_path / "repository" / "policy")
    monkeypatch.chdir(tmp_path / "repository")
    Path(".aiblint.yaml").write_text("rules: [policy/*.yaml]\n")
    shutil.copy(ROOT / "examples" / "linux.json", "a.json")
    monkeypatch.setattr(registry, "stamp", lambda: "as it is")  # another test may make the index anew meanwhile
    found = rulecache.folder()
    assert found is not None
    return Path(found)


def told(aiblint: Aiblint) -> str:
    _, out, err = aiblint("--format", "json", "a.json")
    assert err == ""
    return out


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rule files that were read as YAML."""
    seen: list[str] = []
    read = ownrules._read
    monkeypatch.setattr(ownrules, "_read", lambda path: (seen.append(os.path.basename(path)), read(path))[1])
    return seen


def test_a_rule_is_parsed_once_and_says_the_same(cache: Path, aiblint: Aiblint, parsed: list[str]) -> None:
    first = told(aiblint)
    assert "XAIB003" in first
    assert len(parsed) == 3
    assert told(aiblint) == first
    assert len(parsed) == 3
    assert [path.suffix for path in cache.iterdir()] == [".json"] * 3


def test_a_changed_rule_is_parsed_anew(cache: Path, aiblint: Aiblint, parsed: list[str]) -> None:
    told(aiblint)
    del parsed[:]
    rule = next(Path("policy").glob("XAIB003-*"))
    status = rule.stat()
    rule.write_text(rule.read_text().replace("severity: warning", "severity: error"))
    os.utime(rule, ns=(status.st_atime_ns, status.st_mtime_ns))  # by what it holds, not by its age
    (finding,) = [each for each in json.loads(told(aiblint))["findings"] if each["rule"] == "XAIB003"]
    assert (finding["severity"], parsed) == ("error", [rule.name])


def test_a_broken_rule_is_refused_every_time(cache: Path, aiblint: Aiblint) -> None:
    rule = next(Path("policy").glob("XAIB003-*"))
    rule.write_text(rule.read_text().replace("severity: ", "severity: x"))
    for _ in range(2):
        status, _, err = aiblint("a.json")
        assert (status, f"{rule}:3: unknown severity" in err) == (2, True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff" * 10,
        b"[" * 100_000,
        b"null",
        b" " * (2 << 20),
        json.dumps({"cases": 3}).encode(),
    ],
)
def test_what_is_damaged_counts_as_not_there(cache: Path, aiblint: Aiblint, parsed: list[str], content: bytes) -> None:
    expected = told(aiblint)
    for path in cache.iterdir():
        path.write_bytes(content)
    assert told(aiblint) == expected
    assert len(parsed) == 6
    assert told(aiblint) == expected
    assert len(parsed) == 6  # made anew, and used again


def test_no_other_function_is_called(cache: Path, aiblint: Aiblint, parsed: list[str], tmp_path: Path) -> None:
    expected = told(aiblint)
    for path in cache.iterdir():
        stored = json.loads(path.read_text())
        for case in stored["cases"]:
            case[3] = "os:system"
        path.write_text(json.dumps(stored))
    assert told(aiblint) == expected
    assert len(parsed) == 6


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_what_others_may_have_written_is_not_read(cache: Path, aiblint: Aiblint, parsed: list[str], tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        told(aiblint)
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in cache.iterdir()} == {0o600}
    assert cache.stat().st_mode & 0o777 == 0o700
    first, second, third = sorted(cache.iterdir())
    first.chmod(0o620)
    second.chmod(0o602)
    target = tmp_path / "elsewhere"
    third.rename(target)
    third.symlink_to(target)
    told(aiblint)
    assert len(parsed) == 6


def test_without_a_place_all_works_as_before(cache: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = told(aiblint)
    shutil.rmtree(cache)
    cache.write_text("a file, no folder")
    assert told(aiblint) == expected
    monkeypatch.setattr(rulecache, "folder", lambda: None)
    assert told(aiblint) == expected


def test_a_full_folder_is_thinned_out(cache: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulecache, "_MOST_FILES", 4)
    told(aiblint)
    before = set(cache.iterdir())
    rule = next(Path("policy").glob("XAIB003-*"))
    for number in range(3):
        rule.write_text(f"{rule.read_text()}# {number}\n")
        told(aiblint)
    assert len(list(cache.iterdir())) <= 4
    assert set(cache.iterdir()) - before


def test_a_warm_run_imports_no_yaml_for_rules(cache: Path) -> None:
    script = "import sys; from aiblint.__main__ import main; main(['-q', 'b.json']); print('aiblint.rulefile' in sys.modules)"
    Path("b.json").write_text("{}")
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    seen = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout for _ in range(3)]
    assert (seen[0], seen[-1]) == ("True\n", "False\n")


def test_another_aiblint_compiles_anew(
    cache: Path, aiblint: Aiblint, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(aiblint)
    monkeypatch.setattr(registry, "stamp", lambda: "a later one")
    told(aiblint)
    assert len(parsed) == 6
