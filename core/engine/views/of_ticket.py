"""What the holder of a ticket sees."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain import commands as c
from core.domain.forecast import Forecast, forecast
from core.domain.hall import Hall
from core.domain.ranking import ahead_of, callers_of, taken_over
from core.domain.staff import CITIZEN
from core.domain.ticket import State, Ticket
from core.engine import shapes as s
from core.engine.views.telling import Telling, allowed, name, plain, span


@dataclass(frozen=True)
class TicketViews(Telling):
    """The view of a phone."""

    def ticket(self, hall: Hall, ticket: Ticket, base_url: str = "") -> s.TicketShape:
        """A ticket as its holder sees it."""
        plan, stage = hall.plan, ticket.stage
        service, agency = plan.services.get(stage.service), plan.agencies.get(stage.agency)
        counter = plan.counters.get(stage.counter) if stage.counter is not None else None
        zone = plan.zones.get(counter.zone if counter is not None else ticket.zone)
        if zone is None and agency is not None:  # the configuration has its zone no longer
            zone = plan.zones.get(agency.zone)
        waits = stage.state is State.WAITING
        callers = callers_of(hall, stage) if waits else ()
        ahead = ahead_of(hall, ticket) if callers else {}
        others = callers if taken_over(stage) else None
        wait = forecast(hall, stage.service, ahead, others) if callers else Forecast(0, 0)
        klass = plan.classes.get(ticket.klass)
        return {
            "id": ticket.id,
            "number": ticket.number,
            "token": ticket.token,
            "service": stage.service,
            "service_name": name(service.name) if service else plain(stage.service),
            "agency": stage.agency,
            "agency_name": name(agency.name) if agency else plain(stage.agency),
            "class": ticket.klass,
            "mark": ticket.marked if klass is None else klass.mark,
            "lang": ticket.lang,
            "state": stage.state.value,
            "ahead": sum(ahead.values()),
            "forecast": span(wait),
            "callers": "none" if waits and not callers else "others" if taken_over(stage) else "own",
            "zone": zone.id if zone else ticket.zone,
            "zone_name": name(zone.name) if zone else plain(ticket.zone),
            "floor": zone.floor if zone else "",
            "counter": stage.counter,
            "counter_name": name(counter.name) if counter is not None else None,
            "day": hall.day.isoformat() if hall.day is not None else "",
            "issued_at": self.local(hall, ticket.issued_at) or "",
            "called_at": self.local(hall, stage.called_at),
            "requirements": [name(each) for each in service.requirements] if service else [],
            "url": f"{base_url}/t/{ticket.token}",
            "actions": self._holders_actions(hall, ticket),
            "to_come": self.service_names(hall, ticket.to_come),
        }

    def _holders_actions(self, hall: Hall, ticket: Ticket) -> list[str]:
        asked: dict[str, c.Command] = {
            "cancel": c.CancelTicket(CITIZEN, ticket.id),
            "postpone": c.PostponeTicket(CITIZEN, ticket.id),
        }
        return [action for action, command in asked.items() if allowed(hall, command, ticket.issued_at)]
