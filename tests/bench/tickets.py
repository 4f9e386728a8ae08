"""Durable tickets a second over HTTP, against the bare answers of the same server, in turns."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from core.config import load as load_config
from core.domain.staff import Role
from tests.bench import halls
from tests.bench.commits import BareLog
from tests.bench.figures import Figure, Goal, Result, Scale, middle, percentile
from tests.bench.load import Orders
from tests.bench.processes import Server, run_load

CLIENTS = 32
RATIO = 0.35
"""Of the rate at which the server answers ``GET /healthz``."""
RATE = 800.0
"""Tickets a second."""
COMMITS = 300


def run(scale: Scale) -> Result:
    """Measure."""
    data = scale.folder / "data"
    rounds, seconds = scale.pick(7, 3), scale.pick(4, 2)
    services = halls.free_services(load_config(halls.CONFIG).plan)
    with halls.serve(data) as server, BareLog(scale.folder) as log:
        (token,) = halls.tokens(data, [("bench-kiosk", Role.KIOSK)])
        bare = Orders(server.host, server.port, CLIENTS, seconds, "GET", "/healthz")
        bodies = tuple(json.dumps({"service": service}) for service in services)
        wanted = replace(bare, method="POST", path="/api/v1/tickets", token=token, bodies=bodies)
        run_load(replace(bare, seconds=1))
        told = run_load(replace(wanted, run="warm", seconds=1))["tickets"]
        limits, tickets, commits = [], [], []
        for number in range(rounds):
            limits.append(_measured(server, bare))
            tickets.append(_measured(server, replace(wanted, run=f"run-{number}")))
            commits.append(1000 / middle([log.commit_ms() for _ in range(COMMITS)]))
        told += [pair for each in tickets for pair in each["tickets"]]
        statuses = {code for each in (*limits, *tickets) for code in each["statuses"]}
    wrong = halls.audit(data, told, len(told))
    if statuses != {"200", "201"}:
        wrong.append(f"answers with status {sorted(statuses)}")
    if len({ticket for ticket, _ in told}) != len(told):
        wrong.append("two requests were answered with one ticket")
    return Result(_figures(tickets, limits, commits, scale), wrong, _details(tickets, limits, len(told)))


def _measured(server: Server, orders: Orders) -> dict[str, Any]:
    """One run of the clients, with the rate, and what the worker used of a processor a request (µs)."""
    before = server.cpu_seconds()
    told = run_load(orders)
    count = len(told["waits"])
    told["rate"] = count / told["seconds"]
    told["server_us"] = (server.cpu_seconds() - before) / count * 1e6
    told["client_us"] = told["cpu"] / count * 1e6
    return told


def _figures(
    tickets: list[dict[str, Any]], limits: list[dict[str, Any]], commits: list[float], scale: Scale
) -> list[Figure]:
    def both(name: str) -> tuple[float, float]:
        return middle([each[name] for each in tickets]), middle([each[name] for each in limits])

    def waits(made: list[dict[str, Any]], percent: float) -> float:
        return middle([percentile(each["waits"], percent) for each in made]) / 1000

    rate, answers = both("rate")
    ratio = middle([ticket["rate"] / limit["rate"] for ticket, limit in zip(tickets, limits, strict=True)])
    health = "GET /healthz, same server"
    return [
        Figure("durable tickets, 32 clients", rate, "/s", answers, health, Goal(RATIO, least=True), ratio),
        Figure(
            "durable tickets, absolute",
            rate,
            "/s",
            middle(commits),
            "bare INSERT + COMMIT, FULL",
            Goal(RATE, of="value", least=True, counted=not scale.quick),
        ),
        *(
            Figure(f"answer to a ticket, p{p}", waits(tickets, p), "ms", waits(limits, p), health)
            for p in (50, 99)
        ),
        Figure("worker's processor time a ticket", both("server_us")[0], "us", both("server_us")[1], health),
    ]


def _details(tickets: list[dict[str, Any]], limits: list[dict[str, Any]], given: int) -> dict[str, Any]:
    names = ("rate", "server_us", "client_us", "statuses")
    return {
        "rounds": [
            {"tickets": {name: t[name] for name in names}, "limit": {name: b[name] for name in names}}
            for t, b in zip(tickets, limits, strict=True)
        ],
        "tickets": given,
    }
