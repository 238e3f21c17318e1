"""Files with mistakes, and ways to damage them further."""

from __future__ import annotations

import random
from functools import cache

from conftest import ROOT

from aiblint import example, registry


@cache
def bad_files() -> list[bytes]:
    found = [
        (ROOT / "examples" / name).read_bytes() for name in ("linux.json", "windows.json", "deployment.json", "mistakes.json")
    ]
    for path in registry.files(registry.folder()):
        found += [example.content(entry) for entry in registry.read_yaml(path)["examples"] if "fixed" in entry]
    return found


PIECES = [
    '"', ",", "{", "}", "[", "]", ":", "\\", "\n", "\r\n", "\t", " ", "//x\n", "/* c */", "\u00a0", "\u201c", "\u2013", "null", "0",
    '"a":1,', '"type":"shell",', '"a",', "\\u00", "#", "[[", '"[', "'",
]  # fmt: skip


def damaged(data: bytes, pick: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    for _ in range(pick.choice([1, 1, 1, 2, 4])):
        at, how = pick.randrange(len(text) + 1), pick.random()
        if how < 0.4:
            text = text[:at] + pick.choice(PIECES) + text[at:]
        elif how < 0.8:
            text = text[:at] + text[at + pick.choice([1, 1, 2, 5, 30]) :]
        elif how < 0.9:
            text = text[:at]
        else:
            text = text[:at] + text[max(0, at - 100) : at] + text[at:]
    return text.encode(pick.choice(["utf-8"] * 4 + ["utf-16", "utf-8-sig"]))
