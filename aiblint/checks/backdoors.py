"""Words about doors that a step leaves open in every machine made from the image."""

from __future__ import annotations

import re

from aiblint import inline
from aiblint.check import Problem, check, quote
from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiblint.check import Context
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word
    from aiblint.template import Value

    # Where it stands in the script, and what it does.
    Found = tuple[int, int, str]
    Reader = Callable[[Command, inline.Inline, Context], Iterator[Found]]

_EVERYWHERE = "every machine made from the image has it"
_SSHD = lazy(r"/etc/ssh/sshd_config(?:\.d/|\Z)")
_SSHD_OPEN = lazy(r"^[ \t]*((?:PermitRootLogin|PermitEmptyPasswords)[ \t=]+\"?yes\b)", re.IGNORECASE | re.MULTILINE)
_SUDOERS = lazy(r"/etc/sudoers(?:\.d/|\Z)")
_SUDO_ALL = lazy(r"^[ \t]*((?!\$|packer\b|#)\S+[ \t]+[^\n]*NOPASSWD:[ \t]*ALL\b)", re.MULTILINE)
_SETTINGS = (
    (_SSHD, _SSHD_OPEN, "lets anybody on the network try the password of root"),
    (_SUDOERS, _SUDO_ALL, "makes that user root without a password"),
)
_KEYS = lazy(r"(?:\A|[\\/])(?:administrators_)?authorized_keys2?\Z", re.IGNORECASE, holds=("authorized_keys",))
_OWN_HOME = lazy(r"(?:~|\$HOME|\$\{HOME\}|/home/packer)/")
_SYSTEM = lazy(r"/(?:bin|boot|etc|lib(?:32|64)?|opt|root|s?bin|srv|usr|var)(?:/|\Z)")
_PASSING = lazy(r"/var/(?:run|tmp|lock|crash)(?:/|\Z)")
_ADMIN_GROUPS = frozenset(("admin", "root", "sudo", "wheel"))
_STRICTER = r"set-executionpolicy (?:-executionpolicy )?['\"]?(?:restricted|allsigned|remotesigned|default|undefined)"
_UNDOING = ("disable-localuser", "remove-localgroupmember", "remove-localuser")
_BUILTIN_NAMES = ("nt authority\\", "nt service\\", "builtin\\", "s-1-")


@check
def leaves_door_open(value: Value, context: Context) -> Iterator[Problem]:
    """A command in a step's `inline` that opens every machine made from the image: keys, users, rights, protection."""
    script = inline.of(value, context)
    if script is None:
        return
    readers = _POSIX if script.dialect == "posix" else _WINDOWS
    for command in script.commands:
        if command.head or command.calls_function:
            continue
        for reader in (*readers.get(_name(command), ()), *readers[""]):
            for start, end, message in reader(command, script, context):
                yield script.problem(start, end, message)


def _name(command: Command) -> str:
    if command.dialect != "powershell":
        return command.name
    from aiblint.shell.windows import cmdlet

    return cmdlet(command)


def _shown(command: Command, end: int) -> str:
    program = command.program
    assert program is not None
    return quote(" ".join(program.script.root[program.start : end].split()))


# Linux: what is written into which file.


def _written(command: Command) -> Iterator[tuple[str, list[Word], tuple[int, int] | None]]:
    """Files that a command writes, each with the words or the here-document that go into it."""
    if command.name == "sed":
        from aiblint.shell import sed

        for word in sed.edited_files(command):
            yield word.text, [], None
        return
    targets = [
        r.target for r in command.redirects if r.operator in (">", ">>", ">|") and r.descriptor in ("", "1") and r.target
    ]
    source: Command | None = command
    if command.name == "tee":
        targets = command.operands()
        source = command.piped_from or command
    for target in targets:
        words = source.arguments if source is not None and source.name in ("echo", "printf") else []
        yield target.text, words, source.heredoc if source is not None else None


