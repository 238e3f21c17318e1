"""Whatever is written or hidden: evaluation never fails, agrees with plain oracles, and says nothing else when it knows less."""

from __future__ import annotations

from arm_terms import DECLARED, Declared, term, unknown
from hypothesis import given, settings
from hypothesis import strategies as st

from aiblint.arm.environment import Budget
from aiblint.arm.evaluate import evaluate
from aiblint.arm.expression import ExpressionError, parse
from aiblint.arm.functions import names
from aiblint.arm.term import UNKNOWN, Arr, Hole, Known, Term, Unknown, bounds, from_python, parts_of, to_python, units

_texts = st.text(alphabet="aB-/ {0}é", max_size=5)
_values = st.one_of(
    _texts, st.integers(-20, 20), st.booleans(), st.none(), st.lists(st.one_of(_texts, st.integers(-3, 3)), max_size=3)
)


def written(value: object) -> str:
    """A plain value as an expression."""
    if isinstance(value, bool):
        return f"{value}()".lower()
    if value is None:
        return "null()"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list):
        return f"createArray({', '.join(written(item) for item in value)})"
    return str(value)


def agree(known: object, less_known: object) -> bool:
    """Whether a value that was worked out from less says nothing else than the one worked out from more."""
    if less_known is UNKNOWN or known is UNKNOWN:
        return True
    if isinstance(known, list) and isinstance(less_known, list):
        return len(known) == len(less_known) and all(agree(a, b) for a, b in zip(known, less_known, strict=True))
    if isinstance(known, dict) and isinstance(less_known, dict):
        return known.keys() == less_known.keys() and all(agree(known[key], less_known[key]) for key in known)
    return type(known) is type(less_known) and known == less_known


# Well-typed calls over few letters, so that what is known in part is often just enough or just too little.
_letters = st.text(alphabet="aB-", max_size=4)
_small = st.integers(-1, 4)


