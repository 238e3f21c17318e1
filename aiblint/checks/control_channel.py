"""Words about the way by which Image Builder reaches the build VM, and about what it needs there when the steps are done."""

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

    # What a command does to the build VM, the last word that says so, and what to write instead.
    Found = tuple[str, Word, str]
    Reader = Callable[[Command, inline.Inline, Context], Found | None]

_SSH_UNITS = frozenset(("ssh", "sshd", "ssh.service", "sshd.service", "ssh.socket"))
_AGENT_UNITS = frozenset(("rdagent", "windowsazureguestagent"))
_OPENS_SSH = (
    r"\bufw\b[^\n;&|]*\b(?:allow|limit)\b[^\n;&|]*(?:\b22\b|ssh)|\bufw default allow\b|--dports?[ =][^\n;&|]*(?:\b22\b|\bssh\b)"
    r"|--add-(?:service=\S*ssh|port=22/tcp)|\biptables-restore\b|\bnft\b"
)
_PARTLY = frozenset(("-s", "--source", "-d", "--destination", "-i", "--in-interface", "-m", "--match", "!", "udp"))
_LETS_IN_AGAIN = r"\bACCEPT\b|\biptables\b[^\n;&|]* (?:-D|--delete|-F|--flush)\b|\biptables-restore\b"
_REMOVES = frozenset(("autoremove", "erase", "purge", "remove", "rm"))
_PACKAGE_MANAGERS = frozenset(("apt", "apt-get", "aptitude", "dnf", "microdnf", "tdnf", "yum", "zypper"))
_SUDOERS = lazy(r"/etc/sudoers(?:\.d(?:/(?:\*|90-cloud-init-users|waagent|packer)?)?)?\Z")
_INTERFACE = lazy(r"e(?:th|n)\w+\Z")
_BASIC_OFF = lazy(r"basic\s*=\s*['\"]?\$?false", re.IGNORECASE)
_CUT = "Image Builder loses the build VM and the build ends with 'Cancelling builder after context cancellation'"


@check
def cuts_off_build_vm(value: Value, context: Context) -> Iterator[Problem]:
    """A command in a step's `inline` that closes SSH or WinRM, or takes away what generalizing needs."""
    script = inline.of(value, context)
    if script is None:
        return
    readers = _POSIX if script.dialect == "posix" else _WINDOWS
    for command in script.commands:
        program = command.program
        if program is None or program.expands or command.head or command.calls_function:
            continue
        reader = readers.get(_name(command))
        found = reader(command, script, context) if reader is not None else None
        if found is not None:
            deed, last, instead = found
            end = max(program.end, last.end)
            yield script.problem(program.start, end, f"{_quoted(program, end)} {deed}; {instead}")


def _name(command: Command) -> str:
    if command.dialect != "powershell":
        return command.name
    from aiblint.shell.windows import cmdlet

    return cmdlet(command)


def _quoted(program: Word, end: int) -> str:
    return quote(" ".join(program.script.root[program.start : end].split()))


def _overrides_generalizing(context: Context) -> bool:
    """A step writes the deprovisioning script itself, or one kept elsewhere may."""
    steps = context.template.steps
    return (
        inline.is_anywhere("deprovisioningscript", context)
        or any("deprovisioningscript" in script.text.lower() or script.opaque for script in inline.scripts(context))
        or any("deprovisioningscript" in (step.text_of("destination") or "").lower() for step in steps)
    )


# Linux.

_KEEP_SSH = "open port 22 first, 'sudo ufw allow 22/tcp'"


def _ufw(command: Command, script: inline.Inline, context: Context) -> Found | None:
    word = next((word for word in command.operands() if word.text == "enable"), None)
    if word is None or _lets_ssh_in(script, command, context):
        return None
    return f"closes port 22, and {_CUT}", word, _KEEP_SSH


def _lets_ssh_in(script: inline.Inline, command: Command, context: Context) -> bool:
    """Whether port 22 is opened before a command closes all, or in the same step behind it: the connection lasts that long, as
    what it has lost meanwhile is sent again."""
    return (
        script.opaque
        or inline.is_before(script, command.end, _OPENS_SSH, context)
        or inline.is_behind(script, command.end, _OPENS_SSH, context, here=True)
    )


