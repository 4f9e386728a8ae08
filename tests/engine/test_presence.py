"""A workstation that followed its counter and is out of reach for too long is cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain.hall import DeskState
from core.domain.plan import Rules
from core.domain.ticket import State
from core.ports import StoreError
from core.web.presence import LOOK_S, Presence
from tests.worlds import ANI, CITIZEN, DirectThreads, engine_on, small_plan, token

A001 = "20261124-A001"
RULES = Rules(cut_off_after=timedelta(minutes=2))


@pytest.fixture
def engine(memory, clock):
    """Ani has called A001 at counter 1."""
    engine = engine_on(memory, small_plan(rules=RULES), clock)
    engine.do(c.IssueTicket(CITIZEN, "ktp", token(1)))
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))
    return engine


@pytest.fixture
def followed():
    return {"1"}


@pytest.fixture
def presence(engine, followed, clock):
    return Presence(engine, lambda: tuple(followed), clock, engine._concurrency)


def test_while_the_workstation_is_there_nothing_happens(engine, presence, clock):
    for _ in range(5):
        clock.later(minutes=1)
        presence.look()
    assert engine.hall.tickets[A001].state is State.CALLED


def test_a_short_break_of_the_line_does_no_harm(engine, presence, followed, clock):
    presence.look()
    followed.clear()
    clock.later(seconds=119)
    presence.look()
    followed.add("1")
    presence.look()
    followed.clear()
    clock.later(seconds=119)
    presence.look()
    assert engine.hall.desk("1").state is DeskState.OPEN


def test_after_the_limit_the_counter_is_paused_and_its_call_goes_back(engine, presence, followed, clock):
    presence.look()
    followed.clear()
    clock.later(seconds=120)
    presence.look()
    assert engine.hall.tickets[A001].state is State.WAITING
    desk = engine.hall.desk("1")
    assert (desk.state, desk.reason, desk.officer) == (DeskState.PAUSED, "cut off", "ani")


def test_it_is_done_once(engine, presence, followed, clock):
    presence.look()
    followed.clear()
    clock.later(seconds=120)
    presence.look()
    engine.do(c.OpenCounter(ANI, "1"))  # over the API, without a live line
    clock.later(minutes=10)
    presence.look()
    assert engine.hall.desk("1").state is DeskState.OPEN


def test_a_counter_that_was_never_followed_is_left_alone(engine, presence, followed, clock):
    followed.clear()
    clock.later(hours=1)
    presence.look()
    assert engine.hall.desk("1").state is DeskState.OPEN


def test_a_counter_that_closed_meanwhile_is_let_be(engine, presence, followed, clock):
    presence.look()
    engine.do(c.CloseCounter(ANI, "1"))
    followed.clear()
    seq = engine.hall.seq
    clock.later(minutes=3)
    presence.look()
    assert engine.hall.seq == seq


def test_zero_switches_it_off(memory, clock, followed):
    engine = engine_on(memory, small_plan(rules=Rules(cut_off_after=timedelta(0))), clock)
    engine.do(c.OpenCounter(ANI, "1"))
    presence = Presence(engine, lambda: tuple(followed), clock, engine._concurrency)
    presence.look()
    followed.clear()
    clock.later(hours=1)
    presence.look()
    assert engine.hall.desk("1").state is DeskState.OPEN


def test_it_goes_on_by_itself_also_after_a_trouble_until_it_is_stopped(engine, clock, caplog):
    threads = DirectThreads()
    asked = []

    def followed():
        asked.append(1)
        raise StoreError("full")

    presence = Presence(engine, followed, clock, threads)
    presence.start()
    for _ in range(3):
        assert [seconds for seconds, _ in threads.timers] == [LOOK_S]
        threads.run_timers()
    assert (len(asked), caplog.messages[0]) == (3, "presence_check_failed")
    presence.stop()
    threads.run_timers()
    assert threads.timers == []
