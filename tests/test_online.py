"""`--online` asks hosts of the internet whether they have a file, tells what is certain, and reaches nothing else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import repositories
from conftest import Aiblint

from aiblint import engine, online, registry
from aiblint.checkout import Checkout
from aiblint.finding import Finding
from aiblint.online import FOUND, GONE, NO_HOST, UNTOLD, Network
from aiblint.syntax.json import read

RULES = [rule for rule in registry.read_folder(registry.folder()) if rule.name == "uri-unreachable"]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Server:
    """A host on this machine: `answers` are by path, a status or where to go on; `asked` what came, with its headers."""

    def __init__(self) -> None:
        self.answers: dict[str, int | str] = {}
        self.no_head: set[str] = set()
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


@pytest.fixture
def server() -> Iterator[Server]:
    known = Server()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            known.asked.append((self.command, self.path, dict(self.headers)))
            answer = known.answers.get(self.path.partition("?")[0], 200)
            if self.command == "HEAD" and self.path in known.no_head:
                answer = 405
            self.send_response(answer if isinstance(answer, int) else 302)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET = answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.daemon_threads = True
    threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    known.url = f"http://127.0.0.1:{host.server_port}"
    yield known
    host.shutdown()
    host.server_close()


def anywhere(number: str) -> bool:
    return True


def kinds(network: Network, *addresses: str) -> list[str]:
    return [answer.kind for answer in network.ask(addresses).values()]


# What a host says


def test_found_gone_and_all_that_tells_nothing(server: Server) -> None:
    server.answers = {"/gone": 410, "/none": 404, "/mine": 403, "/me": 401, "/busy": 429, "/broken": 503}
    paths = ["/there", "/none", "/gone", "/mine", "/me", "/busy", "/broken"]
    said = Network(anywhere).ask(server.url + path for path in paths)
    assert [answer.kind for answer in said.values()] == [FOUND, GONE, GONE, UNTOLD, UNTOLD, UNTOLD, UNTOLD]
    assert [answer.status for answer in said.values()] == [200, 404, 410, 403, 401, 429, 503]


def test_nothing_is_downloaded_where_head_is_answered(server: Server) -> None:
    server.no_head = {"/a"}
    assert kinds(Network(anywhere), server.url + "/a", server.url + "/b") == [FOUND, FOUND]
    asked = sorted((path, method, headers.get("Range")) for method, path, headers in server.asked)
    assert asked == [("/a", "GET", "bytes=0-0"), ("/a", "HEAD", None), ("/b", "HEAD", None)]


def test_an_address_is_asked_for_once_a_run(server: Server) -> None:
    network = Network(anywhere)
    for _ in range(3):
        network.ask([server.url + "/a", server.url + "/a"])
    assert server.paths() == ["/a"]


def test_redirects_are_followed_and_keep_the_method(server: Server) -> None:
    server.answers = {
        "/a": "/b",
        "/b": "/c?token=1",
        "/round": "/round",
        "/ftp": "ftp://example.com/x",
        "/file": "file:///etc/passwd",
    }
    network = Network(anywhere)
    assert kinds(network, server.url + "/a") == [FOUND]
    assert [method for method, _, _ in server.asked] == ["HEAD", "HEAD", "HEAD"]
    assert network.ask([server.url + "/a"])[server.url + "/a"].where == server.url + "/c"
    assert kinds(network, *(server.url + path for path in ("/round", "/ftp", "/file"))) == [UNTOLD] * 3


def test_no_credentials_are_sent_and_signatures_are(server: Server) -> None:
    plain = server.url.removeprefix("http://")
    Network(anywhere).ask([f"http://me:secret@{plain}/a?sig=abc#part"])
    [(_, path, headers)] = server.asked
    assert path == "/a?sig=abc"
    assert not {name.lower() for name in headers} & {"authorization", "cookie", "proxy-authorization"}


@pytest.mark.parametrize("path", ["/ä ö.sh", "/%20", "/a?b=ü", "/" + "x" * 70_000])
def test_odd_addresses_are_asked_for_or_told_as_untold(server: Server, path: str) -> None:
    assert kinds(Network(anywhere), server.url + path)[0] in (FOUND, UNTOLD)


@pytest.mark.parametrize(
    "address",
    ["ftp://example.com/a", "file:///etc/passwd", "http://", "https:///a", "http://[::1", "http://a:b/c", "http://" + "a" * 80],
)
def test_what_is_no_address_of_the_web_is_not_asked(address: str) -> None:
    assert kinds(Network(anywhere), address) == [UNTOLD]


def test_a_host_that_is_silent_does_not_hold_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "SECONDS_IN_ALL", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        network = Network(anywhere)
        assert kinds(network, url + "/a", url + "/b") == [UNTOLD, UNTOLD]
        [note] = network.notes()
        assert note.startswith("--online could not tell whether there are files on 127.0.0.1 (no answer within")


def test_a_name_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {online._KNOWN_NAME}

    def resolve(host: str, port: object, **_: object) -> list[Any]:
        if host in known:
            return [(2, 1, 6, "", ("93.184.215.14", 443))]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(online.socket, "getaddrinfo", resolve)
    assert kinds(Network(), "https://scripts.contoso.example/a") == [NO_HOST]
    known.clear()  # no name at all is found: it is this machine that is off the net
    network = Network()
    assert kinds(network, "https://scripts.contoso.example/a") == [UNTOLD]
    assert network.notes() == [
        "--online could not tell whether there are files on scripts.contoso.example (it cannot be asked: Name or service not known)"
    ]


# What is never asked


CLOSED = """
    127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 168.63.129.16 224.0.0.1 255.255.255.255
    ::1 fe80::1 fe80::1%eth0 fd00::1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 2002:a00:1:: 64:ff9b::a9fe:a9fe ff02::1 ::
