"""The report tables say what the log says, whether they grew with it or are made anew."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import Refusal
from core.domain.staff import SYSTEM, Role
from core.engine.engine import Engine
from core.engine.projection import rebuild
from core.ports import KEYS, Store
from core.store.memory import MemoryStore
from core.store.sqlite import SqliteStore
from tests.worlds import (
    ANI,
    BUDI,
    CITIZEN,
    POLRI,
    TUESDAY,
    DirectThreads,
    HandClock,
    by_key,
    engine_on,
    small_plan,
    token,
)


def rows_in(store: Store, table: str) -> list[dict]:
    """What the store holds of a table."""
    if isinstance(store, SqliteStore):
        return store.table_rows(table)
    assert isinstance(store, MemoryStore)
    return by_key(store.rows[table].values(), KEYS[table])


def assert_rebuilds(store: Store, plan=None) -> None:
    """The tables as they grew equal those made anew from the log."""
    anew = rebuild(plan or small_plan(), store.everything())
    for table in KEYS:
        assert rows_in(store, table) == by_key(anew[table], KEYS[table]), table


def a_random_command(chance: random.Random, n: int) -> c.Command:
    officer, counter = chance.choice([(ANI, "1"), (BUDI, "2"), (POLRI, "4")])
    ticket = f"{TUESDAY:%Y%m%d}-{chance.choice('ABC')}{chance.randint(1, 30):03d}"
    at_counter = chance.choice(
        [c.OpenCounter, c.CallNext, c.Recall, c.StartService, c.FinishService, c.RecordNoShow]
    )
    return chance.choice(
        [
            c.IssueTicket(
                CITIZEN,
                chance.choice(["ktp", "kk", "akta", "skck", "sim"]),
                token(n),
                chance.choice([None, "priority"]),
                kiosk=chance.choice(["K1", "K1", None]),
            ),
            at_counter(officer, counter),
            at_counter(officer, counter),
            at_counter(officer, counter),
            c.CallNumber(officer, counter, ticket[-4:], "asked for"),
            chance.choice([c.PauseCounter, c.CloseCounter])(officer, counter),
            c.CancelTicket(CITIZEN, ticket),
            c.ReportPrint(SYSTEM, f"{ticket}.1", chance.choice(["sent", "failed", "queued"]), "words"),
            chance.choice([c.PauseService(SYSTEM, "kk", "server down"), c.ResumeService(SYSTEM, "kk")]),
        ]
    )


def a_random_day(engine: Engine, clock: HandClock, seed: int, steps: int = 400) -> None:
    """Commands of all kinds in batches of all sizes."""
    chance = random.Random(seed)
    n = seed * 100_000
    engine.do_all([(c.OpenCounter(who, desk), None) for who, desk in ((ANI, "1"), (BUDI, "2"), (POLRI, "4"))])
    for _ in range(steps // 4):
        batch = []
        for _ in range(chance.randint(1, 7)):
            n += 1
            batch.append((a_random_command(chance, n), None))
        for verdict in engine.do_all(batch):
            assert not isinstance(verdict, Exception) or isinstance(verdict, Refusal), verdict
        clock.later(seconds=chance.randint(0, 40))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_a_random_day_the_tables_equal_a_rebuild(store, clock, seed):
    engine = engine_on(store, clock=clock)
    a_random_day(engine, clock, seed)
    assert all(rows_in(store, table) for table in KEYS), "the day was too quiet to prove anything"
    assert_rebuilds(store)


def test_over_midnight_the_tables_equal_a_rebuild_and_yesterdays_tickets_are_expired(store, clock):
    engine = engine_on(store, clock=clock)
    a_random_day(engine, clock, 4, 120)
    clock.set("08:00", TUESDAY + timedelta(days=1))
    engine.do_all([(c.IssueTicket(CITIZEN, "ktp", token(n)), None) for n in range(3)])
    assert_rebuilds(store)
    yesterday = [row["state"] for row in rows_in(store, "ticket") if row["day"] == TUESDAY.isoformat()]
    assert "expired" in yesterday
    assert set(yesterday) <= {"expired", "done", "cancelled"}
    today = [row["state"] for row in rows_in(store, "ticket") if row["day"] != TUESDAY.isoformat()]
    assert today == ["waiting"] * 3


def test_a_day_that_ends_in_the_middle_of_a_batch_is_told_whole(store, clock):
    engine = engine_on(store, clock=clock)
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do_all(
        [
            (c.IssueTicket(CITIZEN, "ktp", token(1), kiosk="K1"), None),
            (c.CallNext(ANI, "1"), None),
            (c.StartDay(SYSTEM, TUESDAY + timedelta(days=1)), None),
            (c.IssueTicket(CITIZEN, "ktp", token(2)), None),
        ]
    )
    assert_rebuilds(store)
    assert [(row["id"], row["state"]) for row in rows_in(store, "ticket")] == [
        ("20261124-A001", "expired"),
        ("20261125-A001", "waiting"),
    ]


def test_a_recall_and_a_pause_in_one_commit_tell_the_recall_as_it_was(store, clock):
    engine = engine_on(store, clock=clock)
    engine.do_all([(c.IssueTicket(CITIZEN, "ktp", token(1)), None), (c.OpenCounter(ANI, "1"), None)])
    engine.do(c.CallNext(ANI, "1"))
    clock.later(seconds=10)
    engine.do_all([(c.Recall(ANI, "1"), None), (c.PauseCounter(ANI, "1"), None)])
    assert [row["repeat"] for row in rows_in(store, "call")] == [0, 1]
    assert_rebuilds(store)


def test_rows_are_written_in_the_commit_of_their_events(memory, clock):
    engine = engine_on(memory, clock=clock)
    memory.fail_next = True
    engine.do_all([(c.IssueTicket(CITIZEN, "ktp", token(1)), None)])
    assert rows_in(memory, "ticket") == []
    engine.do(c.IssueTicket(CITIZEN, "ktp", token(2)))
    assert [row["number"] for row in rows_in(memory, "ticket")] == ["A001"]


def test_a_call_row_says_why(store, clock):
    engine = engine_on(store, clock=clock)
    engine.do_all([(c.IssueTicket(CITIZEN, "ktp", token(n)), None) for n in range(2)])
    engine.do(c.OpenCounter(ANI, "1"))
    engine.do(c.CallNumber(ANI, "1", "A002", "fainting"))
    (row,) = rows_in(store, "call")
    told = {name: row[name] for name in ("ticket", "counter", "officer", "rule", "passed", "reason")}
    assert told == {
        "ticket": "20261124-A002", "counter": "1", "officer": "ani",
        "rule": "number", "passed": 1, "reason": "fainting",
    }  # fmt: skip


def test_rebuilding_replaces_whatever_stood_there(store, clock):
    engine = engine_on(store, clock=clock)
    a_random_day(engine, clock, 5, 60)
    before = {table: rows_in(store, table) for table in KEYS}
    wrong = {"ticket": [{**before["ticket"][0], "id": "ghost", "ordinal": 9999}]}
    store.rebuild_rows(wrong)
    assert [row["id"] for row in rows_in(store, "ticket")] == ["ghost"]
    assert rows_in(store, "call") == []
    store.rebuild_rows(rebuild(small_plan(), store.everything()))
    assert {table: rows_in(store, table) for table in KEYS} == before


def test_rebuilding_under_another_plan_gives_the_same_rows(store, clock):
    engine = engine_on(store, clock=clock)
    a_random_day(engine, clock, 6, 100)
    assert_rebuilds(store, replace(small_plan(), services={}, counters={}, series={}, classes={}))


def test_what_another_process_wrote_has_its_rows_too(tmp_path, clock):
    ours, theirs = SqliteStore(tmp_path), SqliteStore(tmp_path, checkpoints=False)
    for n, engine in enumerate([engine_on(each, clock=clock) for each in (ours, theirs, ours)]):
        engine.do(c.IssueTicket(CITIZEN, "ktp", token(n)))
    assert_rebuilds(ours)
    ours.close(), theirs.close()


def test_antrean_rebuild_makes_the_tables_anew_from_the_log(tmp_path):
    from core.cli import main  # noqa: PLC0415 - only this test needs the command line
    from core.config import load  # noqa: PLC0415
    from tests.running import CONFIG  # noqa: PLC0415

    plan = load(CONFIG).plan
    store = SqliteStore(tmp_path)
    clock = HandClock()
    engine = Engine(plan, store, clock, DirectThreads())
    engine.start()
    for n, service in enumerate(list(plan.services)[:20]):
        engine.do_all([(c.IssueTicket(CITIZEN, service, token(n)), None)])
    clock.later(days=1)
    engine.tick()
    before = {table: store.table_rows(table) for table in KEYS}
    assert before["ticket"]
    assert {row["state"] for row in before["ticket"]} == {"expired"}
    store._db.execute("UPDATE ticket SET state = 'wrong'")
    store._db.conn.commit()
    store.close()
    told = CliRunner().invoke(main, ["rebuild", "--config", str(CONFIG), "--data", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert f"ticket: {len(before['ticket'])}" in told.output
    again = SqliteStore(tmp_path)
    assert {table: again.table_rows(table) for table in KEYS} == before
    again.close()


def test_accounts_that_come_change_and_go_do_not_hinder_a_rebuild(store, clock):
    engine = engine_on(store, clock=clock)
    engine.do_all(
        [
            (c.AddAccount(SYSTEM, "staff", "ani", Role.OFFICER, "hash"), None),
            (c.SetSecret(SYSTEM, "staff", "ani", "other"), None),
            (c.EndSessions(SYSTEM, "staff", "ani"), None),
            (c.RevokeAccount(SYSTEM, "staff", "ani"), None),
        ]
    )
    kinds = {type(each.event) for each in store.everything()}
    assert {each for each in e.KINDS.values() if each.__module__ == "core.domain.account_events"} <= kinds
    assert_rebuilds(store)
