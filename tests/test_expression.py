"""An expression is read into a tree whose offsets slice back, or refused at the very place of the mistake."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiblint.arm.expression import DEEPEST, Access, Call, Expression, ExpressionError, Literal, Part, parse


def shape(part: Part) -> object:
    """A tree as plain tuples, for comparison."""
    if isinstance(part, Literal):
        return part.value
    if isinstance(part, Call):
        name = f"{part.namespace}.{part.name}" if part.namespace else part.name
        return (name, *(shape(argument) for argument in part.arguments))
    assert isinstance(part, Access)
    steps = [("?" if s.safe else "", shape(s.key) if isinstance(s.key, Part) else "." + s.key) for s in part.steps]
    return [shape(part.base), *steps]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("[parameters('a')]", ("parameters", "a")),
        ("['it''s']", "it's"),
        ("['']", ""),
        ("['''']", "'"),
        ("[f(-5, 12)]", ("f", -5, 12)),
        ("[f(1.5)]", ("f", 1.5)),
        ("[ f ( ) ]", ("f",)),
        ("[ns.fn('x')]", ("ns.fn", "x")),
        ("[__bicep.fn(1)]", ("__bicep.fn", 1)),
        ("[resourceGroup().location]", [("resourceGroup",), ("", ".location")]),
        ("[f().?a.b]", [("f",), ("?", ".a"), ("", ".b")]),
        ("[f()[?0]['k'].c]", [("f",), ("?", 0), ("", "k"), ("", ".c")]),
        ("[f(g()[h(1)[2]])]", ("f", [("g",), ("", [("h", 1), ("", 2)])])),
        ("[concat(\n  'a',\r\n\t'b'\n)]", ("concat", "a", "b")),
        ("[f('[]()\"\\')]", ("f", '[]()"\\')),
    ],
)
def test_reads(text: str, tree: object) -> None:
    assert shape(parse(text).root) == tree


def test_offsets_slice_back() -> None:
    expression = parse("[ concat('a', variables('x').list[0] , ns.f()) ]")
    assert [expression.source(part) for part in expression.walk()] == [
        "concat('a', variables('x').list[0] , ns.f())",
        "'a'",
        "variables('x').list[0]",
        "variables('x')",
        "'x'",
        "0",
        "ns.f()",
    ]
    access = expression.root.arguments[1]  # type: ignore[attr-defined]
    assert [expression.text[step.start : step.end] for step in access.steps] == [".list", "[0]"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[]", "[]", "empty"),
        ("[  ]", "[  ]", "empty"),
        ("[f('a]", "'a]", "not closed"),
        ("[f('a'')]", "'a'')]", "not closed"),
        ("[f('a']", "f('a'", "a ) is missing"),
        ("[f('a', g('b')]", "f('a', g('b')", "a ) is missing"),
        ("[f('a'", "f('a'", "a ) is missing"),
        ("[f()", ")", "a ] is missing"),
        ("[f()]x]", "x]", "follows the end"),
        ("[f() g()]", "g", "']'"),
        ("[f('a' 'b')]", "'b'"[0], "',' or ')'"),
        ("[f())]", ")", "closes nothing"),
        ('[parameters("a")]', '"', "single quotes"),
        ("[f('it\\'s')]", "\\'", "twice"),
        ("[f(\\'a\\')]", "\\", "backslash"),
        ("[f(1) == g(2)]", "==", "equals(a, b)"),
        ("[f('a') + 'b']", "+", "concat(a, b)"),
        ("[f(a() && b())]", "&&", "and(a, b)"),
        ("[f(a() || b())]", "||", "or(a, b)"),
        ("[!f()]", "!", "not(a)"),
        ("[f() ? 'a' : 'b']", "?", "if(condition, a, b)"),
        ("[f(1 -2)]", "-2"[0], "sub(a, b)"),
        ("[f(true)]", "true", "true()"),
        ("[if(null, 1, 2)]", "null", "null()"),
        ("[parameters]", "parameters", "parentheses"),
        ("[f(#)]", "#", "not expected"),
        ("[f(,)]", ",", "a value"),
        ("[f('a',)]", ")", "a value"),
        ("[f().]", "]", "name of a property"),
        ("[f()[]]", "]", "a value"),
    ],
)
def test_refuses_at_the_place(text: str, place: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert message in caught.value.message
    assert text[caught.value.start : caught.value.end] == place


def test_the_place_is_exact_where_the_same_text_occurs_twice() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("[f('==') == 1]")
    assert (caught.value.start, caught.value.end) == (9, 11)


@pytest.mark.parametrize("opening", ["[" + "concat(" * 200, "[f()" + "[f()" * 200, "[" + "[" * 5000, "[" + "f(" * 100_000])
def test_deep_nesting_is_an_error_not_a_crash(opening: str) -> None:
    with pytest.raises(ExpressionError):
        parse(opening)


def test_depth_limit() -> None:
    assert parse("[" + "f(" * DEEPEST + "1" + ")" * DEEPEST + "]")
    with pytest.raises(ExpressionError, match="levels deep"):
        parse("[" + "f(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1) + "]")


@pytest.mark.parametrize(
    "text",
    [
        "[f(" + ", ".join(["createObject('name', 'value', 'n', 1)"] * 25_000) + ")]",
        "[f()" + ".a" * 500_000 + "]",
        "[f('" + "x''" * 300_000 + "')]",
        "[f(" + " " * 1_000_000 + ")]",
    ],
)
def test_a_megabyte_takes_linear_time(text: str) -> None:
    started = time.process_time()
    parse(text)
    assert time.process_time() - started < 5


_texts = st.text(alphabet="'x ÿ\n[](),.", max_size=8)
_calls = st.recursive(
    st.one_of(
        _texts.map(lambda t: "'" + t.replace("'", "''") + "'"),
        st.integers(-(10**9), 10**9).map(str),
        st.just("variables('v').a"),
    ),
    lambda inner: st.tuples(st.sampled_from(["f", "ns.g"]), st.lists(inner, max_size=3)).map(
        lambda pair: f"{pair[0]}({', '.join(pair[1])})"
    ),
    max_leaves=12,
)


def written(part: Part, expression: Expression) -> str:
    """An expression written anew from its tree."""
    if isinstance(part, Literal):
        return "'" + part.value.replace("'", "''") + "'" if isinstance(part.value, str) else str(part.value)
    if isinstance(part, Call):
        name = f"{part.namespace}.{part.name}" if part.namespace else part.name
        return f"{name}({', '.join(written(argument, expression) for argument in part.arguments)})"
    return expression.source(part)


@settings(max_examples=150, deadline=None)
@given(_calls)
def test_reading_and_writing_is_the_identity(body: str) -> None:
    expression = parse(f"[{body}]")
    assert written(expression.root, expression) == body


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="[]()'.,?ab1 \"\\=+&-\n", max_size=40))
def test_any_text_is_read_or_refused_inside_it(text: str) -> None:
    refused, spans = None, [(1, 1)]
    try:
        spans = [(part.start, part.end) for part in parse("[" + text + "]").walk()]
    except ExpressionError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.start <= refused.end <= len(text) + 2
        assert refused.message
    assert all(1 <= start <= end <= len(text) + 1 for start, end in spans)
