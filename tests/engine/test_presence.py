"""A workstation that followed its counter and is out of reach for too long is cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain import commands as c
from core.domain.hall import DeskState
from core.domain.plan import Rules
from core.domain.staff import SYSTEM, Actor, Role
from core.domain.ticket import State
from core.ports import StoreError
from core.web.presence import LOOK_S, Presence, is_at
from tests.worlds import ANI, BUDI, CITIZEN, WAYAN, DirectThreads, engine_on, small_plan, token

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
    return {("1", ANI)}


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
    followed.add(("1", ANI))
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


# -- who counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [WAYAN, BUDI, None], ids=["supervisor", "colleague", "nobody"])
def test_who_only_looks_does_not_keep_an_absent_officers_counter_open(
    engine, presence, followed, clock, other
):
    presence.look()
    followed.clear()
    followed.add(("1", other))
    for _ in range(4):
        clock.later(seconds=30)
        presence.look()
    assert engine.hall.tickets[A001].state is State.WAITING
    assert engine.hall.desk("1").reason == "cut off"


def test_one_of_several_tabs_is_enough(engine, presence, followed, clock):
    followed.add(("1", WAYAN))
    for _ in range(10):
        presence.look()
        clock.later(minutes=1)
    assert engine.hall.desk("1").state is DeskState.OPEN


def test_a_supervisor_at_the_counter_counts_as_its_officer(engine, presence, followed, clock):
    engine.do(c.CloseCounter(WAYAN, "1"))
    engine.do(c.OpenCounter(WAYAN, "1"))
    followed.clear()
    followed.add(("1", WAYAN))
    for _ in range(5):
        presence.look()
        clock.later(minutes=1)
    assert engine.hall.desk("1").state is DeskState.OPEN


def test_the_tab_of_who_was_there_before_says_nothing_of_who_is_there_now(engine, presence, followed, clock):
    presence.look()
    engine.do(c.CloseCounter(ANI, "1"))
    engine.do(c.OpenCounter(BUDI, "1"))  # a program of Budi's, which never follows
    for _ in range(5):
        clock.later(minutes=1)
        presence.look()
    assert engine.hall.desk("1").state is DeskState.OPEN, "it was never followed by its officer"


def test_a_person_who_does_not_come_back_after_a_restart_is_cut_off(engine, presence, followed, clock):
    """Nobody has followed since the start; a program works with a token, a person with a browser."""
    engine.do(c.AddAccount(SYSTEM, "staff", "ani", Role.OFFICER, "hash", "DUK"))
    followed.clear()
    presence.look()
    clock.later(seconds=119)
    presence.look()
    assert engine.hall.desk("1").state is DeskState.OPEN
    clock.later(seconds=1)
    presence.look()
    assert engine.hall.desk("1").reason == "cut off"


def opened_by(engine, kind):
    """Counter 2 is opened by the account "budi" of ``kind``; answers with both accounts' actors."""
    for each in ("staff", "token"):
        engine.do(c.AddAccount(SYSTEM, each, "budi", Role.OFFICER, f"hash of {each}", "DUK"))
    accounts = engine.hall.accounts
    engine.do(c.OpenCounter(accounts[kind, "budi"].actor, "2"))
    return accounts["staff", "budi"].actor, accounts["token", "budi"].actor


def test_a_program_with_the_name_of_a_person_is_not_their_workstation(engine, presence, followed, clock):
    person, program = opened_by(engine, "staff")
    followed.add(("2", program))
    for _ in range(4):
        presence.look()
        clock.later(minutes=1)
    assert engine.hall.desk("2").reason == "cut off"
    engine.do(c.OpenCounter(person, "2"))
    followed.add(("2", person))
    for _ in range(4):
        presence.look()
        clock.later(minutes=1)
    assert engine.hall.desk("2").state is DeskState.OPEN


def test_a_program_s_counter_is_left_alone_though_a_person_has_its_name(engine, presence, followed, clock):
    opened_by(engine, "token")
    for _ in range(4):
        presence.look()
        clock.later(minutes=1)
    assert engine.hall.desk("2").state is DeskState.OPEN


def test_a_new_account_of_the_same_name_is_another_officer(engine, presence, followed, clock):
    person, _ = opened_by(engine, "staff")
    engine.do(c.RevokeAccount(SYSTEM, "staff", "budi"))
    engine.do(c.AddAccount(SYSTEM, "staff", "budi", Role.OFFICER, "hash", "DUK"))
    new = engine.hall.accounts["staff", "budi"].actor
    assert is_at(engine.hall.desk("2"), person)
    assert not is_at(engine.hall.desk("2"), new)
    engine.take_care()
    assert engine.hall.desk("2").state is DeskState.CLOSED
    engine.do(c.OpenCounter(new, "2"))
    assert is_at(engine.hall.desk("2"), new)


def test_the_counter_of_a_token_that_never_followed_is_left_alone(engine, presence, followed, clock):
    engine.do(c.AddAccount(SYSTEM, "token", "ani", Role.OFFICER, "hash", "DUK"))
    followed.clear()
    for _ in range(5):
        presence.look()
        clock.later(hours=1)
    assert engine.hall.desk("1").state is DeskState.OPEN


@pytest.mark.parametrize(
    ("actor", "holds"), [(ANI, True), (Actor("ani", Role.AUDITOR), True), (BUDI, False), (None, False)]
)
def test_officers_are_compared_in_one_place(engine, actor, holds):
    assert is_at(engine.hall.desk("1"), actor) is holds
    assert not is_at(engine.hall.desk("2"), actor)
