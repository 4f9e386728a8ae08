"""How long until the call: a range, from who is ahead and which counters are open for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, sqrt

from core.domain.hall import DeskState, Hall
from core.domain.ranking import ahead_by_service

SPREAD = 0.7
"""Standard deviation of a service's length as a part of its mean, until the hall has its own record."""
PRIOR = 5
"""As how many servings the catalogue's length counts against what was seen."""
Z80 = 0.8416
"""The 80th percentile of the normal distribution."""
A_LITTLE = timedelta(seconds=1)
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
    if not any(ahead.values()) and busy < len(at_work):
        return IDLE
    own, own_variance = length_of(hall, service)
    lengths = [(*length_of(hall, other), number) for other, number in ahead.items()]
    # Those being served are on average half-way through.
    work = sum(minutes * number for minutes, _, number in lengths) + busy * own / 2
    variance = sum(spread * number for _, spread, number in lengths) + busy * own_variance / 4
    mean = work / servers
    median = ceil(mean)
    # With nobody at work an idle officer's readiness is the least that can be hoped for.
    return Forecast(median, max(median + 1, IDLE.p80_minutes, ceil(mean + Z80 * sqrt(variance) / servers)))


def length_of(hall: Hall, service: str) -> tuple[float, float]:
    """Mean (minutes) and variance (square minutes) of one serving.

    The catalogue's length counts as ``PRIOR`` servings, so that an empty history starts fair and a
    long one speaks for itself.
    """
    known = hall.plan.services.get(service)
    usual = known.minutes if known is not None else FALLBACK_MINUTES
    seen = hall.lengths.get(service)
    if seen is None:
        return usual, (SPREAD * usual) ** 2
    weight = PRIOR + seen.count
    mean = (PRIOR * usual + seen.count * seen.mean / 60) / weight
    variance = (PRIOR * (SPREAD * mean) ** 2 + seen.count * seen.variance / 3600) / weight
    return mean, variance


def work_before(hall: Hall, service: str, at: datetime) -> float | None:
    """Minutes until all who wait for the counters of ``service`` are served; ``None`` if none is open."""
    counters = hall.plan.counters_of.get(service, ())
    at_work = sum(hall.desk(counter.id).state is DeskState.OPEN for counter in counters)
    if not at_work:
        return None
    ahead = _ahead_of_newcomer(hall, service, at)
    return sum(length_of(hall, other)[0] * number for other, number in ahead.items()) / at_work


def forecast_for_next(hall: Hall, service: str, at: datetime) -> tuple[int, Forecast]:
    """How many are ahead of one who takes a regular ticket at ``at``, and their range."""
    ahead = _ahead_of_newcomer(hall, service, at)
    return sum(ahead.values()), forecast(hall, service, ahead)


def _ahead_of_newcomer(hall: Hall, service: str, at: datetime) -> dict[str, int]:
    """All who wait by now; one who was put right behind another has a rank a little later than that."""
    return ahead_by_service(hall, service, hall.moment(at) + A_LITTLE, len(hall.tickets) + 1)