def _iptables(command: Command, script: inline.Inline, context: Context) -> Found | None:
    """`iptables -P INPUT DROP`, `iptables -A INPUT -j DROP` for everything, or for port 22."""
    texts = [word.text for word in command.arguments]
    policy = command.option("-P", "--policy") == "INPUT" and ("DROP" in texts or "REJECT" in texts)
    narrowed = command.has_option("-s", "--source", "-p", "--protocol", "-m", "--match", "-d", "--destination", "-i")
    added = (command.option("-A", "--append") or command.option("-I", "--insert")) == "INPUT"
    drops = added and command.option("-j", "--jump") in ("DROP", "REJECT")
    if drops and command.option("--dport", "--destination-port") in ("22", "ssh") and not _PARTLY.intersection(texts):
        settled = script.opaque or inline.is_before(script, command.end, r"\bACCEPT\b", context)
        if settled or inline.is_behind(script, command.end, _LETS_IN_AGAIN, context, here=True):
            return None
    elif not (policy or (drops and not narrowed)) or _lets_ssh_in(script, command, context):
        return None
    return f"closes port 22, and {_CUT}", command.arguments[-1], "let port 22 in first"


def _firewall_cmd(command: Command, script: inline.Inline, context: Context) -> Found | None:
    closing = re.compile(r"--(?:panic-on|set-default-zone=(?:drop|block)|remove-service=ssh|remove-port=22/tcp)\Z")
    word = next((word for word in command.arguments if closing.match(word.text)), None)
    if word is None or inline.is_behind(
        script, command.end, r"--add-(?:service=\S*ssh|port=22/tcp)|--panic-off", context, here=True
    ):
        return None
    return f"closes port 22, and {_CUT}", word, "leave SSH open"


def _systemctl(command: Command, script: inline.Inline, context: Context) -> Found | None:
    operands = command.operands(("-t", "--type", "-p", "--property", "-n", "-o", "-M", "-H", "-s", "--signal"))
    if len(operands) < 2 or not (
        operands[0].text in ("stop", "kill") or (operands[0].text in ("disable", "mask") and command.has_option("--now"))
    ):
        return None
    return _stops_ssh(command, script, context, operands[1:])


def _service(command: Command, script: inline.Inline, context: Context) -> Found | None:
    operands = command.operands()
    return _stops_ssh(command, script, context, operands[:1]) if len(operands) == 2 and operands[1].text == "stop" else None


def _kill(command: Command, script: inline.Inline, context: Context) -> Found | None:
    return _stops_ssh(command, script, context, command.operands(("-s", "--signal", "-u", "-U")))


def _stops_ssh(command: Command, script: inline.Inline, context: Context, units: list[Word]) -> Found | None:
    word = next((unit for unit in units if unit.text in _SSH_UNITS), None)
    if word is None or inline.is_behind(
        script, command.end, r"(?:start|enable --now) +sshd?\b|sshd? +(?:re)?start\b", context, here=True
    ):
        return None
    return f"stops SSH, and {_CUT}", word, "leave it running"


def _package(command: Command, script: inline.Inline, context: Context) -> Found | None:
    operands = command.operands(("-o", "-c", "-t", "--setopt"))
    if not operands or operands[0].text not in _REMOVES:
        return None
    for word in operands[1:]:
        name = word.text.lower().partition("=")[0].partition(":")[0]
        if name == "openssh-server":
            return f"removes SSH, and {_CUT}", word, "leave it in"
        if name == "walinuxagent" and not _overrides_generalizing(context):
            return (
                "removes waagent, with which Image Builder generalizes the VM after the last step: the build fails",
                word,
                "leave it in",
            )
        if name == "cloud-init" and not inline.is_anywhere(r"provisioning\.", context) and not script.opaque:
            return (
                "removes cloud-init, and VMs made from the image do not start up with their name, user and keys",
                word,
                "leave it in",
            )
    return None


def _user(command: Command, script: inline.Inline, context: Context) -> Found | None:
    word = next((word for word in command.operands() if word.text == "packer"), None)
    if word is None:
        return None
    return (
        f"deletes the user as whom Image Builder runs the steps, and {_CUT}",
        word,
        "leave it out: generalizing deletes the user",
    )


def _mount(command: Command, script: inline.Inline, context: Context) -> Found | None:
    options = (command.option("-o", "--options") or "").split(",")
    word = next((word for word in command.operands(("-o", "--options", "-t")) if word.text.rstrip("/") == "/tmp"), None)
    if (
        word is None
        or "noexec" not in options
        or inline.is_behind(script, command.end, r"\bmount\b[^\n;&|]*[ ,]exec\b[^\n;&|]*/tmp|umount +/tmp", context, here=True)
    ):
        return None
    return (
        "forbids to run programs in /tmp, where Packer puts the script of every later step: 'Permission denied'",
        word,
        ("write it into /etc/fstab, which counts from the next start on"),
    )


