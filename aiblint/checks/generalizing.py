"""Words about what a generalized image does not bear: ties to one machine or one user, and roles that Sysprep must know of."""

from __future__ import annotations

import functools
import re

from aiblint import globs, inline, schema
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

_STORE = lazy(r"(?:^|[*.])windowsstore(?:[*_.'\"]|\Z)", re.IGNORECASE)
_EXCLUDES = lazy(r"-(?:c|i)?(?:not\w*|ne)\b", re.IGNORECASE)
_HYPER_V = lazy(r"(?:microsoft-)?hyper-v(?:-all|-hypervisor)?\Z", re.IGNORECASE)
_FEATURE_CMDLETS = {
    "enable-windowsoptionalfeature": "FeatureName",
    "install-windowsfeature": "Name",
    "add-windowsfeature": "Name",
}
_FEATURE_SWITCHES = ("Online", "All", "NoRestart", "Restart", "IncludeManagementTools", "IncludeAllSubFeature", "WhatIf")


@check
def binds_to_one_machine(value: Value, context: Context) -> Iterator[Problem]:
    """A command in a step's `inline` after which generalizing fails, or all VMs of the image share what belongs to one."""
    script = inline.of(value, context)
    if script is None:
        return
    for command in script.commands:
        program = command.program
        if command.head or command.calls_function or program is None:
            continue
        found = _registers(command, program, context)
        if found is None and script.dialect == "powershell":
            found = _windows(command, program, context)
        if found is not None:
            word, message = found
            yield script.problem(program.start, word.end, message)


@functools.cache
def _rows(shell: str) -> list[tuple[str, re.Pattern[str], str, str]]:
    rows: Any = schema.table("bound-to-one-machine")["rows"]
    return [(name, lazy(text), undone, deed) for kind, name, text, undone, deed in rows if kind == shell]


def _registers(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    """A command that gives the build VM an identity with somebody else."""
    shell = "posix" if command.dialect == "posix" else "windows"
    name = command.name.lower()
    for names, pattern, undone, deed in _rows(shell):
        if name != names and not ("*" in names and globs.fits(names, name)):
            continue
        text = " ".join(word.text for word in command.arguments).lower()
        if pattern.search(text) and not (undone and inline.is_anywhere(undone, context)):
            last = command.arguments[0] if pattern.pattern.startswith("^") else program
            phrase = program.text if last is program else f"{program.text} {last.text}"
            message = (
                f"{quote(phrase)} {deed}: generalizing undoes that, or every VM made from the image is one and the same there; "
                "do it when a VM is deployed, with an extension or a script of its own"
            )
            return last, message
    return None


def _windows(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    from aiblint.shell.windows import cmdlet

    reader = _WINDOWS.get(cmdlet(command))
    return reader(command, program, context) if reader is not None else None


def _add_computer(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    if command.parameter("WorkgroupName") or command.parameter("WhatIf") or inline.is_anywhere("remove-computer", context):
        return None
    return program, (
        f"{quote(program.text)} joins the build VM to a domain, Sysprep takes it out again, and its account stays behind; join VMs when "
        "they are deployed, with the extension JsonADDomainExtension"
    )


def _add_appx(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    if any(command.parameter(name) for name in ("Register", "RegisterByFamilyName", "Stage", "WhatIf")):
        return None
    if inline.is_anywhere("add-appxprovisionedpackage|/add-provisionedappxpackage|remove-appxpackage", context):
        return None
    return program, (
        f"{quote(program.text)} installs for one user only, and Sysprep refuses an app that is 'installed for a user, but not provisioned "
        "for all users'; write Add-AppxProvisionedPackage -Online"
    )


def _remove_appx(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    source: Command | None = command
    while source is not None:
        if any(_STORE.search(word.text) and not (word.block and _EXCLUDES.search(word.text)) for word in source.words):
            return program, (
                f"{quote(program.text)} removes the Microsoft Store, which is not supported and cannot be undone in the image; "
                "keep users out of it with a policy (RemoveWindowsStore)"
            )
        source = source.piped_from
    return None


def _bitlocker(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    word: Word | None = program
    if command.name == "manage-bde":
        word = next((each for each in command.arguments if each.text.lower() in ("-on", "/on")), None)
    if word is None or inline.is_anywhere(r"disable-bitlocker|manage-bde(?:\.exe)?['\"]? [-/]off", context):
        return None
    return word, (
        f"{quote(program.text)} encrypts a drive, and Sysprep does not generalize an encrypted one: the build stays at "
        "IMAGE_STATE_UNDEPLOYABLE until its timeout; encrypt the VMs, with encryption at host or a policy"
    )


def _feature(command: Command, program: Word, context: Context) -> tuple[Word, str] | None:
    """Hyper-V without `/mode:vm` for Sysprep anywhere in the template."""
    if command.name == "dism":
        names = [word for word in command.arguments if word.text.lower().startswith(("/featurename:", "-featurename:"))]
        word = next((each for each in names if _HYPER_V.match(each.text.partition(":")[2])), None)
    else:
        given = command.parameter(_FEATURE_CMDLETS[command.name])
        values = given.values if given else command.positionals(_FEATURE_SWITCHES)
        word = next((each for each in values if _HYPER_V.match(each.text)), None)
    if word is None or _knows_of_mode_vm(context):
        return None
    return word, (
        f"{quote(word.text)} is the role Hyper-V, and an image that has it needs Sysprep with /mode:vm, which Image Builder's own "
        "command lacks; write it into C:\\DeprovisioningScript.ps1 in a later step"
    )


def _knows_of_mode_vm(context: Context) -> bool:
    """A step says `/mode:vm`, or a script kept elsewhere, an uploaded file or an unknown line may."""
    steps = context.template.steps
    if inline.is_anywhere("/mode:vm", context) or any(script.opaque for script in inline.scripts(context)):
        return True
    return any(
        (step.text_of("type") == "PowerShell" and not step.absent("scriptUri"))
        or "deprovisioningscript" in (step.text_of("destination") or "").lower()
        for step in steps
    )


_WINDOWS = {
    "add-appxpackage": _add_appx,
    "add-computer": _add_computer,
    "dism": _feature,
    "enable-bitlocker": _bitlocker,
    "manage-bde": _bitlocker,
    "remove-appxpackage": _remove_appx,
    "remove-appxprovisionedpackage": _remove_appx,
    **dict.fromkeys(_FEATURE_CMDLETS, _feature),
}
