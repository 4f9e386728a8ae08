"""Every damage of a hall's data is told in three lines: what is wrong, what is safe, what to type."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from core import care, damage
from core.cli import main
from core.config import Config, load
from core.damage import Damaged
from core.domain import commands as c
from core.domain.staff import CITIZEN
from core.engine.engine import Engine
from core.halls import claim, hold
from core.preparing import Wishes, prepare
from core.store.sqlite import FILE, SqliteStore
from tests.running import CONFIG
from tests.worlds import WAYAN, DirectThreads, HandClock, token

TICKETS = 40


@pytest.fixture(scope="module")
def config() -> Config:
    return load(CONFIG)


@pytest.fixture(scope="module")
def sound(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real hall's folder, as a server that stopped in order leaves it."""
    data = tmp_path_factory.mktemp("sound") / "data"
    store = SqliteStore(data)
    claim(store, training=False)
    engine = Engine(config.plan, store, HandClock(), DirectThreads())
    engine.start()
    service = "skck-baru"  # without a quota
    for n in range(TICKETS):
        engine.do(c.IssueTicket(CITIZEN, service, token(n)), f"key-{n}")
        engine.do(c.PauseService(WAYAN, service, f"reason {n} " + "x" * 400))
        engine.do(c.ResumeService(WAYAN, service))
    store.close()
    (data / "session.key").write_bytes(bytes(range(32)))
    return data


