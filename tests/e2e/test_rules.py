"""The rules of the queue on the officer's screen and the holder's phone, in Chromium, on a real server."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.chromium import sign_in
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.desk import REST_MS, answer, button, hero, press, view
from tests.e2e.test_accessibility import violations
from tests.running import CONFIG, ROOT, Server, serving


def test_parked_and_served_on(server: Server, at_counter: Callable[..., Page]) -> None:
    first, second = (server.issue("nib-umk")["ticket"]["number"] for _ in range(2))
    page = at_counter("13", "ptsp")
    press(page, "n", "start")
    press(page, "s", "finish")
    page.keyboard.press("k")
    expect(page.locator("dialog")).to_be_visible()
    assert violations(page) == []
    answer(page, "2")
    parked = page.locator(".parked")
    expect(parked).to_contain_text(first)
    expect(parked).to_contain_text("sampai")
    press(page, "n", "start")
    expect(hero(page)).to_have_text(second)
    press(page, "m", "next")
    page.keyboard.press("d")
    expect(page.locator("dialog")).to_contain_text(first)
    assert violations(page) == []
    answer(page, "Enter")
    expect(hero(page)).to_have_text(first)
    expect(button(page, "finish")).to_be_visible()
    press(page, "f", "restore")


def test_a_missed_number_is_restored(server: Server, at_counter: Callable[..., Page]) -> None:
    number = server.issue("sim-perpanjangan")["ticket"]["number"]
    page = at_counter("38", "polres", "en")
    press(page, "n", "start")
    press(page, "m", "restore")
    missed = page.locator(".missed")
    expect(missed).to_contain_text(number)
    missed.get_by_role("button", name=number).click()
    expect(page.locator("dialog")).to_contain_text("behind the next few")
    answer(page, "Enter")
    expect(missed).to_have_count(0)
    expect(page.locator(".waiting")).to_contain_text(number)


def test_sent_to_another_counter_and_back(
    server: Server, at_counter: Callable[..., Page], open_page: Callable[..., Page]
) -> None:
    ticket = server.issue("oss-izin")["ticket"]
    server.act("15", "open", "PTSP")
    phone = open_page(PHONE)
    phone.goto(ticket["url"])
    page = at_counter("14", "ptsp")
    press(page, "n", "start")
    expect(hero(page)).to_have_text(ticket["number"])
    press(page, "s", "finish")
    expect(phone.locator("#ticket")).to_contain_text("sedang dilayani")
    page.keyboard.press("t")
    page.get_by_label("Loket", exact=True).check()
    search = page.locator("[name=query]")
    search.fill("15")
    expect(page.locator("dialog .option")).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Enter")  # takes the one that was found
    expect(page.locator("dialog .option input")).to_be_checked()
    answer(page, "Enter")
    expect(phone.locator("#ticket")).to_contain_text("dialihkan")
    assert server.act("15", "next", "PTSP").json()["current"]["sender"] == "14"
    assert server.act("15", "return", "PTSP").status_code == 200
    expect(page.locator(".waiting")).to_contain_text(ticket["number"])
    press(page, "n", "start")
    expect(hero(page)).to_have_text(ticket["number"])
    expect(page.locator("#ticket")).to_contain_text("Dari loket")
    expect(button(page, "return")).to_contain_text("15")


def test_the_last_action_is_taken_back(server: Server, at_counter: Callable[..., Page]) -> None:
    number = server.issue("pbb-mutasi")["ticket"]["number"]
    page = at_counter("19", "admin", "en")
    press(page, "n", "start")
    undo = button(page, "undo")
    expect(undo).to_contain_text(re.compile(rf"Undo: called {number} \(\d+ s\)"))
    before = undo.inner_text()
    expect(undo).not_to_have_text(before)  # it counts down
    assert violations(page) == []
    press(page, "u", "next")
    expect(undo).to_have_count(0)
    expect(page.locator(".waiting")).to_contain_text(number)
    assert view(server, "19")["current"] is None


def test_how_it_ended_and_the_last_one(server: Server, at_counter: Callable[..., Page]) -> None:
    number = server.issue("paspor-hilang-rusak")["ticket"]["number"]
    server.issue("paspor-hilang-rusak")
    page = at_counter("47", "admin")
    press(page, "n", "start")
    press(page, "s", "finish")
    page.keyboard.press("e")
    expect(page.locator("dialog")).to_contain_text(number)
    assert violations(page) == []
    answer(page, "Enter")
    expect(page.locator(".closing")).to_contain_text(number)
    expect(button(page, "finish-next")).to_have_count(0)
    expect(button(page, "last")).to_have_count(0)
    expect(button(page, "close")).to_have_count(0)
    page.keyboard.press("f")
    expect(page.locator("dialog")).to_contain_text("Berkas belum lengkap")
    assert violations(page) == []
    answer(page, "2")
    expect(button(page, "open")).to_be_visible()
    assert view(server, "47")["state"] == "closed"


def test_one_more_service_on_the_ticket(
    server: Server, at_counter: Callable[..., Page], open_page: Callable[..., Page]
) -> None:
    ticket = server.issue("pkkpr")["ticket"]
    page = at_counter("16", "ptsp", "en")
    press(page, "n", "start")
    press(page, "s", "finish")
    page.keyboard.press("a")
    page.locator("[name=query]").fill("nib")
    expect(page.locator("dialog .option").first).to_be_visible()
    name = page.locator("dialog .option span").first.inner_text()
    page.keyboard.press("Enter")
    answer(page, "Enter")
    expect(page.locator("#ticket")).to_contain_text(f"Afterwards {name}")
    phone = open_page(PHONE)
    phone.goto(f"{ticket['url']}?lang=en")
    expect(phone.locator("#ticket ol")).to_contain_text(name)
    press(page, "f", "next")


def test_a_stale_screen_is_refused_and_shows_the_truth(
    server: Server, at_counter: Callable[..., Page]
) -> None:
    number = server.issue("nib-umk")["ticket"]["number"]
    page = at_counter("17", "ptsp", "en")
    press(page, "n", "start")
    expect(hero(page)).to_have_text(number)
    press(page, "s", "finish")
    other = page.context.new_page()
    other.goto(f"{server.url}/counter/17?lang=en")
    expect(button(other, "finish")).to_be_visible()
    twin = server.new_token("officer", "ptsp", "PTSP")  # the same officer, quicker than the second window
    answers: list[int] = []

    def parked_meanwhile(route: Route) -> None:
        with server.client(twin) as client:
            answers.append(client.post("/api/v1/counters/17/park", json={}).status_code)
        route.continue_()

    def noted(response: Response) -> None:
        if response.request.method == "POST":
            answers.append(response.status)

    other.route("**/counters/17/finish", parked_meanwhile)
    other.on("response", noted)
    other.keyboard.press("f")
    expect(other.locator("#ticket [role=alert]")).to_contain_text("is no longer at counter 17")
    assert answers == [200, 409]
    for window in (other, page):
        expect(window.locator(".parked")).to_contain_text(number)
        expect(button(window, "finish")).to_have_count(0)


def test_the_holder_lets_others_pass(server: Server, open_page: Callable[..., Page]) -> None:
    first, second = (server.issue("paspor-baru")["ticket"] for _ in range(2))
    page = open_page(PHONE)
    page.goto(f"{first['url']}?lang=en")
    expect(page.locator("#ticket")).to_contain_text("next few behind you")
    page.locator("#ask-postpone").click()
    expect(page.locator("#stay")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Yes, let them pass").click()
    expect(page.locator("#ticket")).to_contain_text("1 person ahead")
    expect(page.locator("#ask-postpone")).to_have_count(0)  # nobody is behind any more
    with server.client() as client:
        assert client.get(f"/api/v1/tickets/{second['token']}").json()["ahead"] == 0


def test_the_phone_says_where_a_parked_holder_goes(server: Server, open_page: Callable[..., Page]) -> None:
    ticket = server.issue("akta-lahir")["ticket"]
    page = open_page(PHONE)
    page.goto(f"{ticket['url']}?lang=en")
    for action in ("open", "next", "start"):
        assert server.act("9", action).status_code == 200
    assert server.act("9", "park", minutes=5).status_code == 200
    expect(page.locator("#ticket")).to_contain_text("Come straight back to Counter 9")
    assert violations(page) == []
    page.reload()
    expect(page.locator("#ticket")).to_contain_text("Come straight back to Counter 9")


def test_the_board_names_what_is_disturbed(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page({"width": 1920, "height": 1080})
    page.goto(f"{server.url}/display/zone-a")
    reason = "jaringan pusat terputus"
    with server.client(server.token("supervisor")) as client:
        paused = client.post("/api/v1/services/ktp-cetak-baru/pause", json={"reason": reason})
        assert paused.status_code == 200
        expect(page.locator("#notices")).to_contain_text(f"Layanan terganggu: {reason}")
        client.post("/api/v1/services/ktp-cetak-baru/resume", json={})
    expect(page.locator("#notices")).not_to_contain_text(reason)


def test_the_board_names_a_used_up_quota(server: Server) -> None:
    with server.client(server.token("kiosk")) as client:
        for _ in range(50):
            assert client.post("/api/v1/tickets", json={"service": "sim-perpanjangan"}).status_code == 201
        refused = client.post("/api/v1/tickets", json={"service": "sim-perpanjangan"})
        assert (refused.status_code, refused.json()["code"]) == (409, "quota_used_up")
    with server.client(server.token("board")) as client:
        notices = [each["id"] for each in client.get("/api/v1/boards/zone-c").json()["notices"]]
        elsewhere = [each["id"] for each in client.get("/api/v1/boards/zone-a").json()["notices"]]
    assert [each for each in notices if "Kuota hari ini (50 nomor) sudah habis." in each]
    assert not [each for each in elsewhere if "Kuota" in each]


@pytest.fixture(scope="module")
def narrow_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped hall, but counter 11 serves the NIB only: there is something to help with."""
    folder: Path = tmp_path_factory.mktemp("hall")
    shutil.copy(CONFIG, folder / "config.toml")
    shutil.copytree(ROOT / "hall", folder / "hall")
    counters = folder / "hall" / "counters.toml"
    line = '{ number = 11, agency = "PTSP" }'
    text = counters.read_text(encoding="utf-8")
    assert line in text
    narrow = '{ number = 11, agency = "PTSP", tiers = [["nib-umk"]] }'
    counters.write_text(text.replace(line, narrow), encoding="utf-8")
    with serving(variables={"ANTREAN_CONFIG": str(folder / "config.toml")}) as started:
        yield started


def test_a_counter_helps_another_service(narrow_hall: Server, open_page: Callable[..., Page]) -> None:
    number = narrow_hall.issue("oss-izin")["ticket"]["number"]
    page = open_page(DESK)
    sign_in(page, narrow_hall.url, "ptsp", narrow_hall.password)
    page.goto(f"{narrow_hall.url}/counter/11?lang=en")
    press(page, "o", "next")
    page.keyboard.press("h")
    page.get_by_label(re.compile("high-risk business licence")).check()
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".helping")).to_contain_text("high-risk business licence")
    expect(page.locator("dialog")).not_to_be_visible()
    page.wait_for_timeout(REST_MS)
    press(page, "n", "start")
    expect(hero(page)).to_have_text(number)
