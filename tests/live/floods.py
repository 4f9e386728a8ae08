"""Clients that take places and give nothing, by the thousand, on loopback only."""

from __future__ import annotations

import re
import selectors
import socket
import sys
import time
from contextlib import suppress

UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
POLL = "/socket.io/?EIO=4&transport=polling"
SESSION = re.compile(rb'"sid":"([^"]+)"')


def _new_session(port, source):
    with socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0)) as line:
        line.sendall(f"GET {POLL} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        got = b""
        with suppress(OSError):
            while more := line.recv(4096):
                got += more
    found = SESSION.search(got)
    return found[1].decode() if found else "none"


def _post(path, length):
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()


HOSTILE = {
    "silent": lambda _port, _source: b"",
    "dripped head": lambda _port, _source: b"GET / HTTP/1.1\r\nHost: lo",
    "dripped body": lambda _port, _source: _post("/api/v1/tickets", 1000) + b"{",
    "silent websocket": lambda _port, _source: UPGRADE,
    "polling post without a body": lambda port, source: _post(
        f"{POLL}&sid={_new_session(port, source)}", 64001
    ),
    "long poll": lambda port, source: (
        f"GET {POLL}&sid={_new_session(port, source)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    ),
    "session that never polls": lambda _port, _source: (
        f"GET {POLL} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    ),
}
"""What each kind sends at once; then it says a byte now and then (``drip``), and reads nothing."""

DRIPPING = {"dripped head", "dripped body"}


class Flood:
    """Many connections, closed at the end."""

    def __init__(self):
        self.lines = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        """Hang up all of them."""
        for _, line in self.lines:
            line.close()
        self.lines.clear()

    def open(self, port, kind, count, source="127.0.0.1"):
        """``count`` of a kind; one that is refused counts as opened."""
        for _ in range(count):
            with suppress(OSError):
                sent = HOSTILE[kind](port, source)
                line = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0))
                self.lines.append((kind, line))
                line.sendall(sent)

    def drip(self):
        """One more byte on those that drip."""
        for kind, line in self.lines:
            if kind in DRIPPING:
                with suppress(OSError):
                    line.send(b"x")

    def still_open(self):
        """Kinds of those that the hall has not closed."""
        found = []
        with selectors.DefaultSelector() as selector:
            for kind, line in self.lines:
                line.setblocking(False)
                selector.register(line, selectors.EVENT_READ, kind)
            for key, _ in selector.select(0):
                with suppress(BlockingIOError):
                    try:
                        while key.fileobj.recv(65536):
                            pass
                    except ConnectionError:
                        pass
                    found.append(key.fileobj)
        return [kind for kind, line in self.lines if line not in found]


def main(port, kind, count, source):
    """Flood from a process of its own until it is killed. Prints ``open`` once all are open."""
    with Flood() as flood:
        flood.open(port, kind, count, source)
        print("open", flush=True)
        while True:
            time.sleep(3)
            flood.drip()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
