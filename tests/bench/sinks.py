"""Kiosks and their printers in one loop: each kiosk asks for a ticket and waits for the paper's end."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.wire import body, request, status, whole

PATIENCE_S = 20.0


@dataclass
class Touch:
    """One ticket: times are monotonic ns."""

    sent: int
    answered: int = 0
    printed: int = 0
    """The last byte has come."""
    closed: int = 0
    paper: int = 0
    """Bytes."""
    ticket: tuple[str, str] = ("", "")

    @property
    def over(self) -> bool:
        """Answered and on paper."""
        return bool(self.answered and self.closed)


@dataclass
class Printer:
    """Listens as a network printer does, takes every byte, and is slow at nothing."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.listener.getsockname()[1])


class Kiosks:
    """Some kiosks with a printer each."""

    def __init__(self, printers: dict[str, Printer]) -> None:
        self._selector = selectors.DefaultSelector()
        self._printers = printers
        self._touches: dict[str, Touch] = {}
        self._lines: dict[str, socket.socket] = {}
        self._rest: dict[str, bytes] = {}
        for kiosk, printer in printers.items():
            self._watch(printer.listener, lambda kiosk=kiosk: self._accept(kiosk))

    def connect(self, host: str, port: int) -> None:
        """Connections to the server, one a kiosk."""
        self._host = f"{host}:{port}"
        for kiosk in self._printers:
            line = socket.create_connection((host, port), 30)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._lines[kiosk] = line
            self._watch(line, lambda kiosk=kiosk: self._answer(kiosk))

    def touch(self, wanted: dict[str, dict[str, Any]], tokens: dict[str, str]) -> list[Touch]:
        """One ticket at each kiosk at once; returns when all are on paper."""
        self._touches = {}
        for kiosk, asked in wanted.items():
            headers = {"Authorization": f"Bearer {tokens[kiosk]}"}
            data = json.dumps({**asked, "kiosk": kiosk}).encode()
            data = request("POST", "/api/v1/tickets", self._host, headers, data)
            self._rest[kiosk] = b""
            self._touches[kiosk] = Touch(time.monotonic_ns())
            self._lines[kiosk].sendall(data)
        deadline = time.monotonic() + PATIENCE_S
        while not all(touch.over for touch in self._touches.values()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"no paper after {PATIENCE_S} s: {self._touches}")
            for key, _ in self._selector.select(1):
                key.data()
        return list(self._touches.values())

    def close(self) -> None:
        """Hang up everywhere."""
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _watch(self, watched: socket.socket, act: Callable[[], None]) -> None:
        self._selector.register(watched, selectors.EVENT_READ, act)

    def _accept(self, kiosk: str) -> None:
        job, _ = self._printers[kiosk].listener.accept()
        self._watch(job, lambda: self._print(kiosk, job))

    def _print(self, kiosk: str, job: socket.socket) -> None:
        data = job.recv(65536)
        touch = self._touches[kiosk]
        if data:
            touch.printed = time.monotonic_ns()
            touch.paper += len(data)
        else:
            touch.closed = time.monotonic_ns()
            self._selector.unregister(job)
            job.close()

    def _answer(self, kiosk: str) -> None:
        data = self._lines[kiosk].recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        answer = self._rest[kiosk] = self._rest[kiosk] + data
        if whole(answer):
            if status(answer) != 201:
                raise RuntimeError(f"no ticket: {body(answer)[:300]!r}")
            ticket = json.loads(body(answer))["ticket"]
            self._touches[kiosk].answered = time.monotonic_ns()
            self._touches[kiosk].ticket = (ticket["id"], ticket["number"])
