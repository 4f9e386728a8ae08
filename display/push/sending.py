"""One message on its way: sealed for one browser, handed to its push service, and nowhere else.

``http_ece`` and ``py_vapid`` are what pywebpush itself stands on; asked directly, as pywebpush brings two
HTTP clients with it (35 MB and a third of a second, in which a hall would stand still) and follows redirects.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import socket
import ssl
from typing import Any
from urllib.parse import SplitResult

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec

from core.ports import Concurrency
from display.push.addresses import is_public
from display.push.book import Device
from display.push.keys import HallKey
from display.push.port import Fate, Message, Refused, Verdict, checked

STEP_S = 6.0
"""Each step (connecting, one write, one read) may take so long."""
WHOLE_S = 15.0
"""All of it may take so long: a service that drips must not hold a line for good."""


LOOKED_UP_AT_ONCE = 4
"""A name server that does not answer holds so many native threads, and nobody else's."""


class PushLine:
    """Sends to push services. Blocking, each call in a (green) thread of its own."""

    def __init__(self, key: HallKey, contact: str, concurrency: Concurrency, *, local: bool = False) -> None:
        self._key = key
        self._contact = contact
        self._concurrency = concurrency
        self._offload = concurrency.dedicated("push-names", LOOKED_UP_AT_ONCE)
        self._local = local
        self._tls = ssl.create_default_context()

    def send(self, device: Device, message: Message) -> Verdict:
        """Seal ``message`` for ``device`` and hand it over; raises nothing."""
        try:
            parts = checked(device.endpoint, local=self._local)
            sealed = seal(device, message.payload)
            address = self._address(
                str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
            )
            return self._post(parts, address, sealed, self._headers(parts, message))
        except Refused as trouble:
            return Verdict(Fate.REFUSED, detail=str(trouble))
        except (OSError, http.client.HTTPException) as trouble:
            return Verdict(Fate.UNREACHABLE, detail=type(trouble).__name__)
        except Exception as trouble:  # a key that is none, a host name that is none
            return Verdict(Fate.REFUSED, detail=repr(trouble)[:200])

    def _address(self, host: str, port: int) -> tuple[str, int]:
        """Where ``host`` is now, looked up in a native thread: it blocks for long where there is no network.

        The very address that was looked at is the one connected to, so that a name cannot answer with another
        one in between.
        """
        found = self._offload(_look_up, host, port)
        for address in found:
            if self._local or is_public(ipaddress.ip_address(address.split("%")[0])):
                return address, port
        raise Refused(f"{host} has no public address")

    def _headers(self, parts: SplitResult, message: Message) -> dict[str, str]:
        audience = f"{parts.scheme}://{parts.netloc}"
        return {
            **self._key.signed(audience, self._contact),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(message.ttl_s),
            "Urgency": "high" if message.urgent else "normal",
            "Topic": message.topic,
        }

    def _post(
        self, parts: SplitResult, address: tuple[str, int], sealed: bytes, headers: dict[str, str]
    ) -> Verdict:
        tls = self._tls if parts.scheme == "https" else None
        line = _Line(parts.netloc, address, tls)
        over = False

        def cut() -> None:
            if not over:
                line.cut()

        self._concurrency.spawn_after(WHOLE_S, cut)
        try:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            line.request("POST", target, sealed, headers)
            answer = line.getresponse()  # a redirect is an answer like any other: nobody follows it
            return _verdict(answer.status, answer.getheader("Retry-After"))
        finally:
            over = True
            line.close()


class _Line(http.client.HTTPConnection):
    """A connection to an address that was looked up, under the name that it was looked up for."""

    def __init__(self, netloc: str, address: tuple[str, int], tls: ssl.SSLContext | None) -> None:
        super().__init__(netloc, timeout=STEP_S)
        self._address = address
        self._tls = tls
        if tls is not None and ":" not in netloc.rpartition("]")[2]:
            self.port = 443

    def connect(self) -> None:
        """To the address itself; the certificate must bear the name."""
        self.sock: Any = socket.create_connection(self._address, STEP_S)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End it from another thread: whoever waits on it gets an error."""
        try:
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def seal(device: Device, payload: bytes) -> bytes:
    """Encrypt for the browser alone (RFC 8291): the push service cannot read it."""
    return bytes(
        http_ece.encrypt(
            payload,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=unpadded(device.p256dh),
            auth_secret=unpadded(device.auth),
            version="aes128gcm",
        )
    )


def unpadded(text: str) -> bytes:
    """Bytes of URL-safe base64, whose padding may be missing."""
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def is_key(text: str) -> bool:
    """Whether this is a public key of P-256, in URL-safe base64."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpadded(text))
    except ValueError:
        return False
    return True


def _verdict(status: int, retry_after: str | None) -> Verdict:
    seconds = float(retry_after) if retry_after is not None and retry_after.isdigit() else 0.0
    detail = f"status {status}"
    match status:
        case _ if 200 <= status < 300:
            return Verdict(Fate.TAKEN)
        case 404 | 410:
            return Verdict(Fate.GONE, detail=detail)
        case 429:
            return Verdict(Fate.BUSY, seconds, detail)
        case _ if status >= 500:
            return Verdict(Fate.BUSY, seconds, detail)
        case _:
            return Verdict(Fate.REFUSED, detail=detail)
