"""``make screenshots``: the README's pictures, from a running hall with a morning's queue."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.chromium import browser, sign_in
from tests.running import ROOT, Server, serving

TO = ROOT / "docs" / "pictures"

MORNING = (
    ("ktp-cetak-baru", "regular", 9),
    ("kk-ubah-data", "regular", 5),
    ("akta-lahir", "priority", 2),
    ("kia-baru", "regular", 3),
    ("sim-perpanjangan", "regular", 6),
    ("paspor-baru", "regular", 4),
    ("nib-umk", "regular", 3),
)
COUNTERS = (("1", "CAPIL"), ("2", "CAPIL"), ("6", "CAPIL"), ("11", "PTSP"))


def queue(server: Server) -> None:
    """A morning: numbers taken, some called, some served, one missed."""
    with server.client(server.token("kiosk")) as client:
        known = {each["id"] for each in client.get("/api/v1/services").json()["services"]}
    for service, klass, count in MORNING:
        for _ in range(count if service in known else 0):
            server.issue(service, **{"class": klass})
    for counter, agency in COUNTERS:
        for action in ("open", "next", "start", "finish", "next"):
            server.act(counter, action, agency)
    server.act("1", "no-show")
    time.sleep(12)  # the calls so far are not new any more: the boards stand as on an ordinary morning
    server.act("1", "next")
    server.act("6", "start")


def kiosk(chromium: Browser, server: Server) -> None:
    """The touch screen: start, a service, the number."""
    page = chromium.new_page(viewport={"width": 1080, "height": 1920})
    page.goto(f"{server.url}/kiosk/k1")
    page.wait_for_timeout(800)
    page.screenshot(path=TO / "kiosk.png")
    page.get_by_role("button", name="Pencetakan KTP-el baru").first.click()
    page.wait_for_timeout(600)
    page.screenshot(path=TO / "kiosk-service.png")
    page.locator("button.choice.main").click()
    page.wait_for_timeout(1500)
    page.screenshot(path=TO / "kiosk-number.png")
    page.close()


def workstation(chromium: Browser, server: Server) -> None:
    """Counter 6 while it serves; signed in as an administrator, who may look."""
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    sign_in(page, server.url, "capil", server.password)
    page.screenshot(path=TO / "staff.png")
    page.goto(f"{server.url}/counter/3")
    page.wait_for_timeout(500)
    page.keyboard.press("o")
    page.wait_for_timeout(700)
    page.keyboard.press("n")
    page.wait_for_timeout(1200)
    page.screenshot(path=TO / "workstation.png")
    page.close()


def board(chromium: Browser, server: Server) -> None:
    """The hall's board, a zone's, a counter's sign."""
    for ident, name, size in (
        ("hall", "board", (1920, 1080)),
        ("zone-a", "board-zone", (1920, 1080)),
        ("sign-6", "board-sign", (1920, 1080)),
    ):
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(f"{server.url}/display/{ident}")
        page.wait_for_timeout(900)
        page.screenshot(path=TO / f"{name}.png")
        page.close()


def phone(chromium: Browser, server: Server) -> None:
    """A citizen's own page."""
    ticket = server.issue("kk-ubah-data", lang="id")["ticket"]
    page = chromium.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page.goto(ticket["url"])
    page.wait_for_timeout(700)
    page.screenshot(path=TO / "phone.png")
    page.close()


def ticket(server: Server) -> None:
    """The paper, drawn from the very bytes that a printer gets."""
    issued = server.issue("ktp-cetak-baru", kiosk="k1", **{"class": "priority"})
    drawn = server.data / "printer" / "p1" / f"{issued['print']['job']}.png"
    for _ in range(100):
        if drawn.exists():
            break
        time.sleep(0.1)
    shutil.copy(drawn, TO / "ticket.png")


def home(chromium: Browser, server: Server) -> None:
    """Where everything is."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server.url}/")
    page.wait_for_timeout(300)
    page.screenshot(path=TO / "home.png")
    page.close()


def main(to: Path = TO) -> None:
    """Take them all."""
    to.mkdir(parents=True, exist_ok=True)
    with serving() as server, browser() as chromium:
        queue(server)
        home(chromium, server)
        board(chromium, server)
        phone(chromium, server)
        ticket(server)
        workstation(chromium, server)
        kiosk(chromium, server)


if __name__ == "__main__":
    main()
