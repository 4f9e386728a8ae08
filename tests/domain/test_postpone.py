"""A holder who is not ready lets the next three pass, twice at most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from tests.worlds import ANI, CITIZEN, Story, small_plan, with_service

A001, A006 = "20261124-A001", "20261124-A006"


@pytest.fixture
def six(story: Story) -> Story:
    """A001 to A006 wait, a minute between each."""
    for _ in range(6):
        story.takes()
        story.clock.later(minutes=1)
    return story


def test_it_goes_behind_the_next_three(six):
    six.does(c.PostponeTicket(CITIZEN, A001))
    assert six.numbers() == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_it_goes_on_from_where_it_is(six):
    six.does(c.PostponeTicket(CITIZEN, A001))
    six.does(c.PostponeTicket(CITIZEN, A001))
    assert six.numbers() == ["A002", "A003", "A004", "A005", "A006", "A001"]


def test_it_is_postponed_twice_at_most(six):
    six.does(c.PostponeTicket(CITIZEN, A001))
    six.does(c.PostponeTicket(CITIZEN, A001))
    six.clock.later(minutes=1)
    six.takes()
    refusal = six.refuses(c.PostponeTicket(CITIZEN, A001), errors.PostponeLimit)
    assert refusal.facts == {"limit": 2, "number": "A001", "state": "waiting"}


def test_one_behind_whom_nobody_waits_cannot_let_anybody_pass(six):
    refusal = six.refuses(c.PostponeTicket(CITIZEN, A006), errors.NobodyBehind)
    assert refusal.facts == {"number": "A006", "state": "waiting"}


def test_an_unknown_ticket_is_refused(six):
    six.refuses(c.PostponeTicket(CITIZEN, "20261124-Z001"), errors.TicketUnknown)


def test_whoever_is_called_before_it_then_has_passed_it_by_its_own_wish(six):
    six.does(c.PostponeTicket(CITIZEN, A001))
    six.opens()
    why = six.calls().why
    assert (why.rule, why.passed) == ("order", 1)


def test_the_guard_does_not_hurry_one_who_lets_others_pass():
    story = Story(with_service(small_plan(), "ktp", max_wait=timedelta(minutes=30)))
    for _ in range(3):
        story.takes()
        story.clock.later(minutes=1)
    story.does(c.PostponeTicket(CITIZEN, A001))
    story.clock.later(minutes=45)
    assert story.numbers() == ["A002", "A003", "A001"]
    assert story.opens().calls().why.rule == "guard"


def test_it_keeps_its_place_when_it_is_put_back(six):
    six.does(c.PostponeTicket(CITIZEN, A001))
    six.opens()
    for _ in range(3):
        six.serves()
    assert six.number_called() == "A001"
    six.does(c.PauseCounter(ANI, "1"))
    assert six.numbers() == ["A001", "A005", "A006"]
