"""``evolve``: the only thing that changes a hall. It looks at the event alone, never at the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from core.domain import events as e
from core.domain.clock_rules import accept_clock, ends_day, keep_ended
from core.domain.events import Event, Recorded
from core.domain.hall import (
    COUNTER_GONE,
    Call,
    Desk,
    DeskState,
    Hall,
    Length,
    Memento,
    PrinterState,
    PrinterStatus,
    PrintJob,
    PrintState,
)
from core.domain.plan import Plan
from core.domain.staff import Account, account_id
from core.domain.ticket import TRANSFERRED, Stage, State, Ticket, rank_of


def evolve(hall: Hall, recorded: Recorded) -> None:
    """Apply what happened. Never refuses: the event is a fact."""
    hall.seq = recorded.seq
    hall.latest = hall.moment(recorded.at)
    event = recorded.event
    if ends_day(event):
        keep_ended(hall)
    if (counter := getattr(event, "counter", None)) is not None and not isinstance(event, e.ActionUndone):
        _remember(hall, counter, recorded)
    _apply(hall, event, recorded)
    if isinstance(event, _UNDOABLE):
        _remember_after(hall, event.counter)


def replay(plan: Plan, log: Iterable[Recorded]) -> Hall:
    """The hall that a log leads to."""
    hall = Hall(plan)
    for recorded in log:
        evolve(hall, recorded)
    return hall


_UNDOABLE = (e.TicketCalled, e.ServiceFinished, e.TicketMissed, e.TicketParked, e.TicketTransferred)
_ACTIONS: dict[type[Event], str] = {
    e.TicketCalled: "call",
    e.ServiceFinished: "finish",
    e.TicketMissed: "no-show",
    e.TicketParked: "park",
    e.TicketTransferred: "transfer",
}


def _remember(hall: Hall, counter: str, recorded: Recorded) -> None:
    """Keep what this action of the counter is about to change; any other action ends the last one's undo."""
    event = recorded.event
    held = hall.mementos.get(counter)
    if held is not None and held.command_id != recorded.command_id:
        del hall.mementos[counter]
    if not isinstance(event, _UNDOABLE):
        return
    before = hall.tickets[event.ticket]
    service = before.stage.service
    hall.mementos[counter] = Memento(
        action=_ACTIONS[type(event)],
        seq=recorded.seq,
        at=recorded.at,
        command_id=recorded.command_id,
        before=before,
        after=before,
        desk=hall.desk(counter),
        length=hall.lengths.get(service),
        length_after=None,
    )


def _remember_after(hall: Hall, counter: str) -> None:
    held = hall.mementos[counter]
    length = hall.lengths.get(held.before.stage.service)
    hall.mementos[counter] = replace(held, after=hall.tickets[held.before.id], length_after=length)


