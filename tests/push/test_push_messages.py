"""What arrives on a phone: sealed for it, signed by the hall, each thing once, nothing of the person."""

from __future__ import annotations

import json
import queue
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.push.conftest import Desk
from tests.push.phones import PushStation
from tests.running import eventually
from tests.web.conftest import Hall


def quiet(station: PushStation, seconds: float = 0.4) -> bool:
    """Whether nothing more comes for a moment."""
    try:
        station.next(seconds)
    except queue.Empty:
        return True
    return False


@pytest.mark.parametrize(("lang", "title"), [("id", "Giliran Anda: {}"), ("en", "Your turn: {}")])
def test_a_call_reaches_the_phone_alone_and_says_nothing_but_number_and_counter(
    desk: Desk, push_station: PushStation, lang: str, title: str
) -> None:
    ticket, phone = desk.give(lang), push_station.phone()
    assert desk.ask(ticket, phone, lang=lang).json == {"on": True}
    desk.act("open")
    desk.act("next")
    post = push_station.next()
    told = phone.opened(post.body)
    assert told["title"] == title.format(desk.counter_name(lang))
    assert told.keys() == {"title", "body", "lang", "url", "call"}
    assert told["lang"] == lang
    assert told["url"] == f"/t/{ticket['token']}"
    assert ticket["number"] in told["body"]
    with pytest.raises(Exception, match=r"[Dd]ecrypt"):
        push_station.phone("another").opened(post.body)
    assert ticket["number"].encode() not in post.body, "the service can read it"
    assert post.headers["ttl"] == "120"
    assert post.headers["urgency"] == "high"
    assert len(post.headers["topic"]) <= 32
    assert ticket["token"] not in json.dumps(post.headers), "the service learns the address of the page"


def test_it_is_signed_with_the_halls_own_key_which_nobody_else_may_read(
    desk: Desk, push_station: PushStation, tmp_path: Path
) -> None:
    ticket, phone = desk.give(), push_station.phone()
    public = desk.hall.client().get(f"/api/v1/tickets/{ticket['token']}/push").json
    desk.ask(ticket, phone)
    desk.act("open")
    desk.act("next")
    post = push_station.next()
    assert post.key() == public["key"]
    claims = post.claims()
    assert claims["aud"] == push_station.url
    assert claims["sub"].startswith(("mailto:", "https:"))
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    for name in ("push.key", "push.db"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name


def test_three_ahead_is_told_once_and_not_to_whoever_saw_it_on_the_page(
    desk: Desk, push_station: PushStation
) -> None:
    tickets = [desk.give() for _ in range(6)]
    seen, last = push_station.phone("seen"), push_station.phone("last")
    desk.ask(tickets[2], seen)  # two ahead: the page says so already
    desk.ask(tickets[5], last)
    desk.act("open")
    desk.act("next")
    desk.act("start")
    desk.act("finish")
    assert quiet(push_station), "four are still ahead of the last, and the third was not called"
    desk.act("next")
    post = push_station.next()
    assert post.path.endswith("/last")
    told = last.opened(post.body)
    assert "3" in told["title"]
    assert told["call"] is False
    desk.act("start")
    desk.act("finish")
    desk.act("next")
    post = push_station.next()
    assert post.path.endswith("/seen"), "only the call of the third; two ahead is not told again"
    assert seen.opened(post.body)["call"] is True
    assert quiet(push_station)


def test_a_second_call_and_a_miss_are_told_and_then_no_more(desk: Desk, push_station: PushStation) -> None:
    ticket, phone = desk.give(), push_station.phone()
    desk.ask(ticket, phone)
    desk.act("open")
    desk.act("next")
    titles = [phone.opened(push_station.next().body)["title"]]
    desk.hall.clock.forward(seconds=30)
    desk.act("recall")
    titles.append(phone.opened(push_station.next().body)["title"])
    desk.act("no-show")
    titles.append(phone.opened(push_station.next().body)["title"])
    name = desk.counter_name()
    assert titles == [
        f"Giliran Anda: {name}",
        f"Dipanggil lagi: {name}",
        f"Nomor {ticket['number']} terlewat",
    ]
    assert quiet(push_station)


def test_a_ticket_that_ends_takes_its_addresses_along(
    desk: Desk, push_station: PushStation, tmp_path: Path
) -> None:
    ticket, phone = desk.give(), push_station.phone()
    desk.ask(ticket, phone)
    assert phone.endpoint.encode() in (tmp_path / "push.db").read_bytes()
    assert desk.hall.client().post(f"/api/v1/tickets/{ticket['token']}/cancel").status_code == 200
    eventually(
        lambda: phone.endpoint.encode() not in (tmp_path / "push.db").read_bytes(),
        "the address is still in the file",
    )
    log = b"".join(each.read_bytes() for each in tmp_path.glob("antrean.db*"))
    assert phone.endpoint.encode() not in log, "an address is no event"


def test_the_day_takes_all_addresses_along(desk: Desk, push_station: PushStation, tmp_path: Path) -> None:
    tickets = [desk.give() for _ in range(3)]
    for place, ticket in enumerate(tickets):
        desk.ask(ticket, push_station.phone(str(place)))
    desk.hall.clock.forward(days=1)
    desk.give()
    eventually(
        lambda: b"/send/" not in (tmp_path / "push.db").read_bytes(),
        "yesterday's addresses are still in the file",
    )
    assert quiet(push_station)


def test_after_a_restart_what_was_told_is_not_told_again_and_what_was_not_is(
    build: Callable[..., Hall], config: Any, push_station: PushStation
) -> None:
    desk = Desk(build(), config)
    told, untold = push_station.phone("told"), push_station.phone("untold")
    first, second = desk.give(), desk.give()
    desk.ask(first, told)
    desk.act("open")
    desk.act("next")
    push_station.next()
    desk.act("start")
    desk.act("finish")
    push_station.answers = [(503, {"Retry-After": "60"})]  # and the hall is stopped before it tries again
    desk.ask(second, untold)
    desk.act("next")
    assert push_station.next().path.endswith("/untold")
    eventually(lambda: not push_station.answers)
    build()
    post = push_station.next()
    assert post.path.endswith("/untold")
    assert untold.opened(post.body)["call"] is True
    assert quiet(push_station)


def test_a_phone_that_asks_no_more_is_told_no_more(desk: Desk, push_station: PushStation) -> None:
    client = desk.hall.client()
    ticket, stays, posts, deletes = desk.give(), *(push_station.phone(each) for each in ("stays", "a", "b"))
    for phone in (stays, posts, deletes):
        desk.ask(ticket, phone)
    path = f"/api/v1/tickets/{ticket['token']}/push"
    assert client.post(f"{path}/stop", json={"endpoint": posts.endpoint}).json == {"on": False}
    assert client.delete(path, json={"endpoint": deletes.endpoint}).json == {"on": False}
    desk.act("open")
    desk.act("next")
    assert push_station.next().path.endswith("/stays")
    assert quiet(push_station)