def _writes_setting(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    """`echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config`, `echo 'x ALL=(ALL) NOPASSWD:ALL' | tee /etc/sudoers.d/x`."""
    for path, words, body in _written(command):
        for files, pattern, deed in _SETTINGS:
            if files.match(path):
                for start, end, setting in _settings(pattern, command, words, body, script.text):
                    yield start, end, f"{quote(setting)} {deed}, and {_EVERYWHERE}; leave it out"


def _settings(
    pattern: re.Pattern[str], command: Command, words: list[Word], body: tuple[int, int] | None, script: str
) -> Iterator[tuple[int, int, str]]:
    """Where a setting stands in what goes into a file, and the setting."""
    from aiblint.shell import sed

    texts = list(sed.new_texts(command)) if command.name == "sed" else [(word, 0, word.text) for word in words]
    for word, start, text in texts:
        if found := pattern.search(text):
            part = word.slice(start + found.start(1), start + found.end(1))
            yield part.start, part.end, found[1]
    inside = pattern.search(script, *body) if body is not None else None
    if inside is not None:
        yield inside.start(1), inside.end(1), inside[1]


def _keys(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    """A key for SSH in the home of somebody who stays."""
    targets = [
        r.target for r in command.redirects if r.operator in (">", ">>", ">|") and r.descriptor in ("", "1") and r.target
    ]
    if command.name == "tee":
        targets += command.operands()
    elif command.name in ("cp", "install", "mv", "ln"):
        targets += command.operands(("-m", "--mode", "-o", "--owner", "-g", "--group"))[-1:]
    elif command.name in ("curl", "wget"):
        given = command.option("-o", "--output") if command.name == "curl" else command.option("-O", "--output-document")
        targets += [word for word in command.arguments if given and word.text == given]
    if (
        not targets
        or command.name in (":", "true")
        or (command.name == "echo" and not "".join(w.text for w in command.arguments).strip())
    ):
        return
    if not command.words or (command.name == "cat" and command.operands()[:1] and command.operands()[0].text == "/dev/null"):
        return
    for target in targets:
        if _KEYS.search(target.text) and not (_OWN_HOME.match(target.text) and command.shell_user != "root"):
            yield target.start, target.end, _key_message(target.text)


def _key_message(path: str) -> str:
    return (
        f"a key in {quote(path)} opens every machine made from the image to whoever has its other half; give VMs their keys when they "
        "are deployed"
    )


def _chmod(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    operands = command.operands()
    if len(operands) < 2 or not _is_for_all(operands[0].text):
        return
    for word in operands[1:]:
        path = word.text
        if (
            not _SYSTEM.match(path)
            or _PASSING.match(path)
            or inline.is_named_behind(script, command.end, ("chmod", "rm"), path, context)
        ):
            continue
        message = (
            f"{_shown(command, operands[0].end)} lets every user of every machine made from the image change {quote(path)}, and "
            "with it what root runs; give the rights to one user or group"
        )
        assert command.program is not None
        yield command.program.start, word.end, message
        return


def _is_for_all(mode: str) -> bool:
    """Whether a mode lets everybody write: `777`, `a+rwx`, `o+w`; with the sticky bit, `1777`, nobody deletes what is another's."""
    if mode.isdigit():
        return mode[-1] in "2367" and not (len(mode) == 4 and mode[0] in "1357")
    return any(re.match(r"[ug]*[oa][ugoa]*[+=][rXst]*w", part) for part in mode.split(","))


def _joins_admins(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    """`usermod -aG sudo x`, `useradd -G wheel x`, `adduser x sudo`, `gpasswd -a x sudo`."""
    name = command.name
    values = (
        "-G",
        "--groups",
        "-g",
        "--gid",
        "-s",
        "--shell",
        "-d",
        "--home",
        "--home-dir",
        "-c",
        "--comment",
        "-u",
        "--uid",
        "-p",
        "-e",
        "-f",
    )
    operands = command.operands(values if name != "gpasswd" else ())
    groups: list[str] = []
    user: Word | None = operands[-1] if operands else None
    if name in ("usermod", "useradd"):
        groups = (command.option("-G", "--groups") or "").split(",")
        if name == "usermod" and not command.has_option("-a", "--append", "-G", "--groups"):
            return
    elif name == "adduser" and len(operands) == 2:
        user, groups = operands[0], [operands[1].text]
    elif name == "gpasswd" and command.option("-a", "--add") and operands:
        groups = [operands[-1].text]
        user = next((word for word in command.arguments if word.text == command.option("-a", "--add")), None)
    group = next((each for each in groups if each in _ADMIN_GROUPS), None)
    if group is None or user is None or user.expands or user.text == "packer" or command.program is None:
        return
    if inline.is_named_behind(script, command.end, ("deluser", "userdel"), user.text, context):
        return
    yield command.program.start, command.words[-1].end, _admin_message(user.text)


def _admin_message(user: str) -> str:
    return (
        f"{quote(user)} becomes an administrator of every machine made from the image, with one password or key for all; let the "
        "deployment of a VM make its administrator"
    )


_POSIX: dict[str, tuple[Reader, ...]] = {
    "": (_writes_setting, _keys),
    "adduser": (_joins_admins,),
    "chmod": (_chmod,),
    "gpasswd": (_joins_admins,),
    "useradd": (_joins_admins,),
    "usermod": (_joins_admins,),
}


# Windows.


def _is_true(command: Command, name: str) -> Word | None:
    """The value of a parameter that is on."""
    given = command.parameter(name)
    if given is None or given.value is None or given.value.text.lower() not in ("$true", "1", "true"):
        return None
    return given.value


def _defender(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    word = _is_true(command, "DisableRealtimeMonitoring")
    if word is None or inline.is_behind(script, command.end, r"-disablerealtimemonitoring[ :]+(?:\$?false|0)", context):
        return
    assert command.program is not None
    message = f"{_shown(command, word.end)} turns off Defender's real-time protection, and {_EVERYWHERE}; turn it on again in the last step"
    yield command.program.start, word.end, message


def _registry(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    """`reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender" /v DisableAntiSpyware /d 1`."""
    texts = [word.text.lower() for word in command.arguments]
    name = next(
        (word for word in command.arguments if word.text.lower() in ("disableantispyware", "disablerealtimemonitoring")), None
    )
    data = next((texts[i + 1] for i, text in enumerate(texts[:-1]) if text in ("/d", "-value")), "")
    if name is None or data not in ("1", "0x1") or not any("windows defender" in text for text in texts):
        return
    if inline.is_behind(script, command.end, rf"{name.text.lower()}[^\n]*(?:/d|-value) 0", context):
        return
    yield name.start, name.end, f"{quote(name.text)} turns Defender off, and {_EVERYWHERE}; leave it out"


def _firewall_profile(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    enabled = command.parameter("Enabled")
    profiles = command.parameter("Profile", "Name")
    named = {value.text.lower() for value in profiles.values} if profiles is not None else {"all"}
    free = {word.text.lower() for word in command.positionals(("All",))}
    everything = (named | free) == {"all"} or (named | free) >= {"domain", "public", "private"}
    if enabled is None or enabled.value is None or enabled.value.text.lower() not in ("false", "$false", "0") or not everything:
        return
    if inline.is_behind(
        script, command.end, r"set-netfirewallprofile[^\n]*-enabled[ :]+(?:\$?true|1)|allprofiles state on", context
    ):
        return
    assert command.program is not None
    yield command.program.start, enabled.value.end, _firewall_message(_shown(command, enabled.value.end))


def _firewall_message(shown: str) -> str:
    return f"{shown} turns the firewall off for all networks, and {_EVERYWHERE}; open the ports that are needed"


def _netsh(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    texts = [word.text.lower() for word in command.arguments]
    if texts[:5] != ["advfirewall", "set", "allprofiles", "state", "off"]:
        return
    if inline.is_behind(
        script, command.end, r"allprofiles state on|set-netfirewallprofile[^\n]*-enabled[ :]+(?:\$?true|1)", context
    ):
        return
    assert command.program is not None
    end = command.arguments[4].end
    yield command.program.start, end, _firewall_message(_shown(command, end))


def _execution_policy(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    scope, given = command.parameter("Scope"), command.parameter("ExecutionPolicy")
    free = command.positionals(("Force", "WhatIf", "Confirm"))
    policy = given.value if given is not None else (free[0] if free else None)
    where = scope.value.text.lower() if scope is not None and scope.value is not None else "localmachine"
    if given is None and scope is None and len(free) > 1:
        where = free[1].text.lower()
    if policy is None or policy.text.lower() not in ("unrestricted", "bypass") or where != "localmachine":
        return
    if inline.is_behind(script, command.end, _STRICTER, context):
        return
    assert command.program is not None
    yield (
        command.program.start,
        policy.end,
        f"{_shown(command, policy.end)} holds for the machine, so {_EVERYWHERE}: any script runs there, wherever it came from; write "
        "-Scope Process, which ends with the step",
    )


def _local_group(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    if command.name in ("net", "net1"):
        operands = [word for word in command.arguments if word.text[:1] != "/"]
        texts = [word.text.lower() for word in command.arguments]
        if "/add" not in texts or [word.text.lower() for word in operands[:2]] != ["localgroup", "administrators"]:
            return
        members = operands[2:]
    else:
        group, sid, given = command.parameter("Group", "Name"), command.parameter("SID"), command.parameter("Member")
        free = command.positionals(("WhatIf", "Confirm"))
        wanted = [p.value.text.lower() for p in (group, sid) if p is not None and p.value is not None] or [
            w.text.lower() for w in free[:1]
        ]
        if not {"administrators", "s-1-5-32-544"}.intersection(wanted):
            return
        members = given.values if given is not None else free[-1:]
    for member in members:
        folded = member.text.lower()
        if member.expands or member.block or folded.startswith(_BUILTIN_NAMES) or folded == "packer":
            continue
        if inline.is_named_behind(script, command.end, _UNDOING, folded, context) or (
            inline.is_named_behind(script, command.end, ("net", "net1"), folded, context)
            and inline.is_named_behind(script, command.end, ("net", "net1"), "/delete", context)
        ):
            continue
        yield member.start, member.end, _admin_message(member.text)


def _windows_keys(command: Command, script: inline.Inline, context: Context) -> Iterator[Found]:
    from aiblint.checks.deprovisioning import written_files

    for word in written_files(command):
        if _KEYS.search(word.text):
            yield word.start, word.end, _key_message(word.text)


_WINDOWS: dict[str, tuple[Reader, ...]] = {
    "": (_windows_keys,),
    "add-localgroupmember": (_local_group,),
    "net": (_local_group,),
    "net1": (_local_group,),
    "netsh": (_netsh,),
    "new-itemproperty": (_registry,),
    "reg": (_registry,),
    "set-executionpolicy": (_execution_policy,),
    "set-itemproperty": (_registry,),
    "set-mppreference": (_defender,),
    "set-netfirewallprofile": (_firewall_profile,),
}
