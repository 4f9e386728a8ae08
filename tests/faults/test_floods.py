"""Hostile connections by the thousand, on loopback only: officers, boards and phones notice nothing.

``make test`` sends 120 at a time against a hall of 96 places. ``make long`` sets ``ANTREAN_FLOOD`` to 5,000:
a hall of its real size, with 100 boards, 500 phones and 60 officers' programs.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.config import load as load_config
from core.domain.plan import Counter, Plan
from core.domain.staff import Role
from tests.bench import followers, halls, wire
from tests.bench.processes import Followers, Process, Server
from tests.bench.wire import Line
from tests.live.floods import HOSTILE
from tests.running import CONFIG, PATIENCE_S, ROOT, at_most, eventually

FLOOD = int(os.environ.get("ANTREAN_FLOOD", "120"))
LONG = FLOOD >= 1000
PLACES = 5000 if LONG else 96
BOARDS, PHONES, OFFICERS = (100, 500, 60) if LONG else (10, 40, 6)
CROWD = (2000, 3000) if LONG else (40, FLOOD)
"""Phones, and strangers from the same address."""
SPAN_S = 22.0 if LONG else 1.0
"""How long the officers work in a flood: in the long run until every limit of time has run out."""
MEMORY_MB = 16.0
FLOODS = 20
"""More than one hall sees."""
HALL = "127.0.0.1"
ELSEWHERE = "127.0.0.66"
SERVE = f"from core.web import worker; worker.CONNECTIONS = {PLACES}; from core.cli import main; main()"

pytestmark = pytest.mark.timeout(900 if LONG else 300)


@contextmanager
def ended(process: Process) -> Iterator[Any]:
    """A process that is gone afterwards, with its pipe."""
    try:
        yield process
    finally:
        process.stop()
        with suppress(queue.Empty):  # its end may have been read already
            while process.lines.get(timeout=2) is not None:
                pass
        if process.popen.stdout is not None:
            process.popen.stdout.close()


@dataclass
class Worst:
    """The slowest of each, in seconds; ``phones``: until the last of them heard of the last call."""

    action: float = 0.0
    call: float = 0.0
    phones: float = 0.0
    actions: int = 0
    calls: int = 0


@dataclass
class Crowd:
    """A hall with its officers' programs, boards and phones."""

    folder: Path
    server: Server
    kiosk: str
    officers: list[tuple[Counter, str, str]]
    """Counter, token, service."""
    boards: Followers
    phones: Followers
    worst: Worst = field(default_factory=Worst)

    def ask(self, path: str, token: str, content: dict[str, Any]) -> tuple[dict[str, Any], int, int]:
        """The answer over a new connection, when it was asked for and when it came (monotonic, ns)."""
        line = Line(self.server.host, self.server.port)
        headers = {"Authorization": f"Bearer {token}"}
        began = time.monotonic_ns()
        try:
            status, answer, _ = line.ask(
                wire.request("POST", path, line.host, headers, json.dumps(content).encode())
            )
        finally:
            line.close()
        assert status in {200, 201}, (path, status, answer[:300])
        return json.loads(answer), began, time.monotonic_ns()

    def serve_one(self, officer: int, phones: bool = False) -> None:
        """That officer issues a number, calls and serves it; ``phones``: each must hear of the call."""
        counter, token, service = self.officers[officer]
        _, began, came = self.ask("/api/v1/tickets", self.kiosk, {"service": service})
        self._note(began, came)
        called, began, came = self.ask(f"/api/v1/counters/{counter.id}/next", token, {})
        self._note(began, came)
        seq = int(called["seq"])
        shown = self.boards.arrival("call", seq, PATIENCE_S)["last"]
        self.worst.call = max(self.worst.call, (shown - began) / 1e9)
        self.worst.calls += 1
        if phones:  # raises if one was lost
            self.worst.phones = (self.phones.arrival("view", seq, PATIENCE_S)["last"] - began) / 1e9
        for action in ("start", "finish"):
            _, began, came = self.ask(f"/api/v1/counters/{counter.id}/{action}", token, {})
            self._note(began, came)

    def _note(self, began: int, came: int) -> None:
        self.worst.action = max(self.worst.action, (came - began) / 1e9)
        self.worst.actions += 1

    def work(self, until: Callable[[], bool]) -> None:
        """The officers work in turn, each once at least; then the first calls from the phones' queue."""
        others = range(1, len(self.officers))
        for turn in count():
            if turn >= len(others) and until():
                break
            self.serve_one(others[turn % len(others)])
        self.serve_one(0, phones=True)

    def flood(self, kind: str, size: int, source: str) -> Worst:
        """Everybody's slowest while so many hostile connections of a kind come and stay."""
        self.worst = Worst()
        arguments = [
            sys.executable,
            "-m",
            "tests.live.floods",
            str(self.server.port),
            kind,
            str(size),
            source,
        ]
        began = time.monotonic()
        with ended(Process(arguments, self.folder, "flood")) as flooder:
            self.work(lambda: not flooder.lines.empty() and time.monotonic() - began > SPAN_S)
            assert flooder.line() == "open"
        print(f"\n{kind}, {size} from {source}: {self.worst}")
        return self.worst

    def memory(self) -> float:
        """MB of the worker."""
        return float(self.server.members[1].memory_info().rss) / 1e6

    def open_connections(self) -> dict[str, int]:
        """By standing."""
        line = Line(self.server.host, self.server.port)
        try:
            _, told, _ = line.ask(
                wire.request("GET", "/metrics", line.host, {"Authorization": f"Bearer {self.officers[0][1]}"})
            )
        finally:
            line.close()
        found = {}
        for text in told.decode().splitlines():
            if text.startswith("antrean_open_connections{"):
                found[text.split('"')[1]] = int(float(text.rsplit(" ", 1)[1]))
        return found

    def calm(self) -> None:
        """Wait until the hostile connections are forgotten."""
        eventually(lambda: self.open_connections()["stranger"] <= 1)


