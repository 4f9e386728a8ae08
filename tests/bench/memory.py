"""Memory of a hall that 1,000 sockets follow, beside a bare server with as many."""

from __future__ import annotations

import json
import time

from core.config import load as load_config
from core.domain.staff import Role
from tests.bench import followers, halls
from tests.bench.calls import Officers
from tests.bench.figures import Figure, Goal, Result, Scale
from tests.bench.processes import Followers, Server, bare_server
from tests.bench.wire import Line, request

SOCKETS = 1000
MEGABYTES = 250.0
CALLS = 40
TICKETS = 200
REST_S = 3.0
"""Until the last views are out."""


def run(scale: Scale) -> Result:
    """Let a hall work with its followers, then look; then the same sockets on the bare server."""
    data, plan = scale.folder / "data", load_config(halls.CONFIG).plan
    with halls.serve(data) as server:
        alone = server.memory()
        board, kiosk = halls.tokens(data, [("bench-board", Role.BOARD), ("bench-tickets", Role.KIOSK)])
        with _fleet(server, scale, tuple(f"board:{ident}" for ident in plan.boards), board):
            officers = Officers(server, data, plan, CALLS)
            for _ in range(CALLS):
                officers.make_way()
                officers.call()
            _take(server, kiosk, halls.free_services(plan))
            time.sleep(REST_S)
            followed = server.memory()
    with bare_server(scale.folder) as bare, _fleet(bare, scale, ("board:hall",)):
        limit = bare.memory()
    against = f"bare server, {SOCKETS} sockets"
    what = f"worker and master, {SOCKETS} sockets"
    return Result(
        [
            Figure(f"{what}: RSS", followed["rss"], "MB", limit["rss"], against, Goal(MEGABYTES, of="value")),
            Figure(f"{what}: USS", followed["uss"], "MB", limit["uss"], against),
            Figure("worker and master, nobody follows: RSS", alone["rss"], "MB"),
        ],
        details={"alone": alone, "followed": followed, "bare": limit},
    )


def _fleet(server: Server, scale: Scale, topics: tuple[str, ...], token: str = "") -> Followers:
    orders = followers.Orders(server.host, server.port, SOCKETS, topics, token)
    return Followers(orders, scale.folder, "followers")


def _take(server: Server, token: str, services: list[str]) -> None:
    """Some tickets, so that lists and views have content."""
    line = Line(server.host, server.port)
    for number in range(TICKETS):
        asked = json.dumps({"service": services[number % len(services)]}).encode()
        line.ask(request("POST", "/api/v1/tickets", line.host, {"Authorization": f"Bearer {token}"}, asked))
    line.close()
