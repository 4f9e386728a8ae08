"""How long until the call: a range, from who is ahead and which counters are open for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, sqrt

from core.domain.hall import DeskState, Hall
from core.domain.ranking import ahead_by_service

SPREAD = 0.7
"""Standard deviation of a service's length as a part of its mean, until the hall has its own record."""
Z80 = 0.8416
"""The 80th percentile of the normal distribution."""
FALLBACK_MINUTES = 10
"""Length of a service that the plan does not know (any more)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Minutes until the call: in half of all cases at most ``median``, in four of five ``p80``."""

    median_minutes: int
    p80_minutes: int


IDLE = Forecast(0, 2)
"""An officer is free: called as soon as they see it."""


def forecast(hall: Hall, service: str, ahead: Mapping[str, int]) -> Forecast:
    """The range for one who waits for ``service`` with ``ahead`` (count by service) before them."""
    counters = hall.plan.counters_of.get(service, ())
    desks = [hall.desk(counter.id) for counter in counters]
    at_work = [desk for desk in desks if desk.state is DeskState.OPEN]
    servers = len(at_work) or len(counters) or 1
    busy = sum(1 for desk in at_work if desk.ticket is not None)
    count = sum(ahead.values())
    if count == 0 and busy < len(at_work):
        return IDLE
    own = _minutes(hall, service)
    lengths = [(_minutes(hall, other), number) for other, number in ahead.items()]
    # Those being served are on average half-way through.
    work = sum(minutes * number for minutes, number in lengths) + busy * own / 2
    variance = sum((SPREAD * minutes) ** 2 * number for minutes, number in lengths)
    variance += busy * (SPREAD * own) ** 2 / 4
    mean = work / servers
    median = ceil(mean)
    # With nobody at work an idle officer's readiness is the least that can be hoped for.
    return Forecast(median, max(median + 1, IDLE.p80_minutes, ceil(mean + Z80 * sqrt(variance) / servers)))


def forecast_for_next(hall: Hall, service: str, at: datetime) -> tuple[int, Forecast]:
    """How many are ahead of one who takes a regular ticket at ``at``, and their range."""
    ahead = ahead_by_service(hall, service, at, len(hall.tickets) + 1)
    return sum(ahead.values()), forecast(hall, service, ahead)


def _minutes(hall: Hall, service: str) -> int:
    known = hall.plan.services.get(service)
    return known.minutes if known is not None else FALLBACK_MINUTES
