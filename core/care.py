"""Care of a hall's data: a backup that can be trusted, its return, and a doctor who says what to do."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from core.clock import RealClock
from core.config import Config
from core.damage import Damaged, look_closely
from core.domain.events import Recorded
from core.domain.evolving import replay
from core.domain.plan import Plan
from core.engine.ledger import ADVICE as LEDGER_ADVICE
from core.engine.projection import rebuild
from core.engine.stranded_words import consequences
from core.findings import Finding, look_at_printer
from core.folders import BEFORE_RESTORE, RESTORED, open_to_others
from core.halls import TRAINING, clock_for_commands, hold, open_store, serving_at
from core.kiosks import access
from core.ports import KEYS, Fault, StoreError, Unwritable
from core.secret_files import SESSION_KEY, session_key
from core.steadiness import AHEAD_LIMIT_S, span
from core.store.belonging import MARKER, WAL, ForeignWal, require_own_wal, sync_folder, unmark
from core.store.inspecting import Inspected, NoHall, inspect
from core.store.sqlite import FILE, SqliteStore, glance
from core.web.sessions import FILE as SESSIONS

SIDE_FILES = (WAL, "-shm", MARKER)
FREE_SPACE = 200 * 1024 * 1024
"""Less than this on the data's disk is worth a word, in bytes."""
CLOCK_LEEWAY_S = 5.0
SERVER_TIMEOUT_S = 10.0
TRIED_BYTES = 256 * 1024
"""The doctor writes a file of so many bytes."""


def backup(data: Path, target: Path) -> int:
    """Copy the database, the server running or not, to a new file; answers with its size in bytes."""
    if not (data / FILE).exists():
        raise StoreError(f"{data} holds no hall: name its folder with --data")
    if target.exists():
        raise StoreError(f"{target} is there already: name a new file")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(data / FILE, unfinished)
        os.replace(unfinished, target)
        sync_folder(target.parent)
    except (OSError, sqlite3.Error) as trouble:
        raise StoreError(f"{target}: {trouble}") from trouble
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    require_own_wal(source)
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        database.execute("PRAGMA wal_autocheckpoint = 0")  # the server's connection alone checkpoints
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without side files
        copy.execute("PRAGMA user_version = 0")  # no WAL of the original belongs to it
        _require_sound(copy, target)
    unmark(source)  # without a server SQLite has just brought the WAL into the database


def restore(
    data: Path, source: Path, plan: Plan | None = None, *, other_kind: bool = False
) -> tuple[Inspected, Path | None]:
    """Put a backup in the place of the database. No server may run.

    Answers with what the backup holds and the path of the old database. A refusal (``StoreError``) changes
    nothing. ``other_kind``: the backup of a training hall may replace a real hall, or the other way round.
    """
    if not source.is_file():
        raise StoreError(f"{source}: there is no such file")
    held = hold(data)
    fresh = data / f"{FILE}{RESTORED}"
    if fresh.exists() and source.samefile(fresh):  # what a restore that was cut off has left
        fresh = data / f"{FILE}{RESTORED}-again"
    try:
        _take_copy(source, fresh)
        try:
            inspected = inspect(fresh, plan)
        except NoHall as reason:
            raise StoreError(f"{source} is not a backup of a hall: {reason}") from reason
        present = _kind(data)
        if not other_kind and None not in {present, inspected.kind} and present != inspected.kind:
            raise StoreError(
                f"{source} is of a {inspected.kind} hall, and {data} holds a {present} hall: name another "
                "folder with --data, or add --other-kind if it shall be replaced"
            )
        _end_sessions(data)
        kept = _put_aside(data)
        os.replace(fresh, data / FILE)
        sync_folder(data)
        return inspected, kept
    except OSError as trouble:
        raise StoreError(f"{data}: {trouble}") from trouble
    finally:
        fresh.unlink(missing_ok=True)
        os.close(held)


