"""Many Socket.IO clients in one process: each follows one topic; arrivals are timed and counted.

Run as ``python -m tests.bench.followers ORDERS`` (JSON). Prints a line when all follow, and one each
time a message has reached all that follow; times are monotonic ns, which processes of a machine share.
"""

from __future__ import annotations

import json
import re
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

WAVE = 40
"""So many connect at once."""
SEQ = re.compile(rb'"seq":(\d+)')
EVENT = re.compile(rb'42/live,\["(\w+)"')
FIRST = 300
"""The event's name and its ``seq`` stand within so many bytes."""


@dataclass(frozen=True)
class Orders:
    """Who follows what."""

    host: str
    port: int
    count: int
    topics: tuple[str, ...]
    """Taken in turns."""
    token: str = ""

    def to_json(self) -> str:
        """As one argument of a process."""
        return json.dumps(asdict(self))


def text(message: str) -> bytes:
    """A websocket frame from a client; masked with zeros, so as it stands."""
    data = message.encode()
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + data


@dataclass
class Arrivals:
    """One message on its way to all."""

    first: int
    count: int = 0
    last: int = 0


@dataclass
class Fleet:
    """What all clients share."""

    orders: Orders
    ready: int = 0
    arrivals: dict[tuple[str, int], Arrivals] = field(default_factory=dict)

    def subscribed(self) -> None:
        """One more follows."""
        self.ready += 1
        if self.ready == self.orders.count:
            say({"ready": self.ready})

    def arrived(self, payload: bytes, at: int) -> None:
        """A message came to one client."""
        event, seq = EVENT.match(payload), SEQ.search(payload, 0, FIRST)
        if event is None or seq is None:
            return
        key = (event[1].decode(), int(seq[1]))
        found = self.arrivals.get(key)
        if found is None:
            found = self.arrivals[key] = Arrivals(at)
        found.count += 1
        found.last = at
        if found.count == self.orders.count:
            del self.arrivals[key]
            say({"event": key[0], "seq": key[1], "first": found.first, "last": at, "bytes": len(payload)})


class Client:
    """One websocket."""

    def __init__(self, fleet: Fleet, topic: str) -> None:
        orders = fleet.orders
        self.fleet = fleet
        self.topic = topic
        self.following = False
        self._rest = b""
        self._step: Callable[[bytes], None] = self._upgraded
        self.socket = socket.create_connection((orders.host, orders.port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            (
                f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {orders.host}:{orders.port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )

    def read(self) -> bool:
        """Take what has come; whether the line is still open."""
        data = self.socket.recv(262144)
        at = time.monotonic_ns()
        if not data:
            return False
        data = self._rest + data if self._rest else data
        if not self.following and self._step == self._upgraded:
            head = data.find(b"\r\n\r\n")
            if head < 0:
                self._rest = data
                return True
            self._step(data[:head])
            data = data[head + 4 :]
        self._rest = self._frames(data, at)
        return True

    def _frames(self, data: bytes, at: int) -> bytes:
        """Handle the whole frames of ``data``; what is left."""
        start, end = 0, len(data)
        while end - start >= 2:
            size, begin = data[start + 1] & 127, start + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                if end - start < 2 + width:
                    break
                size, begin = int.from_bytes(data[begin : begin + width], "big"), begin + width
            if end - begin < size:
                break
            self._message(data[start] & 15, data[begin : begin + size], at)
            start = begin + size
        return data[start:]

    def _message(self, kind: int, payload: bytes, at: int) -> None:
        if kind == 8:  # the server's goodbye; the end of the line follows
            return
        if payload == b"2":
            self.socket.sendall(text("3"))
        elif self.following:
            self.fleet.arrived(payload, at)
        else:
            self._step(payload)

    # The way to following, a step a message.

    def _upgraded(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"no websocket: {head[:200]!r}")
        self._step = self._opened

    def _opened(self, _payload: bytes) -> None:
        auth = json.dumps({"token": self.fleet.orders.token}) if self.fleet.orders.token else ""
        self.socket.sendall(text(f"40/live,{auth}"))
        self._step = self._connected

    def _connected(self, payload: bytes) -> None:
        if not payload.startswith(b"40/live"):
            raise ConnectionError(f"not connected: {payload[:200]!r}")
        asked = json.dumps({"topic": self.topic})
        self.socket.sendall(text(f'42/live,0["subscribe",{asked}]'))
        self._step = self._subscribed

    def _subscribed(self, payload: bytes) -> None:
        if not payload.startswith(b"43/live,0"):
            return  # a push to the room, before the answer
        if b'"status":4' in payload[:400]:
            raise ConnectionError(f"not admitted: {payload[:400]!r}")
        self.following = True
        self.fleet.subscribed()


def say(told: dict[str, object]) -> None:
    """One line to whoever started this."""
    print(json.dumps(told), flush=True)


def main(argument: str) -> None:
    """Connect, follow, and tell, until killed."""
    told = json.loads(argument)
    orders = Orders(**{**told, "topics": tuple(told["topics"])})
    wanted = orders.count + 100
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    fleet, selector, made = Fleet(orders), selectors.DefaultSelector(), 0
    while True:
        while made < orders.count and made - fleet.ready < WAVE:
            client = Client(fleet, orders.topics[made % len(orders.topics)])
            selector.register(client.socket, selectors.EVENT_READ, client)
            made += 1
        for key, _ in selector.select(1):
            if not key.data.read():
                selector.unregister(key.fileobj)
                say({"lost": key.data.topic})


if __name__ == "__main__":
    main(sys.argv[1])
