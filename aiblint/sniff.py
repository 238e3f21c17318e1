"""Reads files, and tells by their bytes which of them can hold an image template."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Opening a pipe that nobody writes to would wait for ever without O_NONBLOCK, which regular files ignore.
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

_TYPE = b"virtualmachineimages"
_NAMES = ("virtualmachineimages", '"distribute"')
"""One of these is in every file that can hold a template."""
_SOURCE = b'"source"'
_DISTRIBUTE = b'"distribute"'


def _wide(text: bytes) -> bytes:
    """ASCII text as it stands in UTF-16 of either byte order: the NUL before the first or after the last byte left out."""
    return b"\0".join(bytes((byte,)) for byte in text)


_WIDE_TYPE, _WIDE_SOURCE, _WIDE_DISTRIBUTE = _wide(_TYPE), _wide(_SOURCE), _wide(_DISTRIBUTE)


class PathError(Exception):
    """A path that cannot be used: `path` as it was given, `reason` in a few words; the text is fit for a terminal."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path if path.isprintable() else ascii(path)}: {reason}")
        self.path = path
        self.reason = reason


def may_hold_template(data: bytes) -> bool:
    """Whether a file's bytes (UTF-8 or UTF-16, either byte order) can hold an image template.

    They do when they name the resource type, or both of the properties `source` and `distribute`, in any case. Many files
    that pass hold no template; a file that does not pass holds one only if its names are written with JSON's `\\u` escapes.
    """
    # Measured on 20 MB of JSON: lower() 2 GB/s, each search 2 to 3 GB/s; a regular expression that ignores case 0.05 to 0.14.
    lowered = data.lower()
    if _TYPE in lowered or (_DISTRIBUTE in lowered and _SOURCE in lowered):
        return True
    if b"\0" not in data:
        return False
    return _WIDE_TYPE in lowered or (_WIDE_DISTRIBUTE in lowered and _WIDE_SOURCE in lowered)


def read_bytes(path: str) -> bytes:
    """The whole content of a regular file; PathError where it cannot be read, or is a pipe, a device or a folder."""
    try:
        descriptor = os.open(path, _READING)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise PathError(path, "is not a regular file")
            data = os.read(descriptor, status.st_size + 1)
            # Less than was asked for is the end of the file, unless the file is huge (2 GB in one call), lies on a network, or
            # is one of those that the system makes up while they are read (their size is 0).
            if len(data) != status.st_size or not data:
                data += _rest(descriptor)
            return data
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise PathError(path, reason(error)) from error
    except MemoryError as error:
        raise PathError(path, "is too large to be read") from error


def reason(error: OSError | ValueError) -> str:
    """What went wrong, in the operating system's words."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _rest(descriptor: int) -> bytes:
    """What is left to read up to the end of a file."""
    chunks = [os.read(descriptor, 1 << 20)]
    while chunks[-1]:
        chunks.append(os.read(descriptor, 1 << 20))
    return b"".join(chunks)


_WORTH_A_PROCESS = 32_000_000
"""Bytes to look through for which another process pays: it starts in 3 ms, in which one looks through 3 MB."""

_WORTH_RIPGREP = 16_000_000
"""Bytes for which ripgrep pays, which starts in 8 ms and looks through 3 MB a millisecond and processor."""


def sift(paths: Sequence[str], jobs: int | None = None) -> Iterator[tuple[str, bytes | PathError | None]]:
    """Each path, in order, with its content where that can hold a template, else None; with a PathError where it is unreadable.

    Large amounts are looked through by up to `jobs` processes (None: one for each processor).
    """
    passed = _passed(paths, jobs)
    for index, path in enumerate(paths):
        if passed is not None and not passed[index]:
            yield path, None
            continue
        try:
            data = read_bytes(path)
        except PathError as error:
            yield path, error
            continue
        yield path, data if may_hold_template(data) else None


def _passed(paths: Sequence[str], jobs: int | None) -> bytearray | None:
    """For each path whether it is worth a look (1) or not (0), found out by other processes; None where one is enough.

    The results of a process that ends badly (out of memory, killed) count as 1: who looks again finds out.
    """
    if len(paths) < 2 or jobs == 1 or not hasattr(os, "fork"):
        return None
    if _amount(paths, _WORTH_RIPGREP) >= _WORTH_RIPGREP:
        from aiblint import ripgrep  # here, because hardly a run has so much to look through

        holding = ripgrep.holding(paths, _NAMES, jobs)
        if holding is not None:
            return bytearray(path in holding for path in paths)
    sizes = [_size(path) for path in paths]
    count = min(jobs or _processors(), sum(sizes) // _WORTH_A_PROCESS, len(paths))
    if count < 2:
        return None
    shares: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for index in sorted(range(len(paths)), key=sizes.__getitem__, reverse=True):  # the largest first, to whoever has least
        least = loads.index(min(loads))
        shares[least].append(index)
        loads[least] += sizes[index]
    workers = [(share, *_start([paths[index] for index in share])) for share in shares[1:]]
    passed = bytearray(b"\1" * len(paths))
    _note(passed, shares[0], _look([paths[index] for index in shares[0]]))
    for share, process, descriptor in workers:
        with open(descriptor, "rb") as pipe:
            answer = pipe.read()
        if os.waitpid(process, 0)[1] == 0 and len(answer) == len(share):
            _note(passed, share, answer)
    return passed


def _note(passed: bytearray, share: Sequence[int], answer: bytes) -> None:
    for index, verdict in zip(share, answer, strict=True):
        passed[index] = verdict


def _start(paths: Sequence[str]) -> tuple[int, int]:
    """Starts a process that looks through files: its number, and a pipe that it writes the verdicts to."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    status = 1
    try:
        with open(writing, "wb") as pipe:
            pipe.write(_look(paths))
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is closed or flushed twice


def _look(paths: Sequence[str]) -> bytes:
    """A byte for each path: 0 where its content can hold no template, else 1 (also where it cannot be read)."""
    verdicts = bytearray()
    for path in paths:
        try:
            verdicts.append(may_hold_template(read_bytes(path)))
        except PathError:
            verdicts.append(1)
    return bytes(verdicts)


def _amount(paths: Sequence[str], enough: int) -> int:
    """How many bytes the files hold, counted up to `enough`."""
    amount = 0
    for path in paths:
        amount += _size(path)
        if amount >= enough:
            break
    return amount


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0


def _processors() -> int:
    """How many processors this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else os.cpu_count() or 1
