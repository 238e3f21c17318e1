"""`--since REF` shows what the commits of a branch brought: by what findings are about, never by line."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import edits
import pytest
from conftest import ROOT, Aiblint
from repositories import RAW, commit, git, make, write


def image(*customize: dict[str, object], **properties: object) -> str:
    """A deployment with these steps; `edits.script` lacks its checksum (AIB501)."""
    tree = edits.deployment()
    tree["resources"][0]["properties"].update(properties)
    tree["resources"][0]["properties"]["customize"] = list(customize)
    return json.dumps(tree, indent=2)


A, B, C = (edits.script(name) for name in "abc")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`main` holds two old findings; a branch `topic` begins there, and `main` goes on without it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = make(tmp_path / "images", [{"a.json": image(A, B)}])
    git(folder, "checkout", "--quiet", "-b", "topic")
    monkeypatch.chdir(folder)
    return folder


def told(aiblint: Aiblint, *arguments: object) -> list[tuple[str, str, str]]:
    """(file, rule, step) of each finding."""
    _, out, err = aiblint("--format", "json", *arguments)
    assert err == ""
    whole = json.loads(out)
    return [(each["path"], each["name"], _step(each["path"], each["pointer"])) for each in whole["findings"]]


def _step(path: str, pointer: str) -> str:
    """The name of the step that a pointer leads into, or the pointer."""
    *_, section, number = pointer.split("/")[:6] if "/customize/" in pointer else ["", "", ""]
    if section != "customize":
        return pointer
    return str(json.loads(Path(path).read_text())["resources"][0]["properties"]["customize"][int(number)]["name"])


def missing(path: str, *steps: str) -> list[tuple[str, str, str]]:
    return [(path, "checksum-missing", step) for step in steps]


class TestNew:
    """What the branch brought is shown, and nothing else."""

    def test_old_findings_are_passed_over_wherever_they_stand_now(self, repository: Path, aiblint: Aiblint) -> None:
        assert told(aiblint, ".") == missing("a.json", "a", "b")
        assert told(aiblint, "--since", "main", ".") == []
        text = image(C, B, A, buildTimeoutInMinutes=100)
        commit(repository, {"a.json": json.dumps(json.loads(text), indent=7).replace("\n", "\r\n")})
        assert told(aiblint, "--since", "main", ".") == missing("a.json", "c")

    def test_what_is_not_committed_yet_counts_as_well(self, repository: Path, aiblint: Aiblint) -> None:
        write(repository, {"a.json": image(A, B, C), "new.json": image(A)})
        for ref in ("main", "HEAD"):
            assert told(aiblint, "--since", ref, ".") == missing("a.json", "c") + missing("new.json", "a")

    def test_a_branch_is_compared_with_where_it_began(self, repository: Path, aiblint: Aiblint) -> None:
        commit(repository, {"a.json": image(A, B, C)})
        git(repository, "checkout", "--quiet", "main")
        commit(repository, {"a.json": image(A), "b.json": image(C)})
        git(repository, "checkout", "--quiet", "topic")
        assert told(aiblint, "--since", "main", ".") == missing("a.json", "c")  # that main mended b is not our doing
        git(repository, "tag", "v1", "main")
        assert told(aiblint, "--since", "v1", ".") == missing("a.json", "c")
        assert told(aiblint, "--since", "HEAD^", ".") == missing("a.json", "c")

    def test_a_renamed_file_is_the_same_file(self, repository: Path, aiblint: Aiblint) -> None:
        git(repository, "mv", "a.json", "z.json")
        assert told(aiblint, "--since", "main", ".") == []
        git(repository, "commit", "--quiet", "-m", "move")
        write(repository, {"sub/ü.json": (repository / "z.json").read_text(), "z.json": None})
        git(repository, "add", "-A")
        assert told(aiblint, "--since", "main", ".") == []

    def test_a_renamed_file_that_is_laid_out_anew_is_the_same_file_too(self, repository: Path, aiblint: Aiblint) -> None:
        other = json.dumps(json.loads(image(A, B, C)), indent=8).replace("\n", "\r\n")
        write(repository, {"images/z.json": other, "a.json": None})
        assert told(aiblint, "--since", "main", ".") == missing("images/z.json", "c")
        git(repository, "add", "-A")
        assert told(aiblint, "--since", "main", ".") == missing("images/z.json", "c")

    def test_one_lost_file_is_found_once(self, repository: Path, aiblint: Aiblint) -> None:
        other = json.dumps(json.loads(image(A, B)), indent=8)
        write(repository, {"y.json": other, "z.json": other, "a.json": None})
        assert told(aiblint, "--since", "main", ".") == missing("z.json", "a", "b")

    def test_a_new_file_that_shares_little_with_a_lost_one_is_new(self, repository: Path, aiblint: Aiblint) -> None:
        D, E = (edits.script(name) for name in "de")
        commit(repository, {"a.json": image(A, B, C)})
        write(repository, {"z.json": json.dumps(json.loads(image(A, D, E)), indent=8), "a.json": None})
        assert told(aiblint, "--since", "HEAD", ".") == missing("z.json", "a", "d", "e")

    def test_a_copy_is_new(self, repository: Path, aiblint: Aiblint) -> None:
        commit(repository, {"copy.json": image(A, B)})
        assert told(aiblint, "--since", "main", ".") == missing("copy.json", "a", "b")

    def test_an_exception_that_is_taken_out_brings_its_finding(self, repository: Path, aiblint: Aiblint) -> None:
        noted = image(A).replace('"scriptUri"', '"scriptUri" /* aiblint: ignore[checksum-missing] vendor */')
        commit(repository, {"a.json": noted})
        assert told(aiblint, "--since", "HEAD", ".") == []
        write(repository, {"a.json": image(A)})
        assert told(aiblint, "--since", "HEAD", ".") == missing("a.json", "a")

    def test_an_exception_that_has_become_useless_is_new(self, repository: Path, aiblint: Aiblint) -> None:
        entry = "ignore:\n  - {rule: checksum-missing, path: /a.json, reason: x}\n"
        commit(repository, {".aiblint.yaml": entry, "a.json": image(A)})
        write(repository, {"a.json": image()})
        assert told(aiblint, "--since", "HEAD", "a.json") == [(".aiblint.yaml", "unused-ignore", "")]

    def test_one_that_was_useless_before_is_not(self, repository: Path, aiblint: Aiblint) -> None:
        old = "  - {rule: checksum-missing, path: /b.json, reason: x}\n  - {rule: AIB801, until: 2020-01-01}\n"
        commit(repository, {".aiblint.yaml": f"ignore:\n{old}", "b.json": image()})
        new = "  - {rule: checksum-missing, path: /c.json, reason: x}\n"
        write(repository, {".aiblint.yaml": f"# moved\nignore:\n{new}{old}"})
        assert [name for _, name, _ in told(aiblint, ".")].count("unused-ignore") == 2
        _, out, _ = aiblint("--format", "json", "--since", "HEAD", ".")
        assert [(each["name"], each["line"]) for each in json.loads(out)["findings"]] == [("unused-ignore", 3)]
        assert aiblint("--since", "HEAD", "--fix", ".")[0] == 0
        assert (repository / ".aiblint.yaml").read_text() == f"# moved\nignore:\n{old}"

    def test_a_file_that_cannot_be_read_any_more_is_told(self, repository: Path, aiblint: Aiblint) -> None:
        write(repository, {"a.json": image(A, B)[:-40]})
        assert [name for _, name, _ in told(aiblint, "--since", "main", ".")] == ["json-syntax"]

    def test_a_damaged_file_that_is_mended_shows_what_it_hid(self, repository: Path, aiblint: Aiblint) -> None:
        commit(repository, {"a.json": '{"type": "Microsoft.VirtualMachineImages/imageTemplates", '})
        write(repository, {"a.json": image(A)})
        assert told(aiblint, "--since", "HEAD", ".") == missing("a.json", "a")


class TestThen:
    """The state of then is looked at with all that belonged to it."""

    def test_parameter_files(self, repository: Path, aiblint: Aiblint) -> None:
        tree = json.loads(image())
        tree["parameters"]["minutes"] = {"type": "int"}
        tree["resources"][0]["properties"]["buildTimeoutInMinutes"] = "[parameters('minutes')]"

        def given(minutes: int) -> str:
            return json.dumps({"parameters": {"minutes": {"value": minutes}}})

        text = json.dumps(tree)
        commit(repository, {"a.json": text, "a.parameters.json": given(5), "other.json": given(90)})
        assert told(aiblint, "--since", "HEAD", ".") == []
        commit(repository, {"a.json": text + "\n", "a.parameters.json": given(60)})
        write(repository, {"a.parameters.json": given(5)})
        timeout = ("a.json", "build-timeout-range", "/resources/0/properties/buildTimeoutInMinutes")
        assert told(aiblint, "--since", "HEAD", ".") == [timeout]
        assert told(aiblint, "--since", "HEAD^", ".") == []
        assert told(aiblint, "--since", "HEAD", "--parameters", "other.json", ".") == []
        write(repository, {"other.json": given(5)})
        assert told(aiblint, "--since", "HEAD", "--parameters", "other.json", ".") == [timeout]
        write(repository, {"other.json": None})
        os.mkdir("parameters")
        write(repository, {"a.parameters.json": None, "parameters/prod.json": given(5)})
        assert told(aiblint, "--since", "HEAD", ".") == [timeout]
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message", "moved")
        assert told(aiblint, "--since", "HEAD", ".") == []

    def test_scripts_of_the_repository(self, repository: Path, aiblint: Aiblint) -> None:
        script = "#!/bin/bash\nset -e\n"
        step = {"sha256Checksum": hashlib.sha256(script.encode()).hexdigest(), "scriptUri": RAW + "main/a.ps1"}
        text = image({**A, **step})
        commit(repository, {"a.json": text, "a.ps1": script})
        mismatch = [("a.json", "checksum-mismatch", "a")]

        def loud(*arguments: object) -> list[tuple[str, str, str]]:
            return told(aiblint, "--select", "checksum-mismatch,local-file-missing", *arguments)

        assert loud(".") == loud("--since", "HEAD", ".") == []
        write(repository, {"a.ps1": script + "date\n"})
        git(repository, "add", "-A")
        assert loud(".") == loud("--since", "HEAD", ".") == mismatch  # the script changed, the template did not
        git(repository, "commit", "--quiet", "-m", "change")
        assert loud("--since", "HEAD", ".") == []
        assert loud("--since", "HEAD^", ".") == mismatch
        git(repository, "rm", "--quiet", "a.ps1")
        assert loud("--since", "HEAD", ".") == [("a.json", "local-file-missing", "a")]

    def test_settings_and_day_are_those_of_now(self, repository: Path, aiblint: Aiblint) -> None:
        write(repository, {".aiblint.yaml": "severity: {checksum-missing: error}\n"})
        assert told(aiblint, "--since", "main", ".") == []
        assert told(aiblint, "--since", "main", "--today", "2099-01-01", ".") == []


class TestTogether:
    """With other options."""

    def test_every_format_knows_how_many_were_passed_over(self, repository: Path, aiblint: Aiblint) -> None:
        write(repository, {"a.json": image(A, B, C)})
        for name in ("text", "concise", "github", "azure-devops"):
            status, out, _ = aiblint("--format", name, "--since", "main", ".")
            assert (status, out.count("2 findings from before main"), out.count("AIB501")) == (1, 1, 1), name
        assert json.loads(aiblint("--format", "json", "--since", "main", ".")[1])["summary"]["known"] == 2
        assert "2 findings from before main" in aiblint("--format", "markdown", "--since", "main", ".")[1]
        (run,) = json.loads(aiblint("--format", "sarif", "--since", "main", ".")[1])["runs"]
        assert len(run["results"]) == 1
        assert len(json.loads(aiblint("--format", "gitlab", "--since", "main", ".")[1])) == 1
        assert aiblint("--format", "junit", "--since", "main", ".")[1].count("<failure") == 1

    def test_v_tells_the_commit(self, repository: Path, aiblint: Aiblint) -> None:
        commit(repository, {"a.json": image(A, B, C)})
        parting = git(repository, "rev-parse", "main")
        assert f"aiblint: compared with commit {parting}\n" in aiblint("-v", "--since", "main", ".")[2]

    def test_only_what_is_new_is_fixed(self, repository: Path, aiblint: Aiblint) -> None:
        old, new = edits.restart("old", "10 minutes"), edits.restart("new", "5 minutes")
        commit(repository, {"a.json": image(old)})
        write(repository, {"a.json": image(old, new)})
        status, out, _ = aiblint("--since", "HEAD", "--fix", ".")
        assert (status, "1 finding fixed, 1 finding from before HEAD" in out) == (0, True)
        assert (repository / "a.json").read_text() == image(old, {**new, "restartTimeout": "5m"})
        assert aiblint("--fix", ".")[0] == 0
        assert (repository / "a.json").read_text() == image({**old, "restartTimeout": "10m"}, {**new, "restartTimeout": "5m"})

    def test_a_baseline_sees_what_is_passed_over(self, repository: Path, aiblint: Aiblint) -> None:
        aiblint("--write-baseline", "known.json", ".")
        before = (repository / "known.json").read_text()
        write(repository, {"a.json": image(A, B, C)})
        assert told(aiblint, "--since", "HEAD", "--baseline", "known.json", ".") == missing("a.json", "c")
        assert aiblint("--since", "HEAD", "--baseline", "known.json", "--update-baseline", ".")[0] == 1
        assert (repository / "known.json").read_text() == before
        status, _, err = aiblint("--since", "HEAD", "--write-baseline", "all.json", ".")
        assert (status, err) == (
            2,
            "aiblint: --since passes over findings, and --write-baseline takes all: give one of the two\n",
        )

    def test_stdin_is_compared_with_the_file_that_it_is_called_after(
        self, repository: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        command = [sys.executable, "-m", "aiblint", "--since", "main", "--format", "concise", "-"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        for more, codes in ((["--stdin-filename", "a.json"], 1), ([], 3)):
            done = subprocess.run(
                [*command, *more], input=image(A, B, C), env=environment, capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stdout.count("AIB501")) == (1, codes)

    def test_steps_that_use_what_changed(self, repository: Path, aiblint: Aiblint) -> None:
        commit(repository, {"a.ps1": "x", "a.json": image({**A, "scriptUri": RAW + "main/a.ps1"}, B)})
        assert ("a.json", "checksum-missing", "a") in told(aiblint, "--changed", "a.ps1")
        assert told(aiblint, "--changed", "--since", "HEAD", "a.ps1") == []


class TestWhere:
    """Kinds of repositories."""

    def test_a_shallow_clone_says_what_it_lacks(
        self, repository: Path, tmp_path: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit(repository, {"a.json": image(A, B, C)})
        for depth in ("1", "2"):
            where = tmp_path / f"depth{depth}"
            git(tmp_path, "clone", "--quiet", "--depth", depth, "--branch", "topic", f"file://{repository}", str(where))
            monkeypatch.chdir(where)
            status, out, err = aiblint("--since", "main", ".")
            assert (status, out) == (2, "")
            assert err == (
                "aiblint: --since: there is no commit 'main' in this clone; this clone is shallow: fetch the history, too "
                "(actions/checkout: `fetch-depth: 0`)\n"
            )
        assert told(aiblint, "--since", "HEAD^", ".") == missing("a.json", "c")  # two commits are here
        git(where, "fetch", "--quiet", "--depth", "1", "origin", "main:main")
        assert told(aiblint, "--since", "main", ".") == missing("a.json", "c")
        monkeypatch.chdir(tmp_path / "depth1")
        git(tmp_path / "depth1", "fetch", "--quiet", "--depth", "1", "origin", "main:main")
        assert "'main' and HEAD have no commit in common; this clone is shallow" in aiblint("--since", "main", ".")[2]

    def test_a_partial_clone_says_what_it_lacks(
        self, repository: Path, tmp_path: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit(repository, {"a.json": image(A, B, C)})
        git(repository, "config", "uploadpack.allowFilter", "true")
        where = tmp_path / "partial"
        git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--branch", "topic", f"file://{repository}", str(where))
        monkeypatch.chdir(where)
        status, out, _ = aiblint("--since", "origin/main", "--format", "concise", ".")
        assert (status, out.count("AIB501")) == (1, 3)  # what was there before was not fetched, and is not
        assert "a.json: what was in it at origin/main is not in this clone (a partial one: git fetch --refetch)" in out

    def test_a_branch_of_the_remote_is_named(
        self, repository: Path, tmp_path: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        git(tmp_path, "clone", "--quiet", "--branch", "topic", f"file://{repository}", "clone")
        monkeypatch.chdir(tmp_path / "clone")
        assert aiblint("--since", "main", ".")[2] == (
            "aiblint: --since: there is no commit 'main' in this clone; did you mean 'origin/main'?\n"
        )
        assert told(aiblint, "--since", "origin/main", ".") == []

    def test_a_linked_work_tree(
        self, repository: Path, tmp_path: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        git(repository, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
        write(tmp_path / "linked", {"a.json": image(A, B, C)})
        monkeypatch.chdir(tmp_path / "linked")
        assert told(aiblint, "--since", "main", ".") == missing("a.json", "c")

    def test_a_submodule_is_compared_with_the_commit_that_it_had(
        self, repository: Path, tmp_path: Path, aiblint: Aiblint
    ) -> None:
        inner = make(tmp_path / "inner", [{"b.json": image(A)}])
        git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "vendor/inner")
        git(repository, "commit", "--quiet", "-m", "submodule")
        commit(repository / "vendor" / "inner", {"b.json": image(A, B)})
        assert told(aiblint, "--since", "HEAD", ".") == missing("vendor/inner/b.json", "b")
        git(repository, "commit", "--quiet", "-am", "newer")
        assert told(aiblint, "--since", "HEAD^", ".") == missing("vendor/inner/b.json", "b")
        assert told(aiblint, "--since", "HEAD", ".") == []

    def test_a_work_tree_that_is_no_part_of_it_is_new_as_a_whole(self, repository: Path, aiblint: Aiblint) -> None:
        make(repository / "other", [{"b.json": image(A)}])
        status, out, _ = aiblint("--since", "main", "--format", "concise", ".")
        assert (status, out.count("AIB501")) == (1, 1)
        assert f"{repository / 'other'}: nothing tells what it was at main, so all that is found there is shown\n" in out

    @pytest.mark.parametrize(
        ("ref", "said"),
        [
            ("nowhere", "--since: there is no commit 'nowhere' in this clone; git fetch may bring it"),
            (
                "@{-99}",
                "--since: there is no commit '@{-99}' in this clone; @{…} asks what this clone remembers, and it remembers nothing of "
                "the kind: name a branch, a tag or a commit",
            ),
            ("HEAD~99", "--since: there is no commit 'HEAD~99' in this clone; its history does not go back that far"),
            ("main:a.json", "--since: there is no commit 'main:a.json' in this clone; git fetch may bring it"),
            ("--output=x", "--since names a commit, a branch or a tag, and '--output=x' cannot be one"),
            ("", "--since names a commit, a branch or a tag; an empty text names none (an unset variable?)"),
            ("a\nb", "--since: there is no commit 'a\\nb' in this clone; git fetch may bring it"),
        ],
    )
    def test_what_names_no_commit_is_refused(self, repository: Path, aiblint: Aiblint, ref: str, said: str) -> None:
        assert aiblint(f"--since={ref}", ".") == (2, "", f"aiblint: {said}\n")
        assert not (repository / "x").exists()

    def test_without_history_nothing_can_be_compared(
        self, repository: Path, tmp_path: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        git(repository, "checkout", "--quiet", "--orphan", "island")
        assert "there is none yet in this repository" in aiblint("--since", "main", ".")[2]
        git(repository, "commit", "--quiet", "-m", "island")
        assert aiblint("--since", "main", ".") == (2, "", "aiblint: --since: 'main' and HEAD have no commit in common\n")
        monkeypatch.chdir(tmp_path)
        assert aiblint("--since", "main", ".") == (
            2,
            "",
            f"aiblint: --since compares with a commit, and {tmp_path} lies in no git work tree\n",
        )
        monkeypatch.chdir(repository)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert aiblint("--since", "main", ".") == (2, "", "aiblint: --since asks git, which is not installed\n")

    def test_nothing_that_the_repository_names_is_run(self, repository: Path, tmp_path: Path, aiblint: Aiblint) -> None:
        trap = tmp_path / "trap"
        trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
        trap.chmod(0o755)
        write(repository, {".gitattributes": "*.json filter=trap diff=trap\n", "a.json": image(A, B, C)})
        for name, value in (
            ("filter.trap.clean", trap), ("filter.trap.smudge", trap), ("filter.trap.process", trap), ("filter.trap.required", "true"),
            ("diff.trap.textconv", trap), ("diff.trap.command", trap), ("diff.external", trap), ("core.fsmonitor", trap),
            ("core.hooksPath", tmp_path), ("core.pager", trap), ("alias.merge-base", f"!{trap}"), ("core.sshCommand", trap),
        ):  # fmt: skip
            git(repository, "config", name, str(value))
        os.utime(repository / "a.json", (1, 1))
        assert told(aiblint, "--since", "main", ".") == missing("a.json", "c")
        assert not (tmp_path / "sprung").exists()


class TestWhichRepository:
    """It is that of the paths, wherever one stands."""

    def test_from_outside(self, repository: Path, aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(repository, {"a.json": image(A, B, C)})
        monkeypatch.chdir(tmp_path)
        path = f"{repository.name}/a.json"
        assert told(aiblint, "--since", "main", repository.name) == missing(path, "c")
        assert told(aiblint, "--since", "main", path) == missing(path, "c")

    def test_from_another_one(
        self, repository: Path, aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(repository, {"a.json": image(A, B, C)})
        elsewhere = make(tmp_path / "elsewhere", [{"x.json": "{}"}])
        monkeypatch.chdir(elsewhere)
        assert [step for _, _, step in told(aiblint, "--since", "main", f"../{repository.name}")] == ["c"]
        status, _, err = aiblint("--since", "main", ".", f"../{repository.name}")
        assert (status, "paths of two" in err) == (2, True)

    def test_none(self, aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        status, _, err = aiblint("--since", "main", ".")
        assert (status, "lies in no git work tree" in err) == (2, True)
