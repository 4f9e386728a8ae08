"""What becomes of a hall whose clock was wrong: its day goes on, and nothing lies in the future."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sortedcontainers import SortedList

from core.domain import events as e
from core.domain.events import Event
from core.domain.hall import Hall, Length
from core.domain.ticket import Stage, Ticket

_INDEXES = ("waiting", "joined", "lanes")
_OF_THE_DAY = (
    *_INDEXES,
    "tickets",
    "by_token",
    "by_number",
    "issued",
    "issued_of_service",
    "issued_of_agency",
    "issued_by_channel",
    "turns",
    "parked",
    "mementos",
    "desks",
    "calls",
    "missed",
    "jobs",
    "lengths",
    "day",
)
"""What a hall holds of its service day."""


def ends_day(event: Event) -> bool:
    """Whether an event is one of those that end a service day."""
    match event:
        case e.TicketExpired() | e.DayEnded() | e.CounterClosed(cause="day_ended"):
            return True
        case _:
            return False


def keep_ended(hall: Hall) -> None:
    """Before the first event that ends the day: keep the day as it is, in case that its end was a mistake."""
    if hall.ended is None or hall.ended["day"] != hall.day:
        hall.ended = {name: _copied(getattr(hall, name)) for name in _OF_THE_DAY}


def _copied(held: Any) -> Any:
    if isinstance(held, dict) and any(isinstance(value, SortedList) for value in held.values()):
        return {key: value.copy() for key, value in held.items()}
    return copy.copy(held)  # the values themselves never change


def accept_clock(hall: Hall, event: e.ClockAccepted, at: datetime) -> None:
    """The hall's time is ``at``, its day ``event.day``, and nothing that it holds lies after ``at``.

    The waiting lists are left empty: whoever calls this lines the tickets up anew.
    """
    if hall.ended is not None and hall.ended["day"] == event.day:
        for name, held in hall.ended.items():
            setattr(hall, name, held)
        hall.ended = None
    elif hall.day != event.day:
        hall._empty()
        hall.lengths = {
            service: Length(count, mean, variance) for service, count, mean, variance in event.lengths
        }
        hall.day = event.day
    hall.latest = at
    for ident, ticket in hall.tickets.items():
        hall.tickets[ident] = _not_after(ticket, at)
    _line_up(hall, at)
    for index in _INDEXES:
        getattr(hall, index).clear()
    hall.calls.extend([replace(call, at=min(call.at, at)) for call in _taken(hall.calls)])
    hall.missed = {ticket: min(since, at) for ticket, since in hall.missed.items()}
    hall.parked = {
        ticket: hall.tickets[ticket].stage.park_until for ticket in hall.parked if ticket in hall.tickets
    }
    hall.mementos = {}  # their half minute is over, or was never real
    hall.printers = {
        printer: replace(status, since=min(status.since, at)) for printer, status in hall.printers.items()
    }


def _taken(calls: Any) -> list[Any]:
    held = list(calls)
    calls.clear()
    return held


def _not_after(ticket: Ticket, at: datetime) -> Ticket:
    """The ticket with no instant after ``at``; its rank is another matter."""
    stages = tuple(_stage_not_after(stage, at) for stage in ticket.stages)
    return replace(ticket, issued_at=min(ticket.issued_at, at), stages=stages)


def _stage_not_after(stage: Stage, at: datetime) -> Stage:
    parked = _earlier(stage.parked_at, at)
    until = stage.park_until
    if until is not None and stage.parked_at is not None and parked is not None:
        until -= stage.parked_at - parked
    return replace(
        stage,
        joined_at=min(stage.joined_at, at),
        called_at=_earlier(stage.called_at, at),
        announced_at=_earlier(stage.announced_at, at),
        started_at=_earlier(stage.started_at, at),
        ended_at=_earlier(stage.ended_at, at),
        parked_at=parked,
        park_until=until,
    )


def _earlier(instant: datetime | None, at: datetime) -> datetime | None:
    return None if instant is None else min(instant, at)


def _line_up(hall: Hall, at: datetime) -> None:
    """Ranks after ``at`` come right before it, in the order they had: who comes from now on stands behind."""
    later = [ticket for ticket in hall.tickets.values() if ticket.stage.rank > at]
    later.sort(key=lambda ticket: (ticket.stage.rank, ticket.seq))
    for behind, ticket in enumerate(reversed(later)):
        rank = at - timedelta(microseconds=behind)
        hall.tickets[ticket.id] = ticket.with_stage(replace(ticket.stage, rank=rank))
