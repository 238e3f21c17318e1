"""Files: what is found below a path, what is left out, what is read further, and that nothing of a repository is executed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aiblint import files, program, sniff
from aiblint import git as git_module

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="pipes and links as POSIX has them")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, with a git that knows no settings but its own and finds no repository above."""
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return folder


def write(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("{}", encoding="utf-8")


def git(*arguments: str) -> None:
    command = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "protocol.file.allow=always", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def native(*names: str) -> list[str]:
    return [name.replace("/", os.sep) for name in names]


@pytest.fixture
def no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(prefix: str) -> bytes | None:
        raise AssertionError(f"git was asked about {prefix!r}")

    monkeypatch.setattr(files, "_ask_git", fail)


@pytest.mark.usefixtures("tree", "no_git")
class TestWithoutGit:
    def test_a_folder_yields_json_files_of_any_case_sorted(self) -> None:
        write("z.json", "b/c/x.JSON", "b/y.jsonc", "a.Json", "b/readme.md", "json", "b/x.json5", "x.json.bak")
        assert files.find(["."]) == native("a.Json", "b/c/x.JSON", "b/y.jsonc", "z.json")

    def test_names_begin_as_the_path_was_given(self, tree: Path) -> None:
        write("b/x.json")
        for given_path, name in [
            ("b", "b/x.json"),
            ("b/", "b/x.json"),
            ("./b", "b/x.json"),
            (".//./b/", "b/x.json"),
            ("./b/x.json", "b/x.json"),
            ("../tree/b", "../tree/b/x.json"),
            ("./", "b/x.json"),
        ]:
            assert files.find([given_path]) == native(name), given_path
        assert files.find([str(tree)]) == [str(tree / "b" / "x.json")]

    def test_a_hidden_name_keeps_its_dot(self) -> None:
        write(".x.json", ".d/y.json")
        assert files.find([".x.json", ".d", "./.x.json"]) == native(".x.json", ".d/y.json")

    def test_a_named_file_is_taken_whatever_it_is_called(self) -> None:
        write("template.tpl", "node_modules/x.json")
        assert files.find(["template.tpl", "node_modules/x.json"]) == native("template.tpl", "node_modules/x.json")

    def test_each_file_comes_once_in_the_order_given(self, tree: Path) -> None:
        write("b/x.json", "b/y.json", "a.json")
        again = ["b/y.json", "b", ".", "b/../a.json", str(tree / "a.json"), "b/y.json"]
        assert files.find(again) == native("b/y.json", "b/x.json", "a.json")

    def test_folders_that_hold_nothing_of_ones_own_are_not_entered(self) -> None:
        write(
            *(f"{name}/x.json" for name in files.SKIPPED_FOLDERS - {".git"}),
            "sub/node_modules/x.json",
            "venv.json",
            "myvenv/x.json",
        )
        assert files.find(["."]) == native("myvenv/x.json", "venv.json")

    def test_a_folder_that_is_named_is_searched_whatever_it_is_called(self) -> None:
        write("node_modules/p/x.json", "node_modules/p/node_modules/q/x.json")
        assert files.find(["node_modules"]) == native("node_modules/p/x.json")

    @pytest.mark.parametrize("name", ["missing.json", "folder/missing.json", "x.json/y.json"])
    def test_a_path_that_does_not_exist_is_refused(self, name: str) -> None:
        write("x.json")
        with pytest.raises(sniff.PathError) as caught:
            files.find(["x.json", name])
        assert caught.value.path == name
        assert str(caught.value).startswith(f"{name}: ")

    def test_the_message_about_a_path_cannot_steer_a_terminal(self) -> None:
        with pytest.raises(sniff.PathError) as caught:
            files.find(["\x1b[31m.json"])
        assert str(caught.value) == "'\\x1b[31m.json': does not exist"

    @needs_posix
    def test_links_to_files_are_taken_and_links_to_folders_not_followed(self) -> None:
        write("real/x.json")
        os.symlink("real/x.json", "link.json")
        os.symlink("nowhere.json", "dangling.json")
        os.symlink("circle.json", "circle.json")
        os.symlink("real", "linked")
        os.symlink("real", "folder.json")
        os.symlink(".", "real/loop")
        assert files.find(["."]) == ["link.json", "real/x.json"]
        assert files.find(["linked"]) == ["linked/x.json"]
        with pytest.raises(sniff.PathError, match=r"dangling\.json: does not exist"):
            files.find(["dangling.json"])

    @needs_posix
    def test_pipes_are_never_waited_for(self) -> None:
        os.mkfifo("pipe.json")
        write("x.json")
        assert files.find(["."]) == ["x.json"]
        for named in ("pipe.json", os.devnull):
            with pytest.raises(sniff.PathError, match="is not a regular file"):
                files.find([".", named])
        with pytest.raises(sniff.PathError, match=r"pipe\.json: is not a regular file"):
            sniff.read_bytes("pipe.json")

    @needs_posix
    def test_a_name_that_is_no_text_is_found_and_read(self) -> None:
        name = os.fsdecode(b"\xff.json")
        try:
            write(name)
        except OSError:
            pytest.skip("the file system takes only names that are text")
        assert files.find(["."]) == [name]
        assert sniff.read_bytes(name) == b"{}"

    def test_a_folder_that_cannot_be_listed_is_told_and_the_others_go_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a/x.json", "b/x.json")
        real = os.scandir

        def scandir(path: str) -> object:
            if path == "a" + os.sep:
                raise PermissionError(13, "Permission denied", path)
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)
        told: list[OSError] = []
        assert files.find(["."], told.append) == native("b/x.json")
        assert [error.filename for error in told] == ["a" + os.sep]


