"""Staff at a desk give numbers by hand: for every agency, with paper at a kiosk's printer or without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.events import PrintQueued, TicketIssued
from tests.web.conftest import TUESDAY, Hall

ISSUE = "/api/v1/tickets"
DAY = TUESDAY.date()


def issue(hall: Hall, headers: dict[str, str], status: int = 201, **body: Any) -> Any:
    answer = hall.client().post(ISSUE, json={"service": "ktp-rekam", **body}, headers=headers)
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def issued(hall: Hall) -> TicketIssued:
    """The newest number."""
    log = hall.application.house.engine.log_of(DAY)
    return [each.event for each in log if isinstance(each.event, TicketIssued)][-1]


def queued(hall: Hall) -> list[str]:
    """The kiosks at whose printers something was to be printed."""
    log = hall.application.house.engine.log_of(DAY)
    return [each.event.kiosk or "" for each in log if isinstance(each.event, PrintQueued)]


@pytest.mark.parametrize(
    ("role", "agency"), [("officer", "CAPIL"), ("officer", None), ("supervisor", None), ("admin", None)]
)
def test_a_desk_prints_at_the_kiosk_that_it_names(hall: Hall, role: str, agency: str | None) -> None:
    told = issue(hall, hall.token(role, "desk", agency), kiosk="k1")
    assert told["print"]["job"] == f"{told['ticket']['id']}.1"
    assert (issued(hall).channel, issued(hall).kiosk) == ("desk", "k1")
    assert queued(hall) == ["k1"]


def test_a_desk_without_paper(hall: Hall, officer: dict[str, str]) -> None:
    told = issue(hall, officer, kiosk="k1", paper=False)
    assert told["print"] == {"job": None, "state": "none", "detail": ""}
    assert told["ticket"]["number"] == "A001"
    assert told["ticket"]["url"].endswith(told["ticket"]["token"])
    assert queued(hall) == []
    assert issued(hall).channel == "desk"


def test_a_desk_that_names_no_kiosk_prints_nothing(hall: Hall, officer: dict[str, str]) -> None:
    assert issue(hall, officer)["print"]["state"] == "none"
    assert queued(hall) == []


def test_an_officer_at_the_desk_gives_numbers_for_every_agency(hall: Hall, officer: dict[str, str]) -> None:
    told = issue(hall, officer, service="skck-baru", kiosk="k1", paper=False)
    assert told["ticket"]["agency"] == "POLRES"


def test_what_a_kiosk_offers_does_not_bind_the_desk_that_prints_there(
    hall: Hall, officer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosks = hall.application.house.plan.kiosks
    monkeypatch.setitem(kiosks, "k1", replace(kiosks["k1"], agencies=("CAPIL",)))  # type: ignore[misc]
    problem = issue(hall, hall.token("kiosk", "k1"), 409, service="skck-baru", kiosk="k1")
    assert problem["code"] == "service_not_offered"
    assert issue(hall, officer, service="skck-baru", kiosk="k1")["print"]["job"] is not None


def test_a_repeat_prints_once_and_with_other_paper_it_is_another_request(
    hall: Hall, officer: dict[str, str]
) -> None:
    keyed = {**officer, "Idempotency-Key": "touch-1"}
    first, again = issue(hall, keyed, kiosk="k1"), issue(hall, keyed, kiosk="k1")
    assert first["ticket"] == again["ticket"]
    assert queued(hall) == ["k1"]
    assert issue(hall, keyed, 409, kiosk="k1", paper=False)["code"] == "command_id_reused"


def test_an_unknown_kiosk_and_a_role_that_gives_no_numbers(hall: Hall, officer: dict[str, str]) -> None:
    assert issue(hall, officer, 404, kiosk="k99", paper=False)["code"] == "kiosk_unknown"
    assert issue(hall, hall.token("auditor", "reader"), 403)["code"] == "forbidden"
    assert issue(hall, officer, 422, paper="perhaps")["code"] == "invalid_request"
    assert queued(hall) == []


def test_a_person_who_is_signed_in_gives_numbers_as_a_desk(hall: Hall) -> None:
    hall.person("sari", "officer", "a-long-password", "CAPIL")
    client = hall.client()
    page = client.get("/staff/login").text
    csrf = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    client.post("/staff/login", data={"name": "sari", "password": "a-long-password", "csrf_token": csrf})
    answer = client.post(
        ISSUE, json={"service": "ktp-rekam", "paper": False, "kiosk": "k1"}, headers={"X-CSRFToken": csrf}
    )
    assert answer.status_code == 201, answer.get_json()
    assert issued(hall).channel == "desk"
    assert queued(hall) == []
