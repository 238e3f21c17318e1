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
_NEAR = 30  # units: about as many steps as a hash from scratch costs
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
    value, last = 0, -_WINDOW
    for start in starts:
        value = _hash(units, start, value, last)
        last = start
        seen[value] = seen.get(value, 0) + 1
        fingerprints.append(f"{value:x}:{seen[value]}")
    return fingerprints


def _hash(units: array[int], start: int, before: int, last: int) -> int:
    """The hash of the window at `start`. Where the one `before` lies near, at `last`, it is moved unit by unit, so that a file
    of empty lines costs no hundred steps for each.
    """
    if start - last > _NEAR:
        return int(sum(map(mul, units[start : start + _WINDOW], _POWERS))) & _MASK
    for index in range(last, start):
        before = ((before - units[index] * _POWERS[0]) * 37 + units[index + _WINDOW]) & _MASK
    return before
