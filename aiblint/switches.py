"""Reads the command lines that leave no question, without argparse: importing that and telling it all options takes half a
start of Python, and a hook gives paths and at most a few switches.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


class Options:
    """What the command line says: an attribute for each option, named as argparse names them."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...


class _Option:
    __slots__ = ("action", "choices", "default", "exclusive", "name")

    def __init__(self, name: str, action: str, default: Any, choices: Iterable[str] | None, exclusive: bool) -> None:
        self.name = name
        self.action = action
        self.default = default
        self.choices = choices
        self.exclusive = exclusive


class Switches:
    """Takes options as an `argparse.ArgumentParser` does, and reads what it understands.

    It knows paths and options with one value, with several, or without one. All else (help, errors, an option between two
    paths, `--`) is left to argparse: a test holds that what is read here is read in the same way there.
    """

    def __init__(self, known: dict[str, _Option] | None = None, exclusive: bool = False) -> None:
        self._known: dict[str, _Option] = {} if known is None else known
        self._exclusive = exclusive

    def add_argument(
        self,
        *flags: str,
        action: str = "store",
        default: Any = None,
        choices: Iterable[str] | None = None,
        type: Any = None,
        **_: Any,
    ) -> None:
        """Takes an option; what is said about it for people does not matter here."""
        name = flags[-1].lstrip("-").replace("-", "_")
        if action == "store_true":
            default = False
        option = _Option(name, "argparse" if type is not None else action, default, choices, self._exclusive)
        for flag in flags:
            if flag.startswith("-") and action != "version":
                self._known[flag] = option

    def add_argument_group(self, title: str) -> Switches:
        """Groups are for the help text only."""
        return self

    def add_mutually_exclusive_group(self) -> Switches:
        return Switches(self._known, exclusive=True)

    def read(self, arguments: Sequence[str]) -> Options | None:
        """The options, or None where argparse has to look at them."""
        options = Options()
        for option in self._known.values():
            setattr(options, option.name, list(option.default) if option.action == "append" else option.default)
        paths: list[str] = []
        exclusive: set[str] = set()
        left = list(reversed(arguments))
        paths_over = False
        while left:
            argument = left.pop()
            if not argument.startswith("-") or argument == "-":
                if paths_over:
                    return None
                paths.append(argument)
                continue
            paths_over = bool(paths)
            taken = self._take(argument, left, options)
            if taken is None:
                return None
            if taken.exclusive:
                exclusive.add(taken.name)
        options.paths = paths
        return options if len(exclusive) < 2 else None

    def _take(self, argument: str, left: list[str], options: Options) -> _Option | None:
        """Sets what one option says; its value may be the next argument. None: this is not for us."""
        flag, equals, value = argument.partition("=")
        option = self._known.get(flag)
        if option is None:
            return None
        if option.action == "store_true":
            setattr(options, option.name, True)
            return None if equals else option
        if not equals:
            value = left.pop() if left else ""
        if not value or value.startswith("-") or (option.choices is not None and value not in option.choices):
            return None
        if option.action == "store":
            setattr(options, option.name, value)
        elif option.action == "append":
            getattr(options, option.name).append(value)
        else:
            return None
        return option
