"""Findings that are known already, and those of a run that are none of them: told apart by structure, never by line."""

from __future__ import annotations

from functools import partial

from aiblint import identity
from aiblint.confidential import told
from aiblint.document import ARRAY, OBJECT
from aiblint.template import resource_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Protocol, TypeAlias

    from aiblint.checkout import Checkouts
    from aiblint.document import Document
    from aiblint.engine import Result
    from aiblint.finding import Finding

    Key: TypeAlias = tuple[str, str, str, str, tuple[str, ...]]

    class Knower(Protocol):
        """Somebody who knows findings from before."""

        label: str
        """Where they are known from, behind a number of findings: `in the baseline`."""
        spares: bool
        """Whether what is known is left as it is where the rest is fixed."""

        def part(self, path: str, findings: list[Finding], result: Result | None, sight: Sight) -> list[Finding]:
            """The findings of a file that are not known; `sight` tells how it was looked at."""


MOST_OF_IT = 0.5
"""The share of a lost file's findings from which on the file in which they are found is taken for it."""


class Sight:
    """How a file was looked at. `running` are the ids of the rules that ran on it; `given` the parameter files that were named
    for it (None: those beside it); `again` looks at another state of it in the same way, with that state's parameter files and
    checkouts.
    """

    __slots__ = ("again", "given", "running")

    def __init__(
        self,
        running: Iterable[str],
        given: list[Document] | None,
        again: Callable[[Document, list[Document], Checkouts], Result],
    ) -> None:
        self.running = frozenset(running)
        self.given = given
        self.again = again


class Entry:
    """Findings that nothing tells apart, `count` of them: their rule, the image template, the place in it, the subject.

    `template` is the name of the template as it is written, empty for what is about the file. `sets` are the parameter files that
    cause them, empty where all did. `matched` are the findings of this run that are these.
    """

    __slots__ = ("count", "judged", "matched", "name", "place", "rule", "sets", "subject", "template")

    def __init__(
        self, rule: str, name: str, template: str, place: str, subject: str, sets: tuple[str, ...] = (), count: int = 1
    ) -> None:
        self.rule = rule
        self.name = name
        self.template = template
        self.place = place
        self.subject = subject
        self.sets = sets
        self.count = count
        self.matched: list[Finding] = []
        self.judged = False

    @property
    def key(self) -> Key:
        return (self.rule, self.template, self.place, self.subject, self.sets)

    @property
    def missing(self) -> int:
        """How many of them did not occur, although they could have."""
        return self.count - len(self.matched) if self.judged else 0


def entries_of(findings: Iterable[Finding]) -> list[Entry]:
    """The entries that findings of one file come to, in the order of their keys."""
    found: dict[Key, Entry] = {}
    for finding in findings:
        place, subject = traces(finding)
        entry = Entry(finding.rule, finding.name, finding.resource, place, subject, finding.sets)
        if entry.key in found:
            found[entry.key].count += 1
        else:
            found[entry.key] = entry
    return [found[key] for key in sorted(found)]


def traces(finding: Finding) -> tuple[str, str]:
    """Place and subject of a finding. Those of what is about the file come from the file's own tree."""
    if finding.place:
        return finding.place, finding.subject
    document, start, end = finding.document, finding.start, finding.end
    place, node = identity.node_place(document, start, partial(told, document=document))
    place = told(place, document)
    if node is not None and start == node.start and node.kind in (OBJECT, ARRAY):
        return place, identity.WHOLE
    whole = node is not None and (start, end) == (node.start, node.end)
    text = str(node.value) if node is not None and whole else " ".join(document.text[start:end].split())
    return place, identity.digest(told(text, document)) if text else ""


class Scene:
    """What there is in a file now: the names of its image templates and the places in them, worked out when asked for."""

    def __init__(self, result: Result | None) -> None:
        self._result = result
        self._places: dict[str, set[str]] = {}

    @property
    def sets(self) -> frozenset[str]:
        """The parameter files that the file is deployed with, by their names."""
        return frozenset(self._result.sets if self._result is not None else ())

    def has_template(self, name: str) -> bool:
        result = self._result
        return result is not None and any(told(resource_of(each), result.document) == name for each in result.templates)

    def has_place(self, template: str, place: str) -> bool:
        """Whether something is at a place; of the file's own tree where no template is named, or a definition is meant."""
        if not template or place.startswith(identity.DEFINITION):
            template, place = "", identity.DEFINITION + place.removeprefix(identity.DEFINITION)
        if template not in self._places:
            self._places[template] = self._all(template)
        return place in self._places[template]

    def _all(self, name: str) -> set[str]:
        if self._result is None:
            return set()
        document = self._result.document
        conceal = partial(told, document=document)
        if not name:
            return {identity.DEFINITION + told(place, document) for place in identity.node_places(document.root, conceal)}
        found: set[str] = set()
        for template in self._result.templates:
            if told(resource_of(template), document) == name:
                found |= {told(place, document) for place in identity.places(template.root, conceal)}
        return found


