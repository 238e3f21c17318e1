"""Arguments in, exit status out; the only place that prints."""

from __future__ import annotations

import os
import sys

from aiblint import arguments, registry, streams
from aiblint.choice import UsageError, selected
from aiblint.job import Job, configured, today
from aiblint.progress import Progress
from aiblint.report import render
from aiblint.rule import RuleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from aiblint.config import Settings
    from aiblint.rule import Rule
    from aiblint.run import Run
    from aiblint.switches import Options

CLEAN, FINDINGS, UNUSABLE = 0, 1, 2

_DEFECT = "this is a defect of aiblint, not of the template"


def run_command(argv: Sequence[str]) -> int:
    """Runs the command line and returns the exit status. Never raises for what a user gives it."""
    streams.prepare()
    try:
        return _command(argv)
    except (UsageError, RuleError, streams.OutputError) as error:
        return _refuse(str(error))
    except BrokenPipeError:
        # The reader went away (`aiblint … | head`): nothing more to say, and nothing to complain about at exit.
        streams.silence()
        return FINDINGS
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # status 1 would read as findings
        from aiblint.defect import described

        return _refuse(f"{described(error)}; {_DEFECT}")


def _refuse(message: str) -> int:
    from aiblint.report import safe

    streams.complain(f"aiblint: {safe.line(message)}")
    return UNUSABLE


def _command(argv: Sequence[str]) -> int:
    try:
        options = arguments.read(argv)
    except SystemExit as stop:  # argparse has answered --help, or refused an option
        if not stop.code:
            streams.say("", end="")  # what it printed reaches its reader now, or we say that it did not
        return int(stop.code or CLEAN)
    if options.schema is not None:
        streams.say(_schema(options.schema))
        return CLEAN
    if options.completion is not None:
        streams.say(_completion(options.completion), end="")
        return CLEAN
    settings = configured(options)
    if settings.plugins:
        from aiblint import plugins

        plugins.load(settings)
    if options.test_rules is not None:
        return _test_rules(options.test_rules)
    rules = _rules(settings)
    if options.explain is not None:
        from aiblint.explain import explain

        pages = [explain(rule, color=_color(options.color), width=_width()) for rule in _explained(rules, options.explain)]
        streams.say("\n".join(pages), end="")
        return CLEAN
    if options.list_rules:
        for rule in rules:
            off = "" if rule.enabled else " (off by default)"
            streams.say(f"{rule.id}  {rule.severity:7}  {rule.category:10}  {rule.name}: {rule.summary}{off}")
        return CLEAN
    if options.config_schema:
        streams.say(_config_schema(rules))
        return CLEAN
    if options.show_config is not None:
        return _show_config(options, rules, settings)
    return _lint(options, rules, settings)


def _rules(settings: Settings) -> Collection[Rule]:
    """The rules that ship with aiblint, and those that the configuration brings along."""
    if not settings.rules:
        return registry.Rules(registry.load)
    from aiblint import ownrules

    shipped = registry.load()
    return shipped + ownrules.load(settings, shipped)


def _test_rules(folder: str) -> int:
    """Says of each rule file of a folder whether its examples hold; what does not hold is told below it."""
    from aiblint import ownrules
    from aiblint.report import safe

    failed = 0
    for path, faults in ownrules.failures(ownrules.folder_of(folder), registry.load(), today()):
        failed += bool(faults)
        streams.say(safe.line(f"{path}: {'ok' if not faults else 'FAILED'}"))
        for fault in faults:
            streams.say(safe.line(f"  {fault}"))
    return FINDINGS if failed else CLEAN


def _config_schema(rules: Collection[Rule]) -> str:
    import json

    from aiblint.config import schema

    return json.dumps(schema.document(rules), indent=2)


def _show_config(options: Options, rules: Collection[Rule], settings: Settings) -> int:
    from aiblint.config import show
    from aiblint.report import safe

    if not os.path.lexists(options.show_config):
        raise UsageError(f"--show-config tells what holds for a file, and there is none called '{options.show_config}'")
    job = Job(options, rules, settings)
    choice, _ = job.asked(options.show_config)
    left_out = [f"{rule.id} {rule.name} ({choice.left_out[rule.id]})" for rule in rules if rule.id in choice.left_out]
    for line in show.lines(options.show_config, job.settings_for(options.show_config)):
        streams.say(safe.line(line))
    streams.say(f"# {len(choice.rules)} of {len(rules)} rules run" + (", all but:" if left_out else ""))
    for rule in left_out:
        streams.say(safe.line(f"#   {rule}"))
    return CLEAN


