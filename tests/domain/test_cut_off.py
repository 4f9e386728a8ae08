"""An officer whose workstation is gone holds nobody up: what was called goes back, who is served stays."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.hall import DeskState
from core.domain.staff import SYSTEM
from tests.worlds import ANI, BUDI

A001 = "20261124-A001"


def test_a_called_ticket_goes_back_where_it_was(story):
    story.takes(), story.takes()
    story.opens().calls()
    assert story.does(c.CutOff(SYSTEM, "1")) == [
        e.TicketPutBack(A001, "1", "cut off"),
        e.CounterPaused("1", "ani", "cut off"),
    ]
    assert story.numbers("3") == ["A001", "A002"]
    assert story.hall.desk("1").state is DeskState.PAUSED


def test_whoever_is_being_served_stays_and_can_be_finished(story):
    story.takes()
    story.opens().starts()
    story.does(c.CutOff(SYSTEM, "1"))
    assert story.hall.desk("1").ticket == A001
    story.does(c.FinishService(ANI, "1"))
    assert story.state(story.hall.tickets[A001]) == "done"


def test_the_officer_goes_on_by_opening_again(story):
    story.takes()
    story.opens().calls()
    story.does(c.CutOff(SYSTEM, "1"))
    story.opens()
    assert story.number_called() == "A001"


@pytest.mark.parametrize("leave", [c.PauseCounter, c.CloseCounter])
def test_a_counter_that_is_not_open_is_let_be(story, leave):
    story.opens()
    story.does(leave(ANI, "1"))
    story.refuses(c.CutOff(SYSTEM, "1"), errors.CounterNotOpen)


def test_only_the_hall_itself_or_a_supervisor_cuts_off(story):
    story.opens()
    story.refuses(c.CutOff(BUDI, "1"), errors.Forbidden)
    story.refuses(c.CutOff(SYSTEM, "99"), errors.CounterUnknown)
