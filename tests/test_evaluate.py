"""Each template function gives the documented result; what is unknown stays unknown, and nothing makes the evaluator fail."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from arm_terms import DECLARED, Declared, node, term, unknown

from aiblint.arm import functions
from aiblint.arm.environment import KINDS, Budget, UserFunction
from aiblint.arm.evaluate import evaluate_node
from aiblint.arm.functions import ROOMS, exists, find, names
from aiblint.arm.plain import UNKNOWN, from_python, to_python
from aiblint.arm.term import Arr, Known, Obj, Term, Unknown

PAGES = "https://learn.microsoft.com/azure/azure-resource-manager/"


def documented() -> Iterator[tuple[str, str, object]]:
    """Page, expression and result of every line of the table."""
    page = ""
    for line in (Path(__file__).parent / "arm_functions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            page = line[3:]
        elif line and not line.startswith("#"):
            expression, _, result = line.rpartition(" -> ")
            yield page, expression, json.loads(result)


DOCUMENTED = list(documented())


@pytest.mark.parametrize(("page", "expression", "result"), DOCUMENTED, ids=[row[1][:60] for row in DOCUMENTED])
def test_documented_results(page: str, expression: str, result: object) -> None:
    environment = Declared(variables=DECLARED)
    value = to_python(term(expression, environment))
    assert (type(value), value) == (type(result), result), PAGES + page
    assert environment.problems == []


AT_DEPLOYMENT: dict[str, tuple[str, str | None]] = {
    "resourceGroup().location": ("string", "{?}"),
    "resourceGroup().id": ("string", "/subscriptions/{?}/resourceGroups/{?}"),
    "subscription().id": ("string", "/subscriptions/{?}"),
    "tenant().tenantId": ("string", "{?}"),
    "managementGroup().name": ("string", "{?}"),
    "deployment().name": ("string", "{?}"),
    "deployer().objectId": ("string", "{?}"),
    "environment().suffixes.storage": ("string", "{?}"),
    "utcNow()": ("string", "{?}"),
    "references('x')": ("array", None),
    "providers('Microsoft.Storage')": ("object", None),
    "pickZones('Microsoft.Compute', 'virtualMachines', 'westus2')": ("array", None),
    "toLogicalZone('s', 'l', 'p')": ("string", "{?}"),
    "toPhysicalZone('s', 'l', 'p')": ("string", "{?}"),
    "toLogicalZones('s', 'l', createArray('p'))": ("array", None),
    "toPhysicalZones('s', 'l', createArray('p'))": ("array", None),
    "buildUri(createObject('scheme', 'https', 'host', 'example.com'))": ("string", "{?}"),
    "parseUri('https://example.com/a')": ("object", None),
    "copyIndex('loop', 1)": ("int", None),
    "reference('x')": ("object", None),
    "resourceId('Microsoft.SQL/servers/databases', 'serverName', 'databaseName')": (
        "string",
        "/subscriptions/{?}/resourceGroups/{?}/providers/Microsoft.SQL/servers/serverName/databases/databaseName",
    ),
    "resourceId('otherResourceGroup', 'Microsoft.Storage/storageAccounts','examplestorage')": (
        "string",
        "/subscriptions/{?}/resourceGroups/otherResourceGroup/providers/Microsoft.Storage/storageAccounts/examplestorage",
    ),
}


@pytest.mark.parametrize(("expression", "shape"), AT_DEPLOYMENT.items())
def test_what_only_the_deployment_knows_has_its_documented_shape(expression: str, shape: tuple[str, str | None]) -> None:
    environment = Declared()
    found = term(expression, environment)
    assert isinstance(found, Unknown)
    assert (found.type, found.template if shape[1] else None) == shape
    assert environment.problems == []


def test_every_function_is_tested_against_its_documentation() -> None:
    """`parameters` has tests of its own; of the others nothing but the name and the number of arguments is told."""
    used = " ".join([row[1] for row in DOCUMENTED] + list(AT_DEPLOYMENT)).lower()
    own = {"parameters", *NAMED_ONLY}
    assert {name for name in names() if name.lower() + "(" not in used} == own


NAMED_ONLY = [
    "fail",
    "extensions",
    "externalInputs",
    "resourceInfo",
    "roleDefinitions",
    "existingResource",
    "exists",
    "distinct",
    "like",
]

# What the pages list, as they stood on 2026-11-24. `list*` stands for what every resource provider calls so.
PAGES_OF_NAMES = {
    "azure-resource-manager/templates/template-functions": """
        array concat contains createArray empty first indexFromEnd indexOf intersection last lastIndexOf length max min range
        skip take tryGet tryIndexFromEnd union parseCidr cidrSubnet cidrHost coalesce equals greater greaterOrEquals less
        lessOrEquals dateTimeAdd dateTimeFromEpoch dateTimeToEpoch utcNow deployer deployment environment parameters variables
        filter map reduce sort toObject and bool false if not or true add copyIndex div float int mod mul sub createObject items
        json null extensionResourceId list listAccountSas listKeys listSecrets pickZones providers reference references
        resourceId subscriptionResourceId tenantResourceId managementGroup resourceGroup subscription tenant base64 base64ToJson
        base64ToString dataUri dataUriToString endsWith format guid join newGuid padLeft replace split startsWith string
        substring toLower toUpper trim uniqueString uri uriComponent uriComponentToString""",
    "azure-resource-manager/templates/template-functions-object": "objectKeys shallowMerge",
    "azure-resource-manager/templates/template-functions-lambda": "lambda lambdaVariables groupBy mapValues",
    "azure-resource-manager/templates/template-functions-resource": "managementGroupResourceId",
    "azure-resource-manager/bicep/bicep-functions": """
        flatten fail toLogicalZone toLogicalZones toPhysicalZone toPhysicalZones buildUri parseUri roleDefinitions
        existingResource exists distinct like""",
    "azure-resource-manager/templates/symbolic-name": "resourceInfo",
    "what the compiler writes: https://github.com/Azure/bicep/tree/main/src": "extensions externalInputs",
}


def test_the_functions_are_those_that_microsoft_lists() -> None:
    listed = [name for text in PAGES_OF_NAMES.values() for name in text.split()]
    assert {name for name in listed if not exists(name)} == set()
    assert set(names()) == {name for name in listed if not name.startswith("list")}


@pytest.mark.parametrize("name", NAMED_ONLY)
def test_a_function_of_which_only_the_name_is_known_is_no_mistake(name: str) -> None:
    environment = Declared()
    assert isinstance(term(f"{name}('x')", environment), Unknown)
    assert environment.problems == []


def test_the_table_of_functions_says_where_each_one_is() -> None:
    """A function is fetched by its name alone, without reading the modules of the others."""
    held = {
        room: {function.name for function in importlib.import_module(f"aiblint.arm.functions.{room}").FUNCTIONS}
        for room in ROOMS
    }
    assert held == {room: set(listed.split()) for room, listed in ROOMS.items()}
    modules = {path.stem for path in Path(functions.__path__[0]).glob("*.py")} - {"__init__", "signature"}
    assert modules == set(ROOMS)
    assert all(exists(name.upper()) and find(name.upper()) is not None for name in names())
    assert (exists("listKeys"), exists("toLowerCase")) == (True, False)


# What is known in part


def partly(expression: str) -> Term:
    """With a string s, a number n, a bool b, a list l and a thing x that nobody knows; e is 'dev' or 'prod'."""
    parameters: dict[str, object] = {
        "s": unknown("string"),
        "n": unknown("int"),
        "b": unknown("bool"),
        "l": unknown("array"),
        "x": unknown(),
        "e": unknown("string", possible=(Known("dev"), Known("prod"))),
    }
    environment = Declared(parameters, DECLARED)
    found = term(expression, environment)
    assert environment.problems == []
    return found


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("startsWith(concat('/tmp/', parameters('s')), '/tmp')", True),
        ("startsWith(concat('/tmp/', parameters('s')), '/var')", False),
        ("startsWith(concat('/t', parameters('s')), '/tmp')", UNKNOWN),
        ("endsWith(format('{0}-x.sh', parameters('s')), '.SH')", True),
        ("empty(concat('x', parameters('s')))", False),
        ("empty(parameters('s'))", UNKNOWN),
        ("empty(string(parameters('n')))", False),
        ("equals(concat('a', parameters('s')), 'b')", False),
        ("equals(concat('a', parameters('s')), 'a')", UNKNOWN),
        ("equals(concat(parameters('s'), 'long'), 'x')", False),
        ("equals(parameters('n'), 'x')", False),
        ("equals(guid('a'), '')", False),
        ("contains(concat('a/b/', parameters('s')), '/b')", True),
        ("contains(concat('a/b/', parameters('s')), '/c')", UNKNOWN),
        ("length(createArray(parameters('x'), parameters('s')))", 2),
        ("length(uniqueString(parameters('s')))", 13),
        ("length(concat('vm', uniqueString(parameters('s'))))", 15),
        ("first(split(concat('a/b', parameters('s')), '/'))", "a"),
        ("last(split(concat('a/b', parameters('s')), '/'))", UNKNOWN),
        ("substring(concat('abc', parameters('s')), 0, 2)", "ab"),
        ("take(concat('abc', parameters('s')), 3)", "abc"),
        ("first(concat('abc', parameters('s')))", "a"),
        ("last(concat(parameters('s'), 'abc'))", "c"),
        ("indexOf(concat('a-b', parameters('s')), '-')", 1),
        ("indexOf(concat('ab', parameters('s')), '-')", UNKNOWN),
        ("and(parameters('b'), false())", False),
        ("or(parameters('b'), true())", True),
        ("and(parameters('b'), true())", UNKNOWN),
        ("if(parameters('b'), 'a', 'a')", "a"),
        ("coalesce(null(), 'a')", "a"),
        ("equals(parameters('e'), 'test')", False),
        ("equals(parameters('e'), 'dev')", UNKNOWN),
        ("length(createObject('dev', 1, 'prod', 2))", 2),
        ("contains(createArray('dev', parameters('x')), 'dev')", True),
        ("first(union(createArray('a'), parameters('l')))", "a"),
        ("concat(createArray('a'), parameters('l'))[0]", "a"),
        ("resourceGroup().nothing", UNKNOWN),
        ("add(parameters('n'), 1)", UNKNOWN),
        ("length('a😀')", 3),
    ],
)
def test_decides_what_part_of_a_value_settles(expression: str, result: object) -> None:
    assert to_python(partly(expression)) == result


@pytest.mark.parametrize(
    ("expression", "template"),
    [
        ("concat('/tmp/', parameters('s'), '.sh')", "/tmp/{?}.sh"),
        ("format('{0}-{1}-x', parameters('s'), 7)", "{?}-7-x"),
        ("toLower(concat('ABC', parameters('s')))", "abc{?}"),
        ("replace(concat('a-b', parameters('s')), '-', '_')", "a_b{?}"),
        ("join(createArray('a', parameters('s'), 'c'), ',')", "a,{?},c"),
        ("trim(concat(' a', parameters('s')))", "a{?}"),
        ("skip(concat('abc', parameters('s')), 1)", "bc{?}"),
        ("uriComponent(concat('a b', parameters('s')))", "a%20b{?}"),
        ("if(parameters('b'), 'app-a.sh', 'app-bc.sh')", "app-{?}.sh"),
        ("tenantResourceId('A.B/galleries/images', parameters('s'), 'i')", "/providers/A.B/galleries/{?}/images/i"),
        ("uri(parameters('s'), 'scripts/install.sh')", "{?}/scripts/install.sh"),
        ("padLeft(concat(parameters('s'), 'z'), 5)", "{?}z"),
    ],
)  # fmt: skip
def test_keeps_the_known_text_of_a_string(expression: str, template: str) -> None:
    found = partly(expression)
    assert isinstance(found, Unknown)
    assert (found.type, found.template) == ("string", template)
    assert found.reason


def test_holes_say_whose_they_are() -> None:
    found = partly("concat('a', parameters('s'), resourceGroup().location)")
    assert isinstance(found, Unknown)
    assert [getattr(part, "label", part) for part in found.parts] == ["a", "parameters('s')", "resourceGroup().location"]


@pytest.mark.parametrize(
    ("expression", "possible"),
    [
        ("if(parameters('b'), 'a', 1)", ["a", 1]),
        ("concat('x-', parameters('e'))", ["x-dev", "x-prod"]),
        ("createObject('dev', 1, 'prod', 2)[parameters('e')]", [1, 2]),
        ("variables('words')[parameters('n')]", ["one", "two", "three"]),
        ("if(equals(parameters('e'), 'dev'), 'B2', 'D4')", ["B2", "D4"]),
        ("format('{0}{1}', parameters('e'), parameters('e'))", ["devdev", "prodprod"]),
    ],
)
def test_lists_what_a_value_can_be(expression: str, possible: list[object]) -> None:
    found = partly(expression)
    assert isinstance(found, Unknown)
    assert [to_python(choice) for choice in found.possible or ()] == possible
    assert found.sure


def test_combinations_of_two_conditions_may_not_all_be() -> None:
    """The two may hang together: what holds for all combinations is certain, that one of them occurs is not."""
    both = "concat(parameters('e'), if(parameters('b'), '-x', '-y'))"
    found = partly(both)
    assert isinstance(found, Unknown)
    assert ([to_python(choice) for choice in found.possible or ()], found.sure) == (
        ["dev-x", "dev-y", "prod-x", "prod-y"],
        False,
    )
    assert to_python(partly(f"equals({both}, 'z')")) is False
    again = partly(f"toUpper({both})")
    assert isinstance(again, Unknown)
    assert not again.sure


def with_roots(expression: str) -> tuple[bool, list[tuple[object, str]]]:
    """The values that an expression over bools b and c and a string e can have, each with its case; whether each can be."""
    kinds = {"b": "bool", "c": "bool", "e": "string"}
    declared = {name: unknown(kind, roots=frozenset({f"x parameters('{name}')"})) for name, kind in kinds.items()}
    environment = Declared(dict(declared))
    found = term(expression, environment)
    assert isinstance(found, Unknown)
    assert environment.problems == []
    return found.sure, list(zip([to_python(choice) for choice in found.possible or ()], found.cases, strict=True))


def test_conditions_inside_each_other_are_told_together() -> None:
    assert with_roots("if(parameters('b'), if(parameters('c'), 'x', 'y'), 'z')") == (
        True,
        [
            ("x", "parameters('b') is true and parameters('c') is true"),
            ("y", "parameters('b') is true and parameters('c') is false"),
            ("z", "parameters('b') is false"),
        ],
    )
    assert with_roots("if(and(parameters('b'), not(parameters('c'))), 1, 2)") == (
        True,
        [
            (1, "parameters('b') is true and parameters('c') is false"),
            (2, "and(parameters('b'), not(parameters('c'))) is false"),
        ],
    )
    assert with_roots("concat(if(parameters('b'), '1', '2'), if(parameters('c'), '3', '4'))")[0]


def test_a_branch_is_worked_out_in_its_own_case() -> None:
    chain = "if(equals(parameters('e'), 'dev'), 'a', if(equals(parameters('e'), 'test'), 'b', 'c'))"
    assert (with_roots(chain)[0], [value for value, _ in with_roots(chain)[1]]) == (True, ["a", "b", "c"])
    again = "if(equals(parameters('e'), 'x'), 'a', if(equals(parameters('e'), 'x'), 'never', concat('-', 'c')))"
    assert with_roots(again)[1] == [("a", "parameters('e') is 'x'"), ("-c", "parameters('e') is not 'x'")]
    inside = "if(equals(parameters('e'), 'x'), concat('-', parameters('e')), 'y')"
    assert [value for value, _ in with_roots(inside)[1]] == ["-x", "y"]


@pytest.mark.parametrize(
    "expression",
    [
        "if(equals(parameters('e'), 'dev'), 'a', if(startsWith(parameters('e'), 'd'), 'b', 'c'))",
        "concat(if(parameters('b'), '1', '2'), if(parameters('b'), '3', '4'))",
        "if(or(parameters('b'), parameters('c')), if(parameters('b'), 1, 2), 3)",
    ],
)
def test_conditions_that_hang_together_rule_values_out(expression: str) -> None:
    assert not with_roots(expression)[0]


@pytest.mark.parametrize(
    ("expression", "secret"),
    [
        ("parameters('p')", True),
        ("concat('--password ', parameters('p'))", True),
        ("base64(parameters('p'))", True),
        ("format('{0}', parameters('p'))", True),
        ("string(createObject('a', parameters('p')))", True),
        ("string(createObject('a', parameters('q')))", True),
        ("join(createArray('a', parameters('p')), '')", True),
        ("createObject('a', parameters('p')).a", True),
        ("if(true(), parameters('p'), '')", True),
        ("split(parameters('q'), ',')[1]", True),
        ("json(parameters('q')).a", True),
        ("first(skip(createArray('x', parameters('p')), 1))", True),
        ("listKeys('id', '2019-06-01').keys[0].value", True),
        ("parameters('vault').connection.key", True),
        ("empty(parameters('p'))", False),
        ("length(parameters('p'))", False),
        ("if(empty(parameters('p')), 'a', 'b')", False),
        ("createObject('a', parameters('p'), 'b', 'x').b", False),
        ("if(false(), parameters('p'), '')", False),
        ("reference('x').a", False),
    ],
)
def test_secrets_stay_secret(expression: str, secret: bool) -> None:
    vault = Obj([("connection", from_python({"key": "x"}))], secret=True)
    environment = Declared({"p": unknown("string", secret=True), "q": Known('{"a": "b,c"}', secret=True), "vault": vault})
    assert term(expression, environment).secret is secret


# What is wrong


@pytest.mark.parametrize(
    ("expression", "kind", "place", "message"),
    [
        ("parameters('vnName')", "undefined-parameter", "'vnName'", "did you mean 'vmName'"),
        ("variables('word')", "undefined-variable", "'word'", "did you mean 'words'"),
        ("concatt('a')", "undefined-function", "concatt", "did you mean 'concat'"),
        ("ns.nothing()", "undefined-function", "ns.nothing", "ns.nothing"),
        ("map(createArray(1), lambda('a', lambdaVariables('b')))", "undefined-lambda-variable", "'b'", "'b'"),
        ("variables('map').oen", "undefined-property", ".oen", "did you mean 'one'"),
        ("createObject('name', 'x').id", "undefined-property", ".id", "there is no property 'id': the object has 'name' only"),
        ("variables('words')[3]", "index-out-of-range", "[3]", "has 3"),
        ("variables('words').length", "undefined-property", ".length", "by a number"),
        ("parameters()", "argument-count", "parameters()", "1 argument, not 0"),
        ("equals(1)", "argument-count", "equals(1)", "2 arguments, not 1"),
        ("toLower(1)", "argument-type", "1", "takes a string here, not an int"),
        ("concat('a', createArray())", "argument-type", "concat('a', createArray())", "not both"),
        ("if('true', 1, 2)", "argument-type", "'true'", "takes a bool"),
        ("range(0, 10001)", "invalid-value", "10001", "10000"),
        ("div(1, 0)", "invalid-value", "0", "divide by 0"),
        ("substring('1234567890', 0, 11)", "invalid-value", "substring('1234567890', 0, 11)", "10 characters"),
        ("format('{0} {1}', 'a')", "invalid-value", "'{0} {1}'", "no value for {1}"),
        ("format('{0', 'a')", "invalid-value", "'{0'", "brace"),
        ("base64ToString('?')", "invalid-value", "'?'", "base64"),
        ("resourceId('Microsoft.Compute/galleries/images', 'g')", "argument-count", "'Microsoft.Compute/galleries/images'", "2 names"),
        ("createObject('a')", "argument-count", "createObject('a')", "one value is missing"),
    ],
)  # fmt: skip
def test_reports_what_the_deployment_refuses(expression: str, kind: str, place: str, message: str) -> None:
    environment = Declared({"vmName": "x"}, DECLARED)
    assert to_python(term(expression, environment)) in (UNKNOWN, [UNKNOWN])
    assert len(environment.problems) == 1
    problem = environment.problems[0]
    assert problem.kind in KINDS
    assert (problem.kind, f"[{expression}]"[problem.start : problem.end], problem.certain) == (kind, place, True)
    assert message in problem.message


def test_what_is_never_reached_is_no_problem_and_what_may_be_is_an_uncertain_one() -> None:
    environment = Declared({"b": unknown("bool")})
    assert to_python(term("if(true(), 'a', parameters('missing'))", environment)) == "a"
    assert environment.problems == []
    term("if(parameters('b'), 'a', parameters('missing'))", environment)
    assert [problem.certain for problem in environment.problems] == [False]


def test_one_mistake_in_a_loop_is_one_problem() -> None:
    environment = Declared()
    term("map(range(0, 50), lambda('i', parameters('missing')))", environment)
    assert len(environment.problems) == 1


# Values in a template


def test_reading_into_a_variable_ends_at_the_very_node() -> None:
    root = node({"steps": [{"inline": ["[concat('a', 'b')]", "[[x]", "plain"]}], "n": 5})
    environment = Declared(variables={"v": evaluate_node(root, Declared())})
    for expression, pointer, value in (
        ("variables('v').steps[0].inline", "/steps/0/inline", ["ab", "[x]", "plain"]),
        ("first(variables('v').STEPS).inline[2]", "/steps/0/inline/2", "plain"),
        ("variables('v').n", "/n", 5),
    ):
        found = term(expression, environment)
        assert found.node is not None
        assert (found.node.pointer, to_python(found)) == (pointer, value)


def test_values_are_worked_out_when_they_are_asked_for() -> None:
    environment = Declared()
    root = evaluate_node(node({"bad": "[parameters('missing')]", "good": "x"}), environment)
    assert isinstance(root, Obj)
    assert to_python(root.get("GOOD") or Known(None)) == "x"
    assert environment.problems == []
    root.get("bad")
    assert [problem.kind for problem in environment.problems] == ["undefined-parameter"]
    assert environment.problems[0].node is root.node.get("bad")  # type: ignore[union-attr]


def test_loops_and_computed_names_leave_an_object_open() -> None:
    for value in ({"copy": [{"name": "[parameters('k')]", "count": 2, "input": 1}], "b": 1}, {"[parameters('k')]": 1, "b": 1}):
        found = evaluate_node(node(value), Declared())
        assert isinstance(found, Obj)
        assert (found.open, found.names) == (True, ["b"])


@pytest.mark.parametrize(
    ("expression", "known", "perhaps"),
    [
        (
            "shallowMerge(createArray(createObject('a', 1), if(parameters('b'), createObject('b', 2), createObject())))",
            {"a": 1},
            {"b": 2},
        ),
        ("union(createObject('a', 1), if(parameters('b'), createObject('b', 2), createObject()))", {"a": 1}, {"b": 2}),
        (
            "union(if(parameters('b'), createObject('a', 1, 'b', 2), createObject('a', 1)), createObject('b', 3))",
            {"a": 1, "b": 3},
            {},
        ),
        ("shallowMerge(createArray(parameters('x'), createObject('a', 1)))", {"a": 1}, {}),
        ("shallowMerge(createArray(createObject('a', 1), parameters('x')))", {}, {}),
    ],
)
def test_an_object_of_several_is_known_member_by_member(expression: str, known: Any, perhaps: Any) -> None:
    found = partly(expression)
    assert isinstance(found, Obj)
    assert {name: to_python(member) for name, member in found.members()} == known
    assert {name: to_python(member) for name, member in found.perhaps.items()} == perhaps
    assert found.open == ("parameters('x')" in expression or bool(perhaps))


def test_unreadable_expressions_are_reported_in_their_string() -> None:
    environment = Declared()
    written = node("[concat('a'")
    assert to_python(evaluate_node(written, environment)) == "[concat('a'"  # no expression: it does not end with ]
    assert isinstance(evaluate_node(node("[concat('a']"), environment), Unknown)
    assert [(problem.kind, problem.start, problem.end) for problem in environment.problems] == [("syntax", 1, 11)]


def test_functions_of_the_template() -> None:
    environment = Declared()
    inner = Declared()
    inner.problems, inner.budget = environment.problems, environment.budget
    environment.functions["ns.greet"] = UserFunction(("who",), node("[concat('Hi ', parameters('Who'), '!')]"), inner)
    environment.functions["ns.all"] = UserFunction((), node({"a": ["[parameters('x')]"]}), inner)
    assert to_python(term("ns.greet('Evie')", environment)) == "Hi Evie!"
    assert to_python(term("map(createArray('a', 'b'), lambda('n', ns.Greet(lambdaVariables('N'))))", environment)) == [
        "Hi a!",
        "Hi b!",
    ]
    assert environment.problems == []
    assert isinstance(term("ns.all().a[0]", environment), Unknown)
    assert term("ns.greet()", environment).type is None
    assert [problem.kind for problem in environment.problems] == ["undefined-parameter", "argument-count"]


def test_copy_index() -> None:
    environment = Declared()
    environment.index = 3
    assert to_python(term("concat('disk-', copyIndex())", environment)) == "disk-3"
    assert to_python(term("copyIndex('loop', 1)", environment)) == 4


class Ring(Declared):
    """Variables that refer to each other without end, and functions that call themselves."""

    def variable(self, name: str) -> Term | None:
        return evaluate_node(node({"next": "[variables('x').next]", "wide": ["[variables('x').wide]"]}), self)

    def user_function(self, namespace: str, name: str) -> UserFunction | None:
        return UserFunction((), node("[concat(ns.f(), toLower(ns.f()))]"), self)


@pytest.mark.parametrize("expression", ["variables('x').next", "variables('x').wide", "ns.f()", "string(variables('x'))"])
def test_rings_end(expression: str) -> None:
    assert isinstance(term(expression, Ring()), (Unknown, Arr))


@pytest.mark.parametrize(
    "expression",
    [
        "range(0, 10000000)",
        "map(range(0,10000), lambda('a', map(range(0,10000), lambda('b', range(0,10000)))))",
        "reduce(range(0,10000), 'aa', lambda('c','n', concat(lambdaVariables('c'),lambdaVariables('c'))))",
        "string(reduce(range(0,60), createArray(), lambda('c','n', createArray(lambdaVariables('c'),lambdaVariables('c')))))",
        "string(reduce(range(0,9999), createArray(), lambda('c','n', createArray(lambdaVariables('c')))))",
        "padLeft('x', 2000000000)",
        "format('{0,999999999}', 1)",
        "replace(padLeft('',900000,'x'), 'x', padLeft('',900000,'x'))",
        "json('" + "[" * 100_000 + "')",
        "concat(" * 99 + "'x'" + ")" * 99,
        "map(createArray(1),lambda('x'," * 49 + "'x'" + "))" * 49,
    ],
)
def test_work_is_bounded(expression: str) -> None:
    environment = Declared()
    environment.budget = Budget(100_000)
    assert isinstance(term(expression, environment), Term)
