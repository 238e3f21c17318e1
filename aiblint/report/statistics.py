"""How often each rule spoke: what `--statistics` shows instead of the findings."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.run import Run


def render(run: Run, format_name: str) -> str:
    """A line for each rule and severity, the most frequent first; in format `json` one object with the same rows."""
    counts: dict[tuple[str, str, str], int] = {}
    for finding in run.findings:
        key = (finding.rule, finding.severity, finding.name)
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if format_name == "json":
        return _json(run, ordered)
    return "".join(f"{count:6}  {severity:7}  {rule} {name}\n" for (rule, severity, name), count in ordered)


def _json(run: Run, ordered: list[tuple[tuple[str, str, str], int]]) -> str:
    import json

    from aiblint.report.json import head

    rows = [{"rule": rule, "name": name, "severity": severity, "count": count} for (rule, severity, name), count in ordered]
    return json.dumps({**head(run), "statistics": rows}, indent=2) + "\n"
