"""The command line: what it takes, what it prints where, and its exit statuses."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

from aiblint.check import Problem
from aiblint.template import Value

CLEAN = ROOT / "examples" / "linux.json"
MISTAKES = ROOT / "examples" / "mistakes.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, name: str, source: Path = MISTAKES) -> Path:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    return target


def test_a_clean_template_is_0_and_the_summary_says_what_was_read(aiblint: Aiblint) -> None:
    status, out, err = aiblint(CLEAN)
    assert (status, err) == (0, "")
    assert "1 template" in out


def test_findings_are_1(aiblint: Aiblint) -> None:
    status, out, _ = aiblint(MISTAKES)
    assert status == 1
    assert "AIB801" in out
    assert "build-timeout-range" in out


def test_a_path_that_does_not_exist_is_2(aiblint: Aiblint, folder: Path) -> None:
    status, out, err = aiblint("nowhere.json")
    assert (status, out) == (2, "")
    assert "nowhere.json" in err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who can be refused a file")
def test_a_file_that_cannot_be_read_is_a_finding(aiblint: Aiblint, folder: Path) -> None:
    put(folder, "a.json").chmod(0)
    status, out, _ = aiblint("a.json")
    assert status == 1
    assert "AIB008" in out


def test_a_file_that_cannot_be_decoded_is_a_finding(aiblint: Aiblint, folder: Path) -> None:
    (folder / "a.json").write_bytes(b"virtualmachineimages" + bytes(range(64)) * 4 + bytes(64))
    status, out, _ = aiblint("a.json")
    assert status == 1
    assert "AIB008" in out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 0),
        (("--require-template",), 1),
        (("--fail-on", "never"), 0),
    ],
)
def test_a_run_without_a_template_says_so(aiblint: Aiblint, folder: Path, arguments: tuple[str, ...], status: int) -> None:
    (folder / "package.json").write_text('{"name": "x"}')
    got, out, _ = aiblint(*arguments, ".")
    assert got == status
    assert "no image template" in out.lower()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--fail-on", "never"), 0),
        (("--fail-on", "note"), 1),
        (("--select", "build-timeout-range"), 1),
        (("--select", "AIB801,AIB502"), 1),
        (("--select", "time", "--severity", "AIB801=note", "--severity", "AIB802=note"), 0),
        (("--select", "time", "--severity", "AIB80*=off"), 0),
        (("--select", "time", "--ignore", "build-*"), 0),
        (("--select", "step-name-duplicate"), 0),
    ],
)
def test_what_fails_is_what_was_chosen(aiblint: Aiblint, arguments: tuple[str, ...], status: int) -> None:
    for format_name in ("text", "concise", "json", "sarif"):
        assert aiblint("--no-config", *arguments, "--format", format_name, MISTAKES)[0] == status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--select", "checksum-mising"), "checksum-missing"),
        (("--ignore", "nonsense"), "nonsense"),
        (("--severity", "AIB801=fatal"), "AIB801=fatal"),
        (("--output", "sarif"), "FORMAT=FILE"),
        (("--output", "pdf=x"), "FORMAT=FILE"),
        (("--explain", "checksum-mising"), "checksum-missing"),
        (("--today", "tomorrow"), "tomorrow"),
        (("--config", "nowhere.yaml"), "nowhere.yaml"),
        (("--format", "pdf"), "pdf"),
        (("--nonsense",), "nonsense"),
    ],
)
def test_what_cannot_be_followed_is_2_and_named(aiblint: Aiblint, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = aiblint(*arguments, CLEAN)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_stdin_is_linted_under_the_name_given(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MISTAKES.read_bytes())))
    status, out, _ = aiblint("--format", "json", "--stdin-filename", "images/x.json", "-")
    assert status == 1
    assert {finding["path"] for finding in json.loads(out)["findings"]} == {"images/x.json"}


def test_reports_go_to_files_beside_what_is_printed(aiblint: Aiblint, folder: Path) -> None:
    status, out, _ = aiblint("--output", "sarif=out.sarif", "--output", "json=out.json", "--format", "concise", MISTAKES)
    assert status == 1
    found = json.loads((folder / "out.json").read_text())["findings"]
    assert len(json.loads((folder / "out.sarif").read_text())["runs"][0]["results"]) == len(found)
    assert out.count("AIB") == len(found)
    assert sorted(path.name for path in folder.iterdir()) == ["out.json", "out.sarif"]


def test_every_way_to_name_the_files_gives_the_same_findings(aiblint: Aiblint, folder: Path) -> None:
    names = [f"d{i % 2}/{i}.json" for i in range(6)]
    for i, name in enumerate(names):
        put(folder, name, MISTAKES if i % 3 else CLEAN)

    def found(*paths: str) -> list[str]:
        return [json.dumps(finding) for finding in json.loads(aiblint("--format", "json", *paths)[1])["findings"]]

    whole = found(".")
    assert whole
    assert found(*reversed(names)) == whole
    assert found("d0", "d1", "d0/0.json") == whole
    assert sorted(line for name in names for line in found(name)) == sorted(whole)


def test_statistics_count_instead_of_showing(aiblint: Aiblint) -> None:
    status, out, _ = aiblint("--statistics", "--select", "build-timeout-range", MISTAKES, CLEAN)
    assert status == 1
    assert out.split() == ["1", "error", "AIB801", "build-timeout-range"]


def test_every_rule_can_be_listed_and_explained(aiblint: Aiblint) -> None:
    lines = aiblint("--list-rules")[1].splitlines()
    for line in lines:
        status, out, err = aiblint("--explain", line.split()[0])
        assert (status, err) == (0, "")
        for part in ("Bad:", "Sources:", "https://"):
            assert part in out


def test_quiet_says_nothing_about_clean_files(aiblint: Aiblint) -> None:
    assert aiblint("-q", CLEAN) == (0, "", "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('"sudo apt-get update"', '"echo done && net user svc Hunter2Hunter2! /add"', "AIB523"),
        ("/agent/install.sh", "/install.sh?sv=2022-11-02&sig=Hunter2Hunter2%3D", "AIB521"),
    ],
)
def test_a_secret_is_never_repeated(aiblint: Aiblint, folder: Path, old: str, new: str, rule: str) -> None:
    (folder / "a.json").write_text(CLEAN.read_text().replace(old, new).replace('"version": "latest"', '"version": "latest",'))
    for format_name in ("text", "concise", "json", "sarif"):
        _, out, err = aiblint("--format", format_name, "a.json")
        assert rule in out
        assert "Hunter2" not in out + err


def test_an_unknown_api_version_is_said_once_and_can_be_stated(aiblint: Aiblint, folder: Path) -> None:
    text = (
        CLEAN.read_text()
        .replace('"apiVersion": "2024-02-01",', "")
        .replace('"validate"', '"optimize": {"vmboot": {}}, "validate"')
    )
    (folder / "a.json").write_text(text)
    status, out, _ = aiblint("a.json", "a.json")
    assert status == 0
    assert out.count("1 template states no API version") == 1
    status, out, _ = aiblint("--api-version", "2024-02-01", "a.json")
    assert status == 1
    assert "1 template states no API version that aiblint can know: checked as 2024-02-01, as you say" in out
    (folder / "b.json").write_text(CLEAN.read_text())
    assert "states no API version" not in aiblint("--api-version", "2024-02-01", "b.json")[1]
    (folder / ".aiblint.yaml").write_text("api-version: 2024-02-01\n")
    assert aiblint("a.json")[0] == 1
    assert aiblint("--api-version", "2022-02-15", "a.json")[0] == 2


class TestConfiguration:
    def test_the_nearest_file_holds(self, aiblint: Aiblint, folder: Path) -> None:
        put(folder, "a.json")
        (folder / ".aiblint.yaml").write_text("fail-on: never\n")
        assert aiblint("a.json")[0] == 0
        assert aiblint("--no-config", "a.json")[0] == 1
        assert aiblint("--fail-on", "error", "a.json")[0] == 1

    def test_paths_may_differ(self, aiblint: Aiblint, folder: Path) -> None:
        put(folder, "legacy/a.json")
        put(folder, "new/a.json")
        (folder / ".aiblint.yaml").write_text("per-path:\n  legacy/**:\n    ignore: ['*']\n")
        found = json.loads(aiblint("--format", "json", ".")[1])["findings"]
        assert {finding["path"] for finding in found} == {os.path.join("new", "a.json")}

    def test_placeholders_may_be_allowed(self, aiblint: Aiblint, folder: Path) -> None:
        (folder / "a.json").write_text(CLEAN.read_text().replace('"location": "westeurope"', '"location": "<region>"'))
        assert aiblint("a.json")[0] == 1
        (folder / ".aiblint.yaml").write_text("placeholders: allow\n")
        assert aiblint("a.json")[0] == 0

    @pytest.mark.parametrize(
        "text", ["selct: [x]", "ignore: [nonsense]", "per-path: {a: {ignore: [nonsense]}}", "fail-on: fatal"]
    )
    def test_what_cannot_be_followed_is_2(self, aiblint: Aiblint, folder: Path, text: str) -> None:
        put(folder, "a.json", CLEAN)
        (folder / ".aiblint.yaml").write_text(text + "\n")
        status, out, err = aiblint("a.json")
        assert (status, out) == (2, "")
        assert ".aiblint.yaml" in err


def test_a_broken_check_is_2_and_costs_no_other_finding(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> list[object]:
        raise ZeroDivisionError("no")

    monkeypatch.setattr("aiblint.checks.time.build_timeout_outside", broken)
    status, out, err = aiblint(MISTAKES)
    assert status == 2
    assert "AIB801" in err
    assert "ZeroDivisionError" in err
    assert "mistakes.json" in err
    assert "AIB" in out


def test_a_check_that_points_outside_the_file_is_2_too(aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch) -> None:
    def outside(value: Value, *_: object, **__: object) -> list[Problem]:
        return [Problem(value, "x", part=(0, 9999))]

    monkeypatch.setattr("aiblint.checks.checksums.checksum_malformed", outside)
    status, out, err = aiblint(MISTAKES)
    assert (status, "AIB502" in err, "AIB801" in out) == (2, True, True)


def in_a_process(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aiblint", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = f"{sys.executable} -m aiblint --list-rules | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stderr == ""


def test_a_console_that_cannot_show_a_character_shows_its_escape(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(CLEAN.read_text().replace('"location": "westeurope"', '"location": "wésteuropé→"'))
    done = in_a_process(tmp_path / "a.json", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stderr == ""
    assert "Traceback" not in done.stdout
    assert done.returncode == 1


class TestOffByDefault:
    """`step-name-missing` is advice; the template below has a step without a name and nothing else that is wrong."""

    @pytest.fixture
    def template(self, folder: Path) -> str:
        (folder / "a.json").write_text(CLEAN.read_text().replace('"name": "patch",', ""))
        return "a.json"

    @pytest.mark.parametrize(
        ("select", "found"),
        [
            ((), 0),
            (("--select", "*"), 0),
            (("--select", "AIB4*"), 0),
            (("--select", "advice"), 1),
            (("--select", "*,advice"), 1),
            (("--select", "AIB481"), 1),
            (("--select", "Step-name-missing".lower()), 1),
            (("--select", "step-name-miss*"), 1),
            (("--select", "*,advice", "--ignore", "step-name-missing"), 0),
            (("--severity", "step-name-missing=error"), 0),
        ],
    )
    def test_it_runs_where_it_is_named(self, aiblint: Aiblint, template: str, select: tuple[str, ...], found: int) -> None:
        status, out, _ = aiblint("--format", "json", *select, template)
        names = [finding["name"] for finding in json.loads(out)["findings"]]
        assert names.count("step-name-missing") == found
        assert names == [] or select
        assert status == 0

    def test_a_configuration_switches_it_on(self, aiblint: Aiblint, folder: Path, template: str) -> None:
        (folder / ".aiblint.yaml").write_text("select: ['*', advice]\nfail-on: note\nseverity: {advice: warning}\n")
        status, out, _ = aiblint("--format", "concise", template)
        assert (status, " warning AIB481" in out) == (1, True)

    def test_it_is_listed_and_explained_as_off(self, aiblint: Aiblint) -> None:
        listed = [line for line in aiblint("--list-rules")[1].splitlines() if line.startswith("AIB481")]
        assert listed[0].endswith("(off by default)")
        out = aiblint("--explain", "AIB481")[1]
        assert "(note, off by default, advice)" in out
        assert "--select '*,step-name-missing'" in out


class TestNamedFilesWithoutTemplate:
    """Who names a file wants it looked at: what cannot hold a template is said, and fails nobody's commit."""

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("main.bicep", b"resource a 'x@2024-02-01' = {}", "run 'az bicep build --file main.bicep'"),
            ("main.tf", b"resource x {}", "Terraform"),
            ("a.yaml", b"a: b", "YAML"),
            ("a.json", b"", "the file is empty"),
            ("a.json", b" \n", "the file is empty"),
            ("a.bin", b"\x7fELF\x00\x01\xfe\xff\x00", "the file is binary"),
        ],
    )
    def test_it_is_said_what_they_are(self, aiblint: Aiblint, folder: Path, name: str, content: bytes, said: str) -> None:
        (folder / name).write_bytes(content)
        code, out, err = aiblint(name)
        assert (code, said in out + err) == (0, True)
        assert "no image template found" in out + err

    @pytest.mark.parametrize("content", [b'{"a": 1}', '{"a": "b"}'.encode("utf-16"), '{"a": 1}'.encode("utf-16-le")])
    def test_nothing_is_said_of_other_json(self, aiblint: Aiblint, folder: Path, content: bytes) -> None:
        (folder / "a.json").write_bytes(content)
        (folder / "b.json").write_bytes(b"")
        assert "a.json: " not in "".join(aiblint("a.json")[1:])
        assert "b.json" not in "".join(aiblint(".")[1:])
