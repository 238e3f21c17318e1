"""Exceptions: where they are written, what they silence, and what is said when they silence nothing."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import edits
import pytest
from conftest import ROOT, Aiblint

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.settle import settle
from aiblint.suppress.ignores import Terms
from aiblint.syntax.json import read

DEPLOYMENT = (ROOT / "examples" / "deployment.json").read_text()
TIMEOUT = '"buildTimeoutInMinutes": "[parameters(\'buildTimeoutInMinutes\')]",'
NAME = '"vmSize": "Standard_D2s_v5"'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cache
def rules() -> list[Any]:
    return [rule for rule in registry.load() if rule.enabled]


def lint(text: str, *, only: tuple[str, ...] = (), today: str = "2026-11-23", require_reason: bool = False) -> engine.Result:
    """The findings of a file when its exceptions are taken into account; `only` are ids of rules."""
    running = [rule for rule in rules() if not only or rule.id in only]
    known = {name.lower(): rule.id for rule in rules() for name in (rule.id, rule.name)}
    result = engine.lint(read(text.encode(), "a.json"), running, Checkout("a.json"), today)
    assert result.defects == []
    return settle(result, running, {}, Terms(known, today, require_reason))


def left(text: str, **options: Any) -> list[tuple[str, int]]:
    """Rule and line of each finding that is left."""
    return [(f.rule, f.document.position(f.start)[0]) for f in lint(text, **options).findings]


def silenced(text: str, **options: Any) -> list[str]:
    return [finding.rule for finding, _ in lint(text, **options).silenced]


def with_timeout(before: str = "", behind: str = "") -> str:
    """The deployment with a build timeout of 5, which AIB801 finds, on line 47 or later."""
    start = f"{before}\n        " if before else ""
    return DEPLOYMENT.replace(TIMEOUT, f'{start}"buildTimeoutInMinutes": 5,{behind}')


class TestPlaces:
    @pytest.mark.parametrize(
        ("before", "behind"),
        [
            ("// aiblint: ignore[build-timeout-range] we want no build", ""),
            ("// aiblint: ignore[AIB801] by id", ""),
            ("// aiblint: ignore[aib801] any case", ""),
            ("/* aiblint: ignore[AIB801] in a block comment */", ""),
            ("/*\n         * aiblint: ignore[AIB801] in a long one\n         */", ""),
            ("// aiblint: ignore[AIB801] above\n        // another comment\n\n        /* and one more */", ""),
            ("// aiblint: ignore[AIB206, build-timeout-range]", ""),
            ("//aiblint:ignore[AIB801]", ""),
            ("", " // aiblint: ignore[AIB801] on the line itself"),
            ("", " /* aiblint: ignore[AIB801] */"),
            ("// aiblint: ignore-file[AIB801] the whole file", ""),
            ("// aiblint: ignore-start[AIB801] from here", "\n        // aiblint: ignore-end[AIB801]"),
            ("// aiblint: ignore-start[AIB801] from here", "\n        // aiblint: ignore-end"),
        ],
    )
    def test_a_comment_silences(self, before: str, behind: str) -> None:
        text = with_timeout(before, behind)
        assert silenced(text) == ["AIB801"]
        assert [rule for rule, _ in left(text) if rule in ("AIB801", "AIB011", "AIB012")] == []

    def test_one_before_the_value_on_its_line_counts_for_the_line(self) -> None:
        text = DEPLOYMENT.replace(TIMEOUT, '/* aiblint: ignore[AIB801] */ "buildTimeoutInMinutes": 5,')
        assert silenced(text) == ["AIB801"]

    @pytest.mark.parametrize(
        ("before", "behind"),
        [
            ('// aiblint: ignore[AIB801] two lines up\n        "optimize": {},', ""),
            ("", "\n        // aiblint: ignore[AIB801] the line behind"),
            ("// aiblint: ignore-start[AIB801] over already\n        // aiblint: ignore-end", ""),
            ("// see aiblint: ignore[AIB801] in the manual", ""),
            ("// aiblint: ignore[AIB802] another rule", ""),
        ],
    )
    def test_what_is_not_meant_is_not_silenced(self, before: str, behind: str) -> None:
        text = with_timeout(before, behind)
        assert silenced(text) == []
        assert "AIB801" in [rule for rule, _ in left(text)]

    @pytest.mark.parametrize("comment", ["// AIBLINT: IGNORE[aib801] x", "/* Aiblint:Ignore[Build-Timeout-Range] */"])
    def test_capitals_do_not_count(self, comment: str) -> None:
        assert silenced(with_timeout(comment), only=("AIB801", "AIB010", "AIB011")) == ["AIB801"]

    def test_blocks_may_lie_in_each_other(self) -> None:
        text = with_timeout(
            "// aiblint: ignore-start[AIB205] outer\n        // aiblint: ignore-start[AIB801] inner",
            "\n        // aiblint: ignore-end\n        // aiblint: ignore-end[AIB205]",
        ).replace(NAME, f'{NAME}, "osDiskSizeGB": 5')
        found = left(text)
        assert silenced(text) == ["AIB801"]
        assert ("AIB205", 53) in found
        assert ("AIB010", 47) in found

    @pytest.mark.parametrize(
        "member",
        [
            '"comments": "aiblint: ignore[AIB801] the pipeline sets it",',
            '"comments": "The golden image. aiblint: ignore[build-timeout-range] until 2027-01-31 no build",',
            '"comments": "One line.\\naiblint: ignore[AIB801]",',
            '"metadata": {"lint": "aiblint: ignore[AIB801] so be it"},',
            '"metadata": {"description": "x", "lint": ["aiblint: ignore[AIB801] so be it"]},',
        ],
    )
    def test_where_comments_are_not_liked_the_resource_says_it(self, member: str) -> None:
        text = with_timeout().replace('"apiVersion": "2024-02-01"', f'{member}\n      "apiVersion": "2024-02-01"')
        assert silenced(text) == ["AIB801"]
        assert left(text) == []

    def test_or_the_deployment_for_all_of_it(self) -> None:
        text = with_timeout().replace(
            '"contentVersion"', '"metadata": {"lint": "aiblint: ignore[AIB801] so be it"},\n  "contentVersion"'
        )
        assert (silenced(text), left(text)) == (["AIB801"], [])

    def test_a_resource_speaks_for_itself_only(self) -> None:
        tree = edits.deployment()
        tree["resources"].append(edits.image("second"))
        for resource in tree["resources"]:
            resource["properties"]["buildTimeoutInMinutes"] = 5
        tree["resources"][0]["comments"] = "aiblint: ignore[AIB801] this one"
        text = json.dumps(tree, indent=1)
        assert silenced(text) == ["AIB801"]
        assert [rule for rule, _ in left(text)] == ["AIB801"]

    def test_one_says_what_several_mistakes_on_a_line_are(self) -> None:
        text = DEPLOYMENT.replace(
            TIMEOUT,
            '// aiblint: ignore[AIB801, AIB205] both\n        "buildTimeoutInMinutes": 5, "vmProfile": {"osDiskSizeGB": 5}, "x":',
        ).replace('"x":\n        "vmProfile": {\n          "vmSize": "Standard_D2s_v5"\n        },', "")
        assert sorted(silenced(text)) == ["AIB205", "AIB801"]


class TestUnused:
    def test_it_is_told_with_its_place_and_taken_out(self, aiblint: Aiblint) -> None:
        Path("a.json").write_text(DEPLOYMENT.replace(TIMEOUT, f"// aiblint: ignore[AIB801] once\n        {TIMEOUT}"))
        status, out, _ = aiblint("--format", "concise", "a.json")
        assert status == 1
        assert "a.json:47:12: warning AIB010: 'AIB801' finds nothing on line 48" in out
        assert aiblint("--fix", "a.json")[0] == 0
        assert Path("a.json").read_text() == DEPLOYMENT

    @pytest.mark.parametrize(
        ("written", "after"),
        [
            (f"{TIMEOUT} // aiblint: ignore[AIB801] x", TIMEOUT),
            (f"{TIMEOUT} /* aiblint: ignore[AIB801] x */", TIMEOUT),
            (f"/* aiblint: ignore[AIB801] x */ {TIMEOUT}", f" {TIMEOUT}"),
            (
                f"// aiblint: ignore-start[AIB801] x\r\n        {TIMEOUT}\r\n        // aiblint: ignore-end\r\n        //",
                f"        {TIMEOUT}\r\n        //",
            ),
            (f"// aiblint: ignore[AIB801,\tAIB205 ] x\n        {TIMEOUT}", f"        {TIMEOUT}"),
            (f"/* why\n * aiblint: ignore[AIB801] x */\n        {TIMEOUT}", None),
        ],
    )
    def test_the_rest_stays_as_it_was(self, aiblint: Aiblint, written: str, after: str | None) -> None:
        before = DEPLOYMENT.replace(TIMEOUT, written)
        Path("a.json").write_bytes(before.encode())
        aiblint("--fix", "a.json")
        wanted = (
            before
            if after is None
            else DEPLOYMENT.replace(
                f"        {TIMEOUT}", after if after[0] == " " and after[1:2] == " " else f"        {after}"
            )
        )
        assert Path("a.json").read_bytes().decode() == wanted

    def test_a_rule_that_does_not_run_is_not_judged(self) -> None:
        text = DEPLOYMENT.replace(TIMEOUT, f"// aiblint: ignore[AIB801] x\n        {TIMEOUT}")
        assert left(text, only=("AIB010", "AIB205")) == []
        assert left(text, only=("AIB010", "AIB801")) == [("AIB010", 47)]

    def test_only_the_names_that_silence_nothing_are_told(self) -> None:
        [(finding, _)] = lint(with_timeout("// aiblint: ignore[AIB205, AIB801, os-disk-size] x")).silenced
        assert finding.rule == "AIB801"
        result = lint(with_timeout("// aiblint: ignore[AIB205, AIB801] x"))
        [unused] = result.findings
        assert unused.document.text[unused.start : unused.end] == "AIB205"

    @pytest.mark.parametrize(
        ("names", "kept"),
        [
            ("AIB205, AIB801", "AIB801"),
            ("AIB801, AIB205", "AIB801"),
            ("AIB205,AIB801, AIB206", "AIB801"),
            ("AIB205, AIB206", None),
        ],
    )
    def test_the_names_that_silence_something_stay(self, aiblint: Aiblint, names: str, kept: str | None) -> None:
        Path("a.json").write_text(with_timeout(f"// aiblint: ignore[{names}] why"))
        aiblint("--fix", "a.json")
        wanted = with_timeout("" if kept is None else f"// aiblint: ignore[{kept}] why")
        assert Path("a.json").read_text() == wanted

    def test_where_all_names_silence_nothing_the_whole_exception_is_marked(self) -> None:
        text = DEPLOYMENT.replace(TIMEOUT, f"// aiblint: ignore[AIB801] why\n        {TIMEOUT}")
        [unused] = lint(text).findings
        assert unused.document.text[unused.start : unused.end] == "aiblint: ignore[AIB801] why"

    def test_more_than_five_names_are_counted(self) -> None:
        ids = [rule.id for rule in rules() if rule.id.startswith("AIB2")]
        for count, more in ((5, ""), (6, " and 1 more"), (7, " and 2 more")):
            text = DEPLOYMENT.replace(TIMEOUT, f"// aiblint: ignore[{', '.join(ids[:count])}]\n        {TIMEOUT}")
            [message] = [finding.message for finding in lint(text).findings if finding.rule == "AIB010"]
            shown, _, rest = message.partition(" find nothing")
            assert rest
            assert (ids[4] in shown, shown.partition(f"'{ids[4]}'")[2]) == (True, more)

    @pytest.mark.parametrize(("lines", "told"), [(40, True), (41, False)])
    def test_a_finding_far_away_is_not_what_was_meant(self, lines: int, told: bool) -> None:
        text = with_timeout("", "\n" * lines + "        // aiblint: ignore[AIB801] x")
        [message] = [finding.message for finding in lint(text).findings if finding.rule == "AIB010"]
        assert ("(one is on line 47;" in message) == told

    def test_an_exception_within_a_wider_one_takes_the_finding(self) -> None:
        text = with_timeout("// aiblint: ignore[AIB801] here", "\n        // aiblint: ignore-file[AIB801] everywhere")
        assert left(text) == [("AIB010", 49)]

    def test_one_that_missed_by_a_line_is_told_where_the_finding_is(self) -> None:
        result = lint(with_timeout("", "\n        // aiblint: ignore[AIB801] x"))
        [message] = [finding.message for finding in result.findings if finding.rule == "AIB010"]
        assert "(one is on line 47;" in message

    def test_what_is_said_about_exceptions_can_be_silenced_too(self) -> None:
        text = DEPLOYMENT.replace(TIMEOUT, f"// aiblint: ignore[AIB801] x\n        {TIMEOUT}")
        whole = text.replace("{", "{ // aiblint: ignore-file[unused-ignore] for a while", 1)
        assert left(whole) == []
        assert left(DEPLOYMENT.replace("{", "{ // aiblint: ignore-file[unused-ignore]", 1)) == []


class TestWords:
    @pytest.mark.parametrize(
        ("comment", "said"),
        [
            ("// aiblint: ignore[checksum-mising]", "there is no rule 'checksum-mising'; did you mean 'checksum-missing'?"),
            ("// aiblint: ignore[AIB80]", "there is no rule 'AIB80'"),
            ("// aiblint: ignore[checksum-*]", "'checksum-*' is a pattern: an exception names each rule"),
            ("// aiblint: ignore[]", "names no rule silences nothing"),
            ("// aiblint: ignore", "names its rules in brackets"),
            ("// aiblint: ignore[AIB801", "names its rules in brackets"),
            ("// aiblint: ingore[AIB801]", "'aiblint: ingore' is no exception that aiblint knows; write aiblint: ignore"),
            ("// aiblint: disable-next-line[AIB801]", "write aiblint: ignore, ignore-start, ignore-end or ignore-file"),
            ("// aiblint: ignore-next-line[AIB801]", "write aiblint: ignore"),
            ("// aiblint-ignore[AIB801]", "'aiblint-ignore' is no exception that aiblint knows; write aiblint: ignore"),
            ("// aiblint: ignore-end", "no aiblint: ignore-start stands before it"),
            ("// aiblint: ignore-start[AIB801]", "no aiblint: ignore-end follows"),
            ("// aiblint: ignore[AIB801] until 2027-13-01 x", "'2027-13-01' is no day"),
            ("// aiblint: ignore[AIB801] until 2027-02-29 x", "'2027-02-29' is no day"),
            ("// aiblint: ignore[AIB801] until soon x", "'soon' is no day"),
            ("// aiblint: ignore[AIB801] Until: 31.01.2027 x", "'31' is no day"),
            ("// aiblint: ignore[AIB801] - until 2027-13-01 x", "'2027-13-01' is no day"),
            ("// aiblint: ignore[AIB801] until", "until names no day"),
        ],
    )
    def test_what_cannot_be_followed_is_told_and_silences_nothing(self, comment: str, said: str) -> None:
        result = lint(with_timeout(comment))
        assert result.silenced == []
        messages = [finding.message for finding in result.findings if finding.rule == "AIB011"]
        assert len(messages) == 1
        assert all(part in messages[0] for part in said.split("; "))

    @pytest.mark.parametrize("comment", ["// aiblint is content", "// aiblinter: ignore[x]", "/* aiblint */", "// aiblint?"])
    def test_prose_is_prose(self, comment: str) -> None:
        assert left(DEPLOYMENT.replace(TIMEOUT, f"{comment}\n        {TIMEOUT}")) == []

    def test_the_known_names_of_a_list_hold_beside_an_unknown_one(self) -> None:
        text = with_timeout("// aiblint: ignore[AIB801, nonsense] x")
        assert silenced(text) == ["AIB801"]
        assert [rule for rule, _ in left(text)] == ["AIB011"]

    def test_a_block_cannot_be_opened_in_a_text(self) -> None:
        text = with_timeout().replace(
            '"name": "[concat', '"comments": "aiblint: ignore-start[AIB801]",\n      "name": "[concat'
        )
        assert [rule for rule, _ in left(text)] == ["AIB011", "AIB801"]

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            ("the vendor says so", "the vendor says so"),
            (": the vendor says so", "the vendor says so"),
            ("- until the vendor mends it", "until the vendor mends it"),
            ("until 2027-01-31 - it is mended", "it is mended"),
            ("Until 2027-01-31 it is mended", "it is mended"),
            ("until: 2027-01-31: it is mended", "it is mended"),
            ("- UNTIL 2027-01-31 it is mended", "it is mended"),
            ("untilled land", "untilled land"),
            ("", ""),
            ("until 2027-01-31", ""),
        ],
    )
    def test_the_reason_is_what_is_written_behind(self, words: str, reason: str) -> None:
        [(_, ignore)] = lint(with_timeout(f"/* aiblint: ignore[AIB801] {words} */")).silenced
        assert ignore.reason == reason

    def test_an_exception_ends_with_its_last_day(self) -> None:
        text = with_timeout("// aiblint: ignore[AIB801] until 2026-11-23 x")
        assert left(text, today="2026-11-23") == []
        assert left(text, today="2026-11-24") == [("AIB012", 47), ("AIB801", 48)]

    def test_where_a_reason_is_required_one_without_counts_for_nothing(self) -> None:
        assert left(with_timeout("// aiblint: ignore[AIB801]"), require_reason=True) == [("AIB011", 47), ("AIB801", 48)]
        assert left(with_timeout("// aiblint: ignore[AIB801] x"), require_reason=True) == []

    def test_a_bare_template_takes_them_too_but_its_comment_stays_a_mistake(self) -> None:
        bare = (ROOT / "examples" / "linux.json").read_text()
        text = bare.replace('"buildTimeoutInMinutes": 120,', '// aiblint: ignore[AIB801] x\n    "buildTimeoutInMinutes": 5,')
        assert silenced(text) == ["AIB801"]
        assert [rule for rule, _ in left(text)] == ["AIB001"]


class TestReports:
    def test_suppressed_findings_are_counted_and_left_out_but_on_request(self, aiblint: Aiblint) -> None:
        Path("a.json").write_text(with_timeout("// aiblint: ignore[AIB801] until 2999-01-31 no build"))
        status, out, _ = aiblint("--format", "json", "a.json")
        told = json.loads(out)
        assert (status, told["summary"]["suppressed"], told["findings"], "suppressed" in told) == (0, 1, [], False)
        [entry] = json.loads(aiblint("--format", "json", "--show-suppressed", "a.json")[1])["suppressed"]
        assert (entry["rule"], entry["line"]) == ("AIB801", 48)
        assert entry["suppression"] == {"path": "a.json", "line": 47, "column": 12, "reason": "no build", "until": "2999-01-31"}
        assert json.loads(aiblint("--format", "sarif", "a.json")[1])["runs"][0]["results"] == []
        [result] = json.loads(aiblint("--format", "sarif", "--show-suppressed", "a.json")[1])["runs"][0]["results"]
        assert result["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "no build"}]
        assert "a.json:48:34: suppressed AIB801" in aiblint("--show-suppressed", "a.json")[1]

    def test_nothing_suppressed_is_fixed(self, aiblint: Aiblint) -> None:
        text = (ROOT / "examples" / "deployment.json").read_text().replace('"type": "Shell"', '"type": "shell"')
        commented = text.replace('"type": "shell"', '"type": "shell" // aiblint: ignore[enum-value] on purpose\n').replace(
            "on purpose\n,", "on purpose\n            ,"
        )
        Path("a.json").write_text(commented)
        aiblint("--fix", "--unsafe-fixes", "a.json")
        assert Path("a.json").read_text() == commented
        Path("a.json").write_text(text)
        aiblint("--fix", "a.json")
        assert Path("a.json").read_text() != text

    def test_what_is_said_about_an_exception_shows_no_secret(self, aiblint: Aiblint) -> None:
        secret = "https://st.blob.core.windows.net/c/a.sh?sv=2022-11-02&sig=Hunter2Hunter2Hunter2%3D"
        text = DEPLOYMENT.replace('"inline": [', f'"x": "{secret}", // aiblint: ignore[AIB801] x\n            "inline": [')
        Path("a.json").write_text(text)
        for name in ("text", "json", "sarif"):
            out = aiblint("--select", "AIB010,AIB801", "--format", name, "a.json")[1]
            assert "AIB010" in out
            assert "Hunter2" not in out

    def test_several_parameter_files_share_one_exception(self, aiblint: Aiblint) -> None:
        text = DEPLOYMENT.replace(TIMEOUT, f"// aiblint: ignore[AIB801] x\n        {TIMEOUT}")
        Path("a.json").write_text(text)
        for name, minutes in (("one", 5), ("two", 60)):
            Path(f"a.parameters.{name}.json").write_text(
                json.dumps({"parameters": {"buildTimeoutInMinutes": {"value": minutes}}})
            )
        assert json.loads(aiblint("--format", "json", "a.json")[1])["findings"] == []


STEPS = [
    ("AIB501", "bad-a", "scriptUri", edits.script("bad-a")),
    ("AIB501", "bad-b", "scriptUri", edits.script("bad-b")),
    ("AIB431", "bad-c", "restartTimeout", edits.restart("bad-c", "10 minutes")),
    ("AIB502", "bad-d", "sha256Checksum", edits.script("bad-d", sha256Checksum="ABC")),
]


def test_exceptions_survive_a_thousand_edits_elsewhere() -> None:
    """No finding comes back, and none that an edit brings is lost."""
    pick = random.Random(7)
    running = [rule for rule in rules() if rule.id in ("AIB010", "AIB011", "AIB012", "AIB431", "AIB501", "AIB502")]
    known = {rule.id.lower(): rule.id for rule in running}
    for number in range(1000):
        if number % 50 == 0:
            tree = edits.deployment()
            customize = tree["resources"][0]["properties"]["customize"]
            for rule, name, member, step in STEPS:
                customize.append({**step, member: edits.Noted(step[member], f"// aiblint: ignore[{rule}] {name}")})
            planted: list[str] = []
        tree = edits.elsewhere(tree, pick, number)
        if number % 50 == 25:
            golden = next(resource for resource in tree["resources"] if resource["name"] == "golden")
            planted.append(f"new-{number}")
            golden["properties"]["customize"].insert(pick.randint(0, 3), edits.script(planted[-1]))
        result = engine.lint(read(edits.write(tree, pick).encode(), "a.json"), running, Checkout("a.json"), "2026-11-23")
        result = settle(result, running, {}, Terms(known, "2026-11-23"))
        assert sorted((f.rule, ignore.reason) for f, ignore in result.silenced) == sorted((r, n) for r, n, _, _ in STEPS), (
            number
        )
        assert [f.rule for f in result.findings] == ["AIB501"] * len(planted), number
        for finding, name in zip(result.findings, planted, strict=True):
            assert f"{name}.ps1" in finding.message
