"""What an officer may do at a counter: who may act there, and what each action leads to.

Source of the rules: the hall's rules of the queue (docs/rules.md): one officer a counter, one
counter an officer, at most one ticket in ``called`` or ``serving`` at a counter.
"""

from __future__ import annotations

from datetime import datetime
from math import ceil

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.hall import Desk, DeskState, Hall
from core.domain.plan import Counter
from core.domain.ranking import count_passed, lists_of, next_for
from core.domain.staff import AT_COUNTERS, SUPERVISING, Actor
from core.domain.ticket import Action, State, Ticket, Why, allows

CUT_OFF = "cut off"
"""The reason of a pause that nobody asked for; screens have their own sentence for it."""


def open_counter(hall: Hall, command: c.OpenCounter) -> list[e.Event]:
    """An officer takes a free counter, or goes on after a pause."""
    counter = counter_for(hall, command.counter, command.actor)
    desk, officer = hall.desk(counter.id), command.actor.name
    if desk.state is not DeskState.CLOSED and desk.officer != officer:
        raise errors.CounterTaken(counter=counter.id, officer=desk.officer, state=desk.state.value)
    if desk.state is DeskState.OPEN:
        raise errors.CounterAlreadyOpen(counter=counter.id, state=desk.state.value)
    elsewhere = hall.desk_of(officer)
    if elsewhere is not None and elsewhere != counter.id:
        raise errors.OfficerElsewhere(counter=elsewhere, officer=officer)
    return [e.CounterOpened(counter.id, officer)]


def pause_counter(hall: Hall, command: c.PauseCounter) -> list[e.Event]:
    """The officer stops calling for a while. A called ticket goes back, one being served stays."""
    counter, desk = worked(hall, command.counter, command.actor)
    require_meant(hall, counter, command.ticket)
    return [
        *_put_back(hall, counter, desk, "paused"),
        e.CounterPaused(counter.id, desk.officer or "", command.reason.strip()),
    ]


def cut_off(hall: Hall, command: c.CutOff) -> list[e.Event]:
    """Nobody is at the workstation any more: a called ticket goes back, one being served stays."""
    counter = hall.plan.counters.get(command.counter)
    if counter is None:
        raise errors.CounterUnknown(counter=command.counter)
    if command.actor.role not in SUPERVISING:
        raise errors.Forbidden(role=command.actor.role.value, action="cut_off")
    desk = hall.desk(counter.id)
    if desk.state is not DeskState.OPEN:
        raise errors.CounterNotOpen(counter=counter.id, state=desk.state.value)
    return [
        *_put_back(hall, counter, desk, "cut off"),
        e.CounterPaused(counter.id, desk.officer or "", CUT_OFF),
    ]


def close_counter(hall: Hall, command: c.CloseCounter) -> list[e.Event]:
    """The officer leaves; a supervisor may close for them. Refused while somebody is being served."""
    counter = counter_for(hall, command.counter, command.actor)
    desk = hall.desk(counter.id)
    if desk.state is DeskState.CLOSED:
        raise errors.CounterNotOpen(counter=counter.id, state=desk.state.value)
    if command.actor.role not in SUPERVISING:
        require_own(counter, desk, command.actor)
    require_meant(hall, counter, command.ticket)
    ticket = ticket_at(hall, desk)
    if ticket is not None and ticket.state is State.SERVING and not command.after_current:
        raise errors.CounterBusy(counter=counter.id, number=ticket.number, state=ticket.state.value)
    if command.after_current and ticket is not None:
        return [e.CounterClosing(counter.id, desk.officer or "")]
    return [
        *_put_back(hall, counter, desk, "closed"),
        e.CounterClosed(counter.id, desk.officer or "", f"closed by {command.actor.name}"),
    ]


