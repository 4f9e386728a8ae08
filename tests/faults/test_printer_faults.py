"""Every fault of a printer at every step of a job: each ticket is on paper once, or a person is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from core.domain.hall import PrinterState, PrintState
from kiosk.printing import spooler
from kiosk.printing.simulator import FAULTS, Simulator
from kiosk.printing.speaking import STATUS_S
from tests.printing.halls import PrintingHall, eventually, paper_of

JOBS = int(os.environ.get("ANTREAN_FAULT_JOBS", "60"))
"""A fault; ``make long`` tries 500."""
STEPS = ("before", "asked", "begun", "middle", "cut", "never")
"""When the fault comes: before the job, at the question before it, at its first byte, in its middle, after
its last byte, or not at all. It ends with the job."""
TIMEOUTS_S = {"mute": 0.04, "garbage": 0.04}
"""Of a printer that does not answer each job waits two of them."""
SPARES = {
    "P1": {"kind": "network", "host": "127.0.0.1", "spare": "P2"},
    "P2": {"kind": "network", "host": "127.0.0.1"},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.press.compose", paper_of)


class Printers:
    """Two simulators, the first of which gets a fault at a step of its job."""

    def __init__(self) -> None:
        self.first = Simulator(width=384, moment=self._moment, slow=(128, 0.01))
        self.second = Simulator(width=384)
        self.step, self.fault = "never", ""
        for each in (self.first, self.second):
            each.start()

    def _moment(self, moment: str) -> None:
        if moment == self.step:
            self.first.fault = self.fault

    def breaks(self, step: str, fault: str) -> None:
        """From ``step`` of what is printed next."""
        self.step, self.fault = step, fault
        self.first.fault = fault if step == "before" else ""

    def well(self) -> None:
        self.step, self.first.fault = "never", ""

    def whole(self, job: str) -> int:
        """How often the whole ticket came out."""
        return sum(strip.whole and _name(job) in strip.data for strip in self._strips())

    def any_of(self, job: str) -> bool:
        """Whether a part of it is on paper."""
        return any(_name(job) in strip.data for strip in self._strips())

    def _strips(self) -> list:
        eventually(lambda: not (self.first.busy or self.second.busy))
        return [*self.first.strips, *self.second.strips]

    def stop(self) -> None:
        for each in (self.first, self.second):
            each.stop()


def _name(job: str) -> bytes:
    return f"({job})".encode()


@pytest.fixture
def printers() -> Iterator[Printers]:
    made = Printers()
    yield made
    made.stop()


def hall_with(printers: Printers, folder: Path, settings: dict) -> PrintingHall:
    ports = {"P1": printers.first.port, "P2": printers.second.port}
    return PrintingHall(folder, {ident: {**told, "port": ports[ident]} for ident, told in settings.items()})


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_ticket_is_on_paper_once_or_in_doubt(printers: Printers, tmp_path: Path, fault: str) -> None:
    told = {"kind": "network", "host": "127.0.0.1", "timeout_s": TIMEOUTS_S.get(fault, 0.06)}
    hall = hall_with(printers, tmp_path, {"P1": told})
    hall.start()
    steps = cycle(STEPS)
    ends = set()
    jobs = []
    for _ in range(JOBS):
        printers.breaks(next(steps), fault)
        jobs.append(job := hall.issue())
        end = hall.end(job)
        printers.well()
        if end.state == "failed":
            assert not printers.any_of(job), f"{job} has failed and is on paper"
            hall.again(job)  # a person, as the kiosk shows it
            end = hall.end(job)
        ends.add(end.state)
    hall.stop()
    states = {ident: job.state for ident, job in hall.jobs().items()}
    assert set(states) == set(jobs), "a job was lost"
    assert ends <= {"confirmed", "doubtful"}
    for job, state in states.items():
        times = printers.whole(job)
        if state is PrintState.CONFIRMED:
            assert times == 1, f"{job} is confirmed and {times} times on paper"
        else:
            assert state is PrintState.DOUBTFUL
            assert times <= 1, f"{job} came out {times} times"
    # What met no fault went well, whatever its neighbours met; a busy machine may be late with an answer.
    spared = [states[job] for job in jobs[STEPS.index("never") :: len(STEPS)]]
    assert spared.count(PrintState.CONFIRMED) >= 0.8 * len(spared)


@pytest.mark.parametrize("fault", ["paper-out", "cover-open"])
def test_what_the_printer_cannot_take_comes_out_at_its_spare_and_once(
    printers: Printers, tmp_path: Path, fault: str
) -> None:
    hall = hall_with(printers, tmp_path, SPARES)
    hall.start()
    printers.first.fault = fault
    jobs = [hall.issue() for _ in range(20)]
    eventually(lambda: all(job.state is PrintState.CONFIRMED for job in hall.jobs().values()))
    hall.stop()
    assert {job.printer for job in hall.jobs().values()} == {"P2"}
    assert [printers.whole(job) for job in jobs] == [1] * 20
    assert not printers.first.strips


def test_a_job_is_not_passed_round_between_two_printers_without_paper(
    printers: Printers, tmp_path: Path
) -> None:
    both = {"P1": SPARES["P1"], "P2": {**SPARES["P2"], "spare": "P1"}}
    hall = hall_with(printers, tmp_path, both)
    hall.start()
    hall.end(hall.issue("K2"))  # by now both were asked, and were well
    printers.first.fault = printers.second.fault = "paper-out"
    job = hall.issue()
    assert hall.end(job).state == "failed"
    assert hall.end(job).state == "failed"
    assert hall.reports.empty()
    printers.second.fault = ""
    hall.again(job)
    assert hall.end(job).state == "confirmed"
    hall.stop()
    assert printers.whole(job) == 1


def test_a_fault_and_its_end_are_seen_without_any_job(
    printers: Printers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pace of the looks is shortened; at its own it is within the 10 s that are promised."""
    assert spooler.LOOK_S + STATUS_S < 10
    monkeypatch.setattr(spooler, "LOOK_S", 0.05)
    hall = hall_with(printers, tmp_path, {"P1": {"kind": "network", "host": "127.0.0.1"}})
    hall.start()
    for fault, state in (
        ("paper-out", PrinterState.PAPER_OUT),
        ("near-end", PrinterState.NEAR_END),
        ("cover-open", PrinterState.COVER_OPEN),
        ("mute", PrinterState.MUTE),
    ):
        printers.first.fault = fault
        eventually(lambda state=state: (told := hall.printer("P1")) and told.state is state)
        printers.first.fault = ""
        eventually(lambda: hall.printer("P1").state is PrinterState.OK)
    assert printers.first.strips == []  # nobody was disturbed: asking prints nothing
    printers.first.stop()
    eventually(lambda: hall.printer("P1").state is PrinterState.OFFLINE)
    hall.stop()