def plain_services(plan: Plan) -> set[str]:
    """Services without a quota whose officers need not say how it ended."""
    return {each for each in halls.free_services(plan) if not plan.services[each].outcomes}


def choose(plan: Plan, officers: int) -> tuple[list[Counter], str]:
    """Counters, the first of which alone calls the phones' queue, and the service of that queue."""
    plain = plain_services(plan)
    queue = min(sorted(plain), key=lambda each: len(plan.counters_of[each]))
    (first, *_) = [counter for counter in plan.counters.values() if queue in counter.services]
    others = [
        counter
        for counter in plan.counters.values()
        if queue not in counter.services and plain.intersection(counter.services)
    ]
    return [first, *others[: officers - 1]], queue


@contextmanager
def crowd(folder: Path, boards: int, phones: int, officers: int) -> Iterator[Crowd]:
    """A hall that goes on giving numbers however many wait, with all who use it."""
    shutil.copytree(ROOT / "hall", folder / "hall")
    text = CONFIG.read_text(encoding="utf-8").replace("close_when_full = true", "close_when_full = false")
    config = folder / "config.toml"
    config.write_text(text, encoding="utf-8")
    plan = load_config(config).plan
    free = plain_services(plan)
    places, followed_queue = choose(plan, officers)
    data = folder / "data"
    with ExitStack() as running:
        arguments = [sys.executable, "-c", SERVE, "serve", "--training", "--clock", halls.CLOCK]
        arguments += ["--config", str(config), "--data", str(data), "--host", HALL, "--port", "0"]
        server = running.enter_context(ended(Server(arguments, folder, "hall")))
        names = [(f"officer-{counter.id}", Role.OFFICER) for counter in places]
        kiosk, board, *tokens = halls.tokens(
            data, [("flood-kiosk", Role.KIOSK), ("flood-board", Role.BOARD), *names], config
        )
        staff = [
            (
                counter,
                token,
                followed_queue if n == 0 else next(each for each in counter.services if each in free),
            )
            for n, (counter, token) in enumerate(zip(places, tokens, strict=True))
        ]
        line = Line(server.host, server.port)

        def post(path: str, token: str, content: dict[str, Any]) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {token}"}
            status, answer, _ = line.ask(
                wire.request("POST", path, line.host, headers, json.dumps(content).encode())
            )
            assert status in {200, 201}, (path, status, answer[:300])
            return dict(json.loads(answer))

        # First those who are called: whoever follows here goes on waiting.
        for _ in range(FLOODS):
            post("/api/v1/tickets", kiosk, {"service": followed_queue})
        followed = [
            post("/api/v1/tickets", kiosk, {"service": followed_queue})["ticket"]["token"]
            for _ in range(phones)
        ]
        for counter, token, _ in staff:
            post(f"/api/v1/counters/{counter.id}/open", token, {})
        line.close()
        watching = followers.Orders(server.host, server.port, boards, ("board:hall",), board)
        following = followers.Orders(
            server.host, server.port, phones, tuple(f"ticket:{each}" for each in followed)
        )
        yield Crowd(
            folder,
            server,
            kiosk,
            staff,
            running.enter_context(ended(Followers(watching, folder, "boards"))),
            running.enter_context(ended(Followers(following, folder, "phones"))),
        )


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """The crowd of every flood."""
    with crowd(tmp_path_factory.mktemp("floods"), BOARDS, PHONES, OFFICERS) as made:
        yield made


def in_time(worst: Worst) -> None:
    """What the hall promises."""
    assert worst.action < at_most(1.0), worst
    assert worst.call < at_most(2.0), worst


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_flood_delays_no_officer_and_no_board_and_cuts_off_no_phone(hall: Crowd, kind: str) -> None:
    in_time(hall.flood(kind, FLOOD, ELSEWHERE))


def test_floods_leave_no_memory_behind(hall: Crowd) -> None:
    kinds = ("silent websocket", "dripped body")
    for kind in kinds:
        hall.flood(kind, FLOOD, ELSEWHERE)
    hall.calm()
    warm = hall.memory()
    for kind in kinds:
        hall.flood(kind, FLOOD, ELSEWHERE)
    hall.calm()
    print(f"\nworker: {warm:.0f} MB after the first floods, {hall.memory():.0f} MB after as many again")
    assert hall.memory() < 1.1 * warm + MEMORY_MB


def test_phones_stay_connected_while_strangers_come_from_their_own_address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    phones, strangers = CROWD
    with ExitStack() as running:
        if phones == PHONES:
            made = request.getfixturevalue("hall")
        else:
            made = running.enter_context(crowd(tmp_path_factory.mktemp("wifi"), 2, phones, 2))
        in_time(made.flood("silent websocket", strangers, HALL))
        assert made.open_connections()["guest"] >= phones
