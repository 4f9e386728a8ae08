"""What all tests share: how long Hypothesis may look, and clocks and stores that are a test's own."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.store.memory import MemoryStore
from core.store.sqlite import SqliteStore
from tests.worlds import HandClock, Story

SLOW_MACHINES = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile("local", deadline=None, suppress_health_check=SLOW_MACHINES, print_blob=True)
# In CI a run says something about the commit alone: the same examples every time, no database.
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """What a file's tests left open warns there, not in whichever test the collector comes by next."""
    yield
    gc.collect()


@pytest.fixture
def story() -> Story:
    """An ordinary working day at nine, nothing has happened yet."""
    return Story()


@pytest.fixture
def clock() -> HandClock:
    """Stands at nine on a Tuesday."""
    return HandClock()


@pytest.fixture
def memory() -> MemoryStore:
    """A ledger in memory."""
    return MemoryStore()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqliteStore]:
    """A ledger on disk."""
    store = SqliteStore(tmp_path / "hall")
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> MemoryStore | SqliteStore:
    """A ledger, of each kind."""
    return request.getfixturevalue(request.param)
