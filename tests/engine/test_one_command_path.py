"""Every command has an id: the same request, however often it comes, is carried out once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain import errors
from core.domain.staff import SYSTEM, Role
from core.engine.engine import Done, Engine, Undecided, fingerprint_of
from core.ports import StoreError
from tests.worlds import ANI, CITIZEN, DirectThreads, engine_on, frozen, small_plan, token, with_service

ISSUE = c.IssueTicket(CITIZEN, "ktp", token(1))
AGAIN = replace(ISSUE, token=token(2), site="https://another.example")
"""The same request tried again: only what is made anew with each try differs."""
OTHER = replace(ISSUE, service="kk", token=token(3))


def test_a_command_is_answered_with_what_it_led_to(store):
    engine = engine_on(store)
    done = engine.do(ISSUE, "id-1")
    assert done == Done({"ticket": "20261124-A001"})
    assert done.ticket == "20261124-A001"


def test_the_same_id_with_the_same_body_answers_with_the_first_outcome(store):
    engine = engine_on(store)
    first = engine.do(ISSUE, "id-1")
    before = frozen(engine.hall)
    assert engine.do(AGAIN, "id-1") == Done(first.result, repeated=True)
    assert engine.hall.state() == before


def test_the_same_id_with_another_body_is_refused(store):
    engine = engine_on(store)
    engine.do(ISSUE, "id-1")
    before = frozen(engine.hall)
    with pytest.raises(errors.CommandIdReused) as refused:
        engine.do(OTHER, "id-1")
    assert refused.value.facts == {"command_id": "id-1"}
    assert engine.hall.state() == before


def test_the_same_id_from_another_person_is_refused(store):
    engine = engine_on(store)
    engine.do(ISSUE, "id-1")
    with pytest.raises(errors.CommandIdReused):
        engine.do(replace(AGAIN, actor=ANI), "id-1")


def test_the_first_outcome_is_known_after_a_restart(store):
    first = engine_on(store).do(ISSUE, "id-1")
    engine = engine_on(store)
    assert engine.do(AGAIN, "id-1") == Done(first.result, repeated=True)
    with pytest.raises(errors.CommandIdReused):
        engine.do(OTHER, "id-1")
    assert engine.do(AGAIN, "id-2").ticket == "20261124-A002"


def test_the_first_outcome_is_known_when_the_rules_would_refuse_it_now(store, clock):
    plan = with_service(small_plan(), "ktp", daily_quota=1)
    engine = engine_on(store, plan, clock)
    engine.do(ISSUE, "id-1")
    clock.later(hours=12)
    assert engine.do(AGAIN, "id-1").repeated


def test_the_first_outcome_is_known_the_day_after(store, clock):
    engine = engine_on(store, clock=clock)
    engine.do(ISSUE, "id-1")
    clock.later(days=1)
    assert engine.do(AGAIN, "id-1") == Done({"ticket": "20261124-A001"}, repeated=True)


def test_two_with_one_id_in_one_batch_are_carried_out_once(store):
    engine = engine_on(store)
    first, second, third = engine.do_all([(ISSUE, "id-1"), (AGAIN, "id-1"), (OTHER, "id-1")])
    assert (first.ticket, first.repeated) == ("20261124-A001", False)
    assert second == Done(first.result, repeated=True)
    assert isinstance(third, errors.CommandIdReused)
    assert len(engine.hall.tickets) == 1


def test_without_an_id_each_request_is_one_of_its_own(store):
    engine = engine_on(store)
    assert [engine.do(replace(ISSUE, token=token(n))).ticket[-4:] for n in range(3)] == [
        "A001", "A002", "A003",
    ]  # fmt: skip


def test_a_refusal_changes_nothing_and_is_not_remembered(store):
    engine = engine_on(store)
    before, seq = frozen(engine.hall), store.last_seq()
    call = c.CallNext(ANI, "1")
    with pytest.raises(errors.CounterNotOpen):
        engine.do(call, "id-1")
    assert (engine.hall.state(), store.last_seq()) == (before, seq)
    assert store.outcome("id-1") is None
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(ISSUE)
    assert engine.do(call, "id-1").ticket == "20261124-A001"  # the same id, and now it may


def test_a_refusal_in_a_batch_leaves_the_others_alone(store):
    engine = engine_on(store)
    verdicts = engine.do_all(
        [(ISSUE, None), (c.CallNext(ANI, "1"), None), (c.OpenCounter(ANI, "1"), None), (OTHER, None)]
    )
    assert [type(each).__name__ for each in verdicts] == ["Done", "CounterNotOpen", "Done", "Done"]
    assert engine_on(store).hall.state() == engine.hall.state()


def test_each_of_a_batch_is_decided_after_those_before_it(store):
    engine = engine_on(store)
    *_, called = engine.do_all([(ISSUE, None), (c.OpenCounter(ANI, "1"), None), (c.CallNext(ANI, "1"), None)])
    assert called.result["why"] == {
        "rule": "arrival", "passed": 0, "klass": "regular", "head_start_s": 0, "reason": "",
        "minutes": 0, "turn": 0, "of": 0,
    }  # fmt: skip


def test_the_answer_is_built_from_the_hall_right_after_the_commit(store):
    engine = engine_on(store)

    def answer(hall, done):
        return hall.tickets[done.ticket].number, hall.seq, store.last_seq()

    number, seq, stored = engine.do(ISSUE, None, answer)
    assert (number, seq) == ("A001", stored)


def test_an_answer_that_fails_undoes_nothing(store):
    engine = engine_on(store)

    def answer(hall, done):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.do(ISSUE, "id-1", answer)
    assert engine.do(AGAIN, "id-1").repeated


def test_a_fault_in_deciding_one_command_takes_no_other_along(store):
    engine = engine_on(store)
    engine.do(replace(ISSUE, kiosk="K1"))
    wrong = c.ReportPrint(SYSTEM, "20261124-A001.1", "burning")
    before, fault, after = engine.do_all([(OTHER, None), (wrong, "id-9"), (AGAIN, None)])
    assert (before.ticket, after.ticket) == ("20261124-A002", "20261124-A003")
    assert isinstance(fault, Undecided)
    assert store.outcome("id-9") is None
    assert engine_on(store).hall.state() == engine.hall.state()


def test_a_stopped_hall_takes_no_command(store):
    engine = engine_on(store)
    engine.stop()
    with pytest.raises(StoreError):
        engine.do(ISSUE)


def test_what_waits_when_the_hall_stops_is_still_carried_out(store, clock):

    threads = DirectThreads()
    engine = Engine(small_plan(), store, clock, threads)
    engine.start()
    waiter = threads.waiter()
    order = engine._order(ISSUE, None, None)
    order.waiter = waiter
    engine._writer.mailbox.put(order)
    engine.stop()
    assert waiter.wait().ticket == "20261124-A001"
    assert not threads.running, "the writer has gone home"


def test_the_fingerprint_looks_at_what_is_asked_and_who_asks():
    assert fingerprint_of(ISSUE) == fingerprint_of(AGAIN)
    others = [
        OTHER,
        replace(ISSUE, actor=ANI),
        replace(ISSUE, klass="priority"),
        replace(ISSUE, kiosk="K1"),
        replace(ISSUE, lang="en"),
        c.CancelTicket(CITIZEN, "ktp"),
        c.OpenCounter(ANI, "1"),
        c.CloseCounter(ANI, "1"),
        c.AddAccount(SYSTEM, "staff", "a", Role.ADMIN, "x"),
    ]
    assert len({fingerprint_of(each) for each in [ISSUE, *others]}) == len(others) + 1


# -- commands that name the ticket they mean ---------------------------------------------------------------

FIRST, SECOND = "20261124-A001", "20261124-A002"


def two_come(engine: Engine) -> None:
    """Two tickets, and the first at counter 1."""
    engine.do(c.IssueTicket(CITIZEN, "ktp", token(1)))
    engine.do(c.IssueTicket(CITIZEN, "ktp", token(2)))
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNext(ANI, "1"))


def test_inside_a_batch_a_command_means_the_ticket_that_its_sender_saw(store):
    engine = engine_on(store)
    two_come(engine)
    orders = [
        (c.StartService(ANI, "1", FIRST), None),
        (c.FinishService(ANI, "1", "", FIRST), None),
        (c.CallNext(ANI, "1"), None),
        (c.StartService(ANI, "1", FIRST), None),
        (c.PauseCounter(ANI, "1", "", FIRST), None),
        (c.StartService(ANI, "1", SECOND), None),
        (c.FinishService(ANI, "1", "", FIRST), None),
    ]
    told = [getattr(verdict, "code", "done") for verdict in engine.do_all(orders)]
    assert told == ["done", "done", "done", "ticket_changed", "ticket_changed", "done", "ticket_changed"]
    assert engine.hall.tickets[SECOND].state.value == "serving"


def test_the_first_outcome_is_known_when_the_counter_has_another_ticket(store):
    engine = engine_on(store)
    two_come(engine)
    start, finish = c.StartService(ANI, "1", FIRST), c.FinishService(ANI, "1", "", FIRST)
    engine.do(start)
    done = engine.do(finish, "key-1")
    engine.do(c.CallNext(ANI, "1"))
    assert engine.do(finish, "key-1") == Done(done.result, repeated=True)
    with pytest.raises(errors.CommandIdReused):
        engine.do(replace(finish, ticket=SECOND), "key-1")
    with pytest.raises(errors.TicketChanged):
        engine.do(finish, "key-2")


def test_a_command_that_names_no_ticket_has_the_digest_that_earlier_programs_gave_it():
    assert fingerprint_of(c.FinishService(ANI, "1")) == "dd3ed13a0aeea48b76977b509634a635"
    assert fingerprint_of(c.UndoAction(ANI, "1")) == "0325237e69d4d9167084622eaad7f9bd"
    assert fingerprint_of(c.FinishService(ANI, "1", "", FIRST)) != fingerprint_of(c.FinishService(ANI, "1"))