def help_services(hall: Hall, command: c.HelpServices) -> list[e.Event]:
    """Call for further services after one's own; an officer for their own agency's, a supervisor for any."""
    counter, _ = worked(hall, command.counter, command.actor)
    services = tuple(dict.fromkeys(each for each in command.services if each not in counter.services))
    for service in services:
        known = hall.plan.services.get(service)
        if known is None:
            raise errors.ServiceUnknown(service=service)
        if command.actor.role not in SUPERVISING and known.agency != counter.agency:
            raise errors.Forbidden(role=command.actor.role.value, action="help")
    return [e.HelpGiven(counter.id, services)]


def call_next(hall: Hall, command: c.CallNext, at: datetime) -> list[e.Event]:
    """Call whom the rules put first."""
    counter, desk = free(hall, command.counter, command.actor)
    choice = next_for(hall, counter, at)
    if choice is None:
        raise errors.NobodyWaiting(counter=counter.id, state=desk.state.value)
    return [e.TicketCalled(choice.ticket.id, counter.id, command.actor.name, choice.why)]


def call_number(hall: Hall, command: c.CallNumber, at: datetime) -> list[e.Event]:
    """Call one particular number. Out of turn it needs the right and a reason, which stays in the log."""
    counter, desk = free(hall, command.counter, command.actor)
    number = command.number.strip().upper()
    ticket_id = hall.by_number.get(number)
    if ticket_id is None:
        raise errors.TicketUnknown(ticket=command.number)
    ticket = hall.tickets[ticket_id]
    require_state(ticket, Action.CALL)
    keys = lists_of(counter, desk)
    if ticket.stage.list_key not in keys:
        raise errors.NotServedHere(number=ticket.number, counter=counter.id, state=ticket.state.value)
    choice = next_for(hall, counter, at)
    if choice is not None and choice.ticket.id == ticket.id:
        why = choice.why
    else:
        if not hall.plan.rules.officers_out_of_turn and command.actor.role not in SUPERVISING:
            raise errors.Forbidden(role=command.actor.role.value, action="call_out_of_turn")
        reason = command.reason.strip()
        if not reason:
            raise errors.ReasonRequired(action="call", number=ticket.number)
        why = Why("number", count_passed(hall, ticket, keys), ticket.klass, reason=reason)
    return [e.TicketCalled(ticket.id, counter.id, command.actor.name, why)]


def recall(hall: Hall, command: c.Recall, at: datetime) -> list[e.Event]:
    """Announce again, at most ``recall_limit`` times and not faster than ``recall_pace``."""
    counter, ticket = current_ticket(hall, command, Action.RECALL)
    rules, stage = hall.plan.rules, ticket.stage
    if stage.recalls >= rules.recall_limit:
        raise errors.RecallLimit(limit=rules.recall_limit, number=ticket.number, state=stage.state.value)
    last = stage.announced_at or at
    if (early := (rules.recall_pace - (at - last)).total_seconds()) > 0:
        raise errors.RecallTooSoon(seconds=ceil(early), number=ticket.number, state=stage.state.value)
    return [e.TicketRecalled(ticket.id, counter.id)]


def start(hall: Hall, command: c.StartService) -> list[e.Event]:
    """The citizen is here."""
    counter, ticket = current_ticket(hall, command, Action.START)
    return [e.ServiceStarted(ticket.id, counter.id)]


def no_show(hall: Hall, command: c.RecordNoShow) -> list[e.Event]:
    """Nobody came to the call."""
    counter, ticket = current_ticket(hall, command, Action.NO_SHOW)
    return [e.TicketMissed(ticket.id, counter.id), *closing(hall, counter)]


def closing(hall: Hall, counter: Counter) -> list[e.Event]:
    """A counter that has had its last ticket closes with it."""
    desk = hall.desk(counter.id)
    return [e.CounterClosed(counter.id, desk.officer or "", "after the last ticket")] if desk.closing else []


