"""The ledger in memory: for tests, and for trying rules without a disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from core.domain.events import LASTING, Recorded, TicketIssued
from core.ports import KEYS, Commit, Fault, Outcome, Row, Stale, StoreError, Unwritable


class MemoryStore:
    """A ``Store`` that forgets.

    ``fail_next``: the next commit fails, as on a full disk. ``fault``: every commit and probe fails, until it
    is ``None`` again.
    """

    def __init__(self) -> None:
        self.log: list[Recorded] = []
        self.rows: dict[str, dict[tuple[Any, ...], Row]] = {table: {} for table in KEYS}
        self.fail_next = False
        self.fault: Fault | None = None
        self.probes = 0
        """How often a probe was tried."""
        self._outcomes: dict[str, Outcome] = {}
        self._secrets: dict[tuple[str, str], str] = {}
        self._numbers: set[tuple[object, ...]] = set()

    def last_seq(self) -> int:
        """The number of the newest event."""
        return self.log[-1].seq if self.log else 0

    def load(self, day: date | None = None) -> list[Recorded]:
        """Every lasting event and all of ``day``, or of the newest event's day."""
        wanted = day or (self.log[-1].day if self.log else None)
        return [r for r in self.log if r.day == wanted or type(r.event).__name__ in LASTING]

    def given(self, day: date) -> dict[str, int]:
        """The highest number of each series on this date."""
        issued = [r.event for r in self.log if r.day == day and isinstance(r.event, TicketIssued)]
        return {event.series: event.ordinal for event in issued}

    def by_day(self) -> Iterator[Recorded]:
        """The whole log, each day by itself."""
        return iter(sorted(self.log, key=lambda recorded: (recorded.day, recorded.seq)))

    def since(self, seq: int) -> list[Recorded]:
        """Every event after ``seq``."""
        return [recorded for recorded in self.log if recorded.seq > seq]

    def of_day(self, day: date) -> list[Recorded]:
        """All of one service day."""
        return [recorded for recorded in self.log if recorded.day == day]

    def everything(self) -> Iterator[Recorded]:
        """The whole log."""
        return iter(tuple(self.log))

    def append(self, commit: Commit) -> None:
        """All of it or nothing."""
        self._require_disk()
        if self.fail_next:
            self.fail_next = False
            raise Unwritable(Fault.FULL, "database or disk is full")
        if self.last_seq() != commit.expected_seq:
            raise Stale("another process has written to the log")
        numbers = {
            (r.day, r.event.series, r.event.ordinal)
            for r in commit.events
            if isinstance(r.event, TicketIssued)
        }
        issued = sum(isinstance(r.event, TicketIssued) for r in commit.events)
        if len(numbers) < issued or numbers & self._numbers:
            raise StoreError("UNIQUE constraint failed: event_number")
        if any(outcome.command_id in self._outcomes for outcome in commit.outcomes):
            raise StoreError("UNIQUE constraint failed: command.id")
        self._numbers |= numbers
        self.log.extend(commit.events)
        self._outcomes.update({outcome.command_id: outcome for outcome in commit.outcomes})
        for secret in commit.secrets:
            self._secrets.pop((secret.kind, secret.name), None)
            if secret.hash is not None:
                self._secrets[secret.kind, secret.name] = secret.hash
        self._keep(commit.rows)

    def probe(self, *, wary: bool) -> None:  # noqa: ARG002 - memory has room
        """Counts, and fails while a ``fault`` is set."""
        self.probes += 1
        self._require_disk()

    def _require_disk(self) -> None:
        if self.fault is not None:
            raise Unwritable(self.fault, f"a fault of the kind {self.fault.value}")

    def same_file(self) -> None:
        """There is no file; it moves when a test says so."""
        if self.fault is Fault.MOVED:
            self._require_disk()

    def rescue(self) -> str:
        """Nowhere."""
        return "memory"

    def place(self) -> str:
        """Nowhere."""
        return "memory"

    def outcome(self, command_id: str) -> Outcome | None:
        """What a command led to."""
        return self._outcomes.get(command_id)

    def secret(self, kind: str, name: str) -> str | None:
        """The hash of an account."""
        return self._secrets.get((kind, name))

    def account_of_hash(self, kind: str, hash_: str) -> str | None:
        """The account with this hash."""
        found = (name for (held, name), h in self._secrets.items() if held == kind and h == hash_)
        return next(found, None)

    def rebuild_rows(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Replace the report tables."""
        self.rows = {table: {} for table in KEYS}
        self._keep(rows)

    def close(self) -> None:
        """Nothing to give back."""

    def _keep(self, rows: Mapping[str, Iterable[Row]]) -> None:
        for table, made in rows.items():
            for row in made:
                self.rows[table][tuple(row[key] for key in KEYS[table])] = row
