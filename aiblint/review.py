"""The expressions of a whole deployment, wherever they stand: whatever is wrong with one, the image template is not deployed.

What an image template says is worked out anyway. Of everything else only what looks wrong at a glance is: names that nobody
declared, brackets that do not close, functions where they are not allowed, members of values that are known.
"""

from __future__ import annotations

from aiblint.arm.environment import Problem
from aiblint.arm.expression import Access, Call, ExpressionError, Literal, parse
from aiblint.arm.functions import exists, is_list
from aiblint.arm.scope import is_expression
from aiblint.document import ARRAY, OBJECT, STRING, Node
from aiblint.pattern import lazy
from aiblint.resources import DEPLOYMENT
from aiblint.template import TYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.arm.scope import Scope
    from aiblint.resources import Container
    from aiblint.template import Template

_PLAIN = lazy(r"\[(parameters|variables)\('([^']+)'\)\]")
_SHAPED = frozenset({"resourcegroup", "subscription", "tenant", "deployment", "environment", "deployer"})
_DOCUMENTED = {"id", "name", "type", "location", "managedby", "tags", "properties"}
_DOCUMENTED |= {"subscriptionid", "tenantid", "displayname", "country", "countrycode", "objectid", "suffixes", "authentication"}
_UNREAD = frozenset({"metadata", "comments"})
_WITHOUT_MEMBERS = frozenset({"string", "securestring", "int", "bool"})
_LEAST_BUDGET = 20_000
_LONGEST_PLAIN = 80
_MOST_PROBLEMS = 200
_PLACED = frozenset({"utcnow", "newguid", "variables", "reference", "references", "copyindex", "resourcegroup", "subscription"})

DEFAULT, VARIABLE, FUNCTION, RESOURCE, OUTPUT = "default", "variable", "function", "resource", "output"
_MAY_LOOP = frozenset({VARIABLE, RESOURCE, OUTPUT})


def problems(templates: list[Template]) -> list[Problem]:
    """What is wrong with the expressions of the deployments that hold these image templates; each problem once."""
    roots = {id(root): root for template in templates for root in _roots(template)}
    found: dict[int, Problem] = {}
    for root in roots.values():
        if root.reviewed is None:
            root.reviewed = True
            _Review(root, {}).run()
        found.update((id(problem), problem) for problem in root.scope.problems)
    return list(found.values())


def elsewhere(problem: Problem) -> str:
    """What to add of an undefined name that another template of the file declares, around this one or inside it."""
    section = {"undefined-parameter": "parameters", "undefined-variable": "variables"}.get(problem.kind)
    if section is None or problem.node is None:
        return ""
    text = str(problem.node.value if problem.node.kind == STRING else problem.node.key)
    name = text[problem.start : problem.end].strip("'")
    for place, template in enumerate(_templates_around(problem.node)):
        declared = template.find(section)
        if declared is None or declared.find(name) is None:
            if place == 0 and (hint := _of_the_other_kind(template, section, name)):
                return hint
            continue
        if template.parent is None and place == 0:
            return "; a function of the template sees its own parameters only"
        if (template.key or "").lower() == "maintemplate":
            return "; the template that the spec stores declares it: write [[ in front of what is to be worked out in that one"
        if place == 0:
            return (
                "; the nested template declares it, but its expressions are read in the outer one: give the nested deployment "
                '"expressionEvaluationOptions": {"scope": "inner"}'
            )
        return "; the outer template declares it, but the nested one is read in its own scope: hand it in as a parameter"
    return ""


def _of_the_other_kind(template: Node, section: str, name: str) -> str:
    """Advice where a parameter was asked for as a variable, or the other way round."""
    other = "variables" if section == "parameters" else "parameters"
    declared = template.find(other)
    if declared is None or declared.find(name) is None:
        return ""
    return f"; a {other[:-1]} has that name: write {other}('{name}')"


