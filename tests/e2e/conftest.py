"""One Chromium for the session, a hall of its own for each module that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import browser, sign_in
from tests.e2e.desk import REST_MS, button
from tests.running import PATIENCE_S, Server, serving

BOARD = {"width": 1920, "height": 1080}
KIOSK = {"width": 1080, "height": 1920}
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=PATIENCE_MS)
STILL = """() => document.fonts.status === 'loaded' && document.getAnimations().every(
  (each) => each.playState !== 'running' || each.effect.getComputedTiming().endTime === Infinity
)"""
"""All letters are there and nothing moves, but for what moves for ever."""


def still(page: Page) -> None:
    """Wait until the page stands still: colours in the midst of a transition are nobody's contrast."""
    page.wait_for_load_state()
    page.wait_for_function(STILL)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[object]:
    """Opens pages of a given size, each in a profile of its own, and fails on errors in their console."""
    contexts = []
    troubles: list[str] = []

    def opened(size: dict[str, int], *, errors: bool = True) -> Page:
        context = chromium.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if errors:
            page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles, troubles


@pytest.fixture
def at_counter(server: Server, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a counter's workstation, signed in, and the counter with it."""

    def sit(counter: str, name: str, lang: str = "id") -> Page:
        page = open_page(DESK)
        sign_in(page, server.url, name, server.password)
        page.goto(f"{server.url}/counter/{counter}?lang={lang}")
        button(page, "open").click()
        expect(button(page, "next")).to_be_visible()
        page.wait_for_timeout(REST_MS)
        return page

    return sit
