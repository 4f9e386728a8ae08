"""Kiosks and boards: what a page's own pass allows, and a hall that wants its devices registered."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.accounts import revoke_account
from core.domain.staff import Role
from core.store.sqlite import SqliteStore
from core.web.app import Parts, create
from core.web.concurrency import concurrency
from core.web.connections import Bounds, Connections, Standing
from core.web.guarding import LINK
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


@pytest.mark.parametrize(
    ("said", "training", "open_"),
    [
        (None, True, True),
        (None, False, False),
        (True, True, True),
        (True, False, True),
        (False, True, False),
        (False, False, False),
    ],
)
def test_a_training_hall_is_open_and_a_real_one_closed_unless_it_is_said(
    config: Any, tmp_path: Path, said: bool | None, training: bool, open_: bool
) -> None:
    clock, store = HandClock(), SqliteStore(tmp_path)
    server = replace(config.settings.server, async_mode="threading", open_kiosks=said)
    settings = replace(config.settings, server=server)
    parts = Parts(config.plan, settings, store, clock, concurrency("threading"), tmp_path, training)
    application = create(parts)
    client = application.flask.test_client()
    page = client.get("/kiosk/k1")
    board = client.get("/display/hall")
    application.live.stop()
    application.stop()
    assert page.status_code == (200 if open_ else 401)
    assert board.status_code == 200


def test_the_shipped_hall_says_nothing_about_open_kiosks(config: Any) -> None:
    assert config.settings.server.open_kiosks is None


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_closed_kiosk_says_in_both_languages_what_to_do(closed_hall: Hall, lang: str) -> None:
    page = closed_hall.client().get(f"/kiosk/k2?lang={lang}", base_url="http://localhost:8000")
    assert page.status_code == 401
    assert page.mimetype == "text/html"
    for told in (
        "Silakan ambil nomor di kios lain",
        "take your number at another kiosk",
        "antrean token add kiosk k2",
        "http://localhost:8000/kiosk/k2?token=TOKEN",
    ):
        assert told in page.text
    assert "was revoked" not in visible(page.text)
    assert '"token":' not in page.text, "no pass"
    assert page.headers["Refresh"] == "60; url=/kiosk/k2", "it opens by itself once it may"


def visible(html: str) -> str:
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("token", ["atk_wrong", "<script>alert(1)</script>", ""])
def test_a_closed_kiosk_says_that_a_token_is_wrong_and_does_not_repeat_it(
    closed_hall: Hall, token: str
) -> None:
    page = closed_hall.client().get("/kiosk/k1", query_string={"token": token})
    assert page.status_code == 401
    assert "was revoked" in visible(page.text)
    assert "atk_" not in page.text
    assert "alert(1)" not in page.text


def test_an_officer_sees_the_same_page(closed_hall: Hall) -> None:
    officer = closed_hall.token("officer", "wayan", "CAPIL")
    page = closed_hall.client().get("/kiosk/k1", headers=officer)
    assert page.status_code == 403
    assert "antrean token add kiosk k1" in page.text


def test_a_program_gets_a_problem_and_no_page(closed_hall: Hall) -> None:
    answer = closed_hall.client().get("/kiosk/k1", headers={"Accept": "application/json"})
    assert answer.get_json()["code"] == "sign_in_required"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_nobody_takes_a_number_without_a_token(closed_hall: Hall, lang: str) -> None:
    before = closed_hall.last_seq()
    body = {"service": "ktp-rekam", "kiosk": "k1"}
    answer = closed_hall.client().post(ISSUE, json=body, headers={"Accept-Language": lang})
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "sign_in_required"
    assert "token" in answer.get_json()["detail"]
    assert closed_hall.last_seq() == before


def test_a_pass_from_the_time_when_kiosks_were_open_takes_no_number(closed_hall: Hall) -> None:
    old = closed_hall.application.house.gate.page_pass(Role.KIOSK, "k1")
    body = {"service": "ktp-rekam", "kiosk": "k1"}
    answer = closed_hall.client().post(ISSUE, json=body, headers={"Authorization": f"Bearer {old}"})
    assert answer.get_json()["code"] == "token_unknown"


def test_a_pass_ends_with_its_device(closed_hall: Hall) -> None:
    hall = closed_hall
    token = hall.token("kiosk", "entrance-right", bound_to="k1")["Authorization"].removeprefix("Bearer ")
    headers = page_pass(hall.client().get(f"/kiosk/k1?token={token}").text)
    body = {"service": "ktp-rekam", "kiosk": "k1"}
    assert hall.client().post(ISSUE, json=body, headers=headers).status_code == 201
    revoke_account(hall.application.house.engine, "token", "entrance-right")
    assert hall.client().post(ISSUE, json=body, headers=headers).get_json()["code"] == "token_unknown"


def test_a_device_makes_its_connection_known_only_while_its_token_is_in_use(closed_hall: Hall) -> None:
    hall = closed_hall
    token = hall.token("kiosk", "entrance-middle", bound_to="k1")["Authorization"].removeprefix("Bearer ")
    device = hall.client()
    assert device.get(f"/kiosk/k1?token={token}").status_code == 200
    book = Connections(Bounds.of(8))

    def standing_after(path: str) -> Standing:
        with socket.socket() as line:
            link = book.admit(line, "10.0.0.1", 0.0)
            assert link is not None
            assert device.get(path, environ_overrides={LINK: link}).status_code == 200
            book.remove(link)
            return link.standing

    assert standing_after("/healthz") is Standing.KNOWN
    revoke_account(hall.application.house.engine, "token", "entrance-middle")
    assert standing_after("/healthz") is Standing.STRANGER
