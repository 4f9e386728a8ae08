"""A replay under a changed plan gives the same hall, and what left the plan breaks nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain.plan import Plan, Series
from core.domain.ranking import ahead_of, in_order
from core.domain.staff import CITIZEN, SYSTEM
from tests.worlds import ANI, BUDI, Story, small_plan, with_agency, with_service, without_service


def a_morning(plan: Plan | None = None) -> Story:
    """People of every service and class in every state."""
    story = Story(plan)
    for n, each in enumerate(("ktp", "kk", "akta", "skck", "ktp", "akta", "kk", "ktp", "sim")):
        story.takes(each, "priority" if n % 3 == 2 else None, kiosk="K1" if n % 2 else None)
        story.clock.later(minutes=3)
    story.opens("1", ANI).opens("2", BUDI)
    story.serves("1")
    story.calls("1")
    story.clock.later(seconds=20)
    story.does(c.Recall(ANI, "1"))
    story.calls("2", BUDI)
    story.does(c.RecordNoShow(BUDI, "2"))
    story.calls("2", BUDI)
    story.does(c.StartService(BUDI, "2"))
    story.does(c.PauseService(SYSTEM, "ktp", "server down"))
    story.does(c.CancelTicket(CITIZEN, "20261124-C001"))
    return story


CHANGES = {
    "no head start any more": lambda plan: replace(
        plan, classes={k: replace(v, head_start=timedelta(0)) for k, v in plan.classes.items()}
    ),
    "no priority class": lambda plan: replace(plan, classes={"regular": plan.classes["regular"]}),
    "another prefix": lambda plan: replace(plan, series={**plan.series, "A": Series("A", "Z")}),
    "a service gone": lambda plan: without_service(plan, "ktp"),
    "another series": lambda plan: with_service(plan, "kk", series="B"),
    "a quota": lambda plan: with_agency(plan, "DUK", daily_quota=1),
    "counters gone": lambda plan: replace(plan, counters={}),
    "other tiers": lambda plan: replace(
        plan, counters={k: replace(v, tiers=v.tiers[::-1]) for k, v in plan.counters.items()}
    ),
    "kiosks and boards gone": lambda plan: replace(plan, kiosks={}, boards={}),
    "other rules": lambda plan: replace(plan, rules=replace(plan.rules, recall_limit=0)),
    "another zone": lambda plan: with_agency(plan, "DUK", zone="B"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_replay_under_a_changed_plan_gives_the_same_hall(change):
    story = a_morning()
    replayed = story.replayed(CHANGES[change](story.hall.plan))
    assert replayed.state() == story.hall.state()


def test_a_replay_under_the_same_plan_gives_the_same_hall():
    story = a_morning()
    assert story.replayed().state() == story.hall.state()


def test_the_next_is_called_though_a_service_left_the_plan():
    story = Story()
    for each in ("ktp", "kk", "ktp", "kk"):
        story.takes(each)
    story.opens()
    story.hall = story.replayed(without_service(story.hall.plan, "ktp"))
    assert [story.serves() for _ in range(2)] == ["A002", "A004"]
    story.refuses(c.CallNext(ANI, "1"), errors.NobodyWaiting)


def test_a_ticket_of_a_service_that_left_the_plan_may_leave_and_expires():
    story = Story()
    story.takes("ktp"), story.takes("ktp")
    story.hall = story.replayed(without_service(story.hall.plan, "ktp"))
    story.does(c.CancelTicket(CITIZEN, "20261124-A001"))
    assert ahead_of(story.hall, story.hall.tickets["20261124-A002"]) == {}
    story.does(c.StartDay(SYSTEM, story.hall.day + timedelta(days=1)))


def test_a_ticket_of_a_service_that_left_the_plan_is_finished_at_its_counter():
    story = Story()
    story.takes("ktp")
    story.opens().calls()
    story.hall = story.replayed(without_service(story.hall.plan, "ktp"))
    story.does(c.StartService(ANI, "1"))
    story.does(c.FinishService(ANI, "1"))


def test_a_service_that_left_the_plan_while_paused_is_resumed():
    story = Story()
    story.does(c.PauseService(SYSTEM, "ktp", "server down"))
    story.hall = story.replayed(without_service(story.hall.plan, "ktp"))
    story.does(c.ResumeService(SYSTEM, "ktp"))
    assert not story.hall.paused


def test_an_officer_whose_counter_left_the_plan_opens_another():
    story = Story().opens("3")
    plan = story.hall.plan
    story.hall = story.replayed(replace(plan, counters={k: v for k, v in plan.counters.items() if k != "3"}))
    story.opens("1")
    assert [ticket.number for ticket in in_order(story.hall, plan.counters["1"], 9)] == []


def test_a_head_start_changed_at_noon_holds_for_those_who_come_after():
    story = Story()
    story.takes("ktp")
    story.clock.later(minutes=10)
    story.takes("ktp", "priority")
    classes = small_plan().classes
    longer = replace(classes["priority"], head_start=timedelta(0))
    story.hall = story.replayed(small_plan(classes={**classes, "priority": longer}))
    story.takes("ktp", "priority")
    story.opens()
    assert [story.serves() for _ in range(3)] == ["A002", "A001", "A003"]


def test_prefixes_that_are_swapped_during_the_day_give_no_number_twice():
    story = Story()
    story.takes("ktp")
    story.takes("ktp")
    series = story.hall.plan.series
    first, second = list(series)[:2]
    swapped = {
        **series,
        first: Series(first, series[second].prefix),
        second: Series(second, series[first].prefix),
    }
    story.hall = story.replayed(replace(story.hall.plan, series=swapped))
    other = next(s.id for s in story.hall.plan.services.values() if s.series == second)
    refusal = story.refuses(story.issue(other), errors.NumberGiven)
    assert refusal.facts["series"] == second
