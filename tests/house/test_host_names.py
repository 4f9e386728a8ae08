"""By which names and addresses a machine is known, and a real server that is asked by others."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import websocket

from core import hosts
from core.hosts import Hosts, configured_host, is_own, machine_names, parse_host
from core.settings import ServerSettings
from tests.running import Server, serving

ANYWHERE = ".".join("0000")


def own_addresses() -> list[str]:
    """Every address of this machine, without zones."""
    return [
        each.address
        for addresses in psutil.net_if_addrs().values()
        for each in addresses
        if each.family in {socket.AF_INET, socket.AF_INET6} and "%" not in each.address
    ]


def test_every_address_of_this_machine_is_its_own() -> None:
    assert own_addresses()
    for address in own_addresses():
        assert is_own(ipaddress.ip_address(address)), address


@pytest.mark.parametrize(
    "address", ["192.0.2.1", "192.0.2.77", "8.8.8.8", ANYWHERE, "224.0.0.1", "2001:db8::77", "::", "ff02::1"]
)
def test_an_address_elsewhere_is_not(address: str) -> None:
    assert not is_own(ipaddress.ip_address(address))


def test_where_a_socket_may_be_bound_to_anything_a_bind_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hosts, "_binds", lambda *_: True)
    assert not is_own(ipaddress.ip_address("8.8.8.8"))


class Line:
    """A connection that arrived at an address."""

    def __init__(self, *name: Any) -> None:
        self._name = name

    def getsockname(self) -> tuple[Any, ...]:
        return self._name


@pytest.mark.parametrize(
    ("reached", "host", "allowed"),
    [
        ("192.0.2.9", "192.0.2.9:8000", True),
        ("::ffff:192.0.2.9", "192.0.2.9", True),
        ("fe80::1%eth0", "[fe80::1]:8000", True),
        ("192.0.2.9", "192.0.2.10", False),
        ("", "192.0.2.10", False),
        ("not an address", "192.0.2.10", False),
    ],
)
def test_the_address_at_which_a_connection_arrived_is_this_machines(
    reached: str, host: str, allowed: bool
) -> None:
    known = Hosts(ServerSettings(), names=())
    parsed = parse_host(host)
    assert parsed is not None
    assert known.allows(parsed, Line(reached, 8000)) is allowed
    assert not known.allows(parsed, None)
    assert not known.allows(parsed, Line())


def test_names_of_a_machine_come_from_its_files(tmp_path: Path) -> None:
    resolver, table = tmp_path / "resolv.conf", tmp_path / "hosts"
    resolver.write_text("# made by hand\nsearch kantor.lan Denpasar.GO.ID.\nnameserver 192.168.1.1\n")
    table.write_text("127.0.0.1 localhost\n127.0.1.1\tantrean.example antrean loket\n192.168.1.7 other\n")
    names = machine_names("Antrean", resolver, table)
    assert {"antrean", "antrean.local", "antrean.kantor.lan", "antrean.denpasar.go.id"} <= names
    assert {"antrean.example", "loket", "localhost"} <= names
    assert "other" not in names
    assert "kantor.lan" not in names


def test_a_machine_without_these_files_has_its_own_name(tmp_path: Path) -> None:
    names = machine_names("antrean.kantor.lan", tmp_path / "none", tmp_path / "none")
    assert {"antrean.kantor.lan", "antrean", "antrean.local", "localhost"} <= names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Antrean.Example.GO.ID", "antrean.example.go.id"),
        ("192.168.1.10", "192.168.1.10"),
        ("FD00::1", "fd00::1"),
        ("[fd00:0::1]", "fd00::1"),
        ("antrean.example:8000", None),
        ("http://antrean.example", None),
        ("", None),
        ("antrean example", None),
        ("*.example", None),
        (".example", None),
    ],
)
def test_names_of_the_configuration_have_no_port_and_no_scheme(text: str, name: str | None) -> None:
    assert configured_host(text) == name


# -- a real server ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--host", ANYWHERE) as started:
        yield started


def raw(server: Server, text: str, address: str = "127.0.0.1") -> str:
    """The whole answer to bytes that a browser would not send."""
    port = int(server.url.rsplit(":", 1)[1])
    with socket.create_connection((address, port), timeout=20) as line:
        line.sendall(text.encode("latin-1"))
        got = b""
        while more := line.recv(65536):
            got += more
    return got.decode("latin-1")


def get(path: str, *headers: str, version: str = "1.1") -> str:
    return "\r\n".join([f"GET {path} HTTP/{version}", *headers, "Connection: close", "", ""])


def test_a_server_answers_by_each_address_of_its_machine(server: Server) -> None:
    port = server.url.rsplit(":", 1)[1]
    for address in own_addresses():
        if ":" not in address:
            told = raw(server, get("/api/v1/services", f"Host: {address}:{port}"), address)
            assert told.startswith("HTTP/1.1 200"), address


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Host: evil.example"], "421"),
        (["Host: localhost", "Host: evil.example"], "400"),
        (["Host: localhost", "Host: localhost"], "400"),
        (["Host:"], "400"),
        ([], "400"),
        (["Host: two hosts"], "400"),
        (["Host: " + "a" * 10_000], "4"),
        (["Host: localhost:99999"], "400"),
    ],
)
def test_a_server_refuses_other_and_malformed_hosts(server: Server, headers: list[str], status: str) -> None:
    for path in ("/api/v1/services", "/socket.io/?EIO=4&transport=polling", "/static/none.js"):
        assert raw(server, get(path, *headers)).startswith(f"HTTP/1.1 {status}"), path


def test_a_client_of_the_same_machine_forges_neither_scheme_nor_path(server: Server) -> None:
    forged = ["X-Forwarded-Proto: https", "X-Forwarded-Ssl: on", "X-Forwarded-Protocol: ssl"]
    page = raw(server, get("/staff/login", "Host: localhost", *forged))
    (cookie,) = [line for line in page.splitlines() if line.lower().startswith("set-cookie")]
    assert "Secure" not in cookie
    moved = raw(server, get("/healthz", "Host: localhost", "SCRIPT_NAME: /x", "PATH_INFO: /metrics"))
    assert '"status":"ok"' in moved


def test_a_websocket_of_another_origin_is_refused(server: Server) -> None:
    port = server.url.rsplit(":", 1)[1]
    address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
    for more in ({"suppress_origin": True}, {"origin": f"http://127.0.0.1:{port}"}):
        line = websocket.create_connection(address, timeout=20, **more)
        try:
            assert str(line.recv()).startswith("0")
        finally:
            line.shutdown()
    for more in (
        {"origin": "http://evil.example"},
        {
            "origin": "https://evil.example",
            "header": ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"],
        },
        {"suppress_origin": True, "host": "evil.example"},
    ):
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(address, timeout=20, **more)
