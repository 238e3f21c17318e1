"""Which commands of a PowerShell script install something that may want a restart."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.shell.windows import cmdlet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiblint.shell.command import Command
    from aiblint.shell.text import Word

_PROGRAMS = frozenset(("msiexec", "wusa", "add-windowsfeature", "install-windowsfeature", "enable-windowsoptionalfeature"))
_PROGRAMS_MORE = frozenset(("add-windowscapability", "add-windowspackage", "install-package", "add-windowsdriver"))
_OF_WINDOWS = frozenset(("add-windowsfeature", "install-windowsfeature", "enable-windowsoptionalfeature", "add-windowspackage"))
_OF_WINDOWS |= {"wusa", "dism", "add-windowscapability"}
_MANAGERS = {"choco": ("install", "upgrade"), "cinst": (), "winget": ("install", "upgrade"), "pnputil": ("/add-driver", "-i")}
_DISM = ("/enable-feature", "/add-package", "/add-capability", "/add-driver")
_SETUP = lazy(r"(?:setup|install\w*|\w*[-_]?setup|vc_?redist\w*|ndp\d+\w*)[\w.\-]*\.(?:exe|msi|msu)\Z", re.IGNORECASE)
_QUIET = frozenset(("/quiet", "/q", "/qn", "/s", "/silent", "/verysilent", "/passive", "-quiet", "-silent", "/norestart"))


def installing_word(commands: Iterable[Command], certain: bool = False) -> Word | None:
    """The program of the first command that installs something, of which nobody can say that it wants no restart.

    `certain`: that changes Windows itself, which finishes such work in a restart.
    """
    wanted = changes_windows if certain else installs
    return next((command.program for command in commands if wanted(command)), None)


def changes_windows(command: Command) -> bool:
    """Whether a command installs updates, features or roles of Windows."""
    return installs(command) and (cmdlet(command) in _OF_WINDOWS or command.name.endswith(".msu"))


def installs(command: Command) -> bool:
    """Whether a command installs something that may want a restart."""
    if command.program is None or command.calls_function or command.head:
        return False
    name = cmdlet(command)
    texts = [word.text.lower() for word in command.arguments]
    if name in _PROGRAMS or name in _PROGRAMS_MORE:
        return True
    if name in _MANAGERS:
        wanted = _MANAGERS[name]
        return not wanted or any(text in wanted for text in texts[:2])
    if name == "dism":
        return any(text.startswith(_DISM) for text in texts)
    quiet = not _QUIET.isdisjoint(texts)
    return quiet and (
        _SETUP.search(command.program.text) is not None or command.program.text.lower().endswith((".msi", ".msu"))
    )
