"""The press between the hall and its printers: a restart, a spare, a printer at a kiosk's own computer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import commands as c
from core.domain.hall import PrinterState, PrintState
from core.domain.staff import SYSTEM
from core.ports import StoreError
from kiosk import press
from tests.printing.halls import PrintingHall, eventually, paper_of

VIRTUAL = {"P1": {}, "P2": {}}
WAYS = {
    "queued": (),
    "sending": ("sending",),
    "sent": ("sending", "sent"),
    "confirmed": ("sending", "sent", "confirmed"),
    "failed": ("sending", "failed"),
    "doubtful": ("sending", "doubtful"),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.press.compose", paper_of)


@pytest.fixture
def made(tmp_path: Path) -> Iterator:
    halls: list[PrintingHall] = []

    def make(printers: dict) -> PrintingHall:
        halls.append(PrintingHall(tmp_path, printers))
        return halls[-1]

    yield make
    for hall in halls:
        hall.stop()


def report(hall: PrintingHall, job: str, *states: str) -> None:
    for state in states:
        hall.engine.do(c.ReportPrint(SYSTEM, job, state))


def papers(hall: PrintingHall, folder: Path, job: str) -> int:
    return len(list(folder.glob(f"printer/*/{job}.bin")))


# -- a restart -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "becomes", "words"),
    [
        ("queued", "confirmed", ""),
        ("sending", "doubtful", "the hall stopped while it was sent"),
        ("sent", "doubtful", "the hall stopped before the printer answered"),
        ("confirmed", "confirmed", ""),
        ("failed", "failed", ""),
        ("doubtful", "doubtful", ""),
    ],
)
def test_a_start_prints_what_waits_and_doubts_what_was_under_way(made, tmp_path, found, becomes, words):
    hall = made(VIRTUAL)
    job = hall.issue()
    report(hall, job, *WAYS[found])
    hall.start()
    last = hall.issue()
    hall.end(last)
    eventually(lambda: hall.jobs()[job].state == becomes)
    assert hall.jobs()[job].detail == words
    assert papers(hall, tmp_path, job) == (found == "queued")


def test_what_a_printer_without_answers_was_sent_stays_sent(made):
    hall = made({"P1": {"kind": "file", "device": "/dev/null", "answers": False}, "P2": {}})
    job = hall.issue()
    report(hall, job, "sending", "sent")
    hall.start()
    other = hall.issue("K2")
    hall.end(other)
    assert hall.jobs()[job].state is PrintState.SENT


def test_what_waits_for_a_printer_that_left_the_configuration_fails(made):
    hall = made({"P2": {}})
    job = hall.issue()
    hall.start()
    assert hall.end(job).detail == "unknown printer P1"
    assert hall.jobs()[job].permanent


def test_printed_again_it_is_a_copy_and_the_number_is_the_same(made, tmp_path):
    hall = made(VIRTUAL)
    job = hall.issue()
    report(hall, job, "sending")
    hall.start()
    assert hall.end(job).state == "doubtful" or hall.jobs()[job].state is PrintState.DOUBTFUL
    hall.again(job)
    copy = job.replace(".1", ".2")
    assert hall.end(copy).state == "confirmed"
    assert hall.jobs()[copy].copy == 1
    assert (papers(hall, tmp_path, job), papers(hall, tmp_path, copy)) == (0, 1)


# -- the ledger ------------------------------------------------------------------------------------


def test_nothing_is_printed_while_the_hall_cannot_keep_that_it_begins(made, tmp_path, monkeypatch):
    hall = made(VIRTUAL)
    monkeypatch.setattr("kiosk.printing.spooler.AGAIN_S", 0.01)
    carry_out, refused = hall.engine.do, []

    def full(command, *rest):
        if isinstance(command, c.ReportPrint) and len(refused) < 3:
            refused.append(papers(hall, tmp_path, command.job))
            raise StoreError("disk full")
        return carry_out(command, *rest)

    monkeypatch.setattr(hall.engine, "do", full)
    hall.start()
    job = hall.issue()
    assert hall.end(job).state == "confirmed"
    assert refused == [0, 0, 0]
    assert papers(hall, tmp_path, job) == 1


# -- spare -----------------------------------------------------------------------------------------


def test_a_job_goes_to_the_spare_where_that_one_is_well(made, tmp_path):
    hall = made({"P1": {"spare": "P2"}, "P2": {}})
    broken(tmp_path, "P1", "paper-out")
    hall.start()
    job = hall.issue()
    assert hall.end(job).state == "failed"
    assert hall.end(job).state == "confirmed"
    assert hall.jobs()[job].printer == "P2"
    assert papers(hall, tmp_path, job) == 1


def test_a_spare_without_paper_gets_nothing(made, tmp_path):
    hall = made({"P1": {"spare": "P2"}, "P2": {}})
    hall.engine.do(c.ReportPrinter(SYSTEM, "P2", "paper_out", "paper-out"))
    broken(tmp_path, "P1", "paper-out")
    broken(tmp_path, "P2", "paper-out")
    hall.start()
    job = hall.issue()
    assert hall.end(job).state == "failed"
    assert hall.jobs()[job].printer == "P1"


def broken(folder: Path, printer: str, fault: str) -> None:
    (folder / "printer" / printer).mkdir(parents=True, exist_ok=True)
    (folder / "printer" / printer / "fault").write_text(fault)


# -- what another printer could not take at once -------------------------------------------------------


class Reroutes:
    """The engine; ``trouble`` happens to the first ``times`` wishes to move a job."""

    def __init__(self, hall: PrintingHall, trouble, times: int) -> None:
        self.asked = 0
        self._carry_out, self._trouble, self._times = hall.engine.do, trouble, times

    def __call__(self, command, *rest):
        if isinstance(command, c.ReroutePrint):
            self.asked += 1
            if self.asked <= self._times:
                self._trouble(command)
        return self._carry_out(command, *rest)


def full(_command) -> None:
    raise StoreError("disk full")


@pytest.fixture
def hurry(monkeypatch):
    monkeypatch.setattr("kiosk.press.REROUTE_S", 0.01)


def test_a_move_that_could_not_be_kept_is_made_again(made, tmp_path, monkeypatch, hurry):
    hall = made({"P1": {"spare": "P2"}, "P2": {}})
    reroutes = Reroutes(hall, full, 3)
    monkeypatch.setattr(hall.engine, "do", reroutes)
    broken(tmp_path, "P1", "paper-out")
    hall.start()
    job = hall.issue()
    assert hall.end(job).state == "failed"
    assert hall.end(job).state == "confirmed"
    assert (hall.jobs()[job].printer, reroutes.asked) == ("P2", 4)
    assert papers(hall, tmp_path, job) == 1


def test_a_spare_that_is_well_again_gets_what_waits_for_it(made, tmp_path, hurry):
    hall = made({"P1": {"spare": "P2"}, "P2": {"kind": "agent"}})
    hall.engine.do(c.ReportPrinter(SYSTEM, "P2", "paper_out", "paper-out"))
    broken(tmp_path, "P1", "paper-out")
    hall.start()
    job = hall.issue()
    assert hall.end(job).state == "failed"
    hall.engine.do(c.ReportPrinter(SYSTEM, "P2", "ok", ""))
    eventually(lambda: hall.jobs()[job].printer == "P2")
    assert hall.jobs()[job].state is PrintState.QUEUED


def test_trying_ends_and_is_told(made, tmp_path, monkeypatch, hurry, caplog):
    hall = made({"P1": {"spare": "P2"}, "P2": {}})
    reroutes = Reroutes(hall, full, 10_000)
    monkeypatch.setattr(hall.engine, "do", reroutes)
    broken(tmp_path, "P1", "paper-out")
    hall.start()
    job = hall.issue()
    eventually(lambda: any("no other printer took" in each for each in caplog.messages))
    assert reroutes.asked == press.REROUTE_TRIES
    assert (hall.jobs()[job].state, hall.jobs()[job].printer) == ("failed", "P1")


def test_a_job_that_its_kiosk_took_at_that_very_moment_goes_to_the_spare_when_it_fails(
    made, tmp_path, monkeypatch
):
    hall = made({"P1": {"kind": "agent", "spare": "P2"}, "P2": {}})
    job = hall.issue()

    def claimed(command) -> None:
        report(hall, command.job, "sending")  # and the move is refused

    reroutes = Reroutes(hall, claimed, 1)
    hall.start()
    monkeypatch.setattr(hall.engine, "do", reroutes)
    hall.engine.do(c.ReportPrinter(SYSTEM, "P1", "offline", "the kiosk is gone"))
    eventually(lambda: reroutes.asked == 1 and hall.jobs()[job].state == "sending")
    report(hall, job, "failed")
    eventually(lambda: hall.jobs()[job].state == "confirmed")
    assert (hall.jobs()[job].printer, papers(hall, tmp_path, job)) == ("P2", 1)


def test_a_job_is_not_passed_round_in_circles(made):
    hall = made({"P1": {"kind": "agent", "spare": "P2"}, "P2": {"kind": "agent", "spare": "P1"}})
    hall.start()
    job, other = hall.issue(), hall.issue()
    report(hall, job, "sending", "failed")
    eventually(lambda: hall.jobs()[job].printer == "P2")
    report(hall, job, "sending", "failed")
    report(hall, other, "sending", "failed")
    eventually(lambda: hall.jobs()[other].printer == "P2")
    assert (hall.jobs()[job].printer, hall.jobs()[job].state) == ("P2", "failed")
    hall.again(job)  # a person begins anew
    report(hall, job, "sending", "failed")
    eventually(lambda: hall.jobs()[job].printer == "P1")


def test_a_job_for_a_printer_that_is_gone_goes_to_the_one_that_its_kiosk_has_now(made, tmp_path):
    hall = made(VIRTUAL)
    job = hall.issue()
    hall.engine.do(c.ReroutePrint(SYSTEM, job, "P0"))  # what kiosk K1 had before
    hall.start()
    assert hall.end(job).detail == "unknown printer P0"
    assert hall.end(job).state == "confirmed"
    assert (hall.jobs()[job].printer, papers(hall, tmp_path, job)) == ("P1", 1)


# -- a printer at a kiosk's own computer -------------------------------------------------------------


def test_its_jobs_wait_for_the_kiosk_and_are_not_doubted_here(made):
    hall = made({"P1": {"kind": "agent"}, "P2": {}})
    waits, under_way = hall.issue(), hall.issue()
    report(hall, under_way, "sending")
    hall.start()
    last = hall.issue("K2")
    hall.end(last)
    assert [hall.jobs()[job].state for job in (waits, under_way)] == ["queued", "sending"]


def test_what_waits_for_it_goes_to_the_spare_when_it_cannot_print(made, tmp_path):
    hall = made({"P1": {"kind": "agent", "spare": "P2"}, "P2": {}})
    waits, under_way = hall.issue(), hall.issue()
    report(hall, under_way, "sending")
    hall.start()
    hall.engine.do(c.ReportPrinter(SYSTEM, "P1", "offline", "the kiosk is gone"))
    assert hall.end(waits).state == "confirmed"
    assert (hall.jobs()[waits].printer, papers(hall, tmp_path, waits)) == ("P2", 1)
    assert hall.jobs()[under_way].state is PrintState.SENDING


# -- how printers are ------------------------------------------------------------------------------


def test_printers_that_were_always_well_write_nothing_into_the_log(made):
    hall = made(VIRTUAL)
    hall.start()
    hall.end(hall.issue())
    assert hall.printer("P1") is None


def test_the_fault_of_a_virtual_printer_is_told_and_its_end_too(made, tmp_path, monkeypatch):
    monkeypatch.setattr("kiosk.printing.spooler.LOOK_S", 0.02)
    hall = made(VIRTUAL)
    broken(tmp_path, "P2", "cover-open")
    hall.start()
    eventually(lambda: (told := hall.printer("P2")) and told.state is PrinterState.COVER_OPEN)
    (tmp_path / "printer" / "P2" / "fault").unlink()
    eventually(lambda: hall.printer("P2").state is PrinterState.OK)
    assert hall.printer("P1") is None
