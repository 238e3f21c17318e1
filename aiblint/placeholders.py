"""Placeholders that stand where a value belongs: left over from documentation, or waiting for a pipeline to fill them in."""

from __future__ import annotations

import re

from aiblint.pattern import lazy

DOCUMENTATION = "documentation"
TOKEN = "token"

# A pipeline's own token: replaced by a task before submission, when all goes well.
_TOKEN = lazy(
    r"""\#\{[^{}\s]{1,80}\}\#?      # Replace Tokens: #{region}#
      | \{\{[^{}]{1,80}\}\}         # mustache, Jinja, Helm: {{region}}
      | \$\([A-Za-z][\w.\-]{0,80}\) # Azure Pipelines: $(region)
      | \$\{[A-Za-z][\w.\-]{0,80}\} # shell, Terraform: ${region}
      | (?<![A-Za-z0-9_])__[A-Za-z][A-Za-z0-9.\-]*(?:_[A-Za-z0-9.\-]+)*__(?![A-Za-z0-9_])
    """,
    re.VERBOSE,
    holds=("#{", "{{", "$(", "${", "__"),
)
# What a page of documentation prints where the reader is to put something of their own.
_DOCUMENTATION = lazy(
    r"""<[A-Za-z_][^<>\[\]"]{0,80}>?        # <region>, and <imageDefinitionName/versions that was never closed
      | (?<![\#${])\{[A-Za-z][\w \-]{0,80}\}  # {subscription-id}
      | \A\.\.\.\Z
      | (?<![A-Za-z0-9])[xX]{5,}(?![A-Za-z0-9])
      | \b(?:TODO|FIXME|CHANGE_?ME|REPLACE_?ME|YOUR_[A-Z_]+)\b
    """,
    re.VERBOSE,
    holds=("<", "{", "...", "xx", "xX", "Xx", "XX", "TODO", "FIXME", "CHANGE", "REPLACE", "YOUR_"),
)


class Placeholder:
    """One placeholder inside a string: `text[start:end]`, of kind DOCUMENTATION or TOKEN."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end


def find(text: str) -> Placeholder | None:
    """The first placeholder in a string, or None."""
    found = find_all(text)
    return found[0] if found else None


def find_all(text: str) -> list[Placeholder]:
    """The placeholders in a string, all of one kind. Pipeline tokens are looked for first: `{{x}}` holds a `{x}`."""
    for kind, pattern in ((TOKEN, _TOKEN), (DOCUMENTATION, _DOCUMENTATION)):
        found = [Placeholder(kind, match[0], match.start(), match.end()) for match in pattern.finditer(text)]
        if found:
            return found
    return []
