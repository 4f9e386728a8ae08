"""From the touch of a kiosk to the last byte at its printer, against a bare answer, in turns.

And what a printer that stalls costs those who take numbers meanwhile: nothing.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from core.config import load as load_config
from core.domain.plan import Plan
from core.domain.staff import Role
from tests.bench import halls
from tests.bench.figures import Figure, Goal, Result, Scale, middle, percentile
from tests.bench.processes import Server
from tests.bench.sinks import Kiosks, Printer, Touch
from tests.bench.wire import Line, request

PAPER_MS = 150.0
"""99 of 100 tickets are at the printer within this time."""
STALL_COSTS = 1.2
"""How much longer a number may take, 99 of 100, where one printer stalls."""
PAUSE_S = 0.03
"""Citizens do not touch in step with the server's own work."""


QUESTION = b"\x10\x04"
WELL = b"\x12"
STALLED = "k1"


class Answering(Kiosks):
    """Kiosks whose printers answer when they are asked how they are; that alone is no ticket.

    ``stalled``: kiosks whose printers take a connection and nothing more.
    """

    def __init__(self, printers: dict[str, Printer], stalled: frozenset[str] = frozenset()) -> None:
        super().__init__({kiosk: each for kiosk, each in printers.items() if kiosk not in stalled})
        self._asked: dict[socket.socket, bytes] = {}
        self._printers = printers
        self._stalled = stalled

    def _print(self, kiosk: str, job: socket.socket) -> None:
        data = self._asked.pop(job, b"") + job.recv(65536)
        if not data:
            self._over(kiosk, job)
            return
        # Between a job's commands alone: the server drains what dots of a picture seem to ask.
        asks = len(data) <= 3 and data.startswith(QUESTION[: len(data)])
        if asks and len(data) < 3:
            self._asked[job] = data
        elif asks:
            job.sendall(WELL)
        else:
            touch = self._touches[kiosk]
            touch.printed = time.monotonic_ns()
            touch.paper += len(data)

    def _over(self, kiosk: str, job: socket.socket) -> None:
        touch = self._touches.get(kiosk)
        if touch is not None and touch.paper:
            touch.closed = time.monotonic_ns()
        self._selector.unregister(job)
        job.close()

    def _answer(self, kiosk: str) -> None:
        super()._answer(kiosk)
        touch = self._touches[kiosk]
        if kiosk in self._stalled and touch.answered:
            touch.closed = touch.printed = touch.answered


@dataclass
class Hall:
    """A served hall with its kiosks."""

    server: Server
    kiosks: Answering
    tokens: dict[str, str]
    data: Path
    offered: dict[str, Iterator[str]]
    touches: list[Touch]

    def touch(self, *at: str) -> list[Touch]:
        """A ticket at each of these kiosks at once."""
        asked = {kiosk: {"service": next(self.offered[kiosk])} for kiosk in at}
        made = self.kiosks.touch(asked, self.tokens)
        self.touches += made
        return made


@contextmanager
def _hall(folder: Path, stalled: frozenset[str] = frozenset()) -> Iterator[Hall]:
    printers = {f"k{number}": Printer() for number in range(1, 5)}
    config = halls.with_printers(folder / "config", [each.port for each in printers.values()])
    plan = load_config(config).plan
    kiosks = Answering(printers, stalled)
    try:
        with halls.serve(folder / "data", config) as server:
            made = halls.tokens(folder / "data", [(kiosk, Role.KIOSK) for kiosk in printers], config)
            tokens = dict(zip(printers, made, strict=True))
            kiosks.connect(server.host, server.port)
            offered = {kiosk: cycle(_offered(plan, kiosk)) for kiosk in printers}
            yield Hall(server, kiosks, tokens, folder / "data", offered, [])
    finally:
        kiosks.close()
        for each in printers.values():
            each.listener.close()


def run(scale: Scale) -> Result:
    """One kiosk after the other, then four at once; then beside a hall of which one printer stalls."""
    count = scale.pick(200, 30)
    bare: list[float] = []
    with _hall(scale.folder / "well") as well:
        line = Line(well.server.host, well.server.port)
        asked = request("GET", "/healthz", line.host, {})

        def touch(*at: str) -> list[Touch]:
            bare.append(_bare(line, asked))
            return well.touch(*at)

        touch("k1", "k2", "k3", "k4")  # a warm-up
        bare.clear()
        turns = cycle(("k1", "k2", "k3", "k4"))
        alone = [each for _ in range(count) for each in touch(next(turns))]
        together = [each for _ in range(count // 2) for each in touch("k1", "k2", "k3", "k4")]
        with _hall(scale.folder / "stalled", frozenset({STALLED})) as stalled:
            rounds = [_in_turns(well, stalled, scale.pick(100, 20)) for _ in range(scale.pick(7, 3))]
        wrong = halls.audit(stalled.data, [each.ticket for each in stalled.touches])
    wrong += halls.audit(well.data, [each.ticket for each in well.touches])
    figures = [
        *_figures(alone, bare, "one kiosk"),
        *_figures(together, bare, "4 kiosks at once"),
        *_stalling(rounds, counted=not scale.quick),
    ]
    details = {
        "paper_bytes": middle([each.paper for each in alone]),
        "answered_ms": middle([(each.answered - each.sent) / 1e6 for each in alone]),
        "confirmed_ms": middle([(each.closed - each.sent) / 1e6 for each in alone]),
    }
    return Result(figures, wrong, details)


def _in_turns(well: Hall, stalled: Hall, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds until a number is given, in each hall, the same kiosk in both, one after the other."""
    told: tuple[list[float], list[float]] = ([], [])
    pairs = ((well, told[0]), (stalled, told[1]))
    for turn, kiosk in zip(range(count), cycle(("k1", "k2", "k3", "k4")), strict=False):
        for hall, times in pairs if turn % 2 else reversed(pairs):
            (touch,) = hall.touch(kiosk)
            times.append((touch.answered - touch.sent) / 1e6)
            time.sleep(PAUSE_S)
    return told


def _stalling(rounds: list[tuple[list[float], list[float]]], counted: bool) -> Iterator[Figure]:
    """The middle of the rounds' ratios: the 99th of a hundred alone is a hiccup of the machine."""
    for percent in (50, 99):
        told = [(percentile(well, percent), percentile(stalled, percent)) for well, stalled in rounds]
        yield Figure(
            f"a number given while one printer of 4 stalls, p{percent}",
            middle([stalled for _, stalled in told]),
            "ms",
            middle([well for well, _ in told]),
            "the same with all printers well",
            Goal(STALL_COSTS, counted=counted) if percent == 99 else None,
            middle([stalled / well for well, stalled in told]),
        )


def _figures(touches: list[Touch], bare: list[float], who: str) -> list[Figure]:
    told = [(each.printed - each.sent) / 1e6 for each in touches]
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
