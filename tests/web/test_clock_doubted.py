"""A clock that jumps: who is told, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.clock import SteadyClock
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from tests.web.conftest import TUESDAY, Hall, HandClock


@dataclass
class Machine:
    """The clock of a machine, and the one that nobody sets."""

    wall: float = TUESDAY.timestamp()
    steady: float = 50.0


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def jumping(config: Any, tmp_path: Path, machine: Machine) -> Iterator[Hall]:
    clock, store = SteadyClock(None, lambda: machine.wall, lambda: machine.steady), SqliteStore(tmp_path)
    settings = replace(config.settings, server=replace(config.settings.server, async_mode="threading"))
    application = create(Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path))
    yield Hall(application, HandClock(), store)
    application.live.stop()
    application.stop()


def metric(hall: Hall) -> float:
    lines = hall.client().get("/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("antrean_clock_doubt_seconds ")))


def test_a_jump_is_on_readyz_in_a_metric_and_on_ops(jumping: Hall, machine: Machine) -> None:
    jumping.person("wati", "supervisor", "correct horse battery")
    client = jumping.client()
    assert client.get("/readyz").status_code == 200
    assert metric(jumping) == 0

    machine.wall += 3 * 86_400
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "259200 s ahead of the hall's own time" in ready.json["checks"]["clock"]
    assert "antrean clock accept" in ready.json["checks"]["clock"]
    assert metric(jumping) == pytest.approx(3 * 86_400)

    form = client.get("/staff/login").text
    csrf = form.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"name": "wati", "password": "correct horse battery", "csrf_token": csrf}
    assert client.post("/staff/login", data=sent).status_code == 302
    page = client.get("/ops").text
    assert "3 hari lebih cepat" in page
    assert "3 days ahead" in page

    machine.wall -= 3 * 86_400
    assert client.get("/readyz").status_code == 200
    assert metric(jumping) == 0