def _templates_around(node: Node) -> Iterator[Node]:
    """The templates in which a place stands, from the inside."""
    at: Node | None = node
    while at is not None:
        named = at.parent is None or (at.key or "").lower() in ("template", "maintemplate")
        if named and at.kind == OBJECT and at.find("resources") is not None:
            yield at
        at = at.parent


def _roots(template: Template) -> Iterator[Container]:
    """The whole deployment of a template, and for one that a template spec stores the deployment of the spec, too."""
    container = template.resource.container if template.resource is not None else None
    while container is not None:
        yield (root := container.containers[-1])
        container = root.stored_by


class _Strange:
    """An expression that looks wrong at a glance. `misplaced`: for a function in it that is not allowed there."""

    __slots__ = ("misplaced", "node", "on_key", "scope", "section")

    def __init__(self, node: Node, scope: Scope, section: str, on_key: bool, misplaced: bool) -> None:
        self.node = node
        self.scope = scope
        self.section = section
        self.on_key = on_key
        self.misplaced = misplaced


class _Called:
    """A call in an expression: its name, its one argument where that is a text, and the member asked of what it gives."""

    __slots__ = ("argument", "folded", "member", "name")

    def __init__(self, name: str, argument: str | None, member: str | None) -> None:
        self.name = name
        self.folded = name.lower()
        self.argument = argument
        self.member = member


def _calls(text: str) -> list[_Called] | None:
    """The calls in an expression; None where it cannot be read."""
    try:
        parts = list(parse(text).walk())
    except ExpressionError:
        return None
    members: dict[int, str] = {}
    for part in parts:
        if isinstance(part, Access):
            key = part.steps[0].key
            members[id(part.base)] = key if isinstance(key, str) else ""
    found: list[_Called] = []
    for part in parts:
        if isinstance(part, Call):
            name = part.name if part.namespace is None else f"{part.namespace}.{part.name}"
            first = part.arguments[0] if part.arguments else None
            known = isinstance(first, Literal) and isinstance(first.value, str)
            found.append(
                _Called(name, str(first.value) if known and isinstance(first, Literal) else None, members.get(id(part)))
            )
    return found


