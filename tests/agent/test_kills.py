"""``kill -9`` of server and agent between commit and confirmation: no number lost, no silent second print.

24 kills as a matter of course; ``make long`` tries 200.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zxingcpp

from kiosk.printing.reader import read
from tests.agent.place import PRINTER, Place, until
from tests.faults.test_kill import check
from tests.running import environment

KILLS = int(os.environ.get("ANTREAN_KILLS", "24"))
SERVER_EVERY = 7
"""Each so many-th kill is the server's: its start takes seconds."""
MOMENTS = ("asked", "begun", "middle", "cut", "answered", "later")
"""Of the job on its way through the printer; then right after the number was given, and a little later."""
MOMENT_LIMIT_S = 4.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.start_server()
    assert made.server is not None
    made.token = made.server.new_token("kiosk", "k1")
    yield made
    made.close()


@pytest.fixture
def nursery(place: Place) -> Iterator[subprocess.Popen[str]]:
    with place.log.open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.agent.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(ANTREAN_TOKEN=place.token),
        )
    yield process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


@dataclass
class Executioner:
    """Kills a process at a moment of a job, or when it is told."""

    victim: int = 0
    group: bool = False
    at: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def aim(self, victim: int, at: str, *, group: bool) -> None:
        self.victim, self.group, self.at = victim, group, ""
        self.done.clear()
        self.at = at

    def moment(self, name: str) -> None:
        """Called by the printer, in the middle of its work."""
        if name == self.at:
            self.strike()

    def strike(self) -> None:
        if self.done.is_set():
            return
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if self.group else os.kill)(self.victim, signal.SIGKILL)
        self.done.set()


class Agents:
    """Agents of the nursery, one at a time."""

    def __init__(self, place: Place, nursery: subprocess.Popen[str]) -> None:
        self._place = place
        self._nursery = nursery

    def start(self) -> int:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(f"http://127.0.0.1:{self._place.port} {self._place.simulator.port}\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())


def take_number(place: Place, key: str, promised: dict[str, str], given: threading.Event) -> None:
    ticket = place.issue(key)["ticket"]
    promised[ticket["token"]] = ticket["number"]
    given.set()


@pytest.mark.timeout(300 + 5 * KILLS)
def test_no_number_is_lost_and_no_ticket_comes_twice_whatever_is_killed_when(
    place: Place, nursery: subprocess.Popen[str]
) -> None:
    # Given a hall whose kiosk's computer prints
    dice = random.Random(20261124)
    executioner = Executioner()
    place.simulator.moment = executioner.moment
    agents = Agents(place, nursery)
    agent = agents.start()
    promised: dict[str, str] = {}
    struck: Counter[str] = Counter()
    try:
        # When server or agent is killed at each of many numbers
        for round_ in range(KILLS):
            assert place.server is not None
            of_server = round_ % SERVER_EVERY == 0
            at = dice.choice(MOMENTS)
            victim = place.server.process.pid if of_server else agent
            executioner.aim(victim, at, group=of_server)
            given = threading.Event()
            citizen = threading.Thread(target=take_number, args=(place, f"r{round_}", promised, given))
            citizen.start()
            if at in {"answered", "later"}:
                given.wait(MOMENT_LIMIT_S)
                time.sleep(dice.uniform(0, 0.15) if at == "later" else 0)
            elif not executioner.done.wait(MOMENT_LIMIT_S):
                at = "late"  # an earlier job was in the way: whenever it is now
            executioner.strike()
            struck[f"{'server' if of_server else 'agent'} {at}"] += 1
            if of_server:
                place.server.kill()
                place.start_server()
            else:
                agent = agents.start()
            citizen.join(60)
            assert not citizen.is_alive()
        executioner.at = ""
        until(place.settled)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(agent, signal.SIGKILL)
    print(f"kills: {dict(struck)}")

    # Then every number stands, and each ticket was on paper at most once
    assert len(set(promised.values())) == len(promised) == KILLS
    account(place, promised)


def account(place: Place, promised: dict[str, str]) -> None:
    """Compare what was promised, what the log says, and what came out."""
    check(place.folder / "data" / "antrean.db")
    database = sqlite3.connect(place.folder / "data" / "antrean.db")
    try:
        rows = database.execute(
            "SELECT kind, data FROM event WHERE kind LIKE 'Print%' ORDER BY seq"
        ).fetchall()
        tokens = dict(database.execute("SELECT id, number FROM ticket").fetchall())
    finally:
        database.close()
    events = [(kind, json.loads(data)) for kind, data in rows]
    queued = {data["job"]: data for kind, data in events if kind == "PrintQueued"}
    claims = Counter(data["job"] for kind, data in events if data.get("state") == "sending")
    ends = {data["job"]: data["state"] for kind, data in events if kind == "PrintReported"}
    assert len(queued) == len(tokens) == len(promised)  # one job a number: none is lost, none doubled
    assert set(claims.values()) == {1}, "a job was sent again by itself"
    papers: Counter[str] = Counter()
    for strip in place.simulator.strips:
        if strip.whole:
            (code,) = zxingcpp.read_barcodes(read(strip.data, place.simulator.width).image)
            papers[code.text.rsplit("/", 1)[1]] += 1
    assert set(papers) <= set(promised)
    assert max(papers.values()) == 1, "a ticket came out twice"
    # Torn strips count too: there is no more paper than there were claims.
    assert len(place.simulator.strips) <= sum(claims.values())
    by_end: Counter[tuple[str, int]] = Counter()
    for job, data in queued.items():
        token = data["url"].rsplit("/", 1)[1]
        by_end[ends[job], papers[token]] += 1
        assert ends[job] in {"confirmed", "doubtful", "failed"}
        if ends[job] == "confirmed":
            assert papers[token] == 1, "confirmed, and nowhere on paper"
        elif ends[job] == "failed":
            assert papers[token] == 0, "failed, and on paper"
    print(f"ends: { {f'{end}, papers {n}': count for (end, n), count in sorted(by_end.items())} }")
    assert by_end["confirmed", 1], PRINTER
