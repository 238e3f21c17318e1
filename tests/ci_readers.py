"""How CI systems read a log, written down from their documented rules and sources."""

from __future__ import annotations


# The runner: github.com/actions/runner ActionCommand.cs, TryParseV2 and its unescaping.
def github_command(line: str) -> tuple[str, dict[str, str], str] | None:
    if not line.lstrip().startswith("::") or "::" not in line.lstrip()[2:]:
        return None
    command, _, data = line.lstrip()[2:].partition("::")
    name, _, properties = command.partition(" ")
    pairs = (pair.split("=", 1) for pair in properties.split(",") if "=" in pair)
    return name, {key: unescaped(value, _PROPERTY) for key, value in pairs}, unescaped(data, _DATA)


_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


def unescaped(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for code, character in table:
        text = text.replace(code, character)
    return text


# The agent: github.com/microsoft/azure-pipelines-agent Command.cs, TryParse and its unescaping.
def azure_command(line: str) -> tuple[str, dict[str, str], str] | None:
    start = line.find("##vso[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, properties = line[start + len("##vso[") : end].partition(" ")
    pairs = (pair.split("=", 1) for pair in properties.split(";") if "=" in pair)
    table = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%"))
    return name, {key: unescaped(value, table) for key, value in pairs}, unescaped(line[end + 1 :], table)
