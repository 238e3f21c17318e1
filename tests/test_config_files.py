"""Where configuration comes from: the nearest file, what it extends, pyproject.toml; and how it is shown and described."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT, Aiblint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiblint import config, registry
from aiblint.config import ConfigError, keys, schema, toml_tree
from aiblint.config.tree import Node


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(**texts: str) -> None:
    """Files by name; a double underscore is a dot, a dash in the name of a folder a slash."""
    for name, text in texts.items():
        path = Path(name.replace("__", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def refusal(path: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value)


class TestDiscover:
    def test_the_nearest_one_upward_counts(self, folder: Path) -> None:
        (folder / "a" / "b" / "c").mkdir(parents=True)
        (folder / ".aiblint.yaml").touch()
        (folder / "a" / ".aiblint.yml").touch()
        assert config.discover("a/b/c") == os.path.join("a", ".aiblint.yml")
        assert config.discover(".") == config.discover("") == ".aiblint.yaml"

    def test_one_above_the_current_folder_is_named_in_full(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "a").mkdir()
        (folder / ".aiblint.yaml").touch()
        monkeypatch.chdir(folder / "a")
        assert config.discover(".") == str(folder / ".aiblint.yaml")

    @pytest.mark.parametrize("is_file", [False, True])
    def test_the_root_of_the_repository_ends_the_search(self, folder: Path, is_file: bool) -> None:
        (folder / ".aiblint.yaml").touch()
        (folder / "repo" / "a").mkdir(parents=True)
        git = folder / "repo" / ".git"
        git.touch() if is_file else git.mkdir()  # a file in linked work trees and submodules
        assert config.discover("repo/a") is None
        (folder / "repo" / ".aiblint.yaml").touch()
        assert config.discover("repo/a") == os.path.join("repo", ".aiblint.yaml")

    def test_a_folder_of_that_name_is_none(self, folder: Path) -> None:
        (folder / ".git").mkdir()
        (folder / ".aiblint.yaml").mkdir()
        assert config.discover(".") is None

    def test_both_spellings_side_by_side_are_refused(self, folder: Path) -> None:
        (folder / ".aiblint.yaml").touch()
        (folder / ".aiblint.yml").touch()
        with pytest.raises(ConfigError) as caught:
            config.discover(".")
        assert str(caught.value) == ".aiblint.yaml:1:1: .aiblint.yml lies beside it; keep one of the two"

    def test_a_pyproject_counts_where_it_speaks_of_aiblint(self, folder: Path) -> None:
        (folder / ".git").mkdir()
        (folder / "a").mkdir()
        (folder / "a" / "pyproject.toml").write_text('[project]\ndependencies = ["aiblint"]\n')
        assert config.discover("a") is None
        (folder / "pyproject.toml").write_text("[tool.aiblint]\n")
        assert config.discover("a") == "pyproject.toml"
        (folder / ".aiblint.yaml").touch()
        with pytest.raises(ConfigError) as caught:
            config.discover("a")
        assert str(caught.value) == ".aiblint.yaml:1:1: pyproject.toml lies beside it; keep one of the two"

    def test_a_pyproject_that_is_no_toml_is_refused_only_where_it_speaks_of_aiblint(self, folder: Path) -> None:
        (folder / ".git").mkdir()
        (folder / "pyproject.toml").write_text("[project\n# aiblint\n")
        assert config.discover(".") is None
        (folder / "pyproject.toml").write_text("[tool.aiblint]\nselect = [\n")
        assert config.discover(".") == "pyproject.toml"
        assert refusal("pyproject.toml").startswith("pyproject.toml:3:1: is not TOML: ")


class TestExtends:
    def test_nearer_settings_are_added_or_overrule(self, folder: Path) -> None:
        (folder / "policy").mkdir()
        (folder / "policy" / "base.yaml").write_text("""\
extends: [deep.yaml]
select: [security, time]
ignore: [AIB509]
severity: {time: note, AIB801: error}
fail-on: error
per-path:
  images/: {ignore: [AIB8*]}
