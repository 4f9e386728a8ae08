"""The supervisor's page: a fault is seen within 10 s and so is its end, and papers are settled from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.chromium import sign_in
from tests.e2e.conftest import DESK
from tests.e2e.desk import button, hero, press
from tests.e2e.test_accessibility import violations
from tests.running import Server, antrean, at_most, eventually

SEEN_MS = at_most(10) * 1000
"""What the hall promises: a fault is on the page within 10 s, and its end is."""
PRINTER = "p1"


@pytest.fixture
def ops(server: Server, open_page: Callable[..., Page]) -> Callable[..., Page]:
    def opened(name: str = "supervisor", lang: str = "en", password: str = "") -> Page:
        page = open_page(DESK)
        sign_in(page, server.url, name, password or server.password)
        page.goto(f"{server.url}/ops?lang={lang}")
        expect(page.locator(f"#printer-{PRINTER}")).to_be_visible()
        return page

    return opened


def printer(page: Page) -> Locator:
    return page.locator(f"#printer-{PRINTER}")


def folder(server: Server) -> Path:
    found = server.data / "printer" / PRINTER
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def fault(server: Server, words: str) -> Iterator[None]:
    (folder(server) / "fault").write_text(words)
    try:
        yield
    finally:
        (folder(server) / "fault").unlink()


def papers(server: Server) -> int:
    return len(list(folder(server).glob("*.png")))


def test_a_fault_is_seen_within_ten_seconds_and_so_is_its_end(
    server: Server, ops: Callable[..., Page]
) -> None:
    page = ops()
    expect(printer(page)).to_have_attribute("data-state", "ok")
    alert = page.locator(f"[data-alert=paper_out][data-printer={PRINTER}]")
    expect(alert).to_have_count(0)
    with fault(server, "paper-out"):
        expect(printer(page)).to_have_attribute("data-state", "paper_out", timeout=SEEN_MS)
        expect(alert).to_contain_text("out of paper")
        assert violations(page) == []
    expect(printer(page)).to_have_attribute("data-state", "ok", timeout=SEEN_MS)
    expect(alert).to_have_count(0)


def test_a_ticket_that_failed_is_printed_again_from_here(server: Server, ops: Callable[..., Page]) -> None:
    page = ops()
    with fault(server, "cover-open"):
        number = server.issue("nib-umk", kiosk="k1")["ticket"]["number"]
        line = page.locator(".job.failed", has_text=number)
        expect(line).to_be_visible()
        expect(printer(page)).to_contain_text("cover open")
    line.locator("[data-action=print]").click()
    expect(printer(page).locator(".results")).to_contain_text(f"{number} is being printed again")
    expect(line).to_have_count(0)
    expect(page.locator("#alerts")).not_to_contain_text(number)
    eventually(lambda: papers(server) == 1)  # it is queued first


def test_a_ticket_in_doubt_is_settled_by_a_look_or_comes_as_a_copy(
    server: Server, ops: Callable[..., Page]
) -> None:
    page = ops(lang="id")
    with fault(server, "mute"):
        first, second = (server.issue("nib-umk", kiosk="k1")["ticket"]["number"] for _ in range(2))
        for number in (first, second):
            expect(page.locator(".job.doubtful", has_text=number)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=f"Kertas {first} sudah keluar").click()
    expect(page.locator(".job", has_text=first)).to_have_count(0)
    page.get_by_role("button", name=f"Cetak lagi {second}").click()
    expect(page.locator(".job", has_text=second)).to_have_count(0)
    eventually(lambda: papers(server) == 3)  # the two that nobody was sure of, and the marked copy


def test_an_auditor_reads_and_presses_nothing(server: Server, ops: Callable[..., Page]) -> None:
    with fault(server, "paper-out"):
        number = server.issue("nib-umk", kiosk="k1")["ticket"]["number"]
        made = antrean("staff", "add", "dewi", "--role", "auditor", "--data", str(server.data))
        page = ops("dewi", password=made.stdout.strip())
        expect(page.locator(".job", has_text=number)).to_be_visible()
        expect(page.locator("[data-action]")).to_have_count(0)


def test_an_officer_is_told_that_this_is_not_theirs(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(DESK)
    sign_in(page, server.url, "capil", server.password)
    answer = page.goto(f"{server.url}/ops")
    assert answer is not None
    assert answer.status == 403
    page.goto(f"{server.url}/staff")
    expect(page.locator("a[href='/ops']")).to_have_count(0)


def test_supervisors_find_the_page(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(DESK)
    sign_in(page, server.url, "supervisor", server.password)
    expect(page.locator("a[href='/ops']")).to_be_visible()
    page.goto(f"{server.url}/")
    page.locator("a[href='/ops']").click()
    page.wait_for_url("**/ops")


def test_an_officer_prints_the_current_ticket_again_by_a_key(
    server: Server, at_counter: Callable[..., Page]
) -> None:
    number = server.issue("nib-umk", kiosk="k1")["ticket"]["number"]
    page = at_counter("11", "ptsp", "en")
    press(page, "n", "start")
    expect(hero(page)).to_have_text(number)
    page.keyboard.press("g")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text(f"Print {number} again")
    assert violations(page) == []
    dialog.get_by_label("Kiosk 1").check()
    page.keyboard.press("Enter")
    expect(page.locator("#ticket .beside")).to_contain_text(f"{number} is being printed at Kiosk 1")
    expect(button(page, "start")).to_be_visible()  # the queue is as it was
    eventually(lambda: papers(server) == 2)


def test_a_ticket_without_paper_asks_where_it_is_to_come_out(
    server: Server, at_counter: Callable[..., Page]
) -> None:
    number = server.issue("nib-umk", paper=False)["ticket"]["number"]
    page = at_counter("11", "ptsp", "en")
    press(page, "n", "start")
    page.keyboard.press("g")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .beside")).to_contain_text("Choose the kiosk")
    page.locator("dialog").get_by_label("Kiosk 1").check()
    page.locator("dialog button[type=submit]").click()
    expect(page.locator("#ticket .beside")).to_contain_text(f"{number} is being printed at Kiosk 1")
