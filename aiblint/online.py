"""The network as a reader, where `--online` asks for it: whether a host has a file. Takes none of it, signs in nowhere.

A linted file may be a stranger's, so that its addresses are not trusted: hosts are asked that the whole internet can reach, and
no others, wherever a name resolves to and wherever an answer leads.
"""

from __future__ import annotations

import http.client
import queue
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiblint import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

FOUND, GONE, NO_HOST, UNTOLD = "found", "gone", "no-host", "untold"

SECONDS = 10.0
"""How long a host may be silent."""
SECONDS_IN_ALL = 60.0
"""How long all the answers of a run may take."""
_THREADS = 8
_MOST_REDIRECTS = 8
_MOST_NAMED = 5
_GONE = (404, 410)
_HEAD_MAY_BE_REFUSED = (400, 403, 404, 405, 410, 501)
"""After these the file itself is asked for, one byte of it: some hosts know no HEAD."""
_PLATFORM = frozenset(("168.63.129.16",))
"""Of the internet by its number, and only there for machines in Azure: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16"""
_NAT64 = 0x0064FF9B << 96
_KNOWN_NAME = "management.azure.com"
"""A name that is always there: where it is not found either, this machine cannot tell."""
_AS_WRITTEN = "%/:=&?~+!$,;'()*[]@"


class Answer:
    """What a host said. `kind` is FOUND, GONE (404, 410), NO_HOST (no such name) or UNTOLD; `status` that of HTTP, 0 where none came.

    `where` is the address that answered in the end, without its query; `reason` tells why nothing is known.
    """

    __slots__ = ("kind", "reason", "status", "where")

    def __init__(self, kind: str, *, status: int = 0, where: str = "", reason: str = "") -> None:
        self.kind = kind
        self.status = status
        self.where = where
        self.reason = reason


class _Refused(OSError):
    """A host that is not asked."""


def is_public(number: str) -> bool:
    """Whether an IP address is one of the internet, not of a machine, a network or a platform of somebody's own."""
    ip = ip_address(number.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and int(ip) >> 32 == _NAT64 >> 32:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast and str(ip) not in _PLATFORM


class Network:
    """The internet, asked for each address once a run. `admits` tells which IP addresses may be asked."""

    def __init__(self, admits: Callable[[str], bool] = is_public) -> None:
        self._admits = admits
        self._answers: dict[str, Answer] = {}
        self._until = 0.0
        self._waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[tuple[str, Answer]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._resolves: bool | None = None

    def ask(self, addresses: Iterable[str]) -> dict[str, Answer]:
        """An answer for each http(s) address, several at a time."""
        wanted = list(dict.fromkeys(addresses))
        self._fetch([address for address in wanted if address not in self._answers])
        return {address: self._answers[address] for address in wanted}

    def _fetch(self, addresses: list[str]) -> None:
        if not addresses:
            return
        self._until = self._until or time.monotonic() + SECONDS_IN_ALL
        for address in addresses:
            self._waiting.put(address)
        while len(self._threads) < min(_THREADS, len(addresses)):
            # Daemons: a host that keeps its thread waiting does not keep the run.
            self._threads.append(threading.Thread(target=self._work, daemon=True))
            self._threads[-1].start()
        missing = set(addresses)
        while missing and (left := self._until - time.monotonic()) > 0:
            try:
                address, answer = self._answered.get(timeout=left)
            except queue.Empty:
                break
            self._answers[address] = answer
            missing.discard(address)
        late = Answer(UNTOLD, reason=f"no answer within the {SECONDS_IN_ALL:g} seconds that a run may wait in all")
        self._answers.update(dict.fromkeys(missing, late))

    def _work(self) -> None:
        while True:
            address = self._waiting.get()
            if time.monotonic() < self._until:  # later nobody waits for the answer
                self._answered.put((address, self._answer(address)))

    def _answer(self, address: str) -> Answer:
        """What the host says, whatever goes wrong on the way."""
        try:
            return self._ask(_askable(address))
        except _Refused as error:
            return Answer(UNTOLD, reason=str(error))
        except (OSError, ValueError, http.client.HTTPException) as error:
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(cause, _Refused):
                return Answer(UNTOLD, reason=str(cause))
            if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME and self._can_resolve():
                return Answer(NO_HOST)
            return Answer(UNTOLD, reason="it does not answer in time" if isinstance(cause, TimeoutError) else _said(cause))

    def _ask(self, url: str) -> Answer:
        status, where = self._request(url, "HEAD")
        if status in _HEAD_MAY_BE_REFUSED:
            status, where = self._request(url, "GET")
        if status in _GONE:
            return Answer(GONE, status=status, where=where)
        if 200 <= status < 300:
            return Answer(FOUND, status=status, where=where)
        return Answer(UNTOLD, status=status, where=where, reason=f"it answers with status {status}")

    def _request(self, url: str, method: str) -> tuple[int, str]:
        """The status in the end, and the address that it is of."""
        headers = {"User-Agent": f"aiblint/{__version__}", "Accept": "*/*", "Connection": "close"}
        if method == "GET":
            headers["Range"] = "bytes=0-0"
        request = urllib.request.Request(url, headers=headers, method=method)
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            _Http(self._admits),
            _Https(self._admits),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Redirects(),
        ):
            opener.add_handler(handler)
        try:
            with opener.open(request, timeout=SECONDS) as response:
                return response.status, _bare(response.url)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _bare(error.url or url)

    def _can_resolve(self) -> bool:
        """Whether a name that is not found means something: this machine finds others."""
        if self._resolves is None:
            try:
                socket.getaddrinfo(_KNOWN_NAME, 443, type=socket.SOCK_STREAM)
                self._resolves = True
            except OSError:
                self._resolves = False
        return self._resolves

    def notes(self) -> list[str]:
        """What to tell people about the addresses that nothing is known of: hosts only, for queries and paths may be secret."""
        why: dict[str, str] = {}
        for address, answer in self._answers.items():
            if answer.kind == UNTOLD:
                host = urllib.parse.urlsplit(address).hostname or "?"
                why.setdefault(host, answer.reason)
        if not why:
            return []
        told = [f"{host} ({reason})" for host, reason in list(why.items())[:_MOST_NAMED]]
        more = f" and {len(why) - _MOST_NAMED} more" if len(why) > _MOST_NAMED else ""
        return [f"--online could not tell whether there are files on {', '.join(told)}{more}"]


def _askable(address: str) -> str:
    """The address without its fragment, encoded, and without the user and password in it, which are not for us to use."""
    parts = urllib.parse.urlsplit(address.partition("#")[0])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Refused("only http:// and https:// are asked")
    path, query = (urllib.parse.quote(part, safe=_AS_WRITTEN) for part in (parts.path, parts.query))
    return urllib.parse.urlunsplit(
        (parts.scheme, _host(parts.hostname) + (f":{parts.port}" if parts.port else ""), path, query, "")
    )


def _host(name: str) -> str:
    """A host as it is looked up: what one reader would decode and another not (`127%2e0.0.1`) is spelt out here, or refused."""
    name = urllib.parse.unquote(name)
    if ":" in name:
        return f"[{IPv6Address(name)}]"
    plain = name.encode("idna").decode("ascii")
    if not all(character.isalnum() or character in ".-_" for character in plain):
        raise _Refused("its name has characters that no host has")
    return plain


def _bare(url: str) -> str:
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(query="", fragment=""))


