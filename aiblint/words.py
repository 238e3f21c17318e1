"""The vocabulary of rule files: every `@check` function under its word, its keyword-only parameters as options."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
import types
import typing
from typing import Any

from aiblint import checks


class WordError(ValueError):
    """A word that nobody defined, or options that do not fit it."""


@functools.cache
def vocabulary() -> dict[str, Any]:
    """Word → function, over all modules of `aiblint.checks`."""
    found: dict[str, Any] = {}
    for module_info in pkgutil.iter_modules(checks.__path__):
        _add(importlib.import_module(f"{checks.__name__}.{module_info.name}"), found)
    return found


def learn(module: Any, prefix: str) -> None:
    """Adds the words of a module to the vocabulary; they begin with a prefix, so that they never clash with those of a later
    aiblint. Raises WordError.
    """
    own: dict[str, Any] = {}
    _add(module, own)
    if not own:
        raise WordError("it holds no function that is marked @check")
    for word in own:
        if not word.startswith(prefix):
            raise WordError(f"its words begin with '{prefix}', not '{word}'")
        known = vocabulary().get(word)
        if known is not None and known is not own[word]:
            raise WordError(f"its word '{word}' is one of {known.__module__}, too")
    vocabulary().update(own)


def _add(module: Any, found: dict[str, Any]) -> None:
    for name, function in vars(module).items():
        if hasattr(function, "check_on") and function.__module__ == module.__name__:
            word = name.rstrip("_").replace("_", "-")
            if word in found:
                raise WordError(f"two functions are called '{word}'")
            if not function.__doc__:
                raise WordError(f"'{word}' has no docstring")
            found[word] = function


def bind(word: str, options: object) -> tuple[str, str, dict[str, Any]]:
    """`module:function`, what it takes, and keyword arguments for a word and its options. Raises WordError."""
    if word not in vocabulary():
        import difflib

        close = difflib.get_close_matches(word, list(vocabulary()), 1)
        raise WordError(f"unknown word '{word}'" + (f" (did you mean '{close[0]}'?)" if close else ""))
    if not isinstance(options, dict):
        raise WordError(f"the options of '{word}' are a mapping")
    function = vocabulary()[word]
    parameters = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    bound: dict[str, Any] = {}
    for parameter in parameters:
        name = parameter.name.rstrip("_").replace("_", "-")
        if name in options:
            if not _fits(options[name], _hint(parameter.annotation)):
                raise WordError(f"option '{name}' of '{word}' takes {parameter.annotation}, not {options[name]!r}")
            _refuse_value(word, name, options[name])
            bound[parameter.name] = options[name]
        elif parameter.default is parameter.empty:
            raise WordError(f"'{word}' needs the option '{name}'")
    known = {parameter.name.rstrip("_").replace("_", "-") for parameter in parameters}
    for name in options:
        if name not in known:
            raise WordError(f"'{word}' has no option '{name}' (it has {', '.join(sorted(known)) or 'none'})")
    return f"{function.__module__}:{function.__name__}", function.check_on, bound


def _refuse_value(word: str, name: str, value: Any) -> None:
    """What fits the annotation and still can never work is refused with the file, not met on the first template."""
    if (word, name) == ("matches", "pattern"):
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise WordError(f"option 'pattern' of 'matches' is no regular expression: {error}") from error
    for each in [value] if (word, name) == ("equals", "to") else value if (word, name) == ("one-of", "values") else ():
        if not isinstance(each, str | int | float):
            raise WordError(f"option '{name}' of '{word}' compares texts, numbers, true and false, not {each!r}")


def _hint(annotation: str) -> Any:
    """An option's annotation. Only built-in types: other names are there for type checkers, not at run time."""
    return typing.get_type_hints(type("Option", (), {"__annotations__": {"it": annotation}}))["it"]


def _fits(value: object, hint: Any) -> bool:
    """Whether a value read from YAML fits an annotation: scalars, lists, dicts, unions of these."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(k, arguments[0]) and _fits(v, arguments[1]) for k, v in value.items())
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return hint is Any or isinstance(value, hint)
