"""Entry of the command `aiblint`; answers `--version` before anything slow is imported."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs aiblint with arguments (default: those of the process); the exit status is 0, 1 or 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        from aiblint import __version__, streams

        try:
            streams.say(f"aiblint {__version__}")
        except (streams.OutputError, BrokenPipeError) as error:
            streams.silence()
            streams.complain(f"aiblint: {error}")
            return 2
        return 0
    from aiblint.cli import run_command

    gc.set_threshold(200_000, 20, 100)  # trees of values hold cycles: looking for garbage cost half the time of a large file
    return run_command(arguments)


def command() -> None:
    """Entry of the installed command. Ends the process at once: to free every object, one by one, is a fifth of a short run.

    `python -m aiblint` ends as other programs do, so that a profiler can say what it saw.
    """
    status = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(status)
    os._exit(status)


if __name__ == "__main__":
    # `python -m` looks for modules in the current folder first, which may be the linted one: its json.py is not ours to run.
    # (What `python -m` needs itself, such as runpy, was found before; `python -P -m` and the installed command never look there.)
    try:
        here = [os.getcwd()]
    except OSError:  # the folder is gone, and with it what could be found there
        here = []
    if sys.path[:1] == here and not sys.flags.safe_path:
        del sys.path[0]
    sys.exit(main())
