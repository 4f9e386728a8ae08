"""What the officer of a counter sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.domain import commands as c
from core.domain.hall import Desk, DeskState, Hall
from core.domain.plan import Counter
from core.domain.ranking import in_order, lists_of, next_for, taken_over
from core.domain.staff import Actor, Role
from core.domain.ticket import Action, Ticket, allows
from core.engine import shapes as s
from core.engine.views.telling import Telling, allowed, name, plain

WAITING_SHOWN = 30
"""How many of those who wait an officer sees by name; the count is always told."""


@dataclass(frozen=True)
class CounterViews(Telling):
    """Views of those who call and serve."""

    def counter(self, hall: Hall, counter: Counter) -> s.CounterShape:
        """A counter as everybody may know it."""
        desk = hall.desk(counter.id)
        return {
            "id": counter.id,
            "number": counter.number,
            "name": name(counter.name),
            "agency": counter.agency,
            "zone": counter.zone,
            "services": list(counter.services),
            "state": desk.state.value,
            "officer": desk.officer,
            "current": None if desk.ticket is None else hall.tickets[desk.ticket].number,
        }

    def workstation(self, hall: Hall, counter: Counter, at: datetime) -> s.WorkstationShape:
        """What the officer of one counter sees."""
        desk = hall.desk(counter.id)
        at = hall.moment(at)
        choice, undo = next_for(hall, counter, at), self._undo(hall, counter, at)
        missed = [hall.tickets[ticket] for ticket in hall.missed]
        missed = [ticket for ticket in missed if _serves(counter, desk, ticket)]
        return {
            "counter": self.counter(hall, counter),
            "agency_name": name(hall.plan.agencies[counter.agency].name),
            "training": self.training,
            "now": self.local(hall, at) or "",
            "state": desk.state.value,
            "officer": desk.officer,
            "pause_reason": desk.reason,
            "current": self._current(hall, desk, at),
            "next": None if choice is None else self._waiting(hall, choice.ticket, at),
            "waiting": [self._waiting(hall, t, at) for t in in_order(hall, counter, WAITING_SHOWN)],
            "waiting_count": hall.waiting_count(lists_of(counter, desk)),
            "missed": [self._waiting(hall, ticket, at) for ticket in missed],
            "parked": self._parked(hall, counter),
            "undo": undo,
            "closing": desk.closing,
            "helping": self.service_names(hall, desk.helping),
            "served_today": desk.served,
            "actions": [*_actions(hall, counter, desk, at), *(["undo"] if undo is not None else [])],
        }

    def _current(self, hall: Hall, desk: Desk, at: datetime) -> s.CurrentShape | None:
        if desk.ticket is None:
            return None
        ticket = hall.tickets[desk.ticket]
        stage, rules = ticket.stage, hall.plan.rules
        base = self._waiting(hall, ticket, at)
        known = hall.plan.services.get(stage.service)
        outcomes = known.outcomes if known is not None else ()
        called = stage.called_at or at
        announced = stage.announced_at or called
        pause = (rules.recall_pace - (at - announced)).total_seconds()
        return {
            "id": base["id"],
            "number": base["number"],
            "service": base["service"],
            "service_name": base["service_name"],
            "class": base["class"],
            "class_name": base["class_name"],
            "mark": base["mark"],
            "lang": ticket.lang,
            "state": stage.state.value,
            "issued_at": base["issued_at"],
            "called_at": self.local(hall, called) or "",
            "announced_at": self.local(hall, announced) or "",
            "started_at": self.local(hall, stage.started_at),
            "waited_seconds": int((called - stage.joined_at).total_seconds()),
            "recalls": stage.recalls,
            "recalls_left": max(0, rules.recall_limit - stage.recalls),
            "recall_after_seconds": max(0, int(pause + 0.999)),
            "why": None if stage.why is None else self.why(hall, stage.why),
            "outcomes": [{"id": kind.id, "name": name(kind.name)} for kind in outcomes],
            "to_come": self.service_names(hall, ticket.to_come),
            "sender": stage.sender,
        }

    def _parked(self, hall: Hall, counter: Counter) -> list[s.ParkedShape]:
        """Those this counter parked, and those of its services that others parked."""
        told: list[s.ParkedShape] = []
        for ticket_id, until in hall.parked.items():
            ticket = hall.tickets[ticket_id]
            stage = ticket.stage
            here = stage.counter == counter.id
            if here or _serves(counter, hall.desk(counter.id), ticket):
                (named,) = self.service_names(hall, (stage.service,))
                told.append(
                    {
                        "id": ticket.id,
                        "number": ticket.number,
                        "service": stage.service,
                        "service_name": named["name"],
                        "parked_at": self.local(hall, stage.parked_at) or "",
                        "until": self.local(hall, until),
                        "here": here,
                    }
                )
        return told

    def _undo(self, hall: Hall, counter: Counter, at: datetime) -> s.UndoShape | None:
        held = hall.mementos.get(counter.id)
        officer = held.desk.officer if held is not None else None
        if held is None or officer is None:
            return None
        actor = Actor(officer, Role.OFFICER, counter.agency)
        if not allowed(hall, c.UndoAction(actor, counter.id), at):
            return None
        left = (held.at + hall.plan.rules.undo_for - at).total_seconds()
        return {
            "action": held.action,
            "number": held.before.number,
            "ticket": held.before.id,
            "event": held.seq,
            "seconds_left": max(0, int(left)),
        }

    def _waiting(self, hall: Hall, ticket: Ticket, at: datetime) -> s.WaitingTicketShape:
        service = hall.plan.services.get(ticket.stage.service)
        klass = hall.plan.classes.get(ticket.klass)
        return {
            "id": ticket.id,
            "number": ticket.number,
            "service": ticket.stage.service,
            "service_name": name(service.name) if service else plain(ticket.stage.service),
            "class": ticket.klass,
            "class_name": name(klass.name) if klass else plain(ticket.klass),
            "mark": ticket.marked if klass is None else klass.mark,
            "issued_at": self.local(hall, ticket.issued_at) or "",
            "waited_seconds": max(0, int((at - ticket.stage.joined_at).total_seconds())),
        }


def _serves(counter: Counter, desk: Desk, ticket: Ticket) -> bool:
    """Whether one who is away may come back to this counter: for its services, or as it takes them over."""
    stage = ticket.stage
    return stage.service in counter.services or (
        taken_over(stage) and stage.list_key in lists_of(counter, desk)
    )


def _actions(hall: Hall, counter: Counter, desk: Desk, at: datetime) -> list[str]:
    """What the officer there may do now, by asking the rules themselves."""
    actor = Actor(desk.officer or "", Role.SUPERVISOR, None)
    if desk.state is not DeskState.CLOSED:
        actor = replace(actor, role=Role.OFFICER, agency=counter.agency)
    service = hall.tickets[desk.ticket].stage.service if desk.ticket is not None else ""
    known = hall.plan.services.get(service)
    outcome = known.outcomes[0].id if known is not None and known.outcomes else ""
    asked: dict[str, c.Command] = {
        "open": c.OpenCounter(actor, counter.id),
        "next": c.CallNext(actor, counter.id),
        "recall": c.Recall(actor, counter.id),
        "start": c.StartService(actor, counter.id),
        "finish": c.FinishService(actor, counter.id, outcome),
        "no-show": c.RecordNoShow(actor, counter.id),
        "park": c.ParkTicket(actor, counter.id),
        "return": c.ReturnTicket(actor, counter.id),
        "help": c.HelpServices(actor, counter.id, ()),
        "pause": c.PauseCounter(actor, counter.id),
        "close": c.CloseCounter(actor, counter.id),
    }
    can = [action for action, command in asked.items() if allowed(hall, command, at)]
    state = hall.tickets[desk.ticket].state if desk.ticket is not None else None
    worked = desk.state is not DeskState.CLOSED
    more = {
        "call": "next" in can,
        "transfer": state is not None and allows(Action.TRANSFER, state),
        "add": state is not None and allows(Action.FINISH, state),
        "last": state is not None and not desk.closing,
        "resume": worked and bool(hall.parked),
        "restore": worked and bool(hall.missed),
    }
    return [*can, *(action for action, holds in more.items() if holds)]
