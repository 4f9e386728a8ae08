"""A missed citizen who is here after all goes behind the next three, twice at most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from tests.worlds import ANI, BUDI, POLRI, SYSTEM, TUESDAY, Story, small_plan, with_rules, with_service

A001 = "20261124-A001"


def missed(story: Story, behind: int, what: tuple[str, ...] = ("ktp",)) -> Story:
    """A001 was missed; so many wait, a minute between each."""
    story.takes()
    for n in range(behind):
        story.clock.later(minutes=1)
        story.takes(what[n % len(what)])
    story.opens().misses()
    return story


@pytest.fixture
def five(story: Story) -> Story:
    """A001 was missed, A002 to A006 wait."""
    return missed(story, 5)


def test_it_goes_behind_the_next_three(five):
    assert five.hall.missed
    five.does(c.RestoreTicket(ANI, "1", "a001"))
    assert not five.hall.missed
    assert five.numbers() == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_the_next_three_are_those_of_all_services_of_its_counters(story):
    missed(story, 5, ("akta", "kk"))  # akta is called at counter 2 before ktp
    story.does(c.RestoreTicket(ANI, "1", "A001"))
    before = [
        t.number for t in story.hall.tickets.values() if t.stage.rank < story.hall.tickets[A001].stage.rank
    ]
    assert before == ["B001", "A002", "B002"]


def test_behind_fewer_than_three_it_is_the_last(story):
    missed(story, 2)
    story.does(c.RestoreTicket(ANI, "1", "A001"))
    assert story.numbers() == ["A002", "A003", "A001"]


def test_where_nobody_waits_it_has_its_old_place(story):
    missed(story, 0)
    rank = story.hall.tickets[A001].stage.rank
    assert story.does(c.RestoreTicket(ANI, "1", "A001")) == [e.TicketRestored(A001, "1", rank)]
    story.clock.later(minutes=1)
    story.takes()
    assert story.numbers() == ["A001", "A002"]


def test_whoever_comes_later_does_not_push_it_back(five):
    five.does(c.RestoreTicket(ANI, "1", "A001"))
    five.clock.later(minutes=1)
    five.takes("ktp", "priority")
    assert five.numbers().index("A001") in {3, 4}
    assert five.numbers().index("A001") < five.numbers().index("A005")


def test_a_restored_ticket_is_called_as_if_for_the_first_time(five):
    five.does(c.RestoreTicket(ANI, "1", "A001"))
    stage = five.hall.tickets[A001].stage
    assert (stage.counter, stage.called_at, stage.why, stage.recalls, stage.ended_at) == (None,) * 3 + (
        0,
        None,
    )
    for _ in range(3):
        five.serves()
    why = five.calls().why
    assert (why.rule, why.passed) == ("arrival", 0)


def test_it_is_restored_twice_at_most(story):
    missed(story, 0)
    for _ in range(2):
        story.does(c.RestoreTicket(ANI, "1", "A001"))
        story.misses()
    refusal = story.refuses(c.RestoreTicket(ANI, "1", "A001"), errors.RestoreLimit)
    assert refusal.facts == {"limit": 2, "number": "A001", "state": "missed"}


def test_a_hall_sets_its_own_limits():
    story = missed(Story(with_rules(small_plan(), restore_behind=1, restore_limit=1)), 3)
    story.does(c.RestoreTicket(ANI, "1", "A001"))
    assert story.numbers() == ["A002", "A001", "A003", "A004"]
    story.serves(), story.misses()
    story.refuses(c.RestoreTicket(ANI, "1", "A001"), errors.RestoreLimit)


def test_another_counter_of_the_service_restores_it_too(five):
    five.does(c.RestoreTicket(BUDI, "3", "A001"))
    assert five.numbers("3")[3] == "A001"


def test_a_counter_of_another_agency_does_not(five):
    refusal = five.refuses(c.RestoreTicket(POLRI, "4", "A001"), errors.NotServedHere)
    assert refusal.facts == {"number": "A001", "counter": "4", "state": "missed"}


def test_an_aimed_ticket_goes_behind_those_whom_its_counter_calls(story):
    story.takes()
    story.opens("1", ANI).opens("2", BUDI).starts()
    story.does(c.TransferTicket(ANI, "1", to_counter="2"))
    for _ in range(4):
        story.clock.later(minutes=1)
        story.takes("akta")
    story.misses("2", BUDI)
    story.does(c.RestoreTicket(BUDI, "2", "A001"))
    assert story.numbers("2") == ["B001", "B002", "B003", "A001", "B004"]


def test_the_guard_does_not_call_it_before_those_whom_it_goes_behind():
    story = missed(Story(with_service(small_plan(), "ktp", max_wait=timedelta(minutes=30))), 5)
    story.does(c.RestoreTicket(ANI, "1", "A001"))
    story.clock.later(minutes=60)
    assert story.numbers() == ["A002", "A003", "A004", "A005", "A006", "A001"]


def test_a_missed_ticket_expires_with_the_day(five):
    assert e.TicketExpired(A001) in five.does(c.StartDay(SYSTEM, TUESDAY + timedelta(days=1)))
    assert not five.hall.missed
