"""axe-core finds no violation of WCAG 2.2 AA on any page, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.chromium import sign_in
from tests.e2e.conftest import BOARD, DESK, KIOSK, PHONE
from tests.running import Server

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


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
    server: Server, open_page: Callable[..., Page], path: str, size: dict[str, int], lang: str
) -> None:
    page = open_page(size)
    page.goto(f"{server.url}{path}?lang={lang}")
    page.wait_for_timeout(500)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_kiosks_way_to_a_number(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    page = open_page(KIOSK)
    page.goto(f"{server.url}/kiosk/k1?lang={lang}")
    page.get_by_role("button", name=re.compile("Disdukcapil")).last.click()
    page.wait_for_timeout(300)
    assert violations(page) == []
    page.locator(".work button").first.click()
    page.wait_for_timeout(300)
    assert violations(page) == []
    page.locator("button.choice.main").click()
    page.wait_for_timeout(1_000)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_holders_page(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    ticket = server.issue("kk-baru", lang=lang)["ticket"]
    page = open_page(PHONE)
    page.goto(ticket["url"])
    page.wait_for_timeout(500)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_staffs_pages(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    server.issue("skck-baru", **{"class": "priority"})
    page = open_page(DESK)
    sign_in(page, server.url, "polres", server.password)
    page.goto(f"{server.url}/staff?lang={lang}")
    assert violations(page) == []
    page.goto(f"{server.url}/counter/38?lang={lang}")
    page.wait_for_timeout(500)
    assert violations(page) == []
    page.keyboard.press("o")
    page.wait_for_timeout(700)
    page.keyboard.press("n")
    page.wait_for_timeout(700)
    assert violations(page) == []
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    assert violations(page) == []
