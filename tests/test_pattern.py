"""Patterns that are compiled late are patterns all the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import aiblint
from aiblint.checks import verification
from aiblint.pattern import Choosy, Lazy, lazy


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
        pattern.__getattr__("search")(kind())


def test_a_late_pattern_does_what_a_pattern_does() -> None:
    late, early = lazy(r"(a)(?P<b>B)", re.IGNORECASE), re.compile(r"(a)(?P<b>B)", re.IGNORECASE)
    text = "xAb ab"
    assert [match.span() for match in late.finditer(text)] == [match.span() for match in early.finditer(text)]
    assert (late.pattern, late.flags, late.groups, late.groupindex) == (early.pattern, early.flags, 2, early.groupindex)
    assert late.sub("-", text) == early.sub("-", text)
    assert late.search is late.search
    assert lazy(b"a").match(b"a")


CHOOSY = {where: pattern for where, pattern in everywhere().items() if isinstance(pattern, Choosy)}


@pytest.mark.parametrize("where", CHOOSY)
@settings(max_examples=200)
@given(st.data())
def test_every_match_of_a_pattern_holds_what_it_says(where: str, data: st.DataObject) -> None:
    pattern = CHOOSY[where]
    assert isinstance(pattern, Choosy)
    compiled = re.compile(pattern._text, pattern._flags | re.ASCII)
    text = data.draw(st.from_regex(compiled))
    match = compiled.search(text)
    assert match is not None
    assert pattern.has_part(match[0]), match[0]


def test_a_pattern_that_cannot_match_is_not_compiled() -> None:
    late = lazy(r"(a)-b", re.IGNORECASE, holds=("-b",))
    assert late.search("nothing") is late.match("b-a") is late.fullmatch("a") is None
    assert list(late.finditer("a b")) == []
    assert "search" not in vars(late)
    assert [match.span() for match in late.finditer("xA-B")] == [(1, 4)]
    assert "search" in vars(late)
    assert late.fullmatch("a-b")
    assert lazy(r"(a)-b", holds=("-b",)).match("xxa-b", 2)


def test_every_word_about_verification_holds_its_part() -> None:
    for part, pattern, _ in verification._patterns():
        assert part in pattern.pattern.replace("\\", "")


def test_a_pattern_that_is_asked_often_is_compiled_after_all() -> None:
    late = lazy("ab", holds=("a",))
    assert not any(late.search("none") for _ in range(300))
    assert "search" in vars(late)


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
    assert int(done.stdout) < 60
