"""Who is signed in: sessions of people, kept on the server's side.

A cookie names its session by a random id; what counts is here. So signing out ends the session and not the
cookie alone, and a person sees where else they are signed in. Sessions lie in a small file of their own
beside the database (docs/adr/0017): they are no facts of the queue and stand in no backup. The file keeps
digests of the ids alone. If it cannot be written a session still begins and ends at once, in memory.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlite_utils import Database

from core.domain.staff import Account
from core.ports import Concurrency

FILE = "sessions.db"
SIGNED_IN_S = 14 * 3600
"""A session ends after so long."""
EACH = 32
"""Sessions of one account at once; one more ends the one that was not seen for longest."""
SEEN_S = 300
"""How coarse "last seen" is: a page that asks more often writes nothing."""
RETRY_S = 30.0
"""What the disk did not take is written again after so long."""
HANDLE = 12
"""Signs by which a session is named to people: the beginning of its digest."""
_COLUMNS = ("digest", "name", "account", "version", "began", "seen", "address")

log = logging.getLogger("antrean.sessions")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which a person is signed in. Times are seconds since 1970."""

    digest: str
    name: str
    account: str
    version: int
    began: int
    seen: int
    address: str

    @property
    def handle(self) -> str:
        """Names the session to people; it is no way into it."""
        return self.digest[:HANDLE]

    def belongs_to(self, account: Account) -> bool:
        """Whether the account is still the one that signed in, with the same password."""
        return (self.account, self.version) == (account.id, account.version)


