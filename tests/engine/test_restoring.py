"""A restore takes the backup of a hall, or it changes nothing; and a hostile file does no harm."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlite_utils import Database

from core import care, damage
from core.domain import commands as c
from core.domain.staff import Account, Role
from core.ports import StoreError
from core.store.inspecting import inspect
from core.store.migrations import migrations
from core.store.sqlite import FILE, SqliteStore
from core.web.concurrency import concurrency
from core.web.sessions import Sessions
from tests.worlds import ANI, CITIZEN, HandClock, engine_on, small_plan, token

Harm = Callable[[sqlite3.Connection], None]


def hall(folder: Path, *, kind: str | None = "real", numbers: int = 3) -> Path:
    """A hall with a morning behind it; closed."""
    store = SqliteStore(folder)
    engine = engine_on(store, small_plan(), HandClock())
    engine.do(c.OpenCounter(ANI, "1"))
    for number in range(numbers):
        engine.do(c.IssueTicket(CITIZEN, "ktp", token(number)))
    engine.do(c.CallNext(ANI, "1"))
    if kind is not None:
        store.set_meta("kind", kind)
    store.close()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The hall that is there."""
    return hall(tmp_path / "data", numbers=1)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A backup of a day with more numbers."""
    target = tmp_path / "copy.db"
    care.backup(hall(tmp_path / "other"), target)
    return target


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the data folder but the lock."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "serving.lock"}


def changed(path: Path, *statements: str) -> Path:
    """Change a backup as somebody with a tool for databases can."""
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.executescript(statement)
        database.commit()
    return path


def refused(data: Path, source: Path, **more: bool) -> str:
    before = contents(data)
    with pytest.raises(StoreError) as trouble:
        care.restore(data, source, small_plan(), **more)
    assert contents(data) == before, "a refusal changes nothing"
    return str(trouble.value)


def test_a_backup_is_taken_and_what_was_there_is_kept(data: Path, copy: Path) -> None:
    before = (data / FILE).read_bytes()
    found, kept = care.restore(data, copy, small_plan())
    assert (found.kind, kept is not None and kept.read_bytes()) == ("real", before)
    assert (data / FILE).read_bytes() == copy.read_bytes()
    assert (data / FILE).stat().st_mode & 0o777 == 0o600
    assert found.events == 6
    with closing(SqliteStore(data)) as store:
        assert engine_on(store, small_plan(), HandClock()).hall.seq == found.events


def sessions_of(data: Path) -> Sessions:
    return Sessions(data, concurrency("threading"))


def test_a_restore_signs_everybody_out(data: Path, copy: Path) -> None:
    """The restored log may give an account the version that it had with a later password."""
    cookie = sessions_of(data).begin(Account("staff", "ani", Role.OFFICER, None, 7, "7-id"), "")
    assert sessions_of(data).find(cookie) is not None
    refused(data, changed(copy.with_name("bad.db"), "CREATE TABLE evil (x)"))
    assert sessions_of(data).find(cookie) is not None, "a refusal changes nothing"
    care.restore(data, copy, small_plan())
    assert sessions_of(data).find(cookie) is None


@pytest.fixture
def cut_off(data: Path, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The data folder as a power cut leaves it, at each step of a restore; only commands have used it."""
    moments: list[Path] = []
    replace, unlink = os.replace, Path.unlink

    def moment() -> None:
        moments.append(Path(shutil.copytree(data, tmp_path / f"moment-{len(moments)}")))

    def replaced(*names: Path) -> None:
        moment()
        replace(*names)
        moment()

    def unlinked(path: Path, *, missing_ok: bool = False) -> None:
        moment()
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr("core.care.os.replace", replaced)
        patched.setattr(Path, "unlink", unlinked)
        care.restore(data, copy, small_plan())
    return moments


def test_a_restore_that_is_cut_off_never_starts_an_empty_hall(cut_off: list[Path]) -> None:
    without = 0
    for folder in cut_off:
        if (folder / FILE).exists():
            damage.look(folder)
            with closing(SqliteStore(folder)) as store:
                assert store.last_seq() > 0
            continue
        without += 1
        (kept,) = folder.glob("*.before-restore")
        with pytest.raises(damage.Damaged) as told:
            damage.look(folder)
        first, second, third = str(told.value).splitlines()
        assert "a restore was cut off" in first
        assert kept.name in second
        assert f"{FILE}.restored" in second
        assert third.endswith(f"antrean restore {folder / FILE}.restored")
        assert not (folder / FILE).exists(), "looking has made nothing"
        found, _ = care.restore(folder, folder / f"{FILE}.restored", small_plan())
        assert found.events == 6
        damage.look(folder)
        assert kept.exists()
    assert without, "no moment without a database"


