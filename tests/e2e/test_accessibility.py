"""axe-core finds no violation of WCAG 2.2 AA on any page, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.chromium import sign_in
from tests.e2e.conftest import BOARD, DESK, KIOSK, PHONE, still
from tests.e2e.desk import press
from tests.running import Server, serving

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def untouched() -> Iterator[Server]:
    """One hall for all who only look."""
    with serving() as started:
        yield started


def violations(page: Page) -> list[Any]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]][:4]) for each in found]


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/", DESK),
        ("/staff/login", DESK),
        ("/kiosk/k1", KIOSK),
        ("/kiosk/k1", {"width": 1280, "height": 1024}),
        ("/display/hall", BOARD),
        ("/display/zone-a", {"width": 1080, "height": 1920}),
        ("/display/sign-1", BOARD),
        ("/display/none", DESK),
    ],
)
def test_open_pages(
    untouched: Server, open_page: Callable[..., Page], path: str, size: dict[str, int], lang: str
) -> None:
    page = open_page(size)
    page.goto(f"{untouched.url}{path}?lang={lang}")
    still(page)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_kiosks_way_to_a_number(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    page = open_page(KIOSK)
    page.goto(f"{server.url}/kiosk/k1?lang={lang}")
    page.get_by_role("button", name=re.compile("Disdukcapil")).last.click()
    still(page)
    assert violations(page) == []
    page.locator(".work button").first.click()
    expect(page.locator("button.choice.main")).to_be_visible()
    still(page)
    assert violations(page) == []
    page.locator("button.choice.main").click()
    expect(page.locator(".number").first).to_be_visible()
    still(page)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_holders_page(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    ticket = server.issue("kk-baru", lang=lang)["ticket"]
    page = open_page(PHONE)
    page.goto(ticket["url"])
    still(page)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_staffs_pages(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    server.issue("skck-baru", **{"class": "priority"})
    page = open_page(DESK)
    sign_in(page, server.url, "polres", server.password)
    page.goto(f"{server.url}/staff?lang={lang}")
    assert violations(page) == []
    page.goto(f"{server.url}/counter/38?lang={lang}")
    expect(page.locator("[data-action=open]")).to_be_visible()
    still(page)
    assert violations(page) == []
    press(page, "o", "next")
    press(page, "n", "start")
    still(page)
    assert violations(page) == []
    page.keyboard.press("p")  # pause asks why; another number cannot be called while one is here
    expect(page.locator("dialog")).to_be_visible()
    still(page)
    assert violations(page) == []
