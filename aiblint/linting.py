"""What a run does with one file that can hold a template."""

from __future__ import annotations

from types import MappingProxyType

from aiblint import engine, parameters, schema
from aiblint.checkout import Checkouts
from aiblint.document import Document, Mistake
from aiblint.syntax import json as syntax
from aiblint.tables import DEFAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from aiblint.choice import Choice
    from aiblint.finding import Finding
    from aiblint.known import Knower, Sight
    from aiblint.mend import Mended, Mending
    from aiblint.run import Run
    from aiblint.suppress.ignores import Terms
    from aiblint.suppress.stated import Stated
    from aiblint.tables import Tables

    Steps = frozenset[tuple[str, str]]
    """Steps of a file: the pointer of the template, and the effective path of the step in it."""


class Inputs:
    """What a file is checked by beside its text: the day, and what counts where a template does not tell it itself.

    That is the API version, the operating system ("linux", "windows"), and parameter files (None: those that lie beside it).
    `tables` are those that are shipped, with the user's changes. `mending` says what is to be fixed, None: nothing. `terms` tells those
    on which exceptions hold, None: none does; `stated` are the exceptions of the configuration. `checkouts` are the
    repositories around the templates, `programs` what rules need beside aiblint, by name. `known` tell which findings are known
    already, one after the other; `traced` says that findings are to be told apart by structure.
    `steps` are those that are looked at, None: everything is.
    """

    __slots__ = (
        "api_version",
        "checkouts",
        "known",
        "mending",
        "os",
        "parameters",
        "programs",
        "stated",
        "steps",
        "tables",
        "terms",
        "today",
        "traced",
    )

    def __init__(
        self,
        today: str,
        api_version: str | None = None,
        parameters: list[Document] | None = None,
        tables: Tables = DEFAULT,
        mending: Mending | None = None,
        os: str | None = None,
        terms: Callable[[], Terms] | None = None,
        stated: Sequence[Stated] = (),
        programs: Mapping[str, Any] = MappingProxyType({}),
        checkouts: Checkouts | None = None,
        known: Sequence[Knower] = (),
        traced: bool = False,
        steps: Steps | None = None,
    ) -> None:
        self.programs = programs
        self.steps = steps
        self.today = today
        self.checkouts = checkouts or Checkouts()
        self.api_version = api_version
        self.parameters = parameters
        self.tables = tables
        self.mending = mending
        self.os = os
        self.terms = terms
        self.stated = stated
        self.known = known
        self.traced = traced

    def changed(self, **new: Any) -> Inputs:
        """The same, but for what is said: `changed(checkouts=…)`."""
        other = object.__new__(Inputs)
        for name in Inputs.__slots__:
            setattr(other, name, new[name] if name in new else getattr(self, name))
        return other


def lint_bytes(run: Run, data: bytes, path: str, choice: Choice, inputs: Inputs, *, in_place: bool = False) -> None:
    """Lints one file's content that is known to be worth it, and adds what came of it to the run.

    `in_place`: the content is that of a file called `path`, which may be written where fixes are asked for.
    Whatever breaks while a file is read becomes a defect of the run: the other files are still linted.
    """
    try:
        _lint(run, data, path, choice, inputs, in_place)
    except Exception as error:
        from aiblint.defect import described

        run.defects.append(f"{path} could not be read: {described(error)}")


def _lint(run: Run, data: bytes, path: str, choice: Choice, inputs: Inputs, in_place: bool) -> None:
    document = syntax.read(data, path)
    sets = _parameter_sets(path, inputs) if document.root is not None and document.root.find("parameters") else []
    lint = _linter(path, choice, inputs, sets, shown=run.keep or inputs.mending is not None)
    looked = sight(path, choice, inputs) if inputs.known else None
    if inputs.mending is None:
        result = lint(document)
    else:
        from aiblint import mend  # here, because most runs fix nothing

        if looked is not None:
            lint = _sparing(lint, path, inputs.known, looked)
        mended = mend.mend(data, document, lint, inputs.mending, write=in_place)
        _keep(run, mended, in_place)
        result = mended.result
    for template in result.templates:
        if schema.judged_by(template.api_version, None) is None:
            version = schema.judged_by(template.api_version, inputs.api_version)
            run.unversioned[version] = run.unversioned.get(version, 0) + 1
    _add(run, path, result.findings, result, inputs.known, looked)
    run.silenced.extend(result.silenced)
    run.defects.extend(result.defects)
    run.templates += len(result.templates)
    if run.tell is not None:
        from aiblint import verbose

        for fact in verbose.about(result, inputs, sets):
            run.tell(fact)
    if result.templates:
        run.linted.append(path)
        if run.keep:
            run.kept.append((result.document, result.templates))
    for line in result.left_out:
        run.notes.append(
            f"{path}:{line}: this image template is never deployed (its condition or that of the deployment around it is false, "
            "or a loop runs no round) and was not checked"
        )


