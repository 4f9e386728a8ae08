"""Whether a data folder can be served, and if not: what is wrong, what is still safe, what to type."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from core.domain.errors import Refusal
from core.domain.events import KINDS
from core.domain.evolving import replay
from core.domain.plan import Plan
from core.engine.projection import rebuild
from core.folders import BEFORE_RESTORE, RESTORED
from core.ports import Fault, StoreError, Unwritable
from core.store.belonging import require_own_wal
from core.store.codec import encode
from core.store.faults import told_as
from core.store.migrations import migrations
from core.store.rescue import COPIED, EVENTS, readable, side_rows
from core.store.sqlite import FILE, SqliteStore

BACKUPS = Path("/var/backups/antrean")
"""Where the operations page puts them."""
SMALL = 256 * 2**20
"""A database up to this size in bytes is looked through at each start: half a second on a slow machine."""
ROOM = 2**20
"""With fewer bytes free a database may fail to open for want of room: SQLite makes files beside it."""
LONGEST = 300
"""Characters of what is wrong that are shown."""
HEADER = b"SQLite format 3\x00"
SIGNS = ("session.key", "printer")
"""What only a hall that was served leaves beside its database."""


class Damaged(StoreError):
    """The data cannot be used as they are. Says it in three lines."""

    def __init__(self, wrong: str, safe: str, advice: str) -> None:
        wrong = " ".join(wrong.split())[:LONGEST]  # one line, whatever a library says
        super().__init__(f"{wrong}\n  Safe: {safe}.\n  Type: {advice}")
        self.wrong, self.safe, self.advice = wrong, safe, advice


def look(folder: Path) -> None:
    """Raise ``Damaged`` if the database cannot be opened by this program. Quick: for every command."""
    path = folder / FILE
    may_write(folder)
    if not path.exists() or path.stat().st_size == 0:
        signs = _signs(folder)
        if (kept := _before_restore(folder)) is not None and _restored(folder).exists():
            raise _half_restored(path, kept)
        if signs or _side_file(path):
            found = "is empty" if path.exists() else "is gone"
            raise _broken(
                path, f"{path} {found}, but this folder contained a hall ({', '.join(signs) or 'WAL'})"
            )
        return
    if not path.is_file():
        raise _broken(path, f"{path} is no file")
    with path.open("rb") as file:
        header = file.read(100)
    if header[:16] != HEADER:
        raise _broken(path, f"{path} is damaged: its header is not that of a database")
    require_own_wal(path)
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            _of_this_program(path, database)
            _whole(path, database)
            _nothing_rescued(path, database)
    except sqlite3.Error as trouble:
        raise _unreadable(path, trouble) from trouble


def look_closely(folder: Path, plan: Plan, *, thorough: bool = False) -> None:
    """The same, and whether pages are sound and the present day can be read. For a start and the doctor.

    A large file that was closed cleanly is not checked page by page, unless ``thorough``.
    """
    look(folder)
    path = folder / FILE
    if not path.exists() or path.stat().st_size == 0:
        return
    thorough = thorough or path.stat().st_size <= SMALL or _side_file(path)
    store = None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            told = database.execute("PRAGMA quick_check(1)").fetchone() if thorough else ("ok",)
            if told != ("ok",):
                raise _broken(path, f"{path} is damaged: {' '.join(str(told[0]).split())}")
        store = SqliteStore(folder, checkpoints=False)
        replay(plan, store.load())
    except Damaged:
        raise
    except (sqlite3.Error, StoreError) as trouble:
        raise _unreadable(path, trouble) from trouble
    except Exception as trouble:
        raise _broken(path, f"{path} is damaged: its log contradicts itself ({trouble!r})") from trouble
    finally:
        if store is not None:
            store.close()


@contextmanager
def explained(folder: Path, plan: Plan) -> Iterator[None]:
    """Raises the damage that caused an error inside, if there is one."""
    try:
        yield
    except (Refusal, Damaged):
        raise
    except Exception:
        look_closely(folder, plan, thorough=True)
        raise


def rescue(folder: Path, plan: Plan, target: Path) -> str:
    """Copy what can be read of the database in ``folder`` to a new one; returns what it contains."""
    if target.exists():
        raise StoreError(f"{target} exists already: name a new file")
    source = folder / FILE
    held = readable(source)
    if not held.events:
        raise StoreError(f"{source}: no event can be read; only a backup helps")
    work = target.with_name(target.name + ".unfinished")
    shutil.rmtree(work, ignore_errors=True)
    try:
        store = SqliteStore(work)
        store.close()
        with closing(sqlite3.connect(work / FILE)) as database, database:
            marks = ", ".join("?" * len(EVENTS.split(",")))
            rows = [encode(recorded) for recorded in held.events]
            database.executemany(f"INSERT INTO event ({EVENTS}) VALUES ({marks})", rows)  # noqa: S608
            for table, found in side_rows(source).items():
                marks = ", ".join("?" * len(COPIED[table].split(",")))
                database.executemany(
                    f"INSERT OR REPLACE INTO {table} ({COPIED[table]}) VALUES ({marks})",  # noqa: S608
                    found,
                )
        store = SqliteStore(work)
        store.rebuild_rows(rebuild(plan, store.by_day()))
        store.close()
        with closing(sqlite3.connect(work / FILE)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
        os.replace(work / FILE, target)
    except (OSError, sqlite3.Error) as trouble:
        raise StoreError(f"{target}: {trouble}") from trouble
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return held.told()


def _signs(folder: Path) -> list[str]:
    """What is there besides the database and says that this folder has held a hall."""
    names = [name for name in SIGNS if (folder / name).exists()]
    if _restored(folder).exists():
        names.append(_restored(folder).name)
    if (kept := _before_restore(folder)) is not None:
        names.append(kept.name)
    return names


def _restored(folder: Path) -> Path:
    """Where a restore copies the backup to, before the copy takes the database's place."""
    return folder / f"{FILE}{RESTORED}"


