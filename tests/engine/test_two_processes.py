"""Another process writes to the same file: this one catches up, and no number is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.accounts import add_account, has_administrator, revoke_account, set_secret
from core.domain import commands as c
from core.domain import errors
from core.domain.staff import Role
from core.engine.engine import ATTEMPTS, Engine
from core.ports import Commit, Stale, StoreError
from core.store.memory import MemoryStore
from core.store.sqlite import SqliteStore
from tests.worlds import ANI, CITIZEN, TUESDAY, DirectThreads, HandClock, engine_on, small_plan, token


class Pair:
    """Two stores on one file, as two processes have them."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.theirs = SqliteStore(folder), SqliteStore(folder, checkpoints=False)
        self.clock = HandClock()
        self.us = engine_on(self.ours, clock=self.clock)
        self.them = engine_on(self.theirs, clock=self.clock)


@pytest.fixture
def pair(tmp_path):
    """A server, and a command given beside it."""
    both = Pair(tmp_path / "hall")
    yield both
    both.ours.close()
    both.theirs.close()


_tokens = iter(range(1_000_000))


def take(engine) -> str:
    return engine.do(c.IssueTicket(CITIZEN, "ktp", token(next(_tokens)))).ticket[-4:]


def test_what_another_process_wrote_is_caught_up_before_deciding(pair):
    numbers = [take(engine) for engine in (pair.us, pair.them, pair.them, pair.us, pair.them, pair.us)]
    assert numbers == ["A001", "A002", "A003", "A004", "A005", "A006"]


def test_both_processes_end_with_the_same_hall(pair):
    for engine in (pair.us, pair.them) * 5:
        take(engine)
    pair.us.catch_up()
    assert pair.us.hall.state() == pair.them.hall.state()


def test_catching_up_says_whether_there_was_something(pair):
    assert not pair.us.catch_up()
    take(pair.them)
    assert pair.us.catch_up()
    assert not pair.us.catch_up()


def test_a_counter_opened_by_another_process_is_taken(pair):
    pair.them.do(c.OpenCounter(ANI, "1"))
    with pytest.raises(errors.CounterAlreadyOpen):
        pair.us.do(c.OpenCounter(ANI, "1"))


def test_a_day_begun_by_another_process_is_not_begun_again(pair):
    take(pair.us)
    pair.clock.later(days=1)
    assert take(pair.them) == "A001"
    assert take(pair.us) == "A002"
    started = [r for r in pair.ours.everything() if type(r.event).__name__ == "DayStarted"]
    assert len(started) == 2


def test_the_same_id_is_carried_out_once_by_either_process(pair):
    first = pair.us.do(c.IssueTicket(CITIZEN, "ktp", token(1)), "id-1")
    again = pair.them.do(c.IssueTicket(CITIZEN, "ktp", token(2)), "id-1")
    assert (again.result, again.repeated) == (first.result, True)


def test_what_another_process_wrote_is_told_to_the_listeners_with_the_next_commit(pair):
    told = []
    pair.us.subscribe(lambda effects: told.extend(effects.recorded))
    take(pair.them), take(pair.us)
    assert [each.event.number for each in told] == ["A001", "A002"]


def test_what_another_process_wrote_is_told_by_the_watch_without_any_command(pair):
    told = []
    pair.us.subscribe(lambda effects: told.extend(effects.recorded))
    take(pair.them)
    assert told == []
    threads = pair.us._concurrency
    threads.run_timers()
    threads.run()
    assert [each.event.number for each in told] == ["A001"]
    threads.run_timers()
    threads.run()
    assert len(told) == 1


def test_what_was_caught_up_on_the_way_is_told_all_the_same(pair):
    told = []
    pair.us.subscribe(lambda effects: told.extend(effects.recorded))
    take(pair.them)
    assert pair.us.catch_up()
    take(pair.us)
    assert [each.event.number for each in told] == ["A001", "A002"]


class Between:
    """A store between whose decision and commit somebody else writes, so often as told."""

    def __init__(self, store, write, times: int) -> None:
        self._store, self._write, self.times = store, write, times

    def __getattr__(self, name):
        return getattr(self._store, name)

    def append(self, commit):
        if self.times:
            self.times -= 1
            self._write()
        self._store.append(commit)


