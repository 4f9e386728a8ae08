"""A print job is queued, then sent or failed; a failed one may be asked for again, a sent one is over."""

from __future__ import annotations

import pytest

from core.domain import errors
from core.domain.commands import ReportPrint
from core.domain.events import PrintReported
from core.domain.hall import PrintState
from core.domain.staff import SYSTEM
from tests.worlds import Story

JOB = "20261124-A001.1"


@pytest.fixture
def printing(story: Story) -> Story:
    """A001 is on its way to paper."""
    story.takes("ktp", kiosk="K1")
    return story


def report(state: str, detail: str = "") -> ReportPrint:
    return ReportPrint(SYSTEM, JOB, state, detail)


def test_a_new_job_is_queued(printing):
    job = printing.hall.jobs[JOB]
    assert (job.state, job.printer, job.kiosk) == (PrintState.QUEUED, "P1", "K1")


@pytest.mark.parametrize("state", list(PrintState))
def test_a_queued_job_goes_on(printing, state):
    assert printing.does(report(state.value, "words")) == [PrintReported(JOB, state.value, "words")]
    assert (printing.hall.jobs[JOB].state, printing.hall.jobs[JOB].detail) == (state, "words")


def test_a_failed_job_is_asked_for_again_and_sent(printing):
    for state in ("failed", "queued", "failed", "queued", "sent"):
        printing.does(report(state))
    assert printing.hall.jobs[JOB].state is PrintState.SENT


@pytest.mark.parametrize("state", list(PrintState))
def test_a_sent_job_does_not_change(printing, state):
    printing.does(report("sent"))
    refusal = printing.refuses(report(state.value), errors.JobFinished)
    assert refusal.facts == {"job": JOB, "state": "sent"}


def test_an_unknown_job_is_refused(printing):
    refusal = printing.refuses(ReportPrint(SYSTEM, "20261124-A009.1", "sent"), errors.JobUnknown)
    assert refusal.facts == {"job": "20261124-A009.1"}


def test_a_word_that_is_no_state_is_a_fault_of_the_caller(printing):
    with pytest.raises(ValueError, match="burning"):
        printing.when(report("burning"))
