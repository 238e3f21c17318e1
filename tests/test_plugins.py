"""Words in Python: a package that is installed brings them, and nothing that lies in the linted repository ever does."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from conftest import ROOT, Aiblint

from aiblint import plugins, words

EXAMPLE = ROOT / "examples" / "plugin"
LOUD = 'open("sprung", "w").close()\n'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a rule that uses the word of the example, whose configuration names the plugin."""
    folder = tmp_path / "repository"
    shutil.copytree(EXAMPLE / "policy", folder / "policy")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    (folder / ".aiblint.yaml").write_text("plugins: [aiblint_contoso]\nrules: [policy/*.yaml]\n")
    template = json.loads((ROOT / "examples" / "linux.json").read_text())
    template["properties"]["distribute"][0]["artifactTags"] = {"replaceBy": "2026-10"}
    (folder / "a.json").write_text(json.dumps(template, indent=2))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that this process takes for one, and forgets afterwards."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.setattr(plugins, "_folders", lambda: [str(folder)])
    before = dict(words.vocabulary())
    yield folder
    sys.modules.pop("aiblint_contoso", None)
    words.vocabulary().clear()
    words.vocabulary().update(before)


def refused(aiblint: Aiblint, said: str) -> None:
    status, out, err = aiblint(".")
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not Path("sprung").exists()


def test_an_installed_package_brings_words(repository: Path, installed: Path, aiblint: Aiblint) -> None:
    shutil.copy(EXAMPLE / "aiblint_contoso.py", installed)
    status, out, err = aiblint("--format", "json", "--today", "2026-11-23", ".")
    assert (status, err) == (1, "")
    (finding,) = json.loads(out)["findings"]
    assert (finding["rule"], finding["at"]) == ("XAIB010", "$.properties.distribute[0].artifactTags.replaceBy")
    assert "which is over; replace it" in finding["message"]
    assert aiblint("--today", "2026-10-31", ".")[0] == 0
    assert aiblint("--test-rules", "policy") == (0, f"{Path('policy', 'XAIB010-replacement-overdue.yaml')}: ok\n", "")
    status, out, _ = aiblint("--show-config", "a.json")
    assert f"  - {'aiblint_contoso':36} # .aiblint.yaml:1:11\n" in out


def test_without_the_setting_the_word_is_unknown(repository: Path, installed: Path, aiblint: Aiblint) -> None:
    shutil.copy(EXAMPLE / "aiblint_contoso.py", installed)
    Path(".aiblint.yaml").write_text("rules: [policy/*.yaml]\n")
    refused(aiblint, "unknown word 'contoso-month-passed'")


class TestGuard:
    """The configuration may come from anybody who opens a pull request."""

    def test_a_module_of_the_repository_is_not_run(
        self, repository: Path, installed: Path, aiblint: Aiblint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("aiblint_contoso.py").write_text(LOUD)
        Path("lib", "aiblint_contoso").mkdir(parents=True)
        Path("lib", "aiblint_contoso", "__init__.py").write_text(LOUD)
        for folder in (str(repository), str(repository / "lib"), ""):
            monkeypatch.setattr(sys, "path", [folder, *sys.path])
            refused(aiblint, "aiblint_contoso is not installed where aiblint runs")
            refused(aiblint, "because a repository may have put it there")

    def test_what_is_installed_goes_before_what_lies_there(self, repository: Path, installed: Path, aiblint: Aiblint) -> None:
        shutil.copy(EXAMPLE / "aiblint_contoso.py", installed)
        Path("aiblint_contoso.py").write_text(LOUD)
        assert aiblint("--today", "2026-10-31", ".")[0] == 0
        assert not Path("sprung").exists()

    def test_a_link_out_of_the_installed_packages_is_not_run(self, repository: Path, installed: Path, aiblint: Aiblint) -> None:
        Path("aiblint_contoso.py").write_text(LOUD)
        (installed / "aiblint_contoso.py").symlink_to(repository / "aiblint_contoso.py")
        refused(aiblint, f"is a link to {repository / 'aiblint_contoso.py'}: only what is installed is run")

    @pytest.mark.parametrize(
        "name", ["os", "aiblint", "aiblint_", "aiblint.checks.ids", "aiblint_contoso.inner", "../aiblint_x"]
    )
    def test_a_name_that_is_none_of_a_plugin_is_refused(self, repository: Path, aiblint: Aiblint, name: str) -> None:
        Path(".aiblint.yaml").write_text(f"plugins: ['{name}']\n")
        refused(aiblint, f".aiblint.yaml:1:11: plugins: '{name}' is no plugin; their names are like 'aiblint_contoso'")

    def test_the_folders_are_those_of_packages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "path", [str(ROOT), "", *sys.path])
        folders = [Path(folder) for folder in plugins._folders()]
        assert Path(sysconfig.get_path("purelib")) in folders
        assert [folder for folder in folders if folder.name not in ("site-packages", "dist-packages")] == []

    def test_packages_of_the_system_and_the_user_count_where_python_sees_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system, user = tmp_path / "system", tmp_path / "user"
        system.mkdir()
        user.mkdir()
        monkeypatch.setattr(site, "getsitepackages", lambda: [str(system)])
        monkeypatch.setattr(site, "getusersitepackages", lambda: str(user))
        for seen, own in ((True, True), (True, False), (False, True), (False, None)):
            with monkeypatch.context() as patch:
                patch.setattr(sys, "path", [*sys.path, *([str(system)] if seen else [])])
                patch.setattr(site, "ENABLE_USER_SITE", own)
                folders = plugins._folders()
            assert (str(system) in folders, str(user) in folders) == (seen, bool(own))


