"""Words about the steps of a build: customizers, and the validators that look at the result."""

from __future__ import annotations

from aiblint import placeholders
from aiblint.arm.term import LONGEST_LABEL
from aiblint.change import Repair, Wrap
from aiblint.check import Problem, check, listed, quote
from aiblint.checks.conformance import misspelt
from aiblint.document import ARRAY, NULL, STRING
from aiblint.placeholders import DOCUMENTATION
from aiblint.platforms import LINUX, STEP_OS, WINDOWS, destination_os
from aiblint.template import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiblint.check import Context
    from aiblint.template import Value

_OS_NAMES = {LINUX: "Linux", WINDOWS: "Windows"}
_INSTEAD = {LINUX: "Shell", WINDOWS: "PowerShell"}
_KIND_NAMES = {"boolean": "a boolean", "number": "a number", "object": "an object", "array": "a list", "null": "null"}


@check
def step_for_other_os(value: Value, context: Context, *, types: list[str]) -> Iterator[Problem]:
    """The type of a step, one of `types`, that runs on another operating system than the source has.

    Where no step at all is for the source it is the source that is wrong, and the first step speaks for all.
    """
    kind = value.text
    if kind not in types or context.source_os is None or STEP_OS.get(kind, context.source_os) == context.source_os:
        return
    by_os = _types_by_os(context)
    others = by_os[STEP_OS[kind]] if len(by_os) == 1 else []
    if not any(other is value for other in others):
        others = [value]
    if others[0] is not value:
        return
    wanted, given = _OS_NAMES[STEP_OS[kind]], _OS_NAMES[context.source_os]
    source = context.template.root.get("properties", "source")
    image = " ".join(text for name in ("publisher", "offer") if source is not None and (text := source.text_of(name)))
    if kind in ("Shell", "PowerShell"):
        advice = f"write a {_INSTEAD[context.source_os]} step, or choose a {wanted} source"
    else:
        advice = f"remove the step, or choose a {wanted} source"
    if len(others) > 1:
        kind, advice = f"{kind}, as all steps here,", f"choose a {wanted} source, or write steps for {given}"
    shown = source.get("publisher") if source is not None else None
    told = f"the source {quote(image)} is a {given} image" if image else f"the source is stated to be a {given} image"
    yield Problem(
        value,
        f"{kind} runs on {wanted} only, and {told}: the service refuses the template; {advice}",
        related=(((shown, f"a {given} image"),) if shown is not None else ())
        + tuple((other, "so is this one") for other in others[1:]),
    )


@check
def steps_for_two_systems(value: Value, context: Context) -> Iterator[Problem]:
    """Steps for Linux and steps for Windows in one template, where the source does not tell which of them is right."""
    found = _types_by_os(context) if context.source_os is None else {}
    if len(found) < 2:
        return
    odd, rest = sorted(found.values(), key=lambda types: (len(types), -_start(types[0])))
    yield Problem(
        odd[0],
        f"{odd[0].text} runs on {_os_of(odd[0])} only and {rest[0].text} on {_os_of(rest[0])} only: "
        "whichever the source is, the service refuses one of them; keep the steps of one operating system",
        related=((rest[0], f"runs on {_os_of(rest[0])} only"),),
    )


@check
def destination_for_other_os(value: Value, context: Context) -> Iterator[Problem]:
    """A File step whose destination is a path of another operating system than the other steps are for.

    Silent where the source tells the operating system, and where the types of the steps disagree already.
    """
    types = _types_by_os(context)
    if context.source_os is not None or len(types) > 1:
        return
    expected = next(iter(types), None)
    other: Value | None = types[expected][0] if expected is not None else None
    for step in context.template.steps:
        destination = step.get("destination") if step.text_of("type") == "File" else None
        for os in destination_os(destination.text or "") if destination is not None else ():
            if other is None or expected is None:
                expected, other = os, destination
            elif os != expected and destination is not None:
                yield _odd_destination(destination, os, other, expected)
                return


