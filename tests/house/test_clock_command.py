"""``antrean clock`` and the doctor: a hall whose log is ahead of, or far behind, this machine's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.clock import RealClock
from core.config import Config, load
from core.domain import commands as c
from core.engine.engine import Engine
from core.halls import claim
from core.store.sqlite import SqliteStore
from tests.running import CONFIG, start
from tests.worlds import WAYAN, DirectThreads, HandClock


@pytest.fixture(scope="module")
def config() -> Config:
    return load(CONFIG)


def written(config: Config, data: Path, *instants: datetime, training: bool = False) -> None:
    """A hall that was served at these instants."""
    store = SqliteStore(data)
    try:
        claim(store, training=training)
        for instant in instants:
            engine = Engine(config.plan, store, HandClock(instant), DirectThreads())
            engine.start()
            engine.do(c.PauseService(WAYAN, next(iter(config.plan.services)), "a reason"))
    finally:
        store.close()


def antrean(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--config", str(CONFIG), "--data", str(data)])


def test_a_log_in_the_future_is_told_and_led_back(config: Config, tmp_path: Path) -> None:
    now = RealClock().now()
    written(config, tmp_path, now - timedelta(minutes=1), now + timedelta(days=3))
    shown = antrean(tmp_path, "clock", "show")
    assert shown.exit_code == 1
    assert "behind the log" in shown.output
    assert "-> set this machine's clock; if it is right: antrean clock accept" in shown.output
    doctor = antrean(tmp_path, "doctor")
    assert "!!  clock: " in doctor.output
    assert "if it is right: antrean clock accept" in doctor.output

    accepted = antrean(tmp_path, "clock", "accept")
    assert accepted.exit_code == 0, accepted.output
    today = now.astimezone(config.plan.timezone).date()
    assert f"the service day {today} continues" in accepted.output
    shown = antrean(tmp_path, "clock", "show")
    assert (shown.exit_code, "they agree" in shown.output) == (0, True)
    assert "ok  clock" in antrean(tmp_path, "doctor").output


def test_a_log_that_agrees_is_said_so(config: Config, tmp_path: Path) -> None:
    written(config, tmp_path, RealClock().now() - timedelta(hours=1))
    assert "they agree" in antrean(tmp_path, "clock", "show").output
    accepted = antrean(tmp_path, "clock", "accept")
    assert accepted.output.startswith("accepted: it is ")


def test_a_clock_far_ahead_of_the_log_is_told(config: Config, tmp_path: Path) -> None:
    written(config, tmp_path, RealClock().now() - timedelta(days=200))
    shown = antrean(tmp_path, "clock", "show")
    assert (shown.exit_code, "200 days ahead of the log" in shown.output) == (1, True)
    assert "200 days ahead" in antrean(tmp_path, "doctor").output


def test_a_new_hall_has_nothing_to_compare(config: Config, tmp_path: Path) -> None:
    written(config, tmp_path)
    shown = antrean(tmp_path, "clock", "show")
    assert (shown.exit_code, "none yet" in shown.output) == (0, True)


def test_a_training_hall_has_a_clock_of_its_own(config: Config, tmp_path: Path) -> None:
    written(config, tmp_path, RealClock().now(), training=True)
    for command in ("show", "accept"):
        refused = antrean(tmp_path, "clock", command)
        assert refused.exit_code == 1
        assert "training hall" in refused.output


def test_a_running_server_hears_the_word(config: Config, tmp_path: Path) -> None:
    data, now = tmp_path / "data", RealClock().now()
    written(config, data, now - timedelta(minutes=1), now + timedelta(days=3))
    server = start(data, clock=None)
    try:
        with server.client() as client:
            ready = client.get("/readyz")
            assert ready.status_code == 503
            assert "behind the hall's own time" in ready.json()["checks"]["clock"]
            assert antrean(data, "clock", "accept").exit_code == 0
            ready = client.get("/readyz")  # it looks at the log before it answers
            assert (ready.status_code, ready.json()["checks"]["clock"]) == (200, "ok")
    finally:
        server.stop()