class _Review:
    """One template with its own names: the root, or a nested deployment that is read in its own scope."""

    def __init__(self, container: Container, read: dict[str, list[_Called] | None]) -> None:
        self.container = container
        self.read = read
        """What the expressions call that were read so far; compiled templates say the same in many places."""
        self.scope = container.scope
        self.parameters = _kinds(container.node.find("parameters"))
        self.variables = {(child.key or "").lower() for child in _children(container.node.find("variables"))}
        self.variables |= {
            str(name.value).lower()
            for loop in _children(_member(container.node.find("variables"), "copy"))
            if (name := loop.find("name")) is not None
        }
        # An image template in a deployment to anything else has a finding of its own, of which these would be consequences.
        lost = any(resource.type == TYPE.lower() for resource in container.resources)
        self.level = None if lost else container.level
        self.clean: set[tuple[str, str]] = set()
        self.refused: dict[tuple[str, str, bool], str | None] = {}

    def run(self) -> None:
        """First what is reached for certain, so that a problem in what both use is not taken for a doubtful one."""
        certain: list[_Strange] = []
        doubtful: list[_Strange] = []
        own: list[_Strange] = []
        for parameter in _children(self.container.node.find("parameters")):
            default = parameter.find("defaultValue")
            if default is not None and not self.given(parameter):
                own += self.look(default, self.scope, DEFAULT)
        for output in _children(self.container.node.find("outputs")):
            found = self.look(output, self.scope, OUTPUT)
            (own if output.find("condition") is None else doubtful).extend(found)
        owner = self.container.owner
        (certain if not own or owner is None or owner.deployed is True else doubtful).extend(own)
        nested = self.resources(self.container, certain, doubtful)
        for section, name in ((VARIABLE, "variables"), (FUNCTION, "functions")):
            written = self.container.node.find(name)
            found = self.look(written, self.scope, section) if written is not None else []
            # A function has names of its own: what is wrong with them comes up where it is called.
            doubtful += [strange for strange in found if strange.misplaced or section != FUNCTION]
        for sure, listed in ((True, certain), (False, doubtful)):
            for strange in listed:
                self.report(strange, sure)
        for container in nested:
            _Review(container, self.read).run()

    def given(self, parameter: Node) -> bool:
        handed = self.scope.handed
        return handed is not None and handed.find(parameter.key or "") is not None

    def resources(self, container: Container, certain: list[_Strange], doubtful: list[_Strange]) -> list[Container]:
        """Looks at the resources that read their expressions here; the result are the templates that they deploy, read by themselves."""
        nested: list[Container] = []
        for resource in container.resources:
            inside = resource.inside if resource.type == DEPLOYMENT else None
            if inside is not None and inside.scope is not resource.scope:
                nested.append(inside)
            found = self.look(resource.node, resource.scope, RESOURCE)
            if found and (resource.existing or resource.deployed is not False):
                (certain if resource.deployed is True else doubtful).extend(found)
            if inside is not None and inside.scope is resource.scope:
                nested += self.resources(inside, certain, doubtful)
                for output in _children(inside.node.find("outputs")):
                    doubtful += self.look(output, resource.scope, OUTPUT)
        return nested

    def look(self, node: Node, scope: Scope, section: str) -> list[_Strange]:
        """The expressions of a value that look wrong at a glance."""
        found: list[_Strange] = []
        for written, text, on_key in _expressions(node, section):
            if (section, text) in self.clean:
                continue
            misplaced, wrong = self.glance(text, section, written)
            if misplaced or wrong:
                found.append(_Strange(written, scope, section, on_key, misplaced))
            elif "copyindex" not in text.lower():
                self.clean.add((section, text))
        return found

    def glance(self, text: str, section: str, node: Node) -> tuple[bool, bool]:
        """Whether a function stands where it is not allowed, and whether anything else looks wrong."""
        plain = _PLAIN.fullmatch(text) if len(text) < _LONGEST_PLAIN else None
        if plain is not None:
            if plain[1] == "parameters":
                return False, plain[2].lower() not in self.parameters
            return section in (DEFAULT, FUNCTION), plain[2].lower() not in self.variables
        if text not in self.read:
            self.read[text] = _calls(text)
        calls = self.read[text]
        if calls is None:
            return False, True
        misplaced = any(
            self.refusal(call.name, section, node, call.argument or "") is not None
            for call in calls
            if call.folded in _PLACED or (is_list(call.folded) and section != RESOURCE)
        )
        return misplaced, any(self.is_strange(call) for call in calls)

    def is_strange(self, call: _Called) -> bool:
        """Whether a call asks for what is not there, or for a member of something of which members are known."""
        if call.folded == "parameters":
            kind = self.parameters.get(call.argument.lower()) if call.argument is not None else None
            return kind is None or (call.member is not None and kind in _WITHOUT_MEMBERS)
        if call.folded == "variables":
            return call.argument is None or call.argument.lower() not in self.variables or call.member is not None
        if call.folded in _SHAPED:
            return call.member is not None and call.member.lower() not in _DOCUMENTED
        return not exists(call.name)

    def refusal(self, name: str, section: str, node: Node, argument: str = "") -> str | None:
        """Why a function is not allowed in a place; `argument` is the one that is written there, if it is a text."""
        loops = _loops_around(node, self.scope) if section in _MAY_LOOP and name.lower() == "copyindex" else []
        if loops and argument and None not in loops and argument.lower() not in loops:
            named = ", ".join(f"'{loop}'" for loop in loops if loop)
            return f"no loop '{argument[:60]}' stands around {name}(), only {named or 'one without a name'}: the deployment is refused"
        key = (name, section, bool(loops))
        if key not in self.refused:
            from aiblint.arm.places import refusal

            self.refused[key] = refusal(*key[:2], self.level, key[2])
        return self.refused[key]

    def report(self, strange: _Strange, sure: bool) -> None:
        """Works an expression out, for what that says is wrong with it; what may not be reached is not certain."""
        scope, node = strange.scope, strange.node
        budget = scope.environment.budget
        if budget.steps < _LEAST_BUDGET or len(scope.problems) >= _MOST_PROBLEMS:
            self.end(strange)
            return
        if strange.misplaced:
            self.report_misplaced(strange, sure or strange.section in (VARIABLE, FUNCTION))
            return
        before, told = len(scope.problems), budget.told
        budget.told = True  # where the work ends is told of image templates only
        (scope.name_of if strange.on_key else scope.evaluate)(node)
        budget.told = told
        if not sure:
            for problem in scope.problems[before:]:
                problem.certain = problem.kind == "syntax"  # every expression is parsed, whether it is reached or not

    def end(self, strange: _Strange) -> None:
        """Says once for a deployment that no more of its expressions are looked at, at the first one that is not."""
        if any(problem.kind == "review-ends" for problem in strange.scope.problems):
            return
        from aiblint.arm.evaluate import report

        enough = len(strange.scope.problems) >= _MOST_PROBLEMS
        why = (
            f"{_MOST_PROBLEMS} mistakes were found in the expressions of this deployment"
            if enough
            else "its expressions take much work"
        )
        message = f"{why}, and from here on aiblint looks into no more of them outside of image templates"
        report(
            strange.scope.environment,
            Problem("review-ends", f"{message}{'; mend those first' if enough else ''}", 0, 0, strange.node, False),
        )

    def report_misplaced(self, strange: _Strange, sure: bool) -> None:
        from aiblint.arm.evaluate import report

        node = strange.node
        try:
            parts = list(parse(str(node.key if strange.on_key else node.value)).walk())
        except ExpressionError:
            return  # which has a finding of its own
        for part in parts:
            if isinstance(part, Call) and part.namespace is None:
                first = part.arguments[0] if part.arguments else None
                argument = str(first.value) if isinstance(first, Literal) and isinstance(first.value, str) else ""
                message = self.refusal(part.name, strange.section, node, argument)
                if message is not None:
                    problem = Problem("misplaced-function", message, part.start, part.name_end, node, sure)
                    report(strange.scope.environment, problem)