class Sessions:
    """All sessions of a hall, in memory and on disk. Safe to use from several (green) threads."""

    def __init__(
        self,
        folder: Path,
        concurrency: Concurrency,
        now: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read ``sessions.db`` in ``folder``; a damaged one is made anew. ``steady`` only runs forward."""
        self._path = folder / FILE
        self._concurrency = concurrency
        self._now = now
        self._steady = steady
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        """One writes at a time, so that an older state never follows a newer one to the disk."""
        self._sessions: dict[str, Session] = {}
        self._ends: dict[str, float] = {}
        """By the steady clock, so that setting the wall clock neither ends nor prolongs a session."""
        self._unwritten: dict[str, Session | None] = {}
        """What the disk does not have yet; ``None``: what it must not have any more."""
        self._retrying = False
        self._gone: list[Callable[[], None]] = []
        for session in _read_or_renew(self._path):
            left = min(SIGNED_IN_S, session.began + SIGNED_IN_S - now())
            if left > 0:
                self._sessions[session.digest] = session
                self._ends[session.digest] = steady() + left
            else:
                self._unwritten[session.digest] = None

    def when_ended(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after sessions ended: what hangs on them ends too."""
        self._gone.append(listener)

    def begin(self, account: Account, address: str) -> str:
        """Sign an account in; answers with the id for the cookie, which is kept nowhere here."""
        ident, at = secrets.token_urlsafe(32), int(self._now())
        made = Session(_digest(ident), account.name, account.id, account.version, at, at, address[:64])
        with self._lock:
            self._forget_old()
            own = sorted(
                (s for s in self._sessions.values() if s.account == account.id), key=lambda s: s.seen
            )
            for oldest in own[: max(0, len(own) - EACH + 1)]:
                self._drop(oldest.digest)
            self._put(made)
            self._ends[made.digest] = self._steady() + SIGNED_IN_S
        self._write()
        return ident

    def find(self, ident: str) -> Session | None:
        """The session of a cookie, if it has not ended."""
        return self.of_digest(_digest(ident))

    def of_digest(self, digest: str) -> Session | None:
        """The session with this digest, if it has not ended."""
        session = self._sessions.get(digest)
        return session if session is not None and self._steady() < self._ends.get(digest, 0) else None

    def touch(self, session: Session) -> None:
        """Note that the session is in use."""
        at = int(self._now())
        if abs(at - session.seen) < SEEN_S:
            return
        with self._lock:
            if session.digest not in self._sessions:
                return
            self._put(replace(session, seen=at))
        self._write()

    def of_account(self, account: Account) -> list[Session]:
        """Where an account is signed in now, the newest first."""
        with self._lock:
            self._forget_old()
            own = [each for each in self._sessions.values() if each.belongs_to(account)]
        return sorted(own, key=lambda each: (each.began, each.digest), reverse=True)

    def end(self, *digests: str) -> None:
        """End sessions: at once in memory, and on disk as soon as it can be written."""
        with self._lock:
            for digest in digests:
                self._drop(digest)
        self._write()
        for listener in self._gone:
            listener()

    def _put(self, session: Session) -> None:
        self._sessions[session.digest] = session
        self._unwritten[session.digest] = session

    def _drop(self, digest: str) -> None:
        if self._sessions.pop(digest, None) is not None:
            self._ends.pop(digest, None)
            self._unwritten[digest] = None

    def _forget_old(self) -> None:
        at = self._steady()
        for digest in [each for each, ends in self._ends.items() if ends <= at]:
            self._drop(digest)

    def _again(self) -> None:
        self._retrying = False
        self._write()

    def _write(self) -> None:
        with self._writing:
            with self._lock:
                changes = dict(self._unwritten)
            if not changes:
                return
            trouble = self._concurrency.offload(_save, self._path, changes)
            if trouble:
                log.warning("sessions_not_kept count=%d: %s", len(changes), trouble)
                if not self._retrying:
                    self._retrying = True
                    self._concurrency.spawn_after(RETRY_S, self._again)
                return
            with self._lock:
                for digest, change in changes.items():
                    if self._unwritten.get(digest, False) == change:
                        del self._unwritten[digest]


def read(folder: Path) -> list[Session]:
    """What the file in ``folder`` holds, for a look from beside the server; nothing where there is none."""
    path = folder / FILE
    if not path.exists():
        return []
    with suppress(sqlite3.Error), _opened(path) as db:
        return _all(db)
    return []


def signed_in(folder: Path, people: Mapping[str, Account]) -> list[Session]:
    """The sessions in ``folder`` that count, by the wall clock. ``people``: accounts by their id."""
    now = time.time()
    return [
        each
        for each in read(folder)
        if each.account in people and each.belongs_to(people[each.account]) and now - each.began < SIGNED_IN_S
    ]


def _digest(ident: str) -> str:
    return hashlib.sha256(ident.encode("utf-8", "replace")).hexdigest()


def _save(path: Path, changes: dict[str, Session | None]) -> str:
    """Runs in a native thread: no logging in here. Answers with what went wrong."""
    try:
        with _opened(path) as db, db.conn:
            for digest, session in changes.items():
                if session is None:
                    db.conn.execute("DELETE FROM session WHERE digest = ?", (digest,))
                    continue
                row = [getattr(session, name) for name in _COLUMNS]
                db.conn.execute(
                    f"INSERT OR REPLACE INTO session ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    row,
                )
    except (OSError, sqlite3.Error) as trouble:
        return str(trouble)
    return ""


def _read_or_renew(path: Path) -> list[Session]:
    for _ in range(2):
        try:
            with _opened(path) as db:
                return _all(db)
        except sqlite3.DatabaseError as trouble:
            log.warning("sessions_renewed everybody signs in again: %s", trouble)
            with suppress(OSError):
                path.unlink(missing_ok=True)
        except OSError as trouble:
            log.warning("sessions_not_read: %s", trouble)
            break
    return []


def _all(db: Database) -> list[Session]:
    return [Session(*row) for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM session")]  # noqa: S608


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=5)
    try:
        db = Database(connection, execute_plugins=False)
        db.execute(
            "CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, name TEXT NOT NULL, "
            "account TEXT NOT NULL, version INTEGER NOT NULL, began INTEGER NOT NULL, "
            "seen INTEGER NOT NULL, address TEXT NOT NULL)"
        )
        yield db
    finally:
        connection.close()
