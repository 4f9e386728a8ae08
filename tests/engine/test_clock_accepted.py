"""A day that a wrong clock ended goes on where it was, once an administrator says that the clock is right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.hall import DeskState
from core.domain.staff import SYSTEM
from core.domain.ticket import State
from core.engine.engine import Engine
from core.engine.fairness import fairness
from core.engine.projection import rebuild
from core.ports import KEYS
from tests.worlds import ANI, CITIZEN, TUESDAY, WAYAN, DirectThreads, by_key, engine_on, small_plan, token

WEDNESDAY = TUESDAY + timedelta(days=1)
THURSDAY = TUESDAY + timedelta(days=2)
_tokens = iter(range(1_000_000))


def issue(service: str = "ktp", klass: str | None = None) -> c.IssueTicket:
    return c.IssueTicket(CITIZEN, service, token(next(_tokens)), klass)


def accept(engine: Engine, day=TUESDAY) -> None:
    (verdict,) = engine.do_all([(c.AcceptClock(SYSTEM, day), None)])
    assert not isinstance(verdict, Exception), verdict


def in_the_future(store, clock):
    """Three numbers of Tuesday, one of them called; then a clock that is a day ahead, and one number."""
    engine = engine_on(store, clock=clock)
    numbers = [engine.do(issue()).ticket for _ in range(3)]
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))
    clock.set("10:00", WEDNESDAY)
    assert engine.do(issue()).ticket == "20261125-A001"
    clock.set("09:30")
    return engine, numbers


def test_the_day_goes_on_with_its_tickets_counters_and_numbers(store, clock):
    engine, numbers = in_the_future(store, clock)
    accept(engine)
    hall = engine.hall
    assert (hall.day, hall.moment(clock.now())) == (TUESDAY, clock.now())
    assert [hall.tickets[each].state for each in numbers] == [State.CALLED, State.WAITING, State.WAITING]
    assert (hall.desk("1").state, hall.desk("1").officer) == (DeskState.OPEN, "ani")
    assert engine.do(issue()).ticket == "20261124-A004"
    engine.do(c.RecordNoShow(ANI, "1"))
    assert engine.do(c.CallNext(ANI, "1")).ticket == numbers[1]


def test_a_restart_and_a_server_beside_find_the_same_hall(store, clock):
    engine, _ = in_the_future(store, clock)
    beside = Engine(small_plan(), store, clock, DirectThreads())
    beside.catch_up()
    accept(beside)
    assert engine.catch_up()
    assert engine.hall.state() == beside.hall.state()
    engine.do(issue())
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()


def test_the_day_that_the_wrong_clock_began_goes_on_with_its_numbers_when_it_comes(store, clock):
    engine, _ = in_the_future(store, clock)
    accept(engine)
    clock.set("09:00", WEDNESDAY)
    assert engine.do(issue()).ticket == "20261125-A002"
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()
    clock.set("09:00", THURSDAY)
    engine.tick()
    assert engine.do(issue()).ticket == "20261126-A001"


def test_the_next_day_begins_at_its_own_time_after_a_restart(store, clock):
    """What lasts was written in the future too; it must not carry the hall there again."""
    engine = engine_on(store, clock=clock)
    clock.set("09:00", THURSDAY)
    engine.do(c.PauseService(WAYAN, "akta", "no forms"))
    clock.set("10:00")
    accept(engine)
    clock.set("09:00", WEDNESDAY)
    engine.tick()
    again = engine_on(store, clock=clock)
    assert (again.hall.day, again.hall.moment(clock.now())) == (WEDNESDAY, clock.now())
    assert "akta" in again.hall.paused


def test_the_report_tables_are_as_a_rebuild_makes_them(store, clock):
    engine, _ = in_the_future(store, clock)
    accept(engine)
    engine.do(issue())
    engine.do(c.StartService(ANI, "1"))
    clock.set("09:00", WEDNESDAY)
    engine.do(issue())
    made = rebuild(small_plan(), store.by_day())
    for table, keys in KEYS.items():
        kept = store.rows[table].values() if hasattr(store, "rows") else store.table_rows(table)
        assert by_key(made[table], keys) == by_key(kept, keys), table


def test_the_fairness_report_of_the_day_is_made(store, clock):
    engine, _ = in_the_future(store, clock)
    accept(engine)
    clock.later(minutes=5)
    engine.do(c.RecordNoShow(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))
    for day in (TUESDAY, WEDNESDAY):
        report = fairness(small_plan(), day, store.of_day(day), clock.now())
        assert report["unexplained"] == []
        waits = [each["waited_minutes"] for group in report["longest_waits"].values() for each in group]
        assert all(minutes >= 0 for minutes in waits)


def test_hours_ahead_on_the_same_day_go_back_in_order(store, clock):
    engine = engine_on(store, clock=clock)
    clock.set("09:00")
    first = engine.do(issue()).ticket
    clock.set("13:00")
    second, third = (engine.do(issue()).ticket for _ in range(2))
    clock.set("09:10")
    accept(engine)
    assert engine.hall.tickets[second].issued_at == clock.now()
    clock.later(minutes=1)
    fourth = engine.do(issue()).ticket
    engine.do(c.OpenCounter(ANI, "1"))
    called = []
    for _ in range(4):
        called.append(engine.do(c.CallNext(ANI, "1")).ticket)
        engine.do(c.RecordNoShow(ANI, "1"))
    assert called == [first, second, third, fourth]
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()


def test_a_day_that_was_never_served_begins_empty(store, clock):
    engine = engine_on(store, clock=clock)
    clock.set("09:00", THURSDAY)
    engine.do(issue())
    clock.set("09:00", WEDNESDAY)
    accept(engine, WEDNESDAY)
    assert engine.hall.day == WEDNESDAY
    assert engine.do(issue()).ticket == "20261125-A001"
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()


def test_a_clock_that_is_ahead_of_the_log_ends_no_day_by_itself(store, clock):
    engine = engine_on(store, clock=clock)
    clock.set("09:00", WEDNESDAY)
    accept(engine, WEDNESDAY)
    assert engine.hall.day == TUESDAY
    engine.tick()
    assert engine.hall.day == WEDNESDAY


def test_only_an_administrator_may(store, clock):
    engine = engine_on(store, clock=clock)
    with pytest.raises(errors.Forbidden):
        engine.do(c.AcceptClock(WAYAN, TUESDAY))


def test_what_waited_for_paper_on_that_day_is_printed(store, clock):
    engine = engine_on(store, clock=clock)
    heard: list = []
    engine.subscribe(heard.append)
    engine.do(c.IssueTicket(CITIZEN, "ktp", token(next(_tokens)), kiosk="K1"))
    clock.set("09:00", WEDNESDAY)
    engine.tick()
    clock.set("09:30")
    heard.clear()
    accept(engine)
    assert [order.job for effects in heard for order in effects.prints] == ["20261124-A001.1"]
    assert heard[-1].everything


def test_the_log_says_who_did_it_and_on_which_day(store, clock):
    engine, _ = in_the_future(store, clock)
    accept(engine)
    last = list(store.everything())[-1]
    assert isinstance(last.event, e.ClockAccepted)
    assert (last.day, last.at, last.actor) == (TUESDAY, clock.now(), SYSTEM)
