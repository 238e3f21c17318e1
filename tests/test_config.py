"""Configuration: found upward, read exactly, refused at the place where it is wrong, and applied to paths as written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiblint import config
from aiblint.config import ConfigError, Settings
from aiblint.config.keys import KEYS


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds for PyYAML with and without its C library."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(text: str | bytes) -> Settings:
    Path(".aiblint.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return config.load(".aiblint.yaml")


def refusal(text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    error = caught.value
    assert str(error) == f".aiblint.yaml:{error.line}:{error.column}: {error.message}"
    assert str(error).isprintable()
    return str(error).removeprefix(".aiblint.yaml:")


def test_sources_say_which_folder_an_address_serves(folder: Path) -> None:
    Path("scripts").mkdir()
    settings = load("sources:\n  https://st.blob.core.windows.net/scripts: scripts/\n  https://cdn.contoso.com/a/: ./\n")
    assert settings.sources == (
        ("https://st.blob.core.windows.net/scripts/", os.path.join(os.getcwd(), "scripts")),
        ("https://cdn.contoso.com/a/", os.getcwd()),
    )
    assert settings.for_file("x.json").sources == settings.sources


WHOLE = """\
# what we do
select: [AIB5*, security]
ignore:
  - AIB509
  - checksum-missing
severity:
  AIB501: error
  time: off
  "*-secret": note
fail-on: never
placeholders: allow
per-path:
  images/legacy/:
    ignore: [AIB8*]
    severity: {AIB501: note}
  "**/test-*.json":
    select: [syntax]
    placeholders: report
