"""The fairness report over the API: who may read it, and what is refused."""

from __future__ import annotations

import pytest

from tests.web.conftest import Hall

REPORT = "/api/v1/reports/fairness"
ISSUE = "/api/v1/tickets"


@pytest.mark.parametrize("role", ["supervisor", "admin", "auditor"])
def test_the_report_names_who_was_passed_and_why(
    hall: Hall, kiosk: dict[str, str], officer: dict[str, str], role: str
) -> None:
    client = hall.client()
    for klass in ("regular", "priority"):
        client.post(ISSUE, json={"service": "ktp-cetak-baru", "class": klass}, headers=kiosk)
    client.post("/api/v1/counters/1/open", headers=officer)
    client.post("/api/v1/counters/1/next", headers=officer)
    hall.clock.forward(minutes=5)
    answer = client.get(f"{REPORT}/2026-11-24", headers=hall.token(role, "reader"))
    assert answer.status_code == 200
    made = answer.get_json()
    assert (made["day"], made["ended"], made["until"]) == ("2026-11-24", False, "2026-11-24T09:05:00+08:00")
    assert [(call["number"], call["rule"], call["officer"]) for call in made["calls"]] == [
        ("A002", "head_start", "wayan")
    ]
    assert made["calls"][0]["passed"][0]["number"] == "A001"
    assert made["unexplained"] == []
    assert made["longest_waits"]["regular"][0]["waited_minutes"] == 5.0


@pytest.mark.parametrize("role", ["officer", "kiosk", "board"])
def test_others_may_not_read_it(hall: Hall, role: str) -> None:
    answer = hall.client().get(f"{REPORT}/2026-11-24", headers=hall.token(role, "reader"))
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "forbidden"
    assert hall.client().get(f"{REPORT}/2026-11-24").status_code == 401


def test_a_day_without_a_log_and_a_word_that_is_no_day(hall: Hall) -> None:
    reader = {**hall.token("auditor", "reader"), "Accept-Language": "en"}
    answer = hall.client().get(f"{REPORT}/2026-11-23", headers=reader)
    assert answer.status_code == 404
    problem = answer.get_json()
    assert (problem["code"], problem["day"]) == ("day_unknown", "2026-11-23")
    assert problem["detail"] == "The hall's log has nothing of the service day 2026-11-23."
    for wrong in ("yesterday", "2026-02-30"):
        answer = hall.client().get(f"{REPORT}/{wrong}", headers=reader)
        assert answer.status_code == 422
        assert answer.get_json()["code"] == "invalid_request"
