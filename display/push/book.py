"""Where messages go: the devices that asked, in a small SQLite file of their own.

An address is no fact of the queue. It stands in no event, in no report and in no backup; it goes when the
ticket ends, and all go with the day. That the file is lost costs nobody a place in the queue, so a broken one
is made anew.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlite_utils import Database

from core.ports import Concurrency

FILE = "push.db"
COLUMNS = ("ticket", "endpoint", "p256dh", "auth", "lang", "said")
DEVICES_PER_TICKET = 3
DEVICES_AT_MOST = 5_000
"""More than a hall has citizens at once; against a program that fills the memory."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that wants to hear of a ticket. ``said``: keys of the notices it was told."""

    ticket: str
    endpoint: str
    p256dh: str
    auth: str
    lang: str
    said: frozenset[str] = frozenset()


class Book:
    """The devices, in memory and on disk. Safe to use from several (green) threads."""

    def __init__(self, folder: Path, concurrency: Concurrency) -> None:
        """Open ``push.db`` in ``folder``, and read it."""
        self._path = folder / FILE
        self._concurrency = concurrency
        self._lock = threading.Lock()
        try:
            self._db = _opened(self._path)
        except sqlite3.DatabaseError as trouble:
            _log.warning("push_book_renewed trouble=%s", trouble)
            self._path.unlink(missing_ok=True)
            self._db = _opened(self._path)
        self._devices: dict[str, dict[str, Device]] = {}
        for row in self._db["device"].rows:
            device = Device(**{**row, "said": frozenset(row["said"].split("\n")) - {""}})
            self._devices.setdefault(device.ticket, {})[device.endpoint] = device

    def __len__(self) -> int:
        return sum(len(each) for each in self._devices.values())

    def tickets(self) -> Collection[str]:
        """The tickets that some device asked about."""
        return self._devices.keys()

    def of(self, ticket: str) -> tuple[Device, ...]:
        """The devices of a ticket, the longest known first."""
        return tuple(self._devices.get(ticket, {}).values())

    def find(self, ticket: str, endpoint: str) -> Device | None:
        """One device, if it still asks."""
        return self._devices.get(ticket, {}).get(endpoint)

    def put(self, device: Device) -> bool:
        """Keep a device; the fourth of a ticket takes the place of the first. ``False``: the book is full."""
        with self._lock:
            known = self.find(device.ticket, device.endpoint)
            if known is not None:
                device = replace(device, said=known.said | device.said)
            elif len(self) >= DEVICES_AT_MOST:
                return False
            own = self._devices.setdefault(device.ticket, {})
            gone = list(own)[: max(0, len(own) + (known is None) - DEVICES_PER_TICKET)]
            for endpoint in gone:
                del own[endpoint]
            own[device.endpoint] = device

            self._keep([*(_deleting(device.ticket, each) for each in gone), _storing(device)])
            return True

    def say(self, device: Device, key: str) -> None:
        """Note that a device was told ``key``, or that it was tried often enough."""
        with self._lock:
            known = self.find(device.ticket, device.endpoint)
            if known is None or key in known.said:
                return
            told = replace(known, said=known.said | {key})
            self._devices[told.ticket][told.endpoint] = told
            self._keep([_storing(told)])

    def drop(self, ticket: str, endpoint: str | None = None) -> None:
        """Forget a device, or all of a ticket."""
        with self._lock:
            own = self._devices.get(ticket, {})
            gone = [each for each in own if endpoint in (None, each)]
            for each in gone:
                del own[each]
            if not own:
                self._devices.pop(ticket, None)
            if gone:
                self._keep([_deleting(ticket, each) for each in gone])

    def keep_only(self, tickets: Collection[str]) -> None:
        """Forget the devices of all tickets but these: with the day, all go."""
        for ticket in [each for each in self._devices if each not in tickets]:
            self.drop(ticket)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()

    def _keep(self, statements: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        """Write in a native thread. A full disk costs only that a restart forgets: told and passed over."""

        def write() -> None:
            with self._db.conn:
                for statement, values in statements:
                    self._db.conn.execute(statement, values)

        try:
            self._concurrency.offload(write)
        except sqlite3.Error as trouble:
            _log.warning("push_book_not_written trouble=%s", trouble)


def _storing(device: Device) -> tuple[str, tuple[str, ...]]:
    said = "\n".join(sorted(device.said))
    values = (device.ticket, device.endpoint, device.p256dh, device.auth, device.lang, said)
    return "INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?, ?)", values  # in the order of COLUMNS


def _deleting(ticket: str, endpoint: str) -> tuple[str, tuple[str, ...]]:
    return "DELETE FROM device WHERE ticket = ? AND endpoint = ?", (ticket, endpoint)


def _opened(path: Path) -> Database:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = Database(sqlite3.connect(path, check_same_thread=False), execute_plugins=False)
    db.execute("PRAGMA secure_delete = ON")  # an address that is forgotten is not left in a free page
    db.table("device").create(dict.fromkeys(COLUMNS, str), pk=("ticket", "endpoint"), if_not_exists=True)
    return db
