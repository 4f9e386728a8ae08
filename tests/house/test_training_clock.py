"""A newcomer who types ``make run`` at any hour of any day finds the hall open."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from core.config import load
from core.domain import commands as c
from core.domain.opening import closed
from core.domain.staff import SYSTEM
from core.engine.engine import Engine
from core.halls import WrongHall, claim, parse_clock, training_start
from core.ports import StoreError
from core.store.sqlite import SqliteStore
from core.web.concurrency import concurrency

PLAN = load(Path(__file__).parents[2] / "config.toml").plan
ZONE = PLAN.timezone


class At:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def day_with_one_ticket(folder: Path, local: datetime) -> SqliteStore:
    """A folder whose log ends at ``local``."""
    store = SqliteStore(folder)
    engine = Engine(PLAN, store, At(local.astimezone(UTC)), concurrency("threading"))
    verdicts = engine.do_all([(c.StartDay(SYSTEM, local.date()), None)])
    assert not isinstance(verdicts[0], Exception)
    return store


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-24T03:10",  # a Tuesday, deep in the night
        "2026-11-24T23:59",
        "2026-11-27T12:00",  # Friday noon, in the break
        "2026-11-29T23:59",  # Sunday, a minute before Monday
        "2026-12-25T10:00",  # a holiday
        "2026-12-31T23:59",
    ],
)
def test_every_agency_gives_numbers_at_the_start(tmp_path: Path, moment: str) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    with time_machine.travel(now, tick=False):
        start = training_start(PLAN, SqliteStore(tmp_path), None)
    local = start.astimezone(ZONE)
    assert f"{local:%H:%M}" == "09:00"
    assert local.date() >= now.date()
    engine = Engine(PLAN, SqliteStore(tmp_path), At(start), concurrency("threading"))
    shut = engine.read(lambda hall: [s.id for s in PLAN.services.values() if closed(hall, s, start)])
    assert shut == []


def test_a_restart_goes_on_where_the_hall_was(tmp_path: Path) -> None:
    was = datetime(2026, 11, 24, 10, 30, tzinfo=ZONE)
    store = day_with_one_ticket(tmp_path, was)
    with time_machine.travel(datetime(2026, 11, 24, 21, 0, tzinfo=ZONE), tick=False):
        assert training_start(PLAN, store, None) == was


def test_a_day_that_is_nearly_over_is_followed_by_the_next_working_day(tmp_path: Path) -> None:
    store = day_with_one_ticket(tmp_path, datetime(2026, 11, 27, 15, 10, tzinfo=ZONE))  # a Friday
    with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=ZONE), tick=False):
        start = training_start(PLAN, store, None).astimezone(ZONE)
    assert f"{start:%A %Y-%m-%d %H:%M}" == "Monday 2026-11-30 09:00"


def test_a_chosen_instant_never_lies_before_what_happened(tmp_path: Path) -> None:
    was = datetime(2026, 11, 24, 10, 30, tzinfo=ZONE)
    store = day_with_one_ticket(tmp_path, was)
    assert training_start(PLAN, store, parse_clock("2026-11-24T09:00", PLAN)) == was
    later = parse_clock("2026-11-25T11:15", PLAN)
    assert training_start(PLAN, store, later) == later == datetime(2026, 11, 25, 3, 15, tzinfo=UTC)


def test_an_instant_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2026-11-24T09:00"):
        parse_clock("nine o'clock", PLAN)


def test_a_folder_is_a_training_hall_or_a_real_one_for_good(tmp_path: Path) -> None:
    training, real = SqliteStore(tmp_path / "a"), SqliteStore(tmp_path / "b")
    claim(training, training=True)
    claim(training, training=True)
    claim(real, training=False)
    with pytest.raises(WrongHall, match="holds a training hall"):
        claim(training, training=False)
    with pytest.raises(StoreError, match="holds a real hall"):
        claim(real, training=True)


def test_a_log_without_a_mark_is_taken_for_a_real_hall(tmp_path: Path) -> None:
    store = day_with_one_ticket(tmp_path, datetime(2026, 11, 24, 10, 30, tzinfo=ZONE))
    with pytest.raises(WrongHall):
        claim(store, training=True)
