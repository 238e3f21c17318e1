"""What a run knows from before: the baseline that it goes by, writes or updates, and the commit that it compares with."""

from __future__ import annotations

import os

from aiblint.choice import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aiblint.baseline import Baseline
    from aiblint.config import Settings
    from aiblint.known import Knower
    from aiblint.run import Run
    from aiblint.since import Since
    from aiblint.switches import Options


class Ledger:
    """Baseline and commit of a run, as the options and the configuration have them. UsageError where they cannot be followed.

    `since` is the comparison with a commit, None: there is none. `knowers` pass over findings, `traced` says that these are to be
    told apart by structure.
    """

    def __init__(self, options: Options, settings: Settings) -> None:
        self._write: str | None = options.write_baseline
        self._update: bool = options.update_baseline
        self._baseline = _baseline(options, settings)
        self.since = _since(options, settings)
        # The baseline first: it is to see all that still occurs.
        self.knowers: list[Knower] = [each for each in (self._baseline, self.since) if each is not None]
        self.traced = self._write is not None
        if self._update and self._baseline is None:
            raise UsageError("--update-baseline needs one: name it with --baseline, or baseline: in the configuration")

    def hear(self, run: Run) -> None:
        """Takes over what is to be said about the comparison with a commit, and ends it: all files are linted."""
        if self.since is not None:
            run.notes += self.since.notes()
            self.since.close()

    def close(self, run: Run, looked_at: Iterable[str], given: Sequence[str], running: Callable[[], Iterable[str]]) -> None:
        """Does what is left to do when all is linted. `given` are the paths that were asked for, `running` tells the ids of rules.

        OutputError: the baseline cannot be written.
        """
        if self._write is not None:
            self._written(run, self._write)
        elif self._baseline is not None:
            self._baseline.looked_at(looked_at, [path for path in given if os.path.isdir(path)], frozenset(running()))
            run.gone = self._baseline.gone()
            if self._update:
                self._updated(run, self._baseline)

    def _written(self, run: Run, path: str) -> None:
        from aiblint import baseline, streams

        if run.failures:
            run.notes.append(f"{path}: not written, because a rule failed")
            return
        made = baseline.of_findings(path, run.findings)
        streams.write_whole(path, baseline.text_of(made))
        run.known[made.label] = len(run.findings)
        run.findings = []
        run.notes.append(f"{path}: written; go by it with --baseline {path}, or with `baseline:` in the configuration")

    def _updated(self, run: Run, old: Baseline) -> None:
        from aiblint import baseline, streams

        if run.defects or run.failures:
            run.notes.append(f"{old.path}: not updated, because a rule failed")
            return
        before, after = baseline.text_of(old), baseline.text_of(baseline.shrunk(old))
        if before != after or old.followed:
            streams.write_whole(old.path, after)
            taken = sum(entry.missing for _, entry in run.gone or ())
            run.notes.append(f"{old.path}: updated, {taken} taken out" if taken else f"{old.path}: updated, names only")
        run.gone = []


def _baseline(options: Options, settings: Settings) -> Baseline | None:
    for writes, name in (
        (options.write_baseline is not None, "--write-baseline"),
        (options.update_baseline, "--update-baseline"),
    ):
        if writes and options.diff:
            raise UsageError(f"--diff only shows fixes, and {name} would take them for made: give one of the two")
        if writes and options.changed:
            raise UsageError(f"--changed looks at parts of files, and {name} needs whole ones: give one of the two")
    if options.write_baseline is not None:
        if options.since is not None:
            raise UsageError("--since passes over findings, and --write-baseline takes all: give one of the two")
        for given, name in ((options.baseline, "--baseline"), (options.update_baseline, "--update-baseline")):
            if given:
                raise UsageError(f"--write-baseline takes all findings for known, and {name} none of them: give one of the two")
        _spare(options.write_baseline)
        return None
    if options.no_baseline:
        return None
    path = options.baseline or settings.baseline
    if path is None:
        return None
    from aiblint import baseline

    place = settings.place("baseline")
    return baseline.read(path, "" if options.baseline or place is None else f"{place}: baseline: ")


def _spare(path: str) -> None:
    """Refuses to write a baseline in the place of something else: who forgets FILE names a template. An empty file may go."""
    if not os.path.isfile(path) or not os.path.getsize(path):
        return
    from aiblint import baseline

    try:
        baseline.read(path)
    except UsageError:
        raise UsageError(
            f"--write-baseline FILE names the file to write; {path} is there already, and is no baseline"
        ) from None


def _since(options: Options, settings: Settings) -> Since | None:
    if options.since is None:
        return None
    from aiblint import since

    paths = [(options.stdin_filename or ".") if path == "-" else path for path in options.paths]
    return since.Since(options.since, settings.sources, paths)
