"""A phone's browser and its push service, the other end of web push: decrypts, checks, fails at will."""

from __future__ import annotations

import base64
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.running import PATIENCE_S


def text(raw: bytes) -> str:
    """URL-safe base64 without padding, as browsers give it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Phone:
    """A browser with a subscription: its keys, and what it can read."""

    endpoint: str
    pair: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"0123456789abcdef"

    def subscription(self, **more: Any) -> dict[str, Any]:
        """As the page sends it."""
        point = self.pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": text(point), "auth": text(self.secret)},
            **more,
        }

    def opened(self, sealed: bytes) -> dict[str, Any]:
        """What the service worker would get. Raises where it was sealed for another browser."""
        plain = http_ece.decrypt(sealed, private_key=self.pair, auth_secret=self.secret, version="aes128gcm")
        return dict(json.loads(plain))


@dataclass(frozen=True)
class Post:
    """What came to the push service."""

    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self) -> dict[str, Any]:
        """Who says to have sent it; the signature is checked."""
        assert Vapid02.verify(self.headers["authorization"]), "the signature is wrong"
        token = self.headers["authorization"].split("t=")[1].split(",")[0]
        part = token.split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))

    def key(self) -> str:
        """The public key that the sender claims."""
        return self.headers["authorization"].split("k=")[1]


class PushStation:
    """A push service on a port of this machine. ``answers``: what it says, one after another; then 201."""

    def __init__(self) -> None:
        self.posts: queue.Queue[Post] = queue.Queue()
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.hold = threading.Event()
        self.hold.set()
        station = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                station.posts.put(Post(self.path, headers, body))
                station.hold.wait(30)
                status, more = station.answers.pop(0) if station.answers else (201, {})
                try:
                    self.send_response(status)
                    for name, value in {"Content-Length": "0", **more}.items():
                        self.send_header(name, value)
                    self.end_headers()
                except OSError:
                    return  # the hall did not wait

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def phone(self, name: str = "phone") -> Phone:
        """A browser that this service delivers to."""
        return Phone(f"{self.url}/send/{name}")

    def next(self, within: float = PATIENCE_S) -> Post:
        """The next post, when it comes."""
        return self.posts.get(timeout=within)

    def close(self) -> None:
        """Gone from the network."""
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def station() -> Iterator[PushStation]:
    """A push service, gone afterwards."""
    opened = PushStation()
    try:
        yield opened
    finally:
        opened.close()
