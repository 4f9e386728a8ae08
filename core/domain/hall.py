"""The hall as it is now: the fold of its events.

``evolve`` is the only thing that changes a hall, and it looks at the event alone, never at the
plan: a replay under a changed configuration gives the same hall. ``decide`` (in ``deciding``)
only reads.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sortedcontainers import SortedList

from core.domain.events import (
    AccountAdded,
    AccountRevoked,
    CounterClosed,
    CounterOpened,
    CounterPaused,
    DayStarted,
    Event,
    PrintQueued,
    PrintReported,
    Recorded,
    SecretChanged,
    ServiceFinished,
    ServicePaused,
    ServiceResumed,
    ServiceStarted,
    TicketCalled,
    TicketCancelled,
    TicketExpired,
    TicketIssued,
    TicketMissed,
    TicketPutBack,
    TicketRecalled,
)
from core.domain.plan import Plan
from core.domain.staff import Account
from core.domain.ticket import Stage, State, Ticket, rank_of

CALLS_KEPT = 200
"""How many calls the hall remembers for its boards."""

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
    reason: str = ""
    ticket: str | None = None
    served: int = 0
    """Tickets served here today."""


@dataclass(frozen=True, slots=True)
class Call:
    """One announcement: the first call of a ticket (``repeat`` 0) or a recall."""

    seq: int
    ticket: str
    counter: str
    at: datetime
    repeat: int


class PrintState(StrEnum):
    """How far a print job is."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


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