def _before_restore(folder: Path) -> Path | None:
    """The database that the newest restore has put aside; the name holds the time."""
    return max(folder.glob(f"{FILE}.*{BEFORE_RESTORE}"), default=None)


def _half_restored(path: Path, kept: Path) -> Damaged:
    """A restore ended between its two steps: the old database is aside, the backup not yet in its place."""
    fresh = _restored(path.parent)
    log = f" with its log in {path.name}-wal" if _side_file(path) else ""
    return Damaged(
        f"{path} is gone: a restore was cut off before it was finished",
        f"nothing was changed; the database that was there is {kept.name}{log}, the backup is {fresh.name}",
        f"antrean restore {fresh}",
    )


def _unreadable(path: Path, trouble: Exception) -> Damaged:
    """Why the database cannot be read: not every error of SQLite is a damage."""
    error = told_as(trouble) if isinstance(trouble, sqlite3.Error) else trouble
    fault = error.fault if isinstance(error, Unwritable) else None
    unchanged = "nothing was changed; the data are as they were"
    if fault in {Fault.FULL, Fault.DEVICE} and shutil.disk_usage(path.parent).free < ROOM:
        return Damaged(
            f"the disk of {path.parent} is full, and {path.name} cannot be opened",
            unchanged,
            "df -h; make room (old backups, the journal), then antrean serve",
        )
    if fault is Fault.LOCKED:
        return Damaged(
            f"{path} is locked by another program: {trouble}",
            unchanged,
            f"fuser {path}; end that program, then antrean serve",
        )
    return _broken(path, f"{path} is damaged: {trouble}")


def _rescued(folder: Path) -> Path | None:
    """The newest file to which a running server has rescued what it knew; the name holds the time."""
    return max(folder.glob(f"{FILE}.rescued-*"), default=None)


