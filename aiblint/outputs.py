"""Where reports go: FORMAT=FILE, refused where FILE is somebody's template, configuration or baseline, or another report."""

from __future__ import annotations

import os

from aiblint.choice import UsageError
from aiblint.report import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def outputs(texts: Iterable[str], used: Iterable[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """The formats and files that `--output` names. `used` are files that the run reads or writes, each with what it is to it.

    UsageError where a report would take the place of something that is none, or of another report.
    """
    made = [_output(text) for text in texts]
    if made:
        taken = [(what, path) for what, path in used if path]
        for index, (format_name, path) in enumerate(made):
            if any(_is_one_file(path, other) for _, other in made[:index]):
                raise UsageError(f"--output names {path} twice; the second report would take the place of the first")
            what = next((what for what, other in taken if _is_one_file(path, other)), None) or _held(path)
            if what is not None:
                raise UsageError(f"--output {format_name}={path} would take the place of {what}; give the report another name")
    return made


def _output(text: str) -> tuple[str, str]:
    format_name, _, path = text.partition("=")
    if format_name not in FORMATS or not path:
        raise UsageError(f"--output takes FORMAT=FILE, the format one of {', '.join(FORMATS)}; not '{text}'")
    return format_name, path


def _is_one_file(path: str, other: str) -> bool:
    """Whether two names are those of one regular file, which may not be there yet."""
    if os.path.exists(path) and os.path.exists(other):
        return os.path.isfile(path) and os.path.samefile(path, other)
    return os.path.normcase(os.path.realpath(path)) == os.path.normcase(os.path.realpath(other))


def _held(path: str) -> str | None:
    """What a file is where it holds an image template or parameters; None where a report may take its place."""
    from aiblint import parameters, sniff, template
    from aiblint.syntax import json as syntax

    if not os.path.isfile(path):
        return None
    try:
        data = sniff.read_bytes(path)
    except sniff.PathError:
        return None  # writing it will tell why
    if sniff.may_hold_template(data) and template.find(syntax.read(data, path)):
        return "an image template"
    return "a parameter file" if parameters.of(data, path) is not None else None
