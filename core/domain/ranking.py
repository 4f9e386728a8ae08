"""Who is next at a counter, and why; who is ahead of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import chain, islice

from core.domain.hall import Hall, Place
from core.domain.plan import Counter
from core.domain.ticket import Ticket, Why


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket that a counter calls next, and the rule that chose it."""

    ticket: Ticket
    why: Why


def next_for(hall: Hall, counter: Counter) -> Choice | None:
    """Whom this counter calls next: the smallest rank of the first tier in which somebody waits."""
    for tier in counter.tiers:
        heads = [places[0] for places in hall.places(tier)]
        if heads:
            ticket = hall.tickets[min(heads)[2]]
            return Choice(ticket, why_next(hall, ticket, tier))
    return None


def why_next(hall: Hall, ticket: Ticket, services: Iterable[str]) -> Why:
    """The rule by which ``ticket`` goes before all who wait for ``services``."""
    head_start = int((ticket.stage.joined_at - ticket.stage.rank).total_seconds())
    passed = count_passed(hall, ticket, services) if head_start else 0
    rule = "head_start" if passed else "arrival"
    return Why(rule, passed, ticket.klass, head_start if passed else 0)


def count_passed(hall: Hall, ticket: Ticket, services: Iterable[str]) -> int:
    """How many wait for ``services``, came before ``ticket`` and would be passed by calling it."""
    return sum(1 for _ in _came_before(hall, ticket, services))


def _came_before(hall: Hall, ticket: Ticket, services: Iterable[str]) -> Iterator[Ticket]:
    """Those who joined earlier; their rank is below the ticket's ``joined_at``, where reading stops."""
    joined = ticket.stage.joined_at
    limit: Place = (joined, ticket.seq, "")
    for places in hall.places(services):
        for place in places.irange(None, limit):
            other = hall.tickets[place[2]]
            if other.id != ticket.id and (other.stage.joined_at, other.seq) < (joined, ticket.seq):
                yield other


def ahead_by_service(hall: Hall, service: str, rank: datetime, seq: int) -> dict[str, int]:
    """How many go before (``rank``, ``seq``), by the service they wait for.

    Counts every service that shares a counter with ``service``, as their holders are called by the
    same officers.
    """
    rivals = hall.plan.rivals_of.get(service, (service,))
    bound: Place = (rank, seq, "")
    counts = {}
    for rival in rivals:
        places = hall.waiting.get(rival)
        if places and (count := places.bisect_left(bound)):
            counts[rival] = count
    return counts


def ahead_of(hall: Hall, ticket: Ticket) -> dict[str, int]:
    """How many go before a waiting ticket, by service."""
    return ahead_by_service(hall, ticket.stage.service, ticket.stage.rank, ticket.seq)


def in_order(hall: Hall, counter: Counter, limit: int) -> list[Ticket]:
    """The first ``limit`` who wait, in the order in which this counter would call them."""
    ordered = chain.from_iterable(merge(*hall.places(tier)) for tier in counter.tiers)
    return [hall.tickets[place[2]] for place in islice(ordered, limit)]
