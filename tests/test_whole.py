"""Files are written whole or not at all, and stay the same files to everybody else."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from aiblint import whole

posix = pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize("lasting", [True, False])
def test_what_is_replaced_keeps_its_mode_and_what_is_new_has_that_of_any_new_file(tmp_path: Path, lasting: bool) -> None:
    path, other = tmp_path / "report.json", tmp_path / "other"
    other.write_text("any new file")
    whole.write(str(path), b"one", lasting=lasting)
    assert (path.read_bytes(), mode(path)) == (b"one", mode(other))
    path.chmod(0o640)
    whole.write(str(path), b"two", lasting=lasting)
    assert (path.read_bytes(), mode(path)) == (b"two", 0o640)
    assert sorted(os.listdir(tmp_path)) == ["other", "report.json"]


@posix
def test_nobody_else_reads_the_content_before_it_has_the_mode_of_what_it_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "private.json"
    path.write_text("old")
    path.chmod(0o600)
    seen = []
    monkeypatch.setattr(os, "chmod", lambda beside, _: seen.append(mode(Path(beside))))
    whole.write(str(path), b"new")
    assert seen == [0o600]


@posix
def test_what_is_replaced_keeps_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o4755)
    done: list[tuple[str, object]] = []
    monkeypatch.setattr(os, "chown", lambda beside, user, group: done.append(("owner", (user, group))))
    monkeypatch.setattr(os, "chmod", lambda beside, mode: done.append(("mode", mode)))
    whole.write(str(path), b"new")
    status = path.parent.stat()
    assert done == [("owner", (status.st_uid, status.st_gid)), ("mode", 0o4755)], "the other way round the mode loses a bit"


@posix
def test_an_owner_that_may_not_be_given_is_no_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o640)

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    whole.write(str(path), b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o640)


@pytest.mark.skipif(not hasattr(os, "listxattr"), reason="extended attributes as Linux has them")
def test_one_attribute_that_is_refused_costs_none_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    kept: dict[str, bytes] = {}

    def keep(beside: str, name: str, value: bytes) -> None:
        if name.startswith("security."):
            raise PermissionError(1, "Operation not permitted")
        kept[name] = value

    monkeypatch.setattr(os, "listxattr", lambda _: ["user.a", "security.x", "user.b"])
    monkeypatch.setattr(os, "getxattr", lambda _, name: name.encode())
    monkeypatch.setattr(os, "setxattr", keep)
    whole.write(str(path), b"new")
    assert (path.read_bytes(), kept) == (b"new", {"user.a": b"user.a", "user.b": b"user.b"})


@pytest.mark.skipif(not hasattr(os, "listxattr"), reason="extended attributes as Linux has them")
def test_attributes_are_kept_where_the_file_system_has_them(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    try:
        os.setxattr(path, "user.origin", b"somewhere")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    whole.write(str(path), b"new")
    assert (path.read_bytes(), os.getxattr(path, "user.origin")) == (b"new", b"somewhere")


@posix
def test_what_somebody_put_under_the_name_in_between_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, victim = tmp_path / "report.json", tmp_path / "victim"
    path.write_text("old")
    victim.write_text("precious")
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / f".report.json.{'00' * 6}.tmp").symlink_to(victim)
    with pytest.raises(FileExistsError):
        whole.write(str(path), b"new")
    assert (path.read_text(), victim.read_text()) == ("old", "precious")


@posix
@pytest.mark.parametrize("lasting", [True, False])
def test_what_shall_last_is_on_the_disk_before_it_has_the_name_and_the_name_after(
    tmp_path: Path, lasting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, done = tmp_path / "report.json", []
    replace = os.replace
    monkeypatch.setattr(os, "fsync", lambda file: done.append("folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file"))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("named"), replace(*names)))
    whole.write(str(path), b"new", lasting=lasting)
    assert done == (["file", "named", "folder"] if lasting else ["named"])


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full disk", "interrupt"])
def test_what_stops_on_the_way_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, name: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def stop(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(os, name, stop)
    with pytest.raises(type(error)):
        whole.write(str(path), b"new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_the_longest_name_that_the_system_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 120 + ".json")
    whole.write(str(path), b"{}")
    assert path.read_bytes() == b"{}"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        whole.write(str(tmp_path / "missing" / "report.json"), b"{}")


@pytest.mark.parametrize("name", ["open", "replace"])
def test_an_interrupt_right_behind_a_call_leaves_nothing_either(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system has made the file, or moved it, and Python is told of Ctrl-C before it goes on."""
    path = tmp_path / "report.json"
    path.write_text("old")
    call = getattr(os, name)

    def late(*arguments: object) -> NoReturn:
        call(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, name, late)
        with pytest.raises(KeyboardInterrupt):
            whole.write(str(path), b"new")
    assert os.listdir(tmp_path) == ["report.json"]
    assert path.read_text() == ("old" if name == "open" else "new")


def test_an_interrupt_while_a_failure_is_cleaned_up_leaves_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, unlink, asked = tmp_path / "report.json", os.unlink, []

    def fail(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    def interrupted(beside: str) -> None:
        asked.append(beside)
        if len(asked) == 1:
            raise KeyboardInterrupt
        unlink(beside)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        patched.setattr(os, "unlink", interrupted)
        with pytest.raises(KeyboardInterrupt):
            whole.write(str(path), b"new")
    assert os.listdir(tmp_path) == []
