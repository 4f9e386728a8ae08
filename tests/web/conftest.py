"""The whole application in one process, on native threads, with a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.accounts import add_account, add_device
from core.config import load
from core.domain.staff import DEVICE_ROLES, Role
from core.passwords import hash_password, new_token, token_hash
from core.store.sqlite import SqliteStore
from core.web.app import Application, Parts, create
from core.web.concurrency import concurrency

CONFIG = Path(__file__).parents[2] / "config.toml"
TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""09:00 in Denpasar."""


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = TUESDAY

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Hall:
    """An application under test with the means to talk to it."""

    application: Application
    clock: HandClock
    store: SqliteStore

    def client(self) -> FlaskClient:
        return self.application.flask.test_client()

    def token(
        self, role: str, name: str, agency: str | None = None, bound_to: str | None = None
    ) -> dict[str, str]:
        """Headers of a new bearer token."""
        token, engine = new_token(), self.application.house.engine
        if Role(role) in DEVICE_ROLES:
            add_device(engine, name, Role(role), token_hash(token), bound_to)
        else:
            add_account(engine, ("token", name), Role(role), token_hash(token), agency)
        return {"Authorization": f"Bearer {token}"}

    def person(self, name: str, role: str, password: str, agency: str | None = None) -> None:
        secret = hash_password(password)
        add_account(self.application.house.engine, ("staff", name), Role(role), secret, agency)

    def last_seq(self) -> int:
        return self.store.last_seq()


@pytest.fixture(scope="session")
def config() -> Any:
    return load(CONFIG)


@pytest.fixture
def hall(config: Any, tmp_path: Path) -> Iterator[Hall]:
    clock, store = HandClock(), SqliteStore(tmp_path)
    server = replace(config.settings.server, async_mode="threading", open_kiosks=True)
    settings = replace(config.settings, server=server)
    application = create(Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path))
    yield Hall(application, clock, store)
    application.live.stop()
    application.stop()


@pytest.fixture
def kiosk(hall: Hall) -> dict[str, str]:
    return hall.token("kiosk", "without-paper")


@pytest.fixture
def officer(hall: Hall) -> dict[str, str]:
    return hall.token("officer", "wayan", "CAPIL")