def _take_copy(source: Path, fresh: Path) -> None:
    """Copy first, look then: what was looked at is what is used."""
    for ending in ("-wal", "-journal"):
        beside = source.with_name(source.name + ending)
        if beside.exists() and beside.stat().st_size > 0:
            raise StoreError(
                f"{source} is not complete without {beside.name}: it was copied while in use; "
                "make a copy with antrean backup"
            )
    size = source.stat().st_size
    if size > shutil.disk_usage(fresh.parent).free:
        raise StoreError(f"{fresh.parent}: no space for {size} more bytes")
    fresh.unlink(missing_ok=True)
    with source.open("rb") as file, os.fdopen(_new(fresh), "wb") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        os.fsync(copy.fileno())


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _kind(data: Path) -> str | None:
    """Whether the folder holds a real or a training hall; ``None`` if that cannot be known."""
    if not (data / FILE).exists():
        return None
    # Without a log beside it nothing need be made beside it either.
    how = "mode=ro" if (data / f"{FILE}-wal").exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{(data / FILE).resolve().as_uri()}?{how}", uri=True)) as database:
            row = database.execute("SELECT value FROM meta WHERE name = 'kind'").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _put_aside(data: Path) -> Path | None:
    """Move the present database out of the way, with its side files: they belong together."""
    there = [ending for ending in ("", *SIDE_FILES) if (data / f"{FILE}{ending}").exists()]
    if not there:
        return None
    kept = data / f"{FILE}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}{BEFORE_RESTORE}"
    for ending in there:
        os.replace(data / f"{FILE}{ending}", f"{kept}{ending}")
    return kept


def _end_sessions(data: Path) -> None:
    """Everybody signs in again: the restored log may give an account the version of a later password."""
    for ending in ("", "-journal", "-wal", "-shm"):
        (data / f"{SESSIONS}{ending}").unlink(missing_ok=True)


def _require_sound(database: sqlite3.Connection, path: Path) -> None:
    told = [row[0] for row in database.execute("PRAGMA integrity_check")]
    if told != ["ok"]:
        raise StoreError(f"{path} is damaged: {told[0]}")
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone():
        raise StoreError(f"{path} is no backup of a hall: it has no log")


def examine(config: Config, data: Path) -> Iterator[Finding]:
    """Look at files, numbers, report tables, printers, packages; say what to do."""
    yield from _packages(config)
    yield from _disk(data)
    yield from _session_key(data)
    yield from _server(data)
    yield from _ledger(config, data)
    for printer in config.settings.printers.values():
        yield from look_at_printer(printer, data)
    yield from _recordings(config)
    if not config.settings.server.public_url:
        yield Finding(
            "public_url",
            "empty: the QR on the paper leads to the address by which the kiosk reached the server; "
            "phones outside of that network need [server] public_url",
        )


def _session_key(data: Path) -> Iterator[Finding]:
    """Whether the key that signs cookies and passes can be used, if there is one."""
    if not (data / SESSION_KEY).exists():
        return
    try:
        session_key(data)
    except StoreError as trouble:
        yield Finding("session key", str(trouble), "antrean serve does not start before this is mended")
    else:
        yield Finding("session key", "sound")


def _recordings(config: Config) -> Iterator[Finding]:
    """Whether the hall's recordings can be said, if it has any."""
    if config.settings.voice.recordings is not None:
        # By name, as the application loads its faces: what speaks belongs to the display.
        told = import_module("display.voice.asked").recordings_told(config)
        yield from (Finding(f"recording {file}".strip(), found, advice) for file, found, advice in told)


def _packages(config: Config) -> Iterator[Finding]:
    wanted = {config.settings.server.async_mode, "gunicorn", "escpos", "flask"} - {"threading"}
    for name in sorted(wanted):
        there = find_spec(name) is not None
        yield Finding(
            f"package {name}", "installed" if there else "missing", "" if there else f"install {name}"
        )


def _disk(data: Path) -> Iterator[Finding]:
    if not data.is_dir():
        yield Finding("data folder", f"{data} is not there", "start the hall once, or name it with --data")
        return
    yield _folder(data)
    if open_to_others(data):
        mode = f"open to other users of this machine (mode {data.stat().st_mode & 0o777:o})"
        yield Finding("data folder", mode, f"chmod 700 {data}")
    free = shutil.disk_usage(data).free
    yield Finding(
        "free space",
        f"{free // 2**20} MiB",
        "" if free > FREE_SPACE else "make room: a full disk stops issuing",
    )