def _apply(hall: Hall, event: Event, recorded: Recorded) -> None:  # noqa: C901, PLR0912, PLR0915 - one arm an event
    at = recorded.at
    match event:
        case e.DayStarted(day=day, lengths=lengths, given=given):
            hall._empty()
            hall.day = day
            hall.ended = None
            hall.issued.update(dict(given))
            hall.lengths = {
                service: Length(count, mean, variance) for service, count, mean, variance in lengths
            }
        case e.TicketIssued():
            _issue(hall, event, recorded)
        case e.TicketCalled():
            _call(hall, event, recorded)
        case e.TicketRecalled(ticket=ticket, counter=counter):
            stage = hall.tickets[ticket].stage
            stage = replace(stage, announced_at=at, recalls=stage.recalls + 1)
            _put(hall, ticket, stage)
            hall.calls.append(Call(recorded.seq, ticket, counter, at, stage.recalls))
        case e.TicketPutBack(ticket=ticket, counter=counter, cause=cause):
            _leave_desk(hall, counter)
            _wait_again(hall, ticket)
            if cause == COUNTER_GONE:
                hall.freed[ticket] = counter
        case e.ServiceStarted(ticket=ticket):
            _put(hall, ticket, replace(hall.tickets[ticket].stage, state=State.SERVING, started_at=at))
        case e.ServiceFinished(ticket=ticket, counter=counter, outcome=outcome):
            stage = hall.tickets[ticket].stage
            _put(hall, ticket, replace(stage, state=State.DONE, ended_at=at, outcome=outcome))
            _leave_desk(hall, counter, served=1)
            if stage.started_at is not None:
                seconds = (at - stage.started_at).total_seconds() - stage.away_s
                hall.lengths[stage.service] = hall.lengths.get(stage.service, Length()).with_one(seconds)
        case e.StageOpened():
            _open_stage(hall, event, recorded)
        case e.ServiceAdded(ticket=ticket, service=service):
            held = hall.tickets[ticket]
            hall.tickets[ticket] = replace(held, to_come=(*held.to_come, service))
        case e.TicketMissed(ticket=ticket, counter=counter):
            _put(hall, ticket, replace(hall.tickets[ticket].stage, state=State.MISSED, ended_at=at))
            _leave_desk(hall, counter)
            hall.missed[ticket] = at
        case e.TicketRestored(ticket=ticket, rank=rank):
            hall.missed.pop(ticket, None)
            held = hall.tickets[ticket]
            hall.tickets[ticket] = replace(held, restores=held.restores + 1)
            _put(hall, ticket, replace(held.stage, rank=rank, ended_at=None))
            _wait_again(hall, ticket)
        case e.TicketPostponed(ticket=ticket, rank=rank):
            held = hall.tickets[ticket]
            _quit(hall, held)
            held = replace(held, postpones=held.postpones + 1)
            hall.tickets[ticket] = held.with_stage(replace(held.stage, rank=rank))
            hall.join(hall.tickets[ticket])
        case e.TicketParked(ticket=ticket, counter=counter, until=until):
            stage = hall.tickets[ticket].stage
            _put(hall, ticket, replace(stage, state=State.PARKED, parked_at=at, park_until=until))
            _leave_desk(hall, counter)
            hall.parked[ticket] = until
        case e.TicketResumed(ticket=ticket, counter=counter, officer=officer):
            hall.parked.pop(ticket, None)
            stage = hall.tickets[ticket].stage
            away = (at - (stage.parked_at or at)).total_seconds()
            stage = replace(
                stage,
                state=State.SERVING,
                counter=counter,
                officer=officer,
                parked_at=None,
                park_until=None,
                away_s=stage.away_s + away,
            )
            _put(hall, ticket, stage)
            hall.desks[counter] = replace(hall.desk(counter), ticket=ticket)
        case e.TicketUnparked(ticket=ticket, aim=aim):
            hall.parked.pop(ticket, None)
            _put(hall, ticket, replace(hall.tickets[ticket].stage, aim=aim))
            _wait_again(hall, ticket)
        case e.AimLifted(ticket=ticket, zone=zone, to=to):
            held = hall.tickets[ticket]
            lifted = replace(held.with_stage(replace(held.stage, aim=to)), zone=zone)
            hall.tickets[ticket] = lifted
            if held.state is State.WAITING:
                _quit(hall, held)
                hall.join(lifted)
        case e.TicketTransferred(ticket=ticket, counter=counter):
            stage = hall.tickets[ticket].stage
            _put(hall, ticket, replace(stage, state=State.DONE, ended_at=at, outcome=TRANSFERRED))
            _leave_desk(hall, counter)
        case e.ActionUndone(ticket=ticket, counter=counter):
            _undo(hall, ticket, counter)
        case e.TicketCancelled(ticket=ticket):
            _end(hall, ticket, State.CANCELLED, recorded)
        case e.TicketExpired(ticket=ticket):
            _end(hall, ticket, State.EXPIRED, recorded)
        case e.CounterOpened(counter=counter, officer=officer):
            desk = hall.desk(counter)
            hall.desks[counter] = replace(
                desk,
                state=DeskState.OPEN,
                officer=officer,
                account=recorded.actor.account,
                reason="",
                closing=False,
            )
        case e.CounterPaused(counter=counter, reason=reason):
            hall.desks[counter] = replace(hall.desk(counter), state=DeskState.PAUSED, reason=reason)
        case e.CounterClosing(counter=counter):
            hall.desks[counter] = replace(hall.desk(counter), closing=True)
        case e.HelpGiven(counter=counter, services=services):
            hall.desks[counter] = replace(hall.desk(counter), helping=services)
        case e.CounterClosed(counter=counter):
            hall.desks[counter] = Desk(served=hall.desk(counter).served)
        case e.ServicePaused(service=service, reason=reason):
            hall.paused[service] = reason
        case e.ServiceResumed(service=service):
            hall.paused.pop(service, None)
        case e.PrintQueued(job=job, ticket=ticket, printer=printer, kiosk=kiosk, url=url, copy=copy):
            hall.jobs[job] = PrintJob(job, ticket, printer, kiosk, url, PrintState.QUEUED, copy=copy)
        case e.PrintReported(job=job, state=state, detail=detail, permanent=permanent):
            hall.jobs[job] = replace(
                hall.jobs[job], state=PrintState(state), detail=detail, permanent=permanent
            )
        case e.PrintRerouted(job=job, printer=printer, detail=detail):
            hall.jobs[job] = replace(
                hall.jobs[job], printer=printer, state=PrintState.QUEUED, detail=detail, permanent=False
            )
        case e.PrinterReported(printer=printer, state=state, detail=detail):
            hall.printers[printer] = PrinterStatus(PrinterState(state), detail, at)
        case e.ClockAccepted():
            accept_clock(hall, event, at)
            for each in hall.tickets.values():
                if each.state is State.WAITING:
                    hall.join(each)
        case e.AccountAdded(account_kind=kind, name=name, role=role, agency=agency, bound_to=bound_to):
            ident = account_id(recorded.seq, recorded.command_id)
            hall.accounts[kind, name] = Account(kind, name, role, agency, recorded.seq, ident, bound_to)
        case e.SecretChanged(account_kind=kind, name=name) | e.SessionsEnded(account_kind=kind, name=name):
            hall.accounts[kind, name] = replace(hall.accounts[kind, name], version=recorded.seq)
        case e.AccountRevoked(account_kind=kind, name=name):
            hall.accounts.pop((kind, name), None)
        case _:
            pass  # DayEnded tells, it changes nothing here


