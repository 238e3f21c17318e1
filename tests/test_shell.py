"""Shell and PowerShell text is split into the commands that would run, each with the place where it was written."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator

import pytest

from aiblint.shell import posix, powershell
from aiblint.shell.command import MAY_RUN, NEVER_RUNS, RUNS, Command
from aiblint.shell.text import Word, join_lines, locate
from aiblint.shell.windows import cmdlet
from aiblint.shell.wrappers import reads_script

Splitter = Callable[[str], list[Command]]
READERS: tuple[Splitter, ...] = (posix.commands, powershell.commands)


def shown(command: Command) -> str:
    """`user!name argument …`; what only a run can know is followed by `~`."""
    parts = [command.name, *(word.text + ("~" if word.expands else "") for word in command.arguments)]
    return (command.user + "!" if command.user else "") + " ".join(parts)


def all_words(command: Command) -> Iterator[Word]:
    yield from command.words
    yield from command.assignments
    yield from (redirect.target for redirect in command.redirects if redirect.target is not None)
    if command.expression is not None:
        yield command.expression


def only(commands: list[Command], name: str) -> Command:
    found = [command for command in commands if command.name == name]
    assert len(found) == 1, commands
    return found[0]


POSIX_SPLITS = [
    # operators and plain quoting
    ("sudo apt-get update && sudo apt-get -y upgrade", ["root!apt-get update", "root!apt-get -y upgrade"]),
    ("a; b || c & d | e\nf", ["a", "b", "c", "d", "e", "f"]),
    ("echo 'apt install x; rm' \"a && b\" c\\;d", ["echo apt install x; rm a && b c;d"]),
    ("echo a'b'\"c\"\\d # rest; x", ["echo abcd"]),
    ("echo a#b", ["echo a#b"]),
    ("apt-get install \\\n  -y \\\n  nginx", ["apt-get install -y nginx"]),
    ("echo $'a\\tb'", ["echo a\tb"]),
    # what only a run can know
    ("echo $HOME ${X:-y} *.deb '$x' \"$y\"", ["echo $HOME~ ${X:-y}~ *.deb~ $x $y~"]),
    ('echo "${x:-it\'s}" b', ["echo ${x:-it's}~ b"]),
    ("echo $((1 + (2)))x; b", ["echo $((1 + (2)))x~", "b"]),
    ("[ -f x ] && a", ["[ -f x ]", "a"]),
    # assignments and redirections
    ('A=1 B="2 3" make all >out 2>&1', ["make all"]),
    ("sudo DEBIAN_FRONTEND=noninteractive apt-get install -y x", ["root!apt-get install -y x"]),
    ("a=(x $(y)) b", ["b", "y"]),
    # wrappers
    ("sudo -E -u root env A=b nohup nice -n 5 /usr/bin/apt-get -y x", ["root!apt-get -y x"]),
    ("sudo -u postgres psql; sudo -uroot id; sudo --user=bob ls", ["postgres!psql", "root!id", "bob!ls"]),
    ("sudo -nH -- id", ["root!id"]),
    ("timeout -k 5 30 curl x; stdbuf -oL y; exec z", ["curl x", "y", "z"]),
    ("ls | xargs -0 -n1 -I{} sudo rm {}", ["ls", "root!rm {}"]),
    ("command -v az; command az x", ["command -v az", "az x"]),
    ("sudo -l; sudo; env", ["sudo -l", "sudo", "env"]),
    # reserved words
    ("if ! cmd; then sudo x; elif b; then c; else d; fi; e", ["cmd", "root!x", "b", "c", "d", "e"]),
    ("while read l; do a; done < f; until b; do c; done", ["read l", "a", "", "b", "c"]),
    ("for f in a b; do x $f; done; y", ["for f in a b", "x $f~", "y"]),
    ('case "$a" in x|y) b ;; (z) c;; *) d; esac; e', ["case $a~ in", "b", "c", "d", "e"]),
    ("x=$(case a in b) c;; esac) d; e", ["d", "case a in", "c", "e"]),
    ("f() { a; }\nfunction g { b; }\nf; g", ["a", "function g", "b", "f", "g"]),
    ("{ a; (b && c); } > x", ["a", "b", "c", ""]),
    ("[[ a < b && ( -f c ) ]] && d", ["[[ a < b && ( -f c ) ]]", "d"]),
    ("((a $(b)) | (c)) && d; ((i = $(e))); ((f", ["a $(b)~", "b", "c", "d", "(( i = $(e)))~", "e", "(( f~"]),
    ("echo if then done", ["echo if then done"]),
    # substitutions
    ('echo "$(a "$(b)" | c)" `d \\`e\\``', ['echo $(a "$(b)" | c)~ `d \\`e\\``~', "a $(b)~", "b", "c", "d `e`~", "e"]),
    ("diff <(a) >(b)", ["diff <(a)~ >(b)~", "a", "b"]),
    # scripts in words
    ("sudo bash -c 'set -e && apt-get -y x'", ["root!bash -c set -e && apt-get -y x", "root!set -e", "root!apt-get -y x"]),
    ('sh -ec "a \\"b c\\" $(d)"', ['sh -ec a "b c" $(d)~', "a b c $(d)~", "d"]),
    ("sudo su - bob -c 'x'; su -c y", ["root!su - bob -c x", "bob!x", "su -c y", "root!y"]),
    ("eval 'a' b; trap 'c' EXIT; trap - EXIT", ["eval a b", "a b", "trap c EXIT", "c", "trap - EXIT"]),
    (
        "sudo find / -name '*.log' -exec rm -f {} + -o -exec sh -c 'a' \\;",
        ["root!find / -name *.log -exec rm -f {} + -o -exec sh -c a ;", "root!rm -f {}", "root!sh -c a", "root!a"],
    ),
    # here-documents
    ("cat <<EOF > x\nrm -rf / $(a)\nEOF\nb", ["cat", "a", "b"]),
    ("cat <<'EOF'\n$(a)\nEOF\nb", ["cat", "b"]),
    ("sudo bash <<-'END'\n\tapt-get -y x\n\tEND\nb", ["root!bash", "root!apt-get -y x", "b"]),
    ("cat <<EOF | sudo sh -s\na \\$x\nEOF", ["cat", "root!sh -s", "root!a $x~"]),
    ("a <<X; b <<Y\n1\nX\n2\nY\nc", ["a", "b", "c"]),
    ("cat <<EOF\nnever closed", ["cat"]),
]


@pytest.mark.parametrize(("script", "expected"), POSIX_SPLITS)
def test_a_shell_script_is_split_into_what_would_run(script: str, expected: list[str]) -> None:
    assert [shown(command) for command in posix.commands(script)] == expected


POWERSHELL_SPLITS = [
    ("Write-Host 'a; b' \"c | d\"; Get-Date", ["write-host a; b c | d", "get-date"]),
    ("New-Item -Path \"C:\\\" -Name 'it''s' -Force | Out-Null", ["new-item -Path C:\\ -Name it's -Force", "out-null"]),
    ('Write-Host "a ""b"" `"c`" $x" `\n -NoNewline # d', ['write-host a "b" "c" $x~ -NoNewline']),
    ("a <# b\n c #> d", ["a d"]),
    ("& 'C:\\Program Files\\7-Zip\\7z.exe' x; . .\\y.ps1; 7z x", ["7z x", "y.ps1", "7z x"]),
    ("Write-Host \u201csmart; quotes\u201d; a", ["write-host smart; quotes", "a"]),
    # statements
    ("if ($a -eq (b)) { c } elseif (d) { e } else { f }", ["b", "c", "d", "e", "f"]),
    ("foreach ($x in Get-A) { b $x }\nwhile (c) { d }; do { e } until ($f)", ["get-a", "b $x~", "c", "d", "e"]),
    ("try { a } catch [X], [Y] { b } finally { c }", ["a", "b", "c"]),
    ("switch -Regex ($x) { 'a' { b } default { c } Debian { d } }", ["b", "c", "d"]),
    ("function Get-A { param([string]$B) c $B }\nGet-A", ["c $B~", "get-a"]),
    ("param([Parameter(Mandatory = $true, Position=(a))][ValidateSet('b', 'c')]$d)\ne", ["a", "e"]),
    ("$a[(b)] = c", ["c", "b"]),
    ("enum X { Aa\nBb }\na", ["a"]),
    ("1..3 | % { a $_ } |?{ b }| foreach { c }", ["", "% { a $_ }~", "a $_~", "? { b }~", "b", "foreach { c }~", "c"]),
    ("$x = Get-A | b; return c", ["get-a", "b", "c"]),
    ("$h = @{ a = b; 'c' = 'd'\n e = (f) | g }\n@(h; i)", ["", "b", "", "f", "g", "", "h", "i"]),
    ("$a = @'\nrm x\n'@\n$b = @\"\n$(c) d\n\"@\ne", ["", "", "c", "e"]),
    ("(New-Object Net.WebClient).DownloadFile('a', 'b'); c", ["", "new-object Net.WebClient", "c"]),
    ("$i++\nfoo\n$x = $a -and\n$b\nbar", ["", "foo", "", "bar"]),
    # what others start
    (
        "Start-Process msiexec.exe -ArgumentList '/i','a.msi', '/qn' -Wait",
        ["start-process msiexec.exe -ArgumentList /i a.msi /qn -Wait", "msiexec /i a.msi /qn"],
    ),
    (
        'saps -Wait -FilePath "C:\\a b\\setup.exe" "/c `"C:\\x y.xml`" /q"',
        ['saps -Wait -FilePath C:\\a b\\setup.exe /c "C:\\x y.xml" /q', "setup /c C:\\x y.xml /q"],
    ),
    ("Start-Process a -Args @('b',\n'c')", ["start-process a -Args @('b',\n'c')~", "a b c"]),
    ('cmd /c "a && b > c & d"', ["cmd /c a && b > c & d", "a", "b", "d"]),
    ("cmd.exe /c choco install -y git", ["cmd /c choco install -y git", "choco install -y git"]),
    (
        "powershell -NoProfile -ep Bypass -Command \"a; b 'c'\"",
        ["powershell -NoProfile -ep Bypass -Command a; b 'c'", "a", "b c"],
    ),
    ("powershell -File a.ps1 b; iex 'c d'", ["powershell -File a.ps1 b", "iex c d", "c d"]),
    ('msiexec --% /i "a b.msi" /qn | c', ["msiexec --% /i a b.msi /qn", "c"]),
    ('reg add HKLM\\X /v "a b" /d 1 /f 2>&1 > $null', ["reg add HKLM\\X /v a b /d 1 /f"]),
]


@pytest.mark.parametrize(("script", "expected"), POWERSHELL_SPLITS)
def test_a_powershell_script_is_split_into_what_would_run(script: str, expected: list[str]) -> None:
    assert [shown(command) for command in powershell.commands(script)] == expected


@pytest.mark.parametrize(
    ("split", "script", "place"),
    [
        (posix.commands, "sudo sh -c 'a && rm -rf /x'", "rm -rf /x"),
        (posix.commands, 'sudo sh -c "a && rm \\"/x y\\""', 'rm \\"/x y\\"'),
        (posix.commands, 'sh <<E\nsudo sh -c "rm x"\nE\n', "rm x"),
        (posix.commands, "x=`a; rm y`", "rm y"),
        (posix.commands, "eval rm  y", "rm  y"),
        (powershell.commands, 'cmd /c "echo a && rm b"', "rm b"),
        (powershell.commands, "Start-Process rm -ArgumentList 'x y'", "rm -ArgumentList 'x y"),
        (powershell.commands, "powershell -c \"if (1) { rm 'a' }\"", "rm 'a'"),
    ],
)
def test_a_command_in_a_string_stands_where_it_was_written(split: Splitter, script: str, place: str) -> None:
    command = only(split(script), "rm")
    assert script[command.start : command.end] == place


def test_neighbours_in_a_pipeline_know_each_other() -> None:
    found = posix.commands("curl -fsSL https://x | (cat) | sudo -E bash -\nls")
    curl, cat, bash, ls = found
    assert (curl.piped_to, cat.piped_from, cat.piped_to, bash.piped_from) == (cat, curl, bash, cat)
    assert bash.piped_to is None
    assert ls.piped_from is None
    assert [command.operator for command in found] == ["|", "|", "\n", ""]
    assert reads_script(bash)
    assert not reads_script(curl)


def test_a_pipe_into_a_loop_reaches_its_first_command() -> None:
    found = posix.commands("a | while read x; do b; done < f | c")
    assert only(found, "read").piped_from is only(found, "a")
    assert only(found, "c").piped_from is only(found, "b")


def test_the_redirections_of_sudo_are_opened_by_the_user_of_the_script() -> None:
    plain, inside = (
        only(posix.commands(script), "echo") for script in ("sudo echo x >> /etc/a", "sudo sh -c 'echo x >> /etc/a'")
    )
    for command in (plain, inside):
        assert command.sudo
        (redirect,) = command.redirects
        assert redirect.operator == ">>"
        assert redirect.target is not None
        assert redirect.target.text == "/etc/a"
    assert (plain.shell_user, inside.shell_user) == ("", "root")


@pytest.mark.parametrize("line", ["sudo -i", "sudo su", "sudo su -", "sudo -s", "su", "sudo bash"])
def test_what_follows_a_root_shell_is_marked(line: str) -> None:
    before, _, after = posix.commands(f"a\n{line}\nb")
    assert (before.after_root_shell, after.after_root_shell, after.sudo) == (False, True, False)


@pytest.mark.parametrize(
    "line", ["sudo -i id", "sudo su -c id", "sudo bash x.sh", "sudo bash -c id", "curl x | sudo bash", "sudo ls -i"]
)
def test_what_follows_a_root_command_is_not_marked(line: str) -> None:
    assert not posix.commands(f"{line}\nb")[-1].after_root_shell


def test_a_here_document_keeps_its_place() -> None:
    script = "sudo tee /etc/x <<'EOF'\n$a\nEOF\nb"
    tee = only(posix.commands(script), "tee")
    assert tee.heredoc is not None
    assert script[slice(*tee.heredoc)] == "$a\n"
    assert tee.redirects[0].verbatim


def test_relations_of_what_stands_inside() -> None:
    found = posix.commands("f() { (x); }; f \"$(a)\"; for i in $(b); do sh -c 'c'; done")
    assert [(command.name, command.depth) for command in found if command.depth] == [("x", 2)]
    assert [command.name for command in found if command.calls_function] == ["f"]
    assert [command.name for command in found if command.head] == ["for"]
    assert [(c.name, c.parent.name, c.context) for c in found if c.parent] == [
        ("a", "f", "substitution"),
        ("b", "for", "substitution"),
        ("c", "sh", "script"),
    ]


def test_options_are_seen_however_they_are_spelled() -> None:
    apt = posix.commands("apt-get -qy -o Dpkg::Lock=y --no-install-recommends --target=x install a -- -z")[0]
    assert apt.has_option("-y", "--yes")
    assert apt.has_option("--target")
    assert not apt.has_option("-z", "-n", "--no")
    assert [word.text for word in apt.operands(("-o",))] == ["install", "a", "-z"]
    assert not posix.commands("apt-get -oAy install")[0].has_option("-y", values=("-o",))
    assert not posix.commands("apt-get -- -y")[0].has_option("-y")


@pytest.mark.parametrize("given", ["-o f", "-of", "-sSLo f", "--output f", "--output=f", "-o=f"])
def test_the_value_of_an_option_is_found(given: str) -> None:
    assert posix.commands(f"curl {given} u")[0].option("-o", "--output") == "f"


def test_an_option_that_is_not_given_has_no_value() -> None:
    assert posix.commands("curl -O --output-dir d u -- -o f")[0].option("-o", "--output") is None


@pytest.mark.parametrize(("script", "hidden"), [("apt $OPTS x", True), ("apt 'x' \"$P\" a$B", False), ("apt x", False)])
def test_unknown_arguments_may_hide_options(script: str, hidden: bool) -> None:
    assert posix.commands(script)[0].may_hide_options is hidden


def test_powershell_parameters_are_seen_however_they_are_spelled() -> None:
    script = "New-Item -path C:\\a, C:\\b -ItemT:Directory -Force:$true x '-Quoted'"
    command = powershell.commands(script)[0]
    path, kind, force = (command.parameter(name) for name in ("Path", "ItemType", "Force"))
    assert path is not None
    assert kind is not None
    assert force is not None
    assert [word.text for word in path.values] == ["C:\\a", "C:\\b"]
    assert kind.value is not None
    assert script[kind.value.start : kind.value.end] == kind.value.text == "Directory"
    assert force.value is not None
    assert not force.value.expands
    assert command.parameter("Quoted") is None
    assert command.parameter("Value") is None
    assert command.parameter("Thing", "path") is not None
    assert [word.text for word in command.positionals(("Force",))] == ["x", "-Quoted"]


def test_a_powershell_assignment_keeps_its_name_and_literal_value() -> None:
    literal, started = powershell.commands('$ErrorActionPreference = "Stop"\n$p = Start-Process x')[:2]
    assert [word.text for word in literal.assignments] == ["$ErrorActionPreference"]
    assert literal.expression is not None
    assert (literal.expression.text, literal.expression.expands) == ("Stop", False)
    assert [word.text for word in started.assignments] == ["$p"]


@pytest.mark.parametrize(
    ("script", "name"), [("iwr u", "invoke-webrequest"), ("curl u", "invoke-webrequest"), ("curl.exe u", "curl")]
)
def test_aliases_are_resolved_unless_a_program_is_named(script: str, name: str) -> None:
    assert cmdlet(powershell.commands(script)[0]) == name


def test_lines_are_joined_and_found_again() -> None:
    script, starts = join_lines(["ab", "", "c\nd"])
    assert script == "ab\n\nc\nd"
    assert [locate(starts, offset) for offset in (0, 2, 3, 4, 6)] == [(0, 0), (0, 2), (1, 0), (2, 0), (2, 2)]


@pytest.mark.parametrize(
    ("script", "fates"),
    [
        ("a; if ($x) { b } else { c }; d", {"a": RUNS, "b": MAY_RUN, "c": MAY_RUN, "d": RUNS}),
        (
            "if ($false) { a; & { b } } elseif (c) { d }; e",
            {"a": NEVER_RUNS, "b": NEVER_RUNS, "c": RUNS, "d": MAY_RUN, "e": RUNS},
        ),
        ("while ( $FALSE ) { a }; if (0) { cmd /c b }", {"a": NEVER_RUNS, "cmd": NEVER_RUNS, "b": NEVER_RUNS}),
        (
            "foreach ($i in a) { b }; for (;;) { c }; do { d } until ($x); e",
            {"a": RUNS, "b": MAY_RUN, "c": MAY_RUN, "d": RUNS, "e": RUNS},
        ),
        ("try { a } catch { b } finally { c }; trap { d }", {"a": RUNS, "b": MAY_RUN, "c": RUNS, "d": MAY_RUN}),
        ("function f { a }; switch ($x) { 1 { b } default { c } }", {"a": MAY_RUN, "b": MAY_RUN, "c": MAY_RUN}),
        ("1..3 | ForEach-Object { a }; & { b }; $(c)", {"foreach-object": RUNS, "a": MAY_RUN, "b": MAY_RUN, "c": RUNS}),
        ("if ($false)\r\n{\r\n a\r\n}\r\nb", {"a": NEVER_RUNS, "b": RUNS}),
        ("if ($falsely) { b }", {"b": MAY_RUN}),
        ('powershell -Command "if ($false) { a }; b"', {"powershell": RUNS, "a": NEVER_RUNS, "b": RUNS}),
    ],
)
def test_a_powershell_command_runs_may_run_or_never_does(script: str, fates: dict[str, int]) -> None:
    found = {command.name: command.fate for command in powershell.read(script)[0] if command.name}
    assert found == fates
    assert {command.name for command in powershell.commands(script)} & set(fates) == {
        n for n, f in fates.items() if f != NEVER_RUNS
    }


@pytest.mark.parametrize(
    "read", [lambda script, most: posix.read(script, most)[0], lambda script, most: powershell.read(script, most)[0]]
)
def test_reading_ends_at_a_number_of_commands(read: Callable[[str, int], list[Command]]) -> None:
    assert [command.name for command in read("a; b\nc; (d; e); f", 3)] == ["a", "b", "c"]
    assert read("a; b", 0) == []
    nested = read("(a; (b; (c; d); e); f); g", 3)
    assert {"a", "b", "c"} <= {command.name for command in nested}
    assert "g" not in {command.name for command in nested}


def corpus_scripts() -> list[tuple[str, str]]:
    """The inline scripts of published templates, where that collection is at hand beside the repository."""
    folder = os.path.join(os.path.dirname(__file__), "..", "..", "shared", "corpus", "json")
    found: set[tuple[str, str]] = set()

    def visit(value: object) -> None:
        if isinstance(value, dict):
            lines, kind = value.get("inline"), str(value.get("type")).lower()
            if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
                found.add((kind, join_lines(lines)[0]))
            for member in value.values():
                visit(member)
        elif isinstance(value, list):
            for item in value:
                visit(item)

    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            try:
                visit(json.load(file, strict=False))
            except ValueError:
                continue
    return sorted(found)


def test_published_inline_scripts_yield_programs_with_plausible_names() -> None:
    scripts = corpus_scripts()
    if not scripts:
        pytest.skip("no collection of published templates at ../shared/corpus")
    odd = []
    for kind, script in scripts:
        for command in (posix if kind == "shell" else powershell).commands(script):
            assert all(script[word.start : word.end] == word.raw for word in all_words(command))
            if not re.fullmatch(r"[\w.+%?$-]*|\[\[?", command.name) and "<command to run inline>" not in script:
                odd.append(command)
    assert odd == []
