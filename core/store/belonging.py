"""Whether the files of a database belong together, and are still those that were opened.

A WAL says nothing of the database it was written for: SQLite applies it to whatever file has the name, and
destroys that file. So the database carries a stamp, SQLite's own ``user_version``, which changes with each
checkpoint, the only moments at which the main file changes. A small file beside it, the marker, holds the
stamps that the main file may have while a WAL is there. It is written before a checkpoint begins, with the
old stamp and the new one, and after it, with the new one. A copy of the database from before the last
checkpoint has another stamp.

Whoever opens the database makes its WAL before the marker, and removes the marker after the WAL. So a marker
without a WAL says that somebody has taken the WAL away.

Without a marker nothing is known, and nothing refused: a database of an earlier program, or one that was
closed.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from core.ports import Fault, StoreError, Unwritable

WAL = "-wal"
MARKER = "-run"
STAMP_AT = 60
"""Where ``user_version`` stands in the first page: four bytes, big-endian (source: SQLite's file format)."""
WAL_HEAD = 32
"""Bytes of a WAL that holds nothing."""
LOOKS = 5
"""How often files are looked at that a running server may be changing in this moment."""


class ForeignWal(StoreError):
    """A WAL lies beside a database that it was not written for, or the one that belongs there is gone."""


def beside(path: Path, ending: str) -> Path:
    """A side file of the database ``path``."""
    return path.with_name(path.name + ending)


def stamp_of(path: Path) -> int:
    """The stamp in the main file itself, whatever a WAL says; 0 for none."""
    try:
        with path.open("rb") as file:
            file.seek(STAMP_AT)
            return int.from_bytes(file.read(4), "big")
    except FileNotFoundError:
        return 0


def require_own_wal(path: Path) -> None:
    """Raises ``ForeignWal`` if the WAL beside ``path`` was written for another file, or is gone.

    Changes nothing.
    """
    wal_path = beside(path, WAL)
    for look in range(LOOKS):
        if look:
            time.sleep(0.02)  # the server may be between a checkpoint and its marker
        accepted = marked(path)
        if accepted is None:
            return
        if wal_path.exists() and (not _holds_something(wal_path) or stamp_of(path) in accepted):
            return
    name, wal, marker = path.name, wal_path.name, beside(path, MARKER).name
    if not wal_path.exists():
        raise ForeignWal(
            f"{path} was not closed in order, and {wal} beside it is gone: the newest numbers may be "
            f"missing.\n  Nothing was changed. A start with {name} alone could give numbers that citizens "
            f"hold already.\n  Put {wal} back from where it was moved to. If it is lost, or another program "
            f"closed the database: rm {path.parent / marker}, and compare the last numbers with the paper."
        )
    raise ForeignWal(
        f"{path}: another file was put in its place, and {wal} beside it belongs to the previous one.\n"
        f"  Nothing was changed: {name} is the copied file, {wal} has the newest data of the previous one.\n"
        f"  Keep a copy of the whole folder. Then: antrean restore FILE, with a copy of what was put "
        f"there that lies outside of the folder; it moves the present files aside and starts from FILE."
    )


def _holds_something(wal: Path) -> bool:
    try:
        return wal.stat().st_size > WAL_HEAD
    except FileNotFoundError:
        return False


def marked(path: Path) -> frozenset[int] | None:
    """The stamps that the main file may have; ``None`` if nothing is known."""
    try:
        return frozenset(int(each) for each in json.loads(beside(path, MARKER).read_bytes())["stamps"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def mark(path: Path, *stamps: int) -> None:
    """Keep the stamps that the main file may have, on disk when this returns."""
    marker, fresh = beside(path, MARKER), beside(path, MARKER + ".new")
    try:
        with open(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
        ) as file:
            json.dump({"stamps": sorted(set(stamps))}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, marker)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def unmark(path: Path) -> None:
    """Forget the stamps if no WAL is left that they would guard."""
    if not beside(path, WAL).exists():
        beside(path, MARKER).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names in ``folder`` survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class OpenFiles:
    """The database and its WAL as they were opened."""

    def __init__(self, path: Path) -> None:
        """``path``: a database that a connection of this process has open."""
        self._files = [path, beside(path, WAL)]
        self._known = {each: found for each in self._files if (found := _identity(each)) is not None}

    def require_same(self) -> None:
        """Raises ``Unwritable`` if one of them was deleted, moved or replaced meanwhile."""
        for file in self._files:
            found, known = _identity(file), self._known.get(file)
            if known is None and found is not None:
                self._known[file] = found  # a WAL that the first write has made
            elif found != known:
                what = "was deleted or moved away" if found is None else "was replaced by another file"
                raise Unwritable(Fault.MOVED, f"{file} {what} while the hall ran")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as trouble:
        raise Unwritable(Fault.DEVICE, f"{file}: {trouble.strerror}") from trouble
    return found.st_dev, found.st_ino
