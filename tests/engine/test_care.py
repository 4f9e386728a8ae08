"""What the hall sees to by itself: parkings whose time is over, and waiting for somebody who is gone."""

from __future__ import annotations

from core.domain import commands as c
from core.domain.ticket import State
from core.engine.engine import Engine
from tests.worlds import ANI, BUDI, CITIZEN, DirectThreads, engine_on, small_plan, token

A001 = "20261124-A001"


def taken(engine):
    engine.do(c.IssueTicket(CITIZEN, "ktp", token(1)))
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))
    engine.do(c.StartService(ANI, "1"))
    return engine


def test_a_parking_whose_time_is_over_ends_by_itself(store, clock):
    engine = taken(engine_on(store, clock=clock))
    engine.do(c.ParkTicket(ANI, "1", 15))
    engine.take_care()
    assert engine.hall.tickets[A001].state is State.PARKED
    clock.later(minutes=15)
    engine.take_care()
    assert engine.hall.tickets[A001].state is State.WAITING


def test_one_who_waits_for_a_closed_counter_is_released_by_itself(store, clock):
    engine = taken(engine_on(store, clock=clock))
    engine.do(c.OpenCounter(BUDI, "3"))
    engine.do(c.TransferTicket(ANI, "1", to_counter="3"))
    engine.take_care()
    assert engine.hall.tickets[A001].stage.aim == "counter:3"
    engine.do(c.CloseCounter(BUDI, "3"))
    engine.take_care()
    assert engine.hall.tickets[A001].stage.aim is None


def test_where_nothing_is_due_nothing_is_written(store, clock):
    engine = taken(engine_on(store, clock=clock))
    seq = store.last_seq()
    engine.take_care()
    assert store.last_seq() == seq


def test_the_watch_takes_care(store, clock):
    threads = DirectThreads()
    engine = Engine(small_plan(), store, clock, threads)
    engine.start()
    taken(engine).do(c.ParkTicket(ANI, "1", 1))
    clock.later(minutes=1)
    threads.run_timers()
    assert engine.hall.tickets[A001].state is State.WAITING
