"""A citizen's way: touch, paper, the officer's call, the board, the phone; in Chromium, on a real server."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import BOARD, KIOSK, PHONE
from tests.running import Server, eventually


def take(page: Page, server: Server, service: str) -> str:
    """Three touches: an often-asked service, the main button; answers with the number shown."""
    page.goto(f"{server.url}/kiosk/k1")
    page.get_by_role("button", name=re.compile(service)).first.click()
    page.locator("button.choice.main").click()
    number = page.locator(".result .number, .number").first
    expect(number).to_have_text(re.compile(r"^[A-Z]\d{3,}$"))
    return number.inner_text().strip()


def paper(server: Server, number: str, printer: str = "p1") -> Path:
    """The PNG that the virtual printer draws from the bytes it got."""
    folder = server.data / "printer" / printer
    return eventually(
        lambda: sorted(folder.glob(f"*-{number}.1.png"))[0],
        lambda: f"{number} was not printed: {list(folder.glob('*'))}",
    )


def test_from_the_touch_to_the_call(server: Server, open_page: Callable[..., Page]) -> None:
    board = open_page(BOARD)
    board.goto(f"{server.url}/display/hall")
    number = take(open_page(KIOSK), server, "Pencetakan KTP-el baru")

    drawn = paper(server, number)
    (code,) = zxingcpp.read_barcodes(Image.open(drawn))
    assert code.text.startswith(f"{server.url}/t/")
    assert (drawn.parent / drawn.name.replace(".png", ".bin")).read_bytes().startswith(b"\x1b@")

    phone = open_page(PHONE)
    phone.goto(code.text)
    expect(phone.locator("body")).to_contain_text(number)

    server.act("1", "open")
    assert server.act("1", "next").json()["current"]["number"] == number
    expect(board.locator(".calls")).to_contain_text(number)
    expect(phone.locator("body")).to_contain_text(re.compile(r"Loket\s*1"))


def test_a_double_touch_takes_one_number(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(KIOSK)
    page.goto(f"{server.url}/kiosk/k2")
    before = _waiting(server)
    page.get_by_role("button", name=re.compile("Pencetakan KTP-el baru")).first.click()
    page.locator("button.choice.main").dblclick()
    expect(page.locator(".number").first).to_have_text(re.compile(r"^[A-Z]\d{3,}$"))
    page.wait_for_timeout(1_000)
    assert _waiting(server) == before + 1


def test_the_kiosk_speaks_english_after_one_touch(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(KIOSK)
    page.goto(f"{server.url}/kiosk/k1")
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.get_by_role("button", name=re.compile("English")).click()
    expect(page.get_by_role("heading", name="What can we help you with?")).to_be_visible()


def test_counts_on_the_kiosk_follow_the_hall(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(KIOSK)
    page.goto(f"{server.url}/kiosk/k1")
    page.get_by_role("button", name=re.compile("Bapenda")).click()
    with server.client() as client:
        services = client.get("/api/v1/services").json()["services"]
    service = next(each for each in services if each["agency"] == "PENDA")
    tile = page.get_by_role("button", name=re.compile(re.escape(service["name"]["id"]))).first
    expect(tile).not_to_contain_text("1 menunggu")
    server.issue(service["id"])
    expect(tile).to_contain_text("1")


def test_when_the_paper_fails_the_number_and_its_code_stay_on_the_screen(
    server: Server, open_page: Callable[..., Page]
) -> None:
    folder = server.data / "printer" / "p1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fault").write_text("paper out")
    page = open_page(KIOSK)
    try:
        number = take(page, server, "Pencetakan KTP-el baru")
        code = page.locator("img[src*='/qr.svg']")
        expect(code).to_be_visible()
        assert page.request.get(server.url + str(code.get_attribute("src")).split("?")[0]).ok
        expect(page.locator("body")).to_contain_text(number)
        with server.client(server.token("admin")) as client:
            metrics = client.get("/metrics").text
            assert re.search(r'antrean_print_jobs\{printer="p1",state="failed"\} [1-9]', metrics)
    finally:
        (folder / "fault").unlink()
    job = _failed_job(server, number)
    with server.client(server.token("admin")) as client:
        assert client.post(f"/api/v1/jobs/{job}/print").status_code == 200
    assert paper(server, number).exists(), "the job was kept and printed after the fault"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_holder_leaves_on_the_phone(server: Server, open_page: Callable[..., Page], lang: str) -> None:
    ticket = server.issue("nib-umk", lang=lang)["ticket"]
    page = open_page(PHONE)
    page.goto(ticket["url"])
    page.locator("#ask").click()
    page.locator("button.danger").click()
    expect(page.locator("body")).to_contain_text(ticket["number"])

    def cancelled() -> bool:
        with server.client() as client:
            return bool(client.get(f"/api/v1/tickets/{ticket['token']}").json()["state"] == "cancelled")

    eventually(cancelled, "the ticket was not cancelled", pause=lambda s: page.wait_for_timeout(s * 1000))


def _waiting(server: Server) -> int:
    with server.client() as client:
        return sum(each["waiting"] for each in client.get("/api/v1/services").json()["services"])


def _failed_job(server: Server, number: str) -> str:
    database = sqlite3.connect(server.data / "antrean.db")
    try:
        return str(
            database.execute(
                "SELECT print_job.id FROM print_job JOIN ticket ON ticket.id = print_job.ticket "
                "WHERE ticket.number = ? AND print_job.state = 'failed'",
                (number,),
            ).fetchone()[0]
        )
    finally:
        database.close()
