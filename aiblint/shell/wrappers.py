"""Programs that run other programs: whose command it really is, as whom, and which script a shell is handed."""

from __future__ import annotations

import re

from aiblint.pattern import lazy
from aiblint.shell.text import Script, base_name, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.shell.command import Command
    from aiblint.shell.text import Word

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))

_SUDO_VALUES = frozenset(
    ("user", "group", "host", "prompt", "close-from", "role", "type", "command-timeout", "other-user", "chdir", "chroot")
)
# Name → short options that take a value, long options that take one, options after which no command follows,
# operands before the command. From the manual pages of sudo 1.9, doas, polkit, coreutils 9, findutils, util-linux 2.39.
_WRAPPERS: dict[str, tuple[str, frozenset[str], str, int]] = {
    "sudo": ("ughpCrtTUDR", _SUDO_VALUES, "levV", 0),
    "doas": ("uC", frozenset(), "", 0),
    "pkexec": ("", frozenset(("user",)), "", 0),
    "env": ("uC", frozenset(("unset", "chdir")), "S", 0),
    "nohup": ("", frozenset(), "", 0),
    "setsid": ("", frozenset(), "", 0),
    "time": ("fo", frozenset(("format", "output")), "", 0),
    "command": ("", frozenset(), "vV", 0),
    "builtin": ("", frozenset(), "", 0),
    "exec": ("a", frozenset(), "", 0),
    "nice": ("n", frozenset(("adjustment",)), "", 0),
    "ionice": ("cn", frozenset(("class", "classdata")), "pPu", 0),
    "timeout": ("sk", frozenset(("signal", "kill-after")), "", 1),
    "stdbuf": ("ioe", frozenset(("input", "output", "error")), "", 0),
    "xargs": ("adEILnPs", frozenset(("arg-file", "delimiter", "max-args", "max-procs", "max-chars")), "", 0),
    "flock": ("wE", frozenset(("timeout", "wait", "conflict-exit-code")), "cu", 1),
    "eatmydata": ("", frozenset(), "", 0),
    "chronic": ("", frozenset(), "", 0),
    "busybox": ("", frozenset(), "", 0),
}
_SHELL_VALUES = ("-o", "-O", "--rcfile", "--init-file")
_ROOT_WRAPPERS = frozenset(("sudo", "doas", "pkexec"))
_ASSIGNING = frozenset(("sudo", "env"))
_ASSIGNMENT = lazy(r"[A-Za-z_]\w*=")
_ROOT = frozenset(("root", "0", "#0", ""))


def unwrap(command: Command) -> None:
    """Sets `index`, `name`, `wrappers` and `user` of a command from its words."""
    words = command.words
    index = 0
    wrappers: list[str] = []
    while index < len(words):
        name = base_name(words[index])
        wrapper = _WRAPPERS.get(name)
        if wrapper is None:
            break
        following, user = _behind(name, wrapper, words, index + 1)
        if following >= len(words):
            break
        if name in _ROOT_WRAPPERS:
            command.user = _user(user)
        wrappers.append(name)
        index = following
    command.index = index
    command.wrappers = tuple(wrappers)
    if index < len(words):
        command.name = base_name(words[index])


def _user(word: Word | str) -> str:
    """The user that an option names. One that only the run knows counts as root, so that no rule speaks too soon."""
    if isinstance(word, str):
        return "root" if word in _ROOT or "$" in word else word
    return "root" if word.expands or word.text in _ROOT else word.text


def _behind(name: str, wrapper: tuple[str, frozenset[str], str, int], words: list[Word], index: int) -> tuple[int, Word | str]:
    """Index of the word that a wrapper runs, `len(words)` if it runs nothing, and the user it asks for."""
    short, long, ending, operands = wrapper
    user: Word | str = ""
    while index < len(words):
        text = words[index].text
        if text == "--":
            index += 1
            break
        if text.startswith("--"):
            option, equals, value = text[2:].partition("=")
            takes = option in long and not equals
            if option == "user":
                user = value if equals else words[min(index + 1, len(words) - 1)]
            index += 2 if takes else 1
        elif len(text) > 1 and text[0] == "-":
            takes, given, ends = _cluster(text, short, ending)
            if ends:
                return len(words), user
            if given[:1] == "u" and name in _ROOT_WRAPPERS:
                user = words[min(index + 1, len(words) - 1)] if takes else given[1:]
            index += 2 if takes else 1
        else:
            break
    index += operands
    while name in _ASSIGNING and index < len(words) and _ASSIGNMENT.match(words[index].text):
        index += 1
    return min(index, len(words)), user


