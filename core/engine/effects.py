"""What follows a commit: which views changed, which calls are announced, what goes to paper.

Pure: looks at the events and at the hall after them, answers with data. Adapters act on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.domain import events as e
from core.domain.events import Recorded
from core.domain.hall import Call, Hall, PrintJob, PrintState


@dataclass(slots=True)
class _Touched:
    """Ids whose views may have changed, gathered event by event."""

    services: set[str] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)
    counters: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    tickets: set[str] = field(default_factory=set)
    kiosks: set[str] = field(default_factory=set)
    printers: set[str] = field(default_factory=set)
    everything: bool = False


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """A print job that waits for its printer."""

    job: str
    ticket: str
    printer: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What a commit changed. ``seq``: its last event; ``everything``: all views changed."""

    seq: int
    at: datetime
    recorded: tuple[Recorded, ...]
    services: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()
    counters: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    tickets: frozenset[str] = frozenset()
    kiosks: frozenset[str] = frozenset()
    printers: frozenset[str] = frozenset()
    """Printers that are in another state, or whose jobs are."""
    everything: bool = False
    calls: tuple[Call, ...] = ()
    prints: tuple[PrintOrder, ...] = ()


def effects_of(hall: Hall, recorded: Sequence[Recorded]) -> Effects:
    """The effects of ``recorded``, which ``hall`` has already taken in; at least one event."""
    touched = _Touched()
    prints: list[PrintOrder] = []
    first = recorded[0].seq
    for each in recorded:
        _touch(hall, each.event, touched)
        if isinstance(each.event, e.ClockAccepted):  # the jobs of a day that goes on
            prints += [_ordered(job) for job in hall.jobs.values() if job.state is PrintState.QUEUED]
        if (order := _order(hall, each.event)) is not None:
            prints.append(order)
    calls = []
    for call in reversed(hall.calls):
        if call.seq < first:
            break
        calls.append(call)
    return Effects(
        seq=recorded[-1].seq,
        at=recorded[-1].at,
        recorded=tuple(recorded),
        services=frozenset(touched.services),
        agencies=frozenset(touched.agencies),
        counters=frozenset(touched.counters),
        zones=frozenset(touched.zones),
        tickets=frozenset(touched.tickets),
        kiosks=frozenset(touched.kiosks),
        printers=frozenset(touched.printers),
        everything=touched.everything,
        calls=tuple(reversed(calls)),
        prints=tuple(prints),
    )


def _touch(hall: Hall, event: e.Event, touched: _Touched) -> None:
    match event:
        case e.DayStarted() | e.ClockAccepted():
            touched.everything = True
        case e.ServicePaused(service=service) | e.ServiceResumed(service=service):
            touched.services.add(service)
            if service in hall.plan.services:
                touched.agencies.add(hall.plan.services[service].agency)
        case e.CounterOpened() | e.CounterPaused() | e.CounterClosing() | e.CounterClosed() | e.HelpGiven():
            _touch_counter(hall, event.counter, touched)
        case e.StageOpened(sender=sender):
            _touch_counter(hall, sender, touched)
        case e.ActionUndone(service=service, agency=agency, zone=zone, aim=aim) if service:
            # Where it waited until a moment ago nothing else tells that it is gone.
            touched.services.add(service)
            touched.agencies.add(agency)
            touched.zones.add(zone)
            _touch_aimed(hall, aim, touched)
        case e.AimLifted(aim=aim):
            _touch_aimed(hall, aim, touched)
        case _:
            pass
    _touch_printing(hall, event, touched)
    _touch_ticket(hall, event, touched)


def _order(hall: Hall, event: e.Event) -> PrintOrder | None:
    """The job that waits for its printer now: a new one, or one asked for again, here or at another."""
    match event:
        case e.PrintQueued(job=ident) | e.PrintRerouted(job=ident):
            pass
        case e.PrintReported(job=ident, state=PrintState.QUEUED):
            pass
        case _:
            return None
    job = hall.jobs.get(ident)  # gone if the day ended with it
    if job is None or job.state is not PrintState.QUEUED:
        return None
    return _ordered(job)


def _ordered(job: PrintJob) -> PrintOrder:
    return PrintOrder(job.id, job.ticket, job.printer)


def _touch_printing(hall: Hall, event: e.Event, touched: _Touched) -> None:
    match event:
        case e.PrintQueued(job=job) | e.PrintReported(job=job) | e.PrintRerouted(job=job):
            if (printing := hall.jobs.get(job)) is not None:
                touched.printers.add(printing.printer)
                touched.kiosks |= {printing.kiosk} if printing.kiosk is not None else set()
        case e.PrinterReported(printer=printer):
            touched.printers.add(printer)
            touched.kiosks |= {each.id for each in hall.plan.kiosks.values() if each.printer == printer}
        case _:
            pass


def _touch_ticket(hall: Hall, event: e.Event, touched: _Touched) -> None:
    ticket_id = getattr(event, "ticket", None)
    if ticket_id is not None and (ticket := hall.tickets.get(ticket_id)) is not None:
        touched.tickets.add(ticket_id)
        touched.services.add(ticket.stage.service)
        touched.agencies.add(ticket.stage.agency)
        touched.zones.add(ticket.zone)
        if ticket.stage.counter is not None:
            _touch_counter(hall, ticket.stage.counter, touched)
        _touch_aimed(hall, ticket.stage.aim, touched)
        counter = getattr(event, "counter", None)
        if counter is not None:
            _touch_counter(hall, counter, touched)


def _touch_aimed(hall: Hall, aim: str | None, touched: _Touched) -> None:
    kind, _, name = (aim or "").partition(":")
    if kind in {"agency", "zone", "hall"}:  # others take it over
        for each in hall.plan.counters.values():
            if kind == "hall" or name in {each.agency, each.zone}:
                _touch_counter(hall, each.id, touched)
        return
    counter = hall.desk_of(name) if kind == "officer" else name
    if counter:
        _touch_counter(hall, counter, touched)


def _touch_counter(hall: Hall, counter_id: str, touched: _Touched) -> None:
    touched.counters.add(counter_id)
    if (counter := hall.plan.counters.get(counter_id)) is not None:
        touched.zones.add(counter.zone)
        touched.agencies.add(counter.agency)
