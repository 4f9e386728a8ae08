"""Plays the script: checks the hall, hands out the tokens, runs the day, draws up the account."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from core.demo.account import Account, has_given_numbers, lines, read_ledger, settle, unexplained
from core.demo.desk import Duty
from core.demo.notes import Notes
from core.demo.officers import Officer
from core.demo.passes import Passes
from core.demo.people import Scene, citizen, supervisor
from core.demo.player import Player
from core.demo.script import CLOSES_EARLY, Day, Script, closing_early, make_day
from core.demo.showing import Showing, show_account
from core.demo.wire import Wire
from core.domain.plan import Plan
from core.domain.staff import Role
from core.engine.fairness import fairness
from core.engine.fairness_words import sentences

THREADS = 24
"""Requests at once. More would only wait for the same server."""
OVERTIME_S = 6 * 3600.0
"""Of the played day: officers who serve after closing."""
SLOW_S = 0.4
"""Real time a citizen may cost a hall that cannot keep up."""
GRACE_S = 180.0
WIND_UP_S = 60.0
GLANCE_S = 0.2

START = "start the training hall with `make run`"


class NoPlay(Exception):
    """There is no hall in which the day could be played; the text says why and what to do."""


def play(script: Script, plan: Plan, data: Path) -> Account:
    """Play the day, show it, and answer with its account. Raises ``NoPlay``."""
    console = Console()
    day = make_day(script, plan)
    passes = Passes(data, plan)
    wire = _wire(script.url)
    try:
        _check_open(wire, script, plan)
        if not passes.database.is_file():
            raise NoPlay(f"{data} holds no hall: name the running hall's folder with --data")
        if not script.insist and passes.real() and has_given_numbers(passes.database):
            raise NoPlay(
                f"{data} is a real hall in use: the demo's citizens would be among the day's. "
                f"To try things, {START}; --real plays here all the same"
            )
        with _revoked_at_the_end(passes, console):
            scene, duties = _cast(script, day, passes, wire)
            _tell_start(console, scene, plan)
            interrupted = _run(scene, duties, console)
    finally:
        wire.close()
    account = _account(scene, passes, plan, interrupted)
    show_account(console, account, plan, scene)
    return account


def _wire(url: str) -> Wire:
    try:
        return Wire(url if "://" in url else f"http://{url}", THREADS)
    except httpx.InvalidURL as trouble:
        raise NoPlay(f"{url} is no address ({trouble}): write http://HOST:PORT") from trouble


def _check_open(wire: Wire, script: Script, plan: Plan) -> None:
    """Whether a hall answers, is this one by its services, and gives numbers. Raises ``NoPlay``."""
    try:
        services = wire.look("/api/v1/services").body.get("services")
    except httpx.TransportError as trouble:
        raise NoPlay(
            f"no hall answers at {script.url} ({trouble}): {START}, or say where with --url"
        ) from trouble
    if not isinstance(services, list):
        raise NoPlay(f"what answers at {script.url} is not an Antrean hall: say where it is with --url")
    if {each["id"] for each in services} != set(plan.services):
        raise NoPlay(f"the hall at {script.url} has other services than the configuration: see --config")
    if not any(each["open"] for each in services):
        raise NoPlay(f"the hall is closed by its clock ({_why_closed(services)}): {START}")


def _why_closed(services: list[dict[str, Any]]) -> str:
    closed = services[0]["closed"] if services else None
    return str(closed["sentence"]["en"]).rstrip(".") if closed else "no service gives numbers"


def _cast(script: Script, day: Day, passes: Passes, wire: Wire) -> tuple[Scene, list[Duty]]:
    """Everybody's tokens and duties. Raises ``NoPlay`` if the hall does not know the tokens."""
    plan = passes.plan
    kiosks = sorted({each.kiosk for each in day.errands if each.kiosk is not None}) if script.paper else []
    supervising, kiosk, *others = passes.make(
        [
            ("supervisor", Role.SUPERVISOR, None),
            ("kiosk", Role.KIOSK, None),
            *((f"kiosk-{ident}", Role.KIOSK, ident) for ident in kiosks),
        ]
    )
    if wire.look("/api/v1/services", kiosk).code == "token_unknown":
        raise NoPlay(
            f"the hall at {script.url} does not keep its data in {passes.data}: "
            "name its folder with --data, as it was given to `antrean serve`"
        )
    counters = list(plan.counters.values())
    tokens = passes.make([(f"counter-{each.id}", Role.OFFICER, each.agency) for each in counters])
    early = closing_early(plan)
    duties = [
        Duty(
            counter=counter.id,
            token=token,
            services=counter.services,
            agencies=tuple(dict.fromkeys(plan.services[service].agency for service in counter.services)),
            # half of them at noon, the others after them: somebody is always there
            lunch_s=day.closes_s * 0.55 + (index % 2) * 1800,
            closes_s=day.closes_s * CLOSES_EARLY if counter.id in early else None,
        )
        for index, (counter, token) in enumerate(zip(counters, tokens, strict=True))
    ]
    player = Player(script.speed, THREADS)
    return Scene(
        script,
        day,
        wire,
        Notes(day.errands),
        player,
        {None: kiosk, **dict(zip(kiosks, others, strict=True))},
        supervising,
    ), duties