"""


@pytest.mark.parametrize("number", CLOSED.split())
def test_addresses_of_closed_networks_are_not_public(number: str) -> None:
    assert not online.is_public(number)


@pytest.mark.parametrize("number", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"])
def test_addresses_of_the_internet_are_public(number: str) -> None:
    assert online.is_public(number)


def test_a_private_host_is_not_asked_and_named_in_a_remark(server: Server) -> None:
    network = Network()
    assert kinds(network, server.url + "/latest/meta-data?key=secret") == [UNTOLD]
    assert server.asked == []
    assert network.notes() == [
        "--online could not tell whether there are files on 127.0.0.1 (it is no host of the internet, and no others are asked)"
    ]


def test_a_redirect_leads_to_no_private_host(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    port = server.url.rpartition(":")[2]
    server.answers = {"/a": f"http://inner.contoso.com:{port}/secret"}
    outer = {"outer.contoso.com": "127.0.0.1", "inner.contoso.com": "127.0.0.2"}
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        online.socket, "getaddrinfo", lambda host, *args, **named: resolve(outer.get(host, host), *args, **named)
    )
    assert kinds(Network(lambda number: number == "127.0.0.1"), f"http://outer.contoso.com:{port}/a") == [UNTOLD]
    assert server.paths() == ["/a"]


def test_the_number_that_was_looked_at_is_the_one_that_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers otherwise the second time leads nowhere."""
    port = int(server.url.rpartition(":")[2])
    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1"])
    connected: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], *_: object) -> socket.socket:
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(online.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (next(answers), port))])
    monkeypatch.setattr(online.socket, "create_connection", connect)
    assert kinds(Network(), f"http://rebind.contoso.com:{port}/a") == [UNTOLD]
    assert connected == [("93.184.215.14", port)]


# Proxies


