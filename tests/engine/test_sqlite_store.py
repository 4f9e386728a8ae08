"""The file itself keeps the promises, whatever the program believes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain import events as e
from core.domain.staff import SYSTEM, Role
from core.halls import WrongHall, claim
from core.ports import KEYS, Commit, Outcome, Secret, StoreError
from core.store.codec import Unreadable
from core.store.sqlite import COMMITS_BETWEEN, FILE, SqliteStore
from tests.worlds import CITIZEN, engine_on, frozen, token


@pytest.fixture
def hall(sqlite):
    """A hall with three tickets."""
    engine = engine_on(sqlite)
    for n in range(3):
        engine.do(c.IssueTicket(CITIZEN, "ktp", token(n), kiosk="K1"), f"id-{n}")
    return engine


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET data = '{}' WHERE seq = 1",
        "UPDATE event SET seq = 99 WHERE seq = 1",
        "DELETE FROM event WHERE seq = 1",
        "DELETE FROM event",
    ],
)
def test_the_log_is_append_only_even_by_hand(hall, sqlite, statement):
    before = list(sqlite.everything())
    by_hand = sqlite3.connect(sqlite.path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        by_hand.execute(statement)
    by_hand.close()
    assert list(sqlite.everything()) == before


def test_the_file_refuses_a_number_given_twice(hall, sqlite):
    log = list(sqlite.everything())
    double = next(r for r in log if isinstance(r.event, e.TicketIssued))
    again = replace(double, seq=sqlite.last_seq() + 1, event=replace(double.event, ticket="x", token="y"))
    with pytest.raises(StoreError, match="UNIQUE"):
        sqlite.append(Commit(expected_seq=sqlite.last_seq(), events=[again]))
    assert list(sqlite.everything()) == log


def test_the_same_number_of_another_day_or_series_is_another_number(hall, sqlite):
    first = next(r for r in sqlite.everything() if isinstance(r.event, e.TicketIssued))
    seq = sqlite.last_seq()
    sqlite.append(
        Commit(
            expected_seq=seq,
            events=[
                replace(first, seq=seq + 1, day=first.day.replace(day=25)),
                replace(first, seq=seq + 2, event=replace(first.event, series="B")),
            ],
        )
    )


def test_a_commit_that_fails_in_its_last_row_leaves_nothing(hall, sqlite):
    before = {table: sqlite.table_rows(table) for table in KEYS}
    seq = sqlite.last_seq()
    event = e.Recorded(seq + 1, hall.hall.day, hall.hall.latest, SYSTEM, "x", e.ServicePaused("ktp", "x"))
    row = {**before["ticket"][0], "id": "other"}  # the same day, series and ordinal

    with pytest.raises(StoreError):
        sqlite.append(
            Commit(seq, [event], [Outcome("id-9", "f", {})], {"ticket": [row]}, [Secret("staff", "a", "h")])
        )
    assert sqlite.last_seq() == seq
    assert sqlite.outcome("id-9") is None
    assert sqlite.secret("staff", "a") is None
    assert {table: sqlite.table_rows(table) for table in KEYS} == before


def test_it_is_written_so_that_a_power_cut_loses_nothing(sqlite):
    ask = sqlite._db.conn.execute
    assert ask("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert ask("PRAGMA synchronous").fetchone()[0] == 2  # FULL


def test_the_command_line_leaves_checkpoints_to_the_server(hall, sqlite, tmp_path):
    beside = SqliteStore(tmp_path / "hall", checkpoints=False)
    before = sqlite.path.read_bytes()
    for store in (beside, sqlite):
        assert sqlite.path.read_bytes() == before
        for n in range(COMMITS_BETWEEN):
            store.append(Commit(store.last_seq(), [], [Outcome(f"{store is sqlite}-{n}", "x", {})]))
    assert sqlite.path.read_bytes() != before
    beside.close()


def test_a_sound_file_has_no_complaint(hall, sqlite):
    assert sqlite.check() == []


def test_opening_again_applies_no_migration_twice(hall, sqlite, tmp_path):
    before = frozen(hall.hall)
    again = SqliteStore(tmp_path / "hall")
    assert engine_on(again).hall.state() == before
    again.close()


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        SqliteStore(tmp_path / "file" / "hall")


def test_a_file_that_is_no_database_is_an_error_that_names_it(tmp_path):
    (tmp_path / FILE).write_text("this is not a database at all, but long enough to be read" * 20)
    with pytest.raises(StoreError, match=FILE):
        SqliteStore(tmp_path)


def by_hand(sqlite: SqliteStore, kind: str, version: int, data: str, actor: str | None = None) -> None:
    """Write an event past the program."""
    told = actor or '{"name":"system","role":"system","agency":null}'
    sqlite._db.conn.execute(
        "INSERT INTO event VALUES (?, '2026-11-24', '2026-11-24T01:00:00.000000Z', ?, ?, ?, 'x', ?)",
        (sqlite.last_seq() + 1, kind, version, told, data),
    )
    sqlite._db.conn.commit()


@pytest.mark.parametrize(
    ("kind", "version", "data"),
    [
        ("TicketDreamt", 1, "{}"),
        ("ServicePaused", 2, '{"service": "ktp", "reason": "x"}'),
        ("ServicePaused", 1, '{"service": "ktp"}'),
        ("ServicePaused", 1, '{"service": '),
        ("ServicePaused", 0, '{"service": "ktp"}'),
        ("AccountAdded", 1, '{"account_kind": "staff", "name": "a", "role": "wizard", "agency": null}'),
    ],
)
def test_an_event_that_cannot_be_read_stops_the_start_and_is_named(hall, sqlite, kind, version, data):
    by_hand(sqlite, kind, version, data)
    with pytest.raises(Unreadable, match=f"event {sqlite.last_seq()}.*{kind}"):
        engine_on(sqlite)


def test_an_actor_that_cannot_be_read_stops_the_start_with_the_events_number(hall, sqlite):
    by_hand(sqlite, "ServiceResumed", 1, '{"service": "ktp"}', '{"name":"x","role":"wizard","agency":null}')
    with pytest.raises(Unreadable, match=f"event {sqlite.last_seq()}"):
        engine_on(sqlite)


# -- secrets -----------------------------------------------------------------------------------------


def test_neither_passwords_nor_tokens_are_in_the_log(sqlite):
    engine = engine_on(sqlite)
    engine.do_all(
        [
            (c.AddAccount(SYSTEM, "staff", "ani", Role.ADMIN, "HASH-ONE"), "id-1"),
            (c.AddAccount(SYSTEM, "token", "kiosk", Role.KIOSK, "HASH-TWO"), None),
            (c.SetSecret(SYSTEM, "staff", "ani", "HASH-THREE"), "id-2"),
            (c.RevokeAccount(SYSTEM, "token", "kiosk"), None),
        ]
    )
    ask = sqlite._db.conn.execute
    for table in ("event", "command", *KEYS):
        assert "HASH-" not in str(ask(f"SELECT * FROM {table}").fetchall()), table  # noqa: S608
    assert ask("SELECT hash FROM secret").fetchall() == [("HASH-THREE",)]


def test_two_tokens_of_one_hash_are_refused(sqlite):
    engine = engine_on(sqlite)
    engine.do(c.AddAccount(SYSTEM, "token", "one", Role.KIOSK, "digest"))
    with pytest.raises(StoreError):
        engine.do(c.AddAccount(SYSTEM, "token", "two", Role.KIOSK, "digest"))
    assert engine.account_of_hash("token", "digest") == "one"
    assert engine.hall.account("token", "two") is None


# -- training and real ----------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_a_new_folder_is_claimed_for_good(sqlite, training):
    claim(sqlite, training=training)
    claim(sqlite, training=training)
    with pytest.raises(WrongHall, match="real" if training is False else "training"):
        claim(sqlite, training=not training)
    assert sqlite.meta("kind") == ("training" if training else "real")


def test_a_hall_that_was_never_claimed_but_has_a_log_is_not_trained_on(hall, sqlite):
    with pytest.raises(WrongHall):
        claim(sqlite, training=True)
    claim(sqlite, training=False)
    assert sqlite.meta("kind") == "real"