def _issue(hall: Hall, event: e.TicketIssued, recorded: Recorded) -> None:
    at = recorded.at
    rank = rank_of(at, timedelta(0) if event.by_turns else timedelta(seconds=event.head_start_s))
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
        marked=event.marked,
        head_start_s=event.head_start_s,
        to_come=event.route,
        ahead=event.ahead,
        median_minutes=event.median_minutes,
        p80_minutes=event.p80_minutes,
    )
    hall.tickets[ticket.id] = ticket
    hall.by_token[ticket.token] = ticket.id
    hall.by_number[ticket.number] = ticket.id
    hall.issued[event.series] = event.ordinal
    for service in (event.service, *(further for further, _ in event.further)):
        hall.issued_of_service[service] += 1
        hall.issued_by_channel[service, event.channel] += 1
    for agency in {
        event.agency,
        *(agency for _, agency in event.further),
    }:
        hall.issued_of_agency[agency] += 1
        hall.issued_by_channel[f"@{agency}", event.channel] += 1
    hall.join(ticket)


def _call(hall: Hall, event: e.TicketCalled, recorded: Recorded) -> None:
    ticket, at = hall.tickets[event.ticket], recorded.at
    _quit(hall, ticket)
    called = replace(
        ticket.stage,
        state=State.CALLED,
        counter=event.counter,
        officer=event.officer,
        called_at=at,
        announced_at=at,
        why=event.why,
        recalls=0,
    )
    _put(hall, event.ticket, called)
    if event.why.turn:
        hall.turns[ticket.stage.service] = event.why.turn % event.why.of
    hall.desks[event.counter] = replace(hall.desk(event.counter), ticket=event.ticket)
    hall.calls.append(Call(recorded.seq, event.ticket, event.counter, at, 0))


