"""A client's connection as the libraries behind the worker need it: whole answers, lasting websockets."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any


class Whole:
    """The connection under an ordinary request: the head of the answer leaves with its body.

    Gunicorn sends the two apart, and each sending wakes the client: a quarter of a ticket's time.
    """

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._head: bytes | None = None

    def sendall(self, data: bytes) -> None:
        """Keep the first piece, which is the head; send it with the second."""
        if self._head is None:
            self._head = data
            return
        self._sock.sendall(self._head + data if self._head else data)
        self._head = b""

    def flush(self) -> None:
        """Send a head that no body followed."""
        if self._head:
            with suppress(OSError):  # the client has gone; whoever reads next finds out
                self._sock.sendall(self._head)
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


UNREAD_BOUND = 128 * 1024
"""A websocket's client may send so many bytes until one message of at most 64 kB has come of them."""


class Line:
    """The connection under a websocket: ``send`` sends all, ``close`` only hangs up.

    simple-websocket (the driver of gevent and threads) takes ``send`` for ``sendall``: under gevent a
    client that reads slowly would get half a frame, then the next. eventlet's websocket closes the
    descriptor under its own reader, who then sits in the event loop until its timeout; hung up, it
    wakes, and gunicorn closes the connection when the request returns.

    Both libraries bound a frame, not a message of many frames: ``recv`` bounds what comes between messages.
    """

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self.send = sock.sendall
        self.unread = 0
        """Bytes since the last whole message; whoever takes a message sets it to 0."""

    def recv(self, size: int, *flags: int) -> bytes:
        """What has come; nothing, as at the end, from a client that sends without end."""
        data: bytes = self._sock.recv(size, *flags)
        self.unread += len(data)
        if self.unread > UNREAD_BOUND:
            self.close()
            return b""
        return data

    def close(self) -> None:
        """Hang up."""
        hang_up([self._sock])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Upgradable:
    """What eventlet's websockets look for in ``environ``: the connection behind the request."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def get_socket(self) -> Line:
        """The client's connection."""
        return self._line


def hang_up(connections: Iterable[Any]) -> None:
    """End connections as if their clients had: nobody is thrown out of the middle of his work."""
    for connection in connections:
        # gevent's own `shutdown` throws an error into whoever reads; the socket beneath does not.
        with suppress(OSError):
            getattr(connection, "_sock", connection).shutdown(socket.SHUT_RDWR)
