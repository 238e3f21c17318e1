"""Git is asked about a linted repository and obeys nothing in it: no program, no network, no hostile name, no endless wait."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from repositories import ENVIRONMENT, RAW, commit, git, make, write

from aiblint import git as git_module
from aiblint import program
from aiblint.checkout import Checkout, Checkouts, causes
from aiblint.checkout.file import File

SCRIPT = "#!/bin/sh\necho one\n"
MAIN = RAW + "main/"
needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make(tmp_path / "images", [{"top.sh": SCRIPT}])


def checkout(folder: Path) -> Checkout:
    return Checkout(str(folder / "templates" / "image.json"))


def look(folder: Path, uri: str) -> File | None:
    return checkout(folder).file(uri)


@needs_posix
def test_no_program_that_the_repository_names_is_started(repository: Path, tmp_path: Path) -> None:
    commit(repository, {"old.sh": "one\ntwo\nthree\nfour\n"})
    git(repository, "mv", "old.sh", "moved.sh")
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\necho started "$0" "$@" >> \'{tmp_path}/started\'\nexec cat\n')
    spy.chmod(0o755)
    (tmp_path / "hooks").mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"):
        shutil.copy(spy, tmp_path / "hooks" / hook)
    for key, value in {
        "core.fsmonitor": str(spy),
        "core.hooksPath": str(tmp_path / "hooks"),
        "core.pager": str(spy),
        "core.sshCommand": str(spy),
        "core.editor": str(spy),
        "diff.external": str(spy),
        "diff.x.textconv": str(spy),
        "diff.x.command": str(spy),
        "filter.x.clean": str(spy),
        "filter.x.smudge": str(spy),
        "filter.x.process": str(spy),
        "filter.x.required": "true",
        "gpg.program": str(spy),
        "log.showSignature": "true",
        "credential.helper": str(spy),
        "pager.cat-file": "true",
        "alias.cat-file": f"!{spy}",
        "alias.rev-list": f"!{spy}",
        "alias.ls-files": f"!{spy}",
    }.items():
        subprocess.run(["git", "config", key, value], cwd=repository, check=True, env=ENVIRONMENT)
    write(repository, {".gitattributes": "* filter=x diff=x\n", "new.sh": "new\n"})
    (tmp_path / "started").unlink(missing_ok=True)

    there = checkout(repository)
    for name in ("top.sh", "new.sh", "old.sh", "moved.sh", "TOP.sh"):
        there.file(MAIN + name)
    assert there.repository is not None
    assert there.repository.renamed("old.sh") == "moved.sh"
    assert there.repository.changes("top.sh", 5)
    assert not (tmp_path / "started").exists(), (tmp_path / "started").read_text()
    subprocess.run(["git", "status", "--short"], cwd=repository, check=False, env=ENVIRONMENT, capture_output=True)
    assert (tmp_path / "started").exists(), "the trap does not work, so the silence above proves nothing"


@needs_posix
def test_nothing_is_fetched_to_complete_a_partial_clone(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    url = repository.as_uri()
    git(
        tmp_path,
        "clone",
        "--quiet",
        "--no-checkout",
        "--filter=blob:none",
        "-c",
        "protocol.file.allow=always",
        url,
        "partial",
    )
    partial = tmp_path / "partial"
    git(partial, "remote", "add", "github", "https://github.com/contoso/images")
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\necho started >> '{tmp_path}/started'\n")
    spy.chmod(0o755)
    git(partial, "config", "remote.origin.uploadpack", str(spy))
    git(partial, "config", "remote.origin.url", f"ext::{spy}")
    git(partial, "config", "protocol.ext.allow", "always")
    file = look(partial, MAIN + "top.sh")
    assert file is not None
    assert (file.missing, file.sha256) == (False, None)
    assert not (tmp_path / "started").exists()
    plain = ["git", "cat-file", "blob", "HEAD:top.sh"]
    subprocess.run(plain, cwd=partial, check=False, capture_output=True, env=ENVIRONMENT)
    assert (tmp_path / "started").exists(), "the trap does not work, so the silence above proves nothing"


@pytest.mark.parametrize(
    "uri",
    [
        "https://raw.githubusercontent.com/fabrikam/tools/main/top.sh",
        "https://raw.githubusercontent.com/fabrikam/images/main/gone.sh",
        "https://st.blob.core.windows.net/scripts/top.sh",
        "https://github.com/contoso/images/releases/download/v1/top.sh",
    ],
)
def test_git_is_not_started_for_addresses_elsewhere(repository: Path, monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    started = []
    monkeypatch.setattr(program, "find", lambda *_: started.append(uri))
    assert look(repository, uri) is None
    assert started == []
    look(repository, MAIN + "top.sh")
    assert started, "the trap does not work, so the silence above proves nothing"


def test_a_pointer_that_is_no_path_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").write_bytes(b"gitdir: a\0b\n")
    assert checkout(tmp_path).file(MAIN + "top.sh") is None


def test_git_is_asked_once_for_what_many_wrong_checksums_are(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = git_module.ask
    monkeypatch.setattr(
        git_module, "ask", lambda root, command, **more: (asked.append(command[0]), ask(root, command, **more))[1]
    )
    shared = Checkouts()
    for number in range(20):
        there = shared.around(str(repository / f"{number % 2}.json"))
        file = there.file(MAIN + "top.sh")
        assert file is not None
        assert there.repository is not None
        assert causes.proved(file, f"{number:064}", there.repository) is None
    assert asked.count("rev-list") == 1


def test_outside_of_a_repository_nothing_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"a.sh": SCRIPT})
    assert Checkout(str(tmp_path / "image.json")).file(MAIN + "a.sh") is None


@needs_posix
@pytest.mark.parametrize(
    "script",
    [
        pytest.param("exit 128", id="fails"),
        pytest.param("echo what; exit 0", id="talks"),
        pytest.param("exec sleep 60", id="hangs"),
        pytest.param(None, id="is missing"),
    ],
)
def test_a_git_that_does_not_answer_leaves_everything_unknown(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    if script is not None:
        (programs / "git").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "git").chmod(0o755)
    monkeypatch.setenv(
        "PATH", f"{programs}{os.pathsep}/nowhere" if script is None else f"{programs}{os.pathsep}{os.environ['PATH']}"
    )
    monkeypatch.setattr(git_module, "SECONDS", 0.3)
    shared = Checkouts()
    assert shared.around(str(repository / "image.json")).file(MAIN + "top.sh") is None
    assert [str(repository) in note for note in shared.notes()] == ([] if script is None else [True])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs a work tree of another user")
def test_a_work_tree_of_another_user_is_left_alone_and_told(repository: Path) -> None:
    for path in (repository, repository / ".git"):
        os.chown(path, 65534, 65534)
    shared = Checkouts()
    assert shared.around(str(repository / "image.json")).file(MAIN + "top.sh") is None
    assert ["safe.directory" in note for note in shared.notes()] == [True]


@pytest.mark.parametrize("name", ["top.sh\n", "HEAD", ":/x", "--help", "a" * 5000, "^{}", "@{-1}", "main:top.sh"])
def test_hostile_names_are_names(repository: Path, name: str) -> None:
    for uri in (f"{RAW}{name}/top.sh", MAIN + name):
        file = look(repository, uri)
        assert file is None or file.missing or file.path == "top.sh"
    file = look(repository, MAIN + "top.sh")
    assert file is not None
    assert file.path == "top.sh"
