"""The agent's work, with a hall and a printer that do what a test needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from core.domain.hall import PrinterState
from kiosk.agent.wire import Away, OpenJob, Refused
from kiosk.agent.work import AWAY_S, STATUS_S, STRANGE_S, Work
from kiosk.printing.port import PrinterTrouble, Sent, Status, unheard


@dataclass
class Hall:
    """Keeps jobs as the server does. ``away``: fails so many requests, carried out (``heard``) or not."""

    jobs_: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    statuses: list[tuple[str, str]] = field(default_factory=list)
    away: int = 0
    heard: bool = False
    refusal: Refused | None = None
    trouble: Callable[[str], None] = lambda _: None

    def _line(self, carry_out: Callable[[], None] = lambda: None) -> None:
        if self.refusal is not None:
            raise self.refusal
        if self.away:
            self.away -= 1
            if self.heard:
                carry_out()
            raise Away("no answer")
        carry_out()

    def jobs(self) -> list[OpenJob]:
        self._line()
        ended = {"confirmed"}
        return [OpenJob(job, job.upper(), state) for job, state in self.jobs_.items() if state not in ended]

    def paper(self, job: str) -> bytes:
        self.trouble(job)
        self._line()
        return f"paper of {job}".encode()

    def claim(self, job: str, key: str) -> None:
        def carry_out() -> None:
            if self.jobs_[job] == "queued":
                self.jobs_[job], self.keys[job] = "sending", key
            elif self.jobs_[job] != "sending" or self.keys.get(job) != key:
                raise Refused(409, "job_state", "", self.jobs_[job])

        self._line(carry_out)

    def report(self, job: str, state: str, detail: str, permanent: bool) -> None:
        def carry_out() -> None:
            self.jobs_[job] = state

        self._line(carry_out)

    def status(self, state: str, detail: str) -> int:
        self._line(lambda: self.statuses.append((state, detail)))
        return sum(each == "queued" for each in self.jobs_.values())


@dataclass
class Paper:
    """A printer that remembers what came out."""

    out: list[str] = field(default_factory=list)
    now: Status = field(default_factory=lambda: Status(PrinterState.OK))
    trouble: list[PrinterTrouble] = field(default_factory=list)
    confirms: bool = True
    asked: int = 0

    def send(self, data: bytes, job: str, sent: Sent = unheard) -> bool:
        if self.trouble:
            raise self.trouble.pop(0)
        self.out.append(job)
        sent()
        return self.confirms

    def status(self) -> Status:
        self.asked += 1
        return self.now


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def printer() -> Paper:
    return Paper()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def work(hall: Hall, printer: Paper, clock: Clock) -> Work:
    return Work(hall, printer, steady=clock)


def test_what_waits_is_printed_oldest_first_and_confirmed(hall: Hall, printer: Paper, work: Work) -> None:
    hall.jobs_ = {"a": "queued", "b": "queued"}
    work.turn()
    assert printer.out == ["a", "b"]
    assert set(hall.jobs_.values()) == {"confirmed"}
    assert hall.statuses == [("ok", "")]


def test_what_an_earlier_agent_left_under_way_is_doubtful_and_not_printed(
    hall: Hall, printer: Paper, work: Work
) -> None:
    hall.jobs_ = {"a": "sending", "b": "sent", "c": "failed", "d": "doubtful", "e": "queued"}
    work.turn()
    assert hall.jobs_ == {"a": "doubtful", "b": "doubtful", "c": "failed", "d": "doubtful", "e": "confirmed"}
    assert printer.out == ["e"]


def test_a_printer_that_answers_nothing_leaves_its_jobs_sent(hall: Hall, clock: Clock) -> None:
    hall.jobs_ = {"a": "sent", "b": "queued"}
    mute = Paper(confirms=False)
    Work(hall, mute, answers=False, steady=clock).turn()
    assert hall.jobs_ == {"a": "sent", "b": "sent"}


def test_nothing_is_printed_before_the_claim_is_kept(hall: Hall, printer: Paper, work: Work) -> None:
    hall.jobs_ = {"a": "queued"}
    work.turn()
    hall.jobs_["b"] = "queued"

    def lose_the_claim(_: str) -> None:
        hall.away, hall.heard = 2, False  # the paper is fetched again as well
        hall.trouble = lambda _: None

    hall.trouble = lose_the_claim
    work.turn()
    assert (printer.out, hall.jobs_["b"]) == (["a"], "queued")
    hall.away = 0
    work.turn()
    assert (printer.out, hall.jobs_["b"]) == (["a", "b"], "confirmed")


def test_a_claim_that_was_kept_unheard_is_made_again_and_printed_once(
    hall: Hall, printer: Paper, work: Work, clock: Clock
) -> None:
    hall.jobs_ = {"a": "queued"}
    claim = hall.claim

    def unanswered(job: str, key: str) -> None:
        claim(job, key)
        hall.claim = claim  # type: ignore[method-assign]
        raise Away("the answer is lost")

    hall.claim = unanswered  # type: ignore[method-assign]
    work.turn()
    assert (printer.out, hall.jobs_["a"]) == ([], "sending")
    clock.at += STATUS_S
    work.turn()
    assert (printer.out, hall.jobs_["a"]) == (["a"], "confirmed")


def test_a_claim_that_somebody_else_has_is_left_and_in_doubt_after_a_while(
    hall: Hall, printer: Paper, work: Work, clock: Clock
) -> None:
    work.turn()
    hall.jobs_ = {"a": "sending"}
    work.turn()
    clock.at += STRANGE_S - 1
    work.turn()
    assert hall.jobs_ == {"a": "sending"}
    clock.at += 1
    work.turn()
    assert (printer.out, hall.jobs_) == ([], {"a": "doubtful"})


def test_a_job_that_is_asked_for_again_is_claimed_anew(
    hall: Hall, printer: Paper, work: Work, clock: Clock
) -> None:
    hall.jobs_ = {"a": "queued"}
    printer.trouble = [PrinterTrouble("no paper", lasting=True, state=PrinterState.PAPER_OUT)]
    work.turn()
    assert hall.jobs_ == {"a": "failed"}
    first = hall.keys["a"]
    hall.jobs_["a"] = "queued"
    work.turn()
    assert hall.jobs_ == {"a": "confirmed"}
    assert hall.keys["a"] != first


def test_trouble_is_told_at_once_and_its_end_too(
    hall: Hall, printer: Paper, work: Work, clock: Clock
) -> None:
    work.turn()
    hall.jobs_ = {"a": "queued"}
    printer.trouble = [PrinterTrouble("no paper", lasting=True, state=PrinterState.PAPER_OUT)]
    work.turn()
    assert hall.statuses == [("ok", ""), ("paper_out", "no paper")]
    clock.at += STATUS_S
    work.turn()
    assert hall.statuses[-1] == ("ok", "")


def test_the_printer_is_asked_no_more_often_than_every_few_seconds(
    printer: Paper, work: Work, clock: Clock
) -> None:
    for _ in range(20):
        work.turn()
    assert printer.asked == 1
    clock.at += STATUS_S
    assert work.turn() <= STATUS_S
    assert printer.asked == 2


def test_a_hall_that_is_away_is_asked_again_soon(hall: Hall, printer: Paper, work: Work) -> None:
    hall.jobs_, hall.away = {"a": "queued"}, 1
    assert work.turn() == AWAY_S
    work.turn()
    assert printer.out == ["a"]


def test_a_paper_that_cannot_be_made_is_left_to_a_person_and_the_next_goes_on(
    hall: Hall, printer: Paper, work: Work
) -> None:
    hall.jobs_ = {"a": "queued", "b": "queued"}

    def fault(job: str) -> None:
        if job == "a":
            raise Refused(500, "internal_error", "a fault of the program")

    hall.trouble = fault
    work.turn()
    assert (printer.out, hall.jobs_) == (["b"], {"a": "failed", "b": "confirmed"})


def test_an_agent_that_the_hall_no_longer_wants_ends(hall: Hall, work: Work) -> None:
    hall.refusal = Refused(401, "token_unknown", "the token was revoked")
    with pytest.raises(Refused):
        work.run()


def test_a_stop_ends_the_wait(hall: Hall, work: Work) -> None:
    thread = threading.Thread(target=work.run)
    thread.start()
    work.stop()
    thread.join(10)
    assert not thread.is_alive()
