"""Writes what the documentation takes from the program: docs/rules.md, docs/coverage.md, and README's rule table and sample run.

Usage: python tools/make_docs.py [--check]     (--check writes nothing and exits 1 where something would change)
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import sys
from pathlib import Path

import shtab

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import traceability  # noqa: E402

from aiblint import arguments, explain, registry  # noqa: E402
from aiblint.__main__ import main as aiblint  # noqa: E402
from aiblint.config.keys import KEYS  # noqa: E402

HEAD = """\
# Rules

Generated from the files in `rules/` by `python tools/make_docs.py`; `aiblint --explain NAME` shows the same on a terminal.
Parts of a template are shown as they stand below the resource; what an example leaves out is as in `examples/`.

"""


def rules_page() -> str:
    return HEAD + "\n".join(explain.markdown(rule) for rule in registry.load())


def run(arguments: str) -> str:
    """What `aiblint ARGUMENTS` prints in the repository's root."""
    out = io.StringIO()
    os.chdir(ROOT)
    with contextlib.redirect_stdout(out):
        aiblint(arguments.split())
    return out.getvalue()


def settings() -> str:
    """The settings of a configuration as a Markdown table."""
    lines = ["| setting | per path | what it does |", "| --- | --- | --- |"]
    lines += [f"| `{key.name}` | {'yes' if key.per_path else ''} | {html.escape(key.about, quote=False)} |" for key in KEYS]
    return "\n".join(lines) + "\n"


def page(path: Path) -> str:
    """A page with its generated parts made anew: `<!-- made: WHAT -->` … `<!-- end -->`."""

    def made(match: re.Match[str]) -> str:
        what = match[1].strip()
        if what == "rules":
            body = explain.table(registry.load())
        elif what == "settings":
            body = settings()
        else:
            body = f"```console\n$ {what}\n{run(what.removeprefix('aiblint '))}```\n"
        return f"<!-- made: {what} -->\n{body}<!-- end -->"

    return re.sub(r"<!-- made: (.*?) -->\n.*?<!-- end -->", made, path.read_text(encoding="utf-8"), flags=re.DOTALL)


def completion(shell: str) -> str:
    """The script that completes aiblint's options in a shell."""
    parser = arguments.parser()
    for action in parser._actions:
        if "FILE" in str(action.metavar) or action.metavar == "PATH":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        if action.metavar == "RULES":
            action.choices = sorted(rule.name for rule in registry.load())
    return str(shtab.complete(parser, shell=shell)).rstrip() + "\n"


COMPLETION = ROOT / "aiblint" / "data" / "completion"


def main(argv: list[str]) -> int:
    stale = []
    for path, text in (
        (ROOT / "docs" / "rules.md", rules_page()),
        (ROOT / "docs" / "coverage.md", traceability.page(ROOT / "docs" / "statements.yaml")),
        *((COMPLETION / f"aiblint.{shell}", completion(shell)) for shell in arguments.SHELLS),
        *((path, page(path)) for path in (ROOT / "README.md", ROOT / "docs" / "configuration.md")),
    ):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if "--check" not in argv:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if "--check" in argv and stale:
        print(f"stale: {', '.join(stale)}; run python tools/make_docs.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