@needs_git
@pytest.mark.usefixtures("tree")
class TestWithGit:
    def test_what_git_ignores_is_left_out(self) -> None:
        git("init")
        write("a/x.json", "a/build/y.json", "tracked/build/z.json", "new.JSON", "node_modules/n.json", "a/.terraform/t.json")
        Path(".gitignore").write_text("build/\n*.tmp.json\n")
        Path("a/.gitignore").write_text("/local.json\n")
        write("a/local.json", "local.json", "b.tmp.json")
        git("add", "--force", "tracked", "a/x.json", "node_modules")
        assert files.find(["."]) == native("a/x.json", "local.json", "new.JSON", "tracked/build/z.json")
        assert files.find(["a"]) == native("a/x.json")

    def test_a_named_file_is_taken_even_if_ignored(self) -> None:
        git("init")
        write("x.json")
        Path(".gitignore").write_text("x.json\n")
        assert files.find(["x.json"]) == ["x.json"]
        assert files.find(["."]) == []

    def test_a_folder_ignored_as_a_whole_is_searched_when_it_is_named(self) -> None:
        git("init")
        write("out/x.json")
        Path(".gitignore").write_text("out\n")
        assert files.find(["out"]) == native("out/x.json")
        assert files.find(["."]) == []

    def test_tracked_but_deleted_or_replaced_files_are_left_out(self) -> None:
        git("init")
        write("a.json", "b.json", "c.json")
        git("add", ".")
        os.remove("a.json")
        os.remove("b.json")
        write("b.json/d.json")
        assert files.find(["."]) == native("b.json/d.json", "c.json")

    def test_a_file_in_an_unresolved_merge_comes_once(self) -> None:
        git("init", "-b", "main")
        write("x.json")
        git("add", ".")
        git("commit", "-m", "1")
        for branch, text in [("other", "[1]"), ("main", "[2]")]:
            git("checkout", *([] if branch == "main" else ["-b"]), branch)
            Path("x.json").write_text(text)
            git("commit", "-a", "-m", branch)
        with pytest.raises(subprocess.CalledProcessError):
            git("merge", "other")
        assert files.find(["."]) == ["x.json"]

    def test_strange_names_arrive_whole(self) -> None:
        git("init")
        names = ["a b.json", "ä.json", "quote'.json"] + ([] if os.name == "nt" else ["new\nline.json", "t\tb.json", '"q.json'])
        write(*names)
        assert files.find(["."]) == sorted(names)
        git("add", ".")
        assert files.find(["."]) == sorted(names)

    def test_work_trees_inside_obey_their_own_ignores(self) -> None:
        write("in/keep.json", "in/sub/drop.json", "outside.json", "in/empty/.keep")
        git("init", "in")
        Path("in/.gitignore").write_text("drop.json\n")
        assert files.find(["."]) == native("in/keep.json", "outside.json")
        git("init", ".")
        assert files.find(["."]) == native("in/keep.json", "outside.json")
        Path("in/.gitignore").write_text("*\n")
        assert files.find(["."]) == ["outside.json"]

    def test_submodules_are_searched(self) -> None:
        write("origin/x.json")
        git("init", "origin")
        git("-C", "origin", "add", ".")
        git("-C", "origin", "commit", "-m", "1")
        git("init", "super")
        git("-C", "super", "submodule", "add", "../origin", "lib")
        assert files.find(["super"]) == native("super/lib/x.json")

    def test_the_variables_of_a_hook_do_not_lead_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a/x.json", "b/y.json", "b/drop.json")
        git("init", "a")
        git("init", "b")
        Path("b/.gitignore").write_text("drop.json\n")
        monkeypatch.setenv("GIT_DIR", os.path.abspath("a/.git"))
        monkeypatch.setenv("GIT_WORK_TREE", os.path.abspath("a"))
        monkeypatch.setenv("GIT_INDEX_FILE", os.path.abspath("a/.git/index"))
        assert files.find(["b"]) == native("b/y.json")

    @needs_posix
    def test_links_are_treated_as_without_git(self) -> None:
        git("init")
        write("real/x.json")
        os.symlink("real/x.json", "link.json")
        os.symlink("nowhere.json", "dangling.json")
        os.symlink("real", "folder.json")
        git("add", ".")
        assert files.find(["."]) == native("link.json", "real/x.json")

    def test_both_ways_to_run_git_give_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        git("init")
        write("x.json", "out/y.json")
        Path(".gitignore").write_text("out\n")
        assert files.find(["."]) == ["x.json"]
        monkeypatch.setattr(program, "ask", program._ask_with_subprocess)
        assert files.find(["."]) == ["x.json"]

    @needs_posix
    def test_no_program_that_the_repository_names_is_started(self, tree: Path) -> None:
        git("init")
        write("x.json")
        git("add", ".")
        spy = tree / "spy"
        spy.write_text(f"#!/bin/sh\necho started >> '{tree}/started'\n")
        spy.chmod(0o755)
        (tree / "hooks").mkdir()
        for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
            shutil.copy(spy, tree / "hooks" / hook)
        for key, value in {
            "core.fsmonitor": str(spy),
            "core.hooksPath": str(tree / "hooks"),
            "core.pager": str(spy),
            "pager.ls-files": "true",
            "filter.f.clean": str(spy),
            "filter.f.process": str(spy),
            "alias.ls-files": f"!{spy}",
            "core.sshCommand": str(spy),
        }.items():
            git("config", key, value)
        Path(".gitattributes").write_text("*.json filter=f\n")
        assert files.find(["."]) == ["x.json"]
        assert not (tree / "started").exists()
        git("ls-files", "--others")
        assert (tree / "started").exists(), "the trap does not work, so the silence above proves nothing"

    @needs_posix
    def test_a_git_in_the_current_folder_is_not_started(self, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        git("init")
        write("x.json")
        for name in ("git", "git.exe"):
            Path(name).write_text(f"#!/bin/sh\ntouch '{tree}/started'\n")
            Path(name).chmod(0o755)
        monkeypatch.setenv("PATH", os.pathsep.join(["", ".", os.environ["PATH"]]))
        assert files.find(["."]) == ["x.json"]
        assert not (tree / "started").exists()


@needs_posix
@pytest.mark.parametrize("run", ["ask", "_ask_with_subprocess"])
@pytest.mark.parametrize(
    "script",
    [
        pytest.param("exit 128", id="fails"),
        pytest.param("printf '? y.json\\0'; exit 1", id="fails late"),
        pytest.param("exec sleep 60", id="hangs"),
        pytest.param("printf '? y.json\\0'; exec sleep 60", id="hangs late"),
        pytest.param("kill -9 $$", id="dies"),
        pytest.param(None, id="cannot be started"),
    ],
)
def test_a_git_that_does_not_answer_leaves_the_walk(
    tree: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, run: str
) -> None:
    folder = tree.parent / "bin"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n" if script else "#!/nowhere/interpreter\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "SECONDS", 0.3)
    monkeypatch.setattr(program, "ask", getattr(program, run))
    write(".git/config", "x.json", "y.json", "sub/z.json")
    assert files.find(["."]) == ["sub/z.json", "x.json", "y.json"]


def test_without_git_installed_the_folder_is_walked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tree))
    write(".git/config", "x.json")
    assert files.find(["."]) == ["x.json"]


def test_a_broken_repository_is_walked(tree: Path) -> None:
    write(".git/config", "x.json", "sub/.git/config", "sub/y.json")
    assert files.find(["."]) == native("sub/y.json", "x.json")


def test_finding_named_files_imports_nothing_slow(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    program = (
        "import sys; from aiblint import files, sniff; "
        "names = files.find(sys.argv[1:]); sniff.may_hold_template(sniff.read_bytes(names[0])); "
        "print(sorted(sys.modules.keys() & {'re', 'typing', 'dataclasses', 'pathlib', 'subprocess', 'select', 'enum'}))"
    )
    root = Path(files.__file__).resolve().parents[1]
    command = [sys.executable, "-S", "-c", program, str(tmp_path / "x.json")]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=True)
    assert done.stdout == "[]\n"
