"""What happened: past tense, frozen, versioned. An event carries all that ``evolve`` needs.

What the plan decided is inside the event: a replay under a changed configuration gives the same hall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from core.domain.account_events import AccountAdded, AccountRevoked, SecretChanged, SessionsEnded
from core.domain.event import Event
from core.domain.staff import Actor
from core.domain.ticket import Why

__all__ = ["AccountAdded", "AccountRevoked", "Event", "SecretChanged", "SessionsEnded"]  # from elsewhere


@dataclass(frozen=True, slots=True)
class DayStarted(Event):
    """A service day began with an empty hall. ``given``: series and how many numbers bear this date already.

    ``lengths``: what serving took lately: service, servings, mean and variance of their length in seconds.
    """

    version: ClassVar[int] = 2
    day: date
    lengths: tuple[tuple[str, int, float, float], ...] = ()
    given: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ClockAccepted(Event):
    """The hall's time goes on from here, on ``day``: maybe earlier. ``lengths``: see ``DayStarted``."""

    lasting: ClassVar[bool] = True
    day: date
    lengths: tuple[tuple[str, int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class DayEnded(Event):
    """A service day is over; ``open`` tickets were still open and expired with it."""

    day: date
    open: int


@dataclass(frozen=True, slots=True)
class TicketIssued(Event):
    """A citizen has a number. ``further``: what else they came for, (service, agency); quotas count it.

    ``by_turns``: the service calls by a ratio: the head start is the class's, and waits for later stages.
    """

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
    marked: bool = False
    route: tuple[str, ...] = ()
    by_turns: bool = False
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TicketCancelled(Event):
    """The holder left."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TicketPostponed(Event):
    """The holder let others pass: a new rank."""

    ticket: str
    rank: datetime


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
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class StageOpened(Event):
    """The next leg of a ticket began: a route went on, or an officer sent it on."""

    ticket: str
    service: str
    agency: str
    zone: str
    joined_at: datetime
    rank: datetime
    sender: str
    aim: str | None = None
    to_come: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceAdded(Event):
    """An officer added a service to the ticket."""

    ticket: str
    counter: str
    service: str


@dataclass(frozen=True, slots=True)
class TicketParked(Event):
    """The citizen fetches something; the counter is free for others. ``until``: then it waits again."""

    ticket: str
    counter: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class TicketResumed(Event):
    """A parked citizen is served on."""

    ticket: str
    counter: str
    officer: str


@dataclass(frozen=True, slots=True)
class TicketUnparked(Event):
    """A parked citizen waits again, with the rank they had."""

    ticket: str
    cause: str
    aim: str | None


@dataclass(frozen=True, slots=True)
class AimLifted(Event):
    """``aim`` (``""``: its service's counters) is gone; ``to`` may call it (``None``: these), in ``zone``."""

    version: ClassVar[int] = 2
    ticket: str
    aim: str
    zone: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class TicketTransferred(Event):
    """An officer sent the ticket on; the stage that follows is its own event. ``to``: for the reader."""

    ticket: str
    counter: str
    to: str


@dataclass(frozen=True, slots=True)
class TicketRestored(Event):
    """A missed ticket waits again, behind the next few."""

    ticket: str
    counter: str
    rank: datetime


@dataclass(frozen=True, slots=True)
class ActionUndone(Event):
    """The counter's last action was taken back; ``undone`` is the first event of that action."""

    ticket: str
    counter: str
    action: str
    undone: int
    stage: int = 0
    """The position of the stage that is gone again, if the action had opened one; and where it stood."""
    service: str = ""
    agency: str = ""
    zone: str = ""
    aim: str | None = None


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
class CounterClosing(Event):
    """The ticket at the counter is its last."""

    counter: str
    officer: str


@dataclass(frozen=True, slots=True)
class HelpGiven(Event):
    """The counter calls for these services too, after its own."""

    counter: str
    services: tuple[str, ...]


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
    """A ticket waits for a printer. ``job`` is the ticket's id with the copy, ``20261124-A007.1``.

    ``url``: the ticket's page, as it stands in the QR. ``copy``: which reprint; 0: the first print.
    """

    job: str
    ticket: str
    printer: str
    kiosk: str | None
    url: str
    copy: int = 0


@dataclass(frozen=True, slots=True)
class PrintReported(Event):
    """A print job went one step further: ``state`` is a ``PrintState``, ``detail`` the printer's words."""

    job: str
    state: str
    detail: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class PrintRerouted(Event):
    """Another printer takes a job of which nothing is on paper."""

    job: str
    printer: str
    detail: str


@dataclass(frozen=True, slots=True)
class PrinterReported(Event):
    """A printer is in another state, a ``PrinterState``."""

    lasting: ClassVar[bool] = True
    printer: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the log. ``at`` is UTC and runs backwards only at a ``ClockAccepted``."""

    seq: int
    day: date
    at: datetime
    actor: Actor
    command_id: str
    event: Event


_KINDS = (
    DayStarted, DayEnded, TicketIssued, TicketCancelled, TicketPostponed, TicketExpired,
    TicketCalled, TicketRecalled, TicketPutBack, ServiceStarted, ServiceFinished, StageOpened,
    ServiceAdded, TicketParked, TicketResumed, TicketUnparked, AimLifted, TicketTransferred,
    TicketRestored, ActionUndone, TicketMissed, CounterOpened, CounterPaused, CounterClosing,
    HelpGiven, CounterClosed, ServicePaused, ServiceResumed, PrintQueued, PrintReported,
    PrintRerouted, PrinterReported, AccountAdded, SecretChanged, SessionsEnded,
    AccountRevoked, ClockAccepted,
)  # fmt: skip
KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in _KINDS}
"""Every event by the name it has in the log."""

LASTING: frozenset[str] = frozenset(name for name, kind in KINDS.items() if kind.lasting)
