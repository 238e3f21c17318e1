"""Regular expressions that are compiled when they are first used.

Rules bring some three hundred, a run needs a few of them, and to compile them all takes as long as starting Python three times.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any, AnyStr

_METHODS = (
    "findall",
    "finditer",
    "flags",
    "fullmatch",
    "groupindex",
    "groups",
    "match",
    "pattern",
    "search",
    "split",
    "sub",
    "subn",
)


class Lazy:
    """Stands for a compiled pattern; after the first use, its methods are those of the pattern."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:  # copy, pickle and the like ask for others before there is anything to look at
            raise AttributeError(name)
        import re  # here, because a run that meets no template needs no pattern

        compiled: Any = re.compile(self._text, self._flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def lazy(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like `re.compile`, but a mistake in the pattern is raised by the first use. A test uses them all."""
    return Lazy(text, flags)  # type: ignore[return-value]
