"""Alerts about those whom a changed configuration concerns, as long as they wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.hall import Hall
from core.domain.plan import Words
from core.domain.ranking import callers_of, taken_over
from core.domain.ticket import State, Ticket
from core.engine import shapes as s
from core.engine.stranded_words import listed
from core.engine.views.telling import Telling, name, plain

AWAY = frozenset({State.WAITING, State.PARKED, State.MISSED})
"""Not at a counter, and not gone."""


def concerned(hall: Hall, ticket: Ticket) -> bool:
    """Whether a changed configuration has moved this ticket today."""
    return taken_over(ticket.stage) or ticket.id in hall.freed


@dataclass(frozen=True)
class StrandedViews(Telling):
    """Who is concerned, and what to do, in both languages."""

    def stranded(self, hall: Hall) -> Iterator[tuple[str, str, s.Name]]:
        """Code, since when (ISO), sentence: one for each service and counter that is gone."""
        groups: dict[tuple[str, str, str], list[Ticket]] = {}
        for ticket in hall.tickets.values():
            stage = ticket.stage
            if stage.state not in AWAY:
                continue
            if stage.state is State.WAITING and not callers_of(hall, stage):
                groups.setdefault(("nobody_calls", stage.service, ""), []).append(ticket)
            elif taken_over(stage):
                groups.setdefault(("service_gone", stage.service, stage.aim or ""), []).append(ticket)
            elif stage.state is State.WAITING and ticket.id in hall.freed:
                groups.setdefault(("counter_gone", "", hall.freed[ticket.id]), []).append(ticket)
        for (code, service, where), tickets in groups.items():
            numbers = listed(ticket.number for ticket in tickets)
            since = min(ticket.stage.joined_at for ticket in tickets)
            known = hall.plan.services.get(service)
            facts = {
                "numbers": numbers,
                "service": known.name if known is not None else service,
                "counter": where,
                "who": self._who(hall, where),
            }
            yield code, self.local(hall, since) or "", self.both(f"ops.alert.{code}", **facts)

    def _who(self, hall: Hall, aim: str) -> Words:
        """The counters that call instead."""
        kind, _, ident = aim.partition(":")
        if kind == "agency":
            agency = hall.plan.agencies.get(ident)
            told = self.both("ops.callers.agency", name=agency.name if agency is not None else ident)
        elif kind == "zone":
            zone = hall.plan.zones.get(ident)
            told = self.both("ops.callers.zone", name=Words(**(name(zone.name) if zone else plain(ident))))
        else:
            told = self.both("ops.callers.all")
        return Words(**told)
