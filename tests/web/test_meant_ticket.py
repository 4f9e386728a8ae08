"""Actions at a counter say which ticket they mean: a late window is refused and told what is there."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from counter.api import ACTIONS, MEANT
from tests.web.conftest import Hall

PASSWORD = "a-long-password"
FIRST, SECOND = "20261124-A001", "20261124-A002"


class Window:
    """A browser in which officer sari has signed in, at counter 1."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        form = client.get("/staff/login").text
        csrf = form.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        client.post("/staff/login", data={"name": "sari", "password": PASSWORD, "csrf_token": csrf})
        self._headers = {"X-CSRFToken": csrf, "Accept-Language": "en"}
        self.view: dict[str, Any] = {}

    def does(self, action: str, key: str | None = None, **body: Any) -> Any:
        headers = self._headers | ({"Idempotency-Key": key} if key is not None else {})
        answer = self._client.post(f"/api/v1/counters/1/{action}", json=body, headers=headers)
        if answer.status_code == 200:
            self.view = answer.get_json()
        return answer


@pytest.fixture
def window(hall: Hall, kiosk: dict[str, str]) -> Window:
    hall.person("sari", "officer", PASSWORD, "CAPIL")
    for _ in range(2):
        hall.client().post("/api/v1/tickets", json={"service": "ktp-cetak-baru"}, headers=kiosk)
    opened = Window(hall.client())
    assert opened.does("open").status_code == 200
    return opened


@pytest.fixture
def late(hall: Hall, window: Window) -> Window:
    """A window that still shows A001; in another one the officer has finished it and called A002."""
    window.does("next")
    window.does("start", ticket=FIRST)
    window.does("finish", ticket=FIRST)
    window.does("next")
    return window


def test_the_view_tells_what_an_action_must_name(window: Window) -> None:
    window.does("next")
    assert window.view["current"]["id"] == FIRST
    assert window.view["undo"] == {
        "action": "call",
        "number": "A001",
        "ticket": FIRST,
        "event": window.view["seq"],
        "seconds_left": 30,
    }


@pytest.mark.parametrize("action", sorted(MEANT - {"undo"}))
def test_a_late_window_changes_nothing_and_hears_what_is_there(hall: Hall, late: Window, action: str) -> None:
    before = hall.last_seq()
    answer = late.does(action, ticket=FIRST)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "ticket_changed")
    assert (problem["ticket"], problem["number"], problem["state"]) == (SECOND, "A002", "called")
    assert problem["detail"].startswith("Nothing was done. Counter 1 now has A002, not A001.")
    assert hall.last_seq() == before


def test_a_late_window_hears_that_its_ticket_has_gone(hall: Hall, window: Window) -> None:
    window.does("next")
    window.does("no-show", ticket=FIRST)
    before = hall.last_seq()
    problem = window.does("start", ticket=FIRST).get_json()
    assert (problem["code"], problem["ticket"], problem["state"]) == ("ticket_changed", None, "open")
    assert "A001 is no longer at counter 1" in problem["detail"]
    assert hall.last_seq() == before


def test_undo_of_another_action_is_refused(hall: Hall, late: Window) -> None:
    undo = late.view["undo"]
    late.does("start", ticket=SECOND)
    late.does("finish", ticket=SECOND)
    before = hall.last_seq()
    problem = late.does("undo", ticket=undo["ticket"], event=undo["event"]).get_json()
    assert (problem["code"], problem["number"], problem["state"]) == ("ticket_changed", "A002", "done")
    assert hall.last_seq() == before
    undo = late.view["undo"]
    assert late.does("undo", ticket=undo["ticket"], event=undo["event"]).status_code == 200
    assert late.view["current"]["state"] == "serving"


@pytest.mark.parametrize("action", sorted(MEANT))
def test_a_browser_must_say_which_ticket_it_shows(hall: Hall, late: Window, action: str) -> None:
    before = hall.last_seq()
    answer = late.does(action)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "ticket_required")
    assert problem["send"] == ("ticket, event" if action == "undo" else "ticket")
    assert problem["send"] in problem["detail"]
    assert hall.last_seq() == before


def test_the_other_actions_need_no_ticket(window: Window) -> None:
    assert window.does("next").status_code == 200
    window.does("no-show", ticket=FIRST)
    for action, body in (
        ("restore", {"number": "A001"}),
        ("help", {}),
        ("pause", {"ticket": ""}),
        ("open", {}),
    ):
        assert window.does(action, **body).status_code == 200, action
    assert set(ACTIONS) >= MEANT


def test_a_program_may_leave_the_ticket_out(
    hall: Hall, kiosk: dict[str, str], officer: dict[str, str]
) -> None:
    client = hall.client()
    client.post("/api/v1/tickets", json={"service": "ktp-cetak-baru"}, headers=kiosk)
    for action in ("open", "next", "start", "finish", "undo", "finish", "pause", "close"):
        if action == "close":
            client.post("/api/v1/counters/1/open", headers=officer)
        answer = client.post(f"/api/v1/counters/1/{action}", headers=officer)
        assert answer.status_code == 200, answer.text


def test_the_same_key_answers_with_the_first_outcome_after_the_counter_has_gone_on(
    hall: Hall, window: Window
) -> None:
    window.does("next")
    window.does("start", ticket=FIRST)
    assert window.does("finish", "key-1", ticket=FIRST).status_code == 200
    window.does("next")
    before = hall.last_seq()
    again = window.does("finish", "key-1", ticket=FIRST)
    assert again.status_code == 200
    assert again.get_json()["current"]["id"] == SECOND, "the view is that of now"
    assert window.does("finish", "key-1", ticket=SECOND).get_json()["code"] == "command_id_reused"
    assert hall.last_seq() == before