def _rm(command: Command, script: inline.Inline, context: Context) -> Found | None:
    word = next((word for word in command.operands() if _SUDOERS.match(word.text.rstrip("/") or "/")), None)
    if word is None or inline.is_behind(script, command.end, r"sudoers", context, here=True):
        return None
    return (
        "takes sudo from the build user, and every later sudo waits for a password, Image Builder's own too",
        word,
        ("leave it out: generalizing deletes the user and its rule"),
    )


def _ip(command: Command, script: inline.Inline, context: Context) -> Found | None:
    """`ip link set eth0 down`, `ifconfig eth0 down`, `ifdown eth0`."""
    texts = [word.text for word in command.arguments]
    down = command.name == "ifdown" or texts[-1:] == ["down"]
    word = next((word for word in command.arguments if _INTERFACE.match(word.text)), None)
    if word is None or not down or inline.is_behind(script, command.end, r"\bup\b|ifup", context, here=True):
        return None
    return f"takes the network away, and {_CUT}", command.arguments[-1], "leave it out"


_POSIX: dict[str, Reader] = {
    **dict.fromkeys(_PACKAGE_MANAGERS, _package),
    "deluser": _user,
    "firewall-cmd": _firewall_cmd,
    "ifconfig": _ip,
    "ifdown": _ip,
    "ip": _ip,
    "ip6tables": _iptables,
    "iptables": _iptables,
    "killall": _kill,
    "mount": _mount,
    "pkill": _kill,
    "rm": _rm,
    "service": _service,
    "systemctl": _systemctl,
    "ufw": _ufw,
    "userdel": _user,
}


# Windows.

_STARTED = (
    r"(?:Start|Restart)-Service[^\n;|]*{0}|(?:net|sc(?:\.exe)?) start {0}"
    r"|Set-Service[^\n;|]*{0}[^\n;|]*(?:Automatic|Manual|Running)"
)


def _always(deed: str) -> Reader:
    def reader(command: Command, script: inline.Inline, context: Context) -> Found | None:
        program = command.program
        return None if program is None or command.parameter("WhatIf") else (f"{deed}, and {_CUT}", program, "leave it out")

    return reader


def _stops(command: Command, script: inline.Inline, context: Context, name: Word) -> Found | None:
    """A Windows service is stopped or switched off that the build needs."""
    unit = name.text.lower()
    if unit not in ("winrm", *_AGENT_UNITS) or inline.is_behind(
        script, command.end, _STARTED.format(re.escape(unit)), context, here=True
    ):
        return None
    if unit == "winrm":
        return f"closes WinRM, and {_CUT}", name, "leave it running"
    if _overrides_generalizing(context):
        return None
    return "stops an agent that Image Builder's generalizing waits for until the build timeout", name, "leave it running"


def _stop_service(command: Command, script: inline.Inline, context: Context) -> Found | None:
    given = command.parameter("Name", "ServiceName") or command.parameter("InputObject")
    names = given.values if given else command.positionals(("Force", "PassThru", "NoWait", "WhatIf", "Confirm"))
    found = (_stops(command, script, context, name) for name in names)
    return next((each for each in found if each is not None), None) if not command.parameter("WhatIf") else None


def _set_service(command: Command, script: inline.Inline, context: Context) -> Found | None:
    start, status = command.parameter("StartupType", "StartType"), command.parameter("Status")
    wanted = {each.value.text.lower() for each in (start, status) if each is not None and each.value is not None}
    return _stop_service(command, script, context) if wanted & {"disabled", "stopped"} else None


def _sc(command: Command, script: inline.Inline, context: Context) -> Found | None:
    """`sc.exe stop winrm`, `sc.exe config winrm start= disabled`, `net stop winrm`."""
    words = command.arguments
    if len(words) < 2:
        return None
    verb = words[0].text.lower()
    disabled = verb == "config" and "disabled" in " ".join(word.text.lower() for word in words[2:])
    if not (verb in ("stop", "delete") or disabled):
        return None
    return _stops(command, script, context, words[1])


