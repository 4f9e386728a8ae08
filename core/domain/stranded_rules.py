"""Nobody waits where no counter calls: aims at who is gone, and what a changed configuration leaves behind.

Source of the rules: docs/rules.md. Whoever waits for a counter or an officer that is gone waits for the
service. If no counter of the plan serves that any more, the counters of its agency take the ticket over;
without one, those of the zone in which it waits; without these, every counter. A counter that has left the
plan, or went to an agency other than its officer's, or whose officer's account was revoked, gives its ticket
back and closes. Rank and time of joining never change.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.domain import events as e
from core.domain.hall import COUNTER_GONE, OFFICER_GONE, Desk, DeskState, Hall
from core.domain.ranking import taken_over, taken_over_by
from core.domain.ticket import Ticket


def stranded(hall: Hall) -> Iterator[e.Event]:
    """What must happen so that everybody who waits can be called. Nothing, most of the time."""
    freed: list[Ticket] = []
    for counter, desk in hall.desks.items():
        if desk.state is DeskState.CLOSED or (cause := _gone(hall, counter, desk)) is None:
            continue
        if desk.ticket is not None:
            yield e.TicketPutBack(desk.ticket, counter, cause)
            freed.append(hall.tickets[desk.ticket])
        yield e.CounterClosed(counter, desk.officer or "", cause)
    for ticket in (*freed, *_doubtful(hall)):
        to = _aim(hall, ticket)
        if to != ticket.stage.aim:
            yield e.AimLifted(ticket.id, ticket.stage.aim or "", _zone(hall, ticket, to), to)


def _gone(hall: Hall, counter: str, desk: Desk) -> str | None:
    """What is gone: the counter, its agency being another one, or its officer's account; else ``None``.

    The account that opened the counter is known by its id. In an old log only its name is known, and a name
    without an account says nothing.
    """
    planned = hall.plan.counters.get(counter)
    if planned is None:
        return COUNTER_GONE
    officer = desk.officer or ""
    named = (hall.account("staff", officer), hall.account("token", officer))
    accounts = [each for each in named if each is not None and desk.account in {"", each.id}]
    if desk.account and not accounts:
        return OFFICER_GONE
    agencies = {account.agency for account in accounts}
    may_stay = not agencies or None in agencies or planned.agency in agencies
    return None if may_stay else COUNTER_GONE


def _doubtful(hall: Hall) -> Iterator[Ticket]:
    """Everybody who may have to be moved: a few lists, whatever the number of those who wait."""
    for key, places in hall.waiting.items():
        if places and (key.startswith("@") or not hall.plan.counters_of.get(key)):
            yield from (hall.tickets[place[2]] for place in places)
    for ticket in (*hall.parked, *hall.missed):
        yield hall.tickets[ticket]


def _aim(hall: Hall, ticket: Ticket) -> str | None:
    """Who may call it: whom it was sent to, else the service's counters, else those that take it over."""
    stage = ticket.stage
    if stage.aim is not None and not taken_over(stage):
        kind, _, name = stage.aim.partition(":")
        counter = (name if kind == "counter" else hall.desk_of(name)) or ""
        # Whoever is parked or missed is not called before they come back: by then somebody may be there.
        rests = ticket.id in hall.parked or ticket.id in hall.missed
        if rests and (kind == "officer" or counter in hall.plan.counters):
            return stage.aim
        if counter in hall.plan.counters and hall.desk(counter).state is not DeskState.CLOSED:
            return stage.aim
    return taken_over_by(hall.plan, stage, ticket.zone)


def _zone(hall: Hall, ticket: Ticket, to: str | None) -> str:
    """Where it waits: at its agency, or where it is if others than the agency's counters call it."""
    if to is not None and not to.startswith("agency:"):
        return ticket.zone
    service = hall.plan.services.get(ticket.stage.service)
    agency = hall.plan.agencies.get(ticket.stage.agency if service is None else service.agency)
    return ticket.zone if agency is None else agency.zone
