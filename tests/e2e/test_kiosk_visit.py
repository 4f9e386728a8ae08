"""A visit at the kiosk: by touch, by keyboard, by ear; and what it does when nobody or no server is there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.kiosk_screens import NUMBER, PORTRAIT, take, visit
from tests.running import Server, start

SPEECH = """
  const said = (window.said = []);
  class Utterance { constructor(text) { this.text = text; } }
  Object.defineProperty(window, 'SpeechSynthesisUtterance', { value: Utterance });
  Object.defineProperty(window, 'speechSynthesis', { value: {
    getVoices: () => VOICES.map((lang) => ({ lang, localService: true })),
    speak: (speech) => said.push(speech.text),
    cancel: () => {},
  } });
"""

WALK_ALL = """async (services) => {
  const frame = () => new Promise((done) => setTimeout(done, 0));
  const press = (sight) => document.querySelector(sight).click();
  const wrong = [];
  for (const { id, name } of services) {
    press('.tool.find');
    await frame();
    const field = document.querySelector('#query');
    field.value = name.slice(0, 40);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await frame();
    const tile = [...document.querySelectorAll('.results .tile')]
      .find((each) => each.querySelector('.name')?.textContent === name);
    tile?.click();
    await frame();
    const title = document.querySelector('.screen.service h1')?.textContent;
    const takes = document.querySelector('.choice.main, .closed');
    if (!tile || title !== name || !takes) wrong.push(id);
    while (!document.querySelector('.screen.start')) {
      press('.tool.back');
      await frame();
    }
  }
  return wrong;
}"""


def voices(page: Page, *langs: str) -> None:
    """A browser with these voices, which notes what it is asked to say."""
    page.add_init_script(SPEECH.replace("VOICES", str(list(langs))))


def waiting(server: Server) -> int:
    with server.client() as client:
        return sum(each["waiting"] for each in client.get("/api/v1/services").json()["services"])


def test_each_of_the_219_services_is_two_touches_and_the_taking_away(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    with server.client() as client:
        services = client.get("/api/v1/services").json()["services"]
    assert len(services) == 219
    named = [{"id": each["id"], "name": each["name"]["id"]} for each in services]
    assert page.evaluate(WALK_ALL, named) == []


def test_the_last_page_of_the_largest_agency_is_four_touches_from_a_number(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    page.get_by_role("button", name=re.compile("^DPMPTSP")).click()
    page.locator(".leaf").last.click()
    page.locator(".services .tile").last.click()
    page.locator(".choice.main").click()
    expect(page.locator(".number")).to_have_text(NUMBER)


def test_a_number_by_the_keyboard_alone(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    for _ in range(6):
        if page.evaluate("document.activeElement.matches('.choice.main')"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".number")).to_have_text(NUMBER)
    page.keyboard.press("Escape")
    expect(page.locator(".screen.start")).to_be_visible()


def test_escape_goes_back_and_typing_searches(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    page.locator(".tool.find").click()
    page.keyboard.type("ktp hilang")
    expect(page.locator(".results .tile").first).to_contain_text("Penggantian KTP-el hilang")
    page.keyboard.press("Escape")
    expect(page.locator(".screen.start")).to_be_visible()


def test_one_number_for_two_services(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    before = waiting(server)
    page.get_by_role("button", name=re.compile("Perekaman KTP-el")).first.click()
    page.locator(".second").click()
    page.locator(".tool.find").click()
    page.locator("#query").fill("bikin paspor")
    page.locator(".results .tile").first.click()
    expect(page.locator(".title")).to_contain_text("Perekaman KTP-el")
    expect(page.locator(".needs")).to_contain_text("Berusia 17 tahun")
    page.locator(".choice.main").click()
    expect(page.locator(".number")).to_have_text(NUMBER)
    expect(page.locator(".onward")).to_contain_text("Paspor baru")
    assert waiting(server) == before + 1


def test_the_same_service_twice_is_told_and_not_taken(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    page.locator(".often .tile").first.click()
    page.locator(".second").click()
    page.locator(".often .tile").first.click()
    expect(page.locator(".closed")).to_contain_text("sudah dipilih")
    assert page.locator(".choice").count() == 0


def test_the_next_citizen_finds_the_usual_screen(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    page.clock.install()
    visit(page, server, looks=("low", "large", "contrast", "sound"))
    page.locator(".tool.language").click()
    page.locator(".tile.agency").first.click()
    page.clock.fast_forward(21_000)
    expect(page.get_by_role("alertdialog")).to_contain_text("Are you still there?")
    page.locator(".stay").click()
    page.clock.fast_forward(15_000)
    expect(page.locator(".screen.agency")).to_be_visible()
    page.clock.fast_forward(16_000)
    expect(page.locator(".screen.start")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "id")
    assert page.locator(".tool.look[aria-pressed=true]").count() == 0


def test_a_screen_reader_is_told_the_number_and_where_to_wait(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, server, "en")
    expect(page.locator(".told")).to_have_attribute("aria-live", "polite")
    number = take(page, "National ID card")
    expect(page.locator(".told")).to_contain_text(f"Your queue number is {' '.join(number)}.")
    expect(page.locator("h1")).to_be_focused()


def test_the_headphone_says_what_is_touched_and_the_number(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    voices(page, "id-ID", "en-GB")
    visit(page, server)
    page.locator(".often .tile").nth(1).click()
    assert page.evaluate("said") == [], "off until somebody switches it on"
    page.locator(".tool.back").click()
    page.get_by_role("button", name="Suara").click()
    number = take(page, "Perekaman KTP-el")
    said = page.evaluate("said")
    assert said[0].startswith("Panduan suara menyala")
    assert any("Perekaman KTP-el" in each for each in said)
    assert any("Ambil nomor antrean" in each for each in said)
    assert any(" ".join(number) in each for each in said)


def test_the_headphone_says_what_the_keyboard_comes_to(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    voices(page, "id-ID")
    visit(page, server, looks=("sound",))
    page.locator(".tool.find").focus()
    assert "Cari layanan" in page.evaluate("said")


def test_a_browser_without_a_voice_says_so_and_stays_silent(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    voices(page, "en-GB")
    visit(page, server, looks=("sound",))
    expect(page.locator(".note")).to_contain_text("belum punya suara")
    page.locator(".often .tile").first.click()
    assert page.evaluate("said") == []
    page.locator(".tool.language").click()
    expect(page.locator(".note")).to_have_count(0)


def test_nothing_leads_out_of_the_page(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    assert page.locator("a[href]").count() == 0
    refused = page.evaluate(
        """() => {
          const sent = [
            new MouseEvent('contextmenu', { bubbles: true, cancelable: true }),
            new DragEvent('dragstart', { bubbles: true, cancelable: true }),
            new WheelEvent('wheel', { bubbles: true, cancelable: true, ctrlKey: true }),
            ...['p', 's', 'o', '+', 'w'].map((key) =>
              new KeyboardEvent('keydown', { key, ctrlKey: true, bubbles: true, cancelable: true })),
            ...['F11', 'F12', 'BrowserBack'].map((key) =>
              new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })),
          ];
          const heading = document.querySelector('h1');
          return sent.filter((event) => heading.dispatchEvent(event)).map((event) => event.type);
        }"""
    )
    assert refused == []
    assert page.evaluate("getComputedStyle(document.body).touchAction") == "pan-y"


def test_a_kiosk_tells_that_the_server_is_out_of_reach_and_comes_back_by_itself(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(PORTRAIT)
    visit(page, server)
    page.locator(".often .tile").first.click()
    port = server.url.rsplit(":", 1)[1]
    server.kill()
    note = page.get_by_role("alert")
    expect(note.locator("[lang=id]")).to_contain_text("Sambungan ke server terputus")
    expect(note.locator("[lang=en]")).to_contain_text("The line to the server is down")
    expect(page.locator(".choice.main")).to_be_disabled()
    again = start(server.data, "--port", port)
    try:
        page.mouse.click(540, 300)
        expect(page.locator(".note.dead")).to_have_count(0)
        expect(page.locator(".poleng")).to_be_visible()
        if page.locator(".screen.start").count():
            page.locator(".often .tile").first.click()
        page.locator(".choice.main").click()
        expect(page.locator(".number")).to_have_text(NUMBER)
    finally:
        again.stop()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_who_is_too_fast_is_told_so_and_can_try_again_for_the_same_number(
    server: Server, open_page: Callable[..., Page], lang: str
) -> None:
    page = open_page(PORTRAIT)
    visit(page, server, lang)
    keys: list[str] = []

    def refuse(route: object) -> None:
        keys.append(route.request.headers["idempotency-key"])  # type: ignore[attr-defined]
        body = {"code": "too_fast", "status": 429, "title": "x", "detail": "tunggu / wait", "seconds": 42}
        route.fulfill(status=429, json=body)  # type: ignore[attr-defined]

    page.route("**/api/v1/tickets", refuse, times=1)
    page.locator(".often .tile").first.click()
    page.locator(".choice.main").click()
    expect(page.locator(".trouble")).to_contain_text("tunggu / wait")
    with page.expect_request("**/api/v1/tickets") as asked:
        page.locator(".choice.main").click()
    assert asked.value.headers["idempotency-key"] == keys[0]
    expect(page.locator(".number")).to_have_text(NUMBER)
