"""Line fingerprints by which GitHub code scanning knows a finding again after the file has changed elsewhere.

The algorithm is the one of github/codeql-action (src/fingerprints.ts): the upload action computes
`primaryLocationLineHash` where it is missing and warns where it differs.
"""

from __future__ import annotations

import sys
from array import array
from operator import mul

_WINDOW = 100
_MASK = (1 << 64) - 1
_POWERS = [pow(37, _WINDOW - 1 - index, 1 << 64) for index in range(_WINDOW)]
_END_OF_FILE = 0xFFFF
_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_BLANKS = str.maketrans("", "", " \t")


def line_fingerprints(text: str, *, bom: bool = False) -> list[str]:
    """`hash:occurrence` of each line, lines ended by LF, CRLF or CR; a file that ends in a newline has an empty last line.

    The hash, 64 bits in lower-case hexadecimal without padding, covers the 100 UTF-16 units that begin at the line's
    start, spaces and tabs left out and every line end taken as LF. The occurrence counts equal hashes from the top of the
    file, from 1. `bom` says that a byte order mark stands in front of `text`: the upload action keeps it.
    """
    kept = ("\ufeff" + text if bom else text).replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
    units = array("H", kept.encode(_UTF16, "surrogatepass"))
    starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == 10)]
    units.append(_END_OF_FILE)
    units.extend([0] * _WINDOW)
    seen: dict[int, int] = {}
    fingerprints = []
    for start in starts:
        value = sum(map(mul, units[start : start + _WINDOW], _POWERS)) & _MASK
        seen[value] = seen.get(value, 0) + 1
        fingerprints.append(f"{value:x}:{seen[value]}")
    return fingerprints
