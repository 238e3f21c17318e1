"""Secrets are never printed: in no format, whichever rules run, and even where a rule quotes all that it sees."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Aiblint

from aiblint import masking, registry
from aiblint.check import Context, Problem, quote
from aiblint.checkout import Checkout
from aiblint.confidential import hide, without_secrets
from aiblint.document import Document
from aiblint.engine import lint
from aiblint.example import merge
from aiblint.finding import Edit, Finding, Fix
from aiblint.masking import Hidden
from aiblint.report import FORMATS
from aiblint.report.excerpt import excerpt
from aiblint.report.json import fix_object
from aiblint.syntax.json import read
from aiblint.value import Value

BLOB = "https://contoso.blob.core.windows.net/s/install.sh"
GIT = "https://raw.githubusercontent.com/contoso/images/4b825dc642cb6eb9a060e54bf8d69288fbee4904/agent/install.sh"


def body(base: str, **changes: Any) -> Any:
    clean = json.loads((ROOT / "examples" / f"{base}.json").read_text())
    return merge(clean, changes)


def step(base: str = "linux", **step: Any) -> Any:
    """A clean template, but for one step; the build timeout is what the tell-tale rule hangs on."""
    return body(base, properties={"customize": [{"name": "a", **step}]})


def arm(parameters: Any = None, variables: Any = None, other: Any = (), **properties: Any) -> Any:
    text = (ROOT / "examples" / "deployment.json").read_text()
    whole = json.loads("\n".join(line for line in text.splitlines() if "//" not in line or '"' in line.split("//")[0]))
    whole["resources"][1]["properties"].update(properties)
    whole["resources"] += other
    return merge(whole, {"parameters": parameters or {}, "variables": variables or {}})


def inline(*lines: str) -> list[Any]:
    return [{"type": "Shell", "name": "a", "inline": list(lines)}]


SECURE = {"pw": {"type": "securestring", "defaultValue": "Hunter2 is $ecret"}}

CASES: dict[str, Any] = {
    "signature": step(type="Shell", scriptUri=f"{BLOB}?sv=2022-11-02&sr=b&sig=Hunter2Hunter2%3D"),
    "short signature": step(type="Shell", scriptUri=f"{BLOB}?sig=Hunter2"),
    "password in an address": step(type="Shell", scriptUri="https://build:Hunter2@files.contoso.com/install.sh"),
    "password with a slash": step(type="Shell", scriptUri="https://build:x/Hunter2@files.contoso.com/install.sh"),
    "token as a user": step(type="Shell", scriptUri="https://Hunter2Hunter2Hunter2@files.contoso.com/install.sh"),
    "password in a query": step(type="Shell", scriptUri="http://files.contoso.com/install.sh?user=a&password=Hunter2"),
    "token in a query": step(type="File", sourceUri="http://files.contoso.com/a?access_token=Hunter2", destination="/tmp/a"),
    "function key": step(type="Shell", scriptUri="https://contoso.azurewebsites.net/api/script?n=a.sh&code=Hunter2"),
    "local path": step(type="Shell", scriptUri="C:\\x?sig=Hunter2"),
    "destination": step(type="File", sourceUri=GIT, destination="/var/a?password=Hunter2"),
    "VHD target": body(
        "linux", properties={"distribute": [{"type": "VHD", "runOutputName": "v", "uri": f"{BLOB}?sig=Hunter2Hunter2"}]}
    ),
    "GitHub token": step(type="Shell", inline=["curl -H 'X: ghp_Hunter2Hunter2Hunter2Hunter2Hunter2H' https://api.github.com"]),
    "basic authentication": step(type="Shell", inline=["curl -fsS -u build:Hunter2 https://files.contoso.com/a -o /tmp/a"]),
    "docker login": step(type="Shell", inline=["apt-get install docker; docker login -u build -p Hunter2Hunter2 contoso.io"]),
    "chpasswd": step(type="Shell", inline=["echo 'ops:Hunter2' | chpasswd"]),
    "net user": step("windows", type="PowerShell", inline=["Restart-Computer; net user svc Hunter2! /add"]),
    "secure string": step(
        "windows", type="PowerShell", inline=["$p = ConvertTo-SecureString 'Hunter2 a b' -AsPlainText -Force"]
    ),
    "restart command": step(
        "windows", type="WindowsRestart", restartCommand="shutdown /r & net use x: \\\\s\\d Hunter2 /user:a"
    ),
    "tag": body("linux", tags={"adminPassword": '$Hunter2"x'}),
    "escaped": json.dumps(step(type="Shell", scriptUri=f"{BLOB}?sv=1&sig=Hunter2Hunter2")).replace("&", "\\u0026"),
    "escaped name": json.dumps(step(type="Shell", scriptUri=f"{BLOB}?sv=1&sig=Hunter2Hunter2")).replace(
        "sig=", "s\\u0069g\\u003d"
    ),
    "comment": "// the password: Hunter2!x\n" + json.dumps(step(type="Shell", inline=["apt-get update"])),
    "broken file": '{"type": "Microsoft.VirtualMachineImages/imageTemplates" "adminPassword": "Hunter2!", "u": "a://b:Hunter2@c"',
    "repeated in a comment": "// it was Hunter2! before\n"
    + json.dumps(step(type="PowerShell", inline=["net user svc Hunter2! /add"])),
    "repeated in another step": body(
        "linux",
        properties={
            "customize": [
                {"type": "Shell", "name": "a", "inline": ["echo 'ops:Hunter2 \"x' | chpasswd", 'run Hunter2 \\"x']},
                {"type": "Shell", "name": 'Hunter2 "x', "inline": ["/bin/check 'Hunter2 \"x'"]},
            ]
        },
    ),
    "repeated in an expression": arm(
        {"pw": {"type": "securestring", "defaultValue": "Hunter2 isn't"}},
        customize=inline("[concat('run Hunter2 isn''t ', 'x')]"),
    ),
    "another resource": arm(other=[{"type": "Microsoft.Compute/x", "properties": {"adminPassword": "Hunter2!"}}]),
    "secure parameter": arm(SECURE, customize=inline("[concat('docker login -u build -p ', parameters('pw'))]")),
    "secure parameter as a place": arm(
        {"pw": {"type": "SecureString", "defaultValue": "Hunter2"}}, customize=inline("[parameters('pw')]")
    ),
    "escapes in a secure parameter": arm(
        {"pw": {"type": "securestring", "defaultValue": 'Hunter2\t"is\\it"'}}, customize=inline("[parameters('pw')]")
    ),
    "made of a secure parameter": arm(
        {"pw": {"type": "securestring", "defaultValue": "Hunter-2-or-not"}},
        customize=inline("[concat('run -x ', replace(parameters('pw'), '-', ''))]"),
    ),
    "put together": arm(
        customize=[{"type": "Shell", "name": "a", "scriptUri": f"[concat('{BLOB}?s', 'ig=Hunter', '2Hunter2Hunter2')]"}]
    ),
    "command put together": arm(customize=inline("[concat('docker login -u build -p Hunter', '2Hunter2 contoso.io')]")),
    "part of an expression": arm(
        None, {"r": "contoso.io"}, customize=inline("[concat('docker login -u build -p Hunter2Hunter2 ', variables('r'))]")
    ),
    "secure object": arm(
        {"o": {"type": "secureObject", "defaultValue": {"a": ["Hunter2 is it"]}}}, customize=inline("[parameters('o').a[0]]")
    ),
    "password by its name": arm({"adminPassword": {"type": "string", "defaultValue": "Hunter2 it is"}}),
    "command in a variable": arm(
        None, {"login": "docker login -u build -p Hunter2Hunter2 contoso.io"}, customize=inline("[variables('login')]")
    ),
    "handed to a nested deployment": arm(
        other=[
            {
                "type": "Microsoft.Resources/deployments",
                "name": "n",
                "properties": {
                    "parameters": {"pw": {"value": "Hunter2 is it"}},
                    "template": {"parameters": {"pw": {"type": "securestring"}}, "resources": []},
                },
            }
        ]
    ),
}

SELECTIONS = {
    "all rules": [],
    "no rule about secrets": ["--ignore", "credential-in-uri,secret-in-inline,secure-value-in-inline"],
    "rules about secrets off": ["--severity", "AIB52*=off"],
    "one rule": ["--select", "AIB801"],
}


def tell_tale(value: Value, context: Context, **_: object) -> Iterator[Problem]:
    """A rule that quotes every string of the template, whole and in parts, and underlines it."""
    for found in context.template.root.walk():
        if found.text:
            text = found.text
            middle = len(text) // 2
            shortened = f"{text[:middle]}…" if "Hunter2" in text[:middle] else f"…{text[middle:]}"
            words = f"{quote(text)} {quote(text, 20)} {text} {text.encode('unicode_escape').decode()} {shortened}"
            yield Problem(found, words, related=((found, f"here: {text}"),))


@pytest.fixture
def tale(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.load()  # an index that is to be made anew would miss the word
    monkeypatch.setattr("aiblint.checks.time.build_timeout_outside", tell_tale)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_no_format_prints_a_secret(aiblint: Aiblint, tmp_path: Path, tale: None, name: str, selection: str) -> None:
    case = CASES[name]
    minified = case if isinstance(case, str) else json.dumps(case, separators=(",", ":"))
    indented = case if isinstance(case, str) else json.dumps(case, indent=2)
    assert "Hunter" in minified
    (tmp_path / "a.json").write_text(minified)
    (tmp_path / "b.json").write_text(indented)
    for format_name in FORMATS if selection == "one rule" else ("text", "json"):
        status, out, err = aiblint("--no-config", *SELECTIONS[selection], "--format", format_name, tmp_path)
        assert status == (0 if name == "broken file" and selection == "one rule" else 1), err
        assert "Hunter2" not in out + err


@pytest.mark.parametrize("name", CASES)
def test_no_place_of_a_secret_is_shown(name: str, tale: None) -> None:
    """Also far from every finding, and not much else is hidden with it."""
    case = CASES[name]
    document = read((case if isinstance(case, str) else json.dumps(case, indent=1)).encode(), "a.json")
    assert lint(document, registry.load(), Checkout("a.json"), "2026-11-23").findings
    assert "Hunter2" not in document.shown
    assert 6 < document.shown.count("*") < (120 if "put together" in name else 60)


def test_a_secret_of_a_parameter_file_is_not_printed(aiblint: Aiblint, tmp_path: Path, tale: None) -> None:
    template = arm({"pw": {"type": "securestring"}}, customize=inline("[concat('docker login -p ', parameters('pw'))]"))
    (tmp_path / "a.json").write_text(json.dumps(template))
    (tmp_path / "a.parameters.json").write_text(json.dumps({"parameters": {"pw": {"value": "Hunter2 is it"}}}))
    for format_name in ("text", "json", "sarif"):
        status, out, err = aiblint("--no-config", "--format", format_name, "--select", "time,AIB5*", tmp_path)
        assert (status, "Hunter2" in out + err) == (1, False)


def test_pages_and_differences_show_no_secret_of_a_file_without_findings(aiblint: Aiblint, tmp_path: Path) -> None:
    """They show the template itself."""
    script = [{"type": "Shell", "inline": ["net user svc Hunter2Hunter2 /add"]}]
    text = json.dumps(body("linux", properties={"customize": script}), indent=1)
    (tmp_path / "a.json").write_text(text)
    status, out, _ = aiblint("--no-config", "--select", "AIB801", "--format", "html", tmp_path)
    assert (status, "net user svc" in out, "Hunter2" in out) == (0, True, False)
    (tmp_path / "a.json").write_text(text.replace('/add"', '/add",'))
    status, out, err = aiblint("--no-config", "--select", "trailing-comma", "--diff", tmp_path)
    assert (status, "net user svc" in out, "Hunter2" in out + err) == (1, True, False)


NAMES: dict[str, Any] = {
    "name of a step": body(
        "linux",
        properties={
            "customize": [{"type": "Shell", "name": "deploy --password Hunter2x", "inline": ["sudo a"], "runElevated": 1}]
        },
    ),
    "name of a tag": body("linux", tags={"ghp_Hunter2Hunter2Hunter2Hunter2Hunter2H": 1}),
    "name of a tag with a slash": body("linux", tags={"https://build:x/Hunter2@files.contoso.com/": 1}),
    "escaped name of a tag": json.dumps(body("linux", tags={"ghp_Hunter2Hunter2Hunter2Hunter2Hunter2H": 1})).replace(
        "ghp_", "ghp\\u005f"
    ),
    "name of the template": body("linux", name="a --password Hunter2x", tags={"x": 1}),
    "escaped name that repeats a password": json.dumps(
        body("linux", tags={"adminPassword": "Hunter2 it is", "Hunter2 it is": 1})
    ).replace('"Hunter2 it is": 1', '"Hunter\\u0032 it is": 1'),
    "repeated password": body("linux", tags={"adminPassword": "Hunter2 it is", "Hunter2 it is": 1}),
}


@pytest.mark.parametrize("name", NAMES)
def test_no_name_that_holds_a_secret_is_printed_or_kept(aiblint: Aiblint, tmp_path: Path, name: str) -> None:
    case = NAMES[name]
    template, base = tmp_path / "a.json", tmp_path / "base.json"
    template.write_text(case if isinstance(case, str) else json.dumps(case, indent=1))
    for format_name in FORMATS:
        _, out, err = aiblint("--no-config", "--format", format_name, template)
        assert "Hunter2" not in out + err, format_name
    aiblint("--no-config", "--write-baseline", base, template)
    assert json.loads(base.read_text())["findings"]
    assert "Hunter2" not in base.read_text()
    status, out, _ = aiblint("--no-config", "--baseline", base, template)
    assert (status, "no longer" in out) == (0, False)
    template.write_text(json.dumps(body("linux")))
    for format_name in ("text", "json"):
        _, out, _ = aiblint("--no-config", "--baseline", base, "--format", format_name, template)
        assert ("no longer" in out or '"gone": [' in out, "Hunter2" in out) == (True, False)


def test_secrets_of_an_older_baseline_are_not_printed(aiblint: Aiblint, tmp_path: Path) -> None:
    template, base = tmp_path / "a.json", tmp_path / "base.json"
    template.write_text(json.dumps(body("linux", tags={"ghp_Hunter2Hunter2Hunter2Hunter2Hunter2H": 1})))
    aiblint("--no-config", "--write-baseline", base, template)
    assert "***" in base.read_text()
    base.write_text(base.read_text().replace("***", "ghp_Hunter2Hunter2Hunter2Hunter2Hunter2H"))
    status, out, _ = aiblint("--no-config", "--baseline", base, template)
    assert (status, "no longer" in out) == (0, False)
    template.write_text(json.dumps(body("linux")))
    _, out, _ = aiblint("--no-config", "--baseline", base, template)
    assert ("no longer" in out, "Hunter2" in out) == (True, False)


def test_a_baseline_holds_no_digest_of_a_secret(aiblint: Aiblint, tmp_path: Path) -> None:
    base = tmp_path / "base.json"
    subjects = []
    for secret in ("Hunter2Hunter2!", "Hunter3Hunter3!"):
        case = step("windows", type="PowerShell", scriptUri=f"https://x.blob.core.windows.net/s/a.ps1?sv=1&sig={secret}%3D")
        (tmp_path / "a.json").write_text(json.dumps(case))
        aiblint("--no-config", "--select", "AIB52*", "--write-baseline", base, tmp_path / "a.json")
        subjects.append([entry["subject"] for entry in json.loads(base.read_text())["findings"]])
    assert subjects == [["secret"], ["secret"]]


def test_no_fingerprint_and_no_digest_is_made_of_a_secret(aiblint: Aiblint, tmp_path: Path) -> None:
    """A digest of a weak password beside all else that it is made of lets people try out which one it is."""
    base, kept = tmp_path / "base.json", []
    for secret in ("Hunter2Hunter2!", "Gather3Gather3?"):
        lines = ["sudo apt-get install jq", f"net user svc {secret} /add", f"apt install x; run {secret}"]
        case = {**step(type="Shell", inline=lines), "api-version": "x" * 99, "location": ""}
        (tmp_path / "a.json").write_text(json.dumps(case, indent=1))
        aiblint("--no-config", "--write-baseline", base, tmp_path / "a.json")
        _, gitlab, _ = aiblint("--no-config", "--format", "gitlab", tmp_path / "a.json")
        _, log, _ = aiblint("--no-config", "--format", "sarif", tmp_path / "a.json")
        results = json.loads(log)["runs"][0]["results"]
        fingerprints = [result.get("partialFingerprints") for result in results]
        assert None in fingerprints
        assert any(fingerprints)
        kept.append((base.read_text(), [issue["fingerprint"] for issue in json.loads(gitlab)], fingerprints))
    assert "[#" in kept[0][0]
    assert kept[0] == kept[1]


@pytest.mark.parametrize("external", [False, True])
def test_the_reason_of_an_exception_prints_no_secret(aiblint: Aiblint, tmp_path: Path, external: bool) -> None:
    reason = "the test server takes --password Hunter2x" + (", and Hunter2 it is" if external else "")
    text = json.dumps(body("linux", tags={"adminPassword": "Hunter2 it is", "x": 1}), indent=1)
    config = tmp_path / ".aiblint.yaml"
    if external:
        config.write_text(f'ignore: [{{rule: AIB116, reason: "{reason}"}}]\n')
    else:
        config.write_text("")
        text = f"// aiblint: ignore-file[AIB116] {reason}\n{text}"
    (tmp_path / "a.json").write_text(text)
    for format_name in FORMATS:
        _, out, err = aiblint("--config", config, "--show-suppressed", "--format", format_name, tmp_path / "a.json")
        assert "Hunter2" not in out + err, format_name
        if format_name in ("text", "json", "sarif"):
            assert "takes --password ***" in out, out + err


def test_the_line_of_an_exception_in_the_configuration_shows_no_secret(aiblint: Aiblint, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(body("linux"), indent=1))
    config = tmp_path / ".aiblint.yaml"
    config.write_text('ignore: [{rule: AIB116, path: a.json, reason: "it takes --password Hunter2x"}]\n')
    for format_name in FORMATS:
        status, out, err = aiblint("--config", config, "--format", format_name, tmp_path)
        assert (status, "Hunter2" in out + err) == (1, False), format_name


def test_a_fix_that_repeats_a_secret_is_made_and_not_printed() -> None:
    document = Document("a.json", "https://x/a?sig=Hunter2", None, [])
    parts: dict[str, Any] = {"rule": "A1", "name": "a", "severity": "note", "summary": "", "help": "", "message": ""}
    edits = (Edit(0, 23, "https://y/a?sig=Hunter2"),)
    found = [
        without_secrets(Finding(document, 0, 1, fix=Fix("write 'a?sig=Hunter2'", made, True), **parts), Hidden([]))
        for made in (edits, (Edit(0, 5, "http"),))
    ]
    assert [finding.fix and (finding.fix.secret, finding.fix.title) for finding in found] == [
        (True, "write 'a?sig=***'"),
        (False, "write 'a?sig=***'"),
    ]
    assert found[0].fix is not None
    assert found[0].fix.edits == edits
    assert [fix_object(finding) is None for finding in found] == [True, False]


def test_a_secret_command_of_a_parameter_file_is_not_shown_there() -> None:
    template = arm({"login": {"type": "string"}}, customize=inline("[parameters('login')]"))
    given = {"parameters": {"login": {"value": "docker login -u build -p Hunter2Hunter2 contoso.io"}}}
    document, parameters = (read(json.dumps(each).encode(), "a.json") for each in (template, given))
    result = lint(document, registry.load(), Checkout("a.json"), "2026-11-23", parameters=parameters)
    assert "secret-in-inline" in {finding.name for finding in result.findings}
    assert parameters.shown == json.dumps(given).replace("Hunter2Hunter2", "*" * 14)
    assert document.shown == document.text


def test_expressions_and_stand_ins_are_no_secrets() -> None:
    declared = {
        "pw": {"type": "securestring", "defaultValue": "[newGuid()]"},
        "adminPassword": {"type": "string", "defaultValue": "[concat('a', 'b')]"},
        "token": {"type": "securestring", "defaultValue": "changeme"},
    }
    document = read(json.dumps(arm(declared)).encode(), "a.json")
    hidden = hide(document, [], None)
    assert document.shown == document.text.replace("changeme", "********")
    assert hidden.without("changeme [newGuid()]") == "changeme [newGuid()]"


def test_what_a_rule_calls_a_secret_is_not_printed(aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(value: Value, context: Context, **_: object) -> Iterator[Problem]:
        step = context.template.steps[0]
        yield Problem(step.members["name"], f"{step.text_of('name')} is a secret", secret=True)
        yield Problem(step.members["inline"].items[0], "sudo is one, too", part=(0, 4), secret=True)

    registry.load()
    monkeypatch.setattr("aiblint.checks.time.build_timeout_outside", strict)
    _, out, _ = aiblint("--no-config", "--select", "AIB801", ROOT / "examples" / "linux.json")
    assert '"name": "*****",' in out
    assert "*** is a secret" in out
    assert '"**** apt-get update"' in out
    assert "*** is one, too" in out


def test_a_defect_prints_no_secret(aiblint: Aiblint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(value: Value, context: Context, **_: object) -> Iterator[Problem]:
        raise KeyError(context.template.steps[0].text_of("scriptUri"))

    registry.load()
    monkeypatch.setattr("aiblint.checks.time.build_timeout_outside", broken)
    (tmp_path / "a.json").write_text(json.dumps(CASES["signature"]))
    status, out, err = aiblint("--no-config", "--select", "AIB801", tmp_path)
    assert (status, "Hunter2" in out + err) == (2, False)
    assert "sig=***" in err


@pytest.mark.parametrize(
    "text",
    [
        "https://builder@files.contoso.com/install.sh",
        "https://github.com:443/actions/checkout@v4",
        "git clone https://github.com/contoso/images.git@main",
        "https://files.contoso.com/install.sh?version=2&code=west",
        "https://contoso.blob.core.windows.net/s/a?sig=<sas>&sv=2",
        "https://contoso.blob.core.windows.net/s/a?sig={{sas}}",
        "[concat('https://contoso.blob.core.windows.net/a?sig=', parameters('sas'))]",
        "https://contoso.blob.core.windows.net/s/a?sig=$(sas)",
        "https://contoso.blob.core.windows.net/s/a?sig=$SAS",
        "PasswordAuthentication no",
        '"adminPassword": "[parameters(\'adminPassword\')]"',
        "password: changeme",
        "--password $REGISTRY_PASSWORD",
        "TOKEN=$(az account get-access-token)",
        "the password stands in the address",
        "a key or token stands here in clear",
        "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "export TOKEN_FILE=/run/token",
        "sudo apt-get update && apt-key adv --recv-keys ABCDEF",
        "monkey=banana turkey: roasted",
    ],
)
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert masking.mask(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a?sv=1&sig=abc%3D&se=2 b", "a?sv=1&sig=***&se=2 b"),
        ('\\"https://x/a?sig=abc\\" -o', '\\"https://x/a?sig=***\\" -o'),
        ("a?sig=abc\\u002bdef\\u0026se=1", "a?sig=***\\u0026se=1"),
        ("://me:pa@h ://you:pb@h", "://me:***@h ://you:***@h"),
        ("Password=$ecret;Server=x", "Password=$ecret;Server=x"),
        (";Password=Hunter2;Server=x", ";Password=***;Server=x"),
        ('{"adminPassword": "Hunter2"}', '{"adminPassword": "***"}'),
        ("setup --admin-password Hunter2 --name x", "setup --admin-password *** --name x"),
    ],
)
def test_only_the_secret_is_taken_out(text: str, shown: str) -> None:
    assert masking.mask(text) == shown


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("'net user a correct-horse /add'", "'net user a *** /add'"),
        ("'net user a corre…", "'net user a ***…"),
        ("…ect-horse /add'", "…*** /add'"),
        ("corre…ct-horse and cor…se", "***…*** and cor…se"),
        ("correct horses and cors", "correct horses and cors"),
        ("correct-horsecorrect-horse", "******"),
    ],
)
def test_messages_lose_known_secrets_whole_and_in_pieces(message: str, shown: str) -> None:
    assert Hidden(["correct-horse", "cor"]).without(message) == shown


def test_the_shown_text_is_as_long_and_has_the_same_lines() -> None:
    document = Document("a", "one\ntwo\r\nthree four", None, [])
    assert document.shown is document.text
    document.hide([(15, 17), (2, 6), (4, 11), (3, 5)])
    assert document.shown == "on*\n***\r\n**ree **ur"
    document.hide([(0, 1)])
    assert document.shown == "*n*\n***\r\n**ree **ur"


def many_signatures(count: int) -> str:
    steps = [{"type": "Shell", "name": f"s{i}", "scriptUri": f"{BLOB}?n={i}&sig=Hunter2{i:06}Hunter2"} for i in range(count)]
    return json.dumps(body("linux", properties={"customize": steps}), separators=(",", ":"))


def seconds(aiblint: Aiblint, path: Path) -> float:
    start = time.process_time()
    _, out, _ = aiblint("--no-config", path)
    assert "Hunter2" not in out
    return time.process_time() - start


@pytest.mark.slow
def test_many_secrets_on_one_line_take_time_in_proportion(aiblint: Aiblint, tmp_path: Path) -> None:
    """Once it was about the third power: 1,000 took 55 s."""
    for count in (250, 1000):
        (tmp_path / f"{count}.json").write_text(many_signatures(count))
    few = min(seconds(aiblint, tmp_path / "250.json") for _ in range(2))
    assert seconds(aiblint, tmp_path / "1000.json") < 4 * few * 2.5


def test_an_excerpt_of_a_long_line_costs_no_copy_of_it() -> None:
    document = Document("a", '{"a": ' + "x" * 4_000_000, None, [])
    document.hide([(10, 20)])
    document.shown  # noqa: B018 - made once
    start = time.process_time()
    for offset in range(0, 4_000_000, 4_000):
        excerpt(document, offset, offset + 5)
    assert time.process_time() - start < 2


VAGUE = "Zx81hunterA07"
"""No rule would call it a secret by its form: what stands before it does."""


@pytest.mark.parametrize(
    ("base", "line"),
    [
        ("windows", "$cred='{}'"),
        ("windows", "$env:API_KEY='{}'"),
        ("windows", "setx API_TOKEN {}"),
        ("windows", "msiexec /i a.msi /qn TOKEN={}"),
        ("windows", "Start-Process a.exe -ArgumentList '/key={}' -Wait"),
        ("windows", "choco install x --params '/LicenseKey:{}'"),
        ("linux", "cat > /etc/x <<EOF\napi_key = {}\nEOF"),
        ("linux", "curl -H 'X-Api-Key: {}' https://contoso.com/x"),
        ("linux", 'curl -H "Authorization: Bearer {}" https://contoso.com/x'),
        ("linux", "passwd u <<< '{}'"),
        ("linux", "npm config set //r/:_authToken={}"),
        ("linux", "subscription-manager register --org=1 --activationkey={}"),
        ("linux", "aws configure set aws_secret_access_key {}"),
    ],
)
@pytest.mark.parametrize("format_name", ["html", "text", "json", "sarif"])
def test_what_stands_beside_the_name_of_a_secret_is_hidden(
    aiblint: Aiblint, tmp_path: Path, base: str, line: str, format_name: str
) -> None:
    kind = "Shell" if base == "linux" else "PowerShell"
    path = tmp_path / "a.json"
    path.write_text(json.dumps(step(base, type=kind, inline=[line.format(VAGUE), f"echo {VAGUE} | tee /dev/null"]), indent=2))
    _, out, err = aiblint("--no-config", "--format", format_name, path)
    assert VAGUE not in out + err


@pytest.mark.parametrize("name", ["apiKey", "token", "secret", "storageKey", "clientSecret", "licenseKey"])
def test_tags_called_like_secrets_are_hidden(aiblint: Aiblint, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(body("linux", tags={name: VAGUE}), indent=2))
    assert VAGUE not in aiblint("--no-config", "--format", "html", path)[1]


@pytest.mark.parametrize(
    "text",
    [
        '"keyVaultName": "kv-images-01"',
        '"secretName": "image-admin-2024"',
        '"token": "[parameters(\'token1234\')]"',
        '"token": "$(TOKEN_1234567)"',
        "the key rotation2024 is done",
        "curl --key https://contoso.com/key1.pem",
        '"passwordless": "build1234"',
    ],
)
def test_what_is_no_value_of_a_secret_stays_readable(text: str) -> None:
    assert list(masking.guessed(text)) == []


def test_guessing_takes_linear_time() -> None:
    for text in ("passwd a", "key=Bearer ", 'key="', "token:" + "\\" * 9, "a_key b12345678 "):
        start = time.perf_counter()
        list(masking.guessed(text * (200_000 // len(text))))
        assert time.perf_counter() - start < 2


def test_capitals_of_other_lengths_move_nothing() -> None:
    text = f"İİİ API_KEY={VAGUE}"
    assert [text[start:end] for start, end in masking.guessed(text)] == [VAGUE]
