"""``kill -9`` under load: whatever was acknowledged is there after the restart, in its state."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import httpx

from tests.running import Server, start

CLIENTS = 8
BEFORE_THE_KILL = 150
SERVICES = ("pbb-tagihan", "jkn-aktivasi", "skck-baru", "paspor-baru")
"""Without a quota, at counters that are closed: so nobody is told that the day is full."""


class Crowd:
    """Clients that issue until the server is gone, and remember what they were promised."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.promised: dict[str, str] = {}
        self.enough = threading.Event()
        self._lock = threading.Lock()
        self._token = server.token("kiosk")

    def issue(self, position: int) -> None:
        with self.server.client(self._token) as client:
            for turn in range(5_000):
                service = SERVICES[(position + turn) % len(SERVICES)]
                key = {"Idempotency-Key": f"{position}-{turn}"}
                try:
                    answer = client.post("/api/v1/tickets", json={"service": service}, headers=key)
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                ticket = answer.json()["ticket"]
                with self._lock:
                    self.promised[ticket["token"]] = ticket["number"]
                    if len(self.promised) >= BEFORE_THE_KILL:
                        self.enough.set()

    def run(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.issue, args=(n,), daemon=True) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads


def test_every_acknowledged_ticket_and_its_state_survive_a_kill(tmp_path: Path) -> None:
    server = start(tmp_path / "data")
    try:
        server.issue("nib-umk")
        crowd = Crowd(server)
        threads = crowd.run()
        for action in ("open", "next", "start"):
            assert server.act("11", action, "PTSP").status_code == 200
        serving = server.act("11", "recall", "PTSP").json()["number"]
        assert crowd.enough.wait(60)
        server.kill()
        for thread in threads:
            thread.join(30)
    finally:
        server.kill()

    again = start(tmp_path / "data")
    try:
        states = {}
        with again.client() as client:
            for token, number in crowd.promised.items():
                answer = client.get(f"/api/v1/tickets/{token}")
                assert answer.status_code == 200, f"{number} was promised and is gone"
                held = answer.json()
                assert held["number"] == number
                states[number] = held["state"]
        assert set(states.values()) <= {"waiting", "serving"}
        again.tokens = dict(server.tokens)
        counter = again.act("11", "finish", "PTSP").json()
        assert (counter["served_today"], serving) == (1, serving)
        number = again.issue("nib-umk")["ticket"]["number"]
        assert number not in {serving, *states}, "a number was given twice"
        issue_again_with_an_old_key(again, server.tokens["kiosk-any"])
    finally:
        again.stop()
    check(tmp_path / "data" / "antrean.db")


def issue_again_with_an_old_key(server: Server, token: str) -> None:
    """A client whose answer was lost in the crash tries again: it gets the ticket it had."""
    with server.client(token) as client:
        before = sum(service["waiting"] for service in client.get("/api/v1/services").json()["services"])
        answer = client.post(
            "/api/v1/tickets", json={"service": SERVICES[0]}, headers={"Idempotency-Key": "0-0"}
        )
        assert answer.status_code == 201
        after = sum(service["waiting"] for service in client.get("/api/v1/services").json()["services"])
    assert after == before


def check(path: Path) -> None:
    """The file is sound, and each series runs from 1 without a gap."""
    database = sqlite3.connect(path)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute(
            "SELECT series, count(*), count(DISTINCT ordinal), min(ordinal), max(ordinal) "
            "FROM ticket GROUP BY day, series"
        ).fetchall()
        assert rows
        for series, count, distinct, low, high in rows:
            assert (distinct, low, high) == (count, 1, count), series
    finally:
        database.close()
