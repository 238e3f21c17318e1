"""Terms as plain values, like `json.loads` gives them, and back."""

from __future__ import annotations

from aiblint.arm.term import DEEPEST, Arr, Known, Obj, Term, Work

UNKNOWN = object()
"""Stands in plain values for what is not known."""


def to_python(term: Term, depth: int = 0, work: Work | None = None) -> object:
    """The plain value as `json.loads` would give it, with UNKNOWN in every place that is not known."""
    if isinstance(term, Known):
        return term.value
    work = work or Work()
    if depth < DEEPEST and work.go_on():
        if isinstance(term, Arr) and not term.open:
            return [to_python(item, depth + 1, work) for item in term]
        if isinstance(term, Obj) and not term.open:
            return {name: to_python(member, depth + 1, work) for name, member in term.members()}
    return UNKNOWN


def from_python(value: object) -> Term:
    """The term of a plain value as `json.loads` gives it. Raises TypeError for anything else."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return Known(value)
    if isinstance(value, list):
        return Arr([from_python(item) for item in value])
    if isinstance(value, dict):
        return Obj([(str(name), from_python(item)) for name, item in value.items()])
    raise TypeError(f"{type(value).__name__} is no JSON value")
