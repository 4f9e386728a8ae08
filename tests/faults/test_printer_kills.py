"""The hall dies between a ticket's commit and its confirmation: none is lost, none printed twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.hall import PrintState
from core.store.memory import MemoryStore
from kiosk.printing.simulator import Simulator
from tests.printing.halls import PrintingHall, eventually, paper_of

KILLS = 200
POINTS = (
    ("before", "sending"),
    ("after", "sending"),
    ("moment", "asked"),
    ("moment", "begun"),
    ("moment", "middle"),
    ("moment", "cut"),
    ("before", "sent"),
    ("after", "sent"),
    ("before", "confirmed"),
    ("after", "confirmed"),
)
"""Around each report that is kept, and at each moment of the paper."""
OVER = frozenset({PrintState.CONFIRMED, PrintState.DOUBTFUL})


class Mortal(PrintingHall):
    """A hall that is gone from a point on: nothing of it is kept any more, its threads end where they are."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.dead = threading.Event()
        self.point = ("", "")
        self._carry_out = self.engine.do
        self.engine.do = self._do  # type: ignore[method-assign]

    def _do(self, command: Any, *rest: Any) -> Any:
        if isinstance(command, c.IssueTicket):  # of the test itself, not of a thread that dies
            return self._carry_out(command, *rest)
        step = command.state if isinstance(command, c.ReportPrint) else ""
        self.dies(("before", step))
        done = self._carry_out(command, *rest)
        self.dies(("after", step))
        return done

    def dies(self, here: tuple[str, str]) -> None:
        if here == self.point:
            self.dead.set()
        if self.dead.is_set() and here[0] != "moment":
            raise SystemExit


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator(width=384)
    made.start()
    yield made
    made.stop()


def test_after_each_of_200_deaths_every_ticket_is_printed_once_or_doubted(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.press.compose", paper_of)
    store, points = MemoryStore(), cycle(POINTS)
    printers = {"P1": {"kind": "network", "host": "127.0.0.1", "port": simulator.port, "timeout_s": 1.0}}
    hall = Mortal(tmp_path, printers, store)
    hall.start()
    ends: dict[tuple[str, str], set[str]] = {}
    for number in range(KILLS):
        hall.number = number
        eventually(lambda: not simulator.busy)
        hall.point = next(points)
        simulator.moment = lambda moment, hall=hall: hall.dies(("moment", moment))
        job = hall.issue()
        assert hall.dead.wait(10), hall.point
        hall.stop()
        eventually(lambda: not simulator.busy)
        point, hall = hall.point, Mortal(tmp_path, printers, store)
        hall.start()
        eventually(lambda job=job, hall=hall: hall.jobs()[job].state in OVER)
        eventually(lambda: not simulator.busy)
        state = hall.jobs()[job].state
        times = sum(strip.whole and f"({job})".encode() in strip.data for strip in simulator.strips)
        assert times == 1 if state is PrintState.CONFIRMED else times <= 1, (point, state, times)
        ends.setdefault(point, set()).add(state.value)
    hall.stop()
    # It is asked between jobs too, at each start: then nothing was begun.
    assert ends.pop(("moment", "asked")) <= {"confirmed", "doubtful"}
    assert ends == {
        ("before", "sending"): {"confirmed"},
        **{point: {"doubtful"} for point in POINTS[1:-1] if point[1] != "asked"},
        ("after", "confirmed"): {"confirmed"},
    }
