"""python-socketio's client, tidied: it leaves the websockets of lost connections to the garbage collector.

An unclosed socket warns wherever the collector happens to run, which may be in another file's test.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import engineio
import requests
import socketio
from websocket import WebSocket


class _Engine(engineio.Client):
    """Remembers each websocket that it opened."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.opened: list[WebSocket] = []

    def _connect_websocket(self, *args: Any) -> bool:
        try:
            return bool(super()._connect_websocket(*args))
        finally:
            if self.ws is not None and self.ws not in self.opened:
                self.opened.append(self.ws)


class Client(socketio.Client):
    """A client of the live line."""

    def __init__(self, **options: Any) -> None:
        self._requests = requests.Session()
        super().__init__(http_session=self._requests, **options)

    def _engineio_client_class(self) -> type[_Engine]:
        return _Engine

    def hang_up(self) -> None:
        """Take leave, come back no more and close every socket there ever was."""
        with suppress(Exception):
            self.shutdown()
        for opened in self.eio.opened:
            with suppress(OSError):
                opened.shutdown()
        self._requests.close()
