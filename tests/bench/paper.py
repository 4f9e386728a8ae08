"""From the touch of a kiosk to the last byte at its printer, against a bare answer, in turns."""

from __future__ import annotations

import time
from itertools import cycle

from core.config import load as load_config
from core.domain.plan import Plan
from core.domain.staff import Role
from tests.bench import halls
from tests.bench.figures import Figure, Goal, Result, Scale, middle, percentile
from tests.bench.sinks import Kiosks, Printer, Touch
from tests.bench.wire import Line, request

PAPER_MS = 150.0
"""99 of 100 tickets are at the printer within this time."""
PAUSE_S = 0.03
"""Citizens do not touch in step with the server's own work."""


def run(scale: Scale) -> Result:
    """One kiosk after the other, then four at once."""
    data, count = scale.folder / "data", scale.pick(200, 30)
    printers = {f"k{number}": Printer() for number in range(1, 5)}
    config = halls.with_printers(scale.folder / "config", [each.port for each in printers.values()])
    plan = load_config(config).plan
    offered = {kiosk: cycle(_offered(plan, kiosk)) for kiosk in printers}
    bare: list[float] = []
    kiosks = Kiosks(printers)
    try:
        with halls.serve(data, config) as server:
            (token,) = halls.tokens(data, [("bench-kiosk", Role.KIOSK)], config)
            kiosks.connect(server.host, server.port)
            line = Line(server.host, server.port)
            asked = request("GET", "/healthz", line.host, {})

            def touch(*at: str) -> list[Touch]:
                bare.append(_bare(line, asked))
                return kiosks.touch({kiosk: {"service": next(offered[kiosk])} for kiosk in at}, token)

            touch(*printers)  # a warm-up
            bare.clear()
            turns = cycle(printers)
            alone = [each for _ in range(count) for each in touch(next(turns))]
            together = [each for _ in range(count // 2) for each in touch(*printers)]
    finally:
        kiosks.close()
    wrong = halls.audit(data, [each.ticket for each in (*alone, *together)])
    figures = [*_figures(alone, bare, "one kiosk"), *_figures(together, bare, "4 kiosks at once")]
    details = {
        "paper_bytes": middle([each.paper for each in alone]),
        "answered_ms": middle([(each.answered - each.sent) / 1e6 for each in alone]),
        "last_byte_ms": middle([(each.printed - each.sent) / 1e6 for each in alone]),
    }
    return Result(figures, wrong, details)


def _figures(touches: list[Touch], bare: list[float], who: str) -> list[Figure]:
    told = [(each.closed - each.sent) / 1e6 for each in touches]
    against = "GET /healthz, one client"
    return [
        Figure(f"touch to paper, {who}, p50", percentile(told, 50), "ms", percentile(bare, 50), against),
        Figure(
            f"touch to paper, {who}, p99",
            percentile(told, 99),
            "ms",
            percentile(bare, 99),
            against,
            Goal(PAPER_MS, of="value"),
        ),
    ]


def _offered(plan: Plan, kiosk: str) -> list[str]:
    """Services without a quota that this kiosk offers."""
    agencies = plan.kiosks[kiosk].agencies or plan.agencies
    return [service for service in halls.free_services(plan) if plan.services[service].agency in agencies]


def _bare(line: Line, asked: bytes) -> float:
    """Milliseconds of a bare answer."""
    start = time.monotonic()
    line.ask(asked)
    told = (time.monotonic() - start) * 1000
    time.sleep(PAUSE_S)
    return told
