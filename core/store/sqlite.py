"""The ledger in one SQLite file, through sqlite-utils.

``synchronous=FULL``: in a simulated power cut NORMAL lost nearly all acknowledged rows, FULL none.
One connection writes and checkpoints (SQLite before 3.51.3 can corrupt a WAL that two connections
checkpoint at once), so the command line opens its store with ``checkpoints=False``. It checkpoints by itself
and not by SQLite's ``wal_autocheckpoint``, as the stamp changes with each (``core/store/belonging.py``).
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from sqlite_utils import Database

from core.domain.events import LASTING, Recorded
from core.ports import KEYS, Commit, Outcome, Row, Stale, StoreError, Unwritable
from core.store.belonging import OpenFiles, mark, require_own_wal, stamp_of, sync_folder, unmark
from core.store.codec import decode, encode
from core.store.faults import errors, told_as
from core.store.migrations import migrations

FILE = "antrean.db"
BUSY_MS = 5_000
"""How long a writer waits for another process before the commit fails."""
BRIEF_MS = 100
"""How long it waits where somebody waits for it: a probe after a failure, a checkpoint."""
COMMITS_BETWEEN, ROWS_BETWEEN = 200, 3_000
"""After so many commits or rows what is in the WAL goes into the main file: some 4 to 8 MB."""
PROBE, WARY_PROBE = 64, 64 * 1024
"""Bytes that a probe writes; after a failure as many as a large batch of commands."""

_COLUMNS = "seq, day, at, kind, version, actor, command_id, data"


class SqliteStore:
    """A ``Store`` on disk. ``append`` may run in another thread, but one call at a time."""

    def __init__(self, folder: Path, *, checkpoints: bool = True) -> None:
        """Open (or make) the database in ``folder``. Raises ``StoreError`` if that is not possible."""
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            # For its owner alone: it holds the hashes of passwords. SQLite's side files follow its mode.
            os.close(os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600))
            require_own_wal(folder / FILE)
            # Before it is open: to close a file anywhere in a process gives up all of SQLite's locks on it.
            stamp = stamp_of(folder / FILE)
            connection = sqlite3.connect(
                folder / FILE, check_same_thread=False, timeout=BUSY_MS / 1000, cached_statements=256
            )
            self._db = Database(connection, execute_plugins=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA wal_autocheckpoint = 0")
            migrations.apply(self._db)
        except OSError as trouble:
            raise StoreError(f"{folder / FILE}: {trouble}") from trouble
        except sqlite3.Error as trouble:
            raise told_as(trouble, f"{folder / FILE}: ") from trouble
        self.path = folder / FILE
        self._checkpoints = checkpoints
        self._commits = 0
        self._rows = connection.total_changes
        self._stamps = {stamp}
        """What the stamp in the main file may be: two, as long as a checkpoint has not ended."""
        if checkpoints:
            self._checkpoint("RESTART")
        self._files = OpenFiles(self.path)
        self._statements = {table: _upsert(self._db, table) for table in KEYS}

    def last_seq(self) -> int:
        """The number of the newest event."""
        with errors():
            return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])

    def load(self, day: date | None = None) -> list[Recorded]:
        """Every lasting event and all of ``day``, or of the newest event's day."""
        marks = ", ".join("?" * len(LASTING))
        newest = "coalesce(?, (SELECT day FROM event ORDER BY seq DESC LIMIT 1))"
        where = f"kind IN ({marks}) OR day = {newest}"
        return list(self._read(where, (*LASTING, None if day is None else day.isoformat())))

    def given(self, day: date) -> dict[str, int]:
        """The highest number of each series on this date."""
        query = """
            SELECT json_extract(data, '$.series'), max(json_extract(data, '$.ordinal'))
            FROM event WHERE kind = 'TicketIssued' AND day = ? GROUP BY 1
        """
        with errors():
            return dict(self._db.execute(query, (day.isoformat(),)).fetchall())

    def since(self, seq: int) -> list[Recorded]:
        """Every event after ``seq``."""
        return list(self._read("seq > ?", (seq,)))

    def of_day(self, day: date) -> list[Recorded]:
        """All of one service day."""
        return list(self._read("day = ?", (day.isoformat(),)))

    def everything(self) -> Iterator[Recorded]:
        """The whole log, read as it is consumed."""
        return self._read("1", ())

    def by_day(self) -> Iterator[Recorded]:
        """The whole log, each day by itself: one that went on after a later one is in one piece."""
        return self._read("1", (), order="day, seq")

    def append(self, commit: Commit) -> None:
        """One transaction; no logging and no lock in here, as it runs in eventlet's native threads."""
        self._files.require_same()
        with self._transaction():
            if self.last_seq() != commit.expected_seq:
                raise Stale("another process has written to the log")
            self._insert(commit)
        self._commits += 1
        grown = self._db.conn.total_changes - self._rows
        if self._checkpoints and (self._commits >= COMMITS_BETWEEN or grown >= ROWS_BETWEEN):
            self._checkpoint("RESTART")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing. Raises ``StoreError``."""
        connection = self._db.conn
        with errors():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def probe(self, *, wary: bool) -> None:
        """One transaction on a row of ``meta``; after a failure it asks for as much room as a large batch."""
        self._files.require_same()
        value = secrets.token_hex((WARY_PROBE if wary else PROBE) // 2)
        with self._waiting(BRIEF_MS if wary else BUSY_MS), self._transaction():
            self._db.execute(
                "INSERT INTO meta (name, value) VALUES ('probe', ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (value,),
            )

    @contextmanager
    def _waiting(self, milliseconds: int) -> Iterator[None]:
        """For another process at most so long."""
        self._db.execute(f"PRAGMA busy_timeout = {milliseconds}")
        try:
            yield
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def _checkpoint(self, mode: str) -> None:
        """Bring what is in the WAL into the main file, under a new stamp.

        What fails here is not lost, the WAL has it; it is tried again after as many commits.
        """
        self._commits, self._rows = 0, self._db.conn.total_changes
        fresh = secrets.randbelow(2**31 - 1) + 1
        with suppress(sqlite3.Error, OSError), self._waiting(BRIEF_MS):
            try:
                mark(self.path, *self._stamps, fresh)
                self._stamps.add(fresh)
                self._db.execute(f"PRAGMA user_version = {fresh}")
            except (sqlite3.Error, OSError):
                # No room for a new stamp: under the old one the main file still has one that is marked.
                self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
                return
            busy, *_ = self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            if not busy:
                mark(self.path, fresh)
                self._stamps = {fresh}

    def same_file(self) -> None:
        """Raises ``Unwritable`` if a file was deleted, moved or replaced."""
        self._files.require_same()

    def rescue(self) -> str:
        """The open connection still has all of it, whatever became of the names in the folder."""
        target = self.path.with_name(f"{FILE}.rescued-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        try:
            os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(target)) as copy:
                self._db.conn.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute("PRAGMA user_version = 0")
            sync_folder(target.parent)
        except (OSError, sqlite3.Error) as trouble:
            raise StoreError(f"{target}: {trouble}") from trouble
        return str(target)

    def place(self) -> str:
        """The folder, with the room that is left in it."""
        folder = self.path.parent
        try:
            return f"{folder} ({shutil.disk_usage(folder).free // 2**20} MiB free)"
        except OSError:
            return str(folder)

    def _insert(self, commit: Commit) -> None:
        connection = self._db.conn
        connection.executemany(
            f"INSERT INTO event ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
            [encode(recorded) for recorded in commit.events],
        )
        if commit.outcomes:
            connection.executemany(
                "INSERT INTO command (id, fingerprint, result) VALUES (?, ?, ?)",
                [
                    (outcome.command_id, outcome.fingerprint, orjson.dumps(outcome.result).decode())
                    for outcome in commit.outcomes
                ],
            )
        for secret in commit.secrets:
            if secret.hash is None:
                connection.execute(
                    "DELETE FROM secret WHERE kind = ? AND name = ?", (secret.kind, secret.name)
                )
            else:
                connection.execute(
                    "INSERT INTO secret (kind, name, hash) VALUES (?, ?, ?) "
                    "ON CONFLICT (kind, name) DO UPDATE SET hash = excluded.hash",
                    (secret.kind, secret.name, secret.hash),
                )
        for table, rows in commit.rows.items():
            connection.executemany(self._statements[table], rows)

    def outcome(self, command_id: str) -> Outcome | None:
        """What a command led to."""
        with errors():
            row = self._db.execute(
                "SELECT fingerprint, result FROM command WHERE id = ?", (command_id,)
            ).fetchone()
        return None if row is None else Outcome(command_id, row[0], orjson.loads(row[1]))

    def secret(self, kind: str, name: str) -> str | None:
        """The hash of an account."""
        return self._one("SELECT hash FROM secret WHERE kind = ? AND name = ?", (kind, name))

    def account_of_hash(self, kind: str, hash_: str) -> str | None:
        """The account with this hash."""
        return self._one("SELECT name FROM secret WHERE kind = ? AND hash = ?", (kind, hash_))

    def rebuild_rows(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Replace the report tables in one transaction."""
        connection = self._db.conn
        with self._transaction():
            for table in KEYS:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
                connection.executemany(self._statements[table], list(rows.get(table, ())))

    def meta(self, name: str) -> str | None:
        """A fact about the database itself, such as ``kind`` (``training`` or ``real``)."""
        return self._one("SELECT value FROM meta WHERE name = ?", (name,))

    def set_meta(self, name: str, value: str) -> None:
        """Keep a fact about the database itself."""
        with errors():
            self._db.table("meta").upsert({"name": name, "value": value}, pk="name")

    def check(self) -> list[str]:
        """SQLite's own words about damage; empty when the file is sound."""
        with errors():
            told = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check")]
        return [] if told == ["ok"] else told

    @contextmanager
    def unmoving(self) -> Iterator[None]:
        """All that is read inside is of one instant, whoever writes meanwhile."""
        with errors():
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            if self._db.conn.in_transaction:
                self._db.execute("ROLLBACK")

    def gaps(self) -> list[str]:
        """Series of a day whose numbers do not run from 1 without a gap, as the log has them."""
        query = """
            SELECT day, series, count(*), min(ordinal), max(ordinal) FROM (
                SELECT day, json_extract(data, '$.series') AS series,
                       json_extract(data, '$.ordinal') AS ordinal
                FROM event WHERE kind = 'TicketIssued'
            ) GROUP BY day, series
        """
        with errors():
            rows = self._db.execute(query).fetchall()
        return [
            f"{day} {series}: {count} numbers from {low} to {high}"
            for day, series, count, low, high in rows
            if (low, high) != (1, count)
        ]

    def newest_instant(self) -> datetime | None:
        """When the newest event happened, UTC."""
        told = self._one("SELECT at FROM event ORDER BY seq DESC LIMIT 1", ())
        return None if told is None else datetime.fromisoformat(told)

    def table_rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a report table, in the order of its key."""
        with errors():
            return [dict(row) for row in self._db.table(table).rows_where(order_by=", ".join(KEYS[table]))]

    def close(self) -> None:
        """Give the files back: the last to do so leaves everything in the main file, and no WAL.

        Files that are not those that were opened are left alone: SQLite would delete the WAL of whatever has
        taken their name.
        """
        try:
            self._files.require_same()
        except Unwritable:
            # Kept from the interpreter's own tidying up too, which would close it when the process ends.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._db.conn))
            return
        if self._checkpoints:
            self._checkpoint("TRUNCATE")
        self._db.close()
        with suppress(OSError):
            unmark(self.path)

    def _read(self, where: str, parameters: Sequence[Any], order: str = "seq") -> Iterator[Recorded]:
        with errors():
            query = f"SELECT {_COLUMNS} FROM event WHERE {where} ORDER BY {order}"  # noqa: S608 - constants
            for row in self._db.execute(query, tuple(parameters)):
                yield decode(row)

    def _one(self, query: str, parameters: Sequence[Any]) -> str | None:
        with errors():
            row = self._db.execute(query, tuple(parameters)).fetchone()
        return None if row is None else str(row[0])


def _upsert(db: Database, table: str) -> str:
    """``INSERT … ON CONFLICT (key) DO UPDATE`` for a report table, with named parameters."""
    columns = [column.name for column in db.table(table).columns]
    keys = KEYS[table]
    names, values = ", ".join(f'"{c}"' for c in columns), ", ".join(f":{c}" for c in columns)
    changes = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in keys)
    return (
        f"INSERT INTO {table} ({names}) VALUES ({values}) "  # noqa: S608 - names from the schema
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


def glance(folder: Path) -> tuple[str | None, list[Recorded]]:
    """The kind of hall in ``folder``, and what ``SqliteStore.load`` reads there; the file is only read.

    Nothing is migrated: a program of another version may be serving it. Raises ``StoreError``.
    """
    marks = ", ".join("?" * len(LASTING))
    where = f"kind IN ({marks}) OR day = (SELECT max(day) FROM event)"  # noqa: S608 - marks only
    with errors():
        connection = sqlite3.connect(f"file:{quote(str(folder / FILE))}?mode=ro", uri=True)
        try:
            kind = connection.execute("SELECT value FROM meta WHERE name = 'kind'").fetchone()
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM event WHERE {where} ORDER BY seq",  # noqa: S608 - constants
                tuple(LASTING),
            )
            return (None if kind is None else str(kind[0])), [decode(row) for row in rows]
        finally:
            connection.close()
