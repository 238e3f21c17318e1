"""Promise: the reader's tree equals `json.loads` wherever that accepts, and every place in it slices back."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aiblint.document import NUMBER, OBJECT, STRING, UNREADABLE, Document, Node
from aiblint.syntax.json import bad_escapes, key_offsets, parse, part_span, read, string_offsets, suspicious_escapes

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
LEGAL_FOR_PYTHON = {"duplicate-key", "not-a-number", "lone-surrogate", "bad-number"}
"""What `json.loads` accepts although JSON, or Azure, does not."""

ANY_TEXT = st.text(st.characters(categories=None), max_size=12)  # lone surrogates too
BLANK = st.text(" \t\r\n", max_size=3)


@st.composite
def json_texts(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON as Python's loader knows it, in any spelling: blanks anywhere, escapes or none, names twice, NaN, 1e999."""
    kinds = ["string", "number", "word"] + (["array", "object"] * 2 if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "string":
        text = draw(st.one_of(st.builds(json.dumps, ANY_TEXT), st.builds(_raw, ANY_TEXT)))
    elif kind == "number":
        numbers = st.one_of(st.integers().map(str), st.floats().map(json.dumps), st.integers(0, 400).map("1e{}".format))
        text = draw(st.one_of(numbers, st.sampled_from(["-0", "0.0", "1E+2", "-1.5e-3", "9" * 400, "123456789012345678"])))
    elif kind == "word":
        text = draw(st.sampled_from(["true", "false", "null", "NaN", "Infinity", "-Infinity"]))
    else:
        values = draw(st.lists(json_texts(depth=depth - 1), max_size=4))
        if kind == "object":
            names = [json.dumps(draw(st.one_of(st.sampled_from(["a", "A", "b"]), ANY_TEXT))) for _ in values]
            values = [name + draw(BLANK) + ":" + draw(BLANK) + value for name, value in zip(names, values, strict=True)]
        inside = ",".join(draw(BLANK) + value + draw(BLANK) for value in values) or draw(BLANK)
        text = "{" + inside + "}" if kind == "object" else "[" + inside + "]"
    return draw(BLANK) + text + draw(BLANK)


def _raw(text: str) -> str:
    """A string with nothing escaped but what must be."""
    return json.dumps(text, ensure_ascii=False)


def same(left: object, right: object) -> bool:
    """Equality in which NaN equals itself and 1 does not equal 1.0 or true."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left) and math.isnan(right):
        return True
    return type(left) is type(right) and left == right


@settings(max_examples=400, deadline=None)
@given(json_texts())
@example('{"a":1,"a":{"b":2},"A":[]}')
@example('"\\ud83d\\ude00 \\ud83d \\\\ud83d\\/"')
@example("[" * 150 + "]" * 150)
@example(" -0 ")
@example('"type: "')
def test_equals_json_loads_and_slices_back(text: str) -> None:
    root, mistakes = parse(text)
    assert root is not None
    assert same(root.to_python(), json.loads(text))
    assert {mistake.kind for mistake in mistakes} <= LEGAL_FOR_PYTHON
    for node in root.walk():
        assert same(json.loads(text[node.start : node.end]), node.to_python())
        if node.key is not None:
            assert json.loads(text[node.key_start : node.key_end]) == node.key


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT, st.sampled_from([True, False]), st.data())
def test_offsets_lead_to_each_character(value: str, ascii_only: bool, data: st.DataObject) -> None:
    written = json.dumps(value, ensure_ascii=ascii_only)
    text = f"{{ {written} : [{written}] }}"
    root, _ = parse(text)
    assert root is not None
    member = root.children[0]
    node = member.children[0]
    assert isinstance(node.value, str)
    i = data.draw(st.integers(0, len(node.value)))
    j = data.draw(st.integers(i, len(node.value)))
    for offsets in (string_offsets(text, node), key_offsets(text, member)):
        assert len(offsets) == len(node.value) + 1
        assert json.loads('"' + text[offsets[i] : offsets[j]] + '"') == node.value[i:j]


def string(text: str) -> tuple[str, Node]:
    root, _ = parse(text)
    assert root is not None
    node = root.children[0]
    assert node.kind == STRING
    return text, node


@pytest.mark.parametrize(
    ("text", "part", "written"),
    [
        ('["a\\ud83d\\ude00b"]', "\U0001f600", "\\ud83d\\ude00"),
        ('["a\\tb"]', "b", "b"),
        ('["echo "hi" x"]', "hi", "hi"),
        ('["one " + \n "two"]', "two", "two"),
        ('["C:\\AIB\\"]', "AIB\\", "AIB\\"),
        ("['single']", "gle", "gle"),
        ('["open\n]', "pen", "pen"),
        ("[[resourceGroup().location]]", "Group", "Group"),
    ],
)
def test_offsets_hold_in_damaged_strings_too(text: str, part: str, written: str) -> None:
    _, node = string(text)
    assert isinstance(node.value, str)
    offsets = string_offsets(text, node)
    begin = node.value.index(part)
    assert text[offsets[begin] : offsets[begin + len(part)]] == written


def test_offsets_without_escapes_cost_nothing() -> None:
    text, node = string('["' + "x" * 1000 + '"]')
    assert string_offsets(text, node) == range(2, 1003)


def test_offsets_are_for_strings_and_members_only() -> None:
    root, _ = parse('{"a": 1}')
    assert root is not None
    with pytest.raises(ValueError, match="no string"):
        string_offsets('{"a": 1}', root.children[0])


def test_a_part_of_a_string_is_where_it_is_written_and_of_one_that_stands_nowhere_the_whole() -> None:
    text = '{"a": "x\\u0041yz", "b": 1}'
    root, _ = parse(text)
    assert root is not None
    node, number = root.children
    assert text[slice(*part_span(text, node, 1, 3))] == "\\u0041y"
    assert text[slice(*part_span(text, node, 3, 4))] == "z"
    with pytest.raises(IndexError):
        part_span(text, node, 3, 99)
    node.value = "what a deployment made of it"
    assert part_span(text, node, 2, 3) == (node.start, node.end)
    with pytest.raises(ValueError, match="no string"):
        part_span(text, number, 0, 1)
    with pytest.raises(ValueError, match="no member"):
        key_offsets('{"a": 1}', root)


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        (r"C:\temp", [r"\\t"]),
        (r"copy C:\new\file.txt D:\readme", [r"\\n", r"\\f", r"\\r"]),
        (r"%TEMP%\build", [r"\\b"]),
        (r"$env:windir\temp", [r"\\t"]),
        (r"C:\\temp\new", []),  # the backslash is doubled before, so the line end is meant
        (r"C:\\AIB\temp", [r"\\t"]),  # but a tab is not
        (r"cd C:\\temp\r\ndir", []),
        (r"C:\\temp", []),
        (r"echo a\tb\n", []),
        (r"https://x/y\n", []),
        (r"note: \t x", []),
        (r"C:/temp/x", []),
    ],
)
def test_escapes_that_spoil_a_path(written: str, suggested: list[str]) -> None:
    text, node = string(f'["{written}"]')
    found = suspicious_escapes(text, node)
    assert [spelling for _, _, spelling in found] == suggested
    assert all("\\" + text[start:end] == spelling for start, end, spelling in found)


def test_bad_escapes_tell_every_place() -> None:
    text, node = string(r'["C:\AIB\\x\Windows \n"]')
    assert [(text[start:end], spelling) for start, end, spelling in bad_escapes(text, node)] == [
        (r"\A", r"\\A"),
        (r"\W", r"\\W"),
    ]


TEMPLATE = '{"a": "é", "b": [1, 2]}'


@pytest.mark.parametrize(
    ("data", "encoding", "bom", "said"),
    [
        (TEMPLATE.encode(), "utf-8", False, None),
        (b"\xef\xbb\xbf" + TEMPLATE.encode(), "utf-8", True, "UTF-8 byte order mark"),
        (b"\xff\xfe" + TEMPLATE.encode("utf-16-le"), "utf-16-le", True, "UTF-16 (little endian, with"),
        (b"\xfe\xff" + TEMPLATE.encode("utf-16-be"), "utf-16-be", True, "UTF-16 (big endian, with"),
        (TEMPLATE.encode("utf-16-le"), "utf-16-le", False, "UTF-16 (little endian, without"),
        (TEMPLATE.encode("utf-16-be"), "utf-16-be", False, "UTF-16 (big endian, without"),
        (TEMPLATE.encode("latin-1"), "latin-1", False, "byte 0xE9 on line 1"),
    ],
)
def test_every_encoding_is_read(data: bytes, encoding: str, bom: bool, said: str | None) -> None:
    document = read(data, "x.json")
    assert (document.path, document.encoding, document.bom, document.text) == ("x.json", encoding, bom, TEMPLATE)
    assert document.root is not None
    assert document.root.to_python() == {"a": "é", "b": [1, 2]}
    assert [mistake.kind for mistake in document.mistakes] == ([] if said is None else ["encoding"])
    if said is not None:
        assert said in document.mistakes[0].message
        assert "save it as UTF-8 without byte order mark" in document.mistakes[0].message


def test_a_byte_that_is_not_utf8_is_shown_where_it_stands() -> None:
    document = read(b'{\r\n "a": "caf\xe9"}', "x.json")
    assert document.position(document.mistakes[0].start) == (2, 11)


@pytest.mark.parametrize("data", [b"\x7fELF\x02\x01\x00\x00\x00\x00\x00", b"PK\x03\x04\x00\x00\x00\x00\x00", b"\x00" * 50])
def test_binary_is_one_mistake(data: bytes) -> None:
    document = read(data, "x.json")
    assert document.root is None
    assert [mistake.kind for mistake in document.mistakes] == ["undecodable"]
    assert "binary" in document.mistakes[0].message


def test_utf32_is_named() -> None:
    document = read(TEMPLATE.encode("utf-32"), "x.json")
    assert document.root is None
    assert "UTF-32" in document.mistakes[0].message


@given(st.binary(max_size=60))
def test_any_bytes_are_read(data: bytes) -> None:
    document = read(data, "x.json")
    assert document.root is not None or document.mistakes
    assert all(0 <= mistake.start <= mistake.end <= len(document.text) for mistake in document.mistakes)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_end_counts_once(end: str) -> None:
    text = end.join(["{", '  "a": 1,', '  "b": 😀', "}", ""])
    document = Document("x", text, *parse(text))
    assert document.position(text.index('"b"')) == (3, 3)
    assert document.position(text.index("}")) == (4, 1)  # the emoji is one character
    start, stop = document.line_span(2)
    assert text[start:stop] == '  "a": 1,'


def test_pointer_names_each_value() -> None:
    text = '{"a/b": [{"c~": 1}, 2], "d": null}'
    root, _ = parse(text)
    assert root is not None
    assert [node.pointer for node in root.walk()] == ["", "/a~1b", "/a~1b/0", "/a~1b/0/c~0", "/a~1b/1", "/d"]


def test_get_takes_the_last_twin_and_find_any_case() -> None:
    root, _ = parse('{"a": 1, "a": 2, "Type": 3}')
    assert root is not None
    last, exact, folded = root.get("a"), root.get("type"), root.find("type")
    assert last is not None
    assert last.value == 2
    assert exact is None
    assert folded is not None
    assert folded.value == 3


def test_deep_nesting_is_cut_off_once_and_the_rest_is_read() -> None:
    text = '{"a": ' + "[" * 300 + "]" * 300 + ', "b": [' + "[" * 300 + "]" * 300 + '], "c": 3}'
    root, mistakes = parse(text)
    assert root is not None
    assert [mistake.kind for mistake in mistakes] == ["too-deep"]
    third = root.get("c")
    assert third is not None
    assert third.value == 3
    assert sum(node.kind == UNREADABLE for node in root.walk()) == 2


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, "{" * 100_000, "[{" * 100_000, "}" * 100_000],
    ids=["arrays", "objects", "closed", "braces", "mixed", "closers"],
)
def test_a_hundred_thousand_brackets(text: str) -> None:
    root, mistakes = parse(text)
    assert 1 <= len(mistakes) <= 3
    if root is not None:
        assert sum(1 for _ in root.walk()) < 500


def test_numbers_that_python_refuses_are_no_crash() -> None:
    root, mistakes = parse("[" + "9" * 5000 + ", 1]")
    assert root is not None
    assert [child.kind for child in root.children] == [UNREADABLE, NUMBER]
    assert [mistake.kind for mistake in mistakes] == ["bad-number"]


def corpus_files() -> list[Path]:
    return sorted([*CORPUS.glob("json/*"), *CORPUS.glob("negative/*")])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of real files is not beside this checkout")
def test_real_files_read_as_json_loads_reads_them() -> None:
    accepted = 0
    for path in corpus_files():
        document = read(path.read_bytes(), path.name)
        try:
            expected = json.loads(document.text)
        except ValueError:
            assert document.mistakes, path.name
            continue
        accepted += 1
        assert document.root is not None
        assert same(document.root.to_python(), expected), path.name
        assert {mistake.kind for mistake in document.mistakes} <= {"duplicate-key", "encoding"}, path.name
        for node in document.root.walk():
            if node.kind != OBJECT:
                assert same(json.loads(document.text[node.start : node.end]), node.to_python()), path.name
    assert accepted > 50
