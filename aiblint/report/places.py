"""How CI systems name a finding's place: paths below the checkout's root, the worst findings first."""

from __future__ import annotations

import os

from aiblint.finding import SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.finding import Finding, Fix
    from aiblint.run import Run


def relative(path: str, root: str) -> str:
    """A file's path from `root` with `/` between folders, links followed on both sides; absolute where it lies outside."""
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    inside = real.startswith(os.path.join(real_root, ""))
    return (os.path.relpath(real, real_root) if inside else real).replace(os.sep, "/")


def worst_first(run: Run) -> list[Finding]:
    """The findings by severity, then in the run's order: CI systems keep the first few of a step."""
    return sorted(run.findings, key=lambda finding: SEVERITIES.index(finding.severity))


def fixable(fix: Fix) -> str:
    """How a finding is mended: `fixable with --fix: write 'Shell'`. The title may hold what any text of a template does."""
    return f"fixable with {'--fix' if fix.safe else '--fix --unsafe-fixes'}: {fix.title}"
