"""What becomes of a ticket at a counter: served, parked, sent on, sent back, restored; and undo.

Source of the rules: docs/rules.md. A citizen who was received once does not queue again from the
back: later stages join by the original time unless the officer says otherwise.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.counter_rules import (
    closing,
    counter_for,
    current_ticket,
    free,
    require_own,
    require_state,
    ticket_at,
    ticket_changed,
)
from core.domain.forecast import FALLBACK_MINUTES
from core.domain.hall import DeskState, Hall
from core.domain.plan import Counter, Hours, Service, Words
from core.domain.ranking import lists_of, rank_behind
from core.domain.staff import AT_COUNTERS
from core.domain.ticket import TRANSFERRED, Action, Stage, State, Ticket, rank_of


def finish(hall: Hall, command: c.FinishService) -> list[e.Event]:
    """The citizen has been served; what is still to come on the ticket opens."""
    counter, ticket = current_ticket(hall, command, Action.FINISH)
    outcome = _outcome(hall.plan.services.get(ticket.stage.service), command.outcome.strip())
    return [
        e.ServiceFinished(ticket.id, counter.id, outcome),
        *_following_stage(hall, ticket, counter),
        *closing(hall, counter),
    ]


def _outcome(service: Service | None, outcome: str) -> str:
    kinds = [kind.id for kind in service.outcomes] if service is not None else []
    if not kinds:
        return ""
    if not outcome:
        raise errors.OutcomeRequired(service=service.id if service else "", allowed=", ".join(kinds))
    if outcome not in kinds:
        raise errors.OutcomeUnknown(outcome=outcome, allowed=", ".join(kinds))
    return outcome


def _following_stage(hall: Hall, ticket: Ticket, counter: Counter) -> list[e.Event]:
    """The next service of the route, or the next that an officer added; those out of the plan are passed."""
    for position, following in enumerate(ticket.to_come):
        if (service := hall.plan.services.get(following)) is not None:
            to_come = _onward(service, ticket.to_come[position + 1 :])
            return [_stage(hall, ticket, service, sender=counter.id, to_come=to_come)]
    return []


def _onward(service: Service, to_come: tuple[str, ...]) -> tuple[str, ...]:
    """What follows ``service`` on a ticket: its route, then what was to come anyway; each once."""
    rest = tuple(each for each in to_come if each != service.id)
    return (*(each for each in service.route if each not in rest), *rest)


def _stage(  # noqa: PLR0913 - the facts of a stage
    hall: Hall,
    ticket: Ticket,
    service: Service,
    *,
    sender: str,
    to_come: tuple[str, ...],
    joined_at: datetime | None = None,
    aim: str | None = None,
    zone: str | None = None,
) -> e.StageOpened:
    """The event of a new stage; ``joined_at``: the original time where it is left out."""
    joined = joined_at or ticket.stages[0].joined_at
    head_start = timedelta(0) if service.ratio is not None else timedelta(seconds=ticket.head_start_s)
    return e.StageOpened(
        ticket=ticket.id,
        service=service.id,
        agency=service.agency,
        zone=zone or hall.plan.agencies[service.agency].zone,
        joined_at=joined,
        rank=rank_of(joined, head_start),
        sender=sender,
        aim=aim,
        to_come=to_come,
    )


def transfer(hall: Hall, command: c.TransferTicket, at: datetime) -> list[e.Event]:
    """Send the citizen to a service, a counter or an officer."""
    counter, ticket = current_ticket(hall, command, Action.TRANSFER)
    targets = (command.service, command.to_counter, command.to_officer)
    if sum(target is not None for target in targets) != 1:
        raise errors.TargetRequired()
    joined = at if command.at_end else None
    if command.service is not None:
        service = hall.plan.services.get(command.service)
        if service is None:
            raise errors.ServiceUnknown(service=command.service)
        if service.id == ticket.stage.service:
            raise errors.ServiceAlreadyHere(service=service.id, number=ticket.number)
        to_come = _onward(service, ticket.to_come)
        stage = _stage(hall, ticket, service, sender=counter.id, to_come=to_come, joined_at=joined)
        return _sent(ticket, counter, f"service {service.id}", stage, hall)
    here = _service_of(hall, ticket.stage)
    aim, zone = _aim_at(hall, command, counter)
    stage = _stage(
        hall, ticket, here, sender=counter.id, to_come=ticket.to_come, joined_at=joined, aim=aim, zone=zone
    )
    return _sent(ticket, counter, aim.replace(":", " "), stage, hall)


def _service_of(hall: Hall, stage: Stage) -> Service:
    """The service of a stage; one that has left the plan is still what the citizen came for."""
    name = Words(stage.service, stage.service)
    gone = Service(stage.service, stage.agency, name, "", FALLBACK_MINUTES, Hours(()))
    return hall.plan.services.get(stage.service, gone)


def _aim_at(hall: Hall, command: c.TransferTicket, here: Counter) -> tuple[str, str]:
    """At whom the stage is aimed, and the zone where they are. Nobody is sent to where nobody is."""
    if command.to_counter is not None:
        target = hall.plan.counters.get(command.to_counter)
        if target is None:
            raise errors.CounterUnknown(counter=command.to_counter)
        state = hall.desk(target.id).state
        if target.id != here.id and state is DeskState.CLOSED:  # a pause ends
            raise errors.TargetAway(target=target.name.id, state=state.value)
        aim = f"counter:{target.id}"
    else:
        officer = command.to_officer or ""
        _require_officer(hall, officer)
        target = hall.plan.counters.get(hall.desk_of(officer) or "")
        if target is None:
            raise errors.TargetAway(target=officer, state=DeskState.CLOSED.value)
        aim = f"officer:{officer}"
    if target.id == here.id:
        raise errors.TransferToItself(counter=here.id)
    return aim, target.zone


def _sent(ticket: Ticket, counter: Counter, to: str, stage: e.StageOpened, hall: Hall) -> list[e.Event]:
    return [e.TicketTransferred(ticket.id, counter.id, to), stage, *closing(hall, counter)]


def _require_officer(hall: Hall, name: str) -> None:
    accounts = (hall.account("staff", name), hall.account("token", name))
    if not any(account is not None and account.role in AT_COUNTERS for account in accounts):
        raise errors.OfficerUnknown(officer=name)


def send_back(hall: Hall, command: c.ReturnTicket) -> list[e.Event]:
    """Send the citizen back to the counter that sent them, by the original time."""
    counter, ticket = current_ticket(hall, command, Action.TRANSFER)
    sender = hall.plan.counters.get(ticket.stage.sender or "")
    before = ticket.stages[-2] if len(ticket.stages) > 1 else None
    if sender is None or before is None:
        raise errors.NoSender(number=ticket.number, state=ticket.state.value)
    service = _service_of(hall, before)
    here = ticket.stage.service
    onward = tuple(each for each in ticket.to_come if each != service.id)
    if before.outcome != TRANSFERRED and here not in onward:
        onward = (here, *onward)  # it came by its route, and this part of it is still to be done
    stage = _stage(
        hall,
        ticket,
        service,
        sender=counter.id,
        to_come=onward,
        aim=f"counter:{sender.id}",
        zone=sender.zone,
    )
    return _sent(ticket, counter, f"counter {sender.id}", stage, hall)


def add_service(hall: Hall, command: c.AddService) -> list[e.Event]:
    """One more service on the ticket that is being served."""
    counter, ticket = current_ticket(hall, command, Action.FINISH)
    service = hall.plan.services.get(command.service)
    if service is None:
        raise errors.ServiceUnknown(service=command.service)
    if service.id == ticket.stage.service or service.id in ticket.to_come:
        raise errors.ServiceAlreadyHere(service=service.id, number=ticket.number)
    return [e.ServiceAdded(ticket.id, counter.id, service.id)]


def park(hall: Hall, command: c.ParkTicket, at: datetime) -> list[e.Event]:
    """The citizen fetches something; with a limit of time if the officer names one."""
    counter, ticket = current_ticket(hall, command, Action.PARK)
    until = at + timedelta(minutes=command.minutes) if command.minutes else None
    return [e.TicketParked(ticket.id, counter.id, until), *closing(hall, counter)]


def resume(hall: Hall, command: c.ResumeTicket) -> list[e.Event]:
    """A parked citizen is back: at the counter where they were at once, elsewhere by their rank."""
    ticket = _numbered(hall, command.number)
    require_state(ticket, Action.RESUME)
    counter = counter_for(hall, command.counter, command.actor)
    desk = hall.desk(counter.id)
    if command.wait or ticket.stage.counter != counter.id:
        if desk.state is DeskState.CLOSED:
            raise errors.CounterNotOpen(counter=counter.id, state=desk.state.value)
        require_own(counter, desk, command.actor)
        _require_served(hall, counter, ticket)
        return [e.TicketUnparked(ticket.id, f"back, said {command.actor.name}", ticket.stage.aim)]
    free(hall, command.counter, command.actor)
    return [e.TicketResumed(ticket.id, counter.id, command.actor.name)]


def end_parks(hall: Hall, at: datetime) -> list[e.Event]:
    """Whoever was parked with a limit that is over waits again for the counter that parked them."""
    due = [hall.tickets[ticket] for ticket, until in hall.parked.items() if until is not None and until <= at]
    return [e.TicketUnparked(ticket.id, "time is over", _aim_after_park(hall, ticket)) for ticket in due]


def _aim_after_park(hall: Hall, ticket: Ticket) -> str | None:
    """The counter that parked it; if nobody is there any more, whoever else may call it."""
    counter = ticket.stage.counter or ""
    if counter in hall.plan.counters and hall.desk(counter).state is not DeskState.CLOSED:
        return f"counter:{counter}"
    return ticket.stage.aim


def restore(hall: Hall, command: c.RestoreTicket) -> list[e.Event]:
    """A missed citizen is here: behind the next ``restore_behind``, at most ``restore_limit`` times."""
    counter = counter_for(hall, command.counter, command.actor)
    ticket = _numbered(hall, command.number)
    require_state(ticket, Action.RESTORE)
    _require_served(hall, counter, ticket)
    limit = hall.plan.rules.restore_limit
    if ticket.restores >= limit:
        raise errors.RestoreLimit(limit=limit, number=ticket.number, state=ticket.state.value)
    rank = rank_behind(hall, ticket, hall.plan.rules.restore_behind) or ticket.stage.rank
    return [e.TicketRestored(ticket.id, counter.id, rank)]


def postpone(hall: Hall, command: c.PostponeTicket) -> list[e.Event]:
    """The holder lets the next ``restore_behind`` pass, at most ``postpone_limit`` times."""
    ticket = hall.tickets.get(command.ticket)
    if ticket is None:
        raise errors.TicketUnknown(ticket=command.ticket)
    require_state(ticket, Action.POSTPONE)
    limit = hall.plan.rules.postpone_limit
    if ticket.postpones >= limit:
        raise errors.PostponeLimit(limit=limit, number=ticket.number, state=ticket.state.value)
    rank = rank_behind(hall, ticket, hall.plan.rules.restore_behind)
    if rank is None:
        raise errors.NobodyBehind(number=ticket.number, state=ticket.state.value)
    return [e.TicketPostponed(ticket.id, rank)]


def undo(hall: Hall, command: c.UndoAction, at: datetime) -> list[e.Event]:
    """Take back the counter's last action, if it is young and nothing has followed from it."""
    counter = counter_for(hall, command.counter, command.actor)
    desk, limit = hall.desk(counter.id), hall.plan.rules.undo_for
    held = hall.mementos.get(counter.id)
    if held is None:
        raise errors.NothingToUndo(counter=counter.id, state=desk.state.value)
    if held.desk.officer != command.actor.name:
        require_own(counter, held.desk, command.actor)
    now = hall.tickets[held.before.id]
    if command.ticket not in (None, now.id) or command.event not in (None, held.seq):
        raise ticket_changed(hall, counter, command.ticket or "", now, "undo")
    if at - held.at > limit:
        raise errors.UndoTooLate(seconds=int(limit.total_seconds()), state=now.state.value)
    holds = ticket_at(hall, desk)
    elsewhere = hall.desk_of(command.actor.name)
    moved = elsewhere is not None and elsewhere != counter.id
    if now != held.after or moved or (holds is not None and holds.id != now.id):
        raise errors.UndoOvertaken(number=now.number, state=now.state.value)
    if len(now.stages) == len(held.before.stages):
        return [e.ActionUndone(now.id, counter.id, held.action, held.seq)]
    gone = now.stage
    opened = (len(now.stages), gone.service, gone.agency, now.zone, gone.aim)
    return [e.ActionUndone(now.id, counter.id, held.action, held.seq, *opened)]


def _numbered(hall: Hall, number: str) -> Ticket:
    ticket_id = hall.by_number.get(number.strip().upper())
    if ticket_id is None:
        raise errors.TicketUnknown(ticket=number)
    return hall.tickets[ticket_id]


def _require_served(hall: Hall, counter: Counter, ticket: Ticket) -> None:
    """Another agency's tickets are none of this counter's business."""
    known = ticket.stage.list_key in lists_of(counter, hall.desk(counter.id))
    if not known and ticket.stage.counter != counter.id and ticket.stage.service not in counter.services:
        raise errors.NotServedHere(number=ticket.number, counter=counter.id, state=State(ticket.state).value)
