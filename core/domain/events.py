"""What happened: past tense, frozen, versioned. An event carries all that ``evolve`` needs.

What the plan decided (prefix, head start, zone) is inside the event, so that a replay under a
changed configuration gives the same hall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from core.domain.staff import Actor, Role
from core.domain.ticket import Why


@dataclass(frozen=True, slots=True)
class Event:
    """Root of all events."""

    version: ClassVar[int] = 1
    lasting: ClassVar[bool] = False
    """Whether it matters beyond its service day."""


@dataclass(frozen=True, slots=True)
class DayStarted(Event):
    """A service day began with an empty hall."""

    day: date


@dataclass(frozen=True, slots=True)
class DayEnded(Event):
    """A service day is over; ``open`` tickets were still open and expired with it."""

    day: date
    open: int


@dataclass(frozen=True, slots=True)
class TicketIssued(Event):
    """A citizen has a number."""

    ticket: str
    token: str
    number: str
    series: str
    ordinal: int
    service: str
    agency: str
    zone: str
    klass: str
    head_start_s: int
    lang: str
    channel: str
    kiosk: str | None
    ahead: int
    median_minutes: int
    p80_minutes: int


@dataclass(frozen=True, slots=True)
class TicketCancelled(Event):
    """The holder left."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TicketExpired(Event):
    """The day ended while the ticket was open."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TicketCalled(Event):
    """A ticket was called to a counter."""

    ticket: str
    counter: str
    officer: str
    why: Why


@dataclass(frozen=True, slots=True)
class TicketRecalled(Event):
    """The call was announced again."""

    ticket: str
    counter: str


@dataclass(frozen=True, slots=True)
class TicketPutBack(Event):
    """A called ticket waits again, with the rank it had."""

    ticket: str
    counter: str
    cause: str


@dataclass(frozen=True, slots=True)
class ServiceStarted(Event):
    """The citizen is being served."""

    ticket: str
    counter: str


@dataclass(frozen=True, slots=True)
class ServiceFinished(Event):
    """The citizen has been served."""

    ticket: str
    counter: str


@dataclass(frozen=True, slots=True)
class TicketMissed(Event):
    """The ticket was called and nobody came."""

    ticket: str
    counter: str


@dataclass(frozen=True, slots=True)
class CounterOpened(Event):
    """An officer is at the counter (again)."""

    counter: str
    officer: str


@dataclass(frozen=True, slots=True)
class CounterPaused(Event):
    """The officer stopped calling for a while."""

    counter: str
    officer: str
    reason: str


@dataclass(frozen=True, slots=True)
class CounterClosed(Event):
    """The officer left the counter."""

    counter: str
    officer: str
    cause: str


@dataclass(frozen=True, slots=True)
class ServicePaused(Event):
    """A service gives no numbers until it is resumed."""

    lasting: ClassVar[bool] = True
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceResumed(Event):
    """A paused service gives numbers again."""

    lasting: ClassVar[bool] = True
    service: str


@dataclass(frozen=True, slots=True)
class PrintQueued(Event):
    """A ticket waits for a printer. ``job`` is the ticket's id with the copy, ``20261124-A007.1``."""

    job: str
    ticket: str
    printer: str
    kiosk: str | None
    url: str
    """The ticket's page, as it stands in the QR on the paper."""


@dataclass(frozen=True, slots=True)
class PrintReported(Event):
    """A print job went on: sent, or failed with the printer's words."""

    job: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class AccountAdded(Event):
    """A person, device or program may act in the hall. Its secret is kept elsewhere."""

    lasting: ClassVar[bool] = True
    account_kind: str
    name: str
    role: Role
    agency: str | None


@dataclass(frozen=True, slots=True)
class SecretChanged(Event):
    """An account has a new password."""

    lasting: ClassVar[bool] = True
    account_kind: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountRevoked(Event):
    """An account is out of use."""

    lasting: ClassVar[bool] = True
    account_kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the log. ``at`` is UTC and never runs backwards."""

    seq: int
    day: date
    at: datetime
    actor: Actor
    command_id: str
    event: Event


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        DayStarted,
        DayEnded,
        TicketIssued,
        TicketCancelled,
        TicketExpired,
        TicketCalled,
        TicketRecalled,
        TicketPutBack,
        ServiceStarted,
        ServiceFinished,
        TicketMissed,
        CounterOpened,
        CounterPaused,
        CounterClosed,
        ServicePaused,
        ServiceResumed,
        PrintQueued,
        PrintReported,
        AccountAdded,
        SecretChanged,
        AccountRevoked,
    )
}
"""Every event by the name it has in the log."""

LASTING: frozenset[str] = frozenset(name for name, kind in KINDS.items() if kind.lasting)
