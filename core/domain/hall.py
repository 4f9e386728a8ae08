"""The hall as it is now: the fold of its events.

``evolve`` is the only thing that changes a hall, and it looks at the event alone, never at the
plan: a replay under a changed configuration gives the same hall. ``decide`` (in ``deciding``)
only reads.
"""

from __future__ import annotations

import copy
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sortedcontainers import SortedList

from core.domain.plan import Plan
from core.domain.staff import Account
from core.domain.ticket import State, Ticket

CALLS_KEPT = 200
"""How many calls the hall remembers for its boards."""
LENGTHS_KEPT = 30
"""About how many servings the forecast remembers of a service."""

COUNTER_GONE = "counter gone"
OFFICER_GONE = "officer gone"
"""Why a ticket was put back and a counter closed: the configuration has it no longer."""

Place = tuple[datetime, int, str]
"""Where a waiting stage stands: rank, ticket sequence (breaks ties), ticket id."""


class DeskState(StrEnum):
    """Whether an officer calls at a counter."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter as it is worked now. ``ticket``: the one in ``called`` or ``serving``, at most one."""

    state: DeskState = DeskState.CLOSED
    officer: str | None = None
    account: str = ""
    """The id of the account that opened it last; empty in the log of a program without ids."""
    reason: str = ""
    ticket: str | None = None
    served: int = 0
    """Tickets served here today."""
    closing: bool = False
    """Whether the ticket here is the last one."""
    helping: tuple[str, ...] = ()
    """Services called for besides the counter's own, after them."""


@dataclass(frozen=True, slots=True)
class Call:
    """One announcement: the first call of a ticket (``repeat`` 0) or a recall."""

    seq: int
    ticket: str
    counter: str
    at: datetime
    repeat: int


@dataclass(frozen=True, slots=True)
class Length:
    """What serving took lately, in seconds: a mean that forgets, so that it follows the day."""

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def with_one(self, seconds: float) -> Length:
        """After one more serving; each weighs at least a ``LENGTHS_KEPT``-th."""
        count = min(self.count + 1, LENGTHS_KEPT)
        gain = 1 / count
        off = seconds - self.mean
        return Length(count, self.mean + gain * off, (1 - gain) * (self.variance + gain * off * off))


@dataclass(frozen=True, slots=True)
class Memento:
    """What an officer's last action changed, as it was before: enough to take it back."""

    action: str
    seq: int
    at: datetime
    command_id: str
    before: Ticket
    after: Ticket
    desk: Desk
    length: Length | None
    length_after: Length | None
    """What the forecast knew right after: if another counter has added to it since, it stays."""


class PrintState(StrEnum):
    """How far a print job is; what may follow is in ``print_rules.STEPS``."""

    QUEUED = "queued"
    SENDING = "sending"
    """On disk before the first byte goes: from here on it is never printed again by itself."""
    SENT = "sent"
    """The printer's side has the last byte; it has not said that it printed it."""
    CONFIRMED = "confirmed"
    FAILED = "failed"
    """Nothing of it is on paper."""
    DOUBTFUL = "doubtful"
    """It may be on paper: a person must look."""


class PrinterState(StrEnum):
    """How a printer is, by its own words."""

    OK = "ok"
    NEAR_END = "near_end"
    """The roll ends soon; it still prints."""
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    ERROR = "error"
    OFFLINE = "offline"
    """Out of reach, or switched off."""
    MUTE = "mute"
    """It takes bytes and answers nothing."""


PRINTS = frozenset({PrinterState.OK, PrinterState.NEAR_END, PrinterState.MUTE})
"""States in which a printer can be expected to print."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """How a printer was when it was last asked, and since when it is so."""

    state: PrinterState
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A ticket on its way to paper."""

    id: str
    ticket: str
    printer: str
    kiosk: str | None
    url: str
    state: PrintState
    detail: str = ""
    copy: int = 0
    permanent: bool = False
    """``failed``: it will not go by itself."""


