"""From the command to the ready line on a full day's log, against an empty folder, in turns."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.config import load as load_config
from core.domain import commands as c
from core.domain.events import LASTING
from core.domain.plan import Plan
from core.domain.staff import SYSTEM, Actor, Role
from core.engine.batch import Done
from core.engine.engine import Engine
from core.halls import claim, open_store, parse_clock
from core.store.sqlite import FILE
from core.web.concurrency import concurrency
from tests.bench import halls
from tests.bench.figures import Figure, Goal, Result, Scale, middle

TICKETS = 4000
SECONDS = 3.0
AGED = 1.2
"""A start reads one day, however old the hall is."""
KIOSK = Actor("k1", Role.KIOSK)
BATCH = 100
PACE = timedelta(seconds=0.9)
"""Between two tickets: 4,000 in an hour, as the log must end before the hall's clock."""


class StepClock:
    """Stands until it is told to go on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The present."""
        return self.at


def run(scale: Scale) -> Result:
    """Start on each, several times."""
    full, old, days = scale.folder / "full", scale.folder / "old", scale.pick(10, 4)
    plan = load_config(halls.CONFIG).plan
    # More than a real day would give numbers for: it is never full here.
    events = build(full, replace(plan, rules=replace(plan.rules, close_when_full=False)))
    age(full, old, days)
    told: dict[str, list[tuple[float, float]]] = {"full": [], "old": [], "empty": []}
    for number in range(scale.pick(4, 2)):
        told["empty"].append(_started(scale.folder / f"empty-{number}"))
        told["full"].append(_started(full))
        told["old"].append(_started(old))
    wrong = halls.audit(full, [], TICKETS)

    def both(name: str) -> tuple[float, float]:
        seconds, processor = zip(*told[name], strict=True)
        return middle(seconds), middle(processor)

    (day, day_cpu), (none, none_cpu), (aged, _) = both("full"), both("empty"), both("old")
    what, empty = f"start on {TICKETS} tickets ({events} events)", "start on an empty folder"
    return Result(
        [
            Figure(what, day, "s", none, empty, Goal(SECONDS, of="value")),
            Figure("the same, processor time", day_cpu, "s", none_cpu, empty),
            Figure(f"start, {days} such days before it", aged, "s", day, "start on one day", Goal(AGED)),
        ],
        wrong,
        {"seconds and processor seconds": told},
    )


def _started(data: Path) -> tuple[float, float]:
    """Seconds until ready, and those of a processor."""
    with halls.serve(data) as server:
        used = [member.cpu_times() for member in server.members]
        return server.start_seconds, sum(each.user + each.system for each in used)


def age(day: Path, folder: Path, days: int) -> None:
    """A hall in ``folder`` that had ``days`` days like that of ``day`` before it."""
    folder.mkdir()
    shutil.copy(day / FILE, folder / FILE)
    database = sqlite3.connect(folder / FILE)
    lasting = ", ".join(f"'{kind}'" for kind in LASTING)
    columns = "kind, version, actor, command_id, data"
    newest, last = database.execute("SELECT max(day), max(seq) FROM event").fetchone()
    # The day moves behind its copies: a log only grows, so it is written anew.
    database.execute("CREATE TEMP TABLE kept AS SELECT * FROM event ORDER BY seq")
    for trigger in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger[0]}")
    database.execute("DELETE FROM event")
    for back in range(days, -1, -1):
        before = (date.fromisoformat(newest) - timedelta(days=back)).isoformat()
        kinds = f"kind NOT IN ({lasting})" if back else "1"
        database.execute(
            f"INSERT INTO event (seq, day, at, {columns}) "  # noqa: S608 - constants
            f"SELECT seq + ?, ?, ? || substr(at, 11), {columns} FROM kept WHERE {kinds} ORDER BY seq",
            ((days - back) * last, before, before),
        )
    database.commit()
    database.close()


def build(folder: Path, plan: Plan) -> int:
    """A day of ``TICKETS`` tickets, each printed, called, served and finished; how many events it has."""
    store = open_store(folder)
    try:
        claim(store, training=True)
        opening = parse_clock(halls.CLOCK, plan) - timedelta(hours=1, minutes=15)
        clock = StepClock(opening)
        engine = Engine(plan, store, clock, concurrency("threading"))
        _play(engine, clock, plan)
        return store.last_seq()
    finally:
        store.close()


def _play(engine: Engine, clock: StepClock, plan: Plan) -> None:
    services = halls.free_services(plan)
    desks = {service: plan.counters_of[service][0].id for service in services}
    officers = {counter: Actor(f"officer-{counter}", Role.OFFICER) for counter in desks.values()}
    _do(engine, [c.OpenCounter(officer, counter) for counter, officer in officers.items()])
    for first in range(0, TICKETS, BATCH):
        wanted = [services[number % len(services)] for number in range(first, first + BATCH)]
        clock.at += PACE * BATCH
        done = _do(
            engine,
            [c.IssueTicket(KIOSK, service, secrets.token_urlsafe(16), kiosk="k1") for service in wanted],
        )
        for state in ("sending", "sent", "confirmed"):
            _do(engine, [c.ReportPrint(SYSTEM, str(each.result["job"]), state) for each in done])
        for service in wanted:
            counter = desks[service]
            officer = officers[counter]
            called, _ = _do(engine, [c.CallNext(officer, counter), c.StartService(officer, counter)])
            # Not always this service: a ticket on its route may have been first.
            kinds = plan.services[engine.hall.tickets[called.ticket].stage.service].outcomes
            _do(engine, [c.FinishService(officer, counter, kinds[0].id if kinds else "")])


def _do(engine: Engine, commands: Sequence[c.Command]) -> list[Done]:
    verdicts: list[Any] = engine.do_all([(command, None) for command in commands])
    for verdict in verdicts:
        if isinstance(verdict, Exception):
            raise verdict
    return verdicts