def _odd_destination(destination: Value, os: str, other: Value, expected: str) -> Problem:
    advice = "a path below /tmp" if expected == LINUX else "a path such as C:\\\\Build\\\\file"
    return Problem(
        destination,
        f"{quote(destination.text)} is a {_OS_NAMES[os]} path, and the other steps are for {_OS_NAMES[expected]}: "
        f"the copy fails, or the file lands where nobody looks for it; write {advice}",
        related=((other, f"this is for {_OS_NAMES[expected]}"),),
    )


@check
def script_and_inline(value: Value, context: Context) -> Iterator[Problem]:
    """A Shell or PowerShell step that has both `scriptUri` and `inline`."""
    script, inline = value.get("scriptUri"), value.get("inline")
    if script is None or inline is None or not script.text or inline.kind != ARRAY or not inline.items:
        return
    first, second = sorted((script, inline), key=_start)
    yield Problem(
        value,
        f"this {value.text_of('type')} {_noun(value)} has both 'scriptUri' and 'inline': "
        "the service takes exactly one of them; move one into a step of its own",
        mark=second,
        on_key=True,
        related=((first, "the other one"),),
    )


@check
def neither_script_nor_inline(value: Value, context: Context) -> Iterator[Problem]:
    """A Shell or PowerShell step that has neither `scriptUri` nor `inline`, nor a misspelling of them.

    An `inline` that is no list is a mistake of its own; an empty default of a parameter waits for a value.
    """
    inline = value.get("inline")
    if not _lacks(value, "scriptUri") or not _lacks(value, "inline"):
        return
    if inline is not None and inline.kind not in (ARRAY, NULL):
        return
    if misspelt(value, context, "scriptUri") or misspelt(value, context, "inline"):
        return
    noun = _noun(value)
    code = "NoValidatorScript" if noun == "validator" else "NoCustomizerScript"
    yield Problem(
        value,
        f"this {value.text_of('type')} {noun} has neither 'scriptUri' nor 'inline': "
        f"the service refuses a {noun} that runs nothing ({code}); add one of them",
        mark=value.get("type"),
    )


@check
def inline_not_commands(value: Value, context: Context) -> Iterator[Problem]:
    """A step whose `inline` is no list, or holds something else than strings. `null` counts as missing."""
    inline = value.get("inline")
    if inline is None or not inline.known or inline.kind == NULL:
        return
    if inline.kind == STRING:
        yield Problem(
            inline,
            '\'inline\' is one string: the service takes a list of commands only; write "inline": ["…"]',
            fix=Repair("put it in [ ]", Wrap(inline), safe=True),
        )
    elif inline.kind != ARRAY:
        yield Problem(inline, f"'inline' is {_KIND_NAMES[inline.kind]}: the service takes a list of commands only")
    else:
        wrong = [item for item in inline.items if item.known and item.kind != STRING]
        if wrong:
            kinds = list(dict.fromkeys(_KIND_NAMES[item.kind] for item in wrong))
            what = f"a command of 'inline' is {kinds[0]}"
            if len(wrong) > 1:
                what = f"{len(wrong)} commands of 'inline' are no strings but {listed(kinds, 'and')}"
            yield Problem(wrong[0], f"{what}: the service takes strings only, each of them one line of the script")


@check
def inline_without_commands(value: Value, context: Context) -> Iterator[Problem]:
    """A step whose `inline` holds no command although it is a list: blank lines only, or an empty list beside `scriptUri`."""
    inline = value.get("inline")
    if inline is None or inline.kind != ARRAY or inline.use is not None:
        return
    if not inline.items:
        if value.text_of("scriptUri"):
            yield Problem(
                inline,
                "an empty 'inline' beside 'scriptUri': the service takes exactly one of them; remove 'inline'",
                on_key=True,
            )
    elif all(item.text is not None and not item.text.strip() for item in inline.items):
        yield Problem(
            inline, "'inline' holds blank lines only: the step runs nothing and succeeds; write its commands, or remove it"
        )