def _open_stage(hall: Hall, event: e.StageOpened, recorded: Recorded) -> None:
    ticket = hall.tickets[event.ticket]
    stage = Stage(
        event.service,
        event.agency,
        State.WAITING,
        joined_at=event.joined_at,
        rank=event.rank,
        aim=event.aim,
        sender=event.sender,
    )
    ticket = replace(ticket, stages=(*ticket.stages, stage), zone=event.zone, to_come=event.to_come)
    hall.tickets[ticket.id] = ticket
    hall.join(ticket)
    held = hall.mementos.get(event.sender)
    if held is not None and held.command_id == recorded.command_id:
        hall.mementos[event.sender] = replace(held, after=ticket)


def _undo(hall: Hall, ticket_id: str, counter: str) -> None:
    """Everything that the action changed is as it was before it; what others did meanwhile stays."""
    held = hall.mementos.pop(counter)
    now = hall.tickets[ticket_id]
    if now.state is State.WAITING:
        _quit(hall, now)
    hall.missed.pop(ticket_id, None)
    hall.parked.pop(ticket_id, None)
    before = held.before
    hall.tickets[ticket_id] = before
    if before.state is State.WAITING:
        hall.join(before)
    hall.desks[counter] = held.desk
    service = before.stage.service
    why = held.after.stage.why
    if held.action == "call" and why is not None and why.turn:
        hall.turns[service] = (hall.turns[service] - 1) % why.of
    if hall.lengths.get(service) == held.length_after:
        if held.length is None:
            hall.lengths.pop(service, None)
        else:
            hall.lengths[service] = held.length
    for call in [each for each in hall.calls if each.seq == held.seq]:
        hall.calls.remove(call)


def _end(hall: Hall, ticket_id: str, state: State, recorded: Recorded) -> None:
    """Close the current stage wherever it is."""
    ticket = hall.tickets[ticket_id]
    stage = ticket.stage
    if stage.state is State.WAITING:
        _quit(hall, ticket)
    if stage.counter is not None and hall.desk(stage.counter).ticket == ticket_id:
        _leave_desk(hall, stage.counter)
    hall.missed.pop(ticket_id, None)
    hall.parked.pop(ticket_id, None)
    _put(hall, ticket_id, replace(stage, state=state, ended_at=recorded.at))


def _wait_again(hall: Hall, ticket_id: str) -> None:
    """The stage waits as if nobody had called it; rank, joining and aim stay."""
    back = replace(
        hall.tickets[ticket_id].stage,
        state=State.WAITING,
        counter=None,
        officer=None,
        called_at=None,
        announced_at=None,
        why=None,
        recalls=0,
        started_at=None,
        parked_at=None,
        park_until=None,
        away_s=0.0,
    )
    _put(hall, ticket_id, back)
    hall.join(hall.tickets[ticket_id])


def _put(hall: Hall, ticket: str, stage: Stage) -> None:
    hall.tickets[ticket] = hall.tickets[ticket].with_stage(stage)


def _leave_desk(hall: Hall, counter: str, served: int = 0) -> None:
    desk = hall.desk(counter)
    hall.desks[counter] = replace(desk, ticket=None, served=desk.served + served)


def _quit(hall: Hall, ticket: Ticket) -> None:
    stage = ticket.stage
    key, place = stage.list_key, (stage.rank, ticket.seq, ticket.id)
    hall.waiting[key].remove(place)
    hall.lanes[key, ticket.marked].remove(place)
    hall.joined[key].remove((stage.joined_at, ticket.seq, ticket.id))
