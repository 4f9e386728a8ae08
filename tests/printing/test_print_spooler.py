"""The spooler: one thread a printer, no printer waits for another, and the hall knows how each one is."""

import queue
import threading

import pytest

from core.domain.hall import PrinterState
from kiosk.printing.port import NotKept, NotWanted, PrinterTrouble, Status
from kiosk.printing.spooler import AGAIN_S, Order, Spooler
from tests.running import PATIENCE_S

REFUSED = PrinterTrouble("refused", lasting=False)
PAPER_OUT = PrinterTrouble("paper out", lasting=True, state=PrinterState.PAPER_OUT)
WELL = Status(PrinterState.OK)


class Paper:
    """A printer that meets the troubles it is given, one a try, and then prints."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.jobs: list[tuple[str, bytes]] = []
        self.tries = 0
        self.state = WELL

    def send(self, data: bytes, job: str, sent=lambda: None) -> bool:
        self.tries += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.jobs.append((job, data))
        sent()
        return True

    def status(self) -> Status:
        return self.state


class Stalled(Paper):
    """A printer that holds its thread until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.release = threading.Event()

    def send(self, data: bytes, job: str, sent=lambda: None) -> bool:
        self.entered.set()
        self.release.wait(10)
        return super().send(data, job, sent)


class Hall:
    """Takes the reports; composes what names the job."""

    def __init__(self) -> None:
        self.reports: queue.Queue = queue.Queue()
        self.states: queue.Queue = queue.Queue()
        self.refuse: list[Exception] = []
        self.broken: set[str] = set()

    def compose(self, order: Order) -> bytes:
        if order.job in self.broken:
            raise KeyError(order.ticket)
        return f"{order.job} {order.ticket} {order.printer}".encode()

    def tell(self, job: str, state: str, detail: str, permanent: bool) -> None:
        if self.refuse:
            raise self.refuse.pop(0)
        self.reports.put((job, state, detail))

    def tell_printer(self, printer: str, status: Status) -> None:
        self.states.put((printer, status))

    def end(self) -> tuple[str, str, str]:
        """The next report that is a job's end."""
        while (told := self.reports.get(timeout=PATIENCE_S))[1] in {"sending", "sent"}:
            pass
        return told


@pytest.fixture
def hall():
    return Hall()


@pytest.fixture
def spool(threads, hall):
    def make(printers, pending=()) -> Spooler:
        spooler = Spooler(printers, threads, hall)
        spooler.start(pending, watch=False)
        return spooler

    return make


def order(job: str, printer: str = "p") -> Order:
    return Order(job, f"t-{job}", printer)


def test_a_job_is_composed_printed_and_reported_step_by_step(spool, hall):
    paper = Paper()
    spool({"p": paper}).submit(order("j1"))
    steps = [hall.reports.get(timeout=PATIENCE_S) for _ in range(3)]
    assert steps == [("j1", "sending", ""), ("j1", "sent", ""), ("j1", "confirmed", "")]
    assert paper.jobs == [("j1", b"j1 t-j1 p")]


def test_what_an_earlier_run_left_is_printed_first_and_in_order(spool, hall):
    paper = Paper()
    spooler = spool({"p": paper}, pending=[order("j1"), order("j2")])
    spooler.submit(order("j3"))
    assert [hall.end()[0] for _ in range(3)] == ["j1", "j2", "j3"]
    assert [job for job, _ in paper.jobs] == ["j1", "j2", "j3"]


def test_a_stalled_printer_delays_no_other(spool, hall):
    stalled, paper = Stalled(), Paper()
    spooler = spool({"a": stalled, "b": paper})
    spooler.submit(order("j1", "a"))
    assert stalled.entered.wait(PATIENCE_S)
    spooler.submit(order("j2", "b"))
    assert hall.end() == ("j2", "confirmed", "")
    stalled.release.set()
    assert hall.end() == ("j1", "confirmed", "")


def test_while_a_printer_fails_the_next_jobs_hear_of_it_soon(spool, hall, threads):
    spooler = spool({"p": Paper(PAPER_OUT, REFUSED, REFUSED)})
    for job in ("j1", "j2", "j3"):
        spooler.submit(order(job))
    assert [hall.end() for _ in range(3)] == [
        ("j1", "failed", "paper out"),
        ("j2", "failed", "refused"),
        ("j3", "confirmed", ""),
    ]
    assert threads.pauses == [1.0]


def test_a_ticket_that_cannot_be_composed_does_not_stop_the_next(spool, hall):
    hall.broken.add("j1")
    spooler = spool({"p": Paper()})
    spooler.submit(order("j1"))
    spooler.submit(order("j2"))
    assert hall.end() == ("j1", "failed", "compose KeyError: 't-j1'")
    assert hall.end() == ("j2", "confirmed", "")
    assert hall.states.empty()  # the printer is not to blame