def _expressions(node: Node, section: str) -> Iterator[tuple[Node, str, bool]]:
    """The expressions in a value, with the node that holds each, and whether it is its name.

    Templates inside and child resources are looked at by themselves; of a parameter's or an output's value nothing is left out.
    """
    stack = [node]
    while stack:
        at = stack.pop()
        if at.key is not None and is_expression(at.key):
            yield at, at.key, True
        if at.kind == STRING:
            text = str(at.value)
            if is_expression(text):
                yield at, text, False
            continue
        for child in reversed(at.children):
            if section == RESOURCE and at is node and (child.key or "").lower() in {"resources", *_UNREAD}:
                continue
            if section == RESOURCE and child.key == "template" and at.key == "properties" and at.parent is node:
                continue
            stack.append(child)


def _loops_around(node: Node, scope: Scope) -> list[str | None]:
    """The names of the loops around a place, in small letters; None for one that nobody knows."""
    found: list[str | None] = []
    at: Node | None = node
    while at is not None:
        copy = at.find("copy") if at.kind == OBJECT else None
        for loop in (copy.children if copy.kind == ARRAY else [copy]) if copy is not None else ():
            named = loop.find("name")
            name = "" if named is None else scope.text(named)
            found.append(name.lower() if name is not None else None)
        at = at.parent
    return found


def _children(node: Node | None) -> list[Node]:
    return node.children if node is not None and node.kind in (OBJECT, ARRAY) else []


def _member(node: Node | None, name: str) -> Node | None:
    return node.find(name) if node is not None else None


def _kinds(declared: Node | None) -> dict[str, str]:
    """The declared parameters, in small letters, with their types."""
    kinds: dict[str, str] = {}
    for child in _children(declared):
        kind = child.find("type")
        kinds[(child.key or "").lower()] = str(kind.value).lower() if kind is not None else ""
    return kinds
