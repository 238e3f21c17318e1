"""`--fix` and `--diff`: what is written, what is left alone, what is said about it, and that no file is ever damaged."""

from __future__ import annotations

import codecs
import errno
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint
from damage import bad_files, damaged

from aiblint.__main__ import main
from aiblint.document import Document
from aiblint.syntax.json import read

CLEAN = (ROOT / "examples" / "linux.json").read_text()
WRONG = CLEAN.replace('"vmSize"', '"vmsize"').replace('"osDiskSizeGB": 64', '"osDiskSizeGB": 64,')
posix = pytest.mark.skipif(os.name != "posix", reason="links, modes and signals as POSIX has them")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "x.json"
    path.write_text(WRONG)
    return path


def test_what_can_be_fixed_is_fixed_and_told(aiblint: Aiblint, wrong: Path) -> None:
    status, out, err = aiblint("--fix", wrong)
    assert (status, err) == (0, "")
    assert wrong.read_text() == CLEAN
    assert out.splitlines() == [
        f"{wrong}:17:7: fixed AIB106 property-case: write 'vmSize'",
        f"{wrong}:18:25: fixed AIB002 trailing-comma: delete the comma",
        "no findings in 1 file (1 template found, 1 file read, 2 findings fixed)",
    ]


def test_what_is_left_decides_the_status(aiblint: Aiblint, wrong: Path) -> None:
    wrong.write_text(WRONG.replace('"buildTimeoutInMinutes": 120', '"buildTimeoutInMinutes": 5'))
    status, out, _ = aiblint("--fix", "--format", "json", wrong)
    report = json.loads(out)
    assert status == 1
    assert [found["name"] for found in report["findings"]] == ["build-timeout-range"]
    assert [found["name"] for found in report["fixed"]] == ["property-case", "trailing-comma"]
    assert report["summary"]["fixed"] == 2


def test_without_fix_nothing_is_written_and_the_report_says_what_could_be(aiblint: Aiblint, wrong: Path) -> None:
    status, out, _ = aiblint(wrong)
    assert (status, wrong.read_text()) == (1, WRONG)
    assert "      * fixable with --fix: write 'vmSize'\n" in out
    assert out.endswith("(1 template found, 1 file read, 2 fixable with --fix)\n")


