"""A disk that fails: found without commands, said once, tried once a second, and over by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest

from core.domain import commands as c
from core.engine.engine import Engine
from core.engine.ledger import ASKED_S, IDLE_S, RETRY_S, STALLED_S
from core.ports import Fault, StoreError, Unwritable
from core.store.memory import MemoryStore
from core.store.sqlite import SqliteStore
from tests.worlds import CITIZEN, DirectThreads, HandClock, engine_on, frozen, small_plan, token


class Seconds:
    """A monotonic clock, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counting(MemoryStore):
    """Counts what is read of the day, and what is tried."""

    loads = 0
    appends = 0

    def load(self):
        self.loads += 1
        return super().load()

    def append(self, commit):
        self.appends += 1
        super().append(commit)


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def disk():
    return Counting()


@pytest.fixture
def engine(disk, seconds):
    made = Engine(small_plan(), disk, HandClock(), DirectThreads(), seconds)
    made.start()
    return made


def issue(n: int) -> c.IssueTicket:
    return c.IssueTicket(CITIZEN, "ktp", token(n))


def words(logged, name):
    return [each for each in logged if each["event"] == name]


def test_while_the_disk_is_bad_commands_are_refused_at_once_and_it_is_tried_once_a_second(
    engine, disk, seconds
):
    engine.do(issue(1))
    disk.fault, tried = Fault.FULL, disk.appends
    for n in range(100):
        with pytest.raises(Unwritable):
            engine.do(issue(2 + n))
    assert disk.appends == tried + 1
    assert disk.probes <= 2  # the first command after the failure tries; nobody else within the second
    for _ in range(5):
        seconds.now += RETRY_S
        with pytest.raises(Unwritable):
            engine.do(issue(500))
        with pytest.raises(Unwritable):
            engine.do(issue(501))
    assert disk.probes <= 7
    assert disk.appends == tried + 1


def test_a_failed_commit_reads_nothing_anew(engine, disk, seconds):
    for n in range(20):
        engine.do(issue(n))
    before, loads = frozen(engine.hall), disk.loads
    for n in range(10):
        disk.fail_next = True
        seconds.now += RETRY_S
        with pytest.raises(Unwritable):
            engine.do(issue(100 + n))
        assert engine.hall.state() == before
    assert disk.loads == loads
    assert engine.read(lambda hall: len(hall.tickets)) == 20


def test_it_is_logged_once_when_it_begins_and_once_when_it_ends(engine, disk, seconds, logged):
    engine.do(issue(1))
    disk.fault = Fault.FULL
    for n in range(3):
        with pytest.raises(Unwritable):
            engine.do(issue(2 + n))
    for _ in range(5):
        seconds.now += 2
        engine._watch()
        engine._concurrency.run()
    (begun,) = words(logged, "ledger_not_writable")
    assert "fault=full" in begun["message"]
    assert "numbers cannot be given; make room on memory" in begun["message"]
    assert begun["log_level"] == "ERROR"
    disk.fault = None
    seconds.now += 2
    engine._watch()
    engine._concurrency.run()
    (ended,) = words(logged, "ledger_writable_again")
    assert "after_s=12 refused=3" in ended["message"]
    assert engine.ledger.trouble is None
    assert {each["event"] for each in logged} == {"ledger_not_writable", "ledger_writable_again"}


def test_it_is_found_without_commands(engine, disk, seconds):
    engine.do(issue(1))
    disk.fault = Fault.READ_ONLY
    engine._watch()
    engine._concurrency.run()
    assert engine.ledger.trouble is None  # a commit has just been kept
    seconds.now += IDLE_S
    engine._watch()
    engine._concurrency.run()
    assert engine.ledger.trouble.fault is Fault.READ_ONLY
    disk.fault = None
    seconds.now += RETRY_S
    engine._watch()
    engine._concurrency.run()
    assert engine.ledger.trouble is None


def test_whoever_asks_for_a_proof_gets_a_fresh_one_and_cannot_hammer_the_disk(engine, disk, seconds):
    seconds.now += ASKED_S
    tried = disk.probes
    for _ in range(1000):
        engine.prove()
    assert disk.probes == tried + 1
    seconds.now += ASKED_S
    disk.fault = Fault.LOCKED
    for _ in range(1000):
        with pytest.raises(Unwritable):
            engine.prove()
    assert disk.probes <= tried + 3
    disk.fault = None
    seconds.now += RETRY_S
    engine.prove()


