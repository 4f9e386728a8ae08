"""Limits against people who collect numbers: they stop a finger that hammers, and no honest citizen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.settings import LimitSettings
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from kiosk.limits import Limits, TooFast
from tests.web.conftest import Hall, HandClock

ISSUE = "/api/v1/tickets"
PAUSE = timedelta(seconds=1.5)
Open = Callable[..., Hall]


@pytest.fixture
def opened(config: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a hall with other limits, a training hall if asked."""
    halls: list[Hall] = []

    def open_hall(limits: LimitSettings = LimitSettings(), *, training: bool = False) -> Hall:  # noqa: B008
        clock, store = HandClock(), SqliteStore(tmp_path)
        server = replace(config.settings.server, async_mode="threading", open_kiosks=True)
        settings = replace(config.settings, server=server, limits=limits)
        parts = Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path, training)
        halls.append(Hall(create(parts), clock, store))
        return halls[-1]

    yield open_hall
    for hall in halls:
        hall.application.live.stop()
        hall.application.stop()


def page(hall: Hall, kiosk: str = "k1") -> dict[str, str]:
    """The headers with which a kiosk's page asks."""
    html = hall.client().get(f"/kiosk/{kiosk}").get_data(as_text=True)
    found = re.search(r'"token":\s*"([^"]+)"', html)
    assert found is not None
    return {"Authorization": f"Bearer {found[1]}"}


def take(hall: Hall, headers: dict[str, str], kiosk: str | None = "k1", **more: Any) -> Any:
    body = {"service": "ktp-rekam", "paper": False} | ({"kiosk": kiosk} if kiosk else {})
    sent = {**headers, **more.pop("extra", {})}
    return hall.client().post(ISSUE, json=body | more, headers=sent)


def test_a_second_number_within_the_pause_is_refused_in_both_languages_and_says_when(opened: Open) -> None:
    hall = opened()
    headers = page(hall)
    assert take(hall, headers).status_code == 201
    for lang, word in (("id", "tunggu"), ("en", "wait")):
        refused = take(hall, headers, extra={"Accept-Language": lang})
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "2"
        told = refused.get_json()
        assert (told["code"], told["reason"], told["seconds"]) == ("too_fast", "pause", 2)
        assert word in told["detail"].lower()
        assert "{" not in told["detail"]


def test_after_the_pause_the_next_citizen_is_served(opened: Open) -> None:
    hall = opened()
    headers = page(hall)
    take(hall, headers)
    hall.clock.forward(seconds=1.5)
    assert take(hall, headers).status_code == 201


def test_the_same_request_again_is_the_same_number_and_never_too_fast(opened: Open) -> None:
    hall = opened()
    headers = page(hall)
    first = take(hall, headers, extra={"Idempotency-Key": "wish-1"})
    again = take(hall, headers, extra={"Idempotency-Key": "wish-1"})
    assert again.status_code == 201
    assert again.get_json()["ticket"]["number"] == first.get_json()["ticket"]["number"]


def test_a_refused_request_takes_nothing_from_the_next_one(opened: Open) -> None:
    hall = opened()
    headers = page(hall)
    assert take(hall, headers, service="no-such-service").status_code == 404
    assert take(hall, headers).status_code == 201


def test_one_kiosk_does_not_slow_another(opened: Open) -> None:
    hall = opened()
    one, other = page(hall, "k1"), page(hall, "k2")
    assert take(hall, one, "k1").status_code == 201
    assert take(hall, other, "k2").status_code == 201


def test_a_phone_with_the_page_open_does_not_use_up_the_kiosks_numbers(opened: Open) -> None:
    hall = opened()
    headers = page(hall)
    body = {"service": "ktp-rekam", "paper": False, "kiosk": "k1"}
    phone = {"REMOTE_ADDR": "192.0.2.7"}
    first = hall.client().post(ISSUE, json=body, headers=headers, environ_overrides=phone)
    assert first.status_code == 201
    again = hall.client().post(ISSUE, json=body, headers=headers, environ_overrides=phone)
    assert again.status_code == 429
    assert take(hall, headers).status_code == 201


def test_so_many_a_minute_and_then_as_many_again(opened: Open) -> None:
    hall = opened(LimitSettings(kiosk_pause_s=0, kiosk_per_minute=3))
    headers = page(hall)
    for _ in range(3):
        assert take(hall, headers).status_code == 201
        hall.clock.forward(seconds=5)
    refused = take(hall, headers)
    told = refused.get_json()
    assert (refused.status_code, told["reason"], told["limit"], told["seconds"]) == (429, "minute", 3, 45)
    hall.clock.forward(seconds=45)
    assert take(hall, headers).status_code == 201


def test_a_real_rush_passes_one_citizen_every_two_seconds_but_for_the_limit_of_a_minute(opened: Open) -> None:
    hall = opened()
    headers = page(hall)
    for _ in range(40):
        assert take(hall, headers).status_code == 201
        hall.clock.forward(seconds=1.5)


def test_tokens_of_devices_are_limited_only_where_the_hall_says_so(opened: Open) -> None:
    hall = opened()
    headers = hall.token("kiosk", "program")
    assert [take(hall, headers, None).status_code for _ in range(60)] == [201] * 60


def test_a_limit_for_devices_holds_for_each_token(opened: Open) -> None:
    hall = opened(LimitSettings(device_per_minute=2))
    one, other = hall.token("kiosk", "one"), hall.token("kiosk", "other")
    assert [take(hall, one, None).status_code for _ in range(3)] == [201, 201, 429]
    assert take(hall, other, None).status_code == 201


def test_the_reception_is_not_limited(opened: Open) -> None:
    hall = opened(LimitSettings(device_pause_s=5, device_per_minute=1))
    headers = hall.token("officer", "desk")
    assert [take(hall, headers, None).status_code for _ in range(3)] == [201] * 3


def test_a_training_hall_is_not_limited(opened: Open) -> None:
    hall = opened(training=True)
    headers = page(hall)
    assert [take(hall, headers).status_code for _ in range(3)] == [201] * 3


def test_two_services_on_one_number(hall: Hall, kiosk: dict[str, str]) -> None:
    answer = take(hall, kiosk, None, more=["paspor-baru"])
    ticket = answer.get_json()["ticket"]
    assert answer.status_code == 201
    assert ticket["service"] == "ktp-rekam"
    assert [each["id"] for each in ticket["to_come"]] == ["paspor-baru"]


def test_the_same_service_twice_is_refused(hall: Hall, kiosk: dict[str, str]) -> None:
    answer = take(hall, kiosk, None, more=["ktp-rekam"])
    assert (answer.status_code, answer.get_json()["code"]) == (409, "service_already_here")


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = HandClock()
    limits = Limits(clock.now)
    with limits.taking("k1", None, PAUSE, 1):
        pass
    clock.forward(hours=-1)
    with limits.taking("k1", None, PAUSE, 1):
        pass


def test_two_at_the_same_moment_are_one_too_many() -> None:
    limits = Limits(HandClock().now)
    with (
        limits.taking("k1", "a", PAUSE, 0),
        pytest.raises(TooFast),
        limits.taking("k1", "b", PAUSE, 0),
    ):
        pass