def test_a_failed_job_can_be_given_again_as_soon_as_that_is_known(spool, hall):
    spooler = spool({"p": Paper(PAPER_OUT)})
    tell = hall.tell

    def again(job: str, state: str, detail: str, permanent: bool) -> None:
        tell(job, state, detail, permanent)
        if state == "failed":
            spooler.submit(order(job))

    hall.tell = again
    spooler.submit(order("j1"))
    assert hall.end()[1] == "failed"
    assert hall.end() == ("j1", "confirmed", "")


def test_a_job_given_twice_while_it_waits_is_printed_once(spool, hall):
    stalled = Stalled()
    spooler = spool({"p": stalled})
    spooler.submit(order("j1"))
    assert stalled.entered.wait(PATIENCE_S)
    for _ in range(3):
        spooler.submit(order("j1"))
        spooler.submit(order("j2"))
    stalled.release.set()
    assert [hall.end()[0] for _ in range(2)] == ["j1", "j2"]
    spooler.submit(order("j3"))
    assert hall.end()[0] == "j3"
    assert [job for job, _ in stalled.jobs] == ["j1", "j2", "j3"]


def test_a_stopped_spooler_ends_the_job_in_hand_and_leaves_the_rest_waiting(spool, hall):
    stalled = Stalled()
    spooler = spool({"p": stalled})
    spooler.submit(order("j1"))
    assert stalled.entered.wait(PATIENCE_S)
    spooler.submit(order("j2"))
    spooler.stop()
    stalled.release.set()
    assert hall.end() == ("j1", "confirmed", "")
    with pytest.raises(queue.Empty):
        hall.reports.get(timeout=0.3)


def test_a_printer_nobody_has_is_a_failure_not_a_loss(spool, hall):
    spooler = spool({"p": Paper()}, pending=[order("j1", "gone")])
    assert hall.end() == ("j1", "failed", "unknown printer gone")
    spooler.submit(order("j2"))
    assert hall.end() == ("j2", "confirmed", "")


def test_a_job_that_is_no_longer_wanted_is_dropped_unprinted(spool, hall):
    hall.refuse = [NotWanted("job_state")]
    paper = Paper()
    spooler = spool({"p": paper})
    spooler.submit(order("j1"))
    spooler.submit(order("j2"))
    assert hall.end() == ("j2", "confirmed", "")
    assert [job for job, _ in paper.jobs] == ["j2"]


def test_a_job_whose_beginning_could_not_be_kept_is_begun_again_later(spool, hall, threads):
    hall.refuse = [NotKept("disk full")]
    paper = Paper()
    spool({"p": paper}).submit(order("j1"))
    assert hall.end() == ("j1", "confirmed", "")
    assert threads.pauses == [AGAIN_S]
    assert len(paper.jobs) == 1


# -- how the printers are --------------------------------------------------------------------------


def test_trouble_is_told_at_the_first_try_and_its_end_after_the_next_job(spool, hall):
    paper = Paper(REFUSED)
    spooler = spool({"p": paper})
    spooler.submit(order("j1"))
    assert hall.states.get(timeout=PATIENCE_S) == ("p", Status(PrinterState.OFFLINE, "refused"))
    assert hall.end() == ("j1", "confirmed", "")
    assert hall.states.get(timeout=PATIENCE_S) == ("p", WELL)


def test_after_trouble_the_printer_is_asked_at_once(spool, hall):
    paper = Paper(PrinterTrouble("stalled", lasting=False, doubtful=True))
    paper.state = Status(PrinterState.COVER_OPEN, "cover open")
    spool({"p": paper}).submit(order("j1"))
    assert hall.states.get(timeout=PATIENCE_S)[1].detail == "stalled"
    assert hall.states.get(timeout=PATIENCE_S) == ("p", paper.state)


def test_only_news_are_told(spool, hall):
    paper = Paper()
    spooler = spool({"p": paper})
    paper.state = Status(PrinterState.NEAR_END, "paper near its end")
    for job in ("j1", "j2", "j3"):
        spooler.look("p")
        spooler.submit(order(job))
        hall.end()
    assert hall.states.get(timeout=PATIENCE_S) == ("p", paper.state)
    assert hall.states.empty()


def test_what_the_hall_could_not_keep_of_a_printer_is_told_at_the_next_look(spool, hall):
    spooler = spool({"p": Paper()})
    keep, refused = hall.tell_printer, []

    def full(printer: str, status: Status) -> None:
        if not refused:
            refused.append(status)
            raise NotKept("disk full")
        keep(printer, status)

    hall.tell_printer = full
    for job in ("j1", "j2"):
        spooler.look("p")
        spooler.submit(order(job))
        hall.end()
    assert hall.states.get(timeout=PATIENCE_S) == ("p", WELL)


def test_an_adapter_that_cannot_even_be_asked_leaves_the_thread_alive(spool, hall):
    paper = Paper()
    paper.status = lambda: 1 / 0
    spooler = spool({"p": paper})
    spooler.look("p")
    spooler.submit(order("j1"))
    assert hall.end() == ("j1", "confirmed", "")