class Hall:
    """Everything that is true now. Read freely; change through ``evolve`` only."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seq = 0
        self.latest: datetime | None = None
        self.day: date | None = None
        self.paused: dict[str, str] = {}
        self.printers: dict[str, PrinterStatus] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.lengths: dict[str, Length] = {}
        self.ended: dict[str, Any] | None = None
        """The service day as it was before its end began, until the next one starts."""
        self._empty()

    def _empty(self) -> None:
        """What ends with a service day."""
        self.tickets: dict[str, Ticket] = {}
        self.by_token: dict[str, str] = {}
        self.by_number: dict[str, str] = {}
        self.issued: Counter[str] = Counter()
        self.issued_of_service: Counter[str] = Counter()
        self.issued_of_agency: Counter[str] = Counter()
        self.issued_by_channel: Counter[tuple[str, str]] = Counter()
        """By service (or ``@`` and agency) and channel."""
        self.waiting: dict[str, SortedList[Place]] = {}
        """Who waits, by list and rank: a list is a service, or whom a stage is aimed at."""
        self.joined: dict[str, SortedList[Place]] = {}
        """The same by the instant of joining, for the guard and for who is passed."""
        self.lanes: dict[tuple[str, bool], SortedList[Place]] = {}
        """The same by list and whether the class is marked, for ratios."""
        self.turns: Counter[str] = Counter()
        """How many calls of its round a service with a ratio has made."""
        self.parked: dict[str, datetime | None] = {}
        """Parked tickets, with the instant at which they wait again."""
        self.mementos: dict[str, Memento] = {}
        """By counter: its last action, if it can be undone."""
        self.desks: dict[str, Desk] = {}
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.missed: dict[str, datetime] = {}
        self.freed: dict[str, str] = {}
        """Tickets put back from a counter that has left the configuration, with that counter."""
        self.jobs: dict[str, PrintJob] = {}

    def snapshot(self) -> Mapping[str, Any]:
        """What ``go_back`` needs: a copy of each table, not of what is in it, which never changes."""
        return {
            name: copy.copy(value) if isinstance(value, dict | deque) else value
            for name, value in vars(self).items()
            if name not in _FOLLOWING
        }

    def go_back(self, snapshot: Mapping[str, Any]) -> None:
        """Be as at ``snapshot``, which is used up by it; lists and names follow from the tickets."""
        vars(self).update(snapshot)
        self.waiting, self.joined, self.lanes = {}, {}, {}
        self.by_token, self.by_number = {}, {}
        for ticket in self.tickets.values():
            self.by_token[ticket.token] = self.by_number[ticket.number] = ticket.id
            if ticket.state is State.WAITING:
                self.join(ticket)

    def join(self, ticket: Ticket) -> None:
        """Put a waiting ticket into its lists; for ``evolve``."""
        stage = ticket.stage
        key, place = stage.list_key, (stage.rank, ticket.seq, ticket.id)
        self.waiting.setdefault(key, SortedList()).add(place)
        self.lanes.setdefault((key, ticket.marked), SortedList()).add(place)
        self.joined.setdefault(key, SortedList()).add((stage.joined_at, ticket.seq, ticket.id))

    def moment(self, now: datetime) -> datetime:
        """``now``, but never before what already happened: a clock set back does not reorder."""
        return now if self.latest is None or now > self.latest else self.latest

    def desk(self, counter: str) -> Desk:
        """The counter as it is worked now; closed where nobody has opened it today."""
        return self.desks.get(counter, _CLOSED)

    def desk_of(self, officer: str) -> str | None:
        """The counter at which the officer is, if any. One that left the plan holds nobody."""
        for counter, desk in self.desks.items():
            at_work = desk.officer == officer and desk.state is not DeskState.CLOSED
            if at_work and counter in self.plan.counters:
                return counter
        return None

    def places(self, services: Iterable[str]) -> Iterable[SortedList[Place]]:
        """The waiting lists of those services for which somebody waits."""
        waiting = self.waiting
        return (waiting[service] for service in services if waiting.get(service))

    def waiting_count(self, services: Iterable[str]) -> int:
        """How many wait for any of ``services``."""
        return sum(len(places) for places in self.places(services))

    def account(self, kind: str, name: str) -> Account | None:
        """The account of that name, if it is in use."""
        return self.accounts.get((kind, name))

    def state(self) -> dict[str, Any]:
        """All of the hall but its plan, for comparing two halls."""
        told = {name: value for name, value in vars(self).items() if name != "plan"}
        for index in _INDEXES:
            told[index] = {key: list(places) for key, places in told[index].items() if places}
        return told


_CLOSED = Desk()
_INDEXES = ("waiting", "joined", "lanes")
_FOLLOWING = frozenset({*_INDEXES, "by_token", "by_number"})
"""What follows from the tickets."""