def _folder(data: Path) -> Finding:
    """Whether bytes can be written into the folder: not what its mode says, but what the disk does."""
    try:
        with tempfile.NamedTemporaryFile(dir=data, prefix=".doctor-") as file:
            file.write(os.urandom(TRIED_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as trouble:
        advice = _FOLDER_ADVICE.get(trouble.errno or 0, _advice(Fault.DEVICE, data))
        return Finding("data folder", f"{data} cannot be written: {trouble.strerror}", advice)
    return Finding("data folder", f"{data} can be written")


def _advice(fault: Fault, data: Path) -> str:
    return LEDGER_ADVICE[fault].format(place=data, rescued="")


_FOLDER_ADVICE = {
    errno.ENOSPC: "make room: a full disk stops issuing",
    errno.EDQUOT: "make room: the server's user may not write more",
    errno.EFBIG: "let the server's user write larger files (ulimit -f)",
    errno.EROFS: "mount it read-write",
    errno.EACCES: "give the server's user permission to write",
    errno.EPERM: "give the server's user permission to write",
}


def _server(data: Path) -> Iterator[Finding]:
    """What the running server says of itself, if one runs."""
    address = serving_at(data)
    if not address:
        return
    try:
        checks = httpx.get(f"{address}/readyz", timeout=SERVER_TIMEOUT_S, trust_env=False).json()["checks"]
        wrong = {name: told for name, told in checks.items() if told != "ok"}
    except (httpx.HTTPError, ValueError, KeyError) as trouble:
        yield Finding("server", f"does not answer at {address}: {trouble!r}", "look at its log, restart it")
        return
    for name, told in wrong.items():
        yield Finding(f"server, {name}", told, "docs/operations.md says what to do about it")
    if not wrong:
        yield Finding("server", f"ready at {address}")


def _ledger(config: Config, data: Path) -> Iterator[Finding]:
    if not data.is_dir():
        return
    try:
        look_closely(data, config.plan, thorough=True)
        if not (data / FILE).exists():
            return
        store = open_store(data, checkpoints=False)
        try:
            store.probe(wary=True)
            yield Finding("writing", "the database can be written")
            with store.unmoving():  # a server may be writing meanwhile
                yield from _log(config, store)
                yield _kiosks(config, store)
        finally:
            store.close()
    except ForeignWal as foreign:
        what, *todo = str(foreign).splitlines()
        yield Finding("database", what, " ".join(each.strip() for each in todo))
    except Damaged as damage:
        yield Finding("database", f"{damage.wrong}. Safe: {damage.safe}", damage.advice)
    except StoreError as damage:
        if isinstance(damage, Unwritable) and damage.fault is not Fault.DAMAGED:
            yield Finding("writing", str(damage), _advice(damage.fault, data))
            return
        yield Finding("database", str(damage), "restore the last backup (antrean restore)")


def _log(config: Config, store: SqliteStore) -> Iterator[Finding]:
    damage = store.check()
    advice = "restore the last backup (antrean restore)" if damage else ""
    yield Finding("database", "; ".join(damage) or "sound", advice)
    gaps = store.gaps()
    advice = "keep a copy of the data and ask for help" if gaps else ""
    yield Finding("numbers", ", ".join(gaps) or "each series runs from 1 without a gap", advice)
    if store.meta("kind") != TRAINING and (newest := store.newest_instant()) is not None:
        yield _clock(newest, RealClock().now())
    told = list(_concerned(config, store.meta("kind"), store.load()))
    advice = "correct the configuration, or start the hall with it: other counters call them" if told else ""
    yield Finding("configuration and open day", "; ".join(told) or "every ticket has a counter", advice)
    rows = rebuild(config.plan, store.by_day())
    differing = [table for table in KEYS if store.table_rows(table) != _ordered(table, rows[table])]
    found = f"{', '.join(differing)} differ from the log" if differing else "as the log says"
    yield Finding("report tables", found, "antrean rebuild" if differing else "")


def _clock(newest: datetime, now: datetime) -> Finding:
    """Whether the machine's clock can be right, by the log's newest instant."""
    ahead = (now - newest).total_seconds()
    if ahead < -CLOCK_LEEWAY_S:
        found = f"{span(ahead)} behind the log, whose newest event is of {newest:%Y-%m-%d %H:%M} UTC"
    elif ahead > AHEAD_LIMIT_S:
        found = f"{span(ahead)} ahead of the log, whose newest event is of {newest:%Y-%m-%d %H:%M} UTC"
    else:
        return Finding("clock", "not before the log's newest event")
    return Finding("clock", found, "set this machine's clock; if it is right: antrean clock accept")


def concerned(config: Config, data: Path) -> list[str]:
    """Whom of an open day this configuration leaves without a counter or a printer, one sentence a case."""
    if not (data / FILE).exists():
        return []
    kind, log = glance(data)
    return list(_concerned(config, kind, log))


def _concerned(config: Config, kind: str | None, log: Iterable[Recorded]) -> Iterator[str]:
    hall, training = replay(config.plan, log), kind == TRAINING
    today = clock_for_commands(training=training).now().astimezone(config.plan.timezone).date()
    if hall.day is not None and (training or hall.day >= today):
        yield from consequences(hall, config.settings.printers)


def _kiosks(config: Config, store: SqliteStore) -> Finding:
    """Who may take numbers at the kiosks' pages."""
    hall, training = replay(config.plan, store.load()), store.meta("kind") == TRAINING
    told = access(config.plan, config.settings.server, hall, training=training)
    return Finding("kiosks", told.found(), told.advice())


def _ordered(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(row[key] for key in KEYS[table]))