def test_a_file_without_anything_to_fix_is_not_touched(aiblint: Aiblint, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(CLEAN)
    before = path.stat()
    assert aiblint("--fix", path)[0] == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_difference_is_shown_and_nothing_written(aiblint: Aiblint, wrong: Path) -> None:
    status, out, err = aiblint("--diff", wrong)
    assert (status, wrong.read_text()) == (1, WRONG)
    lines = out.splitlines()
    assert lines[:2] == [f"--- {wrong}", f"+++ {wrong}"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        '-      "vmsize": "Standard_D2s_v5",',
        '-      "osDiskSizeGB": 64,',
        '+      "vmSize": "Standard_D2s_v5",',
        '+      "osDiskSizeGB": 64',
    ]
    assert f"{wrong}:17:7: would fix AIB106 property-case: write 'vmSize'\n" in err
    assert "2 findings that --fix would mend" in err


def test_no_difference_is_no_output_and_0(aiblint: Aiblint, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(CLEAN)
    assert aiblint("--diff", path)[:2] == (0, "")


@posix
def test_patch_understands_the_difference(aiblint: Aiblint, wrong: Path) -> None:
    wrong.write_text(WRONG.rstrip("\n").replace("  ", "\t"))
    shown = aiblint("--diff", wrong)[1]
    subprocess.run(["git", "apply", "-p0", "--unsafe-paths", "-"], input=shown.replace(f"{wrong.parent}/", ""), text=True,
                   cwd=wrong.parent, check=True)  # fmt: skip
    assert wrong.read_text() == CLEAN.rstrip("\n").replace("  ", "\t")


def test_a_difference_shows_no_secret_and_has_no_power(aiblint: Aiblint, wrong: Path) -> None:
    wrong.write_text(WRONG.replace('"Standard_D2s_v5"', '"##vso[task.setvariable variable=x]y"'))
    assert "##vso[" not in aiblint("--diff", wrong)[1]
    wrong.write_text(
        WRONG.replace('"Standard_D2s_v5",', '"Standard_D2s_v5", "x": "https://a.blob.core.windows.net/c/b?sv=1&sig=Zm9vYmFy",')
    )
    changed = CLEAN.replace("agent/install.sh", "agent/install.sh?sv=2020-08-04&sig=Zm9vYmFyYmF6Zm9vYmFyYmF6").replace(
        '"scriptUri"', '"scripturi"'
    )
    wrong.write_text(changed)
    shown = aiblint("--diff", wrong)[1]
    assert '+        "scriptUri": "https://' in shown
    assert "Zm9vYmFy" not in shown


def run(*arguments: str, data: bytes, cwd: Path) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "aiblint", *arguments], input=data, capture_output=True, cwd=cwd, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-8-sig"])
def test_stdin_is_a_filter(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.json").write_text("mine")
    wrong, clean = (text.replace("\n", "\r\n").encode(encoding) for text in (WRONG, CLEAN))
    arguments = ("--fix", "--fix-only", "AIB0[!0]*,AIB106,trailing-comma", "--stdin-filename", "x.json", "-")
    status, out, err = run(*arguments[:2], "property-case,trailing-comma", *arguments[3:], data=wrong, cwd=tmp_path)
    assert out == clean
    assert status == int(encoding != "utf-8")
    assert "x.json:18:25: fixed AIB002" in err
    assert (tmp_path / "x.json").read_text() == "mine"


@pytest.mark.parametrize("data", [b"", b"no template", b'{"a": 1,}', b"\x00\x01\xff\xfe", CLEAN.encode()])
def test_a_filter_passes_on_what_it_does_not_change(tmp_path: Path, data: bytes) -> None:
    assert run("--fix", "-", data=data, cwd=tmp_path)[1] == data


def test_only_the_rules_that_are_named_are_fixed(aiblint: Aiblint, wrong: Path) -> None:
    assert aiblint("--fix", "--fix-only", "AIB002", wrong)[0] == 1
    assert wrong.read_text() == CLEAN.replace('"vmSize"', '"vmsize"')


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--unsafe-fixes",), "--unsafe-fixes says which fixes to make: give --fix or --diff as well"),
        (("--fix-only", "AIB002"), "--fix-only says which fixes to make: give --fix or --diff as well"),
        (("--fix", "--fix-only", "nothing"), "'nothing' is no rule"),
        (("--fix", "--fix-only", ""), "an empty text names none"),
    ],
)
def test_options_that_cannot_be_followed(aiblint: Aiblint, wrong: Path, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = aiblint(*arguments, wrong)
    assert (status, out) == (2, "")
    assert said in err
    assert wrong.read_text() == WRONG


def test_a_value_in_a_parameter_file_is_left_to_people(aiblint: Aiblint, tmp_path: Path) -> None:
    deployment = (ROOT / "examples" / "deployment.json").read_text()
    template = tmp_path / "x.json"
    template.write_text(
        deployment.replace('"type": "PlatformImage"', '"type": "[parameters(\'kind\')]"').replace(
            '"parameters": {', '"parameters": { "kind": {"type": "string", "defaultValue": "PlatformImage"},', 1
        )
    )
    given = tmp_path / "x.parameters.json"
    text = json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"kind": {"value": "platformimage"}, "scriptRef": {"value": "a" * 40}},
        }
    )
    given.write_text(text)
    before = template.read_text()
    status, out, _ = aiblint("--fix", template)
    assert (status, template.read_text(), given.read_text()) == (1, before, text)
    column = before.splitlines()[51].index('"[parameters') + 1
    assert out.splitlines()[0] == (
        f"{template}:52:{column}: error AIB301: 'platformimage' is not a source type that the service knows: capitals count, write "
        "'PlatformImage' [source-type-invalid]"
    )
    assert f"      + {given}:1:{text.index(chr(34) + 'platformimage') + 1}: the value is defined here" in out.splitlines()
    assert "fixable" not in out


IGNORED = "// aiblint: ignore[property-case] known to the pipeline"


def test_nothing_that_is_suppressed_is_fixed(aiblint: Aiblint, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    deployment = (ROOT / "examples" / "deployment.json").read_text()
    text = deployment.replace('"vmProfile": {', f'{IGNORED}\n        "vmprofile": {{').replace('"vmSize"', '"vmsize"')
    path.write_text(text)
    status, out, err = aiblint("--fix", path)
    assert (status, err, path.read_text()) == (0, "", text.replace('"vmsize"', '"vmSize"'))
    assert "1 finding fixed, 1 finding suppressed" in out


def test_a_rule_that_does_not_run_fixes_nothing(aiblint: Aiblint, wrong: Path) -> None:
    assert aiblint("--fix", "--ignore", "property-case,trailing-comma", wrong)[0] == 0
    assert wrong.read_text() == WRONG


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("indent", ["\t", "  ", "    "])
@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", b"")]
)
def test_bytes_outside_the_edits_stay(aiblint: Aiblint, wrong: Path, end: str, indent: str, encoding: str, mark: bytes) -> None:
    def written(text: str) -> bytes:
        return mark + text.replace("  ", indent).replace("platform", "Köln 🚀").replace("\n", end).encode(encoding)

    wrong.write_bytes(written(WRONG))
    aiblint("--fix", "--fix-only", "property-case,trailing-comma", wrong)
    assert wrong.read_bytes() == written(CLEAN)


