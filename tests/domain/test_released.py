"""Whoever waits for one counter or one officer is not left behind when these go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.staff import SYSTEM, Role
from tests.worlds import ANI, BUDI, Story

A001 = "20261124-A001"


@pytest.fixture
def sent(story: Story) -> Story:
    """A001 (ktp) was served at 1 and waits for counter 3, where Budi is; A002 came later."""
    story.takes()
    story.opens("1", ANI).opens("3", BUDI).starts("1")
    story.given(e.AccountAdded("staff", "budi", Role.OFFICER, "DUK"))
    story.clock.later(minutes=5)
    story.takes()
    story.does(c.TransferTicket(ANI, "1", to_counter="3"))
    return story


def test_while_somebody_is_there_it_waits_for_them(sent):
    assert sent.does(c.ReleaseAimed(SYSTEM)) == []
    sent.does(c.PauseCounter(BUDI, "3", "lunch"))
    assert sent.does(c.ReleaseAimed(SYSTEM)) == []
    assert sent.numbers("1") == ["A002"]


def test_when_the_counter_closes_it_waits_for_all_by_the_rank_it_had(sent):
    rank = sent.hall.tickets[A001].stage.rank
    sent.does(c.CloseCounter(BUDI, "3"))
    assert sent.does(c.ReleaseAimed(SYSTEM)) == [e.AimLifted(A001, "counter:3", "A")]
    stage = sent.hall.tickets[A001].stage
    assert (stage.aim, stage.rank) == (None, rank)
    assert sent.numbers("1") == ["A001", "A002"]
    assert sent.replayed().state() == sent.hall.state()


def test_when_the_officer_leaves_it_waits_for_all(story):
    story.takes()
    story.opens("1", ANI).opens("3", BUDI).starts("1")
    story.given(e.AccountAdded("staff", "budi", Role.OFFICER, "DUK"))
    story.does(c.TransferTicket(ANI, "1", to_officer="budi"))
    story.does(c.CloseCounter(BUDI, "3"))
    assert story.does(c.ReleaseAimed(SYSTEM)) == [e.AimLifted(A001, "officer:budi", "A")]
    assert story.numbers("1") == ["A001"]


def test_when_the_counter_has_left_the_plan_it_waits_for_all(sent):
    plan = sent.hall.plan
    sent.hall = sent.replayed(replace(plan, counters={k: v for k, v in plan.counters.items() if k != "3"}))
    assert sent.does(c.ReleaseAimed(SYSTEM)) == [
        e.CounterClosed("3", "budi", "counter gone"),
        e.AimLifted(A001, "counter:3", "A"),
    ]
    assert sent.numbers("1") == ["A001", "A002"]


def test_one_who_was_missed_and_is_restored_after_the_counter_closed_is_released_too(sent):
    assert sent.calls("3", BUDI).ticket == A001
    sent.does(c.RecordNoShow(BUDI, "3"))
    sent.does(c.CloseCounter(BUDI, "3"))
    assert sent.does(c.ReleaseAimed(SYSTEM)) == []
    sent.does(c.RestoreTicket(ANI, "1", "A001"))
    assert len(sent.does(c.ReleaseAimed(SYSTEM))) == 1
    assert "A001" in sent.numbers("1")


def test_nobody_is_sent_to_where_nobody_is(story):
    story.takes()
    story.opens("1", ANI).starts("1")
    story.given(e.AccountAdded("staff", "budi", Role.OFFICER, "DUK"))
    refusal = story.refuses(c.TransferTicket(ANI, "1", to_counter="3"), errors.TargetAway)
    assert refusal.facts == {"target": story.hall.plan.counters["3"].name.id, "state": "closed"}
    refusal = story.refuses(c.TransferTicket(ANI, "1", to_officer="budi"), errors.TargetAway)
    assert refusal.facts == {"target": "budi", "state": "closed"}


def test_a_counter_that_pauses_may_be_sent_to(story):
    story.takes()
    story.opens("1", ANI).opens("3", BUDI).starts("1")
    story.does(c.PauseCounter(BUDI, "3", "lunch"))
    story.does(c.TransferTicket(ANI, "1", to_counter="3"))
    assert story.hall.tickets[A001].stage.aim == "counter:3"
