"""How messages about expressions speak of counts, types and names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_MOST_LISTED = 5
_LONGEST_LIST = 100


def arguments(least: int, most: int | None) -> str:
    """How many arguments a function takes: `1 argument`, `at least 2 arguments`, `3 to 5 arguments`."""
    if most is None:
        return f"at least {least} argument{'' if least == 1 else 's'}"
    if least == most:
        return f"{least or 'no'} argument{'' if least == 1 else 's'}"
    return f"{least} to {most} arguments"


def article(kind: str) -> str:
    """A type with its article: `an array`."""
    return "null" if kind == "null" else f"{'an' if kind[0] in 'aio' else 'a'} {kind}"


def either(kinds: Sequence[str]) -> str:
    """Several types with their articles: `a string, an int or a bool`."""
    named = [article(kind) for kind in kinds]
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + " or " + named[-1]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Advice with the known name that is nearest; empty where none is near."""
    near = nearest(name, known)
    return f" (did you mean '{near}'?)" if near else ""


def what_there_is(known: Sequence[str]) -> str:
    """What an object has instead of a name that is nowhere near, as long as that is a short list."""
    if not known:
        return ": the object is empty"
    if len(known) > _MOST_LISTED or sum(map(len, known)) > _LONGEST_LIST:
        return ""
    listed = ", ".join(f"'{name}'" for name in known[:-1]) + (" and " if len(known) > 1 else "") + f"'{known[-1]}'"
    return f": the object has {listed} only"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a name was probably meant to be."""
    import difflib  # only where something is wrong

    spelling = {candidate.lower(): candidate for candidate in known if len(candidate) <= 200}
    close = difflib.get_close_matches(name[:200].lower(), list(spelling)[:500], 1)
    return spelling[close[0]] if close else None
