"""How serving ended is asked for where the service says so, and nowhere else."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain.plan import OutcomeKind
from tests.worlds import ANI, Story, small_plan, with_service, words

A001 = "20261124-A001"


@pytest.fixture
def asked() -> Story:
    """ktp asks whether it is done or papers are missing; A001 is being served."""
    kinds = tuple(OutcomeKind(each, words(each)) for each in ("done", "incomplete"))
    story = Story(with_service(small_plan(), "ktp", outcomes=kinds))
    story.takes()
    story.opens().starts()
    return story


def test_one_of_the_outcomes_is_recorded(asked):
    asked.does(c.FinishService(ANI, "1", " incomplete "))
    assert asked.hall.tickets[A001].stage.outcome == "incomplete"


def test_without_an_outcome_the_service_goes_on(asked):
    refusal = asked.refuses(c.FinishService(ANI, "1"), errors.OutcomeRequired)
    assert refusal.facts == {"service": "ktp", "allowed": "done, incomplete"}


def test_another_word_is_refused(asked):
    refusal = asked.refuses(c.FinishService(ANI, "1", "lost"), errors.OutcomeUnknown)
    assert refusal.facts == {"outcome": "lost", "allowed": "done, incomplete"}


def test_a_service_that_does_not_ask_records_none(story):
    story.takes()
    story.opens().starts()
    story.does(c.FinishService(ANI, "1", "whatever"))
    assert story.hall.tickets[A001].stage.outcome == ""


def test_a_transfer_asks_for_none_and_says_that_it_was_one(asked):
    asked.does(c.TransferTicket(ANI, "1", service="akta"))
    assert asked.hall.tickets[A001].stages[0].outcome == "transferred"