def _leaf(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return values.map(lambda value: ("value", value))


def _call(names: list[str], *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.tuples(st.sampled_from(names), st.tuples(*arguments))


_text: st.SearchStrategy[object] = st.deferred(
    lambda: st.one_of(
        _leaf(_letters),
        _leaf(_letters),
        _call(["concat"], _text, _text),
        _call(["toLower", "toUpper", "trim", "uriComponent", "base64", "dataUri", "first", "last", "string"], _text),
        _call(["replace"], _text, _text, _text),
        _call(["skip", "take", "padLeft", "substring"], _text, _number),
        _call(["substring"], _text, _number, _number),
        _call(["join"], _list, _text),
        _call(["format"], _leaf(st.sampled_from(["{0}-{1}", "a{1}{0}", "{0,4}{1:D2}", "{{{0}}}"])), _text, _number),
        _call(["if"], _truth, _text, _text),
        _call(["first", "last"], _list),
        _call(["tryGet"], _list, _number),
    )
)
_number: st.SearchStrategy[object] = st.deferred(
    lambda: st.one_of(
        _leaf(_small),
        _leaf(_small),
        _call(["indexOf", "lastIndexOf"], _text, _text),
        _call(["indexOf", "lastIndexOf"], _list, _text),
        _call(["length"], st.one_of(_text, _list)),
        _call(["add", "sub", "mul", "div", "mod", "min", "max"], _number, _number),
    )
)
_truth: st.SearchStrategy[object] = st.deferred(
    lambda: st.one_of(
        _leaf(st.booleans()),
        _call(["contains"], st.one_of(_text, _list), _text),
        _call(["startsWith", "endsWith", "equals", "less", "greater"], _text, _text),
        _call(["equals"], _list, _list),
        _call(["empty"], st.one_of(_text, _list)),
        _call(["and", "or"], _truth, _truth),
        _call(["not"], _truth),
    )
)
_list: st.SearchStrategy[object] = st.deferred(
    lambda: st.one_of(
        _leaf(st.lists(_letters, max_size=3)),
        _call(["createArray"], _text, _text),
        _call(["split"], _text, _text),
        _call(["union", "intersection", "concat"], _list, _list),
        _call(["skip", "take"], _list, _number),
        _call(["if"], _truth, _list, _list),
    )
)


def spelled(tree: object, names: dict[str, object]) -> str:
    head, rest = tree  # type: ignore[misc]
    if head == "value":
        name = f"p{len(names)}"
        names[name] = rest
        return f"parameters('{name}')"
    assert isinstance(rest, tuple)
    return f"{head}({', '.join(spelled(argument, names) for argument in rest)})"


def vaguely(value: object) -> st.SearchStrategy[Term]:
    """Ways to know less of a value without saying anything wrong of it."""
    exact = from_python(value)
    kind = exact.type if value is not None else None
    ways: list[Term] = [unknown(), unknown(kind), unknown(possible=(exact, Known("other"), Known(1)))]
    if isinstance(value, str):
        ways += [unknown("string", parts=(value[:at], Hole(), value[at:])) for at in range(len(value) + 1)]
        ways += [
            unknown("string", parts=(Hole("", len(value), len(value)),)),
            unknown("string", parts=(value[:1], Hole("", 0, 9))),
        ]
    if isinstance(value, list):
        ways += [Arr([from_python(item) for item in value[:at]], open=True) for at in range(len(value) + 1)]
        ways += [Arr([from_python(item) if index else unknown("string") for index, item in enumerate(value)])]
    return st.sampled_from(ways)


@settings(max_examples=800, deadline=None)
@given(st.one_of(_text, _number, _truth, _list), st.data())
def test_knowing_less_never_gives_another_result(tree: object, data: st.DataObject) -> None:
    values: dict[str, object] = {}
    expression = spelled(tree, values)
    environment = Declared(values)
    known = to_python(term(expression, environment))
    if environment.problems:
        return  # refused: there is no result to agree with
    hidden = data.draw(st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=2, unique=True))
    less = term(expression, Declared({**values, **{name: data.draw(vaguely(values[name])) for name in hidden}}))
    assert agree(known, to_python(less))
    if isinstance(less, Arr) and isinstance(known, list):
        assert agree(known[: len(less)], [to_python(item) for item in less])
    if isinstance(less, Unknown) and isinstance(known, str):
        assert less.type in (None, "string")
        assert known.startswith(less.prefix)
        assert known.endswith(less.suffix)
        least, most = bounds(parts_of(less))
        assert least <= units(known) <= (units(known) if most is None else most)
    if isinstance(less, Unknown) and less.possible and known is not UNKNOWN:
        assert any(agree(known, to_python(choice)) for choice in less.possible)


@settings(max_examples=200, deadline=None)
@given(st.lists(_texts, max_size=4), _texts, st.integers(-3, 9))
def test_agrees_with_a_plain_oracle(texts: list[str], text: str, number: int) -> None:
    joined = "".join(texts)
    for expression, result in (
        (f"concat({', '.join(map(written, [*texts, text]))})", joined + text),
        (f"contains({written(joined)}, {written(text)})", text in joined),
        (f"startsWith({written(joined)}, {written(text)})", joined.lower().startswith(text.lower())),
        (f"skip({written(joined)}, {number})", joined[max(0, number) :]),
        (f"take({written(joined)}, {number})", joined[: max(0, number)]),
        (f"join({written(texts)}, {written(text)})", text.join(texts)),
        (f"padLeft({written(text)}, 7, '*')", text.rjust(7, "*")),
        (f"base64ToString(base64({written(joined)}))", joined),
        (f"uriComponentToString(uriComponent({written(joined)}))", joined),
        (f"json(string({written(texts)}))", texts),
        (f"split({written(joined)}, '-')", joined.split("-")),
        (f"length({written(texts)})", len(texts)),
        (f"contains({written(texts)}, {written(text)})", text in texts),
        (f"union({written(texts)}, {written(texts)})", list(dict.fromkeys(texts))),
        (f"add(mul(div({number}, 3), 3), mod({number}, 3))", number),
    ):
        assert to_python(term(expression, Declared())) == result, expression


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*names(), "(", ")", "(", ")", ",", "'a'", "'{0}'", "-1", "7", ".a", "[", "]", "lambda('x', "]),
        max_size=14,
    )
)
def test_nothing_makes_it_fail(pieces: list[str]) -> None:
    environment = Declared(variables=DECLARED)
    environment.budget = Budget(20_000)
    try:
        expression = parse("[" + "".join(pieces) + "]")
    except ExpressionError:
        return
    assert isinstance(evaluate(expression, environment), Term)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(names())), st.lists(_values, max_size=4))
def test_no_arguments_make_a_function_fail(name: str, arguments: list[object]) -> None:
    environment = Declared(variables=DECLARED)
    expression = f"[{name}({', '.join(map(written, arguments))})]"
    found = evaluate(parse(expression), environment)
    assert isinstance(found, Term)
    assert all(0 < problem.start < problem.end < len(expression) for problem in environment.problems)
