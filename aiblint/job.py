"""One command line under way: options and configuration together say what each file is checked with."""

from __future__ import annotations

import os
import sys

from aiblint import __version__, config, late
from aiblint.checkout import Checkouts
from aiblint.choice import OFF, Choice, UsageError, choose, selected
from aiblint.exceptions import Exceptions
from aiblint.finding import SEVERITIES
from aiblint.ledger import Ledger
from aiblint.report import KEEPING
from aiblint.run import Run, lint_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any

    from aiblint.config import Settings
    from aiblint.document import Document
    from aiblint.known import Sight
    from aiblint.linting import Inputs
    from aiblint.mend import Mending
    from aiblint.rule import Rule
    from aiblint.switches import Options
    from aiblint.tables import Tables

_FEW = 20
"""Names that a person may have written; of more, a hook has."""

_YEAR_10000 = "253402300800"  # in seconds since 1970; dates are compared as texts of ten characters


class Job:
    """What the options and the configuration ask for, and the run that comes of it. Raises UsageError throughout.

    `settings` are those of the configuration, with what the options say added to it or in its place.
    """

    def __init__(self, options: Options, rules: Collection[Rule], configured: Settings) -> None:
        self.options = options
        self.run = _run(options, rules)
        self.today = today() if options.today is None else _day(options.today)
        self._said, self._places = _said(options)
        self._configured = configured
        self.settings = self._configured.with_(self._said, self._places)
        self._choices: dict[tuple[object, ...], Choice] = {}
        self._programs: dict[str, Any] = {}
        if options.online:
            from aiblint import online

            self._programs["online"] = online.Network()
        self._parameters: dict[str, Document] = {}
        self._tables: Tables | None = None
        self._checkouts = Checkouts(self.settings.sources)
        self._mending = _mending(options, rules)
        self._exceptions = Exceptions(rules, self.settings, self.today)
        self._ledger = Ledger(options, self.settings)
        self._refuse_early()

    def _refuse_early(self) -> None:
        """What cannot be followed is refused even where no file is linted, or none that an entry of `per-path` is about."""
        for settings in (self.settings, *(self._with_options(entry.said, entry.places) for entry in self.settings.per_path)):
            if settings.select or settings.ignore or settings.severity:
                self._choice(settings)
            self._exceptions.add(settings.exemptions)
            for path in settings.parameters:
                self._parameter_file(path)

    def _with_options(self, said: Any, places: Any) -> Settings:
        return self._configured.with_(said, places).with_(self._said, self._places)

    def settings_for(self, path: str) -> Settings:
        """What holds for one file: options go before entries of `per-path`, these before the rest of the configuration."""
        settings = self._configured.for_file(path)
        return self.settings if settings is self._configured else settings.with_(self._said, self._places)

    def describe(self) -> None:
        """Tells which configuration and which rules there are."""
        if self.run.tell is not None:
            self.run.tell(f"configuration: {self.settings.source or 'none'}")
            if self._ledger.since is not None:
                self.run.tell(f"compared with commit {self._ledger.since.commit}")
            self.run.tell(f"rules: {len(self._choice(self.settings).rules)} of {len(self.run.rules)}")

    def lint(self, paths: Sequence[str]) -> None:
        """Lints files and folders; `-` is stdin."""
        from aiblint import files, sniff

        if "" in paths:
            raise UsageError("an empty path names no file (an unset variable?)")
        if self.options.changed:
            self._lint_changed(paths)
            return
        if self.options.stdin_filename and "-" not in paths:
            raise UsageError("--stdin-filename names what is read from stdin: give - as the path")
        if "-" in paths:
            from aiblint import linting

            name = self.options.stdin_filename or "<stdin>"
            self.run.files += 1
            self.run.stdin = _stdin()
            linting.lint_bytes(self.run, self.run.stdin, name, *self.asked(name))
        try:
            found = files.find(
                [path for path in paths if path != "-"],
                lambda error: self.run.notes.append(f"{error.filename}: {error.strerror}"),
            )
        except sniff.PathError as error:
            raise UsageError(str(error)) from error
        if any("parameters" in path.lower() for path in (*paths, os.path.basename(os.getcwd()))):
            from aiblint import parameters

            found += parameters.users(paths, found)
        lint_files(self.run, found, self.asked, self.options.jobs)
        if self.run.tell is not None and not (self.options.config or self.options.no_config):
            for passed in config.passed_over(self.run.linted, self.settings):
                self.run.tell(f"{passed}: not read; the run goes by one configuration, {self.settings.source or 'here none'}")
        self._close()
        given = [path for path in paths if path != "-"]
        if not self.run.templates and not self.run.findings and len(given) <= _FEW:
            self._tell_unread([path for path in given if os.path.isfile(path)])
        self._ledger.close(self.run, found, given, lambda: [rule.id for rule in self._choice(self.settings).rules])
        if self._exceptions.stated and not self.options.no_suppressions:
            self._judge_exceptions(found, given)

    def _tell_unread(self, named: Sequence[str]) -> None:
        """Where somebody names a few files and none holds a template: whether that may be because they can hold none."""
        if named:
            from aiblint import unread

            self.run.notes += unread.remarks(named)

    def _judge_exceptions(self, found: Sequence[str], given: Sequence[str]) -> None:
        """Says, when all is linted, which exceptions of the configuration have had their day; takes those out that may go."""
        since = self._ledger.since
        was_idle = None if since is None else lambda exemption, ignore: since.was_idle(exemption, ignore, self._sights(found))
        outlived = self._exceptions.outlived(self._choice(self.settings), self.settings.root, given, was_idle)
        if since is not None:
            since.close()
        if outlived and self._mending is not None:
            outlived = self._exceptions.mend(outlived, self._mending, self.run)
        self.run.findings += outlived

    def _sights(self, paths: Sequence[str]) -> Iterator[tuple[str, Sight]]:
        """How each of some files is looked at."""
        from aiblint import linting

        for path in paths:
            yield path, linting.sight(path, *self.asked(path))

    def _lint_changed(self, paths: Sequence[str]) -> None:
        """Lints the templates among the files that are named, and in others the steps that use one of them."""
        from aiblint import changed, linting

        if "-" in paths or self.options.stdin_filename:
            raise UsageError("--changed takes the names of files that changed, not what is read from stdin")
        change = changed.change(paths, self._checkouts)
        lint_files(self.run, change.templates, self.asked, self.options.jobs)
        for path, content, steps in changed.users(change, self._checkouts, lambda path: self.asked(path)[1].parameters):
            choice, inputs = self.asked(path)
            inputs.steps = steps
            self.run.files += 1
            linting.lint_bytes(self.run, content, path, choice, inputs, in_place=True)
        self._close()

    def _close(self) -> None:
        """Tells what is known only when all files were looked at."""
        self.run.notes += self._checkouts.notes()
        self._checkouts.close()
        self._ledger.hear(self.run)
        if self.options.online:
            self.run.notes += self._programs["online"].notes()
        checker = self._programs.get("shellcheck")
        if checker is not None and checker.failure:
            self.run.failures.append(checker.failure)

    def fails(self, severity: str) -> bool:
        """Whether a finding of this severity makes the exit status 1."""
        fail_on = self.settings.fail_on
        return fail_on != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(fail_on)

    def asked(self, path: str) -> tuple[Choice, Inputs]:
        """By which rules and which inputs a file is to be checked."""
        from aiblint.linting import Inputs
        from aiblint.tables import Tables

        if self._tables is None:
            self._tables = Tables(self.settings.tables)
        settings = self.settings_for(path)
        given = [self._parameter_file(name) for name in settings.parameters]
        choice = self._choice(settings)
        return choice, Inputs(
            self.today,
            settings.api_version,
            given or None,
            self._tables,
            self._mending,
            settings.os,
            terms=None if self.options.no_suppressions else lambda: self._exceptions.terms,
            stated=[] if self.options.no_suppressions else self._exceptions.of_file(path, settings, choice),
            programs=self._programs,
            checkouts=self._checkouts,
            known=self._ledger.knowers,
            traced=self._ledger.traced,
        )

    def _choice(self, settings: Settings) -> Choice:
        key = (settings.select, settings.ignore, tuple(settings.severity.items()), settings.placeholders)
        if key not in self._choices:
            self._choices[key] = choose(self.run.rules, settings)
            self._look_for(self._choices[key].rules)
        return self._choices[key]

    def _look_for(self, rules: list[Rule]) -> None:
        """The programs that rules need; one that is missing is told before anything is linted."""
        for rule in rules:
            if rule.needs and rule.needs not in self._programs:
                room = late.module(f"aiblint.{rule.needs}")
                found = room.find()
                if found is None:
                    raise UsageError(f"the rule {rule.name} needs {rule.needs}, which is not installed: {room.INSTALL}")
                self._programs[rule.needs] = found

    def _parameter_file(self, path: str) -> Document:
        from aiblint import parameters

        if path not in self._parameters:
            document = parameters.read(path)
            if document is None and not os.path.exists(path):
                raise UsageError(f"the parameter file {path} does not exist")
            if document is None:
                raise UsageError(f"{path} is no parameter file that can be read: it holds an object with 'parameters'")
            self._parameters[path] = document
        return self._parameters[path]


