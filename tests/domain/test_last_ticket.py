"""Closing after the current ticket: the last one; whoever else waits is for the others."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.hall import DeskState
from tests.worlds import ANI, BUDI, WAYAN, Story

LAST = c.CloseCounter(ANI, "1", after_current=True)
A001 = "20261124-A001"


@pytest.fixture
def last(story: Story) -> Story:
    """A001 is served at 1 and is its last."""
    story.takes(), story.takes()
    story.opens().starts()
    assert story.does(LAST) == [e.CounterClosing("1", "ani")]
    return story


@pytest.mark.parametrize(
    "command",
    [
        c.FinishService(ANI, "1"),
        c.ParkTicket(ANI, "1"),
        c.TransferTicket(ANI, "1", service="akta"),
    ],
)
def test_the_counter_closes_when_the_ticket_leaves(last, command):
    assert last.does(command)[-1] == e.CounterClosed("1", "ani", "after the last ticket")
    desk = last.hall.desk("1")
    assert (desk.state, desk.officer, desk.ticket, desk.closing) == (DeskState.CLOSED, None, None, False)
    last.refuses(c.CallNext(ANI, "1"), errors.CounterNotOpen)


def test_it_closes_when_the_last_one_does_not_come(story):
    story.takes()
    story.opens().calls()
    story.does(LAST)
    assert story.does(c.RecordNoShow(ANI, "1"))[-1] == e.CounterClosed("1", "ani", "after the last ticket")


def test_until_then_it_serves_on_and_calls_nobody_else(last):
    assert last.hall.desk("1").closing
    last.refuses(c.CallNext(ANI, "1"), errors.CounterBusy)


def test_a_counter_without_a_ticket_closes_at_once(story):
    story.opens()
    (closed,) = story.does(LAST)
    assert isinstance(closed, e.CounterClosed)


def test_closing_at_once_is_refused_while_somebody_is_served(last):
    refusal = last.refuses(c.CloseCounter(ANI, "1"), errors.CounterBusy)
    assert refusal.facts == {"counter": "1", "number": "A001", "state": "serving"}


def test_a_supervisor_may_announce_it_for_the_officer(story):
    story.takes()
    story.opens().starts()
    story.does(c.CloseCounter(WAYAN, "1", after_current=True))
    story.does(c.FinishService(ANI, "1"))
    assert story.hall.desk("1").state is DeskState.CLOSED


def test_an_officer_who_goes_on_after_a_pause_is_not_closing_any_more(last):
    last.does(c.PauseCounter(ANI, "1"))
    last.opens()
    assert not last.hall.desk("1").closing
    last.does(c.FinishService(ANI, "1"))
    assert last.hall.desk("1").state is DeskState.OPEN


def test_whoever_waits_is_called_elsewhere(last):
    last.does(c.FinishService(ANI, "1"))
    last.opens("3", BUDI)
    assert last.serves("3", BUDI) == "A002"


def test_one_who_was_called_goes_back_where_they_were_when_the_officer_pauses_or_closes(story):
    story.takes(), story.takes()
    story.opens()
    for leaving in (c.PauseCounter(ANI, "1"), c.CloseCounter(ANI, "1"), c.CloseCounter(WAYAN, "1")):
        before = story.hall.state()["waiting"]
        story.calls()
        story.does(leaving)
        assert story.hall.state()["waiting"] == before
        stage = story.hall.tickets[A001].stage
        assert (stage.counter, stage.officer, stage.called_at, stage.why) == (None, None, None, None)
        story.opens()
