"""A lower tier is called when those above are empty, or when its head waited longer than ``help_after``."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.ticket import Why
from tests.worlds import ANI, POLRI, WAYAN, Story, counter, small_plan, with_counter


@pytest.fixture
def helping() -> Story:
    """Counter 1 (ktp and kk, then akta) helps akta after 15 minutes; B001 came at 9:00, A001 at 9:10."""
    story = Story(with_counter(small_plan(), "1", help_after=timedelta(minutes=15)))
    story.takes("akta")
    story.clock.later(minutes=10)
    story.takes("ktp")
    return story.opens()


def test_without_help_a_lower_tier_waits_however_long(story):
    story.takes("akta")
    story.clock.later(hours=2)
    story.takes("ktp")
    story.opens()
    assert story.calls().why == Why("tier", 1, "regular")


def test_it_waits_until_its_head_has_waited_longer(helping):
    helping.clock.later(minutes=5)
    assert helping.numbers() == ["A001", "B001"]
    helping.clock.later(seconds=1)
    assert helping.numbers() == ["B001", "A001"]


def test_the_call_says_that_it_was_help(helping):
    helping.clock.later(minutes=6)
    assert helping.calls().why == Why("help", 0, "regular", minutes=15)


def test_it_competes_by_its_rank_and_does_not_go_first_of_all(helping):
    early = Story(with_counter(small_plan(), "1", help_after=timedelta(minutes=15)))
    early.takes("ktp")
    early.clock.later(minutes=1)
    early.takes("akta")
    early.clock.later(hours=1)
    early.opens()
    assert early.numbers() == ["A001", "B001"]


def test_a_lower_tier_goes_when_those_above_are_empty(helping):
    helping.serves()
    assert helping.calls().why.rule == "arrival"


def test_the_third_tier_helps_as_the_second_does():
    plan = small_plan()
    tiers = counter("1", "DUK", "A", ("ktp",), ("kk",), ("akta",), help_after=timedelta(minutes=15))
    story = Story(small_plan(counters={**plan.counters, "1": tiers}))
    story.takes("akta")
    story.clock.later(minutes=16)
    story.takes("ktp"), story.takes("kk")
    assert story.numbers() == ["B001", "A001", "A002"]


def test_an_officer_helps_another_service_of_the_agency_after_their_own(story):
    story.takes("akta")
    story.clock.later(minutes=1)
    story.takes("ktp")
    story.opens("3")
    assert story.numbers("3") == ["A001"]
    assert story.does(c.HelpServices(ANI, "3", ("akta", "ktp", "akta"))) == [e.HelpGiven("3", ("akta",))]
    assert story.numbers("3") == ["A001", "B001"]


def test_an_officer_does_not_help_another_agency_but_a_supervisor_does(story):
    story.opens("3")
    refusal = story.refuses(c.HelpServices(ANI, "3", ("skck",)), errors.Forbidden)
    assert refusal.facts == {"role": "officer", "action": "help"}
    story.does(c.CloseCounter(ANI, "3"))
    story.opens("3", WAYAN)
    story.does(c.HelpServices(WAYAN, "3", ("skck",)))
    story.takes("skck")
    assert story.serves("3", WAYAN) == "C001"


def test_help_for_an_unknown_service_is_refused(story):
    story.opens("3").refuses(c.HelpServices(ANI, "3", ("none",)), errors.ServiceUnknown)


def test_help_is_given_at_an_open_counter_only(story):
    story.refuses(c.HelpServices(ANI, "3", ("akta",)), errors.CounterNotOpen)
    story.opens("4", POLRI).refuses(c.HelpServices(ANI, "4", ("sim",)), errors.CounterForeign)


def test_help_ends_when_the_officer_says_so_or_the_counter_closes(story):
    story.takes("akta")
    story.opens("3")
    story.does(c.HelpServices(ANI, "3", ("akta",)))
    story.does(c.HelpServices(ANI, "3", ()))
    assert story.numbers("3") == []
    story.does(c.HelpServices(ANI, "3", ("akta",)))
    story.does(c.PauseCounter(ANI, "3"))
    story.opens("3")
    assert story.numbers("3") == ["B001"]
    story.does(c.CloseCounter(ANI, "3"))
    story.opens("3")
    assert story.numbers("3") == []
