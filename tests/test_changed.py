"""A commit that changes a script, and not the template that pins it, is told: `aiblint --changed`, and the hook."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Aiblint
from repositories import RAW, commit, git, make, write

INSTALL = "#!/bin/bash\nset -e\napt-get update\n"
TEST = "#!/bin/bash\ntest -x /usr/bin/jq\n"


def template(**uris: str) -> str:
    whole = json.loads((ROOT / "examples" / "linux.json").read_text())
    whole["properties"]["customize"] = [
        {"type": "Shell", "name": name, "scriptUri": uri, "sha256Checksum": hashlib.sha256(text.encode()).hexdigest()}
        for (name, uri), text in zip(uris.items(), (INSTALL, TEST), strict=False)
    ]
    return json.dumps(whole, indent=2)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = make(tmp_path / "images", [{"scripts/install.sh": INSTALL, "scripts/test.sh": TEST, "readme.md": "x\n"}])
    both = {"install": RAW + "main/scripts/install.sh", "test": RAW + "main/scripts/test.sh"}
    broken = template(**both).replace('"buildTimeoutInMinutes": 120', '"buildTimeoutInMinutes": 5')
    commit(folder, {"images/both.json": broken, "images/other.json": template(test=RAW + "main/scripts/other.sh")})
    monkeypatch.chdir(folder)
    return folder


def told(aiblint: Aiblint, *arguments: str) -> list[tuple[str, str, str]]:
    """(file, rule, place) of each finding, without the notes."""
    _, out, err = aiblint("--format", "json", "--changed", *arguments)
    assert err == ""
    return [
        (finding["path"], finding["name"], finding["pointer"])
        for finding in json.loads(out)["findings"]
        if finding["severity"] != "note"
    ]


def test_a_changed_script_speaks_in_the_steps_that_use_it_and_nowhere_else(repository: Path, aiblint: Aiblint) -> None:
    assert told(aiblint, "scripts/install.sh") == []
    write(repository, {"scripts/install.sh": INSTALL + "date\n"})
    git(repository, "add", "scripts")
    wrong = ("images/both.json", "checksum-mismatch", "/properties/customize/0/sha256Checksum")
    assert told(aiblint, "scripts/install.sh") == [wrong]
    assert told(aiblint, "scripts/test.sh", "readme.md") == []
    assert told(aiblint) == []


def test_a_changed_template_is_looked_at_as_a_whole(repository: Path, aiblint: Aiblint) -> None:
    assert [name for _, name, _ in told(aiblint, "images/both.json")] == ["build-timeout-range"]


@pytest.mark.parametrize("how", ["deleted", "renamed"])
def test_a_script_that_is_gone_is_found_without_its_name(repository: Path, aiblint: Aiblint, how: str) -> None:
    if how == "deleted":
        git(repository, "rm", "--quiet", "scripts/install.sh")
    else:
        git(repository, "mv", "scripts/install.sh", "scripts/set-up.sh")
    assert told(aiblint) == [("images/both.json", "local-file-missing", "/properties/customize/0/scriptUri")]


def test_names_count_from_the_current_folder(repository: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, {"scripts/install.sh": INSTALL + "date\n"})
    git(repository, "add", "scripts")
    monkeypatch.chdir(repository / "scripts")
    (repository.parent / "outside.sh").write_text("#!/bin/sh\n")
    assert [name for _, name, _ in told(aiblint, "install.sh", "../../outside.sh")] == ["checksum-mismatch"]


def test_a_folder_and_a_name_that_nothing_ever_had_are_2(repository: Path, aiblint: Aiblint) -> None:
    for name, said in (("images", "images is a folder"), ("gone.sh", "gone.sh: does not exist")):
        status, out, err = aiblint("--changed", name)
        assert (status, out) == (2, "")
        assert said in err
    git(repository, "rm", "--quiet", "readme.md")
    assert told(aiblint, "readme.md") == []
    git(repository, "commit", "--quiet", "-m", "gone")
    assert told(aiblint, "readme.md") == []


def test_a_named_template_is_looked_at_whatever_it_is_called(repository: Path, aiblint: Aiblint) -> None:
    text = (repository / "images" / "both.json").read_text()
    (repository / "images" / "both.template").write_text("// mine\n" + text)
    (repository / "about.md").write_text("# Ours\n\n" + text)
    assert ("images/both.template", "build-timeout-range") in [
        each[:2] for each in told(aiblint, "images/both.template", "about.md")
    ]
    assert [each for each in told(aiblint, "about.md") if each[0] == "about.md"] == []


def test_a_baseline_is_not_written_of_parts(repository: Path, aiblint: Aiblint) -> None:
    for arguments in (["--write-baseline", "base.json"], ["--baseline", "base.json", "--update-baseline"]):
        status, out, err = aiblint("--changed", *arguments, "images/both.json")
        assert (status, out) == (2, "")
        assert "--changed looks at parts of files" in err


def test_an_address_from_a_parameter_file_counts(repository: Path, aiblint: Aiblint) -> None:
    deployment = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"script": {"type": "string"}},
        "resources": [json.loads(template(install="[parameters('script')]")) | {"name": "a"}],
    }
    given = {"parameters": {"script": {"value": RAW + "main/scripts/install.sh"}}}
    commit(repository, {"arm.json": json.dumps(deployment), "arm.parameters.json": json.dumps(given)})
    write(repository, {"scripts/install.sh": INSTALL + "date\n"})
    git(repository, "add", "scripts")
    assert ("arm.json", "checksum-mismatch", "/resources/0/properties/customize/0/sha256Checksum") in told(
        aiblint, "scripts/install.sh"
    )


def test_a_pinned_address_does_not_follow_the_change(repository: Path, aiblint: Aiblint) -> None:
    head = git(repository, "rev-parse", "HEAD")
    commit(repository, {"images/both.json": template(install=f"{RAW}{head}/scripts/install.sh")})
    commit(repository, {"scripts/install.sh": INSTALL + "date\n"})
    assert told(aiblint, "scripts/install.sh") == []


def test_fixes_heal_the_steps_that_are_looked_at(repository: Path, aiblint: Aiblint) -> None:
    edited = INSTALL + "date\n"
    write(repository, {"scripts/install.sh": edited})
    git(repository, "add", "scripts")
    assert told(aiblint, "--fix", "--unsafe-fixes", "--fix-only", "checksum-mismatch", "scripts/install.sh") == []
    whole = json.loads((repository / "images" / "both.json").read_text())
    assert whole["properties"]["customize"][0]["sha256Checksum"] == hashlib.sha256(edited.encode()).hexdigest()
    assert whole["properties"]["buildTimeoutInMinutes"] == 5


def test_stdin_is_no_file_that_changed(repository: Path, aiblint: Aiblint) -> None:
    assert aiblint("--changed", "-")[0] == 2


def run_hook(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    [hook] = [hook for hook in hooks if hook["id"] == "aiblint-checkout"]
    hook |= {"language": "system", "entry": hook["entry"].replace("aiblint", f"{sys.executable} -m aiblint", 1)}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
    git(folder, "add", ".pre-commit-config.yaml")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color=never", *arguments],
        cwd=folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hook_speaks_when_only_the_script_is_committed(repository: Path, tmp_path: Path) -> None:
    write(repository, {"readme.md": "y\n"})
    git(repository, "add", "readme.md")
    done = run_hook(repository, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    write(repository, {"scripts/install.sh": INSTALL + "date\n"})
    git(repository, "add", "scripts")
    done = run_hook(repository, tmp_path / "home")
    assert (done.returncode, "AIB503" in done.stdout, "AIB801" in done.stdout) == (1, True, False), done.stdout + done.stderr


def test_the_hook_speaks_when_the_script_is_only_deleted(repository: Path, tmp_path: Path) -> None:
    run_hook(repository, tmp_path / "home")
    git(repository, "commit", "--quiet", "--message", "hook")
    git(repository, "rm", "--quiet", "scripts/install.sh")
    done = run_hook(repository, tmp_path / "home")
    assert (done.returncode, "AIB515" in done.stdout) == (1, True), done.stdout + done.stderr
    git(repository, "commit", "--quiet", "--no-verify", "--message", "gone")
    done = run_hook(repository, tmp_path / "home", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert (done.returncode, "AIB515" in done.stdout) == (1, True), done.stdout + done.stderr
