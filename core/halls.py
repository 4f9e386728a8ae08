"""A hall's data folder: whether it is a real hall or a training hall, and by which clock it runs."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import sleep

from core.clock import LogClock, RealClock
from core.domain.opening import first_working_day
from core.domain.plan import Plan
from core.folders import PRIVATE
from core.ports import Clock, StoreError
from core.store.sqlite import SqliteStore

LOCK = "serving.lock"
TRAINING = "training"
REAL = "real"
START_OF_TRAINING = time(9, 0)
LAST_RESUME = time(13, 30)
"""A training hall that is started again goes on where it was, if that was before this local time."""


class WrongHall(StoreError):
    """The folder holds a hall of the other kind."""


class InUse(StoreError):
    """Another process serves or mends this very folder."""


def hold(folder: Path) -> int:
    """Keep every other server out of ``folder`` as long as the answered file stays open. Raises ``InUse``.

    Two servers on one folder would both print each ticket. The file is handed on to the serving
    process and its worker; the lock ends with the last of them, however it ends.
    """
    try:
        folder.mkdir(PRIVATE, parents=True, exist_ok=True)
        held = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{folder} cannot be used as a data folder: {error.strerror}") from error
    try:
        _lock(held)
    except OSError as error:
        os.close(held)
        raise InUse(f"{folder} is in use by a running server: stop it first") from error
    os.ftruncate(held, 0)  # of a server before
    os.set_inheritable(held, True)
    return held


def _lock(held: int) -> None:
    """Raises ``OSError``. Tried twice: ``serving_at`` holds the file for some microseconds."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sleep(0.05)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)


def announce(folder: Path, address: str) -> None:
    """Write the address of the server that has locked ``folder`` where ``serving_at`` finds it."""
    (folder / LOCK).write_text(address, encoding="utf-8")


def serving_at(folder: Path) -> str | None:
    """The address of the server that holds ``folder``; ``""``: not said yet; ``None``: none holds it."""
    try:
        lock = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.read(lock, 200).decode("utf-8", "replace")
    finally:
        os.close(lock)
    return None


def open_store(folder: Path, *, checkpoints: bool = True) -> SqliteStore:
    """The ledger in ``folder``; made where there is none."""
    return SqliteStore(folder, checkpoints=checkpoints)


def claim(store: SqliteStore, *, training: bool) -> None:
    """Mark a new folder as a training hall or a real one. Raises ``WrongHall`` if it is the other."""
    kind, wanted = store.meta("kind"), TRAINING if training else REAL
    if kind is None:
        if training and store.last_seq() > 0:
            kind = REAL
        else:
            store.set_meta("kind", wanted)
            return
    if kind != wanted:
        other = "--training" if kind == TRAINING else "no --training"
        raise WrongHall(
            f"{store.path.parent} holds a {kind} hall: start it with {other}, or name another folder "
            "with --data"
        )


def clock_for_commands(*, training: bool) -> Clock:
    """The clock of a command given beside the server: a training hall's is the log's own."""
    return LogClock() if training else RealClock()


def training_start(plan: Plan, store: SqliteStore, start: datetime | None) -> datetime:
    """Where a training hall's clock starts: ``start``, or where it was, or a working day at 09:00."""
    newest = store.newest_instant()
    if start is None:
        start = resume(plan, newest) or _first_start(plan, newest)
    return max(start, newest) if newest is not None else start


def resume(plan: Plan, newest: datetime | None) -> datetime | None:
    """Where a training hall goes on; ``None`` if its day is nearly over."""
    if newest is None:
        return None
    local = newest.astimezone(plan.timezone)
    return newest if START_OF_TRAINING <= local.time() < LAST_RESUME else None


def _first_start(plan: Plan, newest: datetime | None) -> datetime:
    today = datetime.now(plan.timezone).date()
    if newest is not None:
        today = max(today, newest.astimezone(plan.timezone).date() + timedelta(days=1))
    day = first_working_day(plan, today)
    return datetime.combine(day, START_OF_TRAINING, tzinfo=plan.timezone).astimezone(UTC)


def parse_clock(text: str, plan: Plan) -> datetime:
    """A local instant of the hall as UTC. Raises ``ValueError`` that says the form."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("write it as 2026-11-24T09:00") from error
    if local.tzinfo is None:
        local = local.replace(tzinfo=plan.timezone)
    return local.astimezone(UTC)
