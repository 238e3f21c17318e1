"""A simple command of a shell script, whatever the shell: its words, redirections, options and neighbours."""

from __future__ import annotations

from aiblint.pattern import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from aiblint.shell.text import Word

POSIX = "posix"
POWERSHELL = "powershell"
CMD = "cmd"

SUBSTITUTION = "substitution"
"""`Command.context` of what runs to produce text or a condition: `$(…)`, backticks, `<(…)`, PowerShell's `(…)`."""
SCRIPT = "script"
"""`Command.context` of what another command was given as a script: `bash -c '…'`, `eval`, `cmd /c`, a here-document."""
ARGUMENT = "argument"
"""`Command.context` of a program that another command starts with arguments: `find -exec`, `Start-Process`."""
BLOCK = "block"
"""`Command.context` of the inside of a PowerShell script block that is an argument: `ForEach-Object { … }`."""

RUNS, MAY_RUN, NEVER_RUNS = range(3)
"""`Command.fate` in PowerShell: inside `if`, loops, functions and script blocks a command may run, inside `if ($false)` it never does."""

_CLUSTER = lazy(r"-[A-Za-z0-9]+\Z")
_PARAMETER = lazy(r"[-\u2013\u2014\u2015]([A-Za-z_?][\w-]*)(:?)")


class Redirect:
    """A redirection: `descriptor` (`2`, `*`, often empty), `operator` (`>`, `>>`, `<`, `<<`, `<<<`, `>&`, `&>`), target.

    Of a here-document `target` is the delimiter and `body` the offsets of its lines, half-open; `verbatim` says that the
    delimiter was quoted, so that nothing in the body is expanded.
    """

    __slots__ = ("body", "descriptor", "end", "operator", "start", "target", "verbatim")

    def __init__(self, descriptor: str, operator: str, target: Word | None, start: int, end: int) -> None:
        self.descriptor = descriptor
        self.operator = operator
        self.target = target
        self.start = start
        self.end = end
        self.body: tuple[int, int] | None = None
        self.verbatim = False

    def __repr__(self) -> str:
        return f"<Redirect {self.descriptor}{self.operator}{self.target.text if self.target else ''}>"


class Parameter:
    """A PowerShell parameter as given: its own word, and the words of its value (several where commas tie them)."""

    __slots__ = ("values", "word")

    def __init__(self, word: Word, values: list[Word]) -> None:
        self.word = word
        self.values = values

    @property
    def value(self) -> Word | None:
        return self.values[0] if self.values else None


