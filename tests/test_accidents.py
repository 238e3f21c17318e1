"""The accidents that repositories of pinned scripts have: each is told with its cause, and healed where it may be."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Aiblint
from repositories import ENVIRONMENT, RAW, commit, git, make, write

INSTALL = "#!/bin/bash\nset -e\napt-get update\n"
TEST = "#!/bin/bash\ntest -x /usr/bin/jq\n"


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make(tmp_path / "images", [{"scripts/install.sh": INSTALL, "scripts/test.sh": TEST}])
    commit(folder, {"image.json": template(folder)})
    monkeypatch.chdir(folder)
    return folder


def blob_sum(folder: Path, name: str, at: str = "") -> str:
    """What `sha256sum` says of a file as git has it."""
    blob = subprocess.run(
        ["git", "cat-file", "blob", f"{at}:{name}"], cwd=folder, check=True, capture_output=True, env=ENVIRONMENT
    )
    return hashlib.sha256(blob.stdout).hexdigest()


def template(folder: Path, ref: str = "main", **changed: dict[str, Any]) -> str:
    """A template of two steps that pins its scripts, as they are in the index; `changed` gives members of a step other values."""
    steps = [
        {
            "type": "Shell",
            "name": name,
            "scriptUri": f"{RAW}{ref}/scripts/{name}.sh",
            "sha256Checksum": blob_sum(folder, f"scripts/{name}.sh"),
            **changed.get(name, {}),
        }
        for name in ("install", "test")
    ]
    whole = {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2024-02-01",
        "properties": {"customize": steps},
    }
    return json.dumps(whole, indent=2) + "\n"


def findings(aiblint: Aiblint, *arguments: str) -> list[tuple[str, str, str]]:
    """(severity, name, message) of what the rules about the repository say."""
    _, out, err = aiblint(
        "--format", "json", "--ignore", "uri-mutable-ref,missing-required,distribute-empty", *arguments, "image.json"
    )
    assert err == ""
    ours = (
        "checksum-mismatch",
        "local-file-missing",
        "local-file-content",
        "checksum-format",
        "checksum-conflict",
        "checksum-missing",
    )
    told = json.loads(out)["findings"]
    return [(finding["severity"], finding["name"], finding["message"]) for finding in told if finding["name"] in ours]


def steps(folder: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((folder / "image.json").read_text())["properties"]["customize"]
    return found


def assert_verifies(folder: Path) -> None:
    """Every checksum of the template is that of the blob which its address names."""
    for step in steps(folder):
        ref, _, path = step["scriptUri"].removeprefix(RAW).partition("/")
        assert step["sha256Checksum"] == blob_sum(folder, path, ref if len(ref) == 40 else "")


def test_nothing_is_said_of_a_repository_in_order(repository: Path, aiblint: Aiblint) -> None:
    assert findings(aiblint) == []


@pytest.mark.parametrize("committed", [False, True])
def test_the_script_was_edited_and_the_checksum_was_not(repository: Path, aiblint: Aiblint, committed: bool) -> None:
    before = git(repository, "rev-parse", "HEAD~1")
    write(repository, {"scripts/install.sh": INSTALL + "apt-get install -y jq\n"})
    git(repository, "add", "scripts")
    if committed:
        git(repository, "commit", "--quiet", "--message", "jq")
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "checksum-mismatch")
    assert f"the checksum of the file as of commit {before[:10]}, before it was edited" in message
    assert blob_sum(repository, "scripts/install.sh") in message
    untouched = (repository / "image.json").read_bytes()
    assert findings(aiblint, "--fix")
    assert (repository / "image.json").read_bytes() == untouched
    assert findings(aiblint, "--fix", "--unsafe-fixes") == []
    assert_verifies(repository)


def test_the_checksum_was_taken_on_windows(repository: Path, aiblint: Aiblint) -> None:
    windows = hashlib.sha256(INSTALL.replace("\n", "\r\n").encode()).hexdigest()
    commit(repository, {"image.json": template(repository, install={"sha256Checksum": windows})})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "checksum-mismatch")
    assert "with Windows line ends (CRLF)" in message
    assert findings(aiblint, "--fix", "--unsafe-fixes") == []
    assert_verifies(repository)


def test_the_checksum_was_taken_on_windows_of_an_older_revision(repository: Path, aiblint: Aiblint) -> None:
    windows = hashlib.sha256(INSTALL.replace("\n", "\r\n").encode()).hexdigest()
    commit(repository, {"scripts/install.sh": INSTALL + "date\n"})
    commit(repository, {"image.json": template(repository, install={"sha256Checksum": windows})})
    [(_, _, message)] = findings(aiblint)
    assert "as of commit" in message
    assert "with Windows line ends (CRLF), before it was edited" in message


def test_a_working_copy_with_windows_line_ends_is_not_what_counts(repository: Path, aiblint: Aiblint) -> None:
    git(repository, "config", "core.autocrlf", "true")
    write(repository, {"scripts/install.sh": INSTALL.replace("\n", "\r\n")})
    assert findings(aiblint) == []


def test_the_checksum_was_taken_of_a_file_with_a_mark(repository: Path, aiblint: Aiblint) -> None:
    marked = hashlib.sha256(b"\xef\xbb\xbf" + INSTALL.encode()).hexdigest()
    commit(repository, {"image.json": template(repository, install={"sha256Checksum": marked})})
    [(_, _, message)] = findings(aiblint)
    assert "with a UTF-8 byte order mark in front" in message


def test_the_neighbouring_steps_checksum_was_pasted(repository: Path, aiblint: Aiblint) -> None:
    pasted = blob_sum(repository, "scripts/test.sh")
    commit(repository, {"image.json": template(repository, install={"sha256Checksum": pasted})})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "checksum-mismatch")
    assert "the checksum of 'test.sh', the file of another step" in message
    assert findings(aiblint, "--fix", "--unsafe-fixes") == []
    assert_verifies(repository)


def test_one_script_two_checksums(repository: Path, aiblint: Aiblint) -> None:
    old = blob_sum(repository, "scripts/install.sh")
    commit(repository, {"scripts/install.sh": INSTALL + "date\n"})
    twice = {"scriptUri": f"{RAW}main/scripts/install.sh", "sha256Checksum": old}
    commit(repository, {"image.json": template(repository, test=twice)})
    assert [(name, "as of commit" in message) for _, name, message in findings(aiblint)] == [("checksum-mismatch", True)]


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("edited", ["", "echo renamed\n"])
def test_the_script_was_renamed(repository: Path, aiblint: Aiblint, committed: bool, edited: str) -> None:
    git(repository, "mv", "scripts/install.sh", "scripts/set-up.sh")
    write(repository, {"scripts/set-up.sh": INSTALL + edited})
    git(repository, "add", "scripts")
    if committed:
        git(repository, "commit", "--quiet", "--message", "a better name")
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "local-file-missing")
    assert "it was renamed to 'scripts/set-up.sh'" in message
    assert findings(aiblint, "--fix") != []
    assert findings(aiblint, "--fix", "--unsafe-fixes") == []
    assert steps(repository)[0]["scriptUri"] == f"{RAW}main/scripts/set-up.sh"
    assert_verifies(repository)


def test_the_script_was_moved_long_ago(repository: Path, aiblint: Aiblint) -> None:
    commit(repository, {"scripts/install.sh": None})
    commit(repository, {"linux/install.sh": INSTALL})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "local-file-missing")
    assert "'linux/install.sh' bears the same name" in message


def test_the_address_has_other_capitals(repository: Path, aiblint: Aiblint) -> None:
    commit(repository, {"image.json": template(repository, install={"scriptUri": f"{RAW}main/Scripts/install.sh"})})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "local-file-missing")
    assert "'scripts/install.sh' is" in message
    assert findings(aiblint, "--fix") == []
    assert_verifies(repository)


def test_a_pinned_address_has_other_capitals(repository: Path, aiblint: Aiblint) -> None:
    head = git(repository, "rev-parse", "HEAD")
    commit(repository, {"image.json": template(repository, install={"scriptUri": f"{RAW}{head}/Scripts/Install.SH"})})
    [(severity, name, _)] = findings(aiblint)
    assert (severity, name) == ("error", "local-file-missing")
    assert findings(aiblint, "--fix") == []
    assert_verifies(repository)


def test_the_commit_is_pinned_and_the_checksum_is_that_of_another_one(repository: Path, aiblint: Aiblint) -> None:
    first = git(repository, "rev-parse", "HEAD~1")
    commit(repository, {"scripts/install.sh": INSTALL + "apt-get install -y jq\n"})
    commit(repository, {"image.json": template(repository, ref=first)})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "checksum-mismatch")
    assert "the checksum of the file as it is in this checkout, and the address is pinned to another commit" in message
    assert findings(aiblint, "--fix") == []
    assert_verifies(repository)


def test_the_branch_moved_on(repository: Path, aiblint: Aiblint) -> None:
    """Pinning to the commit that is checked out makes the template proof against the next push."""
    commit(repository, {"scripts/install.sh": INSTALL + "date\n"})
    assert [name for _, name, _ in findings(aiblint)] == ["checksum-mismatch"]
    status, out, _ = aiblint("--select", "checksum-mismatch,uri-mutable-ref", "--fix", "--unsafe-fixes", "image.json")
    assert status == 0, out
    head = git(repository, "rev-parse", "HEAD")
    assert [step["scriptUri"].startswith(RAW + head) for step in steps(repository)] == [True, True]
    assert_verifies(repository)
    commit(repository, {"scripts/install.sh": "#!/bin/sh\n"})
    assert findings(aiblint) == []


def test_a_pin_is_offered_only_for_what_is_committed(repository: Path, aiblint: Aiblint) -> None:
    write(repository, {"scripts/install.sh": INSTALL + "date\n"})
    git(repository, "add", "scripts")
    aiblint("--select", "checksum-mismatch,uri-mutable-ref", "--fix", "--unsafe-fixes", "image.json")
    assert [step["scriptUri"].startswith(RAW + "main/") for step in steps(repository)] == [True, False]
    assert_verifies(repository)


def test_the_edit_was_not_added(repository: Path, aiblint: Aiblint) -> None:
    write(repository, {"scripts/install.sh": INSTALL + "date\n"})
    new = hashlib.sha256((INSTALL + "date\n").encode()).hexdigest()
    write(repository, {"image.json": template(repository, install={"sha256Checksum": new})})
    before = (repository / "image.json").read_bytes()
    [(severity, name, message)] = findings(aiblint, "--fix", "--unsafe-fixes")
    assert (severity, name) == ("note", "checksum-mismatch")
    assert "git add 'scripts/install.sh'" in message
    assert (repository / "image.json").read_bytes() == before
    git(repository, "add", "scripts")
    assert findings(aiblint) == []


def test_a_new_script_was_not_added(repository: Path, aiblint: Aiblint) -> None:
    write(repository, {"scripts/new.sh": INSTALL})
    added = {"scriptUri": f"{RAW}main/scripts/new.sh", "sha256Checksum": hashlib.sha256(INSTALL.encode()).hexdigest()}
    text = template(repository, install=added)
    write(repository, {"other.json": text})
    assert json.loads(aiblint("--format", "json", "--select", "local-file-missing", "other.json")[1])["findings"] == []
    write(repository, {"image.json": text})
    assert [(severity, name) for severity, name, _ in findings(aiblint)] == [("warning", "local-file-missing")]
    git(repository, "add", "scripts")
    assert findings(aiblint) == []


def test_a_script_is_ignored(repository: Path, aiblint: Aiblint) -> None:
    write(repository, {"scripts/new.sh": INSTALL, ".gitignore": "new.sh\n"})
    write(repository, {"image.json": template(repository, install={"scriptUri": f"{RAW}main/scripts/new.sh"})})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("error", "local-file-missing")
    assert "git ignores it" in message


@pytest.mark.parametrize("right", [True, False])
def test_capitals_of_a_checksum_are_a_matter_of_form(repository: Path, aiblint: Aiblint, right: bool) -> None:
    digits = blob_sum(repository, "scripts/install.sh") if right else "AB" * 32
    write(repository, {"image.json": template(repository, install={"sha256Checksum": digits.upper()})})
    assert [name for _, name, _ in findings(aiblint)] == ["checksum-format" if right else "checksum-mismatch"]


def test_a_missing_checksum_is_told_and_written(repository: Path, aiblint: Aiblint) -> None:
    head = git(repository, "rev-parse", "HEAD")
    whole = json.loads(template(repository))
    for step in whole["properties"]["customize"]:
        del step["sha256Checksum"]
    whole["properties"]["customize"][1]["scriptUri"] = f"{RAW}{head}/scripts/test.sh"
    write(repository, {"image.json": json.dumps(whole, indent=4)})
    told = findings(aiblint)
    assert [
        (name, blob_sum(repository, f"scripts/{step}.sh") in message)
        for (_, name, message), step in zip(told, ("install", "test"), strict=True)
    ] == [
        ("checksum-missing", True),
        ("checksum-missing", True),
    ]
    assert len(findings(aiblint, "--fix")) == 1
    assert ["sha256Checksum" in step for step in steps(repository)] == [False, True]
    assert findings(aiblint, "--fix", "--unsafe-fixes") == []
    assert_verifies(repository)


def test_a_fork_is_told_more_mildly(repository: Path, aiblint: Aiblint) -> None:
    git(repository, "remote", "set-url", "origin", "https://github.com/fabrikam/images")
    commit(repository, {"scripts/install.sh": INSTALL + "date\n"})
    [(severity, name, message)] = findings(aiblint)
    assert (severity, name) == ("warning", "checksum-mismatch")
    assert "'github.com/contoso/images', which is no remote here" in message
    git(repository, "rm", "--quiet", "scripts/test.sh")
    assert [name for _, name, _ in findings(aiblint)] == ["checksum-mismatch"]


def test_storage_that_the_configuration_names(repository: Path, aiblint: Aiblint) -> None:
    write(repository, {".aiblint.yaml": "sources:\n  https://st.blob.core.windows.net/scripts/: scripts/\n"})
    wrong = {"scriptUri": "https://st.blob.core.windows.net/scripts/install.sh?sv=1", "sha256Checksum": "ab" * 32}
    gone = {"scriptUri": "https://st.blob.core.windows.net/scripts/gone.sh"}
    write(repository, {"image.json": template(repository, install=wrong, test=gone)})
    assert [(severity, name) for severity, name, _ in findings(aiblint)] == [
        ("error", "checksum-mismatch"),
        ("warning", "local-file-missing"),
    ]


def test_a_script_is_no_template_of_utf_16(repository: Path, aiblint: Aiblint) -> None:
    commit(repository, {"scripts/install.sh": INSTALL.encode("utf-16"), "scripts/test.sh": TEST.encode("utf-16-le")})
    commit(repository, {"image.json": template(repository)})
    assert [(severity, name, "UTF-16" in message) for severity, name, message in findings(aiblint)] == [
        ("error", "local-file-content", True),
        ("error", "local-file-content", True),
    ]


@pytest.mark.parametrize(("size", "severity"), [(20 << 20, "warning"), ((20 << 20) - 1, "note"), ((10 << 20) - 1, None)])
def test_the_size_of_a_file_is_that_of_its_blob(repository: Path, aiblint: Aiblint, size: int, severity: str | None) -> None:
    commit(repository, {"agent.bin": bytes(size)})
    write(repository, {"agent.bin": b""})
    step = {"type": "File", "sourceUri": f"{RAW}main/agent.bin", "destination": "/tmp/agent"}
    write(repository, {"image.json": template(repository, install=step)})
    told = json.loads(aiblint("--format", "json", "--select", "file-too-large", "image.json")[1])["findings"]
    assert [finding["severity"] for finding in told] == ([severity] if severity else [])
