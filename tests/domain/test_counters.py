"""One officer a counter, one counter an officer, one ticket a counter; and who may act where."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.staff import CITIZEN, SYSTEM, Actor, Role
from core.domain.ticket import State
from tests.worlds import ADMIN, ANI, BUDI, POLRI, WAYAN, Story

AT_ONE = {
    "open": c.OpenCounter,
    "pause": c.PauseCounter,
    "close": c.CloseCounter,
    "next": c.CallNext,
    "recall": c.Recall,
    "start": c.StartService,
    "finish": c.FinishService,
    "no-show": c.RecordNoShow,
}


@pytest.fixture
def called(story: Story) -> Story:
    """Ani has called A001 to counter 1; A002 waits."""
    story.takes()
    story.clock.later(minutes=1)
    story.takes()
    story.opens().calls()
    return story


# -- one officer, one counter --------------------------------------------------------------------


def test_an_officer_opens_a_free_counter(story):
    assert story.does(c.OpenCounter(ANI, "1")) == [e.CounterOpened("1", "ani")]


def test_a_second_officer_finds_the_counter_taken(story):
    story.opens()
    refusal = story.refuses(c.OpenCounter(BUDI, "1"), errors.CounterTaken)
    assert refusal.facts == {"counter": "1", "officer": "ani", "state": "open"}


def test_a_paused_counter_is_still_taken(story):
    story.opens()
    story.does(c.PauseCounter(ANI, "1", "prayer"))
    refusal = story.refuses(c.OpenCounter(BUDI, "1"), errors.CounterTaken)
    assert refusal.facts["state"] == "paused"


def test_an_officer_at_one_counter_opens_no_other(story):
    story.opens("1")
    refusal = story.refuses(c.OpenCounter(ANI, "2"), errors.OfficerElsewhere)
    assert refusal.facts == {"counter": "1", "officer": "ani"}


def test_an_officer_who_pauses_is_still_at_the_counter(story):
    story.opens("1")
    story.does(c.PauseCounter(ANI, "1"))
    story.refuses(c.OpenCounter(ANI, "2"), errors.OfficerElsewhere)


def test_an_officer_who_left_may_open_another(story):
    story.opens("1")
    story.does(c.CloseCounter(ANI, "1"))
    story.opens("2")
    assert story.hall.desk_of("ani") == "2"


def test_a_counter_is_not_opened_twice(story):
    story.opens()
    story.refuses(c.OpenCounter(ANI, "1"), errors.CounterAlreadyOpen)


def test_an_officer_goes_on_after_a_pause(story):
    story.opens()
    story.does(c.PauseCounter(ANI, "1", "prayer"))
    assert story.hall.desk("1").reason == "prayer"
    story.opens()
    assert (story.hall.desk("1").state, story.hall.desk("1").reason) == ("open", "")


@pytest.mark.parametrize("action", sorted(set(AT_ONE) - {"open"}))
def test_nothing_happens_at_a_closed_counter(story, action):
    refusal = story.refuses(AT_ONE[action](ANI, "1"), errors.CounterNotOpen)
    assert refusal.facts == {"counter": "1", "state": "closed"}


@pytest.mark.parametrize("command", [c.CallNext(ANI, "1"), c.CallNumber(ANI, "1", "A002", "why")])
def test_nobody_is_called_while_the_officer_pauses(called, command):
    called.does(c.PauseCounter(ANI, "1"))
    refusal = called.refuses(command, errors.CounterNotOpen)
    assert refusal.facts == {"counter": "1", "state": "paused"}


# -- who may act -----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", sorted(AT_ONE))
def test_another_officer_does_nothing_at_a_counter_that_is_taken(called, action):
    refusal = called.refuses(AT_ONE[action](BUDI, "1"), errors.CounterTaken)
    assert refusal.facts == {"counter": "1", "officer": "ani", "state": "open"}


@pytest.mark.parametrize("action", sorted(AT_ONE))
def test_an_officer_of_another_agency_does_nothing_at_a_counter(called, action):
    refusal = called.refuses(AT_ONE[action](POLRI, "1"), errors.CounterForeign)
    assert refusal.facts == {"counter": "1", "agency": "POL", "role": "officer"}


@pytest.mark.parametrize("action", sorted(AT_ONE))
@pytest.mark.parametrize("role", [Role.CITIZEN, Role.KIOSK, Role.BOARD, Role.AUDITOR])
def test_who_does_not_work_at_counters_does_nothing_there(called, action, role):
    refusal = called.refuses(AT_ONE[action](Actor("ani", role), "1"), errors.Forbidden)
    assert refusal.facts == {"role": role.value, "action": "work_at_counter"}


@pytest.mark.parametrize("action", sorted(AT_ONE))
def test_an_unknown_counter_is_refused(story, action):
    refusal = story.refuses(AT_ONE[action](ANI, "99"), errors.CounterUnknown)
    assert refusal.facts == {"counter": "99"}


@pytest.mark.parametrize("somebody", [WAYAN, ADMIN, SYSTEM])
def test_a_supervisor_may_close_a_counter_for_its_officer(called, somebody):
    back, closed = called.does(c.CloseCounter(somebody, "1"))
    assert back == e.TicketPutBack("20261124-A001", "1", "closed")
    assert closed == e.CounterClosed("1", "ani", f"closed by {somebody.name}")


@pytest.mark.parametrize("action", ["pause", "next", "start", "no-show", "recall"])
def test_a_supervisor_does_nothing_else_at_a_counter_that_is_taken(called, action):
    called.refuses(AT_ONE[action](WAYAN, "1"), errors.CounterTaken)


def test_a_supervisor_of_one_agency_closes_no_foreign_counter(called):
    police = Actor("kadek", Role.SUPERVISOR, "POL")
    called.refuses(c.CloseCounter(police, "1"), errors.CounterForeign)


def test_a_supervisor_may_work_at_a_free_counter(story):
    story.takes()
    story.opens("1", WAYAN)
    assert story.serves("1", WAYAN) == "A001"


# -- one ticket, one counter -----------------------------------------------------------------------


def test_a_counter_that_holds_a_ticket_calls_no_other(called):
    refusal = called.refuses(c.CallNext(ANI, "1"), errors.CounterBusy)
    assert refusal.facts == {"counter": "1", "number": "A001", "state": "called"}
    called.does(c.StartService(ANI, "1"))
    assert called.refuses(c.CallNext(ANI, "1"), errors.CounterBusy).facts["state"] == "serving"


def test_a_called_ticket_is_not_called_by_another_counter(called):
    called.opens("3", BUDI)
    assert called.number_called("3", BUDI) == "A002"
    called.does(c.RecordNoShow(BUDI, "3"))
    called.refuses(c.CallNext(BUDI, "3"), errors.NobodyWaiting)


def test_nobody_waiting_is_said_as_such(story):
    story.opens()
    refusal = story.refuses(c.CallNext(ANI, "1"), errors.NobodyWaiting)
    assert refusal.facts == {"counter": "1", "state": "open"}


# -- leaving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", [c.PauseCounter, c.CloseCounter])
def test_leaving_puts_a_called_ticket_back_with_the_rank_it_had(called, leave):
    rank = called.hall.tickets["20261124-A001"].stage.rank
    called.clock.later(minutes=30)
    called.does(leave(ANI, "1"))
    stage = called.hall.tickets["20261124-A001"].stage
    assert (stage.state, stage.rank) == (State.WAITING, rank)
    assert (stage.counter, stage.officer, stage.called_at, stage.why, stage.recalls) == (None,) * 4 + (0,)
    called.opens("3", BUDI)
    assert called.number_called("3", BUDI) == "A001"


def test_leaving_a_counter_without_a_ticket_puts_back_nothing(story):
    story.opens()
    assert story.does(c.PauseCounter(ANI, "1", " prayer ")) == [e.CounterPaused("1", "ani", "prayer")]
    assert story.does(c.CloseCounter(ANI, "1")) == [e.CounterClosed("1", "ani", "closed by ani")]


@pytest.mark.parametrize("somebody", [ANI, WAYAN])
def test_nobody_closes_a_counter_while_somebody_is_served(called, somebody):
    called.does(c.StartService(ANI, "1"))
    refusal = called.refuses(c.CloseCounter(somebody, "1"), errors.CounterBusy)
    assert refusal.facts == {"counter": "1", "number": "A001", "state": "serving"}


def test_a_pause_keeps_the_one_who_is_served_and_lets_the_officer_finish(called):
    called.does(c.StartService(ANI, "1"))
    assert called.does(c.PauseCounter(ANI, "1")) == [e.CounterPaused("1", "ani", "")]
    called.refuses(c.CloseCounter(ANI, "1"), errors.CounterBusy)
    called.does(c.FinishService(ANI, "1"))
    called.does(c.CloseCounter(ANI, "1"))
    assert called.hall.desk("1").served == 1


def test_a_counter_is_not_paused_twice(story):
    story.opens()
    story.does(c.PauseCounter(ANI, "1"))
    refusal = story.refuses(c.PauseCounter(ANI, "1"), errors.CounterNotOpen)
    assert refusal.facts == {"counter": "1", "state": "paused"}


def test_what_was_served_at_a_counter_is_counted_over_its_officers(story):
    story.takes(), story.takes()
    story.opens().serves()
    story.does(c.CloseCounter(ANI, "1"))
    story.opens("1", BUDI).serves("1", BUDI)
    assert story.hall.desk("1").served == 2


# -- the holder leaves -----------------------------------------------------------------------------


def test_one_who_left_is_not_called(story):
    first = story.takes()
    story.takes()
    assert story.does(c.CancelTicket(CITIZEN, first.id)) == [e.TicketCancelled(first.id)]
    story.opens()
    assert story.number_called() == "A002"


def test_one_who_was_missed_may_leave_and_is_no_longer_shown_as_missed(called):
    called.does(c.RecordNoShow(ANI, "1"))
    called.does(c.CancelTicket(CITIZEN, "20261124-A001"))
    assert not called.hall.missed
    assert called.hall.desk("1").ticket is None


def test_one_who_leaves_after_being_missed_takes_no_other_ticket_along(called):
    called.does(c.RecordNoShow(ANI, "1"))
    called.calls()
    called.does(c.CancelTicket(CITIZEN, "20261124-A001"))
    assert called.hall.desk("1").ticket == "20261124-A002"


def test_an_unknown_ticket_does_not_leave(story):
    refusal = story.refuses(c.CancelTicket(CITIZEN, "20261124-A001"), errors.TicketUnknown)
    assert refusal.facts == {"ticket": "20261124-A001"}
