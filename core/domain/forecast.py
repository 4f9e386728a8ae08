"""How long until the call: a range, from who is ahead and which counters are open for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, sqrt

from core.domain.hall import DeskState, Hall
from core.domain.plan import Counter
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


@dataclass(frozen=True, slots=True)
class Work:
    """What is before somebody, and who works on it; the same for all services of the same counters."""

    ahead: int
    """How many go before."""
    minutes: float
    variance: float
    """Square minutes."""
    at_work: int
    """Open counters."""
    busy: int
    """Those of them that hold a ticket."""
    servers: int
    """By how many the work is divided: the open counters, or all where none is."""


def work_of(
    hall: Hall, service: str, ahead: Mapping[str, int], counters: Sequence[Counter] | None = None
) -> Work:
    """The work of those ``ahead`` (count by service) for ``counters``: those of ``service`` if left out."""
    if counters is None:
        counters = hall.plan.counters_of.get(service, ())
    at_work = busy = 0
    for counter in counters:
        desk = hall.desk(counter.id)
        if desk.state is DeskState.OPEN:
            at_work += 1
            busy += desk.ticket is not None
    count, minutes, variance = 0, 0.0, 0.0
    for other, number in ahead.items():
        mean, spread = length_of(hall, other)
        count, minutes, variance = count + number, minutes + mean * number, variance + spread * number
    return Work(count, minutes, variance, at_work, busy, at_work or len(counters) or 1)


def work_for_next(hall: Hall, service: str, at: datetime) -> Work:
    """The work before one who takes a regular ticket at ``at``."""
    return work_of(hall, service, _ahead_of_newcomer(hall, service, at))


def forecast(
    hall: Hall, service: str, ahead: Mapping[str, int], counters: Sequence[Counter] | None = None
) -> Forecast:
    """The range for one who waits for ``service`` with ``ahead`` (count by service) before them.

    ``counters``: who calls them, if not those of the service.
    """
    return forecast_after(hall, service, work_of(hall, service, ahead, counters))


def forecast_after(hall: Hall, service: str, work: Work) -> Forecast:
    """The range for one who waits for ``service`` behind ``work``."""
    if work.ahead == 0 and work.busy < work.at_work:
        return IDLE
    own, own_variance = length_of(hall, service)
    # Those being served are on average half-way through.
    mean = (work.minutes + work.busy * own / 2) / work.servers
    variance = work.variance + work.busy * own_variance / 4
    median = ceil(mean)
    # With nobody at work an idle officer's readiness is the least that can be hoped for.
    high = ceil(mean + Z80 * sqrt(variance) / work.servers)
    return Forecast(median, max(median + 1, IDLE.p80_minutes, high))


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


def forecast_for_next(hall: Hall, service: str, at: datetime) -> tuple[int, Forecast]:
    """How many are ahead of one who takes a regular ticket at ``at``, and their range."""
    work = work_for_next(hall, service, at)
    return work.ahead, forecast_after(hall, service, work)


def _ahead_of_newcomer(hall: Hall, service: str, at: datetime) -> dict[str, int]:
    """All who wait by now; one who was put right behind another has a rank a little later than that."""
    return ahead_by_service(hall, service, hall.moment(at) + A_LITTLE, len(hall.tickets) + 1)
