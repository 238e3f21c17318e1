"""What the command line takes."""

from __future__ import annotations

import os

from aiblint import __version__, streams
from aiblint.finding import SEVERITIES
from aiblint.report import FORMATS
from aiblint.switches import Options, Switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import NoReturn

SHELLS = ("bash", "zsh", "fish")

_EPILOG = """\
exit status: 0 nothing at or above --fail-on; 1 findings; 2 aiblint could not do its work (options, configuration, rules).
A rule is chosen by id (AIB501), name (checksum-missing), category (security) or pattern (checksum-*). Rules that are off by
default run where a selector stands for such rules only: --select '*,advice' adds all advice to the others."""


def _columns() -> int:
    """The width of the terminal, 80 where there is none (as shutil.get_terminal_size)."""
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def read(arguments: Sequence[str]) -> Options:
    """What a command line says. Raises SystemExit where argparse has answered it (--help), or refused it."""
    switches = Switches()
    _declare(switches)
    return switches.read(arguments) or parser().parse_args(arguments, Options())


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; shell completions are made from it too."""
    import argparse  # here, because it takes long to load, and most command lines do without it

    class Formatter(argparse.RawDescriptionHelpFormatter):
        """argparse makes one for every option; left to itself, it imports shutil, and with that bz2 and lzma, for the width."""

        def __init__(self, prog: str) -> None:
            super().__init__(prog, width=_columns() - 2)

    class Parser(argparse.ArgumentParser):
        """The usage of forty options would hide what is wrong with one."""

        def error(self, message: str) -> NoReturn:
            from aiblint.report import safe

            streams.complain(safe.line(f"aiblint: {message}{_meant(message, self)}; aiblint --help shows all options"))
            raise SystemExit(2)

    it = Parser(
        prog="aiblint",
        description="Finds mistakes in Azure VM Image Builder templates before the service does.",
        epilog=_EPILOG,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    _declare(it)
    return it


def _meant(message: str, it: argparse.ArgumentParser) -> str:
    """What to add for an option that does not exist, and is written much like one that does."""
    import re

    unknown = re.search(r"unrecognized arguments: (?:.* )?(--?[\w-]+)", message)
    if unknown is None:
        return ""
    import difflib

    known = [flag for action in it._actions for flag in action.option_strings]
    near = difflib.get_close_matches(unknown[1], known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _declare(it: argparse.ArgumentParser | Switches) -> None:
    """All options, for whoever reads them."""
    it.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: the current folder); - is stdin")
    what = it.add_argument_group("which rules")
    what.add_argument("--select", action="append", default=[], metavar="RULES", help="only these (comma between, repeatable)")
    what.add_argument("--ignore", action="append", default=[], metavar="RULES", help="not these (comma between, repeatable)")
    what.add_argument("--severity", action="append", default=[], metavar="RULES=LEVEL", help="error, warning, note or off")
    what.add_argument(
        "--fail-on", choices=(*SEVERITIES, "never"), help="mildest level that makes the exit status 1 (default: warning)"
    )
    what.add_argument("--require-template", action="store_true", help="exit status 1 where no image template was found")
    what.add_argument("--config", metavar="FILE", help="configuration (default: the nearest .aiblint.yaml upward)")
    what.add_argument("--no-config", action="store_true", help="read no configuration file")
    what.add_argument(
        "--parameters",
        action="append",
        default=[],
        metavar="FILE",
        help="a parameter file to deploy with (repeatable; default: x.parameters.json beside x.json)",
    )
    what.add_argument("--api-version", metavar="VERSION", help="the API version of templates that state none")
    what.add_argument(
        "--today", metavar="DATE", help="the day that rules about dates go by (default: SOURCE_DATE_EPOCH, or today)"
    )
    what.add_argument(
        "--changed",
        action="store_true",
        help="PATHs are files that changed, of any kind: templates among them, and the steps of others that use them",
    )
    what.add_argument(
        "--online",
        action="store_true",
        help="also ask hosts on the internet whether scripts and files are there (off: no network)",
    )
    _add_exceptions(it)
    mending = it.add_argument_group("mending")
    mending.add_argument("--fix", action="store_true", help="fix in place what can be fixed without harm; stdin to stdout")
    mending.add_argument(
        "--diff", action="store_true", help="show what --fix would change (status 1 if anything), and write nothing"
    )
    mending.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: also what may change the image")
    mending.add_argument(
        "--fix-only", action="append", default=[], metavar="RULES", help="fix only what these find (comma between, repeatable)"
    )
    out = it.add_argument_group("what comes out")
    out.add_argument("--format", choices=tuple(FORMATS), default="text", help="what goes to stdout (default: text)")
    out.add_argument(
        "--output", action="append", default=[], metavar="FORMAT=FILE", help="also write a report to a file (repeatable)"
    )
    out.add_argument("--statistics", action="store_true", help="count the findings of each rule instead of showing them")
    out.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="(default: auto; NO_COLOR and FORCE_COLOR count)"
    )
    out.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="processes that look through a large tree at most, or threads of ripgrep where that is installed (default: the processors)",
    )
    loudness = out.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="findings only: no remarks, no summary")
    loudness.add_argument("-v", "--verbose", action="store_true", help="tell on stderr what each file was checked by")
    out.add_argument("--stdin-filename", metavar="NAME", help="what to call the template read from stdin (with PATH -)")
    more = it.add_argument_group("instead of linting")
    more.add_argument("--explain", metavar="RULES", help="what rules are about, with examples")
    more.add_argument("--list-rules", action="store_true", help="all rules, a line each")
    more.add_argument(
        "--schema", metavar="VERSION", help="what an API version (or: served) admits, as a JSON Schema for editors"
    )
    more.add_argument("--show-config", metavar="FILE", help="the settings that hold for a file, and where each was said")
    more.add_argument("--test-rules", metavar="DIR", help="whether the examples of the rules in a folder hold")
    more.add_argument("--config-schema", action="store_true", help="what a configuration may say, as a JSON Schema for editors")
    more.add_argument("--completion", choices=SHELLS, help="a script that completes aiblint's options in a shell")
    more.add_argument("--version", action="version", version=f"aiblint {__version__}")


def _add_exceptions(it: argparse.ArgumentParser | Switches) -> None:
    known = it.add_argument_group("exceptions and what is known already")
    known.add_argument("--baseline", metavar="FILE", help="pass over the findings in this file")
    known.add_argument("--write-baseline", metavar="FILE", help="write all findings of this run to a file for --baseline")
    known.add_argument("--update-baseline", action="store_true", help="take out of the baseline what no longer occurs")
    known.add_argument(
        "--since",
        metavar="REF",
        help="only findings that are new since the commit in which HEAD and REF (a branch, a commit) part",
    )
    known.add_argument("--no-baseline", action="store_true", help="pass over nothing, whatever the configuration says")
    known.add_argument(
        "--no-suppressions", action="store_true", help="also what comments and the configuration make an exception of"
    )
    known.add_argument("--show-suppressed", action="store_true", help="also name what exceptions silence (text, json, sarif)")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        import argparse

        raise argparse.ArgumentTypeError(f"a number from 1 on, not '{text}'")
    return int(text)
