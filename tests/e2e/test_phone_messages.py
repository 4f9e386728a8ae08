"""Messages on a closed page: the button, the subscription, the notification in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import PHONE
from tests.push.phones import PushStation, station
from tests.running import CONFIG, Server, eventually, serving

SERVICE, COUNTER, AGENCY = "kk-baru", "1", "CAPIL"
SUBSCRIBE = """(given) => {
  // The browser's own push service is on the internet, which a test has none of; the rest is real.
  PushManager.prototype.subscribe = async function (options) {
    const key = new Uint8Array(options.applicationServerKey);
    window.asked = { visible: options.userVisibleOnly, key: key.length };
    const toJSON = () => ({ ...given, expirationTime: null });
    const made = { endpoint: given.endpoint, options: {}, toJSON };
    PushManager.prototype.getSubscription = async () => made;
    return made;
  };
}"""
SHOWN = (
    "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
    ".then((all) => all.map((one) => one.%s))"
)


@pytest.fixture
def push_station() -> Iterator[PushStation]:
    with station() as opened:
        yield opened


@pytest.fixture
def local_server(tmp_path: Path) -> Iterator[Server]:
    """A hall that also sends to push services of the test's own, on this machine."""
    folder = CONFIG.parent
    text = CONFIG.read_text(encoding="utf-8")
    assert "[push]" not in text or "local_services" not in text
    text = re.sub(r'^  "hall/', f'  "{folder.as_posix()}/hall/', text, flags=re.MULTILINE)
    text = re.sub(r"^\[push\]\n", "", text, flags=re.MULTILINE)
    config = tmp_path / "config.toml"
    config.write_text(f"{text}\n[push]\nlocal_services = true\n", encoding="utf-8")
    with serving(variables={"ANTREAN_CONFIG": str(config)}) as started:
        yield started


def phone_page(open_page: Callable[..., Page], server: Server, *, granted: bool) -> Page:
    page = open_page(PHONE)
    page.context.grant_permissions(["notifications"] if granted else [], origin=server.url)
    return page


