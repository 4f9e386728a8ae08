"""A WAL belongs to one database: another file beside it is refused, and nothing is lost by refusing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core import care
from core.domain import commands as c
from core.halls import hold
from core.ports import StoreError
from core.store.belonging import ForeignWal, beside, mark, marked, stamp_of
from core.store.sqlite import COMMITS_BETWEEN, FILE, SqliteStore
from tests.worlds import CITIZEN, engine_on, token


def issue(engine, *numbers: int) -> None:
    engine.do_all([(c.IssueTicket(CITIZEN, "ktp", token(n)), None) for n in numbers])


def killed(store: SqliteStore, target: Path) -> Path:
    """The folder as a killed server leaves it."""
    shutil.copytree(store.path.parent, target)
    for file in target.glob("*-shm"):
        file.unlink()
    return target / FILE


def tickets(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM ticket").fetchone()[0]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "killed"


def test_a_clean_stop_leaves_one_file_with_everything(tmp_path):
    store = SqliteStore(tmp_path / "hall")
    engine = engine_on(store)
    issue(engine, 1, 2, 3)
    engine.close()
    assert [each.name for each in (tmp_path / "hall").iterdir()] == [FILE]
    shutil.copy(tmp_path / "hall" / FILE, tmp_path / "alone.db")
    assert tickets(tmp_path / "alone.db") == 3


def test_what_a_kill_leaves_opens_with_everything(sqlite, folder):
    engine = engine_on(sqlite)
    issue(engine, 1, 2, 3)
    path = killed(sqlite, folder)
    again = SqliteStore(folder)
    assert engine_on(again).hall.state() == engine.hall.state()
    again.close()
    assert tickets(path) == 3


@pytest.mark.parametrize("by", ["backup", "raw copy"])
def test_a_database_put_beside_the_wal_of_another_is_refused_and_both_are_kept(sqlite, folder, tmp_path, by):
    engine = engine_on(sqlite)
    issue(engine, 1)
    older = tmp_path / "older.db"
    if by == "backup":
        care.backup(sqlite.path.parent, older)
    else:
        shutil.copy(sqlite.path, older)
        for n in range(COMMITS_BETWEEN + 1):  # a checkpoint, and something after it
            issue(engine, 10 + n)
    issue(engine, 2)
    path = killed(sqlite, folder)
    shutil.copy(older, path)
    before = {each: each.read_bytes() for each in folder.iterdir()}
    for work in (lambda: SqliteStore(folder), lambda: care.backup(folder, tmp_path / "new.db")):
        with pytest.raises(ForeignWal, match=r"antrean restore"):
            work()
    assert {each: each.read_bytes() for each in folder.iterdir()} == before
    _, kept = care.restore(folder, older)
    assert beside(kept, "-wal").read_bytes() == before[beside(path, "-wal")]
    SqliteStore(folder).close()
    assert tickets(path) == tickets(older)


def test_a_killed_hall_whose_wal_was_taken_away_is_refused(sqlite, folder):
    engine = engine_on(sqlite)
    issue(engine, 1, 2, 3)
    path = killed(sqlite, folder)
    wal = beside(path, "-wal")
    wal.rename(folder / "elsewhere")
    with pytest.raises(ForeignWal, match="the newest numbers may be missing"):
        SqliteStore(folder)
    (folder / "elsewhere").rename(wal)
    again = SqliteStore(folder)
    again.close()
    assert tickets(path) == 3


def test_a_killed_hall_that_a_command_opened_and_closed_opens(sqlite, folder):
    engine = engine_on(sqlite)
    issue(engine, 1, 2, 3)
    path = killed(sqlite, folder)
    for _ in range(2):
        command = SqliteStore(folder, checkpoints=False)
        command.close()
    assert not beside(path, "-wal").exists()
    assert tickets(path) == 3


def test_a_killed_hall_of_which_a_backup_was_made_opens(sqlite, folder, tmp_path):
    engine = engine_on(sqlite)
    issue(engine, 1, 2, 3)
    path = killed(sqlite, folder)
    care.backup(folder, tmp_path / "copy.db")
    again = SqliteStore(folder)
    again.close()
    assert tickets(path) == tickets(tmp_path / "copy.db") == 3


def test_a_hall_of_an_earlier_program_with_its_wal_opens(sqlite, folder):
    engine = engine_on(sqlite)
    issue(engine, 1, 2)
    path = killed(sqlite, folder)
    beside(path, "-run").unlink()
    SqliteStore(folder).close()
    assert tickets(path) == 2


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'{"stamps": null}'])
def test_a_marker_that_cannot_be_read_refuses_nothing(sqlite, folder, torn):
    issue(engine_on(sqlite), 1)
    beside(killed(sqlite, folder), "-run").write_bytes(torn)
    SqliteStore(folder).close()


def test_a_kill_at_any_moment_of_a_checkpoint_opens(tmp_path, monkeypatch):
    """The folder is copied at each call into the marker and into SQLite: each copy opens with all tickets."""
    store = SqliteStore(tmp_path / "hall")
    engine = engine_on(store)
    issue(engine, 1, 2)
    copies = []

    def spied(work):
        def call(*args, **kwargs):
            copies.append(killed(store, tmp_path / f"at-{len(copies)}"))
            try:
                return work(*args, **kwargs)
            finally:
                copies.append(killed(store, tmp_path / f"at-{len(copies)}"))

        return call

    monkeypatch.setattr("core.store.sqlite.mark", spied(mark))
    monkeypatch.setattr(store._db, "execute", spied(store._db.execute), raising=False)
    store._checkpoint("RESTART")
    monkeypatch.undo()
    assert len({stamp_of(each) for each in copies}) == 2, "no copy from before, or none from after"
    assert len({marked(each) for each in copies}) == 3
    for copy in copies:
        SqliteStore(copy.parent).close()
        assert tickets(copy) == 2
    store.close()


def test_a_checkpoint_that_a_reader_hinders_loses_nothing(sqlite, folder):
    engine = engine_on(sqlite)
    issue(engine, 1)
    with closing(sqlite3.connect(sqlite.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        issue(engine, 2)
        sqlite._checkpoint("RESTART")
        path = killed(sqlite, folder)
        reader.execute("ROLLBACK")
    SqliteStore(folder).close()
    assert tickets(path) == 2


def test_restoring_puts_a_wal_aside_whose_database_is_gone(sqlite, folder, tmp_path):
    issue(engine_on(sqlite), 1)
    care.backup(sqlite.path.parent, tmp_path / "copy.db")
    path = killed(sqlite, folder)
    path.unlink()
    _, kept = care.restore(folder, tmp_path / "copy.db")
    assert beside(kept, "-wal").exists()
    assert not beside(path, "-wal").exists()
    SqliteStore(folder).close()
    assert tickets(path) == 1


def test_a_server_that_runs_keeps_its_locks_while_others_come_and_go(sqlite):
    """A file of SQLite's that is closed anywhere in the process would give them up."""
    engine = engine_on(sqlite)
    for n in range(2 * COMMITS_BETWEEN + 2):
        issue(engine, n)
    wal = os.stat(beside(sqlite.path, "-wal")).st_ino
    ask = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM meta').fetchall()"
    subprocess.run([sys.executable, "-c", f"{ask}; c.close()", str(sqlite.path)], check=True)
    assert os.stat(beside(sqlite.path, "-wal")).st_ino == wal
    sqlite.same_file()


def test_a_folder_in_use_stays_refused(tmp_path):
    held = hold(tmp_path)
    with pytest.raises(StoreError, match="in use"):
        hold(tmp_path)
    os.close(held)