def _cluster(text: str, short: str, ending: str) -> tuple[bool, str, bool]:
    """Of `-Eu`, `-uroot`: is the next word the value, the letter with its attached value, does no command follow."""
    for index, letter in enumerate(text[1:], 1):
        if letter in ending:
            return False, "", True
        if letter in short:
            return index + 1 == len(text), text[index:], False
    return False, "", False


def opens_root_shell(command: Command) -> bool:
    """`sudo -i`, `sudo -s`, `sudo su -`, `sudo bash` with nothing to run: root waits, the script goes on without it."""
    if command.redirects or command.piped_from is not None:
        return False
    if command.name in ("sudo", "doas"):
        return any(
            word.text in ("--login", "--shell")
            or (word.text[:1] == "-" and word.text[1:2] != "-" and set(word.text) & set("is"))
            for word in command.arguments
        )
    if command.name == "su":
        return script_argument(command) is None
    return command.sudo and command.name in SHELLS and not command.operands()


def reads_script(command: Command) -> bool:
    """A shell with no script of its own: it runs what comes through its standard input."""
    if command.name in ("sudo", "doas"):
        return any(word.text in ("-i", "-s", "--login", "--shell") for word in command.arguments)
    if command.name == "su":
        return script_argument(command) is None
    if command.name not in SHELLS:
        return False
    if script_argument(command) is not None:
        return False
    operands = [word for word in command.operands(_SHELL_VALUES) if word.text not in ("-", "/dev/stdin")]
    return not operands or command.has_option("-s", values=_SHELL_VALUES)


def script_user(command: Command) -> str:
    """Who runs the script that a command was handed."""
    if command.name in ("sudo", "doas"):
        _, user = _behind("sudo", _WRAPPERS["sudo"], command.words, 1)
        return _user(user)
    if command.name in ("su", "runuser"):
        operands = [word for word in command.operands(("-c", "--command", "-s", "--shell", "-g", "-G")) if word.text != "-"]
        return _user(operands[0]) if operands else "root"
    return command.user


def script_argument(command: Command) -> Script | None:
    """The script that a command carries in its words: `bash -c '…'`, `su -c '…'`, `eval …`, `trap '…' EXIT`."""
    name = command.name
    arguments = command.arguments
    if name == "eval":
        return joined(arguments[1:] if arguments and arguments[0].text == "--" else arguments)
    if name == "trap":
        first = arguments[0] if len(arguments) > 1 else None
        return first.inside() if first is not None and first.text.strip() not in ("", "-") else None
    word = None
    if name in SHELLS:
        word = _after_cluster_c(arguments)
    elif name in ("su", "runuser", "flock"):
        word = _command_option(arguments)
    return word.inside() if word is not None and word.text.strip() else None


def _after_cluster_c(arguments: list[Word]) -> Word | None:
    """`-c`, `-ec`, `-lc`: the string is the first operand, whatever options stand between."""
    wanted = skip = False
    for word in arguments:
        text = word.text
        if skip:
            skip = False
        elif text.startswith("--") and len(text) > 2:
            skip = text in ("--rcfile", "--init-file")
        elif len(text) > 1 and text[0] in "-+" and text != "--":
            wanted = wanted or (text[0] == "-" and "c" in text)
            skip = text[-1] in "oO"
        elif text not in ("-", "--"):
            return word if wanted else None
    return None


def _command_option(arguments: list[Word]) -> Word | None:
    for index, word in enumerate(arguments):
        if word.text.startswith("--command=") and len(word.text) > 10:
            return word.slice(10, len(word.text))
        if word.text == "--command" or (re.fullmatch(r"-\w*c", word.text) and not word.expands):
            return arguments[index + 1] if index + 1 < len(arguments) else None
    return None


def started_programs(command: Command) -> list[list[Word]]:
    """The words of the programs that `find` starts with `-exec` and its kin."""
    if command.name != "find":
        return []
    programs: list[list[Word]] = []
    current: list[Word] | None = None
    for word in command.arguments:
        if current is None:
            if word.text in ("-exec", "-execdir", "-ok", "-okdir"):
                current = []
                programs.append(current)
        elif word.text in (";", "+"):
            current = None
        else:
            current.append(word)
    return [words for words in programs if words]
