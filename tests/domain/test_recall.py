"""A call is announced again at most three times, and not faster than every eight seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain import errors
from core.domain.commands import CallNext, FinishService, PauseCounter, Recall, RecordNoShow, StartService
from core.domain.events import TicketRecalled
from core.domain.plan import Rules
from tests.worlds import ANI, Story, small_plan


@pytest.fixture
def called(story: Story) -> Story:
    """A001 has just been called to counter 1."""
    story.takes(), story.takes()
    story.opens().calls()
    return story


def test_a_recall_announces_the_same_ticket_again(called):
    called.clock.later(seconds=8)
    assert called.does(Recall(ANI, "1")) == [TicketRecalled("20261124-A001", "1")]
    assert [(call.ticket, call.repeat) for call in called.hall.calls] == [
        ("20261124-A001", 0),
        ("20261124-A001", 1),
    ]


@pytest.mark.parametrize(("passed", "wait"), [(0, 8), (1, 7), (7.5, 1), (7.999, 1)])
def test_a_recall_before_eight_seconds_says_how_long_to_wait(called, passed, wait):
    called.clock.later(seconds=passed)
    refusal = called.refuses(Recall(ANI, "1"), errors.RecallTooSoon)
    assert refusal.facts == {"seconds": wait, "number": "A001", "state": "called"}


def test_the_pace_counts_from_the_last_recall(called):
    called.clock.later(seconds=8)
    called.does(Recall(ANI, "1"))
    called.clock.later(seconds=7)
    called.refuses(Recall(ANI, "1"), errors.RecallTooSoon)
    called.clock.later(seconds=1)
    called.does(Recall(ANI, "1"))


def test_a_fourth_recall_is_refused(called):
    for _ in range(3):
        called.clock.later(seconds=8)
        called.does(Recall(ANI, "1"))
    called.clock.later(hours=1)
    refusal = called.refuses(Recall(ANI, "1"), errors.RecallLimit)
    assert refusal.facts == {"limit": 3, "number": "A001", "state": "called"}


def test_a_hall_may_set_its_own_limit_and_pace():
    story = Story(small_plan(rules=replace(Rules(), recall_limit=1, recall_pace=timedelta(0))))
    story.takes()
    story.opens().calls()
    story.does(Recall(ANI, "1"))
    story.refuses(Recall(ANI, "1"), errors.RecallLimit)


def test_a_clock_set_back_does_not_shorten_the_pace(called):
    called.clock.later(seconds=-30)
    called.refuses(Recall(ANI, "1"), errors.RecallTooSoon)
    called.clock.later(seconds=37)
    called.refuses(Recall(ANI, "1"), errors.RecallTooSoon)
    called.clock.later(seconds=1)
    called.does(Recall(ANI, "1"))


def test_a_ticket_called_anew_may_be_recalled_anew(called):
    for _ in range(3):
        called.clock.later(seconds=8)
        called.does(Recall(ANI, "1"))
    called.does(PauseCounter(ANI, "1"))
    called.opens().calls()
    called.clock.later(seconds=8)
    called.does(Recall(ANI, "1"))


def test_a_no_show_frees_the_counter_and_goes_to_the_missed(called):
    called.does(RecordNoShow(ANI, "1"))
    assert list(called.hall.missed) == ["20261124-A001"]
    assert called.hall.desk("1").ticket is None
    assert called.number_called() == "A002"


def test_the_whole_way_of_a_ticket_is_kept_with_its_instants(called):
    start = called.clock.now()
    called.clock.later(minutes=1)
    called.does(StartService(ANI, "1"))
    called.clock.later(minutes=9)
    called.does(FinishService(ANI, "1"))
    stage = called.hall.tickets["20261124-A001"].stage
    assert (stage.counter, stage.officer, stage.called_at) == ("1", "ani", start)
    assert stage.started_at == start + timedelta(minutes=1)
    assert stage.ended_at == start + timedelta(minutes=10)
    assert called.hall.desk("1").served == 1
    assert called.when(CallNext(ANI, "1"))