class Hall:
    """Everything that is true now. Read freely; change through ``evolve`` only."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seq = 0
        self.latest: datetime | None = None
        self.day: date | None = None
        self.paused: dict[str, str] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self._empty()

    def _empty(self) -> None:
        """What ends with a service day."""
        self.tickets: dict[str, Ticket] = {}
        self.by_token: dict[str, str] = {}
        self.by_number: dict[str, str] = {}
        self.issued: Counter[str] = Counter()
        self.issued_of_service: Counter[str] = Counter()
        self.issued_of_agency: Counter[str] = Counter()
        self.waiting: dict[str, SortedList[Place]] = {}
        self.desks: dict[str, Desk] = {}
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.missed: dict[str, datetime] = {}
        self.jobs: dict[str, PrintJob] = {}

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
        told["waiting"] = {name: list(places) for name, places in self.waiting.items() if places}
        return told


_CLOSED = Desk()


def evolve(hall: Hall, recorded: Recorded) -> None:
    """Apply what happened. Never refuses: the event is a fact."""
    hall.seq = recorded.seq
    hall.latest = hall.moment(recorded.at)
    _apply(hall, recorded.event, recorded)


def replay(plan: Plan, log: Iterable[Recorded]) -> Hall:
    """The hall that a log leads to."""
    hall = Hall(plan)
    for recorded in log:
        evolve(hall, recorded)
    return hall


def _apply(hall: Hall, event: Event, recorded: Recorded) -> None:  # noqa: C901, PLR0912, PLR0915 - one arm an event
    at = recorded.at
    match event:
        case DayStarted(day=day):
            hall._empty()
            hall.day = day
        case TicketIssued():
            _issue(hall, event, at)
        case TicketCalled():
            _call(hall, event, recorded)
        case TicketRecalled(ticket=ticket, counter=counter):
            stage = hall.tickets[ticket].stage
            stage = replace(stage, announced_at=at, recalls=stage.recalls + 1)
            _put(hall, ticket, stage)
            hall.calls.append(Call(recorded.seq, ticket, counter, at, stage.recalls))
        case TicketPutBack(ticket=ticket, counter=counter):
            stage = hall.tickets[ticket].stage
            _leave_desk(hall, counter)
            back = replace(
                stage,
                state=State.WAITING,
                counter=None,
                officer=None,
                called_at=None,
                announced_at=None,
                why=None,
                recalls=0,
            )
            _put(hall, ticket, back)
            _join(hall, hall.tickets[ticket])
        case ServiceStarted(ticket=ticket):
            _put(hall, ticket, replace(hall.tickets[ticket].stage, state=State.SERVING, started_at=at))
        case ServiceFinished(ticket=ticket, counter=counter):
            _put(hall, ticket, replace(hall.tickets[ticket].stage, state=State.DONE, ended_at=at))
            _leave_desk(hall, counter, served=1)
        case TicketMissed(ticket=ticket, counter=counter):
            _put(hall, ticket, replace(hall.tickets[ticket].stage, state=State.MISSED, ended_at=at))
            _leave_desk(hall, counter)
            hall.missed[ticket] = at
        case TicketCancelled(ticket=ticket):
            _end(hall, ticket, State.CANCELLED, at)
        case TicketExpired(ticket=ticket):
            _end(hall, ticket, State.EXPIRED, at)
        case CounterOpened(counter=counter, officer=officer):
            desk = hall.desk(counter)
            hall.desks[counter] = replace(desk, state=DeskState.OPEN, officer=officer, reason="")
        case CounterPaused(counter=counter, reason=reason):
            hall.desks[counter] = replace(hall.desk(counter), state=DeskState.PAUSED, reason=reason)
        case CounterClosed(counter=counter):
            hall.desks[counter] = Desk(served=hall.desk(counter).served)
        case ServicePaused(service=service, reason=reason):
            hall.paused[service] = reason
        case ServiceResumed(service=service):
            hall.paused.pop(service, None)
        case PrintQueued(job=job, ticket=ticket, printer=printer, kiosk=kiosk, url=url):
            hall.jobs[job] = PrintJob(job, ticket, printer, kiosk, url, PrintState.QUEUED)
        case PrintReported(job=job, state=state, detail=detail):
            hall.jobs[job] = replace(hall.jobs[job], state=PrintState(state), detail=detail)
        case AccountAdded(account_kind=kind, name=name, role=role, agency=agency):
            hall.accounts[kind, name] = Account(kind, name, role, agency, recorded.seq)
        case SecretChanged(account_kind=kind, name=name):
            hall.accounts[kind, name] = replace(hall.accounts[kind, name], version=recorded.seq)
        case AccountRevoked(account_kind=kind, name=name):
            hall.accounts.pop((kind, name), None)
        case _:
            pass  # DayEnded tells, it changes nothing here


def _issue(hall: Hall, event: TicketIssued, at: datetime) -> None:
    rank = rank_of(at, timedelta(seconds=event.head_start_s))
    ticket = Ticket(
        id=event.ticket,
        seq=len(hall.tickets) + 1,
        number=event.number,
        series=event.series,
        ordinal=event.ordinal,
        token=event.token,
        klass=event.klass,
        lang=event.lang,
        channel=event.channel,
        kiosk=event.kiosk,
        zone=event.zone,
        issued_at=at,
        stages=(Stage(event.service, event.agency, State.WAITING, joined_at=at, rank=rank),),
    )
    hall.tickets[ticket.id] = ticket
    hall.by_token[ticket.token] = ticket.id
    hall.by_number[ticket.number] = ticket.id
    hall.issued[event.series] = event.ordinal
    hall.issued_of_service[event.service] += 1
    hall.issued_of_agency[event.agency] += 1
    _join(hall, ticket)


def _call(hall: Hall, event: TicketCalled, recorded: Recorded) -> None:
    ticket, at = hall.tickets[event.ticket], recorded.at
    stage = ticket.stage
    _quit(hall, ticket)
    called = replace(
        stage,
        state=State.CALLED,
        counter=event.counter,
        officer=event.officer,
        called_at=at,
        announced_at=at,
        why=event.why,
        recalls=0,
    )
    _put(hall, event.ticket, called)
    hall.desks[event.counter] = replace(hall.desk(event.counter), ticket=event.ticket)
    hall.calls.append(Call(recorded.seq, event.ticket, event.counter, at, 0))


def _end(hall: Hall, ticket_id: str, state: State, at: datetime) -> None:
    """Close the current stage wherever it is."""
    ticket = hall.tickets[ticket_id]
    stage = ticket.stage
    if stage.state is State.WAITING:
        _quit(hall, ticket)
    if stage.counter is not None and hall.desk(stage.counter).ticket == ticket_id:
        _leave_desk(hall, stage.counter)
    hall.missed.pop(ticket_id, None)
    _put(hall, ticket_id, replace(stage, state=state, ended_at=at))


def _put(hall: Hall, ticket: str, stage: Stage) -> None:
    hall.tickets[ticket] = hall.tickets[ticket].with_stage(stage)


def _leave_desk(hall: Hall, counter: str, served: int = 0) -> None:
    desk = hall.desk(counter)
    hall.desks[counter] = replace(desk, ticket=None, served=desk.served + served)


def _join(hall: Hall, ticket: Ticket) -> None:
    stage = ticket.stage
    hall.waiting.setdefault(stage.service, SortedList()).add((stage.rank, ticket.seq, ticket.id))


def _quit(hall: Hall, ticket: Ticket) -> None:
    stage = ticket.stage
    hall.waiting[stage.service].remove((stage.rank, ticket.seq, ticket.id))
