"""What can still be read of a damaged database, and a new one made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.events import Recorded, TicketIssued
from core.ports import StoreError
from core.store.codec import decode

EVENTS = "seq, day, at, kind, version, actor, command_id, data"
COPIED = {
    "command": "id, fingerprint, result",
    "secret": "kind, name, hash",
    "meta": "name, value",
}
"""Tables besides the log that a rescue takes over, as far as they can be read."""


@dataclass(frozen=True, slots=True)
class Readable:
    """The unbroken part of a log, from its first event on."""

    events: list[Recorded] = field(default_factory=list)
    lost: int = 0
    """Events after it that are known of; what comes after a hole cannot be joined to it."""

    def told(self) -> str:
        """How much it is, until when, and the last number of each series on its last day."""
        if not self.events:
            return "no event can be read"
        last = self.events[-1]
        issued: dict[str, str] = {}
        for recorded in self.events:
            if recorded.day == last.day and isinstance(recorded.event, TicketIssued):
                issued[recorded.event.series] = recorded.event.number
        numbers = f", last numbers of {last.day}: {', '.join(issued.values())}" if issued else ""
        lost = f"; {self.lost} later ones cannot be joined to them" if self.lost else ""
        return f"{len(self.events)} events until {last.at:%Y-%m-%d %H:%M} UTC can be read{numbers}{lost}"


def readable(path: Path) -> Readable:
    """The unbroken part of the log in ``path``; never raises, whatever the file is."""
    events: list[Recorded] = []
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            highest = _highest(database)
            for row in _rows(database):
                if row[0] != len(events) + 1:
                    break
                try:
                    events.append(decode(row))
                except (StoreError, ValueError, TypeError):
                    break
            return Readable(events, max(0, highest - len(events)))
    except (OSError, sqlite3.Error):
        return Readable(events)


def _highest(database: sqlite3.Connection) -> int:
    try:
        return int(database.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])
    except sqlite3.Error:
        return 0


def _rows(database: sqlite3.Connection) -> Iterator[tuple[int, str, str, str, int, str, str, str]]:
    """The log in order, up to the first page that cannot be read."""
    try:
        # NOT INDEXED: a damaged index says nothing about the rows.
        yield from database.execute(f"SELECT {EVENTS} FROM event NOT INDEXED ORDER BY seq")  # noqa: S608
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):
        return


def side_rows(path: Path) -> dict[str, list[tuple[str, ...]]]:
    """The rows of the tables besides the log, as far as they can be read."""
    found: dict[str, list[tuple[str, ...]]] = {table: [] for table in COPIED}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for table, columns in COPIED.items():
            try:
                for row in database.execute(f"SELECT {columns} FROM {table}"):  # noqa: S608 - constants
                    found[table].append(row)
            except sqlite3.Error:
                continue
    return found
