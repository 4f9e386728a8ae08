"""A ticket's page through sleep, dead lines, restarts and midnight: the truth, or plainly that it is old."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.lines import Line
from tests.running import Server, eventually, free_port, start

COUNTER, AGENCY, SERVICE = "1", "CAPIL", "kk-baru"


def sentence(page: Page, text: str) -> None:
    expect(page.locator(".sentence")).to_have_text(re.compile(text))


def kept(page: Page) -> bool:
    """Whether the page has left its copy where the service worker finds it."""
    return bool(
        page.evaluate(
            "caches.open('antrean-ticket').then((store) => store.match(location.pathname)).then(Boolean)"
        )
    )


def settled(page: Page) -> None:
    """Until the service worker controls the page and the copy is there."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    eventually(lambda: kept(page), "the page was not kept")


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    opened = Line(int(urlsplit(server.url).port or 0))
    yield opened
    opened.end()


def test_offline_it_says_so_with_the_time_and_back_online_it_asks_at_once(
    server: Server, open_page: Callable[..., Page]
) -> None:
    ticket = server.issue(SERVICE)["ticket"]
    server.act(COUNTER, "open", AGENCY)
    page = open_page(PHONE)
    page.goto(ticket["url"])
    settled(page)
    page.context.set_offline(True)
    expect(page.locator(".stale")).to_have_text(re.compile(r"pukul 09\.\d\d"))
    expect(page.locator("#line")).to_be_visible()
    expect(page.locator("#ask")).to_have_count(0)  # what cannot be sent is not offered
    server.act(COUNTER, "next", AGENCY)

    page.reload()  # opened anew without a line: the kept copy, marked as old from its first moment
    expect(page.locator(".stale")).to_have_text(re.compile(r"pukul 09\.\d\d"))
    sentence(page, "Anda berikutnya")
    page.get_by_role("button", name="English").click()
    expect(page.locator(".stale")).to_have_text(re.compile(r"No connection.*09:\d\d"))

    page.context.set_offline(False)
    sentence(page, "Your turn")
    expect(page.locator(".stale")).to_have_count(0)
    expect(page.locator("#line")).to_be_hidden()


def test_a_page_that_slept_shows_the_truth_as_soon_as_it_wakes(
    server: Server, open_page: Callable[..., Page]
) -> None:
    ticket = server.issue(SERVICE)["ticket"]
    server.act(COUNTER, "open", AGENCY)
    page = open_page(PHONE)
    page.goto(ticket["url"])
    sentence(page, "Anda berikutnya")
    page.wait_for_timeout(1_000)
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    server.act(COUNTER, "next", AGENCY)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    sentence(page, "Giliran Anda")


def test_a_line_that_broke_without_a_word_is_noticed_when_the_page_is_looked_at(
    server: Server, line: Line, open_page: Callable[..., Page]
) -> None:
    """As when the phone leaves the hall's wireless network in a pocket."""
    ticket = server.issue(SERVICE)["ticket"]
    server.act(COUNTER, "open", AGENCY)
    page = open_page(PHONE)
    page.goto(ticket["url"].replace(server.url, f"http://127.0.0.1:{line.port}"))
    sentence(page, "Anda berikutnya")
    page.wait_for_timeout(1_000)
    line.cut()
    server.act(COUNTER, "next", AGENCY)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".stale")).to_be_visible()
    sentence(page, "Anda berikutnya")  # the last that is known, under the words that say so
    line.mend()
    sentence(page, "Giliran Anda")
    expect(page.locator(".stale")).to_have_count(0)


def test_a_restart_in_the_same_day_heals_and_the_next_day_ends_the_number(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    port = str(free_port())
    server = start(tmp_path / "data", "--port", port)
    try:
        ticket = server.issue(SERVICE)["ticket"]
        server.act(COUNTER, "open", AGENCY)
        page = open_page(PHONE)
        page.goto(ticket["url"])
        settled(page)
        server.kill()
        expect(page.locator(".stale")).to_be_visible()
        tokens = server.tokens
        server = start(tmp_path / "data", "--port", port, clock="2026-11-24T09:05")
        server.tokens = tokens
        expect(page.locator(".stale")).to_have_count(0)
        server.act(COUNTER, "open", AGENCY)
        server.act(COUNTER, "next", AGENCY)
        sentence(page, "Giliran Anda")
        server.kill()
        expect(page.locator(".stale")).to_be_visible()
        server = start(tmp_path / "data", "--port", port, clock="2026-11-25T08:30")
        sentence(page, "Nomor ini sudah tidak berlaku")
        expect(page.locator("#ticket")).to_contain_text("milik tanggal 24 November 2026")
        page.get_by_role("button", name="English").click()
        expect(page.locator("#ticket")).to_contain_text("belongs to 24 November 2026")
        assert not kept(page), "a number that is over is kept"
        answer = page.reload()
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("main")).to_contain_text("This number is no longer valid")
        expect(page.locator("main")).to_contain_text("Nomor ini sudah tidak berlaku")
    finally:
        server.stop()


def test_midnight_ends_the_number_of_an_open_page_although_the_line_lives(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Nobody restarts anything: the page asks by itself once it hears no more of its ticket."""
    server = start(tmp_path / "data")
    ticket = server.issue(SERVICE)["ticket"]
    server.stop()
    server = start(tmp_path / "data", clock="2026-11-24T23:59:50")
    try:
        page = open_page(PHONE)
        page.goto(f"{server.url}/t/{ticket['token']}")
        expect(page.locator(".number").first).to_have_text(ticket["number"])
        sentence(page, "Nomor ini sudah tidak berlaku")
    finally:
        server.stop()


def test_a_kept_page_is_not_shown_after_its_day(server: Server, open_page: Callable[..., Page]) -> None:
    ticket = server.issue(SERVICE)["ticket"]
    page = open_page(PHONE)
    page.goto(ticket["url"])
    settled(page)
    page.evaluate(
        """async () => {
          const store = await caches.open('antrean-ticket');
          const answer = await store.match(location.pathname);
          const headers = new Headers(answer.headers);
          headers.set('antrean-until', String(Date.now() - 1));
          await store.put(location.pathname, new Response(await answer.text(), { headers }));
        }"""
    )
    page.context.set_offline(True)
    with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.reload()
    page.context.set_offline(False)
    page.reload()
    sentence(page, "Anda berikutnya")


def test_nothing_but_pages_and_files_is_kept(server: Server, open_page: Callable[..., Page]) -> None:
    ticket = server.issue(SERVICE)["ticket"]
    page = open_page(PHONE)
    page.goto(ticket["url"])
    settled(page)
    page.wait_for_timeout(1_000)
    page.reload()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1_000)
    held = page.evaluate(
        "caches.open('antrean-ticket').then((store) => store.keys()).then((all) => all.map((one) => one.url))"
    )
    paths = [urlsplit(each).path for each in held]
    assert f"/t/{ticket['token']}" in paths
    assert [each for each in paths if not each.startswith(("/static/", "/t/"))] == []
    assert page.evaluate("caches.keys()") == ["antrean-ticket"]