def _run(options: Options, rules: Collection[Rule]) -> Run:
    try:
        run = Run(rules, __version__)
    except OSError as error:
        raise UsageError(f"the current folder is gone: {error.strerror}") from error
    run.quiet = options.quiet
    run.show_suppressed = options.show_suppressed
    run.keep = not KEEPING.isdisjoint([options.format, *(text.partition("=")[0] for text in options.output)])
    return run


def _mending(options: Options, rules: Collection[Rule]) -> Mending | None:
    """What is to be fixed; None where nothing is."""
    if not (options.fix or options.diff):
        for given, name in ((options.unsafe_fixes, "--unsafe-fixes"), (options.fix_only, "--fix-only")):
            if given:
                raise UsageError(f"{name} says which fixes to make: give --fix or --diff as well")
        return None
    from aiblint import mend

    only = frozenset(rule.id for rule in selected(rules, _split(options.fix_only), "--fix-only")) if options.fix_only else None
    return mend.Mending(mend.SHOWN if options.diff else mend.IN_PLACE, unsafe=options.unsafe_fixes, only=only)


def configured(options: Options) -> Settings:
    """What the configuration says that the options name, or the nearest one. Raises UsageError."""
    try:
        path = None if options.no_config else options.config or config.discover(os.getcwd())
        return config.load(path) if path else config.Settings()
    except config.ConfigError as error:
        raise UsageError(str(error)) from error


