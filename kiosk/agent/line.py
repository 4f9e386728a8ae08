"""The live line of the agent: it only says that there is something to do; what, is asked over HTTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import socketio  # type: ignore[import-untyped]
from socketio.exceptions import SocketIOError  # type: ignore[import-untyped]

NAMESPACE = "/live"
PAUSE_S = 1.0
"""Before another try to connect."""
ANSWER_S = 8.0
STOP_S = 5.0
"""A line that is just being opened is waited for so long when the agent ends."""

log = logging.getLogger("antrean.agent")


class Line:
    """Follows ``kiosk:ID`` in a thread of its own, for as long as the process lives."""

    def __init__(
        self, url: str, token: str, kiosk: str, *, wake: Callable[[], None], back: Callable[[], None]
    ) -> None:
        """``wake``: there may be a job. ``back``: the hall is there, for the first time or again."""
        self._url = url
        self._token = token
        self._topic = f"kiosk:{kiosk}"
        self._wake = wake
        self._back = back
        self._stopped = threading.Event()
        self._client: Any = None
        self._thread = threading.Thread(target=self._follow, name="line", daemon=True)

    def start(self) -> None:
        """Connect, and connect again whenever the line is lost."""
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._stopped.set()
        if self._client is not None:
            self._client.disconnect()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _follow(self) -> None:
        while not self._stopped.is_set():
            # A client for each connection: one that the server took leave of does not come back by itself.
            client = self._client = socketio.Client(reconnection=False)
            client.on("view", self._heard, namespace=NAMESPACE)
            try:
                client.connect(
                    self._url,
                    namespaces=[NAMESPACE],
                    auth={"token": self._token},
                    transports=["websocket"],
                    wait_timeout=5,
                )
                answer = client.call(
                    "subscribe", {"topic": self._topic}, namespace=NAMESPACE, timeout=int(ANSWER_S)
                )
                self._taken(answer)
                client.wait()
            except (SocketIOError, OSError) as trouble:
                log.debug("line: %s", trouble)
            finally:
                client.disconnect()
                if client.eio.ws is not None:
                    client.eio.ws.shutdown()  # a lost one is left open until the collector comes by
            self._stopped.wait(PAUSE_S)

    def _taken(self, answer: Any) -> None:
        if isinstance(answer, dict) and "view" in answer:
            log.info("line: follows %s", self._topic)
        else:
            log.warning("line: %s was refused, asking every few seconds instead", self._topic)
        self._back()

    def _heard(self, message: Any) -> None:
        if any(job["state"] == "queued" for job in message["view"]["jobs"]):
            self._wake()