def _nothing_rescued(path: Path, database: sqlite3.Connection) -> None:
    """Raise ``Damaged`` if a rescued file has events that the database lacks: numbers would be repeated."""
    if (rescued := _rescued(path.parent)) is None:
        return
    newest = "SELECT coalesce(max(seq), 0) FROM event"
    try:
        with closing(sqlite3.connect(f"{rescued.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as other:
            kept = int(other.execute(newest).fetchone()[0])
    except sqlite3.Error:
        return  # it is no help; the database itself is judged on its own
    present = int(database.execute(newest).fetchone()[0])
    if kept > present:
        raise Damaged(
            f"{path} has {present} events, and {rescued.name} beside it {kept}: the database was removed or "
            "replaced while the hall ran",
            f"nothing was changed; {rescued.name} holds all that the hall knew",
            f"antrean restore {rescued}; to go on without it, move that file out of the folder",
        )


def _broken(path: Path, wrong: str) -> Damaged:
    held = readable(path)
    newest = _rescued(path.parent) or newest_backup()
    way = f"antrean restore {newest if newest is not None else 'FILE'}"
    if newest is None:
        way += " (FILE: the newest backup)"
    if held.events:
        way += "; without a backup: antrean rescue rescued.db, then antrean restore rescued.db"
    else:
        way += "; without a backup: move the whole folder away, and start a new hall"
    return Damaged(wrong, f"nothing was changed; {held.told()}", way)


def newest_backup() -> Path | None:
    """The newest backup where the operations page puts them."""
    try:
        return max(BACKUPS.glob("*.db"), key=lambda each: each.stat().st_mtime, default=None)
    except OSError:
        return None


def may_write(folder: Path, *, database: bool = True) -> None:
    """Raise ``Damaged`` if this user cannot write the folder, and the ``database`` in it."""
    path = folder / FILE
    if not folder.is_dir():
        return  # made, or refused, by who locks it
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise Damaged(
            f"{folder} is on a disk that is mounted read-only; Linux does this when a disk fails",
            "nothing was changed, and everything stored can be read",
            "dmesg | tail; then mount -o remount,rw, or replace the disk",
        )
    for each, needed in ((folder, os.R_OK | os.W_OK | os.X_OK), (path, os.R_OK | os.W_OK)):
        if (database or each is folder) and each.exists() and not os.access(each, needed):
            user = _name(os.geteuid())
            raise Damaged(
                f"{each} belongs to {_name(each.stat().st_uid)} and cannot be written by {user}",
                "nothing was changed",
                f"sudo chown -R {user} {folder}",
            )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _side_file(path: Path) -> bool:
    wal = path.with_name(f"{path.name}-wal")
    return wal.exists() and wal.stat().st_size > 0


def _of_this_program(path: Path, database: sqlite3.Connection) -> None:
    """Neither schema nor events may be of a newer program: those are sound, and no backup helps."""
    names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    newer: list[str] = []
    if "_sqlite_migrations" in names:
        applied = database.execute("SELECT name FROM _sqlite_migrations").fetchall()
        known = {each.name for each in migrations.pending(Database(memory=True))}
        newer = [f"schema {name}" for (name,) in applied if name not in known]
    if "event" in names:
        kinds = database.execute("SELECT kind, max(version) FROM event GROUP BY kind")
        newer += [
            f"event {kind} {version}"
            for kind, version in kinds
            if kind not in KINDS or version > KINDS[kind].version
        ]
    if newer:
        raise Damaged(
            f"{path} was written by a newer Antrean ({newer[0]})",
            "everything; the database is not damaged, and nothing was changed",
            "pip install the newer version again (its wheel), then antrean serve",
        )


def _whole(path: Path, database: sqlite3.Connection) -> None:
    """Everything that the applied migrations make is there, and the log has no hole."""
    there = {tuple(row) for row in database.execute("SELECT type, name FROM sqlite_master")}
    applied = (
        database.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0]
        if ("table", "_sqlite_migrations") in there
        else 0
    )
    if not applied and ("table", "event") not in there:
        if not there and not _signs(path.parent):
            return  # a first start that was cut off: it is made anew
        raise _broken(path, f"{path} contains no log of a hall")
    missing = sorted(_expected(applied) - there)
    if missing:
        raise _broken(path, f"{path} is damaged: {missing[0][0]} {missing[0][1]} is missing")
    count, low, high = database.execute("SELECT count(*), min(seq), max(seq) FROM event").fetchone()
    if count and (low, high) != (1, count):
        query = "SELECT seq + 1 FROM event AS e WHERE NOT EXISTS (SELECT 1 FROM event WHERE seq = e.seq + 1)"
        first = 1 if low != 1 else database.execute(f"{query} ORDER BY seq LIMIT 1").fetchone()[0]
        lost = high - count
        raise _broken(path, f"{path} is damaged: {lost} events of the log are missing, from event {first} on")


@cache
def _expected(applied: int) -> frozenset[tuple[str, str]]:
    """Tables, indexes and triggers that the first ``applied`` migrations make."""
    database = Database(memory=True)
    for each in list(migrations.pending(database))[:applied]:
        each.fn(database)
    rows = database.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return frozenset((kind, name) for kind, name in rows)
