"""A parked citizen fetches something; the officer takes others meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.staff import SYSTEM
from core.domain.ticket import State
from tests.worlds import ANI, BUDI, CITIZEN, POLRI, Story

A001 = "20261124-A001"


@pytest.fixture
def parked(story: Story) -> Story:
    """A001 was served at counter 1 and is parked without a limit; A002 and A003 wait."""
    story.takes(), story.takes(), story.takes()
    story.opens().starts()
    story.does(c.ParkTicket(ANI, "1"))
    return story


def park_with_limit(story: Story, minutes: int = 15) -> Story:
    story.takes(), story.takes()
    story.opens().starts()
    story.does(c.ParkTicket(ANI, "1", minutes))
    return story


def test_a_parked_ticket_frees_its_counter_for_others(parked):
    assert parked.hall.parked == {A001: None}
    assert parked.number_called() == "A002"


def test_a_parked_ticket_is_called_by_nobody(parked):
    assert parked.numbers("1") == parked.numbers("3") == ["A002", "A003"]


def test_only_one_who_is_being_served_is_parked(story):
    story.takes()
    story.opens().calls()
    refusal = story.refuses(c.ParkTicket(ANI, "1"), errors.WrongState)
    assert refusal.facts == {"action": "park", "state": "called", "number": "A001"}


def test_at_the_same_counter_it_is_served_on_at_once(parked):
    assert parked.does(c.ResumeTicket(ANI, "1", "a001")) == [e.TicketResumed(A001, "1", "ani")]
    stage = parked.hall.tickets[A001].stage
    assert (stage.state, stage.counter, stage.officer) == (State.SERVING, "1", "ani")
    assert (parked.hall.desk("1").ticket, parked.hall.parked) == (A001, {})


def test_whoever_works_at_that_counter_now_may_resume_it(parked):
    parked.does(c.CloseCounter(ANI, "1"))
    parked.opens("1", BUDI)
    parked.does(c.ResumeTicket(BUDI, "1", "A001"))
    assert parked.hall.tickets[A001].stage.officer == "budi"


def test_an_officer_who_holds_a_ticket_resumes_no_other(parked):
    parked.calls()
    refusal = parked.refuses(c.ResumeTicket(ANI, "1", "A001"), errors.CounterBusy)
    assert refusal.facts == {"counter": "1", "number": "A002", "state": "called"}


def test_nobody_resumes_at_a_counter_that_another_works(parked):
    parked.refuses(c.ResumeTicket(BUDI, "1", "A001"), errors.CounterTaken)


def test_nobody_resumes_at_a_counter_that_is_closed_or_paused(parked):
    parked.does(c.PauseCounter(ANI, "1"))
    parked.refuses(c.ResumeTicket(ANI, "1", "A001"), errors.CounterNotOpen)
    parked.refuses(c.ResumeTicket(BUDI, "3", "A001"), errors.CounterNotOpen)


def test_elsewhere_it_waits_again_by_the_rank_it_had(parked):
    rank = parked.hall.tickets[A001].stage.rank
    parked.clock.later(minutes=20)
    parked.opens("3", BUDI)
    assert parked.does(c.ResumeTicket(BUDI, "3", "A001")) == [e.TicketUnparked(A001, "back, said budi", None)]
    assert parked.hall.tickets[A001].stage.rank == rank
    assert parked.numbers("3") == ["A001", "A002", "A003"]


def test_at_its_own_counter_it_waits_where_the_officer_wants_that(parked):
    parked.calls()
    parked.does(c.ResumeTicket(ANI, "1", "A001", wait=True))
    assert parked.state(parked.hall.tickets[A001]) == "waiting"
    assert parked.numbers("3") == ["A001", "A003"]


def test_a_counter_of_another_agency_does_not_resume_it(parked):
    parked.opens("4", POLRI)
    refusal = parked.refuses(c.ResumeTicket(POLRI, "4", "A001"), errors.NotServedHere)
    assert refusal.facts == {"number": "A001", "counter": "4", "state": "parked"}


def test_an_unknown_number_is_not_resumed(parked):
    parked.refuses(c.ResumeTicket(ANI, "1", "A099"), errors.TicketUnknown)


def test_a_parked_holder_may_leave(parked):
    parked.does(c.CancelTicket(CITIZEN, A001))
    assert parked.hall.parked == {}
    parked.refuses(c.ResumeTicket(ANI, "1", "A001"), errors.WrongState)


def test_without_a_limit_it_stays_parked(parked):
    parked.clock.later(hours=5)
    assert parked.when(c.EndParks(SYSTEM)) == []


def test_with_a_limit_it_waits_for_the_counter_that_parked_it_when_the_time_is_over(story):
    park_with_limit(story)
    story.clock.later(minutes=15, seconds=-1)
    assert story.does(c.EndParks(SYSTEM)) == []
    story.clock.later(seconds=1)
    assert story.does(c.EndParks(SYSTEM)) == [e.TicketUnparked(A001, "time is over", "counter:1")]
    assert story.hall.parked == {}
    assert (story.numbers("1"), story.numbers("3")) == (["A001", "A002"], ["A002"])
    assert story.calls().why.rule == "aimed"


def test_when_the_counter_that_parked_it_has_closed_it_waits_for_all(story):
    park_with_limit(story)
    story.does(c.CloseCounter(ANI, "1"))
    story.clock.later(minutes=15)
    assert story.does(c.EndParks(SYSTEM)) == [e.TicketUnparked(A001, "time is over", None)]
    assert story.numbers("3") == ["A001", "A002"]


def test_when_the_counter_that_parked_it_has_left_the_plan_it_waits_for_all(story):
    park_with_limit(story)
    plan = story.hall.plan
    story.hall = story.replayed(replace(plan, counters={k: v for k, v in plan.counters.items() if k != "1"}))
    story.clock.later(minutes=15)
    assert story.does(c.EndParks(SYSTEM)) == [e.TicketUnparked(A001, "time is over", None)]


def test_a_resumed_ticket_has_no_limit_any_more(story):
    park_with_limit(story)
    story.does(c.ResumeTicket(ANI, "1", "A001"))
    story.clock.later(hours=1)
    assert story.when(c.EndParks(SYSTEM)) == []


def test_the_time_away_is_no_time_of_serving(story):
    story.takes()
    story.opens().starts()
    story.clock.later(minutes=4)
    for _ in range(2):
        story.does(c.ParkTicket(ANI, "1"))
        story.clock.later(minutes=45)
        story.does(c.ResumeTicket(ANI, "1", "A001"))
        story.clock.later(minutes=3)
    story.does(c.FinishService(ANI, "1"))
    assert story.hall.lengths["ktp"].mean == timedelta(minutes=10).total_seconds()


def test_at_the_end_of_the_day_a_parked_ticket_expires(parked):
    assert e.TicketExpired(A001) in parked.does(c.StartDay(SYSTEM, parked.hall.day + timedelta(days=1)))
    assert parked.hall.parked == {}