def test_no_plugin_takes_the_words_of_another(repository: Path, installed: Path, aiblint: Aiblint) -> None:
    """`aiblint_a` and `aiblint_a_b` may both have a word `a-b-c`."""
    text = "from aiblint.check import check\n@check\ndef contoso_web_x(value, context):\n    'x'\n"
    for name in ("aiblint_contoso", "aiblint_contoso_web"):
        (installed / f"{name}.py").write_text(text)
    Path(".aiblint.yaml").write_text("plugins: [aiblint_contoso, aiblint_contoso_web]\n")
    try:
        refused(aiblint, "aiblint_contoso_web: its word 'contoso-web-x' is one of aiblint_contoso, too")
    finally:
        sys.modules.pop("aiblint_contoso_web", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ValueError('x')", "plugins: aiblint_contoso cannot be imported: ValueError: x"),
        ("import sys; sys.exit(0)", "plugins: aiblint_contoso cannot be imported: SystemExit: 0"),
        ("def", "plugins: aiblint_contoso cannot be imported: SyntaxError: "),
        ("", "plugins: aiblint_contoso: it holds no function that is marked @check"),
        (
            "from aiblint.check import check\n@check\ndef other_word(value, context):\n    'x'\n",
            "its words begin with 'contoso-', not 'other-word'",
        ),
        ("from aiblint.check import check\n@check\ndef contoso_x(value, context):\n    pass\n", "'contoso-x' has no docstring"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_its_place(
    repository: Path, installed: Path, aiblint: Aiblint, text: str, said: str
) -> None:
    (installed / "aiblint_contoso.py").write_text(text)
    refused(aiblint, said)
    refused(aiblint, said)  # nothing half-made is left of the first time
    assert ("aiblint_contoso" in sys.modules) == ("cannot be imported" not in said)
    assert aiblint(".")[2].startswith("aiblint: .aiblint.yaml:1:11: plugins: aiblint_contoso")


def test_a_word_that_fails_is_a_defect_with_its_name(repository: Path, installed: Path, aiblint: Aiblint) -> None:
    (installed / "aiblint_contoso.py").write_text(
        "from aiblint.check import check\n@check\ndef contoso_month_passed(value, context):\n    'x'\n    yield from 1 / 0\n"
    )
    status, _, err = aiblint(".")
    assert status == 2
    assert "rule XAIB010 replacement-overdue failed: ZeroDivisionError" in err


@pytest.mark.slow
def test_the_example_package_is_installed_and_used(repository: Path, tmp_path: Path) -> None:
    """As users do: a virtual environment, `pip install`, and the command. Nothing is fetched."""
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    shutil.copytree(EXAMPLE, tmp_path / "plugin")
    subprocess.run([*pip, "--target", packages, tmp_path / "plugin"], check=True)
    # aiblint and what it needs come from the environment that runs the tests.
    (packages / "aiblint.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    command = [python, "-P", "-m", "aiblint", "--format", "concise", "--today", "2026-11-23", "."]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=environment, cwd=repository, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "warning XAIB010: this image was to be replaced by '2026-10'" in done.stdout
