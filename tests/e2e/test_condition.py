"""A hall that can keep nothing: a red strip for the staff, words at the kiosk, and an end by itself."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.chromium import sign_in
from tests.disks import full
from tests.e2e.conftest import DESK, KIOSK
from tests.running import Server

FOUND_MS = 20_000
"""The disk is tried every ten seconds where no command comes."""


def test_every_screen_says_that_nothing_can_be_kept_and_forgets_it(
    server: Server, open_page: Callable[..., Page]
) -> None:
    first = open_page(DESK)
    sign_in(first, server.url, "supervisor", server.password)
    pages = []
    for path in ("/staff", "/counter/11", "/ops", "/reception", "/"):
        page = first.context.new_page()
        page.goto(f"{server.url}{path}")
        pages.append(page)
    kiosk = open_page(KIOSK)
    kiosk.goto(f"{server.url}/kiosk/k1")
    expect(kiosk.locator("h1").first).to_be_visible()
    note = kiosk.locator(".note.dead")
    with full(server):
        for page in pages:
            expect(page.locator("#store")).to_contain_text("tidak dapat disimpan", timeout=FOUND_MS)
        expect(note).to_contain_text("Nomor belum dapat diberikan", timeout=FOUND_MS)
        expect(note).to_contain_text("ask our staff")
        late = first.context.new_page()
        late.goto(f"{server.url}/counter/11?lang=en")
        expect(late.locator("#store")).to_contain_text("nothing can be stored")
    for page in [*pages, late]:
        expect(page.locator("#store")).to_be_hidden(timeout=FOUND_MS)
    expect(note).to_have_count(0)
