"""What one invocation does and produced, for the reports."""

from __future__ import annotations

import os

from aiblint import git, sniff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from aiblint.choice import Choice
    from aiblint.document import Document
    from aiblint.finding import Finding
    from aiblint.known import Entry
    from aiblint.linting import Inputs
    from aiblint.mend import Mended
    from aiblint.rule import Rule
    from aiblint.suppress.ignores import Ignore
    from aiblint.template import Template


class Run:
    """The outcome of a run. `files` counts what was looked at, `linted` names the files with a template; `kept` holds
    these files and their templates where a report draws them (`keep`).

    `root` is the folder that paths in SARIF are relative to: the git work tree around the current folder, else that folder.
    `unversioned` counts templates that state no API version that is known, by the one they were checked by (None: any that is
    served). `defects` are checks that broke. `notes` are remarks for people, who can do without them and without a summary
    (`quiet`). `silenced` are findings that people made an exception of, each with the exception; `known` counts findings that
    were passed over, by the reason; `gone` are entries of a baseline that occur no longer, with their files. `repaired` are
    findings that fixes healed, `mended` the files that fixes changed, `failures` files that should have been written and could
    not be. `stdin` is what came from there, fixed where that was asked for. `progress` is called with the number of files looked
    at and of all, `tell` with what a file was
    checked by.
    """

    def __init__(self, rules: Collection[Rule], version: str) -> None:
        self.rules = rules
        self.version = version
        self.findings: list[Finding] = []
        self.files = 0
        self.linted: list[str] = []
        self.keep = False
        self.kept: list[tuple[Document, list[Template]]] = []
        self.templates = 0
        self.unversioned: dict[str | None, int] = {}
        self.silenced: list[tuple[Finding, Ignore]] = []
        self.show_suppressed = False
        self.known: dict[str, int] = {}
        self.gone: list[tuple[str, Entry]] | None = None
        self.repaired: list[Finding] = []
        self.mended: list[Mended] = []
        self.notes: list[str] = []
        self.defects: list[str] = []
        self.failures: list[str] = []
        self.stdin: bytes | None = None
        self.rehearsal = False
        self.quiet = False
        self.progress: Callable[[int, int], None] | None = None
        self.tell: Callable[[str], None] | None = None
        self.root = git.work_tree(os.getcwd()) or os.getcwd()

    @property
    def fixed(self) -> int:
        return len(self.repaired)

    @property
    def suppressed(self) -> int:
        """How many findings people made an exception of."""
        return len(self.silenced)

    @property
    def told(self) -> list[tuple[Finding, Ignore]]:
        """The findings that people made an exception of, where reports are to name them."""
        return self.silenced if self.show_suppressed else []


def lint_files(run: Run, paths: Sequence[str], asked: Callable[[str], tuple[Choice, Inputs]], jobs: int | None = None) -> None:
    """Lints the files that can hold a template, and counts all. `asked` tells by what to check a path, `jobs` is as for `sift`."""
    for path, content in sniff.sift(paths, jobs):
        run.files += 1
        if run.progress is not None:
            run.progress(run.files, len(paths))
        if content is not None:
            _lint(run, path, content, *asked(path))


def _lint(run: Run, path: str, content: bytes | sniff.PathError, choice: Choice, inputs: Inputs) -> None:
    from aiblint import linting  # here, because most runs of a hook meet no template

    if isinstance(content, sniff.PathError):
        linting.lint_unreadable(run, path, content.reason, choice, inputs)
    else:
        linting.lint_bytes(run, content, path, choice, inputs, in_place=True)
