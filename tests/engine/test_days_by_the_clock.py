"""The service day follows the clock of the hall's own zone: by the first command, or by the tick."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.accounts import add_account
from core.domain import commands as c
from core.domain import errors
from core.domain import events as e
from core.domain.staff import SYSTEM, Role
from core.engine.engine import WATCH_S, Engine
from tests.worlds import ANI, CITIZEN, TUESDAY, DirectThreads, engine_on, local, small_plan, token

WEDNESDAY = TUESDAY + timedelta(days=1)
_tokens = iter(range(1_000_000))


def issue(service: str = "ktp") -> c.IssueTicket:
    return c.IssueTicket(CITIZEN, service, token(next(_tokens)))


def days(store) -> list:
    return [r.event.day for r in store.everything() if isinstance(r.event, e.DayStarted)]


def test_the_first_start_begins_the_day(store):
    engine_on(store)
    assert days(store) == [TUESDAY]


def test_a_restart_on_the_same_day_begins_no_other(store, clock):
    engine_on(store, clock=clock).do(issue())
    clock.later(hours=3)
    assert engine_on(store, clock=clock).do(issue()).ticket == "20261124-A002"
    assert days(store) == [TUESDAY]


def test_the_first_command_of_a_new_day_begins_it(store, clock):
    engine = engine_on(store, clock=clock)
    engine.do(issue())
    clock.set("09:00", WEDNESDAY)
    assert engine.do(issue()).ticket == "20261125-A001"
    assert days(store) == [TUESDAY, WEDNESDAY]


def test_a_command_that_is_then_refused_begins_the_day_nevertheless(store, clock):
    engine = engine_on(store, clock=clock)
    clock.set("09:00", WEDNESDAY)
    with pytest.raises(errors.CounterNotOpen):
        engine.do(c.CallNext(ANI, "1"))
    assert days(store) == [TUESDAY, WEDNESDAY]
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()


def test_the_tick_begins_the_day_without_any_command(store, clock):
    engine = engine_on(store, clock=clock)
    clock.set("23:59:59")
    engine.tick()
    assert days(store) == [TUESDAY]
    clock.set("00:00", WEDNESDAY)
    engine.tick()
    engine.tick()
    assert days(store) == [TUESDAY, WEDNESDAY]


def test_the_watch_of_the_day_goes_on_by_itself(store, clock):
    threads = DirectThreads()
    engine = Engine(small_plan(), store, clock, threads)
    engine.start()
    for n in range(3):
        assert [seconds for seconds, _ in threads.timers] == [WATCH_S]
        clock.set("00:00:10", WEDNESDAY + timedelta(days=n))
        threads.run_timers()
    assert len(days(store)) == 4
    engine.stop()
    threads.run_timers()
    assert threads.timers == []


def test_the_watch_of_the_day_outlasts_a_trouble_of_any_kind(memory, clock, monkeypatch):
    threads = DirectThreads()
    Engine(small_plan(), memory, clock, threads).start()
    clock.set("00:00", WEDNESDAY)

    def broken(commit):
        raise OSError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(memory, "append", broken)
        threads.run_timers()
    threads.run_timers()
    assert days(memory) == [TUESDAY, WEDNESDAY]


def test_midnight_is_that_of_the_halls_zone_not_of_utc(store, clock):
    engine = engine_on(store, clock=clock)
    clock.instant = local("00:30", WEDNESDAY)  # 16:30 UTC of Tuesday
    assert clock.instant.date() == TUESDAY
    engine.tick()
    assert engine.hall.day == WEDNESDAY
    clock.instant = local("08:05", WEDNESDAY)  # past midnight UTC
    engine.tick()
    assert days(store) == [TUESDAY, WEDNESDAY]


@pytest.mark.parametrize("gap", [1, 3, 40])
def test_a_hall_that_was_down_over_midnight_begins_the_day_when_it_is_back(store, clock, gap):
    engine_on(store, clock=clock).do(issue())
    clock.set("07:50", TUESDAY + timedelta(days=gap))
    engine = engine_on(store, clock=clock)
    assert engine.hall.day == TUESDAY + timedelta(days=gap)
    assert engine.hall.tickets == {}
    expired = [r for r in store.everything() if isinstance(r.event, e.TicketExpired)]
    assert [r.day for r in expired] == [TUESDAY]


def test_over_a_weekend_monday_starts_at_one(store, clock):
    friday, monday = TUESDAY + timedelta(days=3), TUESDAY + timedelta(days=6)
    clock.set("14:00", friday)
    engine = engine_on(store, clock=clock)
    engine.do(issue())
    for day in range(1, 3):  # the server runs through
        clock.set("00:00", friday + timedelta(days=day))
        engine.tick()
    with pytest.raises(errors.ServiceClosed) as refused:
        engine.do(issue())
    assert refused.value.facts["opens_at"] == local("07:45", monday).isoformat()
    clock.set("07:45", monday)
    assert engine.do(issue()).ticket == "20261130-A001"


def test_a_clock_set_back_over_midnight_does_not_reopen_yesterday(store, clock):
    clock.set("09:00", WEDNESDAY)
    engine = engine_on(store, clock=clock)
    engine.do(issue())
    clock.set("23:00", TUESDAY)
    engine.tick()
    assert engine.do(issue()).ticket == "20261125-A002"
    instants = [r.at for r in store.everything()]
    assert instants == sorted(instants)
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()


def test_a_new_day_loads_that_day_alone_and_what_lasts(store, clock):
    engine = engine_on(store, clock=clock)
    for _ in range(20):
        engine.do(issue())
    engine.do(c.PauseService(SYSTEM, "akta", "server down"))
    clock.set("08:00", WEDNESDAY)
    engine.do(issue())
    kinds = [type(r.event).__name__ for r in store.load()]
    assert kinds == ["ServicePaused", "DayStarted", "TicketIssued"]
    assert engine_on(store, clock=clock).hall.state() == engine.hall.state()


def test_an_account_made_after_midnight_ends_no_day(store, clock):

    engine = engine_on(store, clock=clock)
    engine.do(issue())
    clock.set("00:10", WEDNESDAY)
    add_account(engine, ("staff", "wati"), Role.ADMIN, "hash")
    assert engine.hall.day == TUESDAY
    assert engine_on(store, clock=clock).hall.account("staff", "wati") is not None
