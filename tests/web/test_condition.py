"""A hall that can keep nothing says so: ``/readyz``, metrics, answers, every screen, the doctor."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from core.care import examine
from core.ports import Fault
from core.web.condition import condition_of
from core.web.live import NAMESPACE


@pytest.fixture
def locked(hall):
    """The database while another process holds it and does not let go."""
    hall.store._db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(hall.store.path, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def soon(hall):
    """The next look at the disk is due."""
    hall.application.house.engine.ledger._proven_at = float("-inf")
    hall.application.house.engine.ledger._tried_at = float("-inf")
    hall.store._db.execute("PRAGMA busy_timeout = 0")


def fail(hall, kind=Fault.FULL):
    """As SQLite says it of a full disk."""
    if kind is Fault.FULL:
        pages = hall.store._db.execute("PRAGMA page_count").fetchone()[0]
        hall.store._db.execute(f"PRAGMA max_page_count = {pages}")
    else:
        hall.store._db.execute("PRAGMA query_only = 1")
    ledger = hall.application.house.engine.ledger
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever
        ledger.attempt(lambda: ledger._probe(wary=True))


def mend(hall):
    hall.store._db.execute("PRAGMA max_page_count = 1000000")
    hall.store._db.execute("PRAGMA query_only = 0")
    soon(hall)


def heard(client):
    return [each["args"][0] for each in client.get_received(NAMESPACE) if each["name"] == "hall"]


def metric(hall, name):
    told = hall.client().get("/metrics").text
    return float(next(line.split()[1] for line in told.splitlines() if line.startswith(f"{name} ")))


def test_readyz_proves_that_it_can_write(hall, locked):
    soon(hall)
    answer = hall.client().get("/readyz")
    assert answer.status_code == 503
    assert "the ledger cannot be written since 2026-11-24T09:00:00+08:00" in answer.json["checks"]["store"]
    assert "locked" in answer.json["checks"]["store"]
    locked.execute("ROLLBACK")
    soon(hall)
    assert hall.client().get("/readyz").json["checks"]["store"] == "ok"


def test_the_metrics_tell_it(hall):
    assert metric(hall, "antrean_store_writable") == 1
    assert metric(hall, "antrean_commits_failed_total") == 0
    fail(hall)
    assert metric(hall, "antrean_store_writable") == 0
    mend(hall)
    hall.client().get("/readyz")
    assert metric(hall, "antrean_store_writable") == 1


def test_every_line_is_told_when_it_begins_and_when_it_ends(hall):
    application = hall.application
    client = application.live.socketio.test_client(application.flask, namespace=NAMESPACE)
    assert heard(client) == []
    fail(hall)
    application.condition.look()
    application.condition.look()
    begun = {"writable": False, "since": "2026-11-24T09:00:00+08:00", "fault": "full"}
    assert heard(client) == [begun]
    late = application.live.socketio.test_client(application.flask, namespace=NAMESPACE)
    assert heard(late) == [begun]
    mend(hall)
    hall.client().get("/readyz")
    application.condition.look()
    ended = {"writable": True, "since": None, "fault": None}
    assert heard(client) == [ended]
    assert heard(late) == [ended]
    for each in (client, late):
        each.disconnect(NAMESPACE)


def test_a_refused_command_says_why(hall):
    headers = hall.token("kiosk", "k")
    fail(hall, Fault.READ_ONLY)
    answer = hall.client().post("/api/v1/tickets", json={"service": "nib-umk"}, headers=headers)
    assert answer.status_code == 503
    assert (answer.json["code"], answer.json["reason"]) == ("store_unavailable", "read_only")
    mend(hall)
    assert (
        hall.client().post("/api/v1/tickets", json={"service": "nib-umk"}, headers=headers).status_code == 201
    )


def test_while_a_write_hangs_it_is_said_without_waiting_for_it(hall):
    engine = hall.application.house.engine
    engine.ledger._busy_since = float("-inf")
    with engine._lock:  # as the writer has it
        answer = hall.client().get("/readyz")
        assert answer.status_code == 503
        assert "has not finished a write" in answer.json["checks"]["store"]
        assert "antrean_store_writable 0.0" in hall.client().get("/metrics").text
        assert condition_of(engine)["fault"] == "stalled"
    engine.ledger._busy_since = None


@pytest.mark.parametrize("path", ["/staff/login", "/"])
def test_pages_of_the_staff_carry_what_listens_for_it(hall, path):
    assert "/static/counter/build/pages.js" in hall.client().get(path).text


# -- the doctor ------------------------------------------------------------------------------------------


def found(config, data):
    return {each.subject: each for each in examine(config, data)}


def test_the_doctor_proves_that_bytes_can_be_written(config, hall):
    findings = found(config, hall.store.path.parent)
    assert (findings["writing"].advice, findings["data folder"].advice) == ("", "")
    assert not list(hall.store.path.parent.glob(".doctor*"))


def test_the_doctor_finds_a_database_that_is_held(config, hall, locked):
    finding = found(config, hall.store.path.parent)["writing"]
    assert "locked" in finding.found
    assert "end the program that has locked the database" in finding.advice


def test_the_doctor_says_what_the_disk_says(config, hall, monkeypatch):
    def full(_opened):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.care.os.fsync", full)
    finding = found(config, hall.store.path.parent)["data folder"]
    assert "No space left" in finding.found
    assert "make room" in finding.advice
