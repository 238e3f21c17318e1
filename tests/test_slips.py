"""A text that was meant as an expression and is none is told by what keeps it from being one; other brackets mean themselves."""

from __future__ import annotations

import time

import pytest

from aiblint.arm.expression import parse
from aiblint.arm.slips import find


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[parameters('x')", ")", "the closing ] of the expression is missing"),
        ("  [parameters('x')", ")", "the closing ]"),
        ("[parameters('x'))", ")", "ends with ) and not with ]"),
        ("parameters('x')]", "p", "the opening [ of"),
        ("[concat('a', parameters('x'))", ")", "the closing ]"),
        ("[concat('a', parameters('x')", ")", "the closing )] of"),
        ("[parameters('x'", "'", "the closing )] of"),
        ("[resourceGroup().location", "n", "the closing ]"),
        ("parameters('x')", "parameters('x')", "without brackets"),
        ("resourceGroup().location", "resourceGroup().location", "write [resourceGroup().location]"),
        ("concat('a', 'b')", "concat('a', 'b')", "without brackets"),
        ("[parameters('x')] ", " ", "a blank after the ]"),
        (" [parameters('x')]", " ", "a blank before the ["),
        ("[parameters('x')]/b", "[parameters('x')]", "write [concat(parameters('x'), '/b')]"),
        ("a'b/[variables('x')[0]]", "[variables('x')[0]]", "write [concat('a''b/', variables('x')[0])]"),
        ("a/[resourceGroup().name]/b", "[resourceGroup().name]", "write [concat('a/', resourceGroup().name, '/b')]"),
        ("x[PARAMETERS('x')]", "[PARAMETERS('x')]", "write [concat('x', PARAMETERS('x'))]"),
    ],
)
def test_what_keeps_a_text_from_being_an_expression(text: str, place: str, message: str) -> None:
    slip = find(text)
    assert slip is not None
    assert text[slip.start : slip.end] == place
    assert message in slip.message
    _, write, cure = slip.message.partition("write [")
    if write:
        parse("[" + cure)


def test_a_second_bracket_in_front() -> None:
    slip = find("[parameters('x')]", escaped=True)
    assert slip is not None
    assert "two brackets" in slip.message


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "[]", "[a]", "[ -f /tmp/x ]", "[ -f /tmp/x", "[int]$x", "[string](1)", "[Net.Foo]::Bar(1)", "if [ -f x ]; then",
        "a[min(1, 2)]", "$a[length($b)]", "[foo('x')", "[foo('x')] ", "see [parameters] (below)",
        "[[parameters('x')]", "a [[ $(concat x) ]]", "[if (x)", "${a[concat]}",
        "min(1, 2)", "parameters(x)", "concat('a') | sort", "see parameters('x')", "(concat('a'))",
    ],
)  # fmt: skip
def test_brackets_that_mean_themselves(text: str) -> None:
    assert find(text) is None


def test_a_long_text_takes_no_long_time() -> None:
    start = time.process_time()
    for text in (
        "[parameters('x'" * 20_000,
        "[concat(" * 50_000,
        "[concat(" + "]" * 100_000,
        "a[variables('x')" * 20_000 + "]",
    ):
        find(text)
    assert time.process_time() - start < 3
