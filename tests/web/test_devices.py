"""Kiosks and boards: what a page's own pass allows, and a hall that wants its devices registered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.accounts import revoke_account
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from tests.web.conftest import Hall, HandClock

ISSUE = "/api/v1/tickets"


@pytest.fixture
def closed_hall(config: Any, tmp_path: Path) -> Iterator[Hall]:
    """``open_kiosks = false``."""
    clock, store = HandClock(), SqliteStore(tmp_path)
    server = replace(config.settings.server, async_mode="threading", open_kiosks=False)
    settings = replace(config.settings, server=server)
    application = create(Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path))
    yield Hall(application, clock, store)
    application.live.stop()
    application.stop()


def page_pass(html: str) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return {"Authorization": f"Bearer {json.loads(found[1])['token']}"}


def test_a_kiosks_page_issues_for_itself_alone(hall: Hall) -> None:
    headers = page_pass(hall.client().get("/kiosk/k1").text)
    own = hall.client().post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=headers)
    assert own.status_code == 201
    for body in ({"service": "ktp-rekam", "kiosk": "k2"}, {"service": "ktp-rekam"}):
        assert hall.client().post(ISSUE, json=body, headers=headers).status_code == 403
    assert hall.client().post("/api/v1/counters/1/open", headers=headers).status_code == 403


def test_a_boards_pass_issues_nothing(hall: Hall) -> None:
    headers = page_pass(hall.client().get("/display/hall").text)
    answer = hall.client().post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=headers)
    assert answer.status_code == 403


def test_a_forged_pass_is_refused(hall: Hall) -> None:
    headers = page_pass(hall.client().get("/kiosk/k1").text)
    forged = {"Authorization": headers["Authorization"][:-2] + "xx"}
    answer = hall.client().post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=forged)
    assert answer.get_json()["code"] == "token_unknown"


def test_a_kiosk_left_open_over_night_still_issues(hall: Hall) -> None:
    headers = page_pass(hall.client().get("/kiosk/k1").text)
    hall.clock.forward(days=1)
    answer = hall.client().post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=headers)
    assert answer.status_code == 201


def test_a_closed_hall_shows_a_kiosk_to_registered_devices_only(closed_hall: Hall) -> None:
    hall, stranger = closed_hall, closed_hall.client()
    assert stranger.get("/kiosk/k1").status_code == 401
    token = hall.token("kiosk", "entrance-left", bound_to="k1")["Authorization"].removeprefix("Bearer ")
    assert stranger.get("/kiosk/k1?token=atk_wrong").status_code == 401
    device = hall.client()
    assert device.get(f"/kiosk/k1?token={token}").status_code == 200
    page = device.get("/kiosk/k1")
    assert page.status_code == 200, "the session remembers the device"
    answer = device.post(ISSUE, json={"service": "ktp-rekam", "kiosk": "k1"}, headers=page_pass(page.text))
    assert answer.status_code == 201
    board = hall.token("board", "b")["Authorization"].removeprefix("Bearer ")
    assert hall.client().get(f"/kiosk/k1?token={board}").status_code == 401


def test_a_pass_ends_with_its_device(closed_hall: Hall) -> None:
    hall = closed_hall
    token = hall.token("kiosk", "entrance-right", bound_to="k1")["Authorization"].removeprefix("Bearer ")
    headers = page_pass(hall.client().get(f"/kiosk/k1?token={token}").text)
    body = {"service": "ktp-rekam", "kiosk": "k1"}
    assert hall.client().post(ISSUE, json=body, headers=headers).status_code == 201
    revoke_account(hall.application.house.engine, "token", "entrance-right")
    assert hall.client().post(ISSUE, json=body, headers=headers).get_json()["code"] == "token_unknown"