class Command:
    """One simple command. `start`, `end` are code point offsets of the script, wrappers and redirections included.

    `name` is the program behind wrappers (`sudo -E env A=b /usr/bin/apt-get` → `apt-get`), in lower case and without
    `.exe` for PowerShell and cmd; empty where the command only assigns, redirects, or is a PowerShell expression.
    `words` are all words (wrappers too) without assignments and redirections; `words[index]` is the program.
    `user` is who runs it: empty for the user who runs the script. `shell_user` is who opens its redirections: in
    `sudo echo x > /etc/motd` not root. `operator` joins it to what follows.
    `head` marks the first line of `for`, `select`, `case` and `function`: it runs nothing. `calls_function`: the name is
    a function which the script itself defines. `depth` counts the groups `( )`, `{ }` around it. `parent` is the command
    in whose words it was found, `context` how. `after_root_shell`: an earlier `sudo -i` or `sudo su` may have been
    meant to make it root. `expression` is the value of a PowerShell statement that is no command. `fate` tells whether it runs.
    """

    __slots__ = (
        "after_root_shell",
        "assignments",
        "calls_function",
        "context",
        "depth",
        "dialect",
        "end",
        "expression",
        "fate",
        "head",
        "index",
        "name",
        "operator",
        "parent",
        "piped_from",
        "piped_to",
        "redirects",
        "shell_user",
        "start",
        "user",
        "words",
        "wrappers",
    )

    def __init__(
        self, dialect: str, start: int, end: int, words: list[Word], assignments: list[Word], redirects: list[Redirect]
    ) -> None:
        self.dialect = dialect
        self.start = start
        self.end = end
        self.words = words
        self.assignments = assignments
        self.redirects = redirects
        self.index = 0
        self.name = ""
        self.wrappers: tuple[str, ...] = ()
        self.user = ""
        self.shell_user = ""
        self.operator = ""
        self.piped_from: Command | None = None
        self.piped_to: Command | None = None
        self.parent: Command | None = None
        self.context = ""
        self.depth = 0
        self.head = False
        self.calls_function = False
        self.after_root_shell = False
        self.expression: Word | None = None
        self.fate = RUNS

    @property
    def sudo(self) -> bool:
        """Runs as root through sudo, doas, su or a script that one of them was given."""
        return self.user == "root"

    @property
    def substitution(self) -> bool:
        return self.context == SUBSTITUTION

    @property
    def program(self) -> Word | None:
        """The word that names the program."""
        return self.words[self.index] if self.index < len(self.words) else None

    @property
    def arguments(self) -> list[Word]:
        """The words after the program."""
        return self.words[self.index + 1 :]

    @property
    def heredoc(self) -> tuple[int, int] | None:
        """Where the last here-document's lines stand: the one that the command reads."""
        return next((redirect.body for redirect in reversed(self.redirects) if redirect.body), None)

    @property
    def may_hide_options(self) -> bool:
        """An argument whose value is unknown may bring options: `apt-get $OPTS install`, `choco install x @args`."""
        return any(
            (word.expands and not word.quoted and word.text[:1] in ("$", "`")) or word.raw[:1] == "@" for word in self.arguments
        )

    def has_option(self, *names: str, values: tuple[str, ...] = ()) -> bool:
        """Whether one of the options is given: `has_option("-y", "--yes")` sees `-y`, `-qy`, `--yes`, `--yes=true`.

        `values` are options that take a value, which is then not looked at: `-o Dpkg::Lock=y`, `-oy`.
        Arguments after `--` are operands.
        """
        return any(_is_option(word.text, names, values) for word in self._options(values)[0])

    def option(self, *names: str) -> str | None:
        """The value of an option: `-O file`, `-Ofile`, `-qO file`, `--output=file`, `--output file`; None if not given."""
        words = self.arguments
        for index, word in enumerate(words):
            if word.text == "--":
                return None
            for name in names:
                found = _value_in(word.text, name)
                if found is not None:
                    return found or (words[index + 1].text if index + 1 < len(words) else "")
        return None

    def operands(self, values: tuple[str, ...] = ()) -> list[Word]:
        """Arguments that are no options; `values` are options whose value is the next word: `("-o", "--config-file")`."""
        return self._options(values)[1]

    def _options(self, values: tuple[str, ...]) -> tuple[list[Word], list[Word]]:
        options: list[Word] = []
        operands: list[Word] = []
        words = iter(self.arguments)
        for word in words:
            if word.text == "--":
                operands.extend(words)
            elif len(word.text) < 2 or word.text[0] != "-":
                operands.append(word)
            else:
                options.append(word)
                if any(_value_in(word.text, name) == "" for name in values):
                    next(words, None)
        return options, operands

    def parameter(self, name: str, *aliases: str) -> Parameter | None:
        """A PowerShell parameter by name, in any case, or shortened to at least two letters (PowerShell refuses a
        shortening that is ambiguous, so a working script has none); `aliases` only as they are. `-Name:value` too.

        `values` holds what follows; whether a switch takes none is for the caller to know.
        """
        words = self.arguments
        for index, word in enumerate(words):
            if (given := _parameter_name(word)) and _names(given, name, aliases):
                return Parameter(word, _values(words, index))
        return None

    def positionals(self, switches: tuple[str, ...] = ()) -> list[Word]:
        """Arguments of a PowerShell command that belong to no named parameter. `switches` are parameters without a value."""
        words = self.arguments
        found: list[Word] = []
        skip = 0
        for index, word in enumerate(words):
            if skip:
                skip -= 1
            elif given := _parameter_name(word):
                colon = ":" in word.text
                if colon or not any(_names(given, name, ()) for name in switches):
                    values = _values(words, index)
                    skip = len(values) - (1 if colon and not word.text.endswith(":") else 0)
            else:
                found.append(word)
        return found

    def __repr__(self) -> str:
        return f"<Command {self.name!r} {self.start}:{self.end}>"


def _is_option(text: str, names: tuple[str, ...], values: tuple[str, ...]) -> bool:
    plain = text.partition("=")[0]
    if plain in names:
        return True
    if text.startswith("--") or not _CLUSTER.match(text):
        return False
    for letter in text[1:]:
        if "-" + letter in names:
            return True
        if "-" + letter in values:
            return False
    return False


def _value_in(text: str, name: str) -> str | None:
    """The value that an option word carries, empty where it is the next word, None where the word is another option."""
    if text == name:
        return ""
    if text.startswith(name + "="):
        return text[len(name) + 1 :]
    if len(name) != 2 or name[1] == "-" or text[:1] != "-" or text[:2] == "--":
        return None
    if text.startswith(name):
        return text[2:]
    if text.endswith(name[1]) and _CLUSTER.match(text):
        return ""
    return None


def _parameter_name(word: Word) -> str:
    match = None if word.quoted else _PARAMETER.match(word.text)
    return match[1].lower() if match and (match[2] or match.end() == len(word.text)) else ""


def _names(given: str, name: str, aliases: tuple[str, ...]) -> bool:
    name = name.lower()
    return given == name or (len(given) > 1 and name.startswith(given)) or any(given == alias.lower() for alias in aliases)


def _values(words: list[Word], index: int) -> list[Word]:
    word = words[index]
    at = word.text.find(":") + 1
    values: list[Word] = []
    if 0 < at < len(word.text):
        values.append(word.slice(at, len(word.text)))
    following = index + 1
    if not values and following < len(words) and not _parameter_name(words[following]):
        values.append(words[following])
        following += 1
    while values and following < len(words) and words[following].joined:
        values.append(words[following])
        following += 1
    return values
