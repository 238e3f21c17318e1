"""Which bytes can hold a template, how files are read, and that several processes say what one says."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiblint import program, ripgrep, sniff

TEMPLATES = [
    '{"type": "Microsoft.VirtualMachineImages/imageTemplates"}',
    '{"type": "MICROSOFT.VIRTUALMACHINEIMAGES"}',
    '{"properties": {"source": {}, "distribute": []}}',
    '{"properties": {"Distribute": [], "SOURCE": {}}}',
]
OTHERS = [
    "",
    "{}",
    '{"type": "Microsoft.Compute/virtualMachines"}',
    '{"type": "Microsoft.Compute/images", "virtualMachine": "images"}',
    '{"source": 1, "destination": 2}',
    '{"distribute": []}',
    '{"sources": [], "distribute": []}',
    '{"a": "source and distribute"}',
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
class TestSniff:
    @pytest.mark.parametrize("text", TEMPLATES)
    def test_what_can_hold_a_template_passes(self, text: str, encoding: str) -> None:
        assert sniff.may_hold_template(text.encode(encoding))

    @pytest.mark.parametrize("text", OTHERS)
    def test_the_rest_does_not(self, text: str, encoding: str) -> None:
        assert not sniff.may_hold_template(text.encode(encoding))

    @pytest.mark.parametrize("text", TEMPLATES)
    def test_it_passes_at_the_end_of_megabytes(self, text: str, encoding: str) -> None:
        filling = json.dumps({"ä": "padding " * 300_000}, ensure_ascii=False)
        assert sniff.may_hold_template(f"[{filling}, {text}]".encode(encoding))
        assert not sniff.may_hold_template(f"[{filling}]".encode(encoding))


@given(
    text=st.text(st.characters(codec="utf-8")),
    name=st.sampled_from(["virtualmachineimages", '"source" "distribute"', '"distribute"\n"source"']),
    seed=st.integers(),
    encoding=st.sampled_from(ENCODINGS),
)
def test_the_names_are_seen_in_any_case_and_any_company(text: str, name: str, seed: int, encoding: str) -> None:
    choose = random.Random(seed).choice
    written = "".join(choose((letter.lower(), letter.upper())) for letter in name)
    assert sniff.may_hold_template(f"{text}{written}{text}".encode(encoding))


@given(st.binary())
def test_any_bytes_are_judged(data: bytes) -> None:
    assert sniff.may_hold_template(data) is False or len(data) > len('"source"')


def test_every_known_template_passes(corpus: Path) -> None:
    templates = [path for path in (corpus / "json").glob("*.json") if _is_template(path)]
    assert templates
    assert [path.name for path in templates if not sniff.may_hold_template(path.read_bytes())] == []


def _is_template(path: Path) -> bool:
    """Independent of the sniff: a parsed resource or body with a source and places to distribute to."""
    try:
        todo = [json.loads(path.read_bytes())]
    except ValueError:
        return False
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if {"source", "distribute"} <= {key.lower() for key in value}:
                return True
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return False


class TestReading:
    @pytest.mark.parametrize("size", [0, 1, 65536, 3_000_001])
    def test_the_whole_file_is_read_as_it_is(self, tmp_path: Path, size: int) -> None:
        data = random.Random(size).randbytes(size).replace(b"a", b"\r\n\x1a")
        (tmp_path / "x.json").write_bytes(data)
        assert sniff.read_bytes(str(tmp_path / "x.json")) == data

    def test_short_answers_of_the_system_do_not_cut_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "x.json").write_bytes(bytes(range(256)))
        real = os.read
        monkeypatch.setattr(os, "read", lambda descriptor, size: real(descriptor, min(size, 7)))
        assert sniff.read_bytes(str(tmp_path / "x.json")) == bytes(range(256))

    @pytest.mark.skipif(not os.path.exists("/proc/version"), reason="no files of size 0 that have content")
    def test_a_file_whose_size_the_system_does_not_know_is_read(self) -> None:
        assert sniff.read_bytes("/proc/version") == Path("/proc/version").read_bytes() != b""

    def test_a_folder_and_a_missing_file_are_refused_by_name(self, tmp_path: Path) -> None:
        for path in (str(tmp_path), str(tmp_path / "missing.json")):
            with pytest.raises(sniff.PathError) as caught:
                sniff.read_bytes(path)
            assert caught.value.path == path
            assert caught.value.reason

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
    def test_a_file_without_permission_is_refused_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "x.json"
        path.write_bytes(b"{}")
        path.chmod(0)
        with pytest.raises(sniff.PathError, match="Permission denied"):
            sniff.read_bytes(str(path))


def sifted(paths: list[str], jobs: int | None) -> list[tuple[str, bytes | str | None]]:
    return [
        (path, str(content) if isinstance(content, sniff.PathError) else content) for path, content in sniff.sift(paths, jobs)
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to share the work")
class TestSift:
    @pytest.fixture
    def paths(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Templates, others, and a file that cannot be read; any amount is worth a process."""
        monkeypatch.setattr(sniff, "_WORTH_A_PROCESS", 10)
        monkeypatch.setattr(program, "find", lambda *_: None)
        for number in range(20):
            text = TEMPLATES[number % len(TEMPLATES)] if number % 3 else OTHERS[number % len(OTHERS)]
            (tmp_path / f"{number:02}.json").write_text(text + " " * number)
        return [str(tmp_path / f"{number:02}.json") for number in range(20)] + [str(tmp_path / "missing.json")]

    def test_processes_say_what_one_says(self, paths: list[str]) -> None:
        alone = sifted(paths, 1)
        assert [path for path, _ in alone] == paths
        assert alone[-1][1] == f"{paths[-1]}: does not exist"
        assert {type(content) for _, content in alone[:-1]} == {bytes, type(None)}
        for jobs in (2, 3, 50, None):
            assert sifted(paths, jobs) == alone

    def test_a_worker_that_dies_loses_nothing(self, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        alone = sifted(paths, 1)
        parent, look = os.getpid(), sniff._look
        monkeypatch.setattr(sniff, "_look", lambda mine: look(mine) if os.getpid() == parent else os._exit(9))
        assert sifted(paths, 4) == alone

    def test_little_work_starts_no_process(self, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sniff, "_WORTH_A_PROCESS", 1_000_000)
        monkeypatch.setattr(os, "fork", lambda: pytest.fail("a process was started"))
        assert sifted(paths, 8) == sifted(paths, 1)


@pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="ripgrep is used where a program starts at little cost")
class TestRipgrep:
    @pytest.fixture
    def paths(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Templates and others in every encoding; any amount is worth ripgrep."""
        monkeypatch.setattr(sniff, "_WORTH_RIPGREP", 10)
        (tmp_path / "-dashed").mkdir()
        paths = []
        for number, text in enumerate([*TEMPLATES, *OTHERS, "\0" + TEMPLATES[0]]):
            for encoding in ENCODINGS:
                path = tmp_path / ("-dashed" if number % 2 else "") / f"{number:02} ö {encoding}.json"
                path.write_bytes(text.encode(encoding))
                paths.append(str(path))
        (tmp_path / "broken.json").write_bytes(b"\xff\x80 virtualMachineImages")
        return [*paths, str(tmp_path / "broken.json")]

    @staticmethod
    def instead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
        """Puts a program of that text in ripgrep's place."""
        rg = tmp_path / "rg"
        rg.write_text(f"#!/bin/sh\n{script}\n")
        rg.chmod(0o755)
        monkeypatch.setattr(program, "find", lambda *_: str(rg))

    @pytest.mark.skipif(shutil.which("rg") is None, reason="ripgrep is not installed")
    @pytest.mark.parametrize("most", [1, 2_000_000], ids=["one at a time", "all at once"])
    def test_it_says_what_we_say(self, paths: list[str], most: int, monkeypatch: pytest.MonkeyPatch) -> None:
        alone = sifted(paths, 1)
        monkeypatch.setattr(ripgrep, "_FEWEST_BYTES", most)
        monkeypatch.setattr(os, "sysconf", lambda _: 0)
        assert sifted(paths, None) == sifted(paths, 2) == alone
        held = ripgrep.holding(paths, sniff._NAMES, None)
        assert held is not None
        passed = {path for path, content in alone if content is not None}
        assert passed <= set(held)
        assert os.path.join(os.path.dirname(paths[0]), "-dashed", "05 ö utf-8.json") not in held

    @pytest.mark.skipif(shutil.which("rg") is None, reason="ripgrep is not installed")
    def test_a_file_that_it_cannot_read_is_named_as_ever(self, paths: list[str], tmp_path: Path) -> None:
        missing = str(tmp_path / "missing.json")
        assert sifted([*paths, missing], None) == sifted([*paths, missing], 1)
        assert sifted([missing, *paths], None)[0] == (missing, f"{missing}: does not exist")

    @pytest.mark.parametrize("script", ["exit 2", "kill -9 $$", "sleep 60"])
    def test_without_a_good_answer_we_look_ourselves(
        self, paths: list[str], script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.instead(monkeypatch, tmp_path, script)
        monkeypatch.setattr(ripgrep, "SECONDS", 0.3)
        assert ripgrep.holding(paths, sniff._NAMES, None) is None
        assert sifted(paths, None) == sifted(paths, 1)

    def test_what_it_is_asked(self, paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.instead(monkeypatch, tmp_path, f"printf '%s\\n' \"$@\" > '{tmp_path}/asked'; exit 1")
        sifted(paths, 3)
        asked = (tmp_path / "asked").read_text().splitlines()
        assert asked[:5] == ["--no-config", "--text", "--files-with-matches", "--null", "--threads=3"]
        assert asked[asked.index("--") + 1 :] == paths
        words = [word for word, before in zip(asked[6:], asked[5:], strict=False) if before == "-e"]
        assert words == [f"(?i-u){word}" for word in sniff._NAMES], "bytes, not characters: a line need not be UTF-8"

    def test_a_file_that_is_called_like_the_standard_input_is_looked_at_here(
        self, paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.instead(monkeypatch, tmp_path, f"touch '{tmp_path}/started'; exit 1")
        assert ripgrep.holding([*paths, "-"], sniff._NAMES, None) is None
        assert not (tmp_path / "started").exists()

    def test_a_program_that_takes_too_long_is_ended(
        self, paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.instead(monkeypatch, tmp_path, f"echo $$ > '{tmp_path}/number'; exec sleep 20")
        monkeypatch.setattr(ripgrep, "SECONDS", 0.5)
        start = time.monotonic()
        assert ripgrep.holding(paths, sniff._NAMES, None) is None
        assert time.monotonic() - start < 10
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "number").read_text()), 0)

    def test_little_work_and_one_job_start_none(self, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ripgrep, "holding", lambda *_: pytest.fail("ripgrep was asked"))
        sifted(paths, 1)
        monkeypatch.setattr(sniff, "_WORTH_RIPGREP", 1_000_000)
        sifted(paths, None)
