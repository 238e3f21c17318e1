"""Words about checksums that are compared with the file itself, where it lies in the repository of the template."""

from __future__ import annotations

from aiblint import address
from aiblint.change import Repair, Set
from aiblint.check import Problem, check, quote
from aiblint.checks import local_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.checkout.causes import Cause
    from aiblint.checkout.file import File
    from aiblint.template import Value


@check
def checksum_mismatch(value: Value, context: Context, *, about: str) -> Iterator[Problem]:
    """A checksum that is not that of the file, which lies in this repository. Capitals do not count.

    `about`: "own" files; those of a "fork", where another repository has a file of the same path; "not-added": what is in
    the working copy has this checksum, and only a `git add` is missing.
    """
    step = value.parent
    if step is None or not value.text or local_files.verdict(step, context) is not False:
        return
    file = local_files.of(step, context)
    repository = context.checkout.repository
    if file is None or repository is None:
        return
    from aiblint.checkout import causes  # here, because most checksums are right

    given = value.text.strip().lower()
    cause = causes.proved(file, given, repository)
    kind = "not-added" if cause is not None and cause.not_added else "own" if file.own else "fork"
    if kind != about:
        return
    other = _neighbour(step, given, context) if cause is None else None
    yield _problem(value, file, cause, other)


def _problem(value: Value, file: File, cause: Cause | None, other: Value | None) -> Problem:
    name, actual, place = quote(file.path.rpartition("/")[2]), file.sha256, local_files.where(file)
    if cause is not None and cause.not_added:
        return Problem(
            value,
            f"{name} has this checksum in your working copy only: what is in git has {actual}; git add {quote(file.path)} before "
            "the template is committed, or the download is refused",
        )
    said = f"{name} has another SHA-256 {place}"
    if cause is not None:
        said += f": this is the checksum of {cause.words}"
    elif other is not None:
        said += f": this is the checksum of {quote(address.file_name(other.text or ''))}, the file of another step"
    fate, advice = "the service refuses the download", f"write {actual}"
    if not file.own:
        named = file.place.repository if file.place is not None else ""
        fate = f"the address is of {quote(named)}, which is no remote here: if that has the same file, {fate}"
    elif file.commit is None:
        advice += ", which holds once this is pushed"
    related = ((other, "the file that has this checksum"),) if other is not None else ()
    fix = Repair(f"write the SHA-256 of {name} {place}", Set(value, actual), safe=file.commit is not None)
    return Problem(value, f"{said}; {fate}; {advice}", related=related, fix=fix)


def _neighbour(step: Value, given: str, context: Context) -> Value | None:
    """The address of another step whose file has this checksum: it was pasted."""
    for template in context.templates:
        for other in template.steps:
            file = local_files.of(other, context) if other is not step else None
            if file is not None and not file.missing and file.sha256 == given:
                return other.get("scriptUri") or other.get("sourceUri")
    return None


@check
def checksums_conflict(value: Value, context: Context) -> Iterator[Problem]:
    """One address with two checksums; `value` is the list of steps. Silent where the file itself tells which one is wrong."""
    first: dict[str, Value] = {}
    for step, text, given in _checked(value):
        known = first.setdefault(text, given)
        if (known.text or "").lower() != (given.text or "").lower() and local_files.verdict(step, context) is None:
            yield Problem(
                given,
                "another step gives the same address another checksum: at least one of the two downloads is refused; hash the file anew",
                related=((known, "the other checksum"),),
            )


@check
def checksum_shared(value: Value, context: Context) -> Iterator[Problem]:
    """One checksum on two files of different names; `value` is the list of steps.

    Silent where the files themselves tell: they may be the same, and which one is wrong is said of its checksum.
    """
    first: dict[str, tuple[str, Value, Value]] = {}
    for step, text, given in _checked(value):
        here = (address.file_name(text), step, given)
        there = first.setdefault((given.text or "").lower(), here)
        if there[0] == here[0]:
            continue
        if local_files.verdict(step, context):
            here, there = there, here
        if local_files.verdict(here[1], context) is None:
            yield Problem(
                here[2],
                f"{quote(here[0])} has the same checksum as {quote(there[0])}: was it pasted? Two files of different content cannot share "
                "one, and the download of one of them is refused; hash the file anew",
                related=((there[2], "the same checksum"),),
            )


def _checked(steps: Value) -> Iterator[tuple[Value, str, Value]]:
    """Each step that has an address and a checksum, with these."""
    for step in steps.items:
        text = step.text_of("scriptUri") or step.text_of("sourceUri")
        given = step.get("sha256Checksum")
        if text and given is not None and given.text:
            yield step, text, given
