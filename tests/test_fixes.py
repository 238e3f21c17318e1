"""A change lands where the value is written, in the manner of the file, and touches nothing else; or it is not made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT

from aiblint import change, engine, fixer, fixes, registry
from aiblint.change import Repair
from aiblint.checkout import Checkout
from aiblint.document import Document
from aiblint.finding import Finding
from aiblint.syntax.json import read
from aiblint.template import Template, find
from aiblint.value import Value

Make = Callable[[Value], change.Change]

HEAD = '"type": "Microsoft.VirtualMachineImages/imageTemplates"'


def body(written: str) -> str:
    """A bare template whose `x` is written like this, on a line of its own."""
    return f'{{\n  {HEAD},\n  "x": {written}\n}}\n'


def changed(text: str, make: Callable[[Template], change.Change], data: bytes | None = None) -> str | None:
    """The text with one change made to its only template; None where it is not made."""
    document = read(data or text.encode(), "x.json")
    [template] = find(document)
    finding = Finding(document, 0, 0, rule="T", name="t", severity="error", summary="", message="", help="")
    [found] = fixes.attach(document, [(finding, Repair("t", make(template), safe=True))])
    if found.fix is None:
        return None
    after = fixes.apply(document.text, list(found.fix.edits))
    assert len(read(after.encode(), "x").mistakes) <= len(document.mistakes)
    return after


def at(*path: str | int) -> Callable[[Template], Value]:
    def get(template: Template) -> Value:
        value = template.root
        for name in path:
            value = value.items[name] if isinstance(name, int) else value.members[name]
        return value

    return get


@pytest.mark.parametrize(
    ("before", "make", "after"),
    [
        ('"a"', lambda x: change.Set(x, True), "true"),
        ('"a"', lambda x: change.Set(x, "ü\"\\"), '"ü\\"\\\\"'),
        ('"a"', lambda x: change.Set(x, ["b", 1]), '["b", 1]'),
        ('"a"', lambda x: change.Set(x, []), "[]"),
        ("[\n    1\n  ]", lambda x: change.Set(x, {"a": [2], "b": {}}),
         '{\n    "a": [\n      2\n    ],\n    "b": {}\n  }'),
        ("[1]", lambda x: change.Set(x, {"a": 2}), '{"a": 2}'),
        ('"a\\u00e9b"', lambda x: change.Part(x, 1, 2, "e"), '"aeb"'),
        ('"a\\tb"', lambda x: change.Part(x, 1, 2, "\\t"), '"a\\\\tb"'),
        ('"\\ud83d\\ude00b"', lambda x: change.Part(x, 1, 1, '"'), '"\\ud83d\\ude00\\"b"'),
        ('"a"', change.Wrap, '["a"]'),
        ('{"a": 1}', lambda x: change.Insert(x, "b", 2), '{"a": 1, "b": 2}'),
        ('{"a":1,"c":3}', lambda x: change.Insert(x, "b", [2], after="a"), '{"a":1,"b":[2],"c":3}'),
        ('{\n    "a": 1\n  }', lambda x: change.Insert(x, "b", {"c": 2}),
         '{\n    "a": 1,\n    "b": {\n      "c": 2\n    }\n  }'),
        ('{\n    "a": 1, // one\n    "c": 3\n  }', lambda x: change.Insert(x, "b", 2, after="a"),
         '{\n    "a": 1, // one\n    "b": 2,\n    "c": 3\n  }'),
        ('{\n    "a": 1 // one\n  }', lambda x: change.Insert(x, "b", 2), '{\n    "a": 1, // one\n    "b": 2\n  }'),
        ('{\n    "a": 1,\n  }', lambda x: change.Insert(x, "b", 2), '{\n    "a": 1,\n    "b": 2\n  }'),
        ("{}", lambda x: change.Insert(x, "b", 2), '{\n    "b": 2\n  }'),
        ("[1]", lambda x: change.Append(x, "b"), '[1, "b"]'),
        ("[\n    1\n  ]", lambda x: change.Append(x, "b"), '[\n    1,\n    "b"\n  ]'),
        ("[]", lambda x: change.Append(x, "b"), '[\n    "b"\n  ]'),
        ("{ /* none */ }", lambda x: change.Insert(x, "b", 2), None),
        ('{"B": 1}', lambda x: change.Insert(x, "b", 2), None),
        ("[1 /* one */]", lambda x: change.Set(x, {}), None),
        ('"a"', lambda x: change.Set(x, "[b]"), None),
    ],
)  # fmt: skip
def test_a_value_changes(before: str, make: Make, after: str | None) -> None:
    get = at("x")
    assert changed(body(before), lambda template: make(get(template))) == (None if after is None else body(after))


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ('{"a": 1, "b": 2, "c": 3}', "a", '{"b": 2, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', "b", '{"a": 1, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', "c", '{"a": 1, "b": 2}'),
        ('{"a": 1}', "a", "{}"),
        ('{\n    "a": 1\n  }', "a", "{}"),
        ('{\n    "a": 1,\n    "b": 2\n  }', "a", '{\n    "b": 2\n  }'),
        ('{\n    "a": 1,\n    "b": 2\n  }', "b", '{\n    "a": 1\n  }'),
        ('{\n    "a": 1, // one\n    "b": 2 // two\n  }', "a", '{\n    // one\n    "b": 2 // two\n  }'),
        ('{\n    "a": 1, // one\n    "b": 2 // two\n  }', "b", '{\n    "a": 1 // one\n    // two\n  }'),
        ('{\n    "a": 1, // one\n    "b": 2\n  }', "b", '{\n    "a": 1 // one\n  }'),
        ('{\n    "a": 1 /* one */,\n    "b": 2\n  }', "a", '{\n    /* one */\n    "b": 2\n  }'),
        ('{\n    "a": 1, "b": 2\n  }', "a", '{\n    "b": 2\n  }'),
        ('{\n    "a": 1,\n    // two\n    "b": 2\n  }', "b", '{\n    "a": 1\n    // two\n  }'),
        ('{"a":1,"b":2,}', "b", '{"a":1,}'),
        ('{"a": 1, "b": 2,\n  "c": 3}', "b", '{"a": 1,\n  "c": 3}'),
    ],
)
def test_a_member_goes_with_its_comma_and_its_line(before: str, path: str, after: str) -> None:
    get = at("x", path)
    assert changed(body(before), lambda template: change.Remove(get(template))) == body(after)


def test_an_item_goes() -> None:
    get = at("x", 1)
    assert changed(body("[1, 2, 3]"), lambda template: change.Remove(get(template))) == body("[1, 3]")


@pytest.mark.parametrize(
    ("before", "index", "first", "after"),
    [
        ("[1, 2]", 0, True, '[{"a": []}, 1, 2]'),
        ("[1, 2]", 1, True, '[1, {"a": []}, 2]'),
        ("[1, 2]", 0, False, '[1, {"a": []}, 2]'),
        ("[1, 2]", 1, False, '[1, 2, {"a": []}]'),
        ("[1,2]", 0, True, '[{"a": []},1,2]'),
        ("[\n    1,\n    2\n  ]", 1, True, '[\n    1,\n    {\n      "a": []\n    },\n    2\n  ]'),
        ("[\n    1,\n    2\n  ]", 0, False, '[\n    1,\n    {\n      "a": []\n    },\n    2\n  ]'),
        ("[\n    1 // one\n  ]", 0, False, '[\n    1, // one\n    {\n      "a": []\n    }\n  ]'),
        ("[\n    // two\n    2\n  ]", 0, True, None),
        ("[1, /* two */ 2]", 1, True, None),
    ],
)
def test_an_item_comes_beside_another_one(before: str, index: int, first: bool, after: str | None) -> None:
    get = at("x", index)
    made = changed(body(before), lambda template: change.Beside(get(template), {"a": []}, before=first))
    assert made == (None if after is None else body(after))


def test_a_name_changes_unless_it_is_taken() -> None:
    get = at("x", "a")
    assert changed(body('{"a": 1}'), lambda t: change.Rename(get(t), "b")) == body('{"b": 1}')
    assert changed(body('{"a": 1, "B": 2}'), lambda t: change.Rename(get(t), "b")) is None
    assert changed(body('{"a": 1}'), lambda t: change.Rename(get(t), "A")) == body('{"A": 1}')


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("indent", ["\t", "  ", "    "])
def test_an_inserted_member_follows_the_file(end: str, indent: str) -> None:
    lines = ["{", f"{indent}{HEAD},", f'{indent}"x": {{', f'{indent}{indent}"a": 1', f"{indent}}}", "}", ""]
    expected = [
        *lines[:3],
        f'{indent}{indent}"a": 1,',
        f'{indent}{indent}"b": [',
        f"{indent * 3}2",
        f"{indent * 2}]",
        *lines[4:],
    ]
    get = at("x")
    assert changed(end.join(lines), lambda t: change.Insert(get(t), "b", [2])) == end.join(expected)


def test_a_minified_file_stays_minified() -> None:
    text = f'{{{HEAD.replace(" ", "")},"x":{{}}}}'
    get = at("x")
    expected = text.replace("{}", '{"b":{"c":[1,2]}}')
    assert changed(text, lambda t: change.Insert(get(t), "b", {"c": [1, 2]})) == expected


def deployment(template: dict[str, Any], **sections: Any) -> str:
    resource = {"type": "Microsoft.VirtualMachineImages/imageTemplates", **template}
    return json.dumps({"$schema": "deploymentTemplate.json#", **sections, "resources": [resource]}, indent=2)


def test_a_value_is_changed_where_it_is_defined() -> None:
    text = deployment({"x": "[variables('v')]"}, variables={"v": "a"})
    get = at("x")
    assert changed(text, lambda t: change.Set(get(t), "b")) == text.replace('"v": "a"', '"v": "b"')


@pytest.mark.parametrize(
    ("template", "sections"),
    [
        ({"x": "[variables('v')]", "y": "[variables('v')]"}, {"variables": {"v": "a"}}),
        ({"x": "[variables('v')]", "y": "[toUpper(variables('V'))]"}, {"variables": {"v": "a"}}),
        ({"x": "[variables('v')]"}, {"variables": {"v": "a"}, "outputs": {"o": {"value": "[variables( 'v' )]"}}}),
        ({"x": "[variables('v')]"}, {"variables": {"v": "a", "w": "v"}, "outputs": {"o": {"value": "[variables(variables('w'))]"}}}),
        ({"x": "[parameters('p')]"}, {"parameters": {"p": {"type": "string", "defaultValue": "a", "allowedValues": ["a"]}}}),
        ({"x": "[concat('a', '')]"}, {}),
        ({"x": "[if(true(), 'a', 'b')]"}, {}),
    ],
)  # fmt: skip
def test_what_others_use_too_or_nobody_wrote_is_left_alone(template: dict[str, Any], sections: dict[str, Any]) -> None:
    get = at("x")
    assert changed(deployment(template, **sections), lambda t: change.Set(get(t), "b")) is None


def test_a_member_that_an_expression_makes_is_left_alone() -> None:
    text = deployment({"x": "[createObject('x', 'a', 'y', variables('v'))]"}, variables={"v": "b"})
    assert changed(text, lambda t: change.Remove(at("x", "x")(t))) is None
    assert changed(text, lambda t: change.Rename(at("x", "y")(t), "z")) is None
    assert changed(text, lambda t: change.Set(at("x", "y")(t), "c")) is None
    assert changed(text, lambda t: change.Insert(at("x")(t), "z", "c")) is None


def test_a_parameter_keeps_its_type() -> None:
    text = deployment({"x": "[parameters('p')]"}, parameters={"p": {"type": "string", "defaultValue": "true"}})
    get = at("x")
    assert changed(text, lambda t: change.Set(get(t), True)) is None
    assert changed(text, lambda t: change.Wrap(get(t))) is None


def test_another_member_of_an_object_variable_is_no_use_of_this_one() -> None:
    text = deployment({"x": "[variables('v').a]", "y": "[variables('v').b]"}, variables={"v": {"a": "a", "b": "a"}})
    get = at("x")
    assert changed(text, lambda t: change.Set(get(t), "b")) == text.replace('"a": "a"', '"a": "b"')


def test_a_member_whose_value_is_an_expression_is_renamed_where_it_stands() -> None:
    text = deployment({"x": "[variables('v')]"}, variables={"v": "a", "w": "[variables('v')]"})
    get = at("x")
    assert changed(text, lambda t: change.Rename(get(t), "z")) == text.replace('"x"', '"z"')
    assert changed(text, lambda t: change.Remove(get(t))) is not None


def lint(document: Document) -> engine.Result:
    return engine.lint(document, registry.load(), Checkout("x.json"), "2026-11-23")


def test_a_definition_is_fixed_where_all_who_use_it_are_healed() -> None:
    whole = json.loads((ROOT / "examples" / "linux.json").read_text())
    step = {"TYPE": "Shell", "inline": ["echo a"]}
    whole["properties"]["customize"] = ["[variables('step')]"]
    text = deployment(whole, variables={"step": step})
    outcome = fixer.fix(read(text.encode(), "x.json"), lint, lambda finding: finding.name == "property-case")
    assert outcome.document.text == text.replace('"TYPE"', '"type"')


def test_what_a_copy_loop_makes_is_fixed_in_the_loop() -> None:
    whole = json.loads((ROOT / "examples" / "linux.json").read_text())
    del whole["properties"]["customize"]
    whole["properties"]["copy"] = [{"name": "customize", "count": 2, "input": {"type": "shell", "inline": ["echo a"]}}]
    text = deployment(whole)
    outcome = fixer.fix(read(text.encode(), "x.json"), lint, lambda finding: finding.name == "enum-value")
    assert outcome.document.text == text.replace('"shell"', '"Shell"')


def test_an_edit_that_would_reach_a_suppressed_place_too_is_not_made() -> None:
    text = (ROOT / "examples" / "linux.json").read_text()
    wrong = text.replace('"type": "Shell"', '"type": "shell"', 2)

    def one_is_suppressed(document: Document) -> engine.Result:
        result = lint(document)
        result.silenced = [(finding, Any) for finding in result.findings if finding.fix is not None][:1]  # type: ignore[misc]
        return result

    outcome = fixer.fix(read(wrong.encode(), "x.json"), one_is_suppressed, lambda finding: finding.name == "enum-value")
    assert len(outcome.fixed) == 1
    assert outcome.document.text == text.replace('"type": "Shell"', '"type": "shell"', 1)