def _said(cause: object) -> str:
    text = getattr(cause, "strerror", None) or type(cause).__name__
    return f"it cannot be asked: {text}"


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows with the method that was asked for, to where the first address might have led."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request:
        kept = {name: value for name, value in req.header_items() if name.lower() not in ("host", "proxy-authorization")}
        return urllib.request.Request(_askable(newurl), headers=kept, method=req.get_method(), unverifiable=True)


class _Direct:
    """What both handlers share: a connection goes to an address that was looked at, and that very one."""

    def __init__(self, admits: Callable[[str], bool]) -> None:
        super().__init__()
        self._admits = admits

    def _connections(self, request: urllib.request.Request, kind: Any) -> Any:
        """What makes connections for a request. Through a proxy, which is the user's choice, the host's name is looked at."""
        if request.has_proxy() or getattr(request, "_tunnel_host", None) is not None:
            self._look_at(urllib.parse.urlsplit(request.full_url).hostname or "")
            return kind

        def connection(host: str, **options: Any) -> http.client.HTTPConnection:
            made: http.client.HTTPConnection = kind(host, **options)
            # The socket is made from the number that was looked at: a second look-up of the name might say another one.
            made._create_connection = self._connected  # type: ignore[attr-defined]
            return made

        return connection

    def _look_at(self, host: str) -> None:
        """Refuses a host of no public address. Behind a proxy names may not resolve here: then it is the proxy that knows."""
        try:
            self._numbers(host, 0)
        except socket.gaierror:
            return

    def _connected(self, place: tuple[str, int], timeout: Any = None, source_address: Any = None) -> socket.socket:
        failure: OSError | None = None
        for number in self._numbers(*place):
            try:
                return socket.create_connection((number, place[1]), timeout, source_address)
            except OSError as error:
                failure = error
        raise failure or OSError("no address")

    def _numbers(self, host: str, port: int) -> list[str]:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not all(self._admits(number) for number in found):
            raise _Refused("it is no host of the internet, and no others are asked")
        return list(dict.fromkeys(found))


class _Http(_Direct, urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._connections(req, http.client.HTTPConnection), req)


class _Https(_Direct, urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._connections(req, http.client.HTTPSConnection), req)
