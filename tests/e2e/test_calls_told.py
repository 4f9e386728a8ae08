"""Why somebody was called, in one sentence at the workstation, in the officer's language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import answer, button, hero, press, view
from tests.running import Server

SERVICE = "nib-umk"
COUNTER = "17"


def why(page: Page, sentence: str) -> None:
    line = page.locator("#ticket .why").first
    expect(line).to_contain_text(sentence)
    expect(page.locator("#ticket")).not_to_contain_text(re.compile(r"\b(why|counter)\.\w"))  # no bare keys


@pytest.mark.parametrize(
    ("lang", "first", "head_start"),
    [
        (
            "id",
            "Paling dahulu datang",
            "Golongan Prioritas dihitung datang 20 menit lebih awal; melewati 1 nomor.",
        ),
        (
            "en",
            "Came first",
            "The class Priority counts as having come 20 minutes earlier; numbers passed: 1.",
        ),
    ],
)
def test_by_arrival_and_by_head_start(
    server: Server, at_counter: Callable[..., Page], lang: str, first: str, head_start: str
) -> None:
    for klass in ("regular", "regular", "priority"):
        server.issue(SERVICE, **{"class": klass})
    server.act("13", "open", "PTSP")
    server.act("13", "call", "PTSP", number="B001", reason="is at the counter")
    page = at_counter(COUNTER, "ptsp", lang)
    press(page, "n", "start")
    expect(hero(page)).to_have_text("B003")
    why(page, head_start)
    press(page, "m", "next")
    press(page, "n", "start")
    expect(hero(page)).to_have_text("B002")
    why(page, first)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("id", "Dipanggil khusus oleh petugas: kursi roda rusak (melewati 1 nomor)."),
        ("en", "Called by number: kursi roda rusak (numbers passed: 1)."),
    ],
)
def test_out_of_turn_with_its_reason(
    server: Server, at_counter: Callable[..., Page], lang: str, sentence: str
) -> None:
    server.issue(SERVICE)
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp", lang)
    page.locator(".waiting").get_by_role("button", name=number).click()
    expect(page.locator("[name=reason]")).to_be_focused()
    page.keyboard.type("kursi roda rusak")
    answer(page, "Enter")
    expect(hero(page)).to_have_text(number)
    why(page, sentence)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("id", "Diarahkan ke loket atau petugas ini"), ("en", "Was sent to this counter or officer")],
)
def test_sent_to_this_officer(
    server: Server, at_counter: Callable[..., Page], lang: str, sentence: str
) -> None:
    server.issue(SERVICE)
    page = at_counter(COUNTER, "ptsp", lang)
    for action in ("open", "next", "start"):
        assert server.act("13", action, "PTSP").status_code == 200
    assert server.act("13", "transfer", "PTSP", officer="ptsp").status_code == 200
    expect(page.locator(".waiting")).to_contain_text("B001")
    press(page, "n", "start")
    why(page, sentence)


def test_sent_on_to_a_service_and_to_an_officer(server: Server, at_counter: Callable[..., Page]) -> None:
    for _ in range(2):
        server.issue(SERVICE)
    server.act("13", "open", "PTSP")
    page = at_counter(COUNTER, "ptsp", "en")
    press(page, "n", "start")
    page.keyboard.press("t")
    page.locator("[name=query]").fill("companies")
    expect(page.locator("dialog .option").first).to_contain_text("companies")
    page.keyboard.press("Enter")
    expect(page.locator("dialog input[name=option]:checked")).to_have_count(1)
    page.get_by_label("At the end").check()
    page.get_by_role("button", name="Transfer B001").click()
    expect(page.locator("dialog")).not_to_be_visible()
    expect(button(page, "undo")).to_contain_text("transferred B001")
    waiting = view(server, COUNTER)["waiting"]
    assert [each["number"] for each in waiting] == ["B002", "B001"]
    assert waiting[1]["service"] == "nib-badan-usaha"

    press(page, "n", "start")
    page.keyboard.press("t")
    page.get_by_label("Officer", exact=True).check()
    page.get_by_label("officer-13").check()
    page.get_by_role("button", name="Transfer B002").click()
    expect(page.locator("dialog")).not_to_be_visible()
    told = server.act("13", "next", "PTSP").json()
    assert (told["current"]["number"], told["why"]["rule"]) == ("B002", "aimed")


def test_nobody_is_sent_to_a_counter_where_nobody_is(server: Server, at_counter: Callable[..., Page]) -> None:
    server.issue(SERVICE)
    server.act("13", "open", "PTSP")
    page = at_counter(COUNTER, "ptsp", "en")
    press(page, "n", "start")
    page.keyboard.press("t")
    page.get_by_label("Counter", exact=True).check()
    expect(page.get_by_label("Counter 14")).to_be_disabled()
    expect(page.get_by_label("Counter 13")).to_be_enabled()


def test_sent_back_by_key_to_the_counter_that_sent_it(
    server: Server, at_counter: Callable[..., Page]
) -> None:
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp")
    for action in ("open", "next", "start"):
        server.act("13", action, "PTSP")
    with server.client(server.tokens["officer-13"]) as client:
        client.post("/api/v1/counters/13/transfer", json={"counter": COUNTER})
    expect(page.locator(".waiting")).to_contain_text(number)
    press(page, "n", "return")
    expect(button(page, "return")).to_contain_text("13")
    press(page, "b", "next")
    told = server.act("13", "next", "PTSP").json()
    assert (told["current"]["number"], told["current"]["sender"]) == (number, COUNTER)


UNDONE = {
    "finish": ((("n", "start"), ("s", "finish"), ("f", "undo")), "finish", "serving"),
    "no-show": ((("n", "start"), ("m", "undo")), "start", "called"),
    "park": ((("n", "start"), ("s", "finish"), ("k", "park")), "finish", "serving"),
    "transfer": ((("n", "start"), ("t", "transfer")), "start", "called"),
}


@pytest.mark.parametrize(("keys", "offered", "state"), UNDONE.values(), ids=UNDONE)
def test_each_action_is_taken_back(
    server: Server,
    at_counter: Callable[..., Page],
    keys: tuple[tuple[str, str], ...],
    offered: str,
    state: str,
) -> None:
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp")
    for key, then in keys:
        press(page, key, then)
    if keys[-1][0] == "k":
        answer(page, "1")
    if keys[-1][0] == "t":
        page.locator("[name=query]").fill("nib badan")
        expect(page.locator("dialog .option")).to_have_count(1)
        page.keyboard.press("Enter")
        answer(page, "Enter")
    press(page, "u", offered)
    expect(hero(page)).to_have_text(number)
    told = view(server, COUNTER)
    assert (told["current"]["state"], told["missed"], told["parked"], told["waiting"]) == (state, [], [], [])


def test_a_counter_that_closed_with_its_last_ticket_is_open_again(
    server: Server, at_counter: Callable[..., Page]
) -> None:
    number = server.issue(SERVICE)["ticket"]["number"]
    page = at_counter(COUNTER, "ptsp")
    press(page, "n", "start")
    press(page, "s", "finish")
    page.keyboard.press("e")
    expect(page.locator("dialog")).to_contain_text(number)
    answer(page, "Enter")
    press(page, "f", "open")
    press(page, "u", "finish")
    expect(hero(page)).to_have_text(number)
    told = view(server, COUNTER)
    assert (told["state"], told["closing"], told["officer"]) == ("open", True, "ptsp")