"""


class TestLoad:
    def test_every_setting_arrives(self, folder: Path) -> None:
        settings = load(WHOLE)
        assert settings.select == ("AIB5*", "security")
        assert settings.ignore == ("AIB509", "checksum-missing")
        assert list(settings.severity.items()) == [("AIB501", "error"), ("time", "off"), ("*-secret", "note")]
        assert settings.fail_on == "never"
        assert settings.placeholders == "allow"
        assert settings.source == ".aiblint.yaml"
        assert settings.root == str(folder)
        legacy, tests = settings.per_path
        assert legacy.pattern == "images/legacy/"
        assert legacy.said == {"ignore": ("AIB8*",), "severity": {"AIB501": "note"}}
        assert tests.pattern == "**/test-*.json"
        assert tests.said == {"select": ("syntax",), "placeholders": "report"}

    def test_each_setting_and_each_item_has_the_place_where_it_is_written(self) -> None:
        settings = load(WHOLE)
        assert settings.place("select", "AIB5*") == ".aiblint.yaml:2:10"
        assert settings.place("ignore", "checksum-missing") == ".aiblint.yaml:5:5"
        assert settings.place("severity", "AIB501") == ".aiblint.yaml:7:3"
        assert settings.place("severity", "*-secret") == ".aiblint.yaml:9:3"
        assert settings.place("fail_on") == ".aiblint.yaml:10:1"
        assert settings.place("ignore", "AIB8*") is None
        assert settings.place("os") is None
        legacy = settings.for_path("images/legacy/x.json")
        assert legacy.place("ignore", "AIB8*") == ".aiblint.yaml:14:14"
        assert legacy.place("severity", "AIB501") == ".aiblint.yaml:15:16"
        assert legacy.place("severity", "time") == ".aiblint.yaml:8:3"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "# nothing yet\n",
            "---\n...\n",
            "{}",
            "ignore:\n",
            "ignore: []\nseverity: {}\nper-path:\nfail-on:\nplaceholders: ~\n",
            "per-path:\n  a.json:\n  b.json: {}\n",
            b"\xef\xbb\xbfignore: []\r\n",
        ],
    )
    def test_what_says_nothing_changes_nothing(self, text: str | bytes) -> None:
        settings, default = load(text), Settings()
        for name in ("select", "ignore", "severity", "fail_on", "placeholders"):
            assert getattr(settings, name) == getattr(default, name), name
        assert settings.for_path("a.json").ignore == ()

    @pytest.mark.parametrize(
        ("text", "levels"),
        [
            ("severity: {a: off}", {"a": "off"}),  # to YAML 1.1 this is false
            ("severity: {a: 'off', b: \"note\"}", {"a": "off", "b": "note"}),
            ("severity:\n  ? a\n  : warning\n", {"a": "warning"}),
            ("severity: {501: error}", {"501": "error"}),  # whether there is such a rule is asked elsewhere
        ],
    )
    def test_values_are_taken_as_they_are_written(self, text: str, levels: dict[str, str]) -> None:
        assert load(text).severity == levels

    def test_a_selector_said_twice_counts_once(self) -> None:
        assert load("ignore: [b, a, b]").ignore == ("b", "a")

    def test_a_path_elsewhere_is_named_as_it_was_given(self, folder: Path) -> None:
        (folder / "etc").mkdir()
        (folder / "etc" / "our.yaml").write_text("ignore: [x]\n")
        settings = config.load("etc/our.yaml")
        assert settings.source == "etc/our.yaml"
        assert settings.root == str(folder / "etc")
        assert settings.places == {("ignore", ""): "etc/our.yaml:1:1", ("ignore", "x"): "etc/our.yaml:1:10"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("ignored: []", "1:1: the configuration has no setting 'ignored'; did you mean ignore?"),
            ("fail_on: note", "1:1: the configuration has no setting 'fail_on'; did you mean fail-on?"),
            (
                "select: [a]\nxyz: 1",
                f"2:1: the configuration has no setting 'xyz'; write {', '.join(key.name for key in KEYS[:-1])} or per-path",
            ),
            ("sources: {scripts/: scripts/}", "1:11: sources: 'scripts/' begins no address of a file; write the start of "),
            ("sources: {https:///x: a}", "1:11: sources: 'https:///x' begins no address of a file; "),
            ("sources: {'https://h/?a': a}", "1:11: sources: 'https://h/?a' begins no address of a file; "),
            ("sources: {'https://h/': ''}", "1:25: sources: here must stand a path relative to this file"),
            ("sources: {'https://h/': /a}", "1:25: sources: '/a' is an absolute path; write one relative to this file"),
            ("sources: {'https://h/': 'a\\b'}", r"1:25: sources: 'a\\b' holds a backslash; write / between folders"),
            ("sources: {'https://h/': nope}", "1:25: sources: there is no folder 'nope' that could be served"),
            ("per-path: {'a[': {os: linux}}", "1:12: per-path: 'a[' opens a [ that no ] closes; write [abc] "),
            ("sources: [https://h/]", "1:10: sources must be a mapping; "),
            ("api-version: 2022-02-15", "1:14: api-version cannot be '2022-02-15'; write 2022-02-14"),
            ("fail-on: warn", "1:10: fail-on cannot be 'warn'; write warning"),
            ("fail-on: false", "1:10: fail-on cannot be 'false'; write error, warning, note or never"),
            ("fail-on: [error]", "1:10: fail-on must be one word; write error, warning, note or never"),
            ("placeholders: yes", "1:15: placeholders cannot be 'yes'; write report or allow"),
            ("severity: {AIB501: Error}", "1:20: severity of 'AIB501' cannot be 'Error'; write error"),
            ("severity: {AIB501: never}", "1:20: severity of 'AIB501' cannot be 'never'; write error, warning, note or off"),
            ("severity:\n  AIB501:\n", "2:10: severity of 'AIB501' is missing; write error, warning, note or off"),
            ("severity: [AIB501]", "1:11: severity must be a mapping; write lines of the form `key: value`"),
            ("ignore: AIB501", "1:9: ignore must be a list of rules; write ['AIB501']"),
            ("select: {AIB501: on}", "1:9: select must be a list of rules; write ['AIB501']"),
            ("select: []", "1:9: select names no rule; leave it out to check every rule"),
            ("select:\n", "1:8: select names no rule; leave it out to check every rule"),
            (
                "ignore: [a, '']",
                "1:13: ignore: here must stand a rule's id or name, a category, or a pattern such as 'AIB5*'",
            ),
            (
                "ignore:\n  -\n",
                "2:4: ignore: here must stand a rule's id or name, a category, or a pattern such as 'AIB5*'",
            ),
            (
                "ignore: [[a]]",
                "1:10: ignore: here must stand a rule's id or name, a category, or a pattern such as 'AIB5*'",
            ),
            ("- ignore", "1:1: the configuration must be a mapping; write lines of the form `key: value`"),
            ("ignore", "1:1: the configuration must be a mapping; write lines of the form `key: value`"),
            ("per-path: [x]", "1:11: per-path must be a mapping; write lines of the form `key: value`"),
            ("per-path: {x: off}", "1:15: per-path 'x' must be a mapping; write lines of the form `key: value`"),
            (
                "per-path:\n  x:\n    fail-on: note",
                "3:5: per-path 'x' has no setting 'fail-on'; "
                "write select, ignore, severity, placeholders, api-version, os or parameters",
            ),
            ("per-path:\n  x: {select: []}", "2:15: select names no rule; leave it out to check every rule"),
            (
                "per-path: {'dir\\x.json': {}}",
                r"1:12: per-path: 'dir\\x.json' holds a backslash; write / between folders",
            ),
            (
                "per-path: {'!x.json': {}}",
                "1:12: per-path: '!x.json' starts with !, which excepts nothing here; write the patterns that are meant",
            ),
            (
                "per-path: {../x.json: {}}",
                "1:12: per-path: '../x.json' leaves the folder of this file; write a pattern relative to it",
            ),
            ("per-path: {a//b: {}}", "1:12: per-path: 'a//b' holds a folder without a name; write one / between folders"),
            ("per-path: {/: {}}", "1:12: per-path: '/' names no file; write ** for all files"),
            (
                "per-path: {'*.{json,jsonc}': {}}",
                "1:12: per-path: '*.{json,jsonc}' holds braces, which mean nothing here; write one entry for each alternative",
            ),
            ("ignore: [a]\nignore: [b]\n", "2:1: the configuration has 'ignore' twice, first on line 1; keep one of them"),
            ("severity:\n  a: note\n  'a': off\n", "3:3: severity has 'a' twice, first on line 2; keep one of them"),
            ("[a]: b", "1:1: the configuration: a key must be text; put it in quotes if it starts with [ or {"),
            (
                "x: &a [b]\nignore: []",
                "1:4: a value that starts with & needs quotes; aliases, anchors and tags of YAML are not read",
            ),
            ("ignore: [*a]", "1:10: a value that starts with * needs quotes; aliases, anchors and tags of YAML are not read"),
            (
                "per-path:\n  *.json: {}",
                "2:3: a value that starts with * needs quotes; aliases, anchors and tags of YAML are not read",
            ),
            (
                "per-path:\n  **/x.json: {}",
                "2:3: a value that starts with * needs quotes; aliases, anchors and tags of YAML are not read",
            ),
            (
                "ignore: !!python/object/apply:os.system ['echo']",
                "1:9: a value that starts with ! needs quotes; aliases, anchors and tags of YAML are not read",
            ),
            ("<<: {ignore: [a]}", "1:1: the configuration has no setting '<<'; write "),
            ("ignore: []\n---\nignore: []\n", "2:1: a second document begins here; a configuration is one document"),
            ("ignore:\n\t- a\n", "2:1: is not YAML: a tab; indent with spaces"),
            ("ignore: [a\n", "2:1: is not YAML: "),
            ("ignore: a: b\n", "1:10: is not YAML: mapping values are not allowed"),
            ("ä: 'x\n\n", "3:1: is not YAML: "),
            ("ignore: ['a\x07b']", "1:12: is not YAML: a control character; take it out, or write it as an escape"),
            ('ignore: []\n"\\e[31m": 1', r"2:1: the configuration has no setting '\x1b[31m'; write "),
            (b"ignore: []\n# \xe4\n", "2:3: is not UTF-8; save it as UTF-8"),
            ("ignore: []\n".encode("utf-16"), "1:1: is not UTF-8; save it as UTF-8"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, text: str | bytes, message: str) -> None:
        told = refusal(text)
        assert told.startswith(message) if message.endswith(" ") or "allowed" in message else told == message

    def test_an_open_bracket_is_told_where_it_was_begun(self) -> None:
        assert refusal("select: [a]\nignore: [a\n\n\n").endswith(" (begun on line 2)")

    def test_a_word_without_end_does_not_fill_the_screen(self) -> None:
        assert len(refusal("? " + "x" * 100_000 + "\n: 1\n")) < 300
        assert len(refusal("fail-on: " + "x" * 100_000)) < 300

    def test_a_file_that_cannot_be_read_is_refused(self) -> None:
        for path in ("missing.yaml", "."):
            with pytest.raises(ConfigError) as caught:
                config.load(path)
            assert str(caught.value).startswith(f"{path}:1:1: cannot be read: ")

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("# " + "x" * config.MAX_BYTES, id="too large"),
            pytest.param("a: &a [" + "x," * 9 + "]\n" + "".join(f"b{i}: &b{i} [*a,*a,*a]\n" for i in range(999)), id="aliases"),
            pytest.param("&a [*a]", id="itself"),
            pytest.param("[" * 100_000, id="deep lists"),
            pytest.param("ignore: " + "[" * 100_000, id="deep lists below a key"),
            pytest.param("{a: " * 50_000, id="deep mappings"),
            pytest.param("? " * 50_000, id="deep keys"),
            pytest.param("- " * 50_000, id="deep items"),
        ],
    )
    def test_a_hostile_file_is_refused_in_no_time(self, text: str) -> None:
        start = time.monotonic()
        refusal(text)
        assert time.monotonic() - start < 10


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.sampled_from("selctignor:[]{},-\n '\"*&!#|>?%@`\t\x07\u2028\x85ä"), max_size=60))
def test_any_text_is_settings_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    refused: ConfigError | None = None
    try:
        settings = config.load(str(path))
    except ConfigError as error:
        refused = error
    if refused is None:
        assert settings.source == str(path)
    else:
        assert min(refused.line, refused.column) >= 1
        assert refused.message.isprintable()


class TestSettings:
    def test_they_cannot_be_changed(self) -> None:
        settings = load(WHOLE)
        with pytest.raises(AttributeError, match=r"Settings\.select"):
            settings.select = ()
        with pytest.raises(AttributeError):
            settings.per_path[0].said = {}
        assert settings.select == ("AIB5*", "security")

    def test_what_is_said_later_is_added_or_overrules(self) -> None:
        settings = load(WHOLE)
        other = settings.with_(
            {"select": ("x",), "ignore": ("b", "AIB509"), "severity": {"time": "note"}, "fail_on": "note"},
            {("ignore", "b"): "--ignore"},
        )
        assert (other.select, other.ignore) == (("x",), ("AIB509", "checksum-missing", "b"))
        assert list(other.severity.items()) == [("AIB501", "error"), ("*-secret", "note"), ("time", "note")]
        assert (other.fail_on, other.place("ignore", "b")) == ("note", "--ignore")
        for name in ("per_path", "placeholders", "source", "root", "files"):
            assert getattr(other, name) == getattr(settings, name), name
        assert settings.fail_on == "never"

    def test_entries_count_in_the_order_of_the_file(self) -> None:
        settings = load("""\