def _add(
    run: Run, path: str, findings: list[Finding], result: engine.Result | None, known: Sequence[Knower], sight: Sight | None
) -> None:
    """Adds the findings of a file that are not known already."""
    if sight is not None:
        for knower in known:
            left = knower.part(path, findings, result, sight)
            run.known[knower.label] = run.known.get(knower.label, 0) + len(findings) - len(left)
            findings = left
    run.findings.extend(findings)


def sight(path: str, choice: Choice, inputs: Inputs) -> Sight:
    """How a file is looked at, for those who know what was found before."""
    from aiblint.known import Sight

    def again(document: Document, sets: list[Document], checkouts: Checkouts) -> engine.Result:
        stated = [each.apart() for each in inputs.stated]
        then = inputs.changed(checkouts=checkouts, stated=stated, mending=None, steps=None)
        return _linter(path, choice, then, sets, shown=False)(document)

    return Sight([rule.id for rule in choice.rules], inputs.parameters, again)


def _sparing(
    lint: Callable[[Document], engine.Result], path: str, known: Sequence[Knower], sight: Sight
) -> Callable[[Document], engine.Result]:
    """Lints without offering fixes of what is to be left as it is."""
    sparing = [knower for knower in known if knower.spares]

    def spared(state: Document) -> engine.Result:
        result = lint(state)
        for knower in sparing:
            new = set(map(id, knower.part(path, result.findings, result, sight)))
            result.findings = [each if id(each) in new else each.changed(fix=None) for each in result.findings]
        return result

    return spared if sparing else lint


def _linter(
    path: str, choice: Choice, inputs: Inputs, sets: list[Document], *, shown: bool
) -> Callable[[Document], engine.Result]:
    """Lints a document, and again what fixes make of it: each parameter file makes a deployment of its own."""
    checkout = inputs.checkouts.around(path)

    def once(state: Document, given: Document | None) -> engine.Result:
        return engine.lint(
            state,
            choice.plan,
            checkout,
            inputs.today,
            api_version=inputs.api_version,
            os=inputs.os,
            parameters=given,
            tables=inputs.tables,
            programs=inputs.programs,
            shown=shown or state.names_aiblint,  # what is said about an exception shows its line
            traced=inputs.traced or bool(inputs.known),
        )

    def lint(state: Document) -> engine.Result:
        result = whole(state)
        if inputs.steps is not None:
            result.findings = [finding for finding in result.findings if _is_in(finding, inputs.steps)]
        return result

    def whole(state: Document) -> engine.Result:
        results = [(name, once(state, given)) for name, given in zip(parameters.names(sets), sets, strict=True)]
        result = engine.merged(results or [("", once(state, None))])
        if inputs.terms is None or not (inputs.stated or state.names_aiblint):
            return result
        from aiblint.settle import settle  # here, because most files have no exceptions

        return settle(result, choice.rules, choice.levels, inputs.terms(), inputs.stated)

    return lint


def _is_in(finding: Finding, steps: Steps) -> bool:
    """Whether a finding is about one of some steps."""
    return any(finding.template == template and (finding.at + ".").startswith(step + ".") for template, step in steps)


def _keep(run: Run, mended: Mended, in_place: bool) -> None:
    run.notes += mended.remarks
    run.failures += mended.failures
    run.defects += mended.defects
    run.repaired += mended.fixed
    if mended.text is not None:
        run.mended.append(mended)
        if not in_place:
            run.stdin = mended.text


def _parameter_sets(path: str, inputs: Inputs) -> list[Document]:
    if inputs.parameters is not None:
        return inputs.parameters
    return [document for other in parameters.beside(path) if (document := parameters.read(other)) is not None]


def lint_unreadable(run: Run, path: str, reason: str, choice: Choice, inputs: Inputs) -> None:
    """A file that exists and cannot be read is a finding about it."""
    document = Document(path, "", None, [Mistake("unreadable-file", 0, 0, f"the file cannot be read: {reason}")])
    result = engine.lint(document, choice.plan, inputs.checkouts.around(path), inputs.today)
    _add(run, path, result.findings, result, inputs.known, sight(path, choice, inputs) if inputs.known else None)