def _said(options: Options) -> tuple[dict[str, Any], dict[tuple[str, str], str]]:
    """What the options say, by setting, and the option that says it as its place."""
    levels = dict(_level(text) for text in options.severity)
    given = {
        "select": tuple(_split(options.select)),
        "ignore": tuple(_split(options.ignore)),
        "severity": levels,
        "fail_on": options.fail_on,
        "api_version": None if options.api_version is None else _published(options.api_version),
        "parameters": tuple(options.parameters),
    }
    said = {setting: value for setting, value in given.items() if value}
    places: dict[tuple[str, str], str] = {}
    for setting, value in said.items():
        option = f"--{setting.replace('_', '-')}"
        places[setting, ""] = option
        if not isinstance(value, str):
            places.update({(setting, item): option for item in value})
    return said, places


def _published(version: str) -> str:
    from aiblint import schema

    if version not in schema.versions():
        raise UsageError(f"'{version}' is no API version of imageTemplates; there are {', '.join(schema.versions())}")
    return version


def _split(texts: Sequence[str]) -> list[str]:
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    if texts and not parts:
        raise UsageError("--select, --ignore and --fix-only name rules; an empty text names none (an unset variable?)")
    return parts


def _level(text: str) -> tuple[str, str]:
    selector, _, level = text.partition("=")
    if level not in (*SEVERITIES, OFF):
        raise UsageError(f"--severity takes RULES=LEVEL, the level one of error, warning, note, off; not '{text}'")
    return selector, level


def _stdin() -> bytes:
    if sys.stdin is None:
        raise UsageError("standard input is closed: there is nothing to read for -")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from error


def today() -> str:
    """The day by SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/), or by the clock."""
    import time

    epoch = os.environ.get("SOURCE_DATE_EPOCH") or None
    if epoch is not None and not (epoch.isascii() and epoch.isdigit() and len(epoch) < len(_YEAR_10000)):
        raise UsageError(f"SOURCE_DATE_EPOCH counts seconds since 1970, it cannot be '{epoch[:40]}'")
    return time.strftime("%Y-%m-%d", time.gmtime(None if epoch is None else int(epoch)))


def _day(text: str) -> str:
    from aiblint.days import is_day

    if not is_day(text):
        raise UsageError(f"--today takes a date such as 2026-11-23, not '{text}'")
    return text
