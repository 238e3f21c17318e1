"""What shellcheck says about Shell steps, where it is installed and was asked for."""

from __future__ import annotations

from aiblint import inline, platforms
from aiblint.change import Part, Repair
from aiblint.check import Problem, check
from aiblint.checks.bashisms import runs_dash
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiblint.check import Context
    from aiblint.shellcheck import Comment
    from aiblint.template import Value

_WORD = lazy(r"\S+")
_LEVELS = ("error", "warning", "info", "style")
_UNPARSED = 1073
_ECHOES = frozenset((1009, 1047, 1050, 1057, 1062, 1072, 1073))
"""What shellcheck adds to the remark that tells which syntax error it is: where else it shows, and that there is one."""
_SAID_ELSEWHERE = frozenset((1090, 1091, 2024))
"""Files that are not followed; redirections of sudo, which `shell-privilege` tells."""
_NEEDS_ALL_LINES = frozenset((2034, 2154, 2317))
"""Variables that are not used or not assigned, and lines that are not reached: another line may have it."""


@check
def shellcheck_says(value: Value, context: Context, *, levels: list[str]) -> Iterator[Problem]:
    """Remarks of shellcheck of some levels about a Shell step's `inline`."""
    script = inline.of(value, context)
    if script is None or script.dialect != "posix" or "shellcheck" not in context.programs:
        return
    key = ("shellcheck", id(script))
    if key not in context.cache:
        said = context.programs["shellcheck"].said(script.text)
        context.cache[key] = _telling([comment for comment in said if _counts(comment, script, context)])
    comments: list[Comment] = context.cache[key]
    for comment in comments:
        if comment.level in levels:
            start, end = _marked(comment, script.text)
            message = f"SC{comment.code}: {comment.message} (https://www.shellcheck.net/wiki/SC{comment.code})"
            yield script.problem(start, end, message, fix=_repair(comment, script))


def _marked(comment: Comment, text: str) -> tuple[int, int]:
    """What a remark is about; where that is a mere point in the text, the word that begins there."""
    start = min(comment.start, max(len(text) - 1, 0))
    if comment.end > start:
        return start, comment.end
    word = _WORD.match(text, start)
    return start, word.end() if word is not None else min(start + 1, len(text))


def _telling(comments: list[Comment]) -> list[Comment]:
    """One remark for one mistake: of those about one place the most severe, of a syntax error what it is rather than that it is one."""
    broken = [comment for comment in comments if comment.code in _ECHOES or (comment.code < 2000 and comment.level == "error")]
    told = [comment for comment in broken if comment.code not in _ECHOES]
    told = told or [comment for comment in broken if comment.code == _UNPARSED] or broken[-1:]
    kept: dict[tuple[int, int], Comment] = {}
    for comment in comments:
        if comment in broken and comment not in told:
            continue
        known = kept.setdefault((comment.start, comment.end), comment)
        first, other = sorted((known, comment), key=lambda each: _LEVELS.index(each.level))
        first.edits = first.edits or other.edits
        kept[comment.start, comment.end] = first
    return list(kept.values())


def _counts(comment: Comment, script: inline.Inline, context: Context) -> bool:
    if comment.code in _SAID_ELSEWHERE or (script.opaque and (comment.code < 2000 or comment.code in _NEEDS_ALL_LINES)):
        return False
    if 3000 <= comment.code < 4000:  # Bash in sh: `shell-bashism` tells it for dash, and other distributions have Bash there
        return not runs_dash(context) and platforms.is_debian(context.template) is None
    return True


def _repair(comment: Comment, script: inline.Inline) -> Repair | None:
    if not comment.edits:
        return None
    parts = []
    for start, end, text in comment.edits:
        item, (first, last) = script.place(start, max(end, start))
        if end > start + (last - first):
            return None  # over the end of a line
        parts.append(Part(item, first, last if end > start else first, text))
    return Repair("write it as shellcheck would", *parts, safe=False)