@check
def step_name_taken(value: Value, context: Context) -> Iterator[Problem]:
    """A name that two steps of one list have. Names are compared with capitals, as people read them in the log."""
    for first, again in repeats((step.get("name") for step in value.items), fold=False):
        yield Problem(
            again,
            f"the name {quote(shown(again))} is already taken: the build log tells steps apart by their names only; write another one",
            related=((first, "the first step of that name"),),
        )


@check
def step_nameless(value: Value, context: Context) -> Iterator[Problem]:
    """A step or a validator without a name. One that is empty in a parameter's default waits for a value."""
    if not value.open and _lacks(value, "name") and not misspelt(value, context, "name"):
        kind = value.text_of("type")
        yield Problem(
            value,
            f"this {f'{kind} ' if kind in STEP_OS or kind == 'File' else ''}{_noun(value)} has no name, so the build log cannot tell "
            "it from others; add a 'name' that says what it is for",
            mark=value.get("type"),
        )


def repeats(values: Iterable[Value | None], *, fold: bool) -> Iterator[tuple[Value, Value]]:
    """Each value that is certain to equal an earlier one, with the first of its kind. `fold` ignores capitals."""
    seen: dict[str, Value] = {}
    for value in values:
        key = _certain(value) if value is not None else None
        if value is None or key is None:
            continue
        first = seen.setdefault(key.lower() if fold else key, value)
        if first is not value:
            yield first, value


def shown(value: Value) -> str:
    """A value for a message: its text, or the expression that nobody can evaluate before the deployment."""
    if value.text is not None:
        return value.text
    return f"[{value.term.label}]" if value.term is not None and value.term.label else str((value.use or value.node).value)


def _certain(value: Value) -> str | None:
    """A text that two values share only if they are equal: the value itself, or the expression it is taken from."""
    if value.kind == STRING:
        return f"={value.value}" if value.value else None
    written = (value.use or value.node).value
    if value.kind != UNKNOWN or not isinstance(written, str):
        return None
    placeholder = placeholders.find(written) if value.use is None else None
    if placeholder is not None and placeholder.kind == DOCUMENTATION:
        return None  # readers of a documentation page put something of their own into each `<name>`
    if value.term is not None:  # of a long expression only its own part makes this value
        written = value.term.label if 0 < len(value.term.label) < LONGEST_LABEL else ""
    called = written.lower()
    return None if not written or any(each in called for each in _ANEW) else f"?{written}"


# Expressions that give another value each time they are worked out.
_ANEW = ("newguid(", "utcnow(", "lambdavariables(", "copyindex(")


def _types_by_os(context: Context) -> dict[str, list[Value]]:
    """The types of the steps that run on one operating system only, by that system, in order."""
    found: dict[str, list[Value]] = {}
    for step in context.template.steps:
        kind = step.get("type")
        if kind is None or kind.text not in STEP_OS:
            continue
        if _noun(step) == "validator" and kind.text not in ("Shell", "PowerShell"):
            continue  # no validator at all, whatever the operating system: another rule's
        found.setdefault(STEP_OS[kind.text], []).append(kind)
    return found


def _os_of(kind: Value) -> str:
    return _OS_NAMES[STEP_OS[kind.text or ""]]


def _noun(step: Value) -> str:
    return "validator" if step.parent is not None and step.parent.key == "inVMValidations" else "step"


def _start(value: Value) -> int:
    return (value.use or value.node).start


def _lacks(step: Value, name: str) -> bool:
    """Whether a step certainly lacks a member: no `copy` loop makes it, and an empty parameter default is there to be filled in."""
    member = step.get(name)
    return step.absent(name) and (member is None or member.use is None) and "copy" not in step.members
