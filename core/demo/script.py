"""The script of a day, made from a seed: who comes when, for what, and how they behave."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from random import Random

from core.domain.plan import Hours, Plan, Service

PRIORITY = 0.12
ENGLISH = 0.08
NO_SHOW = 0.06
LEAVES = 0.06
"""Share of citizens who will not wait long; those whose turn comes before that stay."""
INSISTS = 0.2
"""Share of no-shows for whom an officer waits until the hall allows another recall."""
COMES_BACK = 0.5
"""Share of no-shows who come to the counter later and are restored."""
POSTPONES = 0.04
"""Share of citizens who let others pass once."""
TWISTS = {"park": 0.06, "transfer": 0.04, "return": 0.03, "counter": 0.03, "add": 0.03}
"""Share of citizens who are parked, sent to another service (and back) or to a colleague, or get one more."""
CLOSES_EARLY = 0.4
"""When, as a part of the day, a few counters close."""
EARLY = 3
"""How many of them."""
DISTURBED_S = 3600.0
"""How long the service that is disturbed gives no numbers."""

SPREAD = 0.45
"""Sigma of the lognormal length of a service: a tenth take twice the usual time or more."""

AGENCIES = {
    "CAPIL": 380,
    "PTSP": 130,
    "PENDA": 80,
    "POLRES": 100,
    "BPJSK": 65,
    "KANIM": 50,
    "DJP": 45,
    "BPN": 35,
    "BPJSTK": 30,
    "NAKER": 25,
    "BPD": 25,
}
"""How a thousand visitors spread over the agencies; all others come by their number of counters."""
BY_COUNTER = 5

SERVICES = {
    "ktp-cetak-baru": 125,
    "ktp-hilang": 40,
    "ktp-ubah-data": 35,
    "ktp-rusak": 25,
    "kk-ubah-data": 34,
    "kk-baru": 16,
    "kk-pisah": 12,
    "kk-hilang-rusak": 10,
    "kia-baru": 25,
    "kia-ganti": 4,
    "ktp-rekam": 28,
    "ikd-aktivasi": 21,
    "akta-lahir": 19,
    "akta-kawin": 10,
    "pindah-datang": 3,
    "pindah-keluar": 3,
    "akta-mati": 5,
    "akta-cerai": 4,
    "sim-perpanjangan": 20,
}
"""Civil registration on a day of August 2025, as the city counted it: 225 cards printed, 72 family
cards, 29 children's cards and so on; the split of a count over its services is ours. Driving licences
are ours altogether: more come than the 50 numbers of a day, so that a quota runs out."""
OFTEN, SELDOM, RARE = 8.0, 1.0, 0.3

SHAPE = (
    (0.00, 6.0),  # the doors open on a crowd
    (0.03, 4.8),
    (0.09, 1.5),
    (0.23, 2.1),  # mid-morning
    (0.35, 2.1),
    (0.50, 0.9),
    (0.57, 0.35),  # Friday prayer, lunch
    (0.66, 0.35),
    (0.74, 1.2),  # a small wave after it
    (0.83, 1.0),
    (0.94, 0.35),
    (1.00, 0.1),
)
"""How many come, over the day from the doors (0) to closing (1); only the proportions matter."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be played. ``speed``: how many times faster than a real day."""

    url: str
    speed: float
    citizens: int
    seed: int
    paper: bool = True
    """Whether kiosks print: the same kiosks, without paper, cost the hall less."""
    insist: bool = False
    """Play even in a real hall that is in use."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One citizen. All times are seconds of the played day."""

    arrives_s: float
    """Since the doors opened."""
    service: str
    agency: str
    klass: str | None
    lang: str
    kiosk: str | None
    shows: bool
    """Whether they come when they are called."""
    walk_s: float
    """From the call to the counter."""
    service_s: float
    leaves_after_s: float | None
    """They leave if they were not called by then, counted from the number in the hand."""
    insists: bool
    twist: str = ""
    """What becomes of them at the counter, other than being served: a key of ``TWISTS``."""
    target: str | None = None
    """The service to which the twist leads."""
    agencies: tuple[str, ...] = ()
    """All the agencies that they have to do with."""
    comes_back_after_s: float | None = None
    """When one who was missed comes to the counter after all."""
    postpones_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A service that gives no numbers for a while."""

    service: str
    begins_s: float
    reason: str = "Jaringan pusat terganggu"


@dataclass(frozen=True, slots=True)
class Day:
    """The day that is played. Seconds count from the opening of the doors."""

    doors: time
    opens_s: float
    """When the counters open."""
    closes_s: float
    """When the last agency stops."""
    errands: tuple[Errand, ...]
    """In the order of arrival."""
    disturbance: Disturbance | None = None

    def shown(self, seconds: float) -> str:
        """An instant of the day as a clock shows it."""
        at = datetime.combine(datetime.min, self.doors) + timedelta(seconds=max(0.0, seconds))
        return f"{at:%H:%M}"


def make_day(script: Script, plan: Plan) -> Day:
    """The same script and plan make the same day."""
    rng = Random(script.seed)  # noqa: S311 - a play, not a secret
    opens, closes = _minutes_of_day(plan)
    doors = opens - plan.rules.doors_before.total_seconds() / 60
    curve = _curve(round(closes - doors))
    errands = []
    for agency in _agencies(script.citizens, plan, rng):
        service = _service(plan.services_of[agency], rng)
        shuts = _span(service.hours)[1] - doors
        errands.append(_errand(service, _arrival(curve, shuts, rng), plan, rng))
    errands.sort(key=lambda errand: errand.arrives_s)
    return Day(
        doors=time(int(doors) // 60, int(doors) % 60),
        opens_s=(opens - doors) * 60,
        closes_s=(closes - doors) * 60,
        errands=tuple(errands),
        disturbance=_disturbance(errands, (opens - doors) * 60 + 2 * 3600, plan),
    )


def _disturbance(errands: Sequence[Errand], begins_s: float, plan: Plan) -> Disturbance | None:
    """In the middle of the morning, the service that most ask for then, outside of the largest agency.

    None with a quota, which may have run out by then.
    """
    ends_s = begins_s + DISTURBED_S
    largest = Counter(errand.agency for errand in errands).most_common(1)[0][0]
    asked = Counter(
        errand.service
        for errand in errands
        if begins_s <= errand.arrives_s < ends_s
        and errand.agency != largest
        and plan.services[errand.service].daily_quota is None
    )
    if not asked:
        return None
    return Disturbance(max(asked, key=lambda service: (asked[service], service)), begins_s)


def closing_early(plan: Plan) -> frozenset[str]:
    """A few counters, spread over the hall, whose every service others serve too."""
    others = [
        counter.id
        for counter in plan.counters.values()
        if counter.services and all(len(plan.counters_of[service]) > 2 for service in counter.services)
    ]
    return frozenset(others[:: max(1, len(others) // EARLY)][:EARLY])


def _errand(service: Service, arrives_s: float, plan: Plan, rng: Random) -> Errand:
    others = list(plan.classes)[1:]
    kiosks = [k.id for k in plan.kiosks.values() if not k.agencies or service.agency in k.agencies]
    privileged, shows, leaves = rng.random() < PRIORITY, rng.random() >= NO_SHOW, rng.random() < LEAVES
    twist, target = _twist(service, plan, rng)
    visited = (service.id, *service.route, *((target,) if target is not None else ()))
    return Errand(
        arrives_s=arrives_s,
        service=service.id,
        agency=service.agency,
        klass=rng.choice(others) if privileged and others else None,
        lang="en" if rng.random() < ENGLISH else "id",
        kiosk=rng.choice(kiosks) if kiosks else None,
        shows=shows,
        walk_s=min(120.0, rng.lognormvariate(3.0, 0.5)),
        service_s=max(20.0, service.minutes * 60 * rng.lognormvariate(-SPREAD * SPREAD / 2, SPREAD)),
        leaves_after_s=rng.uniform(60, 1200) if leaves else None,
        insists=rng.random() < INSISTS,
        twist=twist,
        target=target,
        agencies=tuple(dict.fromkeys(plan.services[each].agency for each in visited)),
        comes_back_after_s=rng.uniform(120, 1500) if not shows and rng.random() < COMES_BACK else None,
        postpones_after_s=rng.uniform(30, 600) if rng.random() < POSTPONES else None,
    )


def _twist(service: Service, plan: Plan, rng: Random) -> tuple[str, str | None]:
    """What becomes of one citizen at the counter; a route is enough of itself."""
    twist = rng.choices(["", *TWISTS], [1 - sum(TWISTS.values()), *TWISTS.values()])[0]
    if service.route or not twist:
        return "", None
    if twist in {"park", "counter"}:
        return twist, None
    near = plan.services_of[service.agency] if rng.random() < 0.5 or twist == "add" else ()
    targets = [
        each.id
        for each in near or plan.services.values()
        if each.id != service.id and not each.route and plan.counters_of[each.id]
    ]
    return (twist, rng.choice(targets)) if targets else ("", None)


def _agencies(citizens: int, plan: Plan, rng: Random) -> list[str]:
    """Where each citizen goes: to every agency somebody, the others by the usual mix."""
    offered = [agency for agency, services in plan.services_of.items() if services]
    counters = dict.fromkeys(offered, 0)
    for counter in plan.counters.values():
        if counter.agency in counters:
            counters[counter.agency] += 1
    weights = [AGENCIES.get(agency, BY_COUNTER * max(1, counters[agency])) for agency in offered]
    first = rng.sample(offered, min(citizens, len(offered)))
    return first + rng.choices(offered, weights, k=citizens - len(first))


def _service(services: Sequence[Service], rng: Random) -> Service:
    known = any(service.id in SERVICES for service in services)
    weights = [
        float(SERVICES.get(each.id, RARE)) if known else OFTEN if each.often else SELDOM for each in services
    ]
    return rng.choices(services, weights)[0]


def _curve(minutes: int) -> list[float]:
    """How many had come by the end of each minute, in proportions."""
    sums, total = [], 0.0
    for minute in range(minutes):
        total += _intensity((minute + 0.5) / minutes)
        sums.append(total)
    return sums


def _intensity(at: float) -> float:
    for (left, low), (right, high) in pairwise(SHAPE):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return SHAPE[-1][1]


def _arrival(curve: Sequence[float], shuts_min: float, rng: Random) -> float:
    """Seconds since the doors, before the agency stops giving numbers."""
    last = max(0, min(len(curve), int(shuts_min)) - 1)
    minute = min(last, bisect_left(curve, rng.random() * curve[last]))
    return (minute + rng.random()) * 60


def _minutes_of_day(plan: Plan) -> tuple[float, float]:
    spans = [_span(agency.hours) for agency in plan.agencies.values()]
    return min(opens for opens, _ in spans), max(closes for _, closes in spans)


def _span(hours: Hours) -> tuple[float, float]:
    """The first opening and the last closing of the week's first working day, in minutes."""
    for intervals in hours.weekly:
        if intervals:
            return _minutes(intervals[0].opens), _minutes(intervals[-1].closes)
    return 8 * 60, 15 * 60 + 30


def _minutes(at: time) -> float:
    return at.hour * 60 + at.minute
