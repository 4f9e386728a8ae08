"""The officer's workstation, in Chromium, against a real server. Each test has an agency of its own."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.chromium import sign_in
from tests.e2e.conftest import DESK
from tests.e2e.desk import REST_MS
from tests.running import Server


def button(page: Page, action: str) -> object:
    return page.locator(f"[data-action={action}]")


def test_an_officer_signs_in_and_serves_by_keyboard(server: Server, open_page: Callable[..., Page]) -> None:
    numbers = [server.issue("nib-umk")["ticket"]["number"] for _ in range(2)]
    page = open_page(DESK)
    sign_in(page, server.url, "ptsp", server.password)
    page.goto(f"{server.url}/counter/13")
    steps = [("o", "next"), ("n", "start"), ("s", "finish"), ("f", "next")]
    for key, following in steps:
        page.keyboard.press(key)
        expect(button(page, following)).to_be_visible()
        page.wait_for_timeout(REST_MS)  # the dominant button rests for a moment after each answer
        if key == "n":
            expect(page.locator("#ticket")).to_contain_text(numbers[0])
    with server.client() as client:
        states = [each["state"] for each in client.get("/api/v1/counters").json()["counters"]]
    assert "open" in states
    page.keyboard.press("n")
    expect(page.locator("#ticket")).to_contain_text(numbers[1])


def test_a_double_click_calls_once(server: Server, open_page: Callable[..., Page]) -> None:
    first = server.issue("paspor-baru")["ticket"]["number"]
    server.issue("paspor-baru")
    page = open_page(DESK)
    sign_in(page, server.url, "admin", server.password)
    page.goto(f"{server.url}/counter/47")
    button(page, "open").click()
    expect(button(page, "next")).to_be_visible()
    page.wait_for_timeout(REST_MS)
    button(page, "next").dblclick()
    expect(page.locator("#ticket")).to_contain_text(first)
    page.wait_for_timeout(800)
    expect(page.locator("#ticket")).to_contain_text(first)
    with server.client(server.token("admin")) as client:
        view = client.get("/api/v1/counters/47").json()
    assert view["current"]["number"] == first
    assert view["current"]["recalls"] == 0


def test_two_windows_show_the_same_truth(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(DESK)
    sign_in(page, server.url, "supervisor", server.password)
    page.goto(f"{server.url}/counter/38")
    other = page.context.new_page()
    other.goto(f"{server.url}/counter/38")
    button(page, "open").click()
    expect(button(other, "close")).to_be_visible()
    expect(button(other, "open")).to_have_count(0)
    server.issue("sim-perpanjangan")
    expect(button(other, "next")).to_be_enabled()


def test_another_officers_counter_says_who_is_there(server: Server, open_page: Callable[..., Page]) -> None:
    server.act("16", "open", "PTSP")
    page = open_page(DESK)
    sign_in(page, server.url, "ptsp", server.password)
    page.goto(f"{server.url}/counter/16")
    expect(page.locator("#work")).to_contain_text("officer-16")
    expect(page.locator("[data-action=next]")).to_have_count(0)


def test_a_wrong_password_is_refused_and_soon_throttled(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(DESK)
    page.goto(f"{server.url}/staff/login")
    page.fill("input[name=name]", "nobody")
    page.fill("input[name=password]", "wrong-password")
    page.click("button[type=submit].primary")
    expect(page.get_by_role("alert").first).to_be_visible()
    answers = []
    with server.client() as client:
        form = client.get("/staff/login")
        csrf = form.text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": csrf, "name": "nobody", "password": "x"}
        while 429 not in answers and len(answers) < 20:
            answers.append((answer := client.post("/staff/login", data=data)).status_code)
    assert answers[-1] == 429
    assert int(answer.headers["Retry-After"]) > 0
    page.fill("input[name=password]", "wrong-password")
    page.click("button[type=submit].primary")
    expect(page.get_by_role("alert").first).to_contain_text("Coba lagi dalam")
