"""Promise: each mistake in the writing of a file is told once, where it is, with its cure; the rest is read all the same."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiblint.document import ARRAY, OBJECT, STRING, Document, Mistake, Node
from aiblint.syntax.json import KINDS, bad_escapes, key_offsets, parse, string_offsets, suspicious_escapes

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

Told = tuple[str, str, str]  # kind, line:column, the text underlined


def cases() -> list[tuple[str, str, list[Told]]]:
    """The table: text, spelling of the value, mistakes."""
    found = []
    for block in TABLE.read_text(encoding="utf-8").split("\n\n")[1:]:
        text, value, *mistakes = block.strip("\n").split("\n")
        split = [line.split(maxsplit=2) for line in mistakes]
        told = [(kind, place, json.loads(underlined)) for kind, place, underlined in split]
        found.append((text.replace("↵", "\n"), value.removeprefix("  = "), told))
    return found


TABLE = Path(__file__).with_name("reader_mistakes.txt")
CASES = cases()


def told(text: str) -> list[Told]:
    root, mistakes = parse(text)
    document = Document("x", text, root, mistakes)
    return [
        (mistake.kind, "{}:{}".format(*document.position(mistake.start)), text[mistake.start : mistake.end])
        for mistake in mistakes
    ]


@pytest.mark.parametrize(("text", "value", "mistakes"), CASES, ids=[text for text, _, _ in CASES])
def test_mistakes_and_what_is_read_all_the_same(text: str, value: str, mistakes: list[Told]) -> None:
    root, _ = parse(text)
    assert told(text) == mistakes
    # Compared by the spelling: NaN equals itself then, and 1 does not equal true.
    assert repr(root.to_python() if root is not None else None) == value


ELSEWHERE = {"encoding", "undecodable", "too-deep", "too-many"}  # test_document, and below


def test_each_kind_has_a_case() -> None:
    seen = {kind for _, _, mistakes in CASES for kind, _, _ in mistakes}
    assert seen | ELSEWHERE == set(KINDS)


# Text, and what the message of its first mistake says.
MESSAGES = [
    ('{\n"a": 1\n"b": 2}', "missing comma after line 2"),
    ('{"a": 1 "b": 2}', 'missing comma after `"a": 1`'),
    (
        '{\n"x": 1,\n"customize": 1,\n"customize": 2}',
        "'customize' already stands on line 3: loaders keep the last one, so the first is lost",
    ),
    ('{"customize": 1,\n"Customize": 2}', "'Customize' and 'customize' on line 1 differ only in case"),
    ('{"a": <minutes>}', "`<minutes>` is a placeholder: put the real value here"),
    ('{"a": True}', "write `true`"),
    ('{"a": None}', "write `null`"),
    ('{"a": westus}', "`westus` stands without quotes: put it in double quotes"),
    ('["C:\\AIB\\x"]', "write `C:\\\\AIB\\\\x`: `\\A` is no JSON escape (1 more in this string)"),
    ('["a", "sed s:[0-9]\\+$::"]', "write `s:[0-9]\\\\+$::`"),
    ('["\\u12"]', "`\\u` needs four hexadecimal digits after it"),
    ('["echo "hello" > x"]', 'the quote at `"hello" > x` would end the string: write `\\"`'),
    ("{\n\n[", "`[` stands where a comma and a name belong"),
    ('{"a": [\n1,\n2', "the file ends inside the array opened on line 1: is it truncated?"),
    ('{"a": {\n  "b": {\n    "c": 1\n},\n"d": 2', "The `}` of the object opened on line 2 may be the one missing"),
    ('{\n"a": [1, 2}', "`}` stands here, but the array opened on line 2 is still open: `]` is missing before it"),
    ('{"a":\n[1, 2}, "b": 3}', "`}` closes the array opened on line 2: write `]`"),
    ('{"a": [1]]}', "`]` closes nothing (the object opened on line 1 needs `}`): delete it"),
    ('"customize": []', "wrap the file in { }"),
    ('hi{"a": 1}', "`hi` stands before the first `{`: delete it"),
    ('ema": 1', "its first characters are lost"),
    ('["a" +\n"b"]', "JSON cannot join strings with `+`"),
    ('{"type" = "x"}', "`=` stands where a colon belongs"),
    ('{"type" "x"}', "no colon between the name `type` and its value"),
    ("[01]", "`01` is no JSON number: write `1`"),
    ("[.5]", "write `0.5`"),
    ("[0x1F]", "write `31`"),
    ("['x']", "JSON strings stand in double quotes"),
    ("[[resourceGroup().location]]", "is an ARM expression: put it in double quotes"),
    ("<<<<<<< HEAD\n{}", "a merge conflict begins here"),
    ("", "it is empty"),
    ("// nothing", "nothing but comments"),
]


@pytest.mark.parametrize(("text", "said"), MESSAGES, ids=[text for text, _ in MESSAGES])
def test_messages_name_the_mistake_and_the_cure(text: str, said: str) -> None:
    _, mistakes = parse(text)
    assert said in mistakes[0].message


@pytest.mark.parametrize("bad", ["\x1b[31mred", "a\u202eb", "tab\tnew\x07", "long " * 100])
@pytest.mark.parametrize("around", ["[{}]", "{}[1]", '{{"{}" 1}}', '["x" {} ]', "[1] {}", "{{<{}>: 1}}", "[/*{}*/]", "['{}']"])
def test_text_of_the_file_is_harmless_in_messages(bad: str, around: str) -> None:
    _, mistakes = parse(around.format(bad))
    assert mistakes
    for mistake in mistakes:
        assert mistake.message.isprintable()
        assert len(mistake.message) < 250


PLAIN = {"inline": ["a", "b \\ c", 'say "hi"'], "n": {"t": True, "i": 12, "f": -1.5, "z": None, "e": [], "o": {}}}


def test_a_lost_comma_is_missed_exactly_where_it_stood() -> None:
    text = json.dumps(PLAIN, indent=2)
    commas = [i for i, char in enumerate(text) if char == "," and text[i + 1] == "\n"]
    assert len(commas) == 8
    for comma in commas:
        broken = text[:comma] + text[comma + 1 :]
        root, mistakes = parse(broken)
        assert [(mistake.kind, mistake.start, mistake.end) for mistake in mistakes] == [("missing-comma", comma, comma)]
        assert root is not None
        assert root.to_python() == PLAIN


def test_a_doubled_comma_is_found_and_harms_nothing() -> None:
    text = json.dumps(PLAIN)
    for comma in [i for i, char in enumerate(text) if char == ","]:
        root, mistakes = parse(text[:comma] + "," + text[comma:])
        assert [(mistake.kind, mistake.start) for mistake in mistakes] == [("stray-comma", comma + 1)]
        assert root is not None
        assert root.to_python() == PLAIN


def test_a_lost_colon_is_missed_exactly_where_it_stood() -> None:
    text = json.dumps(PLAIN, indent=1)
    for colon in [i for i, char in enumerate(text) if char == ":"]:
        root, mistakes = parse(text[:colon] + text[colon + 1 :])
        assert [(mistake.kind, mistake.start) for mistake in mistakes] == [("missing-colon", colon)]
        assert root is not None
        assert root.to_python() == PLAIN


def test_a_wrong_closer_is_one_mistake_on_its_line() -> None:
    text = json.dumps(PLAIN, indent=1)
    for at in [i for i, char in enumerate(text) if char in "]}"]:
        other = "}" if text[at] == "]" else "]"
        root, mistakes = parse(text[:at] + other + text[at + 1 :])
        assert [(mistake.kind, mistake.start) for mistake in mistakes] == [("mismatched-bracket", at)]
        assert root is not None
        assert root.to_python() == PLAIN


def test_all_independent_mistakes_are_told_in_one_run() -> None:
    text = """{
  "type": "x"
  "apiVersion": '2024-02-01',
  "properties": {
    "buildTimeoutInMinutes": <minutes>,
    "customize": [
      { "type": "Shell", "inline": [ "echo "hi" you", ] },
      { "type" "File", "destination": "C:\\AIB" }
    ],
    location: True
  }
}"""
    assert [(kind, place) for kind, place, _ in told(text)] == [
        ("missing-comma", "2:14"),
        ("single-quotes", "3:17"),
        ("placeholder", "5:30"),
        ("unescaped-quote", "7:44"),
        ("trailing-comma", "7:53"),
        ("missing-colon", "8:15"),
        ("bad-escape", "8:42"),
        ("bare-key", "10:5"),
        ("bare-word", "10:15"),
    ]
    root, _ = parse(text)
    assert root is not None
    properties = root.get("properties")
    assert properties is not None
    assert properties.to_python() == {
        "buildTimeoutInMinutes": None,
        "customize": [{"type": "Shell", "inline": ['echo "hi" you']}, {"type": "File", "destination": "C:\\AIB"}],
        "location": None,
    }


def test_a_thousand_mistakes_are_enough() -> None:
    _, mistakes = parse("[" + '"a" ' * 5000 + "]")
    assert mistakes[-1].kind == "too-many"
    assert len(mistakes) < 1100


def test_twins_in_a_large_object_are_all_found() -> None:
    names = [f"name{i}" for i in range(3000)]
    text = "{" + ",\n".join(f'"{name}": 1' for name in [*names, *names]) + "}"
    found = told(text)
    assert [kind for kind, _, _ in found] == ["duplicate-key"] * 3000
    assert found[0][1] == "3001:1"


# --- damage of any sort

TEMPLATE = """{
  // what is built
  "type": "Microsoft.VirtualMachineImages/imageTemplates",
  "location": "[resourceGroup().location]",
  "properties": {
    "buildTimeoutInMinutes": 80, "vmProfile": {"osDiskSizeGB": 30.5, "ok": true, "no": null},
    "customize": [
      {"type": "PowerShell", "inline": ["Write-Host \\"a\\"", "cd C:\\\\AIB", "\\ud83d\\ude00"], "runElevated": false},
      {"type": "File", "sourceUri": "https://example.com/x.zip", "destination": "/tmp/x.zip"}
    ],
    "distribute": [ { "type": "ManagedImage", "runOutputName": "one", "artifactTags": {} } ]
  }
}
"""
PIECES = [
    *"{}[],:\"'#\\\n\r\t;=+-<>/*.\u201c\u201d\u2018\u00a0\u2013\ufeff\x00\ud800",
    "//",
    "/*",
    "*/",
    "<x>",
    "{{",
    "}}",
    "True",
    "NaN",
    "\\u12",
]
PIECES += [
    "<<<<<<< a\n",
    "\n=======\n",
    "\n>>>>>>> b\n",
    "{%",
    "%}",
    '""',
    "0x",
    "1e999",
    "[f()]",
    "#{",
    "$(",
    '" + "',
    "...",
    '\\"',
    "   ",
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    begin = draw(st.integers(0, len(TEMPLATE)))
    text = TEMPLATE if draw(st.booleans()) else TEMPLATE[begin : begin + draw(st.integers(0, 200))]
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        what = draw(st.sampled_from(["insert", "insert", "delete", "double", "cut"]))
        if what == "insert":
            text = text[:start] + draw(st.sampled_from(PIECES)) + text[start:]
        elif what == "delete":
            text = text[:start] + text[end:]
        elif what == "double":
            text = text[:end] + text[start:]
        else:
            text = text[:start]
    return text


def check_places(text: str, root: Node | None, mistakes: list[Mistake]) -> None:
    for mistake in mistakes:
        assert mistake.kind in KINDS
        assert 0 <= mistake.start <= mistake.end <= len(text)
        assert mistake.message.isprintable()
    assert len({(mistake.kind, mistake.start) for mistake in mistakes}) == len(mistakes), "told twice"
    for node in root.walk() if root is not None else ():
        assert 0 <= node.start <= node.end <= len(text)
        assert node.kind in (OBJECT, ARRAY) or not node.children
        behind = node.start
        for child in node.children:
            assert child.parent is node
            assert (child.key is not None) == (node.kind == OBJECT)
            if child.key is not None:
                assert behind <= child.key_start <= child.key_end <= child.start
                assert len(key_offsets(text, child)) == len(child.key) + 1
            assert behind <= child.start <= child.end <= node.end
            behind = child.end
        if node.kind == STRING:
            assert isinstance(node.value, str)
            offsets = list(string_offsets(text, node))
            assert len(offsets) == len(node.value) + 1
            assert offsets == sorted(offsets)
            assert node.start <= offsets[0] <= offsets[-1] <= node.end
            for start, end, spelling in suspicious_escapes(text, node) + bad_escapes(text, node):
                assert "\\" + text[start:end] == spelling


@settings(max_examples=1500, deadline=None)
@given(damaged())
def test_any_damage_is_read_to_the_end(text: str) -> None:
    root, mistakes = parse(text)
    check_places(text, root, mistakes)
    again, mistakes_again = parse(text)
    assert list(map(repr, mistakes)) == list(map(repr, mistakes_again))
    assert (root is None) == (again is None)
    try:
        expected = json.loads(text)
    except ValueError:
        assert mistakes
        return
    assert root is not None
    assert repr(root.to_python()) == repr(expected)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from([*"{}[],:\"'\\ \na1-#/*<>+.", "\u201c", "\x00"]), max_size=60))
def test_any_text_is_read_to_the_end(text: str) -> None:
    root, mistakes = parse(text)
    check_places(text, root, mistakes)


LONG = 100_000
HOSTILE = {
    "quotes": '["a' * LONG,
    "unclosed": '["a\n' * LONG,
    "escaped quotes": '["a' + '\n\\"' * LONG,
    "one line": '["x' + '"y' * LONG,
    "commas": "[" + "," * LONG,
    "mismatched": '{"a":[' * 90 + "}" * LONG,
    "closed again and again": '{"a":1}' + ',"b":1}' * LONG,
    "twins": "{" + '"a":1,' * LONG,
    "conflicts": "{\n" + "=======\n" * LONG,
    "placeholders": "[" + "<a> " * LONG,
    "single quotes": "['" * LONG,
    "braces": "{{" * LONG,
    "joined": '["a"' + '+"b"' * LONG,
    "digits": "[" + "1" * LONG + "]",
    "members in an array": "[" + '"a":1,{' * LONG,
    "blanks": '["a' + " " * LONG + 'b" c' + " " * LONG,
    "bad escapes": '["' + "\\w" * LONG + '"]',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_takes_no_more_than_linear_time(text: str) -> None:
    """Twice the text in at most about twice the time; a quadratic reader needs four times, or minutes."""
    parse(text[:1000])  # what is compiled or imported at first use is not measured
    half = min(clock(text[: len(text) // 2]) for _ in range(2))
    whole = min(clock(text) for _ in range(2))
    assert whole < 3.2 * half + 0.2


def clock(text: str) -> float:
    begin = time.process_time()
    parse(text)
    return time.process_time() - begin


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of real files is not beside this checkout")
def test_real_files_damaged_by_their_authors() -> None:
    expected = {
        "042": [("placeholder", "58:15")],
        "191": [("trailing-comma", "46:125")],
        "192": [("trailing-comma", "50:125")],
        "200": [("trailing-comma", "68:10")],
        "255": [("bad-escape", "196:68"), ("bad-escape", "198:67")],
        "256": [("comment", "31:68"), ("comment", "35:68")],
        "272": [("stray-text", "1:1")],
        "274": [("concatenation", "38:49")],
        "305": [("fragment", "1:1"), *(("placeholder", place) for place in ("6:20", "7:20", "14:24", "15:20", "16:20"))],
        "314": [("fragment", "1:5"), ("fragment", "2:9")],
        "322": [("bare-key", "1:5"), ("fragment", "1:5")],
        "328": [("missing-comma", "8:15"), ("placeholder", "12:34"), ("placeholder", "16:29"), ("unclosed", "26:3")],
        "330": [("stray-comma", "3:3")],
        "336": [("fragment", "1:5"), ("trailing-comma", "7:10"), ("duplicate-key", "9:9"), ("trailing-comma", "14:10")],
    }
    found = {
        path.name[:3]: [(kind, place) for kind, place, _ in told(path.read_bytes().decode())]
        for path in CORPUS.glob("json/*")
        if path.name[:3] in expected
    }
    assert found == expected