def test_a_proxy_is_used_wherever_it_is_and_knows_names_that_this_machine_does_not(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.answers = {"http://files.contoso.invalid/none.sh": 404}
    assert kinds(Network(), "http://files.contoso.invalid/a.sh", "http://files.contoso.invalid/none.sh") == [FOUND, GONE]


def test_a_proxy_is_not_asked_for_private_hosts(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("https_proxy", server.url)
    assert kinds(Network(), "http://169.254.169.254/metadata", "https://10.0.0.4/a", "http://localhost/a") == [UNTOLD] * 3
    assert server.asked == []


def test_hosts_behind_a_proxy_are_asked_over_https_through_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server here knows no CONNECT: nothing is told, and nothing breaks."""
    monkeypatch.setenv("https_proxy", server.url)
    assert kinds(Network(), "https://files.contoso.invalid/a.sh") == [UNTOLD]


# What the rule makes of it


def template(*addresses: str, **more: Any) -> bytes:
    properties = {
        "source": {},
        "customize": [{"type": "Shell", "scriptUri": address} for address in addresses],
        "distribute": [],
        **more,
    }
    return json.dumps({"type": "Microsoft.VirtualMachineImages/imageTemplates", "properties": properties}, indent=1).encode()


def findings(content: bytes, network: Any, path: str = "x.json") -> list[Finding]:
    result = engine.lint(
        read(content, path), RULES, Checkout(path), "2026-11-23", programs={"online": network} if network else {}
    )
    assert not result.defects, result.defects
    return result.findings


class Said:
    """A network that says what it is told."""

    def __init__(self, **answers: online.Answer) -> None:
        self.by_name = answers
        self.asked: list[str] = []

    def ask(self, addresses: Any) -> dict[str, online.Answer]:
        wanted = list(addresses)
        self.asked += wanted
        return {
            address: self.by_name.get(address.partition("?")[0].rpartition("/")[2], online.Answer(FOUND, where=address))
            for address in wanted
        }


GONE_404 = online.Answer(GONE, status=404)


def test_what_is_not_there_is_a_warning_at_its_address() -> None:
    content = template("https://files.contoso.com/there", "https://files.contoso.com/none", "https://none.contoso.com/name")
    found = findings(content, Said(none=GONE_404, name=online.Answer(NO_HOST)))
    assert [(finding.at, finding.severity) for finding in found] == [
        ("$.properties.customize[1].scriptUri", "warning"),
        ("$.properties.customize[2].scriptUri", "warning"),
    ]
    assert "'files.contoso.com' answers 404" in found[0].message
    assert "there is no host 'none.contoso.com'" in found[1].message


def test_without_the_option_nobody_is_asked() -> None:
    assert findings(template("https://files.contoso.com/none"), None) == []


def test_addresses_of_validators_and_of_the_workload_are_asked_for_together() -> None:
    said = Said(b=GONE_404, c=GONE_404)
    content = template(
        "https://files.contoso.com/a",
        validate={"inVMValidations": [{"type": "PowerShell", "scriptUri": "https://files.contoso.com/b"}]},
        optimize={"workload": {"type": "Shell", "scriptUri": "https://files.contoso.com/c"}},
    )
    assert len(findings(content, said)) == 2
    assert said.asked == [f"https://files.contoso.com/{name}" for name in "abc"]


def test_of_blobs_only_a_signature_tells() -> None:
    blob = "https://contosofiles.blob.core.windows.net/scripts/none"
    assert findings(template(blob), Said(none=GONE_404)) == []
    [finding] = findings(template(blob + "?sv=2022-11-02&sig=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"), Said(none=GONE_404))
    assert "c2Vj" not in finding.message


def test_behind_a_subnet_names_may_be_of_that_network() -> None:
    network = {"vmProfile": {"vnetConfig": {"subnetId": "/s", "containerInstanceSubnetId": "/c"}}}
    content = template("https://files.contoso.com/name", "https://files.contoso.com/none", **network)
    said = Said(name=online.Answer(NO_HOST), none=GONE_404)
    assert [finding.at for finding in findings(content, said)] == ["$.properties.customize[1].scriptUri"]


def test_a_page_to_sign_in_on_is_not_the_file() -> None:
    led = online.Answer(FOUND, status=200, where="https://login.microsoftonline.com/common/oauth2/authorize")
    [finding] = findings(template("https://files.contoso.com/a"), Said(a=led))
    assert "leads to 'login.microsoftonline.com' to sign in" in finding.message
    there = online.Answer(FOUND, status=200, where="https://objects.githubusercontent.com/a")
    assert findings(template("https://files.contoso.com/a"), Said(a=there)) == []


def test_what_is_known_without_asking_is_told_once() -> None:
    led = online.Answer(FOUND, status=200, where="https://login.microsoftonline.com/common/oauth2/authorize")
    [finding] = findings(template("https://contoso.sharepoint.com/a"), Said(a=led))
    assert "asks to sign in" in finding.message


def test_hosts_that_cannot_be_reached_anyway_and_pages_are_not_asked() -> None:
    said = Said()
    findings(
        template(
            "https://10.0.0.4/a",
            "http://localhost/a",
            "https://github.com/o/r/blob/main/a.sh",
            "ftp://a.b/c",
            "https://a.b/c d",
        ),
        said,
    )
    assert said.asked == []


def test_of_a_file_of_this_checkout_its_repository_is_asked_for(tmp_path: Path) -> None:
    path = repositories.make(tmp_path, [{"a.sh": "echo"}]) / "x.json"
    address = "https://raw.githubusercontent.com/contoso/images/main/a.sh"
    said = Said()
    assert findings(template(address), said, str(path)) == []
    assert said.asked == ["https://github.com/contoso/images"]
    [finding] = findings(template(address), Said(images=GONE_404), str(path))
    assert "it is private or not there" in finding.message


# The command


def test_the_command_asks_and_tells_what_it_could_not_find_out(
    aiblint: Aiblint, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.answers = {"http://files.contoso.invalid/none.sh": 404, "http://busy.contoso.invalid/a.sh": 503}
    path = tmp_path / "x.json"
    path.write_bytes(template("http://files.contoso.invalid/none.sh", "http://busy.contoso.invalid/a.sh"))
    select = ("--no-config", "--select", "uri-unreachable")
    assert aiblint(*select, path)[0] == 0
    assert server.asked == []
    status, out, err = aiblint(*select, "--online", path)
    assert status == 1
    assert "'files.contoso.invalid' answers 404" in out
    assert "busy.contoso.invalid (it answers with status 503)" in out + err


def test_no_configuration_turns_the_network_on(aiblint: Aiblint, tmp_path: Path) -> None:
    (tmp_path / ".aiblint.yaml").write_text("online: true\n")
    assert aiblint("--config", tmp_path / ".aiblint.yaml", tmp_path)[0] == 2


@pytest.mark.parametrize(
    "host",
    [
        "127%2e0.0.1",
        "%6cocalhost",
        "%31%32%37.0.0.1",
        "2130706433",
        "0x7f.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "127。0。0。1",
    ],
)
@pytest.mark.parametrize("way", ["at once", "over a redirect"])
def test_no_spelling_of_this_machine_is_reached(server: Server, host: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = server.url.rpartition(":")[2]
    there = f"http://{host}:{port}/secret"
    if way == "at once":
        assert kinds(Network(), there) == [UNTOLD]
    else:
        server.answers = {"/open": there}
        made = online.socket.create_connection
        monkeypatch.setattr(socket, "getaddrinfo", resolving("public.example", socket.getaddrinfo))
        monkeypatch.setattr(socket, "create_connection", lambda place, *rest: made(("127.0.0.1", place[1]), *rest))
        assert kinds(Network(), f"http://public.example:{port}/open") == [UNTOLD]
        assert server.paths() == ["/open"]
    assert "/secret" not in server.paths()


def resolving(name: str, real: Any) -> Any:
    """A look-up that knows one more name, as that of a host of the internet."""
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0))]
    return lambda host, *rest, **more: public if host == name else real(host, *rest, **more)


def test_a_host_is_looked_up_as_it_is_spelt_for_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: asked.append(host) or real("127.0.0.1", *rest, **more)
    )
    Network().ask(["https://bücher.example/a", "https://b%C3%BCcher.example/b", "https://a$b.example/c", "https://host:x/d"])
    assert sorted(asked) == ["xn--bcher-kva.example", "xn--bcher-kva.example"]


def test_when_the_time_is_over_nothing_more_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "SECONDS_IN_ALL", 0.2)
    silent = socket.create_server(("127.0.0.1", 0), backlog=100)
    before = threading.active_count()
    network = Network(anywhere)
    for number in range(20):
        addresses = [f"http://127.0.0.1:{silent.getsockname()[1]}/{number}/{part}" for part in range(8)]
        assert set(kinds(network, *addresses)) == {UNTOLD}
    assert threading.active_count() - before <= 8
    assert kinds(network, server.url + "/late") == [UNTOLD]
    assert server.asked == []
    silent.close()