def _tell_start(console: Console, scene: Scene, plan: Plan) -> None:
    script, day = scene.script, scene.day
    minutes = day.closes_s / script.speed / 60
    console.print(
        f"{script.citizens} citizens, {len(plan.counters)} counters, {len(plan.agencies)} agencies; "
        f"a day from {day.shown(0)} to {day.shown(day.closes_s)} in {minutes:.1f} minutes or more "
        f"(speed {script.speed:g}, seed {script.seed}).",
        soft_wrap=True,
        highlight=False,
    )
    left = _left_open(scene, plan)
    if left is not None and left < minutes:
        console.print(
            f"By its own clock the hall closes in {max(0.0, left):.0f} minutes: those who come later are "
            f"turned away. A speed of {day.closes_s / 60 / max(1.0, left):.0f} would do.",
            soft_wrap=True,
            highlight=False,
        )


def _left_open(scene: Scene, plan: Plan) -> float | None:
    """Real minutes until the hall stops giving numbers, by its own clock."""
    board = next(iter(plan.boards), None)
    answer = None if board is None else scene.wire.look(f"/api/v1/boards/{board}")
    if answer is None or not answer.ok:
        return None
    scene.notes.clock(answer.body.get("now"))
    now = datetime.fromisoformat(str(answer.body["now"]))
    closes = [
        intervals[-1].closes
        for agency in plan.agencies.values()
        if (intervals := agency.hours.on(now.date(), plan.special_days))
    ]
    if not closes:
        return None
    return (datetime.combine(now.date(), max(closes), tzinfo=now.tzinfo) - now).total_seconds() / 60


def _run(scene: Scene, duties: list[Duty], console: Console) -> bool:
    """Play until everybody has gone; whether it was broken off."""
    player, day = scene.player, scene.day
    for errand in day.errands:
        player.add(citizen(errand, scene), errand.arrives_s)
    if day.disturbance is not None:
        player.add(supervisor(day.disturbance, scene), day.disturbance.begins_s)
    for index, duty in enumerate(duties):
        # not all at the same second
        player.add(Officer(duty, scene).work(), day.opens_s + 3 * index)
    limit_s = (day.closes_s + OVERTIME_S) / player.speed + SLOW_S * len(day.errands) + GRACE_S
    interrupted = False
    with Showing(console, day) as showing:
        try:
            until = time.monotonic() + limit_s
            player.start()
            while not player.wait(GLANCE_S):
                showing.update(scene.notes.counts(), player.now)
                if time.monotonic() > until:
                    scene.notes.problem("demo", "overdue", f"not at an end after {limit_s:.0f} s")
                    interrupted = True
                    break
        except KeyboardInterrupt:
            interrupted = True
        if interrupted:
            scene.wire.hurry()
            player.hurry()
            player.wait(WIND_UP_S)
        showing.update(scene.notes.counts(), player.now)
    for fault in player.faults:
        scene.notes.problem("demo", type(fault).__name__, str(fault))
    return interrupted


def _account(scene: Scene, passes: Passes, plan: Plan, interrupted: bool) -> Account:
    seen = scene.notes.seen()
    try:
        ledger = read_ledger(passes.database, passes.run)
    except sqlite3.Error as trouble:
        raise NoPlay(f"{passes.database} cannot be read: {trouble}") from trouble
    ours = sum(each.issuer.startswith(passes.run) for each in ledger.logged)
    reports = [fairness(plan, day, log) for day, log in passes.logs(ledger.days)]
    return Account(
        lines=lines(plan.agencies, seen, ledger.held, scene.notes.turned_away_by_agency()),
        differences=(*settle(passes.run, seen, ledger), *unexplained(passes.run, reports)),
        problems=tuple(scene.notes.problems()),
        fairness=tuple(line for report in reports for line in sentences(report)),
        strangers=len(ledger.logged) - ours,
        interrupted=interrupted,
    )


@contextmanager
def _revoked_at_the_end(passes: Passes, console: Console) -> Iterator[None]:
    """No token outlives the demo, however it ends: an end by a signal is an interruption, too."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler) if main else None
    try:
        yield
    finally:
        for name in passes.revoke():
            console.print(f"still in use: `antrean token revoke {name}`", soft_wrap=True, highlight=False)
        if main:
            signal.signal(signal.SIGTERM, before)
