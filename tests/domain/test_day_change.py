"""A service day begins with an empty hall; what lasts longer than a day stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.staff import CITIZEN, SYSTEM, Role
from tests.worlds import ANI, BUDI, TUESDAY, WAYAN, Story

WEDNESDAY = TUESDAY + timedelta(days=1)
TOMORROW = c.StartDay(SYSTEM, WEDNESDAY)


@pytest.fixture
def evening(story: Story) -> Story:
    """A001 done, A002 left, A003 missed, A004 being served at 1, A005 called to 3, A006 and B001 wait."""
    for _ in range(6):
        story.takes()
    story.takes("akta")
    story.does(c.CancelTicket(CITIZEN, "20261124-A002"))
    story.opens("1", ANI).opens("3", BUDI).serves("1")
    story.calls("1")
    story.does(c.RecordNoShow(ANI, "1"))
    story.calls("1")
    story.does(c.StartService(ANI, "1"))
    story.calls("3", BUDI)
    return story


def test_the_day_before_ends_in_order(evening):
    assert evening.when(TOMORROW) == [
        *(e.TicketExpired(f"20261124-{number}") for number in ("A003", "A004", "A005", "A006", "B001")),
        e.CounterClosed("1", "ani", "day_ended"),
        e.CounterClosed("3", "budi", "day_ended"),
        e.DayEnded(TUESDAY, 5),
        e.DayStarted(WEDNESDAY, (("ktp", 1, 0.0, 0.0),)),
    ]


def test_a_paused_counter_is_closed_with_the_day(story):
    story.opens()
    story.does(c.PauseCounter(ANI, "1"))
    assert e.CounterClosed("1", "ani", "day_ended") in story.when(TOMORROW)


def test_before_the_hall_is_empty_nothing_is_left_open(evening):
    *ending, _ = evening.when(TOMORROW)
    evening.given(*ending)
    hall = evening.hall
    assert {ticket.state.value for ticket in hall.tickets.values()} == {"done", "cancelled", "expired"}
    assert hall.waiting_count(hall.plan.services) == 0
    assert not hall.missed
    assert all(desk.ticket is None and desk.state == "closed" for desk in hall.desks.values())


def test_the_new_day_is_an_empty_hall(evening):
    evening.does(TOMORROW)
    hall, fresh = evening.hall, Story(day=WEDNESDAY).hall
    lasting = {"seq", "latest", "lengths"}
    assert {k: v for k, v in hall.state().items() if k not in lasting} == {
        k: v for k, v in fresh.state().items() if k not in lasting
    }


def test_the_first_of_the_new_day_has_number_one_and_sequence_one(evening):
    evening.clock.later(days=1)
    evening.does(TOMORROW)
    ticket = evening.takes()
    assert (ticket.number, ticket.seq) == ("A001", 1)


def test_pauses_and_accounts_outlast_the_day(story):
    story.does(c.PauseService(WAYAN, "ktp", "server down"))
    story.does(c.AddAccount(SYSTEM, "staff", "ani", Role.OFFICER, "hash", "DUK"))
    story.does(TOMORROW)
    assert story.hall.paused == {"ktp": "server down"}
    assert story.hall.account("staff", "ani") is not None
    story.clock.later(days=1)
    story.refuses(story.issue("ktp"), errors.ServicePausedNow)


@pytest.mark.parametrize("day", [TUESDAY, TUESDAY - timedelta(days=1)])
def test_a_day_follows_only_an_earlier_one(story, day):
    refusal = story.refuses(c.StartDay(SYSTEM, day), errors.DayNotAfter)
    assert refusal.facts == {"day": day.isoformat(), "current": "2026-11-24"}


def test_days_on_which_nothing_ran_are_leapt_over(evening):
    monday = TUESDAY + timedelta(days=6)
    ended, started = evening.when(c.StartDay(SYSTEM, monday))[-2:]
    assert (ended, started.day) == (e.DayEnded(TUESDAY, 5), monday)


def test_an_officer_opens_any_counter_on_the_new_day(evening):
    evening.does(TOMORROW)
    evening.opens("3", ANI)
    assert evening.hall.desk("3").served == 0