@pytest.fixture(autouse=True)
def no_backups(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(damage, "BACKUPS", tmp_path / "backups")


def start(config: Config, data: Path, *, training: bool = False) -> None:
    """What ``antrean serve`` does before it serves; the lock is given back."""
    held: list[int] = []

    def holding(folder: Path) -> int:
        held.append(hold(folder))
        return held[-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("core.preparing.hold", holding)
        prepare(config, data, Wishes(training=training))
    os.close(held[0])


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "data")
    return tmp_path / "data"


def antrean(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--config", str(CONFIG), "--data", str(data)])


def sql(*statements: str) -> Callable[[Path], None]:
    """A damage by SQL, with the wards of the log taken off."""

    def damaged(data: Path) -> None:
        with closing(sqlite3.connect(data / FILE)) as database, database:
            wards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in wards:
                database.execute(f"DROP TRIGGER {name}")
            for _, made in wards:
                statements_then.append(made)
            for statement in statements:
                database.execute(statement)
            for made in statements_then:
                database.execute(made)
            statements_then.clear()

    statements_then: list[str] = []
    return damaged


def written(data: Path, offset: int, content: bytes) -> None:
    with (data / FILE).open("r+b") as file:
        file.seek(offset)
        file.write(content)


def middle(data: Path) -> None:
    """Pages in the middle, those of the log."""
    with closing(sqlite3.connect(data / FILE)) as database:
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    written(data, (root - 1) * size, os.urandom(size))


def cut_short(data: Path) -> None:
    os.truncate(data / FILE, (data / FILE).stat().st_size // 2)


def emptied(data: Path) -> None:
    os.truncate(data / FILE, 0)


def closing_sql(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / FILE)) as database, database:
        database.execute(statement)


def other_database(data: Path) -> None:
    (data / FILE).unlink()
    closing_sql(data, "CREATE TABLE recipes (name TEXT)")


def last(change: str) -> Callable[[Path], None]:
    """A damage of the newest event."""
    return sql(f"UPDATE event SET {change} WHERE seq = (SELECT max(seq) FROM event)")  # noqa: S608 - ours


DAMAGES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "empty": (emptied, "is empty, but this folder contained a hall", "antrean restore FILE"),
    "gone": (lambda data: (data / FILE).unlink(), "is gone, but this folder", "antrean restore FILE"),
    "truncated": (cut_short, "is damaged", "antrean restore FILE"),
    "header": (lambda data: written(data, 0, b"\xff" * 100), "its header is not", "antrean restore FILE"),
    "page": (middle, "is damaged", "antrean restore FILE"),
    "malformed event": (
        last("data = '{broken'"),
        "cannot be read",
        "antrean rescue rescued.db",
    ),
    "event of another shape": (
        last("data = '{}'"),
        "cannot be read",
        "antrean rescue rescued.db",
    ),
    "unknown kind": (
        last("kind = 'TicketFramed'"),
        "newer Antrean (event TicketFramed 1)",
        "newer version",
    ),
    "newer event": (
        last("version = 99"),
        "newer Antrean (event ServiceResumed 99)",
        "newer version",
    ),
    "newer schema": (
        sql(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('antrean', 'm999_tomorrow', '2027-01-01')"
        ),
        "newer Antrean (schema m999_tomorrow)",
        "newer version",
    ),
    "gap": (
        sql("DELETE FROM event WHERE seq IN (20, 21)"),
        "2 events of the log are missing, from event 20",
        "antrean rescue",
    ),
    "beginning gone": (sql("DELETE FROM event WHERE seq < 3"), "missing, from event 1", "antrean restore"),
    "table": (sql("DROP TABLE stage"), "table stage is missing", "antrean rescue"),
    "index": (sql("DROP INDEX event_number"), "index event_number is missing", "antrean rescue"),
    "trigger": (
        lambda data: closing_sql(data, "DROP TRIGGER event_keeps"),
        "trigger event_keeps is missing",
        "antrean rescue",
    ),
    "another database": (
        other_database,
        "contains no log of a hall",
        "antrean restore FILE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(DAMAGES))
def test_a_damage_is_told_in_three_lines(name: str, config: Config, data: Path) -> None:
    harm, wrong, advice = DAMAGES[name]
    harm(data)
    before = (data / FILE).read_bytes() if (data / FILE).exists() else b""
    with pytest.raises(Damaged) as told:
        start(config, data)
    lines = str(told.value).splitlines()
    assert len(lines) == 3, lines
    assert wrong in lines[0]
    assert lines[1].startswith("  Safe: ")
    assert lines[2].startswith("  Type: ")
    assert advice in lines[2]
    after = (data / FILE).read_bytes() if (data / FILE).exists() else b""
    assert after == before, "nothing is changed"

    served = antrean(data, "serve")
    assert (served.exit_code, served.output.count("\n")) == (1, 3), served.output
    doctor = antrean(data, "doctor")
    assert doctor.exit_code == 1
    assert wrong in doctor.output
    assert advice in doctor.output
    for words in (
        ["staff", "list"],
        ["backup", str(data.parent / "copy.db")],
        ["report", "fairness", "today"],
    ):
        answered = antrean(data, *words)
        assert answered.exception is None or isinstance(answered.exception, SystemExit), (words, answered)
        assert "Traceback" not in answered.output


@pytest.mark.parametrize(
    "name", ["malformed event", "gap", "table", "index", "trigger", "event of another shape"]
)
def test_what_is_advised_without_a_backup_works(name: str, config: Config, data: Path) -> None:
    DAMAGES[name][0](data)
    rescued = data.parent / "rescued.db"
    said = antrean(data, "rescue", str(rescued))
    assert said.exit_code == 0, said.output
    assert "events until" in said.output
    restored = antrean(data, "restore", str(rescued))
    assert restored.exit_code == 0, restored.output
    start(config, data)
    doctor = antrean(data, "doctor").output
    assert "ok  database: sound" in doctor
    assert "ok  report tables: as the log says" in doctor


def test_a_backup_that_is_there_is_named(config: Config, data: Path, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    backup = tmp_path / "backups" / "2026-11-24.db"
    assert antrean(data, "backup", str(backup)).exit_code == 0
    middle(data)
    with pytest.raises(Damaged) as told:
        start(config, data)
    assert f"antrean restore {backup}" in told.value.advice
    assert antrean(data, "restore", str(backup)).exit_code == 0
    start(config, data)


def test_a_sound_hall_and_a_new_one_are_served(config: Config, data: Path, tmp_path: Path) -> None:
    start(config, data)
    start(config, tmp_path / "new")


def test_a_first_start_that_was_cut_off_is_a_new_hall(config: Config, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / FILE).touch()
    (tmp_path / "new" / "serving.lock").touch()
    start(config, tmp_path / "new")


def test_a_folder_of_another_user_says_whose_it_is(
    config: Config, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != FILE)
    with pytest.raises(Damaged, match="cannot be written by") as told:
        start(config, data)
    assert told.value.advice.startswith("sudo chown -R ")
    assert antrean(data, "doctor").exit_code == 1


def test_a_disk_that_became_read_only_is_told(
    config: Config, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    with pytest.raises(Damaged, match="mounted read-only"):
        start(config, data)
    refused = antrean(data, "serve")
    assert (refused.exit_code, "dmesg" in refused.output) == (1, True)


def test_a_large_file_is_read_through_after_an_unclean_stop_alone(
    config: Config, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "SMALL", 0)
    seen: list[str] = []
    connect = sqlite3.connect

    def watched(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(seen.append)
        return connection

    monkeypatch.setattr(damage.sqlite3, "connect", watched)
    damage.look_closely(data, config.plan)
    assert not any("quick_check" in each for each in seen)
    with closing(connect(data / FILE)) as open_still:
        open_still.execute("INSERT INTO meta VALUES ('a', 'b')")
        open_still.commit()
        damage.look_closely(data, config.plan)
    assert any("quick_check" in each for each in seen)


def rescue_beside(data: Path, sound: Path) -> Path:
    """What a server leaves whose database is removed while it runs."""
    rescued = data / f"{FILE}.rescued-20261124T020000Z"
    shutil.copy(sound / FILE, rescued)
    return rescued


def test_a_start_without_what_was_rescued_is_refused(config: Config, sound: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = SqliteStore(data)
    claim(store, training=False)
    store.close()
    rescued = rescue_beside(data, sound)
    with pytest.raises(Damaged, match=r"has 0 events, and antrean\.db\.rescued") as told:
        start(config, data)
    assert told.value.advice.startswith(f"antrean restore {rescued}")
    care.restore(data, rescued, config.plan)
    start(config, data)


def test_a_removed_database_is_restored_from_what_was_rescued(
    config: Config, data: Path, sound: Path
) -> None:
    rescued = rescue_beside(data, sound)
    (data / FILE).unlink()
    with pytest.raises(Damaged) as told:
        start(config, data)
    assert told.value.advice.startswith(f"antrean restore {rescued}")


@pytest.mark.parametrize(
    ("code", "words"),
    [("SQLITE_FULL", "is full"), ("SQLITE_IOERR_SHMSIZE", "is full"), ("SQLITE_BUSY", "is locked")],
)
def test_a_sound_database_that_cannot_be_opened_is_not_called_damaged(
    config: Config, data: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    trouble = sqlite3.OperationalError("disk I/O error")
    trouble.sqlite_errorname = code

    def fails(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(damage, "_whole", fails)
    monkeypatch.setattr(damage.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(Damaged, match=words) as told:
        start(config, data)
    assert "new hall" not in str(told.value)


@pytest.mark.parametrize(
    "words",
    [
        ["staff", "list"],
        ["staff", "sessions"],
        ["staff", "password", "ani"],
        ["token", "list"],
        ["token", "revoke", "k1"],
        ["clock", "show"],
        ["clock", "accept"],
        ["rebuild"],
    ],
    ids=" ".join,
)
def test_a_folder_without_a_hall_gets_none_by_a_command_that_needs_one(
    tmp_path: Path, words: list[str]
) -> None:
    answered = antrean(tmp_path / "typo", *words)
    assert answered.exit_code == 1, answered.output
    assert "holds no hall" in answered.output
    assert not (tmp_path / "typo" / FILE).exists()


def test_an_account_may_be_made_before_the_first_start_and_says_so(tmp_path: Path) -> None:
    answered = antrean(tmp_path / "new", "staff", "add", "ani", "--role", "admin")
    assert answered.exit_code == 0, answered.output
    assert f"a new hall was begun in {tmp_path / 'new'}" in answered.output
