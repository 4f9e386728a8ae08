"""What the engine needs of the world, as protocols; the composition root names the adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from core.domain.events import Recorded
from core.steadiness import Doubt

T = TypeVar("T")

Row = Mapping[str, Any]


KEYS: Mapping[str, tuple[str, ...]] = {
    "ticket": ("id",),
    "stage": ("ticket", "position"),
    "call": ("seq",),
    "desk": ("seq",),
    "print_job": ("id",),
}
"""The report tables and their primary keys: what the engine's rows and every store agree on."""


def instant(at: datetime | None) -> str | None:
    """UTC as text that sorts, to the microsecond: ``2026-11-24T01:00:00.000000Z``."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@runtime_checkable
class WatchedClock(Clock, Protocol):
    """A clock that does not believe every reading of the machine's."""

    def doubt(self) -> Doubt | None:
        """Why the hall does not go by the machine's clock; ``None`` if it does."""
        ...

    def accept(self) -> None:
        """Go by the machine's clock from now on: an administrator says that it is right."""
        ...


def doubt_of(clock: Clock) -> Doubt | None:
    """Why the hall does not go by the machine's clock, if its clock is one that doubts."""
    return clock.doubt() if isinstance(clock, WatchedClock) else None


class StoreError(Exception):
    """The store did not keep what it was given; nothing of it is on disk."""


class Fault(StrEnum):
    """Why a store cannot write."""

    FULL = "full"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    """Another process holds the database and does not let go."""
    DEVICE = "device"
    """An error of input or output: the disk, or the way to it."""
    DAMAGED = "damaged"
    MOVED = "moved"
    """Its file was deleted, moved or replaced while it was open."""
    STALLED = "stalled"
    """The disk takes a write and does not finish it."""


class Unwritable(StoreError):
    """Nothing can be written at present. ``fault``: why."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


class Stale(StoreError):
    """Somebody else wrote since this engine last read: catch up, decide again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command led to, kept under its id. ``result`` is JSON-ready and small."""

    command_id: str
    fingerprint: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Secret:
    """The hash of an account's password or token, kept out of the events. ``None`` removes it."""

    kind: str
    name: str
    hash: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One transaction: all of it or nothing."""

    expected_seq: int
    """The last event the engine knew when it decided."""
    events: Sequence[Recorded]
    outcomes: Sequence[Outcome] = ()
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Rows for the report tables, by table; a row replaces the one with its key."""
    secrets: Sequence[Secret] = ()


class Store(Protocol):
    """The hall's ledger. One caller at a time writes."""

    def last_seq(self) -> int:
        """The number of the newest event, 0 for an empty log."""
        ...

    def load(self, day: date | None = None) -> list[Recorded]:
        """What makes the present hall: every lasting event and all of the newest event's day, in order.

        ``day``: all of that day instead.
        """
        ...

    def given(self, day: date) -> dict[str, int]:
        """How many numbers of each series bear this date."""
        ...

    def since(self, seq: int) -> list[Recorded]:
        """Every event after ``seq``, in order."""
        ...

    def of_day(self, day: date) -> list[Recorded]:
        """All of one service day, in order."""
        ...

    def everything(self) -> Iterable[Recorded]:
        """The whole log, in order."""
        ...

    def append(self, commit: Commit) -> None:
        """Store a commit durably. Raises ``Stale`` or ``StoreError``; then nothing is stored."""
        ...

    def probe(self, *, wary: bool) -> None:
        """Write a few bytes that mean nothing, durably: proves that a commit would be kept.

        ``wary``: after a failure. It asks for more room, and waits for another process a tenth of a second
        and not as long as a commit does. Raises ``StoreError``.
        """
        ...

    def same_file(self) -> None:
        """Make sure that the files are still those that were opened. Raises ``Unwritable``."""
        ...

    def rescue(self) -> str:
        """Copy all that the store still knows into a new file beside it; its path. Raises ``StoreError``."""
        ...

    def place(self) -> str:
        """Where it writes, with the room that is left there, for people to read."""
        ...

    def outcome(self, command_id: str) -> Outcome | None:
        """What a command led to, if it was ever carried out."""
        ...

    def secret(self, kind: str, name: str) -> str | None:
        """The hash of an account, if it has one."""
        ...

    def account_of_hash(self, kind: str, hash_: str) -> str | None:
        """The name of the account with this very hash (tokens are looked up by their digest)."""
        ...

    def rebuild_rows(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Replace the report tables by ``rows``, in one transaction."""
        ...

    def close(self) -> None:
        """Give the files back."""
        ...


class Waiter(Protocol[T]):
    """One answer, waited for by one caller."""

    def set(self, value: T) -> None:
        """Give the answer."""
        ...

    def wait(self) -> T:
        """The answer, once it is there."""
        ...


class Mailbox(Protocol[T]):
    """A queue between green (or real) threads."""

    def put(self, item: T) -> None:
        """Leave an item."""
        ...

    def take_all(self, limit: int) -> list[T]:
        """Wait for at least one item, then take up to ``limit`` that are there."""
        ...


class Offload(Protocol):
    """Runs blocking work in a native thread while other green threads go on, and answers with its result."""

    def __call__(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)``; what it raises is raised here."""
        ...


class Concurrency(Protocol):
    """Threads of one kind: eventlet's, gevent's or the operating system's."""

    def spawn(self, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller."""
        ...

    def spawn_after(self, seconds: float, work: Callable[[], None]) -> None:
        """Run ``work`` beside the caller in ``seconds``."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let others run for ``seconds``."""
        ...

    def offload(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking work in a native thread while other green threads go on.

        Only SQL and file work: no logging, no lock of ``threading`` inside (it would deadlock
        under eventlet).
        """
        ...

    def dedicated(self, name: str, threads: int = 1) -> Offload:
        """As ``offload``, in native threads of its own: what others offload never makes it wait.

        No more than ``threads`` works run at a time, the others wait in order; a single thread runs them
        one after the other. The threads live as long as the process.
        """
        ...

    def waiter(self) -> Waiter[Any]:
        """A new place for one answer."""
        ...

    def mailbox(self) -> Mailbox[Any]:
        """A new queue."""
        ...


class Catalogue(Protocol):
    """The texts of the hall, by key, in every language."""

    def say(self, key: str, lang: str, /, **facts: object) -> str:
        """The text of ``key`` in ``lang`` with ``facts`` filled in."""
        ...