def between(pair: Pair, times: int):
    store = Between(pair.ours, lambda: take(pair.them), 0)
    engine = engine_on(store, clock=pair.clock)
    store.times = times
    return engine


def test_a_decision_overtaken_by_another_process_is_taken_anew(pair):
    engine = between(pair, 1)
    assert take(engine) == "A002"
    assert take(pair.them) == "A003"
    assert sorted(r.event.ordinal for r in pair.ours.everything() if hasattr(r.event, "ordinal")) == [1, 2, 3]


def test_what_overtook_a_decision_is_told_to_the_listeners_too(pair):
    engine = between(pair, 2)
    told = []
    engine.subscribe(lambda effects: told.extend(effects.recorded))
    take(engine)
    assert [each.event.number for each in told] == ["A001", "A002", "A003"]


def test_a_batch_overtaken_by_another_process_is_decided_anew_as_a_whole(pair):
    engine = between(pair, 1)
    told = engine.do_all([(c.IssueTicket(CITIZEN, "ktp", token(9000 + n)), f"id-{n}") for n in range(3)])
    assert [each.ticket[-4:] for each in told] == ["A002", "A003", "A004"]
    assert not any(each.repeated for each in told)


def test_one_who_is_always_overtaken_gives_up_and_is_told(pair):
    engine = between(pair, ATTEMPTS)
    with pytest.raises(StoreError, match="another process"):
        take(engine)
    assert engine.hall.state() == pair.them.hall.state()
    assert take(engine) == f"A{ATTEMPTS + 1:03d}"


def test_a_stale_commit_is_refused_by_the_store_itself(pair):

    take(pair.them)
    with pytest.raises(Stale):
        pair.ours.append(Commit(expected_seq=pair.ours.last_seq() - 1, events=[]))


def test_a_file_that_another_process_holds_is_an_error_and_then_works(pair, monkeypatch):
    pair.ours._db.execute("PRAGMA busy_timeout = 50")
    blocker = pair.theirs._db.conn
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        take(pair.us)
    blocker.execute("ROLLBACK")
    assert take(pair.us) == "A001"


# -- accounts, as the command line makes them ---------------------------------------------------------


def test_an_account_made_beside_the_server_is_known_after_catching_up(pair):
    add_account(pair.them, ("staff", "wati"), Role.ADMIN, "hash-1")
    assert not has_administrator(pair.us)
    assert pair.us.catch_up()
    assert has_administrator(pair.us)
    assert pair.us.secret("staff", "wati") == "hash-1"


def test_a_new_password_replaces_the_old_one_and_an_ended_account_has_none(pair):
    add_account(pair.us, ("token", "kiosk"), Role.KIOSK, "digest-1")
    assert pair.us.account_of_hash("token", "digest-1") == "kiosk"
    set_secret(pair.us, ("token", "kiosk"), "digest-2")
    assert pair.us.account_of_hash("token", "digest-1") is None
    assert pair.us.account_of_hash("token", "digest-2") == "kiosk"
    revoke_account(pair.us, "token", "kiosk")
    assert pair.us.account_of_hash("token", "digest-2") is None


def test_a_refused_account_raises(pair):
    add_account(pair.us, ("staff", "wati"), Role.ADMIN, "hash-1")
    with pytest.raises(errors.NameTaken):
        add_account(pair.them, ("staff", "wati"), Role.ADMIN, "hash-2")
    assert pair.us.secret("staff", "wati") == "hash-1"


def test_an_account_begins_no_service_day(memory):

    engine = Engine(small_plan(), memory, HandClock(), DirectThreads())
    engine.catch_up()
    add_account(engine, ("staff", "wati"), Role.ADMIN, "hash-1")
    assert engine.hall.day is None
    restarted = engine_on(memory)
    assert restarted.hall.day == TUESDAY
    assert restarted.hall.account("staff", "wati") is not None


def test_two_engines_on_one_memory_share_its_log():
    store = MemoryStore()
    us, them = engine_on(store), engine_on(store)
    assert [take(us), take(them), take(us)] == ["A001", "A002", "A003"]
