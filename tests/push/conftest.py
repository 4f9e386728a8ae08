"""The whole application on native threads with a clock set by hand, and a push service on a local port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config import load
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from tests.push.phones import Phone, PushStation, station
from tests.web.conftest import CONFIG, Hall, HandClock

SERVICE = "nib-umk"
COUNTER = "31"


@pytest.fixture(scope="session")
def config() -> Any:
    return load(CONFIG)


@pytest.fixture
def push_station() -> Iterator[PushStation]:
    with station() as opened:
        yield opened


@pytest.fixture
def build(config: Any, tmp_path: Path) -> Iterator[Callable[..., Hall]]:
    """Starts a hall in the test's folder with ``[push]`` as told; again: a restart."""
    built: list[Hall] = []

    def make(**push: Any) -> Hall:
        for each in built:
            _end(each)
        built.clear()
        settings = replace(
            config.settings,
            server=replace(config.settings.server, async_mode="threading"),
            push=replace(config.settings.push, **{"local_services": True, **push}),
        )
        clock, store = HandClock(), SqliteStore(tmp_path)
        parts = Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path)
        built.append(Hall(create(parts), clock, store))
        return built[-1]

    yield make
    for each in built:
        _end(each)


def _end(hall: Hall) -> None:
    hall.application.live.stop()
    hall.application.stop()


@pytest.fixture
def hall(build: Callable[..., Hall]) -> Hall:
    return build()


class Desk:
    """Gives numbers and calls them."""

    def __init__(self, hall: Hall, config: Any) -> None:
        self.hall = hall
        self._plan = config.plan
        self._kiosk = hall.token("kiosk", "kiosk")
        agency = config.plan.services[SERVICE].agency
        self.counter = next(
            each.id
            for each in config.plan.counters.values()
            if each.agency == agency and any(SERVICE in tier for tier in each.tiers)
        )
        self._officer = hall.token("officer", "made", agency)

    def give(self, lang: str = "id") -> dict[str, Any]:
        answer = self.hall.client().post(
            "/api/v1/tickets", json={"service": SERVICE, "lang": lang}, headers=self._kiosk
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json["ticket"])

    def act(self, action: str, **body: Any) -> dict[str, Any]:
        answer = self.hall.client().post(
            f"/api/v1/counters/{self.counter}/{action}", json=body, headers=self._officer
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def counter_name(self, lang: str = "id") -> str:
        return str(self._plan.counters[self.counter].name.of(lang))

    def ask(self, ticket: dict[str, Any], phone: Phone, **more: Any) -> Any:
        return self.hall.client().post(
            f"/api/v1/tickets/{ticket['token']}/push", json=phone.subscription(**more)
        )


@pytest.fixture
def desk(hall: Hall, config: Any) -> Desk:
    return Desk(hall, config)
