"""Secrets in commands are found by their form or the name that stands with them, and no report prints one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Aiblint

from aiblint import engine, masking, registry, schema
from aiblint.checkout import Checkout
from aiblint.report import FORMATS
from aiblint.syntax.json import read

RULES = [rule for rule in registry.read_folder(registry.folder()) if rule.name == "secret-in-inline"]
A20, HEX32 = "aB3dE6gH9jK2mN5pQ8sT", "0123456789abcdef0123456789abcdef"
WORD = "n0t-A-real-0ne"

# One line for every form in the table, in its order, with what is to be underlined.
SHAPES = [
    ("cat <<EOF > /x\n-----BEGIN RSA PRIVATE KEY-----\nEOF", "-----BEGIN RSA PRIVATE KEY-----"),
    ("cat <<EOF > /x\n-----BEGIN PGP PRIVATE KEY BLOCK-----\nEOF", "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
    ("cat <<EOF > /x\nPuTTY-User-Key-File-3: ssh-rsa\nEOF", "PuTTY-User-Key-File-3:"),
    ("echo AGE-SECRET-KEY-1" + "Q" * 58, "AGE-SECRET-KEY-1" + "Q" * 58),
    ("x 'AccountName=a;AccountKey=" + "kQ" * 43 + "=='", "kQ" * 43 + "=="),
    ("x 'SharedAccessKeyName=a;SharedAccessKey=" + "kQ" * 21 + "='", "kQ" * 21 + "="),
    (f"azcopy cp 'https://a.blob.core.windows.net/c?sv=1&sig={A20}xyz%3D' .", f"{A20}xyz%3D"),
    ("x '?sv=2022-11-02&sp=r&sig=zJ9%3D' y", "zJ9%3D"),
    (f"x gho_{A20}{A20}", f"gho_{A20}{A20}"),
    (f"x github_pat_{A20}_{A20}{A20}", f"github_pat_{A20}_{A20}{A20}"),
    (f"curl 'https://raw.githubusercontent.com/o/r/main/a?token={A20}AA'", f"{A20}AA"),
    (f"x abc8Q~{A20}{A20[:14]}", f"abc8Q~{A20}{A20[:14]}"),
    ("x " + "aB3" * 25 + "zAZDOaB3d", "aB3" * 25 + "zAZDOaB3d"),
    ("x " + "aB3" * 17 + "zJQQJ99" + "aB" * 12, "aB3" * 17 + "zJQQJ99" + "aB" * 12),
    (f"curl -H 'Ocp-Apim-Subscription-Key: {HEX32}' https://x", HEX32),
    (f"x sk-proj-{A20}", f"sk-proj-{A20}"),
    ("x hf_" + "aB" * 17, "hf_" + "aB" * 17),
    (f"x tskey-auth-{A20}-{A20}", f"tskey-auth-{A20}-{A20}"),
    (f"x SG.{A20}.{A20}{A20}", f"SG.{A20}.{A20}{A20}"),
    (f"x dop_v1_{HEX32}{HEX32}", f"dop_v1_{HEX32}{HEX32}"),
    (f"x glsa_{A20}{A20[:12]}_01234567", f"glsa_{A20}{A20[:12]}_01234567"),
    (f"x {A20[:14]}.atlasv1.{A20}{A20}{A20}", f"{A20[:14]}.atlasv1.{A20}{A20}{A20}"),
    (f"x glpat-{A20}", f"glpat-{A20}"),
    ("x xoxb-1234567890-abc", "xoxb-1234567890-abc"),
    (f"curl https://hooks.slack.com/services/T1/B1/{A20}", f"T1/B1/{A20}"),
    (f"x npm_{A20}{A20[:16]}", f"npm_{A20}{A20[:16]}"),
    (f"x pypi-AgEI{A20}{A20}", f"pypi-AgEI{A20}{A20}"),
    (f"x AIza{A20}{A20[:15]}", f"AIza{A20}{A20[:15]}"),
    ("x AKIA" + "Z7" * 8, "AKIA" + "Z7" * 8),
    (f"vault login hvs.{A20}{A20}", f"hvs.{A20}{A20}"),
    (f"x dckr_pat_{A20}", f"dckr_pat_{A20}"),
    (f"x dapi{HEX32}", f"dapi{HEX32}"),
    (f"x sk_live_{A20}", f"sk_live_{A20}"),
    (f"x eyJ{A20}.eyJ{A20}.{A20}", f"eyJ{A20}.eyJ{A20}.{A20}"),
    (f"git clone https://build:{WORD}@git.contoso.com/x", WORD),
    (f"curl -H 'Authorization: Bearer {A20}' https://x", A20),
    (f"psql -c \"CREATE USER a WITH PASSWORD '{WORD}'\"", WORD),
    (f"x 'Server=a;Password={WORD};Database=b'", WORD),
]
SHELL = [
    (f"export DB_PASSWORD={WORD}", WORD),
    (f"DB_PASS='{WORD}' ./x", WORD),
    (f"sudo API_KEY={A20} ./x", A20),
    (f"x --password {WORD}", WORD),
    (f"x --admin-password={WORD}", WORD),
    (f"docker login -u b -p {WORD} r.io", WORD),
    (f"az login --service-principal -u i -p {WORD} --tenant t", WORD),
    (f"sqlcmd -U sa -P {WORD}", WORD),
    (f"mysql -u root -p{WORD}", WORD),
    (f"curl -u b:{WORD} https://x", WORD),
    (f"smbclient //s/x -U b%{WORD}", WORD),
    (f"mount -t cifs //s/x /m -o username=b,password={WORD},ro", WORD),
    (f"kubectl create secret generic x --from-literal=password={WORD}", WORD),
    (f"curl 'https://x/y?user=b&password={WORD}'", WORD),
    (f"openssl passwd -6 {WORD}", WORD),
    (f"openssl pkcs12 -export -passout pass:{WORD}", WORD),
    (f"htpasswd -bc /etc/x b {WORD}", WORD),
    (f"echo {WORD} | sudo -S id", WORD),
    (f"echo 'b:{WORD}' | sudo chpasswd", WORD),
    (f"sudo chpasswd <<< b:{WORD}", WORD),
    (f"echo 'export API_TOKEN={A20}' >> /etc/profile", A20),
    (f"sed -i 's/^password=.*/password={WORD}/' /etc/x", WORD),
    (f"tee /etc/x <<EOF\npassword: {WORD}\nEOF", WORD),
    (f"sudo bash -c 'export TOKEN={A20}'", A20),
    (f"PASS={WORD} ./x", WORD),
    (f"PASSWORD2={WORD}", WORD),
    ("SECRET='S3cr3t+V4lue'", "S3cr3t+V4lue"),
    (f"useradd -m -p {WORD} svc", WORD),
    (f"usermod --password $(echo {WORD} | openssl passwd -6 -stdin) svc", WORD),
    (f"echo {WORD} | docker login -u b --password-stdin", WORD),
    (f"echo {WORD} | kinit b@CONTOSO.COM", WORD),
    (f"realm join -U b contoso.com <<< {WORD}", WORD),
    (f"redis-cli -a {WORD} ping", WORD),
    (f"sed -i 's/^# requirepass .*/requirepass={WORD}/' /etc/x", WORD),
]
POWERSHELL = [
    (f"net user b {WORD} /add", WORD),
    (f"$adminPassword = '{WORD}'", WORD),
    (f"@{{ Password = '{WORD}' }}", WORD),
    (f'$env:API_TOKEN = "{A20}"', A20),
    (f"[Environment]::SetEnvironmentVariable('API_TOKEN', '{A20}', 'Machine')", A20),
    (f"ConvertTo-SecureString '{WORD}' -AsPlainText -Force", f"'{WORD}'"),
    (f"[System.Net.NetworkCredential]::new('b', '{WORD}')", WORD),
    (f"New-Object System.Net.NetworkCredential('b', '{WORD}')", WORD),
    (f"cmdkey /add:s /user:b /pass:{WORD}", WORD),
    (f"schtasks /create /tn x /ru b /rp {WORD}", WORD),
    (f"reg add HKLM\\X /v DefaultPassword /d {WORD} /f", WORD),
    (f"Set-Content C:\\x.ini 'password = {WORD}'", WORD),
    (f"Start-Process x -ArgumentList '/password:{WORD} /q'", WORD),
    (f"setx API_TOKEN {A20}", A20),
    (f"$pass = '{WORD}'", WORD),
    (f"$password1 = 'x${WORD}'", f"x${WORD}"),
    ("$secret = 'S3cr3tV4lue!'", "S3cr3tV4lue!"),
    (f"'{WORD}' | ConvertTo-SecureString -AsPlainText -Force", WORD),
    (f"sc.exe config x obj= .\\svc password= {WORD}", WORD),
    (f"choco install x -y --params \"'/Name:y /Password:{WORD}'\"", WORD),
    (f"choco install x -y --params '/SAPWD:{WORD}'", WORD),
]
SILENT = {
    "Shell": [
        'export DB_PASSWORD=$PW TOKEN="${TOKEN}" API_KEY=$(cat /run/key)',
        "PASSWORD=<password>; DB_PASSWORD={{ password }}; TOKEN=__TOKEN__; KEY=#{Key}#",
        "PASSWORD=changeme; export PASSWORD=password; x --password ''",
        "read -s PASSWORD; unset PASSWORD; PASSWORD=",
        "PASSWORD_FILE=/run/pw; SECRET_NAME=my-secret-name; TOKEN_URL=https://x/token",
        "NO_PASSWORD=strictly; ASK_PASSWORD=always; get_password='cat /run/pw'",
        "sed -i 's/^#\\?PasswordAuthentication .*/PasswordAuthentication no/' /etc/ssh/sshd_config",
        "sed -i 's/password=old-One/password=/' /etc/x; grep -q password=old-One /etc/x",
        'docker login -u b --password-stdin r.io < /run/pw; docker login -u b -p "$PW" r.io',
        "az keyvault secret show --vault-name v --name sql-password --query value",
        "echo 'the password is in the vault'; echo \"$PW\" | sudo -S id; echo 'Enter password:'",
        'curl -u b https://x; curl -u "b:$PW" https://x; curl -H "Authorization: Bearer $TOKEN" https://x',
        "curl https://x/a?sig=abc; git clone https://user@git.contoso.com/x",
        "sha256sum -c <<< '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  /tmp/x'",
        "adduser --disabled-password b; passwd --lock b; chpasswd < /run/users",
        "useradd -p '$6$salt$hash' svc; useradd -p '' svc; useradd -p \"$HASH\" svc; usermod -p '!' svc",
        'docker login -u b --password-stdin <<< "$PW"; cat /run/pw | docker login -u b --password-stdin',
        "SECRET=sql-admin-password; SECRET='SqlAdminPassword1'; TOKEN='https://x/?a=B'; x pass=1",
        "az storage blob download --url 'https://a.blob.core.windows.net/c?sv=2022-11-02&sig=<sas>'",
        "psql -c \"ALTER USER a WITH PASSWORD '$PW'\"; mysql -e \"CREATE USER a IDENTIFIED BY '<password>'\"",
        "ssh-keygen -q -N '' -f /tmp/k; x --key 9f86d081884c7d659a2feaa0c55ad015",
    ],
    "PowerShell": [
        "net user b /active:no; net user b $pw /add; $pw = Read-Secret",
        "$password = $env:PW; $token = Get-Token; $secret = 'sql-admin-password'",
        "ConvertTo-SecureString $env:PW -AsPlainText -Force; New-LocalUser b -NoPassword",
        "$xml = '<settings pass=\"oobeSystem\">'; $pass = $env:PW; $secret = 'SqlAdminPassword1'",
        'Get-Secret x | ConvertTo-SecureString -AsPlainText; "$pw" | ConvertTo-SecureString -AsPlainText -Force',
        "sc.exe config x start= auto; choco install x --params '/Password:$pw /NoPassword:true'",
        "Write-Host 'Password = unknown'; Set-Content C:\\x.ini 'password = <password>'",
        "[System.Net.NetworkCredential]::new('', $secure).Password",
    ],
}


def template(kind: str, script: str) -> str:
    properties = {"customize": [{"type": kind, "inline": ["true", *script.split("\n")]}], "distribute": []}
    return json.dumps({"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": properties}, indent=1)


def underlined(kind: str, script: str) -> list[str]:
    text = template(kind, script)
    result = engine.lint(read(text.encode(), "x.json"), RULES, Checkout("x.json"), "2026-11-23")
    assert not result.defects
    return [json.loads('"' + text[finding.start : finding.end] + '"') for finding in result.findings]


def test_there_is_a_line_for_every_form() -> None:
    assert len(SHAPES) == len(schema.table("token-shapes")["rows"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("script", "secret"), SHAPES)
@pytest.mark.parametrize("kind", ["Shell", "PowerShell"])
def test_a_secret_is_known_by_its_form(kind: str, script: str, secret: str) -> None:
    assert [script[start:end] for start, end, _ in masking.shapes(script)] == [secret]
    assert secret in underlined(kind, script)


@pytest.mark.parametrize(("script", "secret"), SHELL)
def test_a_shell_command_carries_a_secret(script: str, secret: str) -> None:
    assert underlined("Shell", script) == [secret]


@pytest.mark.parametrize(("script", "secret"), POWERSHELL)
def test_a_powershell_command_carries_a_secret(script: str, secret: str) -> None:
    assert underlined("PowerShell", script) == [secret]


@pytest.mark.parametrize(("kind", "script"), [(kind, script) for kind, scripts in SILENT.items() for script in scripts])
def test_variables_placeholders_names_and_hashes_are_no_secrets(kind: str, script: str) -> None:
    assert underlined(kind, script) == []


@pytest.mark.parametrize("form", list(FORMATS))
def test_no_report_prints_a_secret(form: str, aiblint: Aiblint, tmp_path: Path) -> None:
    known = [("Shell", *each) for each in [*SHAPES, *SHELL]] + [("PowerShell", *each) for each in POWERSHELL]
    for number, (kind, script, _) in enumerate(known):
        (tmp_path / f"{number}.json").write_text(template(kind, script), encoding="utf-8")
    status, out, err = aiblint("--no-config", "--format", form, tmp_path)
    assert status == 1
    assert "AIB523" in out or "secret-in-inline" in out
    for _, _, secret in known:
        if "BEGIN" not in secret and "File" not in secret:
            assert secret.strip("'") not in out + err
