"""Builds the objects of a SARIF log: one run, all rules, the findings."""

from __future__ import annotations

import bisect
import os

import sarif_om as om

from aiblint.confidential import told, without_secrets_of
from aiblint.finding import SEVERITIES
from aiblint.pattern import lazy
from aiblint.report.fingerprints import line_fingerprints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from aiblint.document import Document
    from aiblint.finding import Finding
    from aiblint.rule import Rule
    from aiblint.run import Run
    from aiblint.suppress.ignores import Ignore

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/OWNER/aiblint"
_ROOT = "%SRCROOT%"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")  # RFC 3986: stand for themselves
_LONGEST_DESCRIPTION = 1024  # GitHub refuses longer short and full descriptions
_MOST_TAGS = 10  # GitHub keeps ten of a rule's tags
_MOST_LINKS = 5  # of related places in a message's text; all of them are in relatedLocations
_SEMANTIC_VERSION = lazy(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_ASTRAL = lazy("[\U00010000-\U0010ffff]")
_LINK_TEXT = str.maketrans({"[": "\\[", "]": "\\]", "\\": "\\\\"})
_LINK_MIDDLE = lazy(r"(?<!\\)((?:\\\\)*)\]\(")


def build(run: Run) -> om.SarifLog:
    """The log of one run, results by severity, path, line, column and rule (services keep the first 5,000)."""
    rule_index = {rule.id: index for index, rule in enumerate(run.rules)}
    files: dict[str, SourceFile] = {}
    ranked = []
    ignores = {id(finding): ignore for finding, ignore in run.told}
    for finding in [*run.findings, *(finding for finding, _ in run.told)]:
        file = files.get(finding.path)
        if file is None:
            file = files[finding.path] = SourceFile(finding.document, run.root)
        line, column = finding.document.position(finding.start)
        key = (SEVERITIES.index(finding.severity), file.uri, line, column, finding.rule, finding.end, finding.message)
        ranked.append((key, finding, file))
    ranked.sort(key=lambda entry: entry[0])
    results = [
        _result(finding, file, rule_index.get(finding.rule, -1), ignores.get(id(finding))) for _, finding, file in ranked
    ]
    return om.SarifLog(
        version="2.1.0",
        schema_uri=SCHEMA,
        runs=[
            om.Run(
                tool=om.Tool(driver=_driver(run)),
                original_uri_base_ids={
                    _ROOT: om.ArtifactLocation(description=om.Message(text="The root folder of the checkout."))
                },
                results=results,
                column_kind="utf16CodeUnits",
                newline_sequences=["\r\n", "\n", "\r"],
            )
        ],
    )


class SourceFile:
    """What all findings of one file share: its address, its line fingerprints, its UTF-16 columns."""

    __slots__ = ("_astral", "_fingerprints", "_others", "_root", "document", "uri", "uri_base_id")

    def __init__(self, document: Document, root: str) -> None:
        self.document = document
        self.uri, self.uri_base_id = artifact_uri(document.path, root)
        self._root = root
        self._others: dict[str, SourceFile] = {}
        self._fingerprints: list[str | None] | None = None
        self._astral = [match.start() for match in _ASTRAL.finditer(document.text)]

    @property
    def fingerprints(self) -> list[str | None]:
        """One for each line; worked out for files with findings only, not for those that are merely referred to.

        None where a secret goes into it: whoever has the rest of the line could try passwords out on it. The upload action
        works out what is missing from the file that it has.
        """
        if self._fingerprints is None:
            document = self.document
            found: list[str | None] = [*line_fingerprints(document.text, bom=document.bom)]
            if document.secrets:
                without = line_fingerprints(document.shown, bom=document.bom)
                hashes = [
                    (str(each).partition(":")[0], other.partition(":")[0]) for each, other in zip(found, without, strict=True)
                ]
                found = [each if same == other else None for each, (same, other) in zip(found, hashes, strict=True)]
            self._fingerprints = found
        return self._fingerprints

    def of(self, document: Document | None) -> SourceFile:
        """The file that a related place is in: this one (None), or a parameter file."""
        if document is None:
            return self
        if document.path not in self._others:
            self._others[document.path] = SourceFile(document, self._root)
        return self._others[document.path]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1, columns in UTF-16 code units."""
        line, column = self.document.position(offset)
        pairs = bisect.bisect_left(self._astral, offset) - bisect.bisect_left(self._astral, offset - column + 1)
        return line, column + pairs

    @property
    def artifact(self) -> om.ArtifactLocation:
        return om.ArtifactLocation(uri=self.uri, uri_base_id=self.uri_base_id)

    def region(self, start: int, end: int) -> om.Region:
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return om.Region(start_line=line, start_column=column, end_line=end_line, end_column=end_column)

    def location(self, start: int, end: int) -> om.PhysicalLocation:
        return om.PhysicalLocation(artifact_location=self.artifact, region=self.region(start, end))


def artifact_uri(path: str, root: str) -> tuple[str, str | None]:
    """Percent-encoded address of a file and its base: relative to `root`, or `file://` and None where it lies outside.

    Symbolic links are followed on both sides: services look for the real file in the checkout.
    """
    real, folder = os.path.realpath(path), os.path.join(os.path.realpath(root), "")
    if os.path.normcase(real).startswith(os.path.normcase(folder)):
        return _quoted(real[len(folder) :].replace(os.sep, "/")), _ROOT
    import pathlib  # takes a while to load, and most files lie in the checkout

    return pathlib.Path(real).as_uri(), None


def _quoted(path: str) -> str:
    if _PLAIN.issuperset(path):
        return path
    from urllib.parse import quote

    return quote(os.fsencode(path))


def _driver(run: Run) -> om.ToolComponent:
    return om.ToolComponent(
        name="aiblint",
        full_name=f"aiblint {run.version}, a linter for Azure VM Image Builder templates",
        version=run.version,
        semantic_version=run.version if _SEMANTIC_VERSION.fullmatch(run.version) else None,
        information_uri=HOME,
        rules=[_descriptor(rule) for rule in run.rules],
        contents=None,
    )


def _descriptor(rule: Rule) -> om.ReportingDescriptor:
    properties: dict[str, object] = {
        "tags": _tags(rule),
        "precision": rule.precision,
        "problem.severity": "recommendation" if rule.severity == "note" else rule.severity,
    }
    if rule.security_severity is not None:
        properties["security-severity"] = rule.security_severity
    return om.ReportingDescriptor(
        id=rule.id,
        name=rule.name,
        deprecated_names=list(rule.aliases) or None,
        short_description=_description(rule.summary),
        full_description=_description(f"{rule.summary} {' '.join(rule.why.split())}"),
        help=om.MultiformatMessageString(text=_help(rule, _plain_list), markdown=_help(rule, _markdown_list)),
        help_uri=rule.references[0] if rule.references else None,
        default_configuration=om.ReportingConfiguration(level=rule.severity, enabled=rule.enabled),
        properties=properties,
    )


def _tags(rule: Rule) -> list[str]:
    tags = [rule.category] if rule.security_severity is None else ["security", rule.category]
    return list(dict.fromkeys(tags))[:_MOST_TAGS]


def _description(text: str) -> om.MultiformatMessageString:
    """`text`, cut between two words where it is longer than services take."""
    if len(text) > _LONGEST_DESCRIPTION:
        text = text[: _LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
    return om.MultiformatMessageString(text=text)


def _plain_list(addresses: tuple[str, ...]) -> str:
    return "\n".join(addresses)


def _markdown_list(addresses: tuple[str, ...]) -> str:
    return "\n".join(f"- <{address}>" for address in addresses)


def _help(rule: Rule, listed: Callable[[tuple[str, ...]], str]) -> str:
    """What the service does, why it matters, where it is documented, and how to switch the rule off."""
    parts = [rule.summary, rule.why.strip()]
    if rule.references:
        parts.append(f"References:\n\n{listed(rule.references)}")
    parts.append(
        f"To make an exception in a deployment template, write `// aiblint: ignore[{rule.name}] reason` on the line or the one "
        f"before. To silence this rule, write `ignore: [{rule.id}]` in `.aiblint.yaml` (for some files only: below `per-path`), "
        f"or run aiblint with `--ignore {rule.id}`."
    )
    return "\n\n".join(part for part in parts if part)


def _result(finding: Finding, file: SourceFile, rule_index: int, ignore: Ignore | None) -> om.Result:
    names = [om.LogicalLocation(fully_qualified_name=told(finding.at, finding.document))] if finding.at else None
    line, _ = finding.document.position(finding.start)
    fingerprint = file.fingerprints[line - 1]
    related = [
        om.Location(
            id=number,
            physical_location=file.of(place.document).location(place.start, place.end),
            message=om.Message(text=escape_links(place.message)),
        )
        for number, place in enumerate(finding.related, 1)
    ]
    return om.Result(
        rule_id=finding.rule,
        rule_index=rule_index,
        level=finding.severity,
        message=om.Message(text=escape_links(finding.message) + _links(finding)),
        locations=[om.Location(physical_location=file.location(finding.start, finding.end), logical_locations=names)],
        related_locations=related or None,
        fixes=_fixes(finding, file),
        partial_fingerprints={"primaryLocationLineHash": fingerprint} if fingerprint is not None else None,
        suppressions=[_suppression(finding, ignore)] if ignore is not None else None,
    )


def _fixes(finding: Finding, file: SourceFile) -> list[om.Fix] | None:
    """The fix as replacements; one that changes the encoding has none, and SARIF no words for it. None that repeats a secret."""
    fix = finding.fix
    if fix is None or not fix.edits or fix.secret:
        return None
    replacements = [
        om.Replacement(deleted_region=file.region(edit.start, edit.end), inserted_content=om.ArtifactContent(text=edit.text))
        for edit in fix.edits
    ]
    title = fix.title if fix.safe else f"{fix.title} (unsafe: look at what it changes)"
    changes = om.ArtifactChange(artifact_location=file.artifact, replacements=replacements)
    return [om.Fix(description=om.Message(text=escape_links(title)), artifact_changes=[changes])]


def _suppression(finding: Finding, ignore: Ignore) -> dict[str, str]:
    """As plain data: sarif_om knows the draft's `state` only, which readers of the final format refuse."""
    said = {"justification": without_secrets_of(finding.document, ignore.reason)} if ignore.reason else {}
    return {"kind": ignore.kind, "status": "accepted", **said}


def _links(finding: Finding) -> str:
    """Links to the related places: GitHub shows those that the message links to, and no others."""
    links = [
        f"[{place.message.translate(_LINK_TEXT)}]({number})" for number, place in enumerate(finding.related[:_MOST_LINKS], 1)
    ]
    return f" See: {', '.join(links)}." if links else ""


def escape_links(text: str) -> str:
    r"""`text` with `[a](b)` as `\[a\](b)`: SARIF 3.11.6 makes links of the first in plain text messages.

    Other brackets stay as they are, `[parameters('x')]` is common in messages.
    """
    pieces: list[str] = []
    rest = 0
    for match in _LINK_MIDDLE.finditer(text):
        piece = text[rest : match.start()]
        opening = piece.rfind("[")
        if opening >= 0 and not piece[:opening].endswith("\\"):
            piece = f"{piece[:opening]}\\{piece[opening:]}"
        pieces.append(f"{piece}{match[1]}\\](")
        rest = match.end()
    return "".join(pieces) + text[rest:]