""")
        (folder / "policy" / "deep.yaml").write_text("ignore: [AIB801]\nfail-on: note\nos: linux\n")
        (folder / ".aiblint.yaml").write_text("""\
extends: [policy/base.yaml]
select: [customize]
ignore: [AIB501, AIB509]
severity: {time: off}
per-path:
  "*.json": {os: windows}
""")
        found = config.load(".aiblint.yaml")
        assert found.select == ("customize",)
        assert found.ignore == ("AIB801", "AIB509", "AIB501")
        assert list(found.severity.items()) == [("AIB801", "error"), ("time", "off")]
        assert (found.fail_on, found.os) == ("error", "linux")
        assert [entry.pattern for entry in found.per_path] == ["images/", "*.json"]
        assert found.files == ("policy/deep.yaml", "policy/base.yaml", ".aiblint.yaml")
        assert found.place("ignore", "AIB801") == "policy/deep.yaml:1:10"
        assert found.place("severity", "time") == ".aiblint.yaml:4:12"
        # Patterns are read from the folder of the configuration that a run goes by, wherever they are written.
        below = found.for_path("images/x.json")
        assert (below.ignore, below.os) == (("AIB801", "AIB509", "AIB501", "AIB8*"), "windows")
        assert below.place("ignore", "AIB8*") == "policy/base.yaml:7:22"

    def test_paths_are_read_from_the_file_that_names_them(self, folder: Path) -> None:
        (folder / "policy" / "scripts").mkdir(parents=True)
        (folder / "policy" / "prod.json").write_text("{}")
        (folder / "policy" / "base.yaml").write_text("parameters: [prod.json]\nsources: {https://x/y/: scripts}\n")
        put(__aiblint__yaml="extends: [policy/base.yaml]\n")
        found = config.load(".aiblint.yaml")
        assert found.parameters == (os.path.join("policy", "prod.json"),)
        assert found.sources == (("https://x/y/", str(folder / "policy" / "scripts")),)

    def test_two_that_share_a_base_are_no_circle(self) -> None:
        put(
            a__yaml="extends: [b.yaml, c.yaml]", b__yaml="extends: [d.yaml]", c__yaml="extends: [d.yaml]", d__yaml="ignore: [x]"
        )
        assert config.load("a.yaml").ignore == ("x",)

    @pytest.mark.parametrize(
        ("texts", "message"),
        [
            ({"a": "extends: [a.yaml]"}, "a.yaml:1:11: extends goes round in a circle: 'a.yaml extends a.yaml'"),
            (
                {"a": "extends: [b.yaml]", "b": "# round\nextends: [a.yaml]"},
                "b.yaml:2:11: extends goes round in a circle: 'a.yaml extends b.yaml extends a.yaml'",
            ),
            ({"a": "extends: [b.yaml]"}, "a.yaml:1:11: extends: there is no file 'b.yaml'"),
            ({"a": "extends: b.yaml"}, "a.yaml:1:10: extends must be a list of files; write ['b.yaml']"),
            (
                {"a": "extends: [/etc/passwd]"},
                "a.yaml:1:11: extends: '/etc/passwd' is an absolute path; write one relative to this file",
            ),
            (
                {"a": "extends: [~/x.yaml]"},
                "a.yaml:1:11: extends: '~/x.yaml' is an absolute path; write one relative to this file",
            ),
            ({"a": "extends: [x\\y.yaml]"}, "a.yaml:1:11: extends: 'x\\\\y.yaml' holds a backslash; write / between folders"),
            ({"a": "extends: [b.yaml]", "b": "ignored: []"}, "b.yaml:1:1: the configuration has no setting 'ignored'; "),
            ({"a": "per-path: {x: {extends: []}}"}, "a.yaml:1:16: per-path 'x' has no setting 'extends'; write "),
        ],
    )
    def test_what_cannot_be_followed_is_refused(self, texts: dict[str, str], message: str) -> None:
        put(**{f"{name}__yaml": text for name, text in texts.items()})
        assert refusal("a.yaml").startswith(message)

    def test_it_does_not_lead_out_of_the_repository(self, folder: Path) -> None:
        (folder / "outside.yaml").write_text("root:x:0:0\n")
        (folder / "repo" / ".git").mkdir(parents=True)
        config_file = folder / "repo" / ".aiblint.yaml"
        config_file.write_text("extends: [../outside.yaml]\n")
        assert "leaves the repository" in refusal("repo/.aiblint.yaml")
        (folder / "repo" / "link.yaml").symlink_to(folder / "outside.yaml")
        config_file.write_text("extends: [link.yaml]\n")
        assert "leaves the repository" in refusal("repo/.aiblint.yaml")

    def test_a_chain_that_never_ends_is_refused(self) -> None:
        put(**{f"c{i}__yaml": f"extends: [c{i + 1}.yaml]" for i in range(50)}, c50__yaml="ignore: []")
        assert "extends leads to more than 20 files" in refusal("c0.yaml")


TOML = """\
[project]
name = "images"        # [tool.aiblint]
text = '''
[tool.aiblint]
'''

