"""Care of a hall's data: a backup that can be trusted, its return, and a doctor who says what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.config import Config
from core.domain.evolving import replay
from core.domain.hall import PrinterState
from core.engine.projection import rebuild
from core.halls import TRAINING, hold, open_store
from core.kiosks import access
from core.ports import KEYS, StoreError
from core.settings import PrinterSettings
from core.store.sqlite import FILE, SqliteStore

SIDE_FILES = ("-wal", "-shm")
FREE_SPACE = 200 * 1024 * 1024
"""Less than this on the data's disk is worth a word, in bytes."""
PRINTER_TIMEOUT_S = 3.0
ADVICE = {
    PrinterState.NEAR_END: "have a new roll at hand",
    PrinterState.PAPER_OUT: "put paper in",
    PrinterState.COVER_OPEN: "close its cover",
    PrinterState.ERROR: "switch it off and on; if that does not help, look at its manual",
    PrinterState.OFFLINE: "see that it is switched on, has its address and hangs on the network or its cable",
    PrinterState.MUTE: "switch it off and on; for one that never answers set answers = false",
}
"""What to do about a printer, by how it says it is."""


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
    except (OSError, sqlite3.Error) as trouble:
        raise StoreError(f"{target}: {trouble}") from trouble
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        database.execute("PRAGMA wal_autocheckpoint = 0")  # the server's connection alone checkpoints
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without side files
        _require_sound(copy, target)


def restore(data: Path, source: Path) -> Path | None:
    """Put a backup in the place of the database; answers where the old one lies. No server may run."""
    if not source.is_file():
        raise StoreError(f"{source}: there is no such file")
    held = hold(data)
    try:
        database = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        try:
            _require_sound(database, source)
        except sqlite3.Error as trouble:
            raise StoreError(f"{source} is no backup of a hall: {trouble}") from trouble
        finally:
            database.close()
        fresh = data / f"{FILE}.restored"
        try:
            shutil.copy(source, fresh)
            os.chmod(fresh, 0o600)
            kept = _put_aside(data)
            os.replace(fresh, data / FILE)
        except OSError as trouble:
            raise StoreError(f"{data}: {trouble}") from trouble
        finally:
            fresh.unlink(missing_ok=True)
        return kept
    finally:
        os.close(held)


def _put_aside(data: Path) -> Path | None:
    """Move the present database out of the way, with its side files: they belong together."""
    present = data / FILE
    if not present.exists():
        return None
    kept = data / f"{FILE}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}.before-restore"
    for ending in ("", *SIDE_FILES):
        if (part := data / f"{FILE}{ending}").exists():
            os.replace(part, f"{kept}{ending}")
    return kept


def _require_sound(database: sqlite3.Connection, path: Path) -> None:
    told = [row[0] for row in database.execute("PRAGMA integrity_check")]
    if told != ["ok"]:
        raise StoreError(f"{path} is damaged: {told[0]}")
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone():
        raise StoreError(f"{path} is no backup of a hall: it has no log")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at. ``advice`` is empty where all is well."""

    subject: str
    found: str
    advice: str = ""


def examine(config: Config, data: Path) -> Iterator[Finding]:
    """Look at files, numbers, report tables, printers, packages; say what to do."""
    yield from _packages(config)
    yield from _disk(data)
    yield from _ledger(config, data)
    for printer in config.settings.printers.values():
        yield from _printer(printer, data)
    yield from _recordings(config)
    if not config.settings.server.public_url:
        yield Finding(
            "public_url",
            "empty: the QR on the paper leads to the address by which the kiosk reached the server; "
            "phones outside of that network need [server] public_url",
        )


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
    writable = os.access(data, os.W_OK)
    yield Finding("data folder", f"{data}", "" if writable else "give the server's user the right to write")
    free = shutil.disk_usage(data).free
    yield Finding(
        "free space",
        f"{free // 2**20} MiB",
        "" if free > FREE_SPACE else "make room: a full disk stops issuing",
    )


def _ledger(config: Config, data: Path) -> Iterator[Finding]:
    if not (data / FILE).exists():
        return
    try:
        store = open_store(data, checkpoints=False)
        try:
            with store.unmoving():  # a server may be writing meanwhile
                yield from _log(config, store)
                yield _kiosks(config, store)
        finally:
            store.close()
    except StoreError as damage:
        yield Finding("database", str(damage), "restore the last backup (antrean restore)")


def _log(config: Config, store: SqliteStore) -> Iterator[Finding]:
    damage = store.check()
    advice = "restore the last backup (antrean restore)" if damage else ""
    yield Finding("database", "; ".join(damage) or "sound", advice)
    gaps = store.gaps()
    advice = "keep a copy of the data and ask for help" if gaps else ""
    yield Finding("numbers", ", ".join(gaps) or "each series runs from 1 without a gap", advice)
    rows = rebuild(config.plan, store.everything())
    differing = [table for table in KEYS if store.table_rows(table) != _ordered(table, rows[table])]
    found = f"{', '.join(differing)} differ from the log" if differing else "as the log says"
    yield Finding("report tables", found, "antrean rebuild" if differing else "")


def _kiosks(config: Config, store: SqliteStore) -> Finding:
    """Who may take numbers at the kiosks' pages."""
    hall, training = replay(config.plan, store.load()), store.meta("kind") == TRAINING
    told = access(config.plan, config.settings.server, hall, training=training)
    return Finding("kiosks", told.found(), told.advice())


def _ordered(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(row[key] for key in KEYS[table]))


def _printer(printer: PrinterSettings, data: Path) -> Iterator[Finding]:
    """Ask a printer how it is, as the running hall does; nothing is printed."""
    subject = f"printer {printer.id}"
    if printer.logo is not None and not printer.logo.is_file():
        yield Finding(subject, f"no picture {printer.logo}", "put it there, or take logo out of [[printer]]")
    if printer.kind == "agent":
        found = f"{printer.width_mm} mm, at a kiosk's own computer: see its state on the page /"
        yield Finding(subject, found)
        return
    # By name, as the application loads its faces: what prints belongs to the kiosk.
    adapters = import_module("kiosk.printing.adapters")
    told = adapters.adapter(replace(printer, timeout_s=PRINTER_TIMEOUT_S), data).status()
    found = f"{printer.kind}, {printer.width_mm} mm: {told.detail or told.state.value}"
    yield Finding(subject, found, ADVICE.get(told.state, ""))
