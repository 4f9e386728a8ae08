"""Whoever waits longer than ``max_wait`` of their service goes before all others of the counter's tier."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain.ticket import Why
from tests.worlds import ANI, BUDI, Story, small_plan, with_counter, with_service

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def guarded() -> Story:
    """kk has a guard of half an hour; A001 came for kk at 9:00; three priority citizens for ktp at 9:15."""
    story = Story(with_service(small_plan(), "kk", max_wait=HALF_AN_HOUR))
    story.takes("kk")
    story.clock.later(minutes=15)
    for _ in range(3):
        story.takes("ktp", "priority")
    return story.opens()


def test_until_the_limit_ranks_decide(guarded):
    guarded.clock.later(minutes=15)
    assert guarded.numbers() == ["A002", "A003", "A004", "A001"]


def test_after_it_whoever_waited_longer_goes_first(guarded):
    guarded.clock.later(minutes=15, seconds=1)
    assert guarded.numbers() == ["A001", "A002", "A003", "A004"]
    assert guarded.calls().why == Why("guard", 0, "regular", minutes=30)


def test_of_several_the_longest_wait_goes_first(guarded):
    guarded.takes("kk", "priority")
    guarded.clock.later(hours=1)
    assert guarded.numbers()[:2] == ["A001", "A005"]


def test_a_service_without_a_limit_has_no_guard():
    story = Story(with_service(small_plan(), "kk", max_wait=HALF_AN_HOUR))
    story.takes("ktp")
    story.clock.later(hours=2)
    story.takes("kk", "priority")
    assert story.numbers() == ["A001", "A002"]


def test_a_lower_tier_stays_below():
    story = Story(with_service(small_plan(), "akta", max_wait=HALF_AN_HOUR))
    story.takes("akta")
    story.clock.later(hours=2)
    story.takes("ktp")
    assert story.numbers("1") == ["A001", "B001"]


def test_against_help_from_below_it_competes_by_rank():
    plan = with_service(small_plan(), "ktp", max_wait=timedelta(minutes=5))
    story = Story(with_counter(plan, "1", help_after=timedelta(minutes=15)))
    story.takes("akta")
    story.clock.later(minutes=15)
    story.takes("ktp", "priority")  # counts as having come five minutes before
    story.clock.later(minutes=6)
    assert story.numbers() == ["A001", "B001"]


def test_one_who_is_aimed_at_the_counter_is_guarded_too(story):
    story = Story(with_service(small_plan(), "ktp", max_wait=HALF_AN_HOUR))
    story.takes("ktp")
    story.opens().starts()
    story.opens("2", BUDI)
    story.does(c.TransferTicket(ANI, "1", to_counter="2", at_end=True))
    story.clock.later(minutes=10)
    story.takes("akta", "priority")
    assert story.numbers("2") == ["B001", "A001"]
    story.clock.later(minutes=21)
    assert story.numbers("2") == ["A001", "B001"]