def _winrm(command: Command, script: inline.Inline, context: Context) -> Found | None:
    words = command.arguments
    verb = words[0].text.lower() if words else ""
    what = " ".join(word.text for word in words[1:]).lower()
    if (
        verb in ("delete", "d")
        and "listener" in what
        and not inline.is_behind(
            script, command.end, r"winrm[^\n]*(?:create|quickconfig)|New-Item[^\n]*Listener", context, here=True
        )
    ):
        return f"closes WinRM, and {_CUT}", words[1], "leave the listener in"
    if verb in ("set", "s") and "service/auth" in what and _BASIC_OFF.search(what):
        return f"forbids the way in which Image Builder signs in to WinRM, and {_CUT}", words[1], "do it when a VM is deployed"
    return None


def _remove_item(command: Command, script: inline.Inline, context: Context) -> Found | None:
    word = next((word for word in command.arguments if re.match(r"wsman:.*listener", word.text, re.IGNORECASE)), None)
    if word is None or inline.is_behind(
        script, command.end, r"New-Item[^\n]*Listener|winrm[^\n]*(?:create|quickconfig)|New-WSManInstance", context, here=True
    ):
        return None
    return f"closes WinRM, and {_CUT}", word, "leave the listener in"


def _net(command: Command, script: inline.Inline, context: Context) -> Found | None:
    texts = [word.text.lower() for word in command.arguments]
    if texts[:2] == ["user", "packer"] and ("/delete" in texts or "/active:no" in texts):
        return f"deletes the user as whom Image Builder runs the steps, and {_CUT}", command.arguments[1], "leave it out"
    return _sc(command, script, context)


def _local_user(command: Command, script: inline.Inline, context: Context) -> Found | None:
    given = command.parameter("Name")
    names = given.values if given else command.positionals(("WhatIf", "Confirm"))
    word = next((name for name in names if name.text.lower() == "packer"), None)
    if word is None:
        return None
    return f"takes away the user as whom Image Builder runs the steps, and {_CUT}", word, "leave it out"


def _netsh(command: Command, script: inline.Inline, context: Context) -> Found | None:
    text = " ".join(word.text for word in command.arguments).lower()
    rule = re.match(r"advfirewall firewall add rule\b", text) and "action=block" in text and "dir=in" in text
    closed = rule and (re.search(r"localport=(?:any|[\d,-]*5986)", text) or "localport=" not in text) and "program=" not in text
    always = re.match(r"advfirewall set \w+ firewallpolicy blockinboundalways", text)
    off = re.match(r"interface set interface .*(?:admin=disabled?|disabled?)\Z", text)
    if not (closed or always or off) or "remoteip=" in text:
        return None
    return f"closes port 5986, and {_CUT}", command.arguments[-1], "leave that port open"


def _firewall_rule(command: Command, script: inline.Inline, context: Context) -> Found | None:
    """`New-NetFirewallRule -Direction Inbound -Action Block` for WinRM's port, or for all."""
    action, direction, port = (command.parameter(name) for name in ("Action", "Direction", "LocalPort"))
    if action is None or action.value is None or action.value.text.lower() != "block":
        return None
    if direction is not None and (direction.value is None or direction.value.text.lower() != "inbound"):
        return None
    if any(command.parameter(name) for name in ("RemoteAddress", "Program", "Service", "Package", "InterfaceAlias")):
        return None
    ports = [value.text.lower() for value in port.values] if port is not None else ["any"]
    return (f"closes port 5986, and {_CUT}", action.value, "leave that port open") if {"any", "5986"} & set(ports) else None


def _ipconfig(command: Command, script: inline.Inline, context: Context) -> Found | None:
    word = next((word for word in command.arguments if word.text.lower() == "/release"), None)
    return None if word is None else (f"takes the network away, and {_CUT}", word, "leave it out")


_WINDOWS: dict[str, Reader] = {
    "disable-localuser": _local_user,
    "disable-netadapter": _always("takes the network away"),
    "disable-psremoting": _always("closes WinRM"),
    "ipconfig": _ipconfig,
    "net": _net,
    "net1": _net,
    "netsh": _netsh,
    "new-netfirewallrule": _firewall_rule,
    "remove-item": _remove_item,
    "remove-localuser": _local_user,
    "remove-service": _stop_service,
    "restart-netadapter": _always("interrupts the network"),
    "sc": _sc,
    "set-netadapteradvancedproperty": _always("interrupts the network"),
    "set-service": _set_service,
    "stop-service": _stop_service,
    "winrm": _winrm,
}
