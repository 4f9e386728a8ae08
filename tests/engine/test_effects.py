"""What follows a commit comes after it, in its order, and can do it no harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain.staff import SYSTEM
from core.engine.effects import Effects, PrintOrder
from tests.worlds import ANI, CITIZEN, TUESDAY, WAYAN, engine_on, token


def issue(n: int, **more) -> c.IssueTicket:
    return c.IssueTicket(CITIZEN, more.pop("service", "ktp"), token(n), **more)


@pytest.fixture
def engine(store, clock):
    """A hall with nothing in it yet."""
    return engine_on(store, clock=clock)


@pytest.fixture
def told(engine) -> list[Effects]:
    """What the listeners were told."""
    heard: list[Effects] = []
    engine.subscribe(heard.append)
    return heard


def test_the_effects_come_after_the_commit(engine, store):
    kept = []
    engine.subscribe(lambda effects: kept.append((effects.seq, store.last_seq())))
    engine.do(issue(1))
    assert kept == [(store.last_seq(),) * 2]


def test_the_effects_come_before_the_caller_goes_on_and_in_order(engine, told):
    for n in range(5):
        engine.do(issue(n))
        assert len(told) == n + 1
    assert [each.seq for each in told] == sorted({each.seq for each in told})


def test_every_event_is_told_once_and_in_order(engine, told, store):
    before = store.last_seq()
    engine.do_all([(issue(n, kiosk="K1"), None) for n in range(3)])
    engine.do(c.OpenCounter(ANI, "1"))
    assert [r.seq for each in told for r in each.recorded] == list(range(before + 1, store.last_seq() + 1))


def test_a_listener_that_raises_does_no_harm(engine, store):
    told = []

    def broken(effects):
        raise RuntimeError("the printer is on fire")

    engine.subscribe(broken)
    engine.subscribe(told.append)
    assert engine.do(issue(1)).ticket == "20261124-A001"
    assert engine.do(issue(2)).ticket == "20261124-A002"
    assert len(told) == 2
    assert engine_on(store).hall.state() == engine.hall.state()


def test_a_refusal_and_a_repetition_tell_nobody(engine, told):
    engine.do(issue(1), "id-1")
    engine.do(issue(2), "id-1")
    with pytest.raises(Exception, match="counter_not_open"):
        engine.do(c.FinishService(ANI, "1"))
    assert len(told) == 1


def test_a_listener_may_read_the_hall(engine):
    seen = []
    engine.subscribe(lambda effects: seen.append(engine.read(lambda hall: hall.seq)))
    engine.do(issue(1))
    assert len(seen) == 1


def test_a_new_ticket_touches_its_service_its_agency_and_its_zone(engine, told):
    engine.do(issue(1, service="skck"))
    effects = told[-1]
    assert (effects.services, effects.agencies, effects.zones) == ({"skck"}, {"POL"}, {"B"})
    assert (effects.tickets, effects.counters, effects.everything) == ({"20261124-C001"}, frozenset(), False)


def test_a_call_touches_its_ticket_its_counter_and_its_zone(engine, told):
    engine.do(issue(1, kiosk="K1"))
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))
    effects = told[-1]
    assert (effects.tickets, effects.counters) == ({"20261124-A001"}, {"1"})
    assert (effects.services, effects.agencies, effects.zones) == ({"ktp"}, {"DUK"}, {"A"})
    assert [(call.ticket, call.counter, call.repeat) for call in effects.calls] == [("20261124-A001", "1", 0)]


def test_calls_of_one_commit_are_announced_in_their_order(engine, told):
    budi = replace(ANI, name="budi")
    engine.do_all([(issue(n), None) for n in range(2)])
    engine.do_all([(c.OpenCounter(ANI, "1"), None), (c.OpenCounter(budi, "3"), None)])
    engine.do_all([(c.CallNext(budi, "3"), None), (c.CallNext(ANI, "1"), None)])
    assert [(call.ticket[-4:], call.counter) for call in told[-1].calls] == [("A001", "3"), ("A002", "1")]
    engine.do(c.StartService(ANI, "1"))
    assert told[-1].calls == ()


def test_putting_back_touches_the_counter_that_the_ticket_left(engine, told):
    engine.do(issue(1))
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))
    engine.do(c.PauseCounter(ANI, "1"))
    assert told[-1].counters == {"1"}
    assert told[-1].tickets == {"20261124-A001"}


def test_a_ticket_with_paper_orders_a_print_once(engine, told):
    engine.do(issue(1, kiosk="K1"), "id-1")
    engine.do(issue(2, kiosk="K1"), "id-1")
    assert [order for each in told for order in each.prints] == [
        PrintOrder("20261124-A001.1", "20261124-A001", "P1")
    ]
    assert told[0].kiosks == {"K1"}


def test_a_failed_print_that_is_asked_for_again_is_ordered_again(engine, told):
    engine.do(issue(1, kiosk="K1"))
    for actor, state in ((SYSTEM, "sending"), (SYSTEM, "failed"), (ANI, "queued"), (SYSTEM, "sending")):
        engine.do(c.ReportPrint(actor, "20261124-A001.1", state))
    assert [len(each.prints) for each in told] == [1, 0, 0, 1, 0]
    assert all(each.printers == {"P1"} and each.kiosks == {"K1"} for each in told)


def test_a_pause_of_a_service_touches_its_agency(engine, told):
    engine.do(c.PauseService(WAYAN, "akta", "server down"))
    assert (told[-1].services, told[-1].agencies) == ({"akta"}, {"DUK"})


def test_a_new_day_touches_everything(engine, told, clock):
    clock.later(days=1)
    engine.tick()
    assert told[-1].everything


def test_a_day_that_ends_in_the_commit_of_a_print_report_does_no_harm(engine, store):
    engine.do(issue(1, kiosk="K1"))
    verdicts = engine.do_all(
        [
            (c.ReportPrint(SYSTEM, "20261124-A001.1", "sending"), None),
            (c.StartDay(SYSTEM, TUESDAY.replace(day=25)), None),
        ]
    )
    assert not any(isinstance(each, Exception) for each in verdicts), verdicts
    assert engine_on(store).hall.day == TUESDAY.replace(day=25)