def counter_for(hall: Hall, counter_id: str, actor: Actor) -> Counter:
    """The counter, if this actor may work at counters and at this one."""
    counter = hall.plan.counters.get(counter_id)
    if counter is None:
        raise errors.CounterUnknown(counter=counter_id)
    if actor.role not in AT_COUNTERS and actor.role not in SUPERVISING:
        raise errors.Forbidden(role=actor.role.value, action="work_at_counter")
    if actor.agency is not None and actor.agency != counter.agency:
        raise errors.CounterForeign(counter=counter.id, agency=actor.agency, role=actor.role.value)
    return counter


def require_own(counter: Counter, desk: Desk, actor: Actor) -> None:
    """Refuse whoever is not the officer at this counter."""
    if desk.officer != actor.name:
        raise errors.CounterTaken(counter=counter.id, officer=desk.officer, state=desk.state.value)


def worked(hall: Hall, counter_id: str, actor: Actor) -> tuple[Counter, Desk]:
    """The counter and its desk, open and worked by this very actor."""
    counter = counter_for(hall, counter_id, actor)
    desk = hall.desk(counter.id)
    if desk.state is not DeskState.CLOSED:
        require_own(counter, desk, actor)
    if desk.state is not DeskState.OPEN:
        raise errors.CounterNotOpen(counter=counter.id, state=desk.state.value)
    return counter, desk


def free(hall: Hall, counter_id: str, actor: Actor) -> tuple[Counter, Desk]:
    """As ``worked``, holding no ticket, and not about to close."""
    counter, desk = worked(hall, counter_id, actor)
    if (ticket := ticket_at(hall, desk)) is not None:
        raise errors.CounterBusy(counter=counter.id, number=ticket.number, state=ticket.state.value)
    return counter, desk


def current_ticket(hall: Hall, command: c.OnTicket, action: Action) -> tuple[Counter, Ticket]:
    """The counter and its ticket, which ``action`` may move. A pause does not stop serving."""
    counter = counter_for(hall, command.counter, command.actor)
    desk = hall.desk(counter.id)
    if desk.state is DeskState.CLOSED:
        raise errors.CounterNotOpen(counter=counter.id, state=desk.state.value)
    require_own(counter, desk, command.actor)
    require_meant(hall, counter, command.ticket)
    ticket = ticket_at(hall, desk)
    if ticket is None:
        raise errors.NothingCalled(counter=counter.id, action=action.value, state=desk.state.value)
    require_state(ticket, action)
    return counter, ticket


def require_meant(hall: Hall, counter: Counter, meant: str | None) -> None:
    """Refuse a command that means another ticket than the one at the counter. ``""`` means none."""
    desk = hall.desk(counter.id)
    if meant is None or meant == (desk.ticket or ""):
        return
    found = ticket_at(hall, desk)
    reason = "gone" if found is None else "other" if meant else "came"
    raise ticket_changed(hall, counter, meant, found, reason)


def ticket_changed(
    hall: Hall, counter: Counter, meant: str, found: Ticket | None, reason: str
) -> errors.TicketChanged:
    """The refusal, with the state of the ticket found, or of the counter where there is none."""
    asked = hall.tickets.get(meant)
    return errors.TicketChanged(
        counter=counter.id,
        asked=meant,
        asked_number=asked.number if asked is not None else meant,
        ticket=found.id if found is not None else None,
        number=found.number if found is not None else None,
        state=found.state.value if found is not None else hall.desk(counter.id).state.value,
        reason=reason,
    )


def ticket_at(hall: Hall, desk: Desk) -> Ticket | None:
    """The ticket in ``called`` or ``serving`` there."""
    return None if desk.ticket is None else hall.tickets[desk.ticket]


def require_state(ticket: Ticket, action: Action) -> None:
    """Refuse what the table of transitions does not let leave the state found."""
    if not allows(action, ticket.state):
        raise errors.WrongState(action=action.value, state=ticket.state.value, number=ticket.number)


def _put_back(hall: Hall, counter: Counter, desk: Desk, cause: str) -> list[e.Event]:
    ticket = ticket_at(hall, desk)
    if ticket is None or ticket.state is not State.CALLED:
        return []
    return [e.TicketPutBack(ticket.id, counter.id, cause)]
