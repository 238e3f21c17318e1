"""What is left of the findings of a file when the exceptions that people made are taken into account."""

from __future__ import annotations

from aiblint import engine
from aiblint.confidential import without_secrets
from aiblint.plan import function_of
from aiblint.suppress import written
from aiblint.suppress.ignores import Ignores

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiblint.change import Repair
    from aiblint.document import Document
    from aiblint.finding import Finding
    from aiblint.rule import Rule
    from aiblint.suppress.ignores import Terms
    from aiblint.suppress.stated import Stated


def settle(
    result: engine.Result, rules: Sequence[Rule], levels: Mapping[str, str], terms: Terms, stated: Sequence[Stated] = ()
) -> engine.Result:
    """The result without the findings that an exception silences, and with what rules say about the exceptions.

    `rules` are those that ran, `levels` severities by rule id, `stated` the exceptions that the configuration states for the file.
    """
    items = written.find(result.document, result.templates, terms.known)
    if not items and not stated:
        return result
    running = frozenset(rule.id for rule in rules)
    ignores = Ignores(items, terms, running, [each.within(result.templates) for each in stated])
    result.findings, result.silenced = ignores.part(result.findings)
    more, silenced = ignores.part(spoken(ignores, result.document, rules, levels))
    result.findings = sorted([*result.findings, *more], key=lambda finding: finding.sort_key)
    result.silenced += silenced
    return result


def spoken(ignores: Ignores, document: Document, rules: Sequence[Rule], levels: Mapping[str, str]) -> list[Finding]:
    """What rules say about exceptions that are written in a document."""
    found = engine.with_fixes(document, list(_spoken(ignores, document, rules, levels)))
    hidden = document.hidden
    return found if hidden is None else [without_secrets(finding, hidden) for finding in found]


def _spoken(
    ignores: Ignores, document: Document, rules: Sequence[Rule], levels: Mapping[str, str]
) -> Iterator[tuple[Finding, Repair | None]]:
    for rule in rules:
        for case in rule.cases:
            if case.on == "ignores":
                for problem in function_of(case)(ignores, **case.options):
                    yield engine.text_finding(document, rule, levels.get(rule.id, case.severity), problem), problem.fix