def test_the_encoding_comes_last_and_changes_no_character(aiblint: Aiblint, wrong: Path) -> None:
    wrong.write_bytes(WRONG.replace("platform", "Köln 🚀").encode("utf-16"))
    status, out, _ = aiblint("--fix", wrong)
    assert (status, wrong.read_bytes()) == (0, CLEAN.replace("platform", "Köln 🚀").encode())
    assert out.splitlines()[2] == f"{wrong}:1:1: fixed AIB006 file-encoding: save it as UTF-8 without byte order mark"


def test_a_file_with_bytes_that_are_no_text_is_left_alone(aiblint: Aiblint, wrong: Path) -> None:
    damaged = WRONG.replace("platform", "X").encode("utf-16-le").replace(b"X\0", b"X\0\0\xd8")
    wrong.write_bytes(codecs.BOM_UTF16_LE + damaged)
    status, out, _ = aiblint("--fix", wrong)
    assert status == 1
    assert "nothing was fixed in it, because some of its bytes are no text in its encoding" in out
    assert wrong.read_bytes() == codecs.BOM_UTF16_LE + damaged


def test_the_code_page_of_a_file_is_kept(aiblint: Aiblint, wrong: Path) -> None:
    wrong.write_bytes(WRONG.replace("platform", "Köln").encode("cp1252"))
    aiblint("--fix", wrong)
    assert wrong.read_bytes() == CLEAN.replace("platform", "Köln").encode("cp1252")


@posix
def test_the_file_keeps_its_mode_and_its_links(aiblint: Aiblint, wrong: Path, tmp_path: Path) -> None:
    wrong.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(wrong)
    assert aiblint("--fix", link)[0] == 0
    assert link.is_symlink()
    assert (wrong.read_text(), stat.S_IMODE(wrong.stat().st_mode)) == (CLEAN, 0o640)
    assert sorted(os.listdir(tmp_path)) == ["link.json", "x.json"]


@posix
@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda path: os.link(path, path.with_name("twin")), "it has 2 names (hard links), and replacing it would part them"),
        (lambda path: path.chmod(0o444), "it is read-only"),
    ],
)
def test_a_file_that_must_not_be_replaced_is_named_and_reported_as_it_is(
    aiblint: Aiblint, wrong: Path, prepare: Any, said: str
) -> None:
    prepare(wrong)
    other = wrong.with_name("y.json")
    other.write_text(WRONG)
    status, out, err = aiblint("--fix", wrong, other)
    assert (status, wrong.read_text(), other.read_text()) == (2, WRONG, CLEAN)
    assert err == f"aiblint: {wrong} was not fixed: {said}\n"
    assert f"{wrong}:17:7: error AIB106" in out
    assert f"{other}:17:7: fixed AIB106" in out