def share(entries: Sequence[Entry], here: Mapping[Key, int]) -> float:
    """Which part of what is known of a file is found in another one, of which `here` counts the findings by their keys."""
    return sum(min(entry.count, here.get(entry.key, 0)) for entry in entries) / sum(entry.count for entry in entries)


def part(entries: Sequence[Entry], findings: Sequence[Finding], scene: Scene) -> list[Finding]:
    """The findings of a file that are none of the entries; the others go to the entries' `matched`.

    First come those that are the same in all; then those of which the object changed but not what is said of it, that list fewer
    texts than before, of which the image template was renamed, and of which the step or the target around them was renamed or
    moved. For that its old place has to be gone: a mistake that was mended at one place and made anew at another is a new one.
    So is one that a parameter file causes that did not before.
    """
    left = [(finding, _Said(finding)) for finding in findings]
    for key, may in _PASSES:
        waiting: dict[tuple[str, ...], list[Entry]] = {}
        for entry in entries:
            if entry.count > len(entry.matched) and (wanted := key(entry)) is not None:
                waiting.setdefault(wanted, []).append(entry)
        rest: list[tuple[Finding, _Said]] = []
        for finding, said in left:
            found = key(said)
            candidates = waiting.get(found, ()) if found is not None else ()
            match = next(
                (e for e in candidates if e.count > len(e.matched) and may(e, said, scene) and _deployed(e, said, scene)), None
            )
            if match is None:
                rest.append((finding, said))
            else:
                match.matched.append(finding)
        left = rest
        if not left:
            break
    return [finding for finding, _ in left]


class _Said:
    """What an entry about a finding would say."""

    __slots__ = ("place", "rule", "sets", "subject", "template")

    def __init__(self, finding: Finding) -> None:
        self.rule = finding.rule
        self.template = finding.resource
        self.sets = finding.sets
        self.place, self.subject = traces(finding)


def _same(of: Entry | _Said) -> tuple[str, ...] | None:
    return (of.rule, of.template, of.place, of.subject)


def _whole_object(of: Entry | _Said) -> tuple[str, ...] | None:
    name, whole, _ = of.subject.partition(identity.WHOLE)
    return (of.rule, of.template, of.place, name) if whole else None


def _listed(of: Entry | _Said) -> tuple[str, ...] | None:
    return (of.rule, of.template, of.place) if of.subject.startswith(identity.LIST) else None


def _any_template(of: Entry | _Said) -> tuple[str, ...] | None:
    name, whole, _ = of.subject.partition(identity.WHOLE)
    return (of.rule, of.place, name + whole) if of.template else None


def _any_item(of: Entry | _Said) -> tuple[str, ...] | None:
    return (of.rule, identity.shape(of.place), of.subject) if of.subject else None


def _deployed(entry: Entry, said: _Said, scene: Scene) -> bool:
    """Whether only parameter files cause a finding that caused the entry, too; one of them may go by a new name."""
    if not entry.sets:
        return True
    old = set(entry.sets)
    return len(set(said.sets or scene.sets) - old) <= len(old - scene.sets)


def _always(entry: Entry, said: _Said, scene: Scene) -> bool:
    return True


def _no_more(entry: Entry, said: _Said, scene: Scene) -> bool:
    """Whether a finding lists only what the entry lists too."""
    return set(said.subject[1:].split()) <= set(entry.subject[1:].split())


def _renamed(entry: Entry, said: _Said, scene: Scene) -> bool:
    return entry.template != said.template and not scene.has_template(entry.template)


def _moved(entry: Entry, said: _Said, scene: Scene) -> bool:
    if entry.template == said.template:
        return not scene.has_place(entry.template, entry.place)
    return bool(entry.template and said.template) and not scene.has_template(entry.template)


if TYPE_CHECKING:
    _Key = Callable[[Entry | _Said], tuple[str, ...] | None]

_PASSES: tuple[tuple[_Key, Callable[[Entry, _Said, Scene], bool]], ...] = (
    (_same, _always),
    (_whole_object, _always),
    (_listed, _no_more),
    (_any_template, _renamed),
    (_any_item, _moved),
)
