"""An address leads to the file of the repository that it names, as it is or will be committed, and to nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from repositories import RAW, commit, git, make, write

from aiblint.checkout import Checkout, Checkouts
from aiblint.checkout.file import File, digest

SCRIPT = "#!/bin/sh\necho one\n"
MAIN = RAW + "main/"
needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write(tmp_path, {"outside.sh": SCRIPT})
    return make(tmp_path / "images", [{"scripts/install agent.sh": SCRIPT, "top.sh": SCRIPT}])


def checkout(folder: Path, *sources: tuple[str, str]) -> Checkout:
    return Checkout(str(folder / "templates" / "image.json"), Checkouts(sources))


def look(folder: Path, uri: str) -> File | None:
    return checkout(folder).file(uri)


def found(folder: Path, uri: str) -> str | None:
    """The path of the file that an address leads to, None where it leads to none."""
    file = look(folder, uri)
    return file.path if file is not None and not file.missing else None


class TestAddresses:
    @pytest.mark.parametrize(
        "uri",
        [
            MAIN + "scripts/install%20agent.sh",
            MAIN + "scripts/install agent.sh",
            MAIN + "scripts/install%20agent.sh?token=abc",
            MAIN + "scripts/install%20agent.sh#L1",
            RAW + "HEAD/scripts/install%20agent.sh",
            RAW + "some-branch/scripts/install%20agent.sh",
            RAW + "refs/heads/main/scripts/install%20agent.sh",
            RAW + "feature/with/slashes/scripts/install%20agent.sh",
            RAW + "refs/heads/feature/x/scripts/install%20agent.sh",
            "http://raw.githubusercontent.com/contoso/images/main/scripts/install%20agent.sh",
            "https://raw.githubusercontent.com/Contoso/IMAGES/main/scripts/install%20agent.sh",
            "https://RAW.GithubUserContent.com/contoso/images/main/scripts/install%20agent.sh",
            "https://github.com/contoso/images/raw/main/scripts/install%20agent.sh",
            "https://www.github.com/contoso/images/raw/refs/heads/main/scripts/install%20agent.sh",
            "https://github.com/contoso/images/blob/main/scripts/install%20agent.sh?raw=true",
            "https://github.com/contoso/images/blob/main/scripts/install%20agent.sh",
        ],
    )
    def test_of_github_lead_to_the_file(self, repository: Path, uri: str) -> None:
        assert found(repository, uri) == "scripts/install agent.sh"

    @pytest.mark.parametrize(
        ("remote", "uri"),
        [
            (
                "https://gitlab.com/contoso/team/images.git",
                "https://gitlab.com/contoso/team/images/-/raw/main/top.sh?inline=false",
            ),
            ("git@gitlab.com:contoso/images.git", "https://gitlab.com/contoso/images/raw/main/top.sh"),
            ("git@gitlab.com:contoso/images.git", "https://gitlab.com/contoso/images/-/raw/refs/heads/main/top.sh"),
            (
                "https://git.contoso.com/contoso/images.git",
                "https://git.contoso.com/api/v4/projects/contoso%2Fimages/repository/files/top%2Esh/raw?ref=main",
            ),
            ("https://git.contoso.com/contoso/images", "https://git.contoso.com/contoso/images/raw/main/top.sh"),
            ("https://bitbucket.org/contoso/images.git", "https://bitbucket.org/contoso/images/raw/main/top.sh"),
            (
                "https://contoso@dev.azure.com/contoso/our%20project/_git/images",
                "https://dev.azure.com/contoso/our%20project/_apis/git/repositories/images/items?path=/top.sh&versionDescriptor.version=main",
            ),
            (
                "git@ssh.dev.azure.com:v3/contoso/project/images",
                "https://dev.azure.com/contoso/project/_apis/git/repositories/images/items?path=%2Ftop.sh&api-version=7.1",
            ),
            (
                "https://contoso.visualstudio.com/DefaultCollection/project/_git/images",
                "https://contoso.visualstudio.com/project/_apis/git/repositories/images/items?scopePath=/top.sh"
                "&versionDescriptor[version]=main&versionDescriptor[versionType]=branch",
            ),
            (
                "https://dev.azure.com/contoso/_git/images",
                "https://dev.azure.com/contoso/images/_apis/git/repositories/images/Items?path=top.sh",
            ),
            (
                "https://dev.azure.com/contoso/p/_git/images",
                "https://dev.azure.com/contoso/_apis/git/repositories/images/items?path=top.sh",
            ),
        ],
    )
    def test_of_other_hosts_lead_to_the_file(self, repository: Path, remote: str, uri: str) -> None:
        git(repository, "remote", "set-url", "origin", remote)
        file = look(repository, uri)
        assert file is not None
        assert (file.path, file.own, file.missing) == ("top.sh", True, False)

    @pytest.mark.parametrize(
        "uri",
        [
            MAIN + "../outside.sh",
            MAIN + "scripts/../../outside.sh",
            MAIN + "%2e%2e/outside.sh",
            MAIN + "..%2Foutside.sh",
            MAIN + "%2Fetc/passwd",
            MAIN + ".git/config",
            MAIN + ".GIT/config",
            MAIN + "scripts/%00",
            MAIN + "scripts/%0Atop.sh",
            MAIN + "scripts/\ud800",
            MAIN + "scripts%5Cinstall agent.sh",
            MAIN + "scripts//install agent.sh",
            MAIN + "%E9.sh",
            MAIN,
            RAW + "main",
            "https://raw.githubusercontent.com/contoso/images",
            "https://raw.githubusercontent.com/fabrikam/tools/main/top.sh",
            "https://media.githubusercontent.com/other/contoso/images/main/top.sh",
            "https://github.com/contoso/images",
            "https://github.com/contoso/images/releases/download/v1/top.sh",
            "https://files.contoso.com/contoso/images/main/top.sh",
            "https://dev.azure.com/contoso/images/_apis/git/repositories/images/items?path=/",
            "ftp://raw.githubusercontent.com/contoso/images/main/top.sh",
            "scripts/install agent.sh",
            "",
        ],
    )
    def test_any_other_address_leads_nowhere(self, repository: Path, uri: str) -> None:
        assert look(repository, uri) is None

    @pytest.mark.parametrize(
        ("remote", "ours"),
        [
            ("https://github.com/contoso/images", True),
            ("https://github.com/contoso/images.git/", True),
            ("https://user:secret@github.com/Contoso/Images.git", True),
            ("git@github.com:contoso/images.git", True),
            ("ssh://git@github.com/contoso/images.git", True),
            ("ssh://git@ssh.github.com:443/contoso/images.git", True),
            ("https://github.com/contoso/images-old.git", None),
            ("https://github.com/fabrikam/images.git", False),
            ("https://notgithub.com/contoso/tools.git", None),
            ("../images.git", False),
        ],
    )
    def test_the_remote_says_whose_addresses_are_ours(self, repository: Path, remote: str, ours: bool | None) -> None:
        git(repository, "remote", "set-url", "origin", remote)
        file = look(repository, MAIN + "top.sh")
        assert (file.own if file is not None else None) is ours

    def test_the_address_of_a_submodule_is_not_ours(self, repository: Path) -> None:
        git(repository, "config", "submodule.tools.url", "https://github.com/contoso/tools.git")
        assert look(repository, "https://raw.githubusercontent.com/contoso/tools/main/top.sh") is None

    def test_a_fork_is_known_by_a_file_of_the_same_path(self, repository: Path) -> None:
        upstream = "https://raw.githubusercontent.com/fabrikam/images/main/"
        file = look(repository, upstream + "top.sh")
        assert file is not None
        assert (file.own, file.sha256) == (False, digest(SCRIPT.encode()))
        assert look(repository, upstream + "gone.sh") is None

    def test_sources_lead_from_storage_to_a_folder(self, repository: Path) -> None:
        source = ("https://st.blob.core.windows.net/files/", str(repository / "scripts"))
        there = checkout(repository, source)
        file = there.file("https://ST.blob.core.windows.net/files/install%20agent.sh?sv=1&sig=x")
        assert file is not None
        assert (file.path, file.own, file.missing, file.is_moving) == ("scripts/install agent.sh", True, False, True)
        gone = there.file("https://st.blob.core.windows.net/files/gone.sh")
        assert gone is not None
        assert (gone.missing, gone.certain) == (True, False)
        for uri in ("https://st.blob.core.windows.net/other/top.sh", "https://st.blob.core.windows.net/files/../top.sh"):
            assert there.file(uri) is None
        assert checkout(repository, (source[0], str(repository.parent))).file(source[0] + "outside.sh") is None

    def test_an_address_is_given_with_another_path_or_pinned(self, repository: Path) -> None:
        head = "1" * 40
        for uri, path, pinned in (
            (MAIN + "top.sh?x=1", MAIN + "a%20b/c.sh?x=1", RAW + head + "/top.sh?x=1"),
            (RAW + "refs/heads/main/top.sh", RAW + "refs/heads/main/a%20b/c.sh", RAW + head + "/top.sh"),
            (RAW + "a/b/top.sh", RAW + "a/b/a%20b/c.sh", RAW + head + "/top.sh"),
            (
                "https://github.com/contoso/images/raw/main/top.sh",
                "https://github.com/contoso/images/raw/main/a%20b/c.sh",
                f"https://github.com/contoso/images/raw/{head}/top.sh",
            ),
        ):
            file = look(repository, uri)
            assert file is not None
            assert (file.with_path("a b/c.sh"), file.pinned_to(head)) == (path, pinned)


class TestState:
    """Which state of a file counts: that of the commit that is named, or else what the next commit will hold."""

    def test_the_index_counts_not_the_working_copy(self, repository: Path) -> None:
        write(repository, {"top.sh": "edited\n"})
        file = look(repository, MAIN + "top.sh")
        assert file is not None
        assert file.served == SCRIPT.encode()
        git(repository, "add", "top.sh")
        file = look(repository, MAIN + "top.sh")
        assert file is not None
        assert file.served == b"edited\n"

    def test_a_commit_a_part_of_its_id_and_a_tag_are_read_as_they_were(self, repository: Path) -> None:
        first = git(repository, "rev-parse", "HEAD")
        git(repository, "tag", "-a", "-m", "one", "v1.0.0")
        git(repository, "tag", "stable")
        commit(repository, {"top.sh": "edited\n", "new.sh": "new\n"})
        for ref in (first, first.upper(), first[:10], "v1.0.0", "stable", "refs/tags/stable"):
            file = look(repository, RAW + ref + "/top.sh")
            assert file is not None, ref
            assert (file.served, file.commit, file.is_moving) == (SCRIPT.encode(), first, False)
            gone = look(repository, RAW + ref + "/new.sh")
            assert gone is not None
            assert (gone.missing, gone.certain) == (True, True)

    @pytest.mark.parametrize("ref", ["1" * 40, "1" * 64, "abcdef1", "v9.9.9", "refs/tags/gone", "2.0"])
    def test_a_commit_or_tag_that_is_not_here_is_unknown(self, repository: Path, ref: str) -> None:
        assert look(repository, f"{RAW}{ref}/top.sh") is None
        assert look(repository, f"{RAW}{ref}/gone.sh") is None

    def test_a_branch_is_this_checkout_even_where_the_remote_has_another_state(self, repository: Path) -> None:
        git(repository, "update-ref", "refs/remotes/origin/main", git(repository, "rev-parse", "HEAD"))
        commit(repository, {"top.sh": "edited\n"})
        file = look(repository, MAIN + "top.sh")
        assert file is not None
        assert file.served == b"edited\n"

    def test_a_name_of_a_branch_and_of_a_tag_tells_nothing(self, repository: Path) -> None:
        git(repository, "tag", "main")
        assert look(repository, MAIN + "top.sh") is None

    def test_the_branch_that_is_known_parts_the_address(self, repository: Path) -> None:
        git(repository, "update-ref", "refs/remotes/origin/feature/scripts", "HEAD")
        commit(repository, {"scripts/top.sh": "other\n"})
        file = look(repository, RAW + "feature/scripts/top.sh")
        assert file is not None
        assert (file.ref, file.path) == ("feature/scripts", "top.sh")
        file = look(repository, RAW + "unknown/scripts/top.sh")
        assert file is not None
        assert (file.ref, file.path) == ("unknown", "scripts/top.sh")

    def test_a_file_that_is_not_added_counts_unless_git_ignores_it(self, repository: Path) -> None:
        write(repository, {"new.sh": "new\n", "build/out.sh": "out\n", ".gitignore": "build/\n"})
        file = look(repository, MAIN + "new.sh")
        assert file is not None
        assert (file.untracked, file.served) == (True, b"new\n")
        ignored = look(repository, MAIN + "build/out.sh")
        assert ignored is not None
        assert (ignored.missing, ignored.ignored) == (True, True)

    def test_a_file_whose_adding_was_announced_has_no_content_yet(self, repository: Path) -> None:
        write(repository, {"new.sh": "new\n"})
        git(repository, "add", "--intent-to-add", "new.sh")
        file = look(repository, MAIN + "new.sh")
        assert file is not None
        assert (file.missing, file.sha256) == (False, None)

    def test_a_deleted_file_is_missing_before_the_commit(self, repository: Path) -> None:
        git(repository, "rm", "--quiet", "top.sh")
        file = look(repository, MAIN + "top.sh")
        assert file is not None
        assert (file.missing, file.certain) == (True, True)

    def test_missing_is_certain_where_the_branch_is_ours(self, repository: Path) -> None:
        for ref, certain in (("main", True), ("HEAD", True), ("elsewhere", False)):
            file = look(repository, f"{RAW}{ref}/never.sh")
            assert file is not None
            assert (file.missing, file.certain) == (True, certain)

    def test_a_branch_that_is_kept_apart_has_files_of_its_own(self, repository: Path) -> None:
        git(repository, "switch", "--quiet", "--orphan", "files")
        commit(repository, {"agent.conf": "a=1\n"})
        git(repository, "update-ref", "refs/remotes/origin/files", "HEAD")
        git(repository, "switch", "--quiet", "main")
        assert look(repository, RAW + "files/agent.conf") is None

    def test_before_the_first_add_the_last_commit_counts(self, repository: Path, tmp_path: Path) -> None:
        git(tmp_path, "clone", "--quiet", "--no-checkout", str(repository), "clone")
        git(tmp_path / "clone", "remote", "set-url", "origin", "https://github.com/contoso/images")
        assert found(tmp_path / "clone", MAIN + "top.sh") == "top.sh"

    def test_the_index_of_a_partial_commit_counts(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        other = repository / ".git" / "next-index-1.lock"
        shutil.copy(repository / ".git" / "index", other)
        commit(repository, {"top.sh": "edited\n"})
        monkeypatch.setenv("GIT_INDEX_FILE", str(other))
        file = look(repository, MAIN + "top.sh")
        assert file is not None
        assert file.served == SCRIPT.encode()
        monkeypatch.setenv("GIT_INDEX_FILE", str(repository.parent / "foreign-index"))
        file = look(repository, MAIN + "top.sh")
        assert file is not None
        assert file.served == b"edited\n"

    def test_a_merge_under_way_tells_nothing(self, repository: Path) -> None:
        git(repository, "switch", "--quiet", "--create", "side")
        commit(repository, {"top.sh": "side\n"})
        git(repository, "switch", "--quiet", "main")
        commit(repository, {"top.sh": "main\n"})
        with pytest.raises(subprocess.CalledProcessError):
            git(repository, "merge", "side")
        assert look(repository, MAIN + "top.sh") is None
        assert found(repository, MAIN + "scripts/install agent.sh") is not None


class TestLinksAndModules:
    @needs_posix
    def test_a_link_is_not_followed(self, repository: Path) -> None:
        (repository / "link.sh").symlink_to(repository.parent / "outside.sh")
        (repository / "folder").symlink_to(repository.parent)
        for uri in (MAIN + "link.sh", MAIN + "folder/outside.sh"):
            file = look(repository, uri)
            assert file is None or file.missing
        git(repository, "add", "link.sh", "folder")
        assert look(repository, MAIN + "link.sh") is None
        gone = look(repository, MAIN + "folder/outside.sh")
        assert gone is not None
        assert gone.missing

    def test_a_file_of_a_submodule_is_none_of_the_repository(self, repository: Path, tmp_path: Path) -> None:
        tools = make(tmp_path / "tools", [{"x.sh": SCRIPT}], "https://github.com/contoso/tools.git")
        git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tools), "lib")
        file = look(repository, MAIN + "lib/x.sh")
        assert file is not None
        assert file.missing
        assert look(repository, MAIN + "lib") is None

    def test_a_linked_work_tree_has_the_remotes_of_its_repository_and_an_index_of_its_own(
        self, repository: Path, tmp_path: Path
    ) -> None:
        git(repository, "worktree", "add", "--quiet", str(tmp_path / "linked"))
        write(tmp_path / "linked", {"top.sh": "linked\n"})
        git(tmp_path / "linked", "add", "top.sh")
        file = look(tmp_path / "linked", MAIN + "top.sh")
        assert file is not None
        assert (file.own, file.served) == (True, b"linked\n")

    def test_names_are_told_apart_by_capitals_on_every_disk(self, repository: Path) -> None:
        write(repository, {"New.sh": "new\n"})
        file = look(repository, MAIN + "new.sh")
        assert file is not None
        assert file.missing

    def test_pointers_of_git_lfs_are_told_from_what_is_served(self, repository: Path) -> None:
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'5' * 64}\nsize 31457280\n"
        commit(repository, {"agent.msi": pointer})
        for uri, sha256 in (
            (MAIN + "agent.msi", digest(pointer.encode())),
            ("https://media.githubusercontent.com/media/contoso/images/main/agent.msi", "5" * 64),
            ("https://github.com/contoso/images/raw/main/agent.msi", "5" * 64),
        ):
            file = look(repository, uri)
            assert file is not None
            assert (file.sha256, file.size) == (sha256, 31457280)
        plain = look(repository, "https://media.githubusercontent.com/media/contoso/images/main/top.sh")
        assert plain is not None
        assert plain.sha256 is None
