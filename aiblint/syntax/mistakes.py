"""What can be wrong with the writing of a JSON file, and how text from the file is quoted when we say so."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "bad-escape": "a backslash in a string that begins no JSON escape",
    "bad-number": "a number that JSON cannot spell, or with more digits than loaders read",
    "bare-key": "a member name without its quotes",
    "bare-word": "text without quotes where a value belongs",
    "comment": "a // or /* */ comment: legal in ARM deployment templates, refused elsewhere",
    "concatenation": "strings joined with +, which JSON does not know",
    "conflict-marker": "a merge conflict that was never resolved",
    "control-character": "a raw tab or other control character inside a string",
    "duplicate-key": "one object holds the same name twice",
    "empty": "the file holds no value at all",
    "encoding": "the file is not UTF-8 without byte order mark",
    "fragment": "a member without the braces of the object around it",
    "hash-comment": "# used as a comment",
    "lone-surrogate": "half of a surrogate pair, which is no character",
    "mismatched-bracket": "a bracket or brace that closes something else than what is open, or nothing",
    "missing-colon": "no colon between a name and its value",
    "missing-comma": "no comma between two members or items",
    "missing-value": "a member name without a value",
    "multi-line-string": "a string that runs over a line end: legal in ARM deployment templates, refused elsewhere",
    "not-a-number": "NaN or Infinity, which JSON does not know, or a number so large that it is read as one",
    "placeholder": "an unquoted placeholder where a value belongs",
    "single-quotes": "a string in single quotes or backticks",
    "smart-dash": "a typographic dash in place of a minus sign",
    "smart-punctuation": "a full-width comma or colon",
    "smart-quotes": "a string in typographic quotes",
    "smart-space": "a non-breaking or zero-width space outside strings",
    "stray-comma": "a comma with nothing before it or after it",
    "stray-text": "text that belongs to no value",
    "too-deep": "nesting deeper than any template needs; what lies below is not read",
    "too-many": "so many mistakes that reading on makes no sense",
    "trailing-comma": "a comma after the last member or item",
    "unclosed": "the file ends before everything that was opened is closed",
    "unclosed-string": "a string without its closing quote",
    "undecodable": "bytes that are no text in any encoding JSON files come in",
    "unescaped-quote": "a double quote inside a string without a backslash before it",
}
"""Each `Mistake.kind` that the reader gives, with its meaning in a few words."""

LEGAL_SOMEWHERE = frozenset(
    {"comment", "control-character", "duplicate-key", "lone-surrogate", "multi-line-string", "not-a-number"}
)
"""Kinds that some loader accepts: they do not count as damage when the reader decides whether to go on."""

LONGEST_QUOTE = 60


def printable(text: str) -> str:
    """The text with everything that does not print (control, bidirectional and zero-width characters) as `\\uXXXX`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(ord(c)) for c in text)


def _escape(code: int) -> str:
    short = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if short is not None:
        return short
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quoted(text: str) -> str:
    """The text between backticks, safe to print, at most 60 characters of it."""
    shown = printable(text[: LONGEST_QUOTE + 1])
    if len(shown) > LONGEST_QUOTE:
        shown = shown[: LONGEST_QUOTE - 1] + "…"
    return f"`{shown}`"
