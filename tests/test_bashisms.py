"""What counts as Bash is what Bash and dash run differently: both are asked, where they are installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from aiblint import engine, registry
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.syntax.json import read

SHELLS = [shutil.which("bash"), shutil.which("dash")]
[RULE] = [rule for rule in registry.read_folder(registry.folder()) if rule.name == "shell-bashism"]
UBUNTU = {"type": "PlatformImage", "publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}

BASH = [
    "source ./lib",
    "[[ a == a ]]",
    "if [[ -f lib ]]; then echo yes; else echo no; fi",
    "a=(1 2); echo ${a[1]}",
    "cat <(echo a)",
    "cat <<< x",
    "false &> f; echo $?",
    "echo a >& f",
    "{ echo a >&2; } |& cat",
    "case a in a) echo 1 ;& b) echo 2 ;; esac",
    "case a in a) echo 1 ;;& a) echo 2 ;; esac",
    "set -euo pipefail",
    "set -o errtrace",
    "function f { echo a; }; f",
    "function f() { echo a; }; f",
    "echo {1..3}",
    "echo x{a,b}y",
    "for i in {1..3}; do echo $i; done",
    "echo $'a\\tb'",
    'echo $"a"',
    "x=abc; echo ${x:0:1}",
    "x=a; echo ${x^^} ${x,,}",
    "x=y; y=1; echo ${!x}",
    'x=a/b; echo "${x//\\//-}"',
    'f() { echo "${@:2}"; }; f 1 2 3',
    'x=a; echo "${x@Q}"',
    "if [ a == a ]; then echo yes; else echo no; fi",
    "test a == a && echo yes",
    "echo -e 'a'",
    "echo -ne a",
    "echo a | { read -t 5 x; echo $x; }",
    "printf 'a\\0b' | { read -d '' x; echo $x; }",
    "echo a | { read -n 1 x; echo $x; }",
    "x=a; x+=b; echo $x",
    "a[0]=x; echo $a",
    "i=1; ((i++)); echo $i",
    "for ((i=0;i<2;i++)); do echo $i; done",
    "let i=1; echo $i",
    "declare x=1; echo $x",
    "typeset x=1; echo $x",
    "shopt -s nullglob",
    "pushd / > /dev/null; pwd",
    "trap 'echo x' ERR",
    "trap 'echo x' SIGTERM",
    "printf -v x a; echo $x",
    "f() { echo a; }; export -f f",
    "f() { local -r x=1; echo $x; }; f",
    "mapfile -t x < lib; echo $x",
    "readarray -t x < lib; echo $x",
    "type -p cat > /dev/null && echo yes",
    "builtin cd .",
    'if [ "$EUID" -ge 0 ]; then echo yes; else echo no; fi',
    'echo $((${#RANDOM} > 0)); test -n "$RANDOM" && echo yes',
    "(exec -a x cat lib)",
    "cat < <(echo a)",
    "eval 'echo {a,b}'",
    "x=$(echo {a,b}); echo $x",
    "if true; then\n  source ./lib\nfi",
]
NESTED = ["sh -c 'x=a; echo ${x^}'", "sudo sh <<'EOF'\nx=a; echo ${x^}\nEOF", "sudo sh -c 'eval \"echo {a,b}\"'"]
PLAIN = [
    ". ./lib; echo $LIB",
    "set -eu; set -E",
    "[ a = a ] && echo yes",
    "f() { local x=1; echo $x; }; f",
    "echo -n a; echo ' -e'; printf '%s\\n' -e",
    "x=a.b; echo ${x%.*} ${x#*.} ${#x} ${x:-c} ${y:=d} ${x:+e} ${z-f}",
    "echo '{a,b}' \"{1..3}\" {} {a} { a,b }",
    'x={a,b}; echo "$x"',
    "echo '<(a)' \"[[ $'x' ]]\" \\$\\'a\\'",
    "i=1; i=$((i + 1)); echo $i",
    "((echo a; echo b) | cat)",
    "( (echo a) )",
    "command -v cat > /dev/null && echo yes",
    "trap 'echo bye' EXIT TERM INT",
    "cat <<EOF\n[[ a ]] source <<< {a,b} $((1 + 1))\nEOF",
    "bash <<'EOF'\na=(1 2); echo ${a[1]} {a,b}\nEOF",
    "bash -c 'set -o pipefail; source ./lib; [[ $LIB == 1 ]] && echo {a,b}'",
    'bash -ec "echo {a,b}" | cat',
    "echo a > f 2>&1; cat f >&2; echo b 2>/dev/null >&1",
    "case $LIB in [a-z]*|'') echo none ;; *) echo some ;; esac",
    'echo a | while read -r x; do echo "$x"; done',
    "x=RANDOM; echo $x; EUID_OF=1; echo $EUID_OF",
    "HOSTNAME=h; echo $HOSTNAME",
    "echo ${EUID:-$(id -u)} > /dev/null",
    'source() { . "$1"; }; source ./lib; echo $LIB',
    "/bin/echo -e 'a\\tb'",
    "umask 022; alias a=b; type cat > /dev/null; hash -r",
    "echo a; # source x; [[ y ]]",
    "awk 'BEGIN { x[1] = 2; if (x[1] == 2) print \"yes\" }'",
    "sed -n 's/^LIB=\\(.*\\)$/\\1/p' lib",
]


def run(shell: str | None, script: str, folder: Path) -> tuple[int, str]:
    """Exit status and output of a script, in a fresh folder with one file; what goes to stderr is the shell's own wording."""
    assert shell is not None
    folder.mkdir()
    (folder / "lib").write_text("LIB=1\n")
    done = subprocess.run([shell, "-e"], input=script, cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout


def findings(script: str) -> list[Finding]:
    properties = {"source": UBUNTU, "customize": [{"type": "Shell", "inline": script.split("\n")}], "distribute": []}
    text = json.dumps({"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": properties})
    result = engine.lint(read(text.encode(), "x.json"), [RULE], Checkout("x.json"), "2026-11-23")
    assert not result.defects
    return result.findings


def is_flagged(script: str) -> bool:
    return bool(findings(script))


def plain(script: str) -> str | None:
    """What the suggested fix makes of a script; None where there is none."""
    [finding] = findings(script)
    if finding.fix is None:
        return None
    assert not finding.fix.safe
    text = finding.document.text
    for edit in sorted(finding.fix.edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return "\n".join(json.loads(text)["properties"]["customize"][0]["inline"])


@pytest.mark.parametrize("script", [*BASH, *NESTED])
def test_what_only_bash_runs_is_flagged(script: str) -> None:
    assert is_flagged(script)


@pytest.mark.parametrize("script", PLAIN)
def test_what_every_shell_runs_is_not(script: str) -> None:
    assert not is_flagged(script)


@pytest.mark.skipif(None in SHELLS, reason="needs bash and dash")
@pytest.mark.parametrize("script", BASH)
def test_bash_and_dash_differ_about_what_is_flagged(script: str, tmp_path: Path) -> None:
    bash, dash = (run(shell, script, tmp_path / str(number)) for number, shell in enumerate(SHELLS))
    assert bash != dash


@pytest.mark.skipif(None in SHELLS, reason="needs bash and dash")
@pytest.mark.parametrize("script", PLAIN)
def test_bash_and_dash_agree_about_what_is_not(script: str, tmp_path: Path) -> None:
    bash, dash = (run(shell, script, tmp_path / str(number)) for number, shell in enumerate(SHELLS))
    assert bash == dash


FIXED = [
    *BASH,
    'x=1; if [[ "$x" == 1 ]]; then echo one; fi; [[ ! -d lib ]] && [[ 2 -gt 1 ]] && echo more &>> f; cat f',
    "true; function _a_b ()  { echo a; }; _a_b >& f; cat f",
    'x="a b"; [[ -n "$x" ]] && source ./lib && echo $LIB',
    "x=$([[ -f lib ]] && echo yes); echo $x",
    "if [ -f lib ] && [ \"$(cat lib)\" == 'LIB=1' ]; then echo yes; fi",
]
UNFIXED = [
    "[[ a* == a ]]",
    "x=a; [[ $x == a ]]",
    "[[ -f a && -f b ]]",
    "[[ a < b ]]",
    "source lib",
    "sh -c 'source ./lib'",
    "[[ -f lib ]]; echo {a,b}",
]


@pytest.mark.skipif(None in SHELLS, reason="needs bash and dash")
@pytest.mark.parametrize("script", FIXED)
def test_dash_runs_the_fixed_script_as_bash_ran_the_other(script: str, tmp_path: Path) -> None:
    fixed = plain(script)
    if fixed is not None:
        assert not is_flagged(fixed)
        assert run(SHELLS[0], script, tmp_path / "0") == run(SHELLS[1], fixed, tmp_path / "1")


def test_most_of_what_has_a_plain_twin_is_fixed() -> None:
    assert sum(plain(script) is not None for script in FIXED) >= 15


@pytest.mark.parametrize("script", UNFIXED)
def test_what_has_no_twin_to_the_letter_is_not_fixed(script: str) -> None:
    assert plain(script) is None
