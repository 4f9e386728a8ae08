"""HTTP/1.1 over a plain socket: a tenth of the cost of a client library."""

from __future__ import annotations

import socket
import time

SECONDS = 30.0
"""How long an answer may take."""


def request(method: str, path: str, host: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    """The bytes of one request on a connection that stays open."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


def whole(data: bytes) -> int:
    """The length of the answer at the beginning of ``data``; 0 while it has not come whole."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return 0
    told = data[:head].lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    length = head + 4 + int(told or b"0")
    return length if len(data) >= length else 0


def status(data: bytes) -> int:
    """The status of an answer."""
    return int(data[9:12])


def body(data: bytes) -> bytes:
    """What follows its headers."""
    return data.partition(b"\r\n\r\n")[2]


class Line:
    """One connection that asks one thing at a time."""

    def __init__(self, host: str, port: int) -> None:
        self.host = f"{host}:{port}"
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._used = 0.0

    def ask(self, data: bytes) -> tuple[int, bytes, int]:
        """Status and body of the answer, and when it was sent (monotonic, ns)."""
        if self._socket is None or time.monotonic() - self._used > 10:  # the server hangs up after 15 s
            self.close()
            self._socket = socket.create_connection(self._address, SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sent = time.monotonic_ns()
        self._socket.sendall(data)
        answer = b""
        while not whole(answer):
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError("the server hung up in the middle of an answer")
            answer += more
        self._used = time.monotonic()
        return status(answer), body(answer), sent

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
