"""A subscription is an address from a stranger: the hall sends to the open internet and to nothing inside."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.web.concurrency import concurrency
from display.push.addresses import is_public
from display.push.book import Device
from display.push.keys import HallKey
from display.push.port import Fate, Message, Refused, checked
from display.push.sending import PushLine
from tests.push.conftest import Desk
from tests.push.phones import Phone, PushStation

MESSAGE = Message(b'{"title": "A001"}', "topic", 120, urgent=True)


def device(phone: Phone) -> Device:
    told = phone.subscription()
    return Device("ticket", phone.endpoint, told["keys"]["p256dh"], told["keys"]["auth"], "id")


def line(folder: Path, *, local: bool) -> PushLine:
    return PushLine(HallKey(folder), "mailto:hall@example.org", concurrency("threading"), local=local)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com:443/wpush/v2/abc",
        "https://web.push.apple.com/QGuQ",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_services_of_all_browsers_are_taken(endpoint: str) -> None:
    assert checked(endpoint, local=False).hostname


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/abc",
        "https://127.0.0.1/abc",
        "https://10.0.0.5/abc",
        "https://192.168.1.1/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/abc",
        "https://[::ffff:10.0.0.5]/abc",
        "https://[fd00::1]/abc",
        "https://0.0.0.0/abc",
        "https://100.64.0.1/abc",
        "https://224.0.0.1/abc",
        "https://push.example:22/abc",
        "https://push.example:8443/abc",
        "https://user:secret@push.example/abc",
        "https:///abc",
        "https://push.example:port/abc",
        "ftp://push.example/abc",
        "javascript:alert(1)",
        "https://localhost/abc",
        "https://printer/abc",
        "https://10.0.0.5./abc",
        "https://push.example./abc",
        "https://2130706433/abc",
        "https://0x7f000001/abc",
        "https://0x7f.1/abc",
        "https://127.1/abc",
        "https://0177.0.0.1/abc",
        "https://127.0.0.0x1/abc",
        "https://%31%30.0.0.5/abc",
        "https://push.example\\@10.0.0.5/abc",
        "https://push..example/abc",
        "https://\uff11\uff10.0.0.5/abc",
        "https://push\u3002example/abc",
        "https://push.example/a\r\nX-Forged: yes",
        "https://push.ex\tample/abc",
        " https://push.example/abc",
        "https://[fe80::1%25eth0]/abc",
        "https://[::ffff:a00:5]/abc",
        "https://[64:ff9b::10.0.0.5]/abc",
        "https://[64:ff9b:1::8.8.8.8]/abc",
        "https://[2002:a00:5::1]/abc",
    ],
)
def test_what_is_no_public_https_address_is_refused(endpoint: str, desk: Desk) -> None:
    with pytest.raises(Refused):
        checked(endpoint, local=False)


@pytest.mark.parametrize(
    "number",
    [
        "8.8.8.8",
        "::ffff:8.8.8.8",
        "2001:4860:4860::8888",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2001:4860::5efe:808:808",
    ],
)
def test_addresses_of_the_open_internet_are_public(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


INSIDE = ("10.0.0.1", "127.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "0.1.2.3")


@pytest.mark.parametrize("inside", INSIDE)
def test_an_inner_address_is_found_in_whatever_it_is_written(inside: str) -> None:
    number = int(ipaddress.IPv4Address(inside))
    client = number ^ 0xFFFFFFFF
    public = int(ipaddress.IPv4Address("8.8.8.8"))
    written = {
        "mapped": 0xFFFF << 32 | number,
        "compatible": number,
        "translated": 0xFFFF << 48 | number,
        "NAT64": 0x64FF9B << 96 | number,
        "local NAT64": 0x64FF9B0001 << 80 | number,
        "local NAT64 of 48 bits": 0x64FF9B0001 << 80 | (number >> 16) << 64 | (number & 0xFFFF) << 40,
        "6to4": 0x2002 << 112 | number << 80 | 1,
        "Teredo server": 0x20010000 << 96 | number << 64 | (public ^ 0xFFFFFFFF),
        "Teredo client": 0x20010000 << 96 | public << 64 | client,
        "ISATAP": 0x2001486048600000 << 64 | 0x5EFE << 32 | number,
        "ISATAP of a known one": 0x2001486048600000 << 64 | 0x02005EFE << 32 | number,
    }
    passed = [name for name, value in written.items() if is_public(ipaddress.IPv6Address(value))]
    assert passed == []


@pytest.mark.parametrize(
    "number",
    ["::", "::1", "fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1"],
)
def test_other_addresses_that_are_not_of_the_open_internet_are_not_public(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


def test_a_hall_refuses_it_with_a_problem_and_keeps_nothing(build: Any, config: Any) -> None:
    desk = Desk(build(local_services=False), config)
    answer = desk.ask(desk.give(), Phone("https://10.0.0.5/send/abc"))
    assert (answer.status_code, answer.json["code"]) == (422, "push_address_refused")
    assert "10.0.0.5" not in answer.text


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "::127.0.0.1", "fe80::1%lo"],
)
def test_a_name_that_leads_inside_is_not_connected_to(
    tmp_path: Path, push_station: PushStation, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    port = int(push_station.url.rsplit(":", 1)[1])
    inside = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: inside)
    connected: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda address, *_: connected.append(address))
    verdict = line(tmp_path, local=False).send(device(Phone("https://push.example/send")), MESSAGE)
    assert verdict.fate is Fate.REFUSED
    assert connected == []


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    tmp_path: Path, push_station: PushStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with a public address first and an inner one a moment later gains nothing."""
    port = int(push_station.url.rsplit(":", 1)[1])
    answers = [
        [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))] for each in ("8.8.8.8", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers.pop(0))
    connected: list[Any] = []

    def connect(address: Any, *_: Any) -> Any:
        connected.append(address)
        raise OSError("no line in a test")

    monkeypatch.setattr(socket, "create_connection", connect)
    verdict = line(tmp_path, local=False).send(device(Phone("https://push.example/send")), MESSAGE)
    assert verdict.fate is Fate.UNREACHABLE
    assert connected == [("8.8.8.8", 443)]


def test_no_line_and_no_name_are_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sends = line(tmp_path, local=True)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert sends.send(device(Phone(f"http://127.0.0.1:{port}/x")), MESSAGE).fate is Fate.UNREACHABLE

    def unknown(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert sends.send(device(Phone("http://push.example/x")), MESSAGE).fate is Fate.UNREACHABLE


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of a service named localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "service.pem", folder / "service.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def test_https_reaches_a_service_that_the_machine_trusts_and_no_other(
    tmp_path: Path, push_station: PushStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    server = push_station._server
    server.socket = context.wrap_socket(server.socket, server_side=True)
    phone = Phone(push_station.url.replace("http://127.0.0.1", "https://localhost") + "/send/x?token=a")
    assert line(tmp_path, local=True).send(device(phone), MESSAGE).fate is Fate.UNREACHABLE
    assert push_station.posts.empty()
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert line(tmp_path, local=True).send(device(phone), MESSAGE).fate is Fate.TAKEN
    post = push_station.next()
    assert post.path == "/send/x?token=a"
    assert phone.opened(post.body) == {"title": "A001"}
    assert post.claims()["aud"] == phone.endpoint.split("/send")[0]