[tool.aiblint]
select = ["AIB5*", 'security']
fail-on = "never"
severity."*-secret" = "note"   # dotted
severity.time = 'off'

[[tool.other]]
x = [{y = 1}, {y = 2}]

[tool."aiblint".per-path."images/**"]
ignore = [
  "AIB8*",   # more
  \"\"\"checksum-missing\"\"\",
]
severity = {AIB501 = "note", "AIB502" = "off"}
"""


class TestToml:
    def test_it_says_the_same_with_its_places(self) -> None:
        Path("pyproject.toml").write_text(TOML)
        found = config.load("pyproject.toml")
        assert found.select == ("AIB5*", "security")
        assert found.fail_on == "never"
        assert found.severity == {"*-secret": "note", "time": "off"}
        assert found.place("select", "security") == "pyproject.toml:8:20"
        assert found.place("severity", "*-secret") == "pyproject.toml:10:10"
        images = found.for_path("images/a/b.json")
        assert images.ignore == ("AIB8*", "checksum-missing")
        assert images.severity == {"*-secret": "note", "time": "off", "AIB501": "note", "AIB502": "off"}
        assert images.place("ignore", "checksum-missing") == "pyproject.toml:19:3"
        assert images.place("severity", "AIB502") == "pyproject.toml:21:30"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "1:1: has no [tool.aiblint]; write the settings below that line"),
            ("[tool.aiblint]\nfail_on = 1", "2:1: the configuration has no setting 'fail_on'; did you mean fail-on?"),
            ("[tool.aiblint]\nfail-on = false", "2:11: fail-on cannot be 'false'; write error, warning, note or never"),
            ("[tool.aiblint.severity]\nx = 2026-11-23", "2:5: severity of 'x' cannot be '2026-11-23'; write "),
            ("[tool.aiblint]\nignore = 'AIB501'", "2:10: ignore must be a list of rules; write ['AIB501']"),
            ("[tool]\naiblint = 3", "2:11: the configuration must be a mapping; write lines of the form `key = value`"),
            ("[tool.aiblint]\nx = 1\nx = 2", "3:1: is not TOML: Cannot overwrite a value"),
            (
                "[[tool.aiblint]]\nselect = []",
                "1:8: the configuration must be a mapping; write lines of the form `key = value`",
            ),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, text: str, message: str) -> None:
        Path("pyproject.toml").write_text(text)
        assert refusal("pyproject.toml").startswith(f"pyproject.toml:{message}")

    def test_a_long_file_takes_no_time(self) -> None:
        start = time.monotonic()
        toml_tree.read("x.toml", "".join(f"[[a]]\nb{i} = 'x'\n" for i in range(20_000)) + "[tool.aiblint]\n")
        toml_tree.read("x.toml", "a = " + "[" * 300 + "]" * 300)
        assert time.monotonic() - start < 10

    def test_one_that_is_nested_without_end_is_refused(self) -> None:
        Path("pyproject.toml").write_text("[tool.aiblint]\na = " + "[" * 20_000)
        assert "pyproject.toml:1:1: is nested too deeply" in refusal("pyproject.toml")


def plain(node: Node) -> Any:
    if node.pairs is not None:
        return {key.text: plain(value) for key, value in node.pairs}
    return [plain(item) for item in node.items] if node.items is not None else node.text


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(as_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


words = st.text(alphabet="abz09_-.'\"[]{},=# \n\té", max_size=6)
toml_values = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(words, toml_values, max_size=4), st.dictionaries(words, toml_values, max_size=4))
def test_toml_is_read_as_tomllib_reads_it(section: dict[str, Any], other: dict[str, Any]) -> None:
    lines = [f"{json.dumps(key)} = {as_toml(value)}" for key, value in section.items()]
    text = f"[tool]\nother = {as_toml(other)}\n[tool.aiblint]\n" + "\n".join(lines)
    node = toml_tree.read("x.toml", text)
    assert node is not None
    assert plain(node) == section
    for key, value in node.pairs or []:
        line = text.splitlines()[key.line - 1]
        assert line[key.column - 1 :].startswith(json.dumps(key.text))
        assert line[: value.column - 1].endswith(" = ")


setting_scalars = st.sampled_from(
    ["error", "off", "report", "linux", "2024-02-01", "AIB501", "", "nonsense", "/x", "note", None]
)
setting_names = st.sampled_from([*(key.name for key in keys.KEYS), "x", "AIB501", "https://x/", "*.json"])
setting_values = st.recursive(
    setting_scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(setting_names, inner, max_size=2), max_leaves=5
)


class TestSchema:
    """What is printed for editors agrees with what a run takes."""

    @staticmethod
    def validator() -> jsonschema.protocols.Validator:
        made = schema.document(registry.load())
        jsonschema.Draft202012Validator.check_schema(made)
        return jsonschema.Draft202012Validator(made)

    def test_it_has_every_setting_and_a_sentence_about_it(self) -> None:
        properties = schema.document([])["properties"]
        assert list(properties) == [key.name for key in keys.KEYS]
        assert all(described["description"].endswith(".") for described in properties.values())

    def test_it_names_the_rules(self) -> None:
        validator = self.validator()
        assert validator.is_valid({"ignore": ["checksum-missing", "AIB501", "security", "AIB5*"], "severity": {"time": "off"}})
        assert not validator.is_valid({"ignore": ["checksum-mising"]})
        assert not validator.is_valid({"severity": {"checksum-mising": "off"}})

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(setting_names, setting_values, max_size=3))
    def test_what_a_run_takes_is_valid(self, folder: Path, content: dict[str, Any]) -> None:
        Path("any.yaml").write_text(yaml.safe_dump(content))
        try:
            config.load("any.yaml")
        except ConfigError:
            return
        wrong = self.validator().iter_errors(content)
        assert [error.message for error in wrong if not _about_rules(error)] == []

    def test_the_command_prints_it(self, aiblint: Aiblint) -> None:
        status, out, err = aiblint("--config-schema")
        assert (status, err) == (0, "")
        assert json.loads(out) == schema.document(registry.load())


def _about_rules(error: jsonschema.ValidationError) -> bool:
    """Whether a rule is meant exists is asked later, by a run."""
    return error.validator == "anyOf"


class TestShow:
    def test_each_setting_is_told_with_its_place(self, aiblint: Aiblint) -> None:
        Path("base.yaml").write_text("ignore: [step-name-duplicate]\nfail-on: error\nseverity: {AIB502: off}\n")
        put(
            __aiblint__yaml="extends: [base.yaml]\nper-path:\n  legacy/: {ignore: [AIB801], os: windows, placeholders: allow}\n"
        )
        Path("legacy").mkdir()
        Path("legacy/a.json").touch()
        status, out, err = aiblint("--show-config", "legacy/a.json", "--fail-on", "note")
        assert (status, err) == (0, "")
        told = [" ".join(line.split()) for line in out.splitlines()]
        assert told[0] == "# legacy/a.json: configured by base.yaml, .aiblint.yaml"
        assert "- step-name-duplicate # base.yaml:1:10" in told
        assert "- AIB801 # .aiblint.yaml:3:22" in told
        assert "fail-on: note # --fail-on" in told
        assert "os: windows # .aiblint.yaml:3:31" in told
        assert "api-version: ~ # default" in told
        assert "# AIB502 checksum-format (severity, base.yaml:3:12)" in told
        assert "# AIB007 placeholder-left (placeholders, .aiblint.yaml:3:44)" in told

    def test_it_is_a_configuration_that_says_the_same(self, aiblint: Aiblint) -> None:
        put(__aiblint__yaml="ignore: ['customizer-*', AIB501]\nseverity: {AIB801: off}\nos: linux\nselect: [time, security]\n")
        Path("a.json").touch()
        out = aiblint("--show-config", "a.json")[1]
        before = config.load(".aiblint.yaml")
        put(__aiblint__yaml=out)
        after = config.load(".aiblint.yaml")
        for key in keys.KEYS:
            if key.name != "extends":
                assert getattr(after, key.attribute) == getattr(before, key.attribute), key.name

    def test_a_file_that_is_not_there_is_2(self, aiblint: Aiblint) -> None:
        said = "aiblint: --show-config tells what holds for a file, and there is none called 'imgs/a.json'\n"
        assert aiblint("--show-config", "imgs/a.json") == (2, "", said)

    def test_without_a_configuration_all_is_default(self, aiblint: Aiblint) -> None:
        Path("a.json").touch()
        out = aiblint("--no-config", "--show-config", "a.json")[1].splitlines()
        assert out[0] == "# a.json: no configuration"
        assert all(line.startswith("#") or line.endswith("# default") for line in out)
        off = [f"#   {rule.id} {rule.name} (off by default)" for rule in registry.load() if not rule.enabled]
        assert out[-len(off) :] == off


def test_the_operating_system_counts_where_the_source_tells_none(aiblint: Aiblint, folder: Path) -> None:
    template = json.loads((ROOT / "examples" / "linux.json").read_text())
    template["properties"]["source"] = {
        "type": "SharedImageVersion",
        "imageVersionId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0",
    }
    (folder / "a.json").write_text(json.dumps(template))
    assert aiblint("--select", "customizer-os-mismatch", "a.json")[0] == 0
    (folder / ".aiblint.yaml").write_text("per-path: {a.json: {os: windows}}\n")
    status, out, _ = aiblint("--select", "customizer-os-mismatch", "a.json")
    assert status == 1
    assert "stated to be a Windows image" in out


def test_parameter_files_of_the_configuration_are_deployed_with(aiblint: Aiblint, folder: Path) -> None:
    text = (ROOT / "examples" / "deployment.json").read_text()
    (folder / "a.json").write_text(text)
    (folder / "etc").mkdir()
    (folder / "etc" / "prod.json").write_text(json.dumps({"parameters": {"buildTimeoutInMinutes": {"value": 5}}}))
    assert aiblint("--select", "AIB801", "a.json")[0] == 0
    (folder / ".aiblint.yaml").write_text("per-path: {a.json: {parameters: [etc/prod.json]}}\n")
    status, out, _ = aiblint("--select", "AIB801", "a.json")
    assert status == 1
    assert "prod.json" in out
    (folder / "etc" / "prod.json").write_text("[]")
    assert aiblint("--select", "AIB801", "a.json")[0] == 2


def test_a_configuration_that_is_passed_over_is_named_with_v(
    aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".aiblint.yaml").write_text("extends: [read/.aiblint.yaml]\n")
    for name in ("a/b", "a/c", "read"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "t.json").write_bytes((ROOT / "examples" / "linux.json").read_bytes())
    (tmp_path / "a" / "b" / ".aiblint.yaml").write_text("fail-on: error\n")
    (tmp_path / "read" / ".aiblint.yaml").write_text("fail-on: error\n")
    told = [line for line in aiblint("-v", ".")[2].splitlines() if "not read" in line]
    assert told == ["aiblint: a/b/.aiblint.yaml: not read; the run goes by one configuration, .aiblint.yaml"]
    assert "not read" not in aiblint(".")[2]
    assert "not read" not in aiblint("-v", "--config", ".aiblint.yaml", ".")[2]
