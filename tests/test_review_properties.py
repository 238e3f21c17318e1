"""A glance misses nothing: what working an expression out finds wrong, a look at the whole deployment finds too."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_review import deployment

from aiblint import review
from aiblint.syntax.json import read
from aiblint.template import read as read_templates

Json = dict[str, Any]
KINDS = {"syntax", "undefined-parameter", "undefined-variable", "undefined-function"}

names = st.sampled_from(["location", "LOCATION", "locaton", "scriptRef", "identityName", "it''s", ""])
words = st.sampled_from(["'a'", "'it''s'", "'(x'", "', ['", "1", "-2", "resourceGroup().location", "subscription().id"])
called = st.sampled_from(["concat", "toLower", "toLowr", "format", "if", "mine.f", "createArray", "empty", "listKeys"])
leaves = st.one_of(
    words,
    st.tuples(st.sampled_from(["parameters", "variables", "Parameters"]), names).map(lambda pair: f"{pair[0]}('{pair[1]}')"),
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(called, st.lists(inner, min_size=1, max_size=3)).map(lambda pair: f"{pair[0]}({', '.join(pair[1])})"),
        st.tuples(inner, st.sampled_from([".a", "[0]", "['b']", ".?c", " .d"])).map("".join),
    ),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """An expression, in which perhaps a character is missing, doubled or another one."""
    text = draw(expressions)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        mistake = draw(st.sampled_from(["", "'", "(", ")", ",", " ", ".", "[", "]", "+", '"', "x"]))
        text = text[:at] + mistake + text[at + draw(st.integers(0, 1)) :]
    return f"[{text}]"


def problems(text: str, *, whole: bool) -> set[tuple[str, int, int]]:
    """What is wrong with an expression in an output: by looking at the whole deployment, or by working this one out."""
    document = read(json.dumps(deployment(outputs={"it": {"type": "object", "value": text}})).encode(), "x.json")
    templates = read_templates(document).deployed
    scope = templates[0].scope
    assert scope is not None
    assert document.root is not None
    node = next(node for node in document.root.walk() if node.pointer == "/outputs/it/value")
    if whole:
        found = review.problems(templates)
    else:
        scope.evaluate(node)
        found = scope.problems
    return {(problem.kind, problem.start, problem.end) for problem in found if problem.node is node and problem.kind in KINDS}


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_a_glance_misses_nothing(text: str) -> None:
    assert problems(text, whole=True) == problems(text, whole=False)