def worker(page: Page) -> tuple[CDPSession, str]:
    """The service worker's registration, as the browser's own push service names it."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            each["registrationId"] for each in event["registrations"] if each["scopeURL"].endswith("/t/")
        ),
    )
    session.send("ServiceWorker.enable")
    eventually(lambda: found, "no service worker", pause=lambda s: page.wait_for_timeout(s * 1000))
    return session, found[-1]


def deliver(page: Page, data: str) -> None:
    session, registration = worker(page)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    session.send(
        "ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": registration, "data": data}
    )


@pytest.mark.parametrize(
    ("lang", "turn", "on", "off"),
    [
        ("id", "Giliran Anda: Loket 1", "Pemberitahuan menyala.", "Matikan pemberitahuan"),
        ("en", "Your turn: Counter 1", "Notifications are on.", "Turn notifications off"),
    ],
)
def test_from_the_button_to_the_notification(
    local_server: Server,
    push_station: PushStation,
    open_page: Callable[..., Page],
    lang: str,
    turn: str,
    on: str,
    off: str,
) -> None:
    server, phone = local_server, push_station.phone()
    ticket = server.issue(SERVICE, lang=lang)["ticket"]
    page = phone_page(open_page, server, granted=True)
    page.goto(ticket["url"])
    page.evaluate(SUBSCRIBE, phone.subscription())
    page.locator("#notify").click()
    expect(page.locator(".sound")).to_contain_text(on)
    assert page.evaluate("window.asked") == {"visible": True, "key": 65}

    server.act(COUNTER, "open", AGENCY)
    server.act(COUNTER, "next", AGENCY)
    told = phone.opened(push_station.next().body)  # what the browser would hand to the service worker
    assert told["title"] == turn
    deliver(page, json.dumps(told))
    eventually(lambda: page.evaluate(SHOWN % "title") == [turn])
    assert page.evaluate(SHOWN % "lang") == [lang]
    assert ticket["number"] in page.evaluate(SHOWN % "body")[0]
    assert page.evaluate(SHOWN % "data.url") == [f"/t/{ticket['token']}"]

    deliver(page, json.dumps({**told, "title": "newer"}))  # the newest takes the place of the one before
    eventually(lambda: page.evaluate(SHOWN % "title") == ["newer"])
    for foreign in ("no json", json.dumps({**told, "url": "https://elsewhere.example/"})):
        deliver(page, foreign)
    page.wait_for_timeout(500)
    titles = page.evaluate(SHOWN % "title")  # for a message without one the browser shows a line of its own
    assert titles.count("newer") == 1
    assert set(page.evaluate(SHOWN % "data && one.data.url")) <= {f"/t/{ticket['token']}", None}


def test_switched_off_nothing_is_sent(
    local_server: Server, push_station: PushStation, open_page: Callable[..., Page]
) -> None:
    server, phone = local_server, push_station.phone()
    ticket = server.issue(SERVICE)["ticket"]
    page = phone_page(open_page, server, granted=True)
    page.goto(ticket["url"])
    page.evaluate(SUBSCRIBE, phone.subscription())
    page.locator("#notify").click()
    page.get_by_role("button", name="Matikan pemberitahuan").click()
    expect(page.locator("#notify")).to_be_visible()
    server.act(COUNTER, "open", AGENCY)
    server.act(COUNTER, "next", AGENCY)
    expect(page.locator(".sentence")).to_have_text("Giliran Anda")
    page.wait_for_timeout(500)
    assert push_station.posts.empty()


def test_permission_is_asked_for_on_a_touch_only_and_a_refusal_is_told(
    server: Server, open_page: Callable[..., Page]
) -> None:
    ticket = server.issue(SERVICE)["ticket"]
    page = phone_page(open_page, server, granted=False)
    page.add_init_script(
        "window.asks = 0;Notification.requestPermission = async () => { window.asks += 1; return 'denied'; };"
    )
    page.add_init_script(
        "const permission = { get: () => (window.asks ? 'denied' : 'default') };"
        "Object.defineProperty(Notification, 'permission', permission);"
    )
    page.goto(ticket["url"])
    expect(page.locator("#notify")).to_be_visible()
    page.wait_for_timeout(1_500)
    assert page.evaluate("window.asks") == 0
    page.locator("#notify").click()
    expect(page.locator(".sound")).to_contain_text("Pemberitahuan ditolak di peramban ini")
    expect(page.locator(".sound")).to_contain_text("Biarkan halaman ini terbuka")


def test_over_plain_http_in_the_halls_network_the_page_works_without(
    server: Server, open_page: Callable[..., Page]
) -> None:
    ticket = server.issue(SERVICE)["ticket"]
    server.act(COUNTER, "open", AGENCY)
    page = open_page(PHONE)
    # What a browser gives to a page from http://192.168.1.10: no secure context, so none of the rest.
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto(ticket["url"])
    expect(page.locator(".sound")).to_contain_text("Biarkan halaman ini terbuka")
    expect(page.locator("#notify")).to_have_count(0)
    page.wait_for_timeout(1_500)
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    server.act(COUNTER, "next", AGENCY)
    expect(page.locator(".sentence")).to_have_text("Giliran Anda")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_it_can_be_put_on_the_home_screen(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    ticket = server.issue(SERVICE, lang=lang)["ticket"]
    page = open_page(PHONE)
    page.goto(ticket["url"])
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = page.context.new_cdp_session(page)
    told: dict[str, Any] = session.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert manifest["start_url"] == manifest["id"] == f"/t/{ticket['token']}"
    assert (manifest["scope"], manifest["display"], manifest["lang"]) == ("/t/", "standalone", lang)
    assert ticket["number"] in manifest["name"]
    for each in manifest["icons"]:
        picture = page.request.get(server.url + each["src"])
        assert picture.headers["content-type"] == "image/png"
        side = int(each["sizes"].split("x")[0])
        assert int.from_bytes(picture.body()[16:20], "big") == side
    assert {(each["purpose"], each["sizes"]) for each in manifest["icons"]} == {
        (purpose, size) for purpose in ("any", "maskable") for size in ("192x192", "512x512")
    }
    wrong = [each["errorId"] for each in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    # The profile of a test keeps nothing, so nothing can be put into it; all else must be right.
    assert [each for each in wrong if each != "in-incognito"] == []
