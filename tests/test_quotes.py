"""A quote that is never closed is found where the shell itself fails, the one that is to blame, and what stands behind it is read."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest

from aiblint.shell import posix, powershell

# Scripts with the number of the line (from 1) whose quote is to blame; 0 where all are closed.
SHELL = [
    ('echo "a\nsudo apt-get update', 1),
    ("echo 'a\nb\nsudo x", 1),
    ('echo "a\nsudo mkdir "/opt/app"\necho "done"', 1),
    ('echo "a\nb" > f\necho "oops\nmkdir "/x"', 3),
    ("mkdir /x\necho don't stop\ntouch /x/y", 2),
    ("sed -i 's/^#PermitRootLogin.*/PermitRootLogin no/ /etc/ssh/sshd_config\nsystemctl restart sshd", 1),
    ('export PATH="$PATH:/opt/bin\nexport A="b"\n[ -n "$A" ] || exit 1', 1),
    ("echo $(date '+%F)\necho b", 1),
    ('for i in 1 2; do echo "$i; done', 1),
    ("su root -c 'echo it's done'", 1),
    ("echo \"a\"\necho 'b'\necho \\'c\\' \\\"", 0),
    ("cat <<EOF\nit's\nEOF\necho b", 0),
    ("cat <<'EOF'\n\"a\nEOF\necho b", 0),
    ("# don't\necho a#'b'\necho 'a\nb\nc'", 0),
    ('echo "${x:-it\'s}" ${y#\\\'} "$(echo "a b")" `echo \'c\'`', 0),
    ('case $x in a|"b c") echo \'d\';; *) echo "e";; esac', 0),
    ("((echo 'a'; echo 'b') | cat)", 0),
    ("awk '{print $1}' f | while read -r u; do echo \"$u\"; done", 0),
]
POWERSHELL = [
    ("Write-Output 'a\nSet-Service 'x'", 1),
    ('Write-Output "a"\nNew-Item "C:\\x\nWrite-Output "b"', 2),
    ("$x = @'\na\n'@\n$y = 'b", 4),
    ("$x = @'\na", 1),
    ('$x = @"\na\n  "@', 3),
    ("# don't\n$x = 'isn''t', \"a`\"b\", \"c\"\"d\"\n<# it's #>\n@'\nisn't\n'@", 0),
    ("$x = 'a\nb'\n$y = \"c\nd\"\nWrite-Output “e”", 0),
]


def line(script: str, offset: int) -> int:
    return script.count("\n", 0, offset) + 1 if offset >= 0 else 0


@pytest.mark.parametrize(("script", "number"), SHELL)
def test_the_quote_to_blame_in_a_shell_script(script: str, number: int) -> None:
    assert line(script, posix.read(script)[2]) == number


@pytest.mark.parametrize(("script", "number"), POWERSHELL)
def test_the_quote_to_blame_in_a_powershell_script(script: str, number: int) -> None:
    assert line(script, powershell.read(script)[1]) == number


@pytest.mark.skipif(shutil.which("dash") is None, reason="dash is not there to be asked")
@pytest.mark.parametrize(("script", "number"), SHELL)
def test_dash_says_the_same(script: str, number: int) -> None:
    checked = subprocess.run(["dash", "-n"], check=False, input=script, capture_output=True, text=True, timeout=20)
    assert ("Unterminated quoted string" in checked.stderr) == bool(number), checked.stderr


def test_what_stands_behind_the_line_is_read() -> None:
    found = posix.read('echo "a\nsudo apt-get install jq\necho "b"')[0]
    assert [command.name for command in found] == ["echo", "apt-get", "echo"]
    found = powershell.read("Write-Output 'a\nRestart-Computer\nWrite-Output 'b'")[0]
    assert [command.name for command in found] == ["write-output", "restart-computer", "write-output"]


def test_many_quotes_take_time_in_proportion() -> None:
    start = time.process_time()
    posix.read("echo 'a\n" * 20_001)
    powershell.read('Write-Output "a\n' * 20_001)
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("script", "refused_by"),
    [
        ("echo $'a\\'", {"bash"}),
        ("echo $'it\\'s'", {"dash"}),
        ("echo $'a\\nb'", set()),
        ("echo $'a\\'\necho 'x", {"dash"}),
        ("echo $'a\\nb' 'x", {"bash", "dash"}),
        ("echo $'it\\'s' 'it' \"x", {"bash", "dash"}),
        ("echo \"don\\'t\" $'a", {"bash", "dash"}),
    ],
)
def test_what_only_one_of_the_shells_refuses_is_not_judged(script: str, refused_by: set[str]) -> None:
    """`$'…'` has escapes in Bash and none in dash, and either may be the sh of an image."""
    for shell in ("bash", "dash"):
        if program := shutil.which(shell):
            done = subprocess.run([program, "-n"], input=script.encode(), capture_output=True, check=False)
            assert (done.returncode != 0) == (shell in refused_by)
    assert (posix.read(script)[2] >= 0) == (len(refused_by) == 2)
