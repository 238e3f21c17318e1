"""Patterns that are compiled late are patterns all the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys

import pytest
from conftest import ROOT

import aiblint
from aiblint.pattern import Lazy, lazy


def everywhere() -> dict[str, Lazy]:
    """All late patterns of the package, by where they stand."""
    found: dict[str, Lazy] = {}
    for info in pkgutil.walk_packages(aiblint.__path__, "aiblint."):
        if info.name != "aiblint.__main__":
            module = importlib.import_module(info.name)
            found |= {f"{info.name}.{name}": value for name, value in vars(module).items() if isinstance(value, Lazy)}
    return found


def test_every_pattern_of_the_package_compiles() -> None:
    patterns = everywhere()
    assert len(patterns) > 200
    for where, pattern in patterns.items():
        kind = type(pattern.pattern)
        assert pattern.pattern == pattern._text, where
        pattern.search(kind())


def test_a_late_pattern_does_what_a_pattern_does() -> None:
    late, early = lazy(r"(a)(?P<b>B)", re.IGNORECASE), re.compile(r"(a)(?P<b>B)", re.IGNORECASE)
    text = "xAb ab"
    assert [match.span() for match in late.finditer(text)] == [match.span() for match in early.finditer(text)]
    assert (late.pattern, late.flags, late.groups, late.groupindex) == (early.pattern, early.flags, 2, early.groupindex)
    assert late.sub("-", text) == early.sub("-", text)
    assert late.search is late.search
    assert lazy(b"a").match(b"a")


def test_a_mistake_in_a_pattern_is_raised_by_its_use() -> None:
    late = lazy("(")
    with pytest.raises(re.error):
        late.match("")
    with pytest.raises(AttributeError):
        late.nothing  # type: ignore[attr-defined] # noqa: B018


def test_a_clean_run_compiles_few_patterns() -> None:
    """The reason for all this: what a hook does on every commit."""
    program = (
        "import re; count = [0]; real = re._compiler.compile\n"
        "def counted(*given): count[0] += 1; return real(*given)\n"
        "re._compiler.compile = counted\n"
        "from aiblint.__main__ import main; main(['-q', '--no-config', 'examples/linux.json']); print(count[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 150