ignore: [a]
severity: {x: error, y: error}
placeholders: report
per-path:
  "*.json": {ignore: [b, a], severity: {x: note}, select: [s], placeholders: allow}
  dir/: {ignore: [c], severity: {x: off, z: note}, select: [t]}
""")
        below = settings.for_path("dir/x.json")
        assert below.ignore == ("a", "b", "c")
        assert list(below.severity.items()) == [("y", "error"), ("x", "off"), ("z", "note")]
        assert below.select == ("t",)
        assert below.placeholders == "allow"
        top = settings.for_path("x.json")
        assert (top.ignore, top.select) == (("a", "b"), ("s",))
        assert list(top.severity.items()) == [("y", "error"), ("x", "note")]

    def test_a_file_that_no_entry_means_keeps_the_settings(self) -> None:
        settings = load(WHOLE)
        assert settings.for_path("images/new/x.json") is settings
        assert Settings().for_file("/anywhere/x.json").select == ()

    def test_a_file_is_named_from_the_folder_of_the_configuration(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = load("per-path: {images/x.json: {ignore: [a]}}")
        (folder / "images").mkdir()
        monkeypatch.chdir(folder / "images")
        assert settings.for_file("x.json").ignore == ("a",)
        assert settings.for_file(str(folder / "images" / "x.json")).ignore == ("a",)
        assert settings.for_file(os.path.join("images", "x.json")).ignore == ()
        assert settings.for_file(os.path.join("..", "x.json")).ignore == ()


def test_without_a_configuration_yaml_is_not_imported(folder: Path) -> None:
    (folder / ".git").mkdir()
    program = (
        "import sys; from aiblint import config; assert config.discover('.') is None; "
        "config.Settings().for_file('x.json'); "
        "print(sorted(sys.modules.keys() & {'yaml', 're', 'typing', 'difflib', 'fnmatch', 'pathlib', 'dataclasses'}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "[]\n"
