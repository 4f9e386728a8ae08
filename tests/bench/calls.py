"""From an officer's touch to the last board: a call against a bare emit to as many sockets, in turns."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from core.config import load as load_config
from core.domain.plan import Counter, Plan
from core.domain.staff import Role
from tests.bench import followers, halls
from tests.bench.commits import BareLog
from tests.bench.figures import Figure, Goal, Result, Scale, middle, percentile
from tests.bench.processes import Followers, Server, bare_server
from tests.bench.wire import Line, request

SIZES = (100, 500, 1000)
"""Sockets."""
CALLS = 200
"""How often is called for each size."""
RATIO = 1.3
"""Of the bare emit: the median, the 99th percentile and the worst."""
BOARD = "board:hall"
COUNTERS = 12
"""So many counters are open and call in turns."""
QUIET_S = 0.06
"""After the last view of a change: longer than a burst of views."""


class Officers:
    """Counters that call one after the other, each with waiting citizens."""

    def __init__(self, server: Server, data: Path, plan: Plan, calls: int) -> None:
        self._line = Line(server.host, server.port)
        self._counters = _counters(plan)
        names = [(f"officer-{counter.id}", Role.OFFICER) for counter in self._counters]
        self._services = [
            next(s for s in counter.services if plan.services[s].daily_quota is None)
            for counter in self._counters
        ]
        self.service = self._services[0]
        """What the first counter calls."""
        kiosk, *self._tokens = halls.tokens(data, [("bench-kiosk", Role.KIOSK), *names])
        self._turn = 0
        each = -(-calls // len(self._counters)) + 3
        for counter, token, service in zip(self._counters, self._tokens, self._services, strict=True):
            for _ in range(each):
                self._post("/api/v1/tickets", kiosk, {"service": service}, 201)
            self._post(f"/api/v1/counters/{counter.id}/open", token, {})
            self._post(f"/api/v1/counters/{counter.id}/next", token, {})

    def make_way(self, *, first: bool = False) -> int:
        """The next counter (or always the first) serves whom it has called; the log's number after it."""
        self._turn = 0 if first else self._turn + 1
        self._act("start")
        return int(self._act("finish")[0]["seq"])

    def call(self) -> tuple[int, int]:
        """The next counter calls: when that was asked for (monotonic, ns), and the log's number after it."""
        answer, sent = self._act("next")
        return sent, int(answer["seq"])

    def _act(self, action: str) -> tuple[dict[str, Any], int]:
        here = self._turn % len(self._counters)
        return self._post(f"/api/v1/counters/{self._counters[here].id}/{action}", self._tokens[here], {})

    def _post(
        self, path: str, token: str, body: dict[str, Any], wanted: int = 200
    ) -> tuple[dict[str, Any], int]:
        headers = {"Authorization": f"Bearer {token}"}
        data = request("POST", path, self._line.host, headers, json.dumps(body).encode())
        status, answer, sent = self._line.ask(data)
        if status != wanted:
            raise RuntimeError(f"{path}: {status} {answer[:300]!r}")
        return json.loads(answer), sent


def run(scale: Scale) -> Result:
    """Measure for each number of sockets."""
    figures, details = [], {}
    for size in SIZES:
        folder = scale.folder / str(size)
        folder.mkdir()
        hall, bare, durable, told = _measured(folder, size, scale.pick(CALLS, 30))
        against = "bare emit, same size and worker"
        for percent, name in ((50, "p50"), (99, "p99"), (100, "worst")):
            figures.append(
                Figure(
                    f"call to the last of {size} sockets, {name}",
                    percentile(hall, percent),
                    "ms",
                    percentile(bare, percent),
                    against,
                    Goal(RATIO),
                )
            )
        figures += [
            Figure(
                f"the same, p{percent}, beside a commit and an emit",
                percentile(hall, percent),
                "ms",
                percentile(durable, percent),
                "bare COMMIT, then bare emit",
            )
            for percent in (50, 99)
        ]
        details[str(size)] = told
    return Result(figures, details=details)


def _measured(
    folder: Path, size: int, calls: int
) -> tuple[list[float], list[float], list[float], dict[str, Any]]:
    """Milliseconds to the last socket: of the hall, of the bare server, of that after a bare commit.

    A call must be on disk before it is shown, a bare emit need not.
    """
    data, plan = folder / "data", load_config(halls.CONFIG).plan
    with ExitStack() as running:
        server = running.enter_context(halls.serve(data))
        bare = running.enter_context(bare_server(folder))
        log = running.enter_context(BareLog(folder))
        officers = Officers(server, data, plan, calls)
        (token,) = halls.tokens(data, [("bench-board", Role.BOARD)])
        fleet = running.enter_context(_fleet(server, folder, size, token))
        bare_fleet = running.enter_context(_fleet(bare, folder, size))
        line, message = Line(bare.host, bare.port), 0
        told: list[dict[str, Any]] = []
        limits: list[dict[str, Any]] = []
        views: list[float] = []
        commits: list[float] = []
        for number in range(calls + 1):
            fleet.arrival("view", officers.make_way())
            time.sleep(QUIET_S)
            sent, seq = officers.call()
            told.append(_timed(sent, fleet.arrival("call", seq)))
            views.append((fleet.arrival("view", seq)["last"] - sent) / 1e6)
            time.sleep(QUIET_S)
            message = message or told[0]["bytes"]
            status, _, sent = line.ask(request("POST", "/emit", line.host, {}, _of_size(message, number)))
            limits.append(_timed(sent, bare_fleet.arrival("call")))
            time.sleep(QUIET_S)
            commits.append(log.commit_ms())
            if status != 200:
                raise RuntimeError(f"the bare server answers {status}")
        told, limits, commits = told[1:], limits[1:], commits[1:]  # the first is a warm-up
    details = {
        "bytes": [told[0]["bytes"], limits[0]["bytes"]],
        "first_ms": [middle([e["first_ms"] for e in told]), middle([e["first_ms"] for e in limits])],
        "view_ms": middle(views),
        "commit_ms": middle(commits),
    }
    bare_ms = [each["last_ms"] for each in limits]
    durable = [emit + commit for emit, commit in zip(bare_ms, commits, strict=True)]
    return [each["last_ms"] for each in told], bare_ms, durable, details


def _fleet(server: Server, folder: Path, size: int, token: str = "") -> Followers:
    orders = followers.Orders(server.host, server.port, size, (BOARD,), token)
    return Followers(orders, folder, "followers" if token else "bare-followers")


def _timed(sent: int, arrival: dict[str, Any]) -> dict[str, Any]:
    return {
        "first_ms": (arrival["first"] - sent) / 1e6,
        "last_ms": (arrival["last"] - sent) / 1e6,
        "bytes": arrival["bytes"],
    }


def _of_size(size: int, seq: int) -> bytes:
    """The body of a bare call whose packet has about ``size`` bytes."""
    message = {"topic": BOARD, "epoch": "0" * 16, "seq": 1000 + seq, "call": {"pad": ""}}
    envelope = len('42/live,["call",]') + len(json.dumps(message, separators=(",", ":")))
    message["call"] = {"pad": "x" * max(0, size - envelope)}
    return json.dumps(message, separators=(",", ":")).encode()


def _counters(plan: Plan) -> list[Counter]:
    """Counters of different agencies that have a service without a quota."""
    free, agencies, found = set(halls.free_services(plan)), set(), []
    for counter in plan.counters.values():
        if counter.agency not in agencies and free.intersection(counter.services):
            agencies.add(counter.agency)
            found.append(counter)
    return found[:COUNTERS]