def test_a_commit_is_a_proof(engine, disk, seconds):
    seconds.now += IDLE_S
    tried = disk.probes
    engine.do(issue(1))
    engine.prove()
    assert disk.probes == tried


def test_a_conflict_is_no_fault_of_the_disk(engine, disk):
    def conflict(commit):
        raise StoreError("UNIQUE constraint failed")

    disk.append = conflict
    with pytest.raises(StoreError):
        engine.do(issue(1))
    assert engine.ledger.trouble is None
    assert engine.ledger.failed == 1


def test_a_write_that_hangs_is_a_fault_and_whoever_comes_then_is_refused(engine, disk, seconds):
    seen = []

    def hang():
        assert engine.ledger.trouble is None
        seconds.now += STALLED_S + 1
        seen.append(engine.ledger.trouble.fault)
        with pytest.raises(Unwritable):
            engine.do(issue(2))
        with pytest.raises(Unwritable):
            engine.prove()

    engine.ledger.run(hang)
    assert seen == [Fault.STALLED]
    assert engine.ledger.trouble is None


def test_files_that_were_moved_end_all_writing_until_a_restart(engine, disk, seconds, logged):
    engine.do(issue(1))
    disk.fault = Fault.MOVED
    engine._watch()
    engine._concurrency.run()
    assert engine.ledger.trouble.fault is Fault.MOVED
    disk.fault = None
    seconds.now += 60
    with pytest.raises(Unwritable):
        engine.do(issue(2))
    assert engine.read(lambda hall: len(hall.tickets)) == 1
    assert "antrean restore memory" in words(logged, "ledger_not_writable")[0]["message"]


# -- faults of real files --------------------------------------------------------------------------------


def fault_of(work) -> Fault:
    with pytest.raises(Unwritable) as caught:
        work()
    return caught.value.fault


def test_a_probe_says_what_is_wrong_with_a_real_database(sqlite):
    sqlite.probe(wary=False)
    sqlite.probe(wary=True)
    pages = sqlite._db.execute("PRAGMA page_count").fetchone()[0]
    sqlite._db.execute(f"PRAGMA max_page_count = {pages}")
    sqlite._db.execute("DELETE FROM meta WHERE name = 'probe'")
    sqlite._db.conn.commit()
    free = sqlite._db.execute("PRAGMA freelist_count").fetchone()[0]
    sqlite._db.execute("CREATE TABLE filler (told BLOB)")
    with suppress(sqlite3.OperationalError):
        for _ in range(free + 10):
            sqlite._db.execute("INSERT INTO filler VALUES (randomblob(3000))")
            sqlite._db.conn.commit()
    sqlite._db.conn.rollback()
    assert fault_of(lambda: sqlite.probe(wary=True)) is Fault.FULL
    sqlite._db.execute("PRAGMA max_page_count = 1000000")
    sqlite.probe(wary=True)
    sqlite._db.execute("PRAGMA query_only = 1")
    assert fault_of(lambda: sqlite.probe(wary=True)) is Fault.READ_ONLY
    sqlite._db.execute("PRAGMA query_only = 0")
    with closing(sqlite3.connect(sqlite.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert fault_of(lambda: sqlite.probe(wary=True)) is Fault.LOCKED
    sqlite.probe(wary=True)
    assert sqlite.check() == []


@pytest.mark.parametrize("ending", ["", "-wal"])
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_removed_while_the_hall_runs_is_noticed_and_everything_rescued(tmp_path, ending, how):
    store = SqliteStore(tmp_path / "hall")
    engine = engine_on(store)
    for n in range(3):
        engine.do(issue(n))
    file = store.path.with_name(store.path.name + ending)
    file.rename(tmp_path / "taken")
    if how == "replaced":
        file.write_bytes(b"")
    with pytest.raises(Unwritable, match=f"{file.name} was"):
        engine.do(issue(4))
    trouble = engine.ledger.trouble
    assert trouble.fault is Fault.MOVED
    (rescued,) = (tmp_path / "hall").glob("antrean.db.rescued-*")
    assert str(rescued) in trouble.advice
    assert rescued.stat().st_mode & 0o777 == 0o600
    engine.close()
    assert file.exists() == (how == "replaced"), "what has taken the name is left alone"
    with closing(sqlite3.connect(rescued)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM ticket").fetchone() == (3,)
