"""The spooler: every job ends in one report, and no printer waits for another."""

import queue
import threading

import pytest

from kiosk.printing.port import PrinterTrouble
from kiosk.printing.spooler import PAUSES, PAUSES_WHEN_FAILING, REPORT_PAUSES, Spooler

REFUSED = PrinterTrouble("refused", lasting=False)
PAPER_OUT = PrinterTrouble("paper out", lasting=True)
STALLED = PrinterTrouble("stalled", lasting=False, doubtful=True)


class Paper:
    """A printer that meets the troubles it is given, one a try, and then prints."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.jobs: list[tuple[str, bytes]] = []
        self.tries = 0

    def send(self, data: bytes, job: str) -> None:
        self.tries += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.jobs.append((job, data))


class Stalled:
    """A printer that holds its thread until it is released."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()
        self.jobs: list[str] = []

    def send(self, data: bytes, job: str) -> None:
        self.entered.set()
        self.release.wait(10)
        self.jobs.append(job)


class Ledger:
    """Takes the reports."""

    def __init__(self) -> None:
        self.reports: queue.Queue = queue.Queue()
        self.refuse = 0

    def __call__(self, job: str, state: str, detail: str) -> None:
        if self.refuse:
            self.refuse -= 1
            raise RuntimeError("disk full")
        self.reports.put((job, state, detail))

    def next(self) -> tuple[str, str, str]:
        return self.reports.get(timeout=5)


def compose(job: str, ticket: str, printer: str) -> bytes:
    return f"{job} {ticket} {printer}".encode()


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def spool(threads, ledger):
    def make(printers, pending=(), compose=compose) -> Spooler:
        spooler = Spooler(printers, threads, compose, ledger)
        spooler.start(pending)
        return spooler

    return make


def test_a_job_is_composed_printed_and_reported(spool, ledger):
    paper = Paper()
    spool({"p": paper}).submit("j1", "t1", "p")
    assert ledger.next() == ("j1", "sent", "")
    assert paper.jobs == [("j1", b"j1 t1 p")]


def test_what_an_earlier_run_left_is_printed_first_and_in_order(spool, ledger):
    paper = Paper()
    spooler = spool({"p": paper}, pending=[("j1", "t", "p"), ("j2", "t", "p")])
    spooler.submit("j3", "t", "p")
    assert [ledger.next()[0] for _ in range(3)] == ["j1", "j2", "j3"]
    assert [job for job, _ in paper.jobs] == ["j1", "j2", "j3"]


def test_a_stalled_printer_delays_no_other(spool, ledger):
    stalled, paper = Stalled(), Paper()
    spooler = spool({"a": stalled, "b": paper})
    spooler.submit("j1", "t", "a")
    assert stalled.entered.wait(5)
    spooler.submit("j2", "t", "b")
    assert ledger.next() == ("j2", "sent", "")
    stalled.release.set()
    assert ledger.next() == ("j1", "sent", "")


def test_a_printer_that_comes_back_prints_the_job_it_refused(spool, ledger, threads):
    paper = Paper(REFUSED, REFUSED)
    spooler = spool({"p": paper})
    spooler.submit("j1", "t", "p")
    assert ledger.next() == ("j1", "sent", "")
    assert threads.pauses == [1.0, 2.0]
    assert spooler.state("p") == "ok"


def test_after_the_last_try_the_job_has_failed_with_the_printers_words(spool, ledger, threads):
    paper = Paper(*[REFUSED] * 4)
    spooler = spool({"p": paper})
    spooler.submit("j1", "t", "p")
    assert ledger.next() == ("j1", "failed", "refused")
    assert threads.pauses == list(PAUSES)
    assert paper.tries == 1 + len(PAUSES)
    assert (spooler.state("p"), spooler.trouble("p")) == ("failing", "refused")


def test_while_a_printer_fails_the_next_jobs_hear_of_it_soon(spool, ledger, threads):
    paper = Paper(PAPER_OUT, REFUSED, REFUSED)
    spooler = spool({"p": paper})
    spooler.submit("j1", "t", "p")
    spooler.submit("j2", "t", "p")
    spooler.submit("j3", "t", "p")
    assert [ledger.next() for _ in range(3)] == [
        ("j1", "failed", "paper out"),
        ("j2", "failed", "refused"),
        ("j3", "sent", ""),
    ]
    assert threads.pauses == list(PAUSES_WHEN_FAILING)
    assert (spooler.state("p"), spooler.trouble("p")) == ("ok", "")


def test_in_doubt_a_job_is_never_tried_again_by_itself(spool, ledger, threads):
    paper = Paper(STALLED)
    spool({"p": paper}).submit("j1", "t", "p")
    assert ledger.next() == ("j1", "failed", "doubtful: stalled")
    assert paper.tries == 1
    assert threads.pauses == []


def test_an_adapter_that_breaks_leaves_doubt_and_the_thread_lives(spool, ledger):
    paper = Paper(ZeroDivisionError("oops"))
    spooler = spool({"p": paper})
    spooler.submit("j1", "t", "p")
    assert ledger.next() == ("j1", "failed", "doubtful: ZeroDivisionError: oops")
    spooler.submit("j2", "t", "p")
    assert ledger.next() == ("j2", "sent", "")


def test_a_ticket_that_cannot_be_composed_does_not_stop_the_next(spool, ledger):
    def broken(job: str, ticket: str, printer: str) -> bytes:
        if job == "j1":
            raise KeyError(ticket)
        return b""

    paper = Paper()
    spooler = spool({"p": paper}, compose=broken)
    spooler.submit("j1", "t1", "p")
    spooler.submit("j2", "t2", "p")
    assert ledger.next() == ("j1", "failed", "compose KeyError: 't1'")
    assert ledger.next() == ("j2", "sent", "")
    assert spooler.state("p") == "ok"  # the printer is not to blame


def test_a_failed_job_can_be_given_again(spool, ledger):
    spooler = spool({"p": Paper(PAPER_OUT)})
    spooler.submit("j1", "t", "p")
    assert ledger.next()[1] == "failed"
    spooler.submit("j1", "t", "p")
    assert ledger.next() == ("j1", "sent", "")


def test_a_job_given_twice_while_it_waits_is_printed_once(spool, ledger):
    stalled = Stalled()
    spooler = spool({"p": stalled})
    spooler.submit("j1", "t", "p")
    assert stalled.entered.wait(5)
    for _ in range(3):
        spooler.submit("j1", "t", "p")
        spooler.submit("j2", "t", "p")
    stalled.release.set()
    assert [ledger.next()[0] for _ in range(2)] == ["j1", "j2"]
    spooler.submit("j3", "t", "p")
    assert ledger.next()[0] == "j3"
    assert stalled.jobs == ["j1", "j2", "j3"]


def test_a_printer_nobody_has_is_a_failure_not_a_loss(spool, ledger):
    spooler = spool({"p": Paper()}, pending=[("j1", "t", "gone")])
    assert ledger.next() == ("j1", "failed", "unknown printer gone")
    spooler.submit("j2", "t", "p")
    assert ledger.next() == ("j2", "sent", "")


def test_a_report_that_was_not_taken_is_made_again(spool, ledger, threads):
    ledger.refuse = 2
    paper = Paper()
    spooler = spool({"p": paper})
    spooler.submit("j1", "t", "p")
    assert ledger.next() == ("j1", "sent", "")
    assert threads.pauses == list(REPORT_PAUSES[:2])
    assert len(paper.jobs) == 1
