"""What the routes take, refuse and bound."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.web.concurrency import concurrency
from display.push.book import DEVICES_AT_MOST, DEVICES_PER_TICKET, Book, Device
from tests.push.conftest import Desk
from tests.push.phones import PushStation
from tests.web.conftest import Hall

SHORT = "A" * 20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"endpoint": "https://push.example/" + "a" * 1100}, "invalid_request"),
        ({"endpoint": ""}, "invalid_request"),
        ({"endpoint": None}, "invalid_request"),
        ({"endpoint": "gopher://push.example/"}, "push_address_refused"),
        ({"keys": {"p256dh": SHORT, "auth": "A" * 22}}, "invalid_request"),
        ({"keys": {"p256dh": "A" * 87, "auth": "A" * 22}}, "push_address_refused"),
        ({"keys": {"p256dh": "A" * 87, "auth": "A" * 30}}, "invalid_request"),
        ({"keys": "none"}, "invalid_request"),
        ({"lang": "fr"}, "invalid_request"),
        ({"name": "Wayan"}, "invalid_request"),
    ],
)
def test_a_subscription_that_is_none_is_refused(
    desk: Desk, push_station: PushStation, change: dict[str, Any], code: str
) -> None:
    ticket = desk.give()
    body = {**push_station.phone().subscription(), **change}
    answer = desk.hall.client().post(f"/api/v1/tickets/{ticket['token']}/push", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, code), answer.text


def test_a_ticket_that_is_not_there_has_no_messages(desk: Desk, push_station: PushStation) -> None:
    answer = desk.ask({"token": "nobody"}, push_station.phone())
    assert (answer.status_code, answer.json["code"]) == (404, "ticket_unknown")


def test_a_ticket_that_has_ended_gets_none(desk: Desk, push_station: PushStation) -> None:
    ticket = desk.give()
    desk.hall.client().post(f"/api/v1/tickets/{ticket['token']}/cancel")
    assert desk.ask(ticket, push_station.phone()).json == {"on": False}


def test_a_hall_that_sends_none_says_so(
    build: Callable[..., Hall], config: Any, push_station: PushStation
) -> None:
    desk = Desk(build(enabled=False), config)
    ticket = desk.give()
    answer = desk.ask(ticket, push_station.phone())
    assert (answer.status_code, answer.json["code"]) == (404, "push_off")
    assert answer.json["title"] == "Tidak ada pemberitahuan"
    page = desk.hall.client().get(f"/t/{ticket['token']}").text
    assert '"push":null' in page.replace(" ", "")


def test_requests_for_one_ticket_are_limited_and_other_tickets_are_not(
    desk: Desk, push_station: PushStation
) -> None:
    first, second, phone = desk.give(), desk.give(), push_station.phone()
    statuses = [desk.ask(first, phone).status_code for _ in range(13)]
    assert statuses == [200] * 12 + [429]
    assert desk.ask(second, phone).status_code == 200


def test_nothing_of_it_is_loaded_before_somebody_asks(
    desk: Desk, push_station: PushStation, tmp_path: Path
) -> None:
    ticket = desk.give()
    desk.hall.client().get(f"/t/{ticket['token']}")
    assert not (tmp_path / "push.key").exists()
    assert not (tmp_path / "push.db").exists()
    desk.ask(ticket, push_station.phone())
    assert (tmp_path / "push.key").exists()


def some(ticket: str, place: int) -> Device:
    return Device(ticket, f"https://push.example/{place}", "key", "auth", "id")


def test_a_ticket_has_few_devices_and_the_newest_stay(tmp_path: Path) -> None:
    book = Book(tmp_path, concurrency("threading"))
    for place in range(DEVICES_PER_TICKET + 2):
        book.put(some("t", place))
    kept = [f"https://push.example/{place}" for place in range(2, DEVICES_PER_TICKET + 2)]
    assert [each.endpoint for each in book.of("t")] == kept
    book.close()
    again = Book(tmp_path, concurrency("threading"))
    assert sorted(each.endpoint for each in again.of("t")) == kept
    again.close()


def test_a_full_book_takes_no_more_and_forgetting_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert DEVICES_AT_MOST >= 1000
    monkeypatch.setattr("display.push.book.DEVICES_AT_MOST", 2)
    book = Book(tmp_path, concurrency("threading"))
    assert [book.put(some(each, 1)) for each in "abc"] == [True, True, False]
    assert set(book.tickets()) == {"a", "b"}
    book.drop("a")
    assert book.put(some("c", 1))
    book.close()


def test_what_was_said_outlives_a_restart_and_another_subscription_of_the_same_browser(
    tmp_path: Path,
) -> None:
    book = Book(tmp_path, concurrency("threading"))
    book.put(some("t", 1))
    book.say(some("t", 1), "call 1")
    book.put(some("t", 1))
    book.close()
    again = Book(tmp_path, concurrency("threading"))
    found = again.find("t", "https://push.example/1")
    assert found is not None
    assert found.said == {"call 1"}
    again.close()


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "push.db").write_bytes(b"this is no database, " * 100)
    book = Book(tmp_path, concurrency("threading"))
    assert book.put(some("t", 1))
    book.close()


def test_a_disk_that_is_full_costs_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = concurrency("threading")
    book = Book(tmp_path, threads)

    def full(*_: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(threads, "offload", full)
    assert book.put(some("t", 1))
    assert [each.endpoint for each in book.of("t")] == ["https://push.example/1"]
    book.close()