@posix
def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_beside_it(
    aiblint: Aiblint, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    status, out, err = aiblint("--fix", wrong)
    assert (status, wrong.read_text(), os.listdir(wrong.parent)) == (2, WRONG, ["x.json"])
    assert err == f"aiblint: {wrong} was not fixed: No space left on device\n"
    assert "2 errors" in out


def test_what_fixes_need_is_loaded_only_where_something_is_to_be_fixed() -> None:
    code = "import sys; from aiblint.__main__ import main; main(sys.argv[1:]); print(*sorted(sys.modules), file=sys.stderr)"
    rooms = {"aiblint.fixes", "aiblint.fixer", "aiblint.mend", "aiblint.save", "aiblint.layout", "aiblint.usage"}

    def loaded(*arguments: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
        )
        return rooms & set(done.stderr.split())

    assert loaded("examples/linux.json") == set()
    assert loaded("examples/mistakes.json") == {"aiblint.fixes", "aiblint.layout", "aiblint.usage"}


def test_a_file_that_changes_under_the_run_is_left_alone(
    aiblint: Aiblint, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aiblint import fixer

    def meanwhile(document: Document) -> bytes:
        if "vmSize" in document.text:
            wrong.write_text("mine")
        return encoded(document)

    encoded = fixer.encoded
    monkeypatch.setattr(fixer, "encoded", meanwhile)
    status, _, err = aiblint("--fix", wrong)
    assert (status, wrong.read_text()) == (2, "mine")
    assert "somebody else has changed it meanwhile" in err


@posix
@pytest.mark.slow
def test_a_killed_run_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """200 runs, each killed at another moment of reading, fixing and writing."""
    path = tmp_path / "x.json"
    wrong, clean = ((text + "\n" * 20_000).encode() for text in (WRONG, CLEAN))
    path.write_bytes(wrong)
    devnull = os.open(os.devnull, os.O_WRONLY)
    main(["--no-config", "--quiet", "--fix", str(path)])  # loads here what the children need
    path.write_bytes(wrong)
    began = time.monotonic()
    assert _forked(path, devnull, None) == 0
    whole = time.monotonic() - began
    assert path.read_bytes() == clean
    seen: dict[bytes, int] = {wrong: 0, clean: 0}
    pick = random.Random(5)
    for _ in range(200):
        path.write_bytes(wrong)
        _forked(path, devnull, pick.uniform(0, whole * 1.2))
        seen[path.read_bytes()] += 1
    assert min(seen.values()) > 10, "the runs were killed at the wrong moments to show anything"


def _forked(path: Path, devnull: int, life: float | None) -> int:
    """One `aiblint --fix` in a process of its own, killed after `life` seconds."""
    child = os.fork()
    if child == 0:
        os.dup2(devnull, 1)
        status = main(["--no-config", "--fix", str(path)])
        os._exit(status)
    if life is not None:
        time.sleep(life)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def applied(text: str, edits: list[tuple[int, int, int, int, str]]) -> str:
    """Edits given by lines and columns in characters, from 1, made in a text."""
    document = read(text.encode(), "x")
    offsets = [
        (document.line_starts[line - 1] + column - 1, document.line_starts[end_line - 1] + end_column - 1, new)
        for line, column, end_line, end_column, new in edits
    ]
    for start, end, new in sorted(offsets, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def test_reports_hold_the_same_edits_as_fix_makes(aiblint: Aiblint, wrong: Path) -> None:
    report = json.loads(aiblint("--format", "json", wrong)[1])
    edits = [edit for found in report["findings"] for edit in found["fix"]["edits"]]
    assert (
        applied(WRONG, [tuple(edit[k] for k in ("line", "column", "end_line", "end_column", "text")) for edit in edits])
        == CLEAN
    )
    [log] = json.loads(aiblint("--format", "sarif", wrong)[1])["runs"]
    replaced = []
    for result in log["results"]:
        [change] = result["fixes"][0]["artifactChanges"]
        assert change["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]
        for replacement in change["replacements"]:
            region = replacement["deletedRegion"]
            replaced.append(
                (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"],
                 replacement["insertedContent"]["text"])
            )  # fmt: skip
    assert applied(WRONG, replaced) == CLEAN


def test_no_file_is_too_damaged(aiblint: Aiblint, tmp_path: Path) -> None:
    pick = random.Random(11)
    for number in range(60):
        (tmp_path / f"{number:02}.json").write_bytes(damaged(pick.choice(bad_files()), pick))
    before = {path: len(read(path.read_bytes(), "x").mistakes) for path in tmp_path.iterdir()}
    for options in (["--diff", "--unsafe-fixes"], ["--fix"], ["--fix", "--unsafe-fixes"]):
        status, _, err = aiblint("--no-config", *options, tmp_path)
        assert status in (0, 1)
        assert "defect" not in err
    assert sorted(before) == sorted(tmp_path.iterdir())
    assert all(len(read(path.read_bytes(), "x").mistakes) <= count for path, count in before.items())
    assert aiblint("--no-config", "--diff", "--unsafe-fixes", tmp_path)[1] == ""


def test_the_page_of_a_rule_shows_what_its_fix_makes(aiblint: Aiblint) -> None:
    page = aiblint("--explain", "wrong-json-type")[1]
    assert '"buildTimeoutInMinutes": "120"' in page.partition("Fixed with `--fix`:")[0]
    assert '"buildTimeoutInMinutes": 120}' in page.partition("Fixed with `--fix`:")[2]
    assert "Fixed with `--fix --unsafe-fixes`:" in aiblint("--explain", "insecure-download")[1]
    assert "Other findings of this rule have a fix that needs `--unsafe-fixes`." in aiblint("--explain", "enum-value")[1]
    assert "Fixed" not in aiblint("--explain", "build-timeout-range")[1]
