"""Web push as the face sees it: quiet until the first phone asks, then a book, a key and a postman.

What encrypts and signs is imported at that moment. A hall that nobody asks loads nothing of it.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from core.ports import StoreError
from core.settings import Settings
from core.web.face import House
from display.push.book import FILE, Book, Device
from display.push.port import Refused, checked
from display.push.postman import Postman

log = logging.getLogger(__name__)

NOBODY = "mailto:antrean@localhost"
"""Named where the hall has no contact; some services send nothing for it (docs/phone.md)."""


def contact_of(settings: Settings) -> str:
    """Whom push services may write to about this hall."""
    if settings.push.contact:
        return settings.push.contact
    public = settings.server.public_url
    host = public.removeprefix("https://").split("/")[0]
    return f"https://{host}" if public.startswith("https://") and ":" not in host else NOBODY


@dataclass(frozen=True)
class _Running:
    """What is there once somebody has asked."""

    key: Any
    book: Book
    postman: Postman


class PushService:
    """Messages to the phones of one hall."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._stopped = False
        self.enabled = house.settings.push.enabled

    def start(self) -> None:
        """Go on where the last run of the server ended, if there was anybody to tell."""
        if self.enabled and (self._house.data / FILE).exists():
            with suppress(StoreError):  # said already; the hall serves without messages
                self._run()

    def stop(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._stopped = True
            if self._running is not None:
                self._running.postman.stop()

    def public_key(self) -> str:
        """The hall's public key."""
        return str(self._run().key.public)

    def trouble(self, endpoint: str, p256dh: str) -> str:
        """Why this subscription is not taken, in a word for the log and the caller; '' if it is."""
        try:
            checked(endpoint, local=self._house.settings.push.local_services)
        except Refused as refused:
            return str(refused)
        return "" if import_module("display.push.sending").is_key(p256dh) else "not a public key"

    def register(self, device: Device) -> bool:
        """A device asks for messages; whether it will get them."""
        return self._run().postman.register(device)

    def drop(self, ticket: str, endpoint: str) -> None:
        """A device asks for none any more."""
        if self._running is not None:
            self._running.book.drop(ticket, endpoint)

    def _run(self) -> _Running:
        with self._lock:
            if self._running is None:
                keys, sending = import_module("display.push.keys"), import_module("display.push.sending")
                house = self._house
                try:
                    key = keys.HallKey(house.data)
                except StoreError as trouble:
                    log.error("push_off no messages to phones: %s", trouble)
                    self.enabled = False
                    raise
                line = sending.PushLine(
                    key,
                    contact_of(house.settings),
                    house.concurrency,
                    local=house.settings.push.local_services,
                )
                book = Book(house.data, house.concurrency)
                self._running = _Running(key, book, Postman(house, book, line.send))
                if not self._stopped:
                    self._running.postman.start()
            return self._running
