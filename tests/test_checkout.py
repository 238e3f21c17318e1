"""An address on GitHub leads to the file of the checkout that it names, and to nothing else on the disk."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.syntax.json import read

RAW = "https://raw.githubusercontent.com/contoso/images/main/"
MEBIBYTE = 1 << 20


def git(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    top = tmp_path / "images"
    top.mkdir()
    git(top, "init", "--quiet")
    git(top, "remote", "add", "origin", "https://github.com/contoso/images.git")
    (top / "templates").mkdir()
    (top / "scripts").mkdir()
    (top / "scripts" / "install agent.sh").write_text("#!/bin/sh\n")
    (tmp_path / "outside.sh").write_text("#!/bin/sh\n")
    return top


def checkout(repository: Path) -> Checkout:
    return Checkout(str(repository / "templates" / "image.json"))


@pytest.mark.parametrize(
    "uri",
    [
        RAW + "scripts/install%20agent.sh",
        RAW + "scripts/install agent.sh",
        RAW + "scripts/install%20agent.sh?token=abc",
        "https://raw.githubusercontent.com/contoso/images/refs/heads/main/scripts/install%20agent.sh",
        "https://raw.githubusercontent.com/contoso/images/refs/tags/v1/scripts/install%20agent.sh",
        "https://raw.githubusercontent.com/Contoso/IMAGES/main/scripts/install%20agent.sh",
        "https://github.com/contoso/images/raw/main/scripts/install%20agent.sh",
        "https://media.githubusercontent.com/media/contoso/images/main/scripts/install%20agent.sh",
    ],
)
def test_an_address_of_this_repository_is_found(repository: Path, uri: str) -> None:
    assert checkout(repository).file(uri) == str((repository / "scripts" / "install agent.sh").resolve())


@pytest.mark.parametrize(
    "uri",
    [
        RAW + "scripts/missing.sh",
        RAW + "scripts",
        RAW + "../outside.sh",
        RAW + "%2e%2e/outside.sh",
        RAW + "%2Fetc/passwd",
        RAW + ".git/config",
        RAW + "scripts/%00",
        RAW + "scripts/\ud800",
        RAW,
        "https://raw.githubusercontent.com/fabrikam/images/main/scripts/install%20agent.sh",
        "https://github.com/contoso/images/blob/main/scripts/install%20agent.sh",
        "https://files.contoso.com/contoso/images/main/scripts/install%20agent.sh",
        "scripts/install agent.sh",
        "",
    ],
)
def test_any_other_address_is_not(repository: Path, uri: str) -> None:
    assert checkout(repository).file(uri) is None


def test_a_link_out_of_the_checkout_is_not_followed(repository: Path) -> None:
    (repository / "link.sh").symlink_to(repository.parent / "outside.sh")
    assert checkout(repository).file(RAW + "link.sh") is None


@pytest.mark.parametrize(
    ("remote", "ours"),
    [
        ("https://github.com/contoso/images", True),
        ("https://github.com/contoso/images.git/", True),
        ("https://user@github.com/Contoso/Images.git", True),
        ("git@github.com:contoso/images.git", True),
        ("ssh://git@github.com/contoso/images.git", True),
        ("ssh://git@ssh.github.com:443/contoso/images.git", True),
        ("https://github.com/contoso/images-old.git", False),
        ("https://notgithub.com/contoso/images.git", False),
        ("https://gitlab.com/contoso/images.git", False),
        ("../images.git", False),
    ],
)
def test_the_remote_says_whose_addresses_are_ours(repository: Path, remote: str, ours: bool) -> None:
    git(repository, "remote", "set-url", "origin", remote)
    assert (checkout(repository).file(RAW + "scripts/install%20agent.sh") is not None) is ours


def test_a_linked_work_tree_has_the_remotes_of_its_repository(repository: Path, tmp_path: Path) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@contoso.com")
    git(repository, "add", ".")
    git(repository, *identity, "commit", "--quiet", "-m", "scripts")
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    found = Checkout(str(tmp_path / "linked" / "image.json")).file(RAW + "scripts/install%20agent.sh")
    assert found == str((tmp_path / "linked" / "scripts" / "install agent.sh").resolve())


def test_outside_of_a_repository_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("#!/bin/sh\n")
    assert Checkout(str(tmp_path / "image.json")).file(RAW + "a.sh") is None


def test_the_size_of_a_pointer_is_that_of_its_object(repository: Path) -> None:
    pointer = repository / "agent.msi"
    pointer.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 31457280\n")
    assert checkout(repository).size(str(pointer)) == 31457280
    assert checkout(repository).size(str(repository / "scripts" / "install agent.sh")) == 10
    assert checkout(repository).size(str(repository / "missing")) is None


def file_steps(repository: Path, name: str) -> list[Finding]:
    """What the rule file-too-large says about a template of the repository that uploads one of its files."""
    step = {"type": "File", "name": "upload", "sourceUri": RAW + name, "destination": "/tmp/agent"}
    template = {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2024-02-01",
        "properties": {"customize": [step], "validate": {"inVMValidations": [step]}},
    }
    rules = [rule for rule in registry.read_folder(registry.folder()) if rule.name == "file-too-large"]
    assert rules
    path = repository / "templates" / "image.json"
    result = engine.lint(read(json.dumps(template).encode(), str(path)), rules, Checkout(str(path)), "2026-11-23")
    assert not result.defects
    return result.findings


@pytest.mark.parametrize(
    ("size", "severity"),
    [
        (20 * MEBIBYTE, "warning"),
        (20 * MEBIBYTE - 1, "note"),
        (10 * MEBIBYTE, "note"),
        (10 * MEBIBYTE - 1, None),
        (0, None),
    ],
)
def test_file_too_large(repository: Path, size: int, severity: str | None) -> None:
    with open(repository / "agent.bin", "wb") as file:
        file.truncate(size)
    found = [(finding.at, finding.severity) for finding in file_steps(repository, "agent.bin")]
    places = ["$.properties.customize[0].sourceUri", "$.properties.validate.inVMValidations[0].sourceUri"]
    assert found == ([(place, severity) for place in places] if severity is not None else [])


def test_file_too_large_reads_pointers(repository: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 31457280\n"
    (repository / "agent.msi").write_text(pointer)
    assert ["30.0 MB" in finding.message for finding in file_steps(repository, "agent.msi")] == [True, True]


def test_a_file_elsewhere_has_no_size(repository: Path) -> None:
    assert file_steps(repository, "missing.bin") == []
