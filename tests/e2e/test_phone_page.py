"""The holder's page on a phone: small, quick on a slow network, whole at every width, in every state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect

from core.config import load
from tests.e2e.conftest import PHONE, still
from tests.running import CONFIG, Server, eventually

LIMIT = 60_000
"""Bytes on first load, the issue's bound."""
SLOW_3G = {"latency": 2_000, "downloadThroughput": 51_200, "uploadThroughput": 51_200, "offline": False}
"""Chromium's own preset: 2 s for each round trip, 400 kbit/s."""
NARROW = {"width": 320, "height": 640}
OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
OVERFLOW = """() => {
  const wide = [...document.querySelectorAll('body *')].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && box.right > innerWidth + 1 && !each.classList.contains('visually-hidden');
  }).map((each) => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 40)}`);
  const page = document.scrollingElement;
  return page.scrollWidth > innerWidth ? [`page ${page.scrollWidth}`, ...wide] : wide;
}"""


def network(page: Page) -> tuple[CDPSession, dict[str, int]]:
    """What comes over the network from now on: bytes by address."""
    session = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    loaded: dict[str, int] = {}

    def finished(event: dict[str, Any]) -> None:
        address = addresses.get(event["requestId"], "?").split("?")[0]
        loaded[address] = loaded.get(address, 0) + int(event["encodedDataLength"])

    session.on(
        "Network.requestWillBeSent",
        lambda event: addresses.__setitem__(event["requestId"], event["request"]["url"]),
    )
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    return session, loaded


def test_the_first_load_is_below_sixty_kilobytes(server: Server, open_page: Callable[..., Page]) -> None:
    ticket = server.issue("nib-umk")["ticket"]
    page = open_page(PHONE)
    _, loaded = network(page)
    page.goto(ticket["url"])
    expect(page.locator("#notify")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for name in ("phone.js", "phone.woff2"):
        eventually(
            lambda name=name: any(name in each for each in loaded),
            lambda: str(loaded),
            pause=lambda s: page.wait_for_timeout(s * 1000),
        )
    page.wait_for_timeout(3_000)  # what the page loads after it has settled counts too
    manifest = len(page.request.get(f"{ticket['url']}/manifest.webmanifest").body())
    worker = len(page.request.get(f"{server.url}/t/worker.js").body())
    total = sum(loaded.values()) + manifest + worker  # these two the browser loads beside the page
    assert total < LIMIT, loaded


def test_on_a_slow_network_the_state_is_there_after_one_answer(
    server: Server, open_page: Callable[..., Page]
) -> None:
    ticket = server.issue("nib-umk")["ticket"]
    page = open_page(PHONE)
    session, _ = network(page)
    session.send("Network.emulateNetworkConditions", SLOW_3G)
    page.goto(ticket["url"], wait_until="commit")
    expect(page.locator(".sentence")).to_have_text("Anda berikutnya")
    page.wait_for_load_state("load")
    paint, page_here = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].responseEnd]"
    )
    # Another file would take a round trip at least.
    assert paint < page_here + SLOW_3G["latency"], f"{paint:.0f} ms: the state waits for another file"
    assert page.locator(".number").first.inner_text() == ticket["number"]


@pytest.fixture(scope="session")
def longest() -> list[str]:
    """Services with the longest names: their own, their agency's, zone's, requirements', and word."""
    plan = load(CONFIG).plan

    def size(text: Any) -> int:
        return max(len(text.id), len(text.en))

    def word(text: Any) -> int:
        return max(len(each) for each in f"{text.id} {text.en}".split())

    services = list(plan.services.values())
    chosen = [
        max(services, key=lambda each: size(each.name)),
        max(services, key=lambda each: size(plan.agencies[each.agency].name)),
        max(services, key=lambda each: size(plan.zones[plan.agencies[each.agency].zone].name)),
        max(services, key=lambda each: max((size(text) for text in each.requirements), default=0)),
        max(services, key=lambda each: max(word(text) for text in (each.name, *each.requirements))),
    ]
    return sorted({each.id for each in chosen})


def test_the_longest_names_fit_at_every_width_and_with_letters_twice_as_large(
    server: Server, open_page: Callable[..., Page], longest: list[str]
) -> None:
    for service in longest:
        ticket = server.issue(service, **{"class": "priority"})["ticket"]
        for size, zoom in ((PHONE, 100), (NARROW, 100), (PHONE, 200), (NARROW, 200)):
            page = open_page(size)
            for lang in ("id", "en"):
                page.goto(f"{ticket['url']}?lang={lang}")
                expect(page.locator("#notify")).to_be_visible()
                page.evaluate(f"document.documentElement.style.fontSize = '{zoom}%'")
                assert page.evaluate(OVERFLOW) == [], (service, size, zoom, lang)
                page.evaluate("document.querySelector('.hero .number').textContent = 'A1000'")
                page.evaluate("document.querySelector('.hero .number').classList.add('long')")
                assert page.evaluate(OVERFLOW) == [], (service, size, zoom, lang, "A1000")
            page.close()


def violations(page: Page) -> list[Any]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]][:4]) for each in found]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_state_is_accessible_and_fits(
    server: Server, open_page: Callable[..., Page], lang: str
) -> None:
    ticket = server.issue("nib-umk", lang=lang)["ticket"]
    with server.client() as client:
        counters = client.get("/api/v1/counters").json()["counters"]
    counter = next(each["id"] for each in counters if "nib-umk" in each["services"])
    page = open_page(NARROW)
    page.goto(ticket["url"])
    state = page.locator("#ticket > div")

    def looked_at(name: str) -> None:
        still(page)  # the arrival of a call moves
        assert violations(page) == [], name
        assert page.evaluate(OVERFLOW) == [], name

    expect(page.locator("#notify")).to_be_visible()
    looked_at("waiting")
    page.locator("#ask").click()
    looked_at("asked whether to leave")
    page.locator("#stay").click()
    page.context.set_offline(True)
    expect(page.locator(".stale")).to_be_visible()
    looked_at("no line")
    page.context.set_offline(False)
    expect(page.locator(".stale")).to_have_count(0)
    agency = "PTSP"
    server.act(counter, "open", agency)
    for action, name in (("next", "called"), ("no-show", "missed"), ("restore", "waiting")):
        server.act(counter, action, agency, **({"number": ticket["number"]} if action == "restore" else {}))
        expect(state).to_have_class(f"is-{name} ")
        looked_at(name)
    for action, name in (("next", "called"), ("start", "serving"), ("park", "parked")):
        server.act(counter, action, agency)
        expect(state).to_have_class(f"is-{name} ")
        looked_at(name)
    server.act(counter, "resume", agency, number=ticket["number"])
    for action in ("finish",):
        done = server.act(counter, action, agency)
        if done.status_code == 422:  # this service asks how it ended
            server.act(counter, action, agency, outcome=done.json()["allowed"].split(",")[0].strip())
    expect(state).to_have_class("is-done ")
    looked_at("done")
    page.goto(f"{server.url}/t/{'x' * 22}?lang={lang}")
    expect(page.locator("h1")).to_be_visible()
    looked_at("unknown")
