"""The life of a print job, step by step; what may have reached the paper is never printed again by itself."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.commands import ReportPrint
from core.domain.hall import PrintState
from core.domain.plan import Rules
from core.domain.print_rules import STEPS
from core.domain.staff import SYSTEM, Actor, Role
from tests.worlds import ANI, CITIZEN, Story, small_plan

A001 = "20261124-A001"
JOB = f"{A001}.1"
WAYS = {
    "queued": (),
    "sending": ("sending",),
    "sent": ("sending", "sent"),
    "confirmed": ("sending", "sent", "confirmed"),
    "failed": ("sending", "failed"),
    "doubtful": ("sending", "doubtful"),
}
"""How a job comes to each state."""


@pytest.fixture
def printing(story: Story) -> Story:
    """A001 is on its way to paper."""
    story.takes("ktp", kiosk="K1")
    return story


def report(state: str, detail: str = "", *, permanent: bool = False) -> ReportPrint:
    return ReportPrint(SYSTEM, JOB, state, detail, permanent)


def brought(story: Story, state: str) -> Story:
    for step in WAYS[state]:
        story.does(report(step))
    return story


def test_a_new_job_is_queued(printing):
    job = printing.hall.jobs[JOB]
    assert (job.state, job.printer, job.kiosk, job.copy) == (PrintState.QUEUED, "P1", "K1", 0)


@pytest.mark.parametrize("before", list(PrintState))
@pytest.mark.parametrize("after", list(PrintState))
def test_a_job_goes_only_where_the_table_lets_it(printing, before, after):
    brought(printing, before.value)
    if after in STEPS[before]:
        assert printing.does(report(after.value, "words")) == [e.PrintReported(JOB, after.value, "words")]
        assert (printing.hall.jobs[JOB].state, printing.hall.jobs[JOB].detail) == (after, "words")
    else:
        refusal = printing.refuses(report(after.value), errors.JobState)
        assert refusal.facts == {"job": JOB, "state": before.value, "wanted": after.value}


@pytest.mark.parametrize("state", ["sent", "confirmed", "doubtful"])
def test_what_may_be_on_paper_never_waits_again(state):
    reached, seen = {PrintState(state)}, set()
    while reached - seen:
        seen |= reached
        reached |= {following for each in reached for following in STEPS[each]}
    assert not reached & {PrintState.QUEUED, PrintState.SENDING}


def test_a_failure_tells_whether_it_will_pass(printing):
    printing.does(report("sending"))
    printing.does(report("failed", "paper out", permanent=True))
    assert printing.hall.jobs[JOB].permanent


def test_an_unknown_job_is_refused(printing):
    refusal = printing.refuses(ReportPrint(SYSTEM, "20261124-A009.1", "sent"), errors.JobUnknown)
    assert refusal.facts == {"job": "20261124-A009.1"}


def test_a_word_that_is_no_state_is_a_fault_of_the_caller(printing):
    with pytest.raises(ValueError, match="burning"):
        printing.when(report("burning"))


# -- another printer ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["failed", "queued"])
def test_another_printer_takes_a_job_of_which_nothing_is_on_paper(printing, state):
    brought(printing, state)
    assert printing.does(c.ReroutePrint(SYSTEM, JOB, "P2")) == [
        e.PrintRerouted(JOB, "P2", "instead of P1"),
    ]
    job = printing.hall.jobs[JOB]
    assert (job.printer, job.state, job.kiosk) == ("P2", PrintState.QUEUED, "K1")


@pytest.mark.parametrize("state", sorted(WAYS.keys() - {"failed", "queued"}))
def test_no_other_job_is_taken_elsewhere(printing, state):
    brought(printing, state)
    printing.refuses(c.ReroutePrint(SYSTEM, JOB, "P2"), errors.JobState)


# -- printing again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["doubtful", "sent", "confirmed"])
def test_what_may_be_on_paper_is_printed_again_as_a_copy_of_the_same_number(printing, state):
    brought(printing, state)
    (queued,) = printing.does(c.ReprintTicket(ANI, A001))
    assert (queued.job, queued.ticket, queued.printer, queued.copy) == (f"{A001}.2", A001, "P1", 1)
    assert queued.url == printing.hall.jobs[JOB].url
    assert len(printing.hall.tickets) == 1


def test_what_failed_is_printed_again_as_it_is(printing):
    brought(printing, "failed")
    assert printing.does(c.ReprintTicket(ANI, A001)) == [e.PrintReported(JOB, "queued", "again, by ani")]


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_what_is_under_way_needs_no_copy(printing, state):
    brought(printing, state)
    printing.refuses(c.ReprintTicket(ANI, A001), errors.JobState)


def test_there_are_as_many_copies_as_the_rules_allow():
    story = Story(small_plan(rules=Rules(reprint_limit=2)))
    story.takes("ktp", kiosk="K1")
    for copy in (1, 2, 3):
        job = f"{A001}.{copy}"
        for step in ("sending", "doubtful"):
            story.does(ReportPrint(SYSTEM, job, step))
        if copy < 3:
            story.does(c.ReprintTicket(ANI, A001))
    refusal = story.refuses(c.ReprintTicket(ANI, A001), errors.ReprintLimit)
    assert refusal.facts == {"number": "A001", "limit": 2}


def test_a_number_without_paper_is_printed_at_the_kiosk_that_is_named(story):
    story.takes("ktp")
    story.refuses(c.ReprintTicket(ANI, A001), errors.KioskWithoutPrinter)
    story.refuses(c.ReprintTicket(ANI, A001, kiosk="K9"), errors.KioskUnknown)
    (queued,) = story.does(c.ReprintTicket(ANI, A001, kiosk="K1", site="http://hall"))
    assert (queued.job, queued.kiosk, queued.copy) == (JOB, "K1", 1)
    assert queued.url == f"http://hall/t/{story.hall.tickets[A001].token}"


def test_citizens_and_boards_print_nothing(printing):
    brought(printing, "confirmed")
    for actor in (CITIZEN, Actor("screen", Role.BOARD)):
        printing.refuses(c.ReprintTicket(actor, A001), errors.Forbidden)


# -- printers -----------------------------------------------------------------------------------------


def test_a_printer_tells_how_it_is_and_only_news_are_kept(printing):
    told = c.ReportPrinter(SYSTEM, "P1", "paper_out", "paper out")
    assert printing.does(told) == [e.PrinterReported("P1", "paper_out", "paper out")]
    since = printing.hall.printers["P1"].since
    printing.clock.later(minutes=1)
    assert printing.does(told) == []
    assert printing.hall.printers["P1"].since == since
    printing.refuses(c.ReportPrinter(ANI, "P1", "ok"), errors.Forbidden)


def test_what_is_known_of_printers_lasts_over_the_day(printing):
    printing.does(c.ReportPrinter(SYSTEM, "P1", "near_end"))
    printing.does(c.StartDay(SYSTEM, printing.hall.day.replace(day=25)))
    assert printing.hall.printers["P1"].state == "near_end"
    assert printing.hall.jobs == {}