@pytest.mark.parametrize("left", [f"{FILE}.restored", f"{FILE}.20261124T010000Z.before-restore"])
@pytest.mark.parametrize("empty", [True, False])
def test_either_file_of_a_restore_is_a_sign_of_a_hall(tmp_path: Path, left: str, empty: bool) -> None:
    (tmp_path / left).write_bytes(b"x")
    if empty:
        (tmp_path / FILE).write_bytes(b"")
    with pytest.raises(damage.Damaged, match="contained a hall") as told:
        damage.look(tmp_path)
    assert left in str(told.value)


def test_an_empty_folder_takes_any_backup(tmp_path: Path, copy: Path) -> None:
    assert care.restore(tmp_path / "new", copy)[1] is None


@pytest.mark.parametrize("version", range(1, len(migrations.pending(Database(memory=True)))))
def test_a_backup_of_an_older_version_is_taken_and_brought_up_to_date(
    data: Path, tmp_path: Path, version: int
) -> None:
    known = [each.name for each in migrations.pending(Database(memory=True))]
    old = tmp_path / "old.db"
    made = Database(sqlite3.connect(old))
    migrations.apply(made, stop_before=known[version:])
    made.close()
    care.restore(data, old, small_plan())
    with closing(SqliteStore(data)) as store:
        assert not migrations.pending(store._db)


def forged(kind: str, payload: str = "'{}'", version: str = "1", command: str = "''") -> str:
    """A statement that adds an event."""
    columns = f"seq + 1, day, at, '{kind}', {version}, actor, {command}, {payload}"
    return f"INSERT INTO event SELECT {columns} FROM event ORDER BY seq DESC LIMIT 1"  # noqa: S608


OF_NOBODY = "replace((SELECT data FROM event WHERE kind = 'TicketCalled'), 'A001', 'A999')"
HARMS = {
    "a newer schema": (
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('antrean', 'm999_new', '')",
        "a newer Antrean made it (m999_new)",
    ),
    "no migration recorded": ("DELETE FROM _sqlite_migrations", "no database of a hall"),
    "a missing migration": (
        "DELETE FROM _sqlite_migrations WHERE name LIKE 'm001%'",
        "no database of a hall",
    ),
    "a missing table": ("DROP TABLE command", "it has no table command"),
    "a missing column": ("ALTER TABLE ticket DROP COLUMN ahead", "its table ticket"),
    "a further column": ("ALTER TABLE meta ADD COLUMN evil TEXT", "its table meta"),
    "a further table": ("CREATE TABLE evil (x)", "it has a table evil"),
    "a trigger gone": ("DROP TRIGGER event_stays", "it has no trigger event_stays"),
    "a trigger that does nothing": (
        "DROP TRIGGER event_stays; CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT 1; END",
        "its trigger event_stays",
    ),
    "a further trigger": (
        "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM secret; END",
        "it has a trigger evil",
    ),
    "a view": ("CREATE VIEW evil AS SELECT load_extension('evil')", "it has a view evil"),
    "a view in place of a table": (
        "DROP TABLE meta; CREATE VIEW meta AS SELECT 'kind' AS name, 'real' AS value",
        "meta",
    ),
    "a virtual table": ("CREATE VIRTUAL TABLE evil USING fts5(x)", "evil"),
    "numbers without their index": ("DROP INDEX event_number", "it has no index event_number"),
    "an index of another meaning": (
        "DROP INDEX secret_token; CREATE INDEX secret_token ON secret (hash)",
        "its index secret_token",
    ),
    "an event of a newer program": (forged("TicketTeleported"), "a newer Antrean wrote it"),
    "an event of a newer version": (forged("CounterClosed", version="99"), "a newer Antrean wrote it"),
    "an event without its data": (forged("TicketIssued"), "cannot be read"),
    "an event that is no JSON": (forged("CounterClosed", "'{'"), ""),
    "a version that is none": (forged("CounterClosed", version="'x'"), "table event"),
    "bytes for text": (forged("CounterClosed", command="x'00'"), "table event"),
    "a call of nobody": (forged("TicketCalled", OF_NOBODY), "cannot be rebuilt"),
    "a number given twice": (
        "INSERT INTO event SELECT seq + 100, day, at, kind, version, actor, '', "
        "json_set(data, '$.ordinal', json_extract(data, '$.ordinal') || '') FROM event "
        "WHERE kind = 'TicketIssued' LIMIT 1",
        "was given twice",
    ),
    "an outcome that is no JSON": ("INSERT INTO command VALUES ('x', 'x', '{')", "table command"),
    "a kind that is none": ("UPDATE meta SET value = 'evil' WHERE name = 'kind'", "neither a real hall"),
}


