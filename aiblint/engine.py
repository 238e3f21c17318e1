"""Rules over one document: text and rules in, findings out; reads no disk, prints nothing."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

from aiblint import platforms, schema
from aiblint.check import Context
from aiblint.checks.conformance import unread
from aiblint.confidential import hide, told, without_secrets
from aiblint.finding import Finding, Related
from aiblint.plan import Plan
from aiblint.syntax.json import part_span
from aiblint.tables import DEFAULT
from aiblint.template import read, resource_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from aiblint.change import Repair
    from aiblint.check import Problem, TextProblem
    from aiblint.checkout import Checkout
    from aiblint.document import Document, Node
    from aiblint.rule import Rule
    from aiblint.suppress.ignores import Ignore
    from aiblint.tables import Tables
    from aiblint.template import Template, Value

    _Said = tuple[Finding, Repair | None]


DEFINED = "the value is defined here"
MADE_OF = "the value is made of this"
_MOST_SOURCES = 3


class Result:
    """What came of one document: the document, its templates, the findings in file order, and the checks that broke.

    `left_out` are the lines of image templates that are certainly not deployed; nothing is said about them. `silenced` are
    findings that people made an exception of, each with the exception. `sets` are the parameter files, by their names.
    """

    __slots__ = ("defects", "document", "findings", "left_out", "sets", "silenced", "templates")

    def __init__(self, document: Document, templates: list[Template], left_out: list[int]) -> None:
        self.document = document
        self.templates = templates
        self.left_out = left_out
        self.findings: list[Finding] = []
        self.silenced: list[tuple[Finding, Ignore]] = []
        self.defects: list[str] = []
        self.sets: tuple[str, ...] = ()


class _Lint:
    """One document under way: its contexts, and the selections already made."""

    def __init__(
        self,
        document: Document,
        checkout: Checkout,
        today: str,
        api_version: str | None,
        os: str | None,
        parameters: Document | None,
        tables: Tables,
        programs: Mapping[str, Any],
    ) -> None:
        self.document = document
        self.programs = programs
        self.parameters = parameters
        self.traces: list[Callable[[], None]] | None = None
        given = parameters.root.find("parameters") if parameters is not None and parameters.root is not None else None
        found = read(document, given)
        self.templates = found.deployed
        self.left_out = [document.position(node.start)[0] for node in found.left_out]
        self.contexts = [self._context(template, checkout, today, api_version, os, tables) for template in self.templates]

    def _context(
        self, template: Template, checkout: Checkout, today: str, api_version: str | None, os: str | None, tables: Tables
    ) -> Context:
        source_os = platforms.source_os(template, tables) or os
        return Context(
            self.document,
            self.templates,
            template,
            os=source_os or platforms.steps_os(template),
            source_os=source_os,
            checkout=checkout,
            today=today,
            version=schema.judged_by(template.api_version, api_version),
            tables=tables,
            programs=self.programs,
        )


def lint(
    document: Document,
    rules: Plan | Iterable[Rule],
    checkout: Checkout,
    today: str,
    *,
    severities: dict[str, str] | None = None,
    api_version: str | None = None,
    os: str | None = None,
    parameters: Document | None = None,
    tables: Tables = DEFAULT,
    programs: Mapping[str, Any] = MappingProxyType({}),
    shown: bool = False,
    traced: bool = False,
) -> Result:
    """Applies rules to a document. `severities`: rule id → the level that a user set for it. `today`: an ISO date.

    Who lints several documents by the same rules makes a plan once, which then holds the levels too.
    `api_version` holds for templates that state none, or leave it to the deployment, `os` (linux, windows) for images whose
    source does not tell; `parameters` is the parameter file that goes with it; `tables` are those that are shipped, with the
    user's changes; `programs` are those of which rules may ask something, by name. `shown` says that the text will be printed
    even where nothing is found, so that its secrets have to be known; `traced` that findings are to say by structure what they
    are about.
    A check that raises becomes an entry of `defects`; the other rules still run.
    """
    plan = rules if isinstance(rules, Plan) else Plan(rules, severities)
    under_way = _Lint(document, checkout, today, api_version, os, parameters, tables, programs)
    under_way.traces = [] if traced else None
    result = Result(document, under_way.templates, under_way.left_out)
    broken: dict[str, str] = {}
    found = list(_all_said(plan, under_way, broken))
    result.defects = [broken[rule] for rule in sorted(broken)]
    hidden = hide(document, under_way.contexts, parameters) if found or result.defects or shown else None
    for trace in under_way.traces or ():
        trace()  # now that it is known what must not be repeated
    findings = with_fixes(document, found)
    if hidden is not None:
        findings = [without_secrets(finding, hidden) for finding in findings]
        result.defects = [hidden.without(defect) for defect in result.defects]
    result.findings = _once(sorted(findings, key=lambda finding: finding.sort_key))
    return result


def _all_said(plan: Plan, under_way: _Lint, broken: dict[str, str]) -> Iterator[_Said]:
    """What the rules say about the file, then about each template, in the order of the rules. `broken` gets those that raise."""
    yield from _of_file(plan, under_way, broken)
    # Template by template, not rule by rule: what the rules look at stays at hand, and goes when they are done.
    for context in under_way.contexts:
        said = sorted(_of_template(plan, context, under_way, broken), key=lambda each: each[0])
        yield from ((finding, repair) for _, finding, repair in said)


def _note(broken: dict[str, str], rule: Rule, document: Document, error: Exception) -> None:
    broken.setdefault(rule.id, f"{document.path}: rule {rule.id} {rule.name} failed: {type(error).__name__}: {error}")


def with_fixes(document: Document, found: list[tuple[Finding, Repair | None]]) -> list[Finding]:
    """Fixes are looked at all together: what several places share is edited only where that heals them all."""
    if all(repair is None for _, repair in found):
        return [finding for finding, _ in found]
    from aiblint import fixes  # here, because most runs have nothing to fix

    return fixes.attach(document, found)


def _of_file(plan: Plan, under_way: _Lint, broken: dict[str, str]) -> Iterator[_Said]:
    """What the rules say about the file."""
    for task in plan.of_file:
        try:
            for problem in task.function(under_way.document, under_way.templates, **task.options):
                finding = text_finding(under_way.document, task.rule, task.level, problem)
                if under_way.traces is not None and problem.listed:
                    under_way.traces.append(partial(_trace_listed, finding, problem.listed))
                yield finding, problem.fix
        except Exception as error:  # a broken check must not cost the other findings
            _note(broken, task.rule, under_way.document, error)


def _of_template(
    plan: Plan, context: Context, under_way: _Lint, broken: dict[str, str]
) -> Iterator[tuple[int, Finding, Repair | None]]:
    """What the rules say about one template, each with the number of its rule; in the order in which the places are met."""
    for task, values in plan.for_template(context).walk(context.template.root):
        try:
            function, options = task.function, task.options
            for value in values:
                for problem in function(value, context, **options):
                    if task.rule.unread or not unread(problem.mark or problem.at, context):
                        finding = _finding(context, task.rule, task.level, problem, under_way.parameters)
                        if under_way.traces is not None:
                            under_way.traces.append(partial(_trace, finding, problem, context))
                        yield task.order, finding, problem.fix
        except Exception as error:  # as above
            _note(broken, task.rule, under_way.document, error)


def _finding(context: Context, rule: Rule, level: str, problem: Problem, parameters: Document | None) -> Finding:
    document = context.document
    marked = problem.mark or problem.at
    start, end = _place(document, marked, problem.on_key, problem.part)
    if problem.secret:
        context.secrets.append((marked, *(problem.part or (0, len(marked.text or "")))))
    related = [Related(*_place(document, value, False, None), message) for value, message in problem.related]
    if marked.use is not None and marked.use is not marked.node:
        related.insert(0, _defined(marked.node, DEFINED, parameters))
    elif marked.use is not None and context.template.scope is not None:
        named = context.template.scope.named(str(marked.use.value))
        related += [_defined(node, MADE_OF, parameters) for node in named[:_MOST_SOURCES]]
    return Finding(
        document,
        start,
        end,
        rule=rule.id,
        name=rule.name,
        severity=level,
        summary=rule.summary,
        message=f"{problem.message} (where {condition})" if (condition := problem.at.condition) else problem.message,
        help=rule.references[0],
        pointer=(problem.at.use or problem.at.node).pointer,
        at=problem.at.path,
        template=context.template.node.pointer,
        related=tuple(related),
    )


def _trace_listed(finding: Finding, texts: tuple[str, ...]) -> None:
    """Says by structure what a finding about several texts of a file is about."""
    from aiblint import identity  # only baselines need it

    finding.place, finding.subject = "$", identity.listing(texts, partial(told, document=finding.document))


def _trace(finding: Finding, problem: Problem, context: Context) -> None:
    """Says by structure what a finding is about. Secrets have to be known by then: they stand in no place and in no digest."""
    from aiblint import identity

    conceal = partial(told, document=finding.document)
    marked = problem.mark or problem.at
    finding.resource = resource_of(context.template)
    if marked.use is not None and marked.use is not marked.node:
        finding.place, finding.subject = identity.of_definition(marked.node, conceal)  # which may be used in several places
    else:
        finding.place = identity.place_of(problem.at, conceal)
        if problem.on_key and isinstance(marked.key, str):
            finding.subject = identity.subject_of_name(marked, problem.at, conceal)
        else:
            finding.subject = identity.subject_of(marked, problem.part, conceal)
    if problem.secret:
        finding.subject = identity.SECRET


def _defined(node: Node, message: str, parameters: Document | None) -> Related:
    elsewhere = parameters if parameters is not None and node.root is parameters.root else None
    return Related(node.start, min(node.end, node.start + 80), message, elsewhere)


def text_finding(document: Document, rule: Rule, level: str, problem: TextProblem) -> Finding:
    """What a check said about the file, under the name of its rule."""
    return Finding(
        document,
        problem.start,
        problem.end,
        rule=rule.id,
        name=rule.name,
        severity=level,
        summary=rule.summary,
        message=problem.message,
        help=rule.references[0],
        pointer=problem.node.pointer if problem.node is not None else "",
        related=tuple(Related(*place) for place in problem.related),
    )


def _place(document: Document, value: Value, on_key: bool, part: tuple[int, int] | None) -> tuple[int, int]:
    """What to underline for a value: the exact part, its name, or itself; of an object only what tells which one it is."""
    node = value.use or value.node
    if value.use is None and part is not None:
        return part_span(document.text, node, part[0] + value.shift, part[1] + value.shift)
    if on_key and node.key_span is not None:
        return node.key_start, node.key_end
    if value.use is None and node.kind in ("object", "array"):
        if node.key_span is not None:
            return node.key_start, node.key_end
        return node.start, node.start + 1
    return node.start, node.end


def merged(results: list[tuple[str, Result]]) -> Result:
    """The results of one document under several parameter files, by their names: what all cause is said once.

    What only some cause names them, and is left to people: mending it for one set may spoil it for another.
    """
    sets = tuple(name for name, _ in results if name)
    if len(results) == 1:
        results[0][1].sets = sets
        return results[0][1]
    templates = {template.node: template for _, result in results for template in result.templates}
    whole = Result(
        results[0][1].document,
        list(templates.values()),
        [line for line in results[0][1].left_out if all(line in r.left_out for _, r in results)],
    )
    whole.sets = sets
    first: dict[tuple[str, int, int, str], Finding] = {}
    causes: dict[tuple[str, int, int, str], list[str]] = {}
    for name, result in results:
        whole.defects += [defect for defect in result.defects if defect not in whole.defects]
        for finding in result.findings:
            key = (finding.rule, finding.start, finding.end, finding.message)
            first.setdefault(key, finding)
            causes.setdefault(key, []).append(name)
    for key, finding in first.items():
        some = len(causes[key]) < len(results)
        whole.findings.append(
            finding.changed(message=f"{finding.message} (with {', '.join(causes[key])})", fix=None, sets=tuple(causes[key]))
            if some
            else finding
        )
    whole.findings.sort(key=lambda finding: finding.sort_key)
    return whole


def _once(findings: list[Finding]) -> list[Finding]:
    """One mistake, one finding: the same rule at the same place speaks once, one definition used in many places too."""
    kept: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        kept.setdefault(_sameness(finding), []).append(finding)
    return [_together(same) for same in kept.values()]


def _sameness(finding: Finding) -> tuple[object, ...]:
    defined = finding.related[0] if finding.related and finding.related[0].message == DEFINED else None
    if defined is not None:
        return (finding.rule, finding.message, defined.start, id(defined.document))
    return (finding.rule, finding.message, finding.start, finding.end)


def _together(same: list[Finding]) -> Finding:
    first, *others = same
    places = {(other.start, other.end) for other in others} - {(first.start, first.end)}
    also = tuple(Related(start, end, "used here too") for start, end in sorted(places))
    return first.changed(related=first.related + also) if also else first
