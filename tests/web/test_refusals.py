"""Bad input: a problem with a stable code in the caller's language, and nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from core.accounts import revoke_account
from tests.web.conftest import TUESDAY, Hall

ISSUE = "/api/v1/tickets"


def refused(hall: Hall, answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert not problem["title"].startswith("problem."), "the catalogue has no such text"
    assert "{" not in problem["detail"], "a fact is missing in the text"
    return dict(problem)


@pytest.fixture
def unchanged(hall: Hall, kiosk: dict[str, str], officer: dict[str, str]) -> Any:
    """Fails the test if the log grew."""
    before = hall.last_seq()
    yield
    assert hall.last_seq() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"service": "tidak-ada"}, 404, "service_unknown"),
        ({"service": "ktp-cetak-baru", "class": "vip"}, 422, "class_unknown"),
        ({"service": "ktp-cetak-baru", "kiosk": "k99"}, 404, "kiosk_unknown"),
        ({"service": "ktp-cetak-baru", "kiosk": "k4"}, 403, "device_unbound"),
        ({"service": "ktp-cetak-baru", "lang": "fr"}, 422, "invalid_request"),
        ({"service": 7}, 422, "invalid_request"),
        ({"service": "ktp-cetak-baru", "name": "Wayan"}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
        ([], 422, "invalid_request"),
    ],
)
def test_a_wrong_request_for_a_ticket_says_what_is_wrong(
    hall: Hall, kiosk: dict[str, str], unchanged: None, body: Any, status: int, code: str
) -> None:
    answer = hall.client().post(ISSUE, json=body, headers=kiosk)
    refused(hall, answer, status, code)


def test_validation_names_each_wrong_field(hall: Hall, kiosk: dict[str, str], unchanged: None) -> None:
    answer = hall.client().post(ISSUE, json={"service": 7, "extra": 1}, headers=kiosk)
    problem = refused(hall, answer, 422, "invalid_request")
    assert {each["field"] for each in problem["errors"]} == {"service", "extra"}


def test_broken_json_is_told_apart_from_a_wrong_body(
    hall: Hall, kiosk: dict[str, str], unchanged: None
) -> None:
    answer = hall.client().post(ISSUE, data=b'{"service": ', headers=kiosk, content_type="application/json")
    refused(hall, answer, 400, "broken_json")


def test_a_closed_service_says_when_it_opens(hall: Hall, kiosk: dict[str, str], unchanged: None) -> None:
    hall.clock.forward(hours=9)
    before = hall.last_seq()
    answer = hall.client().post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=kiosk)
    problem = refused(hall, answer, 409, "service_closed")
    assert problem["reason"] == "over"
    assert problem["opens_at"].startswith("2026-11-24T23:45")  # 07:45 of Wednesday in Denpasar
    assert hall.last_seq() == before


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Unknown service"), ("id", "Layanan tidak dikenal"), ("fr", "Layanan tidak dikenal")],
)
def test_problems_speak_the_callers_language(
    hall: Hall, kiosk: dict[str, str], language: str, title: str
) -> None:
    headers = {**kiosk, "Accept-Language": language}
    answer = hall.client().post(ISSUE, json={"service": "x"}, headers=headers)
    assert answer.get_json()["title"] == title


@pytest.mark.parametrize("path", ["/api/v1/counters/1", "/api/v1/services", "/api/v1/boards/hall"])
def test_a_wrong_token_is_refused_everywhere(hall: Hall, unchanged: None, path: str) -> None:
    answer = hall.client().get(path, headers={"Authorization": "Bearer atk_no-such-token"})
    refused(hall, answer, 401, "token_unknown")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_no_longer_works(hall: Hall) -> None:
    headers = hall.token("kiosk", "old")
    assert hall.client().post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=headers).status_code == 201
    revoke_account(hall.application.house.engine, "token", "old")
    answer = hall.client().post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=headers)
    refused(hall, answer, 401, "token_unknown")


def test_without_token_or_session_nobody_changes_anything(hall: Hall, unchanged: None) -> None:
    client = hall.client()
    refused(hall, client.post(ISSUE, json={"service": "ktp-cetak-baru"}), 401, "sign_in_required")
    refused(hall, client.post("/api/v1/counters/1/open"), 401, "sign_in_required")
    refused(hall, client.get("/api/v1/counters/1"), 401, "sign_in_required")


def test_a_session_without_the_pages_token_changes_nothing(hall: Hall, unchanged: None) -> None:
    client = hall.client()
    client.get("/staff/login")
    assert client.get_cookie("antrean") is not None
    refused(hall, client.post(ISSUE, json={"service": "ktp-cetak-baru"}), 403, "csrf_failed")
    client.delete_cookie("antrean")
    form = client.post("/staff/login", data={"name": "x", "password": "y"})
    assert form.status_code == 403, "a form needs the page's token even before there is a session"


def test_a_board_may_watch_and_nothing_else(
    hall: Hall, kiosk: dict[str, str], officer: dict[str, str]
) -> None:
    board = hall.token("board", "b1")
    before = hall.last_seq()
    refused(hall, hall.client().post(ISSUE, json={"service": "ktp-rekam"}, headers=board), 403, "forbidden")
    refused(hall, hall.client().post("/api/v1/counters/1/open", headers=board), 403, "forbidden")
    assert hall.last_seq() == before


def test_a_foreign_counter_is_refused(hall: Hall, officer: dict[str, str], unchanged: None) -> None:
    client = hall.client()
    refused(hall, client.post("/api/v1/counters/11/open", headers=officer), 403, "counter_foreign")
    refused(hall, client.get("/api/v1/counters/11", headers=officer), 403, "counter_foreign")
    refused(hall, client.get("/api/v1/counters/999", headers=officer), 404, "counter_unknown")
    refused(hall, client.post("/api/v1/counters/1/fly", headers=officer), 404, "action_unknown")


def test_a_forbidden_transition_says_the_state_it_found(
    hall: Hall, kiosk: dict[str, str], officer: dict[str, str]
) -> None:
    client = hall.client()
    problem = refused(hall, client.post("/api/v1/counters/1/next", headers=officer), 409, "counter_not_open")
    assert problem["state"] == "closed"
    client.post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=kiosk)
    client.post("/api/v1/counters/1/open", headers=officer)
    problem = refused(
        hall, client.post("/api/v1/counters/1/start", headers=officer), 409, "no_current_ticket"
    )
    client.post("/api/v1/counters/1/next", headers=officer)
    before = hall.last_seq()
    problem = refused(hall, client.post("/api/v1/counters/1/finish", headers=officer), 409, "wrong_state")
    assert (problem["state"], problem["number"]) == ("called", "A001")
    problem = refused(hall, client.post("/api/v1/counters/1/next", headers=officer), 409, "counter_busy")
    assert hall.last_seq() == before


def test_an_address_that_is_not_there_and_a_wrong_method(hall: Hall, unchanged: None) -> None:
    refused(hall, hall.client().get("/api/v1/nothing"), 404, "not_found")
    refused(hall, hall.client().delete("/api/v1/services"), 405, "method_not_allowed")


def test_a_body_that_is_too_large_is_refused(hall: Hall, kiosk: dict[str, str], unchanged: None) -> None:
    answer = hall.client().post(ISSUE, json={"service": "x" * 70_000}, headers=kiosk)
    refused(hall, answer, 413, "too_large")


def test_an_unknown_page_is_a_page_not_a_trace(hall: Hall) -> None:
    answer = hall.client().get("/display/none", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Papan tidak dikenal" in answer.text
    assert "Traceback" not in answer.text


def test_the_same_key_with_another_body_is_refused(hall: Hall, kiosk: dict[str, str]) -> None:
    headers = {**kiosk, "Idempotency-Key": "touch-1"}
    first = hall.client().post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=headers)
    again = hall.client().post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.get_json()["ticket"] == again.get_json()["ticket"]
    before = hall.last_seq()
    other = hall.client().post(ISSUE, json={"service": "kk-baru"}, headers=headers)
    refused(hall, other, 409, "command_id_reused")
    assert hall.last_seq() == before


def test_a_key_that_cannot_be_kept_is_refused(hall: Hall, kiosk: dict[str, str], unchanged: None) -> None:
    headers = {**kiosk, "Idempotency-Key": "x" * 200}
    answer = hall.client().post(ISSUE, json={"service": "ktp-cetak-baru"}, headers=headers)
    refused(hall, answer, 422, "key_too_long")


def test_a_closed_service_says_when_it_gives_numbers_again(hall: Hall, kiosk: dict[str, str]) -> None:
    hall.clock.at = TUESDAY.replace(hour=12)  # 20:00 in Denpasar
    answer = hall.client().post(
        "/api/v1/tickets", json={"service": "ktp-cetak-baru"}, headers={**kiosk, "Accept-Language": "en"}
    )
    told = answer.get_json()
    assert (answer.status_code, told["code"], told["reason"]) == (409, "service_closed", "over")
    assert told["detail"].endswith("Opens Wednesday 25 November at 07.45.")
