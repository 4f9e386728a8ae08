"""What deciding a call costs: 100 against 100,000 who wait, at counters with few and many services."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.domain import commands as c
from core.domain import events as e
from core.domain.deciding import decide
from core.domain.events import Recorded
from core.domain.evolving import evolve
from core.domain.hall import Hall
from core.domain.plan import Agency, Counter, Hours, Plan, PriorityClass, Ratio, Series, Service, Words, Zone
from core.domain.staff import SYSTEM, Actor, Role
from tests.bench.figures import Figure, Goal, Result, Scale, middle

FEW, MANY = 100, 100_000
SERVICES = (1, 10, 200)
RATIO = 1.5
OFFICER = Actor("officer", Role.OFFICER)
DAY = date(2026, 11, 24)
OPENING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
PACE = timedelta(seconds=0.25)
BATCH = 50
HEAD_START_S = 1200
Told = dict[str, Any]
"""What a service says of its rules."""
PASSED = 60
"""So many a priority ticket at the head would pass."""


def run(scale: Scale) -> Result:
    """Measure."""
    rounds, figures = scale.pick(100, 40), []
    for services in SERVICES:
        least = max(FEW, services)  # somebody waits for each: a list with nobody costs nothing
        few, many = _in_turns(_hall(services, least), _hall(services, MANY), rounds)
        what = f"call next, {services} services, {MANY} wait"
        figures.append(Figure(what, many, "us", few, f"{least} wait", Goal(RATIO)))
        few, many = _in_turns(_hall(services, least, rules=True), _hall(services, MANY, rules=True), rounds)
        what = f"the same with guard, ratio, tiers and help, {services} services"
        figures.append(Figure(what, many, "us", few, f"{least} wait", Goal(RATIO)))
    few, many = _in_turns(_hall(1, FEW, priority=True), _hall(1, MANY, priority=True), rounds)
    what = f"the same, one service, head start passes {PASSED}"
    figures.append(Figure(what, many, "us", few, f"{FEW} wait", Goal(RATIO)))
    return Result(figures)


def _in_turns(few: Hall, many: Hall, rounds: int) -> tuple[float, float]:
    """Median microseconds of either, measured in turns."""
    command = c.CallNext(OFFICER, "c")
    told: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.freeze()  # as the server does
    for _ in range(rounds):
        for hall, times in zip((few, many), told, strict=True):
            now = hall.latest or OPENING
            times.append(_timed(lambda hall=hall, now=now: decide(hall, command, now)))
    gc.unfreeze()
    return middle(told[0]), middle(told[1])


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter_ns()
    for _ in range(BATCH):
        work()
    return (time.perf_counter_ns() - start) / BATCH / 1000


def _plan(services: int, *, rules: bool) -> Plan:
    words, hours = Words("x", "x"), Hours(((),) * 7)
    ids = tuple(f"s{number}" for number in range(services))
    told = Told(max_wait=PACE * FEW / 2, ratio=Ratio(1, 3)) if rules else Told()
    half = (services + 1) // 2
    tiers = tuple(tier for tier in (ids[:half], ids[half:]) if tier) if rules else (ids,)
    return Plan(
        name=words,
        timezone=ZoneInfo("Asia/Makassar"),
        agencies={"a": Agency("a", words, "city", "z", hours)},
        services={ident: Service(ident, "a", words, "A", 5, hours, **told) for ident in ids},
        series={"A": Series("A", "A")},
        counters={"c": Counter("c", 1, words, "a", "z", tiers, PACE if rules else None)},
        zones={"z": Zone("z", words, "1")},
        classes={"regular": PriorityClass("regular", words)},
    )


def _hall(services: int, waiting: int, *, priority: bool = False, rules: bool = False) -> Hall:
    """A hall in which ``waiting`` wait for one counter, spread over its services.

    ``rules``: half of them have waited longer than the guard allows, every other is of a marked class,
    and the counter has two tiers.
    """
    plan = _plan(services, rules=rules)
    hall = Hall(plan)
    started: list[e.Event] = [e.DayStarted(DAY), e.CounterOpened("c", OFFICER.name)]
    ids = list(plan.services)
    for number in range(waiting):
        head_start = HEAD_START_S if priority and number == PASSED else 0
        marked = rules and number // services % 2 == 1
        started.append(_issued(number + 1, ids[number % services], head_start, marked=marked))
    for seq, event in enumerate(started, start=1):
        evolve(hall, Recorded(seq, DAY, OPENING + PACE * seq, SYSTEM, f"c{seq}", event))
    return hall


def _issued(ordinal: int, service: str, head_start_s: int, *, marked: bool) -> e.TicketIssued:
    return e.TicketIssued(
        ticket=f"t{ordinal}",
        token=f"token-{ordinal}",
        number=f"A{ordinal}",
        series="A",
        ordinal=ordinal,
        service=service,
        agency="a",
        zone="z",
        klass="regular",
        head_start_s=head_start_s,
        marked=marked,
        lang="id",
        channel="kiosk",
        kiosk=None,
        ahead=0,
        median_minutes=0,
        p80_minutes=0,
    )
