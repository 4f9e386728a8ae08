"""The kiosk's screens in Chromium: opening them, walking through them, measuring what is touched."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Page, expect

from tests.running import Server

PORTRAIT = {"width": 1080, "height": 1920}
WIDE = {"width": 1280, "height": 1024}
LOOKS = ("low", "large", "contrast", "sound")
MODES = ((), ("low",), ("large",), ("contrast",), ("low", "large"), ("large", "contrast"))
NUMBER = re.compile(r"^[A-Z]\d{3,}$")

LEAST_PX = 100
"""20 mm on the smallest kiosk."""
GAP_PX = 15
"""3 mm."""
LOW_SHARE = 0.4
"""The share of a portrait screen's height that holds everything in the low mode."""

_TARGETS = """() => [...document.querySelectorAll('button')]
  .filter((each) => each.getClientRects().length && !each.closest('[inert]')
    && getComputedStyle(each).visibility !== 'hidden')
  .map((each) => {
    const { left, top, right, bottom } = each.getBoundingClientRect();
    return { name: `${each.className} ${each.innerText}`.replace(/\\s+/g, ' '), left, top, right, bottom };
  })"""
_CLIPPED = """() => [...document.querySelectorAll('.screen, .tool, .key, .choice, .work, .side, .warning')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
  .filter((each) => !each.matches('.side, .work') || each.scrollWidth > each.clientWidth + 1)
  .map((each) => [each.className, each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight])
  .map((each) => each.join(' '))"""


def visit(
    page: Page, server: Server, lang: str = "id", looks: tuple[str, ...] = (), kiosk: str = "k1"
) -> None:
    """The start of a kiosk, as somebody asked to see it."""
    page.goto(f"{server.url}/kiosk/{kiosk}?lang={lang}")
    for look in looks:
        page.locator(".tool.look").nth(LOOKS.index(look)).click()
    expect(page.locator("h1")).to_be_visible()


def walk(page: Page) -> Iterator[str]:
    """Every screen on the way to one number for two services, by name."""
    yield "start"
    page.locator(".tile.agency").first.click()
    yield "agency"
    page.locator(".tool.back").click()
    page.locator(".tool.find").click()
    page.locator("#query").fill("paspor")
    expect(page.locator(".results .tile").first).to_be_visible()
    yield "search"
    page.locator(".tool.back").click()
    page.locator(".often .tile").first.click()
    yield "service"
    page.locator(".second").click()
    yield "second"
    page.locator(".often .tile").nth(1).click()
    yield "both"
    page.locator(".choice.main").click()
    expect(page.locator(".number")).to_have_text(NUMBER)
    yield "result"


def take(page: Page, service: str) -> str:
    """Two touches: what is often asked for, and the main button. Answers with the number shown."""
    page.get_by_role("button", name=re.compile(service)).first.click()
    page.locator(".choice.main").click()
    number = page.locator(".number")
    expect(number).to_have_text(NUMBER)
    return number.inner_text().strip()


def measured(page: Page, size: dict[str, int], looks: tuple[str, ...]) -> list[str]:
    """What is wrong with the targets of a screen: too small, too close, cut off, out of reach."""
    targets: list[dict[str, Any]] = page.evaluate(_TARGETS)
    wrong = [f"cut off: {each}" for each in page.evaluate(_CLIPPED)]
    for each in targets:
        wide, high = each["right"] - each["left"], each["bottom"] - each["top"]
        if min(wide, high) < LEAST_PX - 0.5:
            wrong.append(f"small: {each['name']} {wide:.0f} x {high:.0f}")
        if each["left"] < 0 or each["right"] > size["width"] or each["bottom"] > size["height"]:
            wrong.append(f"outside: {each['name']}")
        reach = size["height"] * (1 - (LOW_SHARE if "low" in looks else 0.5))
        if size["height"] > size["width"] and each["top"] < reach - 1:
            wrong.append(f"high: {each['name']} at {each['top']:.0f}")
    for one, other in itertools.combinations(targets, 2):
        beside = max(one["left"] - other["right"], other["left"] - one["right"])
        above = max(one["top"] - other["bottom"], other["top"] - one["bottom"])
        if max(beside, above) < GAP_PX:
            wrong.append(f"close: {one['name']} and {other['name']}")
    return wrong


Opened = Callable[..., Page]