@pytest.mark.parametrize("name", HARMS)
def test_what_is_no_sound_hall_is_refused_in_words(name: str, data: Path, copy: Path) -> None:
    statement, words = HARMS[name]
    assert words in refused(data, changed(copy, statement))


def test_only_a_table_named_event_is_no_hall(data: Path, tmp_path: Path) -> None:
    other = changed(tmp_path / "other.db", "CREATE TABLE event (seq INTEGER PRIMARY KEY)")
    assert "not a backup of a hall" in refused(data, other)


def test_a_rescued_database_names_the_table_that_the_rescue_has_added(data: Path, copy: Path) -> None:
    changed(copy, "CREATE TABLE lost_and_found (rootpgno INTEGER, c0)")
    assert "lost_and_found" in refused(data, copy)
    changed(copy, "DROP TABLE lost_and_found")
    care.restore(data, copy, small_plan())


def test_a_training_hall_and_a_real_one_do_not_take_each_others_place_unasked(
    data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "training.db"
    care.backup(hall(tmp_path / "training", kind="training"), copy)
    told = refused(data, copy)
    assert "training" in told
    assert "--other-kind" in told
    found, _ = care.restore(data, copy, small_plan(), other_kind=True)
    assert found.kind == "training"


def test_a_database_that_was_copied_while_it_was_open_is_refused(data: Path, copy: Path) -> None:
    beside = copy.with_name(copy.name + "-wal")
    beside.write_bytes(b"the last commits")
    assert "antrean backup" in refused(data, copy)
    beside.unlink()
    care.restore(data, copy)


@pytest.mark.parametrize("path", ["none.db", "folder"])
def test_what_is_no_file_is_refused(data: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    assert "no such file" in refused(data, tmp_path / path)


def damages(whole: bytes) -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "no database", b"not a database at all" * 100
    yield "only its head", whole[:100]
    yield "half of it", whole[: len(whole) // 2]
    yield "a page too few", whole[:-4096]
    yield "a huge number of pages", whole[:28] + b"\x7f\xff\xff\xff" + whole[32:]
    yield "a page size that is none", whole[:16] + b"\x00\x07" + whole[18:]
    for page in range(1, len(whole) // 4096):
        at = page * 4096
        yield f"page {page} of zeros", whole[:at] + bytes(4096) + whole[at + 4096 :]
        yield f"page {page} of ones", whole[:at] + b"\xff" * 4096 + whole[at + 4096 :]


def test_a_damaged_file_is_refused_or_sound_and_never_an_accident(data: Path, copy: Path) -> None:
    whole, sound = copy.read_bytes(), inspect(copy, small_plan())
    refusals = 0
    for name, damaged in damages(whole):
        copy.write_bytes(damaged)
        try:
            assert inspect(copy, small_plan()) == sound, name  # a page that nothing lies on
        except StoreError:
            refusals += 1
    assert refusals > 20
    copy.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refused(data, copy)


def test_looking_at_a_file_leaves_nothing_beside_it(copy: Path) -> None:
    changed(copy, "PRAGMA journal_mode = WAL")
    inspect(copy, small_plan())
    with suppress(StoreError):
        inspect(changed(copy, "CREATE TABLE evil (x)"), small_plan())
    assert [path.name for path in copy.parent.iterdir() if path.is_file()] == [copy.name]


def test_a_name_with_marks_of_an_address_is_only_a_name(data: Path, copy: Path) -> None:
    odd = copy.rename(copy.with_name("50%3f?mode=rwc#.db"))
    care.restore(data, odd, small_plan())
    assert not list(data.glob("50*"))
