"""What to say of files that people name and in which no template can be found: they are of another language, binary or empty."""

from __future__ import annotations

import os

from aiblint import sniff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ADVICE = {
    ".bicep": "aiblint reads JSON; run 'az bicep build --file {}' and name what it writes",
    ".bicepparam": "aiblint reads JSON; run 'az bicep build-params --file {}' and name the template",
    ".tf": "aiblint reads JSON, and finds no template in Terraform's language",
    ".yaml": "aiblint reads JSON, and no template in YAML",
    ".yml": "aiblint reads JSON, and no template in YAML",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def remarks(paths: Iterable[str]) -> Iterator[str]:
    """A remark about each file in which nothing could be looked for, as far as one can tell."""
    for path in paths:
        advice = _ADVICE.get(os.path.splitext(path)[1].lower()) or _by_content(path)
        if advice:
            yield f"{path}: {advice.format(path)}"


def _by_content(path: str) -> str:
    try:
        data = sniff.read_bytes(path)
    except sniff.PathError:
        return ""  # a finding of its own
    if not data.strip():
        return "the file is empty: there is no template in it"
    head = data[:4096]
    # UTF-16 has a zero for every second byte of JSON; anything else has none.
    if b"\0" in head and not head.startswith(_WIDE) and not head.replace(b"\0", b"").isascii():
        return "the file is binary: aiblint reads JSON"
    return ""
