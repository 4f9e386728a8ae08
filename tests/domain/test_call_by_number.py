"""An officer may call one particular number; out of turn it needs a reason."""

from __future__ import annotations

import pytest

from core.domain import errors
from core.domain.commands import CallNumber, StartDay
from core.domain.events import TicketCalled
from tests.worlds import ANI, SYSTEM, TUESDAY, WAYAN, Story, local, small_plan, with_rules


def test_out_of_turn_needs_a_reason(story):
    story.takes(), story.takes()
    story.opens()
    refusal = story.refuses(CallNumber(ANI, "1", "A002"), errors.ReasonRequired)
    assert refusal.facts == {"action": "call", "number": "A002"}


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_is_no_reason(story, blank):
    story.takes(), story.takes()
    story.opens()
    story.refuses(CallNumber(ANI, "1", "A002", blank), errors.ReasonRequired)


def test_in_turn_needs_none(story):
    story.takes()
    story.opens()
    (called,) = story.does(CallNumber(ANI, "1", "A001"))
    assert isinstance(called, TicketCalled)


def test_a_lower_tier_is_out_of_turn(story):
    story.takes("akta"), story.takes("ktp")
    story.opens()
    story.refuses(CallNumber(ANI, "1", "B001"), errors.ReasonRequired)


@pytest.mark.parametrize("typed", ["a001", "A001", " a001 "])
def test_a_number_may_be_typed_in_lower_case(story, typed):
    ticket = story.takes()
    story.opens()
    (called,) = story.does(CallNumber(ANI, "1", typed))
    assert called.ticket == ticket.id


@pytest.mark.parametrize("typed", ["A002", "Z001", "", "1", "A1"])
def test_an_unknown_number_is_refused(story, typed):
    story.takes()
    story.opens()
    refusal = story.refuses(CallNumber(ANI, "1", typed, "why not"), errors.TicketUnknown)
    assert refusal.facts == {"ticket": typed}


def test_a_number_of_yesterday_is_unknown(story):
    story.takes()
    story.clock.instant = local("09:00", TUESDAY.replace(day=25))

    story.does(StartDay(SYSTEM, TUESDAY.replace(day=25)))
    story.opens()
    story.refuses(CallNumber(ANI, "1", "A001"), errors.TicketUnknown)


def test_a_number_of_a_foreign_service_is_refused_even_with_a_reason(story):
    story.takes("skck")
    story.opens()
    refusal = story.refuses(CallNumber(ANI, "1", "C001", "asked for"), errors.NotServedHere)
    assert refusal.facts == {"number": "C001", "counter": "1", "state": "waiting"}


def test_a_busy_counter_calls_no_other_number(story):
    story.takes(), story.takes()
    story.opens().calls()
    refusal = story.refuses(CallNumber(ANI, "1", "A002", "asked for"), errors.CounterBusy)
    assert refusal.facts == {"counter": "1", "number": "A001", "state": "called"}


def test_where_officers_may_not_a_supervisor_may_call_out_of_turn():
    story = Story(with_rules(small_plan(), officers_out_of_turn=False))
    story.takes(), story.takes()
    story.opens("1", ANI).opens("3", WAYAN)
    refusal = story.refuses(CallNumber(ANI, "1", "A002", "fainting"), errors.Forbidden)
    assert refusal.facts == {"role": "officer", "action": "call_out_of_turn"}
    story.does(CallNumber(WAYAN, "3", "A002", "fainting"))
    story.does(CallNumber(ANI, "1", "A001"))  # whose turn it is
