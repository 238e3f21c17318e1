"""Regular expressions that are compiled when they are first used.

Rules bring some three hundred, a run needs a few of them, and to compile them all takes as long as starting Python three times.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
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
_IGNORECASE = 2  # re.IGNORECASE, whose module is not wanted before it is needed


class Lazy:
    """Stands for a compiled pattern; after the first use that could find something, its methods are those of the pattern.

    `holds` are texts of which every match holds at least one: where none is there, there is no match either. Under IGNORECASE
    they are in small letters.
    """

    def __init__(self, text: str | bytes, flags: int, holds: tuple[str, ...] = ()) -> None:
        self._text = text
        self._flags = int(flags)
        self._holds = holds

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:  # copy, pickle and the like ask for others before there is anything to look at
            raise AttributeError(name)
        import re  # here, because a run that meets no template needs no pattern

        compiled: Any = re.compile(self._text, self._flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


class Choosy(Lazy):
    """One with `holds`: compiled when a text has one of them, or when so many had none that it pays after all."""

    _left = 200  # a look at a text takes 1 µs, compiling 50 to 500

    def _fits(self, text: str) -> bool:
        self._left -= 1
        return self._left < 0 or self.has_part(text)

    def has_part(self, text: str) -> bool:
        """Whether a text holds what every match holds."""
        if self._flags & _IGNORECASE:
            text = text.casefold()
        for part in self._holds:  # noqa: SIM110 - a generator would take longer than the search, and every text is asked
            if part in text:
                return True
        return False

    def search(self, text: str, *place: int) -> Any:
        return self.__getattr__("search")(text, *place) if self._fits(text) else None

    def match(self, text: str, *place: int) -> Any:
        return self.__getattr__("match")(text, *place) if self._fits(text) else None

    def fullmatch(self, text: str, *place: int) -> Any:
        return self.__getattr__("fullmatch")(text, *place) if self._fits(text) else None

    def finditer(self, text: str, *place: int) -> Iterator[Any]:
        found: Iterator[Any] = self.__getattr__("finditer")(text, *place) if self._fits(text) else iter(())
        return found


def lazy(text: AnyStr, flags: int = 0, holds: tuple[str, ...] = ()) -> re.Pattern[AnyStr]:
    """Like `re.compile`, but a mistake in the pattern is raised by the first use. A test uses them all.

    With `holds` the pattern is compiled when a text is met that has one of these parts: to be given where most texts have none.
    """
    return (Choosy if holds else Lazy)(text, flags, holds)  # type: ignore[return-value]