def _lint(options: Options, rules: Collection[Rule], settings: Settings) -> int:
    outputs = _outputs(options, settings)
    if options.statistics and options.format not in ("text", "concise", "json"):
        raise UsageError(f"--statistics counts in text or json, not in {options.format}")
    job = Job(options, rules, settings)
    run = job.run
    run.rehearsal = options.diff
    shown = Progress(sys.stderr) if not options.quiet and Progress.fits(sys.stderr) else None
    if shown is not None:
        run.progress = shown.step
    if options.verbose:
        run.tell = lambda line: _tell(line, shown)
        job.describe()
    try:
        job.lint(options.paths or ([] if options.changed else ["."]))
    finally:
        if shown is not None:
            shown.clear()
    run.findings.sort(key=lambda finding: finding.sort_key)
    run.notes += [_unversioned(count, version) for version, count in run.unversioned.items()]
    if not _deliver(run, outputs, options):
        return UNUSABLE
    if (options.require_template and not run.templates) or (options.diff and run.mended):
        return FINDINGS
    return FINDINGS if any(job.fails(finding.severity) for finding in run.findings) else CLEAN


def _tell(line: str, shown: Progress | None) -> None:
    from aiblint.report import safe

    if shown is not None:
        shown.clear()
    streams.complain(f"aiblint: {safe.line(line)}")


def _deliver(run: Run, outputs: list[tuple[str, str]], options: Options) -> bool:
    """Writes every report, also where another one cannot be written; whether all that was asked for was done."""
    lost = [fault for format_name, path in outputs if (fault := _write(path, render(format_name, run)))]
    _print(run, options)
    lost += run.failures
    for fault in [*lost, *(f"{defect}; {_whose(defect)}" for defect in run.defects)]:
        _refuse(fault)
    return not (lost or run.defects)


def _whose(defect: str) -> str:
    """Who is to mend what broke."""
    own = next((path for rule, path in registry.OWN.items() if f": rule {rule} " in defect), None)
    return _DEFECT if own is None else f"this is a defect of the rule in {own}, or of a word that it uses"


def _unversioned(count: int, assumed: str | None) -> str:
    """By which API version templates were checked that do not tell theirs, and why."""
    templates = "1 template states" if count == 1 else f"{count} templates state"
    if assumed is not None:
        how = f"checked as {assumed}, as you say"
    else:
        how = "checked against what any version still served admits; --api-version tells which one it is"
    return f"{templates} no API version that aiblint can know: {how}"


def _outputs(options: Options, settings: Settings) -> list[tuple[str, str]]:
    if not options.output:
        return []
    from aiblint import outputs

    used = [("a file that is to be linted", path) for path in options.paths]
    used += [("the parameters", path) for path in options.parameters]
    used += [("the configuration", settings.source), ("the baseline", options.write_baseline)]
    used += [("the baseline", options.baseline or settings.baseline)]
    return outputs.outputs(options.output, used)


def _explained(rules: Collection[Rule], names: str) -> list[Rule]:
    """The rules that a name, a category or a pattern stands for, several of them with commas between."""
    return selected(rules, [name for name in map(str.strip, names.split(",")) if name] or [names], "--explain")


def _schema(version: str) -> str:
    import json

    from aiblint import json_schema, schema

    known = [*schema.versions(), schema.SERVED]
    if version not in known:
        import difflib

        close = difflib.get_close_matches(version, known, 1, 0.5)
        advice = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"--schema takes one of {', '.join(known)}; not '{version}'{advice}")
    return json.dumps(json_schema.document(version), indent=2)


def _completion(shell: str) -> str:
    """The shipped script, made from the parser by tools/make_docs.py."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "completion")
    with open(os.path.join(folder, f"aiblint.{shell}"), encoding="utf-8") as file:
        return file.read()


def _width() -> int | None:
    """The columns of the terminal that stdout is (COLUMNS goes before); None where it is none."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else None


def _color(choice: str) -> bool:
    """Whether to colour: the option, then NO_COLOR, then FORCE_COLOR, then whether stdout is a terminal that can."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _print(run: Run, options: Options) -> None:
    """The report to stdout; to stderr where fixed text or a difference goes to stdout."""
    tell: Callable[[str, str], None] = streams.say
    if options.diff:
        from aiblint.report import diff

        for mended in run.mended:
            streams.say(diff.render(mended.before, mended.after), end="")
        tell = streams.complain
    elif options.fix and run.stdin is not None:
        streams.say(run.stdin)
        tell = streams.complain
    if options.statistics:
        from aiblint.report import statistics

        tell(statistics.render(run, options.format), "")
        return
    text = render(options.format, run, color=_color(options.color))
    if text:
        tell(text, "")


def _write(path: str, text: str) -> str:
    """Writes a report file. What went wrong, or nothing: the other reports are still to be delivered."""
    try:
        streams.write_whole(path, text)
    except streams.OutputError as error:
        return str(error)
    return ""
